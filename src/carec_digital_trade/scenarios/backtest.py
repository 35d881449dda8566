"""How far can the baseline be trusted? It is asked to forecast years that have passed, and its rivals with it.

Rolling origin (Tashman 2000): at each origin every method sees only the years up to it. Errors are in logs; the mean
absolute scaled error (Hyndman & Koehler 2006) divides by the mean absolute yearly log change up to the origin.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.baseline import MODELS, Baseline, fit_baseline, log_levels, simulate_paths
from carec_digital_trade.scenarios.drifts import MINIMUM_CHANGES
from carec_digital_trade.scenarios.rivals import RIVALS, rival_forecast

METHODS = MODELS + RIVALS
LEVELS = (80, 95)
"""Nominal coverage of the bands, in per cent."""
FIRST_ORIGIN = 2014
LONGEST = 5
"""Years ahead."""

_KEYS = ["method", "region", "scope", "iso3", "origin", "horizon", "year"]
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
        horizon (1 to `LONGEST`), year, forecast (median, or the rivals' mean), low_80, high_80, low_95, high_95,
        actual, scale (mean absolute yearly change up to the origin), converged; values in logs. A regional total is of
        the members with data at the origin and in the year.

    Raises
    ------
    InputError
        If the series is too short for a single origin.
    """
    last = int(series.loc[series["value"].notna(), "year"].max())
    parts = []
    for region in regions:
        levels = log_levels(series, region.members)
        for origin in range(first_origin, last):
            known = levels.loc[:origin]
            if known.diff().notna().sum().max() >= MINIMUM_CHANGES:
                ahead = levels.loc[origin + 1 : origin + LONGEST]
                parts += [_forecasts(method, series, region, known, ahead, draws, seed) for method in methods]
    if not parts:
        raise InputError(
            f"the series ends in {last}, too early for a backtest: it needs an origin from {first_origin} on "
            f"with {MINIMUM_CHANGES + 1} years of data before it"
        )
    return pd.concat(parts, ignore_index=True)


def accuracy(forecasts: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Summarise a backtest by method.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`.
    by : sequence of str
        Further columns to split by, such as "region" or "horizon".

    Returns
    -------
    pandas.DataFrame
        One row for each scope ("economy", "region"), method and group, best first: forecasts (number), mase (mean
        absolute scaled error, below 1 is better than a typical year's change), coverage_80, coverage_95 (shares of
        the actual values inside the bands), unconverged (number of estimations that did not converge).
    """
    scored = forecasts.assign(
        mase=_scaled_error(forecasts),
        unconverged=~forecasts["converged"],
        **{f"coverage_{level}": _inside(forecasts, level) for level in LEVELS},
    )
    groups = scored.groupby(["scope", *by, "method"], sort=True)
    table = groups[["mase", *(f"coverage_{level}" for level in LEVELS)]].mean()
    table.insert(0, "forecasts", groups.size())
    table["unconverged"] = groups["unconverged"].sum()
    return table.reset_index().sort_values(["scope", *by, "mase"], ignore_index=True)


def better_rivals(forecasts: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """Say which methods beat the chosen one, on the forecasts that both made.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`.
    chosen : str
        Method used as the baseline.

    Returns
    -------
    pandas.DataFrame
        One row a method with the smaller mean absolute scaled error: scope, method, mase, mase_chosen. Empty if none.
    """
    scored = forecasts.assign(mase=_scaled_error(forecasts))
    keys = [key for key in _KEYS if key != "method"]
    own = scored[scored["method"] == chosen].set_index(keys)["mase"].rename("mase_chosen")
    pairs = scored[scored["method"] != chosen].join(own, on=keys, how="inner")
    table = pairs.groupby(["scope", "method"])[["mase", "mase_chosen"]].mean().reset_index()
    return table[table["mase"] < table["mase_chosen"]].reset_index(drop=True)


def calibration(forecasts: pd.DataFrame, method: str, region: Region | None = None) -> pd.DataFrame:
    """Set the measured coverage of a method's bands beside the nominal one.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`.
    method : str
        Method used as the baseline.
    region : Region, optional
        Whose forecasts count; by default all.

    Returns
    -------
    pandas.DataFrame
        One row for each scope ("economy", "region") and level: scope, level (per cent), nominal, measured (shares),
        forecasts (number; those of neighbouring origins and of one year share their shocks, so they say less than as
        many independent ones), factor (smallest factor on the distance of the bounds from the forecast at which they
        cover the nominal share; below 1 if they are wider than they need be).

    Raises
    ------
    InputError
        If the backtest has no forecasts of that method and region.
    """
    chosen = forecasts[forecasts["method"] == method]
    if region is not None:
        chosen = chosen[chosen["region"] == region.label]
    if chosen.empty:
        raise InputError(f"the backtest has no forecasts by {method}: run it with that method and region first")
    rows = [
        {
            "scope": scope,
            "level": level,
            "nominal": level / 100,
            "measured": float(_inside(part, level).mean()),
            "forecasts": len(part),
            "factor": float(np.quantile(_distance(part, level), level / 100, method="inverted_cdf")),
        }
        for scope, part in chosen.groupby("scope")
        for level in LEVELS
    ]
    return pd.DataFrame(rows)


def widening(forecasts: pd.DataFrame, method: str, region: Region | None = None) -> float:
    """Measure by how much the bands must grow for the past to lie inside them as often as they say.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`.
    method : str
        Method used as the baseline.
    region : Region, optional
        Whose forecasts count; by default all.

    Returns
    -------
    float
        The largest factor of `calibration`, 1 or more: with it both bands cover at least their nominal share, for
        economies and for the regional totals.

    Raises
    ------
    InputError
        As in `calibration`.
    """
    return max(1.0, float(calibration(forecasts, method, region)["factor"].max()))


def _forecasts(
    method: str,
    series: pd.DataFrame,
    region: Region,
    known: pd.DataFrame,
    ahead: pd.DataFrame,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return the rows of `backtest` for one method, region and origin."""
    origin = int(known.index[-1])
    if method in RIVALS:
        rows = _rival_rows(method, known, ahead)
    else:
        rows = _drawn_rows(fit_baseline(series, region.members, method, origin), known, ahead, draws, seed)
    frame = pd.DataFrame(rows).assign(method=method, region=region.label, origin=origin)
    frame["horizon"] = frame["year"] - origin
    return frame[[*_KEYS, *_BOUNDS, "actual", "scale", "converged"]]


def _drawn_rows(
    baseline: Baseline, known: pd.DataFrame, ahead: pd.DataFrame, draws: int, seed: int
) -> list[dict[str, object]]:
    """Return a row for each member with data at the origin and each year ahead, and one for their total."""
    present = list(known.columns[known.iloc[-1].notna()])
    actual = ahead[present].reindex(columns=ahead.columns)
    scale = known.diff().abs().mean()
    totals = np.zeros((len(ahead), draws))
    rows: list[dict[str, object]] = []
    paths = simulate_paths(baseline, int(ahead.index[-1]), draws, seed)
    for code, path in zip(baseline.members, paths, strict=True):
        totals += np.where(actual[[code]].notna(), path, 0.0)
        rows += _rows(code, actual[code], np.quantile(np.log(path), _QUANTILES, axis=1), scale[code])
    total = np.log(np.exp(actual).sum(axis=1, min_count=1))
    quantiles = np.quantile(np.log(totals, where=totals > 0, out=np.full_like(totals, -np.inf)), _QUANTILES, axis=1)
    past = np.log(np.exp(known[present]).sum(axis=1, skipna=False)).diff().abs().mean()
    return rows + _rows(None, total, quantiles, past)


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


def _scaled_error(forecasts: pd.DataFrame) -> pd.Series:
    return (forecasts["actual"] - forecasts["forecast"]).abs() / forecasts["scale"]


def _inside(forecasts: pd.DataFrame, level: int) -> pd.Series:
    return forecasts["actual"].between(forecasts[f"low_{level}"], forecasts[f"high_{level}"])


def _distance(forecasts: pd.DataFrame, level: int) -> pd.Series:
    """Return how far the actual value lies from the forecast, the bound on its side being 1."""
    above = forecasts["actual"] > forecasts["forecast"]
    bound = forecasts[f"high_{level}"].where(above, forecasts[f"low_{level}"])
    return (forecasts["actual"] - forecasts["forecast"]) / (bound - forecasts["forecast"])
