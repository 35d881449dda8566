"""Figures over the years: lines with their names at their ends, and bands of futures that open from a known value."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from carec_digital_trade.figures.rows import inside
from carec_digital_trade.figures.style import (
    GUIDE,
    LABEL_INCHES,
    MUTED,
    NO_DATA,
    POINTS,
    Unit,
    colours,
    for_text,
    log_ticks,
    plain_number,
    spread,
    two_lines,
    year_ticks,
)
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import usd
from carec_digital_trade.scenarios import BANDS, MAIN_BAND

ROOM = 1.9
"""Inches to the right of the axes for the names."""
_LABEL_GAP = 0.13
"""Two lines of a label at the end of a line, as a share of the height of the axes."""


def draw_lines(
    axis: Axes, wide: pd.DataFrame, chosen: SnapshotParameters, number: str, partial: pd.DataFrame, log: bool = False
) -> None:
    """Draw a line a region over the years, each with its name and last value at its right end.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be drawn on.
    wide : pandas.DataFrame
        Years by labels of regions; a missing year is a gap.
    chosen : SnapshotParameters
        Whose regions: in full a thin dashed line, as compared a thick one.
    number : str
        Format of the last value.
    partial : pandas.DataFrame
        Of the same shape: where members lack data, which is drawn hollow.
    log : bool
        Whether the scale is logarithmic, if there is a positive value.
    """
    paint = colours(*chosen.regions())
    drawn = dict(zip([*chosen.regions(), *chosen.compared()], [*paint, *paint], strict=True))
    lines = [(each.label, colour, each in chosen.compared()) for each, colour in drawn.items()]
    for label, colour, main in lines:
        values = wide[label]
        style = {"linewidth": 3} if main else {"linewidth": 1.6, "linestyle": (0, (4, 2))}
        axis.plot(values.index, values, color=colour, **style)
        alone = values[values.notna()] if values.count() == 1 else values[:0]
        hollow = values[partial[label]].dropna()
        axis.scatter(alone.index, alone, s=30, color=colour, clip_on=False)
        axis.scatter(hollow.index, hollow, s=36, facecolor="white", edgecolor=colour, zorder=3, clip_on=False)
    for label, colour, _ in lines:
        _bridge(axis, wide[label], colour)
    axis.set(xlabel="Year", xlim=(wide.index.min(), wide.index.max()))
    year_ticks(axis.xaxis, wide.index.min(), wide.index.max())
    axis.grid(axis="y", color=GUIDE)
    axis.margins(y=0.08)
    if log and (wide > 0).any(axis=None):
        axis.set_yscale("log")
        log_ticks(axis.yaxis, *axis.get_ylim())
    else:
        axis.set_ylim(bottom=min(0.0, np.nanmin([0.0, *wide.min()])))
        axis.yaxis.set_major_formatter(plain_number)
    _label_ends(axis, wide, lines, number)


def _bridge(axis: Axes, values: pd.Series, colour: str) -> None:
    """Join what stands on either side of a gap, so that no year stands alone; dotted, since nothing is known there."""
    known = values.dropna()
    for before, after in pairwise(known.index):
        if after - before > 1:
            axis.plot([before, after], known.loc[[before, after]], color=colour, linewidth=1.4, linestyle=":")


def _label_ends(axis: Axes, wide: pd.DataFrame, lines: Sequence[tuple[str, str, bool]], number: str) -> None:
    """Write each line's name and last value at its right end, moved apart where they would touch."""
    axis.autoscale_view()
    ends = {label: wide[label].dropna() for label, _, _ in lines}
    known = [line for line in lines if len(ends[line[0]])]
    to_axes = axis.transData + axis.transAxes.inverted()
    heights = [to_axes.transform((ends[label].index[-1], ends[label].iloc[-1]))[1] for label, _, _ in known]
    for (label, colour, main), height in zip(known, spread(heights, _LABEL_GAP), strict=True):
        words = two_lines(f"{number.format(ends[label].iloc[-1])}  {label}")
        style = {"color": for_text(colour), "fontweight": "bold" if main else "normal", "linespacing": 0.95}
        _beside(axis, (1.02, height), words, **style)
    if missing := [label for label in ends if ends[label].empty]:
        axis.text(0.03, 0.95, f"{NO_DATA}: {', '.join(missing)}", transform=axis.transAxes, color=MUTED)


def draw_fan(
    axis: Axes, ahead: pd.DataFrame, metric: str, start: tuple[int, float], unit: Unit, colour: str
) -> list[int]:
    """Draw bands and their median, from a known value on.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be drawn on, by year.
    ahead : pandas.DataFrame
        year, and the metric with its bands as `scenarios.banded` names them, USD million.
    metric : str
        Name of the metric.
    start : tuple of int and float
        Year and amount before it.
    unit : Unit
        Of the axis.
    colour : str
        Of all of it.

    Returns
    -------
    list of int
        The years drawn.
    """
    first, known = start
    years = [first, *ahead["year"].astype(int)]

    def opened(column: str) -> list[float]:
        return [value / unit.millions for value in (known, *ahead[column])]

    for band in reversed(BANDS):
        axis.fill_between(years, *map(opened, band_ends(metric, band)), color=colour, alpha=0.22, linewidth=0)
    axis.plot(years, opened(metric), color=colour, linewidth=2, linestyle="--")
    axis.grid(axis="y", color=GUIDE)
    axis.set_xlabel("Year")
    return years


def band_ends(metric: str, band: int) -> tuple[str, str]:
    """Return the columns of a band's ends, as `scenarios.banded` names them."""
    name = metric if band == MAIN_BAND else f"{metric}_{band}"
    return f"{name}_low", f"{name}_high"


def name_bands(axis: Axes, last: pd.Series, metric: str, unit: Unit) -> None:
    """Write at the right end what each band is, and the median's amount.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        With its scales and limits.
    last : pandas.Series
        Last row of what was drawn.
    metric : str
        Name of the metric.
    unit : Unit
        Of the axis.
    """
    words = {band_ends(metric, band)[1]: f"{band}% band" for band in BANDS} | {metric: f"median\n{usd(last[metric])}"}
    to_axes = axis.transData + axis.transAxes.inverted()
    heights = [to_axes.transform((axis.get_xlim()[1], last[column] / unit.millions))[1] for column in words]
    gap = 1.5 * LABEL_INCHES / (axis.figure.get_figheight() * axis.get_position().height)
    for place, text in zip(inside(spread(heights, gap), gap), words.values(), strict=True):
        _beside(axis, (1.01, place), text, color=MUTED)


def _beside(axis: Axes, place: tuple[float, float], words: str, **style: object) -> None:
    where = {"xycoords": "axes fraction", "annotation_clip": False}
    axis.annotate(words, place, **where, va="center", fontsize=POINTS, **style)
