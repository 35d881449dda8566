"""What there is to compare: trade, population, GDP and covariates of every economy and year, in one frame."""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.gap.equation import with_terms
from carec_digital_trade.metrics import trade
from carec_digital_trade.regions import Region
from carec_digital_trade.vintages import remembered

Measure = Literal["delivered", "deliverable"]
Flow = Literal["total", "exports", "imports"]

_INDICATORS = ("population", "gdp_current_usd", "internet_users_pct", "fixed_broadband_per_100")

SPIKE = 0.5
"""By how much of the neighbouring years' trade a year must differ from both to stand out."""
FIGURE_WORDS = {
    "gdp_current_usd": "GDP",
    "internet_users_pct": "internet use",
    "fixed_broadband_per_100": "broadband",
}


@remembered(maxsize=16)
def trade_panel(measure: Measure = "delivered", flow: Flow = "total", vintage: str = BUNDLED) -> pd.DataFrame:
    """Return trade beside population, GDP and the indicators of connectivity, for reading only.

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
        people), and the terms of `with_terms`. Missing is missing.

    Raises
    ------
    InputError
        If the measure, the flow or the vintage is unknown.
    """
    check_choice("flow", flow, get_args(Flow))
    traded = trade(measure, flow, vintage)[["iso3", "year", "value"]].rename(columns={"value": "trade"})
    indicators = load("panel", vintage)[["iso3", "year", *_INDICATORS]]
    return with_terms(traded.merge(indicators, on=["iso3", "year"], how="outer"))


def economy_sizes(panel: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return what members can be weighted by.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    year : int
        Of GDP and trade.

    Returns
    -------
    pandas.DataFrame
        iso3, gdp (USD), trade (USD million; missing where it is negative, since a weight cannot be).
    """
    rows = panel[panel["year"] == year]
    trade = rows["trade"].where(rows["trade"] >= 0)
    return pd.DataFrame({"iso3": rows["iso3"], "gdp": rows["gdp_current_usd"], "trade": trade})


def spikes(panel: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Find trade that stands far above or below that of both neighbouring years, so that it may be one year's.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    shown : pandas.DataFrame
        iso3 and year.

    Returns
    -------
    pandas.DataFrame
        Those rows that do: iso3, year, trade, before and after (USD million).
    """
    trade = panel.set_index(["iso3", "year"])["trade"]
    keys = [(code, int(year)) for code, year in zip(shown["iso3"], shown["year"], strict=True)]
    around = [[trade.get((code, year + step), np.nan) for step in (-1, 0, 1)] for code, year in keys]
    frame = pd.DataFrame(keys, columns=["iso3", "year"])
    frame[["before", "trade", "after"]] = np.array(around, dtype=float).reshape(-1, 3)
    sides = frame[["before", "after"]]
    above = frame["trade"] > (1 + SPIKE) * sides.max(axis="columns", skipna=False)
    below = frame["trade"] < (1 - SPIKE) * sides.min(axis="columns", skipna=False)
    return frame[above | below].reset_index(drop=True)


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
    absent = [FIGURE_WORDS.get(column, column) for column in columns if rows[column].isna().all()]
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
