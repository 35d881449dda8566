"""Infrastructure, affordability and inclusion: who is within reach of a network, uses it, and at what price."""

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
