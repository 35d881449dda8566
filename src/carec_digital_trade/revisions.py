"""What did a newer vintage of a table change: which figures are new, gone, or revised, and by how much?"""

from typing import Literal

import pandas as pd

from carec_digital_trade.datasets import describe, load
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.metrics.integration import REST

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
    before, after = _figures(table, old, new)
    both = pd.concat({"old": before, "new": after}, axis="columns")
    return _ordered(both[_differs(both)].reset_index(), by)


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
    kinds = diff(table, old, new)["kind"].value_counts()
    revised, added, gone = (int(kinds.get(kind, 0)) for kind in KINDS)
    return {
        "old": len(before),
        "new": len(after),
        "revised": revised,
        "new_figures": added,
        "gone": gone,
        "unchanged": len(before) - gone - revised,
    }


def _figures(table: str, old: str, new: str) -> tuple[pd.Series, pd.Series]:
    """Return every figure of either vintage, by key and by the column that it stands in."""
    resources = [describe(table, vintage) for vintage in (old, new)]
    keys = [resource["schema"]["primaryKey"] for resource in resources]
    if keys[0] != keys[1]:
        raise InputError(f"the two vintages of {table} have different keys and cannot be compared")
    figures = [field["name"] for field in resources[1]["schema"]["fields"] if field["name"] not in keys[0]]
    frames = [load(table, vintage) for vintage in (old, new)]
    told_apart = [resource.get("origin", {}).get("economies") for resource in resources]
    if all(told_apart) and set(told_apart[0]) != set(told_apart[1]):
        frames = [_lumped(frame, set.intersection(*map(set, told_apart)), keys[0], figures) for frame in frames]
    # Numbers stay numbers where all figures are; a table of words is compared as words.
    before, after = (
        frame.set_index(keys[0])[figures].rename_axis(columns="figure").stack().dropna() for frame in frames
    )
    return before, after


def _lumped(frame: pd.DataFrame, told_apart: set[str], key: list[str], figures: list[str]) -> pd.DataFrame:
    """Count all other economies to the rest of the world, as an import that was not asked for them does."""
    partners = frame[["exporter", "importer"]]
    lumped = frame.assign(**partners.where(partners.isin(told_apart), REST))
    return lumped.groupby(key, as_index=False)[figures].sum()


def _differs(both: pd.DataFrame) -> pd.Series:
    old, new = both["old"], both["new"]
    if not all(map(pd.api.types.is_numeric_dtype, (old, new))):
        return old.ne(new)
    apart = (new - old).abs() > SAME * pd.concat([old.abs(), new.abs()], axis="columns").max(axis="columns")
    return apart | old.isna() | new.isna()


def _ordered(frame: pd.DataFrame, by: By) -> pd.DataFrame:
    numeric = all(pd.api.types.is_numeric_dtype(frame[name]) for name in ("old", "new"))
    kind = pd.Series("revised", index=frame.index).mask(frame["old"].isna(), "new").mask(frame["new"].isna(), "gone")
    change = frame["new"] - frame["old"] if numeric else pd.Series(float("nan"), index=frame.index)
    percent = 100 * change / frame["old"].abs() if numeric else change
    frame.insert(frame.columns.get_loc("old"), "kind", kind)
    frame = frame.assign(change=change, percent=percent)
    order = pd.DataFrame({"kind": kind.map(KINDS.index), "size": -frame[by].abs()})
    return frame.loc[order.sort_values(["kind", "size"], kind="stable").index].reset_index(drop=True)
