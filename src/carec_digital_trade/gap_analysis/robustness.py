"""Does the result survive another measure, year, estimator, specification, or the loss of a dominant member?"""

import math

import numpy as np
import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.dominance import checked_without, without_dominant, without_words
from carec_digital_trade.gap_analysis.equations import COVARIATE_WORDS, ESTIMATOR_WORDS
from carec_digital_trade.gap_analysis.parts import part_words
from carec_digital_trade.gap_analysis.splits import FACTOR_WORDS, NOTHING, opening_parts, split
from carec_digital_trade.metrics import years
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital, count, listing, sentences
from carec_digital_trade.results import Result, record


def survival(chosen: GapParameters) -> Result:
    """Compare the regions' medians of actual over expected trade as asked, then with one thing changed at a time.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a variant: medians of both regions over the members shown, the p of their comparison, and whether they
        differ in the direction of the first row. Empty if a region has no figure as asked.
    """
    one, other = chosen.compared()
    headings = {
        "variant": "Variant",
        "measure": "Measure",
        "year": "Year",
        "estimator": "Estimator",
        "covariates": "Covariates",
        "region_shown": f"Members of {one.label}",
        "benchmark_shown": f"Members of {other.label}",
        "region_median": f"Median of {one.label}",
        "benchmark_median": f"Median of {other.label}",
        "p": "p",
        "agrees": "Same sign",
    }
    found, records = pd.DataFrame(columns=list(headings)), record(NOTHING, "survival", {"gap": ""})
    try:
        found = series.checks(chosen, checked_without(chosen))
        records = _survival_records(found, chosen)
        reading = gap.state_survival(found, one, other)
    except InputError as error:
        reading = series.as_sentence(error)
    table = found[list(headings)].replace({"estimator": ESTIMATOR_WORDS})
    table["covariates"] = table["covariates"].map(_covariate_words)
    return Result(
        name="survival",
        caption=f"Median of actual over expected trade, {chosen.flow}, as asked and with one thing changed at a time",
        table=table.rename(columns=headings),
        records=records,
        reading=reading,
        source=source_line("delivered", "deliverable", "panel", vintage=chosen.vintage),
        decimals=dict.fromkeys(list(headings.values())[7:10], 2),
    )


def split_survival(chosen: GapParameters) -> Result:
    """Split the gap for another measure, year and members, and see whether the same factor opens it the most.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a variant: members covered, gap, the factors' ratios, the factor that opens it the most, and whether
        that is the first row's.
    """
    frame = pd.DataFrame([_split_row(**variant) for variant in _split_variants(chosen)])
    asked = frame["largest"].iloc[0]
    frame["agrees"] = (frame["largest"] == asked).where(frame["largest"].ne("") & (asked != "")).astype("boolean")
    headings = {
        "variant": "Variant",
        "measure": "Measure",
        "year": "Year",
        "members": "Members",
        "gap": "Gap, USD million",
    }
    headings |= {factor: capital(words) for factor, words in FACTOR_WORDS.items()}
    headings |= {"largest": "Opens the gap most", "agrees": "Agrees"}
    whole = record(frame, "split_survival", {"gap": "USD million", "log_gap": "log points"})
    keys = pd.concat([frame["key"]] * 2, ignore_index=True)
    return Result(
        name="split_survival",
        caption=f"The factors of {chosen.compared()[0].label} over those of {chosen.compared()[1].label}, as asked and "
        "with other data",
        table=frame[list(headings)].rename(columns=headings),
        records=whole.assign(metric=whole["metric"] + "_" + keys),
        reading=_split_survival_reading(frame),
        source=source_line("delivered", "deliverable", "panel", vintage=chosen.vintage),
        decimals={"Gap, USD million": 0} | dict.fromkeys(map(capital, FACTOR_WORDS.values()), 2),
    )


def _covariate_words(names: str) -> str:
    return ", ".join(COVARIATE_WORDS.get(name, name) for name in names.split(", "))


def _survival_records(found: pd.DataFrame, chosen: GapParameters) -> pd.DataFrame:
    one, other = chosen.compared()
    parts = []
    for row in found.itertuples():
        medians = {"region": [one.label, other.label], "year": row.year}
        medians["median_actual_over_expected"] = [row.region_median, row.benchmark_median]
        test = pd.DataFrame([{"year": row.year, "mann_whitney_p": row.p}])
        made = [
            record(pd.DataFrame(medians), "survival", {"median_actual_over_expected": "ratio"}),
            record(test, "survival", {"mann_whitney_p": "probability"}),
        ]
        parts += [each.assign(metric=each["metric"] + f"_{_key(row, found.iloc[0])}") for each in made]
    return pd.concat(parts, ignore_index=True)


def _key(row: tuple[object, ...], asked: pd.Series) -> str:
    """Name what a variant changes, in words that do not depend on the parameters."""
    if row.variant == asked["variant"]:
        return "as_asked"
    if "is known too" in row.variant:
        return "same_rows"
    changed = [name for name in ("measure", "estimator", "covariates") if getattr(row, name) != asked[name]]
    if changed:
        return f"other_{changed[0]}"
    return "without_dominant" if row.year == asked["year"] else "year_before"


def _split_variants(chosen: GapParameters) -> list[dict[str, object]]:
    """Return key, words, measure and year: as asked, another measure, year or members, and the parameters."""
    other = "deliverable" if chosen.measure == "delivered" else "delivered"
    near = int(np.clip(chosen.year, *years(other, chosen.vintage)))
    found = [
        {"key": "as_asked", "variant": "as asked", "measure": chosen.measure, "year": chosen.year},
        {"key": "other_measure", "variant": f"for {other} trade in {near}", "measure": other, "year": near},
    ]
    others = {near: "other_measures_year", chosen.year - 1: "year_before"}
    first = years(chosen.measure, chosen.vintage)[0]
    found += [
        {"key": key, "variant": f"in {year}", "measure": chosen.measure, "year": year}
        for year, key in others.items()
        if first <= year != chosen.year
    ]
    return [each | {"chosen": chosen} for each in found] + _without_variant(chosen)


def _without_variant(chosen: GapParameters) -> list[dict[str, object]]:
    kept = without_dominant(chosen)
    if not kept:
        return []
    asked = {"measure": chosen.measure, "year": chosen.year, "chosen": kept}
    return [{"key": "without_dominant", "variant": without_words(chosen, kept)} | asked]


def _split_row(key: str, variant: str, measure: str, year: int, chosen: GapParameters) -> dict[str, object]:
    row = {"key": key, "variant": variant, "measure": measure, "year": year, "region": chosen.compared()[0].label}
    try:
        found = split(chosen, "total", measure, year)
    except InputError as error:
        return (
            row
            | dict.fromkeys(["gap", "log_gap", *FACTOR_WORDS], math.nan)
            | {"members": "none", "largest": "", "weight": "", "problem": series.as_sentence(error)}
        )
    logs = found.table.set_index("factor")["log_contribution"]
    parts = opening_parts(found)
    return (
        row
        | dict(np.exp(logs))
        | {
            "gap": found.gap,
            "log_gap": found.log_gap,
            "members": f"{len(found.region_covered)} and {len(found.benchmark_covered)}",
            "largest": parts.idxmax(),
            "weight": part_words(parts),
            "problem": "",
        }
    )


def _split_survival_reading(frame: pd.DataFrame) -> str:
    asked, others = frame.iloc[0], frame.iloc[1:]
    if asked["problem"]:
        return asked["problem"]
    answered = others.dropna(subset="agrees")
    against = answered[~answered["agrees"].astype(bool)]
    turned = listing((f"{row.variant} ({row.largest})" for row in against.itertuples()), empty="")
    turns = np.sign(answered["log_gap"]) != np.sign(asked["log_gap"])
    same = "so" if answered["weight"].eq(asked["weight"]).all() else "it opens the gap the most"
    kept = len(answered) - len(against)
    agreeing = f"; it is the same in {kept} of {count(len(answered), 'variant')}" if kept else ""
    verdict = (
        f"but not {turned}{agreeing}"
        if turned
        else f"and {same} in every other variant that can be split ({len(answered)})"
    )
    return sentences(
        f"{capital(asked['largest'])} {asked['weight']} as asked, {verdict}.",
        f"The gap itself turns round {listing(answered['variant'][turns])}." if turns.any() else "",
        *dict.fromkeys(others["problem"][others["problem"] != ""]),
    )
