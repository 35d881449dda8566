"""How near did forecasts of the past come, and by how much must their bands be stretched to hold what they state?

Errors are in logs; the mean absolute scaled error (Hyndman & Koehler 2006) divides by the mean absolute yearly change
up to the origin. Bands are calibrated by conformal prediction (Vovk, Gammerman & Shafer 2005) on the logarithm: one
factor for single economies, measured over all of them, and one for a region's total.
"""

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, check_once
from carec_digital_trade.scenarios.backtest import EVERYBODY, KEYS, LEVELS
from carec_digital_trade.scenarios.random_walk import Baseline


def accuracy(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Summarise a backtest by method.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`.

    Returns
    -------
    pandas.DataFrame
        One row for each scope ("economy", "everybody", "region") and method, best first: forecasts (number), mase (mean
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


def differences(forecasts: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """Set every other method beside the chosen one, on the forecasts that both made.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `backtest`.
    chosen : str
        Method used as the baseline.

    Returns
    -------
    pandas.DataFrame
        One row a scope and method: scope, method, mase, mase_chosen (mean absolute scaled errors), difference (their
        mean over the economies, below zero if the method did better), error (its standard error, the economies taken
        to be independent; missing for a total).

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
    both = ["scope", "method"]
    table = pairs.groupby(both)[["mase", "mase_chosen"]].mean()
    pairs = pairs.assign(difference=pairs["mase"] - pairs["mase_chosen"])
    by_economy = pairs.groupby([*both, "iso3"], dropna=False)["difference"].mean().groupby(both)
    return table.assign(difference=by_economy.mean(), error=by_economy.sem()).reset_index()


def better_rivals(forecasts: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """Return the rows of `differences` with the smaller mean absolute scaled error; none if no method beats it."""
    table = differences(forecasts, chosen)
    return table[table["mase"] < table["mase_chosen"]].reset_index(drop=True)


def calibration(forecasts: pd.DataFrame, method: str) -> pd.DataFrame:
    """Set the measured coverage of a method's bands beside the nominal one.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `rivals` or `backtest`, of one region.
    method : str
        Method used as the baseline.

    Returns
    -------
    pandas.DataFrame
        One row for each scope ("economy", "everybody", "region") and level: scope, level (per cent), nominal, measured
        (shares), forecasts (number; those of neighbouring origins and of one year share their shocks, so they say less
        than as many independent ones), factor (on the distance of the bounds from the forecast: the smallest at which
        they cover the nominal share of the forecasts and one more; below 1 if they are wider than they need be; bands
        without width, of series that never changed, are left out of it), calibrated (share covered with the factor of
        `stretches`).

    Raises
    ------
    InputError
        If the backtest has no forecasts of that method, or a forecast has two rows.
    """
    check_once(forecasts, KEYS, "the backtest")
    chosen = forecasts[forecasts["method"] == method]
    if chosen.empty:
        raise InputError(f"the backtest has no forecasts by {method}: run it with that method first")
    after = calibrated(chosen, *stretches(forecasts, method))
    rows = [
        {
            "scope": scope,
            "level": level,
            "nominal": level / 100,
            "measured": float(_inside(part, level).mean()),
            "forecasts": len(part),
            "factor": _factor(part, level),
            "calibrated": float(_inside(after.loc[part.index], level).mean()),
        }
        for scope, part in chosen.groupby("scope")
        for level in LEVELS
    ]
    return pd.DataFrame(rows)


def stretches(forecasts: pd.DataFrame, method: str) -> tuple[float, float]:
    """Measure by how much the bands must be stretched for the past to lie inside them as often as they say.

    Parameters
    ----------
    forecasts : pandas.DataFrame
        As from `rivals` or `backtest`, of one region.
    method : str
        Method used as the baseline.

    Returns
    -------
    float, float
        For single economies, over all of them where they are in the backtest, and for the regional total: the larger
        of the factors of `calibration`, above or below 1, with which both bands cover at least their nominal share; 1
        if no band has a width.
    """
    chosen = forecasts[forecasts["method"] == method]
    of = dict(list(chosen.groupby("scope")))
    single = of.get(EVERYBODY, of.get("economy", chosen))
    economy, total = (
        float(np.nanmax([each for each in factors if not np.isnan(each)] or [1.0]))
        for factors in ([_factor(part, level) for level in LEVELS] for part in (single, of.get("region", single)))
    )
    return economy, total


def calibrated(forecasts: pd.DataFrame, stretch: float, total_stretch: float) -> pd.DataFrame:
    """Return forecasts with bounds stretched about the forecast, as `simulate` stretches draws about the median."""
    # A hair more, since a factor puts a bound exactly on an actual value.
    reach = np.where(forecasts["scope"] == "region", total_stretch, stretch) * (1 + 1e-12)
    middle = forecasts["forecast"]
    bounds = [f"{side}_{level}" for side in ("low", "high") for level in LEVELS]
    return forecasts.assign(**{name: middle + reach * (forecasts[name] - middle) for name in bounds})


def coverage(base: Baseline) -> pd.DataFrame:
    """Say how often each member's bands held what came.

    Parameters
    ----------
    base : Baseline
        As from `baseline`.

    Returns
    -------
    pandas.DataFrame
        One row a member with forecasts: iso3, forecasts (number), coverage_80, coverage_95 (shares, by the calibrated
        bands), mase; the worst covered first.
    """
    own = base.past[base.past["scope"] == "economy"]
    after = calibrated(own, base.stretch, base.total_stretch)
    inside = {f"coverage_{level}": _inside(after, level) for level in LEVELS}
    groups = after.assign(mase=_scaled_error(after), **inside).groupby("iso3", sort=False)
    table = groups[[*inside, "mase"]].mean()
    table.insert(0, "forecasts", groups.size())
    return table.reset_index().sort_values(["coverage_80", "coverage_95"], kind="stable", ignore_index=True)


def _scaled_error(forecasts: pd.DataFrame) -> pd.Series:
    scale = forecasts["scale"].where(forecasts["scale"] > 0)  # a series that never changed has no typical change
    return (forecasts["actual"] - forecasts["forecast"]).abs() / scale


def _inside(forecasts: pd.DataFrame, level: int) -> pd.Series:
    return forecasts["actual"].between(forecasts[f"low_{level}"], forecasts[f"high_{level}"])


def _factor(forecasts: pd.DataFrame, level: int) -> float:
    """Return the conformal quantile of the distance from forecast to actual value, the bound on its side being 1.

    It is the distance of rank ceil((n + 1) level). Where there are fewer than that, nothing guarantees the coverage: it
    is the largest, and at least 1.
    """
    above = forecasts["actual"] > forecasts["forecast"]
    bound = forecasts[f"high_{level}"].where(above, forecasts[f"low_{level}"])
    width = bound - forecasts["forecast"]
    distance = ((forecasts["actual"] - forecasts["forecast"]) / width.where(width != 0)).dropna()
    if distance.empty:
        return float("nan")
    rank = -(-(len(distance) + 1) * level // 100)
    return float(np.sort(distance)[rank - 1]) if rank <= len(distance) else max(1.0, float(distance.max()))
