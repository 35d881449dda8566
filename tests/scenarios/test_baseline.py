import itertools

import numpy as np
import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import fit_baseline, simulate_paths
from carec_digital_trade.scenarios.random_walk import log_levels

GROWTH = [100 * 1.1**step for step in range(12)]


def paths(baseline, horizon, draws=200, seed=1, **options):
    return np.array([path.copy() for path in simulate_paths(baseline, horizon, draws, seed, **options)])


def test_a_series_starts_after_its_last_year_that_is_not_positive(delivered):
    levels = log_levels(delivered, ["LAO", "KAZ"])
    assert levels["LAO"].first_valid_index() == 2007
    assert levels["KAZ"].first_valid_index() == 2005


def test_steady_growth_goes_on_without_uncertainty(make_series):
    found = fit_baseline(make_series({"AAA": GROWTH, "BBB": [2 * value for value in GROWTH]}), ["AAA", "BBB"])
    future = paths(found, 2018, draws=3)
    # 12 values from 2005: the last is of 2016, so 2018 is two steps of 10% on, in every draw.
    assert future[0, -1] == pytest.approx([GROWTH[-1] * 1.21] * 3, rel=1e-12)
    assert found.median(2018) == pytest.approx([GROWTH[-1] * 1.21, 2 * GROWTH[-1] * 1.21], rel=1e-12)


def test_a_member_that_ends_early_starts_from_its_own_last_year(make_series):
    early = [*GROWTH[:-2], None, None]
    found = fit_baseline(make_series({"AAA": GROWTH, "BBB": early}), ["AAA", "BBB"])
    assert found.base_year == 2016 and list(found.last_year) == [2016, 2014]
    assert paths(found, 2017, draws=2)[1, 0] == pytest.approx([GROWTH[-1] * 1.1] * 2, rel=1e-12)


def test_a_member_without_recent_data_is_left_out_and_named(make_series):
    old = [*GROWTH[:-4], None, None, None, None]
    found = fit_baseline(make_series({"AAA": GROWTH, "BBB": old}), ["AAA", "BBB", "CCC"])
    assert found.members == ("AAA",) and found.left_out == ("BBB", "CCC")
    with pytest.raises(InputError, match=r"none of BBB, CCC has delivered trade .* in 2013-2016"):
        fit_baseline(make_series({"AAA": GROWTH, "BBB": old}), ["BBB", "CCC"])


COMPANIES = (["KAZ"], ["UZB", "KAZ"], region("CAREC").members, region("CAREC", exclude=["CHN"]).members, None)


def test_an_economys_baseline_is_the_same_in_any_company(delivered):
    def alone(company):
        members = sorted(delivered["iso3"].unique()) if company is None else list(company)
        found = fit_baseline(delivered, members)
        place = found.members.index("KAZ")
        own = next(
            path for code, path in zip(found.members, simulate_paths(found, 2035, 300, 7), strict=True) if code == "KAZ"
        )
        return found.median(2035)[place], own.copy()

    (median, own), *others = map(alone, COMPANIES)
    for other_median, other in others:
        assert other_median == median and (other == own).all()


def test_unknown_model_is_refused(delivered):
    with pytest.raises(InputError, match=r"no baseline 'own_drft'.*did you mean 'own_drift'"):
        fit_baseline(delivered, ["KAZ"], "own_drft")


def test_chunks_and_more_draws_change_no_number(baseline):
    whole = paths(baseline, 2030, draws=1_000)
    for chunk in (1, 7, 333, 10_000):
        assert (paths(baseline, 2030, draws=1_000, chunk=chunk) == whole).all()
    assert (paths(baseline, 2030, draws=600) == whole[:, :, :600]).all()
    assert (paths(baseline, 2027, draws=1_000) == whole[:, :2]).all()
    assert (paths(baseline, 2030, draws=1_000, seed=2) != whole).any()


def test_shocks_are_past_residuals_of_one_year_for_all_members(delivered):
    found = fit_baseline(delivered, ["KAZ", "PAK", "GEO"], "no_change")
    future = np.log(paths(found, 2026, draws=500))[:, 0] - found.start[:, np.newaxis]
    years = [np.argmin(np.abs(found.drifts.residuals[0] - shock)) for shock in future[0]]
    # 1e-9: a log of an exponential.
    assert future == pytest.approx(found.drifts.residuals[:, years], abs=1e-9)


def test_an_economy_without_a_residual_in_the_year_takes_one_of_its_own(make_series):
    rng = np.random.default_rng(0)
    long = list(np.exp(rng.normal(0, 0.2, 21).cumsum()))
    short = [None] * 9 + list(np.exp(rng.normal(0, 0.2, 12).cumsum()))
    found = fit_baseline(make_series({"AAA": long, "BBB": short}), ["AAA", "BBB"], "no_change")
    shocks = np.log(paths(found, 2026, draws=400))[1, 0] - found.start[1]
    own = found.drifts.residuals[1][~np.isnan(found.drifts.residuals[1])]
    assert len(own) == 11
    assert np.abs(shocks[:, np.newaxis] - own).min(axis=1).max() < 1e-9
    assert len({int(np.argmin(np.abs(own - shock))) for shock in shocks}) == 11


def test_table_shows_every_member(baseline, carec):
    table = baseline.table()
    assert tuple(table["iso3"]) == carec.members
    assert table["last_value"].to_numpy() == pytest.approx(np.exp(baseline.start))
    assert table.notna().all().all()
    spikes = table.set_index("iso3")["spikes"]
    assert spikes[["KGZ", "TJK", "KAZ"]].tolist() == ["2024, 2025", "2013, 2014", ""]


def test_a_flagged_break_is_no_change(delivered):
    found = fit_baseline(delivered, ["CHN", "KAZ"]).table().set_index("iso3")
    assert found["breaks"].to_dict() == {"CHN": "2014", "KAZ": ""}
    value = delivered[delivered["iso3"] == "CHN"].set_index("year")["value"]
    changes = np.log(value).diff().drop([2005, 2014])
    assert found.at["CHN", "changes"] == 19 and found.at["CHN", "own_drift"] == pytest.approx(changes.mean())


# On simulated random walks with a common shock the bands must cover what they state, for members and their sum.
WORLDS, MEMBERS, YEARS, AHEAD, DRAWS = 300, 8, 20, 5, 400
LEVELS = {0.80: (0.1, 0.9), 0.95: (0.025, 0.975)}
# Three binomial standard errors of 300 worlds (0.023 at 80%, 0.013 at 95%), and 0.02 for what 20 residuals cannot
# know of their own variance (a t distribution with 19 degrees of freedom covers 0.78 where a normal covers 0.80).
TOLERANCE = {0.80: 0.09, 0.95: 0.06}


def world(rng):
    """Return levels of shape (members, years and years ahead)."""
    drift = rng.normal(0.08, 0.02, (MEMBERS, 1))
    shocks = rng.normal(0, 0.1, YEARS + AHEAD) + rng.normal(0, 0.05, (MEMBERS, YEARS + AHEAD))
    return np.exp((drift + shocks).cumsum(axis=1))


@pytest.fixture(scope="module")
def covered(make_series):
    rng = np.random.default_rng(7)
    names = [f"M{number}" for number in range(MEMBERS)]
    horizon = 2005 + YEARS - 1 + AHEAD
    hits = {(who, level): [] for who in ("member", "sum", "independent sum") for level in LEVELS}
    for number in range(WORLDS):
        truth = world(rng)
        series = make_series(dict(zip(names, truth[:, :YEARS].tolist(), strict=True)))
        joint = paths(fit_baseline(series, names), horizon, DRAWS, number)[:, -1]
        # The same draws, each member's shuffled: their common years are lost.
        alone = rng.permuted(joint, axis=1)
        cases = {"member": (joint[0], truth[0, -1]), "sum": (joint.sum(axis=0), truth[:, -1].sum())}
        cases["independent sum"] = (alone.sum(axis=0), truth[:, -1].sum())
        for (who, (drawn, actual)), (level, bounds) in itertools.product(cases.items(), LEVELS.items()):
            low, high = np.quantile(drawn, bounds)
            hits[who, level].append(low <= actual <= high)
    return {key: np.mean(values) for key, values in hits.items()}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("who", ["member", "sum"])
def test_stated_coverage(covered, who, level):
    assert covered[who, level] == pytest.approx(level, abs=TOLERANCE[level])


def test_independent_draws_would_be_too_narrow_for_the_sum(covered):
    assert covered["independent sum", 0.80] < 0.60
    assert covered["independent sum", 0.95] < 0.85
