"""Which economies and years a fit rests on, which it leaves out and why, and whether they determine it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.gap.equations import design, figures_in
from carec_digital_trade.gap.fitting import dependent, separated
from carec_digital_trade.gap.panel import FIGURE_WORDS, with_terms
from carec_digital_trade.prose import count, listing

Estimator = Literal["ols", "ppml"]


@dataclass(frozen=True)
class Sample:
    """The rows of a fit, and what is fitted to them.

    Attributes
    ----------
    rows : pandas.DataFrame
        Sorted by economy and year, indexed from 0: the columns of `trade_panel`.
    equation, estimator : str
        As for `estimate`.
    economy_effects : bool
        Whether each economy has an effect of its own.
    said : mapping of str to str
        What was left out, a sentence each, by its kind: trade, missing, one_year, separation.
    """

    rows: pd.DataFrame
    equation: str
    estimator: Estimator
    economy_effects: bool
    said: Mapping[str, str]

    @property
    def clusters(self) -> np.ndarray:
        """Number of each row's economy, from 0, shape (rows,)."""
        return pd.factorize(self.rows["iso3"])[0]

    @property
    def economies(self) -> int:
        """Number of economies."""
        return self.rows["iso3"].nunique()

    @property
    def terms(self) -> list[str]:
        """Regressors besides the constant and the effects."""
        return self._design[1]

    @property
    def regressors(self) -> np.ndarray:
        """Terms, constant and effects of years, shape (rows, columns)."""
        return self._design[0].to_numpy()

    @property
    def effects(self) -> np.ndarray:
        """A dummy for each economy but the first if each has an effect, shape (rows, economies - 1), or nothing."""
        if not self.economy_effects:
            return np.empty((len(self.rows), 0))
        return np.eye(self.economies)[self.clusters][:, 1:]

    @cached_property
    def _design(self) -> tuple[pd.DataFrame, list[str]]:
        return design(self.equation, self.rows)

    def with_effects(self, regressors: np.ndarray) -> np.ndarray:
        """Return other regressors with the dummies of the economies beside them, shape (rows, columns)."""
        return np.column_stack([regressors, self.effects])

    def explained_first(self) -> tuple[list[str], np.ndarray]:
        """Return the constant, the effects and then the terms: in this order a column that says nothing is looked for.

        Returns
        -------
        list of str, numpy.ndarray, shape (rows, columns)
            Names and columns; an effect's name ends with its year or economy in brackets.
        """
        terms = len(self.terms)
        economies = [f"[T.{code}]" for code in self.rows["iso3"].unique()[1:]] if self.economy_effects else []
        names = [*self._design[0].columns[terms:], *economies, *self.terms]
        return names, np.column_stack([self.regressors[:, terms:], self.effects, self.regressors[:, :terms]])

    def _keep(self, kept: np.ndarray, kind: str, sentence: str) -> "Sample":
        """Return the sample with the rows marked true, shape (rows,), and one more thing said."""
        return replace(self, rows=self.rows[kept].reset_index(drop=True), said={**self.said, kind: sentence})


def estimation_sample(
    panel: pd.DataFrame, equation: str, estimator: Estimator = "ols", economy_effects: bool = False
) -> Sample:
    """Return the rows that an estimator can use.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it; its terms are made anew from its figures.
    equation, estimator, economy_effects
        As for `estimate`. OLS needs positive trade, PPML trade that is not negative.

    Returns
    -------
    Sample
        Rows with trade and every figure that the equation rests on.

    Raises
    ------
    InputError
        If the estimator is unknown, the equation cannot be read, an economy has two rows for a year, or no row is left.
    """
    check_choice("estimator", estimator, get_args(Estimator))
    check_once(panel, ["iso3", "year"], "the panel")
    needed = figures_in(equation, panel.columns)
    traded = panel.dropna(subset=["trade"])
    usable = traded[traded["trade"] > 0 if estimator == "ols" else traded["trade"] >= 0]
    rows = usable.dropna(subset=needed).sort_values(["iso3", "year"], ignore_index=True)
    if rows.empty:
        raise InputError(f"no economy has {listing(FIGURE_WORDS.get(name, name) for name in needed)} together")
    figures = rows[needed].select_dtypes("number")
    positive = figures[figures.columns.intersection(["population", "gdp_current_usd"])]
    bad = ~np.isfinite(figures).all(axis=1) | (positive <= 0).any(axis=1)
    if bad.any():
        row = rows[bad].iloc[0]
        raise InputError(
            f"the panel's row of {row['iso3']}, {row['year']} has a figure that is infinite, or population or GDP that "
            "is not positive"
        )
    said = {}
    if len(traded) > len(usable):
        sign = "zero or negative, which has no logarithm" if estimator == "ols" else "negative"
        said["trade"] = f"Left out because trade is {sign}: {count(len(traded) - len(usable), 'row')}."
    if len(usable) > len(rows):
        missing = count(len(usable) - len(rows), "row")
        said["missing"] = f"Left out because a regressor is missing: {missing} with trade."
    return Sample(with_terms(rows), equation, estimator, economy_effects, said)


def usable(panel: pd.DataFrame, equation: str, estimator: Estimator = "ols") -> pd.DataFrame:
    """Return the rows that an equation can be fitted to, sorted by economy and year.

    Parameters
    ----------
    panel, equation, estimator
        As for `estimation_sample`.

    Returns
    -------
    pandas.DataFrame
        In the columns of the panel.
    """
    return estimation_sample(panel, equation, estimator).rows


def identified(sample: Sample) -> Sample:
    """Leave out what a fit can say nothing about, and refuse an equation that the rest cannot determine.

    Left out are rows that a Poisson fit predicts perfectly, and economies with one row if each has an effect of its own
    (Correia 2015).

    Parameters
    ----------
    sample : Sample
        As `estimation_sample` returns it.

    Returns
    -------
    Sample
        On which the fit exists.

    Raises
    ------
    InputError
        If there are no more economies than terms (the clustered covariance of more is singular), no more rows than
        coefficients, trade does not vary, or those before it explain a term or an effect; the sentence names it.
    """
    if sample.estimator == "ppml":
        sample = _without_separated(sample)
    if sample.economy_effects:
        sample = _without_single_years(sample)
    economies, terms = sample.economies, len(sample.terms)
    if economies <= terms:
        raise InputError(
            f"an estimate of {terms} terms with standard errors clustered by economy needs more than "
            f"{count(terms, 'economy', 'economies')}, and {count(economies, 'economy has', 'economies have')} rows "
            "that can be used: take more economies"
        )
    names, columns = sample.explained_first()
    have = f"{count(len(columns), 'row')} of {count(economies, 'economy', 'economies')}"
    if len(columns) <= len(names):
        raise InputError(
            f"{have} cannot determine {len(names)} coefficients, effects of years and economies counted: take more "
            "economies or years"
        )
    if sample.rows["trade"].nunique() == 1:
        raise InputError(f"trade is the same in all {have}: there is nothing to explain")
    if (found := dependent(columns)) is not None:
        level = re.search(r"\[T\.(.+)\]$", names[found])
        name = f"the effect of {level[1]}" if level else names[found].replace("Intercept", "the constant")
        raise InputError(
            f"{name} cannot be told from the other terms and effects in the {have} that can be used: leave it out, or "
            "take more economies or years"
        )
    return sample


def _without_single_years(sample: Sample) -> Sample:
    counts = sample.rows.groupby("iso3")["year"].transform("size").to_numpy()
    if (counts > 1).all():
        return sample
    if (counts == 1).all():
        raise InputError(
            "every economy has one year only, and with an effect of its own it needs two: take more years, or leave "
            "economy effects out"
        )
    alone = ", ".join(sample.rows.loc[counts == 1, "iso3"])
    said = f"{alone} has one year only and is left out of the fit with economy effects."
    return sample._keep(counts > 1, "one_year", said)


def _without_separated(sample: Sample) -> Sample:
    bad = separated(sample.rows["trade"].to_numpy(), sample.with_effects(sample.regressors))
    if not bad.any():
        return sample
    if bad.all():
        raise InputError("trade is zero in every row that can be used: there is nothing to explain")
    names = ", ".join(sample.rows.loc[bad, "iso3"].unique())
    said = (
        f"Separation: zeros predicted perfectly ({names}, {count(int(bad.sum()), 'row')}) drive an effect to minus "
        "infinity; they are left out, and the other coefficients stay as they are."
    )
    return sample._keep(~bad, "separation", said)
