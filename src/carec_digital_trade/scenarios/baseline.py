"""What would trade be if nothing new were done, and how sure can one be? The recipe from a series to a baseline.

It is fitted, asked to forecast years that have passed, and its bands are widened until they would have held as much of
what came as they state. Errors are in logs; the mean absolute scaled error (Hyndman & Koehler 2006) divides by the mean
absolute yearly log change up to the origin.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, check_once
from carec_digital_trade.metrics import regional_total
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.backtest import KEYS, LEVELS, METHODS, backtest
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
    return replace(fitted, widening=widening(past, model), past=past, observed=observed)


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


def accuracy(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Summarise a backtest by method.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`.

    Returns
    -------
    pandas.DataFrame
        One row for each scope ("economy", "region") and method, best first: forecasts (number), mase (mean
        absolute scaled error, below 1 is better than a typical year's change), coverage_80, coverage_95 (shares of
        the actual values inside the bands), unconverged (number of estimations that did not converge).

    Raises
    ------
    InputError
        If a forecast has two rows.
    """
    check_once(forecasts, KEYS, "the backtest")
    covered = {f"coverage_{level}": _inside(forecasts, level) for level in LEVELS}
    scored = forecasts.assign(mase=_scaled_error(forecasts), unconverged=~forecasts["converged"], **covered)
    groups = scored.groupby(["scope", "method"], sort=True)
    table = groups[["mase", *covered]].mean()
    table.insert(0, "forecasts", groups.size())
    table["unconverged"] = groups["unconverged"].sum()
    return table.reset_index().sort_values(["scope", "mase"], ignore_index=True)


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

    Raises
    ------
    InputError
        If a forecast has two rows.
    """
    check_once(forecasts, KEYS, "the backtest")
    scored = forecasts.assign(mase=_scaled_error(forecasts))
    keys = [key for key in KEYS if key != "method"]
    own = scored[scored["method"] == chosen].set_index(keys)["mase"].rename("mase_chosen")
    pairs = scored[scored["method"] != chosen].join(own, on=keys, how="inner")
    table = pairs.groupby(["scope", "method"])[["mase", "mase_chosen"]].mean().reset_index()
    return table[table["mase"] < table["mase_chosen"]].reset_index(drop=True)


def calibration(forecasts: pd.DataFrame, method: str) -> pd.DataFrame:
    """Set the measured coverage of a method's bands beside the nominal one.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`, of one region.
    method : str
        Method used as the baseline.

    Returns
    -------
    pandas.DataFrame
        One row for each scope ("economy", "region") and level: scope, level (per cent), nominal, measured (shares),
        forecasts (number; those of neighbouring origins and of one year share their shocks, so they say less than as
        many independent ones), factor (smallest factor on the distance of the bounds from the forecast at which they
        cover the nominal share; below 1 if they are wider than they need be; bands without width, of series that
        never changed, are left out of it), measured_widened (share covered with the factor of `widening`).

    Raises
    ------
    InputError
        If the backtest has no forecasts of that method, or a forecast has two rows.
    """
    check_once(forecasts, KEYS, "the backtest")
    chosen = forecasts[forecasts["method"] == method]
    if chosen.empty:
        raise InputError(f"the backtest has no forecasts by {method}: run it with that method first")
    factors = {(scope, level): _factor(part, level) for scope, part in chosen.groupby("scope") for level in LEVELS}
    wide = _widened(chosen, float(np.nanmax([1.0, *factors.values()])))
    rows = [
        {
            "scope": scope,
            "level": level,
            "nominal": level / 100,
            "measured": float(_inside(part, level).mean()),
            "forecasts": len(part),
            "factor": factors[scope, level],
            "measured_widened": float(_inside(wide.loc[part.index], level).mean()),
        }
        for scope, part in chosen.groupby("scope")
        for level in LEVELS
    ]
    return pd.DataFrame(rows)


def widening(forecasts: pd.DataFrame, method: str) -> float:
    """Measure by how much the bands must grow for the past to lie inside them as often as they say.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`, of one region.
    method : str
        Method used as the baseline.

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
    return max(1.0, float(calibration(forecasts, method)["factor"].max()))


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


def _scaled_error(forecasts: pd.DataFrame) -> pd.Series:
    scale = forecasts["scale"].where(forecasts["scale"] > 0)  # a series that never changed has no typical change
    return (forecasts["actual"] - forecasts["forecast"]).abs() / scale


def _inside(forecasts: pd.DataFrame, level: int) -> pd.Series:
    return forecasts["actual"].between(forecasts[f"low_{level}"], forecasts[f"high_{level}"])


def _widened(forecasts: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return forecasts with bands that are wider by a factor."""
    # A hair more, since the factor puts a bound exactly on an actual value.
    reach = factor * (1 + 1e-12)
    bounds = [f"{side}_{level}" for side in ("low", "high") for level in LEVELS]
    middle = forecasts["forecast"]
    return forecasts.assign(**{name: middle + reach * (forecasts[name] - middle) for name in bounds})


def _factor(forecasts: pd.DataFrame, level: int) -> float:
    """Return the quantile of the distance from forecast to actual value, the bound on its side being 1."""
    above = forecasts["actual"] > forecasts["forecast"]
    bound = forecasts[f"high_{level}"].where(above, forecasts[f"low_{level}"])
    width = bound - forecasts["forecast"]
    distance = ((forecasts["actual"] - forecasts["forecast"]) / width.where(width != 0)).dropna()
    return float(np.quantile(distance, level / 100, method="inverted_cdf")) if len(distance) else float("nan")
