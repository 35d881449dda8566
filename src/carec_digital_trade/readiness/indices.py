"""Indices that tell economies apart, beside the tracker: each on its own scale, none averaged with another."""

from itertools import combinations

import pandas as pd

from carec_digital_trade.datasets import BUNDLED, describe, load
from carec_digital_trade.metrics import rank_correlation
from carec_digital_trade.vintages import remembered

INDICES = {
    "tracker": True,
    "openness": False,
    "egovernment": True,
    "online_services": True,
    "telecommunication_infrastructure": True,
    "human_capital": True,
    "e_participation": True,
}
"""Name of each index, and whether more of it is better; the last four are e-government's parts, and participation."""
WHOLE = ("tracker", "openness", "egovernment")
"""Those that are no part of another."""


def indices(scored: pd.DataFrame, vintage: str = BUNDLED) -> pd.DataFrame:
    """Set the tracker's scores beside OECD's index of restrictions and the United Nations' of e-government.

    Parameters
    ----------
    scored : pandas.DataFrame
        As from `scores`.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    pandas.DataFrame
        A row for each index and economy that has it, its latest year: index (one of `INDICES`), iso3, year, value (0 to
        1; of openness 1 is the most restricted), rank (1 the readiest, the least restricted, the highest; ties share
        the average of their ranks), of (economies ranked).

    Notes
    -----
    Ferencz, J. (2019), The OECD Digital Services Trade Restrictiveness Index; United Nations E-Government Survey.
    """
    tracker = scored.rename(columns={"score": "value"})[["iso3", "value"]]
    tracker = tracker.assign(index="tracker", year=int(describe("cyberlaw", vintage)["vintage"][:4]))
    table = pd.concat([tracker, _others(vintage)], ignore_index=True).dropna(subset="value")
    better = table["value"].where(table["index"].map(INDICES), -table["value"])
    by_index = better.groupby(table["index"])
    return table.assign(rank=by_index.rank(ascending=False), of=by_index.transform("size"))


def agreement(table: pd.DataFrame) -> pd.DataFrame:
    """Correlate the ranks of the indices over all economies that have both.

    Parameters
    ----------
    table : pandas.DataFrame
        As from `indices`.

    Returns
    -------
    pandas.DataFrame
        A row for each pair of whole indices, and for the tracker with each part: one, other, rank_correlation with its
        95% interval in ``_low`` and ``_high``, economies.
    """
    ranks = table.pivot(index="iso3", columns="index", values="rank")
    pairs = [*combinations(WHOLE, 2), *(("tracker", part) for part in INDICES if part not in WHOLE)]
    rows = [(one, other, *rank_correlation(ranks[one], ranks[other])) for one, other in pairs]
    names = ["one", "other", "rank_correlation", "rank_correlation_low", "rank_correlation_high", "economies"]
    return pd.DataFrame(rows, columns=names)


@remembered(maxsize=4)
def _others(vintage: str) -> pd.DataFrame:
    """Return the latest year of each economy in each of the other indices."""
    open_ = load("dstri", vintage).query("component == 'overall'").assign(index="openness")
    survey = load("egovernment", vintage).rename(columns={"egdi": "egovernment"})
    long = survey.melt(["iso3", "year"], [name for name in INDICES if name in survey], "index")
    both = pd.concat([open_, long])[["index", "iso3", "year", "value"]].dropna()
    return both.sort_values("year").groupby(["index", "iso3"], as_index=False).last()
