"""What did a newer vintage of a table change: which figures are new, gone, or revised, and by how much?"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, describe, load
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.integration.indices import REST
from carec_digital_trade.metrics import by_member, members, trade
from carec_digital_trade.regions import REFERENCE_YEAR, Region

By = Literal["change", "percent"]
KINDS = ("revised", "new", "gone")
SAME = 1e-9
"""Of a figure: sources print nine or ten significant digits, so less than this is no revision."""


def diff(table: str, old: str, new: str, by: By = "change") -> pd.DataFrame:
    """Compare two vintages of a table, figure by figure.

    Parameters
    ----------
    table : str
        Name of the table. Of trade by partner only the economies that both vintages tell apart are compared; the others
        are part of the rest of the world in both.
    old, new : str
        Vintages, as in `datasets.load`. One that does not hold the table stands for the bundled one.
    by : {"change", "percent"}
        Whether the largest revision is the largest amount, in the figure's unit, or the largest in per cent.

    Returns
    -------
    pandas.DataFrame
        One row a figure that differs: the table's key (economy, year, …), figure (the column that it stands in), kind
        (revised, new, gone), old, new, change (new less old, in the figure's unit), percent. Revised figures come
        first, the largest revision leading, then the new and the gone ones. Where the figures are words (the status of
        a law) change and percent are missing.

    Raises
    ------
    InputError
        If there is no such table, vintage or order.
    """
    check_choice("order", by, ("change", "percent"))
    return compare(*_figures(table, old, new), by)


def compare(before: pd.Series, after: pd.Series, by: By = "change") -> pd.DataFrame:
    """Compare figures that need not be those of a stored vintage.

    Parameters
    ----------
    before, after : pandas.Series
        From `figures`.
    by : {"change", "percent"}
        As for `diff`.

    Returns
    -------
    pandas.DataFrame
        As of `diff`.
    """
    both = pd.concat({"old": before, "new": after}, axis="columns")
    old, new = both["old"], both["new"]
    numeric = all(map(pd.api.types.is_numeric_dtype, (old, new)))
    change = new - old if numeric else pd.Series(float("nan"), index=both.index)
    differs = old.ne(new)
    if numeric:
        apart = change.abs() > SAME * pd.concat([old.abs(), new.abs()], axis="columns").max(axis="columns")
        differs = apart | old.isna() | new.isna()
    percent = 100 * change / old.abs() if numeric else change
    kind = pd.Series("revised", index=both.index).mask(old.isna(), "new").mask(new.isna(), "gone")
    both.insert(0, "kind", kind)
    frame = both.assign(change=change, percent=percent)[differs].reset_index()
    order = pd.DataFrame({"kind": frame["kind"].map(KINDS.index), "size": -frame[by].abs()})
    return frame.loc[order.sort_values(["kind", "size"], kind="stable").index].reset_index(drop=True)


def figures(frames: Sequence[pd.DataFrame], resources: Sequence[Mapping[str, Any]]) -> tuple[pd.Series, ...]:
    """Return every figure of two tables, by key and by the column that it stands in.

    Parameters
    ----------
    frames : sequence of pandas.DataFrame
        Two vintages of a table. Where they tell other economies apart, those that one of them does not are lumped.
    resources : sequence of mapping
        What their descriptors say of them; the key and the columns are those of the last one.

    Returns
    -------
    tuple of pandas.Series
        One a table, without missing figures.
    """
    key = resources[-1]["schema"]["primaryKey"]
    columns = [field["name"] for field in resources[-1]["schema"]["fields"] if field["name"] not in key]
    told_apart = [resource.get("origin", {}).get("economies") for resource in resources]
    if all(told_apart) and set(told_apart[0]) != set(told_apart[1]):
        frames = [_lumped(frame, set.intersection(*map(set, told_apart)), key, columns) for frame in frames]
    # Numbers stay numbers where all figures are; a table of words is compared as words.
    return tuple(frame.set_index(key)[columns].rename_axis(columns="figure").stack().dropna() for frame in frames)


def by_group(differences: pd.DataFrame, column: str) -> pd.DataFrame:
    """Count what differs, by economy or by year.

    Parameters
    ----------
    differences : pandas.DataFrame
        From `diff`.
    column : str
        A column of the table's key, such as iso3 or year.

    Returns
    -------
    pandas.DataFrame
        One row a value of the column: it, revised, new, gone (numbers of figures), and largest_percent, the largest
        revision in per cent. Most revised figures first.

    Raises
    ------
    InputError
        If there is no such column.
    """
    check_choice("column", column, tuple(differences))
    counts = pd.crosstab(differences[column], differences["kind"]).reindex(columns=list(KINDS), fill_value=0)
    largest = (
        differences.assign(size=differences["percent"].abs()).sort_values("size").groupby(column)["percent"].last()
    )
    frame = counts.rename_axis(columns=None).assign(largest_percent=largest)
    return frame.sort_values(list(KINDS), ascending=False, kind="stable").reset_index()


def compared(table: str, old: str, new: str) -> dict[str, int]:
    """Count the figures of two vintages of a table.

    Parameters
    ----------
    table, old, new : str
        As for `diff`.

    Returns
    -------
    dict of str to int
        old and new (figures in each), revised, new_figures, gone, unchanged.

    Raises
    ------
    InputError
        As `diff` does.
    """
    before, after = _figures(table, old, new)
    kinds = compare(before, after)["kind"].value_counts()
    revised, added, gone = (int(kinds.get(kind, 0)) for kind in KINDS)
    return {
        "old": len(before),
        "new": len(after),
        "revised": revised,
        "new_figures": added,
        "gone": gone,
        "unchanged": len(before) - gone - revised,
    }


def since_article(vintage: str = BUNDLED) -> pd.DataFrame:
    """Set the article's Table 1 as printed beside the same figures in the WTO's present file.

    Parameters
    ----------
    vintage : str
        Vintage of that file.

    Returns
    -------
    pandas.DataFrame
        One row an economy and, after its economies, one a region's total, whose iso3 is missing: region, iso3, economy
        (the article's name, or Total), year, total (as printed), total_present (both USD million), revision (0.01 is
        1%), and the present file's figures of the year before and after.
    """
    printed = load("table1", vintage)
    wide = by_member(trade("delivered", "total", vintage), Region("", tuple(printed["iso3"]), REFERENCE_YEAR))
    near = {"before": REFERENCE_YEAR - 1, "total_present": REFERENCE_YEAR, "after": REFERENCE_YEAR + 1}
    beside = {name: wide.reindex([year]).iloc[0].to_numpy() for name, year in near.items()}
    frame = printed.rename(columns={"value": "total"}).assign(**beside)
    parts = []
    for name, rows in frame.groupby("region", sort=False):
        sums = rows[["total", "total_present"]].sum(min_count=1)
        parts += [rows, pd.DataFrame([{"region": name, "economy": "Total", **sums}])]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(year=REFERENCE_YEAR, revision=frame["total_present"] / frame["total"] - 1)


def ranked(trade_frame: pd.DataFrame, region: Region, year: int, vintage: str = BUNDLED) -> pd.DataFrame:
    """Rank the members of a region, each beside the article's figure where the article prints the same thing.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `metrics.trade`.
    region : Region
        Members.
    year : int
        A year of the frame.
    vintage : str
        Vintage of the article's table.

    Returns
    -------
    pandas.DataFrame
        As `metrics.members`, the largest first, with article (USD million) and revision since (0.01 is 1%); both are
        NaN unless the frame is the total of delivered trade and the year the article's.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks the year.
    """
    rows = members(trade_frame, region, year).sort_values("value", ascending=False, kind="stable", ignore_index=True)
    asked = (trade_frame["measure"].iloc[0], trade_frame["flow"].iloc[0], year)
    printed = load("table1", vintage).set_index("iso3")["value"]
    article = rows["iso3"].map(printed) if asked == ("delivered", "total", REFERENCE_YEAR) else np.nan
    return rows.assign(article=article, revision=rows["value"] / article - 1)


def since_bundled(measure: str, flow: str, region: Region, year: int, vintage: str) -> pd.DataFrame:
    """Set a region's trade beside the bundled figures, for it and for the members whose figures differ.

    Parameters
    ----------
    measure, flow, vintage : str
        As in `metrics.trade`.
    region : Region
        Members.
    year : int
        Of the trade; the figures of all years are counted.

    Returns
    -------
    pandas.DataFrame
        One row for the total, whose iso3 is missing, of the members that have the year in both vintages; then one a
        member with a figure that differs, the largest revision leading: name, iso3, total_bundled, total (USD million),
        revision_since_bundled (0.01 is 1%), figures_revised, figures_new, figures_gone (economy, year and flow).
    """
    before = by_member(trade(measure, flow, BUNDLED), region).reindex([year]).iloc[0]
    now = by_member(trade(measure, flow, vintage), region, year).iloc[0]
    found = diff(measure, BUNDLED, vintage)
    flows = ["exports", "imports"] if flow == "total" else [flow]
    own = found[found["iso3"].isin(region.members) & found["flow"].isin(flows)]
    counts = pd.crosstab(own["iso3"], own["kind"]).reindex(columns=list(KINDS), fill_value=0).add_prefix("figures_")
    own_rows = pd.DataFrame({"total_bundled": before, "total": now}).loc[counts.index].join(counts)
    own_rows["size"] = (own_rows["total"] - own_rows["total_bundled"]).abs()
    own_rows = own_rows.rename_axis("iso3").reset_index().sort_values("size", ascending=False, kind="stable")
    # A total over other members than before would show their coming and going as a revision.
    both = before.notna() & now.notna()
    sums = {"total_bundled": before[both].sum(min_count=1), "total": now[both].sum(min_count=1), **counts.sum()}
    kept = own_rows if len(region.members) > 1 else own_rows[:0]  # the total of one member says the same
    frame = pd.concat([pd.DataFrame([sums]), kept.drop(columns="size")], ignore_index=True)
    change = (frame["total"] - frame["total_bundled"]) / frame["total_bundled"].abs()
    return frame.assign(revision_since_bundled=change.where(np.isfinite(change)))


def _figures(table: str, old: str, new: str) -> tuple[pd.Series, ...]:
    resources = [describe(table, vintage) for vintage in (old, new)]
    if resources[0]["schema"]["primaryKey"] != resources[1]["schema"]["primaryKey"]:
        raise InputError(f"the two vintages of {table} have different keys and cannot be compared")
    return figures([load(table, vintage) for vintage in (old, new)], resources)


def _lumped(frame: pd.DataFrame, told_apart: set[str], key: list[str], figures: list[str]) -> pd.DataFrame:
    """Count all other economies to the rest of the world, as an import that was not asked for them does."""
    partners = frame[["exporter", "importer"]]
    lumped = frame.assign(**partners.where(partners.isin(told_apart), REST))
    return lumped.groupby(key, as_index=False)[figures].sum()
