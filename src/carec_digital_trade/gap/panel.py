"""What there is to compare: trade beside what may go with it, and the equations that its columns allow."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.metrics import infrastructure, trade
from carec_digital_trade.regions import Region
from carec_digital_trade.vintages import remembered

Measure = Literal["delivered", "deliverable"]
Flow = Literal["total", "exports", "imports"]
Covariate = Literal[
    "internet_users_pct",
    "fixed_broadband_per_100",
    "mobile_broadband_per_100",
    "coverage_4g_pct",
    "fixed_price_pct",
]


COVARIATE_TERMS: dict[Covariate, str] = {
    "internet_users_pct": "internet_users_10_points",
    "fixed_broadband_per_100": "fixed_broadband_10_per_100",
    "mobile_broadband_per_100": "mobile_broadband_10_per_100",
    "coverage_4g_pct": "coverage_4g_10_points",
    "fixed_price_pct": "fixed_price_10_points",
}
"""Covariates enter in tens of their unit and not in logarithms: they are bounded by nature, some are zero, and a
logarithm would count a step from 0.1% to 1% of the population as much as one from 10% to 100%."""

YEARS_BACK = 3
"""An economy without a figure is shown at its last year with all of them, at most so many before."""

SPIKE = 0.5
"""By how much of the neighbouring years' trade a year must differ from both to stand out."""

FIGURE_WORDS = {
    "gdp_current_usd": "GDP",
    "internet_users_pct": "internet use",
    "fixed_broadband_per_100": "broadband",
    "mobile_broadband_per_100": "mobile broadband",
    "coverage_4g_pct": "4G coverage",
    "fixed_price_pct": "the price of broadband",
}
_INDICATORS = {
    "mobile_broadband": "mobile_broadband_per_100",
    "coverage_4g": "coverage_4g_pct",
    "fixed_price": "fixed_price_pct",
}
"""Those that come from other tables than the panel."""


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
        gdp_current_usd (USD), internet_users_pct (% of population), fixed_broadband_per_100 and
        mobile_broadband_per_100 (subscriptions per 100 people), coverage_4g_pct (% of population), fixed_price_pct (%
        of gross national income per head), and the terms of `with_terms`. Missing is missing.

    Raises
    ------
    InputError
        If the measure, the flow or the vintage is unknown.
    """
    return _panel(measure, flow, vintage).copy(deep=False)


@remembered(maxsize=16)
def _panel(measure: Measure, flow: Flow, vintage: str) -> pd.DataFrame:
    check_choice("flow", flow, get_args(Flow))
    traded = trade(measure, flow, vintage)[["iso3", "year", "value"]].rename(columns={"value": "trade"})
    known = load("panel", vintage)
    own = [name for name in COVARIATE_TERMS if name in known]
    both = traded.merge(
        known[["iso3", "year", "population", "gdp_current_usd", *own]], on=["iso3", "year"], how="outer"
    )
    networks = infrastructure(vintage).pivot(index=["iso3", "year"], columns="indicator", values="value")
    networks = networks[list(_INDICATORS)].rename(columns=_INDICATORS).reset_index()
    return with_terms(both.merge(networks, on=["iso3", "year"], how="left"))


def with_terms(panel: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that an equation may name.

    Parameters
    ----------
    panel : pandas.DataFrame
        trade, population, gdp_current_usd, and whichever covariates it has.

    Returns
    -------
    pandas.DataFrame
        With log_trade (missing where trade is not positive), log_gdp_per_person, log_population, and the covariates'
        terms besides, as in `COVARIATE_TERMS`.
    """
    positive = panel[["trade", "gdp_current_usd", "population"]].where(lambda figures: figures > 0)
    return panel.assign(
        log_trade=np.log(positive["trade"]),
        log_gdp_per_person=np.log(positive["gdp_current_usd"] / positive["population"]),
        log_population=np.log(positive["population"]),
        **{term: panel[covariate] / 10 for covariate, term in COVARIATE_TERMS.items() if covariate in panel},
    )


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


def lacking(rows: pd.DataFrame, columns: Sequence[str]) -> str:
    """Name the columns that have no value in any of the rows, for a sentence.

    Parameters
    ----------
    rows : pandas.DataFrame
        Some rows of `trade_panel`.
    columns : sequence of str
        Columns that are needed.

    Returns
    -------
    str
        Such as "GDP and population".
    """
    return " and ".join(FIGURE_WORDS.get(column, column) for column in columns if rows[column].isna().all())


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
