"""How does digital trade vary with income, population and connectivity over all economies and years?

Log trade on the terms of an equation, such as log GDP per person, log population and year effects, by ordinary least
squares or by Poisson pseudo-maximum likelihood (Santos Silva and Tenreyro 2006, "The log of gravity"), with and without
economy effects. Standard errors are clustered by economy with the factor G/(G-1) x (N-1)/(N-K), where K counts terms
and years but not the economy effects, which are nested in the clusters; tests and intervals use t with G-1 degrees of
freedom (Cameron and Miller 2015, "A practitioner's guide to cluster-robust inference"). As PPML weighs by trade, few
economies may count for its terms: beside their p stands that of a wild cluster bootstrap (Kline and Santos 2012).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
import scipy

from carec_digital_trade.gap.equations import EQUATION
from carec_digital_trade.gap.fitting import dependent, first_step, fit_poisson, newton
from carec_digital_trade.gap.sample import Estimator, Sample, estimation_sample, identified
from carec_digital_trade.metrics.wild_bootstrap import wild_p, wild_statistics, wild_weights
from carec_digital_trade.threads import one_thread

CONFIDENCE = 0.95
FEW_CLUSTERS = 30
"""Clusters below which their number misleads (Cameron and Miller 2015 put it between 20 and 50)."""
COLLINEAR = 10
"""Inflation of a variance from which terms are said to be collinear, a rule of thumb."""
NOT_CAUSAL = (
    "The coefficients are associations in a panel of economies: they do not show what trade would do if income, "
    "population or connectivity were changed."
)

_FEW_TRADERS = 20
"""Likewise, of the economies that have half of the trade, by which a Poisson fit weighs."""


@dataclass(frozen=True)
class Estimate:
    """A fitted trade equation.

    Attributes
    ----------
    equation : str
        Such as `EQUATION`.
    estimator : str
        "ols" or "ppml".
    economy_effects : bool
        Whether each economy has an effect of its own; year effects are always in.
    coefficients : pandas.DataFrame
        One row a term: term, coefficient, standard_error, low, high (95% interval), t, p, bootstrap_p (of PPML, by a
        wild cluster bootstrap of 999 draws with a seed of its own; missing for OLS), inflation (how many times
        collinearity raises its variance; missing with economy effects), clusters.
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
        Sentences by kind: what was left out (trade, missing, one_year, separation), few_clusters, few_traders,
        collinear, not_causal.
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


@dataclass(frozen=True)
class _Fit:
    """Coefficients and their clustered covariance, those of the terms first; fitted log trade; share explained."""

    coefficients: np.ndarray
    covariance: np.ndarray
    index: np.ndarray
    r2: float


@one_thread
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
    sample = identified(estimation_sample(panel, equation, estimator, economy_effects))
    fit = fitted(sample, sample.regressors)
    reset_f, reset_p = _reset(sample, fit)
    return Estimate(
        equation=equation,
        estimator=estimator,
        economy_effects=economy_effects,
        coefficients=_coefficients(sample, fit),
        observations=len(sample.rows),
        economies=sample.economies,
        first_year=int(sample.rows["year"].min()),
        last_year=int(sample.rows["year"].max()),
        r2=fit.r2,
        reset_f=reset_f,
        reset_p=reset_p,
        said={**sample.said, **_few(sample), **_collinear(sample), "not_causal": NOT_CAUSAL},
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


def fitted(sample: Sample, regressors: np.ndarray, start: np.ndarray | None = None) -> _Fit:
    """Fit log trade (OLS) or trade (PPML) on regressors and the effects of economies, which no parameter counts for."""
    trade, clusters = sample.rows["trade"].to_numpy(), sample.clusters
    options = {"cov_type": "cluster", "cov_kwds": {"groups": clusters, "use_correction": False}}
    if sample.estimator == "ppml":
        results = fit_poisson(trade, sample.with_effects(regressors), start, **options)
        index, explained = np.log(results.fittedvalues), 1 - results.deviance / results.null_deviance
    else:
        from statsmodels.regression.linear_model import OLS  # noqa: PLC0415  (a second; most commands fit nothing)

        columns = pd.DataFrame(np.column_stack([np.log(trade), regressors]))
        if sample.economy_effects:  # taken out by demeaning (Frisch, Waugh and Lovell), and the constant with them
            columns = columns.loc[:, columns.nunique() > 1]
            columns = columns - columns.groupby(clusters).transform("mean")
        results = OLS(columns[0].to_numpy(), columns.drop(columns=0).to_numpy()).fit(**options)
        index, explained = np.log(trade) - results.resid, 1 - results.resid.var() / np.log(trade).var()
    rows, parameters = regressors.shape
    factor = sample.economies / (sample.economies - 1) * (rows - 1) / (rows - parameters)
    return _Fit(results.params, factor * results.cov_params(), index, float(explained))


def bootstrap_p(sample: Sample, regressors: np.ndarray, columns: Sequence[int]) -> float:
    """Return the p of coefficients of zero of regressors beside the effects of economies; NaN for OLS."""
    if sample.estimator == "ols":
        return np.nan
    trade, regressors = sample.rows["trade"].to_numpy(), sample.with_effects(regressors)
    others = np.delete(regressors, columns, axis=1)
    means = np.exp(others @ newton(trade, others, first_step(trade, others)))
    weights = wild_weights(sample.economies)
    return wild_p(wild_statistics(trade - means, regressors, means, sample.clusters, columns, weights))


def _coefficients(sample: Sample, fit: _Fit) -> pd.DataFrame:
    shown = len(sample.terms)
    coefficients, errors = fit.coefficients[:shown], np.sqrt(np.diag(fit.covariance)[:shown])
    spread = scipy.stats.t(sample.economies - 1)
    margin = spread.ppf((1 + CONFIDENCE) / 2) * errors
    return pd.DataFrame(
        {
            "term": sample.terms,
            "coefficient": coefficients,
            "standard_error": errors,
            "low": coefficients - margin,
            "high": coefficients + margin,
            "t": coefficients / errors,
            "p": 2 * spread.sf(np.abs(coefficients / errors)),
            "bootstrap_p": [bootstrap_p(sample, sample.regressors, [term]) for term in range(shown)],
            "inflation": _inflation(sample),
            "clusters": sample.economies,
        }
    )


def _inflation(sample: Sample) -> np.ndarray:
    """Return how many times collinearity with the other terms raises each term's variance, years taken out.

    Missing with economy effects. Marquardt (1970), "Generalized inverses, ridge regression, biased linear estimation,
    and nonlinear estimation", Technometrics 12.
    """
    terms = len(sample.terms)
    if sample.economy_effects:
        return np.full(terms, np.nan)
    values, others = sample.regressors[:, :terms], sample.regressors[:, terms:]
    left = values - others @ np.linalg.lstsq(others, values, rcond=None)[0]
    return np.diag(np.linalg.inv(np.atleast_2d(np.corrcoef(left.T))))


def _collinear(sample: Sample) -> dict[str, str]:
    worst = _inflation(sample).max()
    if not worst > COLLINEAR:
        return {}
    said = f"Collinear: the other terms raise a term's variance {worst:.0f} times, so that its interval says little."
    return {"collinear": said}


def _reset(sample: Sample, fit: _Fit) -> tuple[float, float]:
    """Add the square of the fitted index, standardised for the digits' sake, and test that its coefficient is zero."""
    square = ((fit.index - fit.index.mean()) / fit.index.std()) ** 2
    _, columns = sample.explained_first()
    columns = np.column_stack([columns, square])
    if len(columns) <= columns.shape[1] or dependent(columns) is not None:
        return np.nan, np.nan
    terms = len(sample.terms)
    start = np.insert(fit.coefficients, terms, 0.0)  # near the answer, which halves the steps
    augmented = fitted(sample, np.insert(sample.regressors, terms, square, axis=1), start)
    statistic = float(augmented.coefficients[terms] ** 2 / augmented.covariance[terms, terms])
    return statistic, float(scipy.stats.f.sf(statistic, 1, sample.economies - 1))


def _few(sample: Sample) -> dict[str, str]:
    """Say that standard errors rest on few economies, or that a few carry the Poisson fit, which weighs by trade."""
    said = {}
    if sample.economies < FEW_CLUSTERS:
        said["few_clusters"] = (
            f"Few clusters: with {sample.economies} economies, fewer than {FEW_CLUSTERS}, standard errors come out too "
            "small and intervals too narrow."
        )
    trade = sample.rows.groupby("iso3")["trade"].sum().sort_values(ascending=False)
    half = int((trade.cumsum() < trade.sum() / 2).sum()) + 1
    if sample.estimator == "ppml" and half < _FEW_TRADERS:
        said["few_traders"] = (
            f"Half of the trade is that of {half} economies, and PPML weighs by trade: with so few that count, its "
            "intervals are too narrow and its RESET rejects too often."
        )
    return said
