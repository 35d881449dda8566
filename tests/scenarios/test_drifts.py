import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.drifts import MINIMUM_CHANGES, estimate_drifts, even_spikes

NAN = np.nan
# Means 0.02, 0.05 and 0.14 plus deviations whose median over the economies is 0 in every year: nothing is common.
CHANGES = np.array(
    [
        [0.02 + 0.02, 0.02 - 0.02, 0.02, 0.02, 0.02],
        [0.05, 0.05, 0.05, 0.05, 0.05],
        [0.14 - 0.03, 0.14, 0.14, 0.14 + 0.03, 0.14],
    ]
)
NAMES = ["AAA", "BBB", "CCC"]


def test_shrinkage_by_hand():
    # Squared standard errors (sum of squares / 4 / 5): 0.0008/20 = 0.00004, 0, 0.0018/20 = 0.00009. The median is 0.05,
    # the deviations from it -0.03, 0, 0.09. The variance v of the true drifts solves
    # 0.0009/(v + 0.00004) + 0.0081/(v + 0.00009) = 3 - 1, that is 2 v^2 - 0.00874 v - 3.978e-7 = 0.
    variance = (0.00874 + np.sqrt(0.00874**2 + 8 * 3.978e-7)) / 4
    weight = variance / (variance + 0.00009)
    found = estimate_drifts(CHANGES, "shrunken_drift")
    assert found.own == pytest.approx([0.02, 0.05, 0.14])
    assert found.own_error == pytest.approx(np.sqrt([0.00004, 0, 0.00009]))
    assert found.median == pytest.approx(0.05)
    assert found.between == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert found.weight[2] == pytest.approx(weight, rel=1e-9)
    assert found.drift[2] == pytest.approx(weight * 0.14 + (1 - weight) * 0.05, rel=1e-9)
    assert found.drift[1] == pytest.approx(0.05)


def test_what_is_common_does_not_shrink():
    # A shock that all share moves own drifts and the median alike: the weights must not change.
    common = np.array([0.3, -0.2, 0.1, -0.4, 0.2])
    plain = estimate_drifts(CHANGES, "shrunken_drift")
    shared = estimate_drifts(CHANGES + common, "shrunken_drift")
    assert shared.weight == pytest.approx(plain.weight, rel=1e-9)
    assert shared.own_error[0] > 10 * plain.own_error[0]


def test_own_drift_and_no_change():
    own = estimate_drifts(CHANGES, "own_drift")
    assert own.drift == pytest.approx([0.02, 0.05, 0.14])
    assert (own.weight == 1).all() and (own.noise == 0).all()
    none = estimate_drifts(CHANGES, "no_change")
    assert (none.drift == 0).all() and not none.loadings.any() and not none.noise.any()
    # Shocks about zero, as large as the changes were: economy AAA's mean square is (0.04^2 + 3 x 0.02^2) / 5.
    assert none.residuals[0].mean() == pytest.approx(0, abs=1e-15)
    assert (none.residuals[0] ** 2).mean() == pytest.approx((0.04**2 + 3 * 0.02**2) / 5)


def test_shocks_have_the_unbiased_variance():
    found = estimate_drifts(CHANGES, "own_drift")
    assert (found.residuals[2] ** 2).mean() == pytest.approx(CHANGES[2].var(ddof=1))


def test_drift_error_of_the_loadings_is_the_standard_error():
    rng = np.random.default_rng(1)
    changes = rng.normal(0.1, 0.2, (4, 12))
    changes[1, :3] = NAN
    own = estimate_drifts(changes, "own_drift")
    assert np.sqrt((own.loadings**2).sum(axis=1)) == pytest.approx(own.own_error)


def test_too_few_years_take_the_median_and_the_typical_shocks():
    changes = np.vstack([CHANGES, [0.5, NAN, NAN, NAN, 0.5]])
    found = estimate_drifts(changes, "shrunken_drift")
    assert np.isnan(found.own[3]) and found.weight[3] == 0
    assert found.drift[3] == pytest.approx(0.05)
    # Standard deviations: AAA between BBB (0) and CCC; the typical one is AAA.
    assert found.residuals[3] == pytest.approx(found.residuals[0])
    assert found.noise[3] == pytest.approx(found.between)


def test_a_jump_that_is_undone_is_spread_over_its_years_and_a_lasting_one_is_not():
    # 1.2 up and 0.8 down leaves 0.4, a third of the jump: 0.2 a year. Half undone in the second year: 1.0 less 0.1 and
    # 0.4 leaves 0.5. Less undone, or less than a doubling (0.69), or last, it stays; so does what is not there.
    shocks = np.array(
        [
            [0.1, 1.2, -0.8, 0.0, 0.1],
            [0.1, -1.0, 0.1, 0.4, 0.1],
            [0.0, 1.0, -0.2, -0.2, 0.0],
            [0.0, 0.6, -0.6, 0.0, 0.9],
            [NAN, 1.2, NAN, -0.8, 0.1],
        ]
    )
    evened, spikes = even_spikes(shocks)
    assert evened[0] == pytest.approx([0.1, 0.2, 0.2, 0.0, 0.1])
    assert evened[1] == pytest.approx([0.1, -0.5 / 3, -0.5 / 3, -0.5 / 3, 0.1])
    assert np.array_equal(evened[2:], shocks[2:], equal_nan=True)
    assert spikes.sum(axis=1).tolist() == [2, 3, 0, 0, 0]
    assert np.nansum(evened, axis=1) == pytest.approx(np.nansum(shocks, axis=1))


def test_one_economy_keeps_its_own_drift():
    found = estimate_drifts(CHANGES[2:], "shrunken_drift")
    assert found.drift == pytest.approx([0.14]) and found.weight == pytest.approx([1.0])


def test_nobody_with_enough_years_is_refused():
    with pytest.raises(InputError, match=f"no economy has {MINIMUM_CHANGES} yearly changes"):
        estimate_drifts(CHANGES[:1, :4], "shrunken_drift")


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 8), st.integers(5, 20), st.integers(0, 10_000))
def test_shrunken_drift_lies_between_own_and_median(members, years, seed):
    changes = np.random.default_rng(seed).normal(0.08, 0.2, (members, years))
    found = estimate_drifts(changes, "shrunken_drift")
    low, high = np.minimum(found.own, found.median), np.maximum(found.own, found.median)
    assert ((found.drift >= low - 1e-12) & (found.drift <= high + 1e-12)).all()
    assert ((found.weight >= 0) & (found.weight <= 1)).all()
