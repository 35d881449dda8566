"""A backtest that is quick, for tests that are about something else."""

import sys
from functools import cache

import pytest

from carec_digital_trade import scenarios, vintages


@pytest.fixture(scope="module")
def light_backtest():
    """A backtest from its last origins, without the rivals that statsmodels fits, once for all seeds of a region."""
    drawn = tuple(method for method in scenarios.METHODS if method in scenarios.MODELS)
    known = {}

    @cache
    def light(measure, flow, unit, region):
        past = known[measure, flow, unit]
        fewest = 1 if region.name == scenarios.EVERYBODY else 4
        first = scenarios.origins(past, region)[-fewest:][0]
        return scenarios.backtest(past, [region], drawn, draws=100, first_origin=first)

    def backtest(series, regions, methods, seed):
        measure, flow, unit = series[["measure", "flow", "unit"]].iloc[0]
        known[measure, flow, unit] = series  # all of one vintage
        past = light(measure, flow, unit, *regions)
        return past[past["method"].isin(methods)]

    with pytest.MonkeyPatch.context() as patch:
        vintages.forget()  # what rests on the whole backtest
        patch.setattr(sys.modules["carec_digital_trade.scenarios.baseline"], "backtest", backtest)
        yield
    vintages.forget()
