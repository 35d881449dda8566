"""The figures that can be explored, and how one is drawn quickly enough to follow a slider."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from carec_digital_trade import figures, metrics, scenarios
from carec_digital_trade.datasets import load
from carec_digital_trade.drawing import png
from carec_digital_trade.explore import gap_recipes
from carec_digital_trade.findings import Finding, findings_of
from carec_digital_trade.parameters import GapParameters, ScenarioParameters, SharedParameters, SnapshotParameters
from carec_digital_trade.revisions import ranked
from carec_digital_trade.scenarios import Simulation

DOTS_PER_INCH = 80
"""A screen's: the figure is 880 pixels wide."""

_LEVERS = ("levers", "support", "relative_uncertainty")
_EXPECTED = ("estimator", "covariates")
_RATED = ("draft_value", "aggregation", "draws")


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


def _found(name: str, recipe: Callable[[Simulation], pd.DataFrame]) -> Callable[[ScenarioParameters], Finding]:
    """Return the section that simulates what is chosen, takes a frame from it, and shows it as a finding."""

    def section(chosen: ScenarioParameters) -> Finding:
        study, benchmark = chosen.compared()
        traded = scenarios.outcome(chosen.measure, chosen.flow, chosen.vintage)
        base = scenarios.baseline(traded, study, chosen.baseline, chosen.seed)
        asked = scenarios.scenario(base, study, benchmark, chosen.chosen_levers(), chosen.horizon, **chosen.figures())
        futures = scenarios.simulate(asked, chosen.draws, chosen.seed)
        return findings_of(chosen)(name, recipe(futures), futures)

    return section


def _tornado(futures: Simulation) -> pd.DataFrame:
    return scenarios.tornado(scenarios.Response(futures.scenario, seed=futures.seed))


VIEWS: Mapping[type[SharedParameters], Mapping[str, View]] = {
    SnapshotParameters: {
        "members": View(_members, figures.members, ("region_exclude", "benchmark_exclude")),
        "effective members": View(_over_time, figures.effective_members),
        "over time": View(_over_time, figures.over_time),
        "composition": View(_by_service, figures.composition, ("measure",)),
    },
    GapParameters: {
        "decomposition": View(gap_recipes.decomposition, figures.waterfall, (*_EXPECTED, *_RATED)),
        "expected trade": View(gap_recipes.expected, figures.expected_trade, _RATED),
        "readiness": View(gap_recipes.readiness, figures.readiness, ("measure", "flow", *_EXPECTED)),
        "readiness and trade": View(gap_recipes.lagging, figures.readiness_and_trade, ("draws",)),
    },
    ScenarioParameters: {
        "additional trade": View(_found("additional", Simulation.additional), figures.additional_fan),
        "by member": View(_found("by_economy", Simulation.by_member), figures.additional_by_member),
        "attribution": View(_found("attribution", scenarios.attribute), figures.lever_parts),
        "tornado": View(
            _found(
                "tornado", lambda futures: scenarios.tornado(scenarios.Response(futures.scenario, seed=futures.seed))
            ),
            figures.swings,
            ("draws",),
        ),
        "baseline fan": View(
            _found("baseline", Simulation.baseline),
            figures.baseline_fan,
            (*_LEVERS, "benchmark", "benchmark_exclude"),
        ),
    },
}
"""The figures of each notebook, the one shown first at the head."""


@dataclass(frozen=True)
class Drawing:
    """A drawn figure.

    Attributes
    ----------
    png : bytes
        The picture, without the source line.
    caption, reading, source : str
        What it shows, the sentences that read it, and the source line.
    """

    png: bytes
    caption: str
    reading: str
    source: str


def drawn(view: View, chosen: SharedParameters) -> Drawing:
    """Compute and draw a figure.

    Parameters
    ----------
    view : View
        Which.
    chosen : SharedParameters
        With which parameters.

    Returns
    -------
    Drawing
        The picture and its words.

    Raises
    ------
    InputError
        If the section finds no data for what is asked.
    """
    result = view.section(chosen)
    # Most of the time goes into letters, so the source line stands below the picture as text.
    figure = view.figure(replace(result, source=""), chosen)[0].figure
    return Drawing(png(figure, DOTS_PER_INCH), result.caption, result.reading, result.source)
