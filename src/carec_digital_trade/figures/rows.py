"""Parts of figures: rows with names, bands and words beside them, and dots with their names at the sides."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from carec_digital_trade.figures.style import INK, LABEL_INCHES, NAME, colours, for_text, shortened, spread
from carec_digital_trade.regions import Region

SIDE = 0.26
"""Share of the width, on either side of the data, that the names of dots take."""
_MARK = " *"
_LEAST_DECADES = 1.0
"""Of a logarithmic axis, so that a single dot has ticks beside it."""
# For either side: where a name ends, where its line starts (shares of the width), and the name's alignment.
_LEFT, _RIGHT = (0.215, 0.222, "right"), (0.785, 0.778, "left")


def name_rows(
    axis: Axes, names: Sequence[str], marked: Sequence[bool] | None = None, most: int = NAME, above: float = 0.6
) -> None:
    """Name the rows of a figure, the first at the top.

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
    """
    marks = [False] * len(names) if marked is None else marked
    labels = [shortened(name, most) + (_MARK if mark else "") for name, mark in zip(names, marks, strict=True)]
    axis.set_yticks(range(len(labels)), labels)
    axis.set_ylim(len(labels) - 0.4, -above)
    axis.tick_params(axis="y", length=0)


def draw_bands(
    axis: Axes, rows: Sequence[int], wide: Sequence[Sequence[float]], main: Sequence[Sequence[float]], colour: str
) -> None:
    """Draw the ends of a wide band as thin lines and those of the main one as thick lines, one a row."""
    axis.hlines(rows, *wide, color=colour, linewidth=1.6, zorder=2)
    axis.hlines(rows, *main, color=colour, linewidth=6, alpha=0.45, zorder=3)


def beside(axis: Axes, row: float, words: str, colour: str = INK) -> None:
    """Write words to the right of a row."""
    axis.text(1.04, row, words, transform=axis.get_yaxis_transform(), va="center", fontsize=11, color=colour)


def at_end(axis: Axes, place: float, row: int, words: str) -> None:
    """Write words to the right of where a row's drawing ends."""
    axis.annotate(
        words,
        (place, row),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=11,
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
        places = [to_axes.transform(place) for place in zip(rows["x"], rows["y"], strict=True)]
        heights = inside(spread([height for _, height in places], gap), gap)
        words = [f"{shortened(row.name)}  {row.actual_over_expected:.2f}" for row in rows.itertuples(index=False)]
        place = {"transform": axis.transAxes}
        for (x, y), height, text in zip(places, heights, words, strict=True):
            axis.plot([end, x], [height, y], linewidth=0.6, alpha=0.6, zorder=3, color=colour, **place)
            axis.text(edge, height, text, ha=align, va="center", fontsize=11, color=for_text(colour), **place)


def inside(heights: Sequence[float], gap: float) -> list[float]:
    """Push label heights, a gap apart, into the axes (0 to 1), keeping their order."""
    placed = np.array(heights)
    order = np.argsort(placed, kind="stable")
    steps = gap * np.arange(len(placed))
    placed[order] = np.maximum(placed[order], gap / 2 + steps)
    placed[order] = np.minimum(placed[order], 1 - gap / 2 - steps[::-1])
    return list(placed)
