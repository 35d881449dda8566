"""What a new vintage is held against, whatever its source: itself, and the vintage at hand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import LATEST, describe, has_table, load
from carec_digital_trade.economies import AGGREGATES, economy_name
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers.storing import template
from carec_digital_trade.integration.indices import REST
from carec_digital_trade.prose import listing
from carec_digital_trade.revisions import compare, figures

SAME_SCALE = 5.0
"""A release revises figures; one whose median figure moves by more than this factor is in another unit."""
MOST_LOST = 0.1
"""A file that lacks more than this share of the economies that were there is cut off."""
MOST_GONE = 0.25
"""A file that lacks more than this share of the figures of a year is not complete; fewer are withdrawn now and then."""
FAR = 10.0
"""A figure that moves by more than this factor is pointed out among the revised ones."""
_ENOUGH = 10
"""Figures whose median tells another unit from a revision; a year of BaTIS has some twenty."""
_NAMED = 8
_NO_PART_OF_A_CELL = ("iso3", "reporter", "exporter", "importer", "method")


def same_scale(new: pd.Series, old: pd.Series, by: Sequence[str], what: str, units: Mapping[str, str]) -> None:
    """Refuse figures that are so far from those at hand that the unit must be another.

    Parameters
    ----------
    new, old : pandas.Series
        Figures on comparable indexes, one level of which is figure.
    by : sequence of str
        Levels of the index, figure among them, whose values are looked at one by one.
    what : str
        What they are.
    units : mapping of str to str
        Unit of each figure.

    Raises
    ------
    DataError
        If the median ratio of figures that both have is beyond `SAME_SCALE` or its inverse.
    """
    both = pd.concat({"new": new, "old": old}, axis="columns", join="inner").abs()
    both = both[(both > 0).all(axis="columns")]
    groups = (both["new"] / both["old"]).groupby(list(by))
    ratio = groups.median()[groups.size() >= _ENOUGH]
    far = ~ratio.between(1 / SAME_SCALE, SAME_SCALE)
    if far.any():
        key = far.idxmax()
        place = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
        figure = place.pop("figure")
        where = f" of {_said(tuple(place.values()))}" if place else ""
        raise DataError(
            f"{what}, {figure}: the figures{where} are {ratio[far].iloc[0]:,.4g} times those at hand, so they are not "
            f"in {units[figure]}"
        )


def against_present(
    table: str, frame: pd.DataFrame, about: Mapping[str, Any] | None = None, sparse: bool = False
) -> list[str]:
    """Hold a table against itself and against the one at hand, by year, flow, service and indicator.

    Parameters
    ----------
    table : str
        Name of the table.
    frame : pandas.DataFrame
        The new table, in the columns of its schema.
    about : mapping, optional
        What its descriptor will say besides, such as the economies that it tells apart.
    sparse : bool
        True for a table that holds exceptions, of which any number may come and go.

    Returns
    -------
    list of str
        Sentences that name the economies that are gone and the new ones, and count the figures that are gone and those
        that are others.

    Raises
    ------
    DataError
        If the unit must be another, or the file must be incomplete: it lacks a year between others, too many of the
        economies, or too many of the figures of a year.
    """
    resource = {**template(table), "origin": about or {}}
    fields = resource["schema"]["fields"]
    unreported = {field["name"]: {0: np.nan} for field in fields if field.get("zeroIsMissing")}
    known = has_table(table, LATEST)
    present = (load(table, LATEST), describe(table, LATEST)) if known else (frame.iloc[:0], resource)
    before, after = figures([present[0], frame.replace(unreported)], [present[1], resource])
    if before.equals(after):
        return []
    cells = [name for name in after.index.names if name not in (*_NO_PART_OF_A_CELL, "year")]
    cells += ["year"] if "year" in after.index.names else []
    notes = []
    if not sparse:
        notes += _economies(table, before, after)
        if known and pd.api.types.is_numeric_dtype(after):
            for by in (["figure"], cells):
                same_scale(after, before, by, table, {field["name"]: field.get("unit", "") for field in fields})
        if "year" in cells:
            notes += _years(table, *(each.groupby(cells).size().unstack("year") for each in (before, after)))
    return [*notes, *_differences(table, before, after, cells)] if known else notes


def _economies(table: str, before: pd.Series, after: pd.Series) -> Iterator[str]:
    """Name the economies that came and went, or refuse a file that lacks too many."""
    place = next(name for name in after.index.names if name in _NO_PART_OF_A_CELL)
    then, now = (set(each.index.unique(place)) for each in (before, after))
    gone, added = sorted(then - now), sorted(now - then)
    if len(gone) > MOST_LOST * len(then):
        raise DataError(
            f"{len(gone)} of the {len(then)} economies of {table} are not in the file, so it is cut off: {_named(gone)}"
        )
    if gone:
        yield f"Not in {table} any more: {_named(gone)}."
    if added and then and place == "iso3":
        yield f"New in {table}: {_named(added)}."


def _years(table: str, before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    """Refuse numbers of figures by year that show a hole; name the years, new to the table, that have few."""
    years = range(after.columns.min(), after.columns.max() + 1)
    kinds = after.index.union(before.index)
    new, old = (each.reindex(index=kinds, columns=years).fillna(0).astype("int64") for each in (after, before))
    there = new.gt(0)
    inside = there.cummax(axis="columns") & there.iloc[:, ::-1].cummax(axis="columns")[list(years)]
    for cell in _cells(inside & ~there)[:1]:
        raise DataError(f"{table}: {_said(cell)} is lacking between other years, so the file is not complete")
    for cell in _cells(old.ge(_ENOUGH) & new.lt((1 - MOST_GONE) * old))[:1]:
        there, wanted = (each.stack()[cell] for each in (new, old))
        raise DataError(
            f"{table}: of the {wanted} figures of {_said(cell)} in the present vintage the file has {there}, so it is "
            f"not complete"
        )
    added = [year for year in years if year > before.columns.max()] if len(before.columns) else list(years)
    neighbours = (new.shift(step, axis="columns").fillna(0).to_numpy() for step in (1, -1))
    beside = pd.DataFrame(np.maximum(*neighbours), index=kinds, columns=years)
    if few := _cells(new.lt((1 - MOST_GONE) * beside)[added]) if added else []:
        counts = [f"{_said(cell)} {new.stack()[cell]} of {beside.stack()[cell]:.0f}" for cell in few[:_NAMED]]
        yield f"Years of {table} with fewer figures than the years beside them: {len(few)}, {listing(counts)}."


def _differences(table: str, before: pd.Series, after: pd.Series, cells: list[str]) -> Iterator[str]:
    """Count the figures that are gone and those that are others, and name one of each."""
    differing = compare(before, after, "percent")
    key = list(after.index.names)
    gone, revised = (differing[differing["kind"] == kind] for kind in ("gone", "revised"))
    if len(gone):
        most = gone.groupby(cells).size()
        yield (
            f"Figures of the present vintage of {table} that are gone: {len(gone):,}, most in {_said(most.idxmax())} "
            f"({most.max():,}), the first being {_said(tuple(gone[key].iloc[0]))}."
        )
    if revised.empty:
        return
    differ = f"Figures of {table} that are not those of the present vintage: {len(revised):,} of {len(before):,}"
    if pd.api.types.is_numeric_dtype(after):
        ratio = (revised["new"] / revised["old"]).abs()
        factor = pd.concat([ratio, 1 / ratio], axis="columns").max(axis="columns")
        worst = revised.loc[factor.idxmax()]
        far = int((factor > FAR).sum())
        beyond = f", {far:,} by more than a factor of {FAR:g}" if far else ""
        yield f"{differ}{beyond}, most {_said(tuple(worst[key]))}, {worst['new']:,.6g} for {worst['old']:,.6g}."
    else:
        first = revised.iloc[0]
        yield f"{differ}, the first being {_said(tuple(first[key]))}, {first['new']} for {first['old']}."


def _cells(mask: pd.DataFrame) -> list[tuple[Any, ...]]:
    stacked = mask.stack()
    return list(stacked.index[stacked])


def _said(key: Any) -> str:
    """Name a place in a table; "value" is the name of its only figure and says nothing."""
    return " ".join(str(part) for part in (key if isinstance(key, tuple) else (key,)) if part != "value")


def _named(codes: Sequence[str]) -> str:
    names = [code if code in {*AGGREGATES, REST} else economy_name(code, short=True) for code in codes[:_NAMED]]
    more = [f"{len(codes) - _NAMED} more"] if len(codes) > _NAMED else []
    return listing([*names, *more])
