"""Observations as SDMX has them: a value, which may be none, and a status."""

from collections.abc import Sequence

import pandas as pd

NO_FIGURE = ("M", "O")
"""Statuses of the SDMX code list that stand for no figure (missing)."""
PLAIN = ("A", "")
"""Statuses of a normal figure; the others, such as E for estimated, are kept in the vintage's descriptor."""


def with_figures(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out observations without a figure: an empty one is no figure, and never zero."""
    return rows[rows["OBS_VALUE"].str.strip().ne("") & ~rows["OBS_STATUS"].isin(NO_FIGURE)]


def unchecked(rows: pd.DataFrame, optional: Sequence[str]) -> list[str]:
    """Return a sentence for each column that a file may lack, and does."""
    return [f"The file has no column {name}, which was not checked." for name in optional if name not in rows]


def flags(key: pd.DataFrame, status: pd.Series) -> tuple[dict[str, dict[str, list[str]]], list[str]]:
    """Gather the figures that a source flags.

    Parameters
    ----------
    key : pandas.DataFrame
        Key of each figure.
    status : pandas.Series
        Its status, on the same index.

    Returns
    -------
    about : dict
        For the vintage's descriptor: under flags, each status with the keys of its figures; empty if there are none.
    notes : list of str
        A sentence that counts them, if there are any.
    """
    odd = status[~status.isin(PLAIN)]
    found = {
        flag: [" ".join(map(str, row)) for row in flagged.itertuples(index=False)]
        for flag, flagged in key.loc[odd.index].groupby(odd)
    }
    if not found:
        return {}, []
    counts = ", ".join(f"{len(each):,} {flag} (such as {each[0]})" for flag, each in found.items())
    return {"flags": found}, [f"Figures that the source flags, E being estimated and F a forecast: {counts}."]
