from functools import partial
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.readiness import ARTICLE_DOMAINS, components, scores
from carec_digital_trade.readiness import uncertainty as with_errors
from carec_digital_trade.regions import Region, region

ROUNDING = 1e-11  # scores are rounded to 12 decimals
DOMAINS = sorted(ARTICLE_DOMAINS)
STATUSES = ["none", "draft", "legislation", "no_data"]
ONE, TWO = Region("One", ("AAA", "BBB"), 2024), Region("Two", ("CCC", "DDD"), 2024)
CASES = {
    "AAA": ["legislation", "draft", "legislation", "legislation"],
    "BBB": ["legislation", "no_data", "draft", "none"],
    "CCC": ["legislation", "draft", "draft", "legislation"],
    "DDD": ["none", "legislation", "legislation", "no_data"],
    "EEE": ["legislation", "draft", "draft", "legislation"],
}


uncertainty = partial(with_errors, error=0)  # the choices of method alone


def parts_of(statuses, domains=DOMAINS):
    rows = [
        (code, domain, status)
        for code, cells in statuses.items()
        for domain, status in zip(domains, cells, strict=True)
    ]
    return components(pd.DataFrame(rows, columns=["iso3", "domain", "status"]))


def one_draw_at_a_time(statuses, draws, seed, draft_range):
    """Return the point scores of shape (draws, economies) by a loop that follows the method word by word."""
    generator = np.random.default_rng(seed)
    weights = generator.dirichlet(np.ones(4), draws)
    drafts = generator.uniform(*draft_range, draws)
    coins = generator.random(draws) < 0.5
    found = np.empty((draws, len(statuses)))
    for draw in range(draws):
        points = {"none": 0, "draft": drafts[draw], "legislation": 1}
        for at, cells in enumerate(statuses.values()):
            known = [(points[cell], weights[draw, n]) for n, cell in enumerate(cells) if cell != "no_data"]
            total = sum(weight for _, weight in known)
            if coins[draw]:
                found[draw, at] = np.prod([value ** (weight / total) for value, weight in known])
            else:
                found[draw, at] = sum(value * weight for value, weight in known) / total
    return found


def test_agrees_with_a_loop_over_the_draws():
    found = uncertainty(parts_of(CASES), [ONE, TWO], draws=1200, seed=7)  # more than one batch
    expected = one_draw_at_a_time(CASES, 1200, 7, (0.25, 0.75))
    ranked = rankdata(-np.round(expected, 12), axis=1)
    for column, quantile in [("median", 0.5), ("low", 0.05), ("high", 0.95)]:
        assert found.ranks[column].tolist() == np.quantile(ranked, quantile, axis=0)[:4].tolist()
    one, two = expected[:, :2].mean(axis=1), expected[:, 2:4].mean(axis=1)
    leads = found.leads.set_index("region")
    assert leads.at["One", "leads"] == np.mean(one > two)
    assert leads.at["Two", "leads"] == np.mean(two > one)
    generator = np.random.default_rng(7)
    generator.dirichlet(np.ones(4), 1200), generator.uniform(size=1200)
    geometric = generator.random(1200) < 0.5
    for kind, rows in [("arithmetic", ~geometric), ("geometric", geometric)]:
        assert leads.at["One", f"median_{kind}"] == pytest.approx(np.median(one[rows]), abs=ROUNDING)
        assert leads.at["One", f"leads_{kind}"] == np.mean(one[rows] > two[rows])


def test_bounds_agree_with_the_gaps_filled():
    # One's gaps at none and Two's at legislation is One at its worst; the other way round it is One at its best.
    def filled(one, two):
        cases = {
            code: [(one if code in ONE.members else two) if cell == "no_data" else cell for cell in cells]
            for code, cells in CASES.items()
        }
        return uncertainty(parts_of(cases), [ONE, TWO], draws=500, seed=3).leads.set_index("region")["leads"]

    found = uncertainty(parts_of(CASES), [ONE, TWO], draws=500, seed=3).leads.set_index("region")
    worst, best = filled("none", "legislation"), filled("legislation", "none")
    assert found.at["One", "leads_at_least"] == worst["One"]
    assert found.at["Two", "leads_at_most"] == worst["Two"]
    assert found.at["One", "leads_at_most"] == best["One"]
    assert found.at["Two", "leads_at_least"] == best["Two"]


def test_hand_computed_shares():
    # One law each, in different domains: the geometric means are both 0, a tie (1/2 of the draws by the coin);
    # the arithmetic means are the two weights, of which either is the larger in half of the other draws.
    parts = parts_of({"AAA": ["legislation", "none"], "CCC": ["none", "legislation"]}, ["cybercrime", "e_transactions"])
    regions = [Region("A", ("AAA",), 2024), Region("C", ("CCC",), 2024)]
    draws = 4000
    found = uncertainty(parts, regions, names=["cybercrime", "e_transactions"], draws=draws).leads
    four_errors = 4 * np.sqrt(0.25 / draws)  # of a share, whose standard error is at most sqrt(1/4 / draws)
    assert found["leads"].tolist() == pytest.approx([0.25, 0.25], abs=four_errors)
    assert found["ties"].tolist() == pytest.approx([0.5, 0.5], abs=four_errors)
    assert found["leads"].sum() + found["ties"].iloc[0] == pytest.approx(1)
    assert found["leads_geometric"].tolist() == [0, 0]
    assert found["leads_arithmetic"].sum() == pytest.approx(1)


def test_the_draft_value_is_uniform_on_its_range():
    parts = parts_of({"AAA": ["draft"], "CCC": ["legislation"]}, ["cybercrime"])
    regions = [Region("A", ("AAA",), 2024), Region("C", ("CCC",), 2024)]
    found = uncertainty(parts, regions, names=["cybercrime"], draws=4000, draft_range=(0.2, 0.6)).leads.iloc[0]
    # Quantiles of the uniform; four standard errors of the median, sqrt(1/4 / draws) / density with density 1 / 0.4.
    ends = found[["low", "median_geometric", "high"]].tolist()
    assert ends == pytest.approx([0.22, 0.4, 0.58], abs=4 * 0.4 * 0.5 / 2000**0.5)


def test_ranks_without_uncertainty_are_those_of_the_scores():
    parts = parts_of({code: cells[:1] for code, cells in CASES.items()}, ["cybercrime"])
    found = uncertainty(parts, [ONE, TWO], names=["cybercrime"], draws=20, draft_range=(0.5, 0.5)).ranks
    expected = scores(parts, {"cybercrime": 1})["rank"].tolist()[:4]
    assert found["median"].tolist() == found["low"].tolist() == found["high"].tolist() == expected


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    parts = parts_of(CASES)
    first, again, other = (uncertainty(parts, [ONE, TWO], draws=200, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first.ranks, again.ranks, check_exact=True)
    pd.testing.assert_frame_equal(first.leads, again.leads, check_exact=True)
    assert first.leads["low"].tolist() != other.leads["low"].tolist()


def test_order_does_not_matter():
    parts = parts_of(CASES)
    found = uncertainty(parts, [ONE, TWO], draws=200)
    turned = [Region(each.name, each.members[::-1], each.year) for each in (TWO, ONE)]
    other = uncertainty(parts.sample(frac=1, random_state=0), turned, names=ARTICLE_DOMAINS[::-1], draws=200)
    pd.testing.assert_frame_equal(found.ranks, other.ranks, check_exact=True)
    by_region = [each.leads.set_index("region").sort_index() for each in (found, other)]
    pd.testing.assert_frame_equal(*by_region, check_exact=True)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(STATUSES), min_size=4, max_size=4), min_size=5, max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_bounds_hold_in_the_draws(rows, seed):
    rows[0], rows[2] = ["draft", *rows[0][1:]], ["none", *rows[2][1:]]  # each region has a known status
    codes = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH"]
    found = uncertainty(parts_of(dict(zip(codes, rows, strict=False))), [ONE, TWO], draws=30, seed=seed)
    known = found.ranks.dropna()
    assert (known["low"] <= known["median"]).all()
    assert (known["median"] <= known["high"]).all()
    assert (known["lowest"] >= 1).all()
    assert (known["lowest"] <= known["low"]).all()
    assert (known["high"] <= known["highest"]).all()
    assert (known["highest"] <= sum(set(row) != {"no_data"} for row in rows)).all()
    if all("no_data" not in row for row in rows):
        assert known["lowest"].equals(known["low"].rename("lowest"))
        assert known["highest"].equals(known["high"].rename("highest"))
    leads = found.leads
    assert (leads["leads_at_least"] <= leads["leads"]).all()
    assert (leads["leads"] <= leads["leads_at_most"]).all()
    assert leads["leads"].sum() + leads["ties"].iloc[0] == pytest.approx(1)


def test_weights_of_the_members():
    # By trade, One is AAA alone and Two is CCC alone, which AAA equals or beats in every domain.
    weights = pd.DataFrame({"iso3": list(CASES), "trade": [5.0, 0.0, 2.0, np.nan, 1.0]})
    found = uncertainty(parts_of(CASES), [ONE, TWO], weights, draws=100).leads.set_index(["weighting", "region"])
    assert found.at[("trade", "One"), "leads"] == 1
    assert found.at[("trade", "One"), "leads_at_least"] == 1
    assert found.at[("trade", "Two"), "leads_at_most"] == 0


def test_a_member_outside_the_tracker_is_bounded():
    pair = Region("One", ("AAA", "ZZZ"), 2024)
    found = uncertainty(parts_of(CASES), [pair, TWO], draws=100)
    ranks = found.ranks.set_index("iso3")
    assert ranks.loc["ZZZ"].isna().all()
    others = uncertainty(parts_of(CASES), [ONE, TWO], draws=100).ranks.set_index("iso3")
    pd.testing.assert_frame_equal(ranks.drop("ZZZ"), others.drop("BBB"))
    leads = found.leads.set_index("region").loc["One"]
    assert leads["leads_at_least"] < leads["leads"]


def test_the_bound_of_a_member_without_any_known_status_takes_it_at_0():
    # One's mean is 1 from AAA alone and 1/2 with ZZZ at 0; Two's is the draft value, below 1/2 in half of the draws.
    cases = {"AAA": ["legislation"] * 4, "CCC": ["draft"] * 4}
    regions = [Region("One", ("AAA", "ZZZ"), 2024), Region("Two", ("CCC",), 2024)]
    found = uncertainty(parts_of(cases), regions, draws=4000).leads.iloc[0]
    assert (found["leads"], found["leads_at_most"]) == (1, 1)
    assert found["leads_at_least"] == pytest.approx(0.5, abs=4 * 0.5 / 4000**0.5)  # four standard errors


def test_carec_leads_asean_in_most_draws_but_not_in_all():
    parts = components(load("cyberlaw"))
    found = uncertainty(parts, [region("CAREC"), region("ASEAN")], draws=2000)
    assert len(found.ranks) == 21
    carec = found.leads.set_index("region").loc["CAREC"]
    assert 0.5 < carec["leads_at_least"] < carec["leads"] == carec["leads_at_most"] < 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": ["cyber crime"]}, "no component 'cyber crime'.*did you mean 'cybercrime'"),
        ({"names": []}, "at least one"),
        ({"draws": 0}, "0 draws are too few"),
        ({"error": 1.5}, "the chance of an error is 1.5: it must lie between 0 and 1"),
        ({"draft_range": (0.75, 0.25)}, "cannot run from 0.75 to 0.25"),
        ({"draft_range": (0.5, 1.5)}, "0 to 1"),
        ({"regions": [ONE]}, "at least two regions"),
        ({"regions": [ONE, Region("Other", ("BBB", "CCC"), 2024)]}, "share BBB"),
    ],
)
def test_wrong_choices_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        with_errors(**{"parts": parts_of(CASES), "regions": [ONE, TWO], "draws": 10} | change)


def test_nobody_leads_by_a_weighting_that_a_region_has_no_known_member_for():
    weighted = pd.DataFrame({"iso3": ["AAA"], "gdp": [1.0]})
    found = uncertainty(parts_of(CASES), [ONE, TWO], weighted, draws=10).leads
    assert found["weighting"].unique().tolist() == ["plain"]
    nobody = Region("Nobody", ("ZZZ",), 2024)
    whole, without = (uncertainty(parts_of(CASES), [ONE, each], draws=10) for each in (TWO, nobody))
    assert len(without.leads) == 0
    assert list(without.leads) == list(whole.leads)
    pd.testing.assert_frame_equal(without.ranks[:2], whole.ranks[:2])


def test_four_economies_with_errors_by_hand():
    # One domain, so weights and mean have no say. One has a law and none, Two a law and a draft, which counts 1/2: Two
    # leads without errors. With errors each of the 3^4 combinations has the product of its chances.
    error, draws, points = 0.3, 6000, {"none": 0, "draft": 1, "legislation": 2}  # twice the score
    tracker = {"AAA": "legislation", "BBB": "none", "CCC": "legislation", "DDD": "draft"}
    parts = parts_of({code: [status] for code, status in tracker.items()}, ["cybercrime"])
    expected = {"One": 0.0, "Two": 0.0}
    for statuses in product(points, repeat=4):
        agree = [status == right for status, right in zip(statuses, tracker.values(), strict=True)]
        chance = np.prod([1 - error if same else error / 2 for same in agree])
        one, two = (sum(points[status] for status in pair) for pair in (statuses[:2], statuses[2:]))
        expected["One"] += chance * (one > two)
        expected["Two"] += chance * (two > one)
    drawn = with_errors(parts, [ONE, TWO], None, ["cybercrime"], draws, draft_range=(0.5, 0.5), error=error)
    leads = drawn.leads.set_index("region")["leads"]
    for label, share in expected.items():
        assert leads[label] == pytest.approx(share, abs=4 * (share * (1 - share) / draws) ** 0.5)  # standard errors
    assert with_errors(parts, [ONE, TWO], None, ["cybercrime"], 50, error=0).leads["leads"].tolist() == [0, 1]


def test_errors_of_one_economy_do_not_hang_on_who_is_asked_besides():
    parts = parts_of(CASES)
    alone = with_errors(parts[parts["iso3"] != "EEE"], [ONE, TWO], draws=1200).leads
    pd.testing.assert_frame_equal(with_errors(parts, [ONE, TWO], draws=1200).leads, alone)


def test_the_treaty_is_taken_as_right():
    laws = pd.DataFrame({"iso3": ["AAA", "CCC"], "domain": "cybercrime", "status": ["none", "legislation"]})
    treaty = pd.DataFrame(
        {"iso3": ["AAA", "CCC"], "signed": pd.NaT, "party_since": pd.to_datetime(["2020-01-01", None])}
    )
    regions = [Region("A", ("AAA",), 2024), Region("C", ("CCC",), 2024)]
    leads = with_errors(components(laws, treaty), regions, None, ["cpta"], 50, error=1).leads.set_index("region")[
        "leads"
    ]
    assert leads.to_dict() == {"A": 1, "C": 0}
