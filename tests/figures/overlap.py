"""What no figure may show: texts that touch each other, or run out of the picture."""

from weakref import WeakKeyDictionary

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from carec_digital_trade.figures.rows import ROW_NAME

# Rendered boxes hold the space around the letters; two that overlap by less than this still read as two.
ALLOWED_PIXELS = 3.0

_LAID_OUT: WeakKeyDictionary[Figure, list[tuple[str, Bbox]]] = WeakKeyDictionary()


def row_names(axis: Axes) -> list[str]:
    """Return what the rows of a figure are called, from above."""
    return [text.get_text() for text in axis.texts if text.get_gid() == ROW_NAME]


def texts(axes: list[Axes]) -> list[tuple[str, Bbox]]:
    """Return every visible text of a figure with its box in pixels; the figure must not change after."""
    figure = axes[0].figure
    if figure not in _LAID_OUT:
        _LAID_OUT[figure] = _texts(figure, axes)
    return _LAID_OUT[figure]


def clashes(axes: list[Axes]) -> list[str]:
    """Return the pairs of texts that overlap and the texts that leave the figure."""
    boxes = texts(axes)
    sides = np.array([box.extents for _, box in boxes])
    inner = np.minimum(sides[:, None, 2:], sides[:, 2:]) - np.maximum(sides[:, None, :2], sides[:, :2])
    touching = np.triu((inner > ALLOWED_PIXELS).all(axis=2), 1)
    faults = [f"{boxes[one][0]!r} touches {boxes[other][0]!r}" for one, other in np.argwhere(touching)]
    low, high = np.split(axes[0].figure.bbox.extents, 2)
    cut = (sides[:, :2] < low - 1).any(axis=1) | (sides[:, 2:] > high + 1).any(axis=1)
    faults += [f"{boxes[each][0]!r} is cut" for each in np.flatnonzero(cut)]
    return faults


def _texts(figure: Figure, axes: list[Axes]) -> list[tuple[str, Bbox]]:
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    shown = [*figure.texts]
    for each in axes:
        legend = each.get_legend()
        shown += [*each.texts, each.title, each._left_title, *(legend.get_texts() if legend else [])]
        for axis in (each.xaxis, each.yaxis):
            low, high = sorted(axis.get_view_interval())
            labels = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
            shown += [axis.label, *(label for place, label in labels if low <= place <= high)]
    return [(text.get_text(), text.get_window_extent()) for text in shown if text.get_text().strip()]
