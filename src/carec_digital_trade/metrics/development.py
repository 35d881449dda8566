"""Development: a region over all years, how fast it grows, whether its members converge and when it catches up."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.metrics.concentration import concentration_over_time
from carec_digital_trade.metrics.convergence import CatchUp, SigmaConvergence, sigma_convergence, years_to_catch_up
from carec_digital_trade.metrics.dynamics import Growth, Rate, growth, index
from carec_digital_trade.metrics.relative import per_person, regional_ratio, world_share
from carec_digital_trade.metrics.trade import by_member, trade
from carec_digital_trade.regions import REFERENCE_YEAR, Region
from carec_digital_trade.vintages import remembered


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


def _growth(found: Growth) -> dict[str, object]:
    return {
        "first": found.first,
        "last": found.last,
        "members": len(found.members),
        "left_out": found.left_out,
        **_rate("compound_growth", found.trend.walk),
        **_rate("trend_growth", found.trend.line),
        "compound_growth": found.compound,
    }


def _dispersion(found: SigmaConvergence) -> dict[str, object]:
    known = found.by_year["value"].dropna()
    return {
        "dispersion_first": known.iloc[0] if len(known) else np.nan,
        "dispersion": known.iloc[-1] if len(known) else np.nan,
        **_rate("dispersion_change", found.trend.walk),
        **_rate("dispersion_trend", found.trend.line),
        "spread_members": len(found.members),
        "spread_left_out": found.left_out,
        "converging": found.trend.direction,
    }


def _catch_up(found: CatchUp, benchmark: Region) -> dict[str, object]:
    return {
        **_rate("benchmark_ratio_change", found.trend.walk),
        **_rate("benchmark_ratio_trend", found.trend.line),
        "catch_up_years": found.years,
        "catch_up_years_low": found.low,
        "catch_up_years_high": found.high,
        "benchmark": benchmark.label,
        "closing": found.trend.direction,
        "verdict": found.verdict,
        "verdict_year": found.year,
        "usable_years": found.trend.observations,
    }


def _rate(metric: str, rate: Rate) -> dict[str, object]:
    return {metric: rate.percent, f"{metric}_low": rate.percent_low, f"{metric}_high": rate.percent_high}
