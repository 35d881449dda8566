import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import (
    EQUATION,
    expected_trade,
    interval_coverage,
    members_expected,
    trade_panel,
    with_covariates,
)
from carec_digital_trade.gap.expected import _spread
from carec_digital_trade.gap.fitting import leave_one_out_ols
from carec_digital_trade.gap.sample import estimation_sample
from carec_digital_trade.regions import region

LEVEL = 0.9
WITH_INTERNET = with_covariates(EQUATION, ["internet_users_pct"])
NUMBERS = ["actual", "expected", "low", "high", "actual_over_expected", "ratio_low", "ratio_high"]


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_interval_covers_left_out_economies(truth, estimator):
    table = expected_trade(truth.panel(seed=21), 2021, WITH_INTERNET, estimator, LEVEL)
    assert 0.85 <= interval_coverage(table)["coverage"].iloc[0] <= 0.95
    inside = table["actual"].between(table["low"], table["high"])
    assert inside.mean() == interval_coverage(table)["coverage"].iloc[0]


def test_interval_covers_economies_that_no_fit_has_seen(truth):
    """The first 150 economies make prediction and spread; the other 850 play no part in either."""
    panel = truth.panel(seed=22, economies=1000)
    codes = panel["iso3"].unique()
    seen = panel[panel["iso3"].isin(codes[:150])]
    table = expected_trade(seen, 2021, WITH_INTERNET)
    low, high = ((table[end] / table["expected"]).median() for end in ("low", "high"))
    sample, everyone = (estimation_sample(each, WITH_INTERNET, "ols") for each in (seen, panel))
    fit = np.linalg.lstsq(sample.regressors, np.log(sample.rows["trade"]), rcond=None)[0]
    ratio = (everyone.rows["trade"] / np.exp(everyone.regressors @ fit))[everyone.rows["year"] == 2021]
    unseen = ratio[~everyone.rows["iso3"].isin(codes[:150])]
    assert len(unseen) == 850
    assert 0.85 <= unseen.between(low, high).mean() <= 0.95


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_expected_trade_is_not_biased(truth, estimator):
    table = expected_trade(truth.panel(seed=23, economies=400, own=0.4), 2021, WITH_INTERNET, estimator)
    # OLS predicts the median, PPML the mean; the spread of 0.5 over 400 economies leaves some 0.03.
    centre = table["actual_over_expected"].median() if estimator == "ols" else table["actual_over_expected"].mean()
    assert centre == pytest.approx(1, abs=0.1)


def test_spread_of_a_case_worked_by_hand():
    # Ten ratios and level 0.8: rank 10 x 0.1 = 1 from either end of the nine others. An economy inside sees 1 and 10;
    # the lowest sees 2 to 10, and the highest 1 to 9, since neither judges itself.
    ratios = np.array([3.0, 1, 2, 10, 4, 5, 6, 7, 8, 9])
    low, high = _spread(ratios, 0.8)
    assert low.tolist() == [1, 2, 1, 1, 1, 1, 1, 1, 1, 1]
    assert high.tolist() == [10, 10, 10, 9, 10, 10, 10, 10, 10, 10]


def test_an_economys_own_trade_does_not_move_what_is_expected_of_it():
    panel = trade_panel()
    moved = panel.assign(trade=panel["trade"].where(panel["iso3"] != "KAZ", 7 * panel["trade"]))
    for estimator in ("ols", "ppml"):
        before, after = (
            expected_trade(each, estimator=estimator).set_index("iso3").loc["KAZ"] for each in (panel, moved)
        )
        assert after["expected"] == pytest.approx(before["expected"], rel=1e-8)
        assert after["actual_over_expected"] == pytest.approx(7 * before["actual_over_expected"])


def test_columns_belong_together():
    shown = expected_trade(trade_panel(), equation=WITH_INTERNET).dropna(subset=["actual"])
    np.testing.assert_allclose(shown["actual_over_expected"], shown["actual"] / shown["expected"])
    np.testing.assert_allclose(shown["ratio_low"], shown["actual"] / shown["high"])
    np.testing.assert_allclose(shown["ratio_high"], shown["actual"] / shown["low"])
    assert (shown["position"] == "below").equals(shown["ratio_high"] < 1)
    assert (shown["position"] == "above").equals(shown["ratio_low"] > 1)
    assert shown["percentile"].min() == 0
    assert shown.sort_values("actual_over_expected")["percentile"].is_monotonic_increasing


def test_the_last_year_with_every_regressor_is_shown_and_marked():
    panel = trade_panel()
    base = expected_trade(panel).set_index("iso3")
    assert (base.loc["AFG", "year_used"], base.loc["AFG", "note"]) == (2023, "2023 is shown: no GDP in 2024")
    assert (base.loc["KAZ", "year_used"], base.loc["KAZ", "note"]) == (2024, "")
    internet = expected_trade(panel, equation=WITH_INTERNET).set_index("iso3")
    assert internet.loc["MMR", "year_used"] == 2023
    assert internet.loc["KGZ", "note"] == "2023 is shown: no internet use in 2024"
    assert internet.loc["TKM", "note"] == "not shown: no internet use from 2021 to 2024"
    assert internet.loc["TKM", NUMBERS].isna().all()
    assert base.loc["TWN", "note"] == "not shown: no population and GDP from 2021 to 2024"
    # The prediction of a year that is carried on is that year's own.
    earlier = expected_trade(panel, 2023, WITH_INTERNET).set_index("iso3")
    assert internet.loc["KGZ", "expected"] == earlier.loc["KGZ", "expected"]


def test_trade_that_is_not_positive():
    # Tuvalu's deliverable exports are 1 in 2017 and 0 in the years after it.
    panel = trade_panel("deliverable", "exports")
    notes = {year: expected_trade(panel, year).set_index("iso3").loc["TUV", "note"] for year in (2020, 2021)}
    assert notes[2020] == "2017 is shown: no positive trade together with every regressor in 2020"
    assert notes[2021] == "not shown: no positive trade together with every regressor from 2018 to 2021"
    counted = expected_trade(panel, 2021, estimator="ppml").set_index("iso3").loc["TUV"]
    assert (counted["year_used"], counted["actual_over_expected"]) == (2021, 0)


@pytest.mark.parametrize("measure", ["delivered", "deliverable"])
def test_regions_nobody_prepared_in_many_years(measure):
    panel = trade_panel(measure)
    for year in panel.dropna(subset=["trade", "gdp_current_usd"])["year"].unique()[::3]:
        expected = expected_trade(panel, int(year))
        for spec in (["KAZ", "KGZ", "ARM", "BLR", "RUS"], ["IND", "BGD", "LKA", "NPL"]):
            rows = members_expected(expected, region(spec))
            assert rows["iso3"].tolist() == spec
            assert (rows["actual"].notna() | (rows["note"] != "")).all()


def test_coverage_counts_each_economy_once_in_each_division():
    table = interval_coverage(expected_trade(trade_panel()))
    assert table.groupby("by")["economies"].sum().nunique() == 1
    assert table.groupby("by")["inside"].sum().nunique() == 1
    np.testing.assert_allclose(table["coverage"], table["inside"] / table["economies"])
    assert table["group"].tolist() == ["all", *["lower third", "middle third", "upper third"] * 2]


def test_leave_one_out_is_what_expected_trade_shows():
    panel = trade_panel()
    sample = estimation_sample(panel, EQUATION, "ols")
    fits = leave_one_out_ols(np.log(sample.rows["trade"].to_numpy()), sample.regressors, sample.clusters)
    index = (sample.regressors * fits[sample.clusters]).sum(axis=1)
    ours = pd.Series(np.exp(index[sample.rows["year"] == 2024]), sample.rows.loc[sample.rows["year"] == 2024, "iso3"])
    table = expected_trade(panel).set_index("iso3")["expected"]
    np.testing.assert_allclose(table[ours.index], ours)


def test_refusals():
    panel = trade_panel()
    with pytest.raises(
        InputError, match="no economy has trade and all regressors from 2027 to 2030: choose a year from"
    ):
        expected_trade(panel, 2030)
    with pytest.raises(InputError, match=r"level must lie between 0 and 1, such as 0\.9, not 90"):
        expected_trade(panel, level=90)
    with pytest.raises(InputError, match=r"of level 0\.999 needs 2000 economies and 185 can be shown: lower the level"):
        expected_trade(panel, level=0.999)
    with pytest.raises(
        InputError, match=r"no member of Turkmenistan has an expected trade \(TKM: not shown: no internet use from 2021"
    ):
        members_expected(expected_trade(panel, equation=WITH_INTERNET), region(["TKM"]))
