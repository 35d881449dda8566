"""By how much do two small samples differ? An interval that goes with the test of Mann and Whitney."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike

_EXACT = 2500
"""Pairs up to which the distribution of the statistic is counted out; beyond it is close to normal."""


class RatioInterval(NamedTuple):
    """A ratio of two samples, its interval, and the smallest ratio that could be told from one."""

    ratio: float
    low: float
    high: float
    detectable: float


def ratio_of_samples(one: ArrayLike, other: ArrayLike, confidence: float = 0.95) -> RatioInterval:
    """Estimate how many times the one sample is as large as the other.

    Parameters
    ----------
    one, other : array_like
        Positive; what is not is left out.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    RatioInterval
        ratio: exponential of the median of all differences of logarithms (Hodges and Lehmann 1963, "Estimates of
        location based on rank tests"); low and high: the ratios that Mann and Whitney's two-sided test does not reject
        (Hollander, Wolfe and Chicken 2014, Nonparametric Statistical Methods, 4.3), 0 and infinity where the samples
        are too small to reject any; detectable: the exponential of half the interval's width in logarithms, beyond
        which a ratio is told from one with samples of this size and spread. NaN where a sample is empty.
    """
    logs = [np.log(values[values > 0]) for values in (np.asarray(one, dtype=float), np.asarray(other, dtype=float))]
    if min(map(len, logs)) == 0:
        return RatioInterval(math.nan, math.nan, math.nan, math.nan)
    differences = np.sort(np.subtract.outer(*logs).ravel())
    rank = _lowest_rank(*map(len, logs), (1 - confidence) / 2)
    ratio = float(np.exp(np.median(differences)))
    if rank < 1:
        return RatioInterval(ratio, 0.0, math.inf, math.inf)
    low, high = np.exp(differences[[rank - 1, -rank]])
    return RatioInterval(ratio, float(low), float(high), float(np.sqrt(high / low)))


def _lowest_rank(one: int, other: int, tail: float) -> int:
    """Return the rank of the difference at the lower end: the largest whose tail the statistic does not exceed."""
    pairs = one * other
    if pairs > _EXACT:
        spread = math.sqrt(pairs * (one + other + 1) / 12)
        return math.floor(pairs / 2 + scipy.stats.norm.ppf(tail) * spread)
    counts = _counts(one, other)
    below = np.cumsum([count / math.comb(one + other, one) for count in counts])
    return int(np.searchsorted(below, tail, side="right"))


@lru_cache(maxsize=256)
def _counts(one: int, other: int) -> tuple[int, ...]:
    """Return in how many orders of two samples the statistic has each value (Mann and Whitney 1947)."""
    counts = [1] + [0] * (one * other)
    for size in range(1, one + 1):
        for place in range(one * other, other + size - 1, -1):
            counts[place] -= counts[place - other - size]
        for place in range(size, one * other + 1):
            counts[place] += counts[place - size]
    return tuple(counts)
