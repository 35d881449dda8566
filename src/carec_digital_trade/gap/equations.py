"""The equations of trade that the columns of the panel allow."""

import ast
from collections.abc import Sequence
from typing import get_args

import numpy as np
import pandas as pd
from patsy import ModelDesc, PatsyError, dmatrix

from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.gap.panel import COVARIATE_TERMS, Covariate

EQUATION = "log_trade ~ log_gdp_per_person + log_population + C(year)"
"""Size and income of an economy, and what is common to a year."""

_MADE_FROM = {
    "log_gdp_per_person": ("population", "gdp_current_usd"),
    "log_population": ("population",),
    **{term: (covariate,) for covariate, term in COVARIATE_TERMS.items()},
}


def with_covariates(equation: str, covariates: Sequence[str]) -> str:
    """Add the terms of covariates to an equation.

    Parameters
    ----------
    equation : str
        Such as `EQUATION`.
    covariates : sequence of str
        Keys of `COVARIATE_TERMS`, in tens of their unit: a coefficient is the change in log trade for ten percentage
        points more internet users, or ten more subscriptions per 100 people.

    Returns
    -------
    str
        The equation as it is where it has the terms already.

    Raises
    ------
    InputError
        If a covariate is unknown or named twice.
    """
    for name in covariates:
        check_choice("covariate", name, get_args(Covariate))
        if list(covariates).count(name) > 1:
            raise InputError(f"the covariate {name} is named twice: name each once")
    there = covariates_in(equation)
    return equation + "".join(f" + {COVARIATE_TERMS[name]}" for name in covariates if name not in there)


def covariates_in(equation: str) -> tuple[Covariate, ...]:
    """Return the covariates whose terms an equation has.

    Parameters
    ----------
    equation : str
        Such as `EQUATION`.

    Returns
    -------
    tuple of str
        In the equation's order.
    """
    named = {term: covariate for covariate, term in COVARIATE_TERMS.items()}
    return tuple(named[term.name()] for term in _parsed(equation).rhs_termlist if term.name() in named)


def slopes_in(equation: str) -> tuple[str, ...]:
    """Return those of income and size that an equation has as terms of their own, whose slopes may differ by year.

    Parameters
    ----------
    equation : str
        Such as `EQUATION`.

    Returns
    -------
    tuple of str
        Of log_gdp_per_person and log_population; empty where the equation has no effects of years.
    """
    names = [term.name() for term in _parsed(equation).rhs_termlist]
    return tuple(name for name in ("log_gdp_per_person", "log_population") if name in names and "C(year)" in names)


def figures_in(equation: str, columns: Sequence[str]) -> list[str]:
    """Return the figures that an equation rests on.

    Parameters
    ----------
    equation : str
        Such as `EQUATION`.
    columns : sequence of str
        Of the panel with its terms.

    Returns
    -------
    list of str
        Columns of `trade_panel`, trade first, in an order that does not depend on that of the terms.

    Raises
    ------
    InputError
        If the equation cannot be read.
    """
    codes = [factor.code for term in _parsed(equation).rhs_termlist for factor in term.factors]
    names = [node.id for code in codes for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)]
    made = [figure for name in names for figure in _MADE_FROM.get(name, (name,)) if figure in columns]
    first = [name for name in ("population", "gdp_current_usd") if name in made]
    return list(dict.fromkeys(["trade", *first, *(name for name in made if name not in ("iso3", "year"))]))


def design(equation: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the columns of an equation's right side, and say which are terms.

    Parameters
    ----------
    equation : str
        Such as `EQUATION`.
    rows : pandas.DataFrame
        Of the panel with its terms, none missing.

    Returns
    -------
    pandas.DataFrame, list of str
        Terms first, then constant and effects, a column each; the names of the terms.

    Raises
    ------
    InputError
        If the equation cannot be read, or names what the rows have not.
    """
    try:
        with np.errstate(all="ignore"):
            made = dmatrix(_parsed(equation), rows, NA_action="raise", return_type="dataframe")
    except PatsyError as error:
        raise _unread(equation, error) from None
    if not np.isfinite(made).all(axis=None):
        raise InputError(f"the equation {equation!r} has a term that is infinite in some row: leave it out")
    kinds = made.design_info.factor_infos
    terms = [
        name
        for term, place in made.design_info.term_slices.items()
        for name in made.columns[place]
        if term.factors and not any(kinds[factor].type == "categorical" for factor in term.factors)
    ]
    return made[[*terms, *(name for name in made if name not in terms)]], terms


def _parsed(equation: str) -> ModelDesc:
    outcome, _, terms = equation.partition("~")
    if outcome.strip() != "log_trade" or not terms.strip():
        raise InputError(f"the equation {equation!r} is none of trade: write it as {EQUATION!r}")
    try:
        return ModelDesc.from_formula(terms)
    except PatsyError as error:
        raise _unread(equation, error) from None


def _unread(equation: str, error: PatsyError) -> InputError:
    why = " ".join(str(error).partition("\n")[0].split()).rstrip(".")
    return InputError(
        f"the equation {equation!r} cannot be read ({why}): write it as {EQUATION!r}, with columns of the panel"
    )
