"""How far can the baseline be trusted? It is asked to forecast years that have passed, and its rivals with it.

Rolling origin (Tashman 2000): at each origin every method sees only the years up to it, as the present file has them.
"""

import warnings
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
import scipy

from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.drifts import MINIMUM_CHANGES
from carec_digital_trade.scenarios.random_walk import (
    MODELS,
    OLDEST_START,
    Baseline,
    fit_baseline,
    in_logs,
    simulate_paths,
    years_by_member,
)
from carec_digital_trade.threads import one_thread

Rival = Literal["damped_trend", "theta"]

RIVALS: tuple[str, ...] = get_args(Rival)
MEMBERS_MEDIAN = "members_median"
"""Drifts that are shrunk towards the median of the region's own members, and so depend on who they are."""
METHODS = (*MODELS, MEMBERS_MEDIAN, *RIVALS)
EVERYBODY = "everybody"
"""Scope of the forecasts of all economies of a series."""
LEVELS = (80, 95)
"""Nominal coverage of the bands, in per cent."""
FIRST_ORIGIN = 2014
LONGEST = 5
"""Years ahead."""
KEYS = ["method", "region", "scope", "iso3", "origin", "horizon", "year"]
"""What tells one forecast from another."""

_QUANTILES = (0.5, 0.1, 0.9, 0.025, 0.975)
_BOUNDS = ["forecast", "low_80", "high_80", "low_95", "high_95"]


@one_thread
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
        Of `METHODS`. The `RIVALS` have no joint distribution over economies, so they give no regional total.
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
        wide = years_by_member(series, region.members)
        for origin in origins(series, region, first_origin):
            known, ahead = _split(wide, origin)
            for method in methods:
                if method in RIVALS:
                    made = _rival_rows(method, known, ahead)
                else:
                    fitted = _fitted(series, region, method, origin)
                    made = _drawn_rows(fitted, known, ahead, draws, seed)
                rows += [{"method": method, "region": region.label, "origin": origin} | row for row in made]
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
    wide = years_by_member(series, region.members)
    first, last = max(first_origin, int(wide.index[0])), int(wide.index[-1])
    found = [origin for origin in range(first, last) if _can_be_tested(*_split(wide, origin))]
    if not found:
        raise InputError(
            f"the series of {region.label} to {last} are too short for a backtest: it needs an origin from "
            f"{first_origin} on with {MINIMUM_CHANGES + 1} years of data up to it and some after it"
        )
    return found


def rival_forecast(values: np.ndarray, rival: Rival, steps: int) -> tuple[np.ndarray, bool]:
    """Forecast a series with one of the rivals, as statsmodels estimates it.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (T,): yearly values (logs), without a gap.
    rival : {"damped_trend", "theta"}
        Exponential smoothing with additive errors and a damped additive trend (Hyndman, Koehler, Ord & Snyder 2008),
        or the Theta method (Assimakopoulos & Nikolopoulos 2000).
    steps : int
        Years ahead, H.

    Returns
    -------
    numpy.ndarray, bool
        Shape (5, H): forecast, and bounds at the `LEVELS`; and whether the estimation converged, which is used if it
        did not. Near a flat top the line search that says so differs by processor.

    Raises
    ------
    InputError
        If statsmodels has no compiled part here.
    """
    try:
        from statsmodels.tools.sm_exceptions import ConvergenceWarning  # noqa: PLC0415  (a second; few commands fit)
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415
        from statsmodels.tsa.forecasting.theta import ThetaModel  # noqa: PLC0415
    except ImportError:
        raise InputError(
            "the damped trend and the Theta method need the compiled part of statsmodels, which a browser does not "
            "have: see this table on a machine with Python"
        ) from None

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if rival == "damped_trend":
            fitted = ETSModel(pd.Series(values), error="add", trend="add", damped_trend=True).fit(disp=False)
            predicted = fitted.get_prediction(start=len(values), end=len(values) + steps - 1)
            mean = predicted.predicted_mean.to_numpy()
            bounds = [predicted.pred_int(alpha=1 - level / 100).to_numpy().T for level in LEVELS]
        else:
            fitted = ThetaModel(pd.Series(values), deseasonalize=False).fit()
            mean = fitted.forecast(steps).to_numpy()
            # Each call estimates the variance anew, so there is one, for one standard deviation.
            deviation = fitted.prediction_intervals(steps, alpha=2 * scipy.stats.norm.sf(1)).to_numpy()[:, 1] - mean
            bounds = [mean + np.outer([-1, 1], scipy.stats.norm.ppf(0.5 + level / 200) * deviation) for level in LEVELS]
    return np.vstack([mean, *bounds]), not any(issubclass(each.category, ConvergenceWarning) for each in caught)


def _split(wide: pd.DataFrame, origin: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the logs up to an origin, as a baseline fitted there has them, and those of what came after it."""
    ahead = wide.loc[origin + 1 : origin + LONGEST]
    return in_logs(wide.loc[:origin]), np.log(ahead.where(ahead > 0))


def _fitted(series: pd.DataFrame, region: Region, method: str, origin: int) -> Baseline:
    if method == MEMBERS_MEDIAN:
        return fit_baseline(series, region.members, "shrunken_drift", origin, region.members)
    return fit_baseline(series, region.members, method, origin)


def _can_be_tested(known: pd.DataFrame, ahead: pd.DataFrame) -> bool:
    there, later = known.notna().to_numpy(), ahead.notna().to_numpy()
    recent = there[-OLDEST_START - 1 :].any(axis=0)
    fitted = (there[1:] & there[:-1]).sum(axis=0) >= MINIMUM_CHANGES
    return bool((recent & fitted).any() and later[:, there[-1]].any())


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
    there = dict(zip(actual, actual.notna().to_numpy().T, strict=True))
    for code, path, start in zip(baseline.members, paths, np.exp(baseline.start), strict=True):
        reported = there[code]
        if reported.any():
            totals[reported] += path[reported]
            latest[reported] += start
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
            quantiles, converged = rival_forecast(values, rival, len(ahead))
            rows += _rows(code, ahead[code], quantiles, known[code].diff().abs().mean(), converged)
    return rows


def _rows(
    code: str | None, actual: pd.Series, quantiles: np.ndarray, scale: float, converged: bool = True
) -> list[dict[str, object]]:
    """Return a row for each year with an actual value; quantiles have the shape (5, H)."""
    of = {"scope": "economy" if code else "region", "iso3": code, "scale": scale, "converged": converged}
    return [
        of | {"year": year, "actual": value} | dict(zip(_BOUNDS, quantiles[:, step], strict=True))
        for step, (year, value) in enumerate(actual.items())
        if not np.isnan(value)
    ]


def _unbroken(values: pd.Series) -> np.ndarray:
    """Return the values after the last gap; none if the series ends in one."""
    missing = np.flatnonzero(values.isna())
    return values.to_numpy()[missing[-1] + 1 if len(missing) else 0 :]
