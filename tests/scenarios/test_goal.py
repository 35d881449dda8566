import numpy as np
import pytest

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    fit_baseline,
    goal_seek,
    lever_set,
    outcome,
    preset,
    reach,
    simulate,
    target,
    target_amount,
)


@pytest.fixture(scope="module")
def scenario(baseline, carec, asean):
    return scenarios.scenario(baseline, carec, asean, preset("connectivity"))


def test_no_target_is_below_todays_trade(delivered, asean):
    # Singapore trades more of its GDP than the median of ASEAN.
    alone = fit_baseline(delivered, ["SGP"])
    with pytest.raises(InputError, match=r"the benchmark's trade per GDP would in 2030 be .*, less than today's trade"):
        target_amount(target({"kind": "benchmark_ratio", "year": 2030}), alone, asean)


def test_a_multiple_is_of_the_latest_total(baseline, asean):
    goal = target({"multiple": 2.0, "year": 2030})
    assert target_amount(goal, baseline, asean) == pytest.approx(2 * np.exp(baseline.start).sum())


def test_the_benchmarks_ratio_by_hand(delivered):
    # One economy of its own as the benchmark: its ratio of 2024, the last year with GDP, times the region's GDP that
    # goes on at its drift, which is shrunk towards the median of all economies: its own mean log growth is not it.
    gdp = load("panel").set_index(["iso3", "year"])["gdp_current_usd"].div(1e6)
    trade = delivered.set_index(["iso3", "year"])["value"]
    ours = gdp["KAZ"].dropna()
    series = gdp.dropna().rename("value").reset_index().assign(measure="GDP", flow="", unit="USD million")
    (growth,) = fit_baseline(series, ["KAZ"]).drifts.drift
    assert growth != pytest.approx(np.log(ours.loc[2024] / ours.loc[2005]) / 19, rel=0.1)
    expected = trade["GEO", 2024] / gdp["GEO", 2024] * ours.loc[2024] * np.exp(6 * growth)
    goal = target({"kind": "benchmark_ratio", "year": 2030})
    found = target_amount(goal, fit_baseline(delivered, ["KAZ"]), region(["GEO"]))
    assert found == pytest.approx(expected, rel=1e-9)


def test_goal_seek_by_hand(make_series):
    # Without uncertainty Pakistan's 2030 trade is 100 x 1.1^25, times 1.065^(c ln 2 / ln 1.1) at closure c. A target
    # 20% above that needs c = ln 1.2 x ln 1.1 / (ln 1.065 x ln 2).
    growth = [100 * 1.1**step for step in range(21)]
    effect = {"kind": "trade_per_10_percent", "indicator": "fixed_broadband", "measures": ["delivered"]}
    effect |= {"low": 6.5, "central": 6.5, "high": 6.5, "source": "made up"}
    levers = lever_set({"connectivity": {"effect": effect, "closure": 0.1}})
    fitted = fit_baseline(make_series({"PAK": growth}), ["PAK"])
    scenario = scenarios.scenario(fitted, region(["PAK"]), region("ASEAN"), levers)
    trade = growth[-1] * 1.1**5
    row = goal_seek(scenario, 1.2 * trade, 2030, draws=20).iloc[0]
    # 1e-5: the tolerance of the search is 1e-6 of the gap.
    assert row["closure"] == pytest.approx(np.log(1.2) * np.log(1.1) / (np.log(1.065) * np.log(2)), abs=1e-5)
    assert row["reached"] == "closure"
    assert row["baseline"] == pytest.approx(trade) and row["full"] == pytest.approx(
        trade * 1.065 ** (np.log(2) / np.log(1.1))
    )


def test_the_closure_found_reaches_the_target(scenario, baseline, carec, asean):
    amount = 1.63 * float(np.exp(baseline.start).sum())
    row = goal_seek(scenario, amount, 2030, draws=2_000, seed=1).iloc[0]
    assert row["reached"] == "closure" and 0 < row["closure"] < 1
    levers = {"connectivity": scenario.levers["connectivity"].model_copy(update={"closure": row["closure"]})}
    again = simulate(scenarios.scenario(baseline, carec, asean, levers), 2_000, seed=1)
    assert np.quantile(again.totals["scenario"][4], 0.5, method="inverted_cdf") == pytest.approx(amount, rel=1e-5)
    assert row["probability"] == pytest.approx(0.5, abs=0.01)


def test_targets_that_need_nothing_and_that_nothing_reaches(scenario, baseline):
    latest = float(np.exp(baseline.start).sum())
    easy = goal_seek(scenario, latest, draws=500).iloc[0]
    assert easy["reached"] == "baseline" and easy["closure"] == 0 and easy["probability"] > 0.5
    hard = goal_seek(scenario, 100 * latest, draws=500).iloc[0]
    assert hard["reached"] == "never" and np.isnan(hard["closure"]) and hard["probability"] < 0.5
    assert hard["full"] < hard["target"]


def test_probability_of_reaching_an_amount(scenario, baseline):
    simulation = simulate(scenario, 1_000)
    amount = 2 * float(np.exp(baseline.start).sum())
    table = reach(simulation, amount).set_index(["quantity", "year"])
    chance = (simulation.totals["scenario"][-1] >= amount).mean()
    assert table.at[("scenario", 2035), "probability"] == chance
    assert table.at[("scenario", 2035), "mc_error"] == pytest.approx(np.sqrt(chance * (1 - chance) / 1_000))
    assert (table.loc["scenario", "probability"] >= table.loc["baseline", "probability"]).all()


def test_refusals(scenario, delivered):
    with pytest.raises(InputError, match=r"target, multiple: .* greater than or equal to 1"):
        target({"multiple": -2.0})
    with pytest.raises(InputError, match=r"target, yaer: .*did you mean 'year'"):
        target({"yaer": 2030})
    with pytest.raises(InputError, match="target is 'double'"):
        target("double")
    with pytest.raises(InputError, match="no year 2050: it covers 2026 to 2035"):
        goal_seek(scenario, 1.0, 2050)
    with pytest.raises(InputError, match="the target is 0"):
        goal_seek(scenario, 0.0)
    with pytest.raises(InputError, match="number of draws is 0"):
        goal_seek(scenario, 1.0, draws=0)
    ratio = target({"kind": "benchmark_ratio"})
    with pytest.raises(InputError, match="TWN has no recent GDP"):
        target_amount(ratio, fit_baseline(delivered, ["TWN"]), region("ASEAN"))


def test_ratio_of_another_measure(asean):
    fitted = fit_baseline(outcome("deliverable", "exports"), ["KAZ", "GEO"])
    assert target_amount(target({"kind": "benchmark_ratio"}), fitted, asean) > 0
