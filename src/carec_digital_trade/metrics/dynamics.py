"""Dynamics: how fast trade grows, and how surely that is known."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics.trade import by_member, coverage
from carec_digital_trade.regions import Region, economy_name

FEWEST_YEARS = 4
"""A trend needs this many positive years, which leaves two degrees of freedom."""


@dataclass(frozen=True)
class Trend:
    """Log-linear trend; NaN with fewer than four positive years.

    Attributes
    ----------
    growth, standard_error, low, high : float
        Slope in log points a year, its Newey-West standard error and its 95% interval.
    percent, percent_low, percent_high : float
        The same as per cent a year, 100 (exp(slope) - 1).
    observations : int
        Years used.
    left_out : int
        Years without a value or with one that is not positive, which has no logarithm.
    """

    growth: float
    standard_error: float
    low: float
    high: float
    percent: float
    percent_low: float
    percent_high: float
    observations: int
    left_out: int


def index(series: pd.Series, base_year: int) -> pd.Series:
    """Return a series as an index with its base year at 100.

    Parameters
    ----------
    series : pandas.Series, indexed by year
        Any unit.
    base_year : int
        One of its years.

    Returns
    -------
    pandas.Series
        On the same index; all NaN where the base is missing or not positive.

    Raises
    ------
    InputError
        If the series lacks the base year.
    """
    if base_year not in series.index:
        raise InputError(f"the series has no year {base_year}: it covers {series.index.min()} to {series.index.max()}")
    base = series.loc[base_year]
    return 100 * series / (base if base > 0 else math.nan)


def compound_annual_growth(first: float, last: float, years: int) -> float:
    """Return the constant yearly growth that leads from the first value to the last.

    Parameters
    ----------
    first, last : float
        Values in one unit.
    years : int
        Years between them, at least one.

    Returns
    -------
    float
        Per cent a year, 100 ((last / first)^(1 / years) - 1); NaN if a value is missing or not positive.

    Raises
    ------
    InputError
        If there is less than a year between them.
    """
    if years < 1:
        raise InputError(f"growth over {years} years is not defined: give two years, the later one last")
    if not (first > 0 and last > 0):
        return math.nan
    return 100 * math.expm1(math.log(last / first) / years)


def log_trend(years: Iterable[int], values: Iterable[float]) -> Trend:
    """Fit a constant growth rate by ordinary least squares of the logarithm on the year.

    Residuals of a trend are serially correlated, so the standard error is Newey and West's (1987), Bartlett weights to
    lag floor(4 (T/100)^(2/9)) (the rule after Newey and West 1994), times T/(T - 2), with Student's t on T - 2 degrees
    of freedom. With some twenty years it still tends to be too small. Where a year is left out inside the series, the
    years beside it count as neighbours.

    Parameters
    ----------
    years, values : array-like, shape (T,)
        Years in order, and the level in each; NaN is missing.

    Returns
    -------
    Trend
        Of the positive values.
    """
    year, value = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    positive = value > 0
    used = int(positive.sum())
    if used < FEWEST_YEARS:
        return Trend(*[math.nan] * 7, observations=used, left_out=len(value) - used)
    fit = _newey_west(year[positive], np.log(value[positive]))
    slope, error = float(fit.params[1]), float(fit.bse[1])
    low, high = (float(bound) for bound in fit.conf_int(alpha=0.05)[1])
    percent, percent_low, percent_high = (100 * math.expm1(rate) for rate in (slope, low, high))
    return Trend(slope, error, low, high, percent, percent_low, percent_high, used, len(value) - used)


def growth(trade_frame: pd.DataFrame, region: Region, first: int, last: int, vintage: str = BUNDLED) -> pd.DataFrame:
    """Return the growth of a region's trade and of each member's.

    The region is the sum of the members that have data in every year, since a sum over changing members grows by their
    coming and going. A break that the WTO flags in a series may pass for growth.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `trade`.
    region : Region
        Members.
    first, last : int
        Years of the frame, the later one last.
    vintage : str
        Vintage of the table ``breaks``.

    Returns
    -------
    pandas.DataFrame
        The region (iso3 missing, name the region's label), then one row a member: iso3, name, first and last (USD
        million), growth (compound, % a year), trend, trend_low, trend_high (log-linear with its 95% interval, % a
        year), observations and left_out (years), breaks (economy and year of those flagged after the first year),
        and of the region members, covered, partial, missing.

    Raises
    ------
    InputError
        If the frame mixes flows or measures or lacks a year, or the years are not in order.
    """
    if first >= last:
        raise InputError(f"the first year ({first}) must come before the last ({last})")
    wide = by_member(trade_frame, region, range(first, last + 1))
    complete = wide.dropna(axis="columns")
    breaks = _breaks(trade_frame, first, last, vintage)
    total = {"iso3": None, "name": region.label, **_growth(complete.sum(axis="columns", min_count=1))}
    rows = [total | {"breaks": ", ".join(breaks[code] for code in complete if code in breaks)}]
    for code, series in wide.items():
        named = {"iso3": code, "name": economy_name(code, short=True)}
        rows.append(named | _growth(series) | {"breaks": breaks.get(code, "")})
    covered = coverage(complete.reindex(columns=wide.columns).iloc[:1]).iloc[0]
    return pd.DataFrame(rows).astype({"iso3": "str"}).assign(**covered)


def _growth(series: pd.Series) -> dict[str, float]:
    trend = log_trend(series.index, series)
    first, last = series.iloc[0], series.iloc[-1]
    return {
        "first": first,
        "last": last,
        "growth": compound_annual_growth(first, last, series.index[-1] - series.index[0]),
        "trend": trend.percent,
        "trend_low": trend.percent_low,
        "trend_high": trend.percent_high,
        "observations": trend.observations,
        "left_out": trend.left_out,
    }


def _breaks(trade_frame: pd.DataFrame, first: int, last: int, vintage: str) -> dict[str, str]:
    """Return the breaks that the WTO flags in the totals of each economy, such as "CHN 2014"."""
    if trade_frame["measure"].iloc[0] != "delivered":
        return {}
    flow = trade_frame["flow"].iloc[0]
    table = load("breaks", vintage=vintage)
    flagged = table[table["service"].eq("DDS") & table["year"].gt(first) & table["year"].le(last)]
    if flow in ("exports", "imports"):
        flagged = flagged[flagged["flow"] == flow]
    return {
        code: ", ".join(f"{code} {year}" for year in sorted(set(years)))
        for code, years in flagged.groupby("iso3")["year"]
    }


def _newey_west(year: np.ndarray, log_value: np.ndarray) -> Any:
    from statsmodels.regression.linear_model import OLS  # noqa: PLC0415  (a second; most commands fit nothing)

    design = np.column_stack([np.ones(len(year)), year - year.mean()])
    lags = math.floor(4 * (len(year) / 100) ** (2 / 9))
    return OLS(log_value, design).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
