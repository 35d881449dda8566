import numpy as np
import pytest
from matplotlib.colors import to_hex
from notebook_cells import NO_BROADBAND, cells
from overlap import clashes, texts

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
    assert result.source in words(axes)
    assert all(axis.get_xlabel() for axis in axes)


@pytest.mark.parametrize("name", SHOWN)
def test_missing_data_are_said(name):
    assert "no data" in words(draw(name, CASES["nobody has data"])[2])


def test_ranks_and_intervals_hold_the_data():
    chosen, result, axes = draw("readiness", {})
    for axis, each, colour in zip(axes, chosen.compared(), (REGION_COLOUR, BENCHMARK_COLOUR), strict=True):
        rows = result.frame[result.frame["region"] == each.label]
        possible, drawn, dots = axis.collections[1:4]
        assert np.allclose(dots.get_offsets()[:, 0], rows["readiness_rank_drawn"])
        assert to_hex(dots.get_facecolor()[0]).upper() == colour
        for lines, ends in (
            (possible, ["readiness_rank_bounds_low", "readiness_rank_bounds_high"]),
            (drawn, ["readiness_rank_drawn_low", "readiness_rank_drawn_high"]),
        ):
            assert np.allclose([segment[:, 0] for segment in lines.get_segments()], rows[ends])
        assert [label.get_text() for label in axis.get_yticklabels()] == list(rows["name"])
    assert "0.75 to 1" in words(axes)
    assert "8 of 11 members of CAREC and 6 of 10 members of ASEAN are sure of the full score" in words(axes)


def test_waterfall_steps_hold_the_data_and_meet():
    _, result, axes = draw("waterfall", {})
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
    said = words(axes).replace("\n", " ")
    assert "Trade per GDP opens the gap between CAREC and ASEAN; population and GDP per person narrow it" in said
    assert result.frame["share_of_gap"].isna().all()
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


def test_expected_against_actual_holds_the_data():
    chosen, result, (axis,) = draw("expected_trade", {})
    dots = axis.collections[1:]  # after the band
    for each, cloud, colour in zip(chosen.compared(), dots, (REGION_COLOUR, BENCHMARK_COLOUR), strict=True):
        rows = result.frame[result.frame["region"] == each.label]
        assert np.allclose(cloud.get_offsets(), rows[["expected", "total"]].astype(float))
        assert to_hex(cloud.get_facecolor()[0]).upper() == colour
    x, y = axis.lines[0].get_data()
    assert np.allclose(x, y)
    assert (axis.get_xscale(), axis.get_yscale()) == ("log", "log")
    # The band is the interval of each member: its ends over the expected are alike for all of them.
    band = axis.collections[0].get_paths()[0].vertices
    row = result.frame.iloc[0]
    assert np.isclose((band[:, 1] / band[:, 0]).max(), row["expected_high"] / row["expected"], rtol=0.05)
    assert np.isclose((band[:, 1] / band[:, 0]).min(), row["expected_low"] / row["expected"], rtol=0.05)
    labels = [text.get_text() for text in axis.texts]
    assert sorted(labels) == sorted(
        f"{row.name}  {row.ratio:.2f}"
        for row in result.frame.rename(columns={"actual_over_expected": "ratio"}).itertuples()
    )


def test_readiness_and_trade_holds_the_data():
    chosen, result, (axis,) = draw("readiness_and_trade", {})
    clouds = [each for each in axis.collections if len(each.get_offsets()) > 1]
    for each, cloud in zip(chosen.compared(), clouds, strict=True):
        rows = result.frame[result.frame["region"] == each.label]
        assert np.allclose(cloud.get_offsets(), rows[["readiness", "actual_over_expected"]].astype(float))
    medians = result.records.query("metric == 'median_of_all'").set_index("item")["value"]
    quarter = axis.patches[0]
    # Half a dot short of the median, whose dots do not lag.
    assert quarter.get_width() == pytest.approx(medians["readiness"] - 0.02)
    assert quarter.get_y() + quarter.get_height() == pytest.approx(medians["ratio"])
    lagging = result.frame["in_both"].eq("yes").groupby(result.frame["region"]).sum()
    assert f"{lagging['CAREC']} of 11 members of CAREC and {lagging['ASEAN']} of 10" in words([axis])
    assert "not known for Tajikistan" in words([axis]).replace("\n", " ")


def test_names_stand_on_their_regions_side():
    _, result, (axis,) = draw("expected_trade", {})
    side = {text.get_text().rpartition("  ")[0]: text.get_position()[0] < 0.5 for text in axis.texts}
    assert side == dict(zip(result.frame["name"], result.frame["region"] == "CAREC", strict=True))


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
