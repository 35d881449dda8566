"""Trade of members and regions, against the raw CSV and the article's printed totals."""

import csv
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import by_member, members, regional_total, trade, years
from carec_digital_trade.paths import bundled
from carec_digital_trade.regions import region

CAREC, ASEAN = region("CAREC"), region("ASEAN")
SUM = 1e-12
"""Relative: sums of at most 21 doubles, taken in another order."""


def raw(table):
    """Read (iso3, year, flow) to value with the csv module alone."""
    with (bundled("data") / "raw" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return {(row["iso3"], int(row["year"]), row["flow"]): float(row["value"]) for row in csv.DictReader(file)}


def value_of(frame, code, year):
    return frame.loc[(frame["iso3"] == code) & (frame["year"] == year), "value"].item()


def synthetic(values, year=2024):
    frame = pd.DataFrame({"iso3": list(values), "value": list(values.values())})
    return frame.assign(year=year, flow="total", measure="delivered", unit="USD million")


@pytest.mark.parametrize(
    ("spec", "exclude", "printed"),
    [("CAREC", [], 421527), ("ASEAN", [], 548462), ("CAREC", ["CHN"], 35763), ("ASEAN", ["SGP"], 178641)],
)
def test_totals_of_table_1_are_the_printed_ones(spec, exclude, printed):
    total = regional_total(load("table1"), region(spec, exclude=exclude))
    assert total["value"].tolist() == [printed]
    assert not total["partial"].any()


@pytest.mark.parametrize("flow", ["exports", "imports"])
@pytest.mark.parametrize("area", [CAREC, ASEAN], ids=["CAREC", "ASEAN"])
def test_regional_totals_are_the_sums_in_the_raw_file(area, flow):
    source = raw("delivered")
    total = regional_total(trade("delivered", flow), area)
    assert total["year"].tolist() == list(range(2005, 2026))
    for row in total.itertuples():
        by_hand = math.fsum(source[code, row.year, flow] for code in area.members)
        assert row.value == pytest.approx(by_hand, rel=SUM)
        assert (row.members, row.covered, row.partial, row.missing) == (len(area.members), len(area.members), False, "")


def test_total_and_balance_are_made_of_both_flows():
    source = raw("delivered")
    exports, imports = source["SGP", 2024, "exports"], source["SGP", 2024, "imports"]
    assert value_of(trade("delivered", "total"), "SGP", 2024) == exports + imports
    assert value_of(trade("delivered", "balance"), "SGP", 2024) == exports - imports


def test_a_zero_that_stands_for_not_reported_makes_the_total_missing():
    # The raw file prints 0 for the exports of the United Arab Emirates in 2005.
    source = raw("delivered")
    assert source["ARE", 2005, "exports"] == 0
    assert source["ARE", 2005, "imports"] > 0
    for flow in ("exports", "total", "balance"):
        assert math.isnan(value_of(trade("delivered", flow), "ARE", 2005))
    assert value_of(trade("delivered", "imports"), "ARE", 2005) == source["ARE", 2005, "imports"]


def test_a_flow_that_is_not_in_the_file_makes_the_total_missing():
    # The deliverable table has the exports of the Kyrgyz Republic in 2022 and no row for its imports.
    source = raw("deliverable")
    assert ("KGZ", 2022, "imports") not in source
    assert math.isnan(value_of(trade("deliverable", "total"), "KGZ", 2022))
    assert value_of(trade("deliverable", "exports"), "KGZ", 2022) == source["KGZ", 2022, "exports"]


def test_namibia_is_there_although_its_code_reads_na():
    assert value_of(trade("delivered", "exports"), "NAM", 2024) == raw("delivered")["NAM", 2024, "exports"]


def test_frame_names_its_flow_measure_and_unit():
    frame = trade("deliverable", "balance")
    assert list(frame.columns) == ["iso3", "year", "flow", "value", "measure", "unit"]
    assert frame[["flow", "measure", "unit"]].drop_duplicates().to_numpy().tolist() == [
        ["balance", "deliverable", "USD million"]
    ]


def test_lao_pdr_is_negative_and_stays_so():
    source = raw("delivered")
    exports, imports = source["LAO", 2006, "exports"], source["LAO", 2006, "imports"]
    assert imports < 0
    assert exports + imports < 0
    assert value_of(trade("delivered", "total"), "LAO", 2006) == exports + imports


@pytest.mark.parametrize(("flow", "year"), [("total", 2006), ("imports", 2005), ("imports", 2006), ("imports", 2007)])
def test_asean_has_a_total_but_no_shares_where_lao_pdr_is_negative(flow, year):
    table = members(trade("delivered", flow), ASEAN, year)
    assert table["share"].isna().all()
    assert table["value"].notna().all()
    assert table.loc[table["iso3"] == "LAO", "rank"].item() == 10
    total = regional_total(trade("delivered", flow), ASEAN, year)["value"].item()
    assert total == pytest.approx(math.fsum(table["value"]), rel=SUM)


def test_members_by_hand():
    # 60 + 30 + 10 = 100; the two without data have no share and no rank and do not enter the sum.
    table = members(synthetic({"KAZ": 30.0, "UZB": 10.0, "CHN": 60.0, "TJK": math.nan}), CAREC, 2024).set_index("iso3")
    assert list(table.index) == list(CAREC.members)
    assert table.loc[["CHN", "KAZ", "UZB"], "share"].tolist() == [0.6, 0.3, 0.1]
    assert table.loc[["CHN", "KAZ", "UZB"], "rank"].tolist() == [1, 2, 3]
    assert table.loc["CHN", "name"] == "China"
    assert table.loc[["TJK", "MNG"], ["value", "share", "rank"]].isna().all(axis=None)


def test_equal_members_share_the_better_rank():
    table = members(synthetic({"KAZ": 5.0, "UZB": 5.0, "CHN": 7.0}), region(["KAZ", "UZB", "CHN"]), 2024)
    assert table["rank"].tolist() == [2, 2, 1]


def test_shares_are_missing_when_the_total_is_zero():
    assert members(synthetic({"KAZ": 0.0, "UZB": 0.0}), region(["KAZ", "UZB"]), 2024)["share"].isna().all()


@pytest.mark.parametrize("area", [CAREC, ASEAN], ids=["CAREC", "ASEAN"])
def test_shares_of_table_1_add_to_one_and_ranks_count_the_members(area):
    table = members(load("table1"), area, 2024)
    assert table["share"].sum() == pytest.approx(1, rel=SUM)
    assert sorted(table["rank"]) == list(range(1, len(area.members) + 1))


def test_partial_total_says_who_is_missing():
    source = raw("deliverable")
    row = regional_total(trade("deliverable", "total"), CAREC, 2023).iloc[0]
    without = [
        code for code in CAREC.members if len({(code, 2023, "exports"), (code, 2023, "imports")} & set(source)) < 2
    ]
    by_hand = math.fsum(
        source[code, 2023, flow] for code in CAREC.members if code not in without for flow in ("exports", "imports")
    )
    assert without == ["KGZ", "AFG", "TKM"]
    assert (row["members"], row["covered"], row["partial"], row["missing"]) == (11, 8, True, "KGZ, AFG, TKM")
    assert row["value"] == pytest.approx(by_hand, rel=SUM)


def test_a_region_without_data_has_a_missing_total_and_not_zero():
    row = regional_total(trade("deliverable", "total"), region("TKM"), [2020]).iloc[0]
    assert math.isnan(row["value"])
    assert (row["members"], row["covered"], row["partial"], row["missing"]) == (1, 0, True, "TKM")


def test_table_of_members_keeps_the_order_asked_for():
    wide = by_member(trade("delivered", "total"), region(["UZB", "KAZ"]), (2024, 2020))
    assert list(wide.columns) == ["UZB", "KAZ"]
    assert list(wide.index) == [2024, 2020]


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(CAREC.members + ASEAN.members), min_size=1, max_size=20))
def test_parts_of_a_region_add_up(chosen):
    whole = CAREC.members + ASEAN.members
    frame = trade("delivered", "exports")
    rest = [code for code in whole if code not in chosen]
    parts = [regional_total(frame, region(part))["value"] for part in (sorted(chosen), rest)]
    pd.testing.assert_series_equal(parts[0] + parts[1], regional_total(frame, region(whole))["value"], rtol=SUM)


def test_years_of_the_measures():
    assert years("delivered") == (2005, 2025)
    assert years("deliverable") == (2010, 2023)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trade("delivred", "total"), "no measure 'delivred': use one of delivered, deliverable; did you mean"),
        (lambda: years("wto"), "no measure 'wto': use one of delivered, deliverable"),
        (
            lambda: trade("delivered", "export"),
            "no flow 'export': use one of total, exports, imports, balance; did you",
        ),
        (lambda: members(load("table1"), CAREC, 2023), "no year 2023: it covers 2024 to 2024"),
        (lambda: regional_total(trade("deliverable", "total"), CAREC, [2023, 2024]), "no year 2024: it covers 2010 to"),
        (lambda: regional_total(load("delivered"), CAREC), "must hold one flow and holds exports, imports"),
        (lambda: regional_total(load("panel"), CAREC), "lacks flow, value, measure, unit: take one from trade"),
        (
            lambda: regional_total(pd.concat([trade("delivered", "total"), trade("deliverable", "total")]), CAREC),
            "must hold one measure and holds delivered, deliverable",
        ),
        (lambda: regional_total(trade("delivered", "total").iloc[:0], CAREC), "must hold one measure and holds none"),
        (
            lambda: regional_total(pd.concat([trade("delivered", "total")] * 2), CAREC),
            "several rows for 2005, AFG: give one row for each year and iso3",
        ),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_region_is_made_and_not_named():
    with pytest.raises(InputError, match=r"'CAREC' is no region: make one with region\('CAREC'\)"):
        members(trade("delivered", "total"), "CAREC", 2024)
