"""The scenarios' figures: baseline and additional trade, gaps, the levers' parts, what is uncertain."""

from collections.abc import Sequence
from itertools import cycle

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from carec_digital_trade.figures.fans import ROOM, band_ends, draw_fan, log_numbers, name_bands, unit_for
from carec_digital_trade.figures.labels import NAME, shortened
from carec_digital_trade.figures.rows import (
    NOTHING,
    draw_gaps,
    draw_members,
    draw_parts,
    draw_swings,
    say,
)
from carec_digital_trade.figures.style import RC, ROW_INCHES, canvas, colours, plain_number
from carec_digital_trade.findings import Finding
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import count, listing, percent, usd

PANELS = 3
"""Levers whose gaps are drawn, side by side."""
_NO_LEVER = "No lever acts on this trade, so there is no gap to close"
_BILLIONS = 1e4
"""USD million: the unit of an axis on which there is nothing to be seen."""
# Okabe and Ito (2008), as the regions' two.
LEVER_COLOURS = ("#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#F0E442", "#0072B2", "#D55E00", "#999999")


def baseline_fan(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw the observed total as a line and the futures without new policy as bands that open.

    Parameters
    ----------
    result : Finding
        The finding `baseline`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One, on a logarithmic scale.
    """
    frame, colour, metric = result.frame, _colour(chosen), "baseline_trade"
    past, start, unit = _observed(result), _start(result), unit_for(frame[metric].iloc[-1])
    ends = frame["baseline_trade_95_low"].min() / unit.millions, frame["baseline_trade_95_high"].max() / unit.millions
    low, high = (usd(frame[column].iloc[-1]) for column in band_ends(metric, 80))
    title = f"Trade of {chosen.compared()[0].label} in {chosen.horizon}: {low} to {high} in eight of ten futures"
    joined = np.isclose(past["value"].iloc[-1], start[1])
    apart = "" if joined else " The futures start from each member's latest figure."
    subtitle = f"{_what(result)}. Solid: observed; dashed: median.{apart}"
    axes = canvas(1, 4.4, title, subtitle, result.source, margins=(_room_for(ends), ROOM))
    with mpl.rc_context(RC):
        years = draw_fan(axes[0], frame, metric, start, unit, colour)
        observed = past["value"].where(past["value"] > 0) / unit.millions
        axes[0].plot(past["year"], observed, color=colour, linewidth=2.5)
        axes[0].set_yscale("log")
        axes[0].set(xlim=(past["year"].iloc[0], years[-1]), ylabel=f"{unit.name}, log scale")
        log_numbers(axes[0].yaxis, (1, 2, 5) if np.diff(np.log10(axes[0].get_ylim())) < 3 else (1,))
        name_bands(axes[0], frame.iloc[-1], metric, unit)
    return axes


def additional_fan(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw what the levers add to the region's total, year by year.

    Parameters
    ----------
    result : Finding
        The finding `additional`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    frame, last, metric = result.frame, result.frame.iloc[-1], "additional_trade"
    largest = last["additional_trade_95_high"]
    subtitle = f"{_what(result)}. Dashed: median."
    axes = canvas(1, 4.2, _added_title(last, chosen), subtitle, result.source, margins=(1.1, ROOM))
    start = int(frame["year"].iloc[0]) - 1, 0.0
    with mpl.rc_context(RC):
        unit = unit_for(largest or _BILLIONS)
        axes[0].set(xlabel="Year", ylabel=unit.name)
        if largest > 0:
            years = draw_fan(axes[0], frame, metric, start, unit, _colour(chosen))
            axes[0].set(xlim=(years[0], years[-1]), ylim=(0, 1.05 * largest / unit.millions))
            axes[0].yaxis.set_major_formatter(plain_number)
            name_bands(axes[0], last, metric, unit)
        else:
            say(axes[0], NOTHING, axes[0].xaxis)
    return axes


def additional_by_member(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw what the levers add in each member, at the horizon.

    Parameters
    ----------
    result : Finding
        The finding `by_economy`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One, on a logarithmic scale.
    """
    members = result.frame.iloc[1:].reset_index(drop=True)
    gaining = int((members["additional_trade"] > 0).sum())
    who = f"{gaining} of {count(len(members), 'member')}" if gaining else "No member"
    title = f"{who} would gain from the levers by {chosen.horizon}"
    subtitle = f"{_what(result)}. Dot: median; thick line: 80% of futures; thin line: 95%; beside: share of own trade."
    axes = canvas(1, ROW_INCHES * len(members) + 0.3, title, subtitle, result.source, margins=(1.75, 2.85))
    with mpl.rc_context(RC):
        draw_members(axes[0], members, _colour(chosen))
    return axes


def lever_gaps(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw each member's gap by lever: what is turned into trade, and what lies beyond the evidence.

    Parameters
    ----------
    result : Finding
        The finding `gaps`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a lever, at most `PANELS`.
    """
    levers = list(dict.fromkeys(result.frame["name"])) if len(result.frame) else []
    shown, rest = levers[:PANELS], levers[PANELS:]
    parts = [result.frame[result.frame["name"] == lever].reset_index(drop=True) for lever in shown]
    idle = "" if all(part["effective"].all() for part in parts) else " Hatched: no effect, so no trade is claimed."
    more = f" Not drawn: {listing(rest)}." if rest else ""
    subtitle = f"{result.caption}. Dark: used, as far as the lever closes it; pale: beyond the evidence.{idle}{more}"
    height = ROW_INCHES * max(map(len, parts), default=5) + 0.3
    axes = canvas(max(len(parts), 1), height, _gaps_title(parts), subtitle, result.source, margins=(1.65, 0.75))
    with mpl.rc_context(RC):
        for axis, lever, part in zip(axes, shown, parts, strict=False):
            draw_gaps(axis, part, _colour(chosen))
            axis.set_title(shortened(lever.capitalize(), NAME), pad=8)
        if not parts:
            axes[0].set_xlabel("Gap")
            say(axes[0], "no lever", axes[0].xaxis)
    return axes


def lever_parts(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw the parts of the additional trade that the levers bring, for the region and its members.

    Parameters
    ----------
    result : Finding
        The finding `attribution`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    parts = _parts(result.frame)
    paints = dict(zip(parts.columns, cycle(LEVER_COLOURS)))
    height = ROW_INCHES * max(len(parts), 4) + 0.3
    subtitle = f"{_what(result)}. Beside: all levers together."
    axes = canvas(1, height, _parts_title(parts), subtitle, result.source, margins=(1.9, 1.2))
    axes[0].set_xlabel("USD billion")
    with mpl.rc_context(RC):
        if len(parts):
            draw_parts(axes[0], parts, paints)
        else:
            say(axes[0], NOTHING, axes[0].xaxis)
    return axes


def swings(result: Finding, chosen: ScenarioParameters) -> list[Axes]:
    """Draw how far each uncertain figure moves the additional trade.

    Parameters
    ----------
    result : Finding
        The finding `tornado`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    frame = result.frame
    moves = frame["swing"].any()
    title = f"The {frame['name'].iloc[0]} moves the result most" if moves else "Nothing is added, so nothing moves"
    subtitle = f"{_what(result)}. Bars: from its 10th to its 90th percentile, the others at their medians (line)."
    axes = canvas(1, max(0.6 * len(frame), 1.6) + 0.3, title, subtitle, result.source, margins=(1.9, 0.5))
    axes[0].set_xlabel("Additional trade, USD billion")
    with mpl.rc_context(RC):
        if moves:
            draw_swings(axes[0], frame, _colour(chosen))
        else:
            say(axes[0], NOTHING, axes[0].xaxis)
    return axes


def _what(result: Finding) -> str:
    """Return the caption without the table's unit: the axes have their own."""
    return result.caption.replace(", USD million", "")


def _room_for(numbers: Sequence[float]) -> float:
    """Return the inches to the left of an axis with the numbers on it and a label."""
    return max(1.1, 0.5 + 0.1 * max(len(f"{number:,.3g}" if number < 1 else f"{number:,.0f}") for number in numbers))


def _colour(chosen: ScenarioParameters) -> str:
    return colours(*chosen.compared())[0]


def _observed(result: Finding) -> pd.DataFrame:
    """Return year and value, USD million, of the observed totals."""
    return result.records[result.records["metric"] == "total"].reset_index(drop=True)


def _start(result: Finding) -> tuple[int, float]:
    """Return the year and the amount, USD million, that the futures start from."""
    latest = result.records[result.records["item"] == "start"].iloc[0]
    return int(latest["year"]), latest["value"]


def _parts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the levers' parts by economy (rows) and lever (columns), both in order; a region of one is its member."""
    if frame.empty:
        return pd.DataFrame()
    wide = frame.pivot_table(
        index="economy", columns="name", values="lever_contribution", aggfunc="first", fill_value=0.0
    )
    return wide.reindex(index=frame["economy"].unique(), columns=frame["name"].unique())


def _added_title(last: pd.Series, chosen: ScenarioParameters) -> str:
    region = chosen.compared()[0].label
    if last["additional_trade_95_high"] == 0:
        return f"The levers add nothing to the trade of {region}"
    share = percent(last["additional_share"] / 100)
    return (
        f"The levers would add {usd(last['additional_trade'])} ({share}) to the trade of {region} in {chosen.horizon}"
    )


def _gaps_title(parts: Sequence[pd.DataFrame]) -> str:
    beyond = {
        part["name"].iloc[0]: (int(_goes_beyond(part).sum()), count(len(part), "member"))
        for part in parts
        if part["scale"].iloc[0] == "times"
    }
    words = [f"{number} of {members} in {lever}" for lever, (number, members) in beyond.items() if number]
    if not words:
        return "No gap of a lever with an effect goes beyond the evidence" if parts else _NO_LEVER
    return f"Part of the gap is beyond the evidence in {listing(words)}"


def _goes_beyond(part: pd.DataFrame) -> pd.Series:
    """Say which members have a gap beyond the evidence; one from nothing is no number of times, and all beyond it."""
    from_nothing = part["effective"] & part["indicator"].notna() & part["shown"].isna()
    return (part["shown_beyond"] > 1) | from_nothing


def _parts_title(parts: pd.DataFrame) -> str:
    if parts.empty:
        return "No lever adds anything"
    totals = parts.iloc[0]
    share = percent(totals.max() / totals.sum(), 0)
    return f"{totals.idxmax().capitalize()} brings {share} of what is added in {parts.index[0]}"
