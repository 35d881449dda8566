"""What if the WTO's effect is for ten points more, and not for ten per cent more?

Both readings are in print. The table ``effects`` holds the first (a 10% rise of broadband subscriptions per person);
the abstract of the paper speaks of ten percentage points. Where few are connected the two are far apart.
"""

import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import sentences, usd
from carec_digital_trade.results import Result, record
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.wording import extrapolation, marked, short, sources


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
    scenario = recipe.scenario(chosen)
    frame, together = scenarios.per_ten_points(scenario), scenarios.central_addition(scenario)
    frame = frame.assign(region=chosen.compared()[0].label, year=chosen.horizon)
    table = pd.DataFrame(
        {
            "Economy": frame["iso3"].map(short),
            "Now": frame["subscriptions"],
            "Then": frame["subscriptions_then"],
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
    scenario = recipe.scenario(chosen)
    frame = scenarios.per_ten_points(scenario)
    used, other = frame["added"].sum(), frame["added_in_points"].sum()
    if used == 0:
        return ""
    return (
        f"At central effects on a baseline without shocks, where all levers together add "
        f"{usd(scenarios.central_addition(scenario))}, connectivity alone adds {usd(other)} in place of {usd(used)} "
        "if the WTO's figure is for ten subscriptions more per 100 people, and not for a 10% rise."
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
