"""What the rows of every source are held to, whatever their layout."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.errors import DataError
from carec_digital_trade.importers.codes import named

FIRST_YEAR = 1960


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
    bad = ~rows[column].isin(list(allowed))
    if bad.any():
        row = bad.idxmax()
        expected = " or ".join(map(repr, allowed))
        raise DataError(f"row {row + 2}, column {column}: {rows[column][row]!r}, expected {expected}")


def numbers(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of text as numbers, none of them missing.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `reading.text_rows`.
    column : str
        Column to convert.

    Returns
    -------
    pandas.Series
        Finite numbers.

    Raises
    ------
    DataError
        Naming row, column and text.
    """
    values = pd.to_numeric(rows[column], errors="coerce")
    bad = ~np.isfinite(values)
    if bad.any():
        row = bad.idxmax()
        raise DataError(f"row {row + 2}, column {column}: {rows[column][row]!r} is no number")
    return values


def years(rows: pd.DataFrame, column: str, last: int) -> pd.Series:
    """Return a column of text as years.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `reading.text_rows`.
    column : str
        Column to convert.
    last : int
        Year in which the file was obtained.

    Returns
    -------
    pandas.Series
        Whole numbers.

    Raises
    ------
    DataError
        Naming row, column and text.
    """
    found = numbers(rows, column)
    bad = (found % 1 != 0) | (found < FIRST_YEAR) | (found > last)
    if bad.any():
        row = bad.idxmax()
        raise DataError(f"row {row + 2}, column {column}: {rows[column][row]!r} is no year from {FIRST_YEAR} to {last}")
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


def once(rows: pd.DataFrame, key: Sequence[str], value: str = "value") -> None:
    """Refuse rows that say the same thing twice.

    Parameters
    ----------
    rows : pandas.DataFrame
        Indexed as `reading.text_rows` indexes it.
    key : sequence of str
        Columns that must not agree in two rows.
    value : str
        Column of what they say of it.

    Raises
    ------
    DataError
        Naming the first such rows and what they say.
    """
    double = rows.duplicated(list(key))
    if double.any():
        second = rows[double].iloc[0]
        first = rows[(rows[list(key)] == second[list(key)]).all(axis="columns")].iloc[0]
        raise DataError(
            f"rows {first.name + 2} and {second.name + 2}: {', '.join(map(str, second[list(key)]))} comes twice, as "
            f"{first[value]} and as {second[value]}"
        )


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
    rows = rows[[code, name]].drop_duplicates()
    for each, words in expected.items():
        bad = rows[code].eq(each) & ~rows[name].str.casefold().str.contains(words.casefold(), regex=False)
        if bad.any():
            row = bad.idxmax()
            raise DataError(f"row {row + 2}, column {name}: {each} is {rows[name][row]!r}, expected {words!r} in it")


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
