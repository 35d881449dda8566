"""How does digital trade vary with income, population and connectivity over all economies and years?

Log trade on the terms of an equation, such as log GDP per person, log population and year effects, by ordinary least
squares or by Poisson pseudo-maximum likelihood (Santos Silva and Tenreyro 2006, "The log of gravity"), with and without
economy effects. Standard errors are clustered by economy with the factor G/(G-1) x (N-1)/(N-K), where K counts terms
and years but not the economy effects, which are nested in the clusters; tests and intervals use t with G-1 degrees of
freedom (Cameron and Miller 2015, "A practitioner's guide to cluster-robust inference").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
from scipy import stats

from carec_digital_trade.gap.equation import COVARIATE_TERMS, EQUATION
from carec_digital_trade.gap.fitting import Fit, fit_equation, with_economy_dummies
from carec_digital_trade.gap.identification import check_identified, cluster_note, dependent, design
from carec_digital_trade.gap.sample import (
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
    equation : str
        Such as `equation.EQUATION`.
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
    said : mapping of str to str
        Sentences by kind: what was left out (trade, missing, one_year, separation), few_clusters, each covariate's
        term, reset, few_traders, not_causal.
    """

    equation: str
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
    said: Mapping[str, str]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said."""
        return tuple(self.said.values())


def estimate(
    panel: pd.DataFrame,
    equation: str = EQUATION,
    estimator: Estimator = "ols",
    economy_effects: bool = False,
) -> Estimate:
    """Estimate the trade equation.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    equation : str
        A formula of log_trade as statsmodels reads it, of columns of the panel; see `with_covariates`.
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
        If an option is unknown, the equation cannot be read, an economy and year comes twice, or the rows that are left
        do not determine the coefficients.
    """
    sample = _fitted_sample(panel, equation, estimator, economy_effects)
    fit = fit_equation(sample, sample.regressors, estimator, economy_effects)
    table = _coefficient_table(sample, fit)
    reset_f, reset_p = _reset(sample, fit, estimator, economy_effects)
    return Estimate(
        equation=equation,
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
        said={
            **sample.said,
            **cluster_note(sample),
            **_covariate_notes(table),
            "reset": _reset_note(reset_p),
            **(_weight_note(sample) if estimator == "ppml" else {}),
            "not_causal": NOT_CAUSAL,
        },
    )


def estimates(panel: pd.DataFrame, equations: Sequence[str]) -> list[Estimate]:
    """Estimate equations by OLS and PPML, without and with economy effects.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    equations : sequence of str
        As for `estimate`; one that comes twice is estimated once.

    Returns
    -------
    list of Estimate
        Four for each equation, in order.

    Raises
    ------
    InputError
        As `estimate` does.
    """
    return [
        estimate(panel, equation, estimator, effects)
        for equation in dict.fromkeys(equations)
        for estimator in get_args(Estimator)
        for effects in (False, True)
    ]


def _fitted_sample(panel: pd.DataFrame, equation: str, estimator: Estimator, economy_effects: bool) -> Sample:
    sample = estimation_sample(panel, equation, estimator)
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


def _weight_note(sample: Sample) -> dict[str, str]:
    """Say that a few economies carry the Poisson fit, if they do; the clusters are then fewer than they seem."""
    trade = sample.rows.groupby("iso3")["trade"].sum().sort_values(ascending=False)
    half = int((trade.cumsum() < trade.sum() / 2).sum()) + 1
    if half >= _FEW:
        return {}
    return {
        "few_traders": f"Half of the trade is that of {half} economies, and PPML weighs by trade: with so few that "
        "count, its intervals are too narrow and its RESET rejects too often."
    }


def _reset_note(p: float) -> str:
    if np.isnan(p):
        return "RESET cannot be computed: the rows do not determine a further term."
    if p < 1 - CONFIDENCE:
        return f"RESET rejects the functional form (p = {p:.3f}): constant elasticities do not describe all economies."
    return f"RESET does not reject the functional form (p = {p:.3f})."


def _covariate_notes(table: pd.DataFrame) -> dict[str, str]:
    """Say the sign and the size of each covariate, whatever they are."""
    rows = table[table["term"].isin(COVARIATE_TERMS.values())]
    return {
        row.term: f"{row.term} comes out {'positive' if row.coefficient > 0 else 'negative'} at {row.coefficient:+.3f} "
        f"({CONFIDENCE:.0%} interval {row.low:+.3f} to {row.high:+.3f}), "
        f"{'distinguishable' if row.low * row.high > 0 else 'not distinguishable'} from zero, with income in."
        for row in rows.itertuples()
    }
