"""Tables of rows by members: made, summed, shared out, and what they lack."""

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carec_digital_trade.errors import check_once

_Values = TypeVar("_Values", pd.Series, NDArray[np.float64])

COVERAGE = ("members", "covered", "partial", "missing")
"""How far a row rests on all members, as `coverage` counts it."""


def spread(frame: pd.DataFrame, value: str, index: pd.Index, columns: pd.Index) -> pd.DataFrame:
    """Spread a column of a frame over a table, as a pivot does, in a third of its time.

    Parameters
    ----------
    frame : pandas.DataFrame
        What the table holds, and what names its row and its column.
    value : str
        Column of numbers.
    index, columns : pandas.Index
        Of the table, named as the columns of the frame that they are found in. Other rows of the frame are left out.

    Returns
    -------
    pandas.DataFrame
        Shape (rows, columns); NaN where there is no row of the frame.

    Raises
    ------
    InputError
        If the frame has two rows for a cell.
    """
    row, column = index.get_indexer(frame[index.name]), columns.get_indexer(frame[columns.name])
    (inside,) = np.nonzero((row >= 0) & (column >= 0))
    cell = row[inside] * len(columns) + column[inside]
    if len(np.unique(cell)) < len(cell):
        check_once(frame.iloc[inside], [str(index.name), str(columns.name)])
    wide = np.full((len(index), len(columns)), np.nan)
    wide.flat[cell] = frame[value].to_numpy()[inside]
    return pd.DataFrame(wide, index, columns)


def coverage(wide: pd.DataFrame) -> pd.DataFrame:
    """Say of each row of a table how many of its columns have a value.

    Parameters
    ----------
    wide : pandas.DataFrame
        Shape (rows, members).

    Returns
    -------
    pandas.DataFrame
        Indexed as the rows: members, covered, partial, missing (codes, separated by commas).
    """
    known = wide.notna().to_numpy()
    counted = {
        "members": known.shape[1],
        "covered": known.sum(axis=1),
        "partial": ~known.all(axis=1),
        "missing": [", ".join(wide.columns[~row]) for row in known],
    }
    return pd.DataFrame(counted, index=wide.index)


def known_sum(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up what is known in each row.

    Parameters
    ----------
    numbers : numpy.ndarray, shape (rows, members)
        NaN is missing.

    Returns
    -------
    numpy.ndarray, shape (rows,)
        NaN where nothing is known.
    """
    return np.where(np.isnan(numbers).all(axis=1), np.nan, np.nansum(numbers, axis=1))


def shares(values: _Values) -> _Values:
    """Return each value over the sum of all, which is defined only for parts of a whole.

    Parameters
    ----------
    values : pandas.Series or numpy.ndarray, shape (..., members)
        Any one unit; NaN is left out of the sum and stays NaN.

    Returns
    -------
    pandas.Series or numpy.ndarray
        0 to 1, adding up to 1; all NaN if a value is negative or the sum is zero.
    """
    numbers = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = numbers / np.nansum(numbers, axis=-1, keepdims=True)
    share = np.where((numbers < 0).any(axis=-1, keepdims=True), np.nan, share)
    return pd.Series(share, values.index, name=values.name) if isinstance(values, pd.Series) else share
