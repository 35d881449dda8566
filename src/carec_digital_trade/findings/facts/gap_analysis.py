"""The gap analysis: what its recipes return, as tables, records and facts for the sentences."""

import re
from collections.abc import Sequence

import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.findings.facts import gap_predicates as told
from carec_digital_trade.findings.facts import law_predicates as law
from carec_digital_trade.findings.facts import overturned
from carec_digital_trade.findings.facts.factors import FACTORS, by_economy, decomposition, joined
from carec_digital_trade.findings.facts.gap_predicates import Facts, common
from carec_digital_trade.findings.facts.reach import (
    index_agreement,
    indices,
    infrastructure,
    infrastructure_by_year,
    members_behind,
    slopes,
)
from carec_digital_trade.gap import Estimate, covariates_in, members_expected, spikes
from carec_digital_trade.gap.expected import ANSWERS
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import listing
from carec_digital_trade.readiness import ARTICLE_DOMAINS

__all__ = ["by_economy", "common", "decomposition", "index_agreement", "indices", "infrastructure"]
__all__ += ["infrastructure_by_year", "members_behind", "slopes"]

STRONGEST = 3
"""Cells, and pairs of them, that are shown besides those in doubt."""
_RATIO = "actual_over_expected"
_SHORT_TERMS = {"internet_users_10_points": "internet", "fixed_broadband_10_per_100": "broadband"}
_SHORT_TERMS |= {"mobile_broadband_10_per_100": "mobile", "coverage_4g_10_points": "coverage"}
_SHORT_TERMS |= {"fixed_price_10_points": "price"}
_ODD = ("one_year", "separation", "few_clusters", "few_traders", "collinear")
"""What is said of some estimates only."""


def answer(
    variants: pd.DataFrame,
    chosen: GapParameters,
    led: pd.DataFrame,
    checks: pd.DataFrame | InputError,
    changed: pd.DataFrame,
    cells: pd.DataFrame | InputError,
) -> Facts:
    """Set the gap, the readiness of the law and trade against expectation of both regions below each other."""
    split, lead = told.split_answer(variants, FACTORS), law.leads(led)[0]
    compared = None if isinstance(checks, InputError) else told.verdict(checks)
    scores = led.loc[led["weighting"] == "plain", "readiness_mean"]
    sure = f"{lead['leader']} leads in {lead['share']:.0f}% of the draws" if lead["known"] else "no lead is known"
    rows = [(f"Readiness of the law of {told.tracker_year(chosen)}, 0 to 1", *map("{:.2f}".format, scores), sure)]
    if split:
        amounts = (f"{split[side]:,.0f}" for side in ("region_trade", "benchmark_trade"))
        rows.insert(0, ("Trade, USD million", *amounts, f"{split['largest']} {split['weight']}"))
    if compared:
        medians = (f"{compared[side]:.2f}" for side in ("ours", "theirs"))
        rows.append(("Median of actual over expected trade", *medians, f"p = {compared['p']:.2f}"))
    table = pd.DataFrame(rows, columns=["question", "region_value", "benchmark_value", "sure"])
    table = table.replace("nan", "not known")
    turned = {"gap_turn": told.gap_turn(changed, FACTORS), "law_turn": law.law_turn(changed, cells)}
    return {"frame": table, "records": [], "split": split, "checks": compared} | turned


def readiness(ready: pd.DataFrame, chosen: GapParameters, scored: pd.DataFrame) -> Facts:
    """Sort the members of each region, the readiest first."""
    ranked = ready.sort_values("readiness", ascending=False, kind="stable", na_position="last")
    parts = [ranked[ranked["region"] == each.label] for each in chosen.compared()]
    frame = pd.concat(parts, ignore_index=True).assign(year=told.tracker_year(chosen))
    return {"frame": frame} | law.full_scores(frame, scored)


def regional_readiness(led: pd.DataFrame, chosen: GapParameters, without: pd.DataFrame | None) -> Facts:
    """Add the leads without the dominant members to the records."""
    frame = led.assign(item=led["weighting"], covered_of=[f"{r.covered} of {r.members}" for r in led.itertuples()])
    more = [] if without is None else [without.assign(item=without["weighting"] + "_without_dominant")]
    year = told.tracker_year(chosen)
    found = {"frame": frame, "records": [each.assign(year=year) for each in (frame, *more)], "leads": law.leads(led)}
    return found | law.leads_without(led, without)


def turning_cells(found: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Name the cells, and show those in doubt and the strongest."""
    frame = found.assign(
        year=told.tracker_year(chosen),
        words=[law.cells_in_words(cells) for cells in found["cells"]],
        turned=found["turns"].map({True: "yes", False: "no"}),
        doubt=found["doubted"].map({True: "yes", False: "no"}),
    )
    ranked = frame["doubted"] | (frame[~frame["doubted"]].groupby("number").cumcount() < STRONGEST)
    hangs = law.hanging(found)
    left = found.loc[found["cells"] == hangs["named"], "leads_recoded"].sum()
    words = {"named": law.cells_in_words(hangs["named"]), "leader": found["region"].iloc[0], "left": left}
    return {"frame": frame[ranked]} | hangs | words


def by_domain(found: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Put the domains into the tracker's order, both regions beside each other."""
    words = WORDS["components"]
    frame = found.loc[found["domain"].map(list(words).index).sort_values(kind="stable").index]
    named = frame["domain"].map(words).str.capitalize()
    frame = frame.assign(laws=frame["legislation"], item=frame["domain"], words=named, year=told.tracker_year(chosen))
    return {"frame": frame} | law.widest(frame)


def codings(cells: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Spread the cells by domain; count them by comparison."""
    words = WORDS["comparisons"]
    wide = cells.assign(text=[_cell(row) for row in cells.itertuples()])
    wide = wide.pivot(index=["region", "iso3"], columns="domain", values="text")
    order = list(dict.fromkeys(zip(cells["region"], cells["iso3"], strict=True)))
    counted = pd.crosstab(cells["region"], cells["comparison"])
    counted = counted.reindex(index=cells["region"].unique(), columns=list(words), fill_value=0)
    long = counted.rename(columns=lambda name: name.replace(" ", "_"))
    long = long.melt(ignore_index=False, var_name="item", value_name="cells").reset_index()
    counts = listing(f"{number} {words[name]}" for name, number in counted.sum().items() if number)
    frame = wide.loc[order, list(ARTICLE_DOMAINS)].reset_index()
    return {
        "frame": frame,
        "records": [long.assign(year=told.tracker_year(chosen))],
        "cells": len(cells),
        "counts": counts,
    }


def estimates(fits: Sequence[Estimate], chosen: GapParameters, equation: str) -> Facts:
    """Set the terms of all estimates below each other; expected trade rests on the equation."""
    rows = pd.concat([_terms(fit) for fit in fits], ignore_index=True)
    names = ["item", "observations", "economies", "explained", "reset_p"]
    whole = [(_suffix(fit), fit.observations, fit.economies, fit.r2, fit.reset_p) for fit in fits]
    asked = [fit for fit in fits if fit.equation == equation and not fit.economy_effects]
    return {
        "frame": rows,
        "records": [
            rows.drop(columns=["explained", "reset_p", "bootstrap_p"]),
            rows.dropna(subset="bootstrap_p")[["item", "bootstrap_p"]],
            pd.DataFrame(whole, columns=names),
        ],
        "internet": told.terms_told(fits, "internet_users_10_points"),
        "used": next(fit for fit in asked if fit.estimator == chosen.estimator),
        "inflation": rows["inflation"].max(),
        "turned": int((rows["coefficient_p"].lt(told.SMALL) & rows["bootstrap_p"].ge(told.SMALL)).sum()),
        "few": next((fit.said["few_clusters"] for fit in fits if "few_clusters" in fit.said), ""),
        "first": min(fit.first_year for fit in fits),
        "last": max(fit.last_year for fit in fits),
    }


def expected(
    everybody: pd.DataFrame, chosen: GapParameters, panel: pd.DataFrame, standing: pd.DataFrame | None = None
) -> Facts:
    """Take the members of each region that has any figure."""
    names = {"year_used": "year", "actual": "total", "low": "expected_low", "high": "expected_high"}
    names |= {"ratio_low": f"{_RATIO}_low", "ratio_high": f"{_RATIO}_high"}
    if standing is not None:
        everybody = everybody.merge(standing, on="iso3", how="left")
    rows = everybody.drop(columns="name").rename(columns=names).set_index("iso3")
    parts = [rows.reindex(list(each.members)).assign(region=each.label) for each in chosen.compared()]
    known = [part for part in parts if part["total"].notna().any()]
    if not known:
        members_expected(everybody, chosen.compared()[0])  # says why there is none
    frame = pd.concat(known).reset_index()
    frame["note"] = frame["note"].fillna("not in the data")
    out = spikes(panel, frame.dropna(subset="total"))
    return {"frame": frame} | told.against_expectation(frame, everybody, out, chosen)


def coverage(found: pd.DataFrame, chosen: GapParameters, tests: pd.DataFrame) -> Facts:
    """Name the thirds, and add the tests of equal coverage to the records."""
    items = ["" if row.by == "all" else f"{row.by}_{row.group.split()[0]}" for row in found.itertuples()]
    words = found["by"].map(WORDS["thirds"])
    frame = found.assign(item=items, interval_coverage=100 * found["coverage"], words=words)
    records = [frame, tests.rename(columns={"by": "item", "p": "interval_coverage_p"})]
    return {"frame": frame, "records": records} | told.covered_alike(found, tests)


def lagging(rows: pd.DataFrame, chosen: GapParameters, everybody: pd.DataFrame) -> Facts:
    """Add all economies' medians and correlation to the records."""
    frame = rows.assign(**{f"lags_{name}": rows[name].map(ANSWERS) for name in ("in_readiness", "in_trade", "in_both")})
    return {"frame": frame, "records": [frame, everybody]} | told.lags(frame, everybody)


def survival(checks: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Record the medians of both regions and the test of each variant."""
    covariates = WORDS["covariates"]
    frame = checks.assign(
        estimator=checks["estimator"].map(WORDS["estimators"]),
        item=checks["key"],
        covariates=[
            ", ".join(covariates.get(name, name) for name in names.split(", ")) for names in checks["covariates"]
        ],
        mann_whitney_p=checks["p"],
    )
    place = frame[["year", "item"]]
    medians = [
        place.assign(region=each.label, median_actual_over_expected=frame[f"{side}_median"])
        for side, each in zip(("region", "benchmark"), chosen.compared(), strict=True)
    ]
    tests = frame.assign(
        detectable_ratio=frame["detectable"],
        **{f"ratio_of_samples{end}": frame[f"ratio{end}"] for end in ("", "_low", "_high")},
    )
    return {"frame": frame, "records": [*medians, tests]} | told.verdict(checks)


def split_survival(variants: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Name the factor that opens each gap the most."""
    frame = variants.assign(item=variants["key"], largest=variants["largest"].replace(FACTORS))
    return {"frame": frame} | told.same_factor(frame, FACTORS)


def overturning(changed: pd.DataFrame, chosen: GapParameters) -> Facts:
    """Put the verdicts into words, a column a headline."""
    sides = dict(zip(("region", "benchmark"), (each.label for each in chosen.compared()), strict=True))
    words = {
        "factor": {
            f"{side}: {key}": f"{label} less: {name}" for side, label in sides.items() for key, name in FACTORS.items()
        },
        "law": sides | {"alike": "level"},
        "apart": {"not told apart": "cannot be told apart"}
        | {f"{side} higher": f"{label} higher" for side, label in sides.items()},
    }
    found = overturned.table(changed, words)
    frame = found["frame"]
    (records,) = found["records"]
    law_rows = records["item"].str.startswith("law_")
    records["year"] = records["year"].mask(law_rows, told.tracker_year(chosen))
    cells = frame["key"].isin(overturned.CELLS)
    frame.loc[cells, "change"] = [law.item_in_words(item) for item in frame.loc[cells, "change"]]
    return found


def _cell(row: tuple) -> str:
    said = row.article if isinstance(row.article, str) else row.scope
    if row.scope in ("most members", "some members"):
        said = f"{row.scope}: {said}"
    return f"{row.comparison} ({said} / {row.tracker.replace('_', ' ')})"


def _terms(fit: Estimate) -> pd.DataFrame:
    names = {"low": "coefficient_low", "high": "coefficient_high", "p": "coefficient_p"}
    covariates = [WORDS["covariates"][name] for name in covariates_in(fit.equation)]
    return fit.coefficients.rename(columns=names).assign(
        item=[joined(_short(term), _suffix(fit)) for term in fit.coefficients["term"]],
        estimator=WORDS["estimators"][fit.estimator],
        effects=fit.economy_effects,
        covariates=", ".join(covariates) or "none",
        rows=f"{fit.observations:,} ({fit.economies})",
        notes=", ".join(kind.replace("_", " ") for kind in fit.said if kind in _ODD),
        explained=fit.r2,
        reset_p=fit.reset_p,
    )


def _suffix(fit: Estimate) -> str:
    """Name an estimate by estimator, effects and what its equation has besides size and income."""
    others = [term for term in fit.coefficients["term"] if term not in ("log_gdp_per_person", "log_population")]
    short = [_SHORT_TERMS.get(term, _short(term)) for term in others]
    return joined(fit.estimator, "economy_effects" if fit.economy_effects else "", *short)


def _short(term: str) -> str:
    return re.sub(r"\W+", "_", term).strip("_")
