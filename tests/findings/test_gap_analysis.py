"""The gap analysis: figures by hand from the raw files, a second implementation, and edges that are said."""

import csv
from itertools import pairwise

import numpy as np
import pandas as pd
import pyfixest
import pytest
from notebook_cells import NO_BROADBAND, Cells, cells
from pyfixest.demeaners import MapDemeaner
from scipy import stats

from carec_digital_trade.findings import COLUMNS, findings_of
from carec_digital_trade.gap import EQUATION, estimates, expected_trade, spikes, trade_panel
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.paths import bundled

FORMULA = 'base = "log_trade ~ log_gdp_per_person + log_population + C(year)"'
ARTICLE = ("e_transactions", "consumer_protection", "privacy_data_protection", "cybercrime")
POINTS = {"legislation": 1.0, "draft": 0.5, "none": 0.0}
# Two implementations that iterate until nothing moves by more than 1e-10.
AGREES = 1e-6


def finding(name, **values):
    return cells("gap_analysis", **values)[name]


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


def test_findings_are_complete():
    found = cells("gap_analysis")
    assert len(list(found)) == 21
    for name in found:
        each = found[name]
        assert each.name == name
        assert len(each.table)
        assert each.reading.endswith(".")
        assert each.source.startswith("Source: ")
        assert name == "answer" or each.records["value"].notna().any(), name
        assert list(each.records) == COLUMNS
        assert each.records["table"].eq(name).all()


def by_item(found, metric):
    """Return the records of a metric that has one number an item."""
    return found.records[found.records["metric"] == metric].set_index("item")["value"]


def test_readiness_by_hand():
    table = finding("readiness").frame
    by_hand = scores_by_hand(ARTICLE)
    codes = {"Afghanistan": "AFG", "Pakistan": "PAK", "Singapore": "SGP", "Cambodia": "KHM", "Tajikistan": "TJK"}
    for name, code in codes.items():
        assert table.loc[table["name"] == name, "readiness"].item() == by_hand[code]
    # Ties share the average of their ranks: n economies at the top have ranks 1 to n.
    at_top = sum(score == 1 for score in by_hand.values())
    assert table.loc[table["name"] == "China", "readiness_rank"].item() == (1 + at_top) / 2
    unsure = table[table["name"] == "Tajikistan"].iloc[0]
    assert (unsure["readiness_low"], unsure["readiness_high"]) == (0.75, 1.0)
    reading = finding("readiness").reading
    assert reading.startswith(f"{at_top} of {len(by_hand)} economies with a score have the highest")
    assert "9 of 11 members of CAREC have it, and unknown laws leave 1 score open" in reading


def test_weights_and_mean_are_those_asked_for():
    weights = {"consumer_protection": 3, "cybercrime": 1}
    table = finding("readiness", weights=weights, draft_value=0.2).frame.set_index("name")
    # Cambodia has a law on consumers and a draft on cybercrime: (3 x 1 + 1 x 0.2) / 4.
    assert table.loc["Cambodia", "readiness"] == pytest.approx(0.8)
    geometric = finding("readiness", aggregation="geometric", draft_value=0.25).frame.set_index("name")
    # Cambodia has three laws and a draft: (1 x 1 x 1 x 0.25)^(1/4); Singapore lacks a law on consumers.
    assert geometric.loc["Cambodia", "readiness"] == pytest.approx(0.25**0.25)
    assert geometric.loc["Singapore", "readiness"] == 0


def test_the_treaty_counts_where_it_has_a_weight():
    result = finding("readiness", weights={"cpta": 1})
    assert "Treaty Collection" in result.source
    table = result.frame.set_index("name")["readiness"]
    # Azerbaijan is a party, Cambodia has signed, Singapore has done neither.
    assert table[["Azerbaijan", "Cambodia", "Singapore"]].to_list() == [1.0, 0.5, 0.0]


def test_regional_readiness_by_hand():
    table = finding("regional_readiness").frame.set_index(["region", "weighting"])
    by_hand = scores_by_hand(ARTICLE)
    gdp = {row["iso3"]: float(row["gdp_current_usd"] or "nan") for row in raw("panel") if row["year"] == "2024"}
    for each in GapParameters.validated({}).compared():
        own = pd.Series({code: by_hand[code] for code in each.members})
        weights = pd.Series({code: gdp.get(code, np.nan) for code in each.members}).dropna()
        assert table.loc[(each.name, "plain"), "readiness_mean"] == pytest.approx(own.mean(), rel=1e-12)
        weighted = np.average(own[weights.index], weights=weights)
        assert table.loc[(each.name, "gdp"), "readiness_mean"] == pytest.approx(weighted, rel=1e-12)
    plain = table.loc[("CAREC", "plain")]
    # The two kinds of mean give two answers, and their average is none.
    assert plain["leads_arithmetic"] < 80 < plain["leads_geometric"]
    reading = finding("regional_readiness").reading
    assert f"the readier law is that of CAREC in {plain['leads']:.0f}% of the draws" in reading
    assert (
        f"({plain['leads_arithmetic']:.0f}% with arithmetic, {plain['leads_geometric']:.0f}% with geometric" in reading
    )
    assert ("order is open" in reading) == (plain["leads_low"] < 90)
    assert table.loc[("CAREC", "gdp"), "missing"] == "AFG"


def test_draws_follow_the_seed():
    first, again, other = (
        finding("regional_readiness", draws=200, seed=seed, year=year).frame["leads"]
        for seed, year in ((2026, 2024), (2026, 2023), (1, 2024))
    )
    assert first[:2].equals(again[:2])  # by plain means, which hang on no year
    assert not first.equals(other)


def test_codings_are_complete_whatever_the_regions():
    result = finding("codings", region="IND", benchmark="LKA")
    assert result.table.equals(finding("codings").table)
    assert result.table.shape == (21, 6)
    assert result.records["value"].sum() == 84
    singapore = result.frame.set_index("name").loc["Singapore"]
    assert singapore["consumer_protection"] == "contradicted (mature / none)"
    assert singapore["cybercrime"] == "supported (mature / legislation)"
    tajikistan = result.frame.set_index("name").loc["Tajikistan", "consumer_protection"]
    assert tajikistan == "not testable here (not completed / no data)"
    assert by_item(result, "cells").groupby("item").sum()["contradicted"] == 2
    assert "2 contradicted" in result.reading


def test_factors_by_hand_and_parts_that_add_up():
    table = finding("decomposition").frame.set_index(["basis", "factor"])
    trade = {row["iso3"]: 0.0 for row in raw("delivered")}
    for row in raw("delivered"):
        if row["year"] == "2024":
            trade[row["iso3"]] += float(row["value"])
    panel = {row["iso3"]: row for row in raw("panel") if row["year"] == "2024"}
    for each in GapParameters.validated({}).compared():
        covered = [code for code in each.members if panel[code]["gdp_current_usd"]]
        total = sum(trade[code] for code in covered)
        gdp = sum(float(panel[code]["gdp_current_usd"]) for code in covered)
        people = sum(float(panel[code]["population"]) for code in covered)
        side = "region_value" if each.name == "CAREC" else "benchmark_value"
        assert table.loc[("Regional totals", "trade"), side] == pytest.approx(total, rel=1e-12)
        assert table.loc[("Regional totals", "trade_per_gdp"), side] == pytest.approx(1e8 * total / gdp, rel=1e-9)
        assert table.loc[("Mean members", "population"), side] == pytest.approx(people / len(covered))
        assert table.loc[("Mean members", "trade"), side] == pytest.approx(total / len(covered), rel=1e-12)
    for basis in ("Regional totals", "Mean members"):
        rows = table.loc[basis]
        parts = rows.drop("trade")
        assert parts["contribution"].sum() == pytest.approx(rows.loc["trade", "contribution"], rel=1e-9)
        assert rows["share_of_gap"].isna().all()  # the parts have different signs
        assert np.exp(parts["log_contribution"].sum()) == pytest.approx(rows.loc["trade", "ratio"], rel=1e-9)
    said = finding("decomposition").reading
    assert "Left out of every factor for lack of data: Afghanistan." in said  # Afghanistan has no GDP
    assert "trade per GDP opens the gap, population and GDP per person narrow it." in said


def test_swapping_the_regions_turns_the_signs():
    ours = finding("decomposition").frame["contribution"]
    theirs = finding("decomposition", region="ASEAN", benchmark="CAREC").frame["contribution"]
    assert theirs.to_numpy() == pytest.approx(-ours.to_numpy(), rel=1e-9)


def test_members_gaps_add_up():
    table = finding("by_economy").frame.set_index("name")
    assert len(table) == 11
    parts = table[[f"contribution_{factor}" for factor in ("population", "gdp_per_person", "trade_per_gdp")]].sum(
        axis="columns"
    )
    assert parts.to_numpy() == pytest.approx(table["gap"].to_numpy(), rel=1e-9)
    # Set with its latest figures.
    assert table.loc["Afghanistan", "note"] == "2023 is shown: no GDP in 2024"


# pyfixest 0.60 calls pandas in a way that pandas 3.1 deprecates, and warns where it drops an economy with one year.
@pytest.mark.filterwarnings("ignore:.*singleton fixed effect:UserWarning")
@pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")
@pytest.mark.parametrize("estimator", ["OLS", "PPML"])
@pytest.mark.parametrize("effects", [False, True])
def test_the_table_of_estimates_equals_a_second_implementation(estimator, effects):
    table = finding("estimates").frame
    ours = table[(table["estimator"] == estimator) & (table["effects"] == effects)]
    ours = ours[ours["covariates"] == "internet users"]
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
    np.testing.assert_allclose(ours["coefficient"], theirs.coef(), rtol=AGREES)
    np.testing.assert_allclose(ours["standard_error"], theirs.se(), rtol=AGREES)
    assert ours["rows"].eq(f"{theirs._N:,} ({rows['iso3'].nunique()})").all()


def test_what_the_internet_term_says_is_what_the_table_holds():
    result = finding("estimates")
    terms = result.frame[result.frame["term"] == "internet_users_10_points"]
    assert len(terms) == 4
    low, high = (f"{100 * np.expm1(value):+.1f}%" for value in (terms["coefficient"].min(), terms["coefficient"].max()))
    assert f"go with {low} to {high} trade" in result.reading
    positive = (terms["coefficient"] > 0).sum()
    # PPML rests on few economies here, so that its intervals are too narrow to count.
    ols = terms[terms["estimator"] == "OLS"]
    clear = (ols["coefficient_low"] * ols["coefficient_high"] > 0).sum()
    assert f"positive in {positive} of 4 estimates, told from zero in {clear} of the 2 that do not" in result.reading
    rows = result.frame["rows"].iloc[0].split(" ")[0]
    assert f"Expected trade rests on {rows} observations" in result.reading


def test_chosen_covariates_are_estimated():
    result = finding("estimates", covariates=["fixed_broadband_per_100", "internet_users_pct"])
    assert result.frame["covariates"].unique().tolist() == [
        "none",
        "internet users",
        "fixed broadband, internet users",
    ]
    assert "ppml_economy_effects_broadband_internet" in by_item(result, "observations").index


def test_another_formula_in_the_visible_cell_changes_all_that_rests_on_it():
    """With papermill's own injected cell, and the formula that a reader types."""
    changed = FORMULA.replace("log_gdp_per_person + ", "log_gdp_per_person + I(log_gdp_per_person ** 2) + ")
    ours, theirs = cells("gap_analysis"), Cells("gap_analysis", replaced=(FORMULA, changed))
    terms = theirs["estimates"].frame["term"].unique().tolist()
    assert "I(log_gdp_per_person ** 2)" in terms
    with_year = {"estimator": "OLS", "effects": False, "covariates": "none"}
    usual, other = (
        each["estimates"].frame.query(" and ".join(f"{k} == {v!r}" for k, v in with_year.items())).set_index("term")
        for each in (ours, theirs)
    )
    assert abs(other.loc["log_gdp_per_person", "coefficient"] - usual.loc["log_gdp_per_person", "coefficient"]) > 0.1
    for name, column in (("expected", "expected"), ("survival", "region_median"), ("lagging", "actual_over_expected")):
        assert not np.allclose(ours[name].frame[column], theirs[name].frame[column], rtol=0.01)
    for name in ("decomposition", "regional_readiness", "split_survival"):
        assert ours[name].records.equals(theirs[name].records)
    covariates = cells("gap_analysis", covariates=["internet_users_pct"])
    assert not np.allclose(ours["survival"].frame["region_median"], covariates["survival"].frame["region_median"])


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
    table = finding("expected").frame.set_index("name")
    assert table.loc["Kazakhstan", "expected"] == pytest.approx(np.exp(regressors[row] @ fit), rel=1e-9)
    assert table.loc["Afghanistan", "year"] == 2023


def test_medians_said_are_those_of_the_table():
    result = finding("expected")
    for label, rows in result.frame.groupby("region"):
        assert f"{rows['actual_over_expected'].median():.2f} in {label}" in result.reading
    outside = (result.frame["position"] != "within").sum()
    assert f"{outside} of 21 members lie outside the interval" in result.reading


def test_coverage_counts_the_economies():
    table = finding("coverage").frame
    shown = expected_trade(trade_panel(), 2024).dropna(subset=["actual"])
    assert table["economies"].iloc[0] == len(shown)
    assert table["inside"].iloc[0] == (shown["position"] == "within").sum()
    assert table["economies"].iloc[1:4].sum() == table["economies"].iloc[4:].sum() == len(shown)
    assert 85 <= table["interval_coverage"].iloc[0] <= 95
    # Pearson's chi-square with two degrees of freedom, whose survival function is exp(-x/2).
    result = finding("coverage")
    rows = table[table["by"] == "gdp_per_person"]
    share = rows["inside"].sum() / rows["economies"].sum()
    statistic = ((rows["inside"] - share * rows["economies"]) ** 2 / (rows["economies"] * share * (1 - share))).sum()
    p = by_item(result, "interval_coverage_p")["gdp_per_person"]
    assert p == pytest.approx(np.exp(-statistic / 2), rel=1e-9)
    assert p > 0.05
    assert f"by GDP per person differ within chance (p = {p:.2f})." in result.reading


def test_who_lags_by_hand():
    table = finding("lagging").frame.set_index("name")
    ratios = expected_trade(trade_panel(), 2024).set_index("iso3")["actual_over_expected"]
    scores = pd.Series(scores_by_hand(ARTICLE))
    assert scores.median() == 1
    assert table.loc["Brunei", "in_both"] == "yes"
    assert table.loc["Tajikistan", ["in_readiness", "in_trade", "in_both"]].to_list() == [
        "not known",
        "yes",
        "not known",
    ]
    assert table.loc["Singapore", "in_both"] == "no"
    assert (table["in_trade"] == "yes").sum() == (table["actual_over_expected"] < ratios.median()).sum()
    both = pd.concat([scores, ratios], axis="columns", keys=["score", "ratio"]).dropna()
    by_hand = stats.spearmanr(both["score"], both["ratio"]).statistic
    records = finding("lagging").records.set_index("metric")
    found = records.loc["rank_correlation"]
    assert found["value"] == pytest.approx(by_hand, rel=1e-12)
    # Bonett and Wright: Fisher's z with the variance (1 + r^2 / 2) / (n - 3).
    margin = 1.959964 * np.sqrt((1 + by_hand**2 / 2) / (len(both) - 3))
    ends = np.tanh(np.arctanh(by_hand) + np.array([-margin, margin]))
    assert found[["low", "high"]].to_numpy(dtype=float) == pytest.approx(ends, rel=1e-6)
    assert by_item(finding("lagging"), "median_of_all")["ratio"] == ratios.median()


def test_those_that_lag_in_both_come_first():
    for _, rows in finding("lagging").frame.groupby("region"):
        places = rows["in_both"].map(["yes", "not known", "no"].index)
        assert all(a <= b for a, b in pairwise(places))


def test_survival_calls_no_noise_a_reversal():
    result = finding("survival")
    assert (result.frame["p"] > 0.05).all()
    changed = result.frame["agrees"].eq(False).sum()
    assert f"No variant tells the regions apart (p from 0.55 to 0.86), so a change of sign, in {changed}, is no" in (
        result.reading
    )
    named = finding("survival", covariates=["internet_users_pct", "fixed_broadband_per_100"]).frame
    assert named["covariates"].iloc[0] == "internet users, fixed broadband"
    assert result.records["item"].eq("other_measure").sum() == 5
    opening = finding("split_survival").frame.set_index("key")["largest"]
    # Afghanistan lacks a GDP of 2024.
    assert opening.pop("without_dominant") == "population"
    assert opening.pop("without_dominant_latest") == "GDP per person"
    assert opening.unique().tolist() == ["trade per GDP"]
    assert finding("split_survival").reading.endswith(
        "(population), without China and Singapore, with latest figures (GDP per person)."
    )


def test_the_variants_without_the_dominant_members_are_what_their_exclusion_gives():
    alike = {"region_exclude": ["CHN"], "benchmark_exclude": ["SGP"]}
    row, asked = finding("survival").frame.iloc[-1], finding("survival", **alike).frame.iloc[0]
    assert row["variant"] == "without China and Singapore"
    same = ["p", "region_median", "benchmark_median", "region_shown", "benchmark_shown"]
    assert list(row[same]) == list(asked[same])
    same = ["gap", "log_gap", "population", "gdp_per_person", "trade_per_gdp", "largest", "region_covered"]
    rows = finding("split_survival").frame.set_index("key", drop=False)
    row, asked = rows.loc["without_dominant"], finding("split_survival", **alike).frame.iloc[0]
    assert list(row[same]) == list(asked[same])
    records = by_item(finding("regional_readiness"), "leads")
    leads = finding("regional_readiness", **alike).frame.set_index("weighting")["leads"]
    for weighting in ("plain", "gdp", "trade"):
        assert list(records[f"{weighting}_without_dominant"]) == list(leads[weighting])
    passes = "Weighted by GDP and weighted by trade, the lead passes to ASEAN without the dominant members."
    assert passes in finding("regional_readiness").reading
    assert "without the" not in finding("answer", region=["KAZ"], benchmark=["DEU"]).reading


def test_a_member_with_more_than_half_of_the_trade_dominates():
    # Germany has more than half of the trade of the four, and nobody of the three Baltic states.
    asked = {"region": ["DEU", "POL", "CZE", "SVK"], "benchmark": ["EST", "LVA", "LTU"]}
    assert finding("survival", **asked).frame["variant"].iloc[-1] == "without Germany"
    alike = {"region": ["POL", "CZE"], "benchmark": ["EST", "LVA"], "region_exclude": ["POL"]}
    variants = finding("survival", **alike, benchmark_exclude=["EST"]).frame["key"]
    assert not variants.eq("without_dominant").any()


def test_a_year_that_stands_out_is_pointed_out():
    # The Kyrgyz Republic's 829, 2,553 and 1,233: more than half above both neighbours.
    assert "1 member of a year unlike both its neighbours" in finding("expected").reading
    found = spikes(trade_panel(), pd.DataFrame({"iso3": ["KGZ", "KAZ", "AFG"], "year": [2024, 2024, 2023]}))
    assert found["iso3"].tolist() == ["KGZ"]
    assert found[["before", "trade", "after"]].round().to_numpy().tolist() == [[829, 2553, 1233]]


def test_members_of_an_earlier_year_are_counted_and_noted():
    result = finding("expected", year=2025)
    assert "22 members of an earlier year" in result.reading
    notes = result.frame.set_index("name")["note"]
    assert notes["Kazakhstan"] == "2024 is shown: no population and GDP in 2025"


def test_the_members_stay_the_same_in_other_years():
    """Timor-Leste joins ASEAN in 2025 and is among its members in the year before, too."""
    row = finding("split_survival", year=2025).frame.set_index("variant").loc["in 2024"]
    assert (row["region_covered"], row["benchmark_covered"]) == (10, 11)


HOLY_SEE = {"region": "VAT"}


@pytest.mark.parametrize(
    ("values", "section", "words"),
    [
        (HOLY_SEE, "readiness", "no status is known for any member of Holy See"),
        (
            HOLY_SEE,
            "regional_readiness",
            "No lead in readiness can be computed, since a region has no member with a known status.",
        ),
        (HOLY_SEE, "decomposition", "No member of Holy See can be compared (VAT has no delivered trade"),
        (HOLY_SEE, "by_economy", "No member of Holy See can be compared"),
        (HOLY_SEE, "expected", "no member of Holy See has an expected trade."),
        (HOLY_SEE, "lagging", "0 of 1 member of Holy See (1 not known)"),
        (HOLY_SEE, "survival", "No member of Holy See has an expected trade"),
        (HOLY_SEE, "split_survival", "No member of Holy See can be compared"),
        ({"region": "HKG"}, "by_domain", "No domain has a known status in both regions."),
        (
            {"year": 2025},
            "decomposition",
            "The gap cannot be split in 2025: delivered trade and GDP are both there from",
        ),
        (
            NO_BROADBAND,
            "coverage",
            "No economy has trade and all regressors from 2022 to 2025: choose a year from 2005 to 2021.",
        ),
        (
            NO_BROADBAND,
            "lagging",
            "No economy has an expected trade to set beside it.",
        ),
        (
            {"region": "LAO", "benchmark": "CAREC", "year": 2006},
            "decomposition",
            "The trade of Lao PDR is -1.4 USD million",
        ),
        (
            {"region": ["TKM", "KAZ"], "measure": "deliverable", "year": 2020},
            "decomposition",
            "Left out of every factor for lack of data: Turkmenistan and Thailand.",
        ),
        (
            {"region": "KAZ", "benchmark": "KGZ", "weights": {"cybercrime": 1}, "coding_error": 0},
            "regional_readiness",
            "is the same in every",
        ),
        # Each is wrong in one of twenty, so both are right in 0.95^2 of the draws.
        (
            {"region": "KAZ", "benchmark": "KGZ", "weights": {"cybercrime": 1}, "draws": 100_000},
            "regional_readiness",
            "The regions' readiness is the same in 90% of the draws.",
        ),
        ({"region": "KAZ", "benchmark": "KGZ"}, "turning_cells", "so there is no lead to turn"),
    ],
)
def test_edges_are_said(values, section, words):
    assert words in finding(section, **values).reading


def test_a_region_without_data_leaves_the_other_in_the_tables():
    """ASEAN's rows do not hang on whether the other region has any."""
    for section in ("readiness", "expected"):
        ours, theirs = (finding(section, **values).frame for values in (HOLY_SEE, {}))
        rows = [table[table["region"] == "ASEAN"].reset_index(drop=True) for table in (ours, theirs)]
        pd.testing.assert_frame_equal(*rows, check_dtype=False)


def test_regions_nobody_prepared():
    asked = {"region": ["KAZ", "KGZ", "ARM", "BLR", "RUS"], "benchmark": ["IND", "BGD", "LKA", "NPL"], "year": 2015}
    assert "Kazakhstan and 4 others" in finding("answer", **asked).caption
    assert len(finding("expected", **asked).frame) == 9


def test_answer_prints_the_numbers_that_the_tables_hold():
    said, table = finding("answer").reading, finding("answer").table
    gap = by_item(finding("decomposition"), "gap")[""]
    assert f"USD {abs(gap) / 1000:,.1f} billion less than ASEAN; trade per GDP opens the gap the most" in said
    lead = finding("regional_readiness").frame["leads"].iloc[0]
    assert f"CAREC leads in {lead:.0f}% of the draws" in table["How sure"].tolist()
    assert "without Singapore the gap turns; no ranking of the law survives two doubtful cells" in said
    checks = finding("survival").frame.iloc[0]
    assert (
        f"(medians {checks['region_median']:.2f} and {checks['benchmark_median']:.2f}, p = {checks['p']:.2f})" in said
    )
    assert table.shape == (3, 4)


def test_few_clusters_are_said_where_the_estimates_are_shown():
    panel = trade_panel()
    few = panel[panel["iso3"].isin(panel.dropna()["iso3"].unique()[:25])]
    shown = findings_of(GapParameters.validated({}))("estimates", estimates(few, [EQUATION]), EQUATION)
    assert "Few clusters: with 25 economies, fewer than 30" in shown.reading
    assert shown.frame["notes"].str.contains("few clusters").all()
