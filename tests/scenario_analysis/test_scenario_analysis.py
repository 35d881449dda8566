"""The sections: completeness, known values, sums, and edges that are said."""

import re

import numpy as np
import pandas as pd
import pytest

from carec_digital_trade import scenario_analysis
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import usd
from carec_digital_trade.results import COLUMNS, METRICS
from carec_digital_trade.scenario_analysis import recipe
from carec_digital_trade.scenario_analysis.trust import UNRELIABLE
from carec_digital_trade.scenarios import indicator_pace, indicator_values, outcome, published_effect, simulate

pytestmark = pytest.mark.usefixtures("light_backtest")

SECTIONS = [name for name in scenario_analysis.__all__ if name != "answer"]
# Rounding of sums and of exponentials of logarithms.
ROUNDING = 1e-9
SURE = {
    "kind": "trade_per_10_percent",
    "indicator": "fixed_broadband",
    "measures": ["delivered"],
    "low": 6.5,
    "central": 6.5,
    "high": 6.5,
    "source": "made up",
}


def chosen(**values):
    return ScenarioParameters.validated({"draws": 500, **values})


DEFAULT = chosen()


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_complete(section):
    result = getattr(scenario_analysis, section)(DEFAULT)
    assert result.name == section
    assert len(result.table)
    assert list(result.records.columns) == COLUMNS
    assert result.records["value"].notna().any()
    assert (result.records["table"] == section).all()
    assert result.reading.endswith(".")
    assert result.source.startswith("Source: ")


def test_every_metric_is_documented():
    names = {name for section in SECTIONS for name in getattr(scenario_analysis, section)(DEFAULT).records["metric"]}
    stems = re.compile(f"({'|'.join(METRICS)})(_[a-z0-9_]+)?")
    assert all(stems.fullmatch(name) for name in names)
    assert not any(re.search(r"(pct|percent|usd|million)", name) for name in names)


def test_one_lever_by_hand():
    """Effect x phase x closure x gap, with an effect that is sure: a fixed share of every future."""
    # Pakistan has 1.27 subscriptions against 9.80: capped at a doubling. Half of it in logs, 6.5% for 10%; phased in
    # over 2025 to 2035, so in 2030 one half: ln 1.065 / ln 1.1 x 0.5 x 0.5 x ln 2.
    lever = {"family": "connectivity", "effect": SURE, "closure": 0.5, "end": 2035}
    asked = chosen(region="PAK", levers=[lever], horizon=2030)
    by_hand = 100 * np.expm1(np.log(1.065) / np.log(1.1) * 0.5 * 0.5 * np.log(2))
    row = scenario_analysis.by_economy(asked).table.iloc[1]
    assert row[["% of own trade", "% from", "% to"]].to_numpy(dtype=float) == pytest.approx([by_hand] * 3, rel=ROUNDING)
    added = scenario_analysis.additional(asked).table.iloc[-1]
    before = scenario_analysis.baseline(asked).table.iloc[-1]
    for column in ("Median", "80% from", "95% to"):
        assert added[column] == pytest.approx(before[column] * by_hand / 100, rel=ROUNDING)
    assert added["% of baseline"] == pytest.approx(by_hand, rel=ROUNDING)


def test_zero_closure_adds_nothing():
    lever = {"family": "connectivity", "effect": "wto2023_trade", "closure": 0.0}
    asked = chosen(levers=[lever])
    simulation = recipe.simulation(asked)
    assert (simulation.totals["scenario"] == simulation.totals["baseline"]).all()
    assert (scenario_analysis.additional(asked).table["95% to"] == 0).all()
    assert scenario_analysis.attribution(asked).table.empty


def test_the_total_is_summed_within_a_future():
    totals = recipe.simulation(DEFAULT).totals
    added = (totals["scenario"] - totals["baseline"])[-1]
    row, *members = scenario_analysis.by_economy(DEFAULT).table.to_dict("records")
    for column, probability in (("Additional", 0.5), ("80% from", 0.1), ("95% to", 0.975)):
        assert row[column] == np.quantile(added, probability, method="inverted_cdf")
    assert row["Additional"] > 1.05 * sum(member["Additional"] for member in members)


def test_the_parts_add_up():
    parts = scenario_analysis.attribution(DEFAULT).table
    added = scenario_analysis.by_economy(DEFAULT).table.set_index("Economy")["Additional"]
    sums = parts.set_index("Economy").drop(columns="Together").sum(axis="columns")
    assert sums.to_numpy() == pytest.approx(added[sums.index].to_numpy(), rel=ROUNDING)
    assert set(sums.index) == set(added.index[added > 0])
    assert (parts["inclusion"] == 0).all()


def test_the_observed_totals_are_those_of_the_series():
    records = scenario_analysis.baseline(DEFAULT).records.query("metric == 'total'").set_index("year")["value"]
    rows = outcome("delivered", "total")
    by_hand = rows[rows["iso3"].isin(DEFAULT.regions()[0].members)].groupby("year")["value"].sum()
    assert records.to_numpy() == pytest.approx(by_hand.to_numpy(), rel=1e-12)


def test_gaps_beyond_the_evidence_are_said_and_not_used():
    result = scenario_analysis.gaps(DEFAULT)
    table = result.table[result.table["Lever"] == "connectivity"].set_index("Economy")
    values = indicator_values("fixed_broadband").set_index("iso3")["value"]
    median = values[list(DEFAULT.regions()[1].members)].median()
    assert table.loc["Tajikistan", "Gap"] == pytest.approx(median / values["TJK"])
    assert table.loc["Tajikistan", "Used"] == pytest.approx(2)
    assert table.loc["Kazakhstan", ["Gap", "Used", "Beyond the evidence"]].to_list() == [1, 1, 1]
    for economy in ("Tajikistan", "Afghanistan", "Turkmenistan"):
        assert f"{economy} (" in result.reading
    assert not table["Extrapolated"].any()
    # Inclusion has no effect here, nor has regulation without connectivity: a gap, and no part of it used.
    idle = result.table[result.table["Lever"] == "inclusion"]
    assert not idle["Effect"].any() and idle[["Used", "Beyond the evidence"]].isna().all(axis=None)
    assert idle["Gap"].notna().all() and "It has no effect here: the gap is shown" in result.reading
    assert not scenario_analysis.gaps(chosen(preset="regulation")).table["Effect"].any()
    assert "Most of the gap of Tajikistan, Afghanistan, Pakistan and Turkmenistan" in scenario_analysis.answer(DEFAULT)


def test_raising_support_marks_what_it_touches():
    asked = chosen(support=10)
    table = scenario_analysis.by_economy(asked).table.set_index("Economy")
    marked = set(table.index[table["Extrapolated"]])
    assert marked == {"CAREC", "Tajikistan", "Afghanistan", "Turkmenistan", "Pakistan", "Kyrgyz Republic"}
    records = scenario_analysis.by_economy(asked).records.query("metric == 'extrapolated'")
    assert set(records.loc[records["value"] == 1, "iso3"].dropna()) == {"TJK", "AFG", "TKM", "PAK", "KGZ"}
    # The gap of inclusion is shown and no trade is claimed, so nothing rests on it.
    only_shown = chosen(support=10, preset="inclusion")
    assert "EXTRAPOLATED" not in scenario_analysis.additional(only_shown).caption


def test_evidence_says_what_is_published_assumed_or_missing():
    result = scenario_analysis.evidence(DEFAULT)
    table = result.table.set_index("Lever")
    assert table["Range"].to_dict() == {
        "regulation": "30 to 90, assumed",  # 60, within half of itself
        "connectivity": "6 to 7, published",
        "inclusion": "",
        "paperless": "-19.5 to -6.5, assumed",
        "trade elasticity": "-5 to -3.2, assumed",
    }
    assert table.loc["paperless", "Outcome"] == "goods and services"
    assert "digital trade regulation is eased" in table.loc["regulation", "Estimated on"]
    assert table.loc["connectivity", "Source"] == published_effect("wto2023_trade").source
    assert "Paperless was estimated on goods: it is not applied to digitally delivered trade" in result.reading
    assert "percentage points" in result.reading


def test_a_lever_with_two_effects_has_a_record_of_each():
    # The user's own figure acts on services; on goods, where it was not estimated, the ready lever has ESCAP's.
    own = {**SURE, "kind": "trade_at_full", "indicator": "cpta", "low": 5.0, "central": 7.0, "high": 9.0}
    asked = chosen(levers=[{"family": "paperless", "effect": own, "benchmark": "full"}])
    result = scenario_analysis.evidence(asked)
    values = result.records.set_index("metric")["value"]
    assert values["effect_paperless_delivered"] == 7
    assert values["effect_paperless_goods_and_services"] == -13
    assert "effect_connectivity" in set(scenario_analysis.evidence(DEFAULT).records["metric"])
    assert "For paperless on digitally delivered trade the range is the user's." in result.reading


def test_rows_of_medians_are_said_not_to_add():
    table = scenario_analysis.by_economy(DEFAULT).table
    words = (
        f"add up to {usd(table['Additional'].iloc[1:].sum())} and the region's is {usd(table['Additional'].iloc[0])}"
    )
    assert words in scenario_analysis.by_economy(DEFAULT).reading
    assert words in scenario_analysis.attribution(DEFAULT).reading
    assert "add up to" not in scenario_analysis.by_economy(chosen(region="PAK")).reading


def test_all_levers_at_central_figures_by_hand():
    # One sure lever, all of the gap closed: every member's path without shocks times the same share as in its futures.
    asked = chosen(region=["PAK", "KGZ"], levers=[{"family": "connectivity", "effect": SURE}])
    fitted = recipe.scenario(asked).baseline
    by_hand = fitted.median(2035).sum() * np.expm1(np.log(1.065) / np.log(1.1) * np.log(2))
    value = scenario_analysis.per_ten_points(asked).records.set_index("metric")["value"]["additional_central"]
    assert value == pytest.approx(by_hand, rel=ROUNDING)
    central = scenario_analysis.per_ten_points(DEFAULT).records.set_index("metric")["value"]["additional_central"]
    assert f"all levers together add {usd(central)}" in scenario_analysis.answer(DEFAULT)


def test_what_the_widening_does_to_the_median_and_the_chances_is_said():
    factor = recipe.widening(DEFAULT)
    assert factor > 1
    plain = simulate(recipe.scenario(DEFAULT).unwidened(), DEFAULT.draws, DEFAULT.seed).totals
    added = (plain["scenario"] - plain["baseline"])[-1]
    result = scenario_analysis.additional(DEFAULT)
    value = result.records.set_index("metric")["value"]["additional_unwidened"]
    assert value == np.quantile(added, 0.5, method="inverted_cdf")
    assert f"not widened by {factor:.2f}, it is {usd(value)}" in result.reading
    latest = np.exp(recipe.scenario(DEFAULT).baseline.start).sum()
    chances = scenario_analysis.chances(DEFAULT)
    for name in ("baseline", "scenario"):
        by_hand = 100 * (plain[name][2030 - 2026] >= 2 * latest).mean()
        value = chances.records.set_index("metric")["value"][f"reached_unwidened_{name}"]
        assert value == pytest.approx(by_hand)
        assert f"{by_hand:.0f}%" in chances.reading.split("With shocks")[1]
    in_2030 = np.quantile(plain["baseline"][2030 - 2026], 0.5, method="inverted_cdf")
    assert f"the median of 2030 without levers is {usd(in_2030)}" in scenario_analysis.goal(DEFAULT).reading


def test_the_baseline_of_goods_is_set_beside_its_rivals():
    result = scenario_analysis.goods(DEFAULT)
    mase = result.records.dropna(subset="value").query("metric.str.startswith('mase')").set_index("metric")["value"]
    for where, words in (("economies", "single economies"), ("total", "the total")):
        errors = {name: mase[f"mase_{name}_{where}"] for name in ("shrunken_drift", "own_drift", "no_change")}
        assert f"{errors['no_change']:.2f} by no change" in result.reading
        better = [name.replace("_", " ") for name in errors if errors[name] < errors["shrunken_drift"]]
        said = next(part for part in result.reading.split(". ") if part.startswith(f"For {words}"))
        assert all(f"{name} did better" in said for name in better) if better else "no rival did better" in said


def test_the_pace_of_members_by_hand():
    result = scenario_analysis.gaps(DEFAULT)
    years = result.records[result.records["metric"] == "own_pace_years_connectivity"].set_index("iso3")["value"]
    pace = indicator_pace("fixed_broadband").set_index("iso3")["pace"]
    assert years["PAK"] == pytest.approx(np.log(2) / pace["PAK"])  # a doubling is used
    assert f"Pakistan in {years['PAK']:.1f} years" in result.reading
    assert years["KAZ"] == 0


def test_the_two_readings_of_the_wto_by_hand():
    table = scenario_analysis.per_ten_points(DEFAULT).table.set_index("Economy")
    now = indicator_values("fixed_broadband").set_index("iso3")["value"]["KGZ"]
    row = table.loc["Kyrgyz Republic"]
    # A doubling is now more points; as a 10% rise, ln 2 / ln 1.1 times the log effect; as ten points, now / 10 times.
    assert row["Points more"] == pytest.approx(now)
    assert row["Added, % (as used)"] == pytest.approx(100 * (1.065 ** (np.log(2) / np.log(1.1)) - 1))
    assert row["Added, % (per ten points)"] == pytest.approx(100 * (1.065 ** (now / 10) - 1))
    assert "in place of" in scenario_analysis.answer(DEFAULT)
    assert scenario_analysis.per_ten_points(chosen(effects={"connectivity": None})).table.empty


def test_the_chance_of_the_target_is_the_share_of_the_futures():
    table = scenario_analysis.chances(DEFAULT).table.set_index("Year")
    totals = recipe.simulation(DEFAULT).totals
    latest = np.exp(recipe.scenario(DEFAULT).baseline.start).sum()
    for name, column in (("baseline", "Without the levers, %"), ("scenario", "With them as set, %")):
        by_hand = (totals[name][2030 - 2026] >= 2 * latest).mean()
        assert table.loc["2030", column] == pytest.approx(100 * by_hand)


def test_the_closure_found_leads_to_the_target():
    first = scenario_analysis.goal(DEFAULT).table.iloc[0]
    latest = np.exp(recipe.scenario(DEFAULT).baseline.start).sum()
    before = scenario_analysis.baseline(DEFAULT).table.set_index("Year")
    assert first["Baseline"] == pytest.approx(before.loc["2030", "Median"], rel=ROUNDING)
    multiple = (first["Baseline"] + first["Every gap closed"]) / 2 / latest
    result = scenario_analysis.goal(chosen(target={"multiple": multiple}))
    share = result.table.iloc[0]["Share to close, %"]
    assert 0 < share < 100
    assert f"the median gets there if {share:.0f}% of every gap is closed" in result.reading
    levers = [lever.model_copy(update={"closure": share / 100}) for lever in recipe.scenario(DEFAULT).levers.values()]
    totals = recipe.simulation(chosen(levers=levers)).totals["scenario"][2030 - 2026]
    # As near as the closure was sought, 1e-6.
    assert np.quantile(totals, 0.5, method="inverted_cdf") == pytest.approx(multiple * latest, rel=1e-5)


def test_goods_and_services_gain_where_the_treaty_is_not_in_force():
    result = scenario_analysis.goods(DEFAULT)
    gaining = result.table.iloc[1:].query("Additional > 0")["Economy"]
    stands = result.table.set_index("Economy")[["Agreement", "Gap"]]
    assert stands.loc["Kazakhstan"].to_list() == ["neither", 1.0] and stands.loc["China"].to_list() == ["party", 0.0]
    gap = result.records.query("metric == 'indicator_gap_paperless'").set_index("iso3")["value"]
    assert gap["KAZ"] == 1 and gap["CHN"] == 0
    treaty = indicator_values("cpta").set_index("iso3")["value"]
    assert {"Kazakhstan", "Pakistan", "Georgia", "Afghanistan"} == set(gaining)
    assert (treaty[["KAZ", "PAK", "GEO", "AFG"]] < 1).all()
    # Elasticity x [ln(1 + t (1 + c)) - ln(1 + t)] at t = 1, c = -13%, elasticity -3.7: 28%, near the median.
    by_hand = 100 * np.expm1(-3.7 * (np.log(1.87) - np.log(2)))
    assert result.table.iloc[1]["% of own trade"] == pytest.approx(by_hand, abs=5)
    crosscheck = scenario_analysis.crosscheck(DEFAULT)
    value = crosscheck.records.set_index("metric")["value"]["crosscheck_escap_cpta"]
    assert value == pytest.approx(by_hand)
    assert "ESCAP's own estimate" in crosscheck.reading


def test_the_crosscheck_is_of_the_effect_that_is_used():
    asked = chosen(effects={"paperless": "escap_tfa_digital"})
    times = scenario_analysis.crosscheck(asked).records.set_index("metric")["value"]
    full, escap = times["crosscheck_escap_tfa_digital"], times["crosscheck_escap_full_at_most"]
    words = (
        f"full implementation adds {full:.1f}% by cost effect times elasticity, at least {full / escap:.1f} times "
        f"ESCAP's own estimate of at most {escap:.1f}%."
    )
    assert words in scenario_analysis.answer(asked)


def test_same_parameters_same_numbers():
    first = scenario_analysis.by_economy(DEFAULT).records
    recipe._simulation.cache_clear()
    recipe._scenario.cache_clear()
    pd.testing.assert_frame_equal(first, scenario_analysis.by_economy(DEFAULT).records)
    other = scenario_analysis.by_economy(chosen(seed=1)).records
    assert not np.allclose(first["value"], other["value"])


CHAD = {"region": ["TCD", "NER"], "benchmark": ["SGP"]}
PAPERLESS = {"family": "paperless", "effect": "escap_cpta", "benchmark": "full"}


@pytest.mark.parametrize(
    ("values", "section", "words"),
    [
        ({"preset": "paperless"}, "gaps", "Paperless does not act on digitally delivered trade, so nothing of it is"),
        ({"levers": []}, "gaps", "There is no lever, so no gap is closed."),
        ({}, "gaps", "section 9 shows its gap"),
        ({"preset": "paperless"}, "additional", "No lever adds anything here"),
        ({"preset": "paperless"}, "sobol", "No lever adds anything here"),
        ({"preset": "paperless"}, "tornado", "No lever adds anything here"),
        ({"preset": "paperless"}, "attribution", "No lever adds anything here"),
        ({"levers": []}, "by_economy", "No lever adds anything here"),
        ({"preset": "regulation"}, "evidence", "and there is none with an effect here, so it changes nothing"),
        ({"preset": "inclusion"}, "evidence", "For inclusion there is no effect: the gap is shown"),
        ({"preset": "connectivity"}, "goods", "hold no paperless trade with an effect on goods, so the ready one"),
        ({"levers": [{**PAPERLESS, "spillover": 0.2}]}, "evidence", "That 20% of the effect of paperless reaches"),
        (CHAD, "gaps", "Chad (from nothing)"),
        ({**CHAD, "preset": "connectivity"}, "by_economy", "Nothing is added in Chad, where"),
        ({"region": "KAZ"}, "gaps", "1 of 1 member is at or above the benchmark"),
        ({"region": "KAZ"}, "drifts", "each member keeps its own"),
        ({"region": "TWN"}, "goal", "The benchmark's trade per GDP is no target here: TWN has no recent GDP"),
        ({"region": "TWN"}, "goods", "Trade in goods and services cannot be simulated here: none of TWN has"),
        (
            {"measure": "deliverable", "year": 2020, "horizon": 2024},
            "goods",
            "the horizon 2024 must lie after the last",
        ),
        (
            {"measure": "deliverable", "year": 2020, "region": "ASEAN", "benchmark": "CAREC"},
            "drifts",
            "in no total: Thai",
        ),
        (
            {"measure": "deliverable", "year": 2020, "region": "ASEAN", "benchmark": "CAREC"},
            "baseline",
            "Forecasts start from an earlier year in Viet Nam (2022)",
        ),
        ({"target": {"multiple": 0.5}}, "goal", "at least half of the futures get there without any lever"),
        ({}, "goal", "given this path of GDP"),
        ({"target": {"kind": "benchmark_ratio"}}, "chances", "given this path of GDP, which has no shocks, is "),
        ({}, "crosscheck", "17.8% at 0.5 and 39.9% at 2"),
        ({}, "backtest", "have been revised since"),
        ({"target": {"multiple": 9.0}}, "goal", "no closure brings the median there"),
    ],
)
def test_edges_are_said(values, section, words):
    assert words in getattr(scenario_analysis, section)(chosen(**values)).reading


def test_answer_prints_the_numbers_that_the_tables_hold():
    said = scenario_analysis.answer(DEFAULT)
    row = scenario_analysis.by_economy(DEFAULT).table.iloc[0]
    amounts = [float(number) for number in re.findall(r"USD ([\d.]+) billion", said)][:3]
    assert amounts == [round(row[name] / 1000, 1) for name in ("Additional", "80% from", "80% to")]
    assert f"{row['% of own trade']:.1f}% of what it would be anyway" in said
    quotient = f"{100 * row['Additional'] / row['Baseline']:.1f}%"
    assert (f"the median of the shares, that of the medians being {quotient}" in said) == (
        quotient != f"{row['% of own trade']:.1f}%"
    )


def test_bands_that_are_widened_beyond_reason_are_warned_of():
    few = chosen(region=["KAZ", "KGZ", "UZB"], measure="deliverable", flow="exports", year=2023, preset="paperless")
    assert recipe.widening(few) > UNRELIABLE > recipe.widening(DEFAULT)
    totals = simulate(recipe.scenario(few).unwidened(), few.draws, few.seed).totals["baseline"][-1]
    plain = np.quantile(totals, 0.5, method="inverted_cdf")
    baseline, calibration = scenario_analysis.baseline(few), scenario_analysis.calibration(few)
    for said in (baseline.reading, calibration.reading, scenario_analysis.answer(few)):
        assert "too badly here for the bands, medians and chances to be relied on" in said
        assert f"Without the factor the median of the baseline in 2035 is {usd(plain)}." in said
    assert baseline.records.set_index("metric")["value"]["baseline_unwidened"] == plain
    assert "relied on" not in scenario_analysis.baseline(DEFAULT).reading


def test_the_middle_of_the_swings_is_told_from_the_median_of_the_futures():
    result = scenario_analysis.tornado(DEFAULT)
    centre = usd(result.table["Additional, central"].iloc[0])
    median = usd(scenario_analysis.additional(DEFAULT).table["Median"].iloc[-1])
    assert centre != median and f"it is {centre}, and not the {median} of section 5" in result.reading
