"""Concentration: how unevenly trade is spread over the members, and whether that hangs on one of them."""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics.trade import by_member
from carec_digital_trade.metrics.wide import coverage, shares
from carec_digital_trade.regions import Region

EVENNESS_DECIMALS = 3
"""Two regions are as evenly spread as each other where their normalised indices agree to these decimals."""


@dataclass(frozen=True)
class Concentration:
    """Indices of how a total is spread over n members with shares s.

    All but `members` are NaN where shares are not defined: a member is negative, the total is zero, or nobody has data.

    Attributes
    ----------
    members : int
        Members with data, n. Those without are left out and not counted.
    hhi : float
        Herfindahl-Hirschman index, sum of s squared, from 1/n (equal) to 1 (Hirschman 1964).
    hhi_normalised : float
        (hhi - 1/n) / (1 - 1/n), from 0 to 1, so that regions of unlike size compare; NaN for one member.
    effective_members : float
        1 / hhi, the number of equal members that would be as concentrated (Adelman 1969), from 1 to n.
    gini : float
        Sum over all pairs of |x_i - x_j| over 2 n^2 mean (Gini 1912), from 0 to (n - 1)/n; no small-sample correction.
    theil : float
        Mean of (x/mean) ln(x/mean), from 0 to ln n, with 0 ln 0 = 0 (Theil 1967).
    top_share : float
        Largest share.
    top : hashable or None
        Label of the largest member, the first among equals; None where not defined.
    """

    members: int
    hhi: float
    hhi_normalised: float
    effective_members: float
    gini: float
    theil: float
    top_share: float
    top: Hashable | None


@dataclass(frozen=True)
class TheilSplit:
    """Theil's index split by groups (Theil 1967).

    Attributes
    ----------
    within : float
        Sum over groups of the group's share times its own index.
    between : float
        Index that would remain if all members of a group were equal.
    total : float
        Index of all members together; within + between.
    groups : pandas.DataFrame
        One row a group: group, members (with data), share, theil (its own), within and between (its contributions;
        between is negative for a group below the overall mean).
    """

    within: float
    between: float
    total: float
    groups: pd.DataFrame

    def with_total(self, name: str) -> pd.DataFrame:
        """Return the groups and all of them together.

        Parameters
        ----------
        name : str
            What the last row calls them.

        Returns
        -------
        pandas.DataFrame
            As `groups`, with a row more.
        """
        sums = self.groups[["members", "share"]].sum(min_count=1)
        total = {"group": name, **sums, "theil": self.total, "within": self.within, "between": self.between}
        return pd.concat([self.groups, pd.DataFrame([total])], ignore_index=True).astype({"members": "int64"})


def concentration(values: pd.DataFrame | pd.Series | Iterable[float]) -> Concentration:
    """Measure how a total is spread over its members.

    Parameters
    ----------
    values : pandas.Series, array or pandas.DataFrame, shape (members,)
        Trade of each member in any one unit; NaN is a member without data. Zero is a value. A frame is one from
        `members`.

    Returns
    -------
    Concentration
        With the frame's code or the Series' label of the largest member, or its position in an array.

    Examples
    --------
    >>> concentration([1, 1, 1, 1]).effective_members
    4.0
    >>> round(concentration([3, 1, 1, 1]).hhi, 3)
    0.333
    """
    known = _known(values)
    share, n = shares(known.to_numpy()), len(known)
    if n == 0 or np.isnan(share).any():
        return Concentration(n, *[math.nan] * 6, top=None)
    hhi = float(share @ share)
    positive = share[share > 0]
    return Concentration(
        members=n,
        hhi=hhi,
        hhi_normalised=(hhi - 1 / n) / (1 - 1 / n) if n > 1 else math.nan,
        effective_members=1 / hhi,
        # From the sorted shares, which equals the mean over pairs without forming them.
        gini=float((2 * np.arange(1, n + 1) - n - 1) @ np.sort(share)) / n,
        theil=float(positive @ np.log(positive * n)),
        top_share=float(share.max()),
        top=known.index[share.argmax()],
    )


def more_even(one: pd.Series | float, other: pd.Series | float) -> pd.Series | int:
    """Say which of two regions' trade is the more evenly spread, however many members each has.

    The effective number of members cannot exceed their number, so that two equal members seem less even than ten
    unequal ones. The normalised index is 0 for equal members, however many.

    Parameters
    ----------
    one, other : float or pandas.Series on one index
        Normalised Herfindahl-Hirschman indices, `Concentration.hhi_normalised`.

    Returns
    -------
    int or pandas.Series
        1 for the first, -1 for the other, 0 for a tie and where one is not defined, as for a single member.
    """
    one, other = (np.round(each, EVENNESS_DECIMALS) for each in (one, other))
    return (one < other) * 1 - (one > other) * 1


def leave_one_out(values: pd.DataFrame | pd.Series | Iterable[float]) -> pd.DataFrame:
    """Measure the concentration of the rest, with each member left out in turn.

    Parameters
    ----------
    values : pandas.Series, array or pandas.DataFrame, shape (members,)
        As in `concentration`.

    Returns
    -------
    pandas.DataFrame
        One row a member with data: left_out (its label), the fields of `Concentration` for the others, and whole, the
        Herfindahl-Hirschman index with it.
    """
    known = _known(values)
    rows = [
        {"left_out": label, **vars(concentration(known.drop(known.index[place])))}
        for place, label in enumerate(known.index)
    ]
    frame = pd.DataFrame(rows, columns=["left_out", *Concentration.__dataclass_fields__])
    return frame.assign(whole=concentration(known).hhi)


def concentration_over_time(trade_frame: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Measure the concentration of a region's trade in each year.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `trade`.
    region : Region
        Members; the same ones in every year.

    Returns
    -------
    pandas.DataFrame
        One row a year: year, members, covered, partial, missing, then the indices of `Concentration` over the covered
        members. Years that are partial with different members missing do not compare.

    Raises
    ------
    InputError
        If the frame mixes flows or measures.
    """
    wide = by_member(trade_frame, region)
    indices = pd.DataFrame([vars(concentration(row)) for _, row in wide.iterrows()], index=wide.index)
    return coverage(wide).join(indices.drop(columns="members")).reset_index()


def theil_split(values: pd.DataFrame | pd.Series, groups: Mapping[str, Iterable[Hashable]]) -> TheilSplit:
    """Split Theil's index of all members into inequality within and between groups.

    Parameters
    ----------
    values : pandas.Series or pandas.DataFrame, shape (members,)
        Trade of each member, indexed by it, or frames from `members`; NaN is a member without data.
    groups : mapping of str to iterable
        Name of each group to its members, such as ``{"CAREC": carec.members, "ASEAN": asean.members}``.

    Returns
    -------
    TheilSplit
        All NaN where shares are not defined, as in `concentration`.

    Raises
    ------
    InputError
        If a member is in two groups, or has a value and is in none.
    """
    known = _known(values)
    group_of: dict[Hashable, str] = {}
    for name, labels in groups.items():
        for label in labels:
            if label in group_of:
                raise InputError(f"{label} is in {group_of[label]} and in {name}: the groups must not overlap")
            group_of[label] = name
    if homeless := [str(label) for label in known.index if label not in group_of]:
        raise InputError(f"{', '.join(homeless)} belongs to no group: name each member in exactly one")
    share = shares(known)
    rows = pd.DataFrame([_contribution(name, share[known.index.map(group_of) == name], share) for name in groups])
    return TheilSplit(
        within=float(rows["within"].sum(min_count=1)),
        between=float(rows["between"].sum(min_count=1)),
        total=concentration(known).theil,
        groups=rows,
    )


def _known(values: pd.DataFrame | pd.Series | Iterable[float]) -> pd.Series:
    numbers = values.set_index("iso3")["value"] if isinstance(values, pd.DataFrame) else values
    return pd.Series(numbers, dtype=float).dropna()


def _contribution(name: str, part: pd.Series, share: pd.Series) -> dict[str, str | float]:
    """Return a group's row; a group whose members are all zero has no index of its own and contributes nothing."""
    weight = float(part.sum(skipna=False)) if len(part) else math.nan
    theil = concentration(part).theil
    ratio = weight * len(share) / len(part) if len(part) else math.nan
    return {
        "group": name,
        "members": len(part),
        "share": weight,
        "theil": theil,
        "within": 0.0 if weight == 0 else weight * theil,
        "between": 0.0 if weight == 0 else weight * float(np.log(ratio)),
    }
