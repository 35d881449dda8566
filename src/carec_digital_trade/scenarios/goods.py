"""What would paperless trade do for goods? The recipe of a scenario on trade in goods and services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import InputError
from carec_digital_trade.readiness import treaty_status
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.baseline import baseline, rivals
from carec_digital_trade.scenarios.distance import own_pace_years
from carec_digital_trade.scenarios.levers import Lever
from carec_digital_trade.scenarios.outcome import Flow, Prices, outcome
from carec_digital_trade.scenarios.presets import preset
from carec_digital_trade.scenarios.random_walk import MODELS, Model
from carec_digital_trade.scenarios.scenario import HORIZON, Scenario, scenario
from carec_digital_trade.scenarios.simulation import DRAWS, Simulation, simulate

_MEASURE = "goods_and_services"


@dataclass(frozen=True)
class Goods:
    """The paperless lever on trade in goods and services, where the data admit it.

    Attributes
    ----------
    futures : Simulation or None
        As from `simulate`.
    past : pandas.DataFrame
        Backtest of the baseline and of the rivals that take no fit of their own; empty without futures.
    lacking : str
        Why there are no futures; empty where there are.
    chosen : bool
        Whether the lever is the user's, and not the ready one.
    """

    futures: Simulation | None
    past: pd.DataFrame = field(repr=False)
    lacking: str
    chosen: bool

    @property
    def scenarios(self) -> list[Scenario]:
        """What was simulated, if anything was."""
        return [] if self.futures is None else [self.futures.scenario]

    def by_member(self, vintage: str = BUNDLED) -> pd.DataFrame:
        """Return what the lever adds in the last year.

        Parameters
        ----------
        vintage : str
            Vintage of the table of the treaty.

        Returns
        -------
        pandas.DataFrame
            As from `Simulation.by_member`, with where each member stands on the lever's indicator: value, gap and
            gap_unit (as from `gaps`; missing for the region), and treaty (as from `treaty_status`; missing where it is
            not listed). Empty without futures.
        """
        if self.futures is None:
            return pd.DataFrame(columns=["region", "iso3", "year"])
        gaps = self.futures.scenario.gaps[["iso3", "value", "gap", "gap_unit"]].drop_duplicates("iso3")
        found = self.futures.by_member().merge(gaps, on="iso3", how="left")
        return found.assign(treaty=found["iso3"].map(treaty_status(load("cpta", vintage))))

    def gaps(self, vintage: str = BUNDLED) -> pd.DataFrame:
        """Return the gaps of the lever with own_pace_years; only with futures."""
        gaps = self.futures.scenario.gaps
        return gaps.assign(own_pace_years=own_pace_years(gaps, vintage))


def paperless_lever(levers: Mapping[str, Lever]) -> dict[str, Lever]:
    """Return the lever of paperless trade for goods and services, of all chosen ones; the preset where none acts."""
    for name, each in levers.items():
        effects = each.resolved()
        if each.family == "paperless" and effects and all(_MEASURE in effect.measures for effect in effects):
            return {name: each}
    return preset("paperless")


def paperless_on_goods(
    region: Region,
    benchmark: Region,
    levers: Mapping[str, Lever],
    flow: Flow = "total",
    model: Model = "shrunken_drift",
    horizon: int = HORIZON,
    draws: int = DRAWS,
    seed: int = 0,
    vintage: str = BUNDLED,
    prices: Prices = "current",
    **figures: Any,
) -> Goods:
    """Simulate the paperless lever on trade in goods and services: series, baseline, lever, futures.

    Parameters
    ----------
    region, benchmark, horizon, vintage
        As in `scenario`.
    levers : mapping of str to Lever
        Of which `paperless_lever` is taken.
    flow, prices, model, draws, seed
        As in `outcome`, `baseline` and `simulate`.
    **figures : Any
        trade_elasticity, relative_uncertainty, support, studies, as in `scenario`.

    Returns
    -------
    Goods
        Without futures where the region has too few data on that trade, or they end after the horizon.
    """
    lever = paperless_lever(levers)
    own = lever.items() <= levers.items()
    try:
        traded = outcome(_MEASURE, flow, vintage, prices)
        base = baseline(traded, region, model, seed)
        asked = scenario(base, region, benchmark, lever, horizon, vintage=vintage, **figures)
        return Goods(simulate(asked, draws, seed), rivals(traded, region, MODELS, seed), "", own)
    except InputError as error:
        return Goods(None, pd.DataFrame(), str(error), own)
