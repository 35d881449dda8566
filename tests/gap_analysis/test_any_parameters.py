"""Whatever the model admits runs to the end, and its prose holds no missing number."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from prose_rules import check_prose
from strategies import examples, gap_values

from carec_digital_trade.findings import METRICS, rounded, stored
from carec_digital_trade.parameters import GapParameters

from .lines import FIGURES, findings

# LMDI-I has no residual: what is left is the rounding of three products.
NO_RESIDUAL = 1e-9
PLACE = ["table", "region", "iso3", "year", "metric", "item"]


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(gap_values())
def test_any_admitted_parameters_run_to_the_end(values):
    found = findings(**values)
    for each in found.values():
        assert len(stored(each.records)) == len(each.records)
        assert each.records["metric"].isin(METRICS).all()
        assert not each.records.duplicated(PLACE).any()
        assert rounded(each.table, each.decimals).map(type).eq(str).all(axis=None)
    check_words(found)
    check_numbers({name: each.frame for name, each in found.items()})
    parameters = GapParameters.validated(values)
    assert set(found["readiness"].frame["region"]) == {each.label for each in parameters.compared()}


def check_words(found):
    """Three bullets of 25 words at most, and readings of 60 words and three sentences at most."""
    bullets = found["answer"].reading.split("\n")
    assert len(bullets) == 3
    assert len(found["answer"].table) <= 4
    for bullet in bullets:
        check_prose(bullet)
        assert bullet.startswith("- ")
        assert len(bullet.split()) <= 25 + 1, bullet  # and the bullet itself
    for name, each in found.items():
        if name != "answer":
            check_prose(each.reading)
        if name != "answer" and len(each.table):  # an error says what it must
            assert len(each.reading.split()) <= 60, each.reading


def check_numbers(frames):
    known = frames["readiness"].dropna(subset="readiness")
    assert (known["readiness_low"] <= known["readiness"] + 1e-12).all()
    assert (known["readiness"] <= known["readiness_high"] + 1e-12).all()
    leads = frames["regional_readiness"].dropna(subset="leads")
    assert (leads.groupby("weighting")["leads"].sum() <= 100 + 1e-9).all()
    assert (leads["leads_low"] <= leads["leads_high"]).all()
    for _, rows in frames["decomposition"].groupby("basis"):
        millions = rows.set_index("factor")["contribution"]
        gap = millions.pop("trade")
        assert millions.sum() == pytest.approx(gap, abs=NO_RESIDUAL * millions.abs().max())
    ratios = frames["expected"].dropna(subset="expected")
    if len(ratios):
        quotient = ratios["total"].astype(float) / ratios["expected"].astype(float)
        assert np.allclose(quotient, ratios["actual_over_expected"].astype(float), rtol=1e-12)


@settings(max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(gap_values())
def test_any_admitted_parameters_can_be_drawn(values):
    found = findings(**values)
    for name, draw in FIGURES.items():
        FigureCanvasAgg(draw(found[name], GapParameters.validated(values))[0].figure).draw()
