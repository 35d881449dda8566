"""Parts of figures: rows with names, bands and words beside them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from carec_digital_trade.figures.style import INK, NAME, POINTS, RC, shortened

ROW_NAME = "row name"
"""What such texts are known by."""
_MARK = " *"
_PAD = 3.5
"""Points between a name and the axes."""
_LEAST_DECADES = 1.0
"""Of a logarithmic axis, so that a single dot has ticks beside it."""


def name_rows(
    axis: Axes, names: Sequence[str], marked: Sequence[bool] | None = None, most: int = NAME, above: float = 0.6
) -> list[Text]:
    """Name the rows of a figure, the first at the top, where ticks would, each of which takes ten times as long.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be written on.
    names : sequence of str
        Cut where they are long.
    marked : sequence of bool, optional
        Which get an asterisk.
    most : int
        Characters of a name.
    above : float
        Room above the first row, in rows.

    Returns
    -------
    list of matplotlib.text.Text
        The names, in their order.
    """
    marks = [False] * len(names) if marked is None else marked
    labels = [shortened(name, most) + (_MARK if mark else "") for name, mark in zip(names, marks, strict=True)]
    axis.set(yticks=[], ylim=(len(labels) - 0.4, -above))
    transform, va, ha = axis.get_yaxis_text1_transform(_PAD)
    style = {"transform": transform, "va": va, "ha": ha, "fontsize": RC["ytick.labelsize"], "gid": ROW_NAME}
    return [axis.text(0, row, label, **style) for row, label in enumerate(labels)]


def draw_bands(
    axis: Axes, rows: Sequence[int], wide: Sequence[Sequence[float]], main: Sequence[Sequence[float]], colour: str
) -> None:
    """Draw the ends of a wide band as thin lines and those of the main one as thick lines, one a row."""
    axis.hlines(rows, *wide, color=colour, linewidth=1.6, zorder=2)
    axis.hlines(rows, *main, color=colour, linewidth=6, alpha=0.45, zorder=3)


def apart(axis: Axes, inches: float, row: float, words: str, **style: Any) -> None:
    """Write words some inches to the right of the axes, at a row."""
    place = {"xycoords": axis.get_yaxis_transform(), "textcoords": "offset points", "annotation_clip": False}
    style = {"va": "center", "fontsize": POINTS, "color": INK} | style
    axis.annotate(words, (1, row), xytext=(72 * inches, 0), **place, **style)


def at_end(axis: Axes, place: float, row: int, words: str) -> None:
    """Write words to the right of where a row's drawing ends."""
    axis.annotate(
        words,
        (place, row),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=POINTS,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        annotation_clip=False,
    )


def decades(low: pd.Series, high: pd.Series) -> tuple[float, float]:
    """Return whole decades around values, for a logarithmic axis; some where there are none."""
    if low.empty:
        return 0.1, 10.0
    return 10.0 ** np.floor(np.log10(low.min())), 10.0 ** np.ceil(np.log10(high.max()))


def log_limits(axis: Axes, which: str, values: pd.Series, side: float) -> None:
    """Set logarithmic limits, of x or y, so that positive values leave a share of the axis free on either side."""
    low, high = np.log10(values.min()), np.log10(values.max())
    widened = max(0.0, (_LEAST_DECADES - (high - low)) / 2)
    low, high = low - widened, high + widened
    margin = side * (high - low) / (1 - 2 * side)
    axis.set(**{f"{which}scale": "log", f"{which}lim": (10 ** (low - margin), 10 ** (high + margin))})


def inside(heights: Sequence[float], gap: float) -> list[float]:
    """Push label heights, a gap apart, into the axes (0 to 1), keeping their order."""
    placed = np.array(heights)
    order = np.argsort(placed, kind="stable")
    steps = gap * np.arange(len(placed))
    placed[order] = np.maximum(placed[order], gap / 2 + steps)
    placed[order] = np.minimum(placed[order], 1 - gap / 2 - steps[::-1])
    return list(placed)
