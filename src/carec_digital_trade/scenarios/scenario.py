"""What is asked: a baseline, levers on it, and by how much they change an economy's trade in a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.distance import EVIDENCE_SUPPORT
from carec_digital_trade.scenarios.effects import RELATIVE_UNCERTAINTY
from carec_digital_trade.scenarios.factors import TRADE_ELASTICITY, Choice
from carec_digital_trade.scenarios.policy import Policy, policy
from carec_digital_trade.scenarios.random_walk import Baseline

HORIZON = 2035
_STEEPNESS = 10.0
"""Of the logistic phase-in over its whole length: at a tenth of the way 1% is done, at nine tenths 99%."""
_EFFECT = 4
"""First word of the streams of the effects, after those of the baseline."""


@dataclass(frozen=True)
class Scenario(Policy):
    """A baseline with levers on it over Y years, the levers as in `Policy`.

    Attributes
    ----------
    baseline : Baseline
        Without new policy.
    region : Region
        Whose members.
    years : numpy.ndarray
        Shape (Y,): from the year after the data to the horizon.
    phase : numpy.ndarray
        Shape (K, Y): share of each term's effect that is there, 0 to 1.
    """

    baseline: Baseline
    region: Region
    years: np.ndarray
    phase: np.ndarray

    def with_study(self, study: Choice, number: float) -> "Scenario":
        """Return the same with one study of a lever right for sure, and all else drawn as here."""
        sure = replace(study, weights=tuple(float(value == number) for value in study.values))
        return replace(self, factors=tuple(sure if each == study else each for each in self.factors))

    def step(self, year: int | None = None) -> int:
        """Return the position of a year among the scenario's, by default of the horizon.

        Raises
        ------
        InputError
            If the scenario does not reach it.
        """
        first, last = int(self.years[0]), int(self.years[-1])
        if year is not None and not first <= year <= last:
            raise InputError(f"the scenario has no year {year}: it covers {first} to {last}")
        return (last if year is None else year) - first

    def effect_draws(self, draws: int, seed: int) -> np.ndarray:
        """Draw the levers' effects on log trade of a whole gap of one unit, as in `simulate`: shape (K, D)."""
        values = {}
        for number, factor in enumerate(self.factors):
            stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_EFFECT, number)))
            values[factor.name] = factor.quantile(stream.random(draws))
        return self.unit_effects(values)

    def log_change(
        self, economy: int, step: int, effects: np.ndarray, closure: np.ndarray | None = None
    ) -> np.ndarray | None:
        """Return the change of one economy's log trade in one year.

        Parameters
        ----------
        economy, step : int
            Positions among the baseline's members and among the scenario's years.
        effects : numpy.ndarray
            Shape (K, D), as from `effect_draws`.
        closure : numpy.ndarray, optional
            Shape (K,): share of each term's gap that is closed; by default as the levers say.

        Returns
        -------
        numpy.ndarray or None
            Shape (D,); None if nothing reaches the economy in that year.
        """
        weights = self.phase[:, step] * (self.closure if closure is None else closure) * self.reach[:, economy]
        amplifies, amplified = self.amplifies, self.amplified
        if not weights[~amplifies].any():
            return None
        direct, raised, raising = (
            _combine(weights, effects, which) for which in (~amplifies & ~amplified, amplified & ~amplifies, amplifies)
        )
        return direct + raised * (1.0 + raising)


def scenario(
    baseline: Baseline,
    region: Region,
    benchmark: Region,
    levers: Mapping[str, Any] | Sequence[Any],
    horizon: int = HORIZON,
    trade_elasticity: float | Sequence[float] = TRADE_ELASTICITY,
    relative_uncertainty: float = RELATIVE_UNCERTAINTY,
    support: float = EVIDENCE_SUPPORT,
    studies: Mapping[str, float] | None = None,
    vintage: str = BUNDLED,
) -> Scenario:
    """Put levers on a baseline.

    Parameters
    ----------
    baseline : Baseline
        Of the region's members.
    region, benchmark : Region
        Whose gap to whom.
    levers : mapping or sequence
        As `lever_set` takes them: those of a `preset`, or a list of `lever`; none for the baseline alone. An optional
        one that does not act on the baseline's measure is left out.
    horizon : int
        Last year.
    trade_elasticity : float or sequence of floats
        Negative: one figure, or several that are equally likely.
    relative_uncertainty : float
        Assumption for bounds that are not published: share of the central figure.
    support : float
        As in `indicators.gaps`.
    studies : mapping of str to float, optional
        Study to its weight, for levers of whose effects one is drawn: by default all are equally likely, and once one
        of a lever's is given, those that are not have none.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    Scenario
        Ready to simulate.

    Raises
    ------
    InputError
        If the horizon is not after the data, the elasticity is not negative, a lever's effect was not estimated on
        the baseline's measure and no spillover is assumed, a phase-in starts before the data end, levers overlap,
        regulation is to raise an effect of connectivity that it was not estimated with, or trade would grow out of all
        bounds.
    """
    check_horizon(baseline, horizon)
    asked = policy(
        baseline, region, benchmark, levers, trade_elasticity, relative_uncertainty, support, studies, vintage
    )
    years = np.arange(baseline.base_year + 1, horizon + 1)
    acting = [asked.levers[term.lever] for term in asked.terms]
    phase = [phase_in(years, each.last_year_without(baseline.base_year), each.end, each.phase) for each in acting]
    return Scenario(
        **{each.name: getattr(asked, each.name) for each in fields(asked)},
        baseline=baseline,
        region=region,
        years=years,
        phase=np.array(phase).reshape(-1, len(years)),
    )


def check_horizon(baseline: Baseline, horizon: int) -> None:
    """Refuse a last year that is not after the data."""
    if horizon <= baseline.base_year:
        raise InputError(f"the horizon {horizon} must lie after the last year of the data, {baseline.base_year}")


def phase_in(years: np.ndarray, start: int, end: int, shape: str = "linear") -> np.ndarray:
    """Return how much of an effect is there in each year.

    Parameters
    ----------
    years : numpy.ndarray
        Shape (Y,).
    start, end : int
        Last year without an effect and first year with all of it; the same year means all of it in the year after.
    shape : {"linear", "logistic"}
        How it grows in between.

    Returns
    -------
    numpy.ndarray
        Shape (Y,): 0 to 1, rising, exactly 0 up to the start and exactly 1 from the end on.
    """
    if start == end:
        return (years > start).astype(float)
    done = np.clip((years - start) / (end - start), 0, 1)
    if shape == "linear":
        return done
    low, high = _logistic(0.0), _logistic(1.0)
    return (_logistic(done) - low) / (high - low)


def _logistic(done: np.ndarray | float) -> np.ndarray:
    return 1 / (1 + np.exp(-_STEEPNESS * (np.asarray(done) - 0.5)))


def _combine(weights: np.ndarray, effects: np.ndarray, which: np.ndarray) -> np.ndarray | float:
    """Return the weighted sum over the terms asked for, elementwise over draws so that no order of sums changes."""
    total: np.ndarray | float = 0.0
    for term in np.flatnonzero(which & (weights != 0)):
        total = total + weights[term] * effects[term]
    return total
