"""By how much do the levers change an economy's trade in a year, in logs?"""

import numpy as np

from carec_digital_trade.scenarios.scenario import Scenario

_EFFECT = 4
"""First word of the streams of the effects, after those of the baseline."""


def effect_draws(scenario: Scenario, draws: int, seed: int) -> np.ndarray:
    """Draw the levers' effects.

    Parameters
    ----------
    scenario : Scenario
        Whose levers.
    draws, seed : int
        As in `simulate`.

    Returns
    -------
    numpy.ndarray
        Shape (L, D): effect on log trade of a whole gap of one unit.
    """
    values = {}
    for number, factor in enumerate(scenario.factors):
        stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_EFFECT, number)))
        values[factor.name] = factor.quantile(stream.random(draws))
    return scenario.unit_effects(values)


def log_change(
    scenario: Scenario, economy: int, step: int, effects: np.ndarray, closure: np.ndarray
) -> np.ndarray | None:
    """Return the change of one economy's log trade in one year.

    Parameters
    ----------
    scenario : Scenario
        Levers, phases and gaps.
    economy, step : int
        Positions among the baseline's members and among the scenario's years.
    effects : numpy.ndarray
        Shape (L, D), as from `effect_draws`.
    closure : numpy.ndarray
        Shape (L,): share of each gap that is closed.

    Returns
    -------
    numpy.ndarray or None
        Shape (D,); None if nothing reaches the economy in that year.
    """
    weights = scenario.phase[:, step] * closure * scenario.reach[:, economy]
    amplifies, amplified = scenario.amplifies, scenario.amplified
    if not weights[~amplifies].any():
        return None
    direct = _combine(weights, effects, ~amplifies & ~amplified)
    return direct + _combine(weights, effects, amplified & ~amplifies) * (1.0 + _combine(weights, effects, amplifies))


def _combine(weights: np.ndarray, effects: np.ndarray, which: np.ndarray) -> np.ndarray | float:
    """Return the weighted sum over the levers asked for, elementwise over draws so that no order of sums changes."""
    total: np.ndarray | float = 0.0
    for lever in np.flatnonzero(which & (weights != 0)):
        total = total + weights[lever] * effects[lever]
    return total
