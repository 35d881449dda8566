"""Intra-regional indices of small bilateral tables, by hand and by their properties."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.errors import InputError
from carec_digital_trade.integration import indices, matrix, shares, trade_by_partner, without_each, years_by_partner
from carec_digital_trade.integration.indices import REST
from carec_digital_trade.paths import bundled
from carec_digital_trade.regions import region

PAIR = region(["KAZ", "UZB"])
ECONOMIES = ["KAZ", "UZB", "CHN", "DEU", "USA"]
ROUNDING = 1e-12
"""A few operations on doubles."""


def table(rows):
    return pd.DataFrame(rows, columns=["exporter", "importer", "value"])


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
    got = indices(HAND, PAIR)
    assert got.intra_regional_share == 0.25
    assert got.trade_intensity == pytest.approx(1.1875, rel=ROUNDING)
    assert got.introversion == pytest.approx(1 / 7, rel=ROUNDING)
    assert (got.members, got.covered, got.partial, got.missing, got.outsiders) == (2, 2, False, "", 2)


def test_names_and_letter_case_are_accepted():
    named = HAND.replace({"KAZ": "Kazakhstan", "CHN": "chn"})
    assert indices(named, PAIR) == indices(HAND, PAIR)


def test_a_region_that_trades_with_all_alike_is_neutral():
    # Shares in the region's trade and in the outsiders' are both a half.
    even = table([("KAZ", "UZB", 1.0), ("UZB", "DEU", 1.0), ("DEU", "KAZ", 1.0), ("DEU", "USA", 1.0)])
    got = indices(even, PAIR)
    assert (got.intra_regional_share, got.trade_intensity, got.introversion) == (0.5, 1, 0)


def test_a_region_without_trade_inside_is_fully_extroverted():
    outward = table([("KAZ", "DEU", 1.0), ("DEU", "UZB", 1.0), ("DEU", "USA", 1.0)])
    got = indices(outward, PAIR)
    assert (got.intra_regional_share, got.trade_intensity, got.introversion) == (0, 0, -1)
    assert (got.covered, got.partial, got.missing) == (1, True, "UZB")


def test_without_outside_partners_the_region_is_the_world():
    inside = HAND[HAND["exporter"].isin(PAIR.members) & HAND["importer"].isin(PAIR.members)]
    got = indices(inside, PAIR)
    assert (got.intra_regional_share, got.trade_intensity, got.outsiders) == (1, 1, 0)
    assert math.isnan(got.introversion)


def test_a_region_that_only_trades_with_itself_has_an_intensity_and_no_introversion():
    got = indices(table([("KAZ", "UZB", 1.0), ("DEU", "USA", 3.0)]), PAIR)
    assert (got.intra_regional_share, got.trade_intensity) == (1, 4)
    assert math.isnan(got.introversion)


def test_without_trade_among_outsiders_the_world_is_not_known():
    got = indices(HAND[~((HAND["exporter"] != "KAZ") & HAND["importer"].isin(["CHN", "DEU"]))], PAIR)
    # What is left: 6 + 4 inside, 20 out, 30 in: 20 / (20 + 50).
    assert got.intra_regional_share == pytest.approx(2 / 7, rel=ROUNDING)
    assert math.isnan(got.trade_intensity)
    assert math.isnan(got.introversion)


def test_a_region_whose_trade_is_zero_has_no_share():
    got = indices(table([("KAZ", "UZB", 0.0), ("DEU", "USA", 1.0)]), PAIR)
    assert math.isnan(got.intra_regional_share)
    assert math.isnan(got.introversion)


def test_pairs_without_a_value_are_not_reported():
    with_gaps = pd.concat([HAND, table([("UZB", "USA", math.nan), ("USA", "DEU", math.nan)])])
    assert indices(with_gaps, PAIR) == indices(HAND, PAIR)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 1e4), min_size=20, max_size=20), st.floats(1e-3, 1e3))
def test_bounds_unit_order_and_the_closed_form(values, scale):
    rows = [(*codes, value) for codes, value in zip(itertools.permutations(ECONOMIES, 2), values, strict=True)]
    got = indices(table(rows), PAIR)
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
    again = indices(table([(*codes, value * scale) for *codes, value in reversed(rows)]), PAIR)
    assert again.introversion == pytest.approx(got.introversion, abs=1e-9)


@pytest.mark.parametrize(
    ("bilateral", "message"),
    [
        (HAND.drop(columns="value"), "lacks the column value: give one row a pair, with the exports of the exporter"),
        (HAND.assign(year=[2022, *[2023] * 6]), "holds 2 years"),
        (HAND.astype({"value": str}), "column value of the bilateral table is not numeric"),
        (pd.concat([HAND, table([("KAZ", "World", 1.0)])]), "'World' is an aggregate and not an economy"),
        (pd.concat([HAND, table([("WLD", "KAZ", 1.0)])]), "'WLD' is an aggregate"),
        (pd.concat([HAND, table([("KAZ", "Atlantis", 1.0)])]), "no economy 'Atlantis'"),
        (pd.concat([HAND, table([("KAZ", "KAZ", 1.0)])]), "the pair KAZ to KAZ trades with itself"),
        (pd.concat([HAND, table([("KAZ", "Uzbekistan", 1.0)])]), "the pair KAZ to UZB comes twice"),
        (pd.concat([HAND, table([("DEU", "KAZ", -1.0)])]), "the pair DEU to KAZ is negative"),
        (HAND[HAND["exporter"].isin(["CHN", "DEU"])], "has no exports of a member of Kazakhstan and Uzbekistan"),
        (HAND[HAND["exporter"].isin(["KAZ", "UZB"])], "has no exports of economies outside Kazakhstan and Uzbekistan"),
    ],
)
def test_bad_tables_are_told_in_a_sentence(bilateral, message):
    with pytest.raises(InputError, match=message):
        indices(bilateral, PAIR)


def test_shares_of_exports_and_imports_by_hand():
    # Exports of the pair are 6 + 4 + 20 + 10 = 40, imports 6 + 4 + 30 = 40, of which 10 stay within.
    got = indices(HAND, PAIR)
    assert (got.intra_regional_share_exports, got.intra_regional_share_imports, got.within) == (0.25, 0.25, 10)


def test_the_world_as_a_region_has_intensity_one():
    got = indices(HAND, region(["KAZ", "UZB", "CHN", "DEU"]))
    assert (got.intra_regional_share, got.trade_intensity) == (1, 1)
    assert math.isnan(got.introversion)


def test_a_neutral_made_world_has_introversion_zero():
    # Exports of i to j are the product of two sizes, own trade included, lumped into the region and the rest.
    sizes = [3.0, 1.0, 2.0, 5.0]
    flows = np.outer(sizes, sizes)
    rows = [("KAZ", "UZB", flows[:2, :2].sum()), ("KAZ", REST, flows[:2, 2:].sum())]
    rows += [(REST, "KAZ", flows[2:, :2].sum()), (REST, REST, flows[2:, 2:].sum())]
    got = indices(table(rows), PAIR)
    assert (got.trade_intensity, got.introversion) == (pytest.approx(1), pytest.approx(0, abs=1e-12))


def test_leaving_out_a_member_by_hand():
    three = region(["KAZ", "UZB", "CHN"])
    left = without_each(HAND, three).set_index("iso3")
    # Within are 6 + 4 + 20 + 30 = 60; with China 50 of them, with Uzbekistan 10.
    assert left["involved"].to_dict() == pytest.approx({"KAZ": 1, "UZB": 1 / 6, "CHN": 5 / 6})
    assert left.loc["CHN", "intra_regional_share"] == indices(HAND, PAIR).intra_regional_share
    spread = shares(HAND, [three]).iloc[0]
    assert spread["intra_regional_share_low"] == left["intra_regional_share"].min()
    assert spread["intra_regional_share_high"] == left["intra_regional_share"].max()
    assert without_each(HAND, PAIR)["intra_regional_share"].isna().all()


def test_who_exports_to_whom_by_hand():
    rows = matrix(HAND, region(["KAZ", "UZB", "USA"])).set_index(["exporter", "importer"])
    assert rows.loc[("KAZ", "UZB"), ["value", "share"]].tolist() == [6, pytest.approx(6 / 26)]
    assert rows.loc[("UZB", "USA"), ["value", "share"]].tolist() == [0, 0]
    assert rows.loc[("USA", "KAZ"), ["value", "share"]].isna().all()  # it has no exports in the table
    assert len(rows) == 6


def test_a_region_that_nobody_knows_has_no_share_and_stops_nobody():
    got = shares(HAND, [PAIR, region(["FRA", "ITA"])]).set_index("region")
    assert got["intra_regional_share"].tolist() == [0.25, pytest.approx(math.nan, nan_ok=True)]
    assert got["covered"].tolist() == [2, 0]


def by_hand(codes):
    """Return the shares of exports plus imports, of exports and of imports, from the raw file and nothing else."""
    goods = pd.read_csv(bundled("data") / "raw/bilateral_goods.csv", keep_default_na=False)
    out, into = goods["exporter"].isin(codes), goods["importer"].isin(codes)
    within, exports, imports = (goods.loc[rows, "value"].sum() for rows in (out & into, out, into))
    return [2 * within / (exports + imports), within / exports, within / imports]


@pytest.mark.parametrize(
    ("one", "percent"),
    [
        (region("CAREC", 2023, ["CHN"]), 7.3),
        (region("CAREC", 2023), 4.9),
        (region("ASEAN", 2023), 21.6),
        (region(["USA", "MEX", "CAN"]), 43.1),
    ],
)
def test_shares_equal_sums_of_the_raw_file(goods, one, percent):
    got = indices(goods, one)
    found = [got.intra_regional_share, got.intra_regional_share_exports, got.intra_regional_share_imports]
    assert found == pytest.approx(by_hand(one.members), rel=1e-12)
    assert round(100 * found[0], 1) == percent


def test_shares_of_a_partition_of_the_world_add_up(goods):
    # What stays within a part, summed over the parts, and what crosses between them are all the world's trade.
    codes = sorted(set(goods["exporter"]))
    parts = [region(codes[:60]), region(codes[60:130]), region(codes[130:])]
    found = shares(goods, parts)
    own = [goods[["exporter", "importer"]].isin(part.members) for part in parts]
    crossing = goods.loc[~sum(each.all(axis=1) for each in own).astype(bool), "value"].sum()
    assert found["within"].sum() + crossing == pytest.approx(goods["value"].sum(), rel=1e-12)
    weights = [goods["value"] @ each.sum(axis=1) for each in own]
    mean = (found["intra_regional_share"] * weights).sum() / sum(weights)
    assert mean == pytest.approx(found["within"].sum() / goods["value"].sum(), rel=1e-12)


def test_what_there_is_not_is_said():
    with pytest.raises(InputError, match="the table bilateral_goods has no year 2010: it covers 2023 to 2023"):
        trade_by_partner("goods", 2010)
    with pytest.raises(InputError, match="no measure of trade by partner 'good': use one of goods, services"):
        trade_by_partner("good")
    with pytest.raises(InputError, match="has no table bilateral: import it"):
        trade_by_partner("services")
    assert (years_by_partner("goods"), years_by_partner("services")) == ([2023], [])
