"""Does a Poisson fit exist? Some rows of zeros can be predicted perfectly, and then a coefficient runs to infinity."""

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog


def separated(outcome: np.ndarray, regressors: np.ndarray) -> np.ndarray:
    """Find the rows that make a Poisson fit impossible.

    The maximum exists unless some combination of the regressors is zero wherever the outcome is positive, and nowhere
    positive but somewhere negative where it is zero (Correia, Guimarães and Zylkin 2019, "Verifying the existence of
    maximum likelihood estimates for generalized linear models"). Those rows carry no information on the finite
    coefficients, and the fit without them is the limit of the fit with them. They are found by linear programming.

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
    found = np.zeros(len(outcome), dtype=bool)
    zeros = outcome == 0
    if not zeros.any():
        return found
    free = null_space(regressors[~zeros])
    if free.shape[1] == 0:
        return found
    directions = regressors[zeros] @ free
    found[zeros] = _largest_negative_support(directions)
    return found


def _largest_negative_support(directions: np.ndarray) -> np.ndarray:
    """Mark the rows i with (directions @ c)_i < 0 for the c that has no positive row and the most negative ones."""
    rows, width = directions.shape
    solution = linprog(
        c=np.concatenate([np.zeros(width), -np.ones(rows)]),
        A_ub=np.hstack([directions, np.eye(rows)]),
        b_ub=np.zeros(rows),
        bounds=[(None, None)] * width + [(0, 1)] * rows,
    )
    return solution.x[width:] > 0.5  # c can be scaled up at will, so the optimum has 0 or 1
