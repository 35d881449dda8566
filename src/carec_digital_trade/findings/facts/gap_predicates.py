"""What the gap analysis's sentences rest on: who is larger, what is settled, what is not known."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import describe
from carec_digital_trade.economies import economy_name
from carec_digital_trade.findings.facts.overturned import first_change
from carec_digital_trade.gap import CONFIDENCE, Decomposition, Estimate, opening_parts
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital, count, listing
from carec_digital_trade.readiness import TREATY, taking_part
from carec_digital_trade.regions import Region

Facts = dict[str, Any]

SMALL = 1 - CONFIDENCE
"""Value of p below which a difference is told from chance."""
_LONGEST_LABEL = 3
"""Words of a region's name that a sentence has room for; a longer one stands in captions and tables."""
_MOST_NAMES = 3
"""Members that a sentence has room for; more are counted there, and named in the caption."""


def common(chosen: GapParameters) -> Facts:
    """Return what any caption or sentence may name."""
    one, other = (each.label for each in chosen.compared())
    parts = taking_part(chosen.weights)
    roles = {one: "the region", other: "the benchmark"}
    brief = {label: label if len(label.split()) <= _LONGEST_LABEL else role for label, role in roles.items()}
    return {
        "covariates": "".join(f".{name}" for name in chosen.covariates),
        "one": one,
        "other": other,
        "brief": brief,
        "we": brief[one],
        "they": brief[other],
        "tracked": describe("cyberlaw", chosen.vintage)["vintage"],
        "treaty": "cpta" if TREATY in parts else "",
        "components": len(parts),
        "rests_on": f"{chosen.estimator.upper()}, each economy left out of its own fit",
        "covered": "",
    }


def tracker_year(chosen: GapParameters) -> int:
    """Return the year of the tracker of laws, whatever the year of the trade."""
    return int(describe("cyberlaw", chosen.vintage)["vintage"][:4])


def make_up(parts: pd.Series) -> Facts:
    """Say which parts open a gap and which narrow it, or what the largest is to it.

    Parameters
    ----------
    parts : pandas.Series
        Of the gap's size, by factor in words: positive where they open the gap. Zeros have no sign.
    """
    ranked = parts[parts.abs().sort_values(ascending=False, kind="stable").index]
    opening, narrowing = list(ranked.index[ranked > 0]), list(ranked.index[ranked < 0])
    mixed = bool(opening and narrowing)
    most = 2 * parts.max() > parts.sum()
    alone = "makes up most of the gap" if most else "is the largest part of the gap"
    return {
        "mixed": mixed,
        "opening": opening,
        "narrowing": narrowing,
        "largest": parts.idxmax(),
        "weight": "opens the gap the most" if mixed else alone,
    }


def gap_facts(found: Decomposition, words: dict[str, str], regions: Sequence[Region]) -> Facts:
    """Return a gap, what it is made of, and who is left out."""
    covered = [len(each) for each in (found.region_covered, found.benchmark_covered)]
    members = [f"{have} of {len(each.members)}" for have, each in zip(covered, regions, strict=True)]
    names = [economy_name(code, short=True) for code in found.left_out["iso3"]]
    without = f", without {listing(names)}" if names else ""
    return make_up(opening_parts(found).rename(index=words)) | {
        "gap": found.gap,
        "left_out": listing(names, empty="") if len(names) <= _MOST_NAMES else count(len(names), "member"),
        "covered": f" ({' and '.join(members)} members{without})",
    }


def held_back(frame: pd.DataFrame, words: dict[str, str]) -> Facts:
    """Count the members in which each factor is lower, and in which it holds them back most."""
    known = frame.dropna(subset="gap")
    logs = known[[f"log_contribution_{factor}" for factor in words]].set_axis(list(words.values()), axis=1)
    lower = logs[(logs < 0).any(axis="columns")]
    return {
        "compared": len(known),
        "mean_member": known["benchmark_trade"].iloc[0],
        "lower": list((logs < 0).sum().items()),
        "most": list(lower.idxmin(axis="columns").value_counts().items()),
    }


def terms_told(fits: Sequence[Estimate], term: str) -> Facts:
    """Say in how many estimates a term is positive, and in how many it is told from zero.

    Those whose intervals rest on few economies are not counted among the latter.
    """
    tables = [(fit, fit.coefficients.set_index("term")) for fit in fits]
    having = [(fit, table.loc[term]) for fit, table in tables if term in table.index]
    sure = [row for fit, row in having if "few_traders" not in fit.said]
    values = [math.expm1(row["coefficient"]) for _, row in having]
    return {
        "number": len(having),
        "positive": sum(value > 0 for value in values),
        "sure": len(sure),
        "distinct": sum(row["p"] < SMALL for row in sure),
        "lowest": min(values, default=math.nan),
        "highest": max(values, default=math.nan),
    }


def against_expectation(
    frame: pd.DataFrame, everybody: pd.DataFrame, spikes: pd.DataFrame, chosen: GapParameters
) -> Facts:
    """Return medians by region, those outside their interval, and those of another year or that stand out."""
    shown = frame.dropna(subset="actual_over_expected")
    medians = shown.groupby("region", sort=False)["actual_over_expected"].median()
    all_ratios = everybody["actual_over_expected"].dropna()
    low, high = ((shown[f"expected_{end}"] / shown["expected"]).median() for end in ("low", "high"))
    return {
        "medians": list(medians.items()),
        "nobody": "".join(each.label for each in chosen.compared() if each.label not in medians),
        "everybody": len(all_ratios),
        "median": all_ratios.median(),
        "shown": len(shown),
        "outside": int((shown["position"] != "within").sum()),
        "low": low,
        "high": high,
        "earlier": int((shown["year"] < chosen.year).sum()),
        "spikes": len(spikes),
    }


def covered_alike(found: pd.DataFrame, tests: pd.DataFrame) -> Facts:
    """Return the share of economies inside, and between which thirds it differs by more than chance."""
    verdicts = [(by, p, p < SMALL) for by, p in tests.itertuples(index=False)]
    return found.iloc[0][["economies", "inside", "coverage"]].to_dict() | {"verdicts": verdicts}


def lags(frame: pd.DataFrame, everybody: pd.DataFrame) -> Facts:
    """Count the members that lag in both, and those of which that is not known."""
    regions = [
        (label, len(rows), int((rows["in_both"] == "yes").sum()), int((rows["in_both"] == "not known").sum()))
        for label, rows in frame.groupby("region", sort=False)
    ]
    unsure = frame.loc[frame["in_both"] == "not known", "name"].tolist()
    return {"regions": regions, "unsure": unsure} | everybody.iloc[0].to_dict()


def verdict(checks: pd.DataFrame) -> Facts:
    """Say whether the regions can be told apart as asked, and whether checks that tell them apart agree.

    Where no variant tells them apart there is nothing to survive, and a change of sign is no finding.
    """
    answered = checks.dropna(subset=["agrees"])
    asked, others = answered.iloc[0], answered.iloc[1:]
    clear, same = others["p"] < SMALL, others["agrees"].astype(bool)
    apart = bool(asked["p"] < SMALL)
    if others.empty:
        kind = "alone"
    elif apart:
        kind = "survives" if (clear & same).all() else "fails"
    else:
        kind = "elsewhere" if clear.any() else "nowhere"
    return {
        "kind": kind,
        "apart": apart,
        "lower": bool(asked["region_below"]),
        "ours": asked["region_median"],
        "theirs": asked["benchmark_median"],
        "p": asked["p"],
        **asked[["ratio", "ratio_low", "ratio_high", "detectable"]],
        "finite": bool(asked["detectable"] < math.inf),
        "checks": len(others),
        "same_way": int((clear & same).sum()),
        "told": int(clear.sum()),
        "turned": int((clear & ~same).sum()),
        "not_told": int((~clear).sum()),
        "p_low": answered["p"].min(),
        "p_high": answered["p"].max(),
        "signs": int((~same).sum()),
    }


def split_answer(variants: pd.DataFrame, words: dict[str, str]) -> Facts | None:
    """Return the gap as asked with its largest factor."""
    asked = variants.iloc[0]
    if asked["problem"]:
        return None
    amounts = asked[["region_trade", "benchmark_trade", "gap"]].to_dict()
    return make_up(_opening(asked, words)) | amounts


def gap_turn(changed: pd.DataFrame, words: dict[str, str]) -> Facts:
    """Return the change that turns the gap round, or makes another factor its largest part."""
    found = first_change(changed, "factor")
    side, _, factor = found["verdict"].partition(": ")
    return found | {"round": side != found["asked"].partition(": ")[0], "factor": words.get(factor, "")}


def same_factor(frame: pd.DataFrame, words: dict[str, str]) -> Facts:
    """Say whether the factor that opens a gap the most does so with other data too."""
    asked, others = frame.iloc[0], frame.iloc[1:]
    if asked["problem"]:
        return {"why": capital(f"{asked['problem']}.")}
    answered = others.dropna(subset="agrees")
    against = answered[~answered["agrees"].astype(bool)]
    return {
        "largest": asked["largest"],
        "weight": make_up(_opening(asked, words))["weight"],
        "answered": len(answered),
        "against": against[["variant", "largest"]].values.tolist(),
        "turns": list(answered["variant"][np.sign(answered["log_gap"]) != np.sign(asked["log_gap"])]),
    }


def _opening(asked: pd.Series, words: dict[str, str]) -> pd.Series:
    return asked[[f"opening_{factor}" for factor in words]].astype(float).set_axis(list(words.values()))
