"""Whatever the models admit runs to the end, is said briefly with no number missing, and can be drawn."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from notebook_cells import Cells
from prose_rules import check_words
from strategies import SETS, examples

from carec_digital_trade.findings import METRICS, rounded, stored

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("light_backtest")]

PLACE = ["table", "region", "iso3", "year", "metric", "item"]
# They are the same for every parameter set of a vintage; test_snapshot.py covers them.
SAME = {"table1", "verdicts", "claims"}
FIGURES = {
    "snapshot": ["members", "effective_members", "over_time", "composition"],
    "gap_analysis": ["readiness", "infrastructure", "waterfall", "expected_trade", "readiness_and_trade"],
    "integration": ["within", "partners", "expected_within", "changes"],
    "country": ["economy_over_time", "economy_services", "economy_networks", "economy_expected", "economy_additional"],
    "scenarios": ["baseline_fan", "lever_gaps", "additional", "additional_by_member", "attribution", "tornado"],
}
FEW = ("integration", "country")
"""Notebooks that have a test of their own below, of fewer sets."""
SEEN = Counter()
"""Examples so far of each notebook; to draw the figures of one in ten is enough, or of all where they are few."""
# Sums and products of shares, rounded a few times; LMDI-I has no residual but that.
ROUNDING = 1e-9


def tried(usual):
    """Try so many sets; one that fails is told as it was drawn, since to make it smaller takes minutes."""
    return settings(
        max_examples=examples(usual),
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.parametrize("notebook", [name for name in SETS if name not in FEW])
@tried(20)  # the thorough profile tries ten times as many
@given(data=st.data())
def test_any_admitted_parameters_run_to_the_end(notebook, data):
    values = data.draw(SETS[notebook])
    if notebook == "gap_analysis" and settings.get_current_profile_name() == "usual":
        values["flow"] = "total"  # each flow has fits of its own, which take seconds
    check_all(notebook, values)


@tried(4)  # each has some forty fits of its own
@given(values=SETS["integration"])
def test_any_admitted_parameters_of_integration_run_to_the_end(values):
    check_all("integration", values)


@tried(4)  # what they rest on is tried above, so that they are drawn here too
@given(values=SETS["country"])
def test_any_economy_of_the_country_pages_runs_to_the_end(values):
    check_all("country", values)


def check_all(notebook, values):
    found = Cells(notebook, **values)
    SEEN[notebook] += 1
    if notebook in FEW or SEEN[notebook] % 10 == 1:
        for name in FIGURES[notebook]:
            FigureCanvasAgg(found.picture(name)[0].figure).draw()
    for name in found:
        if name in SAME:
            continue
        finding = found[name]
        check_words(finding)
        assert len(stored(finding.records)) == len(finding.records)
        assert set(finding.records["metric"]) <= set(METRICS)
        assert not finding.records.duplicated(PLACE).any()
        assert rounded(finding.table, finding.decimals).map(type).eq(str).all(axis=None)
        assert finding.source.startswith("Source: ")
    CHECKS[notebook](found)


def check_snapshot(found):
    members = found["members"].frame
    shares = members.groupby("region")["share"].sum(min_count=1).dropna()
    assert np.allclose(shares, 100, rtol=ROUNDING)
    assert set(members["region"]) == {each.name for each in found.value("chosen").regions()}
    for row in found["concentration"].frame.dropna(subset="hhi").itertuples():
        assert 1 / row.members - ROUNDING <= row.hhi <= 1 + ROUNDING, row.region
    split = found["inequality_split"].frame.iloc[-1]
    if not np.isnan(split["theil"]):
        assert split["theil_within"] + split["theil_between"] == pytest.approx(split["theil"], abs=1e-12)


def check_gap(found):
    assert set(found["readiness"].frame["region"]) == {each.label for each in found.value("chosen").compared()}
    known = found["readiness"].frame.dropna(subset="readiness")
    assert (known["readiness_low"] <= known["readiness"] + 1e-12).all()
    assert (known["readiness"] <= known["readiness_high"] + 1e-12).all()
    leads = found["regional_readiness"].frame.dropna(subset="leads")
    assert (leads.groupby("weighting")["leads"].sum() <= 100 + ROUNDING).all()
    assert (leads["leads_low"] <= leads["leads_high"]).all()
    for _, rows in found["decomposition"].frame.groupby("basis"):
        millions = rows.set_index("factor")["contribution"]
        gap = millions.pop("trade")
        assert millions.sum() == pytest.approx(gap, abs=ROUNDING * millions.abs().max())
    ratios = found["expected"].frame.dropna(subset="expected")
    if len(ratios):
        quotient = ratios["total"].astype(float) / ratios["expected"].astype(float)
        assert np.allclose(quotient, ratios["actual_over_expected"].astype(float), rtol=1e-12)


def check_scenarios(found):
    chosen = found.value("chosen")
    added, before = found["additional"].frame, found["baseline"].frame
    order = ["_95_low", "_low", "_50_low", "", "_50_high", "_high", "_95_high"]
    for one, other in pairwise(order):
        assert (added[f"additional_trade{one}"] <= added[f"additional_trade{other}"]).all()
        assert (before[f"baseline_trade{one}"] <= before[f"baseline_trade{other}"]).all()
    assert (added["additional_trade_95_low"] >= 0).all()
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
    # What rests on more than a doubling is marked wherever it is shown, and nothing else is.
    beyond = found.value("asked").extrapolated.any()
    for name in ("gaps", "additional", "by_economy", "attribution", "tornado", "sobol", "by_study", "goal"):
        assert ("EXTRAPOLATED" in found[name].caption) == beyond, name
    assert ("**Extrapolation**: " in found["answer"].reading) == beyond
    assert not beyond or chosen.support > 2


def check_integration(found):
    stays = found["shares"].frame
    for name in ("intra_regional_share", "intra_regional_share_exports", "intra_regional_share_imports"):
        assert stays[name].dropna().between(0, 100).all()
    assert stays["introversion"].dropna().between(-1, 1).all()
    against = found["expected"].frame
    if len(against):
        known = against.dropna(subset="expected_share").astype({"actual_over_expected": float})
        ratio = known["intra_regional_share"] / known["expected_share"]
        assert np.allclose(ratio.astype(float), known["actual_over_expected"], rtol=ROUNDING)
        assert (known["expected_share_low"] <= known["expected_share_high"]).all()


def check_country(found):
    chosen = found.value("chosen")
    standing, size = found["standings"].frame, found["totals"].frame.iloc[0]
    assert (standing["rank"] <= standing["covered"]).all()
    known = found.value("traded").query("iso3 == @chosen.economy and year == @chosen.year")["value"].item()
    assert size["total"] == known
    against = found["expected"].records.query("metric == 'actual_over_expected'")
    assert (against["low"] <= against["value"]).all() and (against["value"] <= against["high"]).all()
    added = found["additional"].frame
    assert not len(added) or added["year"].iloc[-1] == chosen.horizon


CHECKS = {
    "country": check_country,
    "snapshot": check_snapshot,
    "gap_analysis": check_gap,
    "scenarios": check_scenarios,
    "integration": check_integration,
}
