"""The figures of integration: shares within, who exports to whom, what is expected, and what changes it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from carec_digital_trade.figures.layout import canvas, drawing
from carec_digital_trade.figures.rows import apart, log_limits, name_rows
from carec_digital_trade.figures.style import (
    GUIDE,
    INK,
    NO_DATA,
    ROW_INCHES,
    colours,
    for_text,
    is_narrow,
    log_ticks,
    say,
    shortened,
    two_lines,
)
from carec_digital_trade.findings import Finding
from carec_digital_trade.parameters import IntegrationParameters
from carec_digital_trade.regions import Region

_SHARE, _RATIO = "intra_regional_share", "actual_over_expected"
_LARGEST_MATRIX = 16
"""Members up to which each cell of the matrix has its number."""


@drawing
def within(result: Finding, chosen: IntegrationParameters) -> list[Axes]:
    """Draw the shares within the regions, in full and as compared, and what hangs on one member."""
    frame = result.frame.reset_index(drop=True)
    subtitle = f"{result.caption}. Dot: both; line: one member left out; triangles: exports (up), imports (down)."
    (axis,) = axes = canvas(1, 0.45 * len(frame) + 0.2, result.title, subtitle, result.source, margins=_room(0.7))
    columns = [column for column in frame if column.startswith(_SHARE)]
    reach = 1.08 * np.nanmax([5.0, *frame[columns].to_numpy(dtype=float).ravel()])
    axis.hlines(frame.index, 0, reach, color=GUIDE, linewidth=1, zorder=1)
    shades = _shades(frame["region"], chosen)
    axis.hlines(frame.index, frame[f"{_SHARE}_low"], frame[f"{_SHARE}_high"], color=shades, linewidth=5, alpha=0.4)
    for column, marker, size in ((_SHARE, "o", 90), (f"{_SHARE}_exports", "^", 45), (f"{_SHARE}_imports", "v", 45)):
        axis.scatter(frame[column], frame.index, s=size, marker=marker, color=shades, zorder=3, linewidth=0)
    for row, share in frame[_SHARE].items():
        apart(axis, 0.15, row, NO_DATA if np.isnan(share) else f"{share:.1f}")
    _name_regions(axis, frame["region"])
    axis.set(xlim=(0, reach), xlabel="Trade within the region, % of the members' trade")
    return axes


@drawing
def partners(result: Finding, chosen: IntegrationParameters) -> list[Axes]:
    """Draw who exports to whom as a heat map for each region, in per cent of the exporter's exports."""
    both = chosen.compared()
    parts = [result.frame[result.frame["region"] == each.label] for each in both]
    most = max(map(len, parts))
    subtitle = f"{result.caption}. Rows export to columns; empty: no data, or the member itself."
    axes = canvas(
        2, max(2.0, 0.36 * most), result.title, subtitle, result.source, margins=(2.1, 0.1), above=0.95, below=0.3
    )
    for axis, each, part, colour in zip(axes, both, parts, colours(*both), strict=True):
        _draw_matrix(axis, part, colour)
        axis.set_title(shortened(each.label, 27), color=for_text(colour), pad=24)
    return axes


@drawing
def expected_within(result: Finding, chosen: IntegrationParameters) -> list[Axes]:
    """Draw the actual share within each region beside the one that size, distance and ties lead one to expect."""
    frame = result.frame.reset_index(drop=True)
    subtitle = f"{result.caption}. Filled dot: actual; open dot and line: expected share with its 95% interval."
    (axis,) = axes = canvas(1, 1.2, result.title, subtitle, result.source, margins=_room(1.1))
    if frame.empty:
        say(axis)
        return axes
    ends = frame[["expected_share_low", "expected_share_high"]].to_numpy(dtype=float)
    reach = 1.08 * np.nanmax([5.0, *ends.ravel(), *frame[_SHARE]])
    shades = _shades(frame["region"], chosen)
    axis.hlines(frame.index, 0, reach, color=GUIDE, linewidth=1, zorder=1)
    axis.hlines(frame.index, *ends.T, color=shades, linewidth=5, alpha=0.4, zorder=2)
    axis.scatter(frame["expected_share"], frame.index, s=90, facecolor="white", edgecolor=shades, linewidth=2, zorder=3)
    axis.scatter(frame[_SHARE], frame.index, s=110, color=shades, zorder=4)
    for row in frame.itertuples():
        words = NO_DATA if np.isnan(row.actual_over_expected) else f"{row.actual_over_expected:.2f} times"
        apart(axis, 0.15, row.Index, words)
    _name_regions(axis, frame["region"])
    axis.set(xlim=(0, reach), xlabel="Trade within the region, % of the members' trade")
    return axes


@drawing
def changes(result: Finding, chosen: IntegrationParameters) -> list[Axes]:
    """Draw the ratio of actual to expected trade within each region, a row a variant."""
    both, frame = chosen.compared(), result.frame.reset_index(drop=True)
    subtitle = f"{result.caption}. Vertical line: as much as expected."
    margins = (2.6, 0.35)
    axes = canvas(2, ROW_INCHES * len(frame) + 0.2, result.title, subtitle, result.source, margins, above=0.5)
    known = frame[[f"{side}{end}" for side in ("ours", "theirs") for end in ("", "_low", "_high")]]
    values = known.stack() if len(frame) else pd.Series(dtype=float)
    for axis, side, each, colour in zip(axes, ("ours", "theirs"), both, colours(*both), strict=True):
        if values.dropna().empty:
            say(axis)
            continue
        _draw_ratios(axis, frame, side, colour, values)
        name_rows(axis, frame["words"], most=32)
        axis.set_title(shortened(each.label, 20), color=for_text(colour), pad=8)
    return axes


def _draw_ratios(axis: Axes, frame: pd.DataFrame, side: str, colour: str, values: pd.Series) -> None:
    axis.hlines(frame.index, frame[f"{side}_low"], frame[f"{side}_high"], color=colour, linewidth=4, alpha=0.45)
    axis.scatter(frame[side], frame.index, s=70, color=colour, zorder=3, linewidth=0)
    reached = pd.concat([values, pd.Series([1.0])]).clip(1e-3, 1e3)
    log_limits(axis, "x", reached, 0.03)
    log_ticks(axis.xaxis, *axis.get_xlim())
    axis.axvline(1, color=INK, linewidth=1, zorder=1)
    axis.set_xlabel("Ratio, log scale")


def _draw_matrix(axis: Axes, part: pd.DataFrame, colour: str) -> None:
    codes = list(part["iso3"])
    shares = part[[f"to_{code}" for code in codes]].to_numpy(dtype=float)
    if not np.isfinite(shares).any():
        say(axis)
        return
    shades = sns.light_palette(colour, as_cmap=True)
    numbers = np.array([["" if np.isnan(each) else f"{each:.0f}" for each in row] for row in shares])
    sns.heatmap(
        shares,
        ax=axis,
        mask=np.isnan(shares),
        cmap=shades,
        vmin=0,
        vmax=max(10.0, float(np.nanmax(shares))),
        annot=numbers if len(codes) <= _LARGEST_MATRIX else None,
        fmt="",
        annot_kws={"fontsize": 9},
        cbar=False,
        linewidths=1,
        xticklabels=codes,
        yticklabels=[f"{shortened(name)} {code}" for name, code in zip(part["name"], codes, strict=True)],
    )
    axis.tick_params(length=0)
    axis.xaxis.tick_top()
    if len(codes) > _LARGEST_MATRIX:
        axis.set_xticks([])
    axis.set_xticklabels(axis.get_xticklabels(), rotation=0, fontsize=9)
    axis.set_yticklabels(axis.get_yticklabels(), rotation=0, fontsize=11)


def _shades(labels: Sequence[str], chosen: IntegrationParameters) -> list[str]:
    """Return a colour a row: that of the region or benchmark, whether in full or not."""
    own, other = colours(*chosen.compared())
    ours: list[Region] = [chosen.regions()[0], chosen.compared()[0]]
    return [own if label in {each.label for each in ours} else other for label in labels]


def _room(right: float) -> tuple[float, float]:
    """Return the inches for regions' names on the left, and those on the right."""
    return (1.75 if is_narrow() else 3.2), right


def _name_regions(axis: Axes, labels: Sequence[str]) -> None:
    for text, label in zip(name_rows(axis, labels, most=34), labels, strict=True):
        text.set_text(two_lines(label) if is_narrow() else text.get_text())
