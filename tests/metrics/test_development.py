"""Convergence and catching up: chosen speeds come back, and the ratio behaves as a ratio should."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import (
    log_trend,
    per_person,
    regional_ratio,
    sigma_convergence,
    trade,
    years_to_catch_up,
)
from carec_digital_trade.regions import region

ASEAN = region("ASEAN")
YEARS = np.arange(2005, 2026)
ROUNDING = 1e-10
"""Logarithms and least squares in doubles on some twenty points, with room to spare."""


def noisy(seed, growth=0.08):
    noise = np.cumsum(np.random.default_rng(seed).normal(0, 0.05, len(YEARS)))
    return pd.Series(100 * np.exp(growth * (YEARS - YEARS[0]) + noise), index=YEARS)


def levels(table):
    return pd.DataFrame(
        [(year, code, value) for code, values in table.items() for year, value in values.items()],
        columns=["year", "iso3", "value"],
    )


def test_dispersion_by_hand():
    # Logarithms 1 and 3: standard deviation sqrt(((1-2)^2 + (3-2)^2) / 1) = sqrt 2; then 1 and 2: sqrt(1/2).
    got = sigma_convergence(levels({"KAZ": {2005: math.e, 2006: math.e}, "UZB": {2005: math.e**3, 2006: math.e**2}}))
    assert got.by_year["value"].tolist() == pytest.approx([math.sqrt(2), math.sqrt(0.5)], rel=ROUNDING)
    assert got.by_year["members"].tolist() == [2, 2]
    assert math.isnan(got.trend.line.growth)


def test_known_convergence_comes_back():
    # The logarithms shrink towards 3 by 5 log points a year.
    table = {
        code: {year: math.exp(3 + start * math.exp(-0.05 * (year - 2005))) for year in YEARS}
        for code, start in {"KAZ": -1.0, "UZB": 0.5, "TJK": 2.0}.items()
    }
    trend = sigma_convergence(levels(table)).trend
    assert (trend.line.growth, trend.direction) == (pytest.approx(-0.05, rel=ROUNDING), -1)


def test_the_set_of_members_is_constant_and_named():
    got = sigma_convergence(per_person(trade("delivered", "total"), ASEAN))
    assert got.left_out == ("LAO",)  # negative in 2006
    assert set(got.members) | {"LAO"} == set(ASEAN.members)
    assert got.by_year["members"].eq(9).all()
    levels_of_2024 = per_person(trade("delivered", "total"), ASEAN, 2024).set_index("iso3")["value"].drop("LAO")
    last = got.by_year.set_index("year").loc[2024, "value"]
    assert last == pytest.approx(np.std(np.log(levels_of_2024.to_numpy()), ddof=1), rel=ROUNDING)


def test_one_member_or_none_has_no_dispersion():
    one = sigma_convergence(levels({"KAZ": {2005: 1.0, 2006: 2.0}}))
    assert one.by_year["value"].isna().all()
    none = sigma_convergence(levels({"KAZ": {2005: 1.0, 2006: math.nan}, "UZB": {2005: math.nan, 2006: 1.0}}))
    assert none.by_year["value"].isna().all()
    assert (none.members, none.left_out) == ((), ("KAZ", "UZB"))


def test_catching_up_by_hand():
    # 5% against 2% a year, from 100 to 400: ln 4 - t ln(1.05 / 1.02) = 0 at t = 47.8 years from the start.
    years = np.arange(2005, 2016)
    got = years_to_catch_up(
        pd.Series(100 * 1.05 ** (years - 2005), index=years), pd.Series(400 * 1.02 ** (years - 2005), index=years)
    )
    expected = math.log(4) / math.log(1.05 / 1.02) - 10
    assert expected == pytest.approx(37.8, abs=0.05)
    assert [got.years, got.low, got.high] == pytest.approx([expected] * 3, rel=1e-7)  # the error is rounding, not zero
    assert (got.verdict, got.year, got.trend.observations) == ("closes", 2015, 11)


def test_a_slower_region_never_catches_up():
    years = np.arange(2005, 2016)
    got = years_to_catch_up(
        pd.Series(100 * 1.01 ** (years - 2005), index=years), pd.Series(400 * 1.02 ** (years - 2005), index=years)
    )
    assert (got.years, got.low, got.high) == (math.inf, math.inf, math.inf)
    assert got.verdict == "never at present rates"


def test_a_region_at_or_above_the_benchmark_is_there_whatever_its_growth():
    falling = pd.Series([9.0, 8.0, 7.0, 6.0], index=range(2005, 2009))
    got = years_to_catch_up(falling, pd.Series([1.0, 2.0, 3.0, 6.0], index=range(2005, 2009)))
    assert (got.gap, got.years, got.low, got.high, got.verdict) == (0, 0, 0, 0, "already there")


def test_an_uncertain_speed_includes_never():
    # The gap closes by 0.2 log points a year on average, with residuals several times as large.
    years = np.arange(2005, 2025)
    wiggle = np.where((years // 4) % 2, 0.3, -0.3)
    got = years_to_catch_up(
        pd.Series(np.exp(0.002 * (years - 2005) + wiggle), index=years), pd.Series(5.0, index=years)
    )
    assert got.trend.line.low < 0 < got.trend.line.high
    assert (got.high, got.verdict) == (math.inf, "not beyond doubt")
    # The walk's interval is the wider one here.
    assert got.low == got.gap / -got.trend.walk.low < got.gap / -got.trend.line.low


def test_an_interval_of_the_line_alone_is_no_verdict():
    # The gap closes by 0.35 log points in one year and widens by 0.25 in the next: 0.05 a year, close to a line, and
    # nothing against yearly changes.
    gap = 3 - np.cumsum(np.where(YEARS % 2, 0.35, -0.25))
    got = years_to_catch_up(pd.Series(1.0, index=YEARS), pd.Series(np.exp(gap), index=YEARS))
    assert got.trend.line.high < 0 < got.trend.walk.high
    assert math.isfinite(got.years)
    assert (got.verdict, got.high) == ("not beyond doubt", math.inf)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_shocks_common_to_both_cancel(seed):
    level, benchmark, shock = noisy(1, 0.10), 5 * noisy(2, 0.05), noisy(seed, 0)
    one, two = years_to_catch_up(level, benchmark), years_to_catch_up(level * shock, benchmark * shock)
    for name in ("line", "walk"):
        rate, same = getattr(one.trend, name), getattr(two.trend, name)
        assert (rate.growth, rate.standard_error) == pytest.approx((same.growth, same.standard_error), rel=1e-8)
    assert one.years == pytest.approx(two.years, rel=1e-8)


def test_speed_is_the_difference_of_the_two_growth_rates():
    level, benchmark = noisy(3, 0.10), 5 * noisy(4, 0.05)
    one, other, got = log_trend(YEARS, level), log_trend(YEARS, benchmark), years_to_catch_up(level, benchmark)
    for name in ("line", "walk"):
        difference = getattr(other, name).growth - getattr(one, name).growth
        assert getattr(got.trend, name).growth == pytest.approx(difference, rel=ROUNDING)
    assert got.years == pytest.approx(got.gap / -got.trend.line.growth, rel=ROUNDING)
    assert got.low < got.years < got.high


def test_only_common_positive_years_count():
    level, benchmark = noisy(5), 3 * noisy(6)
    level[2006], benchmark[2025] = -1.0, math.nan
    got = years_to_catch_up(level, benchmark.drop(2010))
    assert (got.trend.observations, got.year) == (18, 2024)
    assert got.gap == pytest.approx(math.log(benchmark[2024] / level[2024]), rel=ROUNDING)


def test_the_latest_year_is_the_latest_in_whatever_order_the_years_come():
    level, benchmark = noisy(7, 0.10), 3 * noisy(8, 0.05)
    assert years_to_catch_up(level[::-1], benchmark.sample(frac=1, random_state=1)) == years_to_catch_up(
        level, benchmark
    )


def test_too_few_common_years_are_said():
    level, benchmark = pd.Series([1.0, 2.0, 3.0], index=[2005, 2006, 2007]), pd.Series(9.0, index=range(2006, 2010))
    got = years_to_catch_up(level, benchmark)
    assert (got.verdict, got.trend.observations, got.year) == ("not known", 2, 2007)
    assert math.isnan(got.years)
    assert got.gap == pytest.approx(math.log(3), rel=ROUNDING)
    none = years_to_catch_up(level, pd.Series(9.0, index=[2030]))
    assert (none.verdict, none.trend.observations, none.year) == ("not known", 0, None)


def test_whether_carec_without_china_catches_up_is_not_beyond_doubt():
    frame = trade("delivered", "total")
    level, benchmark = (
        regional_ratio(per_person(frame, area)).set_index("year")["value"]
        for area in (region("CAREC", exclude=["CHN"]), region("ASEAN", exclude=["SGP"]))
    )
    got = years_to_catch_up(level, benchmark)
    # About a line the gap widens; by yearly changes it may close as well.
    assert got.trend.line.low > 0
    assert got.trend.walk.low < 0 < got.trend.walk.high
    assert (got.years, got.verdict) == (math.inf, "not beyond doubt")
    assert math.isfinite(got.low)


def test_no_region_converges_beyond_doubt():
    frame = trade("delivered", "total")
    areas = [region("CAREC"), region("CAREC", exclude=["CHN"]), ASEAN, region("ASEAN", exclude=["SGP"])]
    assert [sigma_convergence(per_person(frame, area)).trend.direction for area in areas] == [0, 0, 0, 0]


def test_two_rows_for_a_member_and_year_are_refused():
    twice = pd.concat([levels({"KAZ": {2005: 1.0, 2006: 2.0}})] * 2)
    with pytest.raises(InputError, match=r"several rows for .*: give one row for each year and iso3"):
        sigma_convergence(twice)
