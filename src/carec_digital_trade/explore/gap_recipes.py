"""The gap analysis's figures, each from the verbs that its notebook uses."""

import pandas as pd

from carec_digital_trade import gap
from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError, attempt
from carec_digital_trade.findings import Finding, findings_of
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.readiness import components, members_readiness, scores, taking_part, uncertainty
from carec_digital_trade.vintages import remembered


def decomposition(chosen: GapParameters) -> Finding:
    """Split the gap over its factors."""
    asked = (*chosen.compared(), chosen.year, chosen.measure, chosen.flow)
    found = [attempt(gap.decompose, *asked, basis, chosen.vintage) for basis in ("total", "mean_member")]
    return findings_of(chosen)("decomposition", *found)


def expected(chosen: GapParameters) -> Finding:
    """Set trade against what one would expect."""
    panel = gap.trade_panel(chosen.measure, chosen.flow, chosen.vintage)
    return findings_of(chosen)("expected", _expected(chosen), panel)


def readiness(chosen: GapParameters) -> Finding:
    """Rank the members by readiness."""
    return findings_of(chosen)("readiness", *_ready(chosen, chosen.draws))


def lagging(chosen: GapParameters) -> Finding:
    """Set readiness beside trade against expectation; the draws have no part in it."""
    ready, scored = _ready(chosen, 1)
    against = _expected(chosen)
    return findings_of(chosen)("lagging", gap.lagging(ready, scored, against), gap.everybody(scored, against))


def _ready(chosen: GapParameters, draws: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    laws = components(load("cyberlaw", chosen.vintage), load("cpta", chosen.vintage), chosen.draft_value)
    scored = scores(laws, chosen.weights, chosen.aggregation)
    regions = chosen.compared()
    drawn = uncertainty(laws, regions, None, taking_part(chosen.weights), draws, chosen.seed)
    return members_readiness(scored, drawn, regions), scored


def _expected(chosen: GapParameters) -> pd.DataFrame | InputError:
    equation = gap.with_covariates(gap.EQUATION, chosen.covariates)
    spec = (chosen.measure, chosen.flow, chosen.vintage)
    return attempt(_everybody_expected, spec, chosen.year, equation, chosen.estimator)


@remembered(maxsize=8)  # two figures rest on it
def _everybody_expected(spec: tuple[str, str, str], year: int, equation: str, estimator: str) -> pd.DataFrame:
    return gap.expected_trade(gap.trade_panel(*spec), year, equation, estimator)
