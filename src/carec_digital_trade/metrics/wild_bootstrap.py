"""Are coefficients told from zero where few clusters count? The wild cluster bootstrap of scores."""

from collections.abc import Sequence

import numpy as np

from carec_digital_trade.errors import InputError

DRAWS = 999
_FEW = 12
"""Clusters below which two signs give too few different draws, and Webb's six weights are taken."""
_WEBB = np.sqrt([0.5, 1.0, 1.5])
_TIES = 1e-9
"""Part by which statistics may differ that are the same but for rounding, as those of a draw and of its opposite."""


def wild_statistics(
    residuals: np.ndarray,
    regressors: np.ndarray,
    variances: np.ndarray,
    clusters: np.ndarray,
    columns: Sequence[int],
    weights: np.ndarray,
) -> np.ndarray:
    """Return Wald's statistic of coefficients of zero in samples whose clusters are weighted.

    From a fit in which the coefficients are zero, each cluster's scores are multiplied by its weight, one step is taken
    towards the coefficients that solve them, and these are held against their clustered covariance there (Kline and
    Santos 2012, "A score based approach to wild bootstrap inference"). For least squares, variances being 1, that is
    the restricted wild cluster bootstrap of Cameron, Gelbach and Miller (2008), draw by draw, and weights of 1 give the
    usual statistic, the square of t for one coefficient. Where few clusters count it rejects too rarely, and clustered
    errors reject too often (MacKinnon and Webb 2017), so that a small p can be trusted.

    Parameters
    ----------
    residuals : numpy.ndarray, shape (rows,)
        Of the fit without the columns.
    regressors : numpy.ndarray, shape (rows, all columns)
        Of full rank, the columns and all effects included.
    variances : numpy.ndarray, shape (rows,)
        What a row's variance is taken to be: the fitted mean for Poisson, 1 for least squares.
    clusters : numpy.ndarray of int, shape (rows,)
        Number of each row's cluster, from 0.
    columns : sequence of int
        Places of the coefficients, fewer than clusters.
    weights : numpy.ndarray, shape (draws, clusters)
        Of each cluster in each draw.

    Returns
    -------
    numpy.ndarray, shape (draws,)
        Without a factor for few clusters, which is the same in all.
    """
    order = np.argsort(clusters, kind="stable")
    starts = np.flatnonzero(np.diff(clusters[order], prepend=-1))
    residuals, regressors, variances = residuals[order], regressors[order], variances[order]
    steps = np.linalg.inv((regressors.T * variances) @ regressors)
    own = regressors @ steps[:, columns]
    scores = np.add.reduceat(regressors * residuals[:, None], starts)
    crossed = np.add.reduceat((own * variances[:, None])[:, :, None] * regressors[:, None, :], starts)
    parts = scores @ steps[:, columns]
    moved = weights @ scores @ steps
    left = weights[:, :, None] * parts - np.tensordot(moved, crossed, axes=(1, 2))
    whole = weights @ parts
    spread = np.swapaxes(left, 1, 2) @ left
    return (whole * np.linalg.solve(spread, whole[:, :, None])[:, :, 0]).sum(axis=1)


def wild_p(statistics: np.ndarray) -> float:
    """Return the p of the first of some statistics: the share of all, itself included, that are no smaller."""
    return float((statistics >= statistics[0] * (1 - _TIES)).mean())


def wild_weights(clusters: int, draws: int = DRAWS, seed: int = 2026) -> np.ndarray:
    """Draw the weights of clusters: 1 in the first row, which stands for the data, then independent ones of mean zero.

    Parameters
    ----------
    clusters, draws : int
        Their numbers.
    seed : int
        Of numpy's default generator.

    Returns
    -------
    numpy.ndarray, shape (draws + 1, clusters)
        1 or -1 with even odds (Rademacher), or below twelve clusters those times the root of a half, of one, or of one
        and a half (Webb 2014, "Reworking wild bootstrap based inference for clustered errors").

    Raises
    ------
    InputError
        If there are fewer than two clusters or no draws.
    """
    if clusters < 2 or draws < 1:
        raise InputError(f"{clusters} clusters and {draws} draws: give at least two clusters and one draw")
    random = np.random.default_rng(seed)
    drawn = random.choice([-1.0, 1.0], (draws, clusters))
    if clusters < _FEW:
        drawn *= random.choice(_WEBB, drawn.shape)
    return np.vstack([np.ones(clusters), drawn])
