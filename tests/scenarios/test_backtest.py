from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    EVERYBODY,
    METHODS,
    MODELS,
    accuracy,
    backtest,
    better_rivals,
    calibrated,
    calibration,
    differences,
    fit_baseline,
    origins,
    rivals,
    stretches,
)
from carec_digital_trade.scenarios.backtest import LONGEST

SMALL = region(["KAZ", "PAK", "GEO"])


@pytest.fixture(scope="module")
def forecasts(delivered):
    return backtest(delivered, [SMALL], draws=500, first_origin=2020)


def test_scaled_errors_by_hand(make_series):
    # Log growth 0.1 a year from 2005 to 2014, then 0.25 in 2015 and 0.05 in 2016. Seen from 2014 the drift is 0.1 with
    # no shock at all, so the forecasts are +0.1 and +0.2 where +0.25 and +0.30 came: errors 0.15 and 0.10. Scaled by
    # the mean absolute change up to 2014, 0.1, they are 1.5 and 1.0, and their mean is 1.25.
    logs = np.cumsum([0.0] + [0.1] * 9 + [0.25, 0.05])
    series = make_series({"KAZ": np.exp(logs).tolist()})
    found = backtest(series, [region(["KAZ"])], ["own_drift"], draws=50)
    seen = found[(found["origin"] == 2014) & (found["scope"] == "economy")]
    assert list(seen["year"]) == [2015, 2016] and list(seen["horizon"]) == [1, 2]
    assert seen["actual"].to_numpy() == pytest.approx(logs[-2:])
    assert accuracy(seen)["mase"].item() == pytest.approx(1.25)


def test_every_method_forecasts_every_member_origin_and_horizon(forecasts):
    counts = forecasts[forecasts["scope"] == "economy"].groupby("method").size()
    # Origins 2020-2024 with data to 2025: 5 + 4 + 3 + 2 + 1 = 15 forecasts for each of three economies.
    assert set(counts.index) == set(METHODS) and set(counts) == {45}
    totals = forecasts[forecasts["scope"] == "region"]
    assert set(totals["method"]) == {*MODELS, "members_median"}
    assert (totals.groupby("method").size() == 15).all()
    assert forecasts["horizon"].between(1, LONGEST).all()
    assert (forecasts["year"] == forecasts["origin"] + forecasts["horizon"]).all()


def test_only_the_past_is_used(delivered, forecasts):
    changed = delivered.copy()
    changed.loc[changed["year"] > 2020, "value"] *= 3
    again = backtest(changed, [SMALL], draws=500, first_origin=2020)
    keys, own = ["method", "scope", "iso3", "horizon"], ["forecast", "low_95", "high_95", "scale"]
    old, new = (frame[frame["origin"] == 2020].sort_values(keys).reset_index(drop=True) for frame in (forecasts, again))
    pd.testing.assert_frame_equal(old[own], new[own])
    assert (old["actual"] != new["actual"]).all()


def test_bounds_are_those_of_the_baseline(delivered, forecasts):
    row = forecasts.query("method == 'shrunken_drift' and iso3 == 'PAK' and origin == 2022 and horizon == 1").iloc[0]
    fitted = fit_baseline(delivered, SMALL.members, "shrunken_drift", until=2022)
    step = fitted.drifts.residuals[1] + fitted.start[1] + fitted.drifts.drift[1]
    # The drift's own error moves the bounds beyond the smallest and the largest shock a little.
    assert step.min() - 0.2 < row["low_95"] < row["low_80"] < row["forecast"] < row["high_80"] < row["high_95"]
    assert row["high_95"] < step.max() + 0.2
    assert row["forecast"] == pytest.approx(np.median(step), abs=0.05)  # 500 draws of a shock of 0.12


def test_regional_total_is_of_the_members_with_data(make_series):
    rng = np.random.default_rng(0)
    one = np.exp(rng.normal(0.1, 0.1, 14).cumsum()).tolist()
    gap = [*one[:10], None, *one[11:]]
    found = backtest(make_series({"KAZ": one, "PAK": gap}), [region(["KAZ", "PAK"])], ["own_drift"], draws=50)
    total = found[(found["scope"] == "region") & (found["origin"] == 2014)].set_index("year")["actual"]
    assert total[2015] == pytest.approx(np.log(one[10]))  # PAK is missing in 2015
    assert total[2016] == pytest.approx(np.log(2 * one[11]))


def _still(values, rival, steps):
    """A rival that takes no time: the last value, with bounds at the standard deviation."""
    mean = np.full(steps, values[-1])
    bounds = mean + np.outer([-1, 1], np.full(steps, values.std()))
    return np.vstack([mean, bounds, bounds]), True


def test_a_value_that_is_not_positive_ends_no_earlier_forecast(make_series, monkeypatch):
    monkeypatch.setattr(import_module("carec_digital_trade.scenarios.backtest"), "rival_forecast", _still)
    rng = np.random.default_rng(2)
    steady, falls = (np.exp(rng.normal(0.1, 0.1, 14).cumsum()).tolist() for _ in range(2))
    negative, missing = ([*falls[:12], value, falls[13]] for value in (-1.0, None))  # in 2017
    regions, methods = [region(["KAZ", "PAK"])], ["own_drift", "no_change", "theta"]
    found, without = (
        backtest(make_series({"KAZ": steady, "PAK": falls}), regions, methods, draws=50)
        for falls in (negative, missing)
    )
    # Seen from 2014 to 2016 the two series are the same; a year whose value has no log is a year without one.
    early = [frame[frame["origin"] < 2017].reset_index(drop=True) for frame in (found, without)]
    pd.testing.assert_frame_equal(*early)
    seen = early[0].query("iso3 == 'PAK' and method == 'own_drift'")
    assert seen.groupby("origin")["year"].apply(list).to_dict() == {
        2014: [2015, 2016, 2018],
        2015: [2016, 2018],
        2016: [2018],
    }
    # From 2017 on the baseline starts the series anew, so there is nothing to forecast it from.
    assert found[(found["origin"] == 2017) & (found["iso3"] == "PAK")].empty


def test_no_change_forecasts_the_latest_value(delivered, forecasts):
    none = forecasts[forecasts["method"] == "no_change"]
    values = delivered[delivered["iso3"].isin(SMALL.members)].pivot(index="year", columns="iso3", values="value")
    latest = np.log(values.assign(total=values.sum(axis=1)))
    by_hand = [latest.at[row.origin, "total" if row.scope == "region" else row.iso3] for row in none.itertuples()]
    assert none["forecast"].to_numpy() == pytest.approx(by_hand)


def _frame(errors, method="own_drift", scope="economy"):
    """Forecasts of 0 with bounds at 1 (80%) and 2 (95%) on either side."""
    rows = {"forecast": 0.0, "low_80": -1.0, "high_80": 1.0, "low_95": -2.0, "high_95": 2.0, "scale": 1.0}
    frame = pd.DataFrame({"actual": errors}).assign(**rows, method=method, scope=scope, region="R", converged=True)
    return frame.assign(iso3="KAZ", origin=2014, horizon=range(len(errors)), year=2015)


def test_accuracy_by_hand():
    table = accuracy(_frame([0.5, -0.5, 1.5, -3.0]))
    assert table["mase"].item() == pytest.approx(5.5 / 4)
    assert table["coverage_80"].item() == pytest.approx(0.5)
    assert table["coverage_95"].item() == pytest.approx(0.75)
    assert table["forecasts"].item() == 4 and table["unconverged"].item() == 0


def test_stretches_by_hand():
    # Ten errors 0.1, 0.2, ... 1.0 and bands at 1 and 2. For 80% the rank is ceil(11 x 0.8) = 9, of 0.9; for 95% it is
    # ceil(11 x 0.95) = 11, beyond the ten, so that band is left as it is, though 1.0 / 2 would hold all.
    inside = _frame([step / 10 for step in range(1, 11)])
    assert calibration(inside, "own_drift")["factor"].tolist() == pytest.approx([0.9, 1.0])
    assert stretches(inside, "own_drift") == (1.0, 1.0)
    # Twenty errors to 1.0: rank ceil(21 x 0.8) = 17 is 0.85; rank ceil(21 x 0.95) = 20 is 1.0, half of the band of 2.
    many = _frame([step / 20 for step in range(1, 21)])
    table = calibration(many, "own_drift").set_index("level")
    assert table["factor"].to_dict() == pytest.approx({80: 0.85, 95: 0.5})
    assert stretches(many, "own_drift") == pytest.approx((0.85, 0.85))
    # Bounds at 0.85 hold the 17 smallest of 20, and bounds at 1.7 all.
    assert table["measured"].to_dict() == table["calibrated"].to_dict() | {80: 1.0}
    assert table.at[80, "calibrated"] == 17 / 20
    # A total three times as wrong has a factor of its own, and all economies have precedence over the region's.
    total, everybody = _frame([3 * step / 20 for step in range(1, 21)], scope="region"), many.assign(scope=EVERYBODY)
    assert stretches(pd.concat([many, total]), "own_drift") == pytest.approx((0.85, 2.55))
    wrong = _frame([2 * step / 20 for step in range(1, 21)])
    assert stretches(pd.concat([wrong, total, everybody]), "own_drift") == pytest.approx((0.85, 2.55))


def test_calibrated_bands_cover_at_least_the_nominal_share(forecasts):
    own = forecasts[forecasts["method"] == "shrunken_drift"]
    table = accuracy(calibrated(own, *stretches(forecasts, "shrunken_drift")))
    assert (table["coverage_80"] >= 0.80).all() and (table["coverage_95"] >= 0.95).all()


def test_better_rivals_are_named_on_common_forecasts():
    both = pd.concat([_frame([1.0, 1.0]), _frame([0.5, 0.5], "theta"), _frame([2.0], "damped_trend")])
    table = better_rivals(both, "own_drift")
    assert list(table["method"]) == ["theta"]
    assert (table["mase"].item(), table["mase_chosen"].item()) == (0.5, 1.0)
    assert better_rivals(both, "theta").empty


def test_the_difference_of_two_methods_has_the_standard_error_of_independent_economies():
    # By economy 0.5 - 1 = -0.5 and 1.5 - 1 = 0.5 and 2 - 1 = 1: the mean is 1/3, their variance (deviations -5/6, 1/6
    # and 4/6) is (25 + 1 + 16) / 36 / 2 = 7/12, and the standard error its root over the root of 3.
    errors = {"KAZ": 0.5, "PAK": 1.5, "GEO": 2.0}
    rivals = [_frame([error, error], "theta").assign(iso3=code) for code, error in errors.items()]
    ours = [_frame([1.0, 1.0]).assign(iso3=code) for code in errors]
    (row,) = differences(pd.concat([*ours, *rivals]), "own_drift").itertuples()
    assert (row.method, row.mase_chosen) == ("theta", 1.0)
    assert (row.difference, row.error) == pytest.approx((1 / 3, np.sqrt(7 / 12 / 3)))


@pytest.mark.slow
def test_the_default_is_the_best_of_all_economies_within_the_standard_error(delivered):
    past = rivals(delivered, region("CAREC"), MODELS)
    beside = differences(past[past["scope"] == EVERYBODY], "shrunken_drift").set_index("method")
    # Mean absolute scaled errors 1.454, 1.450, 1.604 and 2.078: the common drift is not better by more than chance.
    assert beside["mase_chosen"].to_numpy() == pytest.approx(1.454, abs=0.005)
    assert abs(beside.at["common_drift", "difference"]) < beside.at["common_drift", "error"]
    assert (beside["difference"] > 3 * beside["error"])[["own_drift", "no_change"]].all()


@pytest.mark.slow
def test_what_breaks_and_spikes_do_to_the_bands(delivered, monkeypatch):
    everybody = region(sorted(delivered["iso3"].unique()))

    def interval_scores(series):
        # Width, and 2 / alpha times the distance of what lies outside, in typical years' changes.
        past = backtest(series, [everybody], ["shrunken_drift"])
        past = past[(past["scope"] == "economy") & (past["scale"] > 0)]
        past = calibrated(past, *stretches(past, "shrunken_drift"))
        for level, alpha in ((80, 0.2), (95, 0.05)):
            low, high = past[f"low_{level}"], past[f"high_{level}"]
            outside = (low - past["actual"]).clip(lower=0) + (past["actual"] - high).clip(lower=0)
            yield ((high - low + 2 / alpha * outside) / past["scale"]).mean()

    treated = list(interval_scores(delivered))
    drifts = import_module("carec_digital_trade.scenarios.drifts")
    monkeypatch.setattr(drifts, "even_spikes", lambda shocks: (shocks, shocks > np.inf))
    plain = list(interval_scores(delivered.drop(columns="flagged")))
    # 2,000 draws; the figures of the docstring are from 1,000.
    assert treated == pytest.approx([7.92, 12.39], abs=0.05) and plain == pytest.approx([7.94, 12.50], abs=0.05)
    assert treated[0] < plain[0] and treated[1] < plain[1]


def test_the_members_median_is_beaten_in_both_regions(delivered):
    for name, ours, old in (("CAREC", 1.580, 1.624), ("ASEAN", 1.087, 1.118)):
        table = accuracy(backtest(delivered, [region(name)], ["shrunken_drift", "members_median"], draws=500))
        mase = table[table["scope"] == "economy"].set_index("method")["mase"]
        # A hundredth: medians of 500 draws in place of 2,000.
        assert mase.to_dict() == pytest.approx({"shrunken_drift": ours, "members_median": old}, abs=0.01)


def test_too_short_a_series_and_a_missing_method_are_refused(make_series, forecasts):
    short = make_series({"KAZ": [1.0, 2.0, 3.0, 4.0]}, first=2014)
    with pytest.raises(InputError, match="the series of Kazakhstan to 2017 are too short for a backtest"):
        backtest(short, [region(["KAZ"])])
    with pytest.raises(InputError, match="no forecasts by naive"):
        calibration(forecasts, "naive")


def test_a_year_without_any_report_makes_no_row(make_series):
    rng = np.random.default_rng(1)
    values = np.exp(rng.normal(0.1, 0.1, 14).cumsum()).tolist()
    series = make_series({"KAZ": [*values[:11], None, *values[12:]], "PAK": [*values[:11], None, None, None]})
    found = backtest(series, [region(["KAZ", "PAK"])], ["own_drift"], draws=50)
    assert 2016 not in set(found["year"]) and {2015, 2017, 2018} == set(found["year"])
    assert np.isfinite(found[["forecast", "low_95", "high_95"]]).all(axis=None)


def test_origins_are_years_that_can_be_fitted_and_have_a_sequel(make_series):
    values = [1.1**step for step in range(14)]
    # From 2005: six values, five changes, are there in 2010; the first origin looked at is 2014.
    assert origins(make_series({"KAZ": values}), region(["KAZ"])) == [2014, 2015, 2016, 2017]
    late = make_series({"KAZ": [None] * 6 + values[6:], "PAK": values})
    assert origins(late, region(["KAZ"]), first_origin=2005) == [2016, 2017]
    ends = make_series({"KAZ": [*values[:10], None, None, None, None], "PAK": values})
    with pytest.raises(InputError, match="the series of Kazakhstan to 2018 are too short"):
        origins(ends, region(["KAZ"]))


def test_series_that_never_changed_have_no_scale_and_no_width():
    still = _frame([0.0, 0.0]).assign(scale=0.0, low_80=0.0, high_80=0.0, low_95=0.0, high_95=0.0)
    both = pd.concat([still, _frame([0.5, -0.5]).assign(origin=2015)])
    assert accuracy(both)["mase"].item() == pytest.approx(0.5)
    assert accuracy(still)["mase"].isna().all()
    assert calibration(both, "own_drift")["factor"].tolist() == [1.0, 1.0]  # two are too few for either rank
    assert stretches(still, "own_drift") == (1.0, 1.0)
