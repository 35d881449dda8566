"""Which economies and years an estimate rests on, and which it leaves out and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.gap.separation import separated
from carec_digital_trade.prose import count

Covariate = Literal["internet_users_pct", "fixed_broadband_per_100"]
Estimator = Literal["ols", "ppml"]

FIGURES = ("trade", "population", "gdp_current_usd")
BASE_TERMS = ("log_gdp_per_person", "log_population")
COVARIATE_TERMS = {
    "internet_users_pct": "internet_users_10_points",
    "fixed_broadband_per_100": "fixed_broadband_10_per_100",
}
"""Covariates enter in tens of their unit and not in logarithms: they are bounded by nature, some are zero, and a
logarithm would count a step from 0.1% to 1% of the population as much as one from 10% to 100%."""


@dataclass(frozen=True)
class Sample:
    """The rows of an estimate.

    Attributes
    ----------
    rows : pandas.DataFrame
        Sorted by economy and year, indexed from 0: the columns of `trade_panel` and one for each term.
    terms : tuple of str
        Regressors besides the fixed effects.
    notes : tuple of str
        What was left out, a sentence each.
    """

    rows: pd.DataFrame
    terms: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def clusters(self) -> np.ndarray:
        """Number of each row's economy, from 0, shape (rows,)."""
        return pd.factorize(self.rows["iso3"])[0]

    @property
    def economies(self) -> int:
        """Number of economies."""
        return self.rows["iso3"].nunique()

    @property
    def regressors(self) -> np.ndarray:
        """Terms, constant and effects of all years but the first, shape (rows, terms + years)."""
        years = pd.get_dummies(self.rows["year"], drop_first=True, dtype=float)
        return np.column_stack([self.rows[list(self.terms)], np.ones(len(self.rows)), years])

    def keep(self, kept: np.ndarray, note: str) -> "Sample":
        """Return the sample with the rows marked true, shape (rows,), and one more note."""
        return Sample(self.rows[kept].reset_index(drop=True), self.terms, (*self.notes, note))


def estimation_sample(panel: pd.DataFrame, covariates: Sequence[Covariate], estimator: Estimator) -> Sample:
    """Return the rows that an estimator can use.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    covariates : sequence of {"internet_users_pct", "fixed_broadband_per_100"}
        Terms besides GDP per person and population.
    estimator : {"ols", "ppml"}
        OLS needs positive trade, PPML trade that is not negative.

    Returns
    -------
    Sample
        Rows with trade, population, GDP and every covariate.

    Raises
    ------
    InputError
        If an option is unknown, a covariate is named twice, an economy has two rows for a year, or no row is left.
    """
    check_choice("estimator", estimator, get_args(Estimator))
    for covariate in covariates:
        check_choice("covariate", covariate, get_args(Covariate))
        if list(covariates).count(covariate) > 1:
            raise InputError(f"the covariate {covariate} is named twice: name each once")
    check_once(panel, ["iso3", "year"], "the panel")
    traded = panel.dropna(subset=["trade"])
    usable = traded[traded["trade"] > 0 if estimator == "ols" else traded["trade"] >= 0]
    rows = usable.dropna(subset=[*FIGURES, *covariates]).sort_values(["iso3", "year"], ignore_index=True)
    if rows.empty:
        raise InputError(f"no economy has trade, population, GDP and {', '.join(covariates) or 'a year'} together")
    figures = rows[[*FIGURES, *covariates]]
    bad = ~np.isfinite(figures).all(axis=1) | (figures[["population", "gdp_current_usd"]] <= 0).any(axis=1)
    if bad.any():
        row = rows[bad].iloc[0]
        raise InputError(
            f"the panel's row of {row['iso3']}, {row['year']} has a figure that is infinite, or population or GDP that "
            "is not positive"
        )
    notes = []
    if len(traded) > len(usable):
        sign = "zero or negative, which has no logarithm" if estimator == "ols" else "negative"
        notes.append(f"Left out because trade is {sign}: {count(len(traded) - len(usable), 'row')}.")
    if len(usable) > len(rows):
        notes.append(f"Left out because a regressor is missing: {count(len(usable) - len(rows), 'row')} with trade.")
    return Sample(_with_terms(rows, covariates), (*BASE_TERMS, *(COVARIATE_TERMS[c] for c in covariates)), tuple(notes))


def without_single_years(sample: Sample) -> Sample:
    """Leave out economies with one row, about which a fit with economy effects says nothing (Correia 2015).

    Parameters
    ----------
    sample : Sample
        Any.

    Returns
    -------
    Sample
        Economies with two rows or more.

    Raises
    ------
    InputError
        If none has.
    """
    counts = sample.rows.groupby("iso3")["year"].transform("size").to_numpy()
    if (counts > 1).all():
        return sample
    if (counts == 1).all():
        raise InputError(
            "every economy has one year only, and with an effect of its own it needs two: take more years, or leave "
            "economy effects out"
        )
    alone = ", ".join(sample.rows.loc[counts == 1, "iso3"])
    return sample.keep(counts > 1, f"{alone} has one year only and is left out of the fit with economy effects.")


def without_separated(sample: Sample, regressors: np.ndarray) -> Sample:
    """Leave out the rows that a Poisson fit predicts perfectly.

    Parameters
    ----------
    sample : Sample
        Any.
    regressors : numpy.ndarray, shape (rows, terms)
        Of the fit, fixed effects included.

    Returns
    -------
    Sample
        On which the Poisson fit exists.

    Raises
    ------
    InputError
        If there is none.
    """
    bad = separated(sample.rows["trade"].to_numpy(), regressors)
    if not bad.any():
        return sample
    if bad.all():
        raise InputError("trade is zero in every row that can be used: there is nothing to explain")
    names = ", ".join(sample.rows.loc[bad, "iso3"].unique())
    return sample.keep(
        ~bad,
        f"Separation: zeros predicted perfectly ({names}, {count(int(bad.sum()), 'row')}) drive an effect to minus "
        "infinity; they are left out, and the other coefficients stay as they are.",
    )


def _with_terms(rows: pd.DataFrame, covariates: Sequence[Covariate]) -> pd.DataFrame:
    return rows.assign(
        log_gdp_per_person=np.log(rows["gdp_current_usd"] / rows["population"]),
        log_population=np.log(rows["population"]),
        **{COVARIATE_TERMS[covariate]: rows[covariate] / 10 for covariate in covariates},
    )
