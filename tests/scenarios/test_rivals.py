import warnings

import numpy as np
import pytest
from statsmodels.tools.sm_exceptions import ModelWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

from carec_digital_trade.scenarios import rival_forecast
from carec_digital_trade.scenarios.baseline import log_levels

STEPS = 5


@pytest.fixture(scope="module", params=["KAZ", "TJK"])
def values(delivered, request):
    return log_levels(delivered, [request.param]).loc[:2018, request.param].reset_index(drop=True)


def test_damped_trend_is_that_of_statsmodels(values):
    found = rival_forecast(values.to_numpy(), "damped_trend", STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        fitted = ETSModel(values, error="add", trend="add", damped_trend=True).fit(disp=False)
    assert found.mean == pytest.approx(fitted.forecast(STEPS).to_numpy())
    frame = fitted.get_prediction(start=len(values), end=len(values) + STEPS - 1).summary_frame(alpha=0.05)
    assert found.bounds[95] == pytest.approx(frame[["pi_lower", "pi_upper"]].to_numpy().T)


def test_theta_is_that_of_statsmodels(values):
    found = rival_forecast(values.to_numpy(), "theta", STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        fitted = ThetaModel(values, deseasonalize=False).fit()
        bounds = {level: fitted.prediction_intervals(STEPS, alpha=1 - level / 100).to_numpy().T for level in (80, 95)}
    assert found.mean == pytest.approx(fitted.forecast(STEPS).to_numpy())
    for level, expected in bounds.items():
        assert found.bounds[level] == pytest.approx(expected)


@pytest.mark.parametrize("rival", ["damped_trend", "theta"])
def test_wider_bounds_hold_narrower_ones(values, rival):
    found = rival_forecast(values.to_numpy(), rival, STEPS)
    assert (found.bounds[95][0] <= found.bounds[80][0]).all() and (found.bounds[80][1] <= found.bounds[95][1]).all()
    assert np.isfinite(found.mean).all()
