"""What does the literature say a lever does to trade, on what was it estimated, and what is assumption?"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.scenarios.indicators import SCALES
from carec_digital_trade.vintages import remembered

Family = Literal["regulation", "paperless", "connectivity", "inclusion"]
Kind = Literal["trade_per_10_percent", "cost_per_10_percent", "trade_at_full", "cost_at_full", "connectivity_amplifier"]

FAMILIES: tuple[str, ...] = get_args(Family)
KINDS: tuple[str, ...] = get_args(Kind)
TRADE_ELASTICITY = (-5.0, -3.7, -3.2)
"""Low, central, high: medians of the literature by Head & Mayer (2014), Gravity Equations, about -5.0 where tariffs
identify it and -3.2 over all gravity estimates; the centre is what the WTO's 2023 paper implies."""
AD_VALOREM_COST = 1.0
"""Trade costs over the cost-free price: that they about double it is Ohnsorge & Quaglietti's (2023) world average."""
RELATIVE_UNCERTAINTY = 0.5
"""Assumption: an effect without a published bound lies within half of itself."""

_ABOVE = ", as above"


@dataclass(frozen=True)
class Effect:
    """The effect of a lever on trade.

    Attributes
    ----------
    id : str
        As in the table ``effects``, or "own".
    family : str
        Lever that it belongs to.
    kind : str
        What the figures are: per cent of trade or of trade cost for a 10% rise of the indicator, the same at full
        implementation, or per cent by which the effect of connectivity grows at full implementation.
    indicator : str
        Indicator that stands for what it was estimated on.
    measures : tuple of str
        Outcomes that it applies to.
    low, central, high : float
        Per cent; low and high are missing (NaN) where nothing is published.
    source : str
        Publication.
    note : str
        What to mind.
    proxy : bool
        Whether the indicator or the outcome stands in for the one that it was estimated on.
    estimated_on : str
        What the publication estimated, as the table has it; empty for a user's own.
    amplifies : tuple of str
        Effects of connectivity that an amplifier was estimated on.
    """

    id: str
    family: str
    kind: str
    indicator: str
    measures: tuple[str, ...]
    low: float
    central: float
    high: float
    source: str
    note: str
    proxy: bool
    estimated_on: str = ""
    amplifies: tuple[str, ...] = ()

    @property
    def published_bounds(self) -> bool:
        """Whether both bounds are published."""
        return not (np.isnan(self.low) or np.isnan(self.high))

    def bounds(self, relative_uncertainty: float = RELATIVE_UNCERTAINTY) -> tuple[float, float, float]:
        """Return low, central and high in per cent; a bound that is not published lies at the relative uncertainty."""
        return fill_bounds(self.low, self.central, self.high, relative_uncertainty)


@lru_cache(maxsize=1)
def _readings() -> dict[str, dict[str, Any]]:
    """Return how each row of the table ``effects`` that a lever can use is to be read."""
    return tomllib.loads(Path(__file__).with_name("effects.toml").read_text("utf-8"))


@remembered(maxsize=64)
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
    table = load("effects", vintage).set_index("id")
    readings = _readings()
    if name not in readings or name not in table.index:
        usable = [each for each in table.index if each in readings]
        raise InputError(
            f"there is no effect {name!r} that a lever can use: write {', '.join(usable)}, "
            f"or an effect of your own with its source{nearest(name, usable)}"
        )
    row, reading = table.loc[name], readings[name]
    notes = [text for text in (row["note"], reading["caution"]) if isinstance(text, str) and text]
    return Effect(
        id=name,
        family=row["lever"],
        kind=reading["kind"],
        indicator=reading["indicator"],
        measures=tuple(reading["measures"]),
        low=row["low"],
        central=row["central"],
        high=row["high"],
        source=full_source(table["source"], row["source"]),
        note="; ".join(notes),
        proxy=reading["proxy"],
        estimated_on=f"{row['outcome']}, {row['quantity']}",
        amplifies=tuple(reading.get("amplifies", ())),
    )


def full_source(sources: pd.Series, source: str) -> str:
    """Return a source in full where the table points to a row above.

    Parameters
    ----------
    sources : pandas.Series
        Column of the table ``effects``.
    source : str
        One of them.

    Returns
    -------
    str
        Such as "ESCAP (2014), Estimating the Benefits ..." for "ESCAP (2014), as above".
    """
    authors = source.removesuffix(_ABOVE)
    return source if authors == source else next(each for each in sources if each.startswith(authors))


def published_effects(vintage: str = BUNDLED) -> pd.DataFrame:
    """List the effects that a lever can use.

    Parameters
    ----------
    vintage : str
        Vintage of the table ``effects``.

    Returns
    -------
    pandas.DataFrame
        One row an effect: effect, lever, kind, indicator, measures, low, central, high (per cent, as published),
        proxy, source, note.
    """
    known = (name for name in load("effects", vintage)["id"] if name in _readings())
    return effect_table(published_effect(name, vintage) for name in known)


def effect_table(effects: Iterable[Effect]) -> pd.DataFrame:
    """Show effects as a table.

    Parameters
    ----------
    effects : iterable of Effect
        Which.

    Returns
    -------
    pandas.DataFrame
        As from `published_effects`.
    """
    return pd.DataFrame(
        [
            {
                "effect": each.id,
                "lever": each.family,
                "kind": each.kind,
                "indicator": each.indicator,
                "measures": ", ".join(each.measures),
                "low": each.low,
                "central": each.central,
                "high": each.high,
                "proxy": each.proxy,
                "source": each.source,
                "note": each.note,
            }
            for each in effects
        ]
    )


def log_effect(
    kind: Kind, percent: np.ndarray, elasticity: np.ndarray, ad_valorem_cost: float = AD_VALOREM_COST
) -> np.ndarray:
    """Turn published figures into the effect on log trade of one unit of the indicator's gap.

    Parameters
    ----------
    kind : str
        As in `Effect`.
    percent : numpy.ndarray
        Shape (D,): the figures in per cent.
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


def fill_bounds(low: float, central: float, high: float, relative_uncertainty: float) -> tuple[float, float, float]:
    """Complete an interval of which a bound may be missing.

    Parameters
    ----------
    low, central, high : float
        A bound that is NaN lies at the relative uncertainty from the centre.
    relative_uncertainty : float
        Share of the central figure, 0 or more and below 1, so that no bound changes its sign.

    Returns
    -------
    tuple of float
        low, central, high, in rising order.

    Raises
    ------
    InputError
        If the relative uncertainty is not in [0, 1).
    """
    if not 0 <= relative_uncertainty < 1:
        raise InputError(f"the relative uncertainty is {relative_uncertainty:g}: it must be 0 or more and below 1")
    margin = abs(central) * relative_uncertainty
    return (
        float(central - margin if np.isnan(low) else low),
        float(central),
        float(central + margin if np.isnan(high) else high),
    )


def uses_logs(kind: str) -> bool:
    """Whether an effect is an elasticity, which goes with a gap in logs."""
    return kind in ("trade_per_10_percent", "cost_per_10_percent")


def fits(kind: str, indicator: str) -> bool:
    """Whether the gap of an indicator is in the units that a kind of effect needs."""
    return SCALES[indicator].in_logs == uses_logs(kind)
