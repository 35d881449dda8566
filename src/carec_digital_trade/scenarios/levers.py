"""What does a user change? Levers after the article's solutions, and what is refused."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.economies import iso3
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.prose import listing
from carec_digital_trade.scenarios.checking import Checked, checked
from carec_digital_trade.scenarios.effects import (
    AD_VALOREM_COST,
    FAMILIES,
    Effect,
    Family,
    OwnEffect,
    fits,
    published_effect,
)
from carec_digital_trade.scenarios.indicators import IMPLEMENTED, Indicator


def _how_given(effect: Any) -> str:
    if isinstance(effect, list):
        return "studies"
    return "own" if isinstance(effect, Mapping | OwnEffect) else "published"


_AnyEffect = Annotated[
    Annotated[str, Tag("published")]
    | Annotated[list[str], Tag("studies"), Field(min_length=1)]
    | Annotated[OwnEffect, Tag("own")],
    Discriminator(_how_given),
]


class Lever(Checked):
    """One lever: what it moves, how far, when, and with what effect."""

    family: Family = Field(description="the article's family of solutions")
    effect: _AnyEffect | None = Field(
        None,
        description="a published effect, a list of them of which one is drawn, each of another study, one of your own "
        "with its source, or null: only the gap is shown",
    )
    indicator: Indicator | None = Field(
        None, description="indicator whose gap is closed; null: the effect's own; another one is marked as a proxy"
    )
    benchmark: str = Field(
        "median", description="median or best of the benchmark region, full (laws and treaty), or an economy"
    )
    closure: float = Field(1.0, ge=0, le=1, description="share of the gap that is closed")
    start: int | None = Field(None, description="last year without an effect; null: the last year of the data")
    end: int = Field(2030, description="first year with the full effect")
    phase: Literal["linear", "logistic"] = Field("linear", description="how the effect grows between the two")
    spillover: float | None = Field(
        None, gt=0, le=1, description="assumption: share of the effect that reaches an outcome it was not estimated on"
    )
    scores: dict[str, Annotated[float, Field(ge=0, le=1)]] | None = Field(
        None,
        description="for cpta: the share that each economy has implemented, your own figures, by code or name; an "
        "economy without one closes nothing; null: nobody's is known, and all of the effect is taken of every one that "
        "the table of the treaty lists, parties included",
    )
    ad_valorem_cost: float = Field(
        AD_VALOREM_COST, gt=0, description="trade costs over the cost-free price, for effects on trade cost"
    )
    optional: bool = Field(
        False, description="whether it is left out, in place of refused, on an outcome that it was not estimated on"
    )

    @field_validator("scores")
    @classmethod
    def _coded(cls, scores: dict[str, float] | None) -> dict[str, float] | None:
        return None if scores is None else {iso3(name): score for name, score in scores.items()}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.start is not None and self.end < self.start:
            raise ValueError(f"the phase-in ends in {self.end}, before its start in {self.start}")
        effects = self.resolved()
        if not effects and self.indicator is None:
            raise ValueError("a lever without an effect needs an indicator")
        if self.scores is not None and set(self.used_indicators) != {IMPLEMENTED}:
            raise ValueError(f"scores are of the indicator {IMPLEMENTED} and of no other")
        studies = [effect.study for effect in effects]
        for effect in effects:
            if effect.family != self.family:
                raise ValueError(f"{effect.id} is an effect of {effect.family}, not of {self.family}")
            if not fits(effect.kind, self.indicator or effect.indicator):
                raise ValueError(f"the gap of {self.indicator} is in other units than {effect.id} was estimated on")
            if studies.count(effect.study) > 1:
                raise ValueError(f"two of its effects are of the study {effect.study}, and no two studies: keep one")
            if effect.amplifier and len(effects) > 1:
                raise ValueError(f"{effect.id} raises other effects and cannot be one of several")
        return self

    @property
    def used_indicators(self) -> tuple[str, ...]:
        """Indicators whose gaps are closed, one an effect."""
        return tuple(self.indicator or effect.indicator for effect in self.resolved()) or (self.indicator,)

    def resolved(self, vintage: str = BUNDLED) -> tuple[Effect, ...]:
        """Return the effects, from a vintage's table where they are published; none if only the gap is shown.

        Raises
        ------
        InputError
            If there is no such effect.
        """
        if self.effect is None:
            return ()
        if isinstance(self.effect, OwnEffect):
            return (Effect(family=self.family, **dict(self.effect)),)
        names = [self.effect] if isinstance(self.effect, str) else self.effect
        return tuple(published_effect(name, vintage) for name in names)

    def last_year_without(self, base_year: int) -> int:
        """Return the last year without an effect: its start, or the last year of the data."""
        return base_year if self.start is None else self.start

    def acts_on(self, measure: str, flow: str = "total") -> bool:
        """Say whether it may be used on an outcome: False if not estimated on it and no spillover is assumed."""
        return self.effect is None or bool(self.acting(measure, flow))

    def acting(self, measure: str, flow: str, vintage: str = BUNDLED) -> tuple[Effect, ...]:
        """Return the effects that may be used on an outcome: estimated on it, or all if a spillover is assumed."""
        effects = [effect.of_flow(flow, vintage) for effect in self.resolved(vintage)]
        return tuple(each for each in effects if self.spillover is not None or each.acts_on(measure, flow))


def lever(family: str, **fields: Any) -> Lever:
    """Return one lever, as `scenario` takes them in a list.

    Parameters
    ----------
    family : {"regulation", "paperless", "connectivity", "inclusion"}
        The article's family of solutions.
    **fields
        The other fields of `Lever`, such as effect, benchmark, closure, start and end.

    Returns
    -------
    Lever
        Checked.

    Raises
    ------
    InputError
        One sentence that names the field and what would be right.

    Examples
    --------
    >>> lever("connectivity", effect="wto2023_cost_points", closure=0.5).used_indicators
    ('mobile_broadband',)
    """
    return checked(Lever, f"lever {family}", {"family": family, **fields})


def lever_set(levers: Mapping[str, Any] | Sequence[Any]) -> dict[str, Lever]:
    """Check a user's levers.

    Parameters
    ----------
    levers : mapping or sequence
        Name to a `Lever` or its fields, where a lever is of the family that it is named after unless it says otherwise;
        or a list of these, in which each is named after its family, the second of a family with a number.

    Returns
    -------
    dict of str to Lever
        By name.

    Raises
    ------
    InputError
        One sentence that names the lever, the field and what would be right; also if two levers overlap.
    """
    named = levers if isinstance(levers, Mapping) else _named(levers)
    found = {name: _lever(str(name), value) for name, value in named.items()}
    acting = {name: each for name, each in found.items() if each.effect is not None}
    families = {name: (each.family,) for name, each in acting.items()}
    indicators = {name: each.used_indicators for name, each in acting.items()}
    for what, by_name in (("family", families), ("indicator", indicators)):
        for value in dict.fromkeys(value for values in by_name.values() for value in values):
            names = [name for name, values in by_name.items() if value in values]
            if len(names) > 1:
                raise InputError(
                    f"the levers {listing(names)} overlap, both have the {what} {value}: "
                    "their effects would count the same trade twice, so keep one of them"
                )
    return found


def with_effects(levers: Mapping[str, Lever], effects: Mapping[str, Any]) -> dict[str, Lever]:
    """Give levers other effects.

    Parameters
    ----------
    levers : mapping of str to Lever
        As from `preset` or `lever_set`.
    effects : mapping
        Lever to a published effect or a list of them, one of the user's own, or None, which leaves the gap to be shown.

    Returns
    -------
    dict of str to Lever
        The same levers, checked anew.

    Raises
    ------
    InputError
        If there is no such lever, or as in `lever_set`.
    """
    changed: dict[str, Any] = dict(levers)
    for name, effect in effects.items():
        if name not in levers:
            known = ", ".join(levers)
            raise InputError(f"there is no lever {name!r} to give an effect: use {known}{nearest(name, levers)}")
        changed[name] = {**dict(levers[name]), "effect": effect}
        if effect is None:
            changed[name]["indicator"] = levers[name].used_indicators[0]
    return lever_set(changed)


def applicable(levers: Mapping[str, Lever], measure: str, flow: str = "total") -> dict[str, Lever]:
    """Leave out the optional levers that do not act on an outcome.

    Parameters
    ----------
    levers : mapping of str to Lever
        By name.
    measure, flow : str
        Outcome.

    Returns
    -------
    dict of str to Lever
        All others; one that does not act and is not optional is kept, and refused by `scenario`.
    """
    return {name: each for name, each in levers.items() if each.acts_on(measure, flow) or not each.optional}


def _lever(name: str, value: Any) -> Lever:
    if isinstance(value, Lever):
        return value
    if not isinstance(value, Mapping):
        raise InputError(f"lever {name} is {value!r}: write a mapping such as {{closure: 0.5}}")
    if "family" not in value and name not in FAMILIES:
        raise InputError(
            f"lever {name} has no family: write one of {', '.join(FAMILIES)}, or name it so{nearest(name, FAMILIES)}"
        )
    return checked(Lever, f"lever {name}", {"family": name, **value})


def _named(levers: Sequence[Any]) -> dict[str, Any]:
    """Name each lever of a list after its family."""
    families: list[str] = []
    named: dict[str, Any] = {}
    for each in levers:
        family = each.get("family") if isinstance(each, Mapping) else getattr(each, "family", None)
        if family is None:
            raise InputError(f"the lever {each!r} has no family: write a mapping such as {{family: connectivity}}")
        families.append(family)
        number = families.count(family)
        named[f"{family}_{number}" if number > 1 else str(family)] = each
    return named
