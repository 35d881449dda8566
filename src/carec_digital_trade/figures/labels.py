"""Dots with their names at the sides, and logarithmic axes that leave room for them."""

import re
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

from carec_digital_trade.figures.style import MUTED, colours, plain_number, spread
from carec_digital_trade.regions import Region

LABEL_INCHES = 0.27
"""Height of a line of names."""
SIDE = 0.26
"""Share of the width, on either side of the data, that the names take."""
NAME = 18
"""Characters of a name."""
NO_DATA = "no data"

_WITHOUT = re.compile(r" (?=without )")
_LEAST_DECADES = 1.0
"""Of a logarithmic axis, so that a single dot has ticks beside it."""
# For either side: where a name ends, where its line starts (shares of the width), and the name's alignment.
_LEFT, _RIGHT = (0.215, 0.222, "right"), (0.785, 0.778, "left")


def dots_with_names(axis: Axes, shown: pd.DataFrame, both: Sequence[Region]) -> None:
    """Draw dots at x and y, the region's names on the left and the benchmark's on the right, none touching another.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        With its scales and limits.
    shown : pandas.DataFrame
        region (label), name, actual_over_expected (written beside the name), x, y.
    both : sequence of Region
        The region and the benchmark.
    """
    axis.autoscale(enable=False)
    to_axes = axis.transData + axis.transAxes.inverted()
    gap = LABEL_INCHES / (axis.figure.get_figheight() * axis.get_position().height)
    for each, colour, (edge, end, align) in zip(both, colours(*both), (_LEFT, _RIGHT), strict=True):
        rows = shown[shown["region"] == each.label]
        # The white rim parts a dot from the lines of others that run beneath it.
        axis.scatter(rows["x"], rows["y"], s=110, color=colour, edgecolor="white", linewidth=2, zorder=4)
        places = [to_axes.transform((x, y)) for x, y in zip(rows["x"], rows["y"], strict=True)]
        heights = _inside(spread([height for _, height in places], gap), gap)
        for (x, y), height, name, ratio in zip(
            places, heights, rows["name"], rows["actual_over_expected"], strict=True
        ):
            axis.plot([end, x], [height, y], transform=axis.transAxes, color=colour, linewidth=0.6, alpha=0.6, zorder=3)
            words = f"{shortened(name, NAME)}  {ratio:.2f}"
            axis.text(edge, height, words, transform=axis.transAxes, ha=align, va="center", fontsize=11, color=colour)


def log_limits(axis: Axes, which: str, values: pd.Series, side: float) -> None:
    """Set logarithmic limits so that the values leave room on either side.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be scaled.
    which : {"x", "y"}
        Direction.
    values : pandas.Series
        Positive.
    side : float
        Share of the axis left free at either end.
    """
    low, high = np.log10(values.min()), np.log10(values.max())
    widened = max(0.0, (_LEAST_DECADES - (high - low)) / 2)
    low, high = low - widened, high + widened
    margin = side * (high - low) / (1 - 2 * side)
    axis.set(**{f"{which}scale": "log", f"{which}lim": (10 ** (low - margin), 10 ** (high + margin))})


def log_ticks(axis: Axis, values: pd.Series, steps: Sequence[float] = (1,)) -> None:
    """Put ticks only where there are values, not beside the names.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        On a logarithmic scale.
    values : pandas.Series
        Positive.
    steps : sequence of float
        Multiples of a power of ten that have a tick; 1, 2 and 5 where the values span little.
    """
    low, high = values.min() / 2, values.max() * 2
    steps = (1, 2, 5) if high / low < 10**1.5 else steps
    axis.set_major_locator(FixedLocator(within(LogLocator(subs=steps).tick_values(low, high), low, high)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(plain_number)


def within(ticks: Sequence[float], low: float, high: float) -> list[float]:
    """Return the ticks from low to high.

    Parameters
    ----------
    ticks : sequence of float
        Places.
    low, high : float
        Ends.

    Returns
    -------
    list of float
        In their order.
    """
    return [tick for tick in ticks if low <= tick <= high]


def shortened(name: str, most: int) -> str:
    """Return a name cut at a word.

    Parameters
    ----------
    name : str
        Any.
    most : int
        Characters.

    Returns
    -------
    str
        With an ellipsis where it was cut.
    """
    return textwrap.shorten(name, most, placeholder="…")


def two_lines(label: str) -> str:
    """Return a label in at most two lines, broken before who is left out if that fits.

    Parameters
    ----------
    label : str
        Such as a region's.

    Returns
    -------
    str
        With an ellipsis where it was cut.
    """
    lines = [piece for part in _WITHOUT.split(label) for piece in textwrap.wrap(part, NAME)]
    if len(lines) > 2:
        lines = textwrap.wrap(label, NAME)
    return "\n".join(lines[:2]) + ("…" if len(lines) > 2 else "")


def say_no_data(axis: Axes) -> None:
    """Say in the middle of empty axes that there are no data.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be written on.
    """
    axis.set_xticks([])
    axis.set_yticks([])
    axis.text(0.5, 0.5, NO_DATA, transform=axis.transAxes, ha="center", color=MUTED)


def _inside(heights: Sequence[float], gap: float) -> list[float]:
    """Push label heights, a gap apart, into the axes, keeping their order."""
    placed = np.array(heights)
    order = np.argsort(placed, kind="stable")
    steps = gap * np.arange(len(placed))
    placed[order] = np.maximum(placed[order], gap / 2 + steps)
    placed[order] = np.minimum(placed[order], 1 - gap / 2 - steps[::-1])
    return list(placed)
