"""How ready the law of an economy or a region is for digital trade, and what it could be where data are missing."""

from collections.abc import Mapping
from math import isfinite
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.readiness.laws import ARTICLE_DOMAINS
from carec_digital_trade.regions import Region

Aggregation = Literal["arithmetic", "geometric"]

_DECIMALS = 12
"""Sums of the same weights in another order differ in the last bits; rounded, such scores tie as they should."""


def scores(
    parts: pd.DataFrame, weights: Mapping[str, float] | None = None, aggregation: Aggregation = "arithmetic"
) -> pd.DataFrame:
    """Aggregate the components to one score for each economy, and rank the economies.

    Parameters
    ----------
    parts : pandas.DataFrame
        As from `components`.
    weights : mapping of str to float, optional
        Component to weight, zero or more; made to sum to 1. A component that is not named has no weight. By default
        the article's four domains, equally.
    aggregation : {"arithmetic", "geometric"}
        The arithmetic mean lets one law make up for another. The geometric mean does not: a single domain without a
        law makes the score 0 however good the others are, so it tells apart only economies with at least a draft in
        every domain. Nothing is added to the zeros to avoid this, since what is added would decide the result.

    Returns
    -------
    pandas.DataFrame
        A row for each economy, by iso3: score, low, high, known (number of components with a known status), complete
        (all are known), rank, rank_low, rank_high. Where components are missing, the score is that of the known ones
        with their weights made to sum to 1, as if the missing ones stood at the average of the known; complete is then
        False, and low and high are the scores with all the missing ones at 0 and at 1. With nothing known, score and
        ranks are missing. Rank 1 is the highest score; ties share the average of their ranks. rank_low and rank_high
        are the best and the worst rank, among the economies with a score, that all their missing components leave
        possible.

    Raises
    ------
    InputError
        If a component or the aggregation is unknown, a weight is negative, all weights are zero, or an economy has two
        rows for a component.

    Notes
    -----
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, on weighting and aggregation.
    """
    check_choice("aggregation", aggregation, get_args(Aggregation))
    check_once(parts, ["iso3", "component"], "the table of components")
    shares = _normalised(weights, parts)
    values = parts.pivot(index="iso3", columns="component", values="score")[list(shares)].to_numpy()
    found = aggregate(values, np.array(list(shares.values())), aggregation == "geometric")
    rank = ranks(Bounded(*(each[None] for each in found)))
    known = (~np.isnan(values)).sum(axis=1)
    return pd.DataFrame(
        {
            "iso3": np.unique(parts["iso3"]),
            "score": found.point,
            "low": found.low,
            "high": found.high,
            "known": known,
            "complete": known == len(shares),
            "rank": rank.point[0],
            "rank_low": rank.low[0],
            "rank_high": rank.high[0],
        }
    )


def taking_part(weights: Mapping[str, float] | None) -> tuple[str, ...]:
    """Return the components of readiness that have a weight, as `scores` takes them: one or more."""
    if weights is None:
        return ARTICLE_DOMAINS
    return tuple(name for name, weight in weights.items() if weight > 0)


def regional_means(economies: pd.DataFrame, region: Region, weights: pd.DataFrame | None = None) -> pd.DataFrame:
    """Average the scores of a region's members.

    Parameters
    ----------
    economies : pandas.DataFrame
        As from `scores`.
    region : Region
        Whose members are averaged.
    weights : pandas.DataFrame, optional
        iso3 and one column a weighting, such as gdp and trade (of one year), in any unit, one row an economy.

    Returns
    -------
    pandas.DataFrame
        A row for each weighting, "plain" first: region, weighting, mean, low, high, members, covered, partial, missing,
        incomplete. The mean is over the ``covered`` members, which have a weight and a score; ``missing`` names the
        others, ``incomplete`` those whose score rests on some of the components; ``partial`` says that there are any
        of either. low and high are the means of the members' low and high scores, 0 and 1 for one without any known
        status; they cannot allow for a member without a weight.

    Raises
    ------
    InputError
        If a weight is negative, or an economy has two rows of scores or weights.
    """
    check_once(economies, ["iso3"], "the table of scores")
    members = economies.set_index("iso3").reindex(region.members)
    table = region_weights(region, weights)
    return pd.DataFrame([_regional_mean(members, table[name], region) for name in table])


def region_weights(region: Region, weights: pd.DataFrame | None) -> pd.DataFrame:
    """Return the weights of a region's members.

    Parameters
    ----------
    region : Region
        Whose members.
    weights : pandas.DataFrame, optional
        As for `regional_means`.

    Returns
    -------
    pandas.DataFrame
        Indexed by iso3, a column for each weighting: "plain" (1 for all), then those given, NaN where missing.

    Raises
    ------
    InputError
        If a weight is negative, or an economy has two rows of weights.
    """
    table = pd.DataFrame({"plain": 1.0}, index=pd.Index(region.members, name="iso3"))
    if weights is None:
        return table
    check_once(weights, ["iso3"], "the table of weights")
    table = table.join(weights.set_index("iso3"))
    for name in table:
        if (table[name] < 0).any():
            code = table[name].idxmin()
            raise InputError(f"the weight of {code} by {name} is {table.at[code, name]:g}: it must be zero or more")
    return table


class Bounded(NamedTuple):
    """Numbers with the bounds that missing components leave, all of one shape.

    ``point`` is from the known components alone, and NaN where none is known; ``low`` and ``high`` are the least and
    the greatest that it can be.
    """

    point: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def aggregate(values: NDArray[np.float64], weights: NDArray[np.float64], geometric: ArrayLike) -> Bounded:
    """Aggregate components by a weighted arithmetic or geometric mean.

    Parameters
    ----------
    values : numpy.ndarray, shape (..., economies, components)
        Scores of components, 0 to 1, NaN where missing.
    weights : numpy.ndarray, shape (..., 1, components)
        Positive, with sum 1 over the components.
    geometric : array_like of bool, shape (..., 1)
        Whether the mean is the geometric one.

    Returns
    -------
    Bounded
        Of shape (..., economies). The point renormalises the weights over the known components, low takes every
        missing component as 0 and high as 1; both means are monotone in each component, so the bounds are sharp.
    """
    known = ~np.isnan(values)
    known_weight = np.sum(weights * known, axis=-1, keepdims=True)
    renormalised = weights * known / np.where(known_weight > 0, known_weight, 1)
    absent_as_zero = np.where(known, values, 0)
    found = _mean(absent_as_zero, renormalised, geometric)
    point, low, high = np.where(known.any(axis=-1), found, np.nan), found.copy(), found.copy()
    open_ = ~known.all(axis=(*range(known.ndim - 2), -1))
    low[..., open_] = _mean(absent_as_zero[..., open_, :], weights, geometric)
    high[..., open_] = _mean(np.where(known, values, 1)[..., open_, :], weights, geometric)
    return Bounded(point, low, high)


def ranks(scores: Bounded, places: NDArray[np.intp] | None = None) -> Bounded:
    """Rank economies by score, the highest first, ties at the average of their ranks.

    Parameters
    ----------
    scores : Bounded
        Of shape (draws, economies).
    places : numpy.ndarray of int, shape (n,), optional
        Places of the economies whose ranks are asked for; all by default.

    Returns
    -------
    Bounded
        Of shape (draws, n): ranks among the economies with a point score, NaN for the others. low is the rank of an
        economy at its highest score among others at their lowest, high the reverse.
    """
    places = np.arange(scores.point.shape[1]) if places is None else places
    unscored = np.where(np.isnan(scores.point), np.nan, 0)
    low, high = scores.low + unscored, scores.high + unscored
    return Bounded(
        point=_rank(scores.point, scores.point, places),
        low=_rank(high, low, places),
        high=_rank(low, high, places),
    )


def _normalised(weights: Mapping[str, float] | None, parts: pd.DataFrame) -> dict[str, float]:
    """Return the positive weights, by name and with sum 1."""
    weights = dict.fromkeys(ARTICLE_DOMAINS, 1.0) if weights is None else weights
    for name, weight in weights.items():
        check_choice("component", name, tuple(parts["component"].unique()))
        if not (isfinite(weight) and weight >= 0):
            raise InputError(f"the weight of {name} is {weight}: it must be a number, zero or more")
    total = sum(weights.values())
    if not total > 0:
        raise InputError("the weights add up to zero: give at least one component a weight above zero")
    return {name: weights[name] / total for name in sorted(weights) if weights[name] > 0}


def _regional_mean(members: pd.DataFrame, weight: pd.Series, region: Region) -> dict[str, object]:
    """Return one row of `regional_means`; members and weight are indexed by iso3."""
    weighted = weight.notna()
    covered = weighted & members["score"].notna()
    incomplete = covered & ~members["complete"].eq(True)

    def mean(column: str, unknown: float, over: pd.Series) -> float:
        total = weight[over].sum()
        return (members[column].fillna(unknown) * weight)[over].sum() / total if total > 0 else np.nan

    return {
        "region": region.label,
        "weighting": weight.name,
        "mean": mean("score", np.nan, covered),
        "low": mean("low", 0, weighted),
        "high": mean("high", 1, weighted),
        "members": len(members),
        "covered": int(covered.sum()),
        "partial": bool((~covered | incomplete).any()),
        "missing": ", ".join(members.index[~covered]),
        "incomplete": ", ".join(members.index[incomplete]),
    }


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64], geometric: ArrayLike) -> NDArray[np.float64]:
    """Return the mean over the last axis; 0 to the power of 0 is 1, so a component without weight has no part in it."""
    arithmetic = np.sum(values * weights, axis=-1)
    powers = np.ones(np.broadcast_shapes(values.shape, weights.shape))
    np.power(values, weights, out=powers, where=np.asarray(geometric)[..., None])  # slow, so only where it counts
    return np.round(np.where(geometric, np.prod(powers, axis=-1), arithmetic), _DECIMALS)


def _rank(own: NDArray[np.float64], others: NDArray[np.float64], places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return 1 + the others ahead + half of the others level; what is NaN is neither and has no rank.

    Scores have no more than `_DECIMALS` decimals, so whole numbers hold them, those of later draws above all of
    earlier ones: one sorted row then ranks all.
    """
    own, itself = own[:, places], others[:, places]
    whole = 10**_DECIMALS
    first = 2 * whole * np.arange(len(own), dtype=np.int64)[:, None]  # whose own whole numbers may be of 32 bits

    def number(scores: NDArray[np.float64]) -> NDArray[np.int64]:
        return (np.where(np.isnan(scores), -1, np.rint(np.nan_to_num(scores) * whole)).astype(np.int64) + first).ravel()

    ordered = number(np.sort(np.nan_to_num(others, nan=-1 / whole), axis=1))
    below, not_above = (np.searchsorted(ordered, number(own), side).reshape(own.shape) for side in ("left", "right"))
    ahead = others.shape[1] * np.arange(1, len(own) + 1)[:, None] - not_above
    level = not_above - below
    return np.where(np.isnan(own), np.nan, 1 + ahead + level / 2 - (itself > own) - (itself == own) / 2)
