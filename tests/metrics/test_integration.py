"""Intra-regional indices of small bilateral tables, by hand and by their properties."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import integration
from carec_digital_trade.regions import region

PAIR = region(["KAZ", "UZB"])
ECONOMIES = ["KAZ", "UZB", "CHN", "DEU", "USA"]
ROUNDING = 1e-12
"""A few operations on doubles."""


def table(rows):
    return pd.DataFrame(rows, columns=["reporter", "partner", "value"])


HAND = table(
    [
        ("KAZ", "UZB", 6.0),
        ("UZB", "KAZ", 4.0),
        ("KAZ", "CHN", 20.0),
        ("UZB", "DEU", 10.0),
        ("CHN", "KAZ", 30.0),
        ("CHN", "DEU", 70.0),
        ("DEU", "CHN", 50.0),
    ]
)


def test_indices_by_hand():
    # x(r,r) = 10, x(r,o) = 30, x(o,r) = 30, x(o,o) = 120; t(r,r) = 20, t(r,o) = 60, t(r) = 80, t(o) = 300, world 380.
    # Share 20/80 = 0.25; intensity 0.25 / (80/380) = 1.1875.
    # h = 0.25 / (60/300) = 1.25, e = 0.75 / 0.8 = 0.9375; introversion 0.3125 / 2.1875 = 1/7.
    got = integration(HAND, PAIR)
    assert got.intra_regional_share == 0.25
    assert got.trade_intensity == pytest.approx(1.1875, rel=ROUNDING)
    assert got.introversion == pytest.approx(1 / 7, rel=ROUNDING)
    assert (got.members, got.covered, got.partial, got.missing, got.outsiders) == (2, 2, False, "", 2)


def test_names_and_letter_case_are_accepted():
    named = HAND.replace({"KAZ": "Kazakhstan", "CHN": "chn"})
    assert integration(named, PAIR) == integration(HAND, PAIR)


def test_a_region_that_trades_with_all_alike_is_neutral():
    # Shares in the region's trade and in the outsiders' are both a half.
    even = table([("KAZ", "UZB", 1.0), ("UZB", "DEU", 1.0), ("DEU", "KAZ", 1.0), ("DEU", "USA", 1.0)])
    got = integration(even, PAIR)
    assert (got.intra_regional_share, got.trade_intensity, got.introversion) == (0.5, 1, 0)


def test_a_region_without_trade_inside_is_fully_extroverted():
    outward = table([("KAZ", "DEU", 1.0), ("DEU", "UZB", 1.0), ("DEU", "USA", 1.0)])
    got = integration(outward, PAIR)
    assert (got.intra_regional_share, got.trade_intensity, got.introversion) == (0, 0, -1)
    assert (got.covered, got.partial, got.missing) == (1, True, "UZB")


def test_without_outside_partners_nothing_can_be_compared():
    inside = HAND[HAND["reporter"].isin(PAIR.members) & HAND["partner"].isin(PAIR.members)]
    got = integration(inside, PAIR)
    assert (got.intra_regional_share, got.outsiders) == (1, 0)
    assert math.isnan(got.trade_intensity)
    assert math.isnan(got.introversion)


def test_a_region_that_only_trades_with_itself_has_an_intensity_and_no_introversion():
    got = integration(table([("KAZ", "UZB", 1.0), ("DEU", "USA", 3.0)]), PAIR)
    assert (got.intra_regional_share, got.trade_intensity) == (1, 4)
    assert math.isnan(got.introversion)


def test_without_trade_among_outsiders_the_world_is_not_known():
    got = integration(HAND[~((HAND["reporter"] != "KAZ") & HAND["partner"].isin(["CHN", "DEU"]))], PAIR)
    # What is left: 6 + 4 inside, 20 out, 30 in: 20 / (20 + 50).
    assert got.intra_regional_share == pytest.approx(2 / 7, rel=ROUNDING)
    assert math.isnan(got.trade_intensity)
    assert math.isnan(got.introversion)


def test_a_region_whose_trade_is_zero_has_no_share():
    got = integration(table([("KAZ", "UZB", 0.0), ("DEU", "USA", 1.0)]), PAIR)
    assert math.isnan(got.intra_regional_share)
    assert math.isnan(got.introversion)


def test_pairs_without_a_value_are_not_reported():
    with_gaps = pd.concat([HAND, table([("UZB", "USA", math.nan), ("USA", "DEU", math.nan)])])
    assert integration(with_gaps, PAIR) == integration(HAND, PAIR)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 1e4), min_size=20, max_size=20), st.floats(1e-3, 1e3))
def test_bounds_unit_order_and_the_closed_form(values, scale):
    rows = [(*codes, value) for codes, value in zip(itertools.permutations(ECONOMIES, 2), values, strict=True)]
    got = integration(table(rows), PAIR)
    matrix = np.zeros((5, 5))
    for reporter, partner, value in rows:
        matrix[ECONOMIES.index(reporter), ECONOMIES.index(partner)] = value
    trade = matrix + matrix.T
    share = trade[:2, :2].sum() / trade[:2].sum()
    outward = trade[:2, 2:].sum() / trade[2:].sum()
    assert got.intra_regional_share == pytest.approx(share, rel=ROUNDING)
    assert got.trade_intensity == pytest.approx(share / (trade[:2].sum() / trade.sum()), rel=ROUNDING)
    # (h - e) / (h + e) multiplied out.
    closed = (share - outward) / (share + outward - 2 * share * outward)
    assert got.introversion == pytest.approx(closed, abs=1e-9)  # cancels when the two shares are close
    assert -1 <= got.introversion <= 1
    again = integration(table([(*codes, value * scale) for *codes, value in reversed(rows)]), PAIR)
    assert again.introversion == pytest.approx(got.introversion, abs=1e-9)


@pytest.mark.parametrize(
    ("bilateral", "message"),
    [
        (HAND.drop(columns="value"), "lacks the column value: give one row a pair, with the exports of the reporter"),
        (HAND.assign(year=[2022, *[2023] * 6]), "holds 2 years"),
        (HAND.astype({"value": str}), "column value of the bilateral table is not numeric"),
        (pd.concat([HAND, table([("KAZ", "World", 1.0)])]), "'World' is an aggregate and not an economy"),
        (pd.concat([HAND, table([("WLD", "KAZ", 1.0)])]), "'WLD' is an aggregate"),
        (pd.concat([HAND, table([("KAZ", "Atlantis", 1.0)])]), "no economy 'Atlantis'"),
        (pd.concat([HAND, table([("KAZ", "KAZ", 1.0)])]), "the pair KAZ to KAZ trades with itself"),
        (pd.concat([HAND, table([("KAZ", "Uzbekistan", 1.0)])]), "the pair KAZ to UZB comes twice"),
        (pd.concat([HAND, table([("DEU", "KAZ", -1.0)])]), "the pair DEU to KAZ is negative"),
        (HAND[HAND["reporter"].isin(["CHN", "DEU"])], "has no exports of a member of Kazakhstan and Uzbekistan"),
        (HAND[HAND["reporter"].isin(["KAZ", "UZB"])], "has no exports of economies outside Kazakhstan and Uzbekistan"),
    ],
)
def test_bad_tables_are_told_in_a_sentence(bilateral, message):
    with pytest.raises(InputError, match=message):
        integration(bilateral, PAIR)
