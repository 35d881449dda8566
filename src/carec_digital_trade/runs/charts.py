"""Small charts of a metric over the grid of a batch, drawn as SVG into the index page.

One chart a notebook, region and set of the other parameters, all of a metric on one scale, to be compared.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from markupsafe import Markup

from carec_digital_trade.runs.identity import Run
from carec_digital_trade.runs.values import in_brief

MOST_CHARTS = 36
"""Of a metric; more are no longer looked at."""
MOST_RUNS = 3_000
"""That are charted; beyond them results.csv is the better place to look."""

_WIDTH, _HEIGHT = 240, 96
_SIDE, _TOP, _BOTTOM = 8, 8, 18


@dataclass(frozen=True)
class Chart:
    """A metric along one parameter.

    Attributes
    ----------
    title : str
        What tells the chart from its neighbours: the notebook and the region if there are several, parameters.
    points : list of (str, float or None)
        Value of the parameter as it is typed, and of the metric.
    svg : markupsafe.Markup
        The picture.
    """

    title: str
    points: list[tuple[str, float | None]]
    svg: Markup


@dataclass(frozen=True)
class ChartSet:
    """The charts of one metric in one unit.

    Attributes
    ----------
    metric, unit, along : str
        Name, unit, and the parameter on the horizontal axis.
    tables : list of str
        Where in results.csv the values stand, such as "totals of snapshot".
    low, high : float
        The scale.
    charts : list of Chart
        At most `MOST_CHARTS`.
    left_out : int
        How many more there would be.
    """

    metric: str
    unit: str
    along: str
    tables: list[str]
    low: float
    high: float
    charts: list[Chart]
    left_out: int


_Row = tuple[Run, dict[str, str]]
_Points = list[tuple[str, float | None, tuple[float, float] | None]]
"""Value of the parameter, value of the metric, and the ends of its range where it has one."""


def chart_sets(
    rows: Iterable[_Row], metrics: Sequence[str], varied: Sequence[str], written: Callable[[Any], str] = in_brief
) -> list[ChartSet]:
    """Draw the charts of some metrics.

    Parameters
    ----------
    rows : iterable of (Run, dict)
        From `gather.regional`, in the order of the batch.
    metrics : sequence of str
        In the order of the page.
    varied : sequence of str
        Parameters that the batch varies; the one with the most numbers is the horizontal axis, else the first.
    written : callable
        Writes a value of the horizontal axis.

    Returns
    -------
    list of ChartSet
        One for each unit of a metric that has a value.
    """
    rows = list(rows)
    if not varied or not rows:
        return []
    along = _axis([run for run, _ in rows], varied)
    sets = []
    others = [name for name in varied if name != along]
    for metric in metrics:
        found = [(run, row) for run, row in rows if row["name"] == metric and along in run.parameters]
        for unit in dict.fromkeys(row["unit"] for _, row in found):
            alike = [(run, row) for run, row in found if row["unit"] == unit]
            if any(row["value"] for _, row in alike):
                sets.append(_chart_set(metric, unit, along, alike, others, written))
    return sets


def _axis(runs: Sequence[Run], varied: Sequence[str]) -> str:
    def numbers(name: str) -> int:
        values = {run.parameters.get(name) for run in runs if _is_number(run.parameters.get(name))}
        return len(values) if len(values) > 1 else 0

    return max(varied, key=numbers)


def _chart_set(
    metric: str,
    unit: str,
    along: str,
    rows: Sequence[_Row],
    others: Sequence[str],
    written: Callable[[Any], str],
) -> ChartSet:
    values = [float(row[name]) for _, row in rows for name in ("value", "low", "high") if _is_finite(row.get(name))]
    joined = any(_is_number(run.parameters[along]) for run, _ in rows)
    tables = list(dict.fromkeys(f"{row['table']} of {run.source.name}" for run, row in rows))
    several = len({run.source.name for run, _ in rows}) > 1
    regions = len({row["region"] for _, row in rows}) > 1 or not others
    series: dict[str, _Points] = {}
    for run, row in sorted(rows, key=lambda pair: _order(pair[0].parameters[along])):
        told_apart = [f"{name} = {in_brief(run.parameters[name])}" for name in others if name in run.parameters]
        title = ", ".join([*[run.source.name] * several, *[row["region"] or "all"] * regions, *told_apart])
        value = float(row["value"]) if row["value"] else None
        ends = (float(row["low"]), float(row["high"])) if all(_is_finite(row.get(e)) for e in ("low", "high")) else None
        series.setdefault(title, []).append((written(run.parameters[along]), value, ends))
    low, high = min(0.0, *values), max(0.0, *values)
    charts = [
        Chart(title, [point[:2] for point in points], _svg(f"{metric}, {title}", points, low, high, joined))
        for title, points in list(series.items())[:MOST_CHARTS]
    ]
    return ChartSet(metric, unit, along, tables, low, high, charts, len(series) - len(charts))


def _svg(name: str, points: _Points, low: float, high: float, joined: bool) -> Markup:
    """Draw points with their ranges; along numbers they are joined by a line, which a missing value breaks."""
    scale = (_HEIGHT - _TOP - _BOTTOM) / (high - low or 1.0)
    step = (_WIDTH - 2 * _SIDE) / max(len(points) - 1, 1)

    def height(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - low) * scale

    places = [None if value is None else (_SIDE + step * at, height(value)) for at, (_, value, _) in enumerate(points)]
    told = [f"{at}: {_words(value, ends)}" for at, value, ends in points]
    marks = "".join(
        f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="4"><title>{escape(text)}</title></circle>'
        for place, text in zip(places, told, strict=True)
        if place
    )
    ranges = "".join(
        f'<line class="range" x1="{place[0]:.1f}" x2="{place[0]:.1f}" y1="{height(ends[0]):.1f}" '
        f'y2="{height(ends[1]):.1f}"/>'
        for place, (_, _, ends) in zip(places, points, strict=True)
        if place and ends
    )
    lines = "".join(f'<polyline points="{part}"/>' for part in _unbroken(places)) if joined else ""
    zero = height(0.0)
    words = "; ".join(told)
    ends = [(_SIDE, "start", points[0][0]), (_WIDTH - _SIDE, "end", points[-1][0])][: len(points)]
    labels = "".join(
        f'<text x="{x}" y="{_HEIGHT - 4}" text-anchor="{anchor}">{escape(text)}</text>' for x, anchor, text in ends
    )
    return Markup(
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(f"{name}: {words}")}">'
        f'<line x1="0" x2="{_WIDTH}" y1="{zero:.1f}" y2="{zero:.1f}"/>{ranges}{lines}{marks}{labels}</svg>'
    )


def _words(value: float | None, ends: tuple[float, float] | None) -> str:
    if value is None:
        return "no value"
    return f"{value:,.6g}" + (f" ({ends[0]:,.6g} to {ends[1]:,.6g})" if ends else "")


def _unbroken(places: Sequence[tuple[float, float] | None]) -> Iterator[str]:
    for present, part in groupby(places, lambda place: place is not None):
        if present:
            yield " ".join(f"{x:.1f},{y:.1f}" for x, y in part)


def _order(value: Any) -> tuple[int, float]:
    """Sort numbers by size; anything else keeps the order of the batch."""
    return (0, value) if _is_number(value) else (1, 0)


def _is_finite(text: str | None) -> bool:
    try:
        return math.isfinite(float(text or "nan"))
    except ValueError:  # the folder may be a stranger's
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
