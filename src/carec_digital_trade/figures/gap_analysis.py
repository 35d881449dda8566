"""The gap analysis's figures: the gap's factors, expected against actual trade, readiness beside it, networks.

Each function takes the finding that it draws and the parameters that it was computed with, and returns its axes.
"""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from carec_digital_trade.figures.layout import canvas, drawing
from carec_digital_trade.figures.rows import apart, at_end, inside, log_limits, name_rows
from carec_digital_trade.figures.style import (
    GUIDE,
    INK,
    MUTED,
    NO_DATA,
    ROW_INCHES,
    colours,
    for_text,
    log_ticks,
    plain_number,
    say,
    signed,
    spread,
    two_lines,
    unit_for,
    within,
    year_ticks,
)
from carec_digital_trade.findings import Finding
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.metrics import CONNECTIVITY, PRICES
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital, listing
from carec_digital_trade.regions import Region

_RATIO = "actual_over_expected"
_OPENING, _NARROWING = "#4d4d4d", "#9a9a9a"
_LINE_OF_PANEL = 0.12
"""A line of a name, as a share of the height of a small panel."""


@drawing
def waterfall(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the way from the benchmark's trade to the region's, factor by factor.

    The mean members have a panel of their own where the regions' members differ in number: else it would be the same
    picture in another unit.
    """
    frame, bases = result.frame, ["Regional totals", "Mean members"]
    ratios = [frame.loc[frame["basis"] == basis, "ratio"].to_numpy(dtype=float) for basis in bases]
    alike = len(ratios[0]) == len(ratios[1]) and np.allclose(*ratios)
    same = " The mean members' factors are the same, being as many on both sides." if alike and len(frame) else ""
    subtitle = f"{result.caption}. In brackets: the region's factor over the benchmark's.{same}"
    above = 0.15 if alike else 0.5
    axes = canvas(1 if alike else 2, 2.9, result.title, subtitle, result.source, margins=(1.65, 0.3), above=above)
    for axis, basis in zip(axes, bases, strict=False):
        _draw_steps(axis, frame[frame["basis"] == basis], chosen.compared())
        axis.set_title("" if alike else basis, pad=8)
    return axes


@drawing
def expected_trade(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw actual over expected trade of the members, a row each, with its prediction interval."""
    frame = result.frame
    shown = frame[(frame["total"] > 0) & frame["expected"].notna()]
    outside = shown["position"].ne("within").any()
    subtitle = (
        f"{result.caption.replace(', USD million', '')}. Dot: actual over expected; line: 90% prediction interval"
        f"{'; bold: outside it' if outside else ''}.{_absent(frame, shown, chosen.compared())}"
    )
    shown = shown.sort_values(_RATIO, ascending=False, ignore_index=True)
    height = ROW_INCHES * max(len(shown), 4)
    (axis,) = axes = canvas(1, height, result.title, subtitle, result.source, margins=(1.65, 0.8), above=0.5)
    ends = [shown[f"{_RATIO}_{end}"] for end in ("low", "high")]
    _draw_ratios(axis, shown, chosen.compared(), ends, shown["position"].ne("within"))
    return axes


@drawing
def readiness_and_trade(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the members' readiness and their actual over expected trade, the same rows, with who lags in both."""
    both, frame = chosen.compared(), result.frame
    shown = frame[(frame[_RATIO] > 0) & frame["readiness"].notna()]
    subtitle = (
        f"{result.caption}. Upright lines: medians of all economies; grey: below both; lines beside a dot: what "
        f"unknown laws leave possible, and the 90% prediction interval.{_absent(frame, shown, both)}"
    )
    shown = shown.sort_values(_RATIO, ascending=False, ignore_index=True)
    height = ROW_INCHES * max(len(shown), 4)
    axes = canvas(2, height, result.title, subtitle, result.source, margins=(1.65, 0.75), above=0.5)
    medians = result.records.query("metric == 'median_of_all'").set_index("item")["value"]
    lags = shown["in_both"].eq("yes")
    _draw_scores(axes[0], shown, both, medians["readiness"])
    _draw_ratios(axes[1], shown, both, [shown["ratio_low"], shown["ratio_high"]], lags, medians["ratio"])
    for axis, heading in zip(axes, ("Readiness of the law", "Actual over expected trade"), strict=True):
        axis.set_title(heading, pad=8)
        for row in shown.index[lags]:
            axis.axhspan(row - 0.5, row + 0.5, color=GUIDE, alpha=0.6, linewidth=0, zorder=0)
    return axes


@drawing
def infrastructure(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the medians of both regions over the years, a panel an indicator."""
    both, frame = chosen.compared(), result.frame
    halves = both[0].name == both[1].name
    names = [*CONNECTIVITY, *PRICES]
    title, subtitle = result.title, f"{result.caption}."
    axes = canvas(3, 1.8, title, subtitle, result.source, margins=(0.6, 1.15), rows=2, above=0.55)
    for axis, name in zip(axes, names, strict=True):
        rows = frame[frame["indicator"] == name]
        axis.set_title(capital(WORDS["indicators"][name]), fontsize=13, pad=8)
        axis.set_xlabel("Year")
        if rows.empty:
            say(axis)
            continue
        axis.grid(axis="y", color=GUIDE)
        axis.set(ylim=(0, 1.08 * rows["indicator_median"].max()), xlim=(rows["year"].min(), rows["year"].max()))
        year_ticks(axis.xaxis, rows["year"].min(), rows["year"].max(), 3)
        axis.yaxis.set_major_locator(MaxNLocator(4))
        axis.yaxis.set_major_formatter(plain_number)
        ends = []
        for each, colour, line in zip(both, colours(*both), ("-", "--"), strict=True):
            own = rows[rows["region"] == each.label].dropna(subset="indicator_median")
            axis.plot(own["year"], own["indicator_median"], color=colour, linewidth=2.5, linestyle=line)
            called = each.label if halves else each.name  # the title says who is left out
            ends += [(own["indicator_median"].iloc[-1], called, for_text(colour))] if len(own) else []
        _name_ends(axis, ends)
    return axes


def _name_ends(axis: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write the regions' names beside the ends of their lines."""
    reach = axis.get_ylim()[1]
    words = ["\n".join(textwrap.wrap(textwrap.shorten(label, 22, placeholder="…"), 12)) for _, label, _ in ends]
    gap = _LINE_OF_PANEL * max(text.count("\n") + 1 for text in ["", *words])
    places = inside(spread([value / reach for value, *_ in ends], gap), gap)
    for place, text, (_, _, colour) in zip(places, words, ends, strict=True):
        where = {"xycoords": "axes fraction", "annotation_clip": False, "va": "center", "linespacing": 0.95}
        axis.annotate(text, (1.04, place), fontsize=11, color=colour, fontweight="bold", **where)


def _draw_ratios(
    axis: Axes,
    shown: pd.DataFrame,
    both: Sequence[Region],
    ends: Sequence[pd.Series],
    bold: pd.Series,
    middle: float = 1.0,
) -> None:
    """Draw actual over expected trade, a row a member, with its interval, and its number beside it."""
    axis.set_xlabel("Actual over expected, log scale")
    if shown.empty:
        say(axis)
        return
    reached = pd.concat([*ends, shown[_RATIO], pd.Series([1.0])]).dropna()
    log_limits(axis, "x", reached[reached > 0], 0.03)
    log_ticks(axis.xaxis, *axis.get_xlim())
    shades = _shades(shown, both)
    axis.hlines(shown.index, *ends, color=shades, linewidth=6, alpha=0.3, zorder=2)
    axis.scatter(shown[_RATIO], shown.index, s=80, color=shades, linewidth=0, zorder=4)
    axis.axvline(middle, color=INK, linewidth=1, zorder=1)
    place = {"transform": axis.get_xaxis_transform(), "va": "bottom", "fontsize": 11, "color": MUTED}
    if middle == 1:
        axis.text(0.97, 1.01, "trades less", ha="right", **place)
        axis.text(1.03, 1.01, "more than expected", **place)
    for row, ratio in shown[_RATIO].items():
        style = {"fontweight": "bold" if bold[row] else "normal", "color": for_text(shades[row])}
        apart(axis, 0.1, row, f"{ratio:.2f}", **style)
    _name_members(axis, shown, shades)


def _draw_scores(axis: Axes, shown: pd.DataFrame, both: Sequence[Region], middle: float) -> None:
    """Draw the readiness, a row a member, with what unknown laws leave possible, and its number beside it."""
    axis.set_xlabel("Score, 0 to 1")
    if shown.empty:
        say(axis)
        return
    shades = _shades(shown, both)
    axis.hlines(shown.index, 0, 1, color=GUIDE, linewidth=1, zorder=1)
    axis.hlines(shown.index, shown["readiness_low"], shown["readiness_high"], color=shades, linewidth=6, alpha=0.3)
    axis.scatter(shown["readiness"], shown.index, s=80, color=shades, linewidth=0, zorder=4, clip_on=False)
    axis.axvline(middle, color=INK, linewidth=1, zorder=1)
    for row, score in shown["readiness"].items():
        apart(axis, 0.15, row, f"{score:.3g}", color=for_text(shades[row]))
    axis.set(xlim=(0, 1))
    axis.xaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    axis.xaxis.set_major_formatter(plain_number)
    _name_members(axis, shown, shades)


def _name_members(axis: Axes, shown: pd.DataFrame, shades: Sequence[str]) -> None:
    for text, colour in zip(name_rows(axis, shown["name"]), shades, strict=True):
        text.set_color(for_text(colour))


def _shades(shown: pd.DataFrame, both: Sequence[Region]) -> list[str]:
    """Return a colour a row, its region's."""
    own, other = colours(*both)
    return [own if label == both[0].label else other for label in shown["region"]]


def _draw_steps(axis: Axes, part: pd.DataFrame, both: Sequence[Region]) -> None:
    if part.empty:
        say(axis)
        axis.set_xlabel("USD")
        return
    factors, trade = part[part["factor"] != "trade"], part[part["factor"] == "trade"].iloc[0]
    unit = unit_for(max(trade["region_value"], trade["benchmark_value"]))
    region, benchmark = trade["region_value"] / unit.millions, trade["benchmark_value"] / unit.millions
    steps = factors["contribution"].to_numpy() / unit.millions
    reached = np.concatenate([[benchmark], benchmark + np.cumsum(steps)])
    starts = np.concatenate([[0], reached[:-1], [0]])
    ends = np.concatenate([[benchmark], reached[1:], [region]])
    own, others = colours(*both)
    rows = np.arange(len(ends))
    shades = [_NARROWING if step >= 0 else _OPENING for step in steps]
    axis.barh(rows, ends - starts, left=starts, height=0.62, color=[others, *shades, own], zorder=2)
    axis.vlines(reached, rows[:-1] - 0.31, rows[1:] + 0.31, color=MUTED, linewidth=1, zorder=3)
    words = [f"{benchmark:,.1f}", *map(_step_words, steps, factors["ratio"]), f"{region:,.1f}"]
    right = np.maximum(starts, ends)
    for row, place, text in zip(rows, right, words, strict=True):
        at_end(axis, place, row, text)
    low, high = min(0.0, *ends), right.max()
    room = 11.0 / axis.get_window_extent().width * axis.figure.dpi / 6  # for words of fixed size
    axis.axvline(0, color="#888888", linewidth=1)
    labels = [both[1].label, *factors["words"], both[0].label]
    for text, label in zip(name_rows(axis, labels), labels, strict=True):
        text.set_text(two_lines(label))
    axis.set(xlim=(low - 0.02 * (high - low), high + room * (high - low)), xlabel=unit.name)
    axis.xaxis.set_major_locator(FixedLocator(within(MaxNLocator(4).tick_values(low, high), low, high)))
    axis.xaxis.set_major_formatter(plain_number)


def _step_words(step: float, ratio: float) -> str:
    times = f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"
    return f"{signed(step, '+,.1f')} ({times} times)"


def _absent(frame: pd.DataFrame, shown: pd.DataFrame, both: Sequence[Region]) -> str:
    """Name the members that have no dot, and the regions that have no row, where anybody has one."""
    if shown.empty:
        return ""
    names = list(frame["name"][~frame.index.isin(shown.index)])
    names += [each.label for each in both if not (frame["region"] == each.label).any()]
    return f" {NO_DATA.capitalize()}: {listing(names)}." if names else ""
