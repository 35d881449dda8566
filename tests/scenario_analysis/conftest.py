"""What the tests of the scenarios' sections share."""

from functools import cache

import pytest

from carec_digital_trade import scenarios, vintages
from carec_digital_trade.scenario_analysis import series


@pytest.fixture(scope="module")
def light_backtest():
    """A backtest from its last origins, without the rivals that statsmodels fits, once for all seeds of a region."""
    drawn = tuple(method for method in scenarios.METHODS if method in scenarios.MODELS)

    @cache
    def light(measure, flow, vintage, region):
        past = scenarios.outcome(measure, flow, vintage)
        first = scenarios.origins(past, region)[-4:][0]
        return scenarios.backtest(past, [region], drawn, draws=100, first_origin=first)

    with pytest.MonkeyPatch.context() as patch:
        vintages.forget()  # what rests on the whole backtest
        patch.setattr(
            series, "_forecasts", lambda *asked: light(*asked[:4])[lambda past: past["method"].isin(asked[4])]
        )
        yield
    vintages.forget()
