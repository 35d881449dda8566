import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios import (
    Lever,
    OwnEffect,
    Target,
    applicable,
    chosen_levers,
    effects_in_words,
    fields_in_words,
    lever_set,
    listed_levers,
    paperless_lever,
    preset,
    presets_in_words,
    published_effects,
)

PAPERLESS = {"family": "paperless", "effect": "escap_cpta", "benchmark": "full"}


def test_levers_in_a_list_are_named_after_their_families():
    shown = {"family": "inclusion", "indicator": "internet_users"}
    found = listed_levers([shown, {**shown, "closure": 0.5}, PAPERLESS, shown])
    assert list(found) == ["inclusion", "inclusion_2", "paperless", "inclusion_3"]
    assert found["inclusion_2"].closure == 0.5
    assert listed_levers(list(found.values())) == found
    assert listed_levers([]) == {}


@pytest.mark.parametrize(
    ("levers", "sentence"),
    [
        ("connectivity", "levers is 'connectivity': write a list of mappings"),
        ([{"effect": "escap_cpta"}], "has no family: write a mapping such as {family: connectivity}"),
        ([PAPERLESS, PAPERLESS], "the levers paperless and paperless_2 overlap"),
        ([{"family": "inclusion", "indicator": "cpta"}] * 13, "levers lists 13: list at most 12"),
    ],
)
def test_refused_in_one_sentence(levers, sentence):
    with pytest.raises(InputError, match=sentence):
        listed_levers(levers)


def test_only_what_is_optional_is_left_out_where_it_does_not_act():
    assert list(applicable(preset("all_four"), "delivered")) == ["regulation", "connectivity", "inclusion"]
    assert applicable(preset("all_four"), "goods_and_services") == preset("all_four")
    # Another lever on an outcome that its effect was not estimated on stays, to be refused.
    wrong = lever_set({"connectivity": {"effect": "oecd2018_goods"}, "paperless": PAPERLESS})
    assert applicable(wrong, "delivered") == wrong
    spilling = lever_set({"paperless": {**PAPERLESS, "spillover": 0.1, "optional": True}})
    assert applicable(spilling, "delivered") == spilling


def test_chosen_levers_are_the_presets_or_those_listed_with_their_effects():
    assert chosen_levers() == preset("all_four")
    assert list(chosen_levers("paperless", [{"family": "connectivity", "effect": "wto2023_trade"}])) == ["connectivity"]
    assert (
        chosen_levers("connectivity", None, {"connectivity": "wto2023_cost"})["connectivity"].effect == "wto2023_cost"
    )


def test_the_lever_for_goods_is_the_chosen_one_or_the_presets():
    half = preset("all_four_half")
    assert paperless_lever(half) == {"paperless": half["paperless"]}
    assert paperless_lever(preset("connectivity")) == preset("paperless")
    shown = lever_set({"paperless": {"indicator": "cpta"}})
    assert paperless_lever(shown) == preset("paperless")


def test_choices_in_words():
    assert "connectivity: connectivity (wto2023_trade, fixed_broadband)" in presets_in_words().splitlines()
    assert "inclusion: inclusion (no published effect, only the gap, internet_users)" in presets_in_words().splitlines()
    assert len(effects_in_words().splitlines()) == len(published_effects())
    assert "6.5% of trade for a 10% rise (6 to 7)" in effects_in_words()
    assert "60% growth of the effect of connectivity at full implementation (bounds assumed)" in effects_in_words()
    assert "3% of trade for a 10% rise (at least 3; upper bound assumed)" in effects_in_words()
    lines = fields_in_words(Lever).splitlines()
    assert "(regulation | paperless | connectivity | inclusion; needed)" in lines[0]
    assert "phase: how the effect grows between the two (linear | logistic; default linear)" in lines
    assert "closure: share of the gap that is closed (default 1.0)" in lines
    for model in (Lever, OwnEffect, Target):
        assert [line.split(":")[0] for line in fields_in_words(model).splitlines()] == list(model.model_fields)
