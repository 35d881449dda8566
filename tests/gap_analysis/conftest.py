"""What the tests of the gap analysis share."""

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import Any

import pytest

from carec_digital_trade.gap import decomposition, expected, survival
from carec_digital_trade.gap_analysis import series

PANELS = list(product(("delivered", "deliverable"), ("total", "exports", "imports"), ("bundled", "latest")))


@pytest.fixture(autouse=True, scope="session")
def remembered():
    """Compute what does not depend on the year once: hundreds of parameter sets ask for the same few fits."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (decomposition, survival):
            patch.setattr(module, "trade_panel", series._panel)
        patch.setattr(expected, "_predictions", _remembering(expected._predictions))
        patch.setattr(survival, "expected_trade", _expected)
        # Every specification of every measure and flow.
        patch.setattr(series, "_fitted", lru_cache(maxsize=None)(series._fitted.__wrapped__))
        yield


def _expected(panel, year, covariates, estimator):
    """Compute as the notebook does, whose series hold each panel once."""
    spec = next((spec for spec in PANELS if series._panel(*spec) is panel), None)
    if spec is None:  # the rows that both measures have
        return expected.expected_trade(panel, year, covariates, estimator)
    return series._expected(spec, year, covariates, estimator)


def _remembering(work: Callable[..., Any]) -> Callable[..., Any]:
    done: dict[object, Any] = {}

    def predictions(sample, estimator):
        key = (estimator, sample.terms, sample.rows[["trade", *sample.terms]].to_numpy().tobytes())
        if key not in done:
            done[key] = work(sample, estimator)
        return done[key]

    return predictions
