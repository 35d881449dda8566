"""What would overturn a headline: the loss of a member, another year, the latest figure of one that lacks it, a cell?

A headline is what one reads off a comparison of two regions, such as who trades more or which factor opens the gap. It
is told anew with one thing changed at a time, so that a reader sees on what it hangs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError
from carec_digital_trade.prose import listing
from carec_digital_trade.regions import Region

COLUMNS = ["headline", "key", "change", "iso3", "year", "verdict", "overturns"]
_MANY = 4
"""Members from which they are counted and not named."""


@dataclass(frozen=True)
class Setting:
    """What a headline is told of.

    Attributes
    ----------
    regions : tuple of Region
        The region and the benchmark, some members left out.
    year : int
        Of the figures.
    latest : bool
        Whether a member that lacks a figure of the year is taken with its latest.
    """

    regions: tuple[Region, ...]
    year: int
    latest: bool = False


@dataclass(frozen=True)
class Headline:
    """A headline, and the figures that it rests on.

    Attributes
    ----------
    told : callable
        Takes a `Setting` and returns the verdict in words, empty where there is none; an `InputError` is none.
    known : pandas.DataFrame or None
        iso3 and year of the economies that have all the figures; None where the headline is of no year.
    carries : bool
        Whether it can take a member with its latest figures.
    cells : pandas.DataFrame or None
        Verdicts with cells of the tracker of laws changed, as rows of what `what_overturns` returns.
    """

    told: Callable[[Setting], str]
    known: pd.DataFrame | None = None
    carries: bool = False
    cells: pd.DataFrame | None = None


def what_overturns(
    headlines: Mapping[str, Headline],
    regions: Sequence[Region],
    year: int,
    without: Sequence[Region] | None = None,
) -> pd.DataFrame:
    """Tell headlines anew, one thing changed at a time.

    Parameters
    ----------
    headlines : mapping of str to Headline
        By name.
    regions : sequence of Region
        The region and the benchmark.
    year : int
        As asked.
    without : sequence of Region, optional
        Both without their dominant members, as from `gap.without_dominant`.

    Returns
    -------
    pandas.DataFrame
        A row for each headline and change: headline, key (as_asked, which comes first; without_member,
        without_dominant; year_before, year_after; last_full_year, the last in which all members have the figures;
        latest_figures, without_dominant_latest, with the latest figures of members that lack one; cell, two_cells),
        change (in words, or the cells), iso3 (the member left out), year, verdict (empty where there is none),
        overturns (whether the verdict is another than as asked; missing where one of the two is empty).
    """
    asked = Setting(tuple(regions), year)
    rows = [
        (name, key, change, code, setting.year, _verdict(headline, setting))
        for name, headline in headlines.items()
        for key, change, code, setting in _changes(headline, asked, without)
    ]
    cells = [each.cells.assign(headline=name, year=year) for name, each in headlines.items() if each.cells is not None]
    frame = pd.concat([pd.DataFrame(rows, columns=COLUMNS[:-1]), *cells], ignore_index=True)
    first = frame.groupby("headline")["verdict"].transform("first")
    known = frame["verdict"].ne("") & first.ne("")
    return frame.assign(overturns=frame["verdict"].ne(first).where(known).astype("boolean"))[COLUMNS]


def _verdict(headline: Headline, setting: Setting) -> str:
    try:
        return headline.told(setting)
    except InputError:
        return ""


def _changes(
    headline: Headline, asked: Setting, without: Sequence[Region] | None
) -> Iterator[tuple[str, str, str | None, Setting]]:
    """Yield key, words, economy and setting of what is asked and of each change."""
    yield "as_asked", "as asked", None, asked
    for code in (code for each in asked.regions if len(each.members) > 1 for code in each.members):
        kept = tuple(_less(each, code) for each in asked.regions)
        yield "without_member", f"without {_names([code])}", code, replace(asked, regions=kept)
    lacking = _lacking(headline, asked.regions, asked.year) if headline.carries else []
    latest = f"with the latest figures of {_names(lacking) if len(lacking) < _MANY else f'{len(lacking)} members'}"
    if lacking:
        yield "latest_figures", latest, None, replace(asked, latest=True)
    if without is not None:
        there = {code for each in without for code in each.members}
        left_out = [code for each in asked.regions for code in each.members if code not in there]
        gone, kept = _names(left_out), replace(asked, regions=tuple(without))
        if len(left_out) > 1:
            yield "without_dominant", f"without {gone}", None, kept
        if lacking:
            yield "without_dominant_latest", f"without {gone}, {latest}", None, replace(kept, latest=True)
    for key, year in _years(headline, asked).items():
        full = ", the last year of all members" if key == "last_full_year" else ""
        yield key, f"in {year}{full}", None, replace(asked, year=year)


def _less(each: Region, code: str) -> Region:
    if code not in each.members:
        return each
    return replace(
        each, members=tuple(member for member in each.members if member != code), excluded=(*each.excluded, code)
    )


def _names(codes: Sequence[str]) -> str:
    return listing(economy_name(code, short=True) for code in codes)


def _lacking(headline: Headline, regions: Sequence[Region], year: int) -> list[str]:
    if headline.known is None:
        return []
    there = set(headline.known.loc[headline.known["year"] == year, "iso3"])
    return [code for each in regions for code in each.members if code not in there]


def _years(headline: Headline, asked: Setting) -> dict[str, int]:
    """Return the years to try by key, each once."""
    if headline.known is None:
        return {}
    years = headline.known["year"]
    full = [year for year in sorted(set(years)) if not _lacking(headline, asked.regions, year)]
    found = {"year_before": asked.year - 1, "year_after": asked.year + 1}
    if full and full[-1] not in (asked.year, *found.values()):
        found["last_full_year"] = full[-1]
    return {key: year for key, year in found.items() if year in set(years)}
