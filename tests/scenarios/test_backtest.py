from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    METHODS,
    accuracy,
    backtest,
    better_rivals,
    calibration,
    fit_baseline,
    origins,
    widening,
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
    assert set(totals["method"]) == {"shrunken_drift", "own_drift", "no_change"}
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


def test_widening_by_hand():
    # Ten errors 0.1, 0.2, ... 1.0 lie inside both bands: nothing to widen, and nothing is narrowed.
    inside = [step / 10 for step in range(1, 11)]
    assert widening(_frame(inside), "own_drift") == 1.0
    # Times 3: eight of ten lie within 2.4, so the 80% band of 1 must grow by 2.4; the 95% band of 2 must reach the
    # largest, 3.0 / 2 = 1.5.
    wide = _frame([3 * error for error in inside])
    table = calibration(wide, "own_drift").set_index("level")
    assert table["factor"].to_dict() == pytest.approx({80: 2.4, 95: 1.5})
    # 0.3, 0.6 and 0.9 lie inside the 80% band of 1; with 1.2, 1.5 and 1.8 also inside the 95% band of 2.
    assert table["measured"].to_dict() == pytest.approx({80: 0.3, 95: 0.6})
    assert widening(wide, "own_drift") == pytest.approx(2.4)


def test_widened_bands_cover_at_least_the_nominal_share(forecasts):
    factor = widening(forecasts, "shrunken_drift")
    own = forecasts[forecasts["method"] == "shrunken_drift"].copy()
    for level in (80, 95):
        for side in ("low", "high"):
            column = f"{side}_{level}"
            own[column] = own["forecast"] + factor * (own[column] - own["forecast"]) * (1 + 1e-12)
    table = accuracy(own)
    assert (table["coverage_80"] >= 0.80).all() and (table["coverage_95"] >= 0.95).all()


def test_better_rivals_are_named_on_common_forecasts():
    both = pd.concat([_frame([1.0, 1.0]), _frame([0.5, 0.5], "theta"), _frame([2.0], "damped_trend")])
    table = better_rivals(both, "own_drift")
    assert list(table["method"]) == ["theta"]
    assert (table["mase"].item(), table["mase_chosen"].item()) == (0.5, 1.0)
    assert better_rivals(both, "theta").empty


def test_too_short_a_series_and_a_missing_method_are_refused(make_series, forecasts):
    short = make_series({"KAZ": [1.0, 2.0, 3.0, 4.0]}, first=2014)
    with pytest.raises(InputError, match="the series of Kazakhstan to 2017 are too short for a backtest"):
        backtest(short, [region(["KAZ"])])
    with pytest.raises(InputError, match="no forecasts by naive"):
        widening(forecasts, "naive")


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
    # Of the two that have a width the errors are half of the 80% band and a quarter of the 95% band.
    assert calibration(both, "own_drift")["factor"].tolist() == pytest.approx([0.5, 0.25])
    assert widening(still, "own_drift") == 1.0
