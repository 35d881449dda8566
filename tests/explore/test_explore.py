"""Controls over the figures: made from the models, redrawn at every move, and never outside what the models admit."""

from html import escape

import ipywidgets as widgets
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade import explore as package
from carec_digital_trade import figures
from carec_digital_trade.drawing import png
from carec_digital_trade.explore.explorer import TAKEN_BACK, Explorer
from carec_digital_trade.explore.views import DOTS_PER_INCH, VIEWS
from carec_digital_trade.figures.layout import bare
from carec_digital_trade.parameters import (
    CountryParameters,
    GapParameters,
    IntegrationParameters,
    RegionalParameters,
    ScenarioParameters,
    SharedParameters,
    SnapshotParameters,
)

pytestmark = pytest.mark.usefixtures("light_backtest")

MODELS = list(VIEWS)
SLOW = {ScenarioParameters: RegionalParameters, CountryParameters: SharedParameters}
"""Models whose baseline other data test anew, and the model of the parameters that change these data."""


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model.__name__)
def explorer(request):
    return Explorer(request.param.validated({}))


@pytest.fixture
def scenarios():
    return Explorer(ScenarioParameters.validated({}))


def move(control, value):
    """Set a control, and say whether that was a change."""
    before = control.value
    control.value = value
    return before != value


def words_of(explorer):
    result = VIEWS[type(explorer.chosen)][explorer.shown].section(explorer.chosen)
    return f"{result.caption}. {result.reading}"


def places(control):
    """Return a strategy of the values that a reader can give a control; of text, also wrong ones."""
    match control:
        case widgets.Combobox():
            typed = ["", "nowhere", "KAZ", "asean", "KAZ, KGZ", "KAZ, KAZ", "Viet Nam, SGP", "AFG"]
            return st.sampled_from([*control.options, *typed])
        case widgets.SelectMultiple():
            values = [each[1] if isinstance(each, tuple) else each for each in control.options]
            return st.lists(st.sampled_from(values), unique=True).map(tuple)
        case widgets.Dropdown() | widgets.ToggleButtons():
            return st.sampled_from(control.options)
        case widgets.IntRangeSlider():
            return st.tuples(*[st.integers(control.min, control.max)] * 2).map(sorted).map(tuple)
        case widgets.IntSlider():
            return st.integers(control.min, control.max)
        case widgets.BoundedFloatText() | widgets.FloatSlider():
            return st.floats(control.min, control.max)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@given(data=st.data())
@settings(max_examples=2, deadline=None)
def test_no_control_reaches_parameters_that_fail(model, data):
    explorer = Explorer(model.validated({}))
    for _ in range(5):
        control = data.draw(st.sampled_from([explorer.view, *explorer.controls.values()]), "control")
        before, picture = explorer.chosen, explorer.picture.value
        moved = move(control, data.draw(places(control), "value"))
        chosen = explorer.chosen
        assert model.validated(chosen.model_dump()) == chosen
        assert model.validated({**chosen.model_dump(), **explorer._controls.values(chosen)}) == chosen
        if TAKEN_BACK in explorer.reading.value:
            assert (chosen, explorer.picture.value) == (before, picture)
        elif moved:
            assert explorer.picture.tooltip == words_of(explorer)


def test_every_control_says_what_it_is(explorer):
    for name, control in explorer.controls.items():
        assert control.description == name.removeprefix("levers: ")
        assert control.tooltip
    assert explorer.picture.tooltip == words_of(explorer)


def test_bounds_are_those_of_the_models(scenarios):
    assert [(scenarios.controls[name].min, scenarios.controls[name].max) for name in ("year", "horizon", "draws")] == [
        *((2005, 2025), (2026, 2060), (100, 500)),
    ]
    assert scenarios.controls["support"].max == 1000
    closure = scenarios.controls["levers: closure of connectivity"]
    assert (closure.min, closure.max, closure.value) == (0, 1, 1)
    draft = Explorer(GapParameters.validated({})).controls["draft_value"]
    assert (draft.min, draft.max, draft.value) == (0, 1, 0.5)


def test_a_lever_moves_the_figure_and_is_told(scenarios):
    before = scenarios.picture.value
    scenarios.controls["levers: closure of connectivity"].value = 0.5
    assert scenarios.picture.value != before
    levers = scenarios.chosen.chosen_levers()
    assert (levers["connectivity"].closure, levers["regulation"].closure) == (0.5, 1)
    assert "With 500 random draws, so that it is quickly drawn; the notebook uses 10,000." in scenarios.reading.value
    assert "To keep it, in the first cell: levers = [" in scenarios.reading.value
    scenarios.controls["levers: years of connectivity"].value = (2028, 2033)
    connectivity = scenarios.chosen.chosen_levers()["connectivity"]
    assert (connectivity.start, connectivity.end) == (2028, 2033)


def test_the_titles_stand_above_the_picture_and_not_in_it():
    explorer = Explorer(SnapshotParameters.validated({}))
    finding = VIEWS[SnapshotParameters][explorer.shown].section(explorer.chosen)
    whole = figures.members(finding, explorer.chosen)[0].figure
    title, subtitle, source = whole.words
    assert explorer.heading.value == f"<b>{escape(title)}</b><br>{escape(subtitle)}"
    assert explorer.reading.value.endswith(f"<p>{escape(source)}</p>")
    with bare():
        picture = figures.members(finding, explorer.chosen)[0].figure
    assert picture.words == whole.words
    assert not any(text.get_text() for text in picture.texts)
    assert picture.get_figheight() < whole.get_figheight()
    assert explorer.picture.value == png(picture, DOTS_PER_INCH)


def test_what_does_not_fit_is_taken_back():
    explorer = Explorer(SnapshotParameters.validated({}))
    for name, value, why in [
        ("region", "nowhere", "there is no region"),
        ("region", "KAZ, VNM", "region and benchmark share VNM"),
        ("benchmark_exclude", tuple(each[1] for each in explorer.controls["benchmark_exclude"].options), "leave ASEAN"),
    ]:
        before = explorer.controls[name].value
        explorer.controls[name].value = value
        assert explorer.reading.value.startswith(f"<p><b>{TAKEN_BACK}:</b> ")
        assert why in explorer.reading.value
        assert explorer.controls[name].value == before
    explorer.controls["region"].value = "asean"
    assert "share" in explorer.reading.value
    explorer.controls["benchmark"].value = "japan"
    explorer.controls["region"].value = "asean"
    assert explorer.controls["region"].value == explorer.chosen.region == "ASEAN"
    assert explorer.chosen.region_exclude is None  # as the model has it for another region
    assert explorer.controls["region_exclude"].value == ("SGP",)


def test_another_measure_keeps_the_year_within_its_data(explorer):
    explorer.controls["year"].value = explorer.controls["year"].max
    measure = explorer.controls["measure"]
    measure.value = next(each for each in measure.options if each != explorer.chosen.measure)
    # Services by partner are not bundled, so that choice is taken back.
    assert (TAKEN_BACK in explorer.reading.value) == ("services" in measure.options)
    assert explorer.controls["year"].min <= explorer.chosen.year <= explorer.controls["year"].max


@pytest.mark.slow
def test_hidden_controls_are_those_without_effect():
    """A parameter that a figure is said not to depend on leaves its table as it is, and the others can change one."""
    other = {
        "levers": [{"family": "connectivity", "effect": "wto2023_trade", "closure": 0.3}],
        **{"support": 1.5, "relative_uncertainty": 0.2, "benchmark": ["JPN", "KOR"], "benchmark_exclude": ["THA"]},
        **{"estimator": "ppml", "covariates": ["internet_users_pct"], "draft_value": 0.2, "aggregation": "geometric"},
        **{
            "coding_error": 0.3,
            "cluster": "two_way",
            "draws": 200,
            "measure": "deliverable",
            "flow": "exports",
            "region": ["KAZ", "GEO"],
            "economy": "GEO",
            "year": 2015,
        },
        **{"region_exclude": ["PAK"], "horizon": 2031, "baseline": "own_drift", "prices": "constant"},
    }
    for model, views in VIEWS.items():
        start = model.validated({"year": 2023} | ({"draws": 100} if "draws" in model.model_fields else {}))
        shown = {name.partition(":")[0] for name in Explorer(start).controls}
        tables = {title: view.section(start).table for title, view in views.items()}
        assert all(shown > set(view.unused) for view in views.values())
        # Every series is tested anew with other data, which takes a second: they change each of these figures.
        slow = set(SLOW[model].model_fields) if model in SLOW else set()
        # The bundled trade by partner is goods, of one year.
        only = {"year", "measure"} if model is IntegrationParameters else set()
        for name in shown - only:
            changed = model.validated(start.model_dump() | {name: other[name]})
            for title, view in views.items():
                if name in view.unused or name not in slow:
                    assert view.section(changed).table.equals(tables[title]) == (name in view.unused), (title, name)


def test_without_ipywidgets_a_sentence_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setattr(package, "find_spec", lambda _: None)
    package.explore(SnapshotParameters.validated({}))
    assert "pip install ipywidgets" in capsys.readouterr().out


def test_a_region_of_ones_own_stands_by_its_name():
    own = {"name": "Central Asia", "members": ["KAZ", "UZB"]}
    explorer = Explorer(SnapshotParameters.validated({"region": own}))
    assert explorer.controls["region"].value == "Central Asia"
    assert move(explorer.controls["year"], 2020)
    assert explorer.chosen.region == own
