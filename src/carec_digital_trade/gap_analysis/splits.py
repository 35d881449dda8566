"""Of what is the gap made: people, income, or trade out of income?"""

import numpy as np
import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap_analysis.parts import differ_in_sign, parts_words
from carec_digital_trade.gap_analysis.series import as_sentence
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital, count, listing, sentences, usd
from carec_digital_trade.regions import Region, economy_name
from carec_digital_trade.results import Result, record
from carec_digital_trade.vintages import remembered

FACTOR_WORDS = {"population": "population", "gdp_per_person": "GDP per person", "trade_per_gdp": "trade per GDP"}
IDENTITY = "The split is an accounting identity: it says where the gap lies and not why."

_BASES = {"total": "Regional totals", "mean_member": "Mean members"}
NOTHING = pd.DataFrame(columns=["gap"])
"""From which `results.record` makes no records."""


def split(
    chosen: GapParameters,
    basis: gap.decomposition.Basis = "total",
    measure: gap.panel.Measure | None = None,
    year: int | None = None,
) -> gap.Decomposition:
    """Split the gap between the two regions.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.
    basis : {"total", "mean_member"}
        As for `gap.decompose`.
    measure, year : optional
        Others than the chosen ones; the members stay those of the chosen year.

    Returns
    -------
    Decomposition
        Of the chosen flow.

    Raises
    ------
    InputError
        As `gap.decompose` does.
    """
    which = (year or chosen.year, measure or chosen.measure, chosen.flow)
    return _decompose(*chosen.compared(), *which, basis, chosen.vintage)


def decomposition(chosen: GapParameters) -> Result:
    """Split the gap between the regions over population, GDP per person and trade per GDP.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a basis (regional totals, mean members) and factor, and one for the trade itself: its value in both
        regions, their ratio and its logarithm, contribution, and share of the gap, which is missing where the parts
        have different signs. Empty if the gap cannot be split.
    """
    one, other = (each.label for each in chosen.compared())
    headings = ["Basis", "Factor", "Unit", one, other, "Ratio", "Log ratio", "USD million", "Share of gap, %"]
    table, records = pd.DataFrame(columns=headings), [record(NOTHING, "decomposition", {"gap": ""})]
    covered = ""
    try:
        found = {basis: split(chosen, basis) for basis in _BASES}
        covered = f" ({_covered(found['total'], chosen)} members)"
        table = pd.concat([_split_rows(each, _BASES[basis], headings) for basis, each in found.items()])
        records = [_split_records(each, basis, chosen) for basis, each in found.items()]
        reading = _split_reading(found, chosen)
    except InputError as error:
        reading = as_sentence(error)
    return Result(
        name="decomposition",
        caption=f"{chosen.subject()}, {chosen.year}: the gap of {one} to {other}, split over its factors{covered}",
        table=table,
        records=pd.concat(records, ignore_index=True),
        reading=reading,
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
        decimals={one: 2, other: 2, "Ratio": 3, "Log ratio": 3, "USD million": 0},
    )


def by_economy(chosen: GapParameters) -> Result:
    """Split the gap between each member of the region and the benchmark's mean member.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a member: trade, gap, and the factors' contributions in USD million and in logarithms, or why there are
        none. Empty if the regions cannot be compared.
    """
    one, other = chosen.compared()
    contributions = {f"contribution_{factor}": words for factor, words in FACTOR_WORDS.items()}
    headings = {"name": "Economy", "trade": "Trade", "gap": "Gap"}
    headings |= {name: capital(words) for name, words in contributions.items()}
    headings |= {"log_gap": "Log gap"} | {f"log_{name}": f"Log {words}" for name, words in contributions.items()}
    headings |= {"note": "Note"}
    frame, records = pd.DataFrame(columns=list(headings)), record(NOTHING, "by_economy", {"gap": ""})
    try:
        rows = gap.decompose_economies(one, other, chosen.year, chosen.measure, chosen.flow, chosen.vintage)
        frame = _economies(rows)
        place = {"region": one.label, "year": chosen.year}
        records = _records("by_economy", rows.assign(**place), frame.assign(**place))
        reading = sentences(_economies_reading(frame, other.label), IDENTITY)
    except InputError as error:
        reading = as_sentence(error)
    return Result(
        name="by_economy",
        caption=f"{chosen.subject()}, {chosen.year}: gap of each member to the mean member of {other.label}, in "
        "USD million and in logarithms",
        table=frame[list(headings)].rename(columns=headings),
        records=records,
        reading=reading,
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
        decimals={heading: 2 if heading.startswith("Log") else 0 for heading in headings.values()},
    )


def gap_sentence(found: gap.Decomposition, chosen: GapParameters) -> str:
    """Say the gap between the regional totals and what each factor adds to it.

    Parameters
    ----------
    found : Decomposition
        On the basis of totals.
    chosen : GapParameters
        What it was computed with.

    Returns
    -------
    str
        One sentence.
    """
    pairs = _pairs(found, chosen)
    ours, theirs = (f"{each.label}{_partly(len(each.members), len(covered))}" for each, covered in pairs)
    difference = f"{usd(abs(found.gap))} {'less' if found.gap < 0 else 'more'} than"
    return (
        f"{chosen.subject()}, of {ours} was in {chosen.year} {difference} that of {theirs}: {_listed_factors(found)}."
    )


def opening_parts(found: gap.Decomposition) -> pd.Series:
    """Return the factors' parts of a gap in logarithms, positive where they open it.

    Parameters
    ----------
    found : Decomposition
        Any.

    Returns
    -------
    pandas.Series
        By the factors' words.
    """
    return gap.opening_parts(found).rename(index=FACTOR_WORDS)


@remembered(maxsize=16)
def _decompose(one: Region, other: Region, *which: object) -> gap.Decomposition:
    return gap.decompose(one, other, *which)


def _pairs(found: gap.Decomposition, chosen: GapParameters) -> list[tuple[Region, tuple[str, ...]]]:
    return list(zip(chosen.compared(), (found.region_covered, found.benchmark_covered), strict=True))


def _covered(found: gap.Decomposition, chosen: GapParameters) -> str:
    return listing(f"{len(covered)} of {len(each.members)}" for each, covered in _pairs(found, chosen))


def _partly(members: int, covered: int) -> str:
    return f" ({covered} of {members} members)" if covered < members else ""


def _listed_factors(found: gap.Decomposition) -> str:
    return listing(
        f"{FACTOR_WORDS[row.factor]} {'takes away' if row.contribution < 0 else 'adds'} {usd(abs(row.contribution))}"
        for row in found.table.itertuples()
    )


def _split_reading(found: dict[str, gap.Decomposition], chosen: GapParameters) -> str:
    total, mean = found["total"], found["mean_member"]
    one, other = (each.label for each in chosen.compared())
    ratios = np.exp(total.table["log_contribution"])
    times = listing(
        f"{ratio:,.2f} times the {words}" for words, ratio in zip(FACTOR_WORDS.values(), ratios, strict=True)
    )
    logs = listing(f"{value:+.2f}" for value in total.table["log_contribution"])
    return sentences(
        gap_sentence(total, chosen),
        f"{capital(parts_words(opening_parts(total)))}.",
        f"{one} has {times} of {other}; in logarithms these are {logs}, together {total.log_gap:+.2f}.",
        f"Between the mean members the gap is {usd(abs(mean.gap))}: {_listed_factors(mean)}.",
        _left_out(total),
        IDENTITY,
    )


def _left_out(found: gap.Decomposition) -> str:
    names = listing(f"{economy_name(row.iso3, short=True)} ({row.reason})" for row in found.left_out.itertuples())
    return f"Left out of every factor: {names}." if len(found.left_out) else ""


def _split_rows(found: gap.Decomposition, basis: str, headings: list[str]) -> pd.DataFrame:
    persons = np.where(found.table["unit"] == "persons", 1e6, 1)
    mixed = differ_in_sign(found.table["contribution"])
    factors = {
        "Basis": basis,
        "Factor": found.table["factor"].map(FACTOR_WORDS).map(capital),
        "Unit": found.table["unit"].replace("persons", "million persons"),
        headings[3]: found.table["region_value"] / persons,
        headings[4]: found.table["benchmark_value"] / persons,
        "Ratio": np.exp(found.table["log_contribution"]),
        "Log ratio": found.table["log_contribution"],
        "USD million": found.table["contribution"],
        "Share of gap, %": np.nan if mixed else 100 * found.table["share_of_gap"],
    }
    values = [basis, "Trade", "USD million", found.region_trade, found.benchmark_trade]
    values += [np.exp(found.log_gap), found.log_gap, found.gap, 100.0 if found.gap and not mixed else np.nan]
    return pd.concat([pd.DataFrame(factors), pd.DataFrame([values], columns=headings)], ignore_index=True)


def _split_records(found: gap.Decomposition, basis: str, chosen: GapParameters) -> pd.DataFrame:
    place = {"region": chosen.compared()[0].label, "year": chosen.year}
    whole = pd.DataFrame([{**place, "gap": found.gap, "log_gap": found.log_gap}])
    suffix = "" if basis == "total" else f"_{basis}"
    return _records("decomposition", found.table.assign(**place), whole, suffix)


def _records(name: str, factors: pd.DataFrame, wholes: pd.DataFrame, suffix: str = "") -> pd.DataFrame:
    """Put the factor's name into the metric's, since results.csv has no column for it."""
    parts = [record(wholes, name, {"gap": "USD million", "log_gap": "log points"})]
    for factor, rows in factors.groupby("factor", sort=False):
        parts.append(record(rows, name, {"contribution": "USD million", "log_contribution": "log points"}))
        parts[-1]["metric"] += f"_{factor}"
    joined = pd.concat(parts, ignore_index=True)
    return joined.assign(metric=joined["metric"] + suffix)


def _economies(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row an economy from the rows by factor, those without a split last."""
    frame = rows.drop_duplicates("iso3")[["iso3", "trade", "benchmark_trade", "note"]].set_index("iso3")
    wide = rows.dropna(subset="factor").pivot(
        index="iso3", columns="factor", values=["contribution", "log_contribution"]
    )
    wide.columns = [f"{value}_{factor}" for value, factor in wide.columns]
    frame = frame.join(wide).assign(
        gap=frame["trade"] - frame["benchmark_trade"], log_gap=np.log(frame["trade"] / frame["benchmark_trade"])
    )
    return frame.reset_index().assign(name=[economy_name(code, short=True) for code in frame.index])


def _economies_reading(frame: pd.DataFrame, other: str) -> str:
    known = frame.dropna(subset="gap")
    logs = known[[f"log_contribution_{factor}" for factor in FACTOR_WORDS]].set_axis(
        list(FACTOR_WORDS.values()), axis=1
    )
    lower = listing(f"{words} in {number}" for words, number in (logs < 0).sum().items())
    held_back = logs[(logs < 0).any(axis="columns")]
    most = listing(f"{words} in {number}" for words, number in held_back.idxmin(axis="columns").value_counts().items())
    return sentences(
        f"Set against the mean member of {other} ({usd(known['benchmark_trade'].iloc[0])}), of "
        f"{count(len(known), 'member')} that can be, the factors are lower: {lower}.",
        f"What holds a member back most is {most}." if len(held_back) else "",
    )
