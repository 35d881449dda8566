"""A backtest that is quick, for tests that are about something else."""

import sys
from dataclasses import replace
from functools import cache

import pytest

from carec_digital_trade import scenarios, vintages


@pytest.fixture(scope="module")
def light_backtest():
    """A backtest from its last origins, without the rivals that statsmodels fits, once for all seeds of a region."""
    known = {}

    @cache
    def light(measure, flow, unit, region, method):
        past = known[measure, flow, unit]
        fewest = 1 if region.name == scenarios.EVERYBODY else 4
        first = scenarios.origins(past, region)[-fewest:][0]
        return scenarios.backtest(past, [region], (method,), draws=100, first_origin=first)

    def backtest(series, regions, methods, seed):
        measure, flow, unit = series[["measure", "flow", "unit"]].iloc[0]
        known[measure, flow, unit] = series  # all of one vintage
        (region,), (method,) = regions, methods
        if region.name == scenarios.EVERYBODY:
            region = replace(region, year=0)  # all economies are the same ones in any year
        past = light(measure, flow, unit, region, method if method in scenarios.MODELS else scenarios.MODELS[0])
        return past[past["method"] == method]

    with pytest.MonkeyPatch.context() as patch:
        vintages.forget()  # what rests on the whole backtest
        patch.setattr(sys.modules["carec_digital_trade.scenarios.baseline"], "backtest", backtest)
        yield
    vintages.forget()
