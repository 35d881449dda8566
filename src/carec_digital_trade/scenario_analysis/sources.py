"""Which lever brings how much of the additional trade?"""

import pandas as pd

from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import listing, percent, sentences
from carec_digital_trade.results import Result
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.additions import NOTHING, medians_do_not_add
from carec_digital_trade.scenario_analysis.wording import (
    extrapolation,
    lever_words,
    marked,
    outcome,
    short,
    sources,
    suffixed_records,
)
from carec_digital_trade.scenarios import attribute

TOGETHER = "Together"


def attribution(chosen: ScenarioParameters) -> Result:
    """Share out the additional trade at the horizon among the levers.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row for the region and one for each member that gains: each lever's part of the median additional trade, to
        which the parts add up. The records hold every year of the region's total.
    """
    scenario = recipe.scenario(chosen)
    region = chosen.compared()[0].label
    parts = attribute(recipe.simulation(chosen))
    last = parts[parts["year"] == chosen.horizon]
    wide = last.assign(iso3=last["iso3"].fillna(region)).pivot(index="iso3", columns="lever", values="contribution")
    wide = wide.reindex(columns=list(scenario.levers))
    wide = wide[wide.sum(axis="columns") > 0]
    wide = wide.loc[wide.sum(axis="columns").sort_values(ascending=False, kind="stable").index]
    table = wide.rename(columns=lever_words)
    table.insert(0, "Economy", [code if code == region else short(code) for code in wide.index])
    table[TOGETHER] = wide.sum(axis="columns")
    return Result(
        name="attribution",
        caption=marked(
            f"Parts of the additional {outcome(chosen)} in {chosen.horizon} by lever, USD million",
            scenario,
        ),
        table=table.reset_index(drop=True),
        records=_records(parts[parts["iso3"].isna() | (parts["year"] == chosen.horizon)]),
        reading=sentences(_parts_words(last, chosen), medians_do_not_add(_together(last)), extrapolation(scenario)),
        source=sources(chosen, scenario),
        decimals=dict.fromkeys(table.columns[1:], 0),
    )


def _together(last: pd.DataFrame) -> pd.DataFrame:
    """Return the median addition of the region and of each member."""
    sums = last.groupby("iso3", dropna=False)["contribution"].sum()
    return sums.rename("median").reset_index()


def _records(parts: pd.DataFrame) -> pd.DataFrame:
    wide = parts.assign(lever_contribution=parts["contribution"], lever_share=100 * parts["share"])
    units = {"lever_contribution": "USD million", "lever_share": "% of what is added"}
    return suffixed_records(wide, "attribution", units, wide["lever"])


def _parts_words(last: pd.DataFrame, chosen: ScenarioParameters) -> str:
    total = last[last["iso3"].isna()].set_index("lever")["share"]
    if not (total > 0).any():
        return NOTHING
    bringing = total[total > 0].sort_values(ascending=False)
    idle = [lever_words(name) for name in total.index[total == 0]]
    words = listing(f"{lever_words(name)} {percent(share, 0)}" for name, share in bringing.items())
    return sentences(
        f"Of what is added in {chosen.compared()[0].label} in {chosen.horizon}: {words}.",
        f"Nothing comes from {listing(idle)}." if idle else "",
    )
