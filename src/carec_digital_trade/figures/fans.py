"""Bands of futures that open from a known value, and the unit and ticks of amounts of any size."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from carec_digital_trade.figures.labels import LABEL_INCHES
from carec_digital_trade.figures.style import GUIDE, MUTED, plain_number, spread
from carec_digital_trade.prose import usd
from carec_digital_trade.scenarios import BANDS, MAIN_BAND

ROOM = 1.9
"""Inches to the right of the axes for the names."""

_LONG = 1e6
"""On an axis that goes up to here the numbers are so long that few of them have room."""


class Unit(NamedTuple):
    """The unit of an axis: USD million in it, and its name."""

    millions: float
    name: str


def unit_for(largest: float) -> Unit:
    """Return the unit in which an amount has few digits.

    Parameters
    ----------
    largest : float
        USD million.

    Returns
    -------
    Unit
        USD million, billion or trillion.
    """
    if largest < 2e3:
        return Unit(1.0, "USD million")
    return Unit(1e3, "USD billion") if largest < 2e6 else Unit(1e6, "USD trillion")


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
        ends = (opened(column) for column in band_ends(metric, band))
        axis.fill_between(years, *ends, color=colour, alpha=0.22, linewidth=0)
    axis.plot(years, opened(metric), color=colour, linewidth=2, linestyle="--")
    axis.grid(axis="y", color=GUIDE)
    axis.set_xlabel("Year")
    axis.xaxis.set_major_locator(MaxNLocator(8, integer=True))
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
    placed = spread(heights, gap)
    lift = max(0.0, gap / 2 - min(placed))  # the lowest does not hang over the axis
    for place, text in zip(placed, words.values(), strict=True):
        where = {"xy": (1.01, place + lift), "xycoords": "axes fraction", "annotation_clip": False}
        axis.annotate(text, **where, va="center", fontsize=11, color=MUTED)


def log_numbers(axis: Axis, steps: Sequence[int]) -> None:
    """Put plain numbers on a logarithmic axis.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        On a logarithmic scale.
    steps : sequence of int
        Multiples of a power of ten that have a tick.
    """
    long = axis.get_view_interval()[1] >= _LONG
    axis.set_major_locator(LogLocator(subs=steps, numticks=5 if long else 8))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(plain_number)
