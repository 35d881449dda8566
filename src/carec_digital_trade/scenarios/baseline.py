"""What would trade be if nothing new were done, and how sure can one be? The recipe from a series to a baseline.

It is fitted, asked to forecast years that have passed, and its bands are widened until they would have held as much of
what came as they state.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from carec_digital_trade.metrics import regional_total
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.accuracy import widening
from carec_digital_trade.scenarios.backtest import METHODS, backtest
from carec_digital_trade.scenarios.random_walk import Baseline, Model, fit_baseline, years_by_member
from carec_digital_trade.vintages import remembered


def baseline(series: pd.DataFrame, region: Region, model: Model = "shrunken_drift", seed: int = 0) -> Baseline:
    """Fit a region's baseline, test it on the past, and widen its bands to what the test calls for.

    Parameters
    ----------
    series : pandas.DataFrame
        As `outcome` returns it.
    region : Region
        Whose members share the years' shocks and the median drift.
    model : {"shrunken_drift", "own_drift", "no_change"}
        What is assumed of the drift.
    seed : int
        Of the backtest's draws.

    Returns
    -------
    Baseline
        With the backtest of its model (``past``), the factor that comes from it (``widening``), and the past total of
        the members that it simulates (``observed``: year, total, members_covered).

    Raises
    ------
    InputError
        As in `fit_baseline` and `backtest`.
    """
    fitted = fit_baseline(series, region.members, model)
    past = rivals(series, region, (model,), seed)
    total = regional_total(series, replace(region, members=fitted.members))
    observed = total[total["year"] <= fitted.base_year].rename(columns={"value": "total", "covered": "members_covered"})
    return replace(fitted, widening=widening(past, model, region), past=past, observed=observed)


def rivals(series: pd.DataFrame, region: Region, methods: Sequence[str] = METHODS, seed: int = 0) -> pd.DataFrame:
    """Return a region's backtest; each method's is kept, since those of the rivals take a while.

    Parameters
    ----------
    series : pandas.DataFrame
        As `outcome` returns it.
    region : Region
        Whose members.
    methods : sequence of str
        As in `backtest`.
    seed : int
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        As `backtest` returns it, in the order of `METHODS` within each origin.

    Raises
    ------
    InputError
        If the region's series are too short for a single origin.
    """
    asked = _Asked(_content(series, region), series, region)
    past = pd.concat([_tested(asked, method, seed) for method in methods])
    by_method = past["method"].map(METHODS.index)
    return past.iloc[np.lexsort((by_method, past["origin"]))].reset_index(drop=True)


@dataclass(frozen=True)
class _Asked:
    """A region's series as a key: frames have no hash, their content has one."""

    content: tuple[object, ...]
    series: pd.DataFrame = field(compare=False)
    region: Region = field(compare=False)


def _content(series: pd.DataFrame, region: Region) -> tuple[object, ...]:
    """Return all of a series that a region's backtest depends on."""
    wide = years_by_member(series, region.members)
    reported = np.unique(series.loc[series["value"].notna(), "year"])
    names = (region.label, region.members, *series[["measure", "flow"]].iloc[0])
    return *names, wide.index[0], wide.to_numpy().tobytes(), reported.tobytes()


@remembered(maxsize=64)
def _tested(asked: _Asked, method: str, seed: int) -> pd.DataFrame:
    return backtest(asked.series, [asked.region], (method,), seed=seed)
