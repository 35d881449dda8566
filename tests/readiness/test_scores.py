from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gmean, rankdata

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.readiness import ARTICLE_DOMAINS, by_domain, components, regional_means, scores
from carec_digital_trade.regions import Region, region

SUMMATION = 1e-11  # scores are rounded to 12 decimals
STATUSES = ["none", "draft", "legislation", "no_data"]

# Columns are the article's four domains, in its order.
HAND = {
    "AAA": ["legislation", "legislation", "legislation", "legislation"],
    "BBB": ["legislation", "draft", "none", "legislation"],
    "CCC": ["legislation", "draft", "draft", "legislation"],
    "DDD": ["legislation", "no_data", "legislation", "none"],
}
FOUR = Region("Four", ("AAA", "BBB", "CCC", "DDD"), 2024)


def laws(statuses):
    rows = [
        (code, domain, status)
        for code, cells in statuses.items()
        for domain, status in zip(ARTICLE_DOMAINS, cells, strict=True)
    ]
    return pd.DataFrame(rows, columns=["iso3", "domain", "status"])


def status_tables(statuses=tuple(STATUSES)):
    cells = st.lists(st.sampled_from(statuses), min_size=4, max_size=4)
    return st.lists(cells, min_size=1, max_size=7).map(lambda rows: {f"E{n:02}": row for n, row in enumerate(rows)})


def weightings():
    return st.lists(st.integers(0, 5), min_size=4, max_size=4).filter(any).map(dict_of)


def dict_of(weights):
    return dict(zip(ARTICLE_DOMAINS, weights, strict=True))


aggregations = st.sampled_from(["arithmetic", "geometric"])
properties = settings(max_examples=30, deadline=None)


def test_components_score_each_status():
    parts = components(laws({"AAA": STATUSES}), draft_value=0.3)
    assert parts["score"].tolist()[:3] == [0, 0.3, 1]
    assert np.isnan(parts["score"].iloc[3])


def test_treaty_status_follows_the_year():
    treaty = pd.DataFrame(
        {
            "iso3": ["AAA", "BBB", "CCC"],
            "signed": pd.to_datetime(["2017-08-29", None, None]),
            "party_since": pd.to_datetime(["2020-11-22", "2022-07-27", None]),
        }
    )

    def status(year):
        parts = components(laws(HAND), treaty, treaty_year=year)
        return parts[parts["component"] == "cpta"].set_index("iso3")["status"].tolist()

    assert status(2016) == ["not a party", "not a party", "not a party", "no_data"]
    assert status(2019) == ["signed", "not a party", "not a party", "no_data"]
    assert status(2020) == ["party", "not a party", "not a party", "no_data"]
    assert status(None) == ["party", "party", "not a party", "no_data"]


def test_treaty_is_missing_outside_its_table_and_no_part_of_the_score_by_default():
    without, with_treaty = components(load("cyberlaw")), components(load("cyberlaw"), load("cpta"))
    pd.testing.assert_frame_equal(scores(without), scores(with_treaty))
    treaty = with_treaty[with_treaty["component"] == "cpta"].set_index("iso3")
    assert treaty["score"].notna().sum() == len(load("cpta"))
    assert treaty.at["DEU", "status"] == "no_data"
    assert treaty.loc[["CHN", "KHM", "KAZ"], "score"].tolist() == [1, 0.5, 0]


def test_hand_computed_arithmetic_scores_and_ranks():
    # AAA (1+1+1+1)/4 = 1. BBB (1+.5+0+1)/4 = .625. CCC (1+.5+.5+1)/4 = .75.
    # DDD known (1+1+0)/3 = 2/3, missing at 0: 2/4, at 1: 3/4.
    found = scores(components(laws(HAND)))
    assert found["iso3"].tolist() == list(HAND)
    assert found["score"].tolist() == pytest.approx([1, 0.625, 0.75, 2 / 3], abs=SUMMATION)
    assert found["low"].tolist() == [1, 0.625, 0.75, 0.5]
    assert found["high"].tolist() == [1, 0.625, 0.75, 0.75]
    assert found["known"].tolist() == [4, 4, 4, 3]
    assert found["complete"].tolist() == [True, True, True, False]
    assert found["rank"].tolist() == [1, 4, 2, 3]
    # DDD at .5 is last, at .75 it ties with CCC for ranks 2 and 3; BBB is third or fourth accordingly.
    assert found["rank_low"].tolist() == [1, 3, 2, 2.5]
    assert found["rank_high"].tolist() == [1, 4, 2.5, 4]


def test_hand_computed_geometric_scores_with_weights():
    # Weights 1/2, 1/4, 1/4, 0: CCC 1^(1/2) * .5^(1/4) * .5^(1/4) = .5^(1/2); BBB has a zero;
    # DDD known 1, missing at 0: 0, at 1: 1, its law without cybercrime having no weight.
    found = scores(components(laws(HAND)), dict_of([2, 1, 1, 0]), "geometric")
    assert found["score"].tolist() == pytest.approx([1, 0, 0.5**0.5, 1], abs=SUMMATION)
    assert found["low"].tolist() == pytest.approx([1, 0, 0.5**0.5, 0], abs=SUMMATION)
    assert found["high"].tolist() == pytest.approx([1, 0, 0.5**0.5, 1], abs=SUMMATION)
    assert found["known"].tolist() == [3, 3, 3, 2]


def test_an_economy_without_any_known_status_has_bounds_only():
    found = scores(components(laws(HAND | {"EEE": ["no_data"] * 4}))).set_index("iso3")
    assert found.loc["EEE", ["score", "rank", "rank_low", "rank_high"]].isna().all()
    assert found.loc["EEE", ["low", "high", "known", "complete"]].tolist() == [0, 1, 0, False]
    pd.testing.assert_frame_equal(found.drop("EEE").reset_index(), scores(components(laws(HAND))))


def test_sums_in_another_order_tie():
    # Weights 2, 3, 2, 5 of 12: the first three and the last two both make 7/12, up to the last bit.
    cases = {"AAA": ["legislation"] * 3 + ["none"], "BBB": ["none"] * 2 + ["legislation", "legislation"]}
    found = scores(components(laws(cases)), dict_of([0.2, 0.3, 0.2, 0.5]))
    assert found["score"].tolist() == pytest.approx([7 / 12, 7 / 12], abs=SUMMATION)
    assert found["rank"].tolist() == [1.5, 1.5]


@properties
@given(status_tables(STATUSES[:3]), weightings(), aggregations)
def test_complete_scores_agree_with_numpy_and_scipy(statuses, weights, aggregation):
    parts = components(laws(statuses))
    values = parts.pivot(index="iso3", columns="component", values="score")[list(ARTICLE_DOMAINS)].to_numpy()
    used = np.array(list(weights.values())) > 0
    share = np.array(list(weights.values()))[used]
    if aggregation == "arithmetic":
        expected = np.average(values[:, used], axis=1, weights=share)
    else:
        with np.errstate(divide="ignore"):  # scipy takes the logarithm of zeros
            expected = gmean(values[:, used], axis=1, weights=share)
    found = scores(parts, weights, aggregation)
    assert found["score"].to_numpy() == pytest.approx(expected, abs=SUMMATION)
    assert found["rank"].tolist() == rankdata(-np.round(expected, 10)).tolist()
    assert found["rank_low"].tolist() == found["rank_high"].tolist() == found["rank"].tolist()


@properties
@given(status_tables(), weightings(), aggregations)
def test_bounds_hold(statuses, weights, aggregation):
    found = scores(components(laws(statuses)), weights, aggregation)
    known = found[found["score"].notna()]
    assert (known["low"] <= known["score"]).all()
    assert (known["score"] <= known["high"]).all()
    assert (known["rank_low"] <= known["rank"]).all()
    assert (known["rank"] <= known["rank_high"]).all()
    assert (found["low"].eq(found["high"]) | ~found["complete"]).all()
    assert found[["low", "high"]].stack().between(0, 1).all()


@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric"])
def test_bounds_are_those_of_every_way_to_fill_the_gaps(aggregation):
    cases = HAND | {"EEE": ["draft", "no_data", "legislation", "no_data"]}
    gaps = [(code, n) for code, cells in cases.items() for n, status in enumerate(cells) if status == "no_data"]
    filled = []
    for statuses in product(STATUSES[:3], repeat=len(gaps)):
        case = {code: list(cells) for code, cells in cases.items()}
        for (code, n), status in zip(gaps, statuses, strict=True):
            case[code][n] = status
        filled.append(scores(components(laws(case)), aggregation=aggregation))
    found = scores(components(laws(cases)), aggregation=aggregation)
    for name, low, high in [("score", "low", "high"), ("rank", "rank_low", "rank_high")]:
        values = np.array([each[name] for each in filled])
        assert found[low].tolist() == pytest.approx(values.min(axis=0), abs=SUMMATION)
        assert found[high].tolist() == pytest.approx(values.max(axis=0), abs=SUMMATION)


@properties
@given(status_tables(), weightings(), aggregations, st.data())
def test_scores_are_monotone_in_each_status(statuses, weights, aggregation, data):
    code = data.draw(st.sampled_from(sorted(statuses)))
    n = data.draw(st.integers(0, 3))
    before, after = sorted(data.draw(st.tuples(st.integers(0, 2), st.integers(0, 2))))
    tables = []
    for stage in (before, after):
        cells = {**statuses, code: [*statuses[code][:n], STATUSES[stage], *statuses[code][n + 1 :]]}
        tables.append(scores(components(laws(cells)), weights, aggregation).set_index("iso3"))
    old, new = tables
    columns, ranks = ["score", "low", "high"], ["rank_low", "rank", "rank_high"]
    assert (new.loc[code, columns].fillna(0) >= old.loc[code, columns].fillna(0)).all()
    assert (new.loc[code, ranks].fillna(0) <= old.loc[code, ranks].fillna(0)).all()
    pd.testing.assert_frame_equal(new[columns].drop(code), old[columns].drop(code))


@properties
@given(status_tables(), weightings(), aggregations, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_weights_does_not_matter(statuses, weights, aggregation, random):
    table = laws(statuses)
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = scores(components(table.iloc[order]), dict(reversed(weights.items())), aggregation)
    pd.testing.assert_frame_equal(shuffled, scores(components(table), weights, aggregation))


def test_weights_are_relative():
    parts = components(load("cyberlaw"))
    pd.testing.assert_frame_equal(scores(parts), scores(parts, dict.fromkeys(ARTICLE_DOMAINS, 7)))


def test_every_economy_of_the_tracker_has_a_row():
    found = scores(components(load("cyberlaw")))
    assert len(found) == 195
    assert found["iso3"].is_unique
    tajikistan = found.set_index("iso3").loc["TJK"]
    assert (tajikistan["known"], tajikistan["complete"], tajikistan["low"]) == (3, False, 0.75)


@pytest.mark.parametrize(
    ("weights", "aggregation", "message"),
    [
        ({"cybercrimes": 1}, "arithmetic", "no component 'cybercrimes'.*did you mean 'cybercrime'"),
        ({"cpta": 1}, "arithmetic", "no component 'cpta': use one of e_transactions"),
        ({"cybercrime": -1}, "arithmetic", "weight of cybercrime is -1"),
        ({"cybercrime": float("nan")}, "arithmetic", "weight of cybercrime is nan"),
        ({"cybercrime": 0}, "arithmetic", "add up to zero"),
        ({}, "arithmetic", "add up to zero"),
        (None, "geometrical", "no aggregation 'geometrical'.*did you mean 'geometric'"),
    ],
)
def test_wrong_choices_are_refused(weights, aggregation, message):
    with pytest.raises(InputError, match=message):
        scores(components(laws(HAND)), weights, aggregation)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_draft_value_out_of_range_is_refused(value):
    with pytest.raises(InputError, match="between 0"):
        components(laws(HAND), draft_value=value)


def test_an_unknown_status_is_refused():
    with pytest.raises(InputError, match="no status 'law'"):
        components(laws({"AAA": ["law", "none", "none", "none"]}))


def test_hand_computed_regional_means():
    # Plain (1 + .625 + .75 + 2/3)/4, with DDD at .5 and .75. gdp: CCC has none, so
    # (2*1 + 1*.625 + 1*2/3)/4, with DDD at .5: 3.125/4 and at .75: 3.375/4.
    weights = pd.DataFrame({"iso3": ["DDD", "CCC", "BBB", "AAA"], "gdp": [1, np.nan, 1, 2]})
    found = regional_means(scores(components(laws(HAND))), FOUR, weights).set_index("weighting")
    assert found.loc["plain", ["mean", "low", "high"]].tolist() == pytest.approx(
        [(1 + 0.625 + 0.75 + 2 / 3) / 4, 2.875 / 4, 3.125 / 4], abs=SUMMATION
    )
    assert found.loc["gdp", ["mean", "low", "high"]].tolist() == pytest.approx(
        [(2.625 + 2 / 3) / 4, 3.125 / 4, 3.375 / 4], abs=SUMMATION
    )
    assert found["covered"].tolist() == [4, 3]
    assert found["missing"].tolist() == ["", "CCC"]
    assert found["incomplete"].tolist() == ["DDD", "DDD"]
    assert found["partial"].tolist() == [True, True]


def test_a_complete_regional_mean_is_not_partial():
    pair = Region("Pair", ("CCC", "AAA"), 2024)
    row = regional_means(scores(components(laws(HAND))), pair).iloc[0]
    assert (row["mean"], row["low"], row["high"], row["partial"]) == (0.875, 0.875, 0.875, False)


def test_a_member_outside_the_tracker_is_missing_with_bounds_0_and_1():
    pair = Region("Pair", ("AAA", "ZZZ"), 2024)
    row = regional_means(scores(components(laws(HAND))), pair).iloc[0]
    assert (row["mean"], row["low"], row["high"]) == (1, 0.5, 1)
    assert (row["members"], row["covered"], row["missing"], row["partial"]) == (2, 1, "ZZZ", True)
    nobody = regional_means(scores(components(laws(HAND))), Region("Nobody", ("ZZZ",), 2024)).iloc[0]
    assert np.isnan(nobody["mean"])
    assert (nobody["low"], nobody["high"], nobody["covered"]) == (0, 1, 0)


def test_the_regional_mean_of_carec_by_hand():
    # The tracker: Afghanistan 2 laws of 4, Pakistan 2 and a draft, Tajikistan 3 of the 3 known, the other eight all.
    row = regional_means(scores(components(load("cyberlaw"))), region("CAREC")).iloc[0]
    assert row["mean"] == pytest.approx((8 + 0.5 + 0.625 + 1) / 11, abs=SUMMATION)
    assert row["low"] == pytest.approx((8 + 0.5 + 0.625 + 0.75) / 11, abs=SUMMATION)
    assert row["incomplete"] == "TJK"


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"iso3": ["AAA", "BBB"], "gdp": [1, -2]}, "weight of BBB by gdp is -2"),
        ({"iso3": ["AAA", "AAA"], "gdp": [1, 2]}, "the table of weights has several rows for AAA"),
    ],
)
def test_wrong_weights_of_members_are_refused(weights, message):
    with pytest.raises(InputError, match=message):
        regional_means(scores(components(laws(HAND))), FOUR, pd.DataFrame(weights))


def test_counts_by_domain():
    region_ = Region("Five", (*FOUR.members, "ZZZ"), 2024)
    found = by_domain(components(laws(HAND)), region_).set_index("domain")
    assert found.index.tolist() == list(ARTICLE_DOMAINS)
    assert found.loc["consumer_protection", ["legislation", "draft", "none", "no_data"]].tolist() == [1, 2, 0, 2]
    # Known 1, .5 and .5; two unknown.
    assert found.loc["consumer_protection", ["mean", "low", "high"]].tolist() == pytest.approx([2 / 3, 0.4, 0.8])
    counts = found[["legislation", "draft", "none", "no_data"]]
    assert counts.sum(axis=1).tolist() == found["members"].tolist() == [5] * 4


def test_counts_by_domain_leave_the_treaty_out():
    found = by_domain(components(load("cyberlaw"), load("cpta")), region("ASEAN"))
    assert "cpta" not in found["domain"].tolist()
    assert (found["mean"].between(found["low"], found["high"])).all()
