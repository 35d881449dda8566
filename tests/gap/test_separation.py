import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.gap.fitting import fit_poisson
from carec_digital_trade.gap.separation import separated


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
