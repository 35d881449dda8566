"""Which members lag in the law, in trade against expectation, and in both?"""

import math

import numpy as np
import pandas as pd
from scipy import stats

from carec_digital_trade.errors import InputError

RATIO = "actual_over_expected"
ANSWERS = {"yes": 1.0, "not known": math.nan, "no": 0.0}
"""Whether a member lags, and how results.csv says it, those first that do."""


def lagging(ready: pd.DataFrame, scored: pd.DataFrame, expected: pd.DataFrame | InputError) -> pd.DataFrame:
    """Ask which members lag behind the median economy in readiness, in trade against expectation, and in both.

    Parameters
    ----------
    ready : pandas.DataFrame
        Members, as from `readiness.members_readiness`.
    scored : pandas.DataFrame
        All economies, as from `readiness.scores`.
    expected : pandas.DataFrame
        All economies, as from `expected_trade`, or the error that says why there are none (see `errors.attempt`).

    Returns
    -------
    pandas.DataFrame
        A row for each member, those of a region that lag in both first: the columns of ``ready``, actual_over_expected,
        ratio_low, ratio_high, position, and in_readiness, in_trade, in_both ("yes", "no", or "not known" where missing
        data leave it open).
    """
    readiness, trade = everybody(scored, expected)[["median_of_all_readiness", "median_of_all_ratio"]].iloc[0]
    frame = ready.merge(_ratios(expected), on="iso3", how="left")
    frame["in_readiness"] = _behind(frame["readiness_low"], frame["readiness_high"], readiness)
    frame["in_trade"] = _behind(frame[RATIO], frame[RATIO], trade)
    both = frame[["in_readiness", "in_trade"]]
    frame["in_both"] = np.select(
        [(both == "yes").all(axis="columns"), (both == "no").any(axis="columns")], ["yes", "no"], "not known"
    )
    place = {label: n for n, label in enumerate(frame["region"].unique())}
    order = frame.assign(place=frame["region"].map(place), answer=frame["in_both"].map(list(ANSWERS).index))
    order = order.sort_values(["place", "answer", RATIO], kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def everybody(scored: pd.DataFrame, expected: pd.DataFrame | InputError) -> pd.DataFrame:
    """Compare readiness and trade against expectation over all economies.

    Parameters
    ----------
    scored, expected : pandas.DataFrame
        As for `lagging`.

    Returns
    -------
    pandas.DataFrame
        One row: rank_correlation (Spearman's, with the 95% interval of Bonett and Wright 2000 in ``_low`` and
        ``_high``; missing where fewer than four economies have both, or all have the same score),
        median_of_all_readiness, median_of_all_ratio.
    """
    ratios = _ratios(expected)
    both = scored.merge(ratios, on="iso3").dropna(subset=["score", RATIO])
    value = low = high = math.nan
    if len(both) > 3 and both["score"].nunique() > 1:
        value = stats.spearmanr(both["score"], both[RATIO]).statistic
        margin = stats.norm.ppf(0.975) * math.sqrt((1 + value**2 / 2) / (len(both) - 3))
        low, high = (math.tanh(math.atanh(value) + side * margin) for side in (-1, 1))
    return pd.DataFrame(
        [
            {
                "rank_correlation": value,
                "rank_correlation_low": low,
                "rank_correlation_high": high,
                "median_of_all_readiness": scored["score"].median(),
                "median_of_all_ratio": ratios[RATIO].median(),
            }
        ]
    )


def _ratios(expected: pd.DataFrame | InputError) -> pd.DataFrame:
    columns = {"iso3": "str", RATIO: float, "ratio_low": float, "ratio_high": float, "position": "str"}
    if isinstance(expected, InputError):
        return pd.DataFrame(columns=list(columns)).astype(columns)
    return expected[list(columns)]


def _behind(low: pd.Series, high: pd.Series, median: float) -> np.ndarray:
    """Say yes where even the highest value is below the median, no where even the lowest is not."""
    return np.select([high < median, low >= median], ["yes", "no"], "not known")
