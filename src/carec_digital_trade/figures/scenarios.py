"""The scenarios' figures: baseline and additional trade, gaps, the levers' parts, what is uncertain."""

from collections.abc import Sequence
from itertools import cycle

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from carec_digital_trade.figures.fans import ROOM, draw_fan, log_numbers, name_bands, unit_for
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
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import count, listing, percent, usd
from carec_digital_trade.results import Result

PANELS = 3
"""Levers whose gaps are drawn, side by side."""
_NO_LEVER = "No lever acts on this trade, so there is no gap to close"
_BILLIONS = 1e4
"""USD million: the unit of an axis on which there is nothing to be seen."""
# Okabe and Ito (2008), as the regions' two.
LEVER_COLOURS = ("#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#F0E442", "#0072B2", "#D55E00", "#999999")


def baseline_fan(result: Result, chosen: ScenarioParameters) -> list[Axes]:
    """Draw the observed total as a line and the futures without new policy as bands that open.

    Parameters
    ----------
    result : Result
        From `scenario_analysis.baseline`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One, on a logarithmic scale.
    """
    table, colour = result.table, _colour(chosen)
    past, start, unit = _observed(result), _start(result), unit_for(table["Median"].iloc[-1])
    ends = table["95% from"].min() / unit.millions, table["95% to"].max() / unit.millions
    low, high = (usd(table[f"80% {end}"].iloc[-1]) for end in ("from", "to"))
    title = f"Trade of {chosen.compared()[0].label} in {chosen.horizon}: {low} to {high} in eight of ten futures"
    joined = np.isclose(past["Observed"].iloc[-1], start["Observed"])
    apart = "" if joined else " The futures start from each member's latest figure."
    subtitle = f"{_what(result)}. Solid: observed; dashed: median.{apart}"
    axes = canvas(1, 4.4, title, subtitle, result.source, margins=(_room_for(ends), ROOM))
    with mpl.rc_context(RC):
        years = draw_fan(axes[0], table, start, unit, colour)
        observed = past["Observed"].where(past["Observed"] > 0) / unit.millions
        axes[0].plot(past["Year"], observed, color=colour, linewidth=2.5)
        axes[0].set_yscale("log")
        axes[0].set(xlim=(past["Year"].iloc[0], years[-1]), ylabel=f"{unit.name}, log scale")
        log_numbers(axes[0].yaxis, (1, 2, 5) if np.diff(np.log10(axes[0].get_ylim())) < 3 else (1,))
        name_bands(axes[0], table.iloc[-1], unit)
    return axes


def additional(result: Result, chosen: ScenarioParameters) -> list[Axes]:
    """Draw what the levers add to the region's total, year by year.

    Parameters
    ----------
    result : Result
        From `scenario_analysis.additional`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    table, last = result.table, result.table.iloc[-1]
    subtitle = f"{_what(result)}. Dashed: median."
    axes = canvas(1, 4.2, _added_title(last, chosen), subtitle, result.source, margins=(1.1, ROOM))
    start = pd.Series({"Year": str(int(table["Year"].iloc[0]) - 1), "Observed": 0.0})
    with mpl.rc_context(RC):
        unit = unit_for(last["95% to"] or _BILLIONS)
        axes[0].set(xlabel="Year", ylabel=unit.name)
        if last["95% to"] > 0:
            years = draw_fan(axes[0], table, start, unit, _colour(chosen))
            axes[0].set(xlim=(years[0], years[-1]), ylim=(0, 1.05 * last["95% to"] / unit.millions))
            axes[0].yaxis.set_major_formatter(plain_number)
            name_bands(axes[0], last, unit)
        else:
            say(axes[0], NOTHING, axes[0].xaxis)
    return axes


def additional_by_member(result: Result, chosen: ScenarioParameters) -> list[Axes]:
    """Draw what the levers add in each member, at the horizon.

    Parameters
    ----------
    result : Result
        From `scenario_analysis.by_economy`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One, on a logarithmic scale.
    """
    members = result.table.iloc[1:].reset_index(drop=True)
    gaining = int((members["Additional"] > 0).sum())
    who = f"{gaining} of {count(len(members), 'member')}" if gaining else "No member"
    title = f"{who} would gain from the levers by {chosen.horizon}"
    subtitle = f"{_what(result)}. Dot: median; thick line: 80% of futures; thin line: 95%; beside: share of own trade."
    axes = canvas(1, ROW_INCHES * len(members) + 0.3, title, subtitle, result.source, margins=(1.75, 2.85))
    with mpl.rc_context(RC):
        draw_members(axes[0], members, _colour(chosen))
    return axes


def lever_gaps(result: Result, chosen: ScenarioParameters) -> list[Axes]:
    """Draw each member's gap by lever: what is turned into trade, and what lies beyond the evidence.

    Parameters
    ----------
    result : Result
        From `scenario_analysis.gaps`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a lever, at most `PANELS`.
    """
    levers = list(dict.fromkeys(result.table["Lever"]))
    shown, rest = levers[:PANELS], levers[PANELS:]
    parts = [result.table[result.table["Lever"] == lever].reset_index(drop=True) for lever in shown]
    idle = "" if all(part["Effect"].all() for part in parts) else " Hatched: no effect, so no trade is claimed."
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


def attribution(result: Result, chosen: ScenarioParameters) -> list[Axes]:
    """Draw the parts of the additional trade that the levers bring, for the region and its members.

    Parameters
    ----------
    result : Result
        From `scenario_analysis.attribution`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    table = result.table.drop_duplicates("Economy")  # a region of one is its member
    levers = zip(table.columns[1:-1], cycle(LEVER_COLOURS))
    paints = {name: paint for name, paint in levers if table[name].any()}
    height = ROW_INCHES * max(len(table), 4) + 0.3
    subtitle = f"{_what(result)}. Beside: all levers together."
    axes = canvas(1, height, _parts_title(table, list(paints)), subtitle, result.source, margins=(1.9, 1.2))
    axes[0].set_xlabel("USD billion")
    with mpl.rc_context(RC):
        if len(table):
            draw_parts(axes[0], table, paints)
        else:
            say(axes[0], NOTHING, axes[0].xaxis)
    return axes


def tornado(result: Result, chosen: ScenarioParameters) -> list[Axes]:
    """Draw how far each uncertain figure moves the additional trade.

    Parameters
    ----------
    result : Result
        From `scenario_analysis.tornado`.
    chosen : ScenarioParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    table = result.table
    moves = table["Swing"].any()
    title = f"The {table['Uncertain'].iloc[0]} moves the result most" if moves else "Nothing is added, so nothing moves"
    subtitle = f"{_what(result)}. Bars: from its 10th to its 90th percentile, the others at their medians (line)."
    axes = canvas(1, max(0.6 * len(table), 1.6) + 0.3, title, subtitle, result.source, margins=(1.9, 0.5))
    axes[0].set_xlabel("Additional trade, USD billion")
    with mpl.rc_context(RC):
        if moves:
            draw_swings(axes[0], table, _colour(chosen))
        else:
            say(axes[0], NOTHING, axes[0].xaxis)
    return axes


def _what(result: Result) -> str:
    """Return the caption without the table's unit: the axes have their own."""
    return result.caption.replace(", USD million", "")


def _room_for(numbers: Sequence[float]) -> float:
    """Return the inches to the left of an axis with the numbers on it and a label."""
    return max(1.1, 0.5 + 0.1 * max(len(f"{number:,.3g}" if number < 1 else f"{number:,.0f}") for number in numbers))


def _colour(chosen: ScenarioParameters) -> str:
    return colours(*chosen.compared())[0]


def _observed(result: Result) -> pd.DataFrame:
    """Return the observed totals, USD million, by year."""
    names = {"year": "Year", "total": "Observed"}
    wide = result.records.pivot(index="year", columns="metric", values="value").reset_index()
    past = wide[wide["baseline_trade"].isna()]
    return past[list(names)].rename(columns=names)


def _start(result: Result) -> pd.Series:
    """Return the year and the amount, USD million, that the futures start from."""
    latest = result.records[result.records["metric"] == "baseline_start"].iloc[0]
    return pd.Series({"Year": latest["year"], "Observed": latest["value"]})


def _added_title(last: pd.Series, chosen: ScenarioParameters) -> str:
    region = chosen.compared()[0].label
    if last["95% to"] == 0:
        return f"The levers add nothing to the trade of {region}"
    share = percent(last["% of baseline"] / 100)
    return f"The levers would add {usd(last['Median'])} ({share}) to the trade of {region} in {chosen.horizon}"


def _gaps_title(parts: Sequence[pd.DataFrame]) -> str:
    beyond = {
        part["Lever"].iloc[0]: (int(_goes_beyond(part).sum()), count(len(part), "member"))
        for part in parts
        if part["Gap in"].iloc[0] == "times"
    }
    words = [f"{number} of {members} in {lever}" for lever, (number, members) in beyond.items() if number]
    if not words:
        return "No gap of a lever with an effect goes beyond the evidence" if parts else _NO_LEVER
    return f"Part of the gap is beyond the evidence in {listing(words)}"


def _goes_beyond(part: pd.DataFrame) -> pd.Series:
    """Say which members have a gap beyond the evidence; one from nothing is no number of times, and all beyond it."""
    from_nothing = part["Effect"] & part["Value"].notna() & part["Gap"].isna()
    return (part["Beyond the evidence"] > 1) | from_nothing


def _parts_title(table: pd.DataFrame, levers: Sequence[str]) -> str:
    if table.empty:
        return "No lever adds anything"
    totals = table.iloc[0]
    top = max(levers, key=lambda lever: totals[lever])
    share = percent(totals[top] / totals.iloc[-1], 0)
    return f"{top.capitalize()} brings {share} of what is added in {totals['Economy']}"
