import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import decompose, decompose_economies, split_gap, trade_panel
from carec_digital_trade.regions import region

ADDS_UP = 1e-9
"""Of the gap: the logarithms are rounded at some 1e-15 of trade, and no real gap is as small as a millionth of it."""

FIGURES = ["trade", "population", "gdp_current_usd"]
COMPLETE = sorted(trade_panel().query("year == 2024").dropna(subset=FIGURES)["iso3"])
positive = st.floats(1e-3, 1e6)
factors = st.lists(st.tuples(positive, positive), min_size=1, max_size=4).map(np.array)


def test_split_of_a_case_worked_by_hand():
    # 6 = 3 x 2 against 2 = 1 x 2: only the first factor differs, so it carries the whole gap of 4 and ln 3.
    split = split_gap(np.array([3.0, 2.0]), np.array([1.0, 2.0]))
    np.testing.assert_allclose(split.contribution, [4.0, 0.0], atol=1e-15)
    np.testing.assert_allclose(split.log_contribution, [math.log(3), 0.0])
    # 8 = 4 x 2 against 1 = 1 x 1: the weight is 7 / ln 8, the factors get 7 x ln 4 / ln 8 = 14/3 and 7/3.
    np.testing.assert_allclose(split_gap(np.array([4.0, 2.0]), np.ones(2)).contribution, [14 / 3, 7 / 3])
    # 6 = 3 x 2 against 6 = 2 x 3: no gap, and the weight is 6 itself.
    even = split_gap(np.array([3.0, 2.0]), np.array([2.0, 3.0])).contribution
    np.testing.assert_allclose(even, [6 * math.log(1.5), -6 * math.log(1.5)])


@given(factors)
@settings(max_examples=200, deadline=None)
def test_split_adds_up_and_turns_round(pairs):
    ours, theirs = pairs.T
    split, back = split_gap(ours, theirs), split_gap(theirs, ours)
    gap = ours.prod() - theirs.prod()
    # 1e-13 of the products is what their own rounding leaves where the gap is a far smaller part of them.
    rounding = 1e-13 * max(ours.prod(), theirs.prod()) * (1 + np.abs(split.log_contribution).sum())
    assert abs(split.contribution.sum() - gap) <= ADDS_UP * abs(gap) + rounding
    np.testing.assert_allclose(back.contribution, -split.contribution, rtol=1e-12, atol=rounding)
    np.testing.assert_allclose(back.log_contribution, -split.log_contribution, rtol=1e-12, atol=1e-15)
    assert not split_gap(ours, ours).contribution.any()


@given(st.lists(st.sampled_from(COMPLETE), min_size=2, max_size=14, unique=True), st.data())
@settings(max_examples=40, deadline=None)
def test_any_two_regions(economies, data):
    cut = data.draw(st.integers(1, len(economies) - 1))
    basis = data.draw(st.sampled_from(["total", "mean_member"]))
    ours, theirs = region(economies[:cut]), region(economies[cut:])
    split, back = decompose(ours, theirs, basis=basis), decompose(theirs, ours, basis=basis)
    assert split.table["contribution"].sum() == pytest.approx(split.gap, rel=ADDS_UP)
    assert split.table["log_contribution"].sum() == pytest.approx(split.log_gap, rel=ADDS_UP)
    assert split.table["share_of_gap"].sum() == pytest.approx(1, rel=ADDS_UP)
    np.testing.assert_allclose(back.table["contribution"], -split.table["contribution"], rtol=1e-12)


def test_a_member_without_gdp_leaves_every_factor_and_is_named():
    carec, asean = region("CAREC"), region("ASEAN")
    split = decompose(carec, asean)
    assert split.left_out.to_dict("records") == [{"region": "CAREC", "iso3": "AFG", "reason": "no GDP in 2024"}]
    rest = [code for code in carec.members if code != "AFG"]
    assert split.region_covered == tuple(rest)
    rows = trade_panel().query("year == 2024 and iso3 in @rest")
    assert split.region_trade == pytest.approx(rows["trade"].sum())
    values = split.table.set_index("factor")["region_value"]
    assert values["population"] == rows["population"].sum()
    assert values["gdp_per_person"] == pytest.approx(rows["gdp_current_usd"].sum() / rows["population"].sum())
    # Trade is in USD million and GDP in USD.
    assert values["trade_per_gdp"] == pytest.approx(100 * rows["trade"].sum() * 1e6 / rows["gdp_current_usd"].sum())


def test_total_and_mean_member_differ_by_the_number_of_members():
    regions = region("CAREC"), region("ASEAN", exclude=["SGP"])
    total, mean = (decompose(*regions, basis=basis) for basis in ("total", "mean_member"))
    ratio = len(total.region_covered) / len(total.benchmark_covered)
    difference = total.table["log_contribution"] - mean.table["log_contribution"]
    np.testing.assert_allclose(difference, [math.log(ratio), 0, 0], atol=1e-14)
    assert total.region_trade == pytest.approx(mean.region_trade * len(total.region_covered))


def test_negative_trade_is_part_of_a_total_and_has_no_logarithm_of_its_own():
    # Lao PDR's exports plus imports in 2006 are negative as published.
    asean, carec = region("ASEAN"), region("CAREC")
    split = decompose(asean, carec, 2006)
    assert "LAO" in split.region_covered
    assert split.table["contribution"].sum() == pytest.approx(split.gap, rel=ADDS_UP)
    rows = decompose_economies(asean, carec, 2006).set_index("iso3")
    assert rows.loc["LAO", "note"] == "trade of -1.4 USD million in 2006 has no logarithm"
    assert pd.isna(rows.loc["LAO", "contribution"])
    with pytest.raises(InputError, match=r"the trade of Lao PDR is -1\.4 USD million and has no logarithm"):
        decompose(region(["LAO"]), carec, 2006)


def test_zero_trade_has_no_logarithm():
    with pytest.raises(InputError, match=r"the trade of Tuvalu is 0\.0 USD million"):
        decompose(region(["TUV"]), region("ASEAN"), 2019, "deliverable", "exports")


def test_economies_against_the_mean_member():
    carec, asean = region("CAREC"), region("ASEAN")
    rows = decompose_economies(carec, asean)
    mean = decompose(carec, asean, basis="mean_member").benchmark_trade
    covered = rows[rows["note"] == ""]
    sums = covered.groupby("iso3").agg({"trade": "first", "contribution": "sum", "log_contribution": "sum"})
    np.testing.assert_allclose(sums["contribution"], sums["trade"] - mean, rtol=ADDS_UP)
    np.testing.assert_allclose(sums["log_contribution"], np.log(sums["trade"] / mean), rtol=ADDS_UP)
    assert set(rows["iso3"]) == set(carec.members)
    assert rows.loc[rows["iso3"] == "AFG", "note"].unique().tolist() == ["2023 is shown: no GDP in 2024"]


@pytest.mark.parametrize("measure", ["delivered", "deliverable"])
def test_regions_nobody_prepared_in_every_year(measure):
    ours, theirs = region(["KAZ", "KGZ", "ARM", "BLR", "RUS"]), region(["IND", "BGD", "LKA", "NPL"])
    panel_years = set(load("panel")["year"])
    for year in sorted(set(load(measure)["year"]) & panel_years):
        for flow in ("total", "exports", "imports"):
            split = decompose(ours, theirs, year, measure, flow)
            assert split.table["contribution"].sum() == pytest.approx(split.gap, rel=ADDS_UP)


@pytest.mark.parametrize(
    ("ours", "theirs", "options", "sentence"),
    [
        (["KAZ", "KGZ"], ["KGZ", "UZB"], {}, "share KGZ: choose regions without a common member"),
        (
            ["TKM"],
            ["IND"],
            {"year": 2020, "measure": "deliverable"},
            "no member of Turkmenistan can be compared "
            r"\(TKM has no deliverable trade in 2020\)",
        ),
        (["TWN"], ["IND"], {}, r"\(TWN has no population and GDP in 2024\): choose another year"),
        (["KAZ"], ["IND"], {"year": 2025}, "cannot be split in 2025: delivered trade and GDP are both there from 2005"),
        (["KAZ"], ["IND"], {"measure": "deliverable"}, "both there from 2010 to 2023"),
        (["KAZ"], ["IND"], {"basis": "mean"}, "there is no basis 'mean'"),
        (["KAZ"], ["IND"], {"flow": "balance"}, "there is no flow 'balance'"),
    ],
)
def test_refusals(ours, theirs, options, sentence):
    with pytest.raises(InputError, match=sentence):
        decompose(region(ours), region(theirs), **options)
