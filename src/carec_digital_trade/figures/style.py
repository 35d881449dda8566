"""What the figures have in common: size, colours, titles, source line, labels that do not touch."""

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from carec_digital_trade.drawing import RENDERING
from carec_digital_trade.regions import Region

WIDTH = 11.0
"""Inches; at the 110 dots per inch of `RC` a figure is 1,210 pixels wide."""
ROW_INCHES = 0.36
"""Height of a member's row."""

# Okabe and Ito (2008): told apart with any kind of colour vision, and in grey print.
REGION_COLOUR = "#0072B2"
BENCHMARK_COLOUR = "#D55E00"
MUTED = "#6b6b6b"
GUIDE = "#dddddd"
INK = "#333333"

RC: Mapping[str, object] = {
    **RENDERING,
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "font.family": "DejaVu Sans",
    "font.size": 13,
    "axes.titlesize": 14,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": "#888888",
    "axes.grid": False,
    "axes.labelsize": 13,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "text.parse_math": False,
}
_TITLE_CHARACTERS = 68
_SUBTITLE_CHARACTERS = 105
_SOURCE_CHARACTERS = 140
_LINE_INCHES = 0.26


def colours(region: Region, benchmark: Region) -> tuple[str, str]:
    """Return the colour of each of two regions: CAREC and ASEAN keep theirs, a user's region takes the free one.

    Parameters
    ----------
    region, benchmark : Region
        The two regions of a comparison.

    Returns
    -------
    tuple of str
        The region's, and the benchmark's: two halves of one region may have its name, so they go by place.
    """
    halves = region.name == benchmark.name
    if not halves and (region.name == "ASEAN" or benchmark.name == "CAREC"):
        return BENCHMARK_COLOUR, REGION_COLOUR
    return REGION_COLOUR, BENCHMARK_COLOUR


def canvas(
    panels: int, height: float, title: str, subtitle: str, source: str, margins: tuple[float, float] = (1.0, 0.3)
) -> list[Axes]:
    """Make a figure with a title that states the finding, a subtitle that says what is shown, and a source line.

    Parameters
    ----------
    panels : int
        Number of axes, side by side.
    height : float
        Height of the axes in inches; titles and source come on top of it.
    title, subtitle, source : str
        Wrapped as needed.
    margins : tuple of float
        Inches to the left of each of the axes (for its tick labels) and to the right (for labels at the data).

    Returns
    -------
    list of matplotlib.axes.Axes
        Empty axes; the figure belongs to no window and is shown by nobody but its caller.
    """
    titles = textwrap.wrap(title, _TITLE_CHARACTERS)
    subtitles = textwrap.wrap(subtitle, _SUBTITLE_CHARACTERS)
    sources = textwrap.wrap(source, _SOURCE_CHARACTERS)
    below_title = 0.2 + 1.25 * _LINE_INCHES * len(titles)
    top = below_title + _LINE_INCHES * len(subtitles) + 0.5
    bottom = 0.8 + 0.75 * _LINE_INCHES * len(sources)
    total = top + height + bottom
    left, right = margins
    width = WIDTH / panels - left - right
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, total))
        axes = [
            figure.add_axes(((panel * WIDTH / panels + left) / WIDTH, bottom / total, width / WIDTH, height / total))
            for panel in range(panels)
        ]
    place = {"x": 0.012, "ha": "left", "va": "top", "transform": figure.transFigure}
    figure.text(y=1 - 0.12 / total, s="\n".join(titles), fontsize=17, fontweight="bold", **place)
    figure.text(y=1 - below_title / total, s="\n".join(subtitles), fontsize=12.5, color="#444444", **place)
    place["va"] = "bottom"
    figure.text(y=0.08 / total, s="\n".join(sources), fontsize=10, color=MUTED, **place)
    return axes


def plain_number(value: float, _: object = None) -> str:
    """Return a number without an exponent, for the ticks of an axis.

    Parameters
    ----------
    value : float
        Any.

    Returns
    -------
    str
        Such as "1,000" or "0.3".
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Move label positions apart until none is nearer to the next than a gap, keeping their order and their centre.

    Parameters
    ----------
    positions : sequence of float
        Where the labels would stand.
    gap : float
        Smallest distance between two of them, in the same unit.

    Returns
    -------
    list of float
        In the order of the input.
    """
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    # Clusters of touching labels, each spread evenly about the mean of where its labels would stand.
    clusters: list[list[float]] = []
    for index in order:
        clusters.append([positions[index]])
        while len(clusters) > 1 and _start(clusters[-1], gap) - _end(clusters[-2], gap) < gap:
            clusters[-2:] = [clusters[-2] + clusters[-1]]
    placed = [_start(cluster, gap) + gap * place for cluster in clusters for place in range(len(cluster))]
    result = [0.0] * len(positions)
    for index, position in zip(order, placed, strict=True):
        result[index] = position
    return result


def _start(cluster: Sequence[float], gap: float) -> float:
    return sum(cluster) / len(cluster) - gap * (len(cluster) - 1) / 2


def _end(cluster: Sequence[float], gap: float) -> float:
    return sum(cluster) / len(cluster) + gap * (len(cluster) - 1) / 2
