"""What the gap analysis's sentences rest on: who is larger, what is settled, what is not known."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.claims.law import SETTLED, WEIGHTED
from carec_digital_trade.datasets import describe
from carec_digital_trade.gap import CONFIDENCE, Decomposition, Estimate, opening_parts
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.readiness import TREATY, taking_part
from carec_digital_trade.regions import Region

Facts = dict[str, Any]

SMALL = 1 - CONFIDENCE
"""Value of p below which a difference is told from chance."""
_LONGEST_LABEL = 3
"""Words of a region's name that a sentence has room for; a longer one stands in captions and tables."""


def common(chosen: GapParameters) -> Facts:
    """Return what any caption or sentence may name."""
    regions = chosen.compared()
    parts = taking_part(chosen.weights)
    words = dict(zip((each.label for each in regions), ("the region", "the benchmark"), strict=True))
    brief = {label: label if len(label.split()) <= _LONGEST_LABEL else word for label, word in words.items()}
    return {
        "one": regions[0].label,
        "other": regions[1].label,
        "brief": brief,
        "we": brief[regions[0].label],
        "they": brief[regions[1].label],
        "tracked": describe("cyberlaw", chosen.vintage)["vintage"],
        "treaty": "cpta" if TREATY in parts else "",
        "components": len(parts),
        "rests_on": f"{chosen.estimator.upper()}, each economy left out of its own fit",
        "covered": "",
    }


def full_scores(frame: pd.DataFrame, scored: pd.DataFrame) -> Facts:
    """Say how many economies, and members of each region, have the highest score, and who is not sure."""
    known = scored["score"].dropna()
    top = known.max()
    regions = [
        {
            "label": label,
            "at_top": int((rows["readiness"] == top).sum()),
            "members": len(rows),
            "unsure": int((rows["readiness_low"] < rows["readiness_high"]).sum()),
            "known": bool(rows["readiness"].notna().any()),
        }
        for label, rows in frame.groupby("region", sort=False)
    ]
    return {"ranked": len(known), "top": top, "at_top": int((known == top).sum()), "regions": regions}


def leads(frame: pd.DataFrame) -> list[Facts]:
    """Say for each weighting who leads in how many draws, and whether that settles the order."""
    found = []
    for weighting, rows in frame.groupby("weighting", sort=False):
        first, _ = rows.sort_values("leads", ascending=False, kind="stable").to_dict("records")
        known = not rows["leads"].isna().any()
        found.append(
            {
                "how": WEIGHTED[weighting],
                "known": known,
                "tied": known and first["leads"] == 0,
                "leader": first["region"],
                "share": first["leads"],
                "low": first["leads_low"],
                "high": first["leads_high"],
                "arithmetic": first["leads_arithmetic"],
                "geometric": first["leads_geometric"],
                "settled": known and first["leads_low"] >= 100 * SETTLED,
                "lacking": list(rows["region"][rows["covered"] == 0]),
            }
        )
    return found


def leads_without(frame: pd.DataFrame, without: pd.DataFrame | None) -> Facts:
    """Say by which weightings the other region leads without the dominant members, where both leads are known."""
    if without is None:
        return {"without": False, "turned": []}
    compared, turned = 0, []
    for full, rest in zip(leads(frame), leads(without), strict=True):
        if not full["known"] or not rest["known"] or rest["tied"]:
            continue
        compared += 1
        names = list(frame["region"].unique())
        leader = names[list(without["region"].unique()).index(rest["leader"])]
        if not full["tied"] and leader != full["leader"]:
            turned.append({"how": rest["how"], "leader": leader, "share": rest["share"]})
    return {"without": compared > 0, "turned": turned}


def widest(frame: pd.DataFrame) -> Facts:
    """Name the domain in which the regions' means differ most, and who lacks a status."""
    one, other = frame["region"].unique()
    means = frame.pivot(index="domain", columns="region", values="domain_readiness")
    gaps = (means[one] - means[other]).dropna()
    unknown = frame.groupby("region", sort=False)["no_data"].sum()
    facts: Facts = {"unknown": [(label, int(number)) for label, number in unknown.items() if number]}
    if gaps.empty or not gaps.any():
        return facts | {"domain": "", "compared": not gaps.empty}
    domain = gaps.abs().idxmax()
    rows = frame[frame["domain"] == domain]
    having = list(zip(rows["legislation"], rows["members"], rows["region"], strict=True))
    return facts | {"domain": rows["words"].iloc[0].lower(), "having": having, "compared": True}


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
    return make_up(opening_parts(found).rename(index=words)) | {
        "gap": found.gap,
        "log_gap": found.log_gap,
        "left_out": list(found.left_out["iso3"]),
        "covered": f" ({' and '.join(members)} members)",
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
    sure = [(fit, row) for fit, row in having if "few_traders" not in fit.said]
    values = [math.expm1(row["coefficient"]) for _, row in having]
    return {
        "number": len(having),
        "positive": sum(row["coefficient"] > 0 for _, row in having),
        "sure": len(sure),
        "distinct": sum(row["p"] < SMALL for _, row in sure),
        "lowest": min(values, default=math.nan),
        "highest": max(values, default=math.nan),
    }


def against_expectation(
    frame: pd.DataFrame, everybody: pd.DataFrame, spikes: pd.DataFrame, chosen: GapParameters
) -> Facts:
    """Return medians by region, those outside their interval, and those of another year or that stand out."""
    shown = frame.dropna(subset="actual_over_expected")
    medians = [(label, rows["actual_over_expected"].median()) for label, rows in shown.groupby("region", sort=False)]
    all_ratios = everybody["actual_over_expected"].dropna()
    low, high = ((shown[f"expected_{end}"] / shown["expected"]).median() for end in ("low", "high"))
    return {
        "medians": medians,
        "nobody": "".join(each.label for each in chosen.compared() if each.label not in dict(medians)),
        "everybody": len(all_ratios),
        "median": all_ratios.median(),
        "shown": len(shown),
        "outside": int((shown["position"] != "within").sum()),
        "low": low,
        "high": high,
        "earlier": int((shown["year"] < chosen.year).sum()),
        "spikes": list(spikes["iso3"]),
    }


def covered_alike(found: pd.DataFrame, tests: pd.DataFrame) -> Facts:
    """Return the share of economies inside, and between which thirds it differs by more than chance."""
    whole = found.iloc[0]
    verdicts = [(by, p, p < SMALL) for by, p in tests.itertuples(index=False)]
    return {
        "economies": whole["economies"],
        "inside": whole["inside"],
        "share": whole["coverage"],
        "verdicts": verdicts,
    }


def lags(frame: pd.DataFrame, everybody: pd.DataFrame) -> Facts:
    """Count the members that lag in both, and those of which that is not known."""
    regions = [
        (label, len(rows), int((rows["in_both"] == "yes").sum()), int((rows["in_both"] == "not known").sum()))
        for label, rows in frame.groupby("region", sort=False)
    ]
    return {"regions": regions} | everybody.iloc[0].to_dict()


def verdict(checks: pd.DataFrame) -> Facts:
    """Say whether the regions can be told apart as asked, and whether checks that tell them apart agree.

    Where no variant tells them apart there is nothing to survive, and a change of sign is no finding.
    """
    answered = checks.dropna(subset=["agrees"])
    asked, others = answered.iloc[0], answered.iloc[1:]
    clear, same = others["p"] < SMALL, others["agrees"].astype(bool)
    apart = bool(asked["p"] < SMALL)
    kind = (
        "alone"
        if others.empty
        else ("survives" if (clear & same).all() else "fails")
        if apart
        else ("elsewhere" if clear.any() else "nowhere")
    )
    return {
        "kind": kind,
        "apart": apart,
        "lower": bool(asked["region_below"]),
        "ours": asked["region_median"],
        "theirs": asked["benchmark_median"],
        "p": asked["p"],
        "checks": len(others),
        "same_way": int((clear & same).sum()),
        "told": int(clear.sum()),
        "turned": int((clear & ~same).sum()),
        "not_told": int((~clear).sum()),
        "p_low": answered["p"].min(),
        "p_high": answered["p"].max(),
        "signs": int((~same).sum()),
        "elsewhere": list(others["variant"][clear]),
    }


def split_answer(variants: pd.DataFrame, words: dict[str, str]) -> Facts | None:
    """Return the gap as asked with its largest factor, and the largest without the dominant members if another."""
    asked = variants.iloc[0]
    if asked["problem"]:
        return None
    parts = asked[[f"opening_{factor}" for factor in words]].astype(float).set_axis(list(words.values()))
    kept = variants.loc[variants["key"] == "without_dominant", "largest"]
    turned = [words[each] for each in kept if each not in ("", asked["largest"])]
    amounts = asked[["region_trade", "benchmark_trade", "gap"]].to_dict()
    return make_up(parts) | amounts | {"turned": "".join(turned)}


def same_factor(frame: pd.DataFrame, words: dict[str, str]) -> Facts:
    """Say whether the factor that opens a gap the most does so with other data too."""
    asked, others = frame.iloc[0], frame.iloc[1:]
    if asked["problem"]:
        return {"why": f"{asked['problem'][0].upper()}{asked['problem'][1:]}."}
    answered = others.dropna(subset="agrees")
    against = answered[~answered["agrees"].astype(bool)]
    parts = asked[[f"opening_{factor}" for factor in words]].astype(float)
    return {
        "largest": asked["largest"],
        "weight": make_up(parts.set_axis(list(words.values())))["weight"],
        "answered": len(answered),
        "against": list(zip(against["variant"], against["largest"], strict=True)),
        "turns": list(answered["variant"][np.sign(answered["log_gap"]) != np.sign(asked["log_gap"])]),
    }
