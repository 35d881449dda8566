"""How does digital trade vary with income, population and connectivity over all economies and years?

Log trade on log GDP per person, log population and year effects, by ordinary least squares or by Poisson pseudo-maximum
likelihood (Santos Silva and Tenreyro 2006, "The log of gravity"), with and without economy effects. Standard errors are
clustered by economy with the factor G/(G-1) x (N-1)/(N-K), where K counts terms and years but not the economy effects,
which are nested in the clusters; tests and intervals use t with G-1 degrees of freedom (Cameron and Miller 2015, "A
practitioner's guide to cluster-robust inference").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from carec_digital_trade.gap.fitting import Fit, fit_equation, with_economy_dummies
from carec_digital_trade.gap.identification import check_identified, cluster_notes, dependent, design
from carec_digital_trade.gap.sample import (
    Covariate,
    Estimator,
    Sample,
    estimation_sample,
    without_separated,
    without_single_years,
)

CONFIDENCE = 0.95
NOT_CAUSAL = (
    "The coefficients are associations in a panel of economies: they do not show what trade would do if income, "
    "population or connectivity were changed."
)

_FEW = 20
"""Clusters below which their number misleads (Cameron and Miller 2015 put it between 20 and 50)."""


@dataclass(frozen=True)
class Estimate:
    """A fitted trade equation.

    Attributes
    ----------
    estimator : str
        "ols" or "ppml".
    economy_effects : bool
        Whether each economy has an effect of its own; year effects are always in.
    coefficients : pandas.DataFrame
        One row a term: term, coefficient, standard_error, low, high (95% interval), t, p, clusters.
    observations, economies, first_year, last_year : int
        What the estimate rests on.
    r2 : float
        Share of the variance of log trade explained (OLS), or of the Poisson deviance (PPML; Cameron and Windmeijer
        1996), all effects included.
    reset_f, reset_p : float
        Ramsey's (1969) test of the functional form: F with 1 and G-1 degrees of freedom of the square of the fitted
        index, with the clustered covariance, as Santos Silva and Tenreyro use it. A cube beside the square finds no
        more in panels like these and rejects a right form too often. NaN where the rows do not determine it.
    notes : tuple of str
        Sentences: what was left out, what comes out, what the estimate does not show.
    """

    estimator: str
    economy_effects: bool
    coefficients: pd.DataFrame
    observations: int
    economies: int
    first_year: int
    last_year: int
    r2: float
    reset_f: float
    reset_p: float
    notes: tuple[str, ...]


def estimate(
    panel: pd.DataFrame,
    covariates: Sequence[Covariate] = (),
    estimator: Estimator = "ols",
    economy_effects: bool = False,
) -> Estimate:
    """Estimate the trade equation.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    covariates : sequence of {"internet_users_pct", "fixed_broadband_per_100"}
        Terms besides log GDP per person and log population, in tens of their unit: a coefficient is the change in log
        trade for ten percentage points more internet users, or ten more subscriptions per 100 people.
    estimator : {"ols", "ppml"}
        PPML keeps zeros, OLS leaves them out.
    economy_effects : bool
        Whether to compare each economy with itself over the years only.

    Returns
    -------
    Estimate
        Coefficients of the terms with what is needed to judge them.

    Raises
    ------
    InputError
        If an option is unknown, a covariate or an economy and year comes twice, or the rows that are left do not
        determine the coefficients.
    """
    sample = _fitted_sample(panel, covariates, estimator, economy_effects)
    fit = fit_equation(sample, sample.regressors, estimator, economy_effects)
    table = _coefficient_table(sample, fit)
    reset_f, reset_p = _reset(sample, fit, estimator, economy_effects)
    return Estimate(
        estimator=estimator,
        economy_effects=economy_effects,
        coefficients=table,
        observations=len(sample.rows),
        economies=sample.economies,
        first_year=int(sample.rows["year"].min()),
        last_year=int(sample.rows["year"].max()),
        r2=fit.r2,
        reset_f=reset_f,
        reset_p=reset_p,
        notes=(
            *sample.notes,
            *cluster_notes(sample),
            *_covariate_notes(table, sample),
            _reset_note(reset_p),
            *(_weight_notes(sample) if estimator == "ppml" else ()),
            NOT_CAUSAL,
        ),
    )


def _fitted_sample(
    panel: pd.DataFrame, covariates: Sequence[Covariate], estimator: Estimator, economy_effects: bool
) -> Sample:
    sample = estimation_sample(panel, covariates, estimator)
    plain = sample.regressors
    if estimator == "ppml":
        sample = without_separated(sample, with_economy_dummies(sample, plain) if economy_effects else plain)
    if economy_effects:
        sample = without_single_years(sample)
    check_identified(sample, economy_effects)
    return sample


def _coefficient_table(sample: Sample, fit: Fit) -> pd.DataFrame:
    shown = len(sample.terms)
    coefficients, errors = fit.coefficients[:shown], np.sqrt(np.diag(fit.covariance)[:shown])
    freedom = sample.economies - 1
    margin = stats.t.ppf((1 + CONFIDENCE) / 2, freedom) * errors
    ratios = coefficients / errors
    return pd.DataFrame(
        {
            "term": sample.terms,
            "coefficient": coefficients,
            "standard_error": errors,
            "low": coefficients - margin,
            "high": coefficients + margin,
            "t": ratios,
            "p": 2 * stats.t.sf(np.abs(ratios), freedom),
            "clusters": sample.economies,
        }
    )


def _reset(sample: Sample, fit: Fit, estimator: Estimator, economy_effects: bool) -> tuple[float, float]:
    """Add the square of the fitted index, standardised for the digits' sake, and test that its coefficient is zero."""
    index = (fit.index - fit.index.mean()) / fit.index.std()
    columns = np.column_stack([design(sample, economy_effects), index**2])
    if len(columns) <= columns.shape[1] or dependent(columns) is not None:
        return np.nan, np.nan
    terms = len(sample.terms)
    regressors = np.insert(sample.regressors, terms, index**2, axis=1)
    start = np.insert(fit.coefficients, terms, 0.0)  # near the answer, which halves the steps
    augmented = fit_equation(sample, regressors, estimator, economy_effects, start)
    statistic = float(augmented.coefficients[terms] ** 2 / augmented.covariance[terms, terms])
    return statistic, float(stats.f.sf(statistic, 1, sample.economies - 1))


def _weight_notes(sample: Sample) -> list[str]:
    """Say that a few economies carry the Poisson fit, if they do; the clusters are then fewer than they seem."""
    trade = sample.rows.groupby("iso3")["trade"].sum().sort_values(ascending=False)
    half = int((trade.cumsum() < trade.sum() / 2).sum()) + 1
    if half >= _FEW:
        return []
    return [
        f"Half of the trade is that of {half} economies, and PPML weighs by trade: with so few that count, its "
        "intervals are too narrow and its RESET rejects too often."
    ]


def _reset_note(p: float) -> str:
    if np.isnan(p):
        return "RESET cannot be computed: the rows do not determine a further term."
    if p < 1 - CONFIDENCE:
        return f"RESET rejects the functional form (p = {p:.3f}): constant elasticities do not describe all economies."
    return f"RESET does not reject the functional form (p = {p:.3f})."


def _covariate_notes(table: pd.DataFrame, sample: Sample) -> list[str]:
    """Say the sign and the size of each term besides GDP per person and population, whatever they are."""
    rows = table[table["term"].isin(sample.terms[2:])]
    return [
        f"{row.term} comes out {'positive' if row.coefficient > 0 else 'negative'} at {row.coefficient:+.3f} "
        f"({CONFIDENCE:.0%} interval {row.low:+.3f} to {row.high:+.3f}), "
        f"{'distinguishable' if row.low * row.high > 0 else 'not distinguishable'} from zero, with income in."
        for row in rows.itertuples()
    ]
