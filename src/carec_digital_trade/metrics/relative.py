"""Relative size: how large trade is against the world's, the population and the economy."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.metrics.trade import by_member, combine_flows, coverage, regional_total, spread
from carec_digital_trade.regions import Region, economy_name
from carec_digital_trade.vintages import remembered

WORLD = "WLD"
"""The World as a reporter in the table ``delivered_services``; it is an aggregate and never a member of a region."""

LONGEST_LAG = 3
"""A denominator may be at most this many years older than the trade that it divides."""

_WORLD_FLOWS = ("total", "exports", "imports")
_PER_MILLION = {"USD per person": 1e6, "% of GDP": 1e8}


def world_total(flow: str, vintage: str = BUNDLED) -> pd.DataFrame:
    """Return the world's digitally delivered trade.

    The World is the reporter WLD of the WTO's file, summed over the eight services. Because the file rounds, that sum
    may exceed the file's own total by up to some USD 4 million (2005-2022), a millionth of it.

    Parameters
    ----------
    flow : {"total", "exports", "imports"}
        Exports plus imports count every sale twice, once at each end.
    vintage : str
        Vintage of the table.

    Returns
    -------
    pandas.DataFrame
        One row a year: year, value (USD million, current prices).

    Raises
    ------
    InputError
        If the flow is unknown or the balance, which is no part of a whole.
    """
    check_choice("flow", flow, _WORLD_FLOWS)
    world = _world(vintage)
    return combine_flows(world["exports"], world["imports"], flow).rename("value").reset_index()


def world_share(
    trade_frame: pd.DataFrame, region: Region, years: int | Iterable[int] | None = None, vintage: str = BUNDLED
) -> pd.DataFrame:
    """Return a region's share of the world's digitally delivered trade.

    For the deliverable measure world and share are NaN: the package holds no World for it, and the sum of the
    economies that report is not the world. Give the frame and the World the same vintage; Table 1 of the article is
    older than the World of the bundled file.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `trade`.
    region : Region
        Members.
    years : int or iterable of int, optional
        All the years of the frame by default.
    vintage : str
        Vintage of the World.

    Returns
    -------
    pandas.DataFrame
        One row a year: year, value and world (USD million), share (0 to 1; of the covered members, so too low where
        partial), members, covered, partial, missing.

    Raises
    ------
    InputError
        If the flow is the balance, or the frame mixes flows or measures or lacks a year.
    """
    total = regional_total(trade_frame, region, years)
    world = world_total(trade_frame["flow"].iloc[0], vintage).set_index("year")["value"]
    known = trade_frame["measure"].iloc[0] == "delivered"
    total["world"] = world.reindex(total["year"]).to_numpy() if known else np.nan
    total["share"] = total["value"] / total["world"]
    return total[["year", "value", "world", "share", "members", "covered", "partial", "missing"]]


def per_person(
    trade_frame: pd.DataFrame, region: Region, years: int | Iterable[int] | None = None, vintage: str = BUNDLED
) -> pd.DataFrame:
    """Return the trade of each member per person.

    The population is that of the trade's year, or else of the latest year before it, at most three back: the panel
    ends in 2024, so trade of 2025 is divided by the population of 2024.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure in USD million, from `trade` or `load("table1")`.
    region : Region
        Members.
    years : int or iterable of int, optional
        All the years of the frame by default.
    vintage : str
        Vintage of the table ``panel``.

    Returns
    -------
    pandas.DataFrame
        One row a year and member: year, iso3, name, trade (USD million), denominator (persons), denominator_year,
        value (USD per person, current prices), unit. NaN where missing. `regional_ratio` makes the region's figure.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks a year.
    """
    return _per(trade_frame, region, years, vintage, "population", "USD per person")


def per_gdp(
    trade_frame: pd.DataFrame, region: Region, years: int | Iterable[int] | None = None, vintage: str = BUNDLED
) -> pd.DataFrame:
    """Return the trade of each member in per cent of its gross domestic product.

    GDP is in current USD, of the trade's year, or else of the latest year before it, at most three back: the panel
    ends in 2024 (Afghanistan's GDP in 2023), so a ratio for 2025 sets new trade over old, mostly smaller GDP.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure in USD million, from `trade` or `load("table1")`.
    region : Region
        Members.
    years : int or iterable of int, optional
        All the years of the frame by default.
    vintage : str
        Vintage of the table ``panel``.

    Returns
    -------
    pandas.DataFrame
        As `per_person`, with the denominator in current USD and the value in % of GDP. Trade is gross, so it may
        exceed 100.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks a year.
    """
    return _per(trade_frame, region, years, vintage, "gdp_current_usd", "% of GDP")


def regional_ratio(levels: pd.DataFrame) -> pd.DataFrame:
    """Return the region's own ratio: trade over denominator, each summed over the members that have both.

    Parameters
    ----------
    levels : pandas.DataFrame
        From `per_person` or `per_gdp`.

    Returns
    -------
    pandas.DataFrame
        One row a year: year, value, unit, members, covered, partial, missing, denominator_from and denominator_to
        (the oldest and the newest year among the denominators). NaN if no member has both. Where the members that are
        covered change from year to year, so does what the series measures.
    """
    years, members = pd.Index(np.unique(levels["year"]), name="year"), pd.Index(levels["iso3"].unique(), name="iso3")
    spreads = spread(levels, ["trade", "denominator", "denominator_year"], years, members)
    trade, denominator, of_year = (each.to_numpy() for each in spreads)
    both = ~(np.isnan(trade) | np.isnan(denominator))
    unit = levels["unit"].iloc[0]
    part, whole = (np.where(both, each, 0).sum(axis=1) for each in (trade, denominator))
    oldest, newest = np.where(both, of_year, np.inf).min(axis=1), np.where(both, of_year, -np.inf).max(axis=1)
    covered = both.any(axis=1)
    return pd.DataFrame(
        {
            "year": years,
            "value": np.divide(part * _PER_MILLION[unit], whole, out=np.full(len(years), np.nan), where=whole != 0),
            "unit": unit,
            **coverage(pd.DataFrame(np.where(both, trade, np.nan), columns=members)),
            "denominator_from": np.where(covered, oldest, np.nan),
            "denominator_to": np.where(covered, newest, np.nan),
        }
    )


def _per(
    trade_frame: pd.DataFrame,
    region: Region,
    years: int | Iterable[int] | None,
    vintage: str,
    denominator: str,
    unit: str,
) -> pd.DataFrame:
    wide = by_member(trade_frame, region, years).sort_index()
    if (found := trade_frame["unit"].iloc[0]) != "USD million":
        raise InputError(f"the trade table is in {found!r}: convert it to 'USD million'")
    traded = wide.to_numpy().ravel()
    known_years, economies, held = _denominators(denominator, vintage)
    cells = np.ix_(known_years.get_indexer(wide.index), economies.get_indexer(wide.columns))
    divisor, of_year = (table[cells].ravel() for table in held)
    names = [economy_name(code, short=True) for code in wide.columns]
    return pd.DataFrame(
        {
            "year": wide.index.repeat(len(names)),
            "iso3": np.tile(wide.columns, len(wide)),
            "name": names * len(wide),
            "trade": traded,
            "denominator": divisor,
            "denominator_year": of_year,
            "value": traded * _PER_MILLION[unit] / divisor,
            "unit": unit,
        }
    )


@remembered(maxsize=8)
def _world(vintage: str) -> pd.DataFrame:
    """Return the World's exports and imports by year."""
    table = load("delivered_services", vintage=vintage)
    return table[table["reporter"] == WORLD].groupby(["year", "flow"])["value"].sum().unstack("flow")


@remembered(maxsize=8)
def _denominators(column: str, vintage: str) -> tuple[pd.Index, pd.Index, tuple[NDArray, NDArray]]:
    """Return years, economies, and two tables of them: what stands for a column of the panel, and of which year it is.

    Each table has a row and a column more, of NaN, where an indexer's -1 for an unknown year or economy points.
    """
    panel = load("panel", vintage=vintage)
    years = pd.RangeIndex(panel["year"].min(), panel["year"].max() + LONGEST_LAG + 1, name="year")
    economies = pd.Index(panel["iso3"].unique(), name="iso3")
    [known] = spread(panel, [column], years, economies)
    of_year = known.where(known.isna(), np.tile(years, (len(economies), 1)).T)
    carried = (table.ffill(limit=LONGEST_LAG) for table in (known, of_year))
    return years, economies, tuple(np.pad(table, (0, 1), constant_values=np.nan) for table in carried)
