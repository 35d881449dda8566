import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from notebook_cells import cells
from overlap import clashes, row_names, texts

from carec_digital_trade import figures
from carec_digital_trade.figures.style import (
    BENCHMARK_COLOUR,
    REGION_COLOUR,
    colours,
    for_text,
    log_ticks,
    spread,
    two_lines,
)
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.regions import region

CASES = {
    "default": {},
    "swapped": {"region": "ASEAN", "benchmark": "CAREC"},
    "long names": {
        "region": ["KAZ", "KGZ", "ARM", "BLR", "RUS"],
        "benchmark": ["BOL", "CAF", "ABW", "LAO"],
        "year": 2006,
    },
    "one member, no data": {"region": "AND", "benchmark": ["ATG"]},
    "missing members": {"measure": "deliverable", "year": 2023, "flow": "exports"},
    "equal values": {"region": "KAZ", "benchmark": ["UZB"], "year": 2025},
    "negative": {"region": "LAO", "benchmark": "CAREC", "year": 2005, "flow": "imports"},
    "nobody but the giant": {"region_exclude": ["AZE", "GEO", "KAZ", "KGZ", "MNG", "PAK", "TJK", "TKM", "UZB", "AFG"]},
}


def draw(values):
    chosen = SnapshotParameters.validated(values)
    findings = cells("snapshot", **values)
    ranking, series, services = (findings[name] for name in ("members", "over_time", "by_service"))
    return chosen, {
        "members": (ranking, figures.members(ranking, chosen)),
        "effective_members": (series, figures.effective_members(series, chosen)),
        "over_time": (series, figures.over_time(series, chosen)),
        "composition": (services, figures.composition(services, chosen)),
    }


@pytest.mark.parametrize("case", CASES)
def test_no_label_touches_another_or_is_cut(case):
    _, drawn = draw(CASES[case])
    for name, (result, axes) in drawn.items():
        assert clashes(axes) == [], name
        assert clashes(axes[0].figure.narrowed()) == [], f"{name}, on a phone"
        words = " ".join(text for text, _ in texts(axes)).replace("\n", " ")
        # Of the finding that two figures draw, one leaves out the population.
        assert result.source in words or name == "effective_members"
        assert all(axis.get_xlabel() for axis in axes), name


def test_members_hold_the_data():
    chosen, drawn = draw({})
    result, axes = drawn["members"]
    for axis, each, colour in zip(axes, chosen.regions(), (REGION_COLOUR, BENCHMARK_COLOUR), strict=True):
        values = result.frame[result.frame["region"] == each.name]["total"] / 1000
        bars = axis.containers[0]
        assert np.allclose([bar.get_width() for bar in bars], values)
        assert to_hex(bars[0].get_facecolor()).upper() == colour
        assert axis.get_xscale() == "linear"
        assert axis.get_xlabel() == "USD billion"
        labels = [text.get_text() for text in axis.texts]
        assert labels[0].startswith(f"{values.iloc[0]:,.1f}")


def test_revisions_are_hollow():
    result, axes = draw({})[1]["members"]
    hollow = axes[1].containers[1][0]
    singapore = result.frame.query("iso3 == 'SGP'")["article"].item() / 1000
    assert np.isclose(hollow.get_width(), singapore)
    assert not hollow.get_fill() or hollow.get_facecolor()[-1] == 0
    assert any(text.get_text().endswith("(+9%)") for text in axes[1].texts)


def test_lines_hold_the_data():
    chosen, drawn = draw({})
    result, (axis,) = drawn["effective_members"]
    wide = result.frame.pivot(index="year", columns="region", values="effective_members")
    full, kept = (chosen.regions(), chosen.compared())
    lines = [line for line in axis.lines if line.get_linestyle() != ":"]
    for line, each in zip(lines, [*full, *kept], strict=True):
        assert np.allclose(line.get_ydata(), wide[each.label], equal_nan=True)
        assert (line.get_linestyle() == "-") == (each in kept)


def test_both_panels_over_time_hold_the_data():
    chosen, drawn = draw({})
    result, axes = drawn["over_time"]
    headings = ("Total, 2005 = 100", "USD per person, log scale")
    for axis, metric, heading in zip(axes, ("index", "per_person"), headings, strict=True):
        wide = result.frame.pivot(index="year", columns="region", values=metric)
        lines = {line.get_color(): line for line in axis.lines if line.get_linestyle() == "-"}
        for each, colour in zip(chosen.compared(), (REGION_COLOUR, BENCHMARK_COLOUR), strict=True):
            assert np.allclose(lines[colour].get_ydata(), wide[each.label], equal_nan=True)
        assert axis.get_title("left") == heading
        assert axis.get_xlabel() == "Year"
    assert (axes[0].get_yscale(), axes[1].get_yscale()) == ("linear", "log")


def test_a_missing_year_is_bridged_by_dots_and_said():
    _, (axis,) = draw({})[1]["effective_members"]
    asean = axis.lines[1]
    assert np.isnan(asean.get_ydata()[list(asean.get_xdata()).index(2006)])
    dotted = [line for line in axis.lines if line.get_linestyle() == ":"]
    assert [list(line.get_xdata()) for line in dotted] == [[2005, 2007]] * 2
    assert not any(len(dots.get_offsets()) for dots in axis.collections)
    assert "not defined in 2006, when a member's trade is negative" in " ".join(axis.figure.texts[1].get_text().split())


def test_only_producers_of_what_is_drawn_are_named():
    _, drawn = draw({})
    source = {name: " ".join(axes[0].figure.texts[-1].get_text().split()) for name, (_, axes) in drawn.items()}
    assert "World Bank" in source["over_time"] and "World Bank" not in source["effective_members"]
    assert not any("Telecommunication Union" in each for each in source.values())


def test_a_minus_is_no_hyphen():
    _, drawn = draw(CASES["long names"])
    labels = [text for text, _ in texts(drawn["members"][1])]
    assert any(label.startswith("\N{MINUS SIGN}") for label in labels)
    assert not any(label.startswith("-") for label in labels)


def test_years_begin_and_end_the_axis():
    for axis in draw({})[1]["over_time"][1]:
        ticks = list(axis.get_xticks())
        assert (ticks[0], ticks[-1]) == (2005, 2025)


def test_missing_data_are_said():
    _, drawn = draw(CASES["one member, no data"])
    for name, (_, axes) in drawn.items():
        assert any("no data" in " ".join(text.lower().split()) for text, _ in texts(axes)), name


def test_composition_holds_the_data():
    chosen, drawn = draw({})
    result, (axis,) = drawn["composition"]
    shares = result.frame.pivot(index="item", columns="region", values="share")
    plain = {words: code for code, words in WORDS["plain_services"].items()}
    order = [plain[name] for name in row_names(axis)]
    dots = next(each for each in axis.collections if len(each.get_offsets()) == 2 * len(order))
    places = dots.get_offsets().round(9).tolist()
    for each, colour in zip(chosen.compared(), (REGION_COLOUR, BENCHMARK_COLOUR), strict=True):
        for row, share in enumerate(shares.loc[order, each.label]):
            assert to_hex(dots.get_facecolors()[places.index([round(share, 9), row])]).upper() == colour


def test_titles_state_the_finding():
    everything = {
        name: " ".join(text for text, _ in texts(axes)).replace("\n", " ") for name, (_, axes) in draw({})[1].items()
    }
    assert "China is 92% of CAREC and Singapore is 69% of ASEAN" in everything["members"]
    assert "CAREC without China has been spread more evenly" in everything["effective_members"]


def test_partial_years_are_hollow_and_in_no_title():
    # Viet Nam has no deliverable trade in 2015-19 and in 2023, which leaves Indonesia alone.
    _, drawn = draw({"benchmark": ["VNM", "IDN"], "measure": "deliverable", "year": 2020})
    title = {name: " ".join(axes[0].figure.texts[0].get_text().split()) for name, (_, axes) in drawn.items()}
    (axis,) = drawn["effective_members"][1]
    alone = {2015, 2016, 2017, 2018, 2019, 2023}
    hollow = [
        set(dots.get_offsets()[:, 0]) for dots in axis.collections if to_hex(dots.get_facecolor()[0]) == "#ffffff"
    ]
    assert alone in hollow
    assert title["effective_members"].endswith("throughout, partial years aside")
    assert "in 2020; in 2010 it was" in title["over_time"]
    assert "Hollow: some members have" in axis.figure.texts[1].get_text()


def test_the_title_goes_by_the_normalised_index():
    _, drawn = draw({"benchmark": ["MYS", "PHL"], "flow": "imports"})
    title = " ".join(drawn["effective_members"][1][0].figure.texts[0].get_text().split())
    assert title == (
        "For the number of members, trade of Malaysia and Philippines was spread more evenly than that of CAREC "
        "without China in 2024, as in 9 of 20 other years"
    )
    (axis,) = draw({"region": ["KAZ"], "benchmark": ["VNM"]})[1]["effective_members"][1]
    assert axis.figure.texts[0].get_text().startswith("How evenly trade is spread in Kazakhstan and Viet Nam")


@pytest.mark.parametrize("limits", [(20, 400), (30, 130), (60, 95), (1, 5000)])
def test_a_logarithmic_axis_has_three_ticks_in_any_range(limits):
    axis = Figure().add_subplot().xaxis
    log_ticks(axis, *limits)
    assert sum(limits[0] <= tick <= limits[1] for tick in axis.get_majorticklocs()) >= 3


def test_regions_keep_their_colours():
    def paint(**values):
        return colours(*SnapshotParameters.validated(values).regions())

    assert paint() == (REGION_COLOUR, BENCHMARK_COLOUR)
    assert paint(region="ASEAN", benchmark="CAREC") == paint()[::-1]
    assert paint(region="IND") == (REGION_COLOUR, BENCHMARK_COLOUR)
    assert paint(region="IND", benchmark="CAREC") == (BENCHMARK_COLOUR, REGION_COLOUR)
    halves = [region("CAREC", exclude=[code]) for code in ("AFG", "CHN")]
    assert colours(*halves) == (REGION_COLOUR, BENCHMARK_COLOUR)
    assert two_lines("CAREC without 8 members") == "CAREC\nwithout 8 members"
    assert two_lines("CAREC without Afghanistan, Azerbaijan and China") == "CAREC without\nAfghanistan,…"


@pytest.mark.parametrize(
    ("positions", "gap", "expected"),
    [
        ([0.0, 1.0], 0.5, [0.0, 1.0]),
        ([0.0, 0.0], 1.0, [-0.5, 0.5]),
        ([1.0, 0.0, 0.1], 1.0, [1.3666666666666667, -0.6333333333333333, 0.3666666666666667]),
        ([], 1.0, []),
    ],
)
def test_spread_by_hand(positions, gap, expected):
    # In the third case all three touch: mean (1 + 0 + 0.1)/3 = 0.3667, spread by one to either side.
    assert spread(positions, gap) == pytest.approx(expected)


def test_words_have_the_contrast_that_letters_need():
    for colour in (REGION_COLOUR, BENCHMARK_COLOUR):
        channels = [int(for_text(colour)[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
        luminance = sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
        assert 1.05 / (luminance + 0.05) >= 4.5  # on white, by WCAG 2.2
