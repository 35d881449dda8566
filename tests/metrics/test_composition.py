"""Composition by service: parts and wholes in the raw files, small cases by hand, identities."""

import csv
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import balassa, composition, regional_total, shift_share, trade, world_total
from carec_digital_trade.paths import bundled
from carec_digital_trade.regions import region

CAREC, ASEAN = region("CAREC"), region("ASEAN")
SERVICES = ["SF", "SG", "SH", "SI1", "SI2", "SI3", "SJ", "SK"]
PRINTED = 1e-4
"""USD million: the file prints ten significant digits, so the parts of USD 200 000 million carry that error."""
ROUNDING = 1e-12
"""Relative, or of shares: sums of at most some two hundred doubles."""


@pytest.fixture(scope="module")
def services():
    return load("delivered_services")


def synthetic(table):
    """Make a frame from {(reporter, year, flow): (insurance, computer)}."""
    return pd.DataFrame(
        [
            (reporter, year, flow, service, value)
            for (reporter, year, flow), values in table.items()
            for service, value in zip(("SF", "SI2"), values, strict=True)
        ],
        columns=["reporter", "year", "flow", "service", "value"],
    )


def two_flows(table):
    """Give exports and the same imports, so that either flow can be asked for."""
    return synthetic(
        {(reporter, year, flow): v for (reporter, year), v in table.items() for flow in ("exports", "imports")}
    )


@pytest.mark.parametrize("code", CAREC.members + ASEAN.members)
def test_parts_add_up_to_the_total_of_each_economy(services, code):
    for flow in ("exports", "imports"):
        total = regional_total(trade("delivered", flow), region(code)).set_index("year")["value"]
        for year in (2005, 2006, 2015, 2024, 2025):
            parts = composition(services, region(code), year, flow)["value"]
            assert len(parts) == 8
            assert math.fsum(parts) == pytest.approx(total[year], abs=PRINTED)


@pytest.mark.parametrize(("flow", "flows"), [("exports", 1), ("imports", 1), ("total", 2)])
def test_composition_is_the_sum_of_the_rows_of_the_raw_file(services, flow, flows):
    with (bundled("data") / "raw" / "delivered_services.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["reporter"] in CAREC.members and row["year"] == "2024" and flow in (row["flow"], "total")
        ]
    assert len(rows) == 11 * 8 * flows
    table = composition(services, CAREC, 2024, flow).set_index("service")
    assert list(table.index) == SERVICES
    whole = math.fsum(float(row["value"]) for row in rows)
    for service in SERVICES:
        by_hand = math.fsum(float(row["value"]) for row in rows if row["service"] == service)
        assert table.loc[service, "value"] == pytest.approx(by_hand, rel=ROUNDING)
        assert table.loc[service, "share"] == pytest.approx(by_hand / whole, rel=ROUNDING)
    assert table["share"].sum() == pytest.approx(1, rel=ROUNDING)
    assert table.loc["SI2", "service_name"] == "computer"


def test_an_economy_that_the_file_lacks_makes_the_composition_partial(services):
    table = composition(services, region(["KAZ", "DEU"]), 2024, "exports")
    assert table[["members", "covered", "partial", "missing"]].drop_duplicates().to_numpy().tolist() == [
        [2, 1, True, "DEU"]
    ]
    alone = composition(services, region("KAZ"), 2024, "exports")
    assert table["value"].tolist() == alone["value"].tolist()
    assert not alone["partial"].any()


def test_a_region_without_data_has_no_composition(services):
    table = composition(services, region("DEU"), 2024, "exports")
    assert table["value"].isna().all()
    assert table["share"].isna().all()
    assert table["covered"].eq(0).all()


def test_a_negative_part_leaves_no_shares(services):
    # Insurance imports of Lao PDR are negative in 2005; within ASEAN's total they are a small deduction.
    lao = composition(services, region("LAO"), 2005, "imports").set_index("service")
    assert lao.loc["SF", "value"] < 0
    assert lao["share"].isna().all()
    assert composition(services, ASEAN, 2005, "imports")["share"].sum() == pytest.approx(1, rel=ROUNDING)


def test_a_total_needs_both_flows_and_zeros_alone_are_no_report():
    frame = synthetic(
        {
            ("KAZ", 2024, "exports"): (1, 3),
            ("KAZ", 2024, "imports"): (2, 2),
            ("UZB", 2024, "exports"): (5, 0),
            ("UZB", 2024, "imports"): (0, 0),
        }
    )
    total = composition(frame, region(["KAZ", "UZB"]), 2024, "total")
    assert total["value"].tolist() == [3, 5]
    assert total["missing"].tolist() == ["UZB", "UZB"]
    exports = composition(frame, region(["KAZ", "UZB"]), 2024, "exports")
    assert exports["value"].tolist() == [6, 3]
    assert not exports["partial"].any()


def test_advantage_by_hand():
    # Kazakhstan 30 of 40 in insurance, the World 100 of 400: 0.75 / 0.25 = 3; computer 0.25 / 0.75 = 1/3.
    # With Uzbekistan (10, 50) the region has 40 of 100 and 60 of 100: 1.6 and 0.8.
    frame = two_flows({("KAZ", 2024): (30, 10), ("UZB", 2024): (10, 50), ("WLD", 2024): (100, 300)})
    table = balassa(frame, region(["KAZ", "UZB"]), 2024)
    assert table.loc[table["iso3"] == "KAZ", "advantage"].tolist() == pytest.approx([3, 1 / 3], rel=ROUNDING)
    assert table.loc[table["iso3"].isna(), "advantage"].tolist() == pytest.approx([1.6, 0.8], rel=ROUNDING)
    assert table.loc[table["iso3"].isna(), "name"].unique().tolist() == ["Kazakhstan and Uzbekistan"]


@pytest.mark.parametrize("flow", ["exports", "imports", "total"])
def test_advantages_weighted_by_the_world_average_one(services, flow):
    table = balassa(services, ASEAN, 2024, flow)
    assert len(table) == 8 * 11
    mean = (table["world_share"] * table["advantage"]).groupby(table["name"]).sum()
    assert mean.tolist() == pytest.approx([1] * 11, rel=ROUNDING)


def test_world_shares_come_from_the_world(services):
    table = balassa(services, CAREC, 2024)[lambda frame: frame["iso3"].isna()].set_index("service")
    world = services[services["reporter"].eq("WLD") & services["year"].eq(2024) & services["flow"].eq("exports")]
    expected = world.set_index("service")["value"] / world_total("exports").set_index("year").loc[2024, "value"]
    assert table["world_share"].tolist() == pytest.approx(expected[SERVICES].tolist(), rel=ROUNDING)


def test_advantage_is_missing_for_a_negative_part_and_a_missing_member(services):
    table = balassa(services, region(["LAO", "DEU"]), 2005, "imports")
    assert table["advantage"].isna().all()
    assert table["missing"].eq("DEU").all()


def test_shift_share_by_hand():
    # World 100 + 100 to 150 + 250: g = 400/200 - 1 = 1; insurance g = 0.5, computer g = 1.5.
    # Insurance 20 to 40: world 20, mix 20 (0.5 - 1) = -10, competitive 40 - 20 * 1.5 = 10; sum 20.
    # Computer 10 to 20: world 10, mix 10 (1.5 - 1) = 5, competitive 20 - 10 * 2.5 = -5; sum 10.
    frame = two_flows(
        {("KAZ", 2010): (20, 10), ("KAZ", 2020): (40, 20), ("WLD", 2010): (100, 100), ("WLD", 2020): (150, 250)}
    )
    table = shift_share(frame, region("KAZ"), 2010, 2020, "exports")
    assert table["world_growth"].tolist() == [20, 10]
    assert table["service_mix"].tolist() == [-10, 5]
    assert table["competitive"].tolist() == [10, -5]
    assert table["change"].tolist() == [20, 10]


@pytest.mark.parametrize("flow", ["exports", "imports", "total"])
@pytest.mark.parametrize("area", [CAREC, ASEAN], ids=["CAREC", "ASEAN"])
def test_shift_share_adds_up_to_the_change_of_the_region(services, area, flow):
    table = shift_share(services, area, 2005, 2025, flow)
    parts = table[["world_growth", "service_mix", "competitive"]].sum(axis="columns")
    assert parts.tolist() == pytest.approx(table["change"].tolist(), rel=1e-9)  # the parts exceed the change manifold
    total = regional_total(trade("delivered", flow), area).set_index("year")["value"]
    # 22 reporter-flows of eight parts, each printed to ten digits.
    assert table["change"].sum() == pytest.approx(total[2025] - total[2005], abs=22 * PRINTED)


amounts = st.floats(0.1, 1e5)
pair = st.tuples(amounts, amounts)


@settings(max_examples=30, deadline=None)
@given(pair, pair, pair, pair)
def test_shift_share_adds_up(start, end, world_start, world_end):
    frame = two_flows({("KAZ", 2010): start, ("KAZ", 2020): end, ("WLD", 2010): world_start, ("WLD", 2020): world_end})
    table = shift_share(frame, region("KAZ"), 2010, 2020, "total")
    parts = table[["world_growth", "service_mix", "competitive"]]
    # Rounding is relative to the largest part, which the World's growth can make far larger than the change.
    tolerance = ROUNDING * max(1, parts.abs().max(axis=None), table[["first", "last"]].max(axis=None))
    assert parts.sum(axis="columns").tolist() == pytest.approx(table["change"].tolist(), abs=tolerance)


@settings(max_examples=30, deadline=None)
@given(pair, pair)
def test_for_the_world_itself_the_mix_nets_out_and_nothing_is_competitive(start, end):
    frame = two_flows({("KAZ", 2010): start, ("KAZ", 2020): end, ("WLD", 2010): start, ("WLD", 2020): end})
    table = shift_share(frame, region("KAZ"), 2010, 2020, "exports")
    tolerance = ROUNDING * (sum(start) + sum(end))
    assert table["competitive"].tolist() == pytest.approx([0, 0], abs=tolerance)
    assert table["service_mix"].sum() == pytest.approx(0, abs=tolerance)


def test_a_region_that_grows_as_the_world_has_no_competitive_part():
    frame = two_flows(
        {("KAZ", 2010): (2, 8), ("KAZ", 2020): (3, 20), ("WLD", 2010): (100, 100), ("WLD", 2020): (150, 250)}
    )
    assert shift_share(frame, region("KAZ"), 2010, 2020, "exports")["competitive"].tolist() == [0, 0]


def test_shift_share_covers_those_with_data_in_both_years():
    frame = two_flows(
        {
            ("KAZ", 2010): (20, 10),
            ("KAZ", 2020): (40, 20),
            ("UZB", 2020): (7, 7),
            ("TJK", 2010): (5, 5),
            ("WLD", 2010): (100, 100),
            ("WLD", 2020): (150, 250),
        }
    )
    table = shift_share(frame, region(["KAZ", "UZB", "TJK"]), 2010, 2020, "exports")
    assert table["first"].tolist() == [20, 10]
    assert table["last"].tolist() == [40, 20]
    assert table[["members", "covered", "partial", "missing"]].to_numpy().tolist() == [[3, 1, True, "UZB, TJK"]] * 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda frame: composition(frame, CAREC, 2024, "balance"),
            "no flow 'balance': use one of total, exports, imports",
        ),
        (lambda frame: composition(frame, CAREC, 2030, "total"), "no year 2030: it covers 2005 to 2025"),
        (lambda frame: balassa(frame, CAREC, 2004), "no year 2004"),
        (
            lambda frame: shift_share(frame, CAREC, 2020, 2020, "total"),
            r"first year \(2020\) must come before the last",
        ),
    ],
)
def test_bad_input_is_told_in_a_sentence(services, call, message):
    with pytest.raises(InputError, match=message):
        call(services)
