"""The recipe: from a series to what the levers add, in four calls that give the notebook's number."""

import numpy as np
import pandas as pd
import pytest

from carec_digital_trade import scenarios
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    backtest,
    baseline,
    calibration,
    fit_baseline,
    outcome,
    preset,
    rivals,
    seek_targets,
    simulate,
    target,
    widening,
)

SMALL = region(["KAZ", "PAK", "GEO"])


@pytest.fixture(scope="module")
def fitted(delivered):
    return baseline(delivered, SMALL, seed=3)


def test_a_baseline_is_fitted_tested_and_widened(delivered, fitted):
    plain = fit_baseline(delivered, SMALL.members)
    assert (fitted.start == plain.start).all() and (fitted.drifts.drift == plain.drifts.drift).all()
    past = backtest(delivered, [SMALL], ["shrunken_drift"], seed=3)
    pd.testing.assert_frame_equal(fitted.past, past)
    assert fitted.widening == widening(past, "shrunken_drift")
    assert fitted.latest() == pytest.approx(np.exp(plain.start).sum())


def test_the_backtest_of_several_methods_is_that_of_each(delivered):
    methods = ["shrunken_drift", "own_drift", "no_change"]
    pd.testing.assert_frame_equal(rivals(delivered, SMALL, methods, 3), backtest(delivered, [SMALL], methods, seed=3))


def test_what_was_tested_is_kept_by_what_the_series_hold(delivered, fitted):
    changed = delivered.assign(value=delivered["value"] * (1 + 0.1 * (delivered["year"] == 2020)))
    assert baseline(changed, SMALL, seed=3).widening != fitted.widening
    assert baseline(delivered.copy(), SMALL, seed=3).past.equals(fitted.past)


def test_all_four_levers_act_where_they_can(fitted):
    asked = scenarios.scenario(fitted, SMALL, region("ASEAN"), preset("all_four"))
    assert list(asked.levers) == ["regulation", "connectivity", "inclusion"]
    wide, plain = simulate(asked, 300, 3), simulate(asked.unwidened(), 300, 3)
    assert wide.total("baseline", 2035)["high_95"].item() > plain.total("baseline", 2035)["high_95"].item()
    last = wide.additional().iloc[-1]
    within = (wide.totals["scenario"] / wide.totals["baseline"])[-1] - 1
    assert last["additional_share"] == pytest.approx(100 * np.quantile(within, 0.5, method="inverted_cdf"))
    members = wide.by_member()
    assert members["iso3"].isna().tolist() == [True, False, False, False]
    assert members.iloc[0][["additional_trade", "additional_share"]].equals(
        last[["additional_trade", "additional_share"]]
    )


def test_coverage_once_widened_is_what_is_stated(fitted):
    table = calibration(fitted.past, "shrunken_drift")
    assert (table["measured_widened"] >= table["nominal"]).all()


def test_the_observed_total_is_of_those_who_are_simulated(delivered, fitted):
    total = fitted.observed.set_index("year")
    by_hand = delivered[delivered["iso3"].isin(SMALL.members)].groupby("year")["value"].sum()
    assert total["total"].to_numpy() == pytest.approx(by_hand.to_numpy())
    assert (total["members_covered"] == 3).all()


def test_the_benchmarks_ratio_is_sought_beside_the_target_or_said_to_be_none(fitted):
    futures = simulate(scenarios.scenario(fitted, SMALL, region("ASEAN"), preset("connectivity")), 100)
    found, lacking = seek_targets(futures, target({"multiple": 2.0, "year": 2030}), region("ASEAN"))
    assert found["kind"].tolist() == ["multiple", "benchmark_ratio"] and lacking == ""
    alone, _ = seek_targets(futures, target({"kind": "benchmark_ratio", "year": 2030}), region("ASEAN"))
    assert alone["target"].item() == found["target"].iloc[1]
    taiwan = region("TWN")
    futures = simulate(scenarios.scenario(baseline(outcome(), taiwan), taiwan, region("ASEAN"), {}), 100)
    found, lacking = seek_targets(futures, target({"multiple": 2.0, "year": 2030}), region("ASEAN"))
    assert found["kind"].tolist() == ["multiple"] and lacking.startswith("TWN has no recent GDP")
