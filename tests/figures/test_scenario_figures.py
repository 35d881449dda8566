import numpy as np
import pytest
from matplotlib.colors import to_hex
from notebook_cells import cells
from overlap import clashes, row_names, texts

from carec_digital_trade.figures.scenarios import LEVER_COLOURS, PANELS
from carec_digital_trade.figures.style import BENCHMARK_COLOUR, REGION_COLOUR, unit_for
from carec_digital_trade.figures.years import band_ends

pytestmark = pytest.mark.usefixtures("light_backtest")

OWN = {
    "kind": "trade_per_10_percent",
    "indicator": "internet_users",
    "measures": ["delivered"],
    "central": 2.0,
    "source": "A survey",
}
FIVE_LEVERS = [
    {"family": "connectivity", "effect": "wto2023_cost"},
    {"family": "paperless", "effect": "escap_cpta", "benchmark": "full", "spillover": 0.25},
    {"family": "inclusion", "effect": OWN, "benchmark": "best"},
    {"family": "inclusion", "indicator": "law_share"},
    {"family": "regulation", "effect": "wto2023_interaction"},
]
CASES = {
    "default": {},
    "nothing": {"preset": "paperless"},
    "few data": {"region": ["KAZ", "KGZ", "UZB"], "measure": "deliverable", "flow": "exports", "year": 2023},
    "extrapolated": {"region_exclude": ["CHN"], "support": 50, "levers": FIVE_LEVERS, "horizon": 2060},
    "long names, one year": {
        "region": ["BOL", "CAF", "STP", "RUS", "BLR"],
        "effects": {"connectivity": "oecd2018_services", "regulation": None},
        "flow": "exports",
        "horizon": 2026,
    },
    "missing members": {
        "measure": "deliverable",
        "year": 2020,
        "region": "ASEAN",
        "benchmark": "CAREC",
        "preset": "all_four_half",
    },
    "one member": {"region": "PAK", "benchmark": ["SGP"], "preset": "connectivity", "support": 1000},
    "from nothing": {"region": ["TCD", "NER", "MLI"], "benchmark": ["SGP", "FRA"], "support": 1.0},
}
FINDINGS = {
    "baseline_fan": "baseline",
    "lever_gaps": "gaps",
    "additional": "additional",
    "additional_by_member": "by_economy",
    "attribution": "attribution",
    "tornado": "tornado",
}
"""Figure of the notebook to the finding that it draws."""


def draw(values, name):
    found = cells("scenarios", draws=300, **values)
    return found[FINDINGS[name]], found.picture(name)


def words(axes):
    return " ".join(text for text, _ in texts(axes)).replace("\n", " ")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", FINDINGS)
def test_no_label_touches_another_or_is_cut(case, name):
    result, axes = draw(CASES[case], name)
    assert clashes(axes) == []
    assert clashes(axes[0].figure.narrowed()) == []
    assert result.source in words(axes)
    assert all(axis.get_xlabel() for axis in axes)


def test_the_fan_holds_history_median_and_bands():
    result, (axis,) = draw({}, "baseline_fan")
    unit = unit_for(result.frame["baseline_trade"].iloc[-1])
    median, past = axis.lines
    observed = result.records.query("metric == 'total'")
    assert past.get_xdata().tolist() == observed["year"].tolist()
    assert np.allclose(past.get_ydata() * unit.millions, observed["value"])
    assert np.allclose(median.get_ydata()[1:] * unit.millions, result.frame["baseline_trade"])
    assert median.get_linestyle() == "--" and past.get_linestyle() == "-"
    for band, drawn in zip((95, 80, 50), axis.collections, strict=True):
        ends = drawn.get_paths()[0].vertices[:, 1]
        assert ends.max() * unit.millions == pytest.approx(result.frame[band_ends("baseline_trade", band)[1]].max())
        assert to_hex(drawn.get_facecolor()[0]).upper() == REGION_COLOUR
    assert axis.get_yscale() == "log" and axis.get_ylabel() == f"{unit.name}, log scale"


def test_the_futures_start_from_the_latest_figures_where_the_last_total_is_partial():
    result, (axis,) = draw(CASES["missing members"], "baseline_fan")
    latest = cells("scenarios", draws=300, **CASES["missing members"]).value("base").latest()
    fan, observed = axis.lines
    assert fan.get_xdata()[0] == observed.get_xdata()[-1] == 2023
    assert fan.get_ydata()[0] * unit_for(result.frame["baseline_trade"].iloc[-1]).millions == pytest.approx(latest)
    assert fan.get_ydata()[0] > observed.get_ydata()[-1]
    assert "start from each member's latest figure" in words([axis])
    assert to_hex(observed.get_color()).upper() == BENCHMARK_COLOUR


def test_the_addition_starts_from_nothing():
    result, (axis,) = draw({}, "additional")
    unit = unit_for(result.frame["additional_trade_95_high"].iloc[-1])
    (median,) = axis.lines
    assert median.get_xdata()[0] == 2025 and median.get_ydata()[0] == 0
    assert np.allclose(median.get_ydata()[1:] * unit.millions, result.frame["additional_trade"])
    assert axis.get_ylabel() == unit.name


def test_members_hold_the_data():
    result, (axis,) = draw({}, "additional_by_member")
    members = result.frame.iloc[1:]
    gaining = members[members["additional_trade"] > 0]
    unit = unit_for(gaining["additional_trade"].max())
    dots = axis.collections[-1].get_offsets()
    assert np.allclose(dots[:, 0] * unit.millions, gaining["additional_trade"])
    assert row_names(axis) == gaining["economy"].tolist()
    assert "Nothing is added in Azerbaijan, China, Kazakhstan, Kyrgyz Republic" in words([axis])


def test_gaps_show_what_is_used_what_is_beyond_and_what_is_missing():
    result, axes = draw({"effects": {"connectivity": "wto2023_trade"}}, "lever_gaps")
    assert [axis.get_title("left") for axis in axes] == ["Regulation", "Connectivity", "Inclusion"]
    part = result.frame[result.frame["lever"] == "connectivity"].query("shown > 1")
    bars = axes[1].patches
    used, beyond = bars[: len(part)], bars[len(part) :]
    assert np.allclose([bar.get_x() + bar.get_width() for bar in used], part["shown_used"])
    assert np.allclose([bar.get_x() + bar.get_width() for bar in beyond], part["shown"])
    tajikistan = list(part["economy"]).index("Tajikistan")
    assert axes[0].texts[-1].get_text() == "no data: 8"
    assert axes[1].texts[tajikistan].get_text() == "195"
    assert "in 1 of 11 members in regulation and 3 in connectivity" in words(axes) and "in inclusion" not in words(axes)
    assert {bar.get_hatch() for bar in axes[2].patches} == {"////"} and "Hatched: no effect" in words(axes)
    assert not any(bar.get_hatch() for bar in bars)
    from_nothing = CASES["from nothing"] | {"effects": {"connectivity": "wto2023_trade"}}
    assert "from 0" in words(draw(from_nothing, "lever_gaps")[1])


def test_a_gap_from_nothing_is_beyond_the_evidence_in_the_title():
    result, axes = draw({"region": ["TCD"], "preset": "connectivity"}, "lever_gaps")
    assert "Further from it than is used: Chad." in result.reading
    assert "Part of the gap is beyond the evidence in 1 of 1 member in connectivity" in words(axes)


def test_levers_that_have_no_panel_are_named():
    _, axes = draw(CASES["extrapolated"], "lever_gaps")
    assert len(axes) == PANELS
    assert "Not drawn: inclusion 2 and regulation." in words(axes)


def test_parts_hold_the_data():
    result, (axis,) = draw({}, "attribution")
    wide = result.frame.pivot(index="economy", columns="name", values="part").fillna(0)
    wide = wide.reindex(result.frame["economy"].unique())
    unit = unit_for(wide.iloc[0].sum())
    levers = list(result.frame["name"].unique())
    for lever, bars, colour in zip(levers, axis.containers, LEVER_COLOURS, strict=False):
        assert np.allclose([bar.get_width() * unit.millions for bar in bars], wide[lever])
        assert to_hex(bars[0].get_facecolor()).upper() == colour
    # The members' parts add up to the region's, lever by lever.
    assert np.allclose(wide.iloc[1:].sum(), wide.iloc[0])
    assert [text.get_text() for text in axis.get_legend().get_texts()] == [lever.capitalize() for lever in levers]


def test_swings_hold_the_data():
    result, (axis,) = draw({}, "tornado")
    unit = unit_for(result.frame["tornado_high"].max())
    moving = result.frame[result.frame["swing"] > 0]
    for bar, row in zip(axis.patches, moving.to_dict("records"), strict=True):
        assert bar.get_x() * unit.millions == pytest.approx(row["tornado_low"])
        assert bar.get_width() * unit.millions == pytest.approx(row["swing"])
    assert "The connectivity study moves the result most" in words([axis])
    assert "Without a swing: regulation" in words([axis])
    assert any(list(line.get_xdata()) == [0, 0] for line in axis.lines) and 0 in axis.get_xticks()


@pytest.mark.parametrize("name", [name for name in FINDINGS if name != "baseline_fan"])
def test_extrapolation_is_marked(name):
    assert "EXTRAPOLATED" in words(draw({"support": 10}, name)[1])
    assert "EXTRAPOLATED" not in words(draw({}, name)[1])


@pytest.mark.parametrize("name", ["additional_by_member", "lever_gaps"])
def test_extrapolated_members_are_marked(name):
    far, near = (
        [row for axis in draw({"support": support}, name)[1] for row in row_names(axis)] for support in (10.0, 2.0)
    )
    assert "Tajikistan *" in far
    assert "Tajikistan" in near and not any(label.endswith(" *") for label in near)


@pytest.mark.parametrize("name", ["additional", "additional_by_member", "attribution", "tornado"])
def test_that_nothing_is_added_is_said(name):
    assert "nothing is added" in words(draw(CASES["nothing"], name)[1])


@pytest.mark.parametrize(
    ("million", "unit"), [(5.0, "USD million"), (1_999.0, "USD million"), (5e4, "USD billion"), (3e6, "USD trillion")]
)
def test_units_keep_numbers_short(million, unit):
    assert unit_for(million).name == unit
