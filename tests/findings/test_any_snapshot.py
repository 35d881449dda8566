"""Whatever the model admits runs to the end, and is said briefly with no number missing."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from notebook_cells import found
from prose_rules import check_answer, check_reading
from strategies import examples, shared_values

from carec_digital_trade import figures
from carec_digital_trade.findings import rounded, stored
from carec_digital_trade.parameters import SnapshotParameters

# The article's table and claims are the same for every parameter set of a vintage; test_snapshot.py covers them.
SAME = ("cdt.picture(", "since_article(chosen", "verdicts")
# An index is a sum of at most a dozen squares: a few units of the last binary digit.
ROUNDING = 1e-12


@settings(max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shared_values(in_full=True))
def test_any_admitted_parameters_run_to_the_end(values):
    results = found("snapshot", SAME, **values)
    check_answer(results["answer"].reading)
    assert len(results.pop("answer").table) <= 4
    for finding in results.values():
        check_reading(finding.reading)
        assert len(stored(finding.records)) == len(finding.records)
        assert not finding.records.duplicated(["table", "region", "iso3", "year", "metric", "item"]).any()
        assert rounded(finding.table, finding.decimals).map(type).eq(str).all(axis=None)
    members = results["members"].frame
    shares = members.groupby("region")["share"].sum(min_count=1).dropna()
    assert np.allclose(shares, 100, rtol=1e-9)
    regions = SnapshotParameters.validated(values).regions()
    assert set(members["region"]) == {each.name for each in regions}
    for row in results["concentration"].frame.dropna(subset="hhi").itertuples():
        assert 1 / row.members - ROUNDING <= row.hhi <= 1 + ROUNDING, row.region
    split = results["inequality_split"].frame.iloc[-1]
    if not np.isnan(split["theil"]):
        assert split["theil_within"] + split["theil_between"] == pytest.approx(split["theil"], abs=1e-12)


@settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shared_values(in_full=True))
def test_any_admitted_parameters_can_be_drawn(values):
    chosen = SnapshotParameters.validated(values)
    drawn = found("snapshot", SAME, **values)
    for axes in (
        figures.members(drawn["members"], chosen),
        figures.effective_members(drawn["over_time"], chosen),
        figures.over_time(drawn["over_time"], chosen),
        figures.composition(drawn["by_service"], chosen),
    ):
        FigureCanvasAgg(axes[0].figure).draw()
