"""What do the levers do: which effect has each, how much of a gap, and in whom? And what is refused.

d ln T(i, t) = sum over levers of effect x phase(t) x closure x gap(i), where regulation has no effect of its own but
raises that of connectivity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.effects import (
    ELASTICITY,
    RELATIVE_UNCERTAINTY,
    TRADE_ELASTICITY,
    Effect,
    Factor,
    log_effect,
    make_factors,
)
from carec_digital_trade.scenarios.indicators import EVIDENCE_SUPPORT, gaps
from carec_digital_trade.scenarios.levers import Lever, applicable, lever_set
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
    acting : dict of str to Effect
        The levers that have an effect, with it, by name.
    gaps : pandas.DataFrame
        A row for each lever and member: lever, then the columns of `indicators.gaps`.
    reach : numpy.ndarray
        Shape (L, n): gap up to the support, times the spillover if one is assumed; 0 where a gap is missing or a
        lever has no effect.
    factors : tuple of Factor
        Figures of the levers that have an effect, then the trade elasticity.
    """

    members: tuple[str, ...]
    levers: dict[str, Lever]
    acting: dict[str, Effect]
    gaps: pd.DataFrame
    reach: np.ndarray
    factors: tuple[Factor, ...]

    @property
    def closure(self) -> np.ndarray:
        """Share of each lever's gap that is closed: shape (L,)."""
        return np.array([lever.closure for lever in self.levers.values()])

    @property
    def amplifies(self) -> np.ndarray:
        """Which levers raise the effect of connectivity in place of having one: shape (L,)."""
        return np.array([name in self.acting and self.acting[name].amplifier for name in self.levers], dtype=bool)

    @property
    def amplified(self) -> np.ndarray:
        """Which levers are of connectivity: shape (L,)."""
        return np.array([lever.family == "connectivity" for lever in self.levers.values()], dtype=bool)

    @property
    def extrapolated(self) -> np.ndarray:
        """Which members' results rest on more than the evidence supports: shape (n,)."""
        gaps = self._used_gaps
        return np.isin(self.members, gaps.loc[gaps["extrapolated"].astype(bool), "iso3"])

    @property
    def effective(self) -> list[str]:
        """The levers whose gaps can become trade here: they have an effect, or raise one that is there."""
        raised = any(effect.family == "connectivity" for effect in self.acting.values())
        return [name for name, effect in self.acting.items() if raised or not effect.amplifier]

    @property
    def beyond_evidence(self) -> list[str]:
        """The members (iso3) of whose gap, on a lever with an effect, most is not turned into trade."""
        gaps = self._used_gaps
        return list(dict.fromkeys(gaps.loc[gaps["gap_beyond"] > gaps["gap_used"], "iso3"]))

    @property
    def _used_gaps(self) -> pd.DataFrame:
        return self.gaps[self.gaps["lever"].isin(list(self.acting))]

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
        for row, (name, lever) in enumerate(self.levers.items()):
            if name in self.acting:
                effects[row] = log_effect(self.acting[name].kind, values[name], elasticity, lever.ad_valorem_cost)
        return effects


def policy(
    baseline: Baseline,
    region: Region,
    benchmark: Region,
    levers: Mapping[str, Any] | Sequence[Any],
    trade_elasticity: float | Sequence[float] = TRADE_ELASTICITY,
    relative_uncertainty: float = RELATIVE_UNCERTAINTY,
    support: float = EVIDENCE_SUPPORT,
    vintage: str = BUNDLED,
) -> Policy:
    """Find what levers would do to the members of a baseline; optional ones that do not act on it are left out.

    Parameters
    ----------
    baseline, region, benchmark, levers, trade_elasticity, relative_uncertainty, support, vintage
        As in `scenario`.

    Returns
    -------
    Policy
        Of the levers that are kept.

    Raises
    ------
    InputError
        As in `scenario`, but for the horizon.
    """
    levers = applicable(lever_set(levers), baseline.measure)
    resolved = {name: lever.resolved(vintage) for name, lever in levers.items()}
    acting = {name: effect for name, effect in resolved.items() if effect is not None}
    tables = [pd.DataFrame(columns=["lever", "iso3", "gap_used", "gap_beyond", "extrapolated"])]
    reach = np.zeros((len(levers), len(baseline.members)))
    for row, (name, lever) in enumerate(levers.items()):
        _refuse(name, lever, acting, baseline)
        table = gaps(lever.used_indicator, region, benchmark, lever.benchmark, support, vintage)
        tables.append(table.assign(lever=name)[["lever", *table.columns]])
        if name in acting:
            used = table.set_index("iso3")["gap_used"].reindex(baseline.members).fillna(0.0).to_numpy()
            reach[row] = used if baseline.measure in acting[name].measures else used * lever.spillover
    found = Policy(
        members=baseline.members,
        levers=levers,
        acting=acting,
        gaps=pd.concat(tables[1:] or tables, ignore_index=True),
        reach=reach,
        factors=make_factors(acting, trade_elasticity, relative_uncertainty),
    )
    _refuse_absurd(found)
    return found


def _refuse(name: str, lever: Lever, acting: Mapping[str, Effect], baseline: Baseline) -> None:
    """Refuse a lever that does not go with the baseline or with the other levers."""
    effect, start = acting.get(name), lever.last_year_without(baseline.base_year)
    if not lever.acts_on(baseline.measure):
        raise InputError(
            f"lever {name}: the effect {effect.id} was estimated on {' and '.join(effect.measures)} and not on "
            f"{baseline.measure}: choose another effect or outcome, or assume a spillover share"
        )
    if start < baseline.base_year:
        raise InputError(f"lever {name} starts in {start}, before the data end: start in {baseline.base_year} or later")
    if lever.end < start:
        raise InputError(f"lever {name}: the phase-in ends in {lever.end}, before its start in {start}")
    if effect is None or not effect.amplifier:
        return
    for other, connected in acting.items():
        if connected.family == "connectivity" and connected.id not in effect.amplifies:
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
