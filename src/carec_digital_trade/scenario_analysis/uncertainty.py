"""What is the result uncertain about?"""

import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import listing, percent, sentences, usd
from carec_digital_trade.results import Result
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.additions import NOTHING
from carec_digital_trade.scenario_analysis.wording import (
    extrapolation,
    lever_words,
    marked,
    outcome,
    sources,
    suffixed_records,
)
from carec_digital_trade.scenarios import BASELINE, ELASTICITY, FUTURES

_BEYOND = "Whether an effect that was estimated elsewhere holds here is in none of these figures."


def tornado(chosen: ScenarioParameters) -> Result:
    """Move one uncertain figure at a time, the others at their medians.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a figure, the widest first: its 10th and 90th percentile, and the additional trade of the region at the
        horizon at either.
    """
    scenario = recipe.scenario(chosen)
    frame = scenarios.tornado(recipe.response(chosen))
    frame = frame.assign(region=chosen.compared()[0].label)
    table = pd.DataFrame(
        {
            "Uncertain": frame["factor"].map(lever_words),
            "10th percentile": frame["from_value"],
            "90th percentile": frame["to_value"],
            "Additional, low": frame["low"],
            "Additional, central": frame["central"],
            "Additional, high": frame["high"],
            "Swing": frame["swing"],
        }
    )
    wide = frame.assign(tornado=frame["central"], tornado_low=frame["low"], tornado_high=frame["high"])
    return Result(
        name="tornado",
        caption=marked(
            f"Additional {outcome(chosen)} of {frame['region'].iloc[0]} in {chosen.horizon}, USD million, "
            "when one figure moves",
            scenario,
        ),
        table=table,
        records=suffixed_records(wide, "tornado", {"tornado": "USD million"}, frame["factor"].map(_slug)),
        reading=sentences(_swings(frame), _centre(frame, chosen), extrapolation(scenario)),
        source=sources(chosen, scenario),
        decimals=dict.fromkeys(table.columns[1:3], 2) | dict.fromkeys(table.columns[3:], 0),
    )


def sobol(chosen: ScenarioParameters) -> Result:
    """Share out the variance of the logarithm of the additional trade among the uncertain figures.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a figure: first-order and total index with 95% intervals.
    """
    scenario, response = recipe.scenario(chosen), recipe.response(chosen)
    frame = scenarios.sobol(response.logs, response.names, seed=chosen.seed)
    frame = frame.assign(region=chosen.compared()[0].label, year=chosen.horizon)
    table = pd.DataFrame(
        {
            "Uncertain": frame["factor"].map(lever_words),
            "First-order": frame["first_order"],
            "First-order from": frame["first_order_low"],
            "First-order to": frame["first_order_high"],
            "Total": frame["total"],
            "Total from": frame["total_low"],
            "Total to": frame["total_high"],
        }
    )
    names = {"total": "total_order", "total_low": "total_order_low", "total_high": "total_order_high"}
    units = {"first_order": "share of variance", "total_order": "share of variance"}
    return Result(
        name="sobol",
        caption=marked(
            f"Sobol indices of log additional trade of {chosen.compared()[0].label} in {chosen.horizon}",
            scenario,
        ),
        table=table,
        records=suffixed_records(frame.rename(columns=names), "sobol", units, frame["factor"].map(_slug)),
        reading=sentences(_variance_words(frame), extrapolation(scenario)),
        source=sources(chosen, scenario),
        decimals=dict.fromkeys(table.columns[1:], 3),
    )


def _slug(factor: str) -> str:
    return factor.replace(" ", "_")


def _named(factor: str) -> str:
    return f"the {factor}" if factor in (BASELINE, ELASTICITY) else f"the effect of {lever_words(factor)}"


def _swings(frame: pd.DataFrame) -> str:
    if not frame["swing"].any():
        return NOTHING
    words = listing(
        f"{_named(row.factor)} moves it by {usd(row.swing)} ({usd(row.low)} to {usd(row.high)})"
        for row in frame.itertuples()
    )
    return f"Between its 10th and its 90th percentile {words}."


def _centre(frame: pd.DataFrame, chosen: ScenarioParameters) -> str:
    """Say why the middle of the swings is not the median of the futures."""
    bands = recipe.simulation(chosen).bands
    last = bands["iso3"].isna() & (bands["quantity"] == "additional") & (bands["year"] == chosen.horizon)
    centre, median = frame["central"].iloc[0], bands.loc[last, "median"].item()
    if usd(centre) == usd(median):
        return ""
    return (
        f"With every figure at its median it is {usd(centre)}, and not the {usd(median)} of section 5, which is the "
        f"median of {chosen.draws:,} futures in which the effects are drawn, too; here the baseline is the middle one "
        f"of {FUTURES:,} futures."
    )


def _variance_words(frame: pd.DataFrame) -> str:
    if frame["total"].isna().any():
        return NOTHING
    top = frame.iloc[0]
    rest = frame.iloc[1:]
    others = listing(f"{_named(row.factor)} {percent(max(row.total, 0.0))}" for row in rest.itertuples())
    alone = percent(min(max(top["first_order"], 0.0), 1.0))
    tail = f"; with all that depends on it, {others}" if len(rest) else ""
    return sentences(
        f"{_named(top['factor']).capitalize()} makes up {alone} of the variance by itself{tail}.",
        _BEYOND,
    )
