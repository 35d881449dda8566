import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios import lever_set, preset, presets, with_effects

OWN = {
    "kind": "trade_per_10_percent",
    "indicator": "internet_users",
    "measures": ["delivered"],
    "central": 2.0,
    "source": "A survey",
}


def own(**changes):
    return {"inclusion": {"effect": {**OWN, **changes}}}


def test_presets_are_there_whole_and_half_way():
    families = {"regulation", "paperless", "connectivity", "inclusion"}
    assert set(presets()) == {name + ending for name in (*families, "all_four") for ending in ("", "_half")}
    assert set(preset("all_four")) == {*families, "laws"}  # the number of laws is shown beside the OECD's index
    halves = [name for name in presets() if name.endswith("_half")]
    assert {lever.closure for name in halves for lever in preset(name).values()} == {0.5}
    assert preset("connectivity")["connectivity"].closure == 1.0


def test_own_effect_is_taken_as_it_is():
    lever = lever_set(own(low=1.0, high=3.0))["inclusion"]
    (effect,) = lever.resolved()
    assert (effect.id, effect.low, effect.central, effect.high, effect.source) == ("own", 1.0, 2.0, 3.0, "A survey")
    assert lever.used_indicators == ("internet_users",) and effect.family == "inclusion"


def test_a_lever_may_have_a_name_of_its_own():
    levers = lever_set({"fibre": {"family": "connectivity", "effect": "wto2023_cost"}})
    assert levers["fibre"].family == "connectivity"


def test_effects_are_replaced():
    levers = with_effects(preset("all_four"), {"connectivity": "oecd2018_services", "regulation": None})
    assert levers["connectivity"].used_indicators == ("internet_users",)
    assert levers["regulation"].effect is None and levers["regulation"].used_indicators == ("dstri",)
    with pytest.raises(InputError, match=r"no lever 'conectivity'.*did you mean 'connectivity'"):
        with_effects(levers, {"conectivity": None})


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({"connectivity": {"effect": "wto2023_trade", "closure": 1.2}}, "lever connectivity, closure: .* 1, not 1.2"),
        ({"connectivity": {"effect": "wto2023_trade", "closure": -0.1}}, "closure: .* 0, not -0.1"),
        ({"connectivity": {"effect": "wto2023_trade", "closure": "half"}}, "closure: .* not 'half'"),
        ({"connectivity": {"effect": "wto2023_trade", "closur": 1}}, "closur: .* did you mean 'closure'"),
        ({"connectivity": {"effect": "wto2023_trade", "start": 2031}}, "ends in 2030, before its start in 2031"),
        ({"connectivity": {"effect": "wto2023_trade", "phase": "cubic"}}, "phase: .*'linear' or 'logistic'"),
        ({"connectivity": {"effect": "escap_cpta"}}, "escap_cpta is an effect of paperless, not of connectivity"),
        ({"connectivity": {"effect": "nobody2020"}}, "no effect 'nobody2020'"),
        ({"connectivity": {"effect": 3}}, "effect: .*not 3"),
        ({"connectivity": {}}, "a lever without an effect needs an indicator"),
        ({"connectivity": 1}, "lever connectivity is 1: write a mapping"),
        ({"roads": {"effect": "escap_cpta"}}, "lever roads has no family: write one of regulation"),
        ({"regulation": {"effect": "wto2023_interaction", "indicator": "internet_users"}}, "is in other units"),
        (own(source=""), "effect.source: .* at least 1 character"),
        ({"inclusion": {"effect": {k: v for k, v in OWN.items() if k != "source"}}}, "effect.source: it is missing"),
        (own(central=-2.0), "trade_per_10_percent must be 0 per cent or more"),
        (own(low=5.0), "low, central and high must rise"),
        (own(kind="cost_per_10_percent"), "must lie between -100 and 0"),
        (own(kind="trade_at_full"), "trade_at_full does not go with internet_users"),
        (own(measures=["goods"]), "effect.measures.0: .*'delivered', 'deliverable' or 'goods_and_services'"),
        (own(amplifies=["wto2023_trade"]), "for a connectivity_amplifier and nothing else"),
        ({"paperless": {"effect": "escap_cpta", "scores": {"KAZ": 1.5}}}, "scores.KAZ: .* 1, not 1.5"),
        ({"paperless": {"effect": "escap_cpta", "scores": {"KAS": 1}}}, "there is no economy 'KAS'"),
        (
            {"connectivity": {"effect": "wto2023_cost", "scores": {}}},
            "scores are of the indicator cpta",
        ),
        (own(colour="red"), "effect.colour: there is no such field"),
    ],
)
def test_refused_in_one_sentence(spec, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        lever_set(spec)
    assert "\n" not in str(caught.value)


def test_overlapping_effects_are_refused():
    with pytest.raises(InputError, match="levers treaty and facilitation overlap, both have the family paperless"):
        lever_set(
            {
                "treaty": {"family": "paperless", "effect": "escap_cpta"},
                "facilitation": {"family": "paperless", "effect": "escap_tfa_digital"},
            }
        )
    # Two families that close the gap of one indicator would count it twice as well.
    with pytest.raises(InputError, match="overlap, both have the indicator internet_users"):
        lever_set({"connectivity": {"effect": "oecd2018_services"}, **own()})
    # Without an effect nothing is counted twice.
    assert len(lever_set({"connectivity": {"effect": "oecd2018_services"}, **preset("inclusion")})) == 2


def test_a_lever_may_have_several_studies_but_no_study_twice():
    lever = preset("connectivity")["connectivity"]
    assert [effect.study for effect in lever.resolved()] == ["wto2023", "oecd2018", "yousefi2018"]
    assert lever.used_indicators == ("mobile_broadband", "internet_users", "internet_users")
    with pytest.raises(InputError, match="two of its effects are of the study wto2023"):
        lever_set({"connectivity": {"effect": ["wto2023_cost_points", "wto2023_cost"]}})


def test_unknown_preset_is_refused():
    with pytest.raises(InputError, match=r"no preset 'conectivity'.*did you mean 'connectivity'"):
        preset("conectivity")
