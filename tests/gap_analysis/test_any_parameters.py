"""Whatever the model admits runs to the end, and its prose holds no missing number."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from prose_rules import check_prose
from strategies import examples, gap_values

from carec_digital_trade import figures, gap_analysis
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.results import METRICS, rounded, stored

# The article's codings are the same for every parameter set; test_gap_analysis.py covers them.
DEPENDENT = [name for name in gap_analysis.__all__ if name not in ("answer", "codings")]
STEMS = re.compile(f"({'|'.join(METRICS)})(_[a-z0-9_]+)?")
# LMDI-I has no residual: what is left is the rounding of three products.
NO_RESIDUAL = 1e-9


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(gap_values())
def test_any_admitted_parameters_run_to_the_end(values):
    parameters = GapParameters.validated(values)
    check_prose(gap_analysis.answer(parameters))
    results = {section: getattr(gap_analysis, section)(parameters) for section in DEPENDENT}
    for result in results.values():
        check_prose(result.reading)
        assert len(stored(result.records)) == len(result.records)
        assert result.records["metric"].map(lambda name: bool(STEMS.fullmatch(name))).all()
        assert not result.records.duplicated(["table", "region", "iso3", "year", "metric"]).any()
        assert rounded(result.table, result.decimals).map(type).eq(str).all(axis=None)
    check_numbers({section: result.table for section, result in results.items()})
    assert set(results["readiness"].table["Region"]) == {each.label for each in parameters.compared()}


def check_numbers(tables):
    scores = tables["readiness"]
    known = scores.dropna(subset="Score")
    assert (known["Missing at 0"] <= known["Score"] + 1e-12).all()
    assert (known["Score"] <= known["Missing at 1"] + 1e-12).all()
    leads = tables["regional_readiness"].dropna(subset="Leads, % of draws")
    assert (leads.groupby("Weighting")["Leads, % of draws"].sum() <= 100 + 1e-9).all()
    for pair in leads["at least, at most"]:
        low, high = map(float, pair.split(", "))
        assert low <= high
    for _, rows in tables["decomposition"].groupby("Basis"):
        millions = rows.set_index("Factor")["USD million"]
        gap = millions.pop("Trade")
        assert millions.sum() == pytest.approx(gap, abs=NO_RESIDUAL * millions.abs().max())
    ratios = tables["expected"].dropna(subset="Expected")
    if len(ratios):
        quotient = ratios["Actual"].astype(float) / ratios["Expected"].astype(float)
        assert np.allclose(quotient, ratios["Actual over expected"].astype(float), rtol=1e-12)


@settings(max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(gap_values())
def test_any_admitted_parameters_can_be_drawn(values):
    parameters = GapParameters.validated(values)
    for axes in (
        figures.readiness(gap_analysis.readiness(parameters), parameters),
        figures.waterfall(gap_analysis.decomposition(parameters), parameters),
        figures.expected_trade(gap_analysis.expected(parameters), parameters),
        figures.readiness_and_trade(gap_analysis.lagging(parameters), parameters),
    ):
        FigureCanvasAgg(axes[0].figure).draw()
