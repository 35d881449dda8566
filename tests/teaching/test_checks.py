"""Every exercise: what is right, and what a typical wrong answer is told."""

import numpy as np
import pandas as pd
import pytest

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import EQUATION, decompose, estimate, expected_trade, trade_panel, with_covariates
from carec_digital_trade.integration import equation, gravity, gravity_pairs, trade_by_partner
from carec_digital_trade.integration.pairs import TIES
from carec_digital_trade.metrics import by_member, concentration, concentration_over_time, leave_one_out, trade
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    fit_baseline,
    goal_seek,
    lever_set,
    outcome,
    simulate,
)
from carec_digital_trade.teaching import DRAWS, EXERCISES, HINTS, SEED, check, sentences_to_judge


def values(name, *exclude):
    return by_member(trade("delivered", "total"), region(name, exclude=exclude), 2024).iloc[0]


def by_year(name, *exclude):
    table = concentration_over_time(trade("delivered", "total"), region(name, exclude=exclude))
    return table.set_index("year")["effective_members"]


ASEAN, CAREC = values("ASEAN"), values("CAREC")
PAIR = region("CAREC", exclude=["CHN"]), region("ASEAN", exclude=["SGP"])
SPLIT = decompose(*PAIR)
PER_GDP = SPLIT.table.set_index("factor").loc["trade_per_gdp"]
COEFFICIENTS = estimate(trade_panel()).coefficients.set_index("term")[["low", "coefficient", "high"]]
INCOME, PEOPLE = (COEFFICIENTS.loc[term].to_numpy() for term in ("log_gdp_per_person", "log_population"))
EXPECTED = expected_trade(trade_panel()).set_index("iso3")
BOTH = EXPECTED.loc[[*region("CAREC").members, *region("ASEAN").members]]
BASELINE = fit_baseline(outcome(), PAIR[0].members)


def scenario(closure):
    levers = lever_set({"connectivity": {"effect": "wto2023_trade", "closure": closure}}) if closure else {}
    return scenarios.scenario(BASELINE, *PAIR, levers)


def bands(closure, year=2030):
    found = simulate(scenario(closure), DRAWS, SEED).bands
    return found[found["year"] == year]


def total(closure, year=2030):
    found = bands(closure, year)
    return found[found["iso3"].isna()].set_index("quantity")


def each(closure, quantity):
    found = bands(closure)
    return found[found["iso3"].notna() & (found["quantity"] == quantity)]


NONE, HALF, WHOLE = total(0), total(0.5), total(1)
WIDTH_80 = NONE.loc["baseline", "high_80"] - NONE.loc["baseline", "low_80"]
MEMBERS = each(0, "baseline")
EXTRA = WHOLE.loc["additional"]
SOUGHT = goal_seek(scenario(1), 1.65 * np.exp(BASELINE.start).sum(), 2030, DRAWS, SEED).iloc[0]


def ends(row, band=80):
    return row[f"low_{band}"], row[f"high_{band}"]


def largest(series):
    return series.idxmax()


def signed(choose):
    def function(series):
        rest = leave_one_out(series).set_index("left_out")["effective_members"]
        return choose(rest - concentration(series).effective_members)

    return function


def sentence(**changes):
    parts = {"condition": "If the gap were closed", "year": " by 2030", "verb": "trade would be", "end": " (80% band)"}
    parts |= {"median": f"{EXTRA['median'] / 1000:.1f}", "low": f"{EXTRA['low_80']:,.0f}"}
    parts |= {"high": f"{EXTRA['high_80'] / 1000:.1f}"} | changes
    return (
        f"{parts['condition']}{parts['year']}, {parts['verb']} about USD {parts['median']} billion larger, "
        f"between USD {parts['low']} million and USD {parts['high']} billion{parts['end']}."
    )


GOODS = load("bilateral_goods")
SOUTHEAST, CENTRAL = set(region("ASEAN").members), set(region("CAREC", exclude=["CHN"]).members)
PAIRS = gravity_pairs(trade_by_partner(), load("distances"), {"within_region": CENTRAL, "within_benchmark": SOUTHEAST})
GRAVITY = gravity(PAIRS, equation(["log_distance", *TIES, "within_region", "within_benchmark"]), "pair").coefficients
WITHIN, WITHIN_ASEAN = (
    GRAVITY.set_index("term").loc[term, ["low", "coefficient", "high"]].to_numpy(dtype=float)
    for term in ("within_region", "within_benchmark")
)


def share_within(members, goods=GOODS, sides=("exporter", "importer")):
    rows = {side: goods[side].isin(members) for side in ("exporter", "importer")}
    inside = goods.loc[rows["exporter"] & rows["importer"], "value"].sum()
    return len(sides) * inside / sum(goods.loc[rows[side], "value"].sum() for side in sides)


RIGHT = {
    "1.1": max(ASEAN) / sum(ASEAN),
    "1.2": sum(ASEAN) ** 2 / sum(ASEAN**2),
    "1.3": sum(CAREC.drop("CHN")) ** 2 / sum(CAREC.drop("CHN") ** 2),
    "1.4": [2005],  # of the table of the two series printed by year; 2006 has no index for ASEAN
    "1.5": signed(lambda change: change.abs().idxmax()),
    "2.1": "population",
    "2.2": SPLIT.region_trade * PER_GDP["benchmark_value"] / PER_GDP["region_value"],
    "2.3": tuple(100 * (np.exp(INCOME * np.log(2)) - 1)),
    "2.4": list(BOTH.index[(BOTH["actual"] < BOTH["low"]) | (BOTH["actual"] > BOTH["high"])]),
    "2.5": "BD",
    "3.1": ends(NONE.loc["baseline"]),
    "3.2": (MEMBERS["high_80"] - MEMBERS["low_80"]).sum() / WIDTH_80,
    "3.3": HALF.loc["additional", "median"],
    "3.4": SOUGHT["closure"],
    "3.5": sentence(),
    "4.1": share_within(SOUTHEAST),
    "4.2": share_within(SOUTHEAST - {"SGP"}),
    "4.3": tuple(np.exp(WITHIN)),
    "4.4": ["IDN", "MYS", "SGP", "UZB", "VNM"],  # of the table of dropped, read by eye
    "4.5": "BE",
}
NO_SINGAPORE = GOODS[~(GOODS["exporter"].eq("SGP") | GOODS["importer"].eq("SGP"))]
WRONG = [
    ("4.1", 100 * RIGHT["4.1"], "per cent"),
    ("4.1", share_within(SOUTHEAST, sides=["exporter"]), "exports alone"),
    ("4.1", share_within(SOUTHEAST, sides=["importer"]), "imports alone"),
    ("4.1", RIGHT["4.1"] / 2, "counts twice"),
    ("4.1", share_within(CENTRAL), "That is CAREC"),
    ("4.1", 0.5, "Add up what members export"),
    ("4.2", 100 * RIGHT["4.2"], "per cent"),
    ("4.2", RIGHT["4.2"] / 2, "counts twice"),
    ("4.2", share_within(SOUTHEAST - {"SGP"}, NO_SINGAPORE), "vanished"),
    ("4.2", RIGHT["4.1"], "still a member"),
    ("4.2", share_within(CENTRAL), "CAREC without China"),
    ("4.2", 0.9, "list of members only"),
    ("4.3", tuple(WITHIN), "Those are the coefficients"),
    ("4.3", tuple(np.exp(WITHIN) - 1), "how much more, as a fraction"),
    ("4.3", tuple(100 * (np.exp(WITHIN) - 1)), "how many per cent more"),
    ("4.3", tuple(2**WITHIN), "base is e"),
    ("4.3", tuple(np.exp(WITHIN_ASEAN)), "That is ASEAN"),
    ("4.3", tuple(np.exp(WITHIN))[::-1], "the low end first"),
    ("4.3", tuple(np.exp(WITHIN[[1, 0, 2]])), "low end, estimate, high end"),
    ("4.3", (1.2887, 2.1185, 3.5635), "the coefficient alone"),
    ("4.3", (1, 2, 3), "through the exponential"),
    ("4.4", sorted((SOUTHEAST | CENTRAL) - {*RIGHT["4.4"]}), "stands"),
    ("4.4", ["UZB"], "one of the two regions"),
    ("4.4", ["IDN", "MYS", "SGP", "VNM"], "one of the two regions"),
    ("4.4", sorted(SOUTHEAST), "below 1"),
    ("4.4", sorted(CENTRAL), "above 1"),
    ("4.4", ["KAZ"], "The interval holds 1 if"),
    ("4.5", "ABE", "A: A share shows no cause"),
    ("4.5", "C", "C: The comparison is with"),
    ("4.5", "D", "D: Not told apart"),
    ("4.5", "B", "another honest sentence"),
    ("1.1", 100 * RIGHT["1.1"], "per cent"),
    ("1.1", max(CAREC) / sum(CAREC), "CAREC's largest"),
    ("1.1", max(ASEAN), "USD million"),
    ("1.1", max(ASEAN) / (sum(ASEAN) + sum(CAREC)), "ASEAN's members only"),
    ("1.1", ASEAN["IDN"] / sum(ASEAN), "first row"),
    ("1.1", 1 / 10, "mean share"),
    ("1.1", 0.123, "over the trade of all members"),
    ("1.2", 1 / RIGHT["1.2"], "the index itself"),
    ("1.2", 10, "counts the members"),
    ("1.2", RIGHT["1.2"] / 10_000, "in per cent"),
    ("1.2", 1 / sum(ASEAN**2), "squared the trade"),
    ("1.2", 1 / RIGHT["1.1"], "largest share only"),
    ("1.2", 1.0, "Square each, then add"),
    ("1.2", concentration(CAREC).effective_members, "That is CAREC"),
    ("1.2", 1 / concentration(ASEAN).hhi_normalised, "normalised"),
    ("1.2", 7.0, "Square each share"),
    ("1.3", sum(CAREC) ** 2 / sum(CAREC.drop("CHN") ** 2), "no longer add up to 1"),
    ("1.3", concentration(CAREC).effective_members, "China is still in"),
    ("1.3", 1 / RIGHT["1.3"], "the index itself"),
    ("1.3", concentration(CAREC.drop("CHN")).hhi_normalised, "normalised"),
    ("1.3", 10, "counts the other members"),
    ("1.3", concentration(ASEAN.drop("SGP")).effective_members, "That is ASEAN"),
    ("1.3", 3.0, "shares of their own total"),
    ("1.4", [2005, 2006], "not known"),
    ("1.4", list(range(2007, 2026)), "Mind the direction"),
    ("1.4", [2024], "one year"),
    ("1.4", [], "ASEAN is without Singapore"),
    ("1.4", by_year("ASEAN").dropna().index, "Leave both out"),
    ("1.4", [2010], "side by side"),
    ("1.5", largest, "always the largest member"),
    ("1.5", signed(pd.Series.idxmax), "largest rise"),
    ("1.5", signed(pd.Series.idxmin), "largest fall"),
    ("1.5", signed(lambda change: change.abs().max()), "Return the member's label"),
    ("1.5", signed(lambda change: change.abs().idxmin()), "matters least"),
    ("1.5", lambda series: series.index[0], "without its sign"),
    ("1.5", lambda series: series["XYZ"], "stops with KeyError"),
    ("1.5", "CHN", "a function"),
    ("2.1", "trade_per_gdp", "with the giants in"),
    ("2.1", "gdp_per_person", "a larger part"),
    ("2.1", 0.41, "name of a factor"),
    ("2.1", "populaton", "did you mean 'population'"),
    ("2.2", SPLIT.region_trade - PER_GDP["contribution"], "go back to the product"),
    ("2.2", -PER_GDP["contribution"], "go back to the product"),
    ("2.2", RIGHT["2.2"] - SPLIT.region_trade, "the increase"),
    ("2.2", SPLIT.region_trade**2 / RIGHT["2.2"], "upside down"),
    ("2.2", SPLIT.benchmark_trade, "ASEAN's trade"),
    ("2.2", SPLIT.benchmark_trade * SPLIT.region_trade / RIGHT["2.2"], "Start from CAREC"),
    ("2.2", RIGHT["2.2"] / 1000, "USD billion"),
    ("2.2", 1.0, "keep the other two"),
    ("2.3", tuple(100 * INCOME), "small steps only"),
    ("2.3", tuple(INCOME), "Those are the coefficients"),
    ("2.3", tuple(100 * (np.exp(INCOME) - 1)), "multiplies income by e"),
    ("2.3", tuple(100 * 2**INCOME), "100% is no change"),
    ("2.3", tuple(2**INCOME), "the factor on trade"),
    ("2.3", tuple(2**INCOME - 1), "fractions"),
    ("2.3", tuple(200 * INCOME), "an exponent"),
    ("2.3", RIGHT["2.3"][::-1], "low end first"),
    ("2.3", np.array(RIGHT["2.3"])[[1, 0, 2]], "low end, estimate"),
    ("2.3", tuple(100 * (2**PEOPLE - 1)), "That is population"),
    ("2.3", RIGHT["2.3"][1], "3 numbers"),
    ("2.3", (1, 2, 3), "a power of 2"),
    ("2.4", list(BOTH.index[BOTH["actual_over_expected"] < 1]), "within their interval"),
    ("2.4", list(BOTH.index[BOTH["actual_over_expected"] >= 1]), "Look at the interval"),
    ("2.4", list(BOTH.index[BOTH["position"] == "within"]), "Those lie within"),
    ("2.4", ["LAO"], "one side only"),
    ("2.4", ["KGZ", "SGP"], "one side only"),
    ("2.4", ["KGZ"], "one of the two regions"),
    ("2.4", ["LAO", "SGP"], "one of the two regions"),
    ("2.4", ["KGZ", "LAO"], "China and Singapore belong"),
    ("2.4", list(EXPECTED.index[EXPECTED["position"].isin(["above", "below"])]), "the whole world"),
    ("2.4", ["KGZ", "LAO", "SNG"], "cannot be read"),
    ("2.4", "KGZ", "list of codes"),
    ("2.4", ["KAZ"], "what position says"),
    ("2.5", "ABD", "A: 'Change' is a claim about causes"),
    ("2.5", "C", "C: Not distinguishable"),
    ("2.5", "bde", "E: The share explained"),
    ("2.5", ["B"], "another honest sentence"),
    ("2.5", "F", "letters from A to E"),
    ("2.5", 2, "list of letters"),
    ("3.1", ends(NONE.loc["baseline"], 95), "95% band"),
    ("3.1", ends(NONE.loc["baseline"], 50), "50% band"),
    ("3.1", ends(total(0, 2035).loc["baseline"]), "last year"),
    ("3.1", RIGHT["3.1"][::-1], "lower end first"),
    ("3.1", (MEMBERS["low_80"].sum(), MEMBERS["high_80"].sum()), "added up the members"),
    ("3.1", np.array(RIGHT["3.1"]) / 1000, "USD billion"),
    ("3.1", RIGHT["3.1"][0], "2 numbers"),
    ("3.1", (1, 2), "low_80 and high_80"),
    ("3.2", 1 / RIGHT["3.2"], "Upside down"),
    ("3.2", RIGHT["3.2"] - 1, "How many times"),
    ("3.2", RIGHT["3.2"] / 10, "mean width"),
    ("3.2", RIGHT["3.2"] * WIDTH_80, "Divide it"),
    ("3.2", 1, "not the same"),
    ("3.2", MEMBERS["high_80"].sum() / NONE.loc["baseline", "high_80"], "upper ends"),
    (
        "3.2",
        (MEMBERS["high_95"] - MEMBERS["low_95"]).sum() / np.diff(ends(NONE.loc["baseline"], 95)),
        "the 95% band",
    ),
    ("3.2", 9.0, "subtract low_80"),
    ("3.3", EXTRA["median"], "closes the whole gap"),
    ("3.3", EXTRA["median"] / 2, "half of what the whole gap brings"),
    ("3.3", HALF.loc["scenario", "median"] - HALF.loc["baseline", "median"], "difference of two medians"),
    ("3.3", HALF.loc["scenario", "median"], "all trade in the scenario"),
    ("3.3", HALF.loc["additional", "mean"], "the mean"),  # less than half a per cent from the one before
    ("3.3", each(0.5, "additional")["median"].sum(), "added up the members' medians"),
    ("3.3", total(0.5, 2035).loc["additional", "median"], "last year"),
    ("3.3", RIGHT["3.3"] / 1000, "USD billion"),
    ("3.3", 1.0, "seed=SEED"),
    ("3.4", 100 * RIGHT["3.4"], "per cent"),
    ("3.4", 1 - RIGHT["3.4"], "stays open"),
    ("3.4", 0.5, "the probability"),
    ("3.4", SOUGHT["target"], "target in USD million"),
    ("3.4", 0, "the baseline gets there later"),
    ("3.4", 1, "how much is enough"),
    ("3.4", (SOUGHT["target"] - SOUGHT["baseline"]) / (SOUGHT["full"] - SOUGHT["baseline"]), "straight line"),
    ("3.4", np.nan, "missing"),
    ("3.4", 0.33, "read closure"),
    ("3.5", sentence(median="99"), "central figure is missing"),
    ("3.5", sentence(year=""), "Of which year"),
    ("3.5", f"If so, trade in 2030 would be {EXTRA['median'] / 1000:.1f} billion larger.", "sounds certain"),
    (
        "3.5",
        sentence(low=f"{EXTRA['low_95']:.0f}", high=f"{EXTRA['high_95'] / 1000:.1f}"),
        "of the 95% band",
    ),
    ("3.5", sentence(end=""), "Two ends of what"),
    ("3.5", sentence(verb="trade will be"), "'will' promises"),
    ("3.5", sentence(condition="With broadband"), "begin with 'if'"),
    ("3.5", 13.6, "a text in quotes"),
]
EMPTY = [..., None, "", "..."]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_is_right_passes(exercise):
    verdict = check(exercise, RIGHT[exercise])
    assert verdict.right, verdict


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("answer", EMPTY, ids=repr)
def test_an_empty_answer_is_told_where_to_start(exercise, answer):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert verdict.hint == f"Nothing here yet. {HINTS[exercise]['start']}"


@pytest.mark.parametrize(("exercise", "answer", "hint"), WRONG, ids=[f"{row[0]} {row[2]}" for row in WRONG])
def test_a_wrong_answer_gets_the_hint_that_fits(exercise, answer, hint):
    verdict = check(exercise, answer)
    assert not verdict.right
    assert hint in verdict.hint


def test_every_exercise_knows_three_mistakes_or_more():
    known = pd.Series([row[0] for row in WRONG]).value_counts()
    assert set(known.index) == set(EXERCISES)
    assert known.min() >= 3


@pytest.mark.parametrize("exercise", ["1.1", "1.2", "1.3", "2.2", "3.2", "3.3", "3.4"])
def test_three_digits_are_enough_and_two_are_not(exercise):
    right = float(RIGHT[exercise])
    assert check(exercise, float(f"{right:.3g}")).right
    assert not check(exercise, 1.01 * right).right


@pytest.mark.parametrize("exercise", ["1.1", "1.2", "1.3", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4"])
def test_no_hint_holds_the_answer(exercise):
    right = np.ravel(RIGHT[exercise])
    hints = [check(*row[:2]).hint for row in WRONG if row[0] == exercise] + [HINTS[exercise]["start"]]
    numbers = pd.Series(hints).str.findall(r"\d+\.?\d*").explode().dropna().astype(float)
    assert not any(abs(number / value - 1) < 0.02 for number in numbers for value in right)


@pytest.mark.parametrize(
    ("exercise", "answer", "hint"),
    [
        ("1.1", "0.69", "without quotes"),
        ("1.1", True, "truth value"),
        ("1.1", [0.7, 0.1], "one number and yours is a list"),
        ("1.1", ASEAN, "one number and yours is a Series"),
        ("1.1", float("nan"), "missing (NaN)"),
        ("1.4", 2005, "list of years"),
        ("1.4", ["2005"], "no year"),
        ("2.3", (1, 2, "3"), "without quotes"),
    ],
)
def test_an_answer_of_another_form_is_told_the_form(exercise, answer, hint):
    assert hint in check(exercise, answer).hint


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [("2.3", (..., ..., ...)), ("3.1", (..., ...)), ("1.4", [...]), ("1.5", lambda series: None)],
)
def test_a_hole_inside_an_answer_is_an_empty_answer(exercise, answer):
    assert check(exercise, answer).hint == f"Nothing here yet. {HINTS[exercise]['start']}"


@pytest.mark.parametrize(
    "changes",
    [
        {"median": f"{EXTRA['median'] / 1000:.0f}", "low": f"{EXTRA['low_80']:,.0f}"},
        {"end": ", in four out of five futures"},
        {"condition": "Assuming that the gap were closed", "end": " (80 per cent band); none of this is certain"},
    ],
)
def test_an_honest_sentence_may_be_worded_in_many_ways(changes):
    assert check("3.5", sentence(**changes)).right


def test_one_value_in_a_series_is_a_number():
    assert check("1.1", ASEAN[["SGP"]] / ASEAN.sum()).right


def test_a_function_cannot_change_the_cases():
    def damaging(series):
        answer = RIGHT["1.5"](series)
        series[:] = 0
        return answer

    assert check("1.5", damaging).right


def test_a_verdict_reads_as_a_sentence():
    right, wrong = check("1.1", RIGHT["1.1"]), check("1.1", 100 * RIGHT["1.1"])
    assert repr(right) == "Exercise 1.1: right."
    assert right._repr_markdown_() == "Exercise 1.1: **right.**"
    assert repr(wrong) == f"Exercise 1.1: not yet. {wrong.hint}"
    assert wrong._repr_markdown_() == f"Exercise 1.1: **not yet.** {wrong.hint}"


def test_an_unknown_exercise_is_refused():
    with pytest.raises(InputError, match=r"there is no exercise '1.6': the exercises are 1.1, .*4.5"):
        check("1.6", 1)


def test_the_sentences_to_judge_carry_the_estimates_numbers():
    text = sentences_to_judge()
    between = estimate(trade_panel(), with_covariates(EQUATION, ["internet_users_pct"]))
    row = between.coefficients.set_index("term").loc["internet_users_10_points"]
    for column in ("coefficient", "low", "high"):
        assert f"{100 * (np.exp(row[column]) - 1):+.1f}%" in text
    assert f"{between.r2:.0%}" in text
    assert row["low"] < 0 < row["high"]  # what sentence C says
    assert [letter for letter, each in HINTS["2.5"]["sentences"].items() if "hint" not in each] == ["B", "D"]


@pytest.mark.parametrize(("answer", "right"), [(6.2, True), (6.24, True), (6.238, True), (6.3, False), (6.0, False)])
def test_a_rounded_number_is_right(answer, right):
    """As the README prints it; one digit is not enough."""
    assert check("1.3", answer).right is right
