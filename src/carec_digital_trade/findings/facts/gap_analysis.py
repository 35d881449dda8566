"""The gap analysis: what its recipes return, as tables, records and facts for the sentences."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.findings.facts import gap_predicates as told
from carec_digital_trade.gap import Decomposition, Estimate, covariates_in, members_expected, spikes
from carec_digital_trade.gap.expected import ANSWERS
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import listing
from carec_digital_trade.readiness import ARTICLE_DOMAINS
from carec_digital_trade.regions import economy_name

Shaped = tuple[pd.DataFrame, list[pd.DataFrame], dict[str, Any]]
"""What is printed, what becomes records, and what the sentences may name."""

FACTOR_WORDS = {"population": "population", "gdp_per_person": "GDP per person", "trade_per_gdp": "trade per GDP"}
COMPONENT_WORDS = {
    "e_transactions": "electronic transactions",
    "consumer_protection": "consumer protection",
    "privacy_data_protection": "privacy and data protection",
    "cybercrime": "cybercrime",
    "indirect_taxation": "indirect taxation",
    "cpta": "paperless trade treaty",
}
ESTIMATOR_WORDS = {"ols": "OLS", "ppml": "PPML"}
COVARIATE_WORDS = {"internet_users_pct": "internet users", "fixed_broadband_per_100": "fixed broadband"}
COMPARISONS = {
    "agree": "agree",
    "newer": "are further on in the tracker",
    "differ": "contradict each other",
    "cannot compare": "cannot be compared",
}
BASES = {"total": "Regional totals", "mean_member": "Mean members"}

_RATIO = "actual_over_expected"
_SHORT_TERMS = {"internet_users_10_points": "internet", "fixed_broadband_10_per_100": "broadband"}
_ODD = ("one_year", "separation", "few_clusters", "few_traders")
"""What is said of some estimates only."""
_THIRDS = {"all": "all economies", "population": "by population", "gdp_per_person": "by GDP per person"}


def readiness(ready: pd.DataFrame, scored: pd.DataFrame, chosen: GapParameters) -> Shaped:
    """Sort the members of each region, the readiest first."""
    frame = ready.sort_values("readiness", ascending=False, kind="stable", na_position="last")
    frame = _named(pd.concat([frame[frame["region"] == each.label] for each in chosen.compared()]))
    return frame, [frame], told.full_scores(frame, scored)


def regional_readiness(led: pd.DataFrame, without: pd.DataFrame | None, chosen: GapParameters) -> Shaped:
    """Add the leads without the dominant members to the records."""
    facts = {"leads": told.leads(led)} | told.leads_without(led, without)
    frame = led.assign(item=led["weighting"], covered_of=[f"{r.covered} of {r.members}" for r in led.itertuples()])
    more = [] if without is None else [without.assign(item=without["weighting"] + "_without_dominant")]
    return frame, [frame, *more], facts


def by_domain(found: Mapping[str, pd.DataFrame], chosen: GapParameters) -> Shaped:
    """Put the domains into the tracker's order, both regions beside each other."""
    frame = pd.concat(found.values(), ignore_index=True)
    frame = frame.loc[frame["domain"].map(list(COMPONENT_WORDS).index).sort_values(kind="stable").index]
    frame = frame.rename(columns={"mean": "domain_readiness"} | {e: f"domain_readiness_{e}" for e in ("low", "high")})
    words = frame["domain"].map(COMPONENT_WORDS).str.capitalize()
    frame = frame.assign(laws=frame["legislation"], item=frame["domain"], words=words)
    return frame, [frame], told.widest(frame)


def codings(cells: pd.DataFrame, chosen: GapParameters) -> Shaped:
    """Spread the cells by domain; count them by comparison."""
    wide = cells.assign(text=[_cell(row) for row in cells.itertuples()])
    wide = wide.pivot(index=["region", "iso3"], columns="domain", values="text")
    order = list(dict.fromkeys(zip(cells["region"], cells["iso3"], strict=True)))
    counted = pd.crosstab(cells["region"], cells["comparison"]).reindex(
        index=cells["region"].unique(), columns=list(COMPARISONS), fill_value=0
    )
    long = counted.rename(columns=lambda name: name.replace(" ", "_")).melt(
        ignore_index=False, var_name="item", value_name="cells"
    )
    numbers = counted.sum()
    counts = listing(f"{number} {COMPARISONS[name]}" for name, number in numbers.items() if number)
    facts = {"cells": len(cells), "counts": counts}
    return _named(wide.loc[order, list(ARTICLE_DOMAINS)].reset_index()), [long.reset_index()], facts


def decomposition(total: Decomposition, mean: Decomposition, chosen: GapParameters) -> Shaped:
    """Set the factors of regional totals and of mean members below each other, each with the trade itself."""
    found = {"total": total, "mean_member": mean}
    place = {"region": chosen.compared()[0].label}
    records = []
    for basis, each in found.items():
        suffix = "" if basis == "total" else basis
        records.append(pd.DataFrame([{**place, "item": suffix, "gap": each.gap, "log_gap": each.log_gap}]))
        items = [_joined(factor, suffix) for factor in each.table["factor"]]
        records.append(each.table[["contribution", "log_contribution"]].assign(**place, item=items))
    table = pd.concat([_factors(each, basis) for basis, each in found.items()], ignore_index=True)
    return table, records, told.gap_facts(total, FACTOR_WORDS, chosen.compared())


def by_economy(rows: pd.DataFrame, chosen: GapParameters) -> Shaped:
    """Spread the factors' parts over columns, a row an economy."""
    frame = rows.drop_duplicates("iso3")[["iso3", "trade", "benchmark_trade", "note"]].set_index("iso3")
    values = ["contribution", "log_contribution"]
    wide = rows.dropna(subset="factor").pivot(index="iso3", columns="factor", values=values)
    wide.columns = [f"{value}_{factor}" for value, factor in wide.columns]
    logs = np.log(frame["trade"] / frame["benchmark_trade"])
    frame = frame.join(wide).assign(gap=frame["trade"] - frame["benchmark_trade"], log_gap=logs).reset_index()
    place = {"region": chosen.compared()[0].label}
    long = rows.dropna(subset="factor")[["iso3", "factor", *values]].rename(columns={"factor": "item"})
    records = [frame[["iso3", "gap", "log_gap"]].assign(**place), long.assign(**place)]
    return _named(frame), records, told.held_back(frame, FACTOR_WORDS)


def estimates(fits: Sequence[Estimate], equation: str, chosen: GapParameters) -> Shaped:
    """Set the terms of all estimates below each other; expected trade rests on the equation."""
    rows = pd.concat([_terms(fit) for fit in fits], ignore_index=True)
    names = ("item", "observations", "economies", "explained", "reset_p")
    whole = pd.DataFrame(
        [(_suffix(f), f.observations, f.economies, f.r2, f.reset_p) for f in fits], columns=list(names)
    )
    columns = ["item", "coefficient", "coefficient_low", "coefficient_high", "standard_error", "coefficient_p"]
    asked = [fit for fit in fits if fit.equation == equation and not fit.economy_effects]
    facts = {
        "internet": told.terms_told(fits, "internet_users_10_points"),
        "used": next(fit for fit in asked if fit.estimator == chosen.estimator),
        "few": next((fit.said["few_clusters"] for fit in fits if "few_clusters" in fit.said), ""),
        "first": min(fit.first_year for fit in fits),
        "last": max(fit.last_year for fit in fits),
    }
    return rows, [rows[columns], whole], facts


def expected(everybody: pd.DataFrame, panel: pd.DataFrame, chosen: GapParameters) -> Shaped:
    """Take the members of each region that has any figure."""
    names = {"year_used": "year", "actual": "total", "low": "expected_low", "high": "expected_high"}
    names |= {"ratio_low": f"{_RATIO}_low", "ratio_high": f"{_RATIO}_high"}
    rows = everybody.rename(columns=names).set_index("iso3")
    parts = [rows.reindex(list(each.members)).assign(region=each.label) for each in chosen.compared()]
    known = [part for part in parts if part["total"].notna().any()]
    if not known:
        members_expected(everybody, chosen.compared()[0])  # says why there is none
    frame = pd.concat(known).reset_index()
    frame = _named(frame.assign(note=frame["note"].fillna("not in the data")))
    out = spikes(panel, frame.dropna(subset="total"))
    return frame, [frame], told.against_expectation(frame, everybody, out, chosen)


def coverage(found: pd.DataFrame, tests: pd.DataFrame, chosen: GapParameters) -> Shaped:
    """Name the thirds, and add the tests of equal coverage to the records."""
    items = ["" if row.by == "all" else f"{row.by}_{row.group.split()[0]}" for row in found.itertuples()]
    frame = found.assign(item=items, interval_coverage=100 * found["coverage"], words=found["by"].map(_THIRDS))
    records = [frame, tests.rename(columns={"by": "item", "p": "interval_coverage_p"})]
    return frame, records, told.covered_alike(found, tests)


def lagging(rows: pd.DataFrame, everybody: pd.DataFrame, chosen: GapParameters) -> Shaped:
    """Add all economies' medians and correlation to the records."""
    lags = {f"lags_{name}": rows[name].map(ANSWERS) for name in ("in_readiness", "in_trade", "in_both")}
    frame = _named(rows.assign(**lags))
    return frame, [frame, everybody], told.lags(frame, everybody)


def survival(checks: pd.DataFrame, chosen: GapParameters) -> Shaped:
    """Record the medians of both regions and the test of each variant."""
    frame = checks.assign(estimator=checks["estimator"].map(ESTIMATOR_WORDS), item=checks["key"])
    frame["covariates"] = [
        ", ".join(COVARIATE_WORDS.get(name, name) for name in names.split(", ")) for names in checks["covariates"]
    ]
    medians = [
        frame[["year", "item"]].assign(region=each.label, median_actual_over_expected=frame[f"{side}_median"])
        for side, each in zip(("region", "benchmark"), chosen.compared(), strict=True)
    ]
    return frame, [*medians, frame[["year", "item"]].assign(mann_whitney_p=frame["p"])], told.verdict(checks)


def split_survival(variants: pd.DataFrame, chosen: GapParameters) -> Shaped:
    """Name the factor that opens each gap the most."""
    frame = variants.assign(item=variants["key"], largest=variants["largest"].replace(FACTOR_WORDS))
    return frame, [frame], told.same_factor(frame, FACTOR_WORDS)


def answer(
    variants: pd.DataFrame, led: pd.DataFrame, checks: pd.DataFrame | InputError, chosen: GapParameters
) -> Shaped:
    """Set the gap, the readiness of the law and trade against expectation of both regions below each other."""
    split, law = told.split_answer(variants, FACTOR_WORDS), told.leads(led)[0]
    compared = None if isinstance(checks, InputError) else told.verdict(checks)
    rows = []
    if split:
        amounts = (f"{split[side]:,.0f}" for side in ("region_trade", "benchmark_trade"))
        rows.append(("Trade, USD million", *amounts, f"{split['largest']} {split['weight']}"))
    scores = led.loc[led["weighting"] == "plain", "readiness_mean"]
    sure = f"{law['leader']} leads in {law['share']:.0f}% of the draws" if law["known"] else "no lead is known"
    rows.append(("Readiness of the law, 0 to 1", *map("{:.2f}".format, scores), sure))
    if compared:
        medians = (f"{compared[side]:.2f}" for side in ("ours", "theirs"))
        rows.append(("Median of actual over expected trade", *medians, f"p = {compared['p']:.2f}"))
    table = pd.DataFrame(rows, columns=["question", "region_value", "benchmark_value", "sure"])
    return table.replace("nan", "not known"), [], {"split": split, "checks": compared, "law": law}


common = told.common
SHAPES: Mapping[str, Callable[..., Shaped]] = {
    each.__name__: each
    for each in (
        answer,
        readiness,
        regional_readiness,
        by_domain,
        codings,
        decomposition,
        by_economy,
        estimates,
        expected,
        coverage,
        lagging,
        survival,
        split_survival,
    )
}
"""By finding."""


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(name=[economy_name(code, short=True) for code in frame["iso3"]]).reset_index(drop=True)


def _joined(*parts: str) -> str:
    return "_".join(filter(None, parts))


def _cell(row: tuple) -> str:
    said = row.article if isinstance(row.article, str) else row.scope
    if row.scope in ("most members", "some members"):
        said = f"{row.scope}: {said}"
    return f"{row.comparison} ({said} / {row.tracker.replace('_', ' ')})"


def _factors(found: Decomposition, basis: str) -> pd.DataFrame:
    """Return a row a factor and one for trade; a part has no share of the gap where parts differ in sign."""
    table = found.table.assign(
        ratio=np.exp(found.table["log_contribution"]), share_of_gap=100 * found.table["share_of_gap"]
    )
    trade = {
        "factor": "trade",
        "unit": "USD million",
        "region_value": found.region_trade,
        "benchmark_value": found.benchmark_trade,
        "ratio": np.exp(found.log_gap),
        "log_contribution": found.log_gap,
        "contribution": found.gap,
        "share_of_gap": 100.0 if found.gap else np.nan,
    }
    rows = pd.concat([table, pd.DataFrame([trade])], ignore_index=True)
    if (table["contribution"] > 0).any() and (table["contribution"] < 0).any():
        rows["share_of_gap"] = np.nan
    persons = np.where(rows["unit"] == "persons", 1e6, 1)
    words = rows["factor"].map(FACTOR_WORDS | {"trade": "trade"})
    return rows.assign(
        basis=BASES[basis],
        words=[name[0].upper() + name[1:] for name in words],
        shown_unit=rows["unit"].replace("persons", "million persons"),
        region_shown=rows["region_value"] / persons,
        benchmark_shown=rows["benchmark_value"] / persons,
    )


def _terms(fit: Estimate) -> pd.DataFrame:
    table = fit.coefficients.rename(
        columns={"low": "coefficient_low", "high": "coefficient_high", "p": "coefficient_p"}
    )
    suffix = _suffix(fit)
    return table.assign(
        item=[_joined(re.sub(r"\W+", "_", term).strip("_"), suffix) for term in table["term"]],
        estimator=ESTIMATOR_WORDS[fit.estimator],
        effects=fit.economy_effects,
        covariates=", ".join(COVARIATE_WORDS[name] for name in covariates_in(fit.equation)) or "none",
        rows=f"{fit.observations:,} ({fit.economies})",
        notes=", ".join(kind.replace("_", " ") for kind in fit.said if kind in _ODD),
        explained=fit.r2,
        reset_p=fit.reset_p,
    )


def _suffix(fit: Estimate) -> str:
    """Name an estimate by estimator, effects and what its equation has besides size and income."""
    others = [term for term in fit.coefficients["term"] if term not in ("log_gdp_per_person", "log_population")]
    short = [_SHORT_TERMS.get(term, re.sub(r"\W+", "_", term).strip("_")) for term in others]
    return _joined(fit.estimator, "economy_effects" if fit.economy_effects else "", *short)
