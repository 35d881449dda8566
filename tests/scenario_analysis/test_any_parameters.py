"""Whatever the model admits runs to the end, and its prose holds no missing number."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from prose_rules import check_prose
from strategies import examples, shared_values

from carec_digital_trade import figures, scenario_analysis
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.results import METRICS, rounded, stored
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenarios import presets

pytestmark = pytest.mark.usefixtures("light_backtest")

SECTIONS = [name for name in scenario_analysis.__all__ if name != "answer"]
STEMS = re.compile(f"({'|'.join(METRICS)})(_[a-z0-9_]+)?")
# A sum of shares of a median, rounded a few times.
ROUNDING = 1e-9
LAST = {"delivered": 2025, "deliverable": 2023}
OWN = {
    "kind": "trade_per_10_percent",
    "indicator": "internet_users",
    "measures": ["delivered", "deliverable"],
    "central": 2.0,
    "source": "A survey",
}
FULL = {"family": "paperless", "effect": "escap_cpta", "benchmark": "full"}


def lever(family, effects, **fields):
    fields = {"closure": st.floats(0, 1), "end": st.integers(2026, 2040), **fields}
    return st.fixed_dictionaries({"family": st.just(family), "effect": st.sampled_from(effects)}, optional=fields)


LEVERS = st.tuples(
    st.none() | lever("regulation", ["wto2023_interaction"], benchmark=st.sampled_from(["median", "full", "SGP"])),
    st.none()
    | lever(
        "connectivity",
        ["wto2023_trade", "wto2023_cost", "oecd2018_services"],
        phase=st.just("logistic"),
        benchmark=st.sampled_from(["best", "median", "DEU"]),
    ),
    st.none() | lever("inclusion", [{**OWN, "low": 1.0}, {**OWN, "kind": "cost_per_10_percent", "central": -1.0}]),
    st.none() | st.builds(lambda share: {**FULL, "spillover": share}, st.floats(0.01, 1)),
    st.none() | st.just({"family": "inclusion", "indicator": "internet_users", "benchmark": "best"}),
).map(lambda drawn: [each for each in drawn if each is not None])
TARGETS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["multiple", "benchmark_ratio"]), "year": st.integers(2026, 2030)},
    optional={"multiple": st.floats(0.1, 50)},
)

EFFECTS = {
    "regulation": [None, {}, {"regulation": None}],
    "paperless": [
        None,
        {"paperless": "escap_tfa_digital"},
        {"paperless": {**OWN, "kind": "trade_at_full", "indicator": "cpta"}},
    ],
    "connectivity": [None, {"connectivity": "oecd2018_services"}, {"connectivity": "wto2023_cost"}],
    "inclusion": [None, {"inclusion": OWN}],
    "all_four": [
        None,
        {"connectivity": "oecd2018_services", "regulation": None},
        {"inclusion": OWN, "paperless": None},
    ],
}


@st.composite
def scenario_values(draw: st.DrawFn) -> dict[str, object]:
    """Values that the model admits; one vintage, since both names stand for the same files."""
    shared = draw(shared_values())
    values = shared | {
        "vintage": "bundled",
        "preset": draw(st.sampled_from(sorted(set(presets()["preset"])))),
        "levers": draw(st.none() | LEVERS),
        "baseline": draw(st.sampled_from(["shrunken_drift", "own_drift"])),
        "horizon": draw(st.integers(LAST[shared["measure"]] + 1, 2060)),
        "trade_elasticity": draw(st.sampled_from([[-5.0, -3.7, -3.2], -4, -0.5])),
        "relative_uncertainty": draw(st.floats(0, 0.99)),
        "support": draw(st.sampled_from([1, 2, 5.5, 100])),
        "draws": draw(st.integers(100, 200)),
        "target": draw(st.none() | TARGETS),
    }
    if values["levers"] is None:
        values["effects"] = draw(st.sampled_from(EFFECTS[values["preset"].removesuffix("_half")]))
    try:
        ScenarioParameters.validated(values)
    except InputError:
        reject()
    return values


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
    scenario = recipe.scenario(parameters)
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
