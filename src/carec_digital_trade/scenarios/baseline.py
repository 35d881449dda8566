"""What would trade be if nothing new were done, and how sure can one be? The recipe from a series to a baseline.

It is fitted, asked to forecast years that have passed, and its bands are stretched about the median, or drawn together,
until they would have held as much of what came as they state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from carec_digital_trade.metrics import compound_annual_growth, regional_total
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.accuracy import stretches
from carec_digital_trade.scenarios.backtest import EVERYBODY, METHODS, backtest
from carec_digital_trade.scenarios.random_walk import (
    MODELS,
    Baseline,
    Model,
    fit_baseline,
    flagged_breaks,
    years_by_member,
)
from carec_digital_trade.vintages import remembered


def baseline(series: pd.DataFrame, region: Region, model: Model = "shrunken_drift", seed: int = 0) -> Baseline:
    """Fit a region's baseline, test it on the past, and calibrate its bands by what the test calls for.

    Parameters
    ----------
    series : pandas.DataFrame
        As `outcome` returns it.
    region : Region
        Whose members.
    model : {"shrunken_drift", "common_drift", "own_drift", "no_change"}
        As in `fit_baseline`.
    seed : int
        Of the backtest's draws.

    Returns
    -------
    Baseline
        With the backtest of its model (``past``), the factors that come from it (``stretch``, ``total_stretch``), and
        the past total of the members that it simulates (``observed``: year, total, members_covered).

    Raises
    ------
    InputError
        As in `fit_baseline` and `backtest`.
    """
    fitted = fit_baseline(series, region.members, model)
    past = rivals(series, region, (model,), seed)
    total = regional_total(series, replace(region, members=fitted.members))
    observed = total[total["year"] <= fitted.base_year].rename(columns={"value": "total", "covered": "members_covered"})
    economy, together = stretches(past, model)
    together = together if len(fitted.members) > 1 else economy  # the total of one economy is its own
    return replace(fitted, stretch=economy, total_stretch=together, past=past, observed=observed)


def past_growth(series: pd.DataFrame, regions: Sequence[Region], largest: int = 3) -> pd.DataFrame:
    """Set the growth of the last five years beside that of ten.

    Parameters
    ----------
    series : pandas.DataFrame
        As `outcome` returns it.
    regions : sequence of Region
        Whose totals; the first one's largest members are shown, too.
    largest : int
        How many.

    Returns
    -------
    pandas.DataFrame
        One row a region's total (iso3 missing), of the members with data in all three years, and one row a member:
        region, iso3, year (the last), covered (members), past_growth_10, past_growth_5 (per cent a year, compound).
    """
    everybody = [code for region in regions for code in region.members]
    wide = years_by_member(series, everybody)
    last = int(wide.index[-1])
    ends = wide.reindex([last - 10, last - 5, last])
    totals = {(region.label, None): ends[list(region.members)].dropna(axis=1) for region in regions}
    label = regions[0].label
    latest = totals[label, None].loc[last].nlargest(largest)
    members = {(label, code): ends[[code]] for code in latest.index}
    rows = []
    for (name, code), found in (totals | members).items():
        ten, five, now = found.sum(axis=1)
        growth = {
            f"past_growth_{back}": compound_annual_growth(then, now, back) if then > 0 else np.nan
            for back, then in ((10, ten), (5, five))
        }
        rows.append({"region": name, "iso3": code, "year": last, "covered": found.shape[1]} | growth)
    return pd.DataFrame(rows)


def rivals(series: pd.DataFrame, region: Region, methods: Sequence[str] = METHODS, seed: int = 0) -> pd.DataFrame:
    """Return a region's backtest, and that of all economies of the series beside it.

    What each method did is kept, since it takes a while.

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
        As `backtest` returns it, in the order of `METHODS` within each origin, and with the scope "everybody" the
        forecasts of all economies by the methods that are no `RIVALS` (these would take minutes) and do not depend on
        the region.

    Raises
    ------
    InputError
        If the region's series are too short for a single origin.
    """
    past = pd.concat(_backtests(series, region, methods, seed))
    by_method = past["method"].map(METHODS.index)
    return past.iloc[np.lexsort((by_method, past["origin"]))].reset_index(drop=True)


@dataclass(frozen=True)
class _Asked:
    """A series and a region as a key: frames have no hash, their content has one."""

    content: tuple[object, ...]
    series: pd.DataFrame = field(compare=False)
    region: Region = field(compare=False)


def _backtests(series: pd.DataFrame, region: Region, methods: Sequence[str], seed: int) -> Iterator[pd.DataFrame]:
    everybody = Region(EVERYBODY, tuple(sorted(series["iso3"].unique())), region.year)
    wide = years_by_member(series, everybody.members)
    breaks = flagged_breaks(series, wide)
    values = (everybody.members, wide.to_numpy().tobytes(), breaks.to_numpy().tobytes())
    content = (*series[["measure", "flow"]].iloc[0], wide.index[0], *values)
    for method in methods:
        yield _tested(_Asked((region.label, region.members, *content), series, region), method, seed)
        if method in MODELS:
            found = _tested(_Asked(content, series, everybody), method, seed)
            yield found[found["scope"] == "economy"].assign(scope=EVERYBODY)


@remembered(maxsize=64)
def _tested(asked: _Asked, method: str, seed: int) -> pd.DataFrame:
    return backtest(asked.series, [asked.region], (method,), seed=seed)
