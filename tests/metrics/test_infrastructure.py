import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import (
    INDICATORS,
    behind,
    infrastructure,
    latest_of_members,
    medians_by_year,
    members_behind,
    rank_correlation,
    regional_medians,
)
from carec_digital_trade.regions import Region, region

ONE, TWO = Region("One", ("KAZ", "GEO"), 2024), Region("Two", ("MYS", "THA"), 2024)


def made(figures, indicator="internet_users"):
    rows = [(code, year, indicator, float(value)) for code, own in figures.items() for year, value in own.items()]
    return pd.DataFrame(rows, columns=["iso3", "year", "indicator", "value"])


def test_figures_are_the_tables():
    table = infrastructure().set_index(["indicator", "iso3", "year"])["value"]
    panel = load("panel").set_index(["iso3", "year"])
    assert table["internet_users", "KAZ", 2020] == panel.at[("KAZ", 2020), "internet_users_pct"]
    prices = load("broadband_prices").set_index(["basket", "iso3", "year"])["value"]
    assert table["fixed_price", "PAK", 2023] == prices["fixed_broadband", "PAK", 2023]
    # Georgia has three exchange points for its people.
    people = panel.at[("GEO", 2024), "population"]
    assert table["exchange_points", "GEO", 2024] == pytest.approx(3e7 / people)
    assert ("mobile_broadband", "VUT", 2023) not in table.index  # implausible
    assert set(table.index.get_level_values("indicator")) == set(INDICATORS)
    # Not listed is not zero.
    assert latest_of_members(infrastructure(), region("CAREC"), "data_centres").set_index("iso3")["value"].isna()["MNG"]
    with pytest.raises(InputError, match="there is no indicator 'internet'"):
        latest_of_members(infrastructure(), ONE, "internet")


def test_of_prices_more_is_worse():
    values, benchmark = pd.Series([1.0, 3.0, np.nan]), pd.Series([1.0, 3.0])  # median 2
    assert behind(values, benchmark, "internet_users").tolist() == [True, False, pd.NA]
    assert behind(values, benchmark, "mobile_price").tolist() == [False, True, pd.NA]
    assert behind(values, pd.Series([np.nan]), "mobile_price").isna().all()


def test_since_when_and_at_what_pace_by_hand():
    # The benchmark's median is 20, 40 and 60. Kazakhstan is behind in 2010, not in 2015, and again in 2020, where it
    # has gained 4 points in five years and is 6 short; Georgia falls.
    figures = {
        "KAZ": {2010: 10, 2015: 50, 2020: 54},
        "GEO": {2010: 15, 2020: 10},
        "MYS": {2010: 20, 2015: 40, 2020: 60},
        "THA": {2010: 20, 2015: 40, 2020: 60},
    }
    found = members_behind(made(figures), ONE, TWO).set_index("iso3")
    kazakhstan, georgia = found.loc["KAZ"], found.loc["GEO"]
    assert (kazakhstan["since"], kazakhstan["pace"]) == (2020, 4 / 5)
    assert kazakhstan["years_to_median"] == pytest.approx(6 / 0.8)
    assert georgia["since"] == 2010
    assert np.isnan(georgia["pace"])  # no figure within five years
    figures["GEO"][2016] = 30
    georgia = members_behind(made(figures), ONE, TWO).set_index("iso3").loc["GEO"]
    assert (georgia["pace"], georgia["years_to_median"]) == (-5, np.inf)


def test_medians_leave_out_years_with_few_members():
    figures = {code: {2020: 10, 2021: 20} for code in ("KAZ", "GEO", "MYS", "THA")}
    own = Region("Three", ("KAZ", "GEO", "MYS"), 2024)
    del figures["KAZ"][2021], figures["GEO"][2021]
    found = medians_by_year(made(figures), [own, TWO])
    assert found[found["region"] == "Three"]["year"].tolist() == [2020]
    assert found[found["region"] == "Two"]["median"].tolist() == [10, 20]
    medians = regional_medians(made(figures), [own]).set_index("indicator")
    assert medians.loc["internet_users", ["median", "covered", "members"]].tolist() == [10, 3, 3]
    assert np.isnan(medians.at["coverage_4g", "median"])


def test_rank_correlation_against_the_formula():
    one, other = pd.Series([1, 2, 3, 4, 5, np.nan]), pd.Series([2, 1, 4, 3, 5, 6])
    found = rank_correlation(one, other)
    # 1 - 6 x (1 + 1 + 1 + 1) / (5 x 24)
    assert found.value == pytest.approx(0.8)
    margin = 1.959964 * np.sqrt((1 + 0.32) / 2)
    assert found.low == pytest.approx(np.tanh(np.arctanh(0.8) - margin))
    assert found.pairs == 5
    assert rank_correlation(one, one).low == pytest.approx(1)
    assert np.isnan(rank_correlation(one, pd.Series([1.0] * 6)).value)
