"""The wild cluster bootstrap: by hand, against refits, and how often it rejects what is true."""

from itertools import product

import numpy as np
import pytest
import scipy
import statsmodels.api as sm

from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import wild_p, wild_statistics, wild_weights


@pytest.mark.parametrize(
    ("values", "statistic", "p"), [([1.0, 2, 3, 4], 20, 2 / 16), ([1.0, 2, 3, -1], 20 / 7, 6 / 16)]
)
def test_four_clusters_by_hand(values: list[float], statistic: float, p: float):
    """Is a mean zero? The statistic is the squared sum over the squares about the mean.

    1, 2, 3, 4: 10^2 / 5; of the sixteen signs only all plus and all minus reach it. 1, 2, 3, -1: 5^2 / 8.75 = 20/7; all
    of one sign give 7^2 / 2.75, and the sign of one of the two ones turned gives 20/7 again: six in all.
    """
    signs = np.array(list(product([1.0, -1.0], repeat=4)))
    found = wild_statistics(np.array(values, dtype=float), np.ones((4, 1)), np.ones(4), np.arange(4), [0], signs)
    assert found[0] == pytest.approx(statistic)
    assert wild_p(found) == pytest.approx(p)


@pytest.mark.parametrize("columns", [[1], [1, 3]])
def test_for_least_squares_it_is_the_wald_statistic_of_each_sample(columns: list[int]):
    random = np.random.default_rng(3)
    clusters = random.permutation(np.repeat(np.arange(6), 5))
    regressors = np.column_stack([np.ones(30), random.normal(size=(30, 3))])
    outcome = regressors @ [1.0, 0.4, -0.2, 0.3] + random.normal(size=6)[clusters]
    others = np.delete(regressors, columns, axis=1)
    restricted = sm.OLS(outcome, others).fit()
    weights = wild_weights(6, draws=4)
    found = wild_statistics(restricted.resid, regressors, np.ones(30), clusters, columns, weights)
    for each, drawn in zip(found, weights, strict=True):
        sample = restricted.fittedvalues + drawn[clusters] * restricted.resid
        options = {"cov_type": "cluster", "cov_kwds": {"groups": clusters, "use_correction": False}}
        fit = sm.OLS(sample, regressors).fit(**options)
        moved, spread = fit.params[columns], fit.cov_params()[np.ix_(columns, columns)]
        assert each == pytest.approx(moved @ np.linalg.solve(spread, moved))


def test_the_data_come_first_and_few_clusters_have_six_weights():
    many, few = wild_weights(12, draws=500), wild_weights(11, draws=500)
    assert (many[0] == 1).all()
    assert set(many[1:].ravel()) == {-1.0, 1.0}
    assert np.unique(few[1:] ** 2).round(12).tolist() == [0.5, 1.0, 1.5]
    for drawn in (many[1:], few[1:]):  # of mean 0 and variance 1, within four standard errors
        assert abs(drawn.mean()) < 4 / np.sqrt(drawn.size)
        assert abs((drawn**2).mean() - 1) < 4 * np.std(drawn**2) / np.sqrt(drawn.size) + 1e-12
    assert (wild_weights(11, draws=500) == few).all()
    for clusters, draws in ((1, 10), (5, 0)):
        with pytest.raises(InputError, match="give at least two clusters and one draw"):
            wild_weights(clusters, draws)


def test_it_rejects_what_is_true_less_often_than_clustered_errors_where_few_count():
    """Poisson means of clusters whose sizes span two orders: the regressor of the clusters has no effect."""
    random = np.random.default_rng(11)
    clusters, rows, samples = 20, 4, 300
    numbers, rejected = np.repeat(np.arange(clusters), rows), np.zeros(2)
    for _ in range(samples):
        size = random.lognormal(0, 1.5, clusters)[numbers]
        regressor = random.normal(size=clusters)[numbers]
        outcome = size * random.gamma(2, 0.5, clusters)[numbers] * random.gamma(5, 0.2, len(numbers))
        regressors = np.column_stack([np.ones(len(numbers)), regressor])
        fit = sm.GLM(outcome, regressors, family=sm.families.Poisson()).fit(
            cov_type="cluster", cov_kwds={"groups": numbers}
        )
        clustered = 2 * scipy.stats.t(clusters - 1).sf(abs(fit.tvalues[1]))
        means = np.full(len(outcome), outcome.mean())
        weights = wild_weights(clusters, 199, int(random.integers(2**31)))
        found = wild_statistics(outcome - means, regressors, means, numbers, [1], weights)
        rejected += [clustered < 0.05, wild_p(found) < 0.05]
    by_cluster, by_bootstrap = rejected / samples
    assert by_cluster > 0.1
    assert by_bootstrap < 0.075  # a rate of 5% in 300 samples has a standard error of 1.3 points
