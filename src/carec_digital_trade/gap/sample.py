"""Which economies and years an estimate rests on, and which it leaves out and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.gap.equation import design, figures_in, with_terms
from carec_digital_trade.gap.panel import FIGURE_WORDS
from carec_digital_trade.gap.separation import separated
from carec_digital_trade.prose import count, listing

Estimator = Literal["ols", "ppml"]


@dataclass(frozen=True)
class Sample:
    """The rows of an estimate.

    Attributes
    ----------
    rows : pandas.DataFrame
        Sorted by economy and year, indexed from 0: the columns of `trade_panel`.
    equation : str
        Such as `equation.EQUATION`.
    said : mapping of str to str
        What was left out, a sentence each, by its kind: trade, missing, one_year, separation.
    """

    rows: pd.DataFrame
    equation: str
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
    def columns(self) -> list[str]:
        """Names of the regressors."""
        return list(self._design[0])

    @property
    def regressors(self) -> np.ndarray:
        """Terms, constant and effects, shape (rows, columns)."""
        return self._design[0].to_numpy()

    @cached_property
    def _design(self) -> tuple[pd.DataFrame, list[str]]:
        return design(self.equation, self.rows)

    def keep(self, kept: np.ndarray, kind: str, sentence: str) -> "Sample":
        """Return the sample with the rows marked true, shape (rows,), and one more thing said."""
        return Sample(self.rows[kept].reset_index(drop=True), self.equation, {**self.said, kind: sentence})


def estimation_sample(panel: pd.DataFrame, equation: str, estimator: Estimator) -> Sample:
    """Return the rows that an estimator can use.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it; its terms are made anew from its figures.
    equation : str
        Such as `equation.EQUATION`.
    estimator : {"ols", "ppml"}
        OLS needs positive trade, PPML trade that is not negative.

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
    return Sample(with_terms(rows), equation, said)


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
    said = f"{alone} has one year only and is left out of the fit with economy effects."
    return sample.keep(counts > 1, "one_year", said)


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
        "separation",
        f"Separation: zeros predicted perfectly ({names}, {count(int(bad.sum()), 'row')}) drive an effect to minus "
        "infinity; they are left out, and the other coefficients stay as they are.",
    )
