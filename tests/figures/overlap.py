"""What no figure may show: texts that touch each other, or run out of the picture."""

from itertools import combinations
from weakref import WeakKeyDictionary

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
    whole = axes[0].figure.bbox
    faults = [
        f"{one!r} touches {other!r}"
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > ALLOWED_PIXELS and min(a.y1, b.y1) - max(a.y0, b.y0) > ALLOWED_PIXELS
    ]
    faults += [
        f"{words!r} is cut"
        for words, box in boxes
        if box.x0 < whole.x0 - 1 or box.x1 > whole.x1 + 1 or box.y0 < whole.y0 - 1 or box.y1 > whole.y1 + 1
    ]
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
