"""Do two scores rank economies alike?"""

import math
from typing import NamedTuple

import pandas as pd
import scipy

_NEARLY_ONE = 1 - 1e-15
"""Beyond it rounding leaves the inverse hyperbolic tangent without a value."""


class RankCorrelation(NamedTuple):
    """Spearman's rank correlation with its 95% interval, and the number of pairs."""

    value: float
    low: float
    high: float
    pairs: int


def rank_correlation(one: pd.Series, other: pd.Series) -> RankCorrelation:
    """Return Spearman's rank correlation with the interval of Bonett and Wright (2000).

    Parameters
    ----------
    one, other : pandas.Series
        On one index; a pair with a missing value is left out.

    Returns
    -------
    RankCorrelation
        Missing where fewer than four pairs are left, or all of one are the same.

    Notes
    -----
    Bonett, D. and T. Wright (2000), Sample size requirements for estimating Pearson, Kendall and Spearman correlations,
    Psychometrika 65: tanh(artanh(r) -+ z sqrt((1 + r^2 / 2) / (n - 3))).
    """
    both = pd.DataFrame({"one": one, "other": other}).dropna().astype(float)
    if len(both) < 4 or (both.nunique() == 1).any():
        return RankCorrelation(math.nan, math.nan, math.nan, len(both))
    value = float(scipy.stats.spearmanr(both["one"], both["other"]).statistic)
    value = min(max(value, -_NEARLY_ONE), _NEARLY_ONE)
    margin = scipy.stats.norm.ppf(0.975) * math.sqrt((1 + value**2 / 2) / (len(both) - 3))
    low, high = (math.tanh(math.atanh(value) + side * margin) for side in (-1, 1))
    return RankCorrelation(value, low, high, len(both))
