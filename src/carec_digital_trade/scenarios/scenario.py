"""What is asked: a baseline, levers on it, and how each lever's closing of a gap reaches each economy's trade by year.

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
from carec_digital_trade.scenarios.baseline import Baseline
from carec_digital_trade.scenarios.effects import RELATIVE_UNCERTAINTY, TRADE_ELASTICITY, Effect, log_effect
from carec_digital_trade.scenarios.factors import ELASTICITY, Factor, make_factors
from carec_digital_trade.scenarios.indicators import EVIDENCE_SUPPORT, gaps
from carec_digital_trade.scenarios.levers import Lever, acts_on

HORIZON = 2035
_MOST = 1e6
"""Times a member's trade: more is a slip of the pen, and would end in numbers too large for the machine."""
_STEEPNESS = 10.0
"""Of the logistic phase-in over its whole length: at a tenth of the way 1% is done, at nine tenths 99%."""


@dataclass(frozen=True)
class Scenario:
    """A baseline with L levers on n economies over Y years.

    Attributes
    ----------
    baseline : Baseline
        Without new policy.
    region : Region
        Whose members.
    years : numpy.ndarray
        Shape (Y,): from the year after the data to the horizon.
    levers : dict of str to Lever
        By name.
    effects : dict of str to Effect or None
        By lever.
    gaps : pandas.DataFrame
        A row for each lever and member: lever, then the columns of `indicators.gaps`.
    phase : numpy.ndarray
        Shape (L, Y): share of the effect that is there, 0 to 1.
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

    baseline: Baseline
    region: Region
    years: np.ndarray
    levers: dict[str, Lever]
    effects: dict[str, Effect | None]
    gaps: pd.DataFrame
    phase: np.ndarray
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
            return np.zeros(len(self.baseline.members), dtype=bool)
        beyond = self.gaps.loc[self.gaps["extrapolated"] & self.gaps["lever"].isin(list(self.acting)), "iso3"]
        return np.isin(self.baseline.members, list(beyond))

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


def build_scenario(
    baseline: Baseline,
    region: Region,
    benchmark: Region,
    levers: Mapping[str, Lever],
    horizon: int = HORIZON,
    trade_elasticity: float | Sequence[float] = TRADE_ELASTICITY,
    relative_uncertainty: float = RELATIVE_UNCERTAINTY,
    support: float = EVIDENCE_SUPPORT,
    vintage: str = BUNDLED,
) -> Scenario:
    """Put levers on a baseline.

    Parameters
    ----------
    baseline : Baseline
        Of the region's members.
    region, benchmark : Region
        Whose gap to whom.
    levers : mapping of str to Lever
        As from `lever_set`, or `without_goods_only` of a preset; none for the baseline alone.
    horizon : int
        Last year.
    trade_elasticity : float or three floats
        Low, central and high, all negative; a single figure takes its bounds from the relative uncertainty.
    relative_uncertainty : float
        Assumption for bounds that are not published: share of the central figure.
    support : float
        As in `indicators.gaps`.
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
        the baseline's measure and no spillover is assumed, a phase-in starts before the data end, regulation is to
        raise an effect of connectivity that it was not estimated with, or trade would grow out of all bounds.
    """
    if horizon <= baseline.base_year:
        raise InputError(f"the horizon {horizon} must lie after the last year of the data, {baseline.base_year}")
    effects = {name: lever.resolved(vintage) for name, lever in levers.items()}
    for name, lever in levers.items():
        _refuse(name, lever, effects, baseline)
    years = np.arange(baseline.base_year + 1, horizon + 1)
    tables = {
        name: gaps(lever.used_indicator, region, benchmark, lever.benchmark, support, vintage)
        for name, lever in levers.items()
    }
    shape = (len(levers), len(baseline.members))
    reach = [_reach(tables[name], lever, effects[name], baseline) for name, lever in levers.items()]
    named = [table.assign(lever=name)[["lever", *table.columns]] for name, table in tables.items()]
    scenario = Scenario(
        baseline=baseline,
        region=region,
        years=years,
        levers=dict(levers),
        effects=effects,
        gaps=pd.concat(named, ignore_index=True) if named else pd.DataFrame(),
        phase=np.array([_phase(lever, years, baseline.base_year) for lever in levers.values()]).reshape(-1, len(years)),
        reach=np.array(reach).reshape(shape),
        factors=make_factors(effects, trade_elasticity, relative_uncertainty),
        support=support,
        relative_uncertainty=relative_uncertainty,
    )
    _refuse_absurd(scenario)
    return scenario


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


def _refuse_absurd(scenario: Scenario) -> None:
    """Refuse figures that together multiply a member's trade beyond reason, all of them at their strongest."""
    ends = {factor.name: np.array([factor.low, factor.high]) for factor in scenario.factors}
    strongest = scenario.unit_effects(ends).max(axis=1) * scenario.closure
    with np.errstate(over="ignore"):
        raised = 1 + (strongest * scenario.amplifies) @ scenario.reach
        change = (strongest * ~scenario.amplifies) @ scenario.reach * raised
    if change.max() > np.log(_MOST):
        raise InputError(
            f"the levers would multiply the trade of {scenario.baseline.members[change.argmax()]} by more than "
            f"{_MOST:,.0f}: lower the effects, the trade elasticity or the support"
        )


def _reach(table: pd.DataFrame, lever: Lever, effect: Effect | None, baseline: Baseline) -> np.ndarray:
    used = table.set_index("iso3")["gap_used"].reindex(baseline.members).fillna(0.0).to_numpy()
    if effect is None:
        return np.zeros(len(used))
    return used if baseline.measure in effect.measures else used * lever.spillover


def _phase(lever: Lever, years: np.ndarray, base_year: int) -> np.ndarray:
    return phase_in(years, base_year if lever.start is None else lever.start, lever.end, lever.phase)


def _logistic(done: np.ndarray | float) -> np.ndarray:
    return 1 / (1 + np.exp(-_STEEPNESS * (np.asarray(done) - 0.5)))


def _is_amplifier(effect: Effect | None) -> bool:
    return effect is not None and effect.kind == "connectivity_amplifier"
