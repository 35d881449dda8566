"""What does each lever's effect rest on: a publication, a proxy, or an assumption?"""

import numpy as np
import pandas as pd

from carec_digital_trade.scenarios.effects import TRADE_ELASTICITY, Effect
from carec_digital_trade.scenarios.factors import ELASTICITY, Factor
from carec_digital_trade.scenarios.levers import Lever
from carec_digital_trade.scenarios.scenario import Scenario

_ELASTICITY_SOURCE = (
    "central: implied by WTO ERSD-2023-07; range: about the medians of Head & Mayer (2014), Gravity Equations"
)


def evidence(*scenarios: Scenario) -> pd.DataFrame:
    """Show what each lever's effect rests on, on each of some outcomes.

    Parameters
    ----------
    *scenarios : Scenario
        Whose levers; the trade elasticity is that of the first.

    Returns
    -------
    pandas.DataFrame
        One row a lever and outcome, and last one for the trade elasticity: lever, outcome (measure, "none" without an
        effect, or "any"), effect, kind, estimated_on (outcome and quantity, as
        published), indicator (that stands for it), used (indicator whose gap is closed), low, central, high (as used:
        per cent, or the elasticity), bounds ("published", "assumed", or "" without an effect), proxy, spillover
        (missing where none is assumed), source, note.
    """
    rows = [
        _evidence_row(
            name,
            lever,
            scenario.effects[name],
            next((factor for factor in scenario.factors if factor.name == name), None),
            scenario.baseline.measure,
        )
        for scenario in scenarios
        for name, lever in scenario.levers.items()
    ]
    elasticity = next(factor for factor in scenarios[0].factors if factor.name == ELASTICITY)
    default = (elasticity.low, elasticity.central, elasticity.high) == TRADE_ELASTICITY
    rows.append(
        {
            "lever": ELASTICITY,
            "outcome": "any",
            "effect": "",
            "kind": "d ln trade / d ln trade cost",
            "estimated_on": "",
            "indicator": "",
            "used": "",
            "low": elasticity.low,
            "central": elasticity.central,
            "high": elasticity.high,
            "bounds": "assumed",  # no table here holds a published pair
            "proxy": False,
            "spillover": np.nan,
            "source": _ELASTICITY_SOURCE if default else "the user's own",
            "note": "long-run; used for effects on trade cost only",
        }
    )
    return pd.DataFrame(rows)


def _evidence_row(
    name: str, lever: Lever, effect: Effect | None, factor: Factor | None, measure: str
) -> dict[str, object]:
    if effect is None or factor is None:
        texts = dict.fromkeys(("effect", "kind", "estimated_on", "indicator", "bounds", "source"), "")
        figures = dict.fromkeys(("low", "central", "high", "spillover"), np.nan)
        return {"lever": name, "outcome": "none", "used": lever.used_indicator, "proxy": False, **texts, **figures} | {
            "note": "no published effect: the gap is shown and no trade is claimed"
        }
    return {
        "lever": name,
        "outcome": measure,
        "effect": effect.id,
        "kind": effect.kind,
        "estimated_on": effect.estimated_on,
        "indicator": effect.indicator,
        "used": lever.used_indicator,
        "low": factor.low,
        "central": factor.central,
        "high": factor.high,
        "bounds": "published" if effect.published_bounds else "assumed",
        "proxy": effect.proxy or lever.used_indicator != effect.indicator,
        "spillover": np.nan if measure in effect.measures else lever.spillover,
        "source": effect.source,
        "note": effect.note,
    }
