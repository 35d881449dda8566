"""Convergence: whether the members draw together, and when a benchmark is reached."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from carec_digital_trade.metrics.dynamics import Trend, log_trend
from carec_digital_trade.metrics.trade import spread


@dataclass(frozen=True)
class SigmaConvergence:
    """Dispersion of a level over a constant set of members.

    Attributes
    ----------
    by_year : pandas.DataFrame
        year, value (standard deviation of the natural logarithm, n - 1 in the denominator; NaN for fewer than two
        members), members.
    trend : Trend
        Of the dispersion: it has to fall by both intervals (direction -1) to be sigma-convergence beyond doubt.
    members : tuple of str
        The set: members with a positive value in every year.
    left_out : tuple of str
        Members without one.
    """

    by_year: pd.DataFrame
    trend: Trend
    members: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class CatchUp:
    """Time to reach a benchmark if both go on growing as they did.

    Attributes
    ----------
    gap : float
        ln(benchmark / level) in the latest common year; zero or less when the benchmark is reached.
    year : int or None
        Latest common year.
    trend : Trend
        Of benchmark / level over the common years, with its two intervals: where it falls the gap closes.
    years : float
        gap / speed, the speed being the fall of the trend as a line; 0 when already there, infinite when the gap does
        not close, NaN with fewer than four common years.
    low, high : float
        The years at the ends of both intervals of the speed taken together; infinite is never. The latest gap is taken
        as known, and the trend as lasting.
    verdict : str
        "already there"; "closes" or "never at present rates" where both intervals agree; else "not beyond doubt", or
        "not known" (fewer than four common years).
    """

    gap: float
    year: int | None
    trend: Trend
    years: float
    low: float
    high: float
    verdict: str


def sigma_convergence(levels: pd.DataFrame) -> SigmaConvergence:
    """Follow the dispersion of a level, such as trade per person, over the members of a region.

    Sigma-convergence is a fall over time of the standard deviation of the logarithm across economies (Barro and
    Sala-i-Martin 1992). The set of members is constant, since a newcomer changes the dispersion by coming.

    Parameters
    ----------
    levels : pandas.DataFrame
        From `per_person` or `per_gdp`, or any frame of year, iso3 and value, for the years to be compared.

    Returns
    -------
    SigmaConvergence
        With the set named.

    Raises
    ------
    InputError
        If a member has two rows for a year.
    """
    years, members = pd.Index(np.unique(levels["year"]), name="year"), pd.Index(levels["iso3"].unique(), name="iso3")
    [wide] = spread(levels, ["value"], years, members)
    complete = (wide > 0).all(axis="index")
    kept = wide.loc[:, complete]
    dispersion = np.log(kept).std(axis="columns", ddof=1)
    by_year = pd.DataFrame({"year": wide.index, "value": dispersion.to_numpy(), "members": kept.shape[1]})
    return SigmaConvergence(
        by_year=by_year,
        trend=log_trend(by_year["year"], by_year["value"]),
        members=tuple(wide.columns[complete]),
        left_out=tuple(wide.columns[~complete]),
    )


def years_to_catch_up(level: pd.Series, benchmark: pd.Series) -> CatchUp:
    """Say when a level reaches a benchmark if the gap between them goes on closing as it did.

    The closing speed is the trend of ln(benchmark / level) over the common years, with its sign turned. Shocks common
    to both cancel in the ratio, which the standard errors of two separate growth rates would not show. Whether the gap
    closes at all is said only where both intervals of `log_trend` agree, since two series that wander may seem to draw
    together for twenty years.

    Parameters
    ----------
    level, benchmark : pandas.Series, indexed by year
        In one unit, such as USD per person. Years in which either is missing or not positive are left out.

    Returns
    -------
    CatchUp
        An extrapolation of a trend, not a forecast.
    """
    pair = pd.concat({"level": level, "benchmark": benchmark}, axis="columns", join="inner").sort_index()
    pair = pair[(pair > 0).all(axis="columns")]
    ratio = pair["benchmark"] / pair["level"]
    trend = log_trend(ratio.index, ratio)
    gap = math.log(ratio.iloc[-1]) if len(ratio) else math.nan
    both = (trend.line, trend.walk)
    return CatchUp(
        gap=gap,
        year=int(ratio.index[-1]) if len(ratio) else None,
        trend=trend,
        years=_years(gap, -trend.line.growth),
        low=_years(gap, max(-rate.low for rate in both)),
        high=_years(gap, min(-rate.high for rate in both)),
        verdict=_verdict(gap, trend),
    )


def _years(gap: float, speed: float) -> float:
    if gap <= 0:
        return 0.0
    if speed <= 0:
        return math.inf
    return gap / speed


def _verdict(gap: float, trend: Trend) -> str:
    if gap <= 0:
        return "already there"
    if math.isnan(trend.line.growth):
        return "not known"
    return {-1: "closes", 0: "not beyond doubt", 1: "never at present rates"}[trend.direction]
