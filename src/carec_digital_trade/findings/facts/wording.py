"""How the findings of the scenarios name things, and what several of them say."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import listing
from carec_digital_trade.regions import economy_name
from carec_digital_trade.scenarios import EVIDENCE_SUPPORT, SCALES, Simulation

METHODS = {
    "shrunken_drift": "shrunken drift",
    "own_drift": "own drift",
    "no_change": "no change",
    "damped_trend": "damped trend",
    "theta": "Theta",
}
"""Baseline and rivals in words."""
MEASURES = {
    "delivered": "digitally delivered trade",
    "deliverable": "digitally deliverable trade",
    "goods_and_services": "goods and services",
}
"""Outcomes in words."""
SCOPES = {"economy": "economies", "region": "total"}
SCOPES_IN_WORDS = {"economy": "single economies", "region": "the total"}
UNRELIABLE = 2.0
"""Widening beyond which no band or median is to be relied on: more of each shock is then the factor than the past that
it was drawn from, and in a sum of exponentials shocks of that size decide the median, too."""
_MOST = 3


def asked(chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Return what every finding of a simulation says: of what, from which tables, and what is extrapolated."""
    scenario = futures.scenario
    indicators = (SCALES[scenario.levers[name].used_indicator].table for name in scenario.acting)
    cited = dict.fromkeys(effect.source for effect in scenario.acting.values())
    beyond = bool(scenario.extrapolated.any())
    return {
        "region": scenario.region.label,
        "year_to_come": int(scenario.years[-1]),
        "tables": [chosen.measure, *indicators],
        "cited": f"Effects: {'; '.join(cited)}." if cited else "",
        "extrapolated": beyond,
        "mark": "; EXTRAPOLATED beyond the evidence" if beyond else "",
        "evidence_support": EVIDENCE_SUPPORT,
        "nothing": futures.totals["scenario"][-1].max() == futures.totals["baseline"][-1].max()
        and bool((futures.totals["scenario"][-1] == futures.totals["baseline"][-1]).all()),
    }


def unwidened(
    chosen: ScenarioParameters, futures: Simulation, quantity: str, year: int | None = None
) -> dict[str, Any]:
    """Return by how much shocks are widened, and the median of a total without that."""
    factor = futures.scenario.baseline.widening
    plain = futures.unwidened.total(quantity, year or chosen.horizon)["median"].item()
    return {"factor": factor, "plain": plain, "unreliable": factor > UNRELIABLE}


def economy(frame: pd.DataFrame) -> pd.DataFrame:
    """Name the economy of each row; one without a code is the region."""
    names = [row.region if pd.isna(row.iso3) else economy_name(row.iso3, short=True) for row in frame.itertuples()]
    return frame.assign(economy=names)


def lever_words(name: str) -> str:
    """Return a lever's name in words, such as "connectivity 2"."""
    return name.replace("_", " ")


def few(names: Iterable[str], empty: str = "none") -> str:
    """Return names as a list, of which all but the first few are counted."""
    every = list(names)
    rest = len(every) - _MOST
    return listing([*every[:_MOST], *([f"{rest} more"] if rest > 0 else [])], empty=empty)
