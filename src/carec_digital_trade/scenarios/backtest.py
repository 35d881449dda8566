"""How far can the baseline be trusted? It is asked to forecast years that have passed, and its rivals with it.

Rolling origin (Tashman 2000): at each origin every method sees only the years up to it, as the present file has them.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.drifts import MINIMUM_CHANGES
from carec_digital_trade.scenarios.random_walk import (
    MODELS,
    OLDEST_START,
    Baseline,
    fit_baseline,
    log_levels,
    log_values,
    simulate_paths,
)
from carec_digital_trade.scenarios.rivals import RIVALS, rival_forecast

METHODS = MODELS + RIVALS
LEVELS = (80, 95)
"""Nominal coverage of the bands, in per cent."""
FIRST_ORIGIN = 2014
LONGEST = 5
"""Years ahead."""
KEYS = ["method", "region", "scope", "iso3", "origin", "horizon", "year"]
"""What tells one forecast from another."""

_QUANTILES = (0.5, 0.1, 0.9, 0.025, 0.975)
_BOUNDS = ["forecast", "low_80", "high_80", "low_95", "high_95"]


def backtest(
    series: pd.DataFrame,
    regions: Sequence[Region],
    methods: Sequence[str] = METHODS,
    draws: int = 2_000,
    seed: int = 0,
    first_origin: int = FIRST_ORIGIN,
) -> pd.DataFrame:
    """Forecast the past from rolling origins, for each member and for the regional totals.

    Parameters
    ----------
    series : pandas.DataFrame
        As `outcome` returns it.
    regions : sequence of Region
        Each is fitted on its own, as in a scenario.
    methods : sequence of str
        Of "shrunken_drift", "own_drift", "no_change", "damped_trend", "theta". The last two have no joint
        distribution over economies, so they give no regional total.
    draws : int
        Futures drawn at each origin.
    seed : int
        Seed of the draws.
    first_origin : int
        First origin; later where no economy has enough years by then.

    Returns
    -------
    pandas.DataFrame
        One row a forecast: method, region (label), scope ("economy" or "region"), iso3 (missing for a region), origin,
        horizon (1 to `LONGEST`), year, forecast (median of the draws, the rivals' mean, or for no change the latest
        value), low_80, high_80, low_95, high_95, actual (a year without a positive value makes no row), scale (mean
        absolute yearly change up to the origin), converged; values in logs. A regional total is of the members with
        data at the origin and in the year.

    Raises
    ------
    InputError
        As in `origins`.
    """
    rows: list[dict[str, object]] = []
    for region in regions:
        values = log_values(series, region.members)
        for origin in origins(series, region, first_origin):
            known, ahead = _split(series, region, values, origin)
            for method in methods:
                rows += _forecasts(method, series, region, known, ahead, draws, seed)
    frame = pd.DataFrame(rows)
    frame["horizon"] = frame["year"] - frame["origin"]
    return frame[[*KEYS, *_BOUNDS, "actual", "scale", "converged"]]


def origins(series: pd.DataFrame, region: Region, first_origin: int = FIRST_ORIGIN) -> list[int]:
    """Return the years from which a region's baseline can be tested.

    Parameters
    ----------
    series : pandas.DataFrame
        As `outcome` returns it.
    region : Region
        Whose members.
    first_origin : int
        First year looked at.

    Returns
    -------
    list of int
        Years in which a member has the changes that a drift needs, and after which one with data goes on.

    Raises
    ------
    InputError
        If there is none.
    """
    values = log_values(series, region.members)
    first, last = max(first_origin, int(values.index[0])), int(values.index[-1])
    found = [origin for origin in range(first, last) if _can_be_tested(*_split(series, region, values, origin))]
    if not found:
        raise InputError(
            f"the series of {region.label} to {last} are too short for a backtest: it needs an origin from "
            f"{first_origin} on with {MINIMUM_CHANGES + 1} years of data up to it and some after it"
        )
    return found


def _split(
    series: pd.DataFrame, region: Region, values: pd.DataFrame, origin: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the series up to an origin, as a baseline fitted there has them, and the logs of what came after it."""
    known = log_levels(series, region.members, origin)
    return known.reindex(values.loc[:origin].index), values.loc[origin + 1 : origin + LONGEST]


def _can_be_tested(known: pd.DataFrame, ahead: pd.DataFrame) -> bool:
    recent = known.columns[known.tail(OLDEST_START + 1).notna().any()]
    fitted = known[recent].diff().notna().sum() >= MINIMUM_CHANGES
    present = known.columns[known.iloc[-1].notna()]
    return bool(fitted.any() and ahead[present].notna().any(axis=None))


def _forecasts(
    method: str,
    series: pd.DataFrame,
    region: Region,
    known: pd.DataFrame,
    ahead: pd.DataFrame,
    draws: int,
    seed: int,
) -> list[dict[str, object]]:
    """Return the rows of `backtest` for one method, region and origin; none where no actual value came."""
    origin = int(known.index[-1])
    if method in RIVALS:
        rows = _rival_rows(method, known, ahead)
    else:
        rows = _drawn_rows(fit_baseline(series, region.members, method, origin), known, ahead, draws, seed)
    return [{"method": method, "region": region.label, "origin": origin} | row for row in rows]


def _drawn_rows(
    baseline: Baseline, known: pd.DataFrame, ahead: pd.DataFrame, draws: int, seed: int
) -> list[dict[str, object]]:
    """Return a row for each member with data at the origin and each year ahead, and one for their total."""
    present = list(known.columns[known.iloc[-1].notna()])
    actual = ahead[present].reindex(columns=ahead.columns)
    scale = known.diff().abs().mean()
    totals, latest = np.zeros((len(ahead), draws)), np.zeros(len(ahead))
    rows: list[dict[str, object]] = []
    paths = simulate_paths(baseline, int(ahead.index[-1]), draws, seed)
    for code, path, start in zip(baseline.members, paths, np.exp(baseline.start), strict=True):
        totals += np.where(actual[[code]].notna(), path, 0.0)
        latest += np.where(actual[code].notna(), start, 0.0)
        rows += _rows(code, actual[code], _quantiles(baseline, path, np.full(len(ahead), start)), scale[code])
    total = np.log(np.exp(actual).sum(axis=1, min_count=1))
    totals[total.isna()] = latest[total.isna()] = 1.0  # a year in which nobody reported; it makes no row
    past = np.log(np.exp(known[present]).sum(axis=1, skipna=False)).diff().abs().mean()
    return rows + _rows(None, total, _quantiles(baseline, totals, latest), past)


def _quantiles(baseline: Baseline, paths: np.ndarray, latest: np.ndarray) -> np.ndarray:
    """Return forecast and bounds, in logs; the forecast of no change is the latest value, and not the draws' median."""
    found = np.quantile(np.log(paths), _QUANTILES, axis=1)
    if baseline.model == "no_change":
        found[0] = np.log(latest)
    return found


def _rival_rows(rival: str, known: pd.DataFrame, ahead: pd.DataFrame) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for code in known:
        values = _unbroken(known[code])
        if len(values) > MINIMUM_CHANGES:
            found = rival_forecast(values, rival, len(ahead), LEVELS)
            quantiles = np.vstack([found.mean, *(found.bounds[level] for level in LEVELS)])
            scale = known[code].diff().abs().mean()
            rows += [row | {"converged": found.converged} for row in _rows(code, ahead[code], quantiles, scale)]
    return rows


def _rows(code: str | None, actual: pd.Series, quantiles: np.ndarray, scale: float) -> list[dict[str, object]]:
    """Return a row for each year with an actual value; quantiles have the shape (5, H)."""
    return [
        {"scope": "economy" if code else "region", "iso3": code, "year": year, "actual": value, "scale": scale}
        | {"converged": True}
        | dict(zip(_BOUNDS, quantiles[:, step], strict=True))
        for step, (year, value) in enumerate(actual.items())
        if not np.isnan(value)
    ]


def _unbroken(values: pd.Series) -> np.ndarray:
    """Return the values after the last gap; none if the series ends in one."""
    missing = np.flatnonzero(values.isna())
    return values.to_numpy()[missing[-1] + 1 if len(missing) else 0 :]
