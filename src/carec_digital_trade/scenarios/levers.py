"""What does a user change? Levers after the article's solutions, and what is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.prose import listing
from carec_digital_trade.scenarios.checking import Checked, checked, read_mapping
from carec_digital_trade.scenarios.effects import (
    AD_VALOREM_COST,
    FAMILIES,
    Effect,
    Family,
    Kind,
    fits,
    published_effect,
)
from carec_digital_trade.scenarios.indicators import Indicator
from carec_digital_trade.scenarios.outcome import Measure


class OwnEffect(Checked):
    """An effect that a user brings, with its source."""

    kind: Kind = Field(description="what the figures are, in per cent")
    indicator: Indicator = Field(description="indicator that it was estimated on")
    measures: list[Measure] = Field(min_length=1, description="outcomes that it was estimated on")
    central: float = Field(description="central figure, per cent")
    low: float | None = Field(None, description="lower bound, per cent; null: at the relative uncertainty")
    high: float | None = Field(None, description="upper bound, per cent; null: at the relative uncertainty")
    source: str = Field(min_length=1, description="publication that it comes from")
    amplifies: list[str] = Field([], description="effects of connectivity that an amplifier was estimated on")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not fits(self.kind, self.indicator):
            raise ValueError(f"{self.kind} does not go with {self.indicator}, whose gap is in other units")
        figures = [figure for figure in (self.low, self.central, self.high) if figure is not None]
        if figures != sorted(figures):
            raise ValueError("low, central and high must rise in this order")
        if self.kind.startswith("cost") and not (max(figures) <= 0 and min(figures) > -100):
            raise ValueError("an effect on trade cost must lie between -100 and 0 per cent")
        if not self.kind.startswith("cost") and min(figures) < 0:
            raise ValueError(f"{self.kind} must be 0 per cent or more")
        if (self.kind == "connectivity_amplifier") != bool(self.amplifies):
            raise ValueError("amplifies lists effects of connectivity, for a connectivity_amplifier and nothing else")
        return self


def _how_given(effect: Any) -> str:
    return "own" if isinstance(effect, Mapping | OwnEffect) else "published"


_AnyEffect = Annotated[Annotated[str, Tag("published")] | Annotated[OwnEffect, Tag("own")], Discriminator(_how_given)]


class Lever(Checked):
    """One lever: what it moves, how far, when, and with what effect."""

    family: Family = Field(description="the article's family of solutions")
    effect: _AnyEffect | None = Field(
        None, description="a published effect, one of your own with its source, or null: only the gap is shown"
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
    ad_valorem_cost: float = Field(
        AD_VALOREM_COST, gt=0, description="trade costs over the cost-free price, for effects on trade cost"
    )
    optional: bool = Field(
        False, description="whether it is left out, in place of refused, on an outcome that it was not estimated on"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.start is not None and self.end < self.start:
            raise ValueError(f"the phase-in ends in {self.end}, before its start in {self.start}")
        if self.effect is None and self.indicator is None:
            raise ValueError("a lever without an effect needs an indicator")
        effect = self.resolved()
        if effect is not None and effect.family != self.family:
            raise ValueError(f"{effect.id} is an effect of {effect.family}, not of {self.family}")
        if effect is not None and not fits(effect.kind, self.used_indicator):
            raise ValueError(f"the gap of {self.used_indicator} is in other units than {effect.id} was estimated on")
        return self

    @property
    def used_indicator(self) -> str:
        """Indicator whose gap is closed."""
        effect = self.resolved()
        return self.indicator or (effect.indicator if effect else "")

    def resolved(self, vintage: str = BUNDLED) -> Effect | None:
        """Return the effect, read from the table where it is a published one.

        Parameters
        ----------
        vintage : str
            Vintage of the table ``effects``.

        Returns
        -------
        Effect or None
            None for a lever that only shows a gap.

        Raises
        ------
        InputError
            If there is no such effect.
        """
        if isinstance(self.effect, str):
            return published_effect(self.effect, vintage)
        return self.effect and _own(self.effect, self.family)


def lever_set(spec: Mapping[str, Any] | str | Path) -> dict[str, Lever]:
    """Check a user's levers.

    Parameters
    ----------
    spec : mapping, str or path
        Name to a `Lever` or its fields, or a YAML file that holds such a mapping. A lever is of the family it is named
        after unless it says otherwise.

    Returns
    -------
    dict of str to Lever
        By name.

    Raises
    ------
    InputError
        One sentence that names the lever, the field and what would be right; also if two levers overlap.
    """
    fields = spec if isinstance(spec, Mapping) else read_mapping(Path(spec))
    levers = {name: _lever(str(name), value) for name, value in fields.items()}
    _refuse_overlaps(levers)
    return levers


def with_effects(levers: Mapping[str, Lever], effects: Mapping[str, Any]) -> dict[str, Lever]:
    """Give levers other effects.

    Parameters
    ----------
    levers : mapping of str to Lever
        As from `preset` or `lever_set`.
    effects : mapping
        Lever to a published effect, one of the user's own, or None, which leaves the gap to be shown.

    Returns
    -------
    dict of str to Lever
        The same levers, checked anew.

    Raises
    ------
    InputError
        If there is no such lever, or as in `lever_set`.
    """
    for name in effects:
        if name not in levers:
            known = ", ".join(levers)
            raise InputError(f"there is no lever {name!r} to give an effect: use {known}{nearest(name, levers)}")
    changed = {
        name: {**dict(levers[name]), "effect": effect}
        | ({"indicator": levers[name].used_indicator} if effect is None else {})
        for name, effect in effects.items()
    }
    return lever_set({**levers, **changed})


def acts_on(lever: Lever, measure: str) -> bool:
    """Say whether a lever may be used on an outcome.

    Parameters
    ----------
    lever : Lever
        Which.
    measure : str
        Outcome.

    Returns
    -------
    bool
        False where its effect was not estimated on the outcome and no spillover is assumed.
    """
    effect = lever.resolved()
    return effect is None or measure in effect.measures or lever.spillover is not None


def applicable(levers: Mapping[str, Lever], measure: str) -> dict[str, Lever]:
    """Leave out the optional levers that do not act on an outcome.

    Parameters
    ----------
    levers : mapping of str to Lever
        By name.
    measure : str
        Outcome.

    Returns
    -------
    dict of str to Lever
        All others; one that does not act and is not optional is kept, and refused by `build_scenario`.
    """
    return {name: lever for name, lever in levers.items() if acts_on(lever, measure) or not lever.optional}


def _own(effect: OwnEffect, family: str) -> Effect:
    nan = float("nan")
    return Effect(
        id="own",
        family=family,
        kind=effect.kind,
        indicator=effect.indicator,
        measures=tuple(effect.measures),
        low=nan if effect.low is None else effect.low,
        central=effect.central,
        high=nan if effect.high is None else effect.high,
        source=effect.source,
        note="the user's own",
        proxy=False,
        amplifies=tuple(effect.amplifies),
    )


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


def _refuse_overlaps(levers: Mapping[str, Lever]) -> None:
    """Refuse two effects that would count the same thing twice: of one family, or closing one indicator's gap."""
    acting = {name: lever for name, lever in levers.items() if lever.effect is not None}
    for what, key in (("family", _family), ("indicator", _indicator)):
        for value in {key(lever) for lever in acting.values()}:
            names = [name for name, lever in acting.items() if key(lever) == value]
            if len(names) > 1:
                raise InputError(
                    f"the levers {listing(names)} overlap, both have the {what} {value}: "
                    "their effects would count the same trade twice, so keep one of them"
                )


def _family(lever: Lever) -> str:
    return lever.family


def _indicator(lever: Lever) -> str:
    return lever.used_indicator
