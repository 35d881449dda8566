"""Poisson pseudo-maximum likelihood of a bilateral table with an effect for each exporter and each importer."""

from dataclasses import dataclass

import numpy as np

from carec_digital_trade.errors import InputError

_TOLERANCE = 1e-12
"""Change of the deviance, over the flows, at which the fit has converged."""
_BALANCED = 1e-10
"""Largest relative difference of an economy's fitted and actual total then; beyond it there is only rounding."""
_MOST_STEPS = 100
_LEAST_FREE = 0.05
"""Part of a residual that its own flow is taken to leave free, at least."""
_COLLINEAR = 1e-9
"""Part of a term's weighted variation that the effects, or the other terms, must leave."""


@dataclass(frozen=True)
class PoissonFit:
    """A fit of flows y[i, j] = exp(a[i] + b[j] + sum over k of z[k, i, j] c[k]) over the pairs that count.

    Attributes
    ----------
    coefficients : numpy.ndarray
        c, of shape (terms,).
    by_pair, two_way : numpy.ndarray
        Covariance of c, of shape (terms, terms), clustered by unordered pair, and by exporter and by importer (Cameron,
        Gelbach and Miller 2011), each times G / (G - 1), G being the clusters, the fewer of the two ways.
    leverage : numpy.ndarray
        As by_pair, each residual over one less its leverage (after HC3 of MacKinnon and White 1985), since clustered
        errors are too small with two sets of effects.
    fitted : numpy.ndarray
        Of shape (exporters, importers); 0 for the pairs that do not count. It adds up to the flows of each exporter and
        of each importer.
    clusters, fewer : int
        Unordered pairs; exporters or importers, whichever are fewer.
    deviance, null_deviance : float
        Of the fit, and of one with a constant only.
    steps : int
        Of iteratively reweighted least squares.
    """

    coefficients: np.ndarray
    by_pair: np.ndarray
    two_way: np.ndarray
    leverage: np.ndarray
    fitted: np.ndarray
    clusters: int
    fewer: int
    deviance: float
    null_deviance: float
    steps: int


def poisson(
    flows: np.ndarray, terms: np.ndarray, counts: np.ndarray, pairs: np.ndarray, start: np.ndarray | None = None
) -> PoissonFit:
    """Fit flows on terms and two sets of effects.

    Iteratively reweighted least squares, in which the effects are taken out of the terms exactly: with two sets of
    them that is a linear system of the size of one. The estimator is that of Santos Silva and Tenreyro (2006), the
    standard errors are robust to any variance, and somewhat too small with two sets of effects (Weidner and Zylkin
    2021), unless corrected for leverage: see ``benchmarks/gravity.py``.

    Parameters
    ----------
    flows : numpy.ndarray
        y, at least 0, of shape (exporters, importers); each exporter and importer has a flow above 0.
    terms : numpy.ndarray
        z, of shape (terms, exporters, importers); at least one.
    counts : numpy.ndarray
        Which pairs count, booleans of shape (exporters, importers).
    pairs : numpy.ndarray
        Number of the unordered pair, integers from 0, of shape (exporters, importers).
    start : numpy.ndarray, optional
        Fitted flows near which the search begins, above 0 where pairs count; the result does not depend on it.

    Returns
    -------
    PoissonFit
        As described there.

    Raises
    ------
    InputError
        If the terms cannot be told apart from each other and the effects, or the fit does not converge.
    """
    y = np.where(counts, flows, 0.0)
    # The effects take up what this takes out, and sums of what is left lose no digits.
    terms = without_effects(terms, counts.astype(float))
    fitted = np.where(counts, (y + y.sum() / counts.sum()) / 2 if start is None else start, 0.0)
    before, flat = np.inf, terms.reshape(len(terms), -1)
    for step in range(1, _MOST_STEPS + 1):
        with np.errstate(divide="ignore", invalid="ignore"):
            working = np.where(counts, np.log(fitted) + y / fitted - 1, 0.0)
        effects = _Effects(fitted)
        coefficients = _weighted(flat, working, fitted, effects)
        rest = working - (coefficients @ flat).reshape(y.shape)
        with np.errstate(over="ignore"):
            fitted = np.where(counts, np.exp(working - rest + effects.of(rest * fitted)), 0.0)
        deviance = _deviance(y, fitted, counts)
        if not np.isfinite(deviance):
            break
        if abs(before - deviance) <= _TOLERANCE * y.sum() and _off(fitted, y) <= _BALANCED:
            return _with_errors(y, fitted, counts, pairs, terms, coefficients, deviance, step)
        before = deviance
    raise InputError("the Poisson estimate does not converge: give fewer terms, or more economies that trade")


def without_effects(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return what weighted least squares on the two sets of effects leaves.

    Parameters
    ----------
    values : numpy.ndarray
        Of shape (number, exporters, importers).
    weights : numpy.ndarray
        Of shape (exporters, importers), at least 0, and above 0 somewhere in each row and column.

    Returns
    -------
    numpy.ndarray
        As the values; 0 where the weight is 0.
    """
    effects = _Effects(weights)
    return np.array([np.where(weights > 0, each - effects.of(each * weights), 0.0) for each in values])


def bootstrapped(
    flows: np.ndarray, terms: np.ndarray, counts: np.ndarray, pairs: np.ndarray, term: int, weights: np.ndarray
) -> np.ndarray:
    """Return Wald's statistic of one term's coefficient of zero in samples whose pairs are weighted.

    As `metrics.wild_statistics`, which says what is done, but with the effects taken out and not one column each.

    Parameters
    ----------
    flows, terms, counts, pairs : numpy.ndarray
        As for `poisson`; at least two terms.
    term : int
        Which.
    weights : numpy.ndarray, shape (draws, unordered pairs)
        Of each pair that counts, in the order of its number, in each draw.

    Returns
    -------
    numpy.ndarray, shape (draws,)
        Likewise.

    Raises
    ------
    InputError
        As in `poisson`, of the fit without the term.
    """
    null = poisson(flows, np.delete(terms, term, axis=0), counts, pairs).fitted
    effects, freed = _Effects(null), without_effects(terms, null)
    flat = freed.reshape(len(terms), -1)
    bread = np.linalg.inv((flat * null.ravel()) @ flat.T)
    own = np.tensordot(bread[term], freed, axes=1)
    number = np.unique(pairs[counts], return_inverse=True)[1]
    residual, found = np.where(counts, flows - null, 0.0), []
    for drawn in weights:
        sample = residual.copy()
        sample[counts] *= drawn[number]
        moved = effects.of(sample) + np.tensordot(bread @ (flat @ sample.ravel()), freed, axes=1)
        left = np.bincount(number, (own * (sample - null * moved))[counts])
        found.append((own * sample).sum() ** 2 / (left @ left))
    return np.array(found)


class _Effects:
    """Exporter and importer effects by weighted least squares: a linear system of the size of one set."""

    def __init__(self, weights: np.ndarray) -> None:
        self.rows, self.weights = weights.sum(axis=1), weights
        columns = weights.sum(axis=0)
        system = np.diag(columns) - weights.T @ (weights / self.rows[:, None])
        # One effect is free: this sets the importers' mean to zero.
        self._inverse = np.linalg.inv(system + columns.mean() / len(columns))

    def leverages(self) -> np.ndarray:
        """Return what the effects alone contribute to the leverage of each pair, over its weight."""
        to_importers = self.weights @ self._inverse
        of_exporter = 1 / self.rows + (to_importers * self.weights).sum(axis=1) / self.rows**2
        return of_exporter[:, None] - 2 * to_importers / self.rows[:, None] + np.diag(self._inverse)[None, :]

    def of(self, weighted: np.ndarray) -> np.ndarray:
        """Return the sum of both effects of values, which are given times their weights."""
        exporters, importers = self.split(weighted.sum(axis=1), weighted.sum(axis=0))
        return exporters[:, None] + importers[None, :]

    def split(self, by_row: np.ndarray, by_column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the effects from weighted sums by exporter and by importer, of shape (..., exporters or importers)."""
        importers = (by_column - (by_row / self.rows) @ self.weights) @ self._inverse
        return (by_row - importers @ self.weights.T) / self.rows, importers


def _weighted(flat: np.ndarray, working: np.ndarray, fitted: np.ndarray, effects: _Effects) -> np.ndarray:
    """Return the coefficients of weighted least squares on the terms, the effects taken out of all sums."""
    weighted = flat * fitted.ravel()
    stacked = weighted.reshape(-1, *fitted.shape)
    by_row, by_column = stacked.sum(axis=2), stacked.sum(axis=1)
    of_terms = effects.split(by_row, by_column)
    with_terms, with_working = weighted @ flat.T, weighted @ working.ravel()
    taken = of_terms[0] @ by_row.T + of_terms[1] @ by_column.T
    own = working * fitted
    taken_working = of_terms[0] @ own.sum(axis=1) + of_terms[1] @ own.sum(axis=0)
    return np.linalg.solve(_told_apart(with_terms - taken, with_terms), with_working - taken_working)


def _with_errors(
    y: np.ndarray,
    fitted: np.ndarray,
    counts: np.ndarray,
    pairs: np.ndarray,
    terms: np.ndarray,
    coefficients: np.ndarray,
    deviance: float,
    steps: int,
) -> PoissonFit:
    freed = without_effects(terms, fitted)
    flat = freed.reshape(len(terms), -1)
    bread = np.linalg.inv((flat * fitted.ravel()) @ flat.T)
    scores = np.where(counts, freed * (y - fitted), 0.0)
    used, number = np.unique(pairs[counts], return_inverse=True)
    own = fitted * (_Effects(fitted).leverages() + np.einsum("kij,kl,lij->ij", freed, bread, freed))
    enlarged = scores / np.clip(1 - own, _LEAST_FREE, 1)
    sums, corrected = (
        np.array([np.bincount(number, score[counts], len(used)) for score in each]) for each in (scores, enlarged)
    )
    sides = [scores.sum(axis=axis) for axis in (2, 1)]
    flat = scores.reshape(len(terms), -1)
    both = sum(side @ side.T for side in sides) - flat @ flat.T
    fewer = int(min(counts.any(axis=1).sum(), counts.any(axis=0).sum()))
    return PoissonFit(
        coefficients=coefficients,
        by_pair=_sandwich(bread, sums @ sums.T, len(used)),
        two_way=_sandwich(bread, both, fewer),
        leverage=_sandwich(bread, corrected @ corrected.T, len(used)),
        fitted=fitted,
        clusters=len(used),
        fewer=fewer,
        deviance=deviance,
        null_deviance=_deviance(y, np.where(counts, y.sum() / counts.sum(), 0.0), counts),
        steps=steps,
    )


def _told_apart(left: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return the matrix that the effects leave of the terms', or say that it determines nothing."""
    spread = np.sqrt(np.diag(whole))
    scaled = left / np.outer(spread, spread)
    if not np.isfinite(scaled).all() or np.linalg.eigvalsh(scaled)[0] < _COLLINEAR:
        raise InputError(
            "the terms cannot be told apart from each other and the effects of exporters and importers: leave one out, "
            "or take in more economies"
        )
    return left


def _off(fitted: np.ndarray, y: np.ndarray) -> float:
    """Return by how much the fitted totals of an exporter or importer are off, at most."""
    return max(np.abs(fitted.sum(axis=axis) / y.sum(axis=axis) - 1).max() for axis in (0, 1))


def _sandwich(bread: np.ndarray, meat: np.ndarray, clusters: int) -> np.ndarray:
    return bread @ meat @ bread * (clusters / (clusters - 1) if clusters > 1 else np.nan)


def _deviance(y: np.ndarray, fitted: np.ndarray, counts: np.ndarray) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(y > 0, y * np.log(np.where(y > 0, y, 1.0) / fitted), 0.0)
    return 2 * float(np.where(counts, logs - (y - fitted), 0.0).sum())
