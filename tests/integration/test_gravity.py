"""PPML with exporter and importer effects: made data, a second implementation, and what it says of odd tables."""

import itertools

import numpy as np
import pandas as pd
import pyfixest
import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.integration import bootstrap_p, equation, gravity, gravity_pairs, groups, together
from carec_digital_trade.integration.ppml import bootstrapped, poisson
from carec_digital_trade.metrics import wild_statistics, wild_weights
from carec_digital_trade.regions import region

EQUATION = equation(["log_distance", "contiguous", "within_region", "within_benchmark", "both_in_former_soviet_union"])
"""Also pyfixest's own notation."""
SECOND = 1e-6
"""Of coefficients and errors: two implementations, each converged well beyond that."""


def made(economies=60, distance=-0.9, within=0.8, noise=0.0, seed=1):
    """Return pairs whose expected trade is known: every third economy belongs to the region."""
    random = np.random.default_rng(seed)
    places = random.uniform(0, 1, (economies, 2))
    exports, imports = random.normal(0, 1, (2, economies))
    rows = []
    for i, j in itertools.permutations(range(economies), 2):
        log_distance = np.log(np.hypot(*(places[i] - places[j])) + 0.05)
        both = int(i % 3 == 0 and j % 3 == 0)
        index = exports[i] + imports[j] + distance * log_distance + within * both
        rows.append((f"E{i:02}", f"E{j:02}", np.exp(index), log_distance, both))
    pairs = pd.DataFrame(rows, columns=["exporter", "importer", "value", "log_distance", "within_region"])
    shocks = random.gamma(1 / noise, noise, len(pairs)) if noise else 1.0
    return pairs.assign(value=pairs["value"] * shocks)


MADE = equation(["log_distance", "within_region"])


def test_known_coefficients_are_recovered():
    exact = gravity(made(), MADE).coefficients.set_index("term")["coefficient"]
    assert exact.to_dict() == pytest.approx({"log_distance": -0.9, "within_region": 0.8}, abs=1e-9)
    noisy = gravity(made(noise=1.0), MADE).coefficients.set_index("term")
    reach = 3 * noisy["standard_error"]
    assert ((noisy["coefficient"] - pd.Series({"log_distance": -0.9, "within_region": 0.8})).abs() < reach).all()


@pytest.fixture(scope="module")
def fit(pairs):
    return gravity(pairs, EQUATION)


def test_fitted_totals_are_actual_totals_for_every_economy(fit):
    for side in ("exporter", "importer"):
        totals = fit.flows.groupby(side)[["value", "fitted"]].sum()
        assert np.allclose(totals["fitted"], totals["value"], rtol=1e-6)


@pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")  # pyfixest's, of pandas
def test_a_second_implementation_says_the_same(pairs, fit):
    named = pairs.assign(pair=[" ".join(sorted(each)) for each in pairs[["exporter", "importer"]].to_numpy()])
    closely = pyfixest.MapDemeaner(fixef_tol=1e-12, fixef_maxiter=100_000)
    exact = pyfixest.ssc(k_adj=False, G_adj=True, G_df="min")
    second, other = (
        pyfixest.fepois(EQUATION, named, vcov={"CRV1": clusters}, iwls_tol=1e-12, demeaner=closely, ssc=exact)
        for clusters in ("pair", "exporter + importer")
    )
    ours = fit.coefficients.set_index("term")
    assert np.allclose(ours["coefficient"], second.coef()[ours.index], rtol=SECOND, atol=SECOND)
    assert np.allclose(ours["pair_error"], second.se()[ours.index], rtol=SECOND)
    assert np.allclose(ours["two_way_error"], other.se()[ours.index], rtol=SECOND)


def test_zeros_are_kept_and_rows_add_up(pairs, fit):
    assert len(pairs) == 190 * 189
    assert fit.observations == len(pairs)
    assert fit.zeros == (pairs["value"] == 0).sum() > 10_000
    assert (fit.economies, fit.clusters, fit.silent, fit.singletons) == (190, 190 * 189 / 2, 0, 0)


def test_the_order_of_rows_and_the_unit_change_nothing():
    one = gravity(made(noise=1.0), MADE)
    shuffled = made(noise=1.0).sample(frac=1, random_state=3)
    other = gravity(shuffled.assign(value=1000 * shuffled["value"]), MADE)
    numbers = ["coefficient", "standard_error", "two_way_error"]
    assert np.allclose(one.coefficients[numbers], other.coefficients[numbers], rtol=1e-8)
    assert np.allclose(1000 * one.flows["fitted"], other.flows["fitted"], rtol=1e-8)


def test_who_trades_nothing_or_has_one_row_is_left_out_and_counted():
    table = made(12, noise=1.0)
    silent = table.assign(value=table["value"].where(table["exporter"] != "E05", 0.0))
    found = gravity(silent, MADE)
    assert (found.silent, found.singletons, found.observations) == (11, 0, 12 * 11 - 11)
    lonely = table[(table["exporter"] != "E05") | (table["importer"] == "E01")]
    assert (gravity(lonely, MADE).singletons, gravity(lonely, MADE).silent) == (1, 0)


def test_a_region_that_does_not_trade_within_is_separated():
    table = made(12, noise=1.0)
    apart = table.assign(value=table["value"].where(table["within_region"] == 0, 0.0))
    found = gravity(apart, MADE)
    assert found.dropped == {"within_region": "none of its pairs trades"}
    assert found.separated == 4 * 3
    assert found.coefficients["coefficient"].isna().tolist() == [False, True]


def test_a_term_that_the_effects_absorb_is_dropped():
    table = made(12, noise=1.0).assign(whole=1, of_exporter=lambda frame: (frame["exporter"] < "E05").astype(int))
    found = gravity(table, equation(["log_distance", "whole", "of_exporter"]))
    assert set(found.dropped) == {"whole", "of_exporter"}
    assert found.coefficients["coefficient"].isna().tolist() == [False, True, True]


def test_two_regions_that_are_the_whole_world_cannot_be_told_apart():
    # With all economies in one of the two, both dummies are the effects of one region's exporters and importers.
    table = made(12, noise=1.0)
    others = (table["exporter"].str[1:].astype(int) % 3 > 0) & (table["importer"].str[1:].astype(int) % 3 > 0)
    with pytest.raises(InputError, match="cannot be told apart from each other"):
        gravity(table.assign(within_benchmark=others.astype(int)), equation(["within_region", "within_benchmark"]))


def test_a_fit_of_arrays_without_ties_is_the_product_of_totals():
    flows = np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 2.0], [5.0, 1.0, 1.0]])
    counts = np.ones((3, 3), dtype=bool)
    tie = np.diag([1.0, 0.0, 0.0])[None]
    fitted = poisson(flows, tie, counts, np.arange(9).reshape(3, 3)).fitted
    assert fitted[0, 0] == pytest.approx(1.0)  # a term for one pair fits it exactly
    assert np.allclose(fitted.sum(axis=0), flows.sum(axis=0))
    assert np.allclose(fitted.sum(axis=1), flows.sum(axis=1))


def test_errors_corrected_for_leverage_by_the_hat_matrix():
    table = made(8, noise=1.0)
    found = gravity(table, MADE, "leverage")
    sides = [pd.get_dummies(table[side]).to_numpy(dtype=float) for side in ("exporter", "importer")]
    design = np.column_stack([table[["log_distance", "within_region"]], sides[0], sides[1][:, 1:]])
    weights = found.flows["fitted"].to_numpy()
    inverse = np.linalg.inv(design.T @ (weights[:, None] * design))
    hat = weights * np.einsum("ij,jk,ik->i", design, inverse, design)
    assert hat.sum() == pytest.approx(8 + 8 - 1 + 2)
    scores = design * ((found.flows["value"] - weights) / np.clip(1 - hat, 0.05, 1)).to_numpy()[:, None]
    pair = [" ".join(sorted(each)) for each in table[["exporter", "importer"]].to_numpy()]
    sums = pd.DataFrame(scores).groupby(pair).sum().to_numpy()
    covariance = inverse @ sums.T @ sums @ inverse * (28 / 27)
    expected = np.sqrt(np.diag(covariance))[:2]
    assert np.allclose(found.coefficients["standard_error"], expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("value ~ log_distance", "the equation must read 'value ~ log_distance"),
        ("trade ~ log_distance | exporter + importer", "the equation must read"),
        ("value ~ distance | exporter + importer", "there is no term 'distance': use those of log_distance, within"),
        ("value ~ log_distance + log_distance | importer + exporter", "names log_distance twice"),
    ],
)
def test_an_equation_that_cannot_be_read_is_told(text, message):
    with pytest.raises(InputError, match=message):
        gravity(made(6), text)


def test_groups_by_name_by_list_and_with_a_name():
    found = groups(["former Soviet Union", ["KAZ", "RUS", "BLR"], {"name": "Silk Road", "members": ["CHN", "UZB"]}])
    assert list(found)[::2] == ["both_in_former_soviet_union", "both_in_silk_road"]
    assert len(found["both_in_former_soviet_union"]) == 15
    assert found["both_in_silk_road"] == ("CHN", "UZB")
    with pytest.raises(InputError, match="a group needs two economies, and Kazakhstan is one"):
        groups(["KAZ"])
    with pytest.raises(InputError, match="no region 'soviet'"):
        groups(["soviet"])
    with pytest.raises(InputError, match="two groups are called CAREC"):
        groups(["CAREC", "carec"])


def test_a_table_of_ones_own_takes_the_place_of_the_bundled_one(distances):
    own = pd.DataFrame(
        [
            ("Kazakhstan", "uzb", 3.0),
            ("UZB", "KAZ", 2.0),
            ("CHN", "KAZ", 9.0),
            ("KAZ", "CHN", 8.0),
            ("UZB", "CHN", 1.0),
        ],
        columns=["exporter", "importer", "value"],
    ).assign(year=2019)
    found = gravity_pairs(own, distances, together([region(["KAZ", "UZB"]), region("CHN")]))
    assert len(found) == 6
    assert found["value"].sum() == 23
    assert found["within_region"].sum() == 2
    with pytest.raises(InputError, match="gravity needs three economies"):
        gravity_pairs(own[:2], distances, {})


def test_the_bootstrap_is_that_of_a_column_for_each_effect():
    random = np.random.default_rng(8)
    exporters, importers = 7, 6
    counts = random.random((exporters, importers)) < 0.9
    one, other = np.indices(counts.shape)
    numbers = 10 * np.minimum(one, other) + np.maximum(one, other)
    terms = random.normal(size=(3, exporters, importers))
    flows = np.where(counts, random.gamma(1, 1, counts.shape) * (random.random(counts.shape) < 0.8), 0.0)
    columns = np.column_stack(
        [terms[:, counts].T, np.eye(exporters)[one[counts]], np.eye(importers)[other[counts], 1:]]
    )
    _, clusters = np.unique(numbers[counts], return_inverse=True)
    weights = wild_weights(clusters.max() + 1, draws=20)
    for term in range(3):
        null = poisson(flows, np.delete(terms, term, axis=0), counts, numbers).fitted[counts]
        known = wild_statistics(flows[counts] - null, columns, null, clusters, [term], weights)
        found = bootstrapped(flows, terms, counts, numbers, term, weights)
        np.testing.assert_allclose(found, known, rtol=1e-6)  # the fit's own convergence, squared and divided


def test_the_bootstrap_tells_what_is_there_from_what_is_not():
    pairs = made(economies=30, noise=0.5)
    nothing = pairs.assign(within_benchmark=pairs["exporter"].lt("E15").astype(int) * pairs["importer"].lt("E15"))
    asked = equation(["log_distance", "within_region", "within_benchmark"])
    found = bootstrap_p(nothing, asked, ["within_region", "within_benchmark", "absent"])
    assert found["within_region"] < 0.05 < found["within_benchmark"]
    assert np.isnan(found["absent"])
    assert bootstrap_p(pairs, equation(["within_region"]), ["within_region"]).isna().all()
