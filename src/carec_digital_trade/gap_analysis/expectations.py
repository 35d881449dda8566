"""Do the members trade what their size and income lead one to expect?"""

from collections.abc import Mapping

import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.equations import equation
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.regions import economy_name
from carec_digital_trade.results import Result, record

LEVEL = 0.9
"""Of the prediction interval."""
RATIO = "actual_over_expected"

_GROUPS = {"all": "all economies", "population": "by population", "gdp_per_person": "by GDP per person"}


def expected(chosen: GapParameters) -> Result:
    """Set the trade of the members of both regions against what the other economies lead one to expect.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a member of a region that has any figure: actual and expected trade with its 90% interval, actual over
        expected with its interval, position, and the share of all economies with a smaller ratio.
    """
    rows, unsaid = series.members_expected(chosen)
    frame = _member_frame(rows)
    headings = {
        "region": "Region",
        "name": "Economy",
        "year": "Year",
        "total": "Actual",
        "expected": "Expected",
        "expected_low": "90% from",
        "expected_high": "to",
        RATIO: "Actual over expected",
        f"{RATIO}_low": "Ratio from",
        f"{RATIO}_high": "Ratio to",
        "position": "In the interval",
        "percentile": "Percentile",
    }
    units = {
        "total": "USD million",
        "expected": "USD million",
        RATIO: "ratio",
        "percentile": "% of economies",
    }
    return Result(
        name="expected",
        caption=f"{chosen.subject()}, {chosen.year}, against what all other economies lead one to expect, "
        f"USD million ({equation(chosen)})",
        table=frame[list(headings)].rename(columns=headings),
        records=record(frame, "expected", units),
        reading=_expected_reading(frame, unsaid, chosen),
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
        decimals=dict.fromkeys(["Actual", "Expected", "90% from", "to", "Percentile"], 0)
        | dict.fromkeys(["Actual over expected", "Ratio from", "Ratio to"], 2),
    )


def coverage(chosen: GapParameters) -> Result:
    """Count the economies within their prediction interval, each left out of its own fit.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a group of economies: how many there are, how many are inside, and the share. Empty if no economy has
        an expected trade.
    """
    try:
        found = gap.interval_coverage(series.expected(chosen))
        reading = _coverage_reading(found)
    except InputError as error:
        found = pd.DataFrame(columns=["by", "group", "economies", "inside", "coverage"])
        reading = series.as_sentence(error)
    table = found.assign(by=found["by"].map(_GROUPS), coverage=100 * found["coverage"])
    keys = ["" if row.by == "all" else f"_{row.by}_{row.group.split()[0]}" for row in found.itertuples()]
    frame = pd.DataFrame({"year": chosen.year, "interval_coverage": table["coverage"]}, index=table.index)
    records = record(frame, "coverage", {"interval_coverage": "% of economies"})
    return Result(
        name="coverage",
        caption=f"Economies within their {LEVEL:.0%} prediction interval, {chosen.year} ({equation(chosen)})",
        table=table.set_axis(["Economies", "Third", "Number", "Inside", "Coverage, %"], axis="columns"),
        records=records.assign(metric=records["metric"] + pd.Series(keys, dtype="str")),
        reading=reading,
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
    )


def _member_frame(rows: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    names = {
        "year_used": "year",
        "actual": "total",
        "low": "expected_low",
        "high": "expected_high",
        "ratio_low": f"{RATIO}_low",
        "ratio_high": f"{RATIO}_high",
    }
    if not rows:
        return pd.DataFrame(
            columns=["region", "iso3", "name", "expected", RATIO, "position", "percentile", "note", *names.values()]
        )
    frame = pd.concat([each.assign(region=label) for label, each in rows.items()], ignore_index=True)
    return frame.rename(columns=names).assign(name=[economy_name(code, short=True) for code in frame["iso3"]])


def _expected_reading(frame: pd.DataFrame, unsaid: str, chosen: GapParameters) -> str:
    shown = frame.dropna(subset=RATIO)
    if shown.empty:
        return unsaid
    everybody = series.expected(chosen)[RATIO].dropna()
    low, high = ((shown[f"expected_{end}"] / shown["expected"]).median() for end in ("low", "high"))
    beyond = shown[shown["position"] != "within"]
    outside = listing((f"{row.name} ({row.position})" for row in beyond.itertuples()), empty="")
    noted = listing((f"{row.name} ({row.note})" for row in frame.itertuples() if row.note), empty="")
    return sentences(
        *(_median_words(rows, label) for label, rows in frame.groupby("region", sort=False)),
        f"The median of all {len(everybody)} economies is {everybody.median():.2f}.",
        f"The interval runs from {low:.2f} to {high:.2f} times the expected: so much do economies differ beyond what "
        "the equation holds.",
        f"Outside it: {outside}." if outside else "No member lies outside it.",
        "PPML predicts a mean, which a few large traders pull up: compare a ratio with the median of all economies and "
        "not with one."
        if chosen.estimator == "ppml"
        else "",
        f"Of note: {noted}." if noted else "",
        unsaid,
    )


def _median_words(rows: pd.DataFrame, label: str) -> str:
    ratios = rows[RATIO].dropna()
    return (
        f"In {label} the median of actual over expected trade is {ratios.median():.2f}, over {len(ratios)} of "
        f"{count(len(rows), 'member')}, of which {(ratios < 1).sum()} trade less than expected."
    )


def _coverage_reading(found: pd.DataFrame) -> str:
    whole, thirds = found.iloc[0], found.iloc[1:]
    ends = [thirds.loc[thirds["coverage"].idxmin()], thirds.loc[thirds["coverage"].idxmax()]]
    lowest, highest = (f"{row['coverage']:.0%} in the {row['group']} {_GROUPS[row['by']]}" for row in ends)
    return (
        f"Of {whole['economies']} economies {whole['inside']} lie within their interval, {whole['coverage']:.0%}, "
        f"near {LEVEL:.0%} by construction. Whether one width fits all kinds of economies is a matter of fact: from "
        f"{lowest} to {highest}."
    )
