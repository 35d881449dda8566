"""What do the levers do: which effect has each, how much of a gap, and in whom? And what is refused.

d ln T(i, t) = sum over levers of effect x phase(t) x closure x gap(i), where regulation has no effect of its own but
raises those of connectivity that it was estimated with. Of a lever with several studies one is drawn in each future.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.distance import EVIDENCE_SUPPORT, gaps
from carec_digital_trade.scenarios.effects import RELATIVE_UNCERTAINTY, Effect, log_effect, usable_effects
from carec_digital_trade.scenarios.factors import (
    ELASTICITY,
    STUDY,
    TRADE_ELASTICITY,
    Choice,
    Factor,
    choose_elasticity,
    make_factors,
)
from carec_digital_trade.scenarios.levers import Lever, applicable, lever_set
from carec_digital_trade.scenarios.random_walk import Baseline

OUTDATED = 5
"""Years by which a figure may be older than the start of a lever before it is said."""
_MOST = 1e6
"""Times a member's trade: more is a slip of the pen, and would end in numbers too large for the machine."""


@dataclass(frozen=True)
class Term:
    """One effect of one lever: a lever has as many as it has studies.

    Attributes
    ----------
    name : str
        Of the lever, with the study where it has several; also the factor's.
    lever : str
        Name of the lever.
    effect : Effect
        For the baseline's flow.
    indicator : str
        Whose gap is closed.
    number : int
        Of the study among the lever's.
    """

    name: str
    lever: str
    effect: Effect
    indicator: str
    number: int


@dataclass(frozen=True)
class Policy:
    """Levers with K effects on n economies.

    Attributes
    ----------
    members : tuple of str
        The economies (iso3), those of the baseline.
    levers : dict of str to Lever
        By name.
    terms : tuple of Term
        Their K effects.
    gaps : pandas.DataFrame
        A row for each term, or lever without one, and member: lever (the term's name), then the columns of
        `indicators.gaps`.
    reach : numpy.ndarray
        Shape (K, n): gap up to the support, times the spillover if one is assumed; 0 where a gap is missing.
    factors : tuple of Factor or Choice
        Figures of the terms, which study is right for levers with several, then the trade elasticity.
    """

    members: tuple[str, ...]
    levers: dict[str, Lever]
    terms: tuple[Term, ...]
    gaps: pd.DataFrame
    reach: np.ndarray
    factors: tuple[Factor | Choice, ...]

    @cached_property
    def acting(self) -> tuple[str, ...]:
        """The levers that have an effect."""
        return tuple(dict.fromkeys(term.lever for term in self.terms))

    @property
    def studies(self) -> tuple[Choice, ...]:
        """Which study is right, for each lever that has several."""
        return tuple(each for each in self.factors if isinstance(each, Choice) and each.name != ELASTICITY)

    @cached_property
    def closure(self) -> np.ndarray:
        """Share of each term's gap that is closed: shape (K,)."""
        return np.array([self.levers[term.lever].closure for term in self.terms])

    @cached_property
    def amplifies(self) -> np.ndarray:
        """Which terms raise the effect of others in place of having one: shape (K,)."""
        return np.array([term.effect.amplifier for term in self.terms], dtype=bool)

    @cached_property
    def amplified(self) -> np.ndarray:
        """Which terms are raised: shape (K,)."""
        raised = {name for term in self.terms for name in term.effect.amplifies}
        return np.array([term.effect.id in raised for term in self.terms], dtype=bool)

    @property
    def extrapolated(self) -> np.ndarray:
        """Which members' results rest on more than the evidence supports: shape (n,)."""
        gaps = self._used_gaps
        return np.isin(self.members, gaps.loc[gaps["extrapolated"].astype(bool), "iso3"])

    @property
    def effective(self) -> list[str]:
        """The terms whose gaps can become trade here: they have an effect, or raise one that is there."""
        raised = self.amplified.any()
        return [term.name for term in self.terms if raised or not term.effect.amplifier]

    @property
    def beyond_evidence(self) -> list[str]:
        """The members (iso3) of whose gap, on a lever with an effect, most is not turned into trade."""
        gaps = self._used_gaps
        return list(dict.fromkeys(gaps.loc[gaps["gap_beyond"] > gaps["gap_used"], "iso3"]))

    @property
    def outdated(self) -> list[str]:
        """The members (iso3) of whom a figure that a gap is measured by is older than `OUTDATED` years."""
        gaps = self.gaps[self.gaps["lever"].isin(self.effective)]
        return list(dict.fromkeys(gaps.loc[gaps["at"] - gaps["year"] > OUTDATED, "iso3"]))

    @property
    def _used_gaps(self) -> pd.DataFrame:
        return self.gaps[self.gaps["lever"].isin([term.name for term in self.terms])]

    def unit_effects(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return each term's effect on log trade for a whole gap of one unit.

        Parameters
        ----------
        values : mapping of str to numpy.ndarray
            Factor to its values, shape (D,); without which study is right, no study is left out.

        Returns
        -------
        numpy.ndarray
            Shape (K, D): 0 where another study of the lever is drawn.
        """
        elasticity = values[ELASTICITY]
        effects = np.zeros((len(self.terms), len(elasticity)))
        for row, term in enumerate(self.terms):
            lever = self.levers[term.lever]
            effects[row] = log_effect(term.effect.kind, values[term.name], elasticity, lever.ad_valorem_cost)
            if term.lever + STUDY in values:
                effects[row] *= values[term.lever + STUDY] == term.number
        return effects


def policy(
    baseline: Baseline,
    region: Region,
    benchmark: Region,
    levers: Mapping[str, Any] | Sequence[Any],
    trade_elasticity: float | Sequence[float] = TRADE_ELASTICITY,
    relative_uncertainty: float = RELATIVE_UNCERTAINTY,
    support: float = EVIDENCE_SUPPORT,
    studies: Mapping[str, float] | None = None,
    vintage: str = BUNDLED,
) -> Policy:
    """Find what levers would do to the members of a baseline; optional ones that do not act on it are left out.

    Parameters
    ----------
    baseline, region, benchmark, levers, trade_elasticity, relative_uncertainty, support, studies, vintage
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
    levers = applicable(lever_set(levers), baseline.measure, baseline.flow)
    terms: list[Term] = []
    choices: list[Choice] = []
    tables = [pd.DataFrame(columns=["lever", "iso3", "at", "year", "gap_used", "gap_beyond", "extrapolated"])]
    reach: list[np.ndarray] = []
    about = {"region": region, "benchmark": benchmark, "support": support, "vintage": vintage}
    weights = _checked_weights(studies or {}, vintage)
    for name, lever in levers.items():
        _refuse(name, lever, levers, baseline)
        effects = lever.acting(baseline.measure, baseline.flow, vintage)
        shares = _weights(name, [effect.study for effect in effects], weights)
        drawn = [effect for effect, share in zip(effects, shares, strict=True) if share > 0]
        several = len(drawn) > 1
        start = lever.last_year_without(baseline.base_year)
        asked = about | {"level": lever.benchmark, "scores": lever.scores, "at": start}
        if several:
            numbers = tuple(float(number) for number in range(len(drawn)))
            choices.append(Choice(name + STUDY, numbers, tuple(share for share in shares if share > 0)))
        for number, effect in enumerate(drawn):
            called = f"{name}_{effect.study}" if several else name
            term = Term(called, name, effect, lever.indicator or effect.indicator, number)
            table = gaps(term.indicator, unit=effect.gap_unit, sample=effect.range_years, **asked)
            used = table.set_index("iso3")["gap_used"].reindex(baseline.members).fillna(0.0).to_numpy()
            terms.append(term)
            tables.append(table.assign(lever=term.name))
            reach.append(used if effect.acts_on(baseline.measure, baseline.flow) else used * lever.spillover)
        if not drawn:
            table = gaps(lever.indicator, **asked)
            tables.append(table.assign(lever=name))
    table = pd.concat(tables[1:] or tables, ignore_index=True)
    factors = make_factors({term.name: term.effect for term in terms}, relative_uncertainty)
    found = Policy(
        members=baseline.members,
        levers=levers,
        terms=tuple(terms),
        gaps=table[["lever", *table.columns.drop("lever")]],
        reach=np.array(reach).reshape(-1, len(baseline.members)),
        factors=(*factors, *choices, choose_elasticity(trade_elasticity)),
    )
    _refuse_absurd(found)
    return found


def _checked_weights(studies: Mapping[str, float], vintage: str) -> Mapping[str, float]:
    """Refuse weights of studies that nobody knows, or that are no weights."""
    known = sorted({effect.study for effect in usable_effects(vintage).values()})
    for study, weight in studies.items():
        if study not in known:
            raise InputError(f"there is no study {study!r} to weight: use {', '.join(known)}{nearest(study, known)}")
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < np.inf:
            raise InputError(f"the weight of the study {study} is {weight!r}: it must be a number of 0 or more")
    return studies


def _weights(name: str, studies: Sequence[str], weights: Mapping[str, float]) -> list[float]:
    """Return the weights of a lever's studies: as given, if one of several is, else equal."""
    if len(studies) < 2 or not any(study in weights for study in studies):
        return [1.0] * len(studies)
    found = [float(weights.get(study, 0.0)) for study in studies]
    if not any(found):
        raise InputError(f"no study of lever {name} has a weight: give {' or '.join(studies)} one above 0")
    return found


def _refuse(name: str, lever: Lever, levers: Mapping[str, Lever], baseline: Baseline) -> None:
    """Refuse a lever that does not go with the baseline or with the other levers."""
    effects, start = lever.resolved(), lever.last_year_without(baseline.base_year)
    if not lever.acts_on(baseline.measure, baseline.flow):
        effect = effects[0]
        on = [f"{effect.flow} of {measure}" if effect.flow else measure for measure in effect.measures]
        outcome = f"{baseline.measure}, {baseline.flow}" if effect.flow else baseline.measure
        raise InputError(
            f"lever {name}: the effect {effect.id} was estimated on {' and '.join(on)} and not on {outcome}: "
            "choose another effect or outcome, or assume a spillover share"
        )
    if start < baseline.base_year:
        raise InputError(f"lever {name} starts in {start}, before the data end: start in {baseline.base_year} or later")
    if lever.end < start:
        raise InputError(f"lever {name}: the phase-in ends in {lever.end}, before its start in {start}")
    raised = {each for effect in effects for each in effect.amplifies}
    for other, connected in levers.items():
        found = [effect.id for effect in connected.acting(baseline.measure, baseline.flow)]
        if raised and connected.family == "connectivity" and found and raised.isdisjoint(found):
            raise InputError(
                f"lever {name}: {effects[0].id} was estimated together with {' and '.join(effects[0].amplifies)} and "
                f"not with {' or '.join(found)} of lever {other}: use one of those, or leave regulation out"
            )


def _refuse_absurd(asked: Policy) -> None:
    """Refuse figures that together multiply a member's trade beyond reason, all of them at their strongest."""
    if not asked.terms:
        return
    ends = {factor.name: np.array([factor.low, factor.high]) for factor in asked.factors if factor not in asked.studies}
    strongest = (asked.unit_effects(ends).max(axis=1) * asked.closure)[:, None] * asked.reach
    raised = 1 + strongest[asked.amplifies].sum(axis=0)
    direct = pd.DataFrame(strongest[~asked.amplifies])
    of_lever = [term.lever for term in asked.terms if not term.effect.amplifier]
    with np.errstate(over="ignore"):
        change = direct.groupby(of_lever).max().sum().to_numpy() * raised
    if change.max() > np.log(_MOST):
        raise InputError(
            f"the levers would multiply the trade of {asked.members[change.argmax()]} by more than "
            f"{_MOST:,.0f}: lower the effects, the trade elasticity or the support"
        )
