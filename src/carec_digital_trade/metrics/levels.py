"""Levels: how large trade is, by itself and against the world's, the population and the economy, and how even."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.metrics.concentration import concentration
from carec_digital_trade.metrics.trade import by_member, combine_flows, members, regional_total, trade
from carec_digital_trade.metrics.wide import COVERAGE, coverage, known_sum, spread
from carec_digital_trade.regions import Region
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
    trade_frame, region, years
        As in `by_member`.
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
    return total[["year", "value", "world", "share", *COVERAGE]]


def per_person(
    trade_frame: pd.DataFrame, region: Region, years: int | Iterable[int] | None = None, vintage: str = BUNDLED
) -> pd.DataFrame:
    """Return the trade of each member per person.

    The population is that of the trade's year, or else of the latest year before it, at most three back: the panel
    ends in 2024, so trade of 2025 is divided by the population of 2024.

    Parameters
    ----------
    trade_frame, region, years
        As in `by_member`; in USD million.
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
    return _per(by_member(trade_frame, region, years), trade_frame, vintage, "population", "USD per person")


def per_gdp(
    trade_frame: pd.DataFrame, region: Region, years: int | Iterable[int] | None = None, vintage: str = BUNDLED
) -> pd.DataFrame:
    """Return the trade of each member in per cent of its gross domestic product.

    GDP is in current USD, of the trade's year, or else of the latest year before it, at most three back: the panel
    ends in 2024 (Afghanistan's GDP in 2023), so a ratio for 2025 sets new trade over old, mostly smaller GDP.

    Parameters
    ----------
    trade_frame, region, years, vintage
        As in `per_person`.

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
    return _per(by_member(trade_frame, region, years), trade_frame, vintage, "gdp_current_usd", "% of GDP")


def regional_ratio(ratios: pd.DataFrame) -> pd.DataFrame:
    """Return the region's own ratio: trade over denominator, each summed over the members that have both.

    Parameters
    ----------
    ratios : pandas.DataFrame
        From `per_person` or `per_gdp`.

    Returns
    -------
    pandas.DataFrame
        One row a year: year, value, unit, members, covered, partial, missing, denominator_from and denominator_to
        (the oldest and the newest year among the denominators). NaN if no member has both. Where the members that are
        covered change from year to year, so does what the series measures.
    """
    years, codes = pd.Index(np.unique(ratios["year"]), name="year"), pd.Index(ratios["iso3"].unique(), name="iso3")
    known = ratios.dropna(subset=["trade", "denominator"])
    part, whole, of_year = (spread(known, each, years, codes) for each in ("trade", "denominator", "denominator_year"))
    unit = ratios["unit"].iloc[0]
    value = known_sum(part.to_numpy()) * _PER_MILLION[unit] / known_sum(whole.to_numpy())
    oldest, newest = of_year.min(axis="columns"), of_year.max(axis="columns")
    frame = coverage(part).assign(value=value, unit=unit, denominator_from=oldest, denominator_to=newest)
    return frame.reset_index()[["year", "value", "unit", *COVERAGE, "denominator_from", "denominator_to"]]


def levels(trade_frame: pd.DataFrame, region: Region, year: int, vintage: str = BUNDLED) -> pd.DataFrame:
    """Set a region's trade against its own balance, the world's trade, its population and its GDP.

    Parameters
    ----------
    trade_frame, region
        As in `by_member`.
    year : int
        A year of the frame.
    vintage : str
        Vintage of the other tables.

    Returns
    -------
    pandas.DataFrame
        One row: total and balance (USD million; the balance is NaN unless the same number of members has one),
        world_share (0 to 1), per_person (USD), per_gdp (%), members, members_covered, missing, and the years of the
        denominators, population_year and gdp_year, as text.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks the year.
    """
    total = world_share(trade_frame, region, year, vintage).iloc[0]
    both = trade(trade_frame["measure"].iloc[0], "balance", vintage)
    balance = regional_total(both, region, year).iloc[0]
    persons, economy = (
        regional_ratio(ratio(trade_frame, region, year, vintage)).iloc[0] for ratio in (per_person, per_gdp)
    )
    row = {
        "total": total["value"],
        # A balance over fewer members than the total would be read against it.
        "balance": balance["value"] if balance["covered"] == total["covered"] else np.nan,
        "world_share": total["share"],
        "per_person": persons["value"],
        "per_gdp": economy["value"],
        "members": total["members"],
        "members_covered": total["covered"],
        "missing": total["missing"],
        "population_year": _span(persons),
        "gdp_year": _span(economy),
    }
    return pd.DataFrame([row])


def at_a_glance(trade_frame: pd.DataFrame, regions: Sequence[Region], year: int) -> pd.DataFrame:
    """Set regions side by side: how much each trades, and how evenly.

    Parameters
    ----------
    trade_frame, year
        As in `levels`.
    regions : sequence of Region
        In the order of the rows.

    Returns
    -------
    pandas.DataFrame
        One row a region: region (label), total (USD million), of (its members), and the fields of `Concentration`.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks the year.
    """
    rows = []
    for one in regions:
        total = regional_total(trade_frame, one, year).iloc[0]
        spread = vars(concentration(members(trade_frame, one, year)))
        rows.append({"region": one.label, "total": total["value"], "of": total["members"], **spread})
    return pd.DataFrame(rows)


def _per(wide: pd.DataFrame, trade_frame: pd.DataFrame, vintage: str, denominator: str, unit: str) -> pd.DataFrame:
    wide = wide.sort_index()
    if (found := trade_frame["unit"].iloc[0]) != "USD million":
        raise InputError(f"the trade table is in {found!r}: convert it to 'USD million'")
    divisor, of_year = (
        each.reindex(index=wide.index, columns=wide.columns).to_numpy().ravel()
        for each in _denominators(denominator, vintage)
    )
    traded = wide.to_numpy().ravel()
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


def _span(ratio: pd.Series) -> str:
    if pd.isna(ratio["denominator_from"]):
        return "no data"
    first, last = int(ratio["denominator_from"]), int(ratio["denominator_to"])
    return f"{first}" if first == last else f"{first} to {last}"


@remembered(maxsize=8)
def _world(vintage: str) -> pd.DataFrame:
    """Return the World's exports and imports by year."""
    table = load("delivered_services", vintage=vintage)
    return table[table["reporter"] == WORLD].groupby(["year", "flow"])["value"].sum().unstack("flow")


@remembered(maxsize=8)
def _denominators(column: str, vintage: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return by year and economy what stands for a column of the panel, and of which year that is."""
    panel = load("panel", vintage=vintage)
    years = pd.RangeIndex(panel["year"].min(), panel["year"].max() + LONGEST_LAG + 1, name="year")
    known = spread(panel, column, years, pd.Index(panel["iso3"].unique(), name="iso3"))
    of_year = known.where(known.isna(), np.tile(years, (known.shape[1], 1)).T)
    return known.ffill(limit=LONGEST_LAG), of_year.ffill(limit=LONGEST_LAG)
