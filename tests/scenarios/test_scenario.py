import numpy as np
import pytest

from carec_digital_trade import scenarios
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    central_addition,
    evidence,
    fit_baseline,
    gaps,
    lever_set,
    outcome,
    phase_in,
    preset,
)
from carec_digital_trade.scenarios.factors import Choice, Factor

YEARS = np.arange(2026, 2036)


def test_linear_phase_by_hand():
    # From 2025 to 2030 a fifth a year.
    assert phase_in(YEARS, 2025, 2030) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 1, 1])


def test_logistic_phase_by_hand():
    # L(x) = 1 / (1 + exp(-10 (x - 1/2))), scaled to run from 0 to 1: at x = 0.2, (L(0.2) - L(0)) / (L(1) - L(0))
    # = (0.0474259 - 0.0066929) / 0.9866143 = 0.0412856; half-way it is a half.
    found = phase_in(YEARS, 2025, 2030, "logistic")
    assert found[0] == pytest.approx(0.0412856, abs=1e-6)
    assert (found[4:] == 1.0).all()
    assert phase_in(np.array([2028]), 2026, 2030, "logistic").item() == pytest.approx(0.5)


@pytest.mark.parametrize("shape", ["linear", "logistic"])
def test_phase_starts_at_nothing_and_may_be_sudden(shape):
    assert (phase_in(np.array([2020, 2025]), 2025, 2030, shape) == 0).all()
    assert list(phase_in(np.array([2027, 2028, 2029]), 2027, 2027, shape)) == [0, 1, 1]


def test_triangular_quantiles_by_hand():
    factor = Factor("x", 0.0, 1.0, 4.0)
    # The mode is at probability (1 - 0) / 4 = 0.25; below it q = sqrt(4 p), above it 4 - sqrt(12 (1 - p)).
    assert factor.quantile(np.array([0, 0.0625, 0.25, 0.73, 1])) == pytest.approx([0, 0.5, 1, 2.2, 4])
    assert (Factor("x", 2.0, 2.0, 2.0).quantile(np.array([0.1, 0.9])) == 2.0).all()
    assert Factor("x", 0.0, 1.0, 2.0, uniform=True).quantile(np.array([0.1, 0.5])) == pytest.approx([0.2, 1.0])


def test_a_choice_is_drawn_by_its_weights():
    # Shares of 1/8, 4/8 and 3/8: the steps are at 0.125 and 0.625.
    choice = Choice("x", (3.0, 1.0, 2.0), (1.0, 4.0, 3.0))
    assert list(choice.quantile(np.array([0, 0.124, 0.126, 0.624, 0.626, 1]))) == [3, 3, 1, 1, 2, 2]
    assert (choice.low, choice.central, choice.high) == (1, 1, 3)


def test_no_levers_are_a_scenario_too(baseline, carec, asean):
    scenario = scenarios.scenario(baseline, carec, asean, {})
    assert scenario.reach.shape == (0, 10) and scenario.phase.shape == (0, 10)
    assert not scenario.extrapolated.any()


def test_what_the_effects_rest_on(goods_baseline, carec, asean):
    levers = {
        **preset("all_four"),
        **lever_set({"connectivity": {"effect": "wto2023_trade", "indicator": "internet_users"}}),
    }
    table = evidence(scenarios.scenario(goods_baseline, carec, asean, levers)).set_index("lever")
    assert table.at["connectivity", "indicator"] == "fixed_broadband"
    assert table.at["connectivity", "estimated_on"].endswith(
        "broadband subscriptions per capita (as restated), +10 per cent (as restated)"
    )
    assert table.at["connectivity", "used"] == "internet_users" and table.at["connectivity", "proxy"]
    assert table.at["connectivity", "bounds"] == "published" and table.at["paperless", "bounds"] == "assumed"
    assert table.at["inclusion", "effect"] == "" and "no trade is claimed" in table.at["inclusion", "note"]
    assert (table["source"].drop(["inclusion", "laws"]).str.len() > 0).all()
    assert tuple(table.loc["trade elasticity", ["low", "central", "high"]]) == (-5.0, -3.7, -2.8)


def test_an_indicator_that_closed_before_the_start_adds_nothing(delivered, asean):
    # Uzbekistan is below ASEAN's median in its latest figure and, at its own pace, above that of 2025.
    alone, lever = region(["UZB"]), {"effect": "wto2023_cost_points"}
    baseline = fit_baseline(delivered, alone.members)
    asked = scenarios.scenario(baseline, alone, asean, {"connectivity": lever})
    assert gaps("mobile_broadband", alone, asean)["gap"].item() > 7
    assert asked.gaps[["gap", "gap_used", "gap_beyond"]].eq(0).all(axis=None) and not asked.reach.any()
    assert central_addition(asked) == 0


def test_only_what_is_open_at_the_start_is_closed(delivered, asean):
    alone = region(["AZE"])
    baseline = fit_baseline(delivered, alone.members)
    for start in (2025, 2028):
        lever = {"connectivity": {"effect": "wto2023_cost_points", "start": start}}
        asked = scenarios.scenario(baseline, alone, asean, lever)
        open_then = gaps("mobile_broadband", alone, asean, sample=(2014, 2018), at=start)
        assert asked.reach.item() == open_then["gap_used"].item()


def test_figures_older_than_five_years_are_listed(delivered, asean):
    pair = region(["TKM", "KAZ"])
    baseline = fit_baseline(delivered, pair.members)
    connected = scenarios.scenario(baseline, pair, asean, preset("connectivity"))
    assert connected.outdated == ["TKM"]  # whose users were last counted in 2017
    assert scenarios.scenario(baseline, pair, asean, preset("inclusion")).outdated == []


def test_a_spillover_is_an_assumption_that_scales_the_effect(baseline, carec, asean):
    spec = {"effect": "escap_cpta", "benchmark": "full", "spillover": 0.25}
    scenario = scenarios.scenario(baseline, carec, asean, lever_set({"paperless": spec}))
    assert set(scenario.reach[0]) == {0.25}  # of parties, too
    assert evidence(scenario)["spillover"].iloc[0] == 0.25


@pytest.mark.parametrize(
    ("levers", "options", "sentence"),
    [
        ({}, {"horizon": 2025}, "the horizon 2025 must lie after the last year of the data, 2025"),
        ({}, {"trade_elasticity": 1.5}, "the trade elasticity is 1.5: it must be negative"),
        ({}, {"trade_elasticity": ()}, "one figure or several that are equally likely"),
        ({}, {"studies": {"wto2032": 1}}, "no study 'wto2032' to weight.*did you mean 'wto2023'"),
        ({}, {"studies": {"wto2023": -1}}, "the weight of the study wto2023 is -1: it must be a number of 0 or more"),
        (
            {"connectivity": {"effect": ["wto2023_cost_points", "oecd2018_services"]}},
            {"studies": {"wto2023": 0}},
            "no study of lever connectivity has a weight: give wto2023 or oecd2018 one above 0",
        ),
        ({}, {"relative_uncertainty": 1.0}, "the relative uncertainty is 1"),
        ({"connectivity": {"effect": "wto2023_trade"}}, {"support": 0.0}, "support is 0"),
        (
            {"paperless": {"effect": "escap_cpta"}},
            {},
            "was estimated on goods_and_services and not on delivered",
        ),
        ({"connectivity": {"effect": "wto2023_trade", "start": 2020}}, {}, "starts in 2020, before the data end"),
        ({"connectivity": {"effect": "wto2023_trade", "end": 2024}}, {}, "ends in 2024, before its start in 2025"),
        (
            {"regulation": {"effect": "wto2023_interaction"}, "connectivity": {"effect": "oecd2018_services"}},
            {},
            "wto2023_cost_points and wto2023_cost and wto2023_trade and not with oecd2018_services",
        ),
    ],
)
def test_refused_in_one_sentence(baseline, carec, asean, levers, options, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        scenarios.scenario(baseline, carec, asean, lever_set(levers), **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("measure", ["delivered", "deliverable", "goods_and_services"])
@pytest.mark.parametrize("flow", ["total", "exports", "imports"])
def test_any_region_measure_and_flow(measure, flow):
    ours, theirs = region(["KAZ", "KGZ", "ARM", "BLR"]), region(["IND", "BGD", "LKA", "NPL"])
    fitted = fit_baseline(outcome(measure, flow), ours.members)
    scenario = scenarios.scenario(fitted, ours, theirs, preset("all_four"))
    assert scenario.reach.shape[1] == len(fitted.members)
    assert (scenario.reach >= 0).all()


def test_marks_rest_on_effects(baseline, carec, asean):
    levers = preset("inclusion")  # no effect: its gap is shown and nothing rests on it
    assert not scenarios.scenario(baseline, carec, asean, levers, support=10.0).extrapolated.any()


def test_absurd_figures_are_refused_at_their_strongest(baseline, carec, asean):
    # ln 1.3 / ln 1.1 x ln 100 (Tajikistan's gap is larger) is e^12.7; with half as much again, 45%, it is e^18.
    effect = {"kind": "trade_per_10_percent", "indicator": "fixed_broadband", "measures": ["delivered"], "source": "x"}
    levers = lever_set({"connectivity": {"effect": {**effect, "central": 30.0}}})
    scenarios.scenario(baseline, carec, asean, levers, support=100.0, relative_uncertainty=0.0)
    with pytest.raises(InputError, match="would multiply the trade of TJK by more than 1,000,000"):
        scenarios.scenario(baseline, carec, asean, levers, support=100.0, relative_uncertainty=0.5)
