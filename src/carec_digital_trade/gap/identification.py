"""Do the rows say what a trade equation asks of them? Rank, rows against coefficients, and clusters."""

import re

import numpy as np

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap.sample import Sample
from carec_digital_trade.prose import count

FEW_CLUSTERS = 30
"""Clusters below which their number misleads (Cameron and Miller 2015 put it between 20 and 50)."""

_DEPENDENT = 1e-8
"""Part of a column's length that rounding leaves over when the columns before it explain all of it."""


def dependent(columns: np.ndarray) -> int | None:
    """Find the first column that those before it explain.

    Parameters
    ----------
    columns : numpy.ndarray, shape (rows, columns)
        With no fewer rows than columns.

    Returns
    -------
    int or None
        Its number; None if the columns are of full rank.
    """
    left_over = np.abs(np.diag(np.linalg.qr(columns, mode="r")))
    found = np.flatnonzero(left_over <= _DEPENDENT * np.linalg.norm(columns, axis=0))
    return int(found[0]) if len(found) else None


def design(sample: Sample, economy_effects: bool) -> np.ndarray:
    """Return the constant, the effects and then the terms.

    Parameters
    ----------
    sample : Sample
        Rows of the fit.
    economy_effects : bool
        Whether each economy but the first has a column of its own, after the years.

    Returns
    -------
    numpy.ndarray, shape (rows, columns)
        In the order in which a column that says nothing new is to be looked for.
    """
    terms = len(sample.terms)
    economies = np.eye(sample.economies)[sample.clusters][:, 1:] if economy_effects else np.empty((len(sample.rows), 0))
    return np.column_stack([sample.regressors[:, terms:], economies, sample.regressors[:, :terms]])


def check_identified(sample: Sample, economy_effects: bool) -> None:
    """Refuse an equation that the rows cannot determine.

    Parameters
    ----------
    sample : Sample
        Rows of the fit.
    economy_effects : bool
        Whether each economy has an effect of its own.

    Raises
    ------
    InputError
        If there are no more economies than terms (the clustered covariance of more is singular), no more rows than
        coefficients, trade does not vary, or those before it explain a term or an effect; the sentence names it.
    """
    rows, terms = sample.rows, sample.terms
    have = f"{count(len(rows), 'row')} of {count(sample.economies, 'economy', 'economies')}"
    if sample.economies <= len(terms):
        raise InputError(
            f"an estimate of {len(terms)} terms with standard errors clustered by economy needs more than "
            f"{count(len(terms), 'economy', 'economies')}, and "
            f"{count(sample.economies, 'economy has', 'economies have')} rows that can be used: take more economies"
        )
    columns = design(sample, economy_effects)
    if len(rows) <= columns.shape[1]:
        raise InputError(
            f"{have} cannot determine {columns.shape[1]} coefficients, effects of years and economies counted: take "
            "more economies or years"
        )
    if rows["trade"].nunique() == 1:
        raise InputError(f"trade is the same in all {have}: there is nothing to explain")
    if (found := dependent(columns)) is not None:
        economies = [f"[T.{code}]" for code in rows["iso3"].unique()[1:]] if economy_effects else []
        name = _words([*sample.columns[len(terms) :], *economies, *terms][found])
        raise InputError(
            f"{name} cannot be told from the other terms and effects in the {have} that can be used: leave it out, or "
            "take more economies or years"
        )


def cluster_note(sample: Sample) -> dict[str, str]:
    """Say that standard errors rest on few economies, if they do.

    Parameters
    ----------
    sample : Sample
        Rows of the fit.

    Returns
    -------
    dict of str to str
        A sentence by its kind, few_clusters, or nothing.
    """
    if sample.economies >= FEW_CLUSTERS:
        return {}
    return {
        "few_clusters": f"Few clusters: with {sample.economies} economies, fewer than {FEW_CLUSTERS}, standard errors "
        "come out too small and intervals too narrow."
    }


def _words(column: str) -> str:
    """Name a column of the regressors, of which an effect's ends with its year or economy in brackets."""
    level = re.search(r"\[T\.(.+)\]$", column)
    return "the constant" if column == "Intercept" else f"the effect of {level[1]}" if level else column
