"""Does the result survive another measure, year, estimator or specification?"""

import math

import numpy as np
import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.equations import COVARIATE_WORDS, ESTIMATOR_WORDS
from carec_digital_trade.gap_analysis.splits import FACTOR_WORDS, NOTHING, split
from carec_digital_trade.metrics import years
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital, listing, sentences
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
        One row a variant: medians of both regions over the members shown, the p of their comparison, and whether the
        answer is that of the first row. Empty if a region has no figure as asked.
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
        "agrees": "Agrees",
    }
    found, records = pd.DataFrame(columns=list(headings)), record(NOTHING, "survival", {"gap": ""})
    try:
        found = series.checks(chosen)
        records = _survival_records(found, chosen)
        reading = gap.state_survival(found, one, other)
    except InputError as error:
        reading = series.as_sentence(error)
    table = found[list(headings)].replace({"estimator": ESTIMATOR_WORDS, "covariates": COVARIATE_WORDS})
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
    """Split the gap for the other measure and for another year, and see whether the same factor is the largest part.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a variant: members covered, gap, the factors' ratios, the factor that is its largest part, and whether
        that is the first row's.
    """
    frame = pd.DataFrame([_split_row(chosen, **variant) for variant in _split_variants(chosen)])
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
    headings |= {"largest": "Largest part", "agrees": "Agrees"}
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
        decimals={"Gap, USD million": 0} | dict.fromkeys(map(series.capital, FACTOR_WORDS.values()), 2),
    )


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
    if "for the members with" in row.variant:
        return "same_members"
    changed = [name for name in ("measure", "estimator", "covariates") if getattr(row, name) != asked[name]]
    return f"other_{changed[0]}" if changed else "year_before"


def _split_variants(chosen: GapParameters) -> list[dict[str, object]]:
    """Return key, words, measure and year: as asked, by the other measure in its nearest year, and the year before."""
    other = "deliverable" if chosen.measure == "delivered" else "delivered"
    near = int(np.clip(chosen.year, *years(other, chosen.vintage)))
    found = [
        {"key": "as_asked", "variant": "as asked", "measure": chosen.measure, "year": chosen.year},
        {"key": "other_measure", "variant": f"for {other} trade in {near}", "measure": other, "year": near},
    ]
    others = {near: "other_measures_year", chosen.year - 1: "year_before"}
    first = years(chosen.measure, chosen.vintage)[0]
    return found + [
        {"key": key, "variant": f"in {year}", "measure": chosen.measure, "year": year}
        for year, key in others.items()
        if first <= year != chosen.year
    ]


def _split_row(chosen: GapParameters, key: str, variant: str, measure: str, year: int) -> dict[str, object]:
    row = {"key": key, "variant": variant, "measure": measure, "year": year, "region": chosen.compared()[0].label}
    try:
        found = split(chosen, "total", measure, year)
    except InputError as error:
        return (
            row
            | dict.fromkeys(["gap", "log_gap", *FACTOR_WORDS], math.nan)
            | {"members": "none", "largest": "", "problem": series.as_sentence(error)}
        )
    logs = found.table.set_index("factor")["log_contribution"]
    return (
        row
        | dict(np.exp(logs))
        | {
            "gap": found.gap,
            "log_gap": found.log_gap,
            "members": f"{len(found.region_covered)} and {len(found.benchmark_covered)}",
            "largest": FACTOR_WORDS[(logs * np.sign(found.log_gap)).idxmax()],
            "problem": "",
        }
    )


def _split_survival_reading(frame: pd.DataFrame) -> str:
    asked, others = frame.iloc[0], frame.iloc[1:]
    if asked["problem"]:
        return asked["problem"]
    answered = others.dropna(subset="agrees")
    against = answered[~answered["agrees"].astype(bool)]
    turned = listing((f"{row.largest} {row.variant}" for row in against.itertuples()), empty="")
    turns = np.sign(answered["log_gap"]) != np.sign(asked["log_gap"])
    verdict = f"but by {turned}" if turned else f"and so in every other variant that can be split ({len(answered)})"
    return sentences(
        f"Most of the gap is made up by {asked['largest']} as asked, {verdict}.",
        f"The gap itself turns round {listing(answered['variant'][turns])}." if turns.any() else "",
        *dict.fromkeys(others["problem"][others["problem"] != ""]),
    )
