import numpy as np
import pytest

from carec_digital_trade import scenarios
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    Response,
    fit_baseline,
    lever_set,
    preset,
    simulate,
    sobol,
    tornado,
    with_effects,
)

LAWS = {"regulation": "wto2023_interaction"}
"""On goods and services, for which the other interaction was not estimated."""
A, B = 7.0, 0.1


@pytest.fixture(scope="module")
def scenario(goods_baseline, carec, asean):
    return scenarios.scenario(goods_baseline, carec, asean, with_effects(preset("all_four"), LAWS))


@pytest.fixture(scope="module")
def response(scenario):
    return Response(scenario)


def ishigami(probabilities):
    x, y, z = 2 * np.pi * probabilities - np.pi
    return np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x)


def test_sobol_against_the_ishigami_function():
    # Analytic (Ishigami & Homma 1990), with a = 7, b = 0.1: V1 = (1 + b pi^4/5)^2 / 2, V2 = a^2/8,
    # V13 = b^2 pi^8 (1/18 - 1/50); the total variance is their sum.
    first = (1 + B * np.pi**4 / 5) ** 2 / 2
    second, joint = A**2 / 8, B**2 * np.pi**8 * (1 / 18 - 1 / 50)
    variance = first + second + joint
    table = sobol(ishigami, ["x", "y", "z"], n=512).set_index("factor")
    # 0.02: the spread of the estimates over seeds is below 0.01.
    assert table.loc[["x", "y", "z"], "first_order"].to_numpy() == pytest.approx(
        np.array([first, second, 0]) / variance, abs=0.02
    )
    assert table.loc[["x", "y", "z"], "total"].to_numpy() == pytest.approx(
        np.array([first + joint, second, joint]) / variance, abs=0.02
    )
    assert (table["total_low"] <= table["total"]).all() and (table["total"] <= table["total_high"]).all()


def test_sobol_reproduces_with_the_seed_and_asks_for_a_power_of_two():
    assert sobol(ishigami, ["x", "y", "z"], n=128).equals(sobol(ishigami, ["x", "y", "z"], n=128))
    with pytest.raises(InputError, match=r"n is 100: .* a power of two"):
        sobol(ishigami, ["x", "y", "z"], n=100)


def test_sobol_of_a_scenario_without_trade_is_missing(baseline, carec, asean):
    response = Response(scenarios.scenario(baseline, carec, asean, preset("regulation")))
    for function in (response, response.logs):
        table = sobol(function, response.names, n=64)
        assert list(table["factor"]) == ["baseline", "regulation"] and table["total"].isna().all()


def test_the_response_is_the_simulation(scenario, response):
    # With the effects at their medians and all the baseline's futures in turn it must have about the median of a
    # simulation of the same 4,096 futures, in which the effects are drawn.
    futures = (np.arange(4_096) + 0.5) / 4_096
    central = [factor.quantile(np.array([0.5])).item() for factor in response.factors]
    found = response(np.vstack([futures, np.full((len(central), 4_096), 0.5)]))
    assert (np.diff(found) >= 0).all()
    bands = simulate(scenario, 4_096, seed=0).bands
    row = bands[bands["iso3"].isna() & (bands["year"] == 2035) & (bands["quantity"] == "additional")].iloc[0]
    assert np.median(found) == pytest.approx(row["median"], rel=0.05)


def test_the_elasticity_counts_only_with_effects_on_cost(response, baseline, carec, asean):
    assert response.names == ["baseline", "regulation", "paperless", "connectivity", "trade elasticity"]
    levers = lever_set({"connectivity": {"effect": "oecd2018_services"}})
    assert Response(scenarios.scenario(baseline, carec, asean, levers)).names == ["baseline", "connectivity"]


def test_tornado_by_hand(make_series):
    # No uncertainty in the baseline and one effect between 0 and 8% for 10% more: the 10th and 90th percentiles of a
    # triangle with its mode at 4 are sqrt(0.1 x 8 x 4) and 8 minus the same.
    growth = [100 * 1.1**step for step in range(21)]
    fitted = fit_baseline(make_series({"PAK": growth}), ["PAK"])
    effect = {"kind": "trade_per_10_percent", "indicator": "fixed_broadband", "measures": ["delivered"]}
    effect |= {"low": 0.0, "central": 4.0, "high": 8.0, "source": "made up"}
    levers = lever_set({"connectivity": {"effect": effect}})
    scenario = scenarios.scenario(fitted, region(["PAK"]), region("ASEAN"), levers)
    table = tornado(Response(scenario, 2030)).set_index("factor")
    percent = np.array([np.sqrt(3.2), 8 - np.sqrt(3.2)])
    assert table.loc["connectivity", ["from_value", "to_value"]].to_numpy(float) == pytest.approx(percent)
    trade = growth[-1] * 1.1**5
    expected = trade * np.expm1(np.log1p(percent / 100) / np.log(1.1) * np.log(2))
    assert table.loc["connectivity", ["low", "high"]].to_numpy(float) == pytest.approx(expected, rel=1e-9)
    assert table.at["connectivity", "central"] == pytest.approx(trade * 1.04 ** (np.log(2) / np.log(1.1)) - trade)
    assert table.at["baseline", "swing"] == pytest.approx(0, abs=1e-9)


def test_tornado_is_sorted_and_around_the_centre(response):
    table = tornado(response)
    assert table["swing"].is_monotonic_decreasing
    assert (table["low"] <= table["central"]).all() and (table["central"] <= table["high"]).all()
    assert table["factor"].iloc[0] == "baseline" and (table["year"] == 2035).all()


def test_a_year_outside_is_refused(scenario):
    with pytest.raises(InputError, match="the scenario has no year 2040: it covers 2025 to 2035"):
        Response(scenario, 2040)
