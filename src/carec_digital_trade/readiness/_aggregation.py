"""What components add up to, what they could add up to were the missing ones known, and who ranks where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_DECIMALS = 12
"""Sums of the same weights in another order differ in the last bits; rounded, such scores tie as they should."""


@dataclass(frozen=True)
class Bounded:
    """Numbers with the bounds that missing components leave, all of one shape.

    Attributes
    ----------
    point : numpy.ndarray
        From the known components alone; NaN where none is known.
    low, high : numpy.ndarray
        The least and the greatest that it can be.
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
    point = _mean(absent_as_zero, renormalised, geometric)
    return Bounded(
        point=np.where(known.any(axis=-1), point, np.nan),
        low=_mean(absent_as_zero, weights, geometric),
        high=_mean(np.where(known, values, 1), weights, geometric),
    )


def ranks(scores: Bounded, counts: NDArray[np.int64]) -> Bounded:
    """Rank economies by score, the highest first, ties at the average of their ranks.

    Parameters
    ----------
    scores : Bounded
        Of shape (..., profiles); economies with the same statuses make one profile.
    counts : numpy.ndarray, shape (profiles,)
        Number of economies of each profile.

    Returns
    -------
    Bounded
        Of the same shape: ranks among the economies with a point score, NaN for the others. low is the rank of an
        economy at its highest score among others at their lowest, high the reverse.
    """
    unscored = np.where(np.isnan(scores.point), np.nan, 0)
    low, high = scores.low + unscored, scores.high + unscored
    return Bounded(
        point=_rank(scores.point, scores.point, counts),
        low=_rank(high, low, counts),
        high=_rank(low, high, counts),
    )


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64], geometric: ArrayLike) -> NDArray[np.float64]:
    """Return the mean over the last axis; 0 to the power of 0 is 1, so a component without weight has no part in it."""
    arithmetic = np.sum(values * weights, axis=-1)
    powers = np.ones(np.broadcast_shapes(values.shape, weights.shape))
    np.power(values, weights, out=powers, where=np.asarray(geometric)[..., None])  # slow, so only where it counts
    return np.round(np.where(geometric, np.prod(powers, axis=-1), arithmetic), _DECIMALS)


def _rank(own: NDArray[np.float64], others: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return 1 + the others ahead + half of the others level; what is NaN is neither and has no rank."""
    ahead = (others[..., None, :] > own[..., None]) + 0.5 * (others[..., None, :] == own[..., None])
    rank = 1 + ahead @ counts - np.diagonal(ahead, axis1=-2, axis2=-1)
    return np.where(np.isnan(own), np.nan, rank)
