"""Does an economy trade less than others of its size and income, by a fit to all others without economy effects?"""

import math

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, check_once
from carec_digital_trade.gap.equations import EQUATION, figures_in
from carec_digital_trade.gap.fitting import leave_one_out_ols, leave_one_out_ppml, undetermined
from carec_digital_trade.gap.panel import YEARS_BACK, lacking
from carec_digital_trade.gap.sample import Estimator, Sample, estimation_sample, identified
from carec_digital_trade.metrics import rank_correlation
from carec_digital_trade.regions import REFERENCE_YEAR, Region
from carec_digital_trade.threads import one_thread

RATIO = "actual_over_expected"
ANSWERS = {"yes": 1.0, "not known": math.nan, "no": 0.0}
"""Whether a member lags, and how results.csv says it, those first that do."""


def expected_trade(
    panel: pd.DataFrame,
    year: int = REFERENCE_YEAR,
    equation: str = EQUATION,
    estimator: Estimator = "ols",
    level: float = 0.9,
    predicted: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compare each economy's trade with what the other economies lead one to expect.

    The prediction comes from a fit without any row of the economy. OLS in logs predicts a median, so that about half of
    all economies trade more; PPML predicts a mean, which a few large traders pull above what most economies trade:
    compare its ratios with each other (`percentile`) rather than with one.

    The ends of the interval are ratios of actual over expected of other economies, each left out of its own fit: with G
    economies those of rank G(1-level)/2, rounded down, from either end (a jackknife prediction interval, see Barber,
    Candès, Ramdas and Tibshirani 2021). It needs no distribution, and holds the effect that each economy has of its
    own. In logs it is equally wide for every economy; `interval_coverage` shows where that fits.

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
    predicted : pandas.DataFrame, optional
        What `predictions` gives for the same panel, equation and estimator, which serves every year; made by default.

    Returns
    -------
    pandas.DataFrame
        One row an economy of the panel: iso3, year_used, actual, expected, low and high (USD million),
        actual_over_expected, ratio_low and ratio_high (actual over high and over low), position (below, within or
        above the interval), percentile (% of the economies shown that have a smaller ratio),
        expected_mean (USD million; by OLS the median times the mean ratio of the other economies, Duan 1983, "Smearing
        estimate: a nonparametric retransformation method", by PPML expected itself), population (persons),
        gdp_per_person (USD), note (why another year or nothing is shown). An economy that cannot be shown has missing
        numbers.

    Raises
    ------
    InputError
        If an option is unknown, the equation cannot be read, an economy and year comes twice, the rows do not determine
        the fits, no economy can be shown, or too few for the level.
    """
    predicted = predictions(panel, equation, estimator) if predicted is None else predicted
    compared = _comparison(shown_in(predicted, year), level, estimator)
    return _with_notes(compared, panel, year, figures_in(equation, panel.columns))


@one_thread
def predictions(panel: pd.DataFrame, equation: str = EQUATION, estimator: Estimator = "ols") -> pd.DataFrame:
    """Predict the trade of each economy and year from the fit without that economy.

    Parameters
    ----------
    panel, equation, estimator
        As for `expected_trade`, errors included.

    Returns
    -------
    pandas.DataFrame
        The rows that can be fitted, by iso3 and year, in the columns of the panel, with expected (USD million) besides.
    """
    sample = identified(estimation_sample(panel, equation, estimator))
    return sample.rows.assign(expected=_predictions(sample))


def shown_in(predicted: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the row of each economy in a year, or its last at most `YEARS_BACK` before.

    Parameters
    ----------
    predicted : pandas.DataFrame
        As from `predictions`.
    year : int
        To show.

    Returns
    -------
    pandas.DataFrame
        One row an economy.

    Raises
    ------
    InputError
        If no economy has any.
    """
    window = predicted[predicted["year"].between(year - YEARS_BACK, year)]
    if window.empty:
        known = predicted["year"]
        raise InputError(
            f"no economy has trade and all regressors from {year - YEARS_BACK} to {year}: "
            f"choose a year from {known.min()} to {known.max()}"
        )
    return window.groupby("iso3").tail(1)


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


def lagging(ready: pd.DataFrame, scored: pd.DataFrame, expected: pd.DataFrame | InputError) -> pd.DataFrame:
    """Ask which members lag behind the median economy in readiness, in trade against expectation, and in both.

    Parameters
    ----------
    ready : pandas.DataFrame
        Members, as from `readiness.members_readiness`.
    scored : pandas.DataFrame
        All economies, as from `readiness.scores`.
    expected : pandas.DataFrame
        All economies, as from `expected_trade`, or the error that says why there are none (see `errors.attempt`).

    Returns
    -------
    pandas.DataFrame
        A row for each member, those of a region that lag in both first: the columns of ``ready``, actual_over_expected,
        ratio_low, ratio_high, position, and in_readiness, in_trade, in_both ("yes", "no", or "not known" where missing
        data leave it open).
    """
    readiness, trade = everybody(scored, expected)[["median_of_all_readiness", "median_of_all_ratio"]].iloc[0]
    frame = ready.merge(_ratios(expected), on="iso3", how="left")
    frame["in_readiness"] = _behind(frame["readiness_low"], frame["readiness_high"], readiness)
    frame["in_trade"] = _behind(frame[RATIO], frame[RATIO], trade)
    both = frame[["in_readiness", "in_trade"]]
    frame["in_both"] = np.select([both.eq("yes").all(axis=1), both.eq("no").any(axis=1)], ["yes", "no"], "not known")
    order = frame.assign(place=frame["region"].factorize()[0], answer=frame["in_both"].map(list(ANSWERS).index))
    return frame.loc[order.sort_values(["place", "answer", RATIO], kind="stable").index].reset_index(drop=True)


def everybody(scored: pd.DataFrame, expected: pd.DataFrame | InputError) -> pd.DataFrame:
    """Compare readiness and trade against expectation over all economies.

    Parameters
    ----------
    scored, expected : pandas.DataFrame
        As for `lagging`.

    Returns
    -------
    pandas.DataFrame
        One row: rank_correlation (Spearman's, with the 95% interval of Bonett and Wright 2000 in ``_low`` and
        ``_high``; missing where fewer than four economies have both, or all have the same score),
        median_of_all_readiness, median_of_all_ratio.
    """
    ratios = _ratios(expected)
    both = scored.merge(ratios, on="iso3")
    found = rank_correlation(both["score"], both[RATIO])
    row = {
        "rank_correlation": found.value,
        "rank_correlation_low": found.low,
        "rank_correlation_high": found.high,
        "median_of_all_readiness": scored["score"].median(),
        "median_of_all_ratio": ratios[RATIO].median(),
    }
    return pd.DataFrame([row])


def _predictions(sample: Sample) -> np.ndarray:
    """Predict each row's trade from the fit without its economy, shape (rows,)."""
    trade, regressors, clusters = sample.rows["trade"].to_numpy(), sample.regressors, sample.clusters
    if (alone := undetermined(regressors, clusters)) is not None:
        raise InputError(
            f"the fit without {sample.rows['iso3'].unique()[alone]} is not determined by the other economies, because "
            "a term varies in it alone or it is the only one in a year: leave the term, the year or the economy out"
        )
    if sample.estimator == "ols":
        coefficients = leave_one_out_ols(np.log(trade), regressors, clusters)
    else:
        coefficients = leave_one_out_ppml(trade, regressors, clusters)
    return np.exp(np.einsum("ij,ij->i", regressors, coefficients[clusters]))


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


def _comparison(shown: pd.DataFrame, level: float, estimator: Estimator) -> pd.DataFrame:
    ratio = shown["trade"] / shown["expected"]
    low, high = _spread(ratio.to_numpy(), level)
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
            "expected_mean": shown["expected"] * (_smearing(ratio) if estimator == "ols" else 1),
            "population": shown["population"],
            "gdp_per_person": shown["gdp_current_usd"] / shown["population"],
        }
    )


def _smearing(ratio: pd.Series) -> pd.Series:
    """Return for each economy the mean ratio of the others, by which a median becomes a mean (Duan 1983)."""
    return (ratio.sum() - ratio) / (len(ratio) - 1)


def _with_notes(table: pd.DataFrame, panel: pd.DataFrame, year: int, columns: list[str]) -> pd.DataFrame:
    """Add the economies that cannot be shown, and say why these, or another year, are what they are."""
    economies = panel["iso3"].drop_duplicates().sort_values()
    full = table.merge(economies, on="iso3", how="right").astype({"year_used": "Int64"})
    other = full.loc[full["year_used"].ne(year).fillna(True), ["iso3", "year_used"]]
    window = panel[panel["year"].between(year - YEARS_BACK, year) & panel["iso3"].isin(other["iso3"])]
    rows_of, notes = dict(iter(window.groupby("iso3"))), {}
    for place, code, used in other.itertuples():
        shown, first = ("not shown", year - YEARS_BACK) if used is pd.NA else (f"{used} is shown", year)
        rows = rows_of.get(code, window[:0])
        why = lacking(rows[rows["year"] >= first], columns) or "positive trade together with every regressor"
        notes[place] = f"{shown}: no {why} " + (f"in {year}" if first == year else f"from {first} to {year}")
    return full.assign(note=pd.Series(notes, full.index, dtype="str").fillna(""))


def _ratios(expected: pd.DataFrame | InputError) -> pd.DataFrame:
    columns = {"iso3": "str", RATIO: float, "ratio_low": float, "ratio_high": float, "position": "str"}
    if isinstance(expected, InputError):
        return pd.DataFrame(columns=list(columns)).astype(columns)
    return expected[list(columns)]


def _behind(low: pd.Series, high: pd.Series, median: float) -> np.ndarray:
    """Say yes where even the highest value is below the median, no where even the lowest is not."""
    return np.select([high < median, low >= median], ["yes", "no"], "not known")
