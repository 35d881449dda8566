import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios import (
    Lever,
    OwnEffect,
    Target,
    applicable,
    effects_in_words,
    fields_in_words,
    lever,
    lever_set,
    paperless_lever,
    preset,
    presets_in_words,
    published_effects,
    scenario,
)

PAPERLESS = {"family": "paperless", "effect": "escap_cpta", "benchmark": "full"}


def test_levers_in_a_list_are_named_after_their_families():
    shown = {"family": "inclusion", "indicator": "internet_users"}
    found = lever_set([shown, {**shown, "closure": 0.5}, PAPERLESS, shown])
    assert list(found) == ["inclusion", "inclusion_2", "paperless", "inclusion_3"]
    assert found["inclusion_2"].closure == 0.5
    assert lever_set(list(found.values())) == found
    assert lever_set([]) == {}


@pytest.mark.parametrize(
    ("levers", "sentence"),
    [
        ([{"effect": "escap_cpta"}], "has no family: write a mapping such as {family: connectivity}"),
        ([PAPERLESS, PAPERLESS], "the levers paperless and paperless_2 overlap"),
    ],
)
def test_refused_in_one_sentence(levers, sentence):
    with pytest.raises(InputError, match=sentence):
        lever_set(levers)


def test_only_what_is_optional_is_left_out_where_it_does_not_act():
    assert list(applicable(preset("all_four"), "delivered")) == ["regulation", "connectivity", "inclusion", "laws"]
    # The interaction with regulation was estimated on deliverable services.
    assert set(preset("all_four")) - set(applicable(preset("all_four"), "goods_and_services")) == {"regulation"}
    # Another lever on an outcome that its effect was not estimated on stays, to be refused.
    wrong = lever_set({"connectivity": {"effect": "oecd2018_goods"}, "paperless": PAPERLESS})
    assert applicable(wrong, "delivered") == wrong
    spilling = lever_set({"paperless": {**PAPERLESS, "spillover": 0.1, "optional": True}})
    assert applicable(spilling, "delivered") == spilling


def test_one_lever_is_checked_and_a_scenario_takes_a_list_of_them(baseline, carec, asean):
    half = lever("connectivity", effect="wto2023_trade", closure=0.5)
    assert half == lever_set({"connectivity": {"effect": "wto2023_trade", "closure": 0.5}})["connectivity"]
    with pytest.raises(InputError, match=r"lever connectivity, closure: .* 1, not 1.5"):
        lever("connectivity", effect="wto2023_trade", closure=1.5)
    with pytest.raises(InputError, match=r"lever roads, family: .*'regulation'"):
        lever("roads")
    listed = scenario(baseline, carec, asean, [half, lever("inclusion", indicator="internet_users")])
    assert list(listed.levers) == ["connectivity", "inclusion"]
    with pytest.raises(InputError, match="the levers connectivity and connectivity_2 overlap"):
        scenario(baseline, carec, asean, [half, half])


def test_the_lever_for_goods_is_the_chosen_one_or_the_presets():
    half = preset("all_four_half")
    assert paperless_lever(half) == {"paperless": half["paperless"]}
    assert paperless_lever(preset("connectivity")) == preset("paperless")
    shown = lever_set({"paperless": {"indicator": "cpta"}})
    assert paperless_lever(shown) == preset("paperless")


def test_choices_in_words():
    words = "wto2023_cost_points or oecd2018_services or yousefi2018, through mobile_broadband or internet_users"
    assert f"connectivity: connectivity ({words})" in presets_in_words().splitlines()
    assert (
        "inclusion: inclusion (no published effect, only the gap, through internet_users)"
        in presets_in_words().splitlines()
    )
    assert len(effects_in_words().splitlines()) == len(published_effects())
    assert "6.5% of trade for a 10% rise (6 to 7)" in effects_in_words()
    assert "60% growth of the effect of connectivity at full implementation (bounds assumed)" in effects_in_words()
    assert "-2% of trade cost for 10 points more (bounds assumed)" in effects_in_words()
    assert "0.27% of trade for a 1% rise (drawn evenly from zero to this)" in effects_in_words()
    assert "3% of trade for a 10% rise (at least 3; upper bound assumed)" in effects_in_words()
    lines = fields_in_words(Lever).splitlines()
    assert "(regulation | paperless | connectivity | inclusion; needed)" in lines[0]
    assert "phase: how the effect grows between the two (linear | logistic; default linear)" in lines
    assert "closure: share of the gap that is closed (default 1.0)" in lines
    for model in (Lever, OwnEffect, Target):
        assert [line.split(":")[0] for line in fields_in_words(model).splitlines()] == list(model.model_fields)
