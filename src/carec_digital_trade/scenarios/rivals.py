"""What do the standard forecasting methods say of one economy's series? The baseline has to beat them."""

import warnings
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

Rival = Literal["damped_trend", "theta"]

RIVALS: tuple[str, ...] = get_args(Rival)


@dataclass(frozen=True)
class Forecast:
    """A forecast over H years, in the unit of the series.

    Attributes
    ----------
    mean : numpy.ndarray
        Shape (H,).
    bounds : dict of int to numpy.ndarray
        Level in per cent (80, 95) to an array of shape (2, H): lower and upper bound.
    converged : bool
        Whether the estimation converged; near a flat top the line search that says so differs by processor.
    """

    mean: np.ndarray
    bounds: dict[int, np.ndarray]
    converged: bool


def rival_forecast(values: np.ndarray, rival: Rival, steps: int, levels: tuple[int, ...] = (80, 95)) -> Forecast:
    """Forecast a series with one of the rivals, as statsmodels estimates it.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (T,): yearly values (logs), without a gap.
    rival : {"damped_trend", "theta"}
        Exponential smoothing with additive errors and a damped additive trend (Hyndman, Koehler, Ord & Snyder 2008),
        or the Theta method (Assimakopoulos & Nikolopoulos 2000).
    steps : int
        Years ahead, H.
    levels : tuple of int
        Levels of the bounds in per cent.

    Returns
    -------
    Forecast
        Point forecast and bounds; an estimation that does not converge is used and said so.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mean, bounds = (_damped_trend if rival == "damped_trend" else _theta)(pd.Series(values), steps, levels)
    return Forecast(mean, bounds, not any(issubclass(each.category, ConvergenceWarning) for each in caught))


def _damped_trend(values: pd.Series, steps: int, levels: tuple[int, ...]) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    fitted = ETSModel(values, error="add", trend="add", damped_trend=True).fit(disp=False)
    predicted = fitted.get_prediction(start=len(values), end=len(values) + steps - 1)
    bounds = {level: predicted.pred_int(alpha=1 - level / 100).to_numpy().T for level in levels}
    return predicted.predicted_mean.to_numpy(), bounds


def _theta(values: pd.Series, steps: int, levels: tuple[int, ...]) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    fitted = ThetaModel(values, deseasonalize=False).fit()
    mean = fitted.forecast(steps).to_numpy()
    # Each call to prediction_intervals estimates the variance anew, so it is called once, for one standard deviation.
    deviation = fitted.prediction_intervals(steps, alpha=2 * norm.sf(1)).to_numpy()[:, 1] - mean
    return mean, {level: mean + np.outer([-1, 1], norm.ppf(0.5 + level / 200) * deviation) for level in levels}
