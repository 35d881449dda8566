import pandas as pd
import pytest

from carec_digital_trade import gap, metrics, readiness
from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.overturning import Headline, what_overturns
from carec_digital_trade.regions import Region, region

ONE, TWO = Region("One", ("KAZ", "GEO"), 2024), Region("Two", ("MYS", "THA"), 2024)
TRADE = {
    # One has 5 in 2023 and 11 in 2024, Two 8 and 8: it is Kazakhstan's 9 of 2024 that make One the larger.
    2023: {"KAZ": 3, "GEO": 2, "MYS": 4, "THA": 4},
    2024: {"KAZ": 9, "GEO": 2, "MYS": 4, "THA": 4},
    2025: {"KAZ": 9, "GEO": None, "MYS": 5, "THA": 3},
}


def traded(values):
    rows = [(year, code, value) for year, cells in values.items() for code, value in cells.items()]
    return pd.DataFrame(rows, columns=["year", "iso3", "value"]).astype({"value": float})


def told(setting):
    """Say who trades more in the made figures."""
    totals = [sum(TRADE[setting.year][code] or 0 for code in each.members) for each in setting.regions]
    return "region" if totals[0] > totals[1] else "benchmark"


def test_a_headline_that_hangs_on_one_member_and_one_year():
    known = traded(TRADE).dropna()[["iso3", "year"]]
    found = what_overturns({"size": Headline(told, known)}, (ONE, TWO), 2024)
    without = ["without Kazakhstan", "without Georgia", "without Malaysia", "without Thailand"]
    assert found["change"].tolist() == ["as asked", *without, "in 2023", "in 2025"]
    turning = found.loc[found["overturns"], "change"].tolist()
    assert turning == ["without Kazakhstan", "in 2023"]
    assert found.loc[found["key"] == "without_member", "iso3"].tolist() == ["KAZ", "GEO", "MYS", "THA"]


def test_the_last_year_of_all_members_is_told_where_it_is_another():
    known = pd.DataFrame([(code, year) for code in ("KAZ", "GEO", "MYS", "THA") for year in (2019, 2020, 2023, 2024)])
    known = known.set_axis(["iso3", "year"], axis=1)
    known = known[~((known["iso3"] == "GEO") & (known["year"] > 2020))]

    def latest(setting):
        return "latest" if setting.latest else str(setting.year)

    found = what_overturns({"it": Headline(latest, known, carries=True)}, (ONE, TWO), 2024, (ONE, TWO))
    years = found.set_index("key")[["change", "verdict"]]
    assert years.loc["last_full_year"].tolist() == ["in 2020, the last year of all members", "2020"]
    assert years.loc["latest_figures"].tolist() == ["with the latest figures of Georgia", "latest"]
    assert "year_after" not in years.index


def test_what_cannot_be_told_overturns_nothing():
    def refused(setting):
        if len(setting.regions[0].members) < 2:
            raise InputError("too few")
        return "region"

    found = what_overturns({"it": Headline(refused)}, (ONE, TWO), 2024)
    assert found.loc[found["iso3"].isin(ONE.members), "overturns"].isna().all()
    assert not found.loc[found["iso3"].isin(TWO.members), "overturns"].any()
    nothing = what_overturns({"it": Headline(lambda _: "")}, (ONE, TWO), 2024)
    assert nothing["overturns"].isna().all()


def test_a_single_member_stays():
    found = what_overturns({"it": Headline(lambda _: "region")}, (Region("K", ("KAZ",), 2024), TWO), 2024)
    assert found["iso3"].dropna().tolist() == ["MYS", "THA"]


@pytest.fixture(scope="module")
def regions():
    return region("CAREC"), region("ASEAN")


def test_population_opens_the_gap_without_the_giants_only_while_afghanistan_is_left_out(regions):
    kept = gap.without_dominant(regions, gap.economy_sizes(gap.trade_panel(), 2024))
    found = what_overturns({"factor": gap.largest_factor()}, regions, 2024, kept).set_index("key")["verdict"]
    assert found["as_asked"] == found["latest_figures"] == found["year_before"] == "region: trade_per_gdp"
    assert found["without_dominant"] == "region: population"
    assert found["without_dominant_latest"] == "region: gdp_per_person"
    for year in range(2019, 2024):  # with Afghanistan's figures
        parts = gap.opening_parts(gap.decompose(*kept, year))
        assert parts.idxmax() == "gdp_per_person"


def test_singapore_decides_who_trades_more(regions):
    found = what_overturns({"size": metrics.trades_more(metrics.trade("delivered", "total"))}, regions, 2024)
    assert found.loc[found["overturns"], "iso3"].tolist() == ["SGP"]


def test_two_cells_turn_the_order_of_the_law(regions):
    drawn = readiness.uncertainty(readiness.components(load("cyberlaw")), regions, draws=300)
    cells = readiness.turning_cells(drawn, readiness.codings(load("law_statements"), load("cyberlaw")))
    found = what_overturns({"law": readiness.leading_law(drawn, cells)}, regions, 2024)
    first = found[found["overturns"]].iloc[0]
    assert (first["key"], first["verdict"]) == ("two_cells", "benchmark")
    assert first["change"] == "BRN_privacy_data_protection_and_SGP_consumer_protection"
    # A member left out of the headline is left out of the draws.
    codes = ("PAK", "AFG")
    less = [Region("CAREC", tuple(code for code in regions[0].members if code not in codes), 2024), regions[1]]
    leads = readiness.uncertainty(readiness.components(load("cyberlaw")), less, draws=300).leads["leads"]
    assert leads[0] > leads[1]
