"""The backtest as the notebook shows it, the whole of it: every method, origin and member."""

import numpy as np
import pytest
from notebook_cells import Cells

from carec_digital_trade import scenarios
from carec_digital_trade.findings.facts.scenarios import METHODS, SCOPES
from carec_digital_trade.scenarios.drifts import MINIMUM_CHANGES


@pytest.fixture(scope="module")
def found():
    return Cells("scenarios", region=["KAZ", "PAK", "GEO"], draws=200)


def test_the_table_is_the_backtests(found):
    frame = found["backtest"].frame
    study, chosen = found.value("study"), found.value("chosen")
    past = scenarios.backtest(scenarios.outcome(), [study], seed=chosen.seed)
    assert set(frame["method"]) == set(METHODS)
    for row in frame.itertuples():
        made = past[(past["scope"] == row.scope) & (past["method"] == row.method)]
        assert row.forecasts == len(made)
        errors = (made["actual"] - made["forecast"]).abs() / made["scale"]
        assert row.mase == pytest.approx(errors.mean(), rel=1e-12)
        inside = ((made["actual"] >= made["low_80"]) & (made["actual"] <= made["high_80"])).mean()
        assert row.coverage_80 == pytest.approx(100 * inside)
    assert frame["used"].sum() == 2


def test_rivals_that_do_better_are_named_where_they_do(found):
    frame = found["backtest"].frame
    for scope, words in SCOPES.items():
        mase = frame[frame["scope"] == scope].set_index("method")["mase"]
        better = mase[mase < mase["shrunken_drift"]]
        said = found["backtest"].reading.partition("changes. ")[2].partition(f"or {words} ")[2]
        assert said.startswith("no rival did better" if better.empty else METHODS[better.idxmin()])


def test_the_bands_are_widened_to_what_they_state(found):
    calibration, factor = found["calibration"], found.value("base").widening
    assert factor == max(1.0, calibration.frame["band_factor"].max())
    assert (calibration.frame["coverage_widened"] >= calibration.frame["level"]).all()
    assert found.value("asked").baseline.widening == factor
    assert calibration.records.set_index("metric")["value"]["widening"] == factor
    assert (f"widened by the factor {factor:.2f}" in calibration.reading) == (factor > 1)


def test_a_backtest_needs_a_past(found):
    past = scenarios.outcome("deliverable")
    first, *_ = scenarios.origins(past, found.value("study"))
    assert first == 2010 + MINIMUM_CHANGES
    assert np.isfinite(found["backtest"].records["value"].astype(float)).all()
