"""What if the WTO's effect is for ten points more, and not for ten per cent more?

Both readings are in print. The table ``effects`` holds the first (a 10% rise of broadband subscriptions per person);
the abstract of the paper speaks of ten percentage points. Where few are connected the two are far apart.
"""

import numpy as np
import pandas as pd

from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import sentences, usd
from carec_digital_trade.results import Result, record
from carec_digital_trade.scenario_analysis import series
from carec_digital_trade.scenario_analysis.wording import extrapolation, marked, short, sources
from carec_digital_trade.scenarios import Scenario, log_change

_ESTIMATES = ("wto2023_cost", "wto2023_trade")
_COLUMNS = ("iso3", "value", "risen", "points", "share", "share_in_points", "added", "added_in_points")


def per_ten_points(chosen: ScenarioParameters) -> Result:
    """Set what the lever of connectivity adds beside what it would add if its effect were for ten points.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a member with a gap: subscriptions now and with the gap closed as set, and what that adds in either
        reading, at the central effect, without the other levers. Empty if no lever rests on that estimate.
    """
    scenario = series.scenario(chosen)
    frame, together = _both(scenario, chosen.horizon), _all_levers(scenario, chosen.horizon)
    frame = frame.assign(region=chosen.compared()[0].label, year=chosen.horizon)
    table = pd.DataFrame(
        {
            "Economy": frame["iso3"].map(short),
            "Now": frame["value"],
            "Then": frame["risen"],
            "Points more": frame["points"],
            "Added, % (as used)": frame["share"],
            "Added, % (per ten points)": frame["share_in_points"],
            "Added, as used": frame["added"],
            "Added, per ten points": frame["added_in_points"],
        }
    )
    named = frame.rename(columns={"added": "additional_as_used", "added_in_points": "additional_in_points"})
    whole = pd.DataFrame(
        [{"region": chosen.compared()[0].label, "year": chosen.horizon, "additional_central": together}]
    )
    return Result(
        name="per_ten_points",
        caption=marked(
            f"Connectivity read in two ways, {chosen.horizon}: subscriptions per 100 people, and additional trade, USD "
            "million, at the central effect on the median baseline",
            scenario,
        ),
        table=table,
        records=pd.concat(
            [
                record(
                    named,
                    "per_ten_points",
                    dict.fromkeys(["additional_as_used", "additional_in_points"], "USD million"),
                ),
                record(whole, "per_ten_points", {"additional_central": "USD million"}),
            ],
            ignore_index=True,
        ),
        reading=sentences(_reading(frame, together), extrapolation(scenario)),
        source=sources(chosen, scenario, chosen.measure, "panel"),
        decimals=dict.fromkeys(table.columns[1:4], 2) | dict.fromkeys(table.columns[6:], 0),
    )


def in_short(chosen: ScenarioParameters) -> str:
    """Say in one sentence what hangs on the unit of the effect.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    str
        Empty if no lever rests on that estimate, or nothing is added.
    """
    scenario = series.scenario(chosen)
    frame = _both(scenario, chosen.horizon)
    used, other = frame["added"].sum(), frame["added_in_points"].sum()
    if used == 0:
        return ""
    return (
        f"At central effects on a baseline without shocks, where all levers together add "
        f"{usd(_all_levers(scenario, chosen.horizon))}, connectivity alone adds {usd(other)} in place of {usd(used)} "
        "if the WTO's figure is for ten subscriptions more per 100 people, and not for a 10% rise."
    )


def _all_levers(scenario: Scenario, horizon: int) -> float:
    """Return what all levers together add at central effects on the baseline without shocks, USD million."""
    central = scenario.unit_effects({factor.name: np.array([factor.central]) for factor in scenario.factors})
    step = horizon - int(scenario.years[0])
    added = 0.0
    for economy, trade in enumerate(scenario.baseline.median(horizon)):
        change = log_change(scenario, economy, step, central, scenario.closure)
        added += 0.0 if change is None else trade * float(np.expm1(change).item())
    return added


def _both(scenario: Scenario, horizon: int) -> pd.DataFrame:
    names = [name for name, effect in scenario.acting.items() if effect.id in _ESTIMATES]
    if not names:
        return pd.DataFrame(columns=list(_COLUMNS), dtype=float)
    (name,) = names  # two effects of one family are refused
    lever, position = scenario.levers[name], list(scenario.levers).index(name)
    central = {factor.name: np.array([factor.central]) for factor in scenario.factors}
    effect = scenario.unit_effects(central)[position, 0]
    gaps = scenario.gaps[(scenario.gaps["lever"] == name) & (scenario.gaps["gap_used"] > 0)].set_index("iso3")
    members = [code for code in scenario.baseline.members if code in gaps.index]
    gaps = gaps.loc[members]
    done = scenario.phase[position, horizon - int(scenario.years[0])]
    rise = lever.closure * gaps["gap_used"]
    points = gaps["value"] * np.expm1(rise)
    change = pd.DataFrame({"share": effect * rise * done, "share_in_points": effect * np.log(1.1) * points / 10 * done})
    shares = np.expm1(change)
    trade = pd.Series(scenario.baseline.median(horizon), scenario.baseline.members)[members]
    return pd.DataFrame(
        {
            "iso3": members,
            "value": gaps["value"].to_numpy(),
            "risen": (gaps["value"] + points).to_numpy(),
            "points": points.to_numpy(),
            **{name: 100 * shares[name].to_numpy() for name in shares},
            "added": (trade * shares["share"]).to_numpy(),
            "added_in_points": (trade * shares["share_in_points"]).to_numpy(),
        }
    )


def _reading(frame: pd.DataFrame, together: float) -> str:
    if frame.empty:
        return "No lever here closes a gap with the WTO's estimate, so its unit does not matter."
    used, other = frame["added"].sum(), frame["added_in_points"].sum()
    larger = "smaller" if used > other else "larger"
    return sentences(
        f"As the table of effects states it, connectivity alone adds {usd(used)}; if the same figure is for ten "
        f"subscriptions more per 100 people, {usd(other)}.",
        f"The second is {max(used, other) / min(used, other):,.1f} times {larger}."
        if min(used, other) > 0
        else "Closure or phase-in leave nothing to compare.",
        "No band in this notebook holds that choice.",
        f"On the basis of these figures, central effects and a baseline without shocks, all levers together add "
        f"{usd(together)}, which is not the median of the futures.",
    )
