"""Whatever the model admits runs to the end, and its prose holds no missing number."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from prose_rules import check_prose
from strategies import examples, scenario_values

from carec_digital_trade import figures, scenario_analysis
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.results import METRICS, rounded, stored
from carec_digital_trade.scenario_analysis import series

pytestmark = pytest.mark.usefixtures("light_backtest")

SECTIONS = [name for name in scenario_analysis.__all__ if name != "answer"]
STEMS = re.compile(f"({'|'.join(METRICS)})(_[a-z0-9_]+)?")
# A sum of shares of a median, rounded a few times.
ROUNDING = 1e-9


@settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario_values())
def test_any_admitted_parameters_run_to_the_end(values):
    parameters = ScenarioParameters.validated(values)
    check_prose(scenario_analysis.answer(parameters))
    results = {section: getattr(scenario_analysis, section)(parameters) for section in SECTIONS}
    for section, result in results.items():
        assert result.name == section
        check_prose(result.reading)
        assert len(stored(result.records)) == len(result.records)
        assert result.records["metric"].map(lambda name: bool(STEMS.fullmatch(name))).all()
        assert not result.records.duplicated(["table", "region", "iso3", "year", "metric"]).any()
        assert rounded(result.table, result.decimals).map(type).eq(str).all(axis=None)
        assert result.source.startswith("Source: ")
    check_numbers(parameters, {section: result.table for section, result in results.items()})
    check_marks(parameters, results)


def check_numbers(parameters, tables):
    added = tables["additional"]
    order = ["95% from", "80% from", "50% from", "Median", "50% to", "80% to", "95% to"]
    for one, other in pairwise(order):
        assert (added[one] <= added[other]).all()
        assert (tables["baseline"][one] <= tables["baseline"][other]).all()
    assert (added["95% from"] >= 0).all()
    assert added["Year"].iloc[-1] == str(parameters.horizon)
    total = tables["by_economy"].iloc[0]
    assert total["Additional"] == added["Median"].iloc[-1]
    parts = tables["attribution"]
    if len(parts):
        levers = parts.columns[1:-1]
        assert parts.iloc[0][levers].sum() == pytest.approx(total["Additional"], rel=ROUNDING)
        assert (parts[levers] >= -ROUNDING * total["Additional"]).all(axis=None)
    else:
        assert total["Additional"] == 0
    assert (tables["chances"]["With them as set, %"] >= tables["chances"]["Without the levers, %"]).all()
    closure = tables["goal"]["Share to close, %"].dropna()
    assert closure.between(0, 100).all()
    gaps = tables["gaps"]
    assert gaps.loc[~gaps["Effect"].astype(bool), ["Used", "Beyond the evidence"]].isna().all(axis=None)
    times = gaps[gaps["Effect"].astype(bool) & (gaps["Gap in"] == "times")].dropna(subset="Gap")
    product = times["Used"].astype(float) * times["Beyond the evidence"].astype(float)
    assert np.allclose(product, times["Gap"].astype(float), rtol=1e-9)
    assert (times["Used"] <= parameters.support * (1 + 1e-12)).all()


def check_marks(parameters, results):
    """What rests on more than a doubling is marked wherever it is shown, and nothing else is."""
    scenario = series.scenario(parameters)
    touched = [
        "gaps",
        "additional",
        "by_economy",
        "attribution",
        "tornado",
        "sobol",
        "per_ten_points",
        "goal",
        "chances",
    ]
    for section in touched:
        assert ("EXTRAPOLATED" in results[section].caption) == scenario.extrapolated.any(), section
    assert ("Extrapolation: " in scenario_analysis.answer(parameters)) == scenario.extrapolated.any()
    if parameters.support <= 2:
        assert not scenario.extrapolated.any()


@settings(max_examples=examples(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario_values())
def test_any_admitted_parameters_can_be_drawn(values):
    parameters = ScenarioParameters.validated(values)
    for axes in (
        figures.baseline_fan(scenario_analysis.baseline(parameters), parameters),
        figures.lever_gaps(scenario_analysis.gaps(parameters), parameters),
        figures.additional(scenario_analysis.additional(parameters), parameters),
        figures.additional_by_member(scenario_analysis.by_economy(parameters), parameters),
        figures.attribution(scenario_analysis.attribution(parameters), parameters),
        figures.tornado(scenario_analysis.tornado(parameters), parameters),
    ):
        FigureCanvasAgg(axes[0].figure).draw()
