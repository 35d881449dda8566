"""Which figures of a scenario are uncertain, and between what bounds do they lie?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.effects import TRADE_ELASTICITY, Effect, fill_bounds

ELASTICITY = "trade elasticity"
"""Name of the factor."""
_STRONGEST = -100.0
"""Of the trade elasticity: far beyond the literature."""


@dataclass(frozen=True)
class Factor:
    """An uncertain figure with a triangular distribution.

    Attributes
    ----------
    name : str
        Lever, or "trade elasticity".
    low, central, high : float
        Bounds and mode.
    """

    name: str
    low: float
    central: float
    high: float

    def quantile(self, probability: np.ndarray) -> np.ndarray:
        """Return quantiles of the same shape as the probabilities."""
        width = self.high - self.low
        if width == 0:
            return np.full_like(probability, self.central)
        split = (self.central - self.low) / width
        rising = self.low + np.sqrt(probability * width * (self.central - self.low))
        falling = self.high - np.sqrt((1 - probability) * width * (self.high - self.central))
        return np.where(probability < split, rising, falling)


def make_factors(
    effects: Mapping[str, Effect | None], elasticity: float | Sequence[float], relative_uncertainty: float
) -> tuple[Factor, ...]:
    """Return the uncertain figures of a scenario.

    Parameters
    ----------
    effects : mapping of str to Effect or None
        By lever.
    elasticity : float or three floats
        Trade elasticity: low, central and high, or one figure.
    relative_uncertainty : float
        Assumption for bounds that are not published.

    Returns
    -------
    tuple of Factor
        Those of the levers that have an effect, then the trade elasticity.

    Raises
    ------
    InputError
        If the elasticity is not negative, the relative uncertainty is out of range, or it takes a trade cost below
        nothing.
    """
    triple = (elasticity,) if isinstance(elasticity, int | float) else tuple(elasticity)
    if len(triple) not in (1, 3) or list(triple) != sorted(triple) or not _STRONGEST <= triple[0] <= triple[-1] < 0:
        raise InputError(
            f"the trade elasticity is {elasticity}: it must be negative, above {_STRONGEST:g}, one figure or low, "
            f"central and high such as {list(TRADE_ELASTICITY)}"
        )
    nan = float("nan")
    low, central, high = triple if len(triple) == 3 else (nan, triple[0], nan)
    figures = {name: effect.bounds(relative_uncertainty) for name, effect in effects.items() if effect is not None}
    for name, (lowest, _, _) in figures.items():
        if effects[name].kind.startswith("cost") and not lowest > -100:
            raise InputError(
                f"lever {name}: with the relative uncertainty of {relative_uncertainty:g} its effect on trade cost "
                f"reaches {lowest:g} per cent: give a lower bound above -100, or a smaller uncertainty"
            )
    figures[ELASTICITY] = fill_bounds(low, central, high, relative_uncertainty)
    return tuple(Factor(name, *bounds) for name, bounds in figures.items())
