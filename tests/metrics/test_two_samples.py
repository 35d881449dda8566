import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from carec_digital_trade.metrics import ratio_of_samples
from carec_digital_trade.metrics.two_samples import _counts

RNG = np.random.default_rng(1)


def test_ratio_by_hand():
    # All ratios of 2, 8 and 1, 4: 2, 1/2, 8, 2, with the median 2 on a logarithmic scale.
    found = ratio_of_samples([2, 8], [1, 4])
    assert found.ratio == pytest.approx(2)
    assert (found.low, found.high, found.detectable) == (0, math.inf, math.inf)  # four members can reject nothing
    assert math.isnan(ratio_of_samples([], [1]).ratio)
    assert ratio_of_samples([2, -1, 0], [1]).ratio == pytest.approx(2)  # what has no logarithm is left out


@pytest.mark.parametrize(("one", "other"), [(3, 4), (5, 5), (2, 6)])
def test_distribution_against_all_orders(one, other):
    found = [0] * (one * other + 1)
    for places in combinations(range(one + other), one):
        found[sum(places) - one * (one - 1) // 2] += 1
    assert list(_counts(one, other)) == found


@pytest.mark.parametrize(("one", "other"), [(11, 10), (6, 4), (60, 50)])
def test_the_interval_is_what_the_test_does_not_reject(one, other):
    ours, theirs = (np.exp(RNG.normal(0, 1, size)) for size in (one, other))
    found = ratio_of_samples(ours, theirs)
    for end, inside in ((found.low, 1), (found.high, -1)):
        p = [stats.mannwhitneyu(ours / (end * np.exp(side * 1e-9)), theirs, method="exact").pvalue for side in (1, -1)]
        within, outside = p if inside == 1 else p[::-1]
        # Beyond 2,500 pairs the rank is that of the normal distribution.
        assert within >= 0.05 - 1e-3 * (one * other > 2500)
        assert outside < 0.05 + 1e-3 * (one * other > 2500)
    assert found.low < found.ratio < found.high
    assert found.detectable == pytest.approx(math.sqrt(found.high / found.low))


def test_it_turns_with_the_samples():
    ours, theirs = np.exp(RNG.normal(0, 1, 11)), np.exp(RNG.normal(0, 1, 10))
    one, other = ratio_of_samples(ours, theirs), ratio_of_samples(theirs, ours)
    assert (one.ratio, one.low, one.high) == pytest.approx((1 / other.ratio, 1 / other.high, 1 / other.low))
