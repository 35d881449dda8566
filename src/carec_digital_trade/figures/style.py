"""What the figures have in common: typeface, colours, numbers, units, labels that fit and do not touch."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

from carec_digital_trade.drawing import RENDERING, TYPEFACES
from carec_digital_trade.regions import Region

WIDE, NARROW = 11.0, 5.4
"""Inches: of a page, and of a phone, on whose 390 pixels the smallest letters, of 11 points, are 10 pixels high."""
WIDTH = ContextVar("width", default=WIDE)
"""Of what is drawn now."""
ROW_INCHES = 0.36
"""Height of a member's row."""
LABEL_INCHES = 0.27
"""Height of a line of names."""
NAME = 18
"""Characters of a name."""
NO_DATA, NOTHING = "no data", "nothing is added"

# Okabe and Ito (2008): told apart with any kind of colour vision, and in grey print.
REGION_COLOUR = "#0072B2"
BENCHMARK_COLOUR = "#D55E00"
BENCHMARK_TEXT = "#AD4C00"
"""The same, darker: letters need a contrast of 4.5 to white, and the colour of dots and lines has 3.9."""
MUTED = "#6b6b6b"
GUIDE = "#dddddd"
INK = "#333333"

RC: Mapping[str, object] = {
    **RENDERING,
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "font.family": list(TYPEFACES),
    "font.size": 14,
    "axes.titlesize": 15,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": "#888888",
    "axes.grid": False,
    "axes.labelsize": 13.5,
    "axes.labelpad": 1,
    "xtick.major.pad": 6,
    "ytick.alignment": "center",
    "xtick.labelsize": 13,
    "ytick.labelsize": 13,
    "text.parse_math": False,
}
POINTS = 12
"""Points of the letters at the data."""
_FEWEST_TICKS, _MOST_TICKS, _MOST_LONG_TICKS = 3, 9, 5
_LONG = 1e6
"""On an axis that goes up to here the numbers are so long that few of them have room."""
_WITHOUT = re.compile(r" (?=without )")


class Unit(NamedTuple):
    """The unit of an axis: USD million in it, and its name."""

    millions: float
    name: str


def unit_for(largest: float) -> Unit:
    """Return the unit in which an amount of USD million has few digits: USD million, billion or trillion."""
    if largest < 2e3:
        return Unit(1.0, "USD million")
    return Unit(1e3, "USD billion") if largest < 2e6 else Unit(1e6, "USD trillion")


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


def for_text(colour: str) -> str:
    """Return the colour of words that belong to dots or lines of a colour."""
    return BENCHMARK_TEXT if colour == BENCHMARK_COLOUR else colour


def plain_number(value: float, _: object = None) -> str:
    """Return a number without an exponent, such as "1,000" or "0.3", for the ticks of an axis."""
    return signed(value, ",.0f" if abs(value) >= 1000 else "g")


def signed(value: float, form: str) -> str:
    """Return a number in a format, with a minus sign for a minus and not a hyphen."""
    return f"{value:{form}}".replace("-", "\N{MINUS SIGN}")


def is_narrow() -> bool:
    """Say whether what is drawn now is for a phone."""
    return WIDTH.get() == NARROW


def year_ticks(axis: Axis, first: int, last: int, most: int = 6) -> None:
    """Put the first and the last year on an axis, and as many round ones between them as have room."""
    most = min(most, 4) if is_narrow() else most
    step = next(step for step in (1, 5, 10, 20, 50) if (last - first) / step <= most - 1)
    inner = [year for year in range(first + 1, last) if year % step == 0]
    kept = [year for year in inner if min(year - first, last - year) >= 0.8 * (last - first) / most]
    axis.set_major_locator(FixedLocator([first, *kept, *([last] if last > first else [])]))
    axis.set_major_formatter("{x:.0f}")


def log_ticks(axis: Axis, low: float, high: float) -> None:
    """Put plain numbers on a logarithmic axis from low to high: as few within a decade as leave three of them."""
    for steps in (1,), (1, 2, 5), range(1, 10):
        ticks = within(LogLocator(subs=steps).tick_values(low, high), low, high)
        if len(ticks) >= _FEWEST_TICKS:
            break
    most = _MOST_LONG_TICKS if high >= _LONG or is_narrow() else _MOST_TICKS
    axis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // most) or 1]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(plain_number)


def within(ticks: Sequence[float], low: float, high: float) -> list[float]:
    """Return the ticks from low to high, in their order."""
    return [tick for tick in ticks if low <= tick <= high]


def shortened(name: str, most: int = NAME) -> str:
    """Return a name cut at a word, to a number of characters at most."""
    return textwrap.shorten(name, most, placeholder="…")


def two_lines(label: str) -> str:
    """Return a label, such as a region's, in at most two lines, broken before who is left out if that fits."""
    lines = [piece for part in _WITHOUT.split(label) for piece in textwrap.wrap(part, NAME)]
    if len(lines) > 2:
        lines = textwrap.wrap(label, NAME)
    return "\n".join(lines[:2]) + ("…" if len(lines) > 2 else "")


def say(axis: Axes, words: str = NO_DATA) -> None:
    """Write words in the middle of axes without data."""
    axis.set(xticks=[], yticks=[])
    axis.text(0.5, 0.5, words, transform=axis.transAxes, ha="center", va="center", color=MUTED)


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
        while len(clusters) > 1 and _spread_evenly(clusters[-1], gap)[0] - _spread_evenly(clusters[-2], gap)[-1] < gap:
            clusters[-2:] = [clusters[-2] + clusters[-1]]
    placed = [place for cluster in clusters for place in _spread_evenly(cluster, gap)]
    result = [0.0] * len(positions)
    for index, position in zip(order, placed, strict=True):
        result[index] = position
    return result


def _spread_evenly(cluster: Sequence[float], gap: float) -> list[float]:
    start = sum(cluster) / len(cluster) - gap * (len(cluster) - 1) / 2
    return [start + gap * place for place in range(len(cluster))]
