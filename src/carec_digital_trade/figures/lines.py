"""Lines over the years that carry their names at their ends."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MultipleLocator, NullFormatter

from carec_digital_trade.figures.labels import NO_DATA, two_lines
from carec_digital_trade.figures.style import GUIDE, MUTED, RC, colours, plain_number, spread
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.regions import Region

# Two lines of a label at the end of a line, as a share of the height of the axes.
_LABEL_GAP = 0.13
_FEWEST_TICKS = 3


def draw_lines(
    axis: Axes,
    wide: pd.DataFrame,
    chosen: SnapshotParameters,
    number: str,
    partial: pd.DataFrame,
    log: bool = False,
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
    lines = [(one.label, colour, one in chosen.compared()) for one, colour in _drawn(chosen).items()]
    with mpl.rc_context(RC):
        for label, colour, main in lines:
            values = wide[label]
            style = {"color": colour, "linewidth": 3 if main else 1.6, "linestyle": "-" if main else (0, (4, 2))}
            axis.plot(values.index, values, **style)
            alone = values[values.notna() & values.shift(1).isna() & values.shift(-1).isna()]
            if len(alone):
                axis.scatter(alone.index, alone, s=30, color=colour, clip_on=False)
            hollow = values[partial[label]].dropna()
            if len(hollow):
                axis.scatter(hollow.index, hollow, s=36, facecolor="white", edgecolor=colour, zorder=3, clip_on=False)
    if log and (wide > 0).any().any():
        axis.set_yscale("log")
        axis.yaxis.set_minor_formatter(NullFormatter())
    axis.yaxis.set_major_formatter(plain_number)
    axis.set_xlabel("Year")
    first, last = int(wide.index.min()), int(wide.index.max())
    axis.set_xlim(first, last)
    axis.xaxis.set_major_locator(MultipleLocator(5))
    axis.grid(axis="y", color=GUIDE)
    axis.margins(y=0.08)
    if not log:
        axis.set_ylim(bottom=min(0.0, np.nanmin([0.0, *wide.min()])))
    if axis.get_yscale() == "log":
        axis.yaxis.set_major_locator(log_ticks_within(*axis.get_ylim()))
    _label_ends(axis, wide, lines, number)


def log_ticks_within(low: float, high: float) -> LogLocator:
    """Return as few ticks within a decade as leave three of them in the range.

    Parameters
    ----------
    low, high : float
        The range, positive.

    Returns
    -------
    matplotlib.ticker.LogLocator
        For the axis.
    """
    for subs in (1, 3), (1, 2, 5), range(1, 10):
        locator = LogLocator(base=10, subs=subs)
        if sum(low <= tick <= high for tick in locator.tick_values(low, high)) >= _FEWEST_TICKS:
            break
    return locator


def _drawn(chosen: SnapshotParameters) -> dict[Region, str]:
    """Return the regions in full and as compared, each with its colour."""
    paint = colours(*chosen.regions())
    return dict(zip([*chosen.regions(), *chosen.compared()], [*paint, *paint], strict=True))


def _label_ends(axis: Axes, wide: pd.DataFrame, lines: Sequence[tuple[str, str, bool]], number: str) -> None:
    """Write each line's name and last value at its right end, moved apart where they would touch."""
    axis.autoscale_view()
    ends = {label: wide[label].dropna() for label, _, _ in lines}
    known = [line for line in lines if len(ends[line[0]])]
    missing = [label for label, _, _ in lines if not len(ends[label])]
    to_axes = axis.transData + axis.transAxes.inverted()
    heights = [to_axes.transform((ends[label].index[-1], ends[label].iloc[-1]))[1] for label, _, _ in known]
    for (label, colour, main), height in zip(known, spread(heights, _LABEL_GAP), strict=True):
        axis.annotate(
            two_lines(f"{number.format(ends[label].iloc[-1])}  {label}"),
            (1.02, height),
            xycoords="axes fraction",
            va="center",
            fontsize=11,
            linespacing=0.95,
            fontweight="bold" if main else "normal",
            color=colour,
            annotation_clip=False,
        )
    if missing:
        axis.text(0.03, 0.95, f"{NO_DATA}: {', '.join(missing)}", transform=axis.transAxes, color=MUTED)
