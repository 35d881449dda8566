"""Concentration indices against hand arithmetic, independent formulas and the properties that define them."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import (
    concentration,
    concentration_over_time,
    leave_one_out,
    members,
    more_even,
    theil_split,
    trade,
)
from carec_digital_trade.regions import region

CAREC, ASEAN = region("CAREC"), region("ASEAN")
WITHOUT = {"CAREC": "CHN", "ASEAN": "SGP"}
INDICES = ["hhi", "hhi_normalised", "effective_members", "gini", "theil", "top_share"]
ROUNDING = 1e-12
"""Sums and logarithms of at most a few dozen doubles of order one."""
NEARLY_EQUAL = 1e-9
"""For values drawn at random: indices near zero are differences of numbers of order one."""

# Zero is a value, but no number so small that its share underflows.
amounts = st.one_of(st.just(0.0), st.floats(1e-6, 1e9))
values_of = st.lists(amounts, min_size=1, max_size=25)


def of(spec, exclude=()):
    area = region(spec, exclude=exclude)
    return members(load("table1"), area, 2024).set_index("iso3")["value"]


def exact(values):
    """Return HHI, normalised HHI, effective members and Gini as fractions, from their definitions."""
    x = [Fraction(int(value)) for value in values]
    n, total = len(x), sum(x)
    hhi = sum((value / total) ** 2 for value in x)
    gini = sum(abs(a - b) for a in x for b in x) / (2 * n**2 * (total / n))
    return hhi, (hhi - Fraction(1, n)) / (1 - Fraction(1, n)), 1 / hhi, gini


@pytest.mark.parametrize(
    ("spec", "exclude", "hhi"),
    [
        # Sum of the squares of the printed figures over the square of their total, such as
        # 6635^2 + 385764^2 + 7909^2 + ... + 2184^2 = 149 017 655 049 and 421 527^2 = 177 685 011 729.
        ("CAREC", [], 149_017_655_049 / 177_685_011_729),
        ("CAREC", [], 0.838662),
        ("ASEAN", [], 143_881_441_242 / 300_810_565_444),
        ("ASEAN", [], 0.478312),
        ("CAREC", ["CHN"], 203_791_353 / 1_278_992_169),
        ("CAREC", ["CHN"], 0.159337),
        ("ASEAN", ["SGP"], 7_113_869_201 / 31_912_606_881),
        ("ASEAN", ["SGP"], 0.222917),
    ],
)
def test_herfindahl_hirschman_index_of_table_1(spec, exclude, hhi):
    assert concentration(of(spec, exclude)).hhi == pytest.approx(hhi, abs=5e-7)  # six digits


@pytest.mark.parametrize(("spec", "exclude"), [("CAREC", []), ("ASEAN", []), ("CAREC", ["CHN"]), ("ASEAN", ["SGP"])])
def test_indices_of_table_1_equal_their_definitions_in_exact_arithmetic(spec, exclude):
    values = of(spec, exclude)
    got = concentration(values)
    expected = [float(index) for index in exact(values)]
    assert [got.hhi, got.hhi_normalised, got.effective_members, got.gini] == pytest.approx(expected, rel=ROUNDING)
    total, n = int(values.sum()), len(values)
    theil = math.fsum(float(Fraction(int(x) * n, total)) * math.log(Fraction(int(x) * n, total)) for x in values) / n
    assert got.theil == pytest.approx(theil, rel=ROUNDING)
    assert got.members == n


def test_the_dominant_member_is_named():
    assert concentration(of("CAREC")).top == "CHN"
    assert concentration(of("ASEAN")).top == "SGP"
    assert concentration(of("CAREC")).top_share == 385764 / 421527


def test_carec_is_the_more_concentrated_region_only_with_china():
    for index in ("hhi", "hhi_normalised", "gini", "theil"):
        assert getattr(concentration(of("CAREC")), index) > getattr(concentration(of("ASEAN")), index)
        pair = [getattr(concentration(of(spec, [WITHOUT[spec]])), index) for spec in ("CAREC", "ASEAN")]
        assert pair[0] < pair[1]


def test_small_case_by_hand():
    # Shares 1/10, 2/10, 7/10. HHI = (1 + 4 + 49)/100 = 0.54; normalised (0.54 - 1/3)/(2/3) = 0.31.
    # Gini: pairs differ by 1, 6, 5, each twice: 24 / (2 * 9 * 10/3) = 0.4.
    # Theil: 0.1 ln 0.3 + 0.2 ln 0.6 + 0.7 ln 2.1 = -0.120397 - 0.102165 + 0.519356 = 0.296794.
    got = concentration(np.array([1.0, 2.0, 7.0]))
    assert got.hhi == pytest.approx(0.54, rel=ROUNDING)
    assert got.hhi_normalised == pytest.approx(0.31, rel=ROUNDING)
    assert got.effective_members == pytest.approx(1 / 0.54, rel=ROUNDING)
    assert got.gini == pytest.approx(0.4, rel=ROUNDING)
    assert got.theil == pytest.approx(0.296794, abs=1e-6)  # the working has six digits
    assert (got.members, got.top, got.top_share) == (3, 2, 0.7)


def test_a_member_without_data_is_left_out_and_not_counted():
    with_gap = pd.Series({"A": 1.0, "B": math.nan, "C": 3.0})
    assert concentration(with_gap) == concentration(with_gap.dropna())
    assert concentration(with_gap).members == 2


def test_a_member_with_zero_counts():
    # Shares 1 and 0: all with one of two members, so the Gini index is (n - 1)/n = 1/2 and Theil's ln 2.
    got = concentration([5.0, 0.0])
    assert (got.members, got.hhi, got.hhi_normalised, got.effective_members) == (2, 1, 1, 1)
    assert (got.gini, got.theil) == (0.5, math.log(2))


def test_one_member_has_no_normalised_index():
    got = concentration(pd.Series({"KAZ": 3.0}))
    assert math.isnan(got.hhi_normalised)
    assert (got.hhi, got.effective_members, got.gini, got.theil, got.top_share, got.top) == (1, 1, 0, 0, 1, "KAZ")


@pytest.mark.parametrize(
    ("values", "n"), [([3.0, -1.0, 5.0], 3), ([0.0, 0.0], 2), ([], 0), ([math.nan], 0), ([-1.0, math.nan], 1)]
)
def test_shares_that_are_not_defined_have_no_indices(values, n):
    got = concentration(values)
    assert all(math.isnan(getattr(got, index)) for index in INDICES)
    assert (got.members, got.top) == (n, None)


def test_who_is_more_even_does_not_hang_on_the_number_of_members():
    two, ten = concentration([1.0, 1.0]), concentration([3.0] + [1.0] * 9)
    assert two.effective_members < ten.effective_members
    assert more_even(two.hhi_normalised, ten.hhi_normalised) == 1
    assert more_even(ten.hhi_normalised, two.hhi_normalised) == -1
    assert more_even(two.hhi_normalised, concentration([5.0] * 7).hhi_normalised) == 0
    assert more_even(two.hhi_normalised, concentration([5.0]).hhi_normalised) == 0


@settings(max_examples=100, deadline=None)
@given(values_of)
def test_bounds(values):
    assume(sum(values) > 0)
    n, got = len(values), concentration(values)
    assert 1 / n - NEARLY_EQUAL <= got.hhi <= 1 + NEARLY_EQUAL
    assert 1 - NEARLY_EQUAL <= got.effective_members <= n + NEARLY_EQUAL * n
    assert -NEARLY_EQUAL <= got.gini <= (n - 1) / n + NEARLY_EQUAL
    assert -NEARLY_EQUAL <= got.theil <= math.log(n) + NEARLY_EQUAL
    assert got.top_share**2 - NEARLY_EQUAL <= got.hhi <= got.top_share + NEARLY_EQUAL


@settings(max_examples=100, deadline=None)
@given(values_of, st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
def test_unit_and_order_do_not_matter(values, scale, random):
    assume(sum(values) > 0)
    other = [scale * value for value in values]
    random.shuffle(other)
    one, two = concentration(values), concentration(other)
    assert [getattr(one, index) for index in INDICES] == pytest.approx(
        [getattr(two, index) for index in INDICES], abs=NEARLY_EQUAL, nan_ok=True
    )


@settings(max_examples=50, deadline=None)
@given(values_of, st.integers(2, 5))
def test_copies_of_a_region_keep_gini_and_theil_and_multiply_the_effective_members(values, copies):
    assume(sum(values) > 0)
    one, many = concentration(values), concentration(values * copies)
    assert many.gini == pytest.approx(one.gini, abs=NEARLY_EQUAL)
    assert many.theil == pytest.approx(one.theil, abs=NEARLY_EQUAL)
    assert many.effective_members == pytest.approx(copies * one.effective_members, rel=NEARLY_EQUAL)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(1, 100), min_size=2, max_size=12), st.floats(0.01, 0.49))
def test_a_transfer_from_the_largest_to_the_smallest_lowers_every_index(values, part):
    low, high = int(np.argmin(values)), int(np.argmax(values))
    assume(values[high] - values[low] > 1e-3)
    moved = part * (values[high] - values[low])
    after = list(values)
    after[high], after[low] = after[high] - moved, after[low] + moved
    for index in ("hhi", "gini", "theil"):
        assert getattr(concentration(after), index) < getattr(concentration(values), index)


@pytest.mark.parametrize("n", [2, 5, 21])
def test_equal_members_are_not_concentrated(n):
    got = concentration([4.0] * n)
    assert got.effective_members == pytest.approx(n, rel=ROUNDING)
    assert [got.hhi_normalised, got.gini, got.theil] == pytest.approx([0, 0, 0], abs=ROUNDING)


@pytest.mark.parametrize("spec", ["CAREC", "ASEAN"])
def test_leave_one_out_equals_the_concentration_of_the_rest(spec):
    values = of(spec)
    table = leave_one_out(values).set_index("left_out")
    assert list(table.index) == list(values.index)
    for code in values.index:
        rest = concentration(of(spec, [code]))
        assert table.loc[code, INDICES].tolist() == pytest.approx([getattr(rest, index) for index in INDICES])
        assert (table.loc[code, "members"], table.loc[code, "top"]) == (rest.members, rest.top)


def test_leave_one_out_skips_members_without_data_and_frees_the_rest_of_a_negative_one():
    table = leave_one_out(pd.Series({"A": 1.0, "B": math.nan, "C": -2.0, "D": 3.0})).set_index("left_out")
    assert list(table.index) == ["A", "C", "D"]
    assert table["hhi"].notna().tolist() == [False, True, False]
    # Shares 1/4 and 3/4 remain without C: 1/16 + 9/16 = 0.625.
    assert table.loc["C", "hhi"] == 0.625


def test_leave_one_out_of_nobody_has_no_rows():
    table = leave_one_out(pd.Series([math.nan]))
    assert table.empty
    assert list(table.columns) == ["left_out", "members", *INDICES, "top", "whole"]


def test_concentration_over_time_is_that_of_each_year():
    frame = trade("delivered", "exports")
    table = concentration_over_time(frame, ASEAN).set_index("year")
    assert list(table.index) == list(range(2005, 2026))
    for year in (2005, 2024):
        one = concentration(members(frame, ASEAN, year).set_index("iso3")["value"])
        assert table.loc[year, INDICES].tolist() == [getattr(one, index) for index in INDICES]
        assert table.loc[year, "top"] == one.top


def test_asean_has_no_index_in_the_years_in_which_lao_pdr_is_negative():
    total = concentration_over_time(trade("delivered", "total"), ASEAN).set_index("year")
    imports = concentration_over_time(trade("delivered", "imports"), ASEAN).set_index("year")
    assert total.index[total["hhi"].isna()].tolist() == [2006]
    assert imports.index[imports["hhi"].isna()].tolist() == [2005, 2006, 2007]
    assert total.loc[2006, ["members", "covered", "partial"]].tolist() == [10, 10, False]
    without = region("ASEAN", exclude=["LAO"])
    assert concentration_over_time(trade("delivered", "imports"), without)["hhi"].notna().all()


def test_concentration_over_time_says_who_is_missing():
    row = concentration_over_time(trade("deliverable", "total"), CAREC).set_index("year").loc[2023]
    assert row[["members", "covered", "partial", "missing"]].tolist() == [11, 8, True, "KGZ, AFG, TKM"]


def test_theil_split_of_table_1_by_hand():
    # Between: share times ln(share / (members / 21)); CAREC 421527, ASEAN 548462, both 969989.
    values = load("table1").set_index("iso3")["value"]
    split = theil_split(values, {"CAREC": CAREC.members, "ASEAN": ASEAN.members})
    carec, asean = 421527 / 969989, 548462 / 969989
    between = carec * math.log(carec * 21 / 11) + asean * math.log(asean * 21 / 10)
    within = carec * concentration(of("CAREC")).theil + asean * concentration(of("ASEAN")).theil
    assert split.between == pytest.approx(between, rel=1e-10)  # the two terms, of opposite sign, largely cancel
    assert split.within == pytest.approx(within, rel=ROUNDING)
    assert split.groups["group"].tolist() == ["CAREC", "ASEAN"]
    assert split.groups["members"].tolist() == [11, 10]
    assert split.groups["share"].tolist() == pytest.approx([carec, asean], rel=ROUNDING)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(amounts, st.sampled_from("abc")), min_size=1, max_size=20))
def test_theil_split_adds_up(pairs):
    values = pd.Series([value for value, _ in pairs])
    assume(values.sum() > 0)
    groups = {name: [i for i, (_, group) in enumerate(pairs) if group == name] for name in "abc"}
    split = theil_split(values, groups)
    assert split.within + split.between == pytest.approx(split.total, abs=ROUNDING)
    assert split.total == pytest.approx(concentration(values).theil, abs=ROUNDING)
    assert -ROUNDING <= split.between <= split.total + ROUNDING
    assert split.groups["within"].sum() == pytest.approx(split.within, abs=ROUNDING)
    assert split.groups["between"].sum() == pytest.approx(split.between, abs=ROUNDING)


def test_theil_split_of_equal_groups_is_all_within_and_of_equal_members_all_between():
    groups = {"one": ["A", "B"], "two": ["C", "D"]}
    assert theil_split(pd.Series({"A": 1.0, "B": 3.0, "C": 3.0, "D": 1.0}), groups).between == pytest.approx(
        0, abs=1e-15
    )
    assert theil_split(pd.Series({"A": 1.0, "B": 1.0, "C": 3.0, "D": 3.0}), groups).within == pytest.approx(
        0, abs=1e-15
    )


def test_theil_split_leaves_out_members_without_data_and_groups_without_any():
    values = pd.Series({"A": 1.0, "B": math.nan, "C": 3.0, "D": math.nan, "E": 0.0})
    split = theil_split(values, {"one": ["A", "B", "C"], "two": ["D"], "none": ["E"]})
    table = split.groups.set_index("group")
    assert table["members"].tolist() == [2, 0, 1]
    assert table.loc["two", ["share", "within", "between"]].isna().all()
    assert table.loc["none", ["share", "within", "between"]].tolist() == [0, 0, 0]
    # E, with nothing, makes three members: between = ln(3/2).
    assert split.between == pytest.approx(math.log(1.5), rel=ROUNDING)
    assert split.within + split.between == pytest.approx(split.total, rel=ROUNDING)


def test_theil_split_is_not_defined_with_a_negative_member():
    split = theil_split(pd.Series({"A": 1.0, "B": -1.0, "C": 5.0}), {"one": ["A", "B"], "two": ["C"]})
    assert all(math.isnan(part) for part in (split.within, split.between, split.total))


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"one": ["A", "B"], "two": ["B", "C"]}, "B is in one and in two: the groups must not overlap"),
        ({"one": ["A"], "two": ["B"]}, "C belongs to no group"),
    ],
)
def test_groups_must_hold_each_member_once(groups, message):
    with pytest.raises(InputError, match=message):
        theil_split(pd.Series({"A": 1.0, "B": 2.0, "C": 3.0}), groups)
