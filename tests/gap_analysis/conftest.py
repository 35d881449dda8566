"""What the tests of the gap analysis share."""

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

from carec_digital_trade import gap
from carec_digital_trade.gap import estimation, expected, survival

PANELS = list(product(("delivered", "deliverable"), ("total", "exports", "imports"), ("bundled", "latest")))


@pytest.fixture(autouse=True, scope="session")
def remembered():
    """Compute what does not depend on the year once: hundreds of parameter sets ask for the same few fits."""
    expect = _by_panel(expected.expected_trade)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(expected, "_predictions", _remembering(expected._predictions))
        patch.setattr(estimation, "estimate", _by_panel(estimation.estimate))
        for module in (gap, survival):
            patch.setattr(module, "expected_trade", expect)
        yield


def _by_panel(work: Callable[..., Any]) -> Callable[..., Any]:
    """Remember what is made of the package's own panels."""

    @cache
    def of(spec: tuple[str, str, str], asked: tuple[Any, ...]) -> Any:
        return work(gap.trade_panel(*spec), *asked)

    def made(panel, *asked):
        spec = next((spec for spec in PANELS if gap.trade_panel(*spec) is panel), None)
        return of(spec, asked) if spec else work(panel, *asked)

    return made


def _remembering(work: Callable[..., Any]) -> Callable[..., Any]:
    done: dict[object, Any] = {}

    def predictions(sample):
        figures = np.column_stack([sample.rows["trade"], sample.regressors])
        key = (sample.estimator, sample.equation, figures.tobytes())
        if key not in done:
            done[key] = work(sample)
        return done[key]

    return predictions
