"""The gap analysis's figures: readiness, the gap's factors, expected against actual trade, the two together."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, MaxNLocator

from carec_digital_trade.figures import gap_titles as titles
from carec_digital_trade.figures.fans import unit_for
from carec_digital_trade.figures.labels import (
    LABEL_INCHES,
    NAME,
    NO_DATA,
    SIDE,
    dots_with_names,
    log_limits,
    log_ticks,
    say_no_data,
    shortened,
    two_lines,
    within,
)
from carec_digital_trade.figures.style import GUIDE, INK, MUTED, RC, ROW_INCHES, canvas, colours, plain_number
from carec_digital_trade.findings import Finding
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import listing
from carec_digital_trade.regions import Region

_RATIO = "actual_over_expected"
_DOT = 0.02
"""Half the width of a dot with its rim, on the scale of readiness."""


def readiness(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the members' ranks by readiness, with what the draws and the unknown laws leave open.

    Parameters
    ----------
    result : Finding
        The finding "readiness".
    chosen : GapParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a region, on the same scale.
    """
    both = chosen.compared()
    parts = [result.frame[result.frame["region"] == each.label].reset_index(drop=True) for each in both]
    subtitle = (
        f"{result.caption}. Dot: median rank; thick line: 90% of the draws; thin line: what unknown laws leave "
        "possible besides."
    )
    height = ROW_INCHES * max(map(len, parts)) + 0.3
    axes = canvas(2, height, titles.readiness(parts, both), subtitle, result.source, margins=(1.75, 1.2))
    worst = np.nanmax([10.0, *result.frame["readiness_rank_bounds_high"], *result.frame["readiness_rank_drawn_high"]])
    for axis, each, part, colour in zip(axes, both, parts, colours(*both), strict=True):
        with mpl.rc_context(RC):
            _draw_ranks(axis, part, colour, worst)
            axis.set_ylim(max(map(len, parts)) - 0.4, -1.3)
            axis.set_title(shortened(each.label, 27), color=colour, pad=8)
    return axes


def waterfall(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the way from the benchmark's trade to the region's, factor by factor.

    Parameters
    ----------
    result : Finding
        The finding "decomposition".
    chosen : GapParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        Regional totals, and mean members.
    """
    both = chosen.compared()
    subtitle = f"{result.caption}. In brackets: the region's factor over the benchmark's."
    axes = canvas(2, 3.1, titles.waterfall(result.frame, both), subtitle, result.source, margins=(1.75, 0.3))
    for axis, basis in zip(axes, ("Regional totals", "Mean members"), strict=True):
        with mpl.rc_context(RC):
            _draw_steps(axis, result.frame[result.frame["basis"] == basis], both)
            axis.set_title(basis, pad=8)
    return axes


def expected_trade(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw actual against expected trade of the members, with the line of equality and the prediction interval.

    Parameters
    ----------
    result : Finding
        The finding "expected".
    chosen : GapParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One, both scales logarithmic.
    """
    both, frame = chosen.compared(), result.frame
    shown = frame[(frame["total"] > 0) & frame["expected"].notna()]
    subtitle = (
        f"{result.caption}. Line: actual is what is expected; band: 90% prediction interval; beside the names: actual "
        f"over expected.{_absent(frame, shown, both)}"
    )
    axes = canvas(1, _height(shown, both), titles.expected(shown, both), subtitle, result.source, margins=(1.45, 0.3))
    with mpl.rc_context(RC):
        _draw_expected(axes[0], shown, both)
    axes[0].set_xlabel("Expected trade, USD million, log scale")
    axes[0].set_ylabel("Actual trade, USD million, log scale")
    return axes


def readiness_and_trade(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the members' readiness against actual over expected trade, with the quarter in which they lag in both.

    Parameters
    ----------
    result : Finding
        The finding "lagging".
    chosen : GapParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One, actual over expected trade on a logarithmic scale.
    """
    both, frame = chosen.compared(), result.frame
    shown = frame[(frame[_RATIO] > 0) & frame["readiness"].notna()]
    subtitle = (
        f"{result.caption}. Grey: below the median of all economies in both; dotted: 90% prediction interval; lines "
        f"beside a dot: what unknown laws leave possible.{_absent(frame, shown, both)}"
    )
    axes = canvas(1, _height(shown, both), titles.lagging(frame, both), subtitle, result.source, margins=(1.1, 0.3))
    medians = result.records.query("metric == 'median_of_all'").set_index("item")["value"]
    with mpl.rc_context(RC):
        _draw_standing(axes[0], shown, both, medians["readiness"], medians["ratio"])
    axes[0].set_xlabel("Readiness of the law, 0 to 1")
    axes[0].set_ylabel("Actual over expected trade, log scale")
    return axes


def _draw_ranks(axis: Axes, part: pd.DataFrame, colour: str, worst: float) -> None:
    rows = np.arange(len(part))
    axis.hlines(rows, 1, worst, color=GUIDE, linewidth=1, zorder=1)
    axis.hlines(
        rows,
        part["readiness_rank_bounds_low"],
        part["readiness_rank_bounds_high"],
        color=colour,
        linewidth=1.6,
        zorder=2,
    )
    axis.hlines(
        rows,
        part["readiness_rank_drawn_low"],
        part["readiness_rank_drawn_high"],
        color=colour,
        linewidth=6,
        alpha=0.45,
        zorder=3,
    )
    axis.scatter(part["readiness_rank_drawn"], rows, s=80, color=colour, linewidth=0, zorder=4, clip_on=False)
    for row, (score, low, high, rank) in enumerate(
        part[["readiness", "readiness_low", "readiness_high", "readiness_rank_drawn"]].itertuples(index=False)
    ):
        words = f"{score:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
        words = NO_DATA if np.isnan(rank) else words
        axis.text(1.04, row, words, transform=axis.get_yaxis_transform(), va="center", fontsize=11, color=INK)
    axis.set_xlim(1, worst + 2)
    axis.text(1.04, -0.9, "Score", transform=axis.get_yaxis_transform(), va="center", fontsize=11, color=MUTED)
    axis.set_yticks(rows, [shortened(name, NAME) for name in part["name"]])
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_locator(FixedLocator([1, *(tick for tick in (50, 100, 150) if tick < worst)]))
    axis.set_xlabel("Rank, 1 the readiest")


def _draw_steps(axis: Axes, part: pd.DataFrame, both: Sequence[Region]) -> None:
    axis.set_yticks([])
    if part.empty:
        say_no_data(axis)
        axis.set_xlabel("USD")
        return
    region, benchmark = part.loc[part["factor"] == "trade", ["region_value", "benchmark_value"]].to_numpy()[0]
    factors = part[part["factor"] != "trade"]
    unit, name = unit_for(max(region, benchmark))
    steps = factors["contribution"].to_numpy() / unit
    ends = benchmark / unit + np.cumsum(steps)
    starts = np.concatenate([[0, benchmark / unit], ends[:-1], [0]])
    widths = np.concatenate([[benchmark / unit], steps, [region / unit]])
    own, others = colours(*both)
    rows = np.arange(len(widths))
    shades = ["#9a9a9a" if step >= 0 else "#4d4d4d" for step in steps]
    axis.barh(rows, widths, left=starts, height=0.62, color=[others, *shades, own], zorder=2)
    reached = np.concatenate([[benchmark / unit], ends])
    axis.vlines(reached, rows[:-1] - 0.31, rows[1:] + 0.31, color=MUTED, linewidth=1, zorder=3)
    words = [f"{benchmark / unit:,.1f}", *map(_step_words, steps, factors["ratio"]), f"{region / unit:,.1f}"]
    right = np.maximum(starts, starts + widths)
    for row, place, text in zip(rows, right, words, strict=True):
        axis.annotate(
            text,
            (place, row),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    low, high = min(0.0, *(starts + widths)), right.max()
    axis.set_xlim(low - 0.02 * (high - low), high + 0.75 * (high - low))
    axis.axvline(0, color="#888888", linewidth=1)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    labels = [both[1].label, *factors["words"], both[0].label]
    axis.set_yticks(rows, [two_lines(label) for label in labels])
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_locator(FixedLocator(within(MaxNLocator(4).tick_values(low, high), low, high)))
    axis.xaxis.set_major_formatter(plain_number)
    axis.set_xlabel(name)


def _step_words(step: float, ratio: float) -> str:
    times = f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"
    return f"{step:+,.1f} ({times} times)"


def _draw_expected(axis: Axes, shown: pd.DataFrame, both: Sequence[Region]) -> None:
    if shown.empty:
        say_no_data(axis)
        return
    log_limits(axis, "x", shown["expected"], SIDE)
    # Expected trade too, so that the line of equality is in sight.
    heights = pd.concat([shown["total"], shown["expected"]])
    log_limits(axis, "y", heights, 0.04)
    low, high = ((shown[name] / shown["expected"]).median() for name in ("expected_low", "expected_high"))
    ends = np.array([shown["expected"].min() / 2, shown["expected"].max() * 2])
    axis.fill_between(ends, low * ends, high * ends, color=GUIDE, alpha=0.6, linewidth=0, zorder=1)
    axis.plot(ends, ends, color=MUTED, linewidth=1.5, zorder=2)
    log_ticks(axis.xaxis, shown["expected"])
    log_ticks(axis.yaxis, heights)
    dots_with_names(axis, shown.assign(x=shown["expected"], y=shown["total"]), both)


def _draw_standing(axis: Axes, shown: pd.DataFrame, both: Sequence[Region], readiness: float, ratio: float) -> None:
    if shown.empty:
        say_no_data(axis)
        return
    axis.set_xlim(-SIDE / (1 - 2 * SIDE), 1 + SIDE / (1 - 2 * SIDE))
    axis.xaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    below, above = ((shown[_RATIO] / shown[name]).median() for name in ("ratio_high", "ratio_low"))
    reached = pd.Series([*shown[_RATIO], ratio, below, above])
    log_limits(axis, "y", reached, 0.05)
    log_ticks(axis.yaxis, reached, (1, 2, 5))
    bottom = axis.get_ylim()[0]
    # It ends before the dots at the median itself, which do not lag.
    axis.add_patch(
        Rectangle((0, bottom), max(readiness - _DOT, 0), ratio - bottom, color=GUIDE, alpha=0.6, linewidth=0, zorder=0)
    )
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
