import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade import scenarios
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    fit_baseline,
    lever_set,
    preset,
    simulate,
)
from carec_digital_trade.scenarios.simulation import QUANTITIES

SURE = {
    "kind": "trade_per_10_percent",
    "indicator": "fixed_broadband",
    "measures": ["delivered"],
    "central": 6.5,
    "low": 6.5,
    "high": 6.5,
    "source": "a figure without uncertainty",
}


@pytest.fixture(scope="module")
def scenario(baseline, carec, asean):
    return scenarios.scenario(baseline, carec, asean, preset("all_four"))


@pytest.fixture(scope="module")
def result(scenario):
    return simulate(scenario, 2_000, seed=3)


def wide(simulation, column):
    """Return a column by (iso3, year) and quantity; the total is ALL."""
    frame = simulation.bands.assign(iso3=simulation.bands["iso3"].fillna("ALL"))
    return frame.pivot(index=["iso3", "year"], columns="quantity", values=column)


def test_closed_form_of_one_lever_without_uncertainty(make_series):
    # Trade grows by exactly 10% a year, so nothing is uncertain. Pakistan has 1.35622 broadband subscriptions per 100,
    # Georgia 29.3086: its gap exceeds a doubling, so the gap used is ln 2. The effect is ln 1.065 / ln 1.1. Closing
    # half of it by 2030, linearly from 2025, leaves three fifths of it in 2028:
    # d ln T = ln 1.065 / ln 1.1 x 3/5 x 1/2 x ln 2.
    growth = [100 * 1.1**step for step in range(21)]
    fitted = fit_baseline(make_series({"PAK": growth, "GEO": growth}), ["PAK", "GEO"])
    spec = {"connectivity": {"effect": SURE, "closure": 0.5, "benchmark": "KOR", "end": 2030}}
    scenario = scenarios.scenario(fitted, region(["PAK", "GEO"]), region("ASEAN"), lever_set(spec))
    medians = wide(simulate(scenario, 50), "median")
    expected = np.log(1.065) / np.log(1.1) * 3 / 5 * 1 / 2 * np.log(2)
    found = medians.loc[("PAK", 2028)]
    assert np.log(found["scenario"] / found["baseline"]) == pytest.approx(expected, rel=1e-12)
    assert found["baseline"] == pytest.approx(growth[-1] * 1.1**3, rel=1e-12)
    assert found["additional"] == pytest.approx(growth[-1] * 1.1**3 * np.expm1(expected), rel=1e-11)
    # Georgia's gap to Korea is less than a doubling: it is used whole. From 2023 to 2025 both go on as from 2018 on.
    gap = scenario.gaps.set_index("iso3").loc["GEO"]
    georgia, korea = 29.3086 + (29.3086 - 22.5911) * 2 / 5, 46.5676 + (46.5676 - 41.219) * 2 / 5
    assert gap["gap"] == pytest.approx(np.log(korea / georgia)) and gap["gap_beyond"] == 0
    georgia = medians.loc[("GEO", 2028)]
    expected = np.log(1.065) / np.log(1.1) * 3 / 5 * 1 / 2 * gap["gap"]
    assert np.log(georgia["scenario"] / georgia["baseline"]) == pytest.approx(expected, rel=1e-12)


def test_closed_form_of_the_interaction(make_series):
    # Regulation at full closure of a gap of half the laws raises the effect of connectivity by 0.5 x 60%.
    growth = [100 * 1.1**step for step in range(21)]
    fitted = fit_baseline(make_series({"PAK": growth}), ["PAK"])
    levers = lever_set({"connectivity": {"effect": "wto2023_trade"}, "regulation": {"effect": "wto2023_interaction"}})
    pakistan, asean = region(["PAK"]), region("ASEAN")
    scenario = scenarios.scenario(fitted, pakistan, asean, levers, relative_uncertainty=0)
    alone = {"connectivity": levers["connectivity"]}
    both, one = (
        wide(simulate(each, 500), "median").loc[("PAK", 2035)]
        for each in (scenario, scenarios.scenario(fitted, pakistan, asean, alone, relative_uncertainty=0))
    )
    assert np.log(both["scenario"] / both["baseline"]) == pytest.approx(
        1.3 * np.log(one["scenario"] / one["baseline"]), rel=1e-12
    )


def test_no_closure_is_the_baseline_bit_for_bit(baseline, carec, asean):
    levers = {name: lever.model_copy(update={"closure": 0.0}) for name, lever in preset("all_four").items()}
    closed = simulate(scenarios.scenario(baseline, carec, asean, levers), 500, seed=5)
    plain = simulate(scenarios.scenario(baseline, carec, asean, {}), 500, seed=5)
    assert (closed.totals["scenario"] == closed.totals["baseline"]).all()
    assert (closed.totals["baseline"] == plain.totals["baseline"]).all()
    statistics = ["mean", "median", "low_50", "high_50", "low_80", "high_80", "low_95", "high_95", "mc_error"]
    of = {
        quantity: closed.bands[closed.bands["quantity"] == quantity][statistics].to_numpy() for quantity in QUANTITIES
    }
    assert (of["scenario"] == of["baseline"]).all() and (of["additional"] == 0).all()


def test_the_baseline_does_not_depend_on_the_levers(baseline, carec, asean, result):
    plain = simulate(scenarios.scenario(baseline, carec, asean, {}), 2_000, seed=3)
    assert (plain.totals["baseline"] == result.totals["baseline"]).all()


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["connectivity", "regulation"]), st.integers(0, 100))
def test_additional_trade_rises_in_closure(scenario, one, other, lever, seed):
    def additional(closure):
        levers = dict(scenario.levers)
        levers[lever] = levers[lever].model_copy(update={"closure": closure})
        changed = scenarios.scenario(scenario.baseline, scenario.region, region("ASEAN"), levers)
        simulation = simulate(changed, 20, seed)
        return simulation.totals["scenario"] - simulation.totals["baseline"]

    low, high = sorted((one, other))
    # Rounding of sums of some 1e5: a relative 1e-12.
    assert (additional(high) >= additional(low) - 1e-6).all()


def test_same_seed_same_numbers_whatever_the_chunk(scenario, result):
    assert simulate(scenario, 2_000, seed=3, chunk=999).bands.equals(result.bands)
    few = simulate(scenario, 100, seed=3)
    for chunk in (1, 7, 10**6):
        assert simulate(scenario, 100, seed=3, chunk=chunk).bands.equals(few.bands)
    assert not simulate(scenario, 2_000, seed=4).bands.equals(result.bands)


def test_totals_are_summed_within_draws(scenario, result):
    medians, highs = wide(result, "median"), wide(result, "high_95")
    total = result.totals["scenario"][-1]
    assert medians.at[("ALL", 2035), "scenario"] == np.quantile(total, 0.5, method="inverted_cdf")
    assert highs.at[("ALL", 2035), "scenario"] == np.quantile(total, 0.975, method="inverted_cdf")
    summed = highs.xs(2035, level="year")["scenario"].drop("ALL").sum()
    assert highs.at[("ALL", 2035), "scenario"] < 0.9 * summed  # what a sum of quantiles would have said
    means = wide(result, "mean").xs(2035, level="year")
    assert means.loc["ALL", "additional"] == pytest.approx(means["additional"].drop("ALL").sum(), rel=1e-9)


def test_bands_are_nested_and_labelled(scenario, result, carec):
    bands = result.bands
    order = ["low_95", "low_80", "low_50", "median", "high_50", "high_80", "high_95"]
    assert (bands[order].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert len(bands) == (len(carec.members) + 1) * len(scenario.years) * len(QUANTITIES)
    assert set(bands["region"]) == {"CAREC without China"} and set(bands["unit"]) == {"USD million"}
    total = bands[bands["iso3"].isna()]
    assert (total["covered"] == 10).all() and (total["members"] == 10).all()


def test_a_partial_total_is_marked(goods_and_services, asean, carec):
    fitted = fit_baseline(goods_and_services, asean.members)
    total = simulate(scenarios.scenario(fitted, asean, carec, {}), 10).bands.query("iso3.isna()")
    assert fitted.left_out == ("LAO", "MMR")
    assert (total["covered"] == 8).all() and (total["members"] == 10).all()


def test_extrapolation_is_marked_where_it_reaches(baseline, carec, asean):
    levers = preset("connectivity")
    raised = simulate(scenarios.scenario(baseline, carec, asean, levers, support=10), 50).bands
    marked = set(raised.loc[raised["extrapolated"], "iso3"].dropna())
    assert {"TJK", "AFG", "TKM", "PAK"} <= marked and "KAZ" not in marked
    assert raised[raised["iso3"].isna() & (raised["quantity"] == "additional")]["extrapolated"].all()
    assert not raised[raised["quantity"] == "baseline"]["extrapolated"].any()
    assert not simulate(scenarios.scenario(baseline, carec, asean, levers), 50).bands["extrapolated"].any()


def test_monte_carlo_error_is_the_spread_of_the_median_over_seeds(baseline, carec, asean):
    without = scenarios.scenario(baseline, carec, asean, {}, horizon=2030)
    medians, errors = zip(
        *(
            (wide(run, "median").at[("ALL", 2030), "baseline"], wide(run, "mc_error").at[("ALL", 2030), "baseline"])
            for run in (simulate(without, 400, seed) for seed in range(60))
        ),
        strict=True,
    )
    # A standard deviation from 60 runs has a relative error of 9%: three of them, and the bias of a finite difference.
    assert np.mean(errors) == pytest.approx(np.std(medians, ddof=1), rel=0.35)


@pytest.mark.parametrize("draws", [0, -1, 1_000_001])
def test_number_of_draws_is_checked(scenario, draws):
    with pytest.raises(InputError, match=f"the number of draws is {draws}: it must be between 1 and"):
        simulate(scenario, draws)


def test_a_single_draw_is_all_there_is(scenario):
    bands = simulate(scenario, 1).bands
    assert (bands["low_95"] == bands["high_95"]).all()


class TestSize:
    """100,000 draws of 21 economies over 11 years: under 1 GiB, within 4 times numpy drawing the same normals."""

    DRAWS, LIMIT = 100_000, 2**30

    @staticmethod
    def large(delivered):
        everybody = region([*region("CAREC").members, *region("ASEAN").members])
        fitted = fit_baseline(delivered, everybody.members)
        levers = lever_set({"connectivity": {"effect": SURE, "benchmark": "GIB"}})
        scenario = scenarios.scenario(fitted, everybody, region("ASEAN"), levers, horizon=2036)
        assert scenario.reach.shape == (1, 21) and (scenario.reach > 0).all() and len(scenario.years) == 11
        return scenario

    def test_memory(self, delivered):
        scenario = self.large(delivered)
        tracemalloc.start()
        simulate(scenario, self.DRAWS)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < self.LIMIT
