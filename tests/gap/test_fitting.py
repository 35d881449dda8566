import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import EQUATION, trade_panel, with_covariates
from carec_digital_trade.gap.fitting import (
    first_step,
    fit_poisson,
    leave_one_out_ols,
    leave_one_out_ppml,
    newton,
    separated,
)
from carec_digital_trade.gap.sample import estimation_sample

REFIT = 1e-9
"""Of the largest coefficient: both solve the same equations, whose condition number of some 1e6 leaves ten digits."""


@pytest.mark.parametrize("measure", ["delivered", "deliverable"])
def test_ols_equals_refits_for_every_economy(measure):
    sample = estimation_sample(trade_panel(measure), with_covariates(EQUATION, ["internet_users_pct"]), "ols")
    outcome, regressors, clusters = np.log(sample.rows["trade"].to_numpy()), sample.regressors, sample.clusters
    left_out = leave_one_out_ols(outcome, regressors, clusters)
    for cluster in range(sample.economies):
        kept = clusters != cluster
        refit = sm.OLS(outcome[kept], regressors[kept]).fit().params
        np.testing.assert_allclose(left_out[cluster], refit, atol=REFIT * np.abs(refit).max())


def test_ppml_equals_refits():
    sample = estimation_sample(
        trade_panel("deliverable", "exports"), with_covariates(EQUATION, ["internet_users_pct"]), "ppml"
    )
    outcome, regressors, clusters = sample.rows["trade"].to_numpy(), sample.regressors, sample.clusters
    left_out = leave_one_out_ppml(outcome, regressors, clusters)
    largest = sample.rows.groupby("iso3")["trade"].sum().nlargest(6).index
    chosen = {*largest, "CHN", "KAZ", "KGZ", "LAO", "TUV"} & set(sample.rows["iso3"])
    assert len(chosen) > 8
    for code in chosen:
        own = (sample.rows["iso3"] == code).to_numpy()
        refit = fit_poisson(outcome[~own], regressors[~own]).params
        np.testing.assert_allclose(left_out[clusters[own][0]], refit, atol=REFIT * np.abs(refit).max())


def test_a_poisson_fit_that_cannot_exist_is_refused():
    # Without the first economy every row of the second regressor's ones is zero.
    outcome, clusters = np.array([3.0, 1, 0, 0, 2, 4]), np.array([0, 0, 1, 1, 2, 2])
    regressors = np.column_stack([np.ones(6), [1.0, 0, 1, 1, 0, 0]])
    with pytest.raises(InputError, match="does not converge"):
        leave_one_out_ppml(outcome, regressors, clusters)


def test_weights_are_rows_that_come_again():
    random = np.random.default_rng(5)
    regressors = np.column_stack([np.ones(30), random.normal(size=(30, 2))])
    outcome, times = random.poisson(4, 30).astype(float), random.integers(0, 3, 30)
    again = np.repeat(np.arange(30), times)
    whole = newton(outcome, regressors, first_step(outcome, regressors))
    np.testing.assert_allclose(whole, fit_poisson(outcome, regressors).params, rtol=1e-9)  # beyond the last step
    weighted = newton(outcome, regressors, whole, times)
    np.testing.assert_allclose(weighted, fit_poisson(outcome[again], regressors[again]).params, rtol=1e-9)


def test_what_no_row_with_a_weight_determines_stays_where_it_was():
    outcome, regressors = np.array([1.0, 3, 5]), np.array([[1.0, 0], [1, 0], [0, 1]])
    found = newton(outcome, regressors, np.array([0.0, 0.7]), np.array([1.0, 1, 0]))
    np.testing.assert_allclose(found, [np.log(2), 0.7])


def test_a_group_of_zeros_is_separated():
    group = np.array([0, 0, 0, 1, 1, 1])
    outcome = np.array([0.0, 0, 0, 1, 0, 3])
    # The zero in the second group is not: that group also has positive rows.
    assert separated(outcome, np.eye(2)[group]).tolist() == [True, True, True, False, False, False]


def test_a_regressor_that_is_positive_only_beside_zeros():
    # z is 0 wherever the outcome is positive and 2 or 1 beside two zeros: its coefficient runs to minus infinity.
    outcome, z = np.array([0.0, 0, 0, 2, 5]), np.array([2.0, 1, 0, 0, 0])
    assert separated(outcome, np.column_stack([np.ones(5), z])).tolist() == [True, True, False, False, False]
    # With z of both signs beside zeros neither direction lowers the fit everywhere.
    z = np.array([2.0, -1, 0, 0, 0])
    assert not separated(outcome, np.column_stack([np.ones(5), z])).any()


def test_no_zeros_no_separation():
    assert not separated(np.array([1.0, 2, 3]), np.ones((3, 1))).any()


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_fit_without_separated_rows_is_the_limit_of_the_fit_with_them(seed):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(4), 15)
    x = rng.normal(size=60)
    outcome = rng.poisson(np.exp(0.5 * x)) * (group > 0).astype(float)
    outcome[group == 0] = 0
    regressors = np.column_stack([x, np.eye(4)[group]])
    bad = separated(outcome, regressors)
    assert set(group[bad]) == {0}
    kept = fit_poisson(outcome[~bad], regressors[~bad][:, [0, 2, 3, 4]])
    # Near the limit: an effect of -25 for the group of zeros.
    offset = np.where(group == 0, -25.0, 0.0)
    means = np.exp(regressors[:, [0, 2, 3, 4]] @ kept.params + offset)
    score = regressors[:, [0, 2, 3, 4]].T @ (outcome - means)
    assert np.abs(score).max() < 1e-8 * outcome.sum()
    assert kept.params[0] == pytest.approx(0.5, abs=0.6)
