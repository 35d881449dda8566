"""How sure is an economy's place among all by actual over expected trade?"""

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap.equations import EQUATION
from carec_digital_trade.gap.expected import shown_in
from carec_digital_trade.gap.fitting import first_step, newton
from carec_digital_trade.gap.sample import Estimator, Sample, estimation_sample, identified
from carec_digital_trade.regions import REFERENCE_YEAR
from carec_digital_trade.threads import one_thread


@one_thread
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
        smaller ratio).

    Raises
    ------
    InputError
        As for `expected_trade`, or if a Poisson fit to a draw does not converge.
    """
    if draws < 1 or not 0 < level < 1:
        raise InputError(f"{draws} draws of level {level}: ask for at least one draw and a level between 0 and 1")
    sample = identified(estimation_sample(panel, equation, estimator))
    shown = shown_in(sample.rows, year)
    with np.errstate(divide="ignore"):  # PPML keeps zeros, which have the lowest ratios
        outcome = np.log(shown["trade"].to_numpy())
    ratios = outcome[:, None] - sample.regressors[shown.index] @ _coefficients(sample, draws, seed).T
    percentiles = 100 * ratios.argsort(axis=0).argsort(axis=0) / len(shown)
    low, high = np.quantile(percentiles, [(1 - level) / 2, (1 + level) / 2], axis=1)
    return pd.DataFrame({"iso3": shown["iso3"].to_numpy(), "percentile_low": low, "percentile_high": high})


def _coefficients(sample: Sample, draws: int, seed: int) -> np.ndarray:
    """Return the coefficients of fits to economies drawn with replacement, shape (draws, regressors)."""
    regressors, trade = sample.regressors, sample.rows["trade"].to_numpy()
    economies = sample.economies
    times = np.random.default_rng(seed).multinomial(economies, np.full(economies, 1 / economies), draws)
    if sample.estimator == "ppml":
        start = newton(trade, regressors, first_step(trade, regressors))
        return np.array([newton(trade, regressors, start, each[sample.clusters]) for each in times])
    outcome, ends = np.log(trade), np.flatnonzero(np.diff(sample.clusters, prepend=-1))
    products = np.add.reduceat(regressors[:, :, None] * regressors[:, None, :], ends)
    moments = np.add.reduceat(regressors * outcome[:, None], ends)
    squares = np.tensordot(times, products, axes=1)
    return np.einsum("dij,dj->di", np.linalg.pinv(squares, hermitian=True), times @ moments)
