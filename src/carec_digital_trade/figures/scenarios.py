"""The scenarios' figures: baseline and additional trade, gaps, the levers' parts, what is uncertain.

Each function takes the finding that it draws and the parameters that it was computed with, and returns its axes.
"""

from collections.abc import Sequence
from itertools import cycle, islice

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from carec_digital_trade.figures.layout import canvas, drawing
from carec_digital_trade.figures.rows import apart, at_end, decades, draw_bands, name_rows
from carec_digital_trade.figures.style import (
    GUIDE,
    INK,
    MUTED,
    NO_DATA,
    NOTHING,
    POINTS,
    ROW_INCHES,
    colours,
    is_narrow,
    log_ticks,
    plain_number,
    say,
    shortened,
    signed,
    unit_for,
    within,
    year_ticks,
)
from carec_digital_trade.figures.years import ROOM, band_ends, draw_fan, name_bands
from carec_digital_trade.findings import Finding
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import capital, listing, usd

PANELS = 3
"""Levers whose gaps are drawn, side by side."""
_BILLIONS = 1e4
"""USD million: the unit of an axis on which there is nothing to be seen."""
_NAMED, _LEVERS_A_LINE = 6, 3
_NAME_IN_PANEL = 15
_BEFORE_NOTHING = 1_000
"""Times below its median that a band is drawn at most, on a logarithmic scale."""
# Okabe and Ito (2008), as the regions' two.
LEVER_COLOURS = ("#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#F0E442", "#0072B2", "#D55E00", "#999999")


@drawing
def baseline_fan(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw the observed total as a line and the futures without new policy as bands that open (log scale)."""
    frame, colour, metric = result.frame, _colour(chosen), "baseline_trade"
    past = result.records[result.records["metric"] == "total"]
    first = result.records[result.records["item"] == "start"].iloc[0]
    unit = unit_for(frame[metric].iloc[-1])
    ends = frame["baseline_trade_95_low"].min() / unit.millions, frame["baseline_trade_95_high"].max() / unit.millions
    joined = np.isclose(past["value"].iloc[-1], first["value"])
    apart = "" if joined else " The futures start from each member's latest figure."
    subtitle = f"{_what(result)}. Solid: observed; dashed: median.{apart}"
    axes = canvas(1, 4.4, result.title, subtitle, result.source, margins=(_room_for(ends), ROOM), above=0.4)
    years = draw_fan(axes[0], frame, metric, (int(first["year"]), first["value"]), unit, colour)
    observed = past["value"].where(past["value"] > 0) / unit.millions
    axes[0].plot(past["year"], observed, color=colour, linewidth=2.5)
    axes[0].set(yscale="log", xlim=(past["year"].iloc[0], years[-1]), ylabel=f"{unit.name}, log scale")
    year_ticks(axes[0].xaxis, int(past["year"].iloc[0]), years[-1])
    log_ticks(axes[0].yaxis, *axes[0].get_ylim())
    name_bands(axes[0], frame.iloc[-1], metric, unit)
    return axes


@drawing
def additional_fan(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw what the levers add to the region's total, year by year."""
    frame, metric = result.frame, "additional_trade"
    largest = frame["additional_trade_95_high"].iloc[-1] if len(frame) else 0.0
    unit = unit_for(largest or _BILLIONS)
    subtitle = f"{_what(result)}. Dashed: median."
    axes = canvas(1, 4.2, result.title, subtitle, result.source, margins=(1.1, ROOM), above=0.4)
    axes[0].set(xlabel="Year", ylabel=unit.name)
    if largest > 0:
        start = int(frame["year"].iloc[0]) - 1, 0.0
        years = draw_fan(axes[0], frame, metric, start, unit, _colour(chosen))
        axes[0].set(xlim=(years[0], years[-1]), ylim=(0, 1.05 * largest / unit.millions))
        year_ticks(axes[0].xaxis, years[0], years[-1])
        axes[0].yaxis.set_major_formatter(plain_number)
        name_bands(axes[0], frame.iloc[-1], metric, unit)
    else:
        say(axes[0], NOTHING if len(frame) else NO_DATA)
    return axes


@drawing
def additional_by_member(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw what the levers add in each member, at the horizon: a dot with its bands, on a logarithmic scale."""
    members, colour = result.frame.iloc[1:], _colour(chosen)
    idle = members.loc[~(members["additional_trade"] > 0), "economy"]
    drawn = members[members["additional_trade"] > 0].reset_index(drop=True)
    nobody = f" {capital(NOTHING)} in {_some(idle)}." if len(idle) else ""
    subtitle = (
        f"{_what(result)}. Dot: median; thick line: 80% of futures; thin line: 95%; beside: share of own trade.{nobody}"
    )
    height = ROW_INCHES * max(len(drawn), 2) + 0.1
    axes = canvas(1, height, result.title, subtitle, result.source, margins=(1.65, 1.95))
    unit = unit_for(drawn["additional_trade"].max() if len(drawn) else _BILLIONS)
    axes[0].set_xlabel(f"{unit.name}, log scale")
    if drawn.empty:
        say(axes[0], NOTHING)
        return axes
    # A band that begins at nothing, as where a study adds nothing, has no place on a logarithmic scale.
    least = drawn["additional_trade"] / _BEFORE_NOTHING
    wide, main = (
        [np.maximum(drawn[end], least) / unit.millions for end in band_ends("additional_trade", band)]
        for band in (95, 80)
    )
    low, high = decades(*wide)
    axes[0].hlines(drawn.index, low, high, color=GUIDE, linewidth=1, zorder=1)
    draw_bands(axes[0], drawn.index, wide, main, colour)
    axes[0].scatter(drawn["additional_trade"] / unit.millions, drawn.index, s=80, color=colour, linewidth=0, zorder=4)
    for member in drawn.itertuples():
        words = f"{usd(member.additional_trade).removeprefix('USD ')}  ({signed(member.additional_share, '+,.0f')}%)"
        apart(axes[0], 0.15, member.Index, words)
    axes[0].set(xscale="log", xlim=(low, high))
    log_ticks(axes[0].xaxis, low, high)
    name_rows(axes[0], drawn["economy"], drawn["extrapolated"])
    return axes


@drawing
def lever_gaps(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw each member's gap by lever: what is turned into trade, and what lies beyond the evidence."""
    levers = list(dict.fromkeys(result.frame["name"])) if len(result.frame) else []
    parts = [result.frame[result.frame["name"] == lever] for lever in levers[:PANELS]]
    idle = "" if all(part["effective"].all() for part in parts) else " Hatched: no effect, so no trade is claimed."
    more = f" Not drawn: {listing(levers[PANELS:])}." if levers[PANELS:] else ""
    subtitle = f"{result.caption}. Dark: used, as far as the lever closes it; pale: beyond the evidence.{idle}{more}"
    far = [part[_is_far(part)].reset_index(drop=True) for part in parts]
    most = max([*map(len, far), 2]) + 1
    axes = canvas(max(len(parts), 1), ROW_INCHES * most, result.title, subtitle, result.source, (1.5, 0.75), above=0.5)
    for axis, part, rows in zip(axes, parts, far, strict=False):
        _draw_gaps(axis, rows, part["scale"].iloc[0], _colour(chosen))
        axis.set_title(shortened(capital(part["panel"].iloc[0])), pad=8)
        axis.set_ylim(most - 0.4, -0.6)
        missing = int(part["gap"].isna().sum())
        words = [f"no gap: {len(part) - len(rows) - missing}"] if len(part) > len(rows) + missing else []
        words += [f"{NO_DATA}: {missing}"] if missing else []
        place = {"transform": axis.get_yaxis_transform(), "fontsize": POINTS, "color": MUTED}
        axis.text(0, len(rows) + 0.1, ", ".join(words), va="center", **place)
    if not parts:
        axes[0].set_xlabel("Gap")
        say(axes[0], "no lever")
    return axes


@drawing
def lever_parts(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw the parts of the additional trade that the levers bring: the region's, and its members', which add up."""
    frame = result.frame
    order = list(dict.fromkeys(frame["economy"]))
    height = ROW_INCHES * max(len(order), 4) + 0.1
    subtitle = f"{_what(result)}. Bars of the members add up to the region's."
    levers = [shortened(capital(lever)) for lever in frame["name"].unique()]
    columns = 2 if is_narrow() else _LEVERS_A_LINE
    above = 0.15 + 0.3 * -(-len(levers) // columns)
    axes = canvas(1, height, result.title, subtitle, result.source, margins=(1.75, 1.2), above=above)
    if not order:
        axes[0].set_xlabel("USD billion")
        say(axes[0], NOTHING)
        return axes
    # The region's row and the member's of a region of one have one name.
    single = frame.drop_duplicates(["economy", "name"])
    wide = single.pivot(index="economy", columns="name", values="part").fillna(0.0)
    wide = wide.reindex(index=order, columns=frame["name"].unique())
    unit = unit_for(wide.iloc[0].sum())
    shown = (wide / unit.millions).set_axis(levers, axis="columns")
    paints = list(islice(cycle(LEVER_COLOURS), len(wide.columns)))
    shown.plot.barh(ax=axes[0], stacked=True, color=paints, width=0.62, zorder=2)
    for row, total in enumerate(wide.sum(axis="columns")):
        at_end(axes[0], total / unit.millions, row, usd(total).removeprefix("USD "))
    axes[0].set(xlim=(0, 1.02 * shown.sum(axis="columns").max()), xlabel=unit.name, ylabel="")
    axes[0].xaxis.set_major_formatter(plain_number)
    place = {
        "loc": "lower left",
        "bbox_to_anchor": (-0.6 if is_narrow() else 0, 1),
        "frameon": False,
        "borderpad": 0,
        "fontsize": 13,
    }
    axes[0].legend(ncols=columns, handlelength=1, handletextpad=0.4, columnspacing=1, **place)
    name_rows(axes[0], order)
    return axes


@drawing
def swings(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw how far each uncertain figure moves the additional trade."""
    frame = result.frame[result.frame["swing"] > 0].reset_index(drop=True)
    still = result.frame.loc[~(result.frame["swing"] > 0), "name"]
    others = f" Without a swing: {_some(still)}." if len(frame) and len(still) else ""
    subtitle = (
        f"{_what(result)}. Bars: from its 10th to its 90th percentile, the others at their medians (line).{others}"
    )
    height = 0.5 * max(len(frame), 2) + 0.2
    axes = canvas(1, height, result.title, subtitle, result.source, margins=(1.75, 0.5))
    unit = unit_for(result.frame["tornado_high"].max() or _BILLIONS)
    axes[0].set_xlabel(f"Additional trade, {unit.name}")
    if frame.empty:
        say(axes[0], NOTHING)
        return axes
    low, high = (frame[f"tornado_{end}"] / unit.millions for end in ("low", "high"))
    axes[0].barh(frame.index, high - low, left=low, height=0.6, color=_colour(chosen), zorder=2)
    axes[0].axvline(0, color="#888888", linewidth=1, zorder=1)
    axes[0].axvline(frame["tornado"].iloc[0] / unit.millions, color=INK, linewidth=1.5, zorder=3)
    for ends, align in ((low, "right"), (high, "left")):
        for row, end in ends.items():
            words = f" {usd(end * unit.millions).removeprefix('USD ')} "
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
            axes[0].text(end, row, words, ha=align, va="center", fontsize=POINTS, color=INK, bbox=box, zorder=2)
    first, last = min(0.0, low.min()), max(0.0, high.max())
    room = (0.5 if is_narrow() else 0.2) * (last - first)
    axes[0].set_xlim(first - room, last + room)
    ticks = within(MaxNLocator(3 if is_narrow() else 5).tick_values(first, last), first, last)
    axes[0].xaxis.set_major_locator(FixedLocator(ticks))
    axes[0].xaxis.set_major_formatter(plain_number)
    name_rows(axes[0], frame["name"].map(_study).map(capital))
    return axes


def _some(names: Sequence[str]) -> str:
    """Return names as a listing, only so many of them."""
    more = len(names) - _NAMED
    return listing([*names[:_NAMED], f"{more} others"] if more > 1 else names)


def _study(name: str) -> str:
    """Return the study's own name where a factor is the figure of one; beside its lever's there is no room for it."""
    return next((study for study in WORDS["studies"].values() if name.endswith(study)), name)


def _is_far(part: pd.DataFrame) -> pd.Series:
    """Say which members have a gap; one from nothing is a gap without a number."""
    base = 1.0 if part["scale"].iloc[0] == "times" else 0.0
    return part["gap"].notna() & ~(part["shown"] <= base)


def _draw_gaps(axis: Axes, part: pd.DataFrame, scale: str, colour: str) -> None:
    """Draw the gaps of one lever: dark what is used, pale what lies beyond the evidence, hatched without an effect."""
    rows = np.arange(len(part))
    in_times = scale == "times"
    base = 1.0 if in_times else 0.0
    used, gap = part["shown_used"].fillna(base), part["shown"].fillna(part["shown_used"]).fillna(base)
    if part["effective"].all():
        axis.barh(rows, used - base, left=base, height=0.62, color=colour, zorder=3)
        axis.barh(rows, gap - used, left=used, height=0.62, color=colour, alpha=0.3, zorder=2)
    else:
        bare = {"facecolor": "none", "edgecolor": colour, "hatch": "////", "linewidth": 0.8, "alpha": 0.6}
        far = gap > base
        axis.barh(rows[far], gap[far] - base, left=base, height=0.62, zorder=2, **bare)
    for row, reach in enumerate(part["shown"]):
        number = f"{reach:,.0f}" if reach >= 100 else f"{reach:.1f}" if reach >= 1.1 else f"{reach:.2f}"
        apart(axis, 0.1, row, "from 0" if np.isnan(reach) else number)
    if in_times:
        largest = max([*gap, 4.0])
        axis.set(xscale="log", xlim=(1, largest * 1.05), xlabel="Rise needed, times (log)")
        log_ticks(axis.xaxis, 1, largest)
    elif scale == "points":
        axis.set(xlim=(0, 1.05 * max([*gap, 10.0])), xlabel="Rise needed, points")
    elif scale == "steps":
        axis.set(xlim=(0, 1.05 * max([*gap, 1.0])), xlabel="Gap, steps from median to best")
    else:
        axis.set(xlim=(0, 1), xlabel="Gap, of 1", xticks=[0, 0.5, 1])
    name_rows(axis, part["economy"], part["extrapolated"], _NAME_IN_PANEL)


def _what(result: Finding) -> str:
    """Return the caption without the table's unit: the axes have their own."""
    return result.caption.replace(", USD million", "")


def _room_for(numbers: Sequence[float]) -> float:
    """Return the inches to the left of an axis with the numbers on it and a label."""
    return max(1.1, 0.5 + 0.1 * max(len(f"{number:,.3g}" if number < 1 else f"{number:,.0f}") for number in numbers))


def _colour(chosen: ScenarioParameters) -> str:
    return colours(*chosen.compared())[0]
