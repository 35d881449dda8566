"""What the scenarios may be asked, and what is refused in one sentence."""

import sys

import pytest
from hypothesis import HealthCheck, given, settings
from notebook_cells import Cells
from strategies import scenario_values

from carec_digital_trade import datasets, vintages
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import NOTEBOOKS, ScenarioParameters
from carec_digital_trade.scenarios import Lever, applicable, preset, presets, published_effects

OWN = {
    "kind": "trade_per_10_percent",
    "indicator": "internet_users",
    "measures": ["delivered"],
    "central": 2.0,
    "source": "A survey",
}
CONNECTIVITY = {"family": "connectivity", "effect": "wto2023_trade"}
PAPERLESS = {"family": "paperless", "effect": "escap_cpta", "benchmark": "full"}


def chosen(**values):
    return ScenarioParameters.validated(values)


def without(fields, name):
    return {key: value for key, value in fields.items() if key != name}


def test_defaults():
    default = chosen()
    assert default.compared() == default.regions()
    assert default.goal().model_dump() == {"kind": "multiple", "multiple": 2.0, "year": 2030}
    assert chosen(horizon=2027).goal().year == 2027
    assert list(default.chosen_levers()) == ["regulation", "paperless", "connectivity", "inclusion", "laws"]
    # Paperless trade acts on goods, so it is no lever on services.
    acting = applicable(default.chosen_levers(), default.measure)
    assert list(acting) == ["regulation", "connectivity", "inclusion", "laws"]


def test_levers_of_ones_own_are_named_after_their_families():
    levers = [CONNECTIVITY, {"family": "inclusion", "indicator": "internet_users"}] * 1 + [
        {"family": "connectivity", "indicator": "internet_users", "closure": 1}
    ]
    asked = chosen(levers=levers)
    assert list(asked.chosen_levers()) == ["connectivity", "inclusion", "connectivity_2"]
    assert asked.levers[0] == Lever(**CONNECTIVITY)
    assert asked.preset == "all_four"  # not used


def test_effects_are_given_to_the_levers():
    asked = chosen(
        effects={"connectivity": "oecd2018_services", "regulation": None, "inclusion": {**OWN, "low": 1.0}}
        | {"connectivity": None}
    )
    levers = {name: lever.resolved() for name, lever in asked.chosen_levers().items()}
    assert levers["connectivity"] == levers["regulation"] == ()
    assert levers["inclusion"][0].source == "A survey"


def test_a_paperless_lever_with_a_spillover_acts_on_services():
    asked = chosen(levers=[{**PAPERLESS, "spillover": 0.1}])
    assert list(applicable(asked.chosen_levers(), asked.measure)) == ["paperless"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"horizon": 2025}, r"^the horizon 2025 must lie after the last year of the data, 2025$"),
        ({"horizon": 2061}, r"^horizon must be less than or equal to 2060, not 2061$"),
        ({"draws": 0}, r"^draws must be greater than or equal to 100, not 0$"),
        ({"trade_elasticity": 3.7}, r"^the trade elasticity is 3.7: it must be negative"),
        ({"trade_elasticity": [-3.0, 4.0]}, r"^the trade elasticity is .* such as \[-5.0, -4.0, -3.7, -2.8\]$"),
        (
            {"trade_elasticity": []},
            r"^the trade elasticity is .*: it must be negative.* several that are equally",
        ),
        ({"studies": {"wto": 1}}, r"^there is no study 'wto' to weight: use escap_cpta, .*"),
        ({"studies": "wto2023"}, r"^studies must be a mapping such as {wto2023: 1}, or null, not 'wto2023'$"),
        ({"trade_elasticity": -200}, r"^the trade elasticity is -200.0: it must be negative, above -100"),
        ({"trade_elasticity": "-4"}, r"^trade_elasticity must be a negative number such as -3.7, .*, not '-4'$"),
        ({"trade_elasticity": True}, r"^trade_elasticity must be a negative number .*, not True$"),
        ({"levers": [{**CONNECTIVITY, "closure": 1.5}]}, r"^lever connectivity, closure: .* 1, not 1.5$"),
        ({"levers": [{**CONNECTIVITY, "closure": -0.1}]}, r"^lever connectivity, closure: .* 0, not -0.1$"),
        (
            {"levers": [PAPERLESS]},
            r"^lever paperless: the effect escap_cpta was estimated on goods_and_services and not",
        ),
        (
            {"levers": [{**CONNECTIVITY, "effect": "oecd2018_goods"}]},
            r"^lever connectivity: the effect oecd2018_goods was estimated on goods_and_services and not on delivered",
        ),
        (
            {"preset": "connectivity", "effects": {"connectivity": "oecd2018_goods"}},
            r"^lever connectivity: the effect oecd2018_goods was estimated on goods_and_services and not on delivered",
        ),
        ({"effects": {"inclusion": without(OWN, "source")}}, r"^lever inclusion, effect.source: it is missing$"),
        (
            {"levers": [CONNECTIVITY, {**CONNECTIVITY, "effect": "wto2023_cost"}]},
            r"^the levers connectivity and connectivity_2 overlap, both have the family connectivity",
        ),
        (
            {"levers": [{**CONNECTIVITY, "benchmark": "KAZ"}]},
            r"^the benchmark is KAZ alone, and it is a member of CAREC",
        ),
        (
            {"levers": [{**CONNECTIVITY, "start": 2030, "end": 2028}]},
            r"^lever connectivity: .* ends in 2028, before its",
        ),
        (
            {"levers": [{**CONNECTIVITY, "end": 2024}]},
            r"^lever connectivity: .* ends in 2024, before its start in 2025$",
        ),
        ({"levers": {"connectivity": {}}}, r"^levers is {'connectivity': {}}: write a list of mappings such as"),
        ({"levers": [5]}, r"^the lever 5 has no family: write a mapping such as {family: connectivity}$"),
        ({"levers": [{"family": "inclusion", "indicator": "cpta"}] * 13}, r"^levers lists 13: list at most 12$"),
        ({"preset": "all_for"}, r"^preset: there is no preset 'all_for': use .*; did you mean 'all_four'\?$"),
        ({"preset": 4}, r"^preset must be a name such as all_four, not 4$"),
        ({"effects": ["connectivity"]}, r"^effects must be a mapping such as .*, or null, not \['connectivity'\]$"),
        ({"effects": {"roads": None}}, r"^there is no lever 'roads' to give an effect: use regulation, paperless"),
        ({"target": "double"}, r"^target is 'double': write a mapping"),
        ({"target": {"multiple": 0.5}}, r"^target, multiple: .* greater than or equal to 1, not 0.5$"),
        ({"target": {"year": 2040}}, r"^the target is for 2040: it must be for a year from 2026 to 2035$"),
        ({"region": "TWN", "target": {"kind": "benchmark_ratio"}}, r"^TWN has no recent GDP: leave it out"),
        ({"support": 0.5}, r"^support must be greater than or equal to 1, not 0.5$"),
        ({"relative_uncertainty": 1}, r"^relative_uncertainty must be less than 1, not 1$"),
        ({"baseline": "theta"}, r"^baseline must be 'shrunken_drift' or 'own_drift', not 'theta'$"),
        ({"region": "AND"}, r"^none of AND has delivered trade \(total\) in 2022-2025"),
        (
            {"levers": [{**CONNECTIVITY, "effect": {**OWN, "central": 1e300}}]},
            r"^the levers would multiply the trade of AFG by more than 1,000,000: lower the effects",
        ),
        (
            {"effects": {"connectivity": {**OWN, "kind": "cost_per_10_percent", "central": -80.0}, "regulation": None}},
            r"^lever connectivity: with the relative uncertainty of 0.5 its effect on trade cost reaches -120 per cent",
        ),
        ({"leverage": []}, r"^there is no parameter 'leverage': .*did you mean 'levers'\?$"),
        ({"draws": 1, "support": 0}, r"^support must be .*; draws must be "),
    ],
)
def test_what_is_refused_is_said_in_one_sentence(values, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        ScenarioParameters.validated(values)
    assert "\n" not in str(caught.value)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario_values())
def test_what_the_model_admits_keeps_its_meaning(values):
    asked = ScenarioParameters.validated(values)
    assert ScenarioParameters.validated(asked.model_dump(mode="json")) == asked


def test_the_schema_documents_every_preset_lever_and_effect_with_its_source():
    properties = ScenarioParameters.model_json_schema()["properties"]
    for name in presets():
        assert name.removesuffix("_half") in properties["preset"]["description"]
    told = properties["levers"]["description"]
    for effect in published_effects().itertuples():
        (line,) = [line for line in told.splitlines() if line.startswith(f"{effect.effect}: ")]
        assert line.endswith(effect.source) and effect.lever in line and f"{effect.central:g}" in line
        assert not effect.source.endswith("as above")
    assert all(name in told for name in Lever.model_fields)
    assert set(preset("all_four")) == {"regulation", "paperless", "connectivity", "inclusion", "laws"}


def test_the_data_are_not_read_on_import():
    # What the data say is told when the schema is asked for; a damaged file must not stop `cdt data verify`.
    assert "wto2023_trade" not in ScenarioParameters.model_fields["levers"].description


@pytest.mark.usefixtures("light_backtest")
def test_tables_are_those_that_are_read(monkeypatch):
    read = set()
    load = datasets._load
    vintages.forget()  # also what was made of the tables
    monkeypatch.setattr(datasets, "_load", lambda name, folder: read.add(name) or load(name, folder))
    found = Cells("scenarios", vintage="latest", region=["KAZ", "PAK"], draws=200)
    for name in found:
        assert found[name].name == name
    # Names and members may have been read before.
    assert read | {"economies", "memberships", "groups"} == set(found.value("chosen").tables())


def test_asking_builds_no_scenario(monkeypatch):
    chosen()  # after which the data are known
    built = []
    for module, maker in (("scenario", "Scenario"), ("random_walk", "Baseline")):
        where = sys.modules[f"carec_digital_trade.scenarios.{module}"]
        monkeypatch.setattr(where, maker, lambda **made: built.append(made))
    chosen(seed=1, draws=200, support=3, preset="connectivity_half")
    assert built == []


def test_registered():
    assert NOTEBOOKS["scenarios"].model is ScenarioParameters
