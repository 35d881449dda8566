"""The gap analysis: figures by hand from the raw files, a second implementation, and edges that are said."""

import csv
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pyfixest
import pytest
from pyfixest.demeaners import MapDemeaner
from scipy import stats

from carec_digital_trade import gap_analysis
from carec_digital_trade.gap import estimate, expected_trade, trade_panel
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.paths import bundled
from carec_digital_trade.results import COLUMNS

SECTIONS = [name for name in gap_analysis.__all__ if name != "answer"]
DEFAULT = GapParameters.validated({})
ARTICLE = ("e_transactions", "consumer_protection", "privacy_data_protection", "cybercrime")
POINTS = {"legislation": 1.0, "draft": 0.5, "none": 0.0}
# Two implementations that iterate until nothing moves by more than 1e-10.
AGREES = 1e-6


def chosen(**values):
    return GapParameters.validated(values)


def raw(name):
    with (bundled("data") / "raw" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scores_by_hand(domains):
    """Mean of the known statuses, which a reader gets from the raw file."""
    points: dict[str, list[float]] = {}
    for row in raw("cyberlaw"):
        if row["domain"] in domains and row["status"] != "no_data":
            points.setdefault(row["iso3"], []).append(POINTS[row["status"]])
    return {code: np.mean(found) for code, found in points.items()}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_complete(section):
    result = getattr(gap_analysis, section)(DEFAULT)
    assert result.name == section
    assert len(result.table)
    assert list(result.records.columns) == COLUMNS
    assert result.records["table"].eq(section).all()
    assert result.records["value"].notna().any()
    assert result.reading.endswith(".")
    assert result.source.startswith("Source: ")


def test_readiness_by_hand():
    table = gap_analysis.readiness(DEFAULT).table
    by_hand = scores_by_hand(ARTICLE)
    codes = {"Afghanistan": "AFG", "Pakistan": "PAK", "Singapore": "SGP", "Cambodia": "KHM", "Tajikistan": "TJK"}
    for name, code in codes.items():
        assert table.loc[table["Economy"] == name, "Score"].item() == by_hand[code]
    # Ties share the average of their ranks: n economies at the top have ranks 1 to n.
    at_top = sum(score == 1 for score in by_hand.values())
    assert table.loc[table["Economy"] == "China", "Rank"].item() == (1 + at_top) / 2
    unsure = table[table["Economy"] == "Tajikistan"].iloc[0]
    assert (unsure["Missing at 0"], unsure["Missing at 1"]) == (0.75, 1.0)
    reading = gap_analysis.readiness(DEFAULT).reading
    assert reading.startswith(f"{at_top} of {len(by_hand)} economies with a score have the highest")
    assert "Tajikistan has components without a known status: its score lies between 0.75 and 1." in reading


def test_weights_and_mean_are_those_asked_for():
    asked = chosen(weights={"consumer_protection": 3, "cybercrime": 1}, draft_value=0.2)
    table = gap_analysis.readiness(asked).table.set_index("Economy")
    # Cambodia has a law on consumers and a draft on cybercrime: (3 x 1 + 1 x 0.2) / 4.
    assert table.loc["Cambodia", "Score"] == pytest.approx(0.8)
    geometric = gap_analysis.readiness(chosen(aggregation="geometric", draft_value=0.25)).table.set_index("Economy")
    # Cambodia has three laws and a draft: (1 x 1 x 1 x 0.25)^(1/4); Singapore lacks a law on consumers.
    assert geometric.loc["Cambodia", "Score"] == pytest.approx(0.25**0.25)
    assert geometric.loc["Singapore", "Score"] == 0


def test_the_treaty_counts_where_it_has_a_weight():
    asked = chosen(weights={"cpta": 1})
    result = gap_analysis.readiness(asked)
    assert "Treaty Collection" in result.source
    table = result.table.set_index("Economy")["Score"]
    # Azerbaijan is a party, Cambodia has signed, Singapore has done neither.
    assert table[["Azerbaijan", "Cambodia", "Singapore"]].to_list() == [1.0, 0.5, 0.0]


def numbers(pair):
    return [float(number) for number in pair.split(", ")]


def test_regional_readiness_by_hand():
    table = gap_analysis.regional_readiness(DEFAULT).table.set_index(["Region", "Weighting"])
    by_hand = scores_by_hand(ARTICLE)
    gdp = {row["iso3"]: float(row["gdp_current_usd"] or "nan") for row in raw("panel") if row["year"] == "2024"}
    for each in DEFAULT.compared():
        own = pd.Series({code: by_hand[code] for code in each.members})
        weights = pd.Series({code: gdp.get(code, np.nan) for code in each.members}).dropna()
        assert table.loc[(each.name, "plain"), "Score"] == pytest.approx(own.mean(), rel=1e-12)
        weighted = np.average(own[weights.index], weights=weights)
        assert table.loc[(each.name, "GDP"), "Score"] == pytest.approx(weighted, rel=1e-12)
    reading = gap_analysis.regional_readiness(DEFAULT).reading
    share = table.loc[("CAREC", "plain"), "Leads, % of draws"]
    assert f"CAREC has the readier law in {share:.0f}% of the draws" in reading
    # The two kinds of mean give two answers, and their average is none.
    arithmetic, geometric = numbers(table.loc[("CAREC", "plain"), "by mean, arithmetic, geometric"])
    assert arithmetic < 80 < geometric
    assert f"({arithmetic:.0f}% with the arithmetic mean, {geometric:.0f}% with the geometric; from" in reading
    assert "Left out of the means by GDP for lack of a weight or a known status: Afghanistan." in reading
    assert ("is open" in reading) == (numbers(table.loc[("CAREC", "plain"), "at least, at most"])[0] < 90)


def test_draws_follow_the_seed():
    few = {"draws": 200}
    first = gap_analysis.regional_readiness(chosen(**few)).table
    assert gap_analysis.regional_readiness(chosen(**few)).table.equals(first)
    other = gap_analysis.regional_readiness(chosen(seed=1, **few)).table
    assert not other["Leads, % of draws"].equals(first["Leads, % of draws"])
    assert "off by 6.9 percentage points at most" in gap_analysis.regional_readiness(chosen(**few)).reading


def test_codings_are_complete_whatever_the_regions():
    result = gap_analysis.codings(chosen(region="IND", benchmark="LKA"))
    assert result.table.equals(gap_analysis.codings(DEFAULT).table)
    assert result.table.shape == (21, 6)
    assert result.records["value"].sum() == 84
    singapore = result.table.set_index("Economy").loc["Singapore"]
    assert singapore["Consumer protection"] == "differ (mature / none)"
    assert singapore["Cybercrime"] == "agree (mature / legislation)"
    tajikistan = result.table.set_index("Economy").loc["Tajikistan", "Consumer protection"]
    assert tajikistan == "cannot compare (not completed / no data)"
    assert "contradicts the article in 2 cells: Singapore (consumer protection) and Brunei" in result.reading


def test_factors_by_hand_and_parts_that_add_up():
    table = gap_analysis.decomposition(DEFAULT).table.set_index(["Basis", "Factor"])
    trade = {row["iso3"]: 0.0 for row in raw("delivered")}
    for row in raw("delivered"):
        if row["year"] == "2024":
            trade[row["iso3"]] += float(row["value"])
    panel = {row["iso3"]: row for row in raw("panel") if row["year"] == "2024"}
    for each in DEFAULT.compared():
        covered = [code for code in each.members if panel[code]["gdp_current_usd"]]
        total = sum(trade[code] for code in covered)
        gdp = sum(float(panel[code]["gdp_current_usd"]) for code in covered)
        people = sum(float(panel[code]["population"]) for code in covered)
        assert table.loc[("Regional totals", "Trade"), each.label] == pytest.approx(total, rel=1e-12)
        assert table.loc[("Regional totals", "Trade per GDP"), each.label] == pytest.approx(1e8 * total / gdp, rel=1e-9)
        assert table.loc[("Mean members", "Population"), each.label] == pytest.approx(people / len(covered) / 1e6)
        assert table.loc[("Mean members", "Trade"), each.label] == pytest.approx(total / len(covered), rel=1e-12)
    for basis in ("Regional totals", "Mean members"):
        rows = table.loc[basis]
        parts = rows.drop("Trade")
        assert parts["USD million"].sum() == pytest.approx(rows.loc["Trade", "USD million"], rel=1e-9)
        assert rows["Share of gap, %"].isna().all()  # the parts have different signs
        assert np.exp(parts["Log ratio"].sum()) == pytest.approx(rows.loc["Trade", "Ratio"], rel=1e-9)
    said = gap_analysis.decomposition(DEFAULT).reading
    assert "Left out of every factor: Afghanistan (no GDP in 2024)." in said
    assert "Trade per GDP opens the gap; population and GDP per person narrow it." in said


def test_swapping_the_regions_turns_the_signs():
    ours = gap_analysis.decomposition(DEFAULT).table["USD million"]
    theirs = gap_analysis.decomposition(chosen(region="ASEAN", benchmark="CAREC")).table["USD million"]
    assert theirs.to_numpy() == pytest.approx(-ours.to_numpy(), rel=1e-9)


def test_members_gaps_add_up():
    table = gap_analysis.by_economy(DEFAULT).table.set_index("Economy")
    known = table.drop("Afghanistan")
    assert len(known) == 10
    parts = known[["Population", "GDP per person", "Trade per GDP"]].sum(axis="columns")
    assert parts.to_numpy() == pytest.approx(known["Gap"].to_numpy(), rel=1e-9)
    assert table.loc["Afghanistan", "Note"] == "no GDP in 2024"


# pyfixest 0.60 calls pandas in a way that pandas 3.1 deprecates, and warns where it drops an economy with one year.
@pytest.mark.filterwarnings("ignore:.*singleton fixed effect:UserWarning")
@pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")
@pytest.mark.parametrize("estimator", ["OLS", "PPML"])
@pytest.mark.parametrize("effects", [False, True])
def test_the_table_of_estimates_equals_a_second_implementation(estimator, effects):
    table = gap_analysis.estimates(DEFAULT).table
    ours = table[(table["Estimator"] == estimator) & (table["Economy effects"] == effects)]
    ours = ours[ours["Covariates"] == "internet users"]
    rows = trade_panel().dropna(subset=["trade", "population", "gdp_current_usd", "internet_users_pct"])
    rows = rows[rows["trade"] > 0]  # nobody with all regressors has a zero
    rows = rows.assign(
        y=np.log(rows["trade"]) if estimator == "OLS" else rows["trade"],
        income=np.log(rows["gdp_current_usd"] / rows["population"]),
        size=np.log(rows["population"]),
        internet=rows["internet_users_pct"] / 10,
    )
    formula = f"y ~ income + size + internet | {'iso3 + year' if effects else 'year'}"
    options = {"vcov": {"CRV1": "iso3"}, "demeaner": MapDemeaner(fixef_tol=1e-12)}
    if estimator == "OLS":
        theirs = pyfixest.feols(formula, rows, **options)
    else:
        theirs = pyfixest.fepois(formula, rows, iwls_tol=1e-12, iwls_maxiter=100, **options)
    np.testing.assert_allclose(ours["Coefficient"], theirs.coef(), rtol=AGREES)
    np.testing.assert_allclose(ours["Standard error"], theirs.se(), rtol=AGREES)
    assert ours["Observations (economies)"].eq(f"{theirs._N:,} ({rows['iso3'].nunique()})").all()


def test_what_the_internet_term_says_is_what_the_table_holds():
    result = gap_analysis.estimates(DEFAULT)
    terms = result.table[result.table["Term"].str.startswith("Internet")]
    assert len(terms) == 4
    for row in terms.itertuples(index=False):
        assert f"{np.expm1(row.Coefficient):+.1%} ({row.Estimator}" in result.reading
        assert f"p = {row.p:.3f})" in result.reading
    positive = (terms["Coefficient"] > 0).sum()
    # PPML rests on few economies here, so that its intervals are too narrow to count.
    ols = terms[terms["Estimator"] == "OLS"]
    clear = (ols["95% from"] * ols["to"] > 0).sum()
    assert (
        f"positive in {positive} of 4 estimates, and to be told from zero in {clear} of the 2 whose" in result.reading
    )
    assert "they do not show what trade would do if income, population or connectivity were changed" in result.reading


def test_chosen_covariates_are_estimated_and_said():
    result = gap_analysis.estimates(chosen(covariates=["fixed_broadband_per_100", "internet_users_pct"]))
    assert result.table["Covariates"].unique().tolist() == [
        "none",
        "internet users",
        "fixed broadband and internet users",
    ]
    assert "with income, population, internet users and year held fixed" in result.reading
    assert "Expected trade below rests on OLS on GDP per person, population, fixed broadband" in result.reading
    suffixes = result.records["metric"].str.extract("^observations_(.*)")[0].dropna()
    assert "ppml_economy_effects_broadband_internet" in set(suffixes)


def test_expected_trade_by_hand():
    """Refit without Kazakhstan by least squares, and predict it."""
    panel = trade_panel().dropna(subset=["trade", "population", "gdp_current_usd"])
    panel = panel[panel["trade"] > 0].reset_index(drop=True)
    years = pd.get_dummies(panel["year"], dtype=float).to_numpy()
    logs = np.log([panel["gdp_current_usd"] / panel["population"], panel["population"]]).T
    regressors = np.column_stack([logs, years])
    others = (panel["iso3"] != "KAZ").to_numpy()
    fit = np.linalg.lstsq(regressors[others], np.log(panel["trade"][others]), rcond=None)[0]
    row = panel.index[(panel["iso3"] == "KAZ") & (panel["year"] == 2024)].item()
    table = gap_analysis.expected(DEFAULT).table.set_index("Economy")
    assert table.loc["Kazakhstan", "Expected"] == pytest.approx(np.exp(regressors[row] @ fit), rel=1e-9)
    assert table.loc["Afghanistan", "Year"] == 2023


def test_medians_said_are_those_of_the_table():
    result = gap_analysis.expected(DEFAULT)
    for label, rows in result.table.groupby("Region"):
        assert (
            f"In {label} the median of actual over expected trade is {rows['Actual over expected'].median():.2f}"
            in (result.reading)
        )
    beyond = result.table[result.table["In the interval"] != "within"]
    for row in beyond.itertuples():
        assert f"{row.Economy} (" in result.reading


def test_coverage_counts_the_economies():
    table = gap_analysis.coverage(DEFAULT).table
    shown = expected_trade(trade_panel(), 2024).dropna(subset=["actual"])
    assert table["Number"].iloc[0] == len(shown)
    assert table["Inside"].iloc[0] == (shown["position"] == "within").sum()
    assert table["Number"].iloc[1:4].sum() == table["Number"].iloc[4:].sum() == len(shown)
    assert 85 <= table["Coverage, %"].iloc[0] <= 95
    # Pearson's chi-square with two degrees of freedom, whose survival function is exp(-x/2).
    result = gap_analysis.coverage(DEFAULT)
    rows = table[table["Economies"] == "by GDP per person"]
    share = rows["Inside"].sum() / rows["Number"].sum()
    statistic = ((rows["Inside"] - share * rows["Number"]) ** 2 / (rows["Number"] * share * (1 - share))).sum()
    p = result.records.set_index("metric").loc["interval_coverage_p_gdp_per_person", "value"]
    assert p == pytest.approx(np.exp(-statistic / 2), rel=1e-9)
    assert p > 0.05
    assert f"by GDP per person (p = {p:.2f}) differ within chance." in result.reading


def test_who_lags_by_hand():
    table = gap_analysis.lagging(DEFAULT).table.set_index("Economy")
    ratios = expected_trade(trade_panel(), 2024).set_index("iso3")["actual_over_expected"]
    scores = pd.Series(scores_by_hand(ARTICLE))
    assert scores.median() == 1
    assert table.loc["Brunei", "In both"] == "yes"
    assert table.loc["Tajikistan", ["Lags in readiness", "Lags in trade", "In both"]].to_list() == [
        "not known",
        "yes",
        "not known",
    ]
    assert table.loc["Singapore", "In both"] == "no"
    assert (table["Lags in trade"] == "yes").sum() == (table["Actual over expected"] < ratios.median()).sum()
    both = pd.concat([scores, ratios], axis="columns", keys=["score", "ratio"]).dropna()
    by_hand = stats.spearmanr(both["score"], both["ratio"]).statistic
    records = gap_analysis.lagging(DEFAULT).records.set_index("metric")
    found = records.loc["rank_correlation"]
    assert found["value"] == pytest.approx(by_hand, rel=1e-12)
    # Bonett and Wright: Fisher's z with the variance (1 + r^2 / 2) / (n - 3).
    margin = 1.959964 * np.sqrt((1 + by_hand**2 / 2) / (len(both) - 3))
    ends = np.tanh(np.arctanh(by_hand) + np.array([-margin, margin]))
    assert found[["low", "high"]].to_numpy(dtype=float) == pytest.approx(ends, rel=1e-6)
    assert records.loc["median_of_all_ratio", "value"] == ratios.median()


def test_those_that_lag_in_both_come_first():
    for _, rows in gap_analysis.lagging(DEFAULT).table.groupby("Region"):
        places = rows["In both"].map(["yes", "not known", "no"].index)
        assert all(a <= b for a, b in pairwise(places))


def test_survival_calls_no_noise_a_reversal():
    result = gap_analysis.survival(DEFAULT)
    assert (result.table["p"] > 0.05).all()
    changed = result.table["Same sign"].eq(False).sum()
    assert f"In none of the {len(result.table)} variants" in result.reading
    assert f"the sign of the difference of the medians changes in {changed}." in result.reading
    assert "turns round" not in result.reading + gap_analysis.answer(DEFAULT)
    named = gap_analysis.survival(chosen(covariates=["internet_users_pct", "fixed_broadband_per_100"])).table
    assert named["Covariates"].iloc[0] == "internet users, fixed broadband"
    assert result.records["metric"].str.endswith("other_measure").sum() == 3
    split = gap_analysis.split_survival(DEFAULT)
    opening = split.table.set_index("Variant")["Opens the gap most"]
    assert opening.pop("without China and Singapore") == "population"
    assert opening.unique().tolist() == ["trade per GDP"]
    assert "but not without China and Singapore (population); it is the same in 2 of 3 variants" in split.reading


def test_the_variants_without_the_dominant_members_are_what_their_exclusion_gives():
    alike = chosen(region_exclude=["CHN"], benchmark_exclude=["SGP"])
    row, asked = gap_analysis.survival(DEFAULT).table.iloc[-1], gap_analysis.survival(alike).table.iloc[0]
    assert row["Variant"] == "without China and Singapore"
    numbers = ["p", "Median of CAREC", "Median of ASEAN"]
    assert list(row[numbers]) == list(asked[["p", *asked.index[asked.index.str.startswith("Median of")]]])
    row, asked = (
        gap_analysis.split_survival(each).table.set_index("Variant").loc[variant].drop("Agrees")
        for each, variant in ((DEFAULT, "without China and Singapore"), (alike, "as asked"))
    )
    pd.testing.assert_series_equal(row, asked, check_names=False)
    records = gap_analysis.regional_readiness(DEFAULT).records.set_index("metric")["value"]
    leads = gap_analysis.regional_readiness(alike).table.set_index("Weighting")["Leads, % of draws"]
    for weighting, name in (("plain", "plain"), ("gdp", "GDP"), ("trade", "trade")):
        assert list(records[f"leads_{weighting}_without_dominant"]) == list(leads[name])
    assert "the lead in readiness passes to ASEAN weighted by GDP" in gap_analysis.answer(DEFAULT)
    assert "ithout" not in gap_analysis.answer(chosen(region=["KAZ"], benchmark=["DEU"]))


def test_a_member_with_more_than_half_of_the_trade_dominates():
    # Germany has more than half of the trade of the four, and nobody of the three Baltic states.
    asked = chosen(region=["DEU", "POL", "CZE", "SVK"], benchmark=["EST", "LVA", "LTU"])
    assert gap_analysis.survival(asked).table["Variant"].iloc[-1] == "without Germany"
    alike = chosen(region=["POL", "CZE"], benchmark=["EST", "LVA"], region_exclude=["POL"], benchmark_exclude=["EST"])
    assert not gap_analysis.survival(alike).table["Variant"].str.contains("without P").any()


def test_a_year_that_stands_out_is_pointed_out():
    # 829, 2,553 and 1,233: more than half above both neighbours.
    assert "Kyrgyz Republic in 2024 (USD 2.6 billion, USD 829 million the year before" in (
        gap_analysis.expected(DEFAULT).reading
    )


def test_a_note_on_nearly_everybody_is_said_once():
    asked = chosen(year=2025)
    assert "every member but Afghanistan (2024 is shown" in gap_analysis.expected(asked).reading
    assert "the ratios of expected trade are those of 2023 and 2024." in gap_analysis.answer(asked)


def test_the_members_stay_the_same_in_other_years():
    """Timor-Leste joins ASEAN in 2025 and is among its members in the year before, too."""
    table = gap_analysis.split_survival(chosen(year=2025)).table.set_index("Variant")
    assert table.loc["in 2024", "Members"] == "10 and 11"


HOLY_SEE = {"region": "VAT"}


@pytest.mark.parametrize(
    ("values", "section", "words"),
    [
        (HOLY_SEE, "readiness", "No status is known for any member of Holy See."),
        (HOLY_SEE, "regional_readiness", "no lead in readiness can be computed, since no member of Holy See has both"),
        (HOLY_SEE, "decomposition", "No member of Holy See can be compared (VAT has no trade"),
        (HOLY_SEE, "by_economy", "No member of Holy See can be compared"),
        (HOLY_SEE, "expected", "No member of Holy See has an expected trade (VAT: not in the data)"),
        (HOLY_SEE, "lagging", "In Holy See 0 of 1 member lag in both; not known for Holy See."),
        (HOLY_SEE, "survival", "No member of Holy See has an expected trade"),
        (HOLY_SEE, "split_survival", "No member of Holy See can be compared"),
        ({"region": "HKG"}, "by_domain", "No domain has a known status in both Hong Kong, China and ASEAN."),
        (
            {"year": 2025},
            "decomposition",
            "The gap cannot be split in 2025: delivered trade and GDP are both there from",
        ),
        ({"year": 2025}, "expected", "(2024 is shown: no population and GDP in 2025)"),
        (
            {"year": 2025, "covariates": ["fixed_broadband_per_100"]},
            "coverage",
            "No economy has trade and all regressors from 2022 to 2025: choose a year from 2005 to 2021.",
        ),
        (
            {"year": 2025, "covariates": ["fixed_broadband_per_100"]},
            "lagging",
            "no economy has an expected trade to set beside it",
        ),
        (
            {"region": ["LAO", "KHM"], "benchmark": "CAREC", "year": 2006},
            "regional_readiness",
            "Left out of the means by trade for lack of a weight or a known status: Lao PDR.",
        ),
        (
            {"region": "LAO", "benchmark": "CAREC", "year": 2006},
            "decomposition",
            "The trade of Lao PDR is -1.4 USD million",
        ),
        (
            {"region": ["TKM", "KAZ"], "measure": "deliverable", "year": 2020},
            "decomposition",
            "Turkmenistan (no trade in",
        ),
        (
            {"region": "KAZ", "benchmark": "KGZ", "weights": {"cybercrime": 1}},
            "regional_readiness",
            "is the same in every",
        ),
        ({"estimator": "ppml"}, "expected", "PPML predicts a mean, which a few large traders pull up"),
        ({"estimator": "ppml"}, "estimates", "Half of the trade is that of"),
        ({"year": 2005}, "split_survival", "it is the same in 2 of 3 variants"),
    ],
)
def test_edges_are_said(values, section, words):
    assert words in getattr(gap_analysis, section)(chosen(**values)).reading


def test_a_region_without_data_leaves_the_other_in_the_tables():
    """ASEAN's rows do not hang on whether the other region has any."""
    for section in ("readiness", "expected"):
        ours, theirs = (getattr(gap_analysis, section)(chosen(**values)).table for values in (HOLY_SEE, {}))
        rows = [table[table["Region"] == "ASEAN"].reset_index(drop=True) for table in (ours, theirs)]
        pd.testing.assert_frame_equal(*rows)


def test_regions_nobody_prepared():
    asked = chosen(region=["KAZ", "KGZ", "ARM", "BLR", "RUS"], benchmark=["IND", "BGD", "LKA", "NPL"], year=2015)
    assert "Kazakhstan and 4 others" in gap_analysis.answer(asked)
    assert len(gap_analysis.expected(asked).table) == 9


def test_answer_prints_the_numbers_that_the_tables_hold():
    said = gap_analysis.answer(DEFAULT)
    rows = (
        gap_analysis.decomposition(DEFAULT).table.set_index(["Basis", "Factor"]).loc["Regional totals", "USD million"]
    )
    amounts = [float(number) for number in re.findall(r"USD ([\d.]+) billion", said)]
    parts = [rows[name] for name in ("Trade", "Population", "GDP per person", "Trade per GDP")]
    assert amounts[:4] == [round(abs(value) / 1000, 1) for value in parts]
    lead = gap_analysis.regional_readiness(DEFAULT).table.iloc[0]["Leads, % of draws"]
    assert f"CAREC has the readier law in {lead:.0f}% of the draws" in said


def test_few_clusters_are_said_where_the_estimates_are_shown(monkeypatch):
    panel = trade_panel()
    few = panel[panel["iso3"].isin(panel.dropna()["iso3"].unique()[:25])]
    monkeypatch.setattr(gap_analysis.series, "fitted", lambda _, *options: estimate(few, *options))
    assert "Few clusters: with 25 economies, fewer than 30" in gap_analysis.estimates(DEFAULT).reading
