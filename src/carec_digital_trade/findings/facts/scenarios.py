"""What the sentences of the scenarios rest on: how far a figure is to be relied on, and what is beyond the evidence."""

import math
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.findings.facts.levers import attribution, evidence, gaps, per_ten_points, sobol, tornado
from carec_digital_trade.findings.facts.targets import chances, crosscheck, goal, goods
from carec_digital_trade.findings.facts.wording import (
    METHODS,
    SCOPES,
    SCOPES_IN_WORDS,
    UNRELIABLE,
    asked,
    economy,
    unwidened,
)
from carec_digital_trade.metrics import compound_annual_growth
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.scenarios import LONGEST, Baseline, Simulation, banded

__all__ = [
    "additional",
    "answer",
    "attribution",
    "backtest",
    "baseline",
    "by_economy",
    "calibration",
    "chances",
    "crosscheck",
    "drifts",
    "evidence",
    "gaps",
    "goal",
    "goods",
    "per_ten_points",
    "sobol",
    "tornado",
]

_RECENT = 10
"""Years over which the past growth is told."""
_DOMINANT = 0.5
"""Share of the region's latest trade from which a member is named."""
_SKEWED = 1.2
"""Mean over median from which it is told."""
_ROWS = {
    "baseline": "Without the levers",
    "additional": "Added by the levers",
    "additional_unwidened": "Added, shocks as the past had them",
}


def answer(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say what is added, how sure that is, and what would overturn it."""
    last = futures.by_member()
    total, members = last.iloc[0], last.iloc[1:]
    readings = scenarios.per_ten_points(futures.scenario)
    return (
        asked(chosen, futures)
        | unwidened(chosen, futures, "additional")
        | {
            "frame": frame.assign(words=frame["what"].map(_ROWS)),
            "total": total,
            "gaining": int((members["additional_trade"] > 0).sum()),
            "members": len(members),
            "beyond": futures.scenario.beyond_evidence,
            "as_used": readings["added"].sum(),
            "in_points": readings["added_in_points"].sum(),
        }
    )


def backtest(frame: pd.DataFrame, chosen: ScenarioParameters, past: pd.DataFrame) -> dict[str, Any]:
    """Say how large the baseline's errors were, and which method did better on the forecasts that both made."""
    own = frame[(frame["method"] == chosen.baseline) & frame["mase"].notna()].set_index("scope")["mase"]
    return {
        "frame": _of_scopes(frame, chosen, past).assign(used=frame["method"] == chosen.baseline),
        "region": chosen.compared()[0].label,
        "longest": LONGEST,
        "first": past["origin"].min(),
        "last": past["origin"].max(),
        "method": METHODS[chosen.baseline],
        "errors": [(SCOPES_IN_WORDS[scope], value) for scope, value in own.items()],
        "better": better(past, chosen.baseline),
        "origins": past["origin"].nunique(),
    }


def calibration(frame: pd.DataFrame, chosen: ScenarioParameters, base: Baseline) -> dict[str, Any]:
    """Say what the bands covered, and by how much they are widened."""
    table = _of_scopes(frame, chosen, base.past)
    label = chosen.compared()[0].label
    used = pd.DataFrame([{"region": label, "year": base.past["year"].max(), "widening": base.widening}])
    return {
        "frame": table,
        "also": [(used, ["widening"])],
        "region": label,
        "method": METHODS[chosen.baseline],
        "covered": [
            (SCOPES_IN_WORDS[scope], (rows["coverage"] / 100).tolist()) for scope, rows in table.groupby("scope")
        ],
        "factor": base.widening,
        "unreliable": base.widening > UNRELIABLE,
    }


def baseline(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say where the total would go, how that compares with its past, and who it mostly is."""
    base = futures.scenario.baseline
    label, latest, last = chosen.compared()[0].label, np.exp(base.start), frame.iloc[-1]
    ahead = futures.total("baseline")
    frame = frame.assign(when=frame["year"].astype(str), members_covered=ahead["covered"])
    past = base.observed.assign(region=label)
    start = pd.DataFrame([{"region": label, "year": base.base_year, "baseline_start": base.latest()}])
    share = latest.max() / latest.sum()
    return (
        asked(chosen, futures)
        | unwidened(chosen, futures, "baseline")
        | {
            "frame": frame,
            "also": [
                (past, ["total", "members_covered"]),
                (start, ["baseline_start"]),
                _plain(futures, "baseline", "baseline_unwidened"),
            ],
            "tables": [],
            "cited": "",
            "base_year": base.base_year,
            "start": base.latest(),
            "last": last,
            "pace": compound_annual_growth(base.latest(), last["baseline_trade"], last["year"] - base.base_year) / 100,
            "before": recent_growth(base) / 100,
            "recent": _RECENT,
            "dominant": "" if len(latest) == 1 or share < _DOMINANT else base.members[latest.argmax()],
            "dominant_share": share,
            "early": sum(base.last_year < base.base_year),
        }
    )


def drifts(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say how much of its own drift each member keeps, who is least certain, and who is left out."""
    base = futures.scenario.baseline
    rows = futures.bands[futures.bands["quantity"] == "baseline"]
    last = rows[rows["year"] == chosen.horizon]
    frame = frame.merge(last[["iso3", "region", "median", "low_80", "high_80"]], on="iso3")
    frame = economy(frame).assign(when=frame["year"].astype(str))
    members = rows[rows["iso3"].notna()].reset_index(drop=True)
    named = pd.concat([members[["region", "iso3", "year"]], banded(members, "baseline_trade")], axis=1)
    ratio = frame["high_80"] / frame["low_80"]
    return {
        "frame": frame,
        "also": [(named, ["baseline_trade", "baseline_trade_50", "baseline_trade_95"])],
        "own": _span(frame["own_drift"].dropna(), 1),
        "used": _span(frame["drift"], 1),
        "kept": _span(frame["drift_weight"], 0),
        "shrunk": chosen.baseline == "shrunken_drift" and len(frame) > 1,
        "widest": frame.loc[ratio.idxmax(), "iso3"],
        "ratio": ratio.max(),
        "left_out": base.left_out,
    }


def additional(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say what is added to the total, and whether the mean misleads."""
    added = (futures.totals["scenario"] - futures.totals["baseline"])[-1]
    mean, median = added.mean(), np.median(added)
    changed = futures.named("scenario", "scenario_trade")
    return (
        asked(chosen, futures)
        | unwidened(chosen, futures, "additional")
        | {
            "frame": frame.assign(when=frame["year"].astype(str), extrapolated=frame["extrapolated"].astype(float)),
            "also": [
                (changed, ["scenario_trade", "scenario_trade_50", "scenario_trade_95"]),
                _plain(futures, "additional", "additional_unwidened"),
            ],
            "last": frame.iloc[-1],
            "quotient": frame["additional_trade"].iloc[-1] / frame["baseline_trade"].iloc[-1],
            "skewness": mean / median if mean > _SKEWED * median else math.nan,
        }
    )


def by_economy(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> dict[str, Any]:
    """Say who would gain, and by how much the members' medians miss the region's."""
    return (
        asked(chosen, futures)
        | gains(frame)
        | {
            "frame": economy(frame),
            "also": [all_years(futures)],
        }
    )


def gains(frame: pd.DataFrame) -> dict[str, Any]:
    """Return who gains most, how many do, and sums, from rows as `Simulation.by_member` returns them."""
    total, members = frame.iloc[0]["additional_trade"], frame.iloc[1:]
    gaining = members[members["additional_trade"] > 0]
    summed = members["additional_trade"].sum()
    return {
        "gaining": len(gaining),
        "members": len(members),
        "top": gaining.iloc[0] if len(gaining) else None,
        "summed": summed,
        "together": total,
        "adds_up": bool(np.isclose(total, summed)),
    }


def all_years(futures: Simulation) -> tuple[pd.DataFrame, list[str]]:
    """Return what is added in the region and in each member in every year, to be recorded."""
    columns = ["additional_trade", "additional_trade_50", "additional_trade_95"]
    return futures.named("additional", "additional_trade", members=True), columns


def better(past: pd.DataFrame, method: str) -> list[tuple[str, list[tuple[str, float, float]]]]:
    """Return for economies and for the total which methods did better, with both errors, where errors can be scaled."""
    found = scenarios.better_rivals(past, method)
    return [
        (
            SCOPES_IN_WORDS[scope],
            [(METHODS[row.method], row.mase, row.mase_chosen) for row in found[found["scope"] == scope].itertuples()],
        )
        for scope, rows in past.groupby("scope", sort=False)
        if rows["scale"].notna().any()
    ]


def recent_growth(base: Baseline) -> float:
    """Return the past total's growth over the last years in which all members have data, per cent a year."""
    past = base.observed
    complete = past[past["members_covered"] == len(base.members)].set_index("year")["total"]
    first, last = (complete.get(base.base_year - back, math.nan) for back in (_RECENT, 0))
    return compound_annual_growth(first, last, _RECENT)


def _plain(futures: Simulation, quantity: str, metric: str) -> tuple[pd.DataFrame, list[str]]:
    """Return a quantity of the last year with shocks that are not widened, to be recorded."""
    frame = futures.unwidened.named(quantity, metric, year=int(futures.years[-1]))
    return frame, [metric, f"{metric}_50", f"{metric}_95"]


def _of_scopes(frame: pd.DataFrame, chosen: ScenarioParameters, past: pd.DataFrame) -> pd.DataFrame:
    """Name the scopes and methods of a backtest, and say of what its records are."""
    words = frame["scope"].map(SCOPES)
    first = frame["method"] if "method" in frame else frame["level"].astype(str)
    return frame.assign(
        of=words,
        by=first.map(METHODS),
        item=first + "_" + words,
        region=chosen.compared()[0].label,
        year=past["year"].max(),
    )


def _span(values: pd.Series, decimals: int) -> str:
    low, high = f"{values.min():.{decimals}f}", f"{values.max():.{decimals}f}"
    return low if low == high else f"{low} to {high}"
