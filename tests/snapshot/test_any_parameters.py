"""Whatever the model admits runs to the end, and its prose holds no missing number."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from prose_rules import check_prose
from strategies import examples, shared_values

from carec_digital_trade import figures, snapshot
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.results import rounded, stored

# The article's table and claims are the same for every parameter set of a vintage; test_snapshot.py covers them.
DEPENDENT = [name for name in snapshot.__all__ if name not in ("answer", "article_table", "claims")]
# An index is a sum of at most a dozen squares: a few units of the last binary digit.
ROUNDING = 1e-12


@settings(max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shared_values(in_full=True))
def test_any_admitted_parameters_run_to_the_end(values):
    parameters = SnapshotParameters.validated(values)
    check_prose(snapshot.answer(parameters))
    one, other = parameters.regions()
    for section in DEPENDENT:
        result = getattr(snapshot, section)(parameters)
        check_prose(result.reading)
        assert len(stored(result.records)) == len(result.records)
        assert rounded(result.table, result.decimals).map(type).eq(str).all(axis=None)
    members = snapshot.ranked_members(parameters)
    shares = members.table.groupby("Region")["Share of region, %"].sum(min_count=1).dropna()
    assert np.allclose(shares, 100, rtol=1e-9)
    assert set(members.table["Region"]) == {one.name, other.name}
    spread = snapshot.concentrations(parameters).table.set_index("Region")
    for label, row in spread.dropna().iterrows():
        n = row["Members with data"]
        assert 1 / n - ROUNDING <= row["Herfindahl-Hirschman"] <= 1 + ROUNDING, label
    split = snapshot.inequality_split(parameters).table.iloc[-1]
    if not np.isnan(split["Theil"]):
        assert split["Within"] + split["Between"] == pytest.approx(split["Theil"], abs=1e-12)


@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shared_values(in_full=True))
def test_any_admitted_parameters_can_be_drawn(values):
    parameters = SnapshotParameters.validated(values)
    ranking, series = snapshot.ranked_members(parameters), snapshot.over_time(parameters)
    for axes in (
        figures.members(ranking, parameters),
        figures.effective_members(series, parameters),
        figures.over_time(series, parameters),
        figures.composition(snapshot.by_service(parameters), parameters),
    ):
        FigureCanvasAgg(axes[0].figure).draw()
