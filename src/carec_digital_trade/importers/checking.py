"""What every source is held to, whatever its layout."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import LATEST, describe, load
from carec_digital_trade.errors import DataError
from carec_digital_trade.prose import listing
from carec_digital_trade.regions import economy_name

FIRST_YEAR = 1960
SAME_SCALE = 5.0
"""A release revises figures; one whose median figure moves by more than this factor is in another unit."""
MOST_LOST = 0.1
"""A file that lacks more than this share of the economies that were there is cut off."""
_ENOUGH = 10
"""Figures whose median tells another unit from a revision; a year of BaTIS has some twenty."""
_NAMED = 8


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


def once(rows: pd.DataFrame, key: Sequence[str]) -> None:
    """Refuse rows that say the same thing twice.

    Parameters
    ----------
    rows : pandas.DataFrame
        Indexed as `reading.text_rows` indexes it.
    key : sequence of str
        Columns that must not agree in two rows.

    Raises
    ------
    DataError
        Naming the first such row.
    """
    double = rows.duplicated(list(key))
    if double.any():
        row = double.idxmax()
        raise DataError(f"row {row + 2}: {', '.join(map(str, rows.loc[row, list(key)]))} comes twice")


def same_scale(new: pd.Series, old: pd.Series, unit: str, what: str) -> None:
    """Refuse figures that are so far from those at hand that the unit must be another.

    Parameters
    ----------
    new, old : pandas.Series
        Figures on comparable indexes.
    unit : str
        Unit of the old ones.
    what : str
        What they are.

    Raises
    ------
    DataError
        If the median ratio of figures that both have is beyond `SAME_SCALE` or its inverse.
    """
    both = pd.concat({"new": new, "old": old}, axis="columns", join="inner").abs()
    both = both[(both > 0).all(axis="columns")]
    if len(both) < _ENOUGH:
        return
    ratio = (both["new"] / both["old"]).median()
    if not 1 / SAME_SCALE < ratio < SAME_SCALE:
        raise DataError(f"{what}: the figures are {ratio:,.4g} times those at hand, so they are not in {unit}")


def against_present(table: str, frame: pd.DataFrame, economy: str = "iso3") -> list[str]:
    """Hold a table against the one at hand.

    Parameters
    ----------
    table : str
        Name of the table.
    frame : pandas.DataFrame
        The new table, in the columns of its schema.
    economy : str
        Column of the economies.

    Returns
    -------
    list of str
        A sentence that names the economies that are gone, if there are any, and one the new ones.

    Raises
    ------
    DataError
        If the unit must be another, or so many economies are gone that the file must be cut off.
    """
    schema, present = describe(table, LATEST)["schema"], load(table, LATEST)
    key = schema["primaryKey"]
    for field in schema["fields"]:
        if field["type"] == "number":
            series = (each.set_index(key)[field["name"]] for each in (frame, present))
            same_scale(*series, field["unit"], f"{table}, {field['name']}")
    before, now = set(present[economy]), set(frame[economy])
    gone, added = sorted(before - now), sorted(now - before)
    if len(gone) > MOST_LOST * len(before):
        raise DataError(
            f"{len(gone)} of the {len(before)} economies of {table} are not in the file, so it is cut off: "
            f"{_named(gone)}"
        )
    notes = [f"Not in {table} any more: {_named(gone)}."] if gone else []
    return notes + ([f"New in {table}: {_named(added)}."] if added else [])


def _named(codes: Sequence[str]) -> str:
    names = [economy_name(code, short=True) for code in codes[:_NAMED]]
    more = [f"{len(codes) - _NAMED} more"] if len(codes) > _NAMED else []
    return listing([*names, *more])
