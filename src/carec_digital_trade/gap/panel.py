"""What there is to compare: trade, population, GDP and covariates of every economy and year, in one frame."""

from typing import Literal, get_args

import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.metrics import trade
from carec_digital_trade.regions import Region

Measure = Literal["delivered", "deliverable"]
Flow = Literal["total", "exports", "imports"]

_INDICATORS = ("population", "gdp_current_usd", "internet_users_pct", "fixed_broadband_per_100")


def trade_panel(measure: Measure = "delivered", flow: Flow = "total", vintage: str = BUNDLED) -> pd.DataFrame:
    """Return trade beside population, GDP and the indicators of connectivity.

    Parameters
    ----------
    measure : {"delivered", "deliverable"}
        Digitally delivered trade (WTO) or digitally deliverable services (UNCTAD).
    flow : {"total", "exports", "imports"}
        A total needs both flows.
    vintage : str
        Vintage of the data.

    Returns
    -------
    pandas.DataFrame
        One row an economy and year that either source has: iso3, year, trade (USD million), population (persons),
        gdp_current_usd (USD), internet_users_pct (% of population), fixed_broadband_per_100 (subscriptions per 100
        people). Missing is missing.

    Raises
    ------
    InputError
        If the measure, the flow or the vintage is unknown.
    """
    check_choice("flow", flow, get_args(Flow))
    traded = trade(measure, flow, vintage)[["iso3", "year", "value"]].rename(columns={"value": "trade"})
    indicators = load("panel", vintage)[["iso3", "year", *_INDICATORS]]
    return traded.merge(indicators, on=["iso3", "year"], how="outer")


def lacking(rows: pd.DataFrame, columns: list[str]) -> str:
    """Name the columns that have no value in any of the rows, for a sentence.

    Parameters
    ----------
    rows : pandas.DataFrame
        Some rows of `trade_panel`.
    columns : list of str
        Columns that are needed.

    Returns
    -------
    str
        Such as "GDP and population".
    """
    words = {"gdp_current_usd": "GDP", "internet_users_pct": "internet use", "fixed_broadband_per_100": "broadband"}
    absent = [words.get(column, column) for column in columns if rows[column].isna().all()]
    return " and ".join(absent)


def require_disjoint(region: Region, benchmark: Region) -> None:
    """Refuse two regions that share a member.

    Parameters
    ----------
    region, benchmark : Region
        What is to be compared.

    Raises
    ------
    InputError
        If an economy is in both.
    """
    shared = [code for code in region.members if code in benchmark.members]
    if shared:
        raise InputError(
            f"{region.label} and {benchmark.label} share {', '.join(shared)}: "
            "choose regions without a common member, or exclude it from one of them"
        )
