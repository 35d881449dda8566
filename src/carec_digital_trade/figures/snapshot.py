"""The snapshot's figures: ranked members, concentration, the regions over time, composition by service."""

import math
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from carec_digital_trade.figures.labels import NAME, NO_DATA, shortened, two_lines
from carec_digital_trade.figures.lines import draw_lines
from carec_digital_trade.figures.style import (
    GUIDE,
    INK,
    MUTED,
    RC,
    ROW_INCHES,
    canvas,
    colours,
    plain_number,
)
from carec_digital_trade.findings import Finding
from carec_digital_trade.metrics import more_even
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import capital, usd
from carec_digital_trade.regions import Region

NOTABLE_REVISION = 5.0
"""Per cent; smaller revisions of the article's figures are not drawn."""

# Characters of a heading over one of two panels.
_LINE = 27


def members(finding: Finding, chosen: SnapshotParameters) -> list[Axes]:
    """Draw the members of both regions by the size of their trade, revisions of the article's figures hollow.

    Parameters
    ----------
    finding : Finding
        Of the name members.
    chosen : SnapshotParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a region, on the same logarithmic scale.
    """
    both = chosen.regions()
    parts = [finding.frame[finding.frame["region"] == each.name] for each in both]
    positive = pd.concat([part["total"] for part in parts])
    limits = _log_limits(positive[positive > 0] / 1000)
    revised = finding.frame["article"].notna().any()
    note = f" Hollow, and per cent: the article's figure and the revision since, if over {NOTABLE_REVISION:.0f}%."
    subtitle = f"{finding.caption}.{note if revised else ''}"
    height = ROW_INCHES * max(map(len, parts)) + 0.3
    axes = canvas(2, height, _members_title(parts, both), subtitle, finding.source, margins=(1.75, 0.4))
    for axis, each, part, colour in zip(axes, both, parts, colours(*both), strict=True):
        with mpl.rc_context(RC):
            _draw_members(axis, part.reset_index(drop=True), colour, limits)
            axis.set_title(_panel_title(each, part["total"]), color=colour, pad=8)
    return axes


def effective_members(finding: Finding, chosen: SnapshotParameters) -> list[Axes]:
    """Draw the effective number of members over the years, in full (dashed) and without the members left out.

    Parameters
    ----------
    finding : Finding
        Of the name over_time.
    chosen : SnapshotParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    wide, partial = _by_year(finding, "effective_members"), _partial(finding)
    subtitle = f"{finding.caption}.{_hollow_note(partial)}"
    axes = canvas(1, 4.2, _even_title(finding, wide, chosen), subtitle, finding.source, margins=(1.1, 2.0))
    draw_lines(axes[0], wide, chosen, "{:.1f}", partial)
    axes[0].set_ylabel("Effective number of members\n(1 / Herfindahl-Hirschman index)")
    return axes


def over_time(finding: Finding, chosen: SnapshotParameters) -> list[Axes]:
    """Draw the totals as an index, and trade per person, over the years.

    Parameters
    ----------
    finding : Finding
        Of the name over_time.
    chosen : SnapshotParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        Index, and USD per person on a logarithmic scale.
    """
    index, people = _by_year(finding, "index"), _by_year(finding, "per_person")
    partial = _partial(finding)
    subtitle = f"{finding.caption}.{_hollow_note(partial)}"
    axes = canvas(2, 4.4, _time_title(people, partial, chosen), subtitle, finding.source, margins=(0.95, 1.9))
    draw_lines(axes[0], index, chosen, "{:,.0f}", partial)
    axes[0].set_ylabel("Index of USD, first complete year = 100")
    draw_lines(axes[1], people.where(people > 0), chosen, "{:,.0f}", partial, log=True)
    axes[1].set_ylabel("USD per person, log scale")
    return axes


def composition(finding: Finding, chosen: SnapshotParameters) -> list[Axes]:
    """Draw the shares of the services in both regions' trade.

    Parameters
    ----------
    finding : Finding
        Of the name by_service.
    chosen : SnapshotParameters
        What it was computed with.

    Returns
    -------
    list of matplotlib.axes.Axes
        One.
    """
    both = chosen.compared()
    wide = finding.frame.pivot(index="service_name", columns="region", values="share")
    world = finding.frame.drop_duplicates("service_name").set_index("service_name")["world_share"]
    order = world.sort_values(ascending=False).index
    axes = canvas(
        1,
        4.4,
        _services_title(wide, both),
        f"{finding.caption}, share of the total.",
        finding.source,
        margins=(3.9, 0.5),
    )
    _draw_services(axes[0], wide.reindex(order), world[order], both)
    return axes


def _draw_members(axis: Axes, part: pd.DataFrame, colour: str, limits: tuple[float, float]) -> None:
    rows = np.arange(len(part))
    values = part["total"] / 1000
    axis.hlines(rows, *limits, color=GUIDE, linewidth=1, zorder=1)
    drawn = values > 0
    axis.scatter(values[drawn], rows[drawn], s=90, color=colour, linewidth=0, zorder=3)
    revisions = _revisions(part)
    article = (part["article"] / 1000)[revisions.index]
    axis.scatter(article, rows[revisions.index], s=90, facecolor="white", edgecolor=colour, linewidth=1.5, zorder=2)
    for row, value in zip(rows, values, strict=True):
        label = NO_DATA if math.isnan(value) else f"{value:,.1f}" if abs(value) >= 0.095 else f"{value:,.3f}"
        note = f"  ({revisions[row]:+.0f}%)" if row in revisions.index else ""
        right = max([value if value > 0 else limits[0], *([article[row]] if row in revisions.index else [])])
        axis.annotate(
            label + note,
            (right, row),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
            color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            annotation_clip=False,
        )
    axis.set_xscale("log")
    axis.set_xlim(*limits)
    axis.set_ylim(len(part) - 0.4, -0.6)
    axis.set_yticks(rows, [shortened(name, NAME) for name in part["name"]])
    axis.tick_params(axis="y", length=0)
    axis.xaxis.set_major_locator(LogLocator(base=10, numticks=6))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(plain_number)
    axis.set_xlabel("USD billion, log scale")
    axis.set_ylabel("")


def _panel_title(one: Region, millions: pd.Series) -> str:
    total = usd(millions.sum(min_count=1))
    short = f"{one.name}: {total}"
    return short if len(short) <= _LINE else f"{shortened(one.name, _LINE)}\n{total}"


def _revisions(part: pd.DataFrame) -> pd.Series:
    return part["revision"][part["revision"].abs() > NOTABLE_REVISION]


def _log_limits(billions: pd.Series) -> tuple[float, float]:
    """Return whole decades around the values, with a decade more for the labels on the right."""
    if billions.empty:
        return 0.1, 100.0
    return 10.0 ** math.floor(math.log10(billions.min())), 10.0 ** (math.ceil(math.log10(billions.max())) + 1)


def _by_year(finding: Finding, metric: str) -> pd.DataFrame:
    return finding.frame.pivot(index="year", columns="region", values=metric)


def _partial(finding: Finding) -> pd.DataFrame:
    covered = _by_year(finding, "members_covered")
    return covered < covered.max()


def _hollow_note(partial: pd.DataFrame) -> str:
    return " Hollow: some members have no data." if partial.any(axis=None) else ""


def _draw_services(axis: Axes, wide: pd.DataFrame, world: pd.Series, both: Sequence[Region]) -> None:
    rows = np.arange(len(wide))
    with mpl.rc_context(RC):
        axis.hlines(rows, 0, max(100 * 0.1, np.nanmax([*wide.max(), world.max()])) * 1.05, color=GUIDE, linewidth=1)
        axis.scatter(world, rows, s=260, color=MUTED, marker="|", linewidth=2, zorder=2, label="World")
        for one, colour, marker in zip(both, colours(*both), ("o", "D"), strict=True):
            axis.scatter(wide[one.label], rows, s=95, color=colour, marker=marker, zorder=3, label=two_lines(one.label))
    axis.set_yticks(rows, [name.capitalize() for name in wide.index])
    axis.tick_params(axis="y", length=0)
    axis.set_ylim(len(wide) - 0.4, -0.6)
    axis.set_xlim(left=0)
    axis.set_xlabel("Share of the total, %")
    axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, borderpad=0, fontsize=12)
    if missing := [one.label for one in both if wide[one.label].isna().all()]:
        axis.text(0.98, 0.05, f"{NO_DATA}: {', '.join(missing)}", transform=axis.transAxes, ha="right", color=MUTED)


def _members_title(parts: Sequence[pd.DataFrame], both: Sequence[Region]) -> str:
    tops = []
    for part, one in zip(parts, both, strict=True):
        known = part.dropna(subset="share")
        if len(known) > 1:
            tops.append(f"{known['name'].iloc[0]} is {known['share'].iloc[0]:.0f}% of {one.name}")
    return " and ".join(tops) if tops else f"Trade of {both[0].name} and {both[1].name}, member by member"


def _even_title(finding: Finding, wide: pd.DataFrame, chosen: SnapshotParameters) -> str:
    """State who is the more evenly spread in the chosen year, going by years with the fullest coverage of both."""
    kept = [one.label for one in chosen.compared()]
    normalised = _by_year(finding, "hhi_normalised")[kept].dropna()
    partial = _partial(finding).loc[normalised.index, kept].any(axis="columns")
    order = more_even(normalised[kept[0]], normalised[kept[1]])[~partial]
    year = order.index[-1] if len(order) and chosen.year not in order else chosen.year
    lead = order.get(year, 0)
    if lead == 0:
        return f"How evenly trade is spread in {kept[0]} and {kept[1]}"
    one, other = kept if lead > 0 else kept[::-1]
    by_size = "For its number of members, trade" if wide.loc[year, one] < wide.loc[year, other] else "Trade"
    aside = ", partial years aside" if partial.any() else ""
    verb, when = _when(order == lead, year)
    return f"{by_size} of {one} {verb} spread more evenly than that of {other} {when}{aside}"


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


def _services_title(wide: pd.DataFrame, both: Sequence[Region]) -> str:
    gap = (wide[both[0].label] - wide[both[1].label]).dropna()
    if gap.empty:
        return f"Services traded by {both[0].label} and {both[1].label}"
    service = gap.abs().idxmax()
    more, less = (both[0], both[1]) if gap[service] >= 0 else (both[1], both[0])
    return f"{capital(service)} services weigh more in the trade of {more.label} than in that of {less.label}"
