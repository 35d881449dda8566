"""The backtest as the notebook shows it, the whole of it: every method, origin and member."""

import numpy as np
import pytest
from notebook_cells import Cells

from carec_digital_trade import scenarios
from carec_digital_trade.findings.facts.scenarios import METHODS, OURS
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
        if row.scope == scenarios.EVERYBODY:
            continue
        made = past[(past["scope"] == row.scope) & (past["method"] == row.method)]
        assert row.forecasts == len(made)
        errors = (made["actual"] - made["forecast"]).abs() / made["scale"]
        assert row.mase == pytest.approx(errors.mean(), rel=1e-12)
        inside = ((made["actual"] >= made["low_80"]) & (made["actual"] <= made["high_80"])).mean()
        assert row.coverage_80 == pytest.approx(100 * inside)
    assert frame["used"].sum() == 3


def test_rivals_that_do_better_are_named_where_they_do(found):
    frame = found["backtest"].frame
    for scope, words in OURS.items():
        mase = frame[frame["scope"] == scope].set_index("method")["mase"]
        better = mase[mase < mase["shrunken_drift"]]
        said = found["backtest"].reading.partition("the total. ")[2].partition(f"or {words} ")[2]
        assert said.startswith("no rival did better" if better.empty else METHODS[better.idxmin()])


def test_the_bands_are_stretched_to_what_they_state(found):
    calibration, base = found["calibration"], found.value("base")
    needed = calibration.frame.groupby("scope")["band_factor"].max()
    assert (base.stretch, base.total_stretch) == (needed[scenarios.EVERYBODY], needed["region"])
    of_all = calibration.frame[calibration.frame["scope"] != "economy"]
    assert (of_all["coverage_calibrated"] >= of_all["level"]).all()
    values = calibration.records.set_index(["metric", "item"])["value"]["band_stretch"]
    assert values.to_dict() == {"economies": base.stretch, "total": base.total_stretch}
    assert f"by {base.stretch:.2f} for single economies and {base.total_stretch:.2f}" in calibration.reading


def test_the_least_covered_member_is_named(found):
    frame = found["coverage"].frame
    worst = frame.iloc[0]
    assert worst["coverage"] == frame["coverage"].min()
    assert (worst["economy"] in found["coverage"].reading) == (worst["coverage"] < 80)


def test_a_backtest_needs_a_past(found):
    past = scenarios.outcome("deliverable")
    first, *_ = scenarios.origins(past, found.value("study"))
    assert first == 2010 + MINIMUM_CHANGES
    assert np.isfinite(found["backtest"].records["value"].astype(float)).all()
