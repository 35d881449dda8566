"""Which figures of a scenario are uncertain, and how are they drawn: effects, the trade elasticity, the right study?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.effects import Effect, check_uncertainty

TRADE_ELASTICITY = (-5.0, -4.0, -3.7, -2.8)
"""What is documented in the table ``effects``, each equally likely, and all of it for goods."""
ELASTICITY = "trade elasticity"
"""Name of the factor."""
STUDY = "_study"
"""Ending of the name of the factor that says which study of a lever is right."""

_STRONGEST = -100.0
"""Of the trade elasticity: far beyond the literature."""


@dataclass(frozen=True)
class Factor:
    """An uncertain figure, of an effect: a triangular distribution with its bounds and mode, or a uniform one."""

    name: str
    low: float
    central: float
    high: float
    uniform: bool = False

    def quantile(self, probability: np.ndarray) -> np.ndarray:
        """Return quantiles of the same shape as the probabilities."""
        width = self.high - self.low
        if width == 0:
            return np.full_like(probability, self.central)
        if self.uniform:
            return self.low + width * probability
        split = (self.central - self.low) / width
        rising = self.low + np.sqrt(probability * width * (self.central - self.low))
        falling = self.high - np.sqrt((1 - probability) * width * (self.high - self.central))
        return np.where(probability < split, rising, falling)


@dataclass(frozen=True)
class Choice:
    """One of several values, each with its weight: the trade elasticity, or which study is right (by its number)."""

    name: str
    values: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def low(self) -> float:
        """The smallest value."""
        return min(self.values)

    @property
    def central(self) -> float:
        """The value in the middle, in the order given."""
        return float(self.quantile(np.array([0.5])).item())

    @property
    def high(self) -> float:
        """The largest value."""
        return max(self.values)

    def quantile(self, probability: np.ndarray) -> np.ndarray:
        """Return values, in the order given, of the same shape as the probabilities."""
        shares = np.cumsum(self.weights) / np.sum(self.weights)
        place = np.searchsorted(shares[:-1], probability, side="right")
        return np.array(self.values)[place]


def choose_elasticity(elasticity: float | Sequence[float]) -> Choice:
    """Return the trade elasticity: one figure, or several that are equally likely.

    Raises
    ------
    InputError
        If one is not negative, or far beyond the literature.
    """
    given = (elasticity,) if isinstance(elasticity, int | float) else tuple(elasticity)
    if not given or not all(_STRONGEST <= each < 0 for each in given):
        raise InputError(
            f"the trade elasticity is {elasticity}: it must be negative, above {_STRONGEST:g}, one figure or several "
            f"that are equally likely, such as {list(TRADE_ELASTICITY)}"
        )
    values = tuple(sorted(map(float, given)))
    return Choice(ELASTICITY, values, (1.0,) * len(values))


def make_factors(effects: Mapping[str, Effect], relative_uncertainty: float) -> tuple[Factor, ...]:
    """Return the uncertain figures of effects.

    Parameters
    ----------
    effects : mapping of str to Effect
        By the name of the factor.
    relative_uncertainty : float
        Assumption for bounds that are not published.

    Returns
    -------
    tuple of Factor
        One an effect.

    Raises
    ------
    InputError
        If the relative uncertainty is out of range, or takes a trade cost below nothing.
    """
    check_uncertainty(relative_uncertainty)
    made = []
    for name, effect in effects.items():
        low, central, high = effect.bounds(relative_uncertainty)
        if effect.on_cost and not low > -100:
            raise InputError(
                f"lever {name}: with the relative uncertainty of {relative_uncertainty:g} its effect on trade cost "
                f"reaches {low:g} per cent: give a lower bound above -100, or a smaller uncertainty"
            )
        made.append(Factor(name, float(low), float(central), float(high), effect.drawn is not None))
    return tuple(made)
