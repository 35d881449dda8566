"""Trade against the world, the population and the economy."""

import csv
import math

import pandas as pd
import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import (
    per_gdp,
    per_person,
    regional_ratio,
    regional_total,
    trade,
    world_share,
    world_total,
)
from carec_digital_trade.paths import bundled
from carec_digital_trade.regions import region

CAREC, ASEAN = region("CAREC"), region("ASEAN")
ROUNDING = 1e-12
"""Relative: a few operations on doubles."""


def rows(table):
    with (bundled("data") / "raw" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def panel(code, year, column):
    return next(float(row[column]) for row in rows("panel") if (row["iso3"], row["year"]) == (code, str(year)))


def synthetic(year, **values):
    frame = pd.DataFrame({"iso3": list(values), "value": list(values.values())})
    return frame.assign(year=year, flow="total", measure="delivered", unit="USD million")


def test_world_is_the_sum_over_services_in_the_raw_file():
    world = [row for row in rows("delivered_services") if row["reporter"] == "WLD" and row["year"] == "2024"]
    by_hand = {
        flow: math.fsum(float(row["value"]) for row in world if row["flow"] == flow) for flow in ("exports", "imports")
    }
    by_hand["total"] = by_hand["exports"] + by_hand["imports"]
    assert len(world) == 16  # eight services, two flows
    for flow, expected in by_hand.items():
        table = world_total(flow).set_index("year")["value"]
        assert list(table.index) == list(range(2005, 2026))
        assert table[2024] == pytest.approx(expected, rel=ROUNDING)


@pytest.mark.parametrize("flow", ["exports", "imports"])
def test_world_is_a_little_more_than_the_economies_that_report(flow):
    # Some economies are not in the file; their part of the world is below two parts in a thousand in every year.
    economies = trade("delivered", flow).groupby("year")["value"].sum()
    ratio = economies / world_total(flow).set_index("year")["value"]
    assert ratio.between(0.998, 1).all()


def test_world_share_is_total_over_world():
    frame = world_share(trade("delivered", "exports"), ASEAN)
    total, world = regional_total(trade("delivered", "exports"), ASEAN), world_total("exports")
    assert (frame["share"] == total["value"] / world["value"]).all()
    assert frame["share"].between(0, 1).all()
    assert list(frame.columns) == ["year", "value", "world", "share", "members", "covered", "partial", "missing"]


def test_deliverable_trade_has_no_world_and_so_no_share_of_it():
    frame = world_share(trade("deliverable", "total"), CAREC, [2015, 2020])
    assert frame["year"].tolist() == [2015, 2020]
    assert frame[["world", "share"]].isna().all(axis=None)
    assert frame["value"].notna().all()


def test_per_person_by_hand():
    # Kazakhstan 2020: USD million times a million over persons, both read from the raw files.
    value = sum(float(row["value"]) for row in rows("delivered") if (row["iso3"], row["year"]) == ("KAZ", "2020"))
    row = per_person(trade("delivered", "total"), region("KAZ"), 2020).iloc[0]
    assert row["value"] == pytest.approx(value * 1_000_000 / panel("KAZ", 2020, "population"), rel=ROUNDING)
    assert (row["denominator_year"], row["unit"], row["name"]) == (2020, "USD per person", "Kazakhstan")


def test_per_gdp_by_hand():
    # USD 100 million over a GDP of D dollars is 100 * 100e6 / D per cent.
    row = per_gdp(synthetic(2024, KAZ=100.0), region("KAZ"), 2024).iloc[0]
    assert row["value"] == pytest.approx(1e10 / panel("KAZ", 2024, "gdp_current_usd"), rel=ROUNDING)
    assert row["unit"] == "% of GDP"


def test_afghanistan_takes_its_last_gdp_and_says_so():
    table = per_gdp(trade("delivered", "total"), CAREC, 2024).set_index("iso3")
    assert table.loc["AFG", "denominator"] == panel("AFG", 2023, "gdp_current_usd")
    assert table["denominator_year"].drop("AFG").eq(2024).all()
    assert table.loc["AFG", "denominator_year"] == 2023
    ratio = regional_ratio(per_gdp(trade("delivered", "total"), CAREC, 2024)).iloc[0]
    assert (ratio["denominator_from"], ratio["denominator_to"], ratio["covered"]) == (2023, 2024, 11)


def test_trade_of_2025_takes_the_population_of_2024():
    table = per_person(trade("delivered", "total"), CAREC, [2024, 2025])
    assert table["denominator_year"].eq(2024).all()
    by_year = table.pivot(index="iso3", columns="year", values="denominator")
    assert (by_year[2024] == by_year[2025]).all()


@pytest.mark.parametrize(("year", "found"), [(2027, True), (2028, False)])
def test_a_denominator_is_at_most_three_years_old(year, found):
    # The panel ends in 2024.
    row = per_person(synthetic(year, KAZ=1.0), region("KAZ"), year).iloc[0]
    assert math.isfinite(row["value"]) is found


def test_regional_ratio_is_sum_over_sum_of_those_that_have_both():
    # Taiwan is in the WTO's file and not in the World Bank's panel; Uzbekistan has no trade here.
    frame = synthetic(2024, KAZ=40.0, TJK=2.0, TWN=900.0, UZB=math.nan)
    row = regional_ratio(per_person(frame, region(["KAZ", "TJK", "TWN", "UZB"]), 2024)).iloc[0]
    people = panel("KAZ", 2024, "population") + panel("TJK", 2024, "population")
    assert row["value"] == pytest.approx(42e6 / people, rel=ROUNDING)
    assert (row["members"], row["covered"], row["partial"], row["missing"]) == (4, 2, True, "TWN, UZB")


def test_regional_ratio_lies_between_its_members():
    levels = per_person(trade("delivered", "total"), ASEAN)
    members = levels.groupby("year")["value"]
    ratio = regional_ratio(levels).set_index("year")["value"]
    assert (ratio > members.min()).all()
    assert (ratio < members.max()).all()


def test_regional_ratio_of_nobody_is_missing():
    row = regional_ratio(per_person(trade("deliverable", "total"), region("TKM"), 2020)).iloc[0]
    assert math.isnan(row["value"])
    assert (row["covered"], row["partial"]) == (0, True)


def test_table_1_can_be_put_per_person():
    ratio = regional_ratio(per_person(load("table1"), CAREC)).iloc[0]
    people = math.fsum(panel(code, 2024, "population") for code in CAREC.members)
    assert ratio["value"] == pytest.approx(421_527e6 / people, rel=ROUNDING)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: world_total("balance"), "no flow 'balance': use one of total, exports, imports"),
        (lambda: world_share(trade("delivered", "balance"), CAREC), "no flow 'balance'"),
        (
            lambda: per_person(trade("delivered", "total").assign(unit="USD billion"), CAREC, 2024),
            "is in 'USD billion': convert it to 'USD million'",
        ),
        (lambda: per_gdp(trade("delivered", "total"), CAREC, 2030), "no year 2030: it covers 2005 to 2025"),
    ],
)
def test_bad_input_is_told_in_a_sentence(call, message):
    with pytest.raises(InputError, match=message):
        call()
