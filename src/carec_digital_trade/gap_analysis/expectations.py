"""Do the members trade what their size and income lead one to expect?"""

from collections.abc import Mapping

import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis import series
from carec_digital_trade.gap_analysis.equations import equation
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import count, listing, sentences, usd
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
        an expected trade. Records besides: the p of equal shares in the thirds (Pearson's chi-square).
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
    tests = pd.Series(_equal_coverage(found), name="interval_coverage_p", dtype=float)
    records = [
        record(frame, "coverage", {"interval_coverage": "% of economies"}),
        record(tests.to_frame().assign(year=chosen.year), "coverage", {"interval_coverage_p": "probability"}),
    ]
    records = pd.concat(records, ignore_index=True)
    keys += [f"_{by}" for by in tests.index]
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
        _notes(frame),
        _spikes(frame, chosen),
        unsaid,
    )


def earlier_sentence(chosen: GapParameters) -> str:
    """Say of which years the members' ratios are, where none is of the year asked for.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    str
        One sentence, or an empty text.
    """
    shown = _member_frame(series.members_expected(chosen)[0]).dropna(subset=RATIO)
    if shown.empty or (shown["year"] == chosen.year).any():
        return ""
    used = listing(str(year) for year in sorted(shown["year"].unique()))
    return f"No member has an expected trade in {chosen.year}: the ratios of expected trade are those of {used}."


def _notes(frame: pd.DataFrame) -> str:
    """Say once what is noted of several members."""
    noted = []
    for note, rows in frame[frame["note"] != ""].groupby("note", sort=False):
        others = listing(frame["name"].drop(rows.index), empty="")
        everybody = f"every member but {others}" if others else "every member"
        noted.append(f"{everybody if 2 * len(rows) > len(frame) > 2 else listing(rows['name'])} ({note})")
    return f"Of note: {listing(noted)}." if noted else ""


def _spikes(frame: pd.DataFrame, chosen: GapParameters) -> str:
    """Name the members whose trade stands far above or below that of both neighbouring years."""
    found = gap.spikes(series.panel(chosen), frame.dropna(subset=RATIO))
    words = [
        f"{economy_name(row.iso3, short=True)} in {row.year} ({usd(row.trade)}, {usd(row.before)} the year before and "
        f"{usd(row.after)} after)"
        for row in found.itertuples()
    ]
    return (
        f"Above or below both neighbouring years by more than {gap.panel.SPIKE:.0%}, so that the ratio may be one "
        f"year's: {listing(words)}."
        if words
        else ""
    )


def _median_words(rows: pd.DataFrame, label: str) -> str:
    ratios = rows[RATIO].dropna()
    return (
        f"In {label} the median of actual over expected trade is {ratios.median():.2f}, over {len(ratios)} of "
        f"{count(len(rows), 'member')}, of which {(ratios < 1).sum()} trade less than expected."
    )


def _equal_coverage(found: pd.DataFrame) -> dict[str, float]:
    return gap.equal_coverage(found).set_index("by")["p"].to_dict()


def _coverage_reading(found: pd.DataFrame) -> str:
    whole, thirds = found.iloc[0], found.iloc[1:]
    ends = [thirds.loc[thirds["coverage"].idxmin()], thirds.loc[thirds["coverage"].idxmax()]]
    lowest, highest = (f"{row['coverage']:.0%} in the {row['group']} {_GROUPS[row['by']]}" for row in ends)
    return (
        f"Of {whole['economies']} economies {whole['inside']} lie within their interval, {whole['coverage']:.0%}, "
        f"near {LEVEL:.0%} by construction. Whether one width fits all kinds of economies is a matter of fact: from "
        f"{lowest} to {highest}. {_chance(_equal_coverage(found))}"
    )


def _chance(tests: Mapping[str, float]) -> str:
    """Say between which thirds coverage differs by more than chance."""
    verdicts = {
        "differ by more than chance": [by for by, p in tests.items() if p < 1 - gap.CONFIDENCE],
        "differ within chance": [by for by, p in tests.items() if p >= 1 - gap.CONFIDENCE],
    }
    return sentences(
        *(
            f"The thirds {listing(f'{_GROUPS[by]} (p = {tests[by]:.2f})' for by in groups)} {words}."
            for words, groups in verdicts.items()
            if groups
        )
    )
