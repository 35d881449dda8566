"""What cannot be computed is refused before anything is: by the checks of a scenario, without building one."""

from collections.abc import Mapping, Sequence

from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.backtest import origins
from carec_digital_trade.scenarios.goal import Target, target_amount
from carec_digital_trade.scenarios.levers import Lever
from carec_digital_trade.scenarios.outcome import outcome
from carec_digital_trade.scenarios.policy import policy
from carec_digital_trade.scenarios.random_walk import Baseline, fit_baseline
from carec_digital_trade.scenarios.scenario import check_horizon
from carec_digital_trade.vintages import remembered


def refuse_impossible(
    measure: str,
    flow: str,
    region: Region,
    benchmark: Region,
    levers: Mapping[str, Lever],
    horizon: int,
    trade_elasticity: float | Sequence[float],
    relative_uncertainty: float,
    support: float,
    goal: Target,
    vintage: str,
) -> None:
    """Refuse what the outcome's data or the levers do not admit.

    Parameters
    ----------
    measure, flow
        As in `outcome`.
    region, benchmark, levers, horizon, trade_elasticity, relative_uncertainty, support, vintage
        As in `build_scenario`.
    goal : Target
        To be reached within the scenario's years.

    Raises
    ------
    InputError
        As in `build_scenario`, `backtest` and `target_amount`, or if the target's year is none of the scenario's.
    """
    fitted = _fitted(measure, flow, region, vintage)
    check_horizon(fitted, horizon)
    policy(fitted, region, benchmark, levers, trade_elasticity, relative_uncertainty, support, vintage)
    _origins(measure, flow, region, vintage)
    if not fitted.base_year < goal.year <= horizon:
        raise InputError(
            f"the target is for {goal.year}: it must be for a year from {fitted.base_year + 1} to {horizon}"
        )
    target_amount(goal, fitted, benchmark, vintage)


@remembered(maxsize=64)
def _fitted(measure: str, flow: str, region: Region, vintage: str) -> Baseline:
    """Return the baseline without its bands: what is refused hangs on the data, and not on the model of the drift."""
    return fit_baseline(outcome(measure, flow, vintage), region.members)


@remembered(maxsize=64)
def _origins(measure: str, flow: str, region: Region, vintage: str) -> list[int]:
    return origins(outcome(measure, flow, vintage), region)
