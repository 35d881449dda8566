"""What several sections read, computed once for a set of parameters; all of it for reading only."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.regions import REFERENCE_YEAR, Region
from carec_digital_trade.scenarios import DRAWS, METHODS, MODELS, Response, Scenario, Simulation
from carec_digital_trade.vintages import remembered

GOODS = "goods_and_services"


@dataclass(frozen=True)
class _Asked:
    """Parameters as a key: lists and mappings in them have no hash, their text has one."""

    text: str
    chosen: ScenarioParameters = field(compare=False)


def forecasts(chosen: ScenarioParameters) -> pd.DataFrame:
    """Return the backtest of the baseline and its rivals.

    Parameters
    ----------
    chosen : ScenarioParameters
        Measure, flow, vintage, region and seed.

    Returns
    -------
    pandas.DataFrame
        As `scenarios.backtest` returns it.

    Raises
    ------
    InputError
        If the region's series are too short for a single origin.
    """
    return _with_rivals(chosen, METHODS, chosen.measure)


def goods_forecasts(chosen: ScenarioParameters) -> pd.DataFrame:
    """Return the backtest on trade in goods and services.

    Parameters
    ----------
    chosen : ScenarioParameters
        Flow, vintage, region and seed.

    Returns
    -------
    pandas.DataFrame
        As `forecasts`, of the baseline and the rivals that take no fit of their own.

    Raises
    ------
    InputError
        As in `forecasts`.
    """
    return _with_rivals(chosen, MODELS, GOODS)


def widening(chosen: ScenarioParameters) -> float:
    """Return the factor by which the bands are widened.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    float
        As `scenarios.widening` returns it.
    """
    return _widening(*_tested(chosen, (chosen.baseline,), chosen.measure))


def scenario(chosen: ScenarioParameters) -> Scenario:
    """Return the levers on the baseline, with bands as wide as the backtest demands.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Scenario
        Of the chosen measure.
    """
    return _scenario(_asked(chosen))


def simulation(chosen: ScenarioParameters) -> Simulation:
    """Return the simulated scenario.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Simulation
        Of `scenario`.
    """
    return _simulation(_asked(chosen))


def unwidened(chosen: ScenarioParameters) -> Simulation:
    """Return the simulation with shocks as the past had them.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Simulation
        Of `scenario` without its factor, from as many draws as are asked for, at most `DRAWS`.
    """
    return _unwidened(_asked(chosen))


def unwidened_median(chosen: ScenarioParameters, quantity: str, year: int | None = None) -> pd.DataFrame:
    """Return a quantity of the region's total in one year with shocks as the past had them.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.
    quantity : str
        As in `Simulation.bands`.
    year : int, optional
        By default the horizon.

    Returns
    -------
    pandas.DataFrame
        One row of the bands.
    """
    bands = unwidened(chosen).bands
    return bands[(bands["quantity"] == quantity) & bands["iso3"].isna() & (bands["year"] == (year or chosen.horizon))]


def response(chosen: ScenarioParameters) -> Response:
    """Return the additional trade in the last year as a function of what is uncertain.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Response
        Of `scenario`.
    """
    return _response(_asked(chosen))


def goods(chosen: ScenarioParameters) -> tuple[Scenario, Simulation]:
    """Return the paperless lever on trade in goods and services, and its simulation.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    tuple of Scenario and Simulation
        With bands as wide as a backtest on that trade demands.

    Raises
    ------
    InputError
        If the region has too few data on trade in goods and services, or they end after the horizon.
    """
    return _goods(_asked(chosen))


def paperless_chosen(chosen: ScenarioParameters) -> bool:
    """Say whether the lever for goods and services is among the chosen ones; else it is the preset's.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    bool
        True if so.
    """
    levers = chosen.chosen_levers()
    return scenarios.paperless_lever(levers).items() <= levers.items()


def _asked(chosen: ScenarioParameters) -> _Asked:
    return _Asked(chosen.model_dump_json(), chosen)


def _region(chosen: ScenarioParameters) -> Region:
    """Return the region as a key that is the same in every year in which its members are."""
    return replace(chosen.compared()[0], year=REFERENCE_YEAR)


def _tested(chosen: ScenarioParameters, methods: tuple[str, ...], measure: str) -> tuple[Any, ...]:
    """Return what a backtest depends on; that of the baseline is kept by itself, since its rivals take far longer."""
    return measure, chosen.flow, chosen.vintage, _region(chosen), methods, chosen.seed


def _with_rivals(chosen: ScenarioParameters, methods: tuple[str, ...], measure: str) -> pd.DataFrame:
    """Return the backtest of the baseline and of the other methods, by origin."""
    rest = tuple(method for method in methods if method != chosen.baseline)
    past = pd.concat([_forecasts(*_tested(chosen, each, measure)) for each in ((chosen.baseline,), rest)])
    by_method = past["method"].map(METHODS.index)
    return past.iloc[np.lexsort((by_method, past["origin"]))].reset_index(drop=True)


def _wide(plain: Scenario, factor: float) -> Scenario:
    return replace(plain, baseline=plain.baseline.widened(factor))


@remembered(maxsize=16)
def _forecasts(
    measure: str, flow: str, vintage: str, region: Region, methods: tuple[str, ...], seed: int
) -> pd.DataFrame:
    return scenarios.backtest(scenarios.outcome(measure, flow, vintage), [region], methods, seed=seed)


@remembered(maxsize=16)
def _widening(measure: str, flow: str, vintage: str, region: Region, methods: tuple[str], seed: int) -> float:
    return scenarios.widening(_forecasts(measure, flow, vintage, region, methods, seed), methods[0], region)


@remembered(maxsize=4)
def _scenario(asked: _Asked) -> Scenario:
    return _wide(asked.chosen.scenario(), widening(asked.chosen))


@remembered(maxsize=2)
def _simulation(asked: _Asked) -> Simulation:
    return scenarios.simulate(_scenario(asked), asked.chosen.draws, asked.chosen.seed)


@remembered(maxsize=2)
def _unwidened(asked: _Asked) -> Simulation:
    return scenarios.simulate(asked.chosen.scenario(), min(asked.chosen.draws, DRAWS), asked.chosen.seed)


@remembered(maxsize=2)
def _response(asked: _Asked) -> Response:
    return Response(_scenario(asked), seed=asked.chosen.seed)


@remembered(maxsize=2)
def _goods(asked: _Asked) -> tuple[Scenario, Simulation]:
    chosen = asked.chosen
    lever = scenarios.paperless_lever(chosen.chosen_levers())
    plain = chosen.scenario_on(GOODS, lever)
    wide = _wide(plain, _widening(*_tested(chosen, (chosen.baseline,), GOODS)))
    return wide, scenarios.simulate(wide, chosen.draws, chosen.seed)
