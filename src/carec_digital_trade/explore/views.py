"""The figures that can be explored, and how one is drawn quickly enough to follow a slider."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from carec_digital_trade import figures, gap, integration, metrics, readiness, scenarios
from carec_digital_trade.datasets import load
from carec_digital_trade.drawing import png
from carec_digital_trade.errors import InputError, attempt
from carec_digital_trade.figures.layout import bare
from carec_digital_trade.findings import Finding, findings_of
from carec_digital_trade.parameters import (
    CountryParameters,
    GapParameters,
    IntegrationParameters,
    ScenarioParameters,
    SharedParameters,
    SnapshotParameters,
)
from carec_digital_trade.regions import Region
from carec_digital_trade.revisions import ranked
from carec_digital_trade.scenarios import Simulation
from carec_digital_trade.vintages import remembered

DOTS_PER_INCH = 80
"""A screen's: the figure is 880 pixels wide."""

_LEVERS = ("levers", "support", "relative_uncertainty")
_EXPECTED = ("estimator", "covariates")
_FUTURE = ("horizon", "draws")
_RATED = ("draft_value", "aggregation", "coding_error", "draws")


class View(NamedTuple):
    """A figure: the section that computes it, the function that draws it, parameters that it does not depend on."""

    section: Callable[[Any], Finding]
    figure: Callable[[Finding, Any], list[Axes]]
    unused: tuple[str, ...] = ()


def _members(chosen: SnapshotParameters) -> Finding:
    traded = metrics.trade(chosen.measure, chosen.flow, chosen.vintage)
    found = {each: ranked(traded, each, chosen.year, chosen.vintage) for each in chosen.regions()}
    return findings_of(chosen)("members", found)


def _over_time(chosen: SnapshotParameters) -> Finding:
    asked = (chosen.measure, chosen.flow)
    found = {each: metrics.over_time(*asked, each, chosen.vintage) for each in chosen.variants()}
    return findings_of(chosen)("over_time", found)


def _by_service(chosen: SnapshotParameters) -> Finding:
    services = load("delivered_services", chosen.vintage)
    found = {each: metrics.specialisation(services, each, chosen.year, chosen.flow) for each in chosen.compared()}
    return findings_of(chosen)("by_service", found)


def _decomposition(chosen: GapParameters) -> Finding:
    asked = (*chosen.compared(), chosen.year, chosen.measure, chosen.flow)
    found = [attempt(gap.decompose, *asked, basis, chosen.vintage) for basis in ("total", "mean_member")]
    return findings_of(chosen)("decomposition", *found)


def _expected(chosen: GapParameters) -> Finding:
    panel = gap.trade_panel(chosen.measure, chosen.flow, chosen.vintage)
    return findings_of(chosen)("expected", _against(chosen), panel)


def _readiness(chosen: GapParameters) -> Finding:
    return findings_of(chosen)("readiness", *_ready(chosen, chosen.draws))


def _networks(chosen: GapParameters) -> Finding:
    table = metrics.infrastructure(chosen.vintage)
    return findings_of(chosen)("infrastructure_by_year", metrics.medians_by_year(table, chosen.compared()))


def _lagging(chosen: GapParameters) -> Finding:
    ready, scored = _ready(chosen, 1)
    against = _against(chosen)
    return findings_of(chosen)("lagging", gap.lagging(ready, scored, against), gap.everybody(scored, against))


def _ready(chosen: GapParameters, draws: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    laws = readiness.components(load("cyberlaw", chosen.vintage), load("cpta", chosen.vintage), chosen.draft_value)
    scored = readiness.scores(laws, chosen.weights, chosen.aggregation)
    regions = chosen.compared()
    counted = readiness.taking_part(chosen.weights)
    drawn = readiness.uncertainty(laws, regions, None, counted, draws, chosen.seed, error=chosen.coding_error)
    return readiness.members_readiness(scored, drawn, regions), scored


def _against(chosen: GapParameters) -> pd.DataFrame | InputError:
    equation = gap.with_covariates(gap.EQUATION, chosen.covariates)
    spec = (chosen.measure, chosen.flow, chosen.vintage)
    return attempt(_everybody_expected, spec, chosen.year, equation, chosen.estimator)


@remembered(maxsize=8)  # two figures rest on it
def _everybody_expected(spec: tuple[str, str, str], year: int, equation: str, estimator: str) -> pd.DataFrame:
    predicted = _predicted(spec, equation, estimator)
    return gap.expected_trade(gap.trade_panel(*spec), year, equation, estimator, predicted=predicted)


@remembered(maxsize=8)  # the same for every year
def _predicted(spec: tuple[str, str, str], equation: str, estimator: str) -> pd.DataFrame:
    return gap.predictions(gap.trade_panel(*spec), equation, estimator)


def _found(name: str, recipe: Callable[[Simulation], pd.DataFrame]) -> Callable[[ScenarioParameters], Finding]:
    """Return the section that simulates what is chosen, takes a frame from it, and shows it as a finding."""

    def section(chosen: ScenarioParameters) -> Finding:
        study, benchmark = chosen.compared()
        spec = (chosen.measure, chosen.flow, chosen.vintage, chosen.prices)
        base = _baseline(spec, study.undated, chosen.baseline, chosen.seed)
        asked = scenarios.scenario(base, study, benchmark, chosen.chosen_levers(), chosen.horizon, **chosen.figures())
        futures = scenarios.simulate(asked, chosen.draws, chosen.seed)
        return findings_of(chosen)(name, recipe(futures), futures)

    return section


@remembered(maxsize=8)
def _baseline(spec: tuple[str, str, str, str], study: Region, model: str, seed: int) -> scenarios.Baseline:
    return scenarios.baseline(scenarios.outcome(*spec), study, model, seed)


def _tornado(futures: Simulation) -> pd.DataFrame:
    return scenarios.tornado(scenarios.Response(futures.scenario, seed=futures.seed))


def _shares(chosen: IntegrationParameters) -> Finding:
    return findings_of(chosen)("shares", integration.shares(_traded(chosen), chosen.variants()))


def _partners(chosen: IntegrationParameters) -> Finding:
    found = pd.concat([integration.matrix(_traded(chosen), each) for each in chosen.compared()])
    return findings_of(chosen)("partners", found)


def _expected_within(chosen: IntegrationParameters) -> Finding:
    regions = chosen.compared()
    together = integration.together(regions, chosen.groups)
    pairs = attempt(integration.gravity_pairs, _traded(chosen), load("distances", chosen.vintage), together)
    equation = integration.equation(["log_distance", *chosen.ties(), *together])
    fit = attempt(integration.gravity, pairs, equation, chosen.cluster)
    return findings_of(chosen)("expected", attempt(integration.expected_within, fit, regions))


def _traded(chosen: IntegrationParameters) -> pd.DataFrame:
    return integration.trade_by_partner(chosen.measure, chosen.year, chosen.vintage)


def _economy_expected(chosen: CountryParameters) -> Finding:
    spec = (chosen.measure, chosen.flow, chosen.vintage)
    return findings_of(chosen)("expected", attempt(_everybody_expected, spec, chosen.year, gap.EQUATION, "ols"))


def _economy_over_time(chosen: CountryParameters) -> Finding:
    asked = (chosen.measure, chosen.flow)
    found = {each: metrics.over_time(*asked, each, chosen.vintage) for each in chosen.compared()}
    return findings_of(chosen)("over_time", found)


def _economy_added(chosen: CountryParameters) -> Finding:
    one, peers = chosen.compared()
    spec = (chosen.measure, chosen.flow, chosen.vintage, "current")
    base = _baseline(spec, one.undated, "shrunken_drift", chosen.seed)
    asked = scenarios.scenario(
        base, one, peers, scenarios.preset(chosen.preset), chosen.horizon, vintage=chosen.vintage
    )
    futures = scenarios.simulate(asked, chosen.draws, chosen.seed)
    return findings_of(chosen)("additional", futures.additional(), futures)


_COUNTS = ("flow", "cluster")

VIEWS: Mapping[type[SharedParameters], Mapping[str, View]] = {
    SnapshotParameters: {
        "members": View(_members, figures.members, ("region_exclude", "benchmark_exclude")),
        "effective members": View(_over_time, figures.effective_members),
        "over time": View(_over_time, figures.over_time),
        "composition": View(_by_service, figures.composition, ("measure",)),
    },
    GapParameters: {
        "decomposition": View(_decomposition, figures.waterfall, (*_EXPECTED, *_RATED)),
        "expected trade": View(_expected, figures.expected_trade, _RATED),
        "readiness": View(_readiness, figures.readiness, ("measure", "flow", *_EXPECTED)),
        "networks": View(_networks, figures.infrastructure, ("measure", "flow", *_EXPECTED, *_RATED)),
        "readiness and trade": View(_lagging, figures.readiness_and_trade, ("coding_error", "draws")),
    },
    ScenarioParameters: {
        "additional trade": View(_found("additional", Simulation.additional), figures.additional_fan),
        "by member": View(_found("by_economy", Simulation.by_member), figures.additional_by_member),
        "attribution": View(_found("attribution", scenarios.attribute), figures.lever_parts),
        "tornado": View(
            _found("tornado", _tornado),
            figures.swings,
            ("draws",),
        ),
        "baseline fan": View(
            _found("baseline", Simulation.baseline),
            figures.baseline_fan,
            (*_LEVERS, "benchmark", "benchmark_exclude"),
        ),
    },
    IntegrationParameters: {
        "expected within": View(_expected_within, figures.expected_within, ("flow",)),
        "within": View(_shares, figures.within, _COUNTS),
        "partners": View(_partners, figures.partners, _COUNTS),
    },
    CountryParameters: {
        "over time": View(_economy_over_time, figures.over_time, ("year", *_FUTURE)),
        "services": View(_by_service, figures.composition, ("measure", *_FUTURE)),
        "networks": View(_networks, figures.infrastructure, ("year", "measure", "flow", *_FUTURE)),
        "expected trade": View(_economy_expected, figures.expected_trade, _FUTURE),
        "additional trade": View(_economy_added, figures.additional_fan, ("year",)),
    },
}
"""The figures of each notebook, the one shown first at the head."""


def drawn(view: View, chosen: SharedParameters) -> tuple[bytes, tuple[str, str, str], Finding]:
    """Compute and draw a figure.

    Parameters
    ----------
    view : View
        Which.
    chosen : SharedParameters
        With which parameters.

    Returns
    -------
    bytes, tuple of str, Finding
        The picture; its title, subtitle and source line, which are not in it; and what it shows.

    Raises
    ------
    InputError
        If the section finds no data for what is asked.
    """
    result = view.section(chosen)
    with bare():  # most of a drawing's time goes into letters
        figure = view.figure(result, chosen)[0].figure
    return png(figure, DOTS_PER_INCH), figure.words, result
