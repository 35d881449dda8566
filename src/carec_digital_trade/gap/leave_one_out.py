"""What would a fit say of an economy that it has never seen? Fits that leave out all rows of one economy at a time."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from carec_digital_trade.errors import InputError

_STEP = 1e-10
"""Last Newton step, over the largest coefficient; the error that it leaves is of the order of its square."""
_MOST_STEPS = 50
_ALONE = 1e-9
"""How near to 1 a leverage is that differs from it by rounding alone."""


@dataclass(frozen=True)
class LeaveOneOut:
    """Fits without one economy.

    Attributes
    ----------
    coefficients : numpy.ndarray, shape (economies, terms)
        Of the fit without each economy.
    index : numpy.ndarray, shape (rows,)
        Fitted log of each row, from the fit without its economy.
    """

    coefficients: np.ndarray
    index: np.ndarray


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


def leave_one_out_ols(outcome: np.ndarray, regressors: np.ndarray, clusters: np.ndarray) -> LeaveOneOut:
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
    LeaveOneOut
        The same as from refits, up to rounding.
    """
    basis, triangle = np.linalg.qr(regressors)
    full = np.linalg.solve(triangle, basis.T @ outcome)
    residuals = outcome - basis @ (basis.T @ outcome)
    coefficients = np.empty((clusters.max() + 1, len(full)))
    for cluster, rows in _members(clusters):
        own = basis[rows]
        outside = np.linalg.solve(np.eye(len(rows)) - own @ own.T, residuals[rows])
        coefficients[cluster] = full - np.linalg.solve(triangle, own.T @ outside)
    return LeaveOneOut(coefficients, np.einsum("ij,ij->i", regressors, coefficients[clusters]))


def leave_one_out_ppml(
    outcome: np.ndarray, regressors: np.ndarray, clusters: np.ndarray, start: np.ndarray
) -> LeaveOneOut:
    """Leave out one cluster at a time from a Poisson fit, by Newton's method from the full fit.

    Parameters
    ----------
    outcome : numpy.ndarray, shape (rows,)
        Not negative.
    regressors : numpy.ndarray, shape (rows, terms)
        Of full rank, also without any one cluster.
    clusters : numpy.ndarray of int, shape (rows,)
        Number of each row's economy, from 0.
    start : numpy.ndarray, shape (terms,)
        Coefficients of the full fit.

    Returns
    -------
    LeaveOneOut
        The same as from refits, up to rounding.

    Raises
    ------
    InputError
        If a fit does not converge.
    """
    coefficients = np.empty((clusters.max() + 1, len(start)))
    for cluster, rows in _members(clusters):
        coefficients[cluster] = _poisson(np.delete(outcome, rows), np.delete(regressors, rows, axis=0), start)
    return LeaveOneOut(coefficients, np.einsum("ij,ij->i", regressors, coefficients[clusters]))


def _members(clusters: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each cluster with its rows."""
    for cluster in range(clusters.max() + 1):
        yield cluster, np.flatnonzero(clusters == cluster)


def _poisson(outcome: np.ndarray, regressors: np.ndarray, start: np.ndarray) -> np.ndarray:
    coefficients = start
    with np.errstate(over="ignore", invalid="ignore"), suppress(np.linalg.LinAlgError):
        for _ in range(_MOST_STEPS):
            means = np.exp(regressors @ coefficients)
            step = np.linalg.solve((regressors.T * means) @ regressors, regressors.T @ (outcome - means))
            coefficients = coefficients + step
            if np.abs(step).max() <= _STEP * np.abs(coefficients).max():
                return coefficients
    raise InputError("the Poisson fit without one economy does not converge: use the estimator ols or another measure")
