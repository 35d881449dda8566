"""Draws that are stretched about their median, and one year's draws of all members."""

import numpy as np

from carec_digital_trade.scenarios.random_walk import Baseline, simulate_paths


def stretched(draws: np.ndarray, factor: float) -> np.ndarray:
    """Return draws whose log distance from their median is stretched by a factor; the median stays where it is.

    Parameters
    ----------
    draws : numpy.ndarray
        Shape (D,), positive.
    factor : float
        Above or below 1.
    """
    if factor == 1:
        return draws
    median = np.sort(draws)[max(int(np.ceil(0.5 * len(draws))) - 1, 0)]
    return median * (draws / median) ** factor


def joint_futures(baseline: Baseline, year: int, draws: int, seed: int) -> np.ndarray:
    """Draw one year's futures of the members, scaled within each so that they add up to the calibrated total.

    Parameters
    ----------
    baseline : Baseline
        What to draw from.
    year, draws, seed : int
        As in `simulate`.

    Returns
    -------
    numpy.ndarray
        Shape (n, D): what levers add to their sum is what they add to the total in `simulate`.
    """
    futures = np.array([path[-1].copy() for path in simulate_paths(baseline, year, draws, seed)])
    if baseline.total_stretch == 1:
        return futures
    total = futures.sum(axis=0)
    return futures * (stretched(total, baseline.total_stretch) / total)
