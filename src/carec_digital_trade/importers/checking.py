"""What the rows of every source are held to, whatever their layout: values, and codes and names of economies."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import load
from carec_digital_trade.economies import iso3
from carec_digital_trade.errors import DataError, InputError

FIRST_YEAR = 1960

# fmt: off
WORLD_BANK_GROUPS = frozenset({
    "AFE", "AFR", "AFW", "ARB", "CAA", "CEA", "CEB", "CEU", "CLA", "CME", "CSA", "CSS", "DEA", "DEC", "DLA", "DMN",
    "DNS", "DSA", "DSF", "DSS", "EAP", "EAR", "EAS", "ECA", "ECS", "EMU", "EUU", "FCS", "FXS", "HIC", "HPC", "IBB",
    "IBD", "IBT", "IDA", "IDB", "IDX", "INX", "LAC", "LCN", "LCR", "LDC", "LIC", "LMC", "LMY", "LTE", "MDE", "MEA",
    "MIC", "MNA", "NAC", "NAF", "NRS", "NXS", "OED", "OSS", "PRE", "PSS", "PST", "RRS", "SAS", "SSA", "SSF", "SST",
    "SXZ", "TEA", "TEC", "TLA", "TMN", "TSA", "TSS", "UMC", "WLD", "XZN",
})
# fmt: on
"""Regions, income and lending groups of the World Development Indicators and of Data360."""
NO_ECONOMIES = WORLD_BANK_GROUPS | {"CHI"}
"""The groups, and the Channel Islands, which have no code of their own in ISO 3166-1; both are left out."""


@cache
def iso3_codes() -> dict[str, str]:
    """Return the package's own codes, ISO 3166-1 alpha-3 and XKX for Kosovo, each to itself."""
    return {code: code for code in load("economies")["iso3"]}


@cache
def iso_codes(kind: str) -> dict[str, str]:
    """Return other codes of the package's economies.

    Parameters
    ----------
    kind : {"alpha_2", "numeric"}
        Of ISO 3166-1; the numeric ones are those of UN M49.

    Returns
    -------
    dict of str to str
        To ISO 3166-1 alpha-3.
    """
    import pycountry  # noqa: PLC0415  (slow to import, and needed only here)

    return {getattr(each, kind): each.alpha_3 for each in pycountry.countries if each.alpha_3 in iso3_codes()}


@cache
def wto_codes() -> dict[str, str]:
    """Return the codes of the WTO's files.

    Returns
    -------
    dict of str to str
        The WTO's own for its economies (NA is Namibia, 888 Kosovo) and ISO 3166-1 alpha-2 for the package's others, to
        ISO 3166-1 alpha-3.
    """
    economies = load("economies").dropna(subset="wto_code")
    return iso_codes("alpha_2") | dict(zip(economies["wto_code"], economies["iso3"], strict=True))


@cache
def named(name: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of a name as a source spells it, or None if it is not known."""
    import pycountry  # noqa: PLC0415

    try:
        return iso3(name)
    except InputError:
        kinds = ("name", "common_name", "official_name")
        return next((each.alpha_3 for kind in kinds if (each := pycountry.countries.get(**{kind: name}))), None)


def expect(rows: pd.DataFrame, column: str, allowed: Collection[str]) -> None:
    """Refuse a column that holds anything but the values allowed.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `reading.text_rows`.
    column : str
        Column to check.
    allowed : collection of str
        Values.

    Raises
    ------
    DataError
        Naming row, column and value.
    """
    _refuse(rows, column, ~rows[column].isin(list(allowed)), f", expected {' or '.join(map(repr, allowed))}")


def numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of text as finite numbers, none of them missing; errors as of `expect`."""
    values = pd.to_numeric(rows[column], errors="coerce")
    _refuse(rows, column, ~np.isfinite(values), " is no number")
    return values


def years(rows: pd.DataFrame, column: str, last: int) -> pd.Series:
    """Return a column of text as years, of which the file was obtained in the last; errors as of `expect`."""
    found = numbers(rows, column)
    bad = (found % 1 != 0) | ~found.between(FIRST_YEAR, last)
    _refuse(rows, column, bad, f" is no year from {FIRST_YEAR} to {last}")
    return found.astype("int64")


def mapped(codes: pd.Series, known: Mapping[str, str], names: pd.Series | None = None) -> pd.Series:
    """Translate a source's codes of economies.

    Parameters
    ----------
    codes : pandas.Series
        The source's codes.
    known : mapping of str to str
        Code to ISO 3166-1 alpha-3, or to what stands for an aggregate.
    names : pandas.Series, optional
        The source's names, for the error.

    Returns
    -------
    pandas.Series
        Translated codes.

    Raises
    ------
    DataError
        If there are other codes; the sentence lists them all.
    """
    unknown = ~codes.isin(list(known))
    if unknown.any():
        found = codes[unknown] if names is None else codes[unknown] + " (" + names[unknown] + ")"
        raise DataError(f"these codes of economies are not known: {', '.join(sorted(found.unique()))}")
    return codes.map(known)


def all_there(kind: str, wanted: Iterable[str], found: Collection[str]) -> None:
    """Refuse what lacks something.

    Parameters
    ----------
    kind : str
        What is looked for, such as "column".
    wanted, found : collection of str
        What there must be, and what there is.

    Raises
    ------
    DataError
        If something is lacking; the sentence says what there is instead.
    """
    lacking = [each for each in wanted if each not in found]
    if lacking:
        what = f"the {kind} {lacking[0]} is" if len(lacking) == 1 else f"the {kind}s {', '.join(lacking)} are"
        raise DataError(f"{what} lacking: the {kind}s are {', '.join(map(str, found)) or 'none'}")


def once(rows: pd.DataFrame, key: Sequence[str], values: Sequence[str] = ("value",)) -> None:
    """Refuse rows that say the same thing twice.

    Parameters
    ----------
    rows : pandas.DataFrame
        Indexed as `reading.text_rows` indexes it.
    key : sequence of str
        Columns that must not agree in two rows.
    values : sequence of str
        Columns of what they say of it.

    Raises
    ------
    DataError
        Naming the first such rows and what they say.
    """
    double = rows.duplicated(list(key))
    if double.any():
        second = rows[double].iloc[0]
        first = rows[(rows[list(key)] == second[list(key)]).all(axis="columns")].iloc[0]
        what, one, other = (
            ", ".join(map(str, row[list(columns)]))
            for row, columns in ((second, key), (first, values), (second, values))
        )
        raise DataError(f"rows {first.name + 2} and {second.name + 2}: {what} comes twice, as {one} and as {other}")


def measured(rows: pd.DataFrame, code: str, name: str, expected: Mapping[str, str]) -> None:
    """Refuse a column whose name says that it measures something else.

    Parameters
    ----------
    rows : pandas.DataFrame
        Indexed as `reading.text_rows` indexes it.
    code, name : str
        Columns of the codes and of the names of what is measured.
    expected : mapping of str to str
        Code to what its name must contain, such as the unit or the base year.

    Raises
    ------
    DataError
        Naming row, code, name, and what was expected.
    """
    for row, each, found in rows[[code, name]].drop_duplicates().itertuples():
        words = expected.get(each, "")
        if words.casefold() not in found.casefold():
            raise DataError(f"row {row + 2}, column {name}: {each} is {found!r}, expected {words!r} in it")


def names_fit(codes: pd.Series, names: pd.Series, known: Mapping[str, str]) -> list[str]:
    """Hold the names of economies against their codes.

    Parameters
    ----------
    codes, names : pandas.Series
        What the rows hold, indexed as `reading.text_rows` indexes it.
    known : mapping of str to str
        Code to ISO 3166-1 alpha-3, or to what stands for an aggregate. Rows of other codes may have any name that is
        not one of an economy.

    Returns
    -------
    list of str
        A sentence that lists the names that nobody knows, if there are any.

    Raises
    ------
    DataError
        If a name is another economy's, or stands under several codes, or a code under several names that are not all
        known; the sentence gives row, code and name.
    """
    pairs = pd.DataFrame({"code": codes, "name": names}).drop_duplicates()
    pairs = pairs.assign(iso3=pairs["code"].map(known), owner=pairs["name"].map(named))
    unknown = pairs["owner"].isna() & pairs["iso3"].notna()
    twice = pairs["name"].duplicated() | (pairs["code"].duplicated(keep=False) & unknown)
    for wrong, why in (
        (pairs["owner"].notna() & pairs["owner"].ne(pairs["iso3"]), "is the name of {owner}"),
        (twice & pairs["iso3"].notna(), "is not the only name of the code, or not its only code"),
    ):
        if wrong.any():
            row = pairs[wrong].iloc[0]
            raise DataError(f"row {row.name + 2}: {row['name']!r} under the code {row['code']} {why.format(**row)}")
    if not unknown.any():
        return []
    listed = ", ".join(f"{row.name} ({row.code})" for row in pairs[unknown].itertuples(index=False))
    return [f"Names that are not known and could not be held against their codes: {listed}."]


def _refuse(rows: pd.DataFrame, column: str, bad: pd.Series, why: str) -> None:
    """Refuse the first row that is bad, naming it by its line in the file."""
    if bad.any():
        row = bad.idxmax()
        raise DataError(f"row {row + 2}, column {column}: {rows[column][row]!r}{why}")
