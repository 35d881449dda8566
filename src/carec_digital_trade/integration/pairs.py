"""All pairs of economies with their trade, distance and ties, and the groups that two of them may both belong to."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.integration.indices import REST, checked
from carec_digital_trade.regions import REFERENCE_YEAR, region

Control = Literal[
    "contiguous",
    "common_official_language",
    "common_spoken_language",
    "colonial_tie",
    "common_coloniser_after_1945",
    "colonial_tie_after_1945",
    "were_one_country",
    "both_landlocked",
]
"""Ties of a pair that can be held fixed besides its distance: those of the table ``distances``, and `LANDLOCKED`."""

TIES: tuple[Control, ...] = tuple(tie for tie in Control.__args__ if tie != "both_landlocked")
"""What is held fixed besides distance unless asked otherwise."""

LEGACY = "former Soviet Union"
"""The known group whose pairs were one country until 1991."""

LANDLOCKED = frozenset(
    (
        *("BDI", "BFA", "BWA", "CAF", "ETH", "LSO", "MLI", "MWI", "NER", "RWA", "SSD", "SWZ", "TCD", "UGA", "ZMB"),
        *("ZWE", "AFG", "ARM", "AZE", "BTN", "KAZ", "KGZ", "LAO", "MNG", "NPL", "TJK", "TKM", "UZB", "AND", "AUT"),
        *("BLR", "CHE", "CZE", "HUN", "LIE", "LUX", "MDA", "MKD", "SMR", "SRB", "SVK", "VAT", "BOL", "PRY"),
    )
)
"""Economies without a coast on an ocean or a sea that leads to one: 44 states; the Caspian Sea is none."""

SIDES = ["exporter", "importer"]


def groups(specs: Sequence[Any], year: int = REFERENCE_YEAR) -> dict[str, tuple[str, ...]]:
    """Return groups of economies whose pairs may have a reason of their own to trade.

    Parameters
    ----------
    specs : sequence
        Each as `region` takes it: "former Soviet Union", another known region, a list of economies, or such a list with
        a name.
    year : int
        Of the membership.

    Returns
    -------
    dict of str to tuple of str
        Term of the equation, such as "both_in_former_soviet_union", to the members' codes.

    Raises
    ------
    InputError
        If a name or an economy is unknown, a group has fewer than two members, or two have one name.
    """
    found: dict[str, tuple[str, ...]] = {}
    for spec in specs:
        each = region(spec, year)
        term = "both_in_" + "_".join(re.findall(r"\w+", each.name.casefold()))
        if len(each.members) < 2:
            raise InputError(f"a group needs two economies, and {each.name} is one: write {LEGACY}, or a list")
        if term in found:
            raise InputError(f"two groups are called {each.name}: name each once")
        found[term] = each.members
    return found


def gravity_pairs(
    bilateral: pd.DataFrame, distances: pd.DataFrame, together: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Return all pairs of economies with their trade, distance and ties.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        From `trade_by_partner`, or a table of one's own: exporter, importer, value. A pair that is not in it trades
        nothing.
    distances : pandas.DataFrame
        ``load("distances")``: one row a pair, either way round.
    together : mapping of str to sequence of str
        Term to the members of a region or group; it is 1 where both are members, 0 else.

    Returns
    -------
    pandas.DataFrame
        One row for each two economies with trade and distance, either way round: exporter, importer, value,
        log_distance, the ties of `Control`, and a column for each term. The rest of the world is left out.

    Raises
    ------
    InputError
        If the table is not as `indices` wants it, or fewer than three economies have trade and distance.
    """
    return marked(tied(bilateral, distances), together)


def tied(bilateral: pd.DataFrame, distances: pd.DataFrame) -> pd.DataFrame:
    """Return what `gravity_pairs` does of any regions, which takes longest; parameters and errors as there."""
    traded = checked(bilateral)
    mirrored = distances.rename(columns={"iso3_a": "iso3_b", "iso3_b": "iso3_a"})
    ties = pd.concat([distances, mirrored[distances["iso3_a"] != distances["iso3_b"]]])
    trading = (set(traded["exporter"].unique()) | set(traded["importer"].unique())) - {REST}
    known = ties["iso3_a"].isin(trading) & ties["iso3_b"].isin(trading) & ties["iso3_a"].ne(ties["iso3_b"])
    pairs = ties[known].rename(columns={"iso3_a": "exporter", "iso3_b": "importer"})
    if pairs["exporter"].nunique() < 3:
        raise InputError("gravity needs three economies that have trade by partner and a distance")
    pairs = pairs.merge(traded, on=SIDES, how="left").sort_values(SIDES, ignore_index=True)
    return pairs.assign(
        value=pairs["value"].fillna(0.0),
        log_distance=np.log(pairs["distance_km"]),
        both_landlocked=_both(pairs, LANDLOCKED),
    )[[*SIDES, "value", "log_distance", *Control.__args__]]


def marked(pairs: pd.DataFrame, together: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Add a column for each term to what `tied` returns."""
    return pairs.assign(**{term: _both(pairs, members) for term, members in together.items()})


def _both(pairs: pd.DataFrame, members: Collection[str]) -> pd.Series:
    return (pairs["exporter"].isin(members) & pairs["importer"].isin(members)).astype(int)
