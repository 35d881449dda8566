"""The gap analysis's figures: readiness, the gap's factors, expected against actual trade, the two together.

Each function takes the finding that it draws and the parameters that it was computed with, and returns its axes.
"""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, MaxNLocator

from carec_digital_trade.figures.rows import SIDE, at_end, beside, dots_with_names, draw_bands, log_limits, name_rows
from carec_digital_trade.figures.style import (
    GUIDE,
    INK,
    LABEL_INCHES,
    MUTED,
    NO_DATA,
    RC,
    ROW_INCHES,
    canvas,
    colours,
    for_text,
    log_ticks,
    plain_number,
    say,
    shortened,
    two_lines,
    unit_for,
    within,
)
from carec_digital_trade.findings import Finding
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.metrics import CONNECTIVITY, PRICES
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital, listing
from carec_digital_trade.regions import Region

_RATIO = "actual_over_expected"
_DOT = 0.02
"""Half the width of a dot with its rim, on the scale of readiness."""
_OPENING, _NARROWING = "#4d4d4d", "#9a9a9a"


@mpl.rc_context(RC)
def readiness(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the members' ranks by readiness, with what the draws and the unknown laws leave open, a region each."""
    both = chosen.compared()
    parts = [result.frame[result.frame["region"] == each.label].reset_index(drop=True) for each in both]
    most = max(map(len, parts))
    subtitle = (
        f"{result.caption}. Dot: median rank; thick line: 90% of the draws; thin line: what unknown laws leave "
        "possible besides."
    )
    axes = canvas(2, ROW_INCHES * most + 0.3, result.title, subtitle, result.source, margins=(1.75, 1.2))
    worst = np.nanmax([10.0, *result.frame["readiness_rank_bounds_high"], *result.frame["readiness_rank_drawn_high"]])
    for axis, each, part, colour in zip(axes, both, parts, colours(*both), strict=True):
        _draw_ranks(axis, part, colour, worst)
        axis.set_ylim(most - 0.4, -1.3)
        axis.set_title(shortened(each.label, 27), color=for_text(colour), pad=8)
    return axes


@mpl.rc_context(RC)
def waterfall(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the way from the benchmark's trade to the region's, factor by factor: regional totals, and mean members."""
    subtitle = f"{result.caption}. In brackets: the region's factor over the benchmark's."
    axes = canvas(2, 3.1, result.title, subtitle, result.source, margins=(1.75, 0.3))
    for axis, basis in zip(axes, ("Regional totals", "Mean members"), strict=True):
        _draw_steps(axis, result.frame[result.frame["basis"] == basis], chosen.compared())
        axis.set_title(basis, pad=8)
    return axes


@mpl.rc_context(RC)
def expected_trade(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw actual against expected trade of the members, with the line of equality and the prediction interval."""
    both, frame = chosen.compared(), result.frame
    shown = frame[(frame["total"] > 0) & frame["expected"].notna()]
    subtitle = (
        f"{result.caption}. Line: actual is what is expected; band: 90% prediction interval; beside the names: actual "
        f"over expected.{_absent(frame, shown, both)}"
    )
    axes = canvas(1, _height(shown, both), result.title, subtitle, result.source, margins=(1.45, 0.3))
    _draw_expected(axes[0], shown, both)
    axes[0].set(xlabel="Expected trade, USD million, log scale", ylabel="Actual trade, USD million, log scale")
    return axes


@mpl.rc_context(RC)
def readiness_and_trade(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the members' readiness against actual over expected trade, with the quarter in which they lag in both."""
    both, frame = chosen.compared(), result.frame
    shown = frame[(frame[_RATIO] > 0) & frame["readiness"].notna()]
    subtitle = (
        f"{result.caption}. Grey: below the median of all economies in both; dotted: 90% prediction interval; lines "
        f"beside a dot: what unknown laws leave possible.{_absent(frame, shown, both)}"
    )
    axes = canvas(1, _height(shown, both), result.title, subtitle, result.source, margins=(1.1, 0.3))
    medians = result.records.query("metric == 'median_of_all'").set_index("item")["value"]
    _draw_standing(axes[0], shown, both, medians["readiness"], medians["ratio"])
    axes[0].set(xlabel="Readiness of the law, 0 to 1", ylabel="Actual over expected trade, log scale")
    return axes


@mpl.rc_context(RC)
def infrastructure(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the medians of both regions over the years, a panel an indicator."""
    both, frame = chosen.compared(), result.frame
    subtitle = f"{result.caption}. " + ", ".join(
        f"{line}: {shortened(each.label, 27)}" for line, each in zip(("Solid", "dashed"), both, strict=True)
    )
    names = [*CONNECTIVITY, *PRICES]
    axes = canvas(3, 1.9, result.title, f"{subtitle}.", result.source, margins=(0.65, 0.25), rows=2)
    for axis, name in zip(axes, names, strict=True):
        rows = frame[frame["indicator"] == name]
        axis.set_title(capital(WORDS["indicators"][name]), fontsize=11.5, pad=6)
        axis.set_xlabel("Year")
        if rows.empty:
            say(axis)
            continue
        for each, colour, line in zip(both, colours(*both), ("-", "--"), strict=True):
            own = rows[rows["region"] == each.label]
            axis.plot(own["year"], own["indicator_median"], color=colour, linewidth=2.5, linestyle=line)
        axis.grid(axis="y", color=GUIDE)
        axis.set_ylim(bottom=0)
        axis.set_xlim(rows["year"].min() - 0.5, rows["year"].max() + 0.5)
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axis.yaxis.set_major_locator(MaxNLocator(4))
        axis.yaxis.set_major_formatter(plain_number)
    return axes


def _draw_ranks(axis: Axes, part: pd.DataFrame, colour: str, worst: float) -> None:
    rows = np.arange(len(part))
    axis.hlines(rows, 1, worst, color=GUIDE, linewidth=1, zorder=1)
    possible, drawn = (
        [part[f"readiness_rank_{kind}_{end}"] for end in ("low", "high")] for kind in ("bounds", "drawn")
    )
    draw_bands(axis, rows, possible, drawn, colour)
    axis.scatter(part["readiness_rank_drawn"], rows, s=80, color=colour, linewidth=0, zorder=4, clip_on=False)
    for row in part.itertuples():
        low, high = row.readiness_low, row.readiness_high
        words = f"{row.readiness:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
        beside(axis, row.Index, NO_DATA if np.isnan(row.readiness_rank_drawn) else words)
    beside(axis, -0.9, "Score", MUTED)
    name_rows(axis, part["name"])
    axis.set(xlim=(1, worst + 2), xlabel="Rank, 1 the readiest")
    axis.xaxis.set_major_locator(FixedLocator([1, *(tick for tick in (50, 100, 150) if tick < worst)]))


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
    axis.axvline(0, color="#888888", linewidth=1)
    name_rows(axis, [""] * len(rows))
    axis.set_yticklabels(map(two_lines, [both[1].label, *factors["words"], both[0].label]))
    axis.set(xlim=(low - 0.02 * (high - low), high + 0.75 * (high - low)), xlabel=unit.name)
    axis.xaxis.set_major_locator(FixedLocator(within(MaxNLocator(4).tick_values(low, high), low, high)))
    axis.xaxis.set_major_formatter(plain_number)


def _step_words(step: float, ratio: float) -> str:
    times = f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"
    return f"{step:+,.1f} ({times} times)"


def _draw_expected(axis: Axes, shown: pd.DataFrame, both: Sequence[Region]) -> None:
    if shown.empty:
        say(axis)
        return
    log_limits(axis, "x", shown["expected"], SIDE)
    # Expected trade too, so that the line of equality is in sight.
    heights = pd.concat([shown["total"], shown["expected"]])
    log_limits(axis, "y", heights, 0.04)
    low, high = ((shown[name] / shown["expected"]).median() for name in ("expected_low", "expected_high"))
    ends = np.array([shown["expected"].min() / 2, shown["expected"].max() * 2])
    axis.fill_between(ends, low * ends, high * ends, color=GUIDE, alpha=0.6, linewidth=0, zorder=1)
    axis.plot(ends, ends, color=MUTED, linewidth=1.5, zorder=2)
    log_ticks(axis.xaxis, *ends)
    log_ticks(axis.yaxis, heights.min() / 2, heights.max() * 2)
    dots_with_names(axis, shown.assign(x=shown["expected"], y=shown["total"]), both)


def _draw_standing(axis: Axes, shown: pd.DataFrame, both: Sequence[Region], readiness: float, ratio: float) -> None:
    if shown.empty:
        say(axis)
        return
    axis.set_xlim(-SIDE / (1 - 2 * SIDE), 1 + SIDE / (1 - 2 * SIDE))
    axis.xaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    below, above = ((shown[_RATIO] / shown[name]).median() for name in ("ratio_high", "ratio_low"))
    reached = pd.Series([*shown[_RATIO], ratio, below, above])
    log_limits(axis, "y", reached, 0.05)
    log_ticks(axis.yaxis, reached.min() / 2, reached.max() * 2)
    bottom = axis.get_ylim()[0]
    # It ends before the dots at the median itself, which do not lag.
    width = max(readiness - _DOT, 0)
    axis.add_patch(Rectangle((0, bottom), width, ratio - bottom, color=GUIDE, alpha=0.6, linewidth=0, zorder=0))
    axis.hlines([below, above], 0, 1, color=MUTED, linestyle=":", linewidth=1.5, zorder=1)
    open_ones = shown[shown["readiness_low"] < shown["readiness_high"]]
    axis.hlines(open_ones[_RATIO], open_ones["readiness_low"], open_ones["readiness_high"], color=INK, linewidth=2)
    dots_with_names(axis, shown.assign(x=shown["readiness"], y=shown[_RATIO]), both)


def _height(shown: pd.DataFrame, both: Sequence[Region]) -> float:
    most = max((shown["region"] == each.label).sum() for each in both)
    return max(4.6, LABEL_INCHES * most + 0.3)


def _absent(frame: pd.DataFrame, shown: pd.DataFrame, both: Sequence[Region]) -> str:
    """Name the members that have no dot, and the regions that have no row, where anybody has one."""
    if shown.empty:
        return ""
    names = list(frame["name"][~frame.index.isin(shown.index)])
    names += [each.label for each in both if not (frame["region"] == each.label).any()]
    return f" {NO_DATA.capitalize()}: {listing(names)}." if names else ""
