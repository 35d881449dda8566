"""What the sentences of the scenarios rest on: how far a figure is to be relied on, what is added, what it takes."""

import math

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.findings.facts.goods import crosscheck, goods
from carec_digital_trade.findings.facts.levers import (
    SCOPES,
    UNRELIABLE,
    Facts,
    asked,
    attribution,
    by_study,
    economy,
    evidence,
    gaps,
    sobol,
    tornado,
)
from carec_digital_trade.metrics import compound_annual_growth
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.scenarios import EVIDENCE_SUPPORT, LEVELS, LONGEST, Baseline, Simulation, Target, banded

__all__ = ["attribution", "by_study", "crosscheck", "evidence", "gaps", "goods", "sobol", "tornado"]

METHODS, OURS = WORDS["methods"], WORDS["scopes"]
_RECENT = (10, 5)
"""Years over which the past growth is told."""
_DOMINANT = 0.5
"""Share of the region's latest trade from which a member is named."""
_STUDIES = 3
"""That the answer has room for."""
_SKEWED = 1.2
"""Mean over median from which it is told."""


def common(chosen: ScenarioParameters) -> Facts:
    """Return what any caption or sentence may name."""
    return {
        "region": chosen.compared()[0].label,
        "year_to_come": chosen.horizon,
        "method": METHODS[chosen.baseline],
        "evidence_support": EVIDENCE_SUPPORT,
        "prices": "current prices" if chosen.prices == "current" else "constant prices (US deflator)",
    }


def answer(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say what is added, how sure that is, and what would overturn it."""
    last, goal, peers = futures.by_member(), chosen.goal(), chosen.compared()[1]
    amount = scenarios.target_amount(goal, futures.scenario.baseline, peers, chosen.vintage)
    step = futures.scenario.step(goal.year)
    words = ["Without the levers", "Added by the levers"]
    return asked(chosen, futures) | {
        "frame": frame.assign(words=words),
        "total": last.iloc[0],
        "goal": _short_title(goal),
        "goal_year": goal.year,
        "at": {name: float((total[step] >= amount).mean()) for name, total in futures.totals.items()},
        "beyond": len(futures.scenario.beyond_evidence),
        "studies": by_study(scenarios.by_study(futures), chosen, futures)["studies"][:_STUDIES],
    }


def backtest(frame: pd.DataFrame, chosen: ScenarioParameters, past: pd.DataFrame) -> Facts:
    """Say how large the baseline's errors were, and which method did better on the forecasts that both made."""
    own = frame[(frame["method"] == chosen.baseline) & frame["mase"].notna()].set_index("scope")["mase"]
    beside = scenarios.differences(past, chosen.baseline)
    frame = frame.merge(beside[["scope", "method", "difference", "error"]], on=["scope", "method"], how="left")
    everywhere = beside[(beside["scope"] == scenarios.EVERYBODY) & (beside["difference"] < 0)]
    return {
        "frame": _of_scopes(frame, frame["method"], past, chosen).assign(used=frame["method"] == chosen.baseline),
        "longest": LONGEST,
        "first": past["origin"].min(),
        "last": past["origin"].max(),
        "errors": [(words, own[scope]) for scope, words in OURS.items() if scope in own],
        "everywhere": [
            (METHODS[row.method], row.mase, row.mase_chosen, -row.difference / row.error)
            for row in everywhere.nsmallest(1, "difference").itertuples()
        ],
        "better": better(past, chosen.baseline),
    }


def calibration(frame: pd.DataFrame, chosen: ScenarioParameters, base: Baseline) -> Facts:
    """Say what the bands covered, and by how much they are stretched."""
    table = _of_scopes(frame, frame["level"].astype(str), base.past, chosen)
    region = chosen.compared()[0].label
    used = pd.DataFrame({"item": ["economies", "total"], "band_stretch": [base.stretch, base.total_stretch]})
    used = used.assign(region=region, year=base.past["year"].max())
    covered = table[table["scope"].isin(list(OURS))].groupby("scope")["coverage"]
    return {
        "frame": table,
        "records": [table, used],
        "covered": [(OURS[scope], (shares / 100).tolist()) for scope, shares in covered],
        "single": base.stretch,
        "factor": base.total_stretch,
        "unreliable": base.total_stretch > UNRELIABLE,
    }


def coverage(frame: pd.DataFrame, chosen: ScenarioParameters, base: Baseline) -> Facts:
    """Say whose bands held the least of what came."""
    region, year = chosen.compared()[0].label, base.past["year"].max()
    frame = economy(frame.assign(region=region, year=year, item="of_its_own"))
    return {"frame": frame, "below": int((frame["coverage"] < LEVELS[0]).sum()), "worst": frame.iloc[0]}


def baseline(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say where the total would go, how that compares with its past, and who it mostly is."""
    base = futures.scenario.baseline
    region, latest, last = chosen.compared()[0].label, np.exp(base.start), frame.iloc[-1]
    frame = frame.assign(when=frame["year"].astype(str), members_covered=futures.total("baseline")["covered"])
    start = pd.DataFrame([{"region": region, "year": base.base_year, "baseline_start": base.latest()}])
    past = base.observed[["year", "total", "members_covered"]].assign(region=region)
    share = latest.max() / latest.sum()
    return asked(chosen, futures) | {
        "frame": frame,
        "records": [frame, past, start],
        "tables": [],
        "cited": "",
        "base_year": base.base_year,
        "start": base.latest(),
        "last": last,
        "pace": compound_annual_growth(base.latest(), last["baseline_trade"], last["year"] - base.base_year) / 100,
        "before": [(back, recent_growth(base, back) / 100) for back in _RECENT],
        "dominant": base.members[latest.argmax()] if len(latest) > 1 and share >= _DOMINANT else "",
        "dominant_share": share,
        "early": sum(base.last_year < base.base_year),
    }


def growth(frame: pd.DataFrame, chosen: ScenarioParameters) -> Facts:
    """Say how the growth of five years compares with that of ten."""
    ours = frame.iloc[0]
    faster = frame["past_growth_5"] > frame["past_growth_10"]
    return {
        "frame": economy(frame).assign(when=frame["year"].astype(str)),
        "ten": ours["past_growth_10"] / 100,
        "five": ours["past_growth_5"] / 100,
        "faster": int(faster.sum()),
    }


def drifts(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say how much of its own drift each member keeps, who is least certain, and who is left out."""
    base = futures.scenario.baseline
    rows = futures.bands[futures.bands["quantity"] == "baseline"]
    last = rows[rows["year"] == chosen.horizon]
    frame = economy(frame.merge(last[["iso3", "region", "median", "low_80", "high_80"]], on="iso3"))
    members = rows[rows["iso3"].notna()].reset_index(drop=True)
    named = pd.concat([members[["region", "iso3", "year"]], banded(members, "baseline_trade")], axis=1)
    ratio = frame["high_80"] / frame["low_80"]
    return {
        "frame": frame.assign(when=frame["year"].astype(str)),
        "records": [frame, named],
        "own": _span(frame["own_drift"].dropna(), 1),
        "used": _span(frame["drift"], 1),
        "kept": _span(frame["drift_weight"], 0),
        "shrunk": chosen.baseline == "shrunken_drift" and len(frame) > 1,
        "widest": frame.loc[ratio.idxmax(), "iso3"],
        "ratio": ratio.max(),
        "left_out": len(base.left_out),
    }


def additional(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say what is added to the total, and whether the mean misleads."""
    added = (futures.totals["scenario"] - futures.totals["baseline"])[-1]
    mean, median = added.mean(), np.median(added)
    own = frame.assign(when=frame["year"].astype(str), extrapolated=frame["extrapolated"].astype(float))
    return asked(chosen, futures) | {
        "frame": own,
        "records": [own, futures.named("scenario", "scenario_trade")],
        "last": frame.iloc[-1],
        "skewness": mean / median if 0 < _SKEWED * median < mean else math.nan,
    }


def by_economy(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say who would gain, and by how much the members' medians miss the region's."""
    together, members = frame.iloc[0]["additional_trade"], frame.iloc[1:]
    gaining = members[members["additional_trade"] > 0]
    summed = members["additional_trade"].sum()
    every_year = futures.named("additional", "additional_trade", members=True)
    shares = ["region", "iso3", "year", "additional_share", "additional_share_low", "additional_share_high"]
    return asked(chosen, futures) | {
        "frame": economy(frame),
        "records": [frame[[*shares, "extrapolated"]], every_year],
        "gaining": len(gaining),
        "members": len(members),
        "top": gaining.iloc[0] if len(gaining) else None,
        "summed": summed,
        "together": together,
        "adds_up": bool(np.isclose(together, summed)),
    }


def feasibility(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation) -> Facts:
    """Say in how many futures somebody trades more of GDP than anybody ever did, who most often, and what it was."""
    facts = asked(chosen, futures) | {"tables": [chosen.measure, "panel"]}
    if frame.empty:
        return facts | {"frame": frame, "records": []}
    members = economy(frame)
    return facts | {
        "frame": members,
        "together": frame.iloc[0],
        "most": frame.iloc[1],
    }


def goal(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation, lacking: str) -> Facts:
    """Say what share of every gap must be closed for each target, if any closure does."""
    titles = [_title(kind, chosen) for kind in frame["kind"]]
    frame = frame.assign(title=titles, when=frame["year"].astype(str), item=frame["kind"])
    year = chosen.goal().year
    facts = {"frame": frame, "targets": frame.to_dict("records"), "year": year, "lacking": lacking}
    return asked(chosen, futures) | facts


def chances(frame: pd.DataFrame, chosen: ScenarioParameters, futures: Simulation, amount: float) -> Facts:
    """Say how likely the target is, with and without the levers."""
    goal, region = chosen.goal(), chosen.compared()[0].label
    each = frame.assign(region=region, reached=100 * frame["probability"], item=frame["quantity"])
    wide = 100 * frame.pivot(index="year", columns="quantity", values=["probability", "mc_error"])
    table = wide["probability"].assign(error=wide["mc_error"].max(axis="columns"), when=wide.index.astype(str))
    return asked(chosen, futures) | {
        "frame": table.reset_index(),
        "records": [each],
        "amount": amount,
        "year": goal.year,
        "title": _title(goal.kind, chosen),
        "given_gdp": goal.kind == "benchmark_ratio",
        "at": frame[frame["year"] == goal.year].set_index("quantity")["probability"],
    }


def _title(kind: str, chosen: ScenarioParameters) -> str:
    multiple = chosen.goal().multiple
    if kind == "multiple":
        return "double the latest total" if multiple == 2 else f"{multiple:g} times the latest total"
    return f"the median trade per GDP of {chosen.compared()[1].label}"


def _short_title(goal: Target) -> str:
    if goal.kind != "multiple":
        return "benchmark's ratio"
    return "doubling" if goal.multiple == 2 else f"{goal.multiple:.3g} times"


def better(past: pd.DataFrame, method: str) -> list[tuple[str, list[tuple[str, float, float]]]]:
    """Return for economies and for the total which methods did better, with both errors, where errors can be scaled."""
    found = scenarios.better_rivals(past, method)
    return [
        (
            OURS[scope],
            [(METHODS[row.method], row.mase, row.mase_chosen) for row in found[found["scope"] == scope].itertuples()],
        )
        for scope, rows in past.groupby("scope", sort=False)
        if scope in OURS and rows["scale"].notna().any()
    ]


def recent_growth(base: Baseline, years: int) -> float:
    """Return the past total's growth over the last years, at whose ends all members have data, per cent a year."""
    past = base.observed
    complete = past[past["members_covered"] == len(base.members)].set_index("year")["total"]
    first, last = (complete.get(base.base_year - back, math.nan) for back in (years, 0))
    return compound_annual_growth(first, last, years)


def _of_scopes(frame: pd.DataFrame, first: pd.Series, past: pd.DataFrame, chosen: ScenarioParameters) -> pd.DataFrame:
    """Name the scopes and methods of a backtest, and say of what its records are."""
    of = frame["scope"].map(SCOPES)
    year, region = past["year"].max(), chosen.compared()[0].label
    words = {"of": of.str.replace("_", " "), "by": first.replace(METHODS), "item": first + "_" + of}
    return frame.assign(**words, region=region, year=year)


def _span(values: pd.Series, decimals: int) -> str:
    low, high = f"{values.min():.{decimals}f}", f"{values.max():.{decimals}f}"
    return low if low == high else f"{low} to {high}"
