"""What does the literature say a lever does to trade, on what was it estimated, and what is assumption?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.scenarios.indicators import SCALES, Indicator, Measure
from carec_digital_trade.vintages import remembered

Family = Literal["regulation", "paperless", "connectivity", "inclusion"]
Kind = Literal["trade_per_10_percent", "cost_per_10_percent", "trade_at_full", "cost_at_full", "connectivity_amplifier"]

FAMILIES: tuple[str, ...] = get_args(Family)
TRADE_ELASTICITY = (-5.0, -3.7, -3.2)
"""Low, central, high: medians of the literature by Head & Mayer (2014), Gravity Equations, about -5.0 where tariffs
identify it and -3.2 over all gravity estimates; the centre is what the WTO's 2023 paper implies."""
AD_VALOREM_COST = 1.0
"""Trade costs over the cost-free price: that they about double it is Ohnsorge & Quaglietti's (2023) world average."""
RELATIVE_UNCERTAINTY = 0.5
"""Assumption: an effect without a published bound lies within half of itself."""
ELASTICITY = "trade elasticity"
"""Name of the factor."""

_STRONGEST = -100.0
"""Of the trade elasticity: far beyond the literature."""
_COLUMNS = ["effect", "study", "lever", "kind", "indicator", "measures", "low", "central", "high", "sample", "told_by"]
_COLUMNS += ["proxy", "source", "note"]


class Checked(BaseModel):
    """Base of what a user may write: typed strictly, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


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
        if self.on_cost and not (max(figures) <= 0 and min(figures) > -100):
            raise ValueError("an effect on trade cost must lie between -100 and 0 per cent")
        if not self.on_cost and min(figures) < 0:
            raise ValueError(f"{self.kind} must be 0 per cent or more")
        if self.amplifier != bool(self.amplifies):
            raise ValueError("amplifies lists effects of connectivity, for a connectivity_amplifier and nothing else")
        return self

    @property
    def on_cost(self) -> bool:
        """Whether the figures are of trade cost, and the trade elasticity turns them into trade."""
        return self.kind.startswith("cost")

    @property
    def amplifier(self) -> bool:
        """Whether it raises the effect of connectivity in place of having one of its own."""
        return self.kind == "connectivity_amplifier"

    @property
    def published_bounds(self) -> bool:
        """Whether both bounds are published."""
        return self.low is not None and self.high is not None

    def bounds(self, relative_uncertainty: float = RELATIVE_UNCERTAINTY) -> tuple[float, float, float]:
        """Return low, central and high in per cent; a bound that is not published lies at the relative uncertainty."""
        return fill_bounds(self.low, self.central, self.high, relative_uncertainty)


class Effect(OwnEffect):
    """The effect of a lever on trade: one of the table ``effects``, or a user's own."""

    family: Family = Field(description="lever that it belongs to")
    id: str = Field("own", description="as in the table")
    note: str = Field("the user's own", description="what to mind")
    proxy: bool = Field(False, description="whether indicator or outcome stands in for what it was estimated on")
    study: str = Field("own", description="effects of one study are never taken as independent")
    estimated_on: str = Field("", description="outcome, indicator and its change, as published")
    sample: str = Field("", description="economies and years, as published")
    told_by: str = Field("the user", description="whose words the figures are")


def published_effect(name: str, vintage: str = BUNDLED) -> Effect:
    """Return an effect from the table ``effects``.

    Parameters
    ----------
    name : str
        Identifier, such as "wto2023_trade".
    vintage : str
        Vintage of the table.

    Returns
    -------
    Effect
        With what it was estimated on.

    Raises
    ------
    InputError
        If there is no such effect, or it is a total for a whole region that no lever can use.
    """
    known = usable_effects(vintage)
    if name not in known:
        raise InputError(
            f"there is no effect {name!r} that a lever can use: write {', '.join(known)}, "
            f"or an effect of your own with its source{nearest(name, known)}"
        )
    return known[name]


def published_effects(vintage: str = BUNDLED) -> pd.DataFrame:
    """List the effects that a lever can use.

    Parameters
    ----------
    vintage : str
        Vintage of the table ``effects``.

    Returns
    -------
    pandas.DataFrame
        One row an effect: effect, study, lever, kind, indicator, measures, low, central, high (per cent, as published),
        sample (economies and years, as stated), told_by (authors, issuer, restatement), proxy, source, note.
    """
    names = {"id": "effect", "family": "lever"}
    rows = [dict(each) | {"measures": ", ".join(each.measures)} for each in usable_effects(vintage).values()]
    return pd.DataFrame(rows).rename(columns=names)[_COLUMNS]


@remembered(maxsize=16)
def usable_effects(vintage: str = BUNDLED) -> Mapping[str, Effect]:
    """Return the effects that a lever can use, by identifier: the rows of the table ``effects`` with an indicator."""
    table = load("effects", vintage)
    usable = table[table["indicator"].notna()].astype(object)
    rows = usable.where(usable.notna(), None).to_dict("records")
    return {row["id"]: _published(row) for row in rows}


def _published(row: Mapping[str, str | float | None]) -> Effect:
    same = ("id", "study", "kind", "indicator", "low", "central", "high", "source", "told_by")
    return Effect(
        **{name: row[name] for name in same},
        family=row["lever"],
        measures=row["measures"].split("|"),
        amplifies=row["amplifies"].split("|") if row["amplifies"] else [],
        note="; ".join(filter(None, (row["note"], row["proxy"]))),
        proxy=row["proxy"] is not None,
        estimated_on=f"{row['outcome']}; {row['estimated_indicator']}, {row['unit_of_change']}",
        sample=f"{row['sample_economies']} economies, {row['sample_years']}",
    )


def log_effect(
    kind: Kind, percent: np.ndarray, elasticity: np.ndarray, ad_valorem_cost: float = AD_VALOREM_COST
) -> np.ndarray:
    """Turn the figures of an effect into the change of log trade for a whole gap of one unit.

    Parameters
    ----------
    kind : str
        What the figures are.
    percent : numpy.ndarray
        Shape (D,): figures, per cent.
    elasticity : numpy.ndarray
        Shape (D,): trade elasticity, negative; used for trade costs only.
    ad_valorem_cost : float
        Trade costs over the cost-free price, t; used for costs at full implementation.

    Returns
    -------
    numpy.ndarray
        Shape (D,): d ln T for a log unit of the indicator (figures for a 10% rise), at full implementation, or, for an
        amplifier, the relative growth of the effect of connectivity.

    Notes
    -----
    A cost that changes by c at full implementation is an ad valorem equivalent over a cost-free price:
    d ln T = elasticity x [ln(1 + t(1 + c)) - ln(1 + t)].
    """
    change = percent / 100
    if kind == "trade_per_10_percent":
        return np.log1p(change) / np.log(1.1)
    if kind == "cost_per_10_percent":
        return elasticity * np.log1p(change) / np.log(1.1)
    if kind == "trade_at_full":
        return np.log1p(change)
    if kind == "cost_at_full":
        return elasticity * (np.log1p(ad_valorem_cost * (1 + change)) - np.log1p(ad_valorem_cost))
    return change


def fits(kind: str, indicator: str) -> bool:
    """Whether the gap of an indicator is in the units that a kind of effect needs: logs for an elasticity."""
    return SCALES[indicator].in_logs == (kind in ("trade_per_10_percent", "cost_per_10_percent"))


def fill_bounds(
    low: float | None, central: float, high: float | None, relative_uncertainty: float
) -> tuple[float, float, float]:
    """Return low, central and high; a bound that is None lies at the relative uncertainty (0 to below 1)."""
    if not 0 <= relative_uncertainty < 1:
        raise InputError(f"the relative uncertainty is {relative_uncertainty:g}: it must be 0 or more and below 1")
    margin = abs(central) * relative_uncertainty
    return central - margin if low is None else low, central, central + margin if high is None else high


@dataclass(frozen=True)
class Factor:
    """An uncertain figure, of a lever or the trade elasticity: a triangular distribution with its bounds and mode."""

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
    effects: Mapping[str, Effect], elasticity: float | Sequence[float], relative_uncertainty: float
) -> tuple[Factor, ...]:
    """Return the uncertain figures of a scenario.

    Parameters
    ----------
    effects : mapping of str to Effect
        By lever.
    elasticity : float or three floats
        Trade elasticity: low, central and high, or one figure.
    relative_uncertainty : float
        Assumption for bounds that are not published.

    Returns
    -------
    tuple of Factor
        Those of the levers, then the trade elasticity.

    Raises
    ------
    InputError
        If the elasticity is not negative, the relative uncertainty is out of range, or it takes a trade cost below
        nothing.
    """
    given = (elasticity,) if isinstance(elasticity, int | float) else tuple(elasticity)
    if len(given) not in (1, 3) or list(given) != sorted(given) or not _STRONGEST <= given[0] <= given[-1] < 0:
        raise InputError(
            f"the trade elasticity is {elasticity}: it must be negative, above {_STRONGEST:g}, one figure or low, "
            f"central and high such as {list(TRADE_ELASTICITY)}"
        )
    figures = {name: effect.bounds(relative_uncertainty) for name, effect in effects.items()}
    for name, (lowest, _, _) in figures.items():
        if effects[name].on_cost and not lowest > -100:
            raise InputError(
                f"lever {name}: with the relative uncertainty of {relative_uncertainty:g} its effect on trade cost "
                f"reaches {lowest:g} per cent: give a lower bound above -100, or a smaller uncertainty"
            )
    triple = given if len(given) == 3 else (None, *given, None)
    figures[ELASTICITY] = fill_bounds(*triple, relative_uncertainty)
    return tuple(Factor(name, *map(float, bounds)) for name, bounds in figures.items())
