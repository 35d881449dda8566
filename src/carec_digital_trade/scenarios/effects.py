"""What does the literature say a lever does to trade, on what was it estimated, and what is assumption?"""

from collections.abc import Mapping
from typing import Literal, Self, get_args

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.scenarios.checking import Checked
from carec_digital_trade.scenarios.indicators import SCALES, GapUnit, Indicator
from carec_digital_trade.scenarios.outcome import Measure
from carec_digital_trade.vintages import remembered

Family = Literal["regulation", "paperless", "connectivity", "inclusion"]
Kind = Literal[
    "trade_per_1_percent",
    "trade_per_10_percent",
    "cost_per_10_percent",
    "cost_per_10_points",
    "trade_at_full",
    "cost_at_full",
    "connectivity_amplifier",
]

FAMILIES: tuple[str, ...] = get_args(Family)
GAP_UNITS: dict[str, GapUnit] = {
    "trade_per_1_percent": "log",
    "trade_per_10_percent": "log",
    "cost_per_10_percent": "log",
    "cost_per_10_points": "points",
}
"""In which units a kind of effect needs the gap; all others are for shares of full implementation."""
AD_VALOREM_COST = 1.0
"""Trade costs over the cost-free price: that they about double it is Ohnsorge & Quaglietti's (2023) world average."""
RELATIVE_UNCERTAINTY = 0.5
"""Assumption: an effect without a published bound lies within half of itself."""
_CHANGES = {
    "trade_per_1_percent": np.log(1.01),
    "trade_per_10_percent": np.log(1.1),
    "cost_per_10_percent": np.log(1.1),
    "cost_per_10_points": 10.0,
}
"""Change of the indicator that the figures are for, in the unit of the gap; 1 at full implementation."""
_COLUMNS = ["effect", "study", "lever", "kind", "indicator", "measures", "low", "central", "high", "sample", "told_by"]
_COLUMNS += ["proxy", "source", "note"]


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
    def gap_unit(self) -> GapUnit:
        """Unit of the gap that it needs."""
        return GAP_UNITS.get(self.kind, "share")

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
    range_years: tuple[int | None, int] | None = Field(
        None, description="years over which the sample's levels and rises are taken; null: of none"
    )
    flow: Literal["exports", "imports"] | None = Field(None, description="flow it was estimated on; null: both")
    by_flow: dict[str, str] = Field({}, description="estimates that it is the mean of, by flow")
    drawn: Literal["uniform_from_zero"] | None = Field(None, description="how, if not around the centre")
    told_by: str = Field("the user", description="whose words the figures are")

    def bounds(self, relative_uncertainty: float = RELATIVE_UNCERTAINTY) -> tuple[float, float, float]:
        """Return low, central and high as `OwnEffect` does; from nothing to the figure where it is drawn so."""
        if self.drawn is None:
            return super().bounds(relative_uncertainty)
        return 0.0, self.central / 2, self.central

    def acts_on(self, measure: str, flow: str) -> bool:
        """Whether it was estimated on an outcome."""
        return measure in self.measures and self.flow in (None, flow)

    def of_flow(self, flow: str, vintage: str = BUNDLED) -> "Effect":
        """Return the estimate for a flow, if the study has one for each."""
        return published_effect(self.by_flow[flow], vintage) if flow in self.by_flow else self


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
    """Return the effects that a lever can use, by identifier: the rows of the table ``effects`` with an indicator.

    Where a study has an estimate for each flow, there is one besides under the study's name: their mean, for the total.
    """
    table = load("effects", vintage)
    usable = table[table["indicator"].notna()].astype(object)
    rows = usable.where(usable.notna(), None).to_dict("records")
    found = {row["id"]: _published(row) for row in rows}
    for study, parts in usable.dropna(subset="flow").groupby("study"):
        first, mean = found[parts["id"].iloc[0]], float(parts["central"].mean())
        by_flow = dict(zip(parts["flow"], parts["id"], strict=True))
        note = f"the mean of {' and '.join(by_flow.values())}; {first.note}"
        change = {"id": study, "flow": None, "by_flow": by_flow, "central": mean, "note": note}
        found[study] = first.model_copy(update=change)
    return found


def _published(row: Mapping[str, str | float | None]) -> Effect:
    same = ("id", "study", "kind", "indicator", "low", "central", "high", "flow", "drawn", "source", "told_by")
    return Effect(
        **{name: row[name] for name in same},
        family=row["lever"],
        measures=row["measures"].split("|"),
        amplifies=row["amplifies"].split("|") if row["amplifies"] else [],
        note="; ".join(filter(None, (row["note"], row["proxy"]))),
        proxy=row["proxy"] is not None,
        estimated_on=f"{row['outcome']}; {row['estimated_indicator']}, {row['unit_of_change']}",
        range_years=_range_years(row),
        sample=f"{row['sample_economies']} economies, {row['sample_years']}",
    )


def _range_years(row: Mapping[str, float | None]) -> tuple[int | None, int] | None:
    first, last = row["range_first"], row["range_last"]
    return None if last is None else (None if first is None else int(first), int(last))


def elasticity_sources(vintage: str = BUNDLED) -> pd.DataFrame:
    """Return what is documented of the trade elasticity.

    Parameters
    ----------
    vintage : str
        Vintage of the table ``effects``.

    Returns
    -------
    pandas.DataFrame
        value (negative), source, lowest first. An elasticity of substitution counts as one of trade less one, as in
        the simplest model of trade.
    """
    table = load("effects", vintage)
    rows = table[table["kind"].isin(["trade_elasticity", "armington_elasticity"])]
    value = (rows["kind"] == "armington_elasticity") - rows["central"]
    return rows[["source"]].assign(value=value.round(9)).sort_values("value", ignore_index=True)


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
        Shape (D,): d ln T for a log unit of the indicator (figures for a rise of 1 or 10%), for one point (figures for
        10 points), at full implementation, or, for an amplifier, the relative growth of the effect of connectivity.

    Notes
    -----
    A cost that changes by c at full implementation is an ad valorem equivalent over a cost-free price:
    d ln T = elasticity x [ln(1 + t(1 + c)) - ln(1 + t)].
    """
    change = percent / 100
    if kind == "connectivity_amplifier":
        return change
    if kind == "cost_at_full":
        logs = np.log1p(ad_valorem_cost * (1 + change)) - np.log1p(ad_valorem_cost)
    else:
        logs = np.log1p(change) / _CHANGES.get(kind, 1.0)
    return elasticity * logs if kind.startswith("cost") else logs


def fits(kind: str, indicator: str) -> bool:
    """Whether the gap of an indicator can be had in the units that a kind of effect needs."""
    return GAP_UNITS.get(kind, "share") in SCALES[indicator].gap_units


def fill_bounds(
    low: float | None, central: float, high: float | None, relative_uncertainty: float
) -> tuple[float, float, float]:
    """Return low, central and high; a bound that is None lies at the relative uncertainty (0 to below 1)."""
    check_uncertainty(relative_uncertainty)
    margin = abs(central) * relative_uncertainty
    return central - margin if low is None else low, central, central + margin if high is None else high


def check_uncertainty(relative_uncertainty: float) -> None:
    """Refuse a relative uncertainty that is not from 0 to below 1."""
    if not 0 <= relative_uncertainty < 1:
        raise InputError(f"the relative uncertainty is {relative_uncertainty:g}: it must be 0 or more and below 1")
