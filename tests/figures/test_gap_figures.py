import numpy as np
import pytest
from matplotlib.colors import to_hex
from notebook_cells import NO_BROADBAND, cells
from overlap import clashes, row_names, texts

from carec_digital_trade import figures
from carec_digital_trade.figures.rows import inside
from carec_digital_trade.figures.style import BENCHMARK_COLOUR, REGION_COLOUR

EUROPE = ["GBR", "FRA", "DEU", "ITA", "ESP", "PRT", "NLD", "BEL", "LUX", "CHE", "AUT", "POL", "CZE", "SVK", "SWE"]
CASES = {
    "default": {},
    "swapped, poisson": {"region": "ASEAN", "benchmark": "CAREC", "estimator": "ppml", "year": 2015},
    "long names": {
        "region": ["KAZ", "KGZ", "ARM", "BLR", "RUS"],
        "benchmark": ["IND", "BOL", "CAF", "ABW"],
        "weights": {"cpta": 1, "indirect_taxation": 2},
        "aggregation": "geometric",
        "year": 2009,
    },
    "nobody has data": {"region": "VAT", "benchmark": "TWN", "measure": "deliverable", "year": 2015},
    "nothing expected": NO_BROADBAND,
    "one member": {"region": "AND", "benchmark": "SGP", "year": 2019, "flow": "imports"},
    "negative": {"region": ["LAO", "KHM"], "benchmark": "CAREC", "year": 2006, "flow": "imports"},
    "two halves": {
        "region": "CAREC",
        "benchmark": "CAREC",
        "region_exclude": ["AFG", "AZE", "CHN"],
        "benchmark_exclude": ["GEO", "KAZ", "KGZ", "MNG", "PAK", "TJK", "TKM", "UZB"],
    },
    "crowded": {"region": EUROPE, "benchmark": ["BRA", "VCT", "STP"]},
}
SHOWN = {"readiness": "readiness", "waterfall": "decomposition", "expected_trade": "expected"}
SHOWN |= {"readiness_and_trade": "lagging", "infrastructure": "infrastructure_by_year"}


def draw(name, values):
    found = cells("gap_analysis", **values)
    chosen, shown = found.value("chosen"), found[SHOWN[name]]
    return chosen, shown, getattr(figures, name)(shown, chosen)


def words(axes):
    return " ".join(text for text, _ in texts(axes)).replace("\n", " ")


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("case", CASES)
def test_no_label_touches_another_or_is_cut(name, case):
    _, result, axes = draw(name, CASES[case])
    assert clashes(axes) == []
    assert clashes(axes[0].figure.narrowed()) == []
    assert result.source in words(axes)
    assert all(axis.get_xlabel() for axis in axes) or name == "readiness"


@pytest.mark.parametrize("name", SHOWN)
def test_missing_data_are_said(name):
    assert "no data" in words(draw(name, CASES["nobody has data"])[2])


def test_the_matrix_of_laws_holds_the_statuses_and_scores():
    chosen, result, axes = draw("readiness", {})
    full = {"legislation": 0.88, "draft": 0.44}
    domains = ["e_transactions", "consumer_protection", "privacy_data_protection", "cybercrime"]
    for axis, each, colour in zip(axes, chosen.compared(), (REGION_COLOUR, BENCHMARK_COLOUR), strict=True):
        rows = result.frame[result.frame["region"] == each.label].reset_index(drop=True)
        filled = axis.collections[-1]
        assert to_hex(filled.get_facecolor()[0]).upper() == colour
        cells = [path.get_extents() for path in filled.get_paths()]
        drawn = {(round(cell.x0 - 0.06), round(cell.y0 + 0.42)): cell.width for cell in cells}
        wanted = {
            (place, row): full[status]
            for place, domain in enumerate(domains)
            for row, status in rows[f"status_{domain}"].items()
            if status in full
        }
        assert drawn == pytest.approx(wanted)
        assert row_names(axis) == list(rows["name"])
    assert "0.75 to 1" in words(axes)
    assert "8 of 11 members of CAREC and 6 of 10 members of ASEAN are sure of the full score" in words(axes)


def test_waterfall_steps_hold_the_data_and_meet():
    _, result, axes = draw("waterfall", {"region_exclude": ["TKM"]})
    for axis, basis in zip(axes, ("Regional totals", "Mean members"), strict=True):
        rows = result.frame[result.frame["basis"] == basis].set_index("factor")
        first, *steps, last = [(bar.get_x(), bar.get_width()) for bar in axis.patches]
        assert first == (0, pytest.approx(rows.loc["trade", "benchmark_value"] / 1000))
        assert last == (0, pytest.approx(rows.loc["trade", "region_value"] / 1000))
        assert [width for _, width in steps] == pytest.approx(list(rows["contribution"].drop("trade") / 1000))
        # Each step starts where the one before it ends, and the last ends at the region's trade.
        place = first[1]
        for start, width in steps:
            assert start == pytest.approx(place)
            place = start + width
        assert place == pytest.approx(last[1])
        assert axis.get_xlabel() == "USD billion"
    assert result.frame["share_of_gap"].isna().all()


def test_the_mean_members_have_a_panel_where_they_tell_something_else():
    axes = draw("waterfall", {})[2]
    said = words(axes).replace("\n", " ")
    assert "Trade per GDP opens the gap between CAREC and ASEAN; population and GDP per person narrow it" in said
    assert len(axes) == 1 and "mean members' factors are the same" in words(axes)
    assert "(10 of 11 and 10 of 10 members, without Afghanistan)" in words(axes)


def test_a_third_of_the_gap_is_not_called_most_of_it():
    _, result, axes = draw("waterfall", {"region": ["KAZ"], "benchmark": ["DEU"]})
    rows = result.frame[result.frame["basis"] == "Regional totals"].set_index("factor")["share_of_gap"]
    assert 30 < rows["trade_per_gdp"] < 50
    assert rows.drop("trade").sum() == pytest.approx(100, rel=1e-9)
    assert "Trade per GDP is the largest part of the gap between Kazakhstan and Germany" in words(axes)
    assert (
        "Trade per GDP is the largest part of the gap as asked"
        in cells("gap_analysis", region=["KAZ"], benchmark=["DEU"])["split_survival"].reading
    )


def test_small_gaps_are_in_millions():
    assert draw("waterfall", {"region": "TJK", "benchmark": "KGZ", "year": 2010})[2][0].get_xlabel() == "USD million"
    assert draw("waterfall", {"benchmark": ["USA", "GBR", "DEU"]})[2][0].get_xlabel() == "USD trillion"


def test_actual_over_expected_holds_the_data():
    _, result, (axis,) = draw("expected_trade", {})
    rows = result.frame.sort_values("actual_over_expected", ascending=False)
    lines, dots = axis.collections
    assert np.allclose(dots.get_offsets()[:, 0], rows["actual_over_expected"])
    ends = rows[["actual_over_expected_low", "actual_over_expected_high"]]
    assert np.allclose([segment[:, 0] for segment in lines.get_segments()], ends)
    assert row_names(axis) == list(rows["name"])
    paint = [to_hex(colour).upper() for colour in dots.get_facecolors()]
    assert paint == [REGION_COLOUR if region == "CAREC" else BENCHMARK_COLOUR for region in rows["region"]]
    assert axis.get_xscale() == "log"
    bold = {text.get_text() for text in axis.texts if text.get_fontweight() == "bold"}
    assert bold == {f"{ratio:.2f}" for ratio in rows.loc[rows["position"] != "within", "actual_over_expected"]}


def test_readiness_and_trade_holds_the_data():
    _, result, axes = draw("readiness_and_trade", {})
    rows = result.frame.sort_values("actual_over_expected", ascending=False)
    medians = result.records.query("metric == 'median_of_all'").set_index("item")["value"]
    for axis, column, median in zip(axes, ("readiness", "actual_over_expected"), ("readiness", "ratio"), strict=True):
        assert np.allclose(axis.collections[-1].get_offsets()[:, 0], rows[column])
        assert axis.lines[0].get_xdata() == pytest.approx([medians[median]] * 2)
        assert len(axis.patches) == rows["in_both"].eq("yes").sum() == 3
    lagging = result.frame["in_both"].eq("yes").groupby(result.frame["region"]).sum()
    assert f"{lagging['CAREC']} of 11 members of CAREC and {lagging['ASEAN']} of 10" in words(axes)
    assert "not known for Tajikistan" in words(axes)


@pytest.mark.parametrize(
    ("heights", "gap", "expected"),
    [
        ([0.5, 0.2], 0.2, [0.5, 0.2]),
        ([-0.3, -0.1], 0.2, [0.1, 0.3]),  # from half a gap above the bottom
        ([1.1, 0.9], 0.2, [0.9, 0.7]),
        ([0.0, 0.25, 0.5, 0.75, 1.0], 0.2, [0.1, 0.3, 0.5, 0.7, 0.9]),
        ([], 0.2, []),
    ],
)
def test_names_stay_inside(heights, gap, expected):
    assert inside(heights, gap) == pytest.approx(expected)
