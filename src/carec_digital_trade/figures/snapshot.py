"""The snapshot's figures: ranked members, concentration, the regions over time, composition by service.

Each function takes the finding that it draws and the parameters that it was computed with, and returns its axes.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator

from carec_digital_trade.datasets import source_line
from carec_digital_trade.figures.layout import canvas, drawing
from carec_digital_trade.figures.rows import at_end, name_rows
from carec_digital_trade.figures.style import (
    GUIDE,
    INK,
    NO_DATA,
    ROW_INCHES,
    colours,
    for_text,
    is_narrow,
    plain_number,
    shortened,
    signed,
    two_lines,
    within,
)
from carec_digital_trade.figures.years import draw_lines
from carec_digital_trade.findings import Finding
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.metrics import more_even
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import capital, listing, usd
from carec_digital_trade.regions import Region

NOTABLE_REVISION = 5.0
"""Per cent; smaller revisions of the article's figures are not drawn."""
_LINE = 27
"""Characters of a heading over one of two panels."""


@drawing
def members(finding: Finding, chosen: SnapshotParameters) -> list[Axes]:
    """Draw the members of both regions as bars, so that who dominates is seen, the article's figures hollow."""
    both = chosen.regions()
    parts = [finding.frame[finding.frame["region"] == each.name].reset_index(drop=True) for each in both]
    revised = finding.frame["article"].notna().any()
    note = f" Hollow, and per cent: the article's figure and the revision since, if over {NOTABLE_REVISION:.0f}%."
    subtitle = f"{finding.caption}.{note if revised else ''}"
    height = ROW_INCHES * max(map(len, parts)) + 0.3
    axes = canvas(2, height, finding.title, subtitle, finding.source, margins=(1.65, 0.35), above=0.75)
    shown = finding.frame[["total", "article"]].to_numpy(dtype=float) / 1000
    low, high = min(0.0, *shown[np.isfinite(shown)], 0.0), max([*shown[np.isfinite(shown)], 0.0]) or 1.0
    for axis, each, part, colour in zip(axes, both, parts, colours(*both), strict=True):
        _draw_members(axis, part, colour)
        axis.set(xlim=(low - 0.02 * high, low + 1.5 * (high - low)), xlabel="USD billion")
        axis.xaxis.set_major_locator(FixedLocator(within(MaxNLocator(4).tick_values(low, high), low, high)))
        axis.xaxis.set_major_formatter(plain_number)
        total = usd(part["total"].sum(min_count=1))
        short = f"{each.name}: {total}"
        heading = short if len(short) <= _LINE else f"{shortened(each.name, _LINE)}\n{total}"
        axis.set_title(heading, color=for_text(colour), pad=8)
    return axes


@drawing
def effective_members(finding: Finding, chosen: SnapshotParameters) -> list[Axes]:
    """Draw the effective number of members over the years, in full (dashed) and without the members left out."""
    wide, partial = _by_year(finding, "effective_members"), _partial(finding)
    title = _even_title(_by_year(finding, "hhi_normalised"), wide, partial, chosen)
    subtitle = f"{_subtitle(finding, partial)}{_undefined(finding)}"
    # The finding's population is not drawn here.
    source = finding.source and source_line(chosen.measure, vintage=chosen.vintage)
    axes = canvas(1, 4.2, title, subtitle, source, margins=(1.1, 2.0))
    draw_lines(axes[0], wide, chosen, "{:.1f}", partial)
    axes[0].set_ylabel("Effective number of members\n(1 / Herfindahl-Hirschman index)")
    return axes


@drawing
def over_time(finding: Finding, chosen: SnapshotParameters) -> list[Axes]:
    """Draw the totals as an index, and trade per person on a logarithmic scale, over the years."""
    index, people, partial = _by_year(finding, "index"), _by_year(finding, "per_person"), _partial(finding)
    title, subtitle = _time_title(people, partial, chosen), _subtitle(finding, partial)
    axes = canvas(2, 4.2, title, subtitle, finding.source, margins=(0.75, 1.9), above=0.55)
    bases = sorted({int(year) for year in finding.frame["base_year"].dropna()})
    draw_lines(axes[0], index, chosen, "{:,.0f}", partial)
    axes[0].set_title(f"Total, {bases[0]} = 100" if len(bases) == 1 else "Total, first complete year = 100", pad=10)
    draw_lines(axes[1], people.where(people > 0), chosen, "{:,.0f}", partial, log=True)
    axes[1].set_title("USD per person, log scale", pad=10)
    return axes


@drawing
def composition(finding: Finding, chosen: SnapshotParameters) -> list[Axes]:
    """Draw the shares of the services in both regions' trade, beside the World's."""
    both = chosen.compared()
    frame = finding.frame.assign(service=finding.frame["item"].map(WORDS["plain_services"]))
    world = frame.drop_duplicates("service").sort_values("world_share", ascending=False, ignore_index=True)
    missing = [each.label for each in both if frame["share"][frame["region"] == each.label].isna().all()]
    without = f" {capital(NO_DATA)}: {listing(missing)}." if missing else ""
    subtitle = f"{finding.caption}, share of the total. Upright stroke: the World.{without}"
    margins = (1.9, 0.35) if is_narrow() else (3.3, 0.5)
    (axis,) = axes = canvas(1, 4.4, _services_title(frame, both), subtitle, finding.source, margins, above=0.6)
    reach = 1.05 * np.nanmax([10.0, *frame["share"], *frame["world_share"]])
    axis.hlines(world.index, 0, reach, color=GUIDE, linewidth=1)
    labels = [each.label for each in both]
    row = frame["service"].map(dict(zip(world["service"], world.index, strict=True)))
    sns.scatterplot(
        frame.assign(row=row),
        **{"x": "share", "y": "row", "hue": "region", "hue_order": labels, "style": "region", "style_order": labels},
        **{
            "palette": list(colours(*both)),
            "markers": ["o", "D"],
            "s": 95,
            "linewidth": 0,
            "zorder": 3,
            "ax": axis,
            "legend": False,
        },
    )
    # Over the dots, which would hide it, and longer than they are.
    axis.vlines(world["world_share"], world.index - 0.32, world.index + 0.32, color=INK, linewidth=2, zorder=4)
    for text in name_rows(axis, world["service"], most=60):
        text.set_text(two_lines(text.get_text()) if is_narrow() else text.get_text())
    axis.set(xlim=(min(0.0, frame["share"].min()), reach), xlabel="Share of the total, %", ylabel="")
    # From the left edge of the picture on, where a phone has no room beside the names.
    where = {"loc": "lower left", "bbox_to_anchor": (-0.6 if is_narrow() else 0, 1)}
    marks = [
        Line2D([], [], color=colour, marker=marker, markersize=9, linestyle="")
        for colour, marker in zip(colours(*both), "oD", strict=True)
    ]
    words = [two_lines(label) for label in labels]
    style = {"ncols": 2, "frameon": False, "borderpad": 0, "fontsize": 13, "handletextpad": 0.2}
    legend = axis.legend(marks, words, **where, **style)
    for text, colour in zip(legend.get_texts(), colours(*both), strict=True):
        text.set(color=for_text(colour), fontweight="bold")
    return axes


def _draw_members(axis: Axes, part: pd.DataFrame, colour: str) -> None:
    values = part["total"] / 1000
    revisions = part["revision"][part["revision"].abs() > NOTABLE_REVISION]
    article = part.loc[revisions.index, "article"] / 1000
    axis.barh(part.index, values.fillna(0), height=0.62, color=colour, zorder=2)
    axis.barh(article.index, article, height=0.62, facecolor="none", edgecolor=INK, linewidth=1.2, zorder=3)
    axis.axvline(0, color="#888888", linewidth=1, zorder=1)
    for row, value in values.items():
        label = NO_DATA if math.isnan(value) else signed(value, ",.1f" if abs(value) >= 0.095 else ",.3f")
        note = f"  ({signed(revisions[row], '+.0f')}%)" if row in revisions else ""
        at_end(axis, np.nanmax([value, article.get(row, 0), 0]), row, label + note)
    name_rows(axis, part["name"])


def _undefined(finding: Finding) -> str:
    """Say for which years the index is not defined, since a member's trade is negative."""
    gaps = finding.frame[finding.frame["effective_members"].isna() & finding.frame["negative"].ne("")]
    years = sorted({str(year) for year in gaps["year"]})
    return f" Dotted: not defined in {listing(years)}, when a member's trade is negative." if years else ""


def _by_year(finding: Finding, metric: str) -> pd.DataFrame:
    return finding.frame.pivot(index="year", columns="region", values=metric)


def _partial(finding: Finding) -> pd.DataFrame:
    covered = _by_year(finding, "members_covered")
    return covered < covered.max()


def _subtitle(finding: Finding, partial: pd.DataFrame) -> str:
    return f"{finding.caption}.{' Hollow: some members have no data.' if partial.any(axis=None) else ''}"


def _even_title(
    normalised: pd.DataFrame, effective: pd.DataFrame, partial: pd.DataFrame, chosen: SnapshotParameters
) -> str:
    """State who is the more evenly spread in the chosen year, going by years with the fullest coverage of both."""
    kept = [each.label for each in chosen.compared()]
    both = normalised[kept].dropna()
    aside = partial.loc[both.index, kept].any(axis="columns")
    order = more_even(both[kept[0]], both[kept[1]])[~aside]
    year = order.index[-1] if len(order) and chosen.year not in order else chosen.year
    lead = order.get(year, 0)
    if lead == 0:
        return f"How evenly trade is spread in {kept[0]} and {kept[1]}"
    one, other = kept if lead > 0 else kept[::-1]
    by_size = "For the number of members, trade" if effective.loc[year, one] < effective.loc[year, other] else "Trade"
    verb, when = _when(order == lead, year)
    rest = ", partial years aside" if aside.any() else ""
    return f"{by_size} of {one} {verb} spread more evenly than that of {other} {when}{rest}"


def _when(holds: pd.Series, year: int) -> tuple[str, str]:
    """Return verb and time of something that holds in a year and perhaps in others."""
    if holds.all():
        return "has been", "throughout"
    if holds.is_monotonic_increasing:
        return "has been", f"since {holds.idxmax()}"
    return "was", f"in {year}, as in {holds.sum() - 1} of {len(holds) - 1} other years"


def _time_title(people: pd.DataFrame, partial: pd.DataFrame, chosen: SnapshotParameters) -> str:
    one, other = (each.label for each in chosen.compared())
    both = people.where(~partial)[[one, other]].dropna()
    both = both[(both > 0).all(axis="columns")]
    if len(both) < 2:
        return f"Trade of {one} and {other} over the years"
    ratio = both[other] / both[one]
    if ratio.iloc[-1] < 1:
        one, other, ratio = other, one, 1 / ratio
    first, last = ratio.index[[0, -1]]
    now, then = f"{ratio.iloc[-1]:,.1f} times", f"{ratio.iloc[0]:,.1f} times"
    return f"Per person {other} traded {now} as much as {one} in {last}; in {first} it was {then}"


def _services_title(frame: pd.DataFrame, both: Sequence[Region]) -> str:
    one, other = (each.label for each in both)
    wide = frame.pivot(index="service_name", columns="region", values="share")
    gap = (wide[one] - wide[other]).dropna()
    if gap.empty:
        return f"Services traded by {one} and {other}"
    service = gap.abs().idxmax()
    more, less = (one, other) if gap[service] >= 0 else (other, one)
    return f"{capital(service)} services weigh more in the trade of {more} than in that of {less}"
