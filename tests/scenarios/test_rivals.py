import warnings

import numpy as np
import pytest
from statsmodels.tools.sm_exceptions import ModelWarning
from statsmodels.tsa.forecasting.theta import ThetaModel

from carec_digital_trade.scenarios import LEVELS, rival_forecast
from carec_digital_trade.scenarios.random_walk import log_levels

STEPS = 5


@pytest.fixture(scope="module", params=["KAZ", "TJK"])
def values(delivered, request):
    return log_levels(delivered, [request.param]).loc[:2018, request.param].reset_index(drop=True)


def test_damped_trend_goes_on_along_a_damped_path():
    # Steps 0.2, 0.2 x 0.9, 0.2 x 0.81...: the path of level 1, trend 0.2 and damping 0.9 without any shock, which the
    # method must find and go on with. The errors are none, so the bounds lie on the path; the optimiser stops near it.
    path = 1 + np.cumsum(0.2 * 0.9 ** np.arange(20 + STEPS))
    found, _ = rival_forecast(path[:20], "damped_trend", STEPS)
    assert found[0] == pytest.approx(path[20:], abs=2e-3)
    assert found[3:] == pytest.approx(np.vstack([path[20:]] * 2), abs=2e-2)


def test_theta_is_that_of_statsmodels(values):
    found, _ = rival_forecast(values.to_numpy(), "theta", STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        fitted = ThetaModel(values, deseasonalize=False).fit()
        bounds = [fitted.prediction_intervals(STEPS, alpha=1 - level / 100).to_numpy().T for level in LEVELS]
    assert found == pytest.approx(np.vstack([fitted.forecast(STEPS).to_numpy(), *bounds]))


@pytest.mark.parametrize("rival", ["damped_trend", "theta"])
def test_wider_bounds_hold_narrower_ones(values, rival):
    (middle, low_80, high_80, low_95, high_95), _ = rival_forecast(values.to_numpy(), rival, STEPS)
    assert (low_95 <= low_80).all() and (high_80 <= high_95).all() and np.isfinite(middle).all()
