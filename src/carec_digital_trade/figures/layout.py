"""The frame of a figure: title, subtitle and source line around its axes, on a wide page or on a phone's."""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from carec_digital_trade.figures import charts
from carec_digital_trade.figures.style import MUTED, NARROW, RC, WIDTH, is_narrow

_SMALLEST = 11
_TITLE_CHARACTERS, _SUBTITLE_CHARACTERS, _SOURCE_CHARACTERS = 7.4, 11.2, 14.2
"""An inch."""
_TITLE_LINE, _SUBTITLE_LINE, _SOURCE_LINE = 0.308, 0.232, 0.19
"""Inches of a line."""
_EDGE = 0.13
"""Inches left free beside the titles."""
_BARE = ContextVar("bare", default=False)
"""Whether title, subtitle and source line are left out of what is drawn now."""


class Picture(Figure):
    """A figure that can be drawn again for a phone.

    Attributes
    ----------
    narrowed : callable or None
        Returns the axes of the same figure, as narrow as a phone.
    chart : callable or None
        Returns what a page shows of the same frame where scripts run, as in `charts`.
    words : tuple of str
        Title, subtitle and source line, drawn or not.
    """

    narrowed: Callable[[], list[Axes]] | None = None
    chart: Callable[[], dict[str, Any]] | None = None
    words: tuple[str, str, str] = ("", "", "")


def drawing(function: Callable[..., list[Axes]]) -> Callable[..., list[Axes]]:
    """Let a function draw in the house's style, and what it has drawn be drawn again for a phone or a pointer."""

    @wraps(function)
    def drawn(*given: Any) -> list[Axes]:
        with mpl.rc_context(RC):
            axes = function(*given)
        axes[0].figure.narrowed = partial(_narrowed, drawn, *given)
        interactive = getattr(charts, function.__name__, None)
        axes[0].figure.chart = interactive and partial(interactive, *given)
        return axes

    return drawn


def canvas(
    panels: int,
    height: float,
    title: str,
    subtitle: str,
    source: str,
    margins: tuple[float, float] = (1.0, 0.3),
    rows: int = 1,
    above: float = 0.2,
    below: float = 0.95,
) -> list[Axes]:
    """Make a figure with a title that states the finding, a subtitle that says what is shown, and a source line.

    Parameters
    ----------
    panels : int
        Number of axes, side by side; on a phone below each other.
    height : float
        Height of the axes in inches; titles and source come on top of it.
    title, subtitle, source : str
        Wrapped as needed.
    margins : tuple of float
        Inches to the left of each of the axes (for its tick labels) and to the right (for labels at the data).
    rows : int
        Rows of so many axes each, from above.
    above : float
        Inches between the subtitle and the axes, for what stands there.
    below : float
        Inches between the axes and the source line.

    Returns
    -------
    list of matplotlib.axes.Axes
        Empty axes; the figure belongs to no window and is shown by nobody but its caller.
    """
    page = WIDTH.get()
    if is_narrow():
        panels, rows = 1, panels * rows
    words = title, subtitle, source
    titles, subtitles, sources = (
        [] if _BARE.get() else textwrap.wrap(text, int(each * (page - 2 * _EDGE)))
        for text, each in zip(words, (_TITLE_CHARACTERS, _SUBTITLE_CHARACTERS, _SOURCE_CHARACTERS), strict=True)
    )
    below_title = 0.19 + _TITLE_LINE * len(titles)
    top = below_title + _SUBTITLE_LINE * len(subtitles) + above
    bottom = below + _SOURCE_LINE * len(sources)
    gap = above + below
    total = top + rows * height + (rows - 1) * gap + bottom
    left, right = margins
    width = page / panels - left - right
    with mpl.rc_context(RC):
        figure = Picture(figsize=(page, total))
        figure.words = words
        axes = [
            figure.add_axes(
                (
                    (panel * page / panels + left) / page,
                    (bottom + row * (height + gap)) / total,
                    width / page,
                    height / total,
                )
            )
            for row in reversed(range(rows))
            for panel in range(panels)
        ]
    place = {"x": _EDGE / page, "ha": "left", "va": "top", "transform": figure.transFigure, "linespacing": 0.85}
    figure.text(y=1 - 0.12 / total, s="\n".join(titles), fontsize=18, fontweight="bold", **place)
    figure.text(y=1 - below_title / total, s="\n".join(subtitles), fontsize=13.5, color="#444444", **place)
    place["va"] = "bottom"
    figure.text(y=0.08 / total, s="\n".join(sources), fontsize=_SMALLEST, color=MUTED, **place)
    return axes


def bare() -> AbstractContextManager[None]:
    """Leave title, subtitle and source line out of figures, for them to stand beside the picture as text."""
    return _as_long_as(_BARE, True)


def _narrowed(function: Callable[..., list[Axes]], *given: Any) -> list[Axes]:
    with _as_long_as(WIDTH, NARROW):
        return function(*given)


@contextmanager
def _as_long_as(variable: ContextVar[Any], value: Any) -> Iterator[None]:
    """Give a variable a value within a with statement."""
    before = variable.set(value)
    try:
        yield
    finally:
        variable.reset(before)
