"""What if the WTO's effect is for ten points more, and not for ten per cent more?

Both readings are in print. The table ``effects`` holds the first (a 10% rise of broadband subscriptions per person);
the abstract of the paper speaks of ten percentage points. Where few are connected the two are far apart.
"""

import numpy as np
import pandas as pd

from carec_digital_trade.scenarios.changes import log_change
from carec_digital_trade.scenarios.scenario import Scenario, check_year

_ESTIMATES = ("wto2023_cost", "wto2023_trade")
_COLUMNS = ["iso3", "subscriptions", "subscriptions_then", "points", "share", "share_in_points", "added"]
_COLUMNS += ["added_in_points"]


def central_addition(scenario: Scenario, year: int | None = None) -> float:
    """Return what all levers together add at central effects to the baseline without shocks.

    Parameters
    ----------
    scenario : Scenario
        As from `build_scenario`.
    year : int, optional
        One of its years; by default the last.

    Returns
    -------
    float
        In the unit of the baseline.
    """
    wanted = check_year(scenario, year)
    central, step = scenario.central_effects(), wanted - int(scenario.years[0])
    added = 0.0
    for economy, trade in enumerate(scenario.baseline.median(wanted)):
        change = log_change(scenario, economy, step, central, scenario.closure)
        added += 0.0 if change is None else trade * float(np.expm1(change).item())
    return added


def per_ten_points(scenario: Scenario, year: int | None = None) -> pd.DataFrame:
    """Set what the lever of connectivity adds beside what it would add if its effect were for ten points.

    Parameters
    ----------
    scenario : Scenario
        As from `build_scenario`.
    year : int, optional
        One of its years; by default the last.

    Returns
    -------
    pandas.DataFrame
        One row a member with a gap: iso3, subscriptions (per 100 people), subscriptions_then (with the gap closed as
        set), points (more), share and share_in_points (per cent of its trade added in either reading), added and
        added_in_points (in the unit of the baseline); at the central effect, without shocks and without the other
        levers. Empty if no lever rests on that estimate.
    """
    wanted = check_year(scenario, year)
    names = [name for name, effect in scenario.acting.items() if effect.id in _ESTIMATES]
    if not names:
        return pd.DataFrame(columns=_COLUMNS, dtype=float)
    (name,) = names  # two effects of one family are refused
    position = list(scenario.levers).index(name)
    effect = scenario.central_effects()[position, 0]
    gaps = scenario.gaps[(scenario.gaps["lever"] == name) & (scenario.gaps["gap_used"] > 0)].set_index("iso3")
    gaps = gaps.loc[[code for code in scenario.members if code in gaps.index]]
    done = scenario.phase[position, wanted - int(scenario.years[0])]
    rise = scenario.levers[name].closure * gaps["gap_used"]
    points = gaps["value"] * np.expm1(rise)
    changes = {"": effect * rise * done, "_in_points": effect * np.log(1.1) * points / 10 * done}
    trade = pd.Series(scenario.baseline.median(wanted), scenario.members)[gaps.index]
    now = gaps["value"]
    frame = pd.DataFrame({"subscriptions": now, "subscriptions_then": now + points, "points": points})
    for reading, change in changes.items():
        frame[f"share{reading}"] = 100 * np.expm1(change)
        frame[f"added{reading}"] = trade * np.expm1(change)
    return frame.rename_axis("iso3").reset_index()[_COLUMNS]
