"""The recipe: from a series to what the levers add, in four calls that give the notebook's number."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from carec_digital_trade import scenarios
from carec_digital_trade.errors import attempt
from carec_digital_trade.findings import findings_of
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.regions import Region, region
from carec_digital_trade.scenarios import (
    EVERYBODY,
    backtest,
    baseline,
    calibration,
    coverage,
    fit_baseline,
    goal_seek,
    outcome,
    past_growth,
    preset,
    rivals,
    seek_targets,
    simulate,
    stretches,
    target,
    target_amount,
)

SMALL = region(["KAZ", "PAK", "GEO"])


@pytest.fixture(scope="module")
def fitted(delivered):
    return baseline(delivered, SMALL, seed=3)


def test_a_baseline_is_fitted_tested_and_calibrated(delivered, fitted):
    plain = fit_baseline(delivered, SMALL.members)
    assert (fitted.start == plain.start).all() and (fitted.drifts.drift == plain.drifts.drift).all()
    past = backtest(delivered, [SMALL], ["shrunken_drift"], seed=3)
    ours = fitted.past[fitted.past["scope"] != EVERYBODY].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, past)
    assert (fitted.stretch, fitted.total_stretch) == stretches(fitted.past, "shrunken_drift")
    assert fitted.total_stretch == stretches(past, "shrunken_drift")[1]


def test_the_bands_of_an_economy_do_not_depend_on_its_company(delivered, fitted):
    alone = baseline(delivered, region(["KAZ"]), seed=3)
    assert alone.stretch == alone.total_stretch == fitted.stretch
    one, three = (
        simulate(scenarios.scenario(each, place, region("ASEAN"), {}), 300, 3).bands.query("iso3 == 'KAZ'")
        for each, place in ((alone, region(["KAZ"])), (fitted, SMALL))
    )
    statistics = one.columns.drop(["region"])
    assert one[statistics].reset_index(drop=True).equals(three[statistics].reset_index(drop=True))


def test_the_latest_total(delivered, fitted):
    plain = fit_baseline(delivered, SMALL.members)
    assert fitted.latest() == pytest.approx(np.exp(plain.start).sum())


def test_the_backtest_of_several_methods_is_that_of_each(delivered):
    methods = ["shrunken_drift", "own_drift", "no_change"]
    found = rivals(delivered, SMALL, methods, 3)
    ours = found[found["scope"] != EVERYBODY].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, backtest(delivered, [SMALL], methods, seed=3))


def test_where_statsmodels_has_no_compiled_part_the_backtest_says_so_and_no_more(delivered, monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.tsa.exponential_smoothing.ets", None)
    past = attempt(rivals, delivered, SMALL, ["theta"], 5)
    found = findings_of(ScenarioParameters.validated({}))("backtest", attempt(scenarios.accuracy, past), past)
    assert found.frame.empty
    assert found.caption == "Forecasts of digitally delivered trade, exports plus imports, CAREC"
    assert found.reading.startswith("The damped trend and the Theta method need the compiled part of statsmodels")


def test_what_was_tested_is_kept_by_what_the_series_hold(delivered, fitted):
    changed = delivered.assign(value=delivered["value"] * (1 + 0.1 * (delivered["year"] == 2020)))
    assert baseline(changed, SMALL, seed=3).stretch != fitted.stretch
    assert baseline(delivered.copy(), SMALL, seed=3).past.equals(fitted.past)


def test_all_four_levers_act_where_they_can(fitted):
    asked = scenarios.scenario(fitted, SMALL, region("ASEAN"), preset("all_four"))
    assert list(asked.levers) == ["regulation", "connectivity", "inclusion", "laws"]
    wide = simulate(asked, 300, 3)
    last = wide.additional().iloc[-1]
    within = (wide.totals["scenario"] / wide.totals["baseline"])[-1] - 1
    assert last["additional_share"] == pytest.approx(100 * np.quantile(within, 0.5, method="inverted_cdf"))
    members = wide.by_member()
    assert members["iso3"].isna().tolist() == [True, False, False, False]
    assert members.iloc[0][["additional_trade", "additional_share"]].equals(
        last[["additional_trade", "additional_share"]]
    )


def test_coverage_once_calibrated_is_what_is_stated_of_all_economies_and_of_the_total(fitted):
    table = calibration(fitted.past, "shrunken_drift").set_index("scope").loc[[EVERYBODY, "region"]]
    assert (table["calibrated"] >= table["nominal"]).all()


def test_calibrated_bands_hold_what_they_state_of_simulated_years_that_nobody_has_seen(make_series):
    # Sixty economies whose shocks have tails: the bands as drawn hold too little of the past, and those that the past
    # has stretched hold what they state of the five years after it.
    rng, number, known, ahead = np.random.default_rng(7), 60, 21, 5
    drift, size = rng.normal(0.08, 0.03, (number, 1)), rng.uniform(0.05, 0.25, (number, 1))
    shocks = rng.standard_t(4, (number, known + ahead)) / np.sqrt(2)
    paths = np.exp(5 + np.cumsum(drift + size * shocks, axis=1))
    codes = tuple(f"X{economy:02d}" for economy in range(number))
    made = Region("a made world", codes, 2024)
    base = baseline(make_series(dict(zip(codes, paths[:, :known].tolist(), strict=True))), made, seed=1)
    futures = simulate(scenarios.scenario(base, made, region("ASEAN"), {}, base.base_year + ahead), 1_000, seed=1)
    bands = (
        futures.bands.query("quantity == 'baseline'").dropna(subset="iso3").set_index(["iso3", "year"]).loc[[*codes]]
    )
    truth = paths[:, known:].ravel()
    past = calibration(base.past, base.model).set_index(["scope", "level"])["measured"][EVERYBODY]
    for level in (80, 95):
        assert past[level] < level / 100 - 0.05
        covered = ((bands[f"low_{level}"] <= truth) & (truth <= bands[f"high_{level}"])).mean()
        # Two standard errors of sixty economies, whose five years hang together.
        assert covered >= level / 100 - 2 * np.sqrt(level / 100 * (1 - level / 100) / number)


def test_calibration_leaves_the_medians_where_they_are(fitted):
    plain = replace(fitted, stretch=1.0, total_stretch=1.0)
    asked, before = (
        scenarios.scenario(each, SMALL, region("ASEAN"), preset("connectivity")) for each in (fitted, plain)
    )
    assert fitted.stretch != 1 != fitted.total_stretch
    stretched, as_drawn = simulate(asked, 999, 3), simulate(before, 999, 3)
    ours, theirs = (each.bands[each.bands["quantity"] == "baseline"] for each in (stretched, as_drawn))
    assert ours["median"].to_numpy() == pytest.approx(theirs["median"].to_numpy(), rel=1e-12)
    # On the logarithm every bound is further from the median by the factor.
    factor = np.where(ours["iso3"].isna(), fitted.total_stretch, fitted.stretch)
    for bound in ("low_95", "high_80"):
        far, near = (np.log(each[bound] / each["median"]).to_numpy() for each in (ours, theirs))
        assert far == pytest.approx(factor * near, rel=1e-9)
    # In every draw the levers add the same share, and the search for a goal starts from the same total.
    shares = [each.totals["scenario"] / each.totals["baseline"] for each in (stretched, as_drawn)]
    assert shares[0] == pytest.approx(shares[1], rel=1e-12)
    sought = goal_seek(asked, 1e9, 2030, 999, 3)["baseline"].item()
    assert sought == pytest.approx(stretched.total("baseline", 2030)["median"].item(), rel=1e-12)


def test_members_coverage_is_that_of_their_own_forecasts(fitted):
    table = coverage(fitted).set_index("iso3")
    own = fitted.past.query("scope == 'economy' and iso3 == 'PAK'")
    reach = fitted.stretch * (1 + 1e-12)
    side = np.where(own["actual"] > own["forecast"], own["high_80"], own["low_80"])
    inside = (own["actual"] - own["forecast"]).abs() <= reach * np.abs(side - own["forecast"])
    assert set(table.index) == set(SMALL.members) and table["coverage_80"].is_monotonic_increasing
    assert table.at["PAK", "coverage_80"] == pytest.approx(inside.mean())


def test_the_growth_of_five_years_stands_beside_that_of_ten(delivered):
    table = past_growth(delivered, [SMALL, region("ASEAN")], largest=2).set_index(["region", "iso3"])
    wide = delivered.pivot(index="iso3", columns="year", values="value")
    total = wide.loc[list(SMALL.members), [2015, 2020, 2025]].sum()
    label = SMALL.label
    row = table.loc[label].loc[np.nan]
    assert row["past_growth_10"] == pytest.approx(100 * ((total[2025] / total[2015]) ** 0.1 - 1))
    assert row["past_growth_5"] == pytest.approx(100 * ((total[2025] / total[2020]) ** 0.2 - 1))
    own = table.loc[(label, "PAK")]
    assert own["past_growth_5"] == pytest.approx(100 * ((wide.at["PAK", 2025] / wide.at["PAK", 2020]) ** 0.2 - 1))
    assert list(table.index.get_level_values("iso3").dropna()) == ["PAK", "KAZ"]  # the two largest of three


def test_constant_prices_run_through_to_the_target(delivered):
    real = baseline(outcome(prices="constant"), SMALL, seed=3)
    nominal = fit_baseline(delivered, SMALL.members)
    assert (real.prices, nominal.prices) == ("constant", "current")
    assert real.drifts.drift.mean() < nominal.drifts.drift.mean() - 0.01  # some two per cent of inflation a year
    ratio = target({"kind": "benchmark_ratio", "year": 2035})
    amounts = [target_amount(ratio, each, region("ASEAN")) for each in (real, nominal)]
    assert amounts[0] < 0.9 * amounts[1]  # ten years of prices less


def test_the_observed_total_is_of_those_who_are_simulated(delivered, fitted):
    total = fitted.observed.set_index("year")
    by_hand = delivered[delivered["iso3"].isin(SMALL.members)].groupby("year")["value"].sum()
    assert total["total"].to_numpy() == pytest.approx(by_hand.to_numpy())
    assert (total["members_covered"] == 3).all()


def test_the_benchmarks_ratio_is_sought_beside_the_target_or_said_to_be_none(fitted):
    futures = simulate(scenarios.scenario(fitted, SMALL, region("ASEAN"), preset("connectivity")), 100)
    found, lacking = seek_targets(futures, target({"multiple": 2.0, "year": 2030}), region("ASEAN"))
    assert found["kind"].tolist() == ["multiple", "benchmark_ratio"] and lacking == ""
    alone, _ = seek_targets(futures, target({"kind": "benchmark_ratio", "year": 2030}), region("ASEAN"))
    assert alone["target"].item() == found["target"].iloc[1]
    taiwan = region("TWN")
    futures = simulate(scenarios.scenario(baseline(outcome(), taiwan), taiwan, region("ASEAN"), {}), 100)
    found, lacking = seek_targets(futures, target({"multiple": 2.0, "year": 2030}), region("ASEAN"))
    assert found["kind"].tolist() == ["multiple"] and lacking.startswith("TWN has no recent GDP")
