"""What the tests of the gap analysis share."""

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import pytest

from carec_digital_trade.gap import estimation, expected, survival, trade_panel
from carec_digital_trade.gap_analysis import series

PANELS = list(product(("delivered", "deliverable"), ("total", "exports", "imports"), ("bundled", "latest")))

ESTIMATE = estimation.estimate


@pytest.fixture(autouse=True, scope="session")
def remembered():
    """Compute what does not depend on the year once: hundreds of parameter sets ask for the same few fits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expected, "_predictions", _remembering(expected._predictions))
        patch.setattr(survival, "expected_trade", _expected)
        # Every specification of every measure and flow.
        patch.setattr(estimation, "estimate", _estimate)
        yield


def _expected(panel, year, equation, estimator):
    """Compute as the notebook does, whose series hold each panel once."""
    spec = _spec(panel)
    if spec is None:  # the rows that both measures have
        return expected.expected_trade(panel, year, equation, estimator)
    return series._expected(spec, year, equation, estimator)


def _spec(panel):
    return next((spec for spec in PANELS if trade_panel(*spec) is panel), None)


def _estimate(panel, *asked):
    return _estimated(_spec(panel), asked)


@cache
def _estimated(spec, asked):
    return ESTIMATE(trade_panel(*spec), *asked)


def _remembering(work: Callable[..., Any]) -> Callable[..., Any]:
    done: dict[object, Any] = {}

    def predictions(sample, estimator):
        key = (estimator, sample.terms, sample.rows[["trade", *sample.terms]].to_numpy().tobytes())
        if key not in done:
            done[key] = work(sample, estimator)
        return done[key]

    return predictions
