"""The backtest as the notebook shows it, the whole of it: every method, origin and member."""

import numpy as np
import pytest

from carec_digital_trade import scenario_analysis, scenarios
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenarios.drifts import MINIMUM_CHANGES

DEFAULT = ScenarioParameters.validated({"region": ["KAZ", "PAK", "GEO"], "draws": 200})


def test_the_table_is_the_backtests():
    table = scenario_analysis.backtest(DEFAULT).table
    past = scenarios.backtest(scenarios.outcome(), [DEFAULT.compared()[0]], seed=DEFAULT.seed)
    assert set(table["Method"]) == {"shrunken drift", "own drift", "no change", "damped trend", "Theta"}
    for row in table.itertuples(index=False):
        scope = {"economies": "economy", "total": "region"}[row[0]]
        method = row[1].replace(" ", "_").lower()
        made = past[(past["scope"] == scope) & (past["method"] == method)]
        assert row[3] == len(made)
        errors = (made["actual"] - made["forecast"]).abs() / made["scale"]
        assert row[4] == pytest.approx(errors.mean(), rel=1e-12)
        inside = ((made["actual"] >= made["low_80"]) & (made["actual"] <= made["high_80"])).mean()
        assert row[5] == pytest.approx(100 * inside)
    assert table["Chosen"].sum() == 2


def test_rivals_that_do_better_are_named_where_they_do():
    result = scenario_analysis.backtest(DEFAULT)
    for where, words in (("economies", "single economies"), ("total", "the total")):
        rows = result.table[result.table["Forecasts of"] == where].set_index("Method")["MASE"]
        better = [name for name in rows.index if rows[name] < rows["shrunken drift"]]
        said = next(part for part in result.reading.split(". ") if part.startswith(f"For {words}"))
        if not better:
            assert "no rival did better" in said
        assert all(name in said for name in better)


def test_the_bands_are_widened_to_what_they_state():
    result = scenario_analysis.calibration(DEFAULT)
    factor = recipe.widening(DEFAULT)
    table = result.table
    assert factor == max(1.0, table["Factor needed"].max())
    assert (table["Covered once widened, %"] >= table["Band, %"]).all()
    assert recipe.scenario(DEFAULT).baseline.widening == factor
    records = result.records.set_index("metric")["value"]
    assert records["widening"] == factor
    assert (f"widened by the factor {factor:.2f}" in result.reading) == (factor > 1)


def test_a_backtest_needs_a_past():
    past = scenarios.outcome("deliverable")
    first, *_ = scenarios.origins(past, DEFAULT.compared()[0])
    assert first == 2010 + MINIMUM_CHANGES
    assert np.isfinite(scenario_analysis.backtest(DEFAULT).records["value"]).all()
