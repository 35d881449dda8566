"""Fits of the trade equation, and the clustered covariance of their coefficients."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import statsmodels.api as sm
from statsmodels.genmod.generalized_linear_model import GLMResults

from carec_digital_trade.gap.sample import Estimator, Sample

_TOLERANCE = 1e-10
"""Last step of the Poisson fit. Newton's error after a step is of the order of its square, far below eight digits."""


@dataclass(frozen=True)
class Fit:
    """A fitted trade equation.

    Attributes
    ----------
    coefficients : numpy.ndarray, shape (parameters,)
        Those of the terms first.
    covariance : numpy.ndarray, shape (parameters, parameters)
        Clustered by economy, with the small-sample factor.
    index : numpy.ndarray, shape (rows,)
        Fitted log trade, all effects included.
    r2 : float
        Share explained: of the variance of log trade (OLS) or of the deviance (PPML).
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    index: np.ndarray
    r2: float


def fit_equation(
    sample: Sample,
    regressors: np.ndarray,
    estimator: Estimator,
    economy_effects: bool,
    start: np.ndarray | None = None,
) -> Fit:
    """Fit log trade, or trade, on regressors and, if asked, a constant for each economy.

    Parameters
    ----------
    sample : Sample
        Gives trade and the economies.
    regressors : numpy.ndarray, shape (rows, parameters)
        Terms, constant and year effects.
    estimator : {"ols", "ppml"}
        Least squares in logarithms, or Poisson pseudo-maximum likelihood.
    economy_effects : bool
        Whether each economy has an effect of its own.
    start : numpy.ndarray, shape (coefficients,), optional
        Where the search for the Poisson fit begins; the result does not depend on it.

    Returns
    -------
    Fit
        Economy effects not among the parameters that the small-sample factor counts.
    """
    if estimator == "ols":
        return _fit_ols(sample, regressors, economy_effects)
    return _fit_ppml(sample, regressors, economy_effects, start)


def fit_poisson(
    outcome: np.ndarray, regressors: np.ndarray, start: np.ndarray | None = None, **covariance: Any
) -> GLMResults:
    """Fit by Poisson pseudo-maximum likelihood, to convergence far beyond eight digits.

    Parameters
    ----------
    outcome : numpy.ndarray, shape (rows,)
        Not negative.
    regressors : numpy.ndarray, shape (rows, terms)
        Of full rank, fixed effects included.
    start : numpy.ndarray, shape (terms,), optional
        Where the search begins.
    **covariance
        ``cov_type`` and ``cov_kwds`` of statsmodels.

    Returns
    -------
    statsmodels.genmod.generalized_linear_model.GLMResults
        The fit.
    """
    model = sm.GLM(outcome, regressors, family=sm.families.Poisson())
    return model.fit(start_params=start, tol=_TOLERANCE, tol_criterion="params", wls_method="qr", **covariance)


def with_economy_dummies(sample: Sample, regressors: np.ndarray) -> np.ndarray:
    """Put a dummy for each economy but the first beside the regressors.

    Parameters
    ----------
    sample : Sample
        Gives the economies.
    regressors : numpy.ndarray, shape (rows, parameters)
        With a constant.

    Returns
    -------
    numpy.ndarray, shape (rows, parameters + economies - 1)
        Of full rank if the regressors vary within economies.
    """
    return np.column_stack([regressors, np.eye(sample.economies)[sample.clusters][:, 1:]])


def _fit_ols(sample: Sample, regressors: np.ndarray, economy_effects: bool) -> Fit:
    """Fit by least squares; economy effects are taken out by demeaning (Frisch, Waugh and Lovell)."""
    outcome = np.log(sample.rows["trade"].to_numpy())
    y, x = outcome, regressors
    if economy_effects:
        varying = np.ptp(regressors, axis=0) > 0  # the constant goes with the means
        both = _demeaned(np.column_stack([outcome, regressors[:, varying]]), sample.clusters)
        y, x = both[:, 0], both[:, 1:]
    results = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds=_clustered(sample))
    explained = 1 - np.sum(results.resid**2) / np.sum((outcome - outcome.mean()) ** 2)
    correction = _small_sample(sample, regressors.shape[1])
    return Fit(results.params, results.cov_params() * correction, outcome - results.resid, float(explained))


def _fit_ppml(sample: Sample, regressors: np.ndarray, economy_effects: bool, start: np.ndarray | None) -> Fit:
    effects = with_economy_dummies(sample, regressors) if economy_effects else regressors
    trade = sample.rows["trade"].to_numpy()
    results = fit_poisson(trade, effects, start, cov_type="cluster", cov_kwds=_clustered(sample))
    correction = _small_sample(sample, regressors.shape[1])
    explained = 1 - results.deviance / results.null_deviance
    return Fit(results.params, results.cov_params() * correction, np.log(results.fittedvalues), float(explained))


def _demeaned(columns: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Subtract each economy's own mean from each column."""
    membership = np.eye(clusters.max() + 1)[clusters]
    means = (membership.T @ columns) / membership.sum(axis=0)[:, None]
    return columns - means[clusters]


def _clustered(sample: Sample) -> dict[str, object]:
    return {"groups": sample.clusters, "use_correction": False}


def _small_sample(sample: Sample, parameters: int) -> float:
    rows, economies = len(sample.rows), sample.economies
    return economies / (economies - 1) * (rows - 1) / (rows - parameters)
