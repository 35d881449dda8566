"""What do the levers do: which effect has each, how much of a gap, and in whom? And what is refused.

d ln T(i, t) = sum over levers of effect x phase(t) x closure x gap(i), where regulation has no effect of its own but
raises that of connectivity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.effects import RELATIVE_UNCERTAINTY, TRADE_ELASTICITY, Effect, log_effect
from carec_digital_trade.scenarios.factors import ELASTICITY, Factor, make_factors
from carec_digital_trade.scenarios.indicators import EVIDENCE_SUPPORT, gaps
from carec_digital_trade.scenarios.levers import Lever, acts_on, applicable
from carec_digital_trade.scenarios.random_walk import Baseline

_MOST = 1e6
"""Times a member's trade: more is a slip of the pen, and would end in numbers too large for the machine."""


@dataclass(frozen=True)
class Policy:
    """L levers on n economies.

    Attributes
    ----------
    members : tuple of str
        The economies (iso3), those of the baseline.
    levers : dict of str to Lever
        By name.
    effects : dict of str to Effect or None
        By lever.
    gaps : pandas.DataFrame
        A row for each lever and member: lever, then the columns of `indicators.gaps`.
    reach : numpy.ndarray
        Shape (L, n): gap up to the support, times the spillover if one is assumed; 0 where a gap is missing or a
        lever has no effect.
    factors : tuple of Factor
        Figures of the levers that have an effect, then the trade elasticity.
    support : float
        As in `indicators.gaps`.
    relative_uncertainty : float
        Of bounds that are not published.
    """

    members: tuple[str, ...]
    levers: dict[str, Lever]
    effects: dict[str, Effect | None]
    gaps: pd.DataFrame
    reach: np.ndarray
    factors: tuple[Factor, ...]
    support: float
    relative_uncertainty: float

    @property
    def closure(self) -> np.ndarray:
        """Share of each lever's gap that is closed: shape (L,)."""
        return np.array([lever.closure for lever in self.levers.values()])

    @property
    def acting(self) -> dict[str, Effect]:
        """The levers that have an effect, with it, by name."""
        return {name: effect for name, effect in self.effects.items() if effect is not None}

    @property
    def amplifies(self) -> np.ndarray:
        """Which levers raise the effect of connectivity in place of having one: shape (L,)."""
        return np.array([_is_amplifier(effect) for effect in self.effects.values()], dtype=bool)

    @property
    def amplified(self) -> np.ndarray:
        """Which levers are of connectivity: shape (L,)."""
        return np.array([lever.family == "connectivity" for lever in self.levers.values()], dtype=bool)

    @property
    def extrapolated(self) -> np.ndarray:
        """Which members' results rest on more than the evidence supports: shape (n,)."""
        if self.gaps.empty:
            return np.zeros(len(self.members), dtype=bool)
        beyond = self.gaps.loc[self.gaps["extrapolated"] & self.gaps["lever"].isin(list(self.acting)), "iso3"]
        return np.isin(self.members, list(beyond))

    @property
    def effective(self) -> list[str]:
        """The levers whose gaps can become trade here: they have an effect, or raise one that is there."""
        direct = [name for name, raises in zip(self.levers, self.amplifies, strict=True) if not raises]
        raised = any(name in self.acting and self.levers[name].family == "connectivity" for name in direct)
        return [name for name in self.acting if name in direct or raised]

    @property
    def beyond_evidence(self) -> list[str]:
        """The members (iso3) of whose gap, on a lever with an effect, most is not turned into trade."""
        if self.gaps.empty:
            return []
        most = (self.gaps["gap_beyond"] > self.gaps["gap_used"]) & self.gaps["lever"].isin(list(self.acting))
        return list(dict.fromkeys(self.gaps.loc[most, "iso3"]))

    def central_effects(self) -> np.ndarray:
        """Return each lever's effect at the central figures, as in `unit_effects`: shape (L, 1)."""
        return self.unit_effects({factor.name: np.array([factor.central]) for factor in self.factors})

    def unit_effects(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return each lever's effect on log trade for a whole gap of one unit.

        Parameters
        ----------
        values : mapping of str to numpy.ndarray
            Factor to its values, shape (D,).

        Returns
        -------
        numpy.ndarray
            Shape (L, D).
        """
        elasticity = values[ELASTICITY]
        effects = np.zeros((len(self.levers), len(elasticity)))
        for row, (name, effect) in enumerate(self.effects.items()):
            if effect is not None:
                cost = self.levers[name].ad_valorem_cost
                effects[row] = log_effect(effect.kind, values[name], elasticity, cost)
        return effects


def policy(
    baseline: Baseline,
    region: Region,
    benchmark: Region,
    levers: Mapping[str, Lever],
    trade_elasticity: float | Sequence[float] = TRADE_ELASTICITY,
    relative_uncertainty: float = RELATIVE_UNCERTAINTY,
    support: float = EVIDENCE_SUPPORT,
    vintage: str = BUNDLED,
) -> Policy:
    """Find what levers would do to the members of a baseline; optional ones that do not act on it are left out.

    Parameters
    ----------
    baseline, region, benchmark, levers, trade_elasticity, relative_uncertainty, support, vintage
        As in `build_scenario`.

    Returns
    -------
    Policy
        Of the levers that are kept.

    Raises
    ------
    InputError
        As in `build_scenario`, but for the horizon.
    """
    levers = applicable(levers, baseline.measure)
    effects = {name: lever.resolved(vintage) for name, lever in levers.items()}
    for name, lever in levers.items():
        _refuse(name, lever, effects, baseline)
    tables = {
        name: gaps(lever.used_indicator, region, benchmark, lever.benchmark, support, vintage)
        for name, lever in levers.items()
    }
    reach = [_reach(tables[name], lever, effects[name], baseline) for name, lever in levers.items()]
    named = [table.assign(lever=name)[["lever", *table.columns]] for name, table in tables.items()]
    found = Policy(
        members=baseline.members,
        levers=levers,
        effects=effects,
        gaps=pd.concat(named, ignore_index=True) if named else pd.DataFrame(),
        reach=np.array(reach).reshape(len(levers), len(baseline.members)),
        factors=make_factors(effects, trade_elasticity, relative_uncertainty),
        support=support,
        relative_uncertainty=relative_uncertainty,
    )
    _refuse_absurd(found)
    return found


def _refuse(name: str, lever: Lever, effects: Mapping[str, Effect | None], baseline: Baseline) -> None:
    effect = effects[name]
    if effect is not None and not acts_on(lever, baseline.measure):
        raise InputError(
            f"lever {name}: the effect {effect.id} was estimated on {' and '.join(effect.measures)} and not on "
            f"{baseline.measure}: choose another effect or outcome, or assume a spillover share"
        )
    if lever.start is not None and lever.start < baseline.base_year:
        raise InputError(
            f"lever {name} starts in {lever.start}, before the data end: start in {baseline.base_year} or later"
        )
    if lever.end < (lever.start or baseline.base_year):
        raise InputError(
            f"lever {name}: the phase-in ends in {lever.end}, before its start in {lever.start or baseline.base_year}"
        )
    if _is_amplifier(effect):
        for other, connected in effects.items():
            if connected is not None and connected.family == "connectivity" and connected.id not in effect.amplifies:
                raise InputError(
                    f"lever {name}: {effect.id} was estimated together with {' and '.join(effect.amplifies)} and not "
                    f"with {connected.id} of lever {other}: use one of those, or leave regulation out"
                )


def _refuse_absurd(asked: Policy) -> None:
    """Refuse figures that together multiply a member's trade beyond reason, all of them at their strongest."""
    ends = {factor.name: np.array([factor.low, factor.high]) for factor in asked.factors}
    strongest = asked.unit_effects(ends).max(axis=1) * asked.closure
    with np.errstate(over="ignore"):
        raised = 1 + (strongest * asked.amplifies) @ asked.reach
        change = (strongest * ~asked.amplifies) @ asked.reach * raised
    if change.max() > np.log(_MOST):
        raise InputError(
            f"the levers would multiply the trade of {asked.members[change.argmax()]} by more than "
            f"{_MOST:,.0f}: lower the effects, the trade elasticity or the support"
        )


def _reach(table: pd.DataFrame, lever: Lever, effect: Effect | None, baseline: Baseline) -> np.ndarray:
    used = table.set_index("iso3")["gap_used"].reindex(baseline.members).fillna(0.0).to_numpy()
    if effect is None:
        return np.zeros(len(used))
    return used if baseline.measure in effect.measures else used * lever.spillover


def _is_amplifier(effect: Effect | None) -> bool:
    return effect is not None and effect.kind == "connectivity_amplifier"
