"""What overturns a headline, in words: as a table of all changes, and the change that an answer names."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

CELLS = ("cell", "two_cells")
MARK = " *"
"""Behind a verdict that is another than as asked."""
_FIRST = ("without_member", "latest_figures", "without_dominant_latest", "without_dominant")
"""Changes that a sentence names before others."""


def table(found: pd.DataFrame, words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Spread the verdicts by headline, in words, a row a change; of cells those that turn a verdict, the first.

    Parameters
    ----------
    found : pandas.DataFrame
        As from `what_overturns`.
    words : mapping
        Of the verdicts, by headline.

    Returns
    -------
    dict
        frame (change, and a column a headline), records (overturned, 1 or 0), turns (number of changes that overturn
        each headline), tried (number of all changes).
    """
    cells = found["key"].isin(CELLS)
    first = found[cells & found["overturns"].fillna(False)].groupby("key").head(1).index
    shown = found[~cells | found.index.isin(first)]
    texts = [words[row.headline].get(row.verdict, "not known") for row in shown.itertuples()]
    marks = shown["overturns"].fillna(False).map({True: MARK, False: ""})
    shown = shown.assign(text=[text + mark for text, mark in zip(texts, marks, strict=True)])
    order = shown[["key", "change"]].drop_duplicates()
    frame = shown.pivot(index=["key", "change"], columns="headline", values="text").fillna("")
    frame = frame.loc[list(order.itertuples(index=False, name=None))].reset_index()
    named = [f"{row.headline}_{row.key}" + (f"_{row.change}" if row.key in CELLS else "") for row in shown.itertuples()]
    records = shown.assign(item=named, overturned=shown["overturns"].astype(float))[
        ["iso3", "year", "item", "overturned"]
    ]
    turning = shown[shown["overturns"].fillna(False)]
    turns = {name: int((turning["headline"] == name).sum()) for name in words}
    return {"frame": frame, "records": [records], "turns": turns, "tried": len(order) - 1}


def first_change(found: pd.DataFrame, headline: str) -> dict[str, Any]:
    """Return what overturns a headline: the one change that a sentence names, and how many there are.

    Returns
    -------
    dict
        known (whether there is a verdict as asked), asked and verdict, change (in words, empty where nothing overturns
        it), changes (how many do).
    """
    rows = found[(found["headline"] == headline) & ~found["key"].isin(CELLS)]
    turning = rows[rows["overturns"].fillna(False)]
    rank = turning["key"].map({key: place for place, key in enumerate(_FIRST)}).fillna(len(_FIRST))
    turning = turning.loc[rank.sort_values(kind="stable").index]
    asked = rows["verdict"].iloc[0] if len(rows) else ""
    return {
        "known": asked != "",
        "asked": asked,
        "change": turning["change"].iloc[0] if len(turning) else "",
        "verdict": turning["verdict"].iloc[0] if len(turning) else "",
        "changes": len(turning),
    }
