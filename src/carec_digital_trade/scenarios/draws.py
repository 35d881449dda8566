"""Order statistics of draws, draws that are stretched about their median, and one year's draws of all members."""

import numpy as np

from carec_digital_trade.scenarios.random_walk import Baseline, simulate_paths


def order_statistics(values: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Return the values of given ranks (0 for the smallest), as `numpy.partition` would, in a fifth of the time.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (D,): zero or more, finite.
    ranks : numpy.ndarray
        Shape (R,).
    """
    # The leading bits of floats from zero up rise with the floats: they sort the values into some 256 bins an octave,
    # and only the bins that hold a rank asked for need sorting.
    bins = values.view(np.int64) >> 44
    bins -= bins.min()
    counts = np.bincount(bins.astype(np.intp, copy=False))
    wanted = np.searchsorted(counts.cumsum(), ranks, side="right")
    needed = np.zeros(len(counts), dtype=bool)
    needed[wanted] = True
    skipped = np.where(needed, 0, counts).cumsum()
    return np.sort(values[needed[bins]])[ranks - skipped[wanted]]


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
    (median,) = order_statistics(draws, np.array([max(int(np.ceil(0.5 * len(draws))) - 1, 0)]))
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
