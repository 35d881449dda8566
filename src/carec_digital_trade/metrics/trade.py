"""Trade: how much the members of a region trade, and who is missing from the sum."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.metrics.wide import COVERAGE, coverage, known_sum, shares, spread
from carec_digital_trade.regions import Region
from carec_digital_trade.vintages import remembered

MEASURES = ("delivered", "deliverable")
"""Digitally delivered trade (WTO, the article's measure) and digitally deliverable trade (UNCTAD, broader)."""

FLOWS = ("total", "exports", "imports", "balance")
"""Total is exports plus imports, balance is exports less imports; both need both flows."""

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
    return _trade(measure, flow, vintage).copy(deep=False)


@remembered(maxsize=32)
def _trade(measure: str, flow: str, vintage: str) -> pd.DataFrame:
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
