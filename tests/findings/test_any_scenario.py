"""Whatever the model admits runs to the end, is short enough to be read, and holds no missing number in a sentence."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from light_backtest import light_backtest  # noqa: F401  (a fixture)
from matplotlib.backends.backend_agg import FigureCanvasAgg
from needed_cells import Cells
from prose_rules import check_prose
from strategies import examples, scenario_values

from carec_digital_trade.findings import METRICS, rounded, stored

pytestmark = pytest.mark.usefixtures("light_backtest")

# A sum of shares of a median, rounded a few times.
ROUNDING = 1e-9
READING, SENTENCES, ANSWER, BULLET = 60, 3, 75, 25
"""Words, sentences, words, words."""
PLACE = ["table", "region", "iso3", "year", "metric", "item"]
FIGURES = ["baseline_fan", "lever_gaps", "additional", "additional_by_member", "attribution", "tornado"]


@settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario_values())
def test_any_admitted_parameters_run_to_the_end(values):
    found = Cells("scenarios", **values)
    for name in found.names():
        finding = found[name]
        check_words(finding)
        assert len(stored(finding.records)) == len(finding.records)
        assert set(finding.records["metric"]) <= set(METRICS)
        assert not finding.records.duplicated(PLACE).any()
        assert rounded(finding.table, finding.decimals).map(type).eq(str).all(axis=None)
        assert finding.source.startswith("Source: ")
    check_numbers(found)
    check_marks(found)


def check_words(finding):
    lines = [line.removeprefix("- ") for line in finding.reading.split("\n")]
    for line in lines:
        check_prose(line)
        assert len(line.split()) <= (BULLET if finding.answers else READING), line
    if finding.answers:
        assert len(lines) == 3 and len(" ".join(lines).split()) <= ANSWER and len(finding.table) <= 4
    else:
        assert len(lines) == 1


def check_numbers(found):
    added, before = found["additional"].frame, found["baseline"].frame
    order = ["_95_low", "_low", "_50_low", "", "_50_high", "_high", "_95_high"]
    for one, other in pairwise(order):
        assert (added[f"additional_trade{one}"] <= added[f"additional_trade{other}"]).all()
        assert (before[f"baseline_trade{one}"] <= before[f"baseline_trade{other}"]).all()
    assert (added["additional_trade_95_low"] >= 0).all()
    chosen = found.value("chosen")
    assert added["year"].iloc[-1] == chosen.horizon
    total = found["by_economy"].frame.iloc[0]
    assert total["additional_trade"] == added["additional_trade"].iloc[-1]
    parts = found["attribution"].frame
    if len(parts):
        region = parts.loc[parts["iso3"].isna(), "lever_contribution"]
        assert region.sum() == pytest.approx(total["additional_trade"], rel=ROUNDING)
    else:
        assert total["additional_trade"] == 0
    chances = found["chances"].frame
    assert (chances["scenario"] >= chances["baseline"]).all()
    assert found["goal"].frame["closure_needed"].dropna().between(0, 100).all()
    gaps = found["gaps"].frame
    if len(gaps):
        idle = gaps[~gaps["effective"]]
        assert idle[["shown_used", "shown_beyond"]].isna().all(axis=None)
        times = gaps[gaps["effective"] & (gaps["scale"] == "times")].dropna(subset="shown")
        product = times["shown_used"].astype(float) * times["shown_beyond"].astype(float)
        assert np.allclose(product, times["shown"].astype(float), rtol=1e-9)
        assert (times["shown_used"] <= chosen.support * (1 + 1e-12)).all()


def check_marks(found):
    """What rests on more than a doubling is marked wherever it is shown, and nothing else is."""
    beyond = found.value("asked").extrapolated.any()
    for name in ("gaps", "additional", "by_economy", "attribution", "tornado", "sobol", "per_ten_points", "goal"):
        assert ("EXTRAPOLATED" in found[name].caption) == beyond, name
    assert ("Extrapolation: " in found["answer"].reading) == beyond
    if found.value("chosen").support <= 2:
        assert not beyond


@settings(max_examples=examples(5), deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario_values())
def test_any_admitted_parameters_can_be_drawn(values):
    found = Cells("scenarios", **values)
    for name in FIGURES:
        FigureCanvasAgg(found.picture(name)[0].figure).draw()
