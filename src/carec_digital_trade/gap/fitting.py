"""Fits of arrays: do the columns determine one, what is it, and what is it without each economy?"""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

if TYPE_CHECKING:
    from statsmodels.genmod.generalized_linear_model import GLMResults

from carec_digital_trade.errors import InputError

_STEP = 1e-10
"""Last step of a Poisson fit, over the largest coefficient; the error that it leaves is of the order of its square."""
_MOST_STEPS = 50
_DEPENDENT = 1e-8
"""Part of a column's length that rounding leaves over when the columns before it explain all of it."""
_ALONE = 1e-9
"""How near to 1 a leverage is that differs from it by rounding alone."""


def dependent(columns: np.ndarray) -> int | None:
    """Find the first column that those before it explain.

    Parameters
    ----------
    columns : numpy.ndarray, shape (rows, columns)
        With no fewer rows than columns.

    Returns
    -------
    int or None
        Its number; None if the columns are of full rank.
    """
    left_over = np.abs(np.diag(np.linalg.qr(columns, mode="r")))
    found = np.flatnonzero(left_over <= _DEPENDENT * np.linalg.norm(columns, axis=0))
    return int(found[0]) if len(found) else None


def separated(outcome: np.ndarray, regressors: np.ndarray) -> np.ndarray:
    """Find the rows that make a Poisson fit impossible.

    The maximum exists unless some combination of the regressors is zero wherever the outcome is positive, and nowhere
    positive but somewhere negative where it is zero (Correia, Guimarães and Zylkin 2019, "Verifying the existence of
    maximum likelihood estimates for generalized linear models"). Those rows carry no information on the finite
    coefficients, and the fit without them is the limit of the fit with them. Linear programming finds the combination
    with the most negative rows.

    Parameters
    ----------
    outcome : numpy.ndarray, shape (rows,)
        Not negative.
    regressors : numpy.ndarray, shape (rows, terms)
        Fixed effects included.

    Returns
    -------
    numpy.ndarray of bool, shape (rows,)
        True for a separated row; only rows with a zero can be.
    """
    zeros = outcome == 0
    found = np.zeros(len(outcome), dtype=bool)
    free = scipy.linalg.null_space(regressors[~zeros]) if zeros.any() else np.empty((0, 0))
    if free.shape[1] == 0:
        return found
    directions = regressors[zeros] @ free
    rows, width = directions.shape
    solution = scipy.optimize.linprog(
        c=np.concatenate([np.zeros(width), -np.ones(rows)]),
        A_ub=np.hstack([directions, np.eye(rows)]),
        b_ub=np.zeros(rows),
        bounds=[(None, None)] * width + [(0, 1)] * rows,
    )
    found[zeros] = solution.x[width:] > 0.5  # a combination can be scaled up at will, so the optimum has 0 or 1
    return found


def fit_poisson(
    outcome: np.ndarray, regressors: np.ndarray, start: np.ndarray | None = None, **covariance: Any
) -> "GLMResults":
    """Fit by Poisson pseudo-maximum likelihood, to convergence far beyond eight digits.

    Parameters
    ----------
    outcome : numpy.ndarray, shape (rows,)
        Not negative.
    regressors : numpy.ndarray, shape (rows, terms)
        Of full rank, fixed effects included.
    start : numpy.ndarray, shape (terms,), optional
        Where the search begins; the result does not depend on it.
    **covariance
        ``cov_type`` and ``cov_kwds`` of statsmodels.

    Returns
    -------
    statsmodels.genmod.generalized_linear_model.GLMResults
        The fit.
    """
    from statsmodels.genmod.families import Poisson  # noqa: PLC0415  (a second; most commands fit nothing)
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    model = GLM(outcome, regressors, family=Poisson())
    if start is None:
        # Newton's steps are a tenth of the model's own, which remain to confirm where they led.
        with suppress(InputError, np.linalg.LinAlgError):
            start = newton(outcome, regressors, first_step(outcome, regressors))
    return model.fit(start_params=start, tol=_STEP, tol_criterion="params", wls_method="qr", **covariance)


def undetermined(regressors: np.ndarray, clusters: np.ndarray) -> int | None:
    """Find a cluster without which the others do not determine the coefficients.

    Parameters
    ----------
    regressors : numpy.ndarray, shape (rows, terms)
        Of full rank.
    clusters : numpy.ndarray of int, shape (rows,)
        Number of each row's economy, from 0.

    Returns
    -------
    int or None
        The first one's number.
    """
    basis = np.linalg.qr(regressors)[0]
    # The longest row of a cluster's part of the basis, in any direction, is its leverage: 1 if only it speaks of one.
    return next((each for each, rows in _members(clusters) if np.linalg.norm(basis[rows], 2) > 1 - _ALONE), None)


def leave_one_out_ols(outcome: np.ndarray, regressors: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Leave out one cluster at a time from a least-squares fit, without refitting.

    With e the residuals and H the projection of the full fit, the coefficients without cluster g are
    b - (X'X)^-1 X_g' (I - H_gg)^-1 e_g (Sherman, Morrison and Woodbury; MacKinnon, Nielsen and Webb 2023, "Leverage,
    influence, and the jackknife in clustered regression models").

    Parameters
    ----------
    outcome : numpy.ndarray, shape (rows,)
        In logarithms.
    regressors : numpy.ndarray, shape (rows, terms)
        Of full rank, also without any one cluster.
    clusters : numpy.ndarray of int, shape (rows,)
        Number of each row's economy, from 0.

    Returns
    -------
    numpy.ndarray, shape (clusters, terms)
        Coefficients of the fit without each, the same as from refits, up to rounding.
    """
    basis, triangle = np.linalg.qr(regressors)
    full = np.linalg.solve(triangle, basis.T @ outcome)
    residuals = outcome - basis @ (basis.T @ outcome)
    coefficients = np.empty((clusters.max() + 1, len(full)))
    for cluster, rows in _members(clusters):
        own = basis[rows]
        outside = np.linalg.solve(np.eye(len(rows)) - own @ own.T, residuals[rows])
        coefficients[cluster] = full - np.linalg.solve(triangle, own.T @ outside)
    return coefficients


def leave_one_out_ppml(outcome: np.ndarray, regressors: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Leave out one cluster at a time from a Poisson fit, by Newton's method from the full fit.

    Parameters
    ----------
    outcome : numpy.ndarray, shape (rows,)
        Not negative.
    regressors, clusters : numpy.ndarray
        As for `leave_one_out_ols`.

    Returns
    -------
    numpy.ndarray, shape (clusters, terms)
        Likewise.

    Raises
    ------
    InputError
        If a fit does not converge.
    """
    start = fit_poisson(outcome, regressors).params
    return np.array(
        [newton(np.delete(outcome, rows), np.delete(regressors, rows, axis=0), start) for _, rows in _members(clusters)]
    )


def _members(clusters: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each cluster with its rows."""
    for cluster in range(clusters.max() + 1):
        yield cluster, np.flatnonzero(clusters == cluster)


def newton(
    outcome: np.ndarray, regressors: np.ndarray, start: np.ndarray, weights: np.ndarray | float = 1.0
) -> np.ndarray:
    """Fit by Poisson pseudo-maximum likelihood from nearby, in a fraction of the time that statsmodels takes.

    Parameters
    ----------
    outcome : numpy.ndarray, shape (rows,)
        Not negative.
    regressors : numpy.ndarray, shape (rows, terms)
        Of full rank.
    start : numpy.ndarray, shape (terms,)
        Coefficients, such as those of another sample or of `first_step`.
    weights : numpy.ndarray, shape (rows,), or float
        How often each row counts.

    Returns
    -------
    numpy.ndarray, shape (terms,)
        Coefficients; of those that the rows with a weight do not determine, the nearest to the start.

    Raises
    ------
    InputError
        If it does not converge.
    """
    coefficients = start
    with np.errstate(over="ignore", invalid="ignore"), suppress(np.linalg.LinAlgError):
        for _ in range(_MOST_STEPS):
            means = np.exp(regressors @ coefficients)
            squares = (regressors.T * (weights * means)) @ regressors
            step = _solved(squares, regressors.T @ (weights * (outcome - means)))
            coefficients = coefficients + step
            if np.abs(step).max() <= _STEP * np.abs(coefficients).max():
                return coefficients
    raise InputError("a Poisson fit to part of the data does not converge: use the estimator ols or another measure")


def first_step(outcome: np.ndarray, regressors: np.ndarray) -> np.ndarray:
    """Return where iteratively reweighted least squares gets in one step, from means half way to the outcome."""
    means = (outcome + outcome.mean()) / 2
    squares = (regressors.T * means) @ regressors
    return np.linalg.solve(squares, regressors.T @ (means * np.log(means) + outcome - means))


def _solved(squares: np.ndarray, right: np.ndarray) -> np.ndarray:
    if (np.diag(squares) > 0).all():
        return np.linalg.solve(squares, right)
    return np.linalg.pinv(squares, hermitian=True) @ right
