"""How sure is an economy's place among all by actual over expected trade?"""

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap.equations import EQUATION
from carec_digital_trade.gap.expected import shown_in
from carec_digital_trade.gap.sample import Estimator, estimation_sample, identified
from carec_digital_trade.regions import REFERENCE_YEAR

_COLUMNS = ["iso3", "percentile_low", "percentile_high"]


def percentile_intervals(
    panel: pd.DataFrame,
    year: int = REFERENCE_YEAR,
    equation: str = EQUATION,
    estimator: Estimator = "ols",
    draws: int = 500,
    seed: int = 2026,
    level: float = 0.9,
) -> pd.DataFrame:
    """Draw economies with all their years, fit anew, and see between which percentiles each economy then stands.

    A pairs cluster bootstrap (Cameron and Miller 2015). It holds the uncertainty of the coefficients alone: the figures
    of the economies shown stay as they are, so that the intervals are too narrow where these are estimates.

    Parameters
    ----------
    panel, year, equation, estimator
        As for `expected_trade`.
    draws : int
        Number of draws.
    seed : int
        Of numpy's default generator.
    level : float
        Of the interval, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        A row for each economy shown: iso3, percentile_low, percentile_high (% of the economies shown that have a
        smaller ratio). No row for PPML, whose fits take too long.

    Raises
    ------
    InputError
        As for `expected_trade`.
    """
    if draws < 1 or not 0 < level < 1:
        raise InputError(f"{draws} draws of level {level}: ask for at least one draw and a level between 0 and 1")
    if estimator == "ppml":
        return pd.DataFrame(columns=_COLUMNS)
    sample = identified(estimation_sample(panel, equation, estimator))
    shown = shown_in(sample.rows, year)
    regressors, outcome = sample.regressors, np.log(sample.rows["trade"].to_numpy())
    ends = np.flatnonzero(np.diff(sample.clusters, prepend=-1))
    products = np.add.reduceat(regressors[:, :, None] * regressors[:, None, :], ends)
    moments = np.add.reduceat(regressors * outcome[:, None], ends)
    times = np.random.default_rng(seed).multinomial(len(ends), np.full(len(ends), 1 / len(ends)), draws)
    squares = np.tensordot(times, products, axes=1)
    coefficients = np.einsum("dij,dj->di", np.linalg.pinv(squares, hermitian=True), times @ moments)
    ratios = outcome[shown.index, None] - regressors[shown.index] @ coefficients.T
    percentiles = 100 * ratios.argsort(axis=0).argsort(axis=0) / len(shown)
    low, high = np.quantile(percentiles, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return pd.DataFrame({"iso3": shown["iso3"].to_numpy(), "percentile_low": low, "percentile_high": high})
