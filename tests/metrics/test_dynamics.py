"""Growth: a chosen rate comes back, and standard errors equal a direct computation."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import compound_annual_growth, growth, index, log_trend, regional_total, trade
from carec_digital_trade.regions import region

CAREC, ASEAN = region("CAREC"), region("ASEAN")
YEARS = np.arange(2005, 2026)
ROUNDING = 1e-10
"""Logarithms and least squares in doubles on some twenty points, with room to spare."""


def direct_newey_west(year, value):
    """Return slope and standard error from the matrices of Newey and West (1987), written out."""
    x = np.column_stack([np.ones(len(year)), np.asarray(year) - 2015.0])
    y, n = np.log(np.asarray(value)), len(value)
    bread = np.linalg.inv(x.T @ x)
    slope = bread @ x.T @ y
    scores = x * (y - x @ slope)[:, None]
    lags = int(4 * (n / 100) ** (2 / 9))
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        gamma = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (gamma + gamma.T)
    covariance = bread @ meat @ bread * n / (n - 2)
    return slope[1], math.sqrt(covariance[1, 1])


def noisy(seed, growth=0.08, years=YEARS):
    noise = np.cumsum(np.random.default_rng(seed).normal(0, 0.05, len(years)))
    return pd.Series(100 * np.exp(growth * (years - years[0]) + noise), index=years)


def test_index_by_hand():
    got = index(pd.Series({2005: 20.0, 2006: 30.0, 2007: math.nan, 2008: -10.0}), 2005)
    assert got.drop(2007).tolist() == [100, 150, -50]
    assert math.isnan(got[2007])


@pytest.mark.parametrize("base", [-7.2, 0.0, math.nan])
def test_index_on_a_base_that_is_not_positive_is_missing(base):
    assert index(pd.Series({2005: base, 2006: 30.0}), 2005).isna().all()


def test_index_names_the_years_there_are():
    with pytest.raises(InputError, match="no year 2004: it covers 2005 to 2006"):
        index(pd.Series({2005: 1.0, 2006: 2.0}), 2004)


def test_compound_annual_growth_by_hand():
    # 100 to 121 in two years is 10% a year.
    assert compound_annual_growth(100, 121, 2) == pytest.approx(10, rel=ROUNDING)
    assert compound_annual_growth(100, 100, 7) == 0


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (5, -1), (0, 5), (math.nan, 5), (5, math.nan)])
def test_growth_from_or_to_a_value_that_is_not_positive_is_missing(first, last):
    assert math.isnan(compound_annual_growth(first, last, 3))


def test_growth_needs_years_in_order():
    with pytest.raises(InputError, match="growth over 0 years is not defined"):
        compound_annual_growth(1, 2, 0)


@settings(max_examples=50, deadline=None)
@given(st.floats(-0.3, 0.5), st.floats(1e-3, 1e6), st.integers(4, 30))
def test_known_growth_comes_back(growth, level, n):
    years = np.arange(2000, 2000 + n)
    values = level * (1 + growth) ** (years - 2000)
    trend = log_trend(years, values)
    for rate in (trend.line, trend.walk):
        assert rate.growth == pytest.approx(math.log(1 + growth), abs=ROUNDING)
        assert rate.percent == pytest.approx(100 * growth, abs=1e-8)  # hundred times the slope's rounding
        assert rate.standard_error == pytest.approx(0, abs=ROUNDING)
    assert compound_annual_growth(values[0], values[-1], n - 1) == pytest.approx(100 * growth, abs=1e-8)


@pytest.mark.parametrize("n", [4, 5, 12, 21])
def test_standard_error_equals_the_matrices_written_out(n):
    values = noisy(n, years=YEARS[:n])
    trend = log_trend(values.index, values)
    slope, error = direct_newey_west(values.index, values)
    assert trend.line.growth == pytest.approx(slope, rel=ROUNDING)
    assert trend.line.standard_error == pytest.approx(error, rel=ROUNDING)
    half = stats.t.ppf(0.975, n - 2) * error
    assert [trend.line.low, trend.line.high] == pytest.approx(
        [slope - half, slope + half], rel=1e-8, abs=1e-8
    )  # t's inverse
    assert trend.line.percent_low == 100 * math.expm1(trend.line.low)
    assert trend.line.percent_high == 100 * math.expm1(trend.line.high)
    assert (trend.observations, trend.left_out) == (n, 0)


def test_trend_of_a_regional_total_equals_the_matrices_written_out():
    total = regional_total(trade("delivered", "total"), ASEAN)
    line = log_trend(total["year"], total["value"]).line
    assert (line.growth, line.standard_error) == pytest.approx(direct_newey_west(YEARS, total["value"]), rel=ROUNDING)


def test_the_walk_by_hand():
    # Changes of 0.1, 0.3 and 0.2: mean 0.2, variance (0.01 + 0.01) / 2, standard error 0.1 / sqrt 3.
    walk = log_trend([2005, 2006, 2007, 2008], np.exp([0.0, 0.1, 0.4, 0.6])).walk
    error = 0.1 / math.sqrt(3)
    half = 4.302653 * error  # Student's t, two degrees of freedom
    assert (walk.growth, walk.standard_error) == pytest.approx((0.2, error), rel=ROUNDING)
    assert (walk.low, walk.high) == pytest.approx((0.2 - half, 0.2 + half), rel=1e-6)  # the printed digits of t


def test_the_walk_counts_the_years_that_a_change_took():
    # 0.1 in one year, 0.6 in two and 0.1 in one: 0.8 in four years is 0.2 a year. Deviations from it, over the root of
    # the years: -0.1, 0.2 / sqrt 2, -0.1; squares 0.01 + 0.02 + 0.01 over 2 degrees of freedom, over four years.
    walk = log_trend([2005, 2006, 2008, 2009], np.exp([0.0, 0.1, 0.7, 0.8])).walk
    assert (walk.growth, walk.standard_error) == pytest.approx((0.2, math.sqrt(0.04 / 2 / 4)), rel=ROUNDING)


def test_a_random_walk_is_covered_by_the_walk_and_not_by_the_line():
    # Drifts 0: every direction found is a false verdict. 400 draws hold a share of 0.95 or 0.05 within 0.011 (standard
    # error); a seeded sample may be four of them off.
    generator, draws, slack = np.random.default_rng(7), 400, 4 * math.sqrt(0.95 * 0.05 / 400)
    found = [log_trend(YEARS, np.exp(np.cumsum(generator.normal(0, 0.1, len(YEARS))))) for _ in range(draws)]
    covered = {
        name: np.mean([getattr(trend, name).low <= 0 <= getattr(trend, name).high for trend in found])
        for name in ("line", "walk")
    }
    assert covered["walk"] == pytest.approx(0.95, abs=slack)
    assert covered["line"] < 0.5  # why no verdict rests on the line alone
    assert np.mean([trend.direction != 0 for trend in found]) <= 0.05 + slack


def test_a_direction_needs_both_intervals():
    rising = log_trend(YEARS, noisy(1))
    assert (rising.line.low > 0, rising.walk.low > 0, rising.direction) == (True, True, 1)
    assert log_trend(YEARS, 1 / noisy(1)).direction == -1
    # Up by 0.4 and down by 0.3 in turn: close to a line, with yearly changes of either sign.
    jagged = log_trend(YEARS, np.exp(np.cumsum(np.where(YEARS % 2, 0.4, -0.3))))
    assert (jagged.line.low > 0, jagged.walk.low > 0, jagged.direction) == (True, False, 0)
    assert log_trend(YEARS[:3], [1.0, 2.0, 3.0]).direction == 0


def test_years_that_are_not_positive_are_left_out_and_counted():
    # The imports of Lao PDR are negative in 2005 to 2007.
    frame = trade("delivered", "imports")
    lao = frame[frame["iso3"] == "LAO"]
    trend, later = log_trend(lao["year"], lao["value"]), lao[lao["year"] >= 2008]
    assert (trend.observations, trend.left_out) == (18, 3)
    assert trend.line == log_trend(later["year"], later["value"]).line


def test_a_gap_in_the_years_does_not_bend_the_trend():
    years = np.array([2005, 2006, 2009, 2012, 2020])
    trend = log_trend(years, 2.0 * 1.07 ** (years - 2005))
    assert (trend.line.percent, trend.walk.percent) == pytest.approx((7, 7), rel=ROUNDING)


def test_three_years_are_no_trend():
    trend = log_trend([2005, 2006, 2007, 2008], [1.0, 2.0, 0.0, 3.0])
    for rate in (trend.line, trend.walk):
        values = (rate.growth, rate.standard_error, rate.low, rate.high, rate.percent)
        assert all(map(math.isnan, values))
    assert (trend.observations, trend.left_out) == (3, 1)


def test_growth_of_a_region():
    frame = trade("delivered", "total")
    got = growth(frame, CAREC)
    total = regional_total(frame, CAREC).set_index("year")["value"]
    assert (got.members, got.left_out, got.first, got.last) == (CAREC.members, (), 2005, 2025)
    assert got.compound == pytest.approx(100 * ((total[2025] / total[2005]) ** (1 / 20) - 1), rel=ROUNDING)
    assert got.compound == pytest.approx(got.trend.walk.percent, rel=ROUNDING)
    assert got.trend == log_trend(total.index, total)


def test_a_regions_growth_keeps_to_the_members_that_have_every_year():
    frame = trade("deliverable", "exports")
    got = growth(frame, ASEAN)
    assert got.left_out == ("THA", "BRN", "VNM", "LAO", "MMR")
    kept = regional_total(frame, region(got.members)).set_index("year")["value"]
    assert got.compound == pytest.approx(compound_annual_growth(kept[2010], kept[2023], 13), rel=ROUNDING)
    assert (got.first, got.last, got.trend.observations) == (2010, 2023, 14)


def test_growth_leaves_out_years_that_are_not_positive():
    # The total trade of Lao PDR is negative in 2006, its imports from 2005 to 2007.
    got = growth(trade("delivered", "total"), region("LAO"))
    assert (got.first, got.trend.observations, got.trend.left_out) == (2005, 20, 1)
    later = growth(trade("delivered", "imports"), region("LAO"))
    assert (later.first, later.last) == (2008, 2025)
    assert later.compound == pytest.approx(later.trend.walk.percent, rel=ROUNDING)


def test_growth_of_a_region_without_data_is_missing():
    got = growth(trade("deliverable", "total"), region("TKM"))
    assert (got.members, got.left_out, got.first, got.last) == ((), ("TKM",), None, None)
    assert math.isnan(got.compound)
