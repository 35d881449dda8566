"""Rows of members, levers and uncertain figures: dots with their bands, gaps, stacked parts, swings."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, MaxNLocator

from carec_digital_trade.figures.fans import band_ends, log_numbers, unit_for
from carec_digital_trade.figures.labels import NAME, NO_DATA, shortened, within
from carec_digital_trade.figures.style import GUIDE, INK, MUTED, plain_number
from carec_digital_trade.prose import usd

NOTHING = "nothing is added"

_MARK = " *"
_NAME_IN_PANEL = 15


def draw_members(axis: Axes, members: pd.DataFrame, colour: str) -> None:
    """Draw what is added in each member as a dot with its bands, on a logarithmic scale.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be drawn on.
    members : pandas.DataFrame
        Rows of the frame of the finding `by_economy`; extrapolated ones get an asterisk.
    colour : str
        Of dots and lines.
    """
    rows = np.arange(len(members))
    gaining = members["additional_trade"] > 0
    drawn = members[gaining]
    unit = unit_for(drawn["additional_trade"].max() if len(drawn) else 1e4)
    widest = (drawn[column] / unit.millions for column in band_ends("additional_trade", 95))
    low, high = _decades(*widest)
    axis.hlines(rows, low, high, color=GUIDE, linewidth=1, zorder=1)
    for band, width, alpha in ((95, 1.6, 1.0), (80, 6, 0.45)):
        ends = (drawn[column] / unit.millions for column in band_ends("additional_trade", band))
        axis.hlines(rows[gaining], *ends, color=colour, linewidth=width, alpha=alpha, zorder=2)
    axis.scatter(drawn["additional_trade"] / unit.millions, rows[gaining], s=80, color=colour, linewidth=0, zorder=4)
    for row, member in enumerate(members.to_dict("records")):
        words = f"{usd(member['additional_trade'])}  (+{member['additional_share']:,.0f}%)" if gaining[row] else NOTHING
        _beside(axis, row, words)
    axis.set(xscale="log", xlim=(low, high), xlabel=f"{unit.name}, log scale")
    log_numbers(axis.xaxis, (1,))
    if drawn.empty:
        axis.set_xticks([])
    _name_rows(axis, members["economy"], members["extrapolated"])


def draw_gaps(axis: Axes, part: pd.DataFrame, colour: str) -> None:
    """Draw the gaps of one lever: dark what is used, pale what lies beyond the evidence, hatched without an effect.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be drawn on.
    part : pandas.DataFrame
        Rows of the frame of the finding `gaps` of one lever.
    colour : str
        Of the bars.
    """
    rows = np.arange(len(part))
    in_times = part["scale"].iloc[0] == "times"
    base = 1.0 if in_times else 0.0
    used, gap = part["shown_used"].fillna(base), part["shown"].fillna(part["shown_used"]).fillna(base)
    if part["effective"].iloc[0]:
        axis.barh(rows, used - base, left=base, height=0.62, color=colour, zorder=3)
        axis.barh(rows, gap - used, left=used, height=0.62, color=colour, alpha=0.3, zorder=2)
    else:
        bare = {"facecolor": "none", "edgecolor": colour, "hatch": "////", "linewidth": 0.8, "alpha": 0.6}
        far = gap > base
        axis.barh(rows[far], gap[far] - base, left=base, height=0.62, zorder=2, **bare)
    for row, (value, reach) in enumerate(zip(part["indicator"], part["shown"], strict=True)):
        number = f"{reach:,.0f}" if reach >= 100 else f"{reach:.1f}" if reach >= 1.1 else f"{reach:.2f}"
        words = NO_DATA if np.isnan(value) else "from 0" if np.isnan(reach) else "none" if reach == base else number
        _beside(axis, row, words)
    if in_times:
        largest = max(gap.max(), 4.0)
        axis.set(xscale="log", xlim=(1, largest * 1.05), xlabel="Rise needed, times (log)")
        log_numbers(axis.xaxis, (1,))
        ticks = [1, 10, 100, 1000, 10_000] if largest >= 20 else [1, 2, 5, 10]
        axis.xaxis.set_major_locator(FixedLocator(within(ticks, 1, largest)))
    else:
        axis.set(xlim=(0, 1), xlabel="Gap, of 1")
        axis.xaxis.set_major_locator(FixedLocator([0, 0.5, 1]))
    _name_rows(axis, part["economy"], part["extrapolated"], _NAME_IN_PANEL)


def draw_parts(axis: Axes, parts: pd.DataFrame, paints: Mapping[str, str]) -> None:
    """Draw the levers' parts as stacked bars, with their sum beside.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be drawn on.
    parts : pandas.DataFrame
        lever_contribution, USD million, by economy (rows, at least one) and lever in words (columns).
    paints : mapping of str to str
        Lever to colour.
    """
    rows = np.arange(len(parts))
    left = np.zeros(len(parts))
    unit = unit_for(parts.iloc[0].sum())
    for lever, paint in paints.items():
        widths = parts[lever].to_numpy(dtype=float) / unit.millions
        label = shortened(lever.capitalize(), NAME)
        axis.barh(rows, widths, left=left, height=0.62, color=paint, label=label, zorder=2)
        left += widths
    axis.set(xlim=(0, 1.02 * left.max()), xlabel=unit.name)
    axis.xaxis.set_major_formatter(plain_number)
    for row, total in enumerate(left):
        axis.text(total, row, f" {_amount(total * unit.millions)}", va="center", fontsize=11, color=INK)
    _name_rows(axis, parts.index)
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, frameon=False, borderpad=0, fontsize=12)


def draw_swings(axis: Axes, swings: pd.DataFrame, colour: str) -> None:
    """Draw between which amounts each figure moves the result.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        To be drawn on.
    swings : pandas.DataFrame
        Frame of the finding `tornado`, with a swing.
    colour : str
        Of the bars.
    """
    rows = np.arange(len(swings))
    unit = unit_for(swings["tornado_high"].max())
    low, high = (swings[f"tornado_{end}"] / unit.millions for end in ("low", "high"))
    axis.barh(rows, high - low, left=low, height=0.6, color=colour, zorder=2)
    axis.axvline(swings["tornado"].iloc[0] / unit.millions, color=INK, linewidth=1.5, zorder=3)
    for row, ends in enumerate(zip(low, high, strict=True)):
        for end, align in zip(ends, ("right", "left"), strict=True):
            axis.text(end, row, f" {_amount(end * unit.millions)} ", ha=align, va="center", fontsize=11, color=INK)
    span = high.max() - low.min()
    axis.set(xlim=(low.min() - 0.2 * span, high.max() + 0.2 * span), xlabel=f"Additional trade, {unit.name}")
    axis.xaxis.set_major_locator(FixedLocator(within(MaxNLocator(5).tick_values(low.min(), high.max()), 0, high.max())))
    axis.xaxis.set_major_formatter(plain_number)
    _name_rows(axis, swings["name"].str.capitalize())


def say(axis: Axes, words: str, *bare: Axis) -> None:
    """Write words in place of data.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        Without data.
    words : str
        What to say.
    *bare : matplotlib.axis.Axis
        Axes besides the vertical one that lose their numbers.
    """
    for each in (axis.yaxis, *bare):
        each.set_ticks([])
    axis.text(0.5, 0.5, words, transform=axis.transAxes, ha="center", va="center", color=MUTED)


def _beside(axis: Axes, row: int, words: str) -> None:
    axis.text(1.03, row, words, transform=axis.get_yaxis_transform(), va="center", fontsize=11, color=INK)


def _amount(million: float) -> str:
    return usd(million).removeprefix("USD ")


def _name_rows(axis: Axes, words: Sequence[str], marked: Sequence[bool] | None = None, most: int = NAME) -> None:
    marks = [False] * len(words) if marked is None else marked
    labels = [shortened(name, most) + (_MARK if mark else "") for name, mark in zip(words, marks, strict=True)]
    axis.set_yticks(range(len(labels)), labels)
    axis.set_ylim(len(labels) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)


def _decades(low: pd.Series, high: pd.Series) -> tuple[float, float]:
    """Return whole decades around the values."""
    if low.empty:
        return 0.1, 10.0
    return 10.0 ** np.floor(np.log10(low.min())), 10.0 ** np.ceil(np.log10(high.max()))
