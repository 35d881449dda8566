from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade import scenarios
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    attribute,
    fit_baseline,
    lever_set,
    preset,
    shapley,
    simulate,
    with_effects,
)

LAWS = {"regulation": "wto2023_interaction"}
"""On goods and services, for which the other interaction was not estimated."""


@pytest.fixture(scope="module")
def scenario(goods_baseline, carec, asean):
    return scenarios.scenario(goods_baseline, carec, asean, with_effects(preset("all_four"), LAWS))


def by_all_orders(values):
    """Return the mean contribution of each player over all orders of arrival."""
    players = len(values).bit_length() - 1
    contributions = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        coalition = 0
        for player in order:
            contributions[player] += values[coalition | 1 << player] - values[coalition]
            coalition |= 1 << player
    return contributions / len(orders)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_shapley_against_all_orders(players, seed):
    values = np.random.default_rng(seed).normal(size=2**players)
    found = shapley(values)
    assert found == pytest.approx(by_all_orders(values), abs=1e-12)
    assert found.sum() == pytest.approx(values[-1] - values[0], abs=1e-12)


def test_shapley_by_hand():
    # Alone 10 and 0, together 16: the second adds 6 if it comes last and nothing if it comes first, so 3; the first 13.
    assert shapley(np.array([0.0, 10.0, 0.0, 16.0])) == pytest.approx([13.0, 3.0])


@pytest.mark.parametrize("most", [10_000, 100])
def test_contributions_add_up_to_the_median_additional_trade(scenario, monkeypatch, most):
    monkeypatch.setattr("carec_digital_trade.scenarios.attribution.MOST_DRAWS", most)
    simulation = simulate(scenario, 300, seed=2)
    table = attribute(simulation)
    bands = simulation.bands.query("quantity == 'additional'")
    medians = bands.assign(iso3=bands["iso3"].fillna("ALL")).set_index(["iso3", "year"])["median"]
    sums = table.assign(iso3=table["iso3"].fillna("ALL")).groupby(["iso3", "year"])["contribution"].sum()
    # Relative to the largest, as the sums are rounded.
    assert len(sums) == len(medians) and (sums - medians).abs().max() <= 1e-9 * medians.max()
    shares = table[table["iso3"].isna()].groupby("year")["share"].sum()
    assert shares.to_numpy() == pytest.approx(1, abs=1e-9)


def test_two_levers_by_hand(make_series):
    # Without uncertainty connectivity alone brings B (e^a - 1), regulation alone nothing, both B (e^(1.3 a) - 1), as
    # Pakistan lacks half the laws and they raise the effect by 60%. Regulation gets half of what it adds to the other.
    growth = [100 * 1.1**step for step in range(21)]
    fitted = fit_baseline(make_series({"PAK": growth}), ["PAK"])
    sure = {"low": 6.5, "high": 6.5, "central": 6.5, "source": "made up", "measures": ["delivered"]}
    connectivity = sure | {"kind": "trade_per_10_percent", "indicator": "fixed_broadband"}
    regulation = sure | {"kind": "connectivity_amplifier", "indicator": "law_share", "amplifies": ["own"]}
    regulation |= {"low": 60.0, "central": 60.0, "high": 60.0}
    levers = lever_set({"connectivity": {"effect": connectivity}, "regulation": {"effect": regulation}})
    scenario = scenarios.scenario(fitted, region(["PAK"]), region("ASEAN"), levers)
    found = attribute(simulate(scenario, 5)).query("iso3 == 'PAK' and year == 2035").set_index("lever")["contribution"]
    trade, change = growth[-1] * 1.1**10, np.log(1.065) / np.log(1.1) * np.log(2)
    alone, both = trade * np.expm1(change), trade * np.expm1(1.3 * change)
    assert found["regulation"] == pytest.approx((both - alone) / 2)
    assert found["connectivity"] == pytest.approx((both + alone) / 2)


def test_who_brings_what(scenario):
    table = attribute(simulate(scenario, 300)).query("year == 2035")
    table = table.pivot(index="iso3", columns="lever", values="contribution")
    assert (table["inclusion"] == 0).all()  # no published effect
    assert table.at["KAZ", "paperless"] > 0 and table.at["MNG", "connectivity"] == 0
    # Regulation only raises connectivity: it brings something where both have a gap, Afghanistan and Pakistan.
    assert set(table.index[table["regulation"] > 0].dropna()) == {"AFG", "PAK"}


def test_shares_are_missing_where_nothing_is_added(baseline, carec, asean):
    scenario = scenarios.scenario(baseline, carec, asean, preset("inclusion"))
    table = attribute(simulate(scenario, 10))
    assert (table["contribution"] == 0).all() and table["share"].isna().all()


def test_levers_without_an_effect_bring_nothing_and_cost_nothing(baseline, carec, asean):
    shown = {f"shown_{number}": {"family": "inclusion", "indicator": "internet_users"} for number in range(11)}
    levers = lever_set({"connectivity": {"effect": "wto2023_trade"}, **shown})
    alone = scenarios.scenario(baseline, carec, asean, {"connectivity": levers["connectivity"]})
    together = scenarios.scenario(baseline, carec, asean, levers)
    # With a coalition for each set of twelve levers this would take gigabytes.
    found = attribute(simulate(together, 50, seed=1)).set_index(["iso3", "lever", "year"])["contribution"]
    expected = attribute(simulate(alone, 50, seed=1)).set_index(["iso3", "lever", "year"])["contribution"]
    assert found[expected.index].to_numpy() == pytest.approx(expected.to_numpy())
    assert (found.drop("connectivity", level="lever") == 0).all()
