"""Mean, median and bands of many draws, quickly enough to be taken for every economy and year."""

import numpy as np
import pandas as pd

BANDS = (50, 80, 95)
"""Bands around the median, in per cent."""
COLUMNS = ["mean", "median", *(f"{side}_{band}" for band in BANDS for side in ("low", "high")), "mc_error"]
"""What `statistics` returns."""

MAIN_BAND = 80
"""Per cent: the band of a metric that has several; the others have theirs after its name."""

_PROBABILITIES = [0.5, *(p for band in BANDS for p in (0.5 - band / 200, 0.5 + band / 200))]


def banded(bands: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return bands under a metric's name.

    Parameters
    ----------
    bands : pandas.DataFrame
        median, and low and high of each band, as in `Simulation.bands`.
    metric : str
        Name.

    Returns
    -------
    pandas.DataFrame
        The metric (the median) with low and high of `MAIN_BAND`, and once for each other band, whose per cent follow
        the name.
    """
    columns = {}
    for band in (MAIN_BAND, *(each for each in BANDS if each != MAIN_BAND)):
        name = metric if band == MAIN_BAND else f"{metric}_{band}"
        columns |= {name: bands["median"], f"{name}_low": bands[f"low_{band}"], f"{name}_high": bands[f"high_{band}"]}
    return pd.DataFrame(columns, bands.index)


def statistics(values: np.ndarray) -> np.ndarray:
    """Return the mean, the median, the ends of the bands, and the standard error of the median.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (D,): zero or more, finite.

    Returns
    -------
    numpy.ndarray
        In the order of `COLUMNS`; order statistics of the draws (numpy's "inverted_cdf").

    Notes
    -----
    The standard error of the median is half the distance between the order statistics at one binomial standard
    deviation to either side (David & Nagaraja 2003, Order Statistics, 7.1).
    """
    draws = len(values)
    ranks = [max(int(np.ceil(p * draws)) - 1, 0) for p in _PROBABILITIES]
    deviation = 0.5 * np.sqrt(draws)
    around = [max(int(draws / 2 - deviation), 0), min(int(draws / 2 + deviation), draws - 1)]
    found = order_statistics(values, np.array(ranks + around))
    return np.array([values.mean(), *found[:-2], (found[-1] - found[-2]) / 2])


def order_statistics(values: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Return the values of given ranks, as `numpy.partition` would, in a fifth of the time.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (D,): zero or more, finite.
    ranks : numpy.ndarray
        Shape (R,): 0 for the smallest.

    Returns
    -------
    numpy.ndarray
        Shape (R,).
    """
    # The leading bits of floats from zero up rise with the floats: they sort the values into some 256 bins an octave,
    # and only the bins that hold a rank asked for need sorting.
    bins = values.view(np.int64) >> 44
    bins -= bins.min()
    counts = np.bincount(bins)
    wanted = np.searchsorted(counts.cumsum(), ranks, side="right")
    needed = np.zeros(len(counts), dtype=bool)
    needed[wanted] = True
    skipped = np.where(needed, 0, counts).cumsum()
    return np.sort(values[needed[bins]])[ranks - skipped[wanted]]
