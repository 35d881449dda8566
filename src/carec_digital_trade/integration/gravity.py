"""Gravity: what size, distance and ties would lead one to expect of each pair, and whether a region trades more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, attempt, check_choice
from carec_digital_trade.integration.pairs import SIDES
from carec_digital_trade.integration.ppml import PoissonFit, bootstrapped, poisson, without_effects
from carec_digital_trade.metrics.wild_bootstrap import wild_p, wild_weights
from carec_digital_trade.threads import one_thread

Cluster = Literal["pair", "two_way", "leverage"]
"""What the errors are clustered by: the unordered pair, exporter and importer, or the pair, corrected for leverage."""

LEVEL = 0.95
"""Of the intervals."""
EFFECTS = "exporter + importer"
_LEAST_LEFT = 1e-9
"""Part of a term's variation that the effects must leave."""
_UNREACHED = 1e-9
"""Fitted flow over the mean one, below which a zero is taken for separated."""


@dataclass(frozen=True)
class Gravity:
    """A gravity equation fitted by PPML, with an effect for each exporter and each importer.

    Attributes
    ----------
    equation : str
        Such as "value ~ log_distance + contiguous | exporter + importer".
    cluster : str
        "pair" or "two_way".
    coefficients : pandas.DataFrame
        One row a term: term, coefficient, standard_error, low, high, p (by the chosen clusters), two_way_error and
        pair_error. NaN for a term that was dropped.
    flows : pandas.DataFrame
        The rows that it rests on: exporter, importer, value, fitted; fitted and actual values have the same sum for
        each exporter and each importer.
    dropped : mapping of str to str
        Term to the reason for which it is left out of the fit.
    observations, zeros, economies, clusters : int
        Rows, those of them without trade, economies in them, clusters of the chosen kind (the fewer of two).
    silent, singletons, separated : int
        Rows left out: of exporters and importers without any trade; of those with one row; where a dropped term's pairs
        do not trade at all. Zeros that are fitted as good as perfectly count as separated, too, but stay.
    explained : float
        Share of the deviance explained, beyond a constant (Cameron and Windmeijer 1996).
    """

    equation: str
    cluster: str
    coefficients: pd.DataFrame
    flows: pd.DataFrame
    dropped: Mapping[str, str]
    observations: int
    zeros: int
    economies: int
    clusters: int
    silent: int
    singletons: int
    separated: int
    explained: float


def equation(terms: Sequence[str]) -> str:
    """Return the equation of trade on terms and the effects, as `gravity` reads it."""
    return f"value ~ {' + '.join(terms)} | {EFFECTS}"


@one_thread
def gravity(pairs: pd.DataFrame, equation: str, cluster: Cluster = "leverage", start: Gravity | None = None) -> Gravity:
    """Estimate a gravity equation by PPML with exporter and importer effects.

    Trade in levels, zeros kept (Santos Silva and Tenreyro 2006); the effects stand for everything that makes an economy
    trade much or little with all others: its size, income, tariffs, remoteness (Yotov and others 2016).

    Parameters
    ----------
    pairs : pandas.DataFrame
        As `gravity_pairs` returns it.
    equation : str
        "value ~ TERM + TERM | exporter + importer", the terms being numeric columns of the pairs.
    cluster : {"pair", "two_way", "leverage"}
        Of the errors; those by pair that are corrected for leverage hold the truth as often as they state
        (``benchmarks/gravity.py``), where the others are somewhat narrow.
    start : Gravity, optional
        A fit of the same pairs on other terms, near which the search begins; the result does not depend on it.

    Returns
    -------
    Gravity
        As described there.

    Raises
    ------
    InputError
        If the equation is none, names a column that there is not or one without effect of its own beside another, or
        no term is left.
    """
    check_choice("cluster", cluster, Cluster.__args__)
    asked = _prepared(pairs, equation)
    used = [term for term in asked.terms if term not in asked.dropped]
    kept, means = asked.kept, None
    if start is not None and start.flows[SIDES].equals(kept[SIDES]):
        means = np.zeros(asked.counts.shape)
        means[asked.counts] = start.flows["fitted"].clip(lower=_UNREACHED * start.flows["fitted"].mean())
    values = asked.values[[asked.terms.index(term) for term in used]]
    fit = poisson(asked.flows, values, asked.counts, asked.numbers, means)
    fitted = kept[[*SIDES, "value"]].assign(fitted=fit.fitted[asked.counts])
    unreached = (fitted["value"] == 0) & (fitted["fitted"] < _UNREACHED * fitted["value"].mean())
    return Gravity(
        equation=equation,
        cluster=cluster,
        coefficients=_coefficients(fit, used, asked.terms, cluster),
        flows=fitted,
        dropped=asked.dropped,
        observations=len(kept),
        zeros=int((kept["value"] == 0).sum()),
        economies=len(set(kept["exporter"].unique()) | set(kept["importer"].unique())),
        clusters=fit.fewer if cluster == "two_way" else fit.clusters,
        silent=asked.silent,
        singletons=asked.singletons,
        separated=asked.separated + int(unreached.sum()),
        explained=1 - fit.deviance / fit.null_deviance,
    )


@one_thread
def bootstrap_p(pairs: pd.DataFrame, equation: str, terms: Sequence[str], draws: int = 499) -> pd.Series:
    """Ask of terms that stand for few pairs, as for a region's, whether they are told from zero.

    Parameters
    ----------
    pairs, equation
        As for `gravity`.
    terms : sequence of str
        Some of the equation's.
    draws : int
        Of the wild cluster bootstrap of scores (Kline and Santos 2012), by unordered pair; their seed is always the
        same.

    Returns
    -------
    pandas.Series
        p by term; NaN for a term that was dropped, is the only one, or without which there is no fit.

    Raises
    ------
    InputError
        As in `gravity`.
    """
    asked = _prepared(pairs, equation)
    used = [term for term in asked.terms if term not in asked.dropped]
    values = asked.values[[asked.terms.index(term) for term in used]]
    weights = wild_weights(len(np.unique(asked.numbers[asked.counts])), draws)
    found = {}
    for term in used if len(used) > 1 else ():
        if term in terms:
            place = (asked.flows, values, asked.counts, asked.numbers, used.index(term), weights)
            statistics = attempt(bootstrapped, *place)
            found[term] = np.nan if isinstance(statistics, InputError) else wild_p(statistics)
    return pd.Series(found, dtype=float).reindex(terms)


class _Prepared(NamedTuple):
    """What a fit is made of: the rows kept, in order, in arrays of exporters by importers, and what is left out."""

    kept: pd.DataFrame
    terms: list[str]
    dropped: dict[str, str]
    flows: np.ndarray
    values: np.ndarray
    counts: np.ndarray
    numbers: np.ndarray
    silent: int
    singletons: int
    separated: int


def _prepared(pairs: pd.DataFrame, equation: str) -> _Prepared:
    terms = _terms(equation, pairs)
    kept, silent, singletons = _trading(pairs)
    dropped, separated = {}, 0
    for term in terms:
        there = kept[term] != 0
        if there.any() and (kept[term].isin([0, 1])).all() and not kept.loc[there, "value"].any():
            dropped[term] = "none of its pairs trades"
            separated += int(there.sum())
            kept, more_silent, more_single = _trading(kept[~there])
            silent, singletons = silent + more_silent, singletons + more_single
    places, flows, values, counts, numbers = _arrays(kept, terms)
    left = without_effects(values, counts.astype(float))
    for term, own, freed in zip(terms, values, left, strict=True):
        if term not in dropped and (freed**2).sum() <= _LEAST_LEFT * (np.where(counts, own, 0.0) ** 2).sum():
            dropped[term] = "the effects of the economies leave nothing of it"
    if len(dropped) == len(terms):
        raise InputError(f"no term of the equation can be estimated: {'; '.join(map(': '.join, dropped.items()))}")
    return _Prepared(
        kept.iloc[np.lexsort(places[::-1])],
        terms,
        dropped,
        flows,
        values,
        counts,
        numbers,
        silent,
        singletons,
        separated,
    )


def _terms(equation: str, pairs: pd.DataFrame) -> list[str]:
    left, tilde, right = (part.strip() for part in equation.partition("~"))
    named, _, effects = (part.strip() for part in right.partition("|"))
    terms = [term.strip() for term in named.split("+")]
    if (left, tilde) != ("value", "~") or sorted(map(str.strip, effects.split("+"))) != SIDES:
        raise InputError(f"the equation must read 'value ~ log_distance + … | {EFFECTS}', not {equation!r}")
    for term in terms:
        if term not in pairs or not pd.api.types.is_numeric_dtype(pairs[term]):
            known = ", ".join(column for column in pairs if column not in (*SIDES, "value"))
            raise InputError(f"there is no term {term!r}: use those of {known}")
        if terms.count(term) > 1:
            raise InputError(f"the equation names {term} twice: name each term once")
    return terms


def _trading(pairs: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """Leave out exporters and importers without trade, and those with one row, until none is left; count the rows."""
    silent = singletons = 0
    while True:
        grouped = [pairs.groupby(side)["value"] for side in SIDES]
        totals, rows = ([each.transform(what) for each in grouped] for what in ("sum", "size"))
        no_trade = (totals[0] == 0) | (totals[1] == 0)
        single = ~no_trade & ((rows[0] == 1) | (rows[1] == 1))
        if not no_trade.any() and not single.any():
            return pairs, silent, singletons
        silent, singletons = silent + int(no_trade.sum()), singletons + int(single.sum())
        pairs = pairs[~no_trade & ~single]
        if pairs.empty:
            raise InputError("no trade is left to estimate gravity from: take in more economies")


def _arrays(
    pairs: pd.DataFrame, terms: Sequence[str]
) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return each pair's place, and arrays of exporters by importers.

    They hold the flows, the terms, which pairs count, and the number of the unordered pair.
    """
    places, codes = zip(*(pd.factorize(pairs[side], sort=True) for side in SIDES), strict=True)
    shape = tuple(map(len, codes))
    counts = np.zeros(shape, dtype=bool)
    counts[places] = True
    stacked = np.zeros((len(terms) + 1, *shape))
    stacked[(slice(None), *places)] = pairs[["value", *terms]].to_numpy(dtype=float).T
    economies = codes[0].union(codes[1])
    one, other = np.meshgrid(*map(economies.get_indexer, codes), indexing="ij")
    numbers = np.minimum(one, other) * len(economies) + np.maximum(one, other)
    return places, stacked[0], stacked[1:], counts, numbers


def _coefficients(fit: PoissonFit, used: Sequence[str], terms: Sequence[str], cluster: str) -> pd.DataFrame:
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  (slow to import, and needed only here)

    pair, both = (np.sqrt(np.diag(each).clip(0)) for each in (fit.by_pair, fit.two_way))
    error, clusters = (both, fit.fewer) if cluster == "two_way" else (pair, fit.clusters)
    if cluster == "leverage":
        error = np.sqrt(np.diag(fit.leverage))
    reach = stdtrit(clusters - 1, (1 + LEVEL) / 2) * error
    with np.errstate(divide="ignore"):
        chance = 2 * stdtr(clusters - 1, -np.abs(fit.coefficients / error))
    frame = pd.DataFrame(
        {
            "term": used,
            "coefficient": fit.coefficients,
            "standard_error": error,
            "low": fit.coefficients - reach,
            "high": fit.coefficients + reach,
            "p": chance,
            "pair_error": pair,
            "two_way_error": both,
        }
    )
    return frame.set_index("term").reindex(terms).rename_axis("term").reset_index()
