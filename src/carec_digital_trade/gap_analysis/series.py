"""What several sections read, computed once for a set of parameters; all of it for reading only."""

import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import capital
from carec_digital_trade.readiness import Uncertainty, components, scores, taking_part, uncertainty
from carec_digital_trade.regions import Region
from carec_digital_trade.vintages import remembered

Weights = tuple[tuple[str, float], ...] | None


def parts(chosen: GapParameters) -> pd.DataFrame:
    """Return `readiness.components` for the notebook's draft value; the treaty is taken as the table has it."""
    return _parts(chosen.draft_value, chosen.vintage)


def scored(chosen: GapParameters) -> pd.DataFrame:
    """Return `readiness.scores` for the notebook's weights, draft value and aggregation."""
    weights = None if chosen.weights is None else tuple(chosen.weights.items())
    return _scored(weights, chosen.aggregation, chosen.draft_value, chosen.vintage)


def sizes(chosen: GapParameters) -> pd.DataFrame:
    """Return `gap.economy_sizes` for the notebook's measure, flow and year."""
    return gap.economy_sizes(panel(chosen), chosen.year)


def drawn(chosen: GapParameters) -> Uncertainty:
    """Return `readiness.uncertainty` for the notebook's regions, components, draws and seed."""
    spec = (chosen.measure, chosen.flow, chosen.year, chosen.vintage)
    return _drawn(chosen.compared(), taking_part(chosen.weights), chosen.draws, chosen.seed, spec)


def panel(chosen: GapParameters) -> pd.DataFrame:
    """Return `gap.trade_panel` for the notebook's measure and flow."""
    return gap.trade_panel(chosen.measure, chosen.flow, chosen.vintage)


def equation(chosen: GapParameters) -> str:
    """Return the trade equation with the notebook's covariates."""
    return gap.with_covariates(gap.EQUATION, chosen.covariates)


def expected(chosen: GapParameters) -> pd.DataFrame:
    """Return `gap.expected_trade` for the notebook's parameters; InputError if no economy has what is needed."""
    series = (chosen.measure, chosen.flow, chosen.vintage)
    return _expected(series, chosen.year, equation(chosen), chosen.estimator)


def members_expected(chosen: GapParameters) -> tuple[dict[str, pd.DataFrame], str]:
    """Return `gap.members_expected` by the label of each region that has any, and sentences on those that have none."""
    rows, said = {}, []
    for each in chosen.compared():
        try:
            rows[each.label] = gap.members_expected(expected(chosen), each)
        except InputError as error:
            said.append(as_sentence(error))
    return rows, " ".join(dict.fromkeys(said))


def checks(chosen: GapParameters) -> pd.DataFrame:
    """Return `gap.survives` for the notebook's parameters; InputError if a region has no figure as asked."""
    spec = (chosen.year, chosen.measure, chosen.flow, equation(chosen), chosen.estimator, chosen.vintage)
    return _checks(chosen.compared(), *spec)


def as_sentence(error: InputError) -> str:
    """Return what an error says as a sentence, with a capital letter and a full stop."""
    return f"{capital(str(error))}."


@remembered(maxsize=16)
def _parts(draft_value: float, vintage: str) -> pd.DataFrame:
    return components(load("cyberlaw", vintage), load("cpta", vintage), draft_value)


@remembered(maxsize=16)
def _scored(weights: Weights, aggregation: str, draft_value: float, vintage: str) -> pd.DataFrame:
    return scores(_parts(draft_value, vintage), None if weights is None else dict(weights), aggregation)


@remembered(maxsize=4)
def _drawn(
    regions: tuple[Region, Region], names: tuple[str, ...], draws: int, seed: int, spec: tuple[str, str, int, str]
) -> Uncertainty:
    measure, flow, year, vintage = spec
    statuses = components(load("cyberlaw", vintage), load("cpta", vintage))
    weights = gap.economy_sizes(gap.trade_panel(measure, flow, vintage), year)
    return uncertainty(statuses, regions, weights, names, draws, seed)


@remembered(maxsize=32)
def _expected(series: tuple[str, str, str], year: int, equation: str, estimator: str) -> pd.DataFrame:
    return gap.expected_trade(gap.trade_panel(*series), year, equation, estimator)


@remembered(maxsize=4)
def _checks(regions: tuple[Region, Region], *spec: object) -> pd.DataFrame:
    return gap.survives(*regions, *spec)
