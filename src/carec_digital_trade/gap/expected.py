"""Does an economy trade less than others of its size and income?

Actual trade over what the trade equation without economy effects predicts when it is fitted to all other economies.
"""

import math

import numpy as np
import pandas as pd
from scipy import stats

from carec_digital_trade.errors import InputError, check_once
from carec_digital_trade.gap.equation import EQUATION, figures_in
from carec_digital_trade.gap.fitting import fit_poisson
from carec_digital_trade.gap.identification import check_identified
from carec_digital_trade.gap.leave_one_out import LeaveOneOut, leave_one_out_ols, leave_one_out_ppml, undetermined
from carec_digital_trade.gap.panel import lacking
from carec_digital_trade.gap.sample import Estimator, Sample, estimation_sample, without_separated
from carec_digital_trade.regions import REFERENCE_YEAR, Region

YEARS_BACK = 3


def expected_trade(
    panel: pd.DataFrame,
    year: int = REFERENCE_YEAR,
    equation: str = EQUATION,
    estimator: Estimator = "ols",
    level: float = 0.9,
) -> pd.DataFrame:
    """Compare each economy's trade with what the other economies lead one to expect.

    The prediction comes from a fit without any row of the economy. OLS in logs predicts a median, so that about half of
    all economies trade more; PPML predicts a mean, which a few large traders pull above what most economies trade:
    compare its ratios with each other (`percentile`) rather than with one.

    The interval takes over the spread of actual over expected among the other economies, each left out of its own fit:
    with G economies its ends are the ratios of rank G(1-level)/2, rounded down, from either end (a jackknife
    prediction interval, see Barber, Candès, Ramdas and Tibshirani 2021). It needs no distribution, and holds the effect
    that each economy has of its own, which the standard error of the regression does not. In logs it is equally wide
    for every economy; `interval_coverage` shows where that fits.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    year : int
        Year to show. An economy without trade or a regressor in it is shown at its last year with all of them, at most
        three back, and predicted with the effect of that year.
    equation : str
        A formula of log_trade, as for `estimate`.
    estimator : {"ols", "ppml"}
        See `estimate`.
    level : float
        Of the prediction interval, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row an economy of the panel: iso3, year_used, actual, expected, low and high (USD million),
        actual_over_expected, ratio_low and ratio_high (actual over high and over low), position (below, within or
        above the interval), percentile (% of the economies shown that have a smaller ratio), population (persons),
        gdp_per_person (USD), note (why another year or nothing is shown). An economy that cannot be shown has missing
        numbers.

    Raises
    ------
    InputError
        If an option is unknown, the equation cannot be read, an economy and year comes twice, the rows do not determine
        the fits, no economy can be shown, or too few for the level.
    """
    sample = estimation_sample(panel, equation, estimator)
    if estimator == "ppml":
        sample = without_separated(sample, sample.regressors)
    check_identified(sample, economy_effects=False)
    predicted = sample.rows.assign(expected=_predictions(sample, estimator))
    shown = _latest(predicted, year)
    low, high = _spread((shown["trade"] / shown["expected"]).to_numpy(), level)
    return _with_notes(_comparison(shown, low, high), panel, year, figures_in(equation, panel.columns))


def members_expected(expected: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return a region's rows of `expected_trade`.

    Parameters
    ----------
    expected : pandas.DataFrame
        As `expected_trade` returns it.
    region : Region
        Any.

    Returns
    -------
    pandas.DataFrame
        One row a member in the region's order, with the columns of `expected_trade`; a member that cannot be shown has
        missing numbers and the reason in note.

    Raises
    ------
    InputError
        If an economy has two rows, or no member can be shown.
    """
    check_once(expected, ["iso3"], "the table of expected trade")
    rows = expected.set_index("iso3").reindex(list(region.members)).reset_index()
    rows["note"] = rows["note"].fillna("not in the data")
    if rows["actual"].isna().all():
        why = ", ".join(f"{row.iso3}: {row.note}" for row in rows.itertuples())
        raise InputError(f"no member of {region.label} has an expected trade ({why}): choose another year or members")
    return rows


def interval_coverage(expected: pd.DataFrame) -> pd.DataFrame:
    """Measure how many left-out economies lie within their prediction interval, and which kind does not.

    Over all economies the share is close to the level by construction, as each is compared with the others. Whether one
    width fits small and large, poor and rich economies is an empirical matter.

    Parameters
    ----------
    expected : pandas.DataFrame
        As `expected_trade` returns it.

    Returns
    -------
    pandas.DataFrame
        One row a group: by (all, population, gdp_per_person), group (all, or lower, middle or upper third), economies,
        inside (economies), coverage (share from 0 to 1).
    """
    check_once(expected, ["iso3"], "the table of expected trade")
    shown = expected.dropna(subset=["actual"])
    inside = shown["position"] == "within"
    groups = [pd.Series("all", index=shown.index, name="all")]
    groups += [
        pd.qcut(shown[column], 3, labels=["lower third", "middle third", "upper third"])
        for column in ("population", "gdp_per_person")
    ]
    blocks = [
        inside.groupby(group, observed=True)
        .agg(economies="size", inside="sum", coverage="mean")
        .rename_axis("group")
        .reset_index()
        .assign(by=group.name)
        for group in groups
    ]
    return pd.concat(blocks, ignore_index=True)[["by", "group", "economies", "inside", "coverage"]]


def equal_coverage(found: pd.DataFrame) -> pd.DataFrame:
    """Test whether thirds of the economies are covered alike.

    Parameters
    ----------
    found : pandas.DataFrame
        As `interval_coverage` returns it.

    Returns
    -------
    pandas.DataFrame
        A row for each division: by (population, gdp_per_person), p (Pearson's chi-square test of equal coverage).
    """
    tests = [
        (by, stats.chi2_contingency([rows["inside"].tolist(), (rows["economies"] - rows["inside"]).tolist()]).pvalue)
        for by, rows in found[found["by"] != "all"].groupby("by", sort=False)
    ]
    return pd.DataFrame(tests, columns=["by", "p"])


def _predictions(sample: Sample, estimator: Estimator) -> np.ndarray:
    """Predict each row's trade from the fit without its economy, shape (rows,)."""
    return np.exp(_leave_one_out(sample, estimator).index)


def _leave_one_out(sample: Sample, estimator: Estimator) -> LeaveOneOut:
    trade, regressors, clusters = sample.rows["trade"].to_numpy(), sample.regressors, sample.clusters
    if (alone := undetermined(regressors, clusters)) is not None:
        raise InputError(
            f"the fit without {sample.rows['iso3'].unique()[alone]} is not determined by the other economies, because "
            "a term varies in it alone or it is the only one in a year: leave the term, the year or the economy out"
        )
    if estimator == "ols":
        return leave_one_out_ols(np.log(trade), regressors, clusters)
    return leave_one_out_ppml(trade, regressors, clusters, fit_poisson(trade, regressors).params)


def _latest(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return each economy's last row in the year and the three before it."""
    window = rows[rows["year"].between(year - YEARS_BACK, year)]
    if window.empty:
        raise InputError(
            f"no economy has trade and all regressors from {year - YEARS_BACK} to {year}: "
            f"choose a year from {rows['year'].min()} to {rows['year'].max()}"
        )
    return window.groupby("iso3").tail(1)


def _spread(ratios: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the low and high ratio for each economy, order statistics of the other economies' ratios."""
    economies = len(ratios)
    if not 0 < level < 1:
        raise InputError(f"level must lie between 0 and 1, such as 0.9, not {level}")
    rank = math.floor(economies * (1 - level) / 2 + 1e-9)  # 200 x 0.05 must not come out as 9
    if rank < 1:
        raise InputError(
            f"a prediction interval of level {level:g} needs {math.ceil(2 / (1 - level))} economies "
            f"and {economies} can be shown: lower the level"
        )
    ordered, own = np.sort(ratios), ratios.argsort().argsort()
    low = np.where(own < rank, ordered[rank], ordered[rank - 1])
    high = np.where(own >= economies - rank, ordered[-rank - 1], ordered[-rank])
    return low, high


def _comparison(shown: pd.DataFrame, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    ratio = shown["trade"] / shown["expected"]
    return pd.DataFrame(
        {
            "iso3": shown["iso3"],
            "year_used": shown["year"],
            "actual": shown["trade"],
            "expected": shown["expected"],
            "low": shown["expected"] * low,
            "high": shown["expected"] * high,
            "actual_over_expected": ratio,
            "ratio_low": ratio / high,
            "ratio_high": ratio / low,
            "position": np.select([ratio < low, ratio > high], ["below", "above"], "within"),
            "percentile": 100 * (ratio.rank(method="min") - 1) / len(ratio),
            "population": shown["population"],
            "gdp_per_person": shown["gdp_current_usd"] / shown["population"],
        }
    )


def _with_notes(table: pd.DataFrame, panel: pd.DataFrame, year: int, columns: list[str]) -> pd.DataFrame:
    """Add the economies that cannot be shown, and say why these, or another year, are what they are."""
    economies = panel["iso3"].drop_duplicates().sort_values()
    full = table.merge(economies, on="iso3", how="right").astype({"year_used": "Int64"})
    by_economy = dict(iter(panel[panel["year"].between(year - YEARS_BACK, year)].groupby("iso3")))
    nothing = panel.iloc[:0]
    full["note"] = [
        _note(by_economy.get(row.iso3, nothing), row.year_used, year, columns) for row in full.itertuples(index=False)
    ]
    return full


def _note(window: pd.DataFrame, year_used: object, year: int, columns: list[str]) -> str:
    if year_used is pd.NA:
        return f"not shown: {_reason(window, columns)} from {year - YEARS_BACK} to {year}"
    if year_used == year:
        return ""
    return f"{year_used} is shown: {_reason(window[window['year'] == year], columns)} in {year}"


def _reason(rows: pd.DataFrame, columns: list[str]) -> str:
    return f"no {lacking(rows, columns) or 'positive trade together with every regressor'}"
