"""Does the result survive another measure, year, estimator, specification, or the loss of a dominant member?"""

import numpy as np
import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.equations import COVARIATE_WORDS, ESTIMATOR_WORDS
from carec_digital_trade.gap_analysis.parts import part_words
from carec_digital_trade.gap_analysis.splits import FACTOR_WORDS, NOTHING
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
        found = series.checks(chosen)
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
    one, other = chosen.compared()
    frame = gap.splits_survive(one, other, chosen.year, chosen.measure, chosen.flow, chosen.vintage)
    frame = _worded(frame)
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


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    """Say members, largest factor, its weight and problem in words."""
    opening = frame[[f"opening_{factor}" for factor in FACTOR_WORDS]]
    return frame.assign(
        largest=frame["largest"].replace(FACTOR_WORDS),
        weight=["" if row.isna().any() else part_words(row) for _, row in opening.iterrows()],
        members=[
            "none" if problem else f"{ours:.0f} and {theirs:.0f}"
            for ours, theirs, problem in frame[["region_covered", "benchmark_covered", "problem"]].itertuples(
                index=False
            )
        ],
        problem=[f"{capital(problem)}." if problem else "" for problem in frame["problem"]],
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
        parts += [each.assign(metric=each["metric"] + f"_{row.key}") for each in made]
    return pd.concat(parts, ignore_index=True)


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
