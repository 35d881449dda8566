"""The findings of the scenarios: known values, sums, edges that are told, and what their sentences rest on."""

from dataclasses import replace

import notebook_cells
import numpy as np
import pytest
from prose_rules import check_words

from carec_digital_trade.datasets import load
from carec_digital_trade.findings import COLUMNS, whole_name
from carec_digital_trade.findings.facts import scenarios as facts
from carec_digital_trade.findings.facts.levers import UNRELIABLE, asked, few
from carec_digital_trade.parameters import ScenarioParameters
from carec_digital_trade.prose import usd
from carec_digital_trade.scenarios import (
    fit_baseline,
    indicator_pace,
    indicator_values,
    outcome,
    published_effect,
    simulate,
)

pytestmark = pytest.mark.usefixtures("light_backtest")

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
CHAD = {"region": ["TCD", "NER"], "benchmark": ["SGP"]}
PAPERLESS = {"family": "paperless", "effect": "escap_cpta", "benchmark": "full"}
FEW = {
    "region": ["KAZ", "KGZ", "UZB"],
    "measure": "deliverable",
    "flow": "exports",
    "year": 2023,
    "preset": "paperless",
}
PARTIAL = {"measure": "deliverable", "year": 2020, "region": "ASEAN", "benchmark": "CAREC"}


def cells(**values):
    return notebook_cells.cells("scenarios", draws=500, **values)


@pytest.fixture(scope="module")
def default(light_backtest):
    return cells()


@pytest.fixture(scope="module")
def restated(light_backtest):
    """The restatement of the WTO's study, whose gap is a ratio."""
    return cells(effects={"connectivity": "wto2023_trade"})


def values(finding):
    """Return the values of a finding's records by whole name."""
    records = finding.records
    return dict(zip(map(whole_name, records["metric"], records["item"]), records["value"], strict=True))


def test_cells_leave_the_parameters_as_they_are(default):
    before = notebook_cells.Cells("scenarios").space
    assert len([default[name] for name in default]) == 20
    for name in ScenarioParameters.model_fields:
        assert default.space[name] == (500 if name == "draws" else before[name])


def test_every_finding_is_complete(default):
    for name in default:
        finding = default[name]
        assert finding.name == name and len(finding.table) and finding.source.startswith("Source: ")
        assert list(finding.records.columns) == COLUMNS
        assert finding.answers == (name == "answer")
        if not finding.answers:
            assert finding.records["value"].notna().any() and (finding.records["table"] == name).all()
        check_words(finding)


def test_one_lever_by_hand():
    """Effect x phase x closure x gap, with an effect that is sure: a fixed share of every future."""
    # Pakistan has 1.36 subscriptions against 9.78: capped at a doubling. Half of it in logs, 6.5% for 10%; phased in
    # over 2025 to 2035, so in 2030 one half: ln 1.065 / ln 1.1 x 0.5 x 0.5 x ln 2.
    lever = {"family": "connectivity", "effect": SURE, "closure": 0.5, "end": 2035}
    found = cells(region="PAK", levers=[lever], horizon=2030)
    by_hand = 100 * np.expm1(np.log(1.065) / np.log(1.1) * 0.5 * 0.5 * np.log(2))
    row = found["by_economy"].frame.iloc[1]
    shares = row[["additional_share", "additional_share_low", "additional_share_high"]].to_numpy(dtype=float)
    assert shares == pytest.approx([by_hand] * 3, rel=ROUNDING)
    added, before = found["additional"].frame.iloc[-1], found["baseline"].frame.iloc[-1]
    for end in ("", "_low", "_95_high"):
        expected = before[f"baseline_trade{end}"] * by_hand / 100
        assert added[f"additional_trade{end}"] == pytest.approx(expected, rel=ROUNDING)


def test_zero_closure_adds_nothing():
    found = cells(levers=[{"family": "connectivity", "effect": "wto2023_trade", "closure": 0.0}])
    totals = found.value("futures").totals
    assert (totals["scenario"] == totals["baseline"]).all()
    assert found["attribution"].table.empty and "No lever adds anything here" in found["answer"].reading


def test_the_total_is_summed_within_a_future(default):
    totals = default.value("futures").totals
    added = (totals["scenario"] - totals["baseline"])[-1]
    row, *members = default["by_economy"].frame.to_dict("records")
    for column, probability in (("", 0.5), ("_low", 0.1), ("_95_high", 0.975)):
        assert row[f"additional_trade{column}"] == np.quantile(added, probability, method="inverted_cdf")
    summed = sum(member["additional_trade"] for member in members)
    assert row["additional_trade"] > 1.05 * summed
    words = f"add up to {usd(summed)} and the region's is {usd(row['additional_trade'])}"
    assert words in default["by_economy"].reading
    assert "add up" not in cells(region="PAK")["by_economy"].reading


def test_the_parts_add_up(default):
    frame = default["attribution"].frame
    parts = frame.groupby("economy")["lever_contribution"].sum()
    added = default["by_economy"].frame.set_index("economy")["additional_trade"]
    assert parts.to_numpy() == pytest.approx(added[parts.index].to_numpy(), rel=ROUNDING)
    assert set(parts.index[parts > 0]) == set(added.index[added > 0])
    of_members = frame["iso3"].notna()
    assert frame.loc[of_members, "part"].sum() == pytest.approx(frame.loc[~of_members, "part"].sum(), rel=ROUNDING)
    shares = values(default["attribution"])
    assert shares["lever_contribution_inclusion"] == 0


def test_the_observed_totals_are_those_of_the_series(default):
    records = default["baseline"].records.query("metric == 'total'").set_index("year")["value"]
    rows = outcome("delivered", "total")
    by_hand = rows[rows["iso3"].isin(default.value("study").members)].groupby("year")["value"].sum()
    assert records.to_numpy() == pytest.approx(by_hand.to_numpy(), rel=1e-12)


def test_gaps_beyond_the_evidence_are_told_and_not_used(restated):
    default = restated
    frame = default["gaps"].frame
    table = frame[frame["lever"] == "connectivity"].set_index("economy")
    subscriptions = indicator_values("fixed_broadband", at=2025).set_index("iso3")["value"]
    median = subscriptions[list(default.value("peers").members)].median()
    assert table.loc["Tajikistan", "shown"] == pytest.approx(median / subscriptions["TJK"])
    assert table.loc["Tajikistan", "shown_used"] == pytest.approx(2)
    assert table.loc["Kazakhstan", ["shown", "shown_used", "shown_beyond"]].to_list() == [1, 1, 1]
    assert "Tajikistan" in default["gaps"].reading and not table["extrapolated"].any()
    # Inclusion has no effect here, nor has regulation without connectivity: a gap, and no part of it used.
    idle = frame[frame["lever"] == "inclusion"]
    assert not idle["effective"].any() and idle[["shown_used", "shown_beyond"]].isna().all(axis=None)
    assert idle["shown"].notna().all()
    assert not cells(preset="regulation")["gaps"].frame["effective"].any()


def test_raising_support_marks_what_it_touches():
    found = cells(support=10, effects={"connectivity": "wto2023_trade"})
    frame = found["by_economy"].frame
    assert set(frame["iso3"][frame["extrapolated"]].dropna()) == {"TJK", "AFG", "PAK"}
    assert frame["extrapolated"].iloc[0]
    for name in ("additional", "attribution", "tornado", "sobol", "by_study", "goal", "chances", "gaps"):
        assert "EXTRAPOLATED" in found[name].caption
    assert "Extrapolation" in found["answer"].reading
    # The gap of inclusion is shown and no trade is claimed, so nothing rests on it.
    assert "EXTRAPOLATED" not in cells(support=10, preset="inclusion")["additional"].caption


def test_evidence_says_what_is_published_assumed_or_missing(default):
    frame = default["evidence"].frame.set_index("lever")
    assert frame["range"].to_dict() == {
        "regulation": "40 to 120, assumed",  # 80, within half of itself
        "connectivity_wto2023": "-3 to -1, assumed",
        "connectivity_oecd2018": "3 to 4.5, assumed",
        "connectivity_yousefi2018": "0 to 0.175, assumed",  # the mean of 0.27 and 0.08, and zero is possible
        "inclusion": "",
        "laws": "",
        "paperless": "-19.5 to -6.5, assumed",
        "trade elasticity": "-5 to -2.8, central figures for goods",
    }
    assert frame.loc["paperless", "on"] == "goods and services"
    assert "best against median" in frame.loc["regulation", "estimated"]
    assert frame.loc["connectivity_wto2023", "source"] == published_effect("wto2023_cost_points").source
    assert frame.loc["connectivity_wto2023", "told_by"] == "authors (abstract)"
    assert "none of services" in frame.loc["trade elasticity", "note"]


def test_a_lever_with_two_effects_has_a_record_of_each(default):
    # The user's own figure acts on services; on goods, where it was not estimated, the ready lever has ESCAP's.
    own = {**SURE, "kind": "trade_at_full", "indicator": "cpta", "low": 5.0, "central": 7.0, "high": 9.0}
    found = values(cells(levers=[{"family": "paperless", "effect": own, "benchmark": "full"}])["evidence"])
    assert found["effect_paperless_delivered"] == 7
    assert found["effect_paperless_goods_and_services"] == -13
    assert "effect_connectivity_wto2023" in values(default["evidence"])


def test_one_central_figure_runs_through_the_page(default):
    base, futures = default.value("base"), default.value("futures")
    last = default["baseline"].frame.iloc[-1]["baseline_trade"]
    table = default["answer"].frame.set_index("what")["amount"]
    assert table["baseline"] == last == default["additional"].frame.iloc[-1]["baseline_trade"]
    assert table["additional"] == default["additional"].frame.iloc[-1]["additional_trade"]
    # It is the same whatever the calibration.
    other = replace(futures.scenario, baseline=replace(base, total_stretch=1.5))
    plain = simulate(other, futures.draws, futures.seed)
    assert last == pytest.approx(plain.total("baseline", 2035)["median"].item(), rel=1e-12)


def test_the_pace_of_members_by_hand(restated):
    years = restated["gaps"].records.query("metric == 'own_pace_years' and item == 'connectivity'")
    years = years.set_index("iso3")["value"]
    pace = indicator_pace("fixed_broadband").set_index("iso3")["pace"]
    assert years["PAK"] == pytest.approx(np.log(2) / pace["PAK"])  # a doubling is used
    assert years["KAZ"] == 0


def test_the_result_is_given_by_study(default):
    frame = default["by_study"].frame.set_index("study")
    assert list(frame.index) == ["wto2023", "oecd2018", "yousefi2018"]
    for study, amount in frame["additional_trade"].items():
        assert usd(amount) in default["by_study"].reading and usd(amount) in default["answer"].reading
        assert values(default["by_study"])[f"additional_trade_connectivity_{study}"] == amount
    assert "The figure of WTO 2023 is of trade costs" in default["by_study"].reading
    assert default["sobol"].reading.startswith("Which study of connectivity is right makes up")
    alone = cells(studies={"oecd2018": 1})
    assert alone["by_study"].table.empty and "By study" not in alone["answer"].reading


def test_the_closure_found_leads_to_the_target(default):
    first = default["goal"].frame.iloc[0]
    latest = default.value("base").latest()
    before = default["baseline"].frame.set_index("year")
    assert first["baseline"] == pytest.approx(before.loc[2030, "baseline_trade"], rel=ROUNDING)
    multiple = float((first["baseline"] + first["full_closure_trade"]) / 2 / latest)
    found = cells(target={"multiple": multiple})["goal"]
    share = float(found.frame.iloc[0]["closure_needed"])
    assert 0 < share < 100 and f"if {share:.0f}% of every gap is closed" in found.reading
    levers = [lever.model_dump() for lever in default.value("asked").levers.values()]
    closed = cells(levers=[lever | {"closure": share / 100} for lever in levers])
    totals = closed.value("futures").totals["scenario"][2030 - 2026]
    # As near as the closure was sought, 1e-6.
    assert np.quantile(totals, 0.5, method="inverted_cdf") == pytest.approx(multiple * latest, rel=1e-5)


def test_of_no_party_it_is_said_that_nothing_is_left_to_close(default):
    frame = default["goods"].frame.set_index("iso3")
    assert frame.loc["KAZ", ["treaty", "shown"]].to_list() == ["not a party", 1.0]
    assert frame.loc["CHN", ["treaty", "shown"]].to_list() == ["party", 1.0]
    gap = default["goods"].records.query("metric == 'indicator_gap' and item == 'paperless'").set_index("iso3")["value"]
    assert gap["KAZ"] == gap["CHN"] == 1
    assert (frame["additional_trade"] > 0).all()
    assert "How much parties have implemented is not known" in default["goods"].reading
    # A user's own scores measure it.
    found = cells(levers=[{**PAPERLESS, "scores": {"Kazakhstan": 0.5, "CHN": 1}, "optional": True}])[
        "goods"
    ].frame.set_index("iso3")
    assert found.loc["KAZ", ["stands", "shown"]].to_list() == [0.5, 0.5]
    assert set(found.index[found["additional_trade"] > 0].dropna()) == {"KAZ"}


def test_the_section_on_goods_starts_from_escaps_own_gain(default):
    assert list(default).index("crosscheck") < list(default).index("goods")
    exports = outcome("goods_and_services", "exports")
    members = default.value("study").members
    total = exports[(exports["year"] == 2014) & exports["iso3"].isin(load("cpta")["iso3"])]["value"].sum()
    by_hand = 257e3 / total * fit_baseline(exports, members).median(2035).sum()
    assert usd(by_hand) in default["crosscheck"].reading.split(".  ")[0]
    assert values(default["crosscheck"])["crosscheck_escap_full_gain"] == pytest.approx(by_hand / 1e3)
    by_hand = 100 * np.expm1(-3.7 * (np.log(1.87) - np.log(2)))
    assert f"{by_hand:.1f}% more trade" in default["crosscheck"].reading
    assert default["goods"].reading.startswith("The upper end") and "Upper end" in default["goods"].caption
    frame = default["goods"].frame
    # Elasticity x [ln(1 + t (1 + c)) - ln(1 + t)] at t = 1, c = -13%, elasticity -3.7: 28%, near the median.
    by_hand = 100 * np.expm1(-3.7 * (np.log(1.87) - np.log(2)))
    assert frame["additional_share"].iloc[1] == pytest.approx(by_hand, abs=5)
    assert values(default["crosscheck"])["crosscheck_escap_cpta"] == pytest.approx(by_hand)


def test_the_crosscheck_is_of_the_effect_that_is_used():
    found = cells(effects={"paperless": "escap_tfa_digital"})["crosscheck"]
    times = values(found)
    full, escap = times["crosscheck_escap_tfa_digital"], times["crosscheck_escap_full_at_most"]
    assert f"makes {full:.1f}% more trade" in found.reading and f"{full / escap:.1f} times" in found.reading


@pytest.mark.parametrize(
    ("asked", "name", "words"),
    [
        ({"preset": "paperless"}, "gaps", "Paperless does not act on digitally delivered trade"),
        ({"levers": []}, "gaps", "There is no lever, so no gap is closed."),
        ({"preset": "paperless"}, "additional", "No lever adds anything here"),
        ({"preset": "paperless"}, "sobol", "No lever adds anything here"),
        ({"preset": "paperless"}, "tornado", "No lever adds anything here"),
        ({"preset": "paperless"}, "attribution", "No lever adds anything here"),
        ({"levers": []}, "by_economy", "No lever adds anything here"),
        ({"preset": "regulation"}, "evidence", "raises an effect of connectivity that is not used here"),
        ({"preset": "inclusion"}, "evidence", "o trade is claimed for inclusion, without an effect"),
        ({"preset": "connectivity"}, "goods", "the ready lever"),
        ({"levers": [{**PAPERLESS, "spillover": 0.2}]}, "evidence", "spills over"),
        (CHAD, "gaps", "Further from it than is used: Chad"),
        ({"region": "KAZ"}, "gaps", "Of 1 member no gap is left for 0 in regulation, 0 in connectivity WTO 2023"),
        ({"region": "KAZ"}, "drifts", "each member keeps its own"),
        ({"region": "TWN"}, "goal", "The benchmark's trade per GDP is no target here: TWN has no recent GDP"),
        ({"region": "TWN"}, "goods", "Trade in goods and services cannot be simulated here: none of TWN has"),
        ({**PARTIAL, "horizon": 2024, "region": "CAREC", "benchmark": "ASEAN"}, "goods", "the horizon 2024 must lie"),
        (PARTIAL, "drifts", "in no total: 1 member"),
        ({"target": {"multiple": 1.0}}, "goal", "half of the futures get there without a lever"),
        ({"target": {"multiple": 9.0}}, "goal", "no closure would bring the median there"),
        ({"target": {"kind": "benchmark_ratio"}}, "chances", "given a path of GDP without shocks, is "),
        ({}, "crosscheck", "17.8% at 0.5 and 39.9% at 2"),
        (FEW, "baseline", "too badly here for its bands to be relied on"),
        (FEW, "answer", "from bands too bad to be relied on"),
    ],
)
def test_edges_are_told(asked, name, words):
    assert words in cells(**asked)[name].reading


def test_the_answer_holds_the_numbers_of_its_table_and_no_more_than_is_read(default):
    answer = default["answer"]
    row = default["by_economy"].frame.iloc[0]
    assert usd(row["additional_trade"]) in answer.reading
    # Who reads no more than the three bullets cannot take one study for all, nor the levers for a doubling.
    at = default["chances"].frame.set_index("year").loc[2030]
    words = f"doubling by 2030: {at['scenario']:.0f}% with levers, {at['baseline']:.0f}% without"
    finding, by_study, overturning = answer.reading.split("\n")
    assert words in finding and finding.startswith("- **If gaps closed** ")
    for study, amount in zip(
        default["by_study"].frame["name"], default["by_study"].frame["additional_trade"], strict=True
    ):
        assert f"{usd(amount)} ({study})" in by_study
    assert overturning.startswith("- **What would overturn it**: one study proved right")
    assert len(answer.table) <= 4 and {"low", "high"} <= set(answer.frame.columns)


def test_bands_that_are_stretched_beyond_reason_are_not_relied_on(default):
    assert cells(**FEW).value("base").total_stretch > UNRELIABLE > default.value("base").total_stretch


def test_growth_of_the_past_needs_all_members_at_both_ends(default):
    base = default.value("base")
    total = base.observed.set_index("year")["total"]
    by_hand = {back: 100 * ((total[2025] / total[2025 - back]) ** (1 / back) - 1) for back in (10, 5)}
    assert {back: facts.recent_growth(base, back) for back in by_hand} == pytest.approx(by_hand)
    assert f"after {by_hand[10]:.1f}% over 10 and {by_hand[5]:.1f}% over 5 years" in default["baseline"].reading


def test_results_name_the_prices(default):
    assert "USD million at current prices" in default["baseline"].caption
    assert "constant prices" in cells(prices="constant")["baseline"].caption


def test_a_scenario_that_adds_nothing_is_known(default):
    chosen = default.value("chosen")
    assert not asked(chosen, default.value("futures"))["nothing"]
    assert asked(chosen, cells(preset="inclusion").value("futures"))["nothing"]


def test_long_lists_are_counted():
    assert few(["a", "b", "c"]) == "a, b and c"
    assert few("abcde") == "a, b, c and 2 more"
    assert few([]) == ""
