"""Trade within a region against what size, distance and ties lead one to expect."""

import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.integration import (
    dropping_each,
    equation,
    expected_within,
    gravity,
    gravity_pairs,
    indices,
    together,
    variants,
)
from carec_digital_trade.regions import Region, region

CONTROLS = ["contiguous", "were_one_country"]


@pytest.fixture(scope="module")
def fit(pairs):
    return gravity(pairs, equation(["log_distance", *CONTROLS, "within_region", "within_benchmark"]))


@pytest.fixture(scope="module")
def found(fit, compared):
    return expected_within(fit, compared).set_index("term")


def test_the_expected_trade_is_that_of_a_table_with_the_same_totals(fit, found, compared):
    # By another way: the odds ratios of the fitted table with the term taken back, scaled by a generic solver.
    wide = fit.flows.pivot(index="exporter", columns="importer", values="fitted").fillna(0.0)
    coefficient = fit.coefficients.set_index("term").loc["within_region", "coefficient"]
    codes = list(compared[0].members)
    start = wide.copy()
    start.loc[codes, codes] *= np.exp(-coefficient)
    for _ in range(200):
        start = start.mul(wide.sum(axis=1) / start.sum(axis=1), axis=0)
        start = start.mul(wide.sum() / start.sum(), axis=1)
    assert found.loc["within_region", "expected"] == pytest.approx(start.loc[codes, codes].sum().sum(), rel=1e-8)


def test_actual_and_expected_share_by_their_definitions(goods, found, compared):
    row = found.loc["within_benchmark"]
    # Economies without a distance (Montenegro and three islands) are in the whole table and not in the fit.
    assert row["intra_regional_share"] == pytest.approx(indices(goods, compared[1]).intra_regional_share, rel=1e-3)
    assert row["actual_over_expected"] == pytest.approx(row["total"] / row["expected"])
    assert row["intra_regional_share"] / row["expected_share"] == pytest.approx(row["actual_over_expected"])
    for term in found.index:
        for name in ("expected", "actual_over_expected", "expected_share", "partial_ratio"):
            assert found.loc[term, f"{name}_low"] < found.loc[term, name] < found.loc[term, f"{name}_high"]
    assert (row["pairs"], row["zeros"]) == (90, 6)


def test_a_small_region_s_conditional_effect_is_nearly_its_partial_one_and_closer_to_one(found):
    assert 1 < found.loc["within_region", "actual_over_expected"] < found.loc["within_region", "partial_ratio"]
    assert found.loc["within_benchmark", "partial_ratio"] < found.loc["within_benchmark", "actual_over_expected"] < 1


def test_a_made_region_that_trades_as_all_do_has_what_is_expected(distances, compared):
    # Trade is the product of sizes over distance, so that nothing is left to either region.
    codes = sorted(set(distances["iso3_a"]))[::3]
    codes = sorted({*codes, *compared[0].members, *compared[1].members})
    known = distances[distances["iso3_a"].isin(codes) & distances["iso3_b"].isin(codes)]
    size = {code: 1 + place % 7 for place, code in enumerate(codes)}
    one_way = known[known["iso3_a"] != known["iso3_b"]]
    values = one_way["iso3_a"].map(size) * one_way["iso3_b"].map(size) / one_way["distance_km"]
    there = pd.DataFrame({"exporter": one_way["iso3_a"], "importer": one_way["iso3_b"], "value": values})
    back = there.rename(columns={"exporter": "importer", "importer": "exporter"})
    pairs = gravity_pairs(pd.concat([there, back]), distances, together(compared))
    fit = gravity(pairs, equation(["log_distance", "within_region", "within_benchmark"]))
    assert fit.coefficients["coefficient"].tolist() == pytest.approx([-1, 0, 0], abs=1e-8)
    assert expected_within(fit, compared)["actual_over_expected"].tolist() == pytest.approx([1, 1], abs=1e-8)


@pytest.fixture(scope="module")
def checks(goods, distances, compared):
    return variants(goods, distances, compared, CONTROLS)


def test_variants_change_one_thing_at_a_time(checks, found, compared):
    ours = checks[checks["region"] == compared[0].label].set_index("key")
    assert list(ours.index[:6]) == ["as_asked", "distance", "contiguity", "languages", "colonial_ties", "one_country"]
    assert {"legacy", "landlocked", "pair", "two_way", "other_members_of_region"} <= set(ours.index)
    first = ours.loc["as_asked"]
    assert first["actual_over_expected"] == pytest.approx(found.loc["within_region", "actual_over_expected"])
    other = ours.loc["two_way"]
    # Each search starts from the fit before it, and ends where fitted totals are off by less than 1e-10.
    assert other["actual_over_expected"] == pytest.approx(first["actual_over_expected"], rel=1e-9)
    assert other["actual_over_expected_low"] != first["actual_over_expected_low"]
    assert ours.loc["other_members_of_region", "variant"] == "CAREC in full"
    # With China in, the trade within is that of all eleven.
    assert ours.loc["other_members_of_region", "total"] > 5 * first["total"]
    assert not checks["said"].any()


def test_the_issue_s_first_estimate_and_what_becomes_of_it(checks, compared):
    """Members trade more among themselves than expected; with the former Soviet Union held fixed nobody can say."""
    low = checks.set_index(["key", "region"])["actual_over_expected_low"]
    high = checks.set_index(["key", "region"])["actual_over_expected_high"]
    carec, asean = (each.label for each in compared)
    assert low["as_asked", carec] > 1
    assert high["as_asked", asean] < 1
    assert low["legacy", carec] < 1 < high["legacy", carec]
    assert low["other_members_of_region", carec] < 1 < high["other_members_of_region", carec]


def test_dropping_a_member_makes_it_an_outsider(goods, distances, compared):
    small = Region("Two and one", ("KAZ", "UZB", "KGZ"), 2023)
    got = dropping_each(goods, distances, (small, region(["LAO", "KHM"])), []).set_index("iso3")
    left = gravity_pairs(goods, distances, together((region(["KAZ", "UZB"]), region(["LAO", "KHM"]))))
    fit = gravity(left, equation(["log_distance", "within_region", "within_benchmark"]))
    ratio = expected_within(fit, (region(["KAZ", "UZB"]), region(["LAO", "KHM"])))["actual_over_expected"]
    assert got.loc["KGZ", "actual_over_expected"] == pytest.approx(ratio[0])
    assert np.isnan(float(got.loc["LAO", "actual_over_expected"]))  # one is left


def test_a_region_without_data_is_told_and_the_other_is_estimated(goods, distances, compared):
    nobody = region(["XKX", "LIE"])
    got = variants(goods, distances, (compared[0], nobody), []).set_index(["key", "region"])
    assert np.isnan(float(got.loc[("as_asked", nobody.label), "actual_over_expected"]))
    assert got.loc[("as_asked", compared[0].label), "actual_over_expected"] > 1
