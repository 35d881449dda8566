"""Trade: how much the members of a region trade, and who is missing from the sum."""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.regions import Region
from carec_digital_trade.vintages import remembered

MEASURES = ("delivered", "deliverable")
"""Digitally delivered trade (WTO, the article's measure) and digitally deliverable trade (UNCTAD, broader)."""

FLOWS = ("total", "exports", "imports", "balance")
"""Total is exports plus imports, balance is exports less imports; both need both flows."""

_Values = TypeVar("_Values", pd.Series, NDArray[np.float64])

COVERAGE = ("members", "covered", "partial", "missing")
"""How far a row rests on all members, as `coverage` counts it."""

_COLUMNS = ["iso3", "year", "flow", "value", "measure", "unit"]


def trade(measure: str, flow: str, vintage: str = BUNDLED) -> pd.DataFrame:
    """Return one flow of one measure for all economies and years.

    Parameters
    ----------
    measure : {"delivered", "deliverable"}
        Digitally delivered (WTO) or digitally deliverable (UNCTAD) services.
    flow : {"total", "exports", "imports", "balance"}
        Exports plus imports, either, or exports less imports.
    vintage : str
        Vintage of the table, as in `datasets.load`.

    Returns
    -------
    pandas.DataFrame
        One row an economy and year: iso3, year, flow, value, measure, unit (USD million, current prices). A value is
        NaN where a flow that it needs is missing.

    Raises
    ------
    InputError
        If the measure or the flow is unknown.
    """
    check_choice("measure", measure, MEASURES)
    table = load(measure, vintage=vintage)
    both = table.pivot(index=["iso3", "year"], columns="flow", values="value")
    frame = combine_flows(both["exports"], both["imports"], flow).rename("value").reset_index()
    return frame.assign(flow=flow, measure=measure, unit=table["unit"].iloc[0])[_COLUMNS]


@remembered(maxsize=16)
def years(measure: str, vintage: str = BUNDLED) -> tuple[int, int]:
    """Return the first and the last year for which a measure has any value.

    Parameters
    ----------
    measure, vintage : str
        As in `trade`.

    Returns
    -------
    tuple of int
        First and last year.

    Raises
    ------
    InputError
        If the measure is unknown.
    """
    check_choice("measure", measure, MEASURES)
    covered = load(measure, vintage=vintage).dropna(subset="value")["year"]
    return int(covered.min()), int(covered.max())


def members(trade_frame: pd.DataFrame, region: Region, year: int) -> pd.DataFrame:
    """List the members of a region with their trade, share and rank in one year.

    Parameters
    ----------
    trade_frame, region
        As in `by_member`.
    year : int
        A year of the frame.

    Returns
    -------
    pandas.DataFrame
        One row a member, those without data too: iso3, name, value (USD million), share (0 to 1, of the members with
        data), rank (1 is the largest; ties share the better rank). NaN where missing. The shares are all NaN if a
        member is negative or the total is zero.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks the year.

    Examples
    --------
    >>> from carec_digital_trade import region
    >>> members(trade("delivered", "total"), region("ASEAN"), 2024).nlargest(1, "value")["name"].item()
    'Singapore'
    """
    value = by_member(trade_frame, region, year).iloc[0]
    return pd.DataFrame(
        {
            "iso3": value.index,
            "name": [economy_name(code, short=True) for code in value.index],
            "value": value.to_numpy(),
            "share": shares(value).to_numpy(),
            "rank": value.rank(ascending=False, method="min").to_numpy(),
        }
    )


def regional_total(trade_frame: pd.DataFrame, region: Region, years: int | Iterable[int] | None = None) -> pd.DataFrame:
    """Add up the members of a region, year by year, and say who is missing.

    Parameters
    ----------
    trade_frame, region, years
        As in `by_member`.

    Returns
    -------
    pandas.DataFrame
        One row a year: year, value (USD million, sum of the members with data; NaN if there are none), members,
        covered (how many have data), partial (True if some have none), missing (their codes, separated by commas).

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks a year.
    """
    wide = by_member(trade_frame, region, years)
    return coverage(wide).assign(value=known_sum(wide.to_numpy())).reset_index()[["year", "value", *COVERAGE]]


def by_member(trade_frame: pd.DataFrame, region: Region, years: int | Iterable[int] | None = None) -> pd.DataFrame:
    """Spread a region's trade over a table of years by members.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `trade` or `load("table1")`.
    region : Region
        Members; the same ones in every year.
    years : int or iterable of int, optional
        All the years of the frame by default.

    Returns
    -------
    pandas.DataFrame
        Shape (years, members), USD million; NaN where a member has no data.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks a year, or the region is a mere name.
    """
    if not isinstance(region, Region):
        raise InputError(f"{region!r} is no region: make one with region({region!r}) of carec_digital_trade.regions")
    if lacking := [column for column in _COLUMNS if column not in trade_frame]:
        raise InputError(f"the trade table lacks {', '.join(lacking)}: take one from trade(measure, flow)")
    known = np.unique(trade_frame["year"]).tolist()
    wanted = known if years is None else [int(year) for year in ([years] if np.isscalar(years) else years)]
    for year in wanted:
        if year not in known:
            raise InputError(f"the trade table has no year {year}: it covers {known[0]} to {known[-1]}")
    for column in ("measure", "flow", "unit"):  # their sum would count trade twice
        found = trade_frame[column].unique()
        if len(found) != 1:
            raise InputError(
                f"the trade table must hold one {column} and holds {', '.join(found) or 'none'}: "
                "take one from trade(measure, flow)"
            )
    return spread(trade_frame, "value", pd.Index(wanted, name="year"), pd.Index(region.members, name="iso3"))


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
    inside = (row >= 0) & (column >= 0)
    check_once(frame[inside], [str(index.name), str(columns.name)])
    wide = np.full((len(index), len(columns)), np.nan)
    wide[row[inside], column[inside]] = frame[value].to_numpy()[inside]
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


def combine_flows(exports: pd.Series, imports: pd.Series, flow: str) -> pd.Series:
    """Return the flow asked for; a total and a balance are NaN unless both flows are there.

    Parameters
    ----------
    exports, imports : pandas.Series
        On the same index and in the same unit.
    flow : {"total", "exports", "imports", "balance"}
        What to return.

    Returns
    -------
    pandas.Series
        On the same index.

    Raises
    ------
    InputError
        If the flow is unknown.
    """
    check_choice("flow", flow, FLOWS)
    if flow in ("exports", "imports"):
        return exports if flow == "exports" else imports
    return exports + imports if flow == "total" else exports - imports
