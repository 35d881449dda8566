"""Infrastructure, affordability and inclusion: who is within reach of a network, uses it, and at what price."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import check_choice
from carec_digital_trade.regions import Region
from carec_digital_trade.vintages import remembered

INDICATORS = {
    "internet_users": True,
    "mobile_broadband": True,
    "fixed_broadband": True,
    "coverage_4g": True,
    "mobile_price": False,
    "fixed_price": False,
    "exchange_points": True,
    "data_centres": True,
}
"""Name of each indicator, and whether more of it is better."""
CONNECTIVITY = ("internet_users", "mobile_broadband", "fixed_broadband", "coverage_4g")
PRICES = ("mobile_price", "fixed_price")
_BASKETS = {"mobile_data": "mobile_price", "fixed_broadband": "fixed_price"}
_COUNTS = {"internet_exchange_points": "exchange_points", "connected_data_centres": "data_centres"}
PACE_YEARS = 5
"""Years over which a pace is taken."""
_IMPLAUSIBLE = "implausible"


@remembered(maxsize=4)
def infrastructure(vintage: str = BUNDLED) -> pd.DataFrame:
    """Return the indicators of infrastructure, affordability and inclusion, for reading only.

    Parameters
    ----------
    vintage : str
        Vintage of the data.

    Returns
    -------
    pandas.DataFrame
        A row for each figure: iso3, year, indicator (one of `INDICATORS`), value. Internet users and those
        within reach of 4G are in % of the population, mobile and fixed broadband in subscriptions per 100 people,
        prices of a basket in % of gross national income per head, exchange points and data centres in number per 10
        million people. An economy that the two directories of the last two do not list has no row: that is not zero.
    """
    panel = load("panel", vintage)
    names = {"internet_users_pct": "internet_users", "fixed_broadband_per_100": "fixed_broadband"}
    used = panel.rename(columns=names).melt(["iso3", "year"], list(names.values()), "indicator")
    mobile = load("mobile_broadband", vintage)
    mobile = mobile[mobile["flag"].ne(_IMPLAUSIBLE)].rename(columns={"mobile_broadband_per_100": "value"})
    counts = load("exchange_points", vintage)
    people = counts.merge(panel[["iso3", "year", "population"]], how="left")["population"]
    prices = load("broadband_prices", vintage)
    frames = [
        used,
        mobile.assign(indicator="mobile_broadband"),
        load("coverage_4g", vintage).assign(indicator="coverage_4g"),
        prices.assign(indicator=prices["basket"].map(_BASKETS)),
        counts.assign(indicator=counts["indicator"].map(_COUNTS), value=1e7 * counts["value"] / people),
    ]
    table = pd.concat(frames, ignore_index=True)[["iso3", "year", "indicator", "value"]]
    return table.dropna(subset="value").sort_values(["indicator", "iso3", "year"], ignore_index=True)


def latest_of_members(table: pd.DataFrame, region: Region, indicator: str) -> pd.DataFrame:
    """Return the latest figure of each member of a region.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `infrastructure`.
    region : Region
        Whose members.
    indicator : str
        One of `INDICATORS`.

    Returns
    -------
    pandas.DataFrame
        A row for each member, in the region's order: iso3, year, value, missing where there is no figure.

    Raises
    ------
    InputError
        If the indicator is unknown.
    """
    check_choice("indicator", indicator, tuple(INDICATORS))
    rows = table[(table["indicator"] == indicator) & table["iso3"].isin(region.members)]
    return (
        rows.groupby("iso3")[["year", "value"]].last().reindex(list(region.members)).rename_axis("iso3").reset_index()
    )


def behind(values: pd.Series, benchmark: pd.Series, indicator: str) -> pd.Series:
    """Say which values are worse than the benchmark's median.

    Parameters
    ----------
    values, benchmark : pandas.Series
        Of an indicator.
    indicator : str
        One of `INDICATORS`: of prices more is worse.

    Returns
    -------
    pandas.Series of boolean
        Missing where a value or the benchmark's median is.
    """
    sign = 1 if INDICATORS[indicator] else -1
    median = benchmark.median()
    return (sign * values < sign * median).astype("boolean").where(values.notna() & ~np.isnan(median))


def regional_medians(table: pd.DataFrame, regions: Sequence[Region]) -> pd.DataFrame:
    """Return the median of each region's members in each indicator, latest year of each.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `infrastructure`.
    regions : sequence of Region
        Told apart by label.

    Returns
    -------
    pandas.DataFrame
        A row for each indicator and region: indicator, region, median, covered (members with a figure), members,
        first_year, last_year (of the figures).
    """
    rows = []
    for indicator in INDICATORS:
        for each in regions:
            found = latest_of_members(table, each, indicator)
            rows.append(
                {
                    "indicator": indicator,
                    "region": each.label,
                    "median": found["value"].median(),
                    "covered": int(found["value"].notna().sum()),
                    "members": len(found),
                    "first_year": found["year"].min(),
                    "last_year": found["year"].max(),
                }
            )
    return pd.DataFrame(rows)


def medians_by_year(table: pd.DataFrame, regions: Sequence[Region]) -> pd.DataFrame:
    """Return the medians of regions in the years in which at least half of the members have a figure.

    Parameters
    ----------
    table, regions
        As for `regional_medians`.

    Returns
    -------
    pandas.DataFrame
        A row for each indicator that has years, year and region: indicator, year, region, median.
    """
    rows = table[table["indicator"].isin((*CONNECTIVITY, *PRICES))]
    parts = []
    for each in regions:
        own = rows[rows["iso3"].isin(each.members)].groupby(["indicator", "year"])["value"]
        found = own.agg(["median", "size"]).reset_index()
        parts.append(found[2 * found["size"] >= len(each.members)].assign(region=each.label))
    return pd.concat(parts, ignore_index=True)[["indicator", "year", "region", "median"]]


def members_behind(table: pd.DataFrame, region: Region, benchmark: Region) -> pd.DataFrame:
    """Say which members are behind the benchmark's median in which indicator, since when, and at what pace they move.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `infrastructure`.
    region, benchmark : Region
        Whose members, and whose median.

    Returns
    -------
    pandas.DataFrame
        A row for each member and indicator in which its latest figure is worse than the benchmark's median of the
        latest figures: indicator, iso3, year, value, benchmark_median, since (first year of the spell without a year in
        which it was not behind the benchmark's median of that year), pace (change a year over the `PACE_YEARS` before,
        or as many as there are), years_to_median (at this pace; infinite where it does not lead there, missing where
        there is no earlier figure).
    """
    parts = []
    for indicator in INDICATORS:
        latest, other = (latest_of_members(table, each, indicator) for each in (region, benchmark))
        own = table[table["indicator"] == indicator]
        medians = own[own["iso3"].isin(benchmark.members)].groupby("year")["value"].median()
        slow = latest[behind(latest["value"], other["value"], indicator).fillna(False)]
        for row in slow.itertuples(index=False):
            series = own[own["iso3"] == row.iso3].set_index("year")["value"]
            parts.append(
                {"indicator": indicator, "iso3": row.iso3, "year": int(row.year), "value": row.value}
                | {"benchmark_median": other["value"].median(), "since": _since(series, medians, indicator)}
                | _pace(series, other["value"].median(), indicator)
            )
    names = ["indicator", "iso3", "year", "value", "benchmark_median", "since", "pace", "years_to_median"]
    return pd.DataFrame(parts, columns=names)


def _since(series: pd.Series, medians: pd.Series, indicator: str) -> int:
    sign = 1 if INDICATORS[indicator] else -1
    known = series.loc[series.index.isin(medians.index)]
    ahead = known.index[sign * known >= sign * medians.reindex(known.index)]
    spell = series.index[series.index > ahead.max()] if len(ahead) else series.index
    return int(spell.min() if len(spell) else series.index.max())


def _pace(series: pd.Series, median: float, indicator: str) -> dict[str, float]:
    last = series.index.max()
    earlier = series[(series.index < last) & (series.index >= last - PACE_YEARS)]
    if earlier.empty:
        return {"pace": np.nan, "years_to_median": np.nan}
    pace = (series[last] - earlier.iloc[0]) / (last - earlier.index[0])
    towards = pace > 0 if INDICATORS[indicator] else pace < 0
    return {"pace": pace, "years_to_median": (median - series[last]) / pace if towards else np.inf}
