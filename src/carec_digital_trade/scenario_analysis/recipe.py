"""What several sections read, computed once for a set of parameters; all of it for reading only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.scenarios import DRAWS, METHODS, MODELS, Lever, Response, Scenario, Simulation
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
    return scenarios.rivals(_outcome(chosen, chosen.measure), chosen.compared()[0], METHODS, chosen.seed)


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
    return scenarios.rivals(_outcome(chosen, GOODS), chosen.compared()[0], MODELS, chosen.seed)


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
    return scenario(chosen).baseline.widening


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
    return unwidened(chosen).total(quantity, year or chosen.horizon)


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


def goods(chosen: ScenarioParameters) -> Simulation:
    """Return the simulation of the paperless lever on trade in goods and services.

    Parameters
    ----------
    chosen : ScenarioParameters
        The notebook's parameters.

    Returns
    -------
    Simulation
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


def _outcome(chosen: ScenarioParameters, measure: str) -> pd.DataFrame:
    return scenarios.outcome(measure, chosen.flow, chosen.vintage)


def _build(chosen: ScenarioParameters, measure: str, levers: Mapping[str, Lever]) -> Scenario:
    region, benchmark = chosen.compared()
    return scenarios.build_scenario(
        scenarios.baseline(_outcome(chosen, measure), region, chosen.baseline, chosen.seed),
        region,
        benchmark,
        levers,
        chosen.horizon,
        chosen.trade_elasticity,
        chosen.relative_uncertainty,
        chosen.support,
        chosen.vintage,
    )


@remembered(maxsize=4)
def _scenario(asked: _Asked) -> Scenario:
    return _build(asked.chosen, asked.chosen.measure, asked.chosen.chosen_levers())


@remembered(maxsize=2)
def _simulation(asked: _Asked) -> Simulation:
    return scenarios.simulate(_scenario(asked), asked.chosen.draws, asked.chosen.seed)


@remembered(maxsize=2)
def _unwidened(asked: _Asked) -> Simulation:
    return scenarios.simulate(_scenario(asked).unwidened(), min(asked.chosen.draws, DRAWS), asked.chosen.seed)


@remembered(maxsize=2)
def _response(asked: _Asked) -> Response:
    return Response(_scenario(asked), seed=asked.chosen.seed)


@remembered(maxsize=2)
def _goods(asked: _Asked) -> Simulation:
    chosen = asked.chosen
    scenario = _build(chosen, GOODS, scenarios.paperless_lever(chosen.chosen_levers()))
    return scenarios.simulate(scenario, chosen.draws, chosen.seed)
