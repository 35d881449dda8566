"""A lever with several studies: one is drawn in each future, and each alone is a run with its effect."""

import numpy as np
import pytest

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import load
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    Response,
    by_study,
    central_addition,
    fit_baseline,
    gaps,
    lever_set,
    preset,
    simulate,
    tornado,
)

STUDIES = {"wto2023": "wto2023_cost_points", "oecd2018": "oecd2018_services", "yousefi2018": "yousefi2018"}


@pytest.fixture(scope="module")
def drawn(baseline, carec, asean):
    return scenarios.scenario(baseline, carec, asean, preset("connectivity"))


def test_a_lever_in_points_by_hand(make_series):
    # 2% less trade cost for 10 more subscriptions per 100 people, at an elasticity of -4: for a gap of g points, trade
    # grows by exp(-4 x ln 0.98 x g / 10). Half of it is closed.
    growth = [100 * 1.1**step for step in range(21)]
    fitted = fit_baseline(make_series({"PAK": growth}), ["PAK"])
    sure = {"kind": "cost_per_10_points", "indicator": "mobile_broadband", "measures": ["delivered"], "source": "x"}
    levers = lever_set({"connectivity": {"effect": {**sure, "central": -2.0}, "closure": 0.5}})
    ours, theirs = region(["PAK"]), region("ASEAN")
    asked = scenarios.scenario(fitted, ours, theirs, levers, trade_elasticity=-4, relative_uncertainty=0)
    used = gaps("mobile_broadband", ours, theirs, at=2025)["gap_used"].item()
    by_hand = growth[-1] * 1.1**10 * (0.98 ** (-4 * 0.5 * used / 10) - 1)
    assert central_addition(asked) == pytest.approx(by_hand)
    row = simulate(asked, 5).total("additional", 2035)
    assert row[["low_95", "median", "high_95"]].to_numpy() == pytest.approx(by_hand)


def test_each_study_is_drawn_as_often_as_its_weight_says(baseline, carec, asean, drawn):
    for weights, shares in ((None, (1, 1, 1)), ({"wto2023": 3, "oecd2018": 1, "yousefi2018": 4}, (3, 1, 4))):
        asked = scenarios.scenario(baseline, carec, asean, preset("connectivity"), studies=weights)
        effects = asked.effect_draws(20_000, seed=1)
        assert ((effects > 0).sum(axis=0) == 1).all()  # one in each future
        # Four standard errors of a share of 20,000 draws are below 0.0142.
        expected = np.array(shares) / sum(shares)
        assert (effects > 0).mean(axis=1) == pytest.approx(expected, abs=0.0142)
    assert scenarios.scenario(baseline, carec, asean, preset("connectivity"), studies={"escap_cpta": 1}).factors == (
        drawn.factors
    )


@pytest.mark.parametrize("study", STUDIES)
def test_each_study_alone_is_a_run_with_its_effect(baseline, carec, asean, study):
    alone = scenarios.scenario(baseline, carec, asean, preset("connectivity"), studies={study: 1})
    chosen = scenarios.scenario(baseline, carec, asean, {"connectivity": {"effect": STUDIES[study]}})
    assert alone.studies == chosen.studies == ()
    one, other = (simulate(each, 300, seed=2).totals["scenario"] for each in (alone, chosen))
    assert (one == other).all()


def test_by_study_is_of_the_same_futures(drawn):
    futures = simulate(drawn, 600, seed=4)
    table = by_study(futures).set_index("study")
    assert list(table.index) == list(STUDIES) and table["weight"].sum() == pytest.approx(1)
    (choice,) = drawn.studies
    forced = [simulate(drawn.with_study(choice, number), 600, seed=4) for number in choice.values]
    medians = [each.total("additional", 2035)["median"].item() for each in forced]
    assert table["additional_trade"].to_numpy() == pytest.approx(medians)
    # Where a study is drawn, the future is the one in which it is right for sure.
    mixed = futures.totals["scenario"][-1]
    number = choice.quantile(np.random.default_rng(np.random.SeedSequence(4, spawn_key=(4, 3))).random(600))
    expected = np.choose(number.astype(int), [each.totals["scenario"][-1] for each in forced])
    assert mixed == pytest.approx(expected)
    assert central_addition(drawn) == pytest.approx(table["additional_central"].mean())


def test_the_study_is_a_bar_of_its_own(drawn):
    response = Response(drawn)
    table = tornado(response).set_index("factor")
    bar, added = table.loc["connectivity_study"], by_study(simulate(drawn, 4_096))
    assert np.isnan(bar["from_value"]) and bar["swing"] == table["swing"].max()
    # From the study that adds least to that which adds most; the others are at their medians and not drawn.
    assert [bar["low"], bar["high"]] == pytest.approx(sorted(added["additional_trade"])[::2], rel=0.25)
    shares = response.sobol().set_index("factor")
    assert (shares["of"] == "logarithm").all() and shares["first_order"].idxmax() == "connectivity_study"


def test_regulation_raises_only_the_study_that_it_was_estimated_with(baseline, carec, asean):
    levers = {**preset("connectivity"), **preset("regulation")}
    with_laws = scenarios.scenario(baseline, carec, asean, levers)
    assert {term.indicator for term in with_laws.terms if term.effect.amplifier} == {"dstri"}
    raised = {
        term.effect.study for term, is_raised in zip(with_laws.terms, with_laws.amplified, strict=True) if is_raised
    }
    assert raised == {"wto2023"}
    added = [
        by_study(simulate(each, 200)).set_index("study")["additional_trade"]
        for each in (scenarios.scenario(baseline, carec, asean, preset("connectivity")), with_laws)
    ]
    assert added[1]["wto2023"] > added[0]["wto2023"]
    assert added[1].drop("wto2023").to_numpy() == pytest.approx(added[0].drop("wto2023").to_numpy())


def test_central_additions_from_the_raw_tables(delivered, asean):
    """Two economies without shocks, recomputed from the tables: the study in points and the OECD's."""
    pair = region(["PAK", "AZE"])
    fitted = fit_baseline(delivered, pair.members)
    subscriptions = load("mobile_broadband").pivot(index="iso3", columns="year", values="mobile_broadband_per_100")
    users = load("panel").pivot(index="iso3", columns="year", values="internet_users_pct")
    added = {"wto2023": 0.0, "oecd2018": 0.0}
    # Where all stand in 2025: two years on, or one where there is a figure of 2024, at the pace of the last five years;
    # Thailand's series has a break in 2021, which is no growth.
    points = subscriptions[2023] + (subscriptions[2023] - subscriptions[2018]) * 2 / 5
    before, after = subscriptions.loc["THA", [2018, 2020]], subscriptions.loc["THA", [2021, 2023]]
    points["THA"] = after[2023] + (before.diff()[2020] + after.diff()[2023]) * 2 / 4
    older, newer = (users[last] + (users[last] - users[last - 5]) * (2025 - last) / 5 for last in (2023, 2024))
    share = newer.fillna(older).clip(upper=100)
    cambodia = users.loc["KHM"]  # of which there is no figure of 2018
    share["KHM"] = cambodia[2023] + (cambodia[2023] - cambodia[2019]) * 2 / 4
    for economy, trade in zip(fitted.members, fitted.median(2035), strict=True):
        far = np.clip(points[list(asean.members)].median() - points[economy], 0, points[economy])
        added["wto2023"] += trade * (0.98 ** (-3.7 * far / 10) - 1)
        times = np.clip(share[list(asean.members)].median() / share[economy], 1, 2)
        added["oecd2018"] += trade * (times ** (np.log(1.03) / np.log(1.1)) - 1)
    for study, by_hand in added.items():
        asked = scenarios.scenario(fitted, pair, asean, preset("connectivity"), studies={study: 1})
        assert central_addition(asked) == pytest.approx(by_hand)
