"""Growth: a chosen rate comes back, and standard errors equal a direct computation."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import compound_annual_growth, growth, index, log_trend, members, regional_total, trade
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
    assert trend.growth == pytest.approx(math.log(1 + growth), abs=ROUNDING)
    assert trend.percent == pytest.approx(100 * growth, abs=1e-8)  # hundred times the slope's rounding
    assert trend.standard_error == pytest.approx(0, abs=ROUNDING)
    assert compound_annual_growth(values[0], values[-1], n - 1) == pytest.approx(100 * growth, abs=1e-8)


@pytest.mark.parametrize("n", [4, 5, 12, 21])
def test_standard_error_equals_the_matrices_written_out(n):
    values = noisy(n, years=YEARS[:n])
    trend = log_trend(values.index, values)
    slope, error = direct_newey_west(values.index, values)
    assert trend.growth == pytest.approx(slope, rel=ROUNDING)
    assert trend.standard_error == pytest.approx(error, rel=ROUNDING)
    half = stats.t.ppf(0.975, n - 2) * error
    assert [trend.low, trend.high] == pytest.approx([slope - half, slope + half], rel=1e-8, abs=1e-8)  # t's inverse
    assert trend.percent_low == 100 * math.expm1(trend.low)
    assert trend.percent_high == 100 * math.expm1(trend.high)
    assert (trend.observations, trend.left_out) == (n, 0)


def test_trend_of_a_regional_total_equals_the_matrices_written_out():
    total = regional_total(trade("delivered", "total"), ASEAN)
    trend = log_trend(total["year"], total["value"])
    assert (trend.growth, trend.standard_error) == pytest.approx(direct_newey_west(YEARS, total["value"]), rel=ROUNDING)


def test_years_that_are_not_positive_are_left_out_and_counted():
    # The imports of Lao PDR are negative in 2005 to 2007.
    frame = trade("delivered", "imports")
    lao = frame[frame["iso3"] == "LAO"]
    trend, later = log_trend(lao["year"], lao["value"]), lao[lao["year"] >= 2008]
    assert (trend.observations, trend.left_out) == (18, 3)
    assert trend.growth == log_trend(later["year"], later["value"]).growth


def test_a_gap_in_the_years_does_not_bend_the_trend():
    years = np.array([2005, 2006, 2009, 2012, 2020])
    assert log_trend(years, 2.0 * 1.07 ** (years - 2005)).percent == pytest.approx(7, rel=ROUNDING)


def test_three_years_are_no_trend():
    trend = log_trend([2005, 2006, 2007, 2008], [1.0, 2.0, 0.0, 3.0])
    assert all(
        math.isnan(value) for value in (trend.growth, trend.standard_error, trend.low, trend.high, trend.percent)
    )
    assert (trend.observations, trend.left_out) == (3, 1)


def test_growth_of_a_region_and_its_members():
    frame = trade("delivered", "total")
    table = growth(frame, CAREC, 2005, 2025)
    assert table["name"].tolist() == ["CAREC", *members(frame, CAREC, 2025)["name"]]
    total = regional_total(frame, CAREC).set_index("year")["value"]
    row = table.iloc[0]
    assert (row["first"], row["last"]) == pytest.approx((total[2005], total[2025]), rel=ROUNDING)
    assert row["growth"] == pytest.approx(100 * ((total[2025] / total[2005]) ** (1 / 20) - 1), rel=ROUNDING)
    trend = log_trend(total.index, total)
    assert (row["trend"], row["trend_low"], row["trend_high"]) == pytest.approx(
        (trend.percent, trend.percent_low, trend.percent_high),
        rel=1e-8,  # t's inverse
    )
    assert table[["members", "covered", "partial", "missing"]].drop_duplicates().to_numpy().tolist() == [
        [11, 11, False, ""]
    ]


def test_a_regions_growth_keeps_to_the_members_that_have_every_year():
    frame = trade("deliverable", "exports")
    table = growth(frame, ASEAN, 2010, 2023).set_index("iso3")
    region_row = table.iloc[0]
    assert region_row["missing"] == "THA, BRN, VNM, LAO, MMR"
    assert (region_row["members"], region_row["covered"], region_row["partial"]) == (10, 5, True)
    kept = regional_total(frame, region(["IDN", "MYS", "PHL", "SGP", "KHM"])).set_index("year")["value"]
    assert (region_row["first"], region_row["last"]) == (kept[2010], kept[2023])
    # Thailand's exports end in 2018: a trend over nine years, no growth to 2023.
    assert math.isnan(table.loc["THA", "growth"])
    assert table.loc["THA", ["observations", "left_out"]].tolist() == [9, 5]


def test_growth_of_lao_pdr_leaves_out_its_negative_year():
    table = growth(trade("delivered", "total"), ASEAN, 2005, 2025).set_index("iso3")
    assert table.loc["LAO", ["observations", "left_out"]].tolist() == [20, 1]


def test_growth_of_a_region_without_data_is_missing():
    table = growth(trade("deliverable", "total"), region("TKM"), 2010, 2023)
    assert table[["first", "last", "growth", "trend"]].isna().all(axis=None)
    assert table["covered"].eq(0).all()


@pytest.mark.parametrize(
    ("flow", "first", "last", "breaks"),
    [
        # The file flags China's totals in 2014 in both flows, and Kuwait's other business services, not its total.
        ("total", 2005, 2025, "CHN 2014"),
        ("exports", 2013, 2014, "CHN 2014"),
        ("total", 2014, 2025, ""),
        ("total", 2005, 2013, ""),
    ],
)
def test_growth_names_the_breaks_that_it_crosses(flow, first, last, breaks):
    table = growth(trade("delivered", flow), region(["CHN", "KWT"]), first, last)
    assert table["breaks"].tolist() == [breaks, breaks, ""]


def test_breaks_are_those_of_the_measure_and_of_each_economy():
    # Bahrain's totals are flagged in 2012 and Saudi Arabia's in 2008; the flags are the WTO's, not UNCTAD's.
    table = growth(trade("delivered", "imports"), region(["BHR", "SAU"]), 2005, 2025)
    assert table["breaks"].tolist() == ["BHR 2012, SAU 2008", "BHR 2012", "SAU 2008"]
    assert growth(trade("deliverable", "imports"), region("CHN"), 2010, 2023)["breaks"].eq("").all()


def test_a_break_in_one_flow_does_not_touch_the_other(monkeypatch):
    # In the present file every total is flagged in both flows.
    flags = pd.DataFrame({"flow": ["exports"], "iso3": ["KAZ"], "service": ["DDS"], "year": [2010], "flag": ["B"]})
    frames = {flow: trade("delivered", flow) for flow in ("exports", "imports", "total")}
    monkeypatch.setattr("carec_digital_trade.metrics.dynamics.load", lambda name, vintage: flags)
    found = {flow: growth(frame, region("KAZ"), 2005, 2025)["breaks"].iloc[1] for flow, frame in frames.items()}
    assert found == {"exports": "KAZ 2010", "imports": "", "total": "KAZ 2010"}


def test_growth_needs_its_years_in_order():
    with pytest.raises(InputError, match=r"first year \(2025\) must come before the last \(2005\)"):
        growth(trade("delivered", "total"), CAREC, 2025, 2005)
