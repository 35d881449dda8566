"""What there is to compare: trade beside what may go with it, and the equations that its columns allow."""

import ast
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from patsy import ModelDesc, PatsyError, dmatrix

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.metrics import trade
from carec_digital_trade.regions import Region
from carec_digital_trade.vintages import remembered

Measure = Literal["delivered", "deliverable"]
Flow = Literal["total", "exports", "imports"]
Covariate = Literal["internet_users_pct", "fixed_broadband_per_100"]

EQUATION = "log_trade ~ log_gdp_per_person + log_population + C(year)"
"""Size and income of an economy, and what is common to a year."""

COVARIATE_TERMS: dict[Covariate, str] = {
    "internet_users_pct": "internet_users_10_points",
    "fixed_broadband_per_100": "fixed_broadband_10_per_100",
}
"""Covariates enter in tens of their unit and not in logarithms: they are bounded by nature, some are zero, and a
logarithm would count a step from 0.1% to 1% of the population as much as one from 10% to 100%."""

YEARS_BACK = 3
"""An economy without a figure is shown at its last year with all of them, at most so many before."""

SPIKE = 0.5
"""By how much of the neighbouring years' trade a year must differ from both to stand out."""

FIGURE_WORDS = {
    "gdp_current_usd": "GDP",
    "internet_users_pct": "internet use",
    "fixed_broadband_per_100": "broadband",
}

_MADE_FROM = {
    "log_gdp_per_person": ("population", "gdp_current_usd"),
    "log_population": ("population",),
    **{term: (covariate,) for covariate, term in COVARIATE_TERMS.items()},
}


@remembered(maxsize=16)
def trade_panel(measure: Measure = "delivered", flow: Flow = "total", vintage: str = BUNDLED) -> pd.DataFrame:
    """Return trade beside population, GDP and the indicators of connectivity, for reading only.

    Parameters
    ----------
    measure : {"delivered", "deliverable"}
        Digitally delivered trade (WTO) or digitally deliverable services (UNCTAD).
    flow : {"total", "exports", "imports"}
        A total needs both flows.
    vintage : str
        Vintage of the data.

    Returns
    -------
    pandas.DataFrame
        One row an economy and year that either source has: iso3, year, trade (USD million), population (persons),
        gdp_current_usd (USD), internet_users_pct (% of population), fixed_broadband_per_100 (subscriptions per 100
        people), and the terms of `with_terms`. Missing is missing.

    Raises
    ------
    InputError
        If the measure, the flow or the vintage is unknown.
    """
    check_choice("flow", flow, get_args(Flow))
    traded = trade(measure, flow, vintage)[["iso3", "year", "value"]].rename(columns={"value": "trade"})
    indicators = load("panel", vintage)[["iso3", "year", "population", "gdp_current_usd", *COVARIATE_TERMS]]
    return with_terms(traded.merge(indicators, on=["iso3", "year"], how="outer"))


def with_terms(panel: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that an equation may name.

    Parameters
    ----------
    panel : pandas.DataFrame
        trade, population, gdp_current_usd, internet_users_pct, fixed_broadband_per_100.

    Returns
    -------
    pandas.DataFrame
        With log_trade (missing where trade is not positive), log_gdp_per_person, log_population,
        internet_users_10_points and fixed_broadband_10_per_100 besides.
    """
    positive = panel[["trade", "gdp_current_usd", "population"]].where(lambda figures: figures > 0)
    return panel.assign(
        log_trade=np.log(positive["trade"]),
        log_gdp_per_person=np.log(positive["gdp_current_usd"] / positive["population"]),
        log_population=np.log(positive["population"]),
        **{term: panel[covariate] / 10 for covariate, term in COVARIATE_TERMS.items()},
    )


def spikes(panel: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Find trade that stands far above or below that of both neighbouring years, so that it may be one year's.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    shown : pandas.DataFrame
        iso3 and year.

    Returns
    -------
    pandas.DataFrame
        Those rows that do: iso3, year, trade, before and after (USD million).
    """
    trade = panel.set_index(["iso3", "year"])["trade"]
    keys = [(code, int(year)) for code, year in zip(shown["iso3"], shown["year"], strict=True)]
    around = [[trade.get((code, year + step), np.nan) for step in (-1, 0, 1)] for code, year in keys]
    frame = pd.DataFrame(keys, columns=["iso3", "year"])
    frame[["before", "trade", "after"]] = np.array(around, dtype=float).reshape(-1, 3)
    sides = frame[["before", "after"]]
    above = frame["trade"] > (1 + SPIKE) * sides.max(axis="columns", skipna=False)
    below = frame["trade"] < (1 - SPIKE) * sides.min(axis="columns", skipna=False)
    return frame[above | below].reset_index(drop=True)


def lacking(rows: pd.DataFrame, columns: Sequence[str]) -> str:
    """Name the columns that have no value in any of the rows, for a sentence.

    Parameters
    ----------
    rows : pandas.DataFrame
        Some rows of `trade_panel`.
    columns : sequence of str
        Columns that are needed.

    Returns
    -------
    str
        Such as "GDP and population".
    """
    return " and ".join(FIGURE_WORDS.get(column, column) for column in columns if rows[column].isna().all())


def require_disjoint(region: Region, benchmark: Region) -> None:
    """Refuse two regions that share a member.

    Parameters
    ----------
    region, benchmark : Region
        What is to be compared.

    Raises
    ------
    InputError
        If an economy is in both.
    """
    shared = [code for code in region.members if code in benchmark.members]
    if shared:
        raise InputError(
            f"{region.label} and {benchmark.label} share {', '.join(shared)}: "
            "choose regions without a common member, or exclude it from one of them"
        )


def with_covariates(equation: str, covariates: Sequence[str]) -> str:
    """Add the terms of covariates to an equation.

    Parameters
    ----------
    equation : str
        Such as `EQUATION`.
    covariates : sequence of {"internet_users_pct", "fixed_broadband_per_100"}
        In tens of their unit: a coefficient is the change in log trade for ten percentage points more internet users,
        or ten more subscriptions per 100 people.

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
