"""Development: a region over all years, how fast it grows, whether its members converge and when it catches up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.metrics.concentration import concentration_over_time
from carec_digital_trade.metrics.dynamics import Growth, Trend, growth, index, log_trend
from carec_digital_trade.metrics.levels import per_person, regional_ratio, world_share
from carec_digital_trade.metrics.trade import by_member, trade
from carec_digital_trade.metrics.wide import spread
from carec_digital_trade.regions import REFERENCE_YEAR, Region
from carec_digital_trade.vintages import remembered


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
    wide = spread(levels, "value", years, members)
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
    verdict = {-1: "closes", 0: "not beyond doubt", 1: "never at present rates"}[trend.direction]
    if gap <= 0:
        verdict = "already there"
    elif math.isnan(trend.line.growth):
        verdict = "not known"
    both = (trend.line, trend.walk)
    return CatchUp(
        gap=gap,
        year=int(ratio.index[-1]) if len(ratio) else None,
        trend=trend,
        years=_years(gap, -trend.line.growth),
        low=_years(gap, max(-rate.low for rate in both)),
        high=_years(gap, min(-rate.high for rate in both)),
        verdict=verdict,
    )


def over_time(measure: str, flow: str, region: Region, vintage: str = BUNDLED) -> pd.DataFrame:
    """Follow a region over all years of a measure.

    Parameters
    ----------
    measure, flow, vintage : str
        As in `trade`.
    region : Region
        Members; the same ones in every year.

    Returns
    -------
    pandas.DataFrame
        One row a year, for reading only: year, total (USD million), index (first year with the fullest coverage = 100),
        base_year, world_share (0 to 1), per_person (USD), the indices hhi, hhi_normalised and effective_members,
        members, members_covered, missing, negative (codes of members below zero, where shares are not defined).

    Raises
    ------
    InputError
        If the measure or the flow is unknown.
    """
    return _over_time(measure, flow, vintage, replace(region, year=REFERENCE_YEAR))


@remembered(maxsize=64)
def _over_time(measure: str, flow: str, vintage: str, one: Region) -> pd.DataFrame:
    rows = trade(measure, flow, vintage)
    total = world_share(rows, one, vintage=vintage).set_index("year")
    persons = regional_ratio(per_person(rows, one, vintage=vintage)).set_index("year")
    spread = concentration_over_time(rows, one).set_index("year")
    below = by_member(rows, one) < 0
    base = total["value"].where(total["covered"] == total["covered"].max()).first_valid_index()
    return pd.DataFrame(
        {
            "total": total["value"],
            "index": np.nan if base is None else index(total["value"], base),
            "base_year": base,
            "world_share": total["share"],
            "per_person": persons["value"],
            **spread[["hhi", "hhi_normalised", "effective_members"]],
            "members": total["members"],
            "members_covered": total["covered"],
            "missing": total["missing"],
            "negative": [", ".join(below.columns[row]) for row in below.to_numpy()],
        }
    ).reset_index()


def paces(trade_frame: pd.DataFrame, pairs: Sequence[tuple[Region, Region]], vintage: str = BUNDLED) -> pd.DataFrame:
    """Say how fast regions grow, whether their members converge per person, and whether the gap between them closes.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `trade`; all its years count.
    pairs : sequence of tuple of Region
        Regions, each with the benchmark that it is to catch up with. A region with two benchmarks has the later one.
    vintage : str
        Vintage of the population.

    Returns
    -------
    pandas.DataFrame
        One row a region, the first of the pairs before the second: region (label), the rates compound_growth,
        trend_growth, dispersion_change, dispersion_trend, benchmark_ratio_change and benchmark_ratio_trend (% a year,
        each with _low and _high), dispersion at the first and the latest year, catch_up_years with its range, and what
        they rest on: first, last, members, left_out and spread_left_out (codes), spread_members, converging and closing
        (1, -1, or 0 where the intervals do not agree), benchmark, verdict, usable_years.

    Raises
    ------
    InputError
        If the frame mixes flows or measures.
    """
    regions = dict.fromkeys(one for side in zip(*pairs, strict=True) for one in side)
    people = {one: per_person(trade_frame, one, vintage=vintage) for one in regions}
    reached = {one: years_to_catch_up(*(_fullest(people[each]) for each in (one, other))) for one, other in pairs}
    benchmarks = dict(pairs)
    rows = [
        {
            "region": one.label,
            **_growth(growth(trade_frame, one)),
            **_dispersion(sigma_convergence(people[one])),
            **(_catch_up(reached[one], benchmarks[one]) if one in reached else {}),
        }
        for one in regions
    ]
    return pd.DataFrame(rows)


def _fullest(people: pd.DataFrame) -> pd.Series:
    """Return a ratio in the years in which most members have data: of fewer it measures something else."""
    ratio = regional_ratio(people)
    return ratio[ratio["covered"] == ratio["covered"].max()].set_index("year")["value"]


def _years(gap: float, speed: float) -> float:
    if gap <= 0:
        return 0.0
    return math.inf if speed <= 0 else gap / speed


def _growth(found: Growth) -> dict[str, object]:
    return {
        "first": found.first,
        "last": found.last,
        "members": len(found.members),
        "left_out": found.left_out,
        **_rates("compound_growth", "trend_growth", found.trend),
        "compound_growth": found.compound,
    }


def _dispersion(found: SigmaConvergence) -> dict[str, object]:
    known = found.by_year["value"].dropna()
    return {
        "dispersion_first": known.iloc[0] if len(known) else np.nan,
        "dispersion": known.iloc[-1] if len(known) else np.nan,
        **_rates("dispersion_change", "dispersion_trend", found.trend),
        "spread_members": len(found.members),
        "spread_left_out": found.left_out,
        "converging": found.trend.direction,
    }


def _catch_up(found: CatchUp, benchmark: Region) -> dict[str, object]:
    return {
        **_rates("benchmark_ratio_change", "benchmark_ratio_trend", found.trend),
        "catch_up_years": found.years,
        "catch_up_years_low": found.low,
        "catch_up_years_high": found.high,
        "benchmark": benchmark.label,
        "closing": found.trend.direction,
        "verdict": found.verdict,
        "verdict_year": found.year,
        "usable_years": found.trend.observations,
    }


def _rates(walk: str, line: str, trend: Trend) -> dict[str, float]:
    """Return both growth rates of a trend in per cent with their intervals, by name."""
    return {
        f"{name}{end}": getattr(rate, f"percent{end}")
        for name, rate in ((walk, trend.walk), (line, trend.line))
        for end in ("", "_low", "_high")
    }
