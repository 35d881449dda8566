import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import IMPLEMENTED, SCALES, gaps, indicator_pace, indicator_values, indicators
from carec_digital_trade.scenarios.samples import Sample, sample_of


def test_latest_values_with_their_years():
    values = indicator_values("internet_users").set_index("iso3")
    assert values.at["TKM", "year"] == 2017 and values.at["TKM", "value"] == pytest.approx(21.251)
    assert values.at["KAZ", "year"] == 2024


def test_the_pace_is_that_of_the_last_five_years():
    pace = indicator_pace("fixed_broadband").set_index("iso3")
    panel = load("panel").set_index(["iso3", "year"])["fixed_broadband_per_100"]
    last = int(pace.at["KGZ", "year"])
    assert last == indicator_values("fixed_broadband").set_index("iso3").at["KGZ", "year"]
    # Five equal steps of the pace lead from then to now.
    assert panel["KGZ", last - 5] * np.exp(5 * pace.at["KGZ", "pace"]) == pytest.approx(panel["KGZ", last])


def test_a_break_in_a_series_is_not_taken_for_growth():
    # Kyrgyz subscriptions have a break in 2021, which four of the five changes up to 2023 do not cross.
    table = load("mobile_broadband").set_index(["iso3", "year"])
    assert table.at[("KGZ", 2021), "flag"] == "break"
    own = table.loc["KGZ", "mobile_broadband_per_100"]
    pace = indicator_pace("mobile_broadband", "points").set_index("iso3")["pace"]
    assert pace["KGZ"] == pytest.approx((own[2020] - own[2018] + own[2023] - own[2021]) / 4)


def test_a_figure_that_ends_early_is_carried_forward_at_its_own_pace():
    pace = indicator_pace("internet_users", "points").set_index("iso3")["pace"]
    now, then = (indicator_values("internet_users", at=at).set_index("iso3") for at in (None, 2025))
    assert (then.at["TKM", "year"], then.at["TKM", "figure"]) == (2017, now.at["TKM", "value"])
    assert then.at["TKM", "value"] == pytest.approx(now.at["TKM", "value"] + 8 * pace["TKM"])
    assert then.at["UZB", "value"] == 100  # nobody has more users than people
    # A figure of a later year is not known yet, and one of the year itself is as it is.
    earlier = indicator_values("internet_users", at=2020).set_index("iso3")
    panel = load("panel").set_index(["iso3", "year"])["internet_users_pct"]
    assert earlier.at["KAZ", "value"] == earlier.at["KAZ", "figure"] == panel["KAZ", 2020]


def test_law_share_counts_a_draft_as_no_law_and_leaves_out_the_unknown():
    values = indicator_values("law_share").set_index("iso3")["value"]
    # Pakistan: e-transactions and cybercrime in force, privacy a draft, consumer protection none: 2 of 4.
    assert values["PAK"] == pytest.approx(0.5)
    assert values["GEO"] == pytest.approx(1.0)
    assert "TJK" not in values  # the tracker does not know its consumer protection


def test_a_party_has_not_implemented_by_being_one(asean):
    some = region(["MNG", "KAZ", "KHM", "DEU"])
    table = gaps("cpta", some, asean, "full").set_index("iso3")
    # Nobody publishes how much is implemented, so the whole is open, of a party, a signatory and neither alike.
    assert table["value"].isna().all() and table["gap"].drop("DEU").eq(1).all()
    assert np.isnan(table.at["DEU", "gap"])  # not in the table of the treaty: nothing is said of it
    scored = gaps("cpta", some, asean, "full", scores={"MNG": 0.25, "DEU": 1.0}).set_index("iso3")
    assert (scored.at["MNG", "gap"], scored.at["DEU", "gap"]) == (0.75, 0)
    assert np.isnan(scored.at["KAZ", "gap"])  # without a score of its own
    # The benchmark's median is one of scores, too.
    assert gaps("cpta", some, asean, scores={"MNG": 0.2, "THA": 0.5, "VNM": 0.7})["gap"].iloc[0] == pytest.approx(0.4)
    with pytest.raises(InputError, match=r"nobody publishes how much .*: take full as the benchmark, or give scores"):
        gaps("cpta", some, asean)


def test_gap_in_logs_by_hand(carec, asean):
    # Fixed broadband in 2023, per 100: ASEAN's median is the mean of 6.53931 (PHL) and 13.0287 (MYS).
    median = (6.53931 + 13.0287) / 2
    table = gaps("fixed_broadband", carec, asean).set_index("iso3")
    assert table.at["PAK", "benchmark_value"] == pytest.approx(median)
    assert table.at["PAK", "gap"] == pytest.approx(np.log(median / 1.35622))
    assert table.at["PAK", "gap_used"] == pytest.approx(np.log(2))
    assert table.at["PAK", "gap_beyond"] == pytest.approx(np.log(median / 1.35622) - np.log(2))
    assert table.at["GEO", "gap"] == 0 and table.at["GEO", "gap_beyond"] == 0


def test_gaps_beyond_the_evidence_are_reported(carec, asean):
    table = gaps("fixed_broadband", carec, asean).set_index("iso3")
    assert set(table.index[table["gap_beyond"] > 0]) == {"TJK", "AFG", "PAK"}
    assert table.at["TJK", "ratio"] > 150
    assert table["gap_used"].max() <= np.log(2) + 1e-12 and not table["extrapolated"].any()
    raised = gaps("fixed_broadband", carec, asean, support=200).set_index("iso3")
    assert (raised["gap_beyond"] == 0).all()
    assert set(raised.index[raised["extrapolated"]]) == {"TJK", "AFG", "PAK"}
    assert not raised.at["KAZ", "extrapolated"]


def test_a_level_outside_the_sample_adds_nothing(asean):
    # Nine tenths of the sample of 2014-2018 lay between 2.8 and 123 subscriptions per 100 people. China, with 128, has
    # a gap to the best of ASEAN and nothing of it is used; Mongolia, with 120, uses what is left up to 123.
    some, years = region(["CHN", "MNG", "TJK"]), (2014, 2018)
    table = gaps("mobile_broadband", some, asean, "best", unit="points", sample=years).set_index("iso3")
    covered = sample_of("mobile_broadband", "points", years)
    assert table.at["CHN", "gap"] > 40 and table.at["CHN", "gap_used"] == 0
    assert table.at["CHN", "gap_beyond"] == table.at["CHN", "gap"]
    assert table.at["MNG", "gap_used"] == pytest.approx(covered.high - table.at["MNG", "value"])
    # No rise is larger than the sample's own, whatever the support.
    assert 44 < table.at["TJK", "gap_used"] < covered.rise
    raised = gaps("mobile_broadband", some, asean, "best", 100, "points", sample=years).set_index("iso3")
    assert raised.at["TJK", "gap_used"] == pytest.approx(covered.rise)
    without = gaps("mobile_broadband", some, asean, "best", 100, "points").set_index("iso3")
    assert without.at["TJK", "gap_beyond"] == 0 and np.isinf(without.at["TJK", "sample_rise"])


def test_what_is_below_the_levels_of_the_sample_is_not_used(asean, monkeypatch):
    monkeypatch.setattr(sys.modules[gaps.__module__], "sample_of", lambda *_: Sample(30.0, 60.0, np.log(3.0)))
    table = gaps("internet_users", region(["AFG", "PAK", "TJK"]), asean, support=10, sample=(2014, 2018))
    table = table.set_index("iso3")
    # From 17.7 a threefold rise ends at 53, of which that from 30 on is covered; from 27 and 57 on it is up to 60.
    assert np.exp(table.at["AFG", "gap_used"]) == pytest.approx(3 * table.at["AFG", "value"] / 30)
    assert np.exp(table.at["PAK", "gap_used"]) == pytest.approx(60 / 30)
    assert np.exp(table.at["TJK", "gap_used"]) == pytest.approx(60 / table.at["TJK", "value"])


def test_the_sample_of_a_study_from_the_raw_table():
    table, covered = load("mobile_broadband"), load("dstri")["iso3"].unique()
    rows = table[table["iso3"].isin(covered) & (table["flag"] != "implausible")]
    wide = rows.pivot(index="year", columns="iso3", values="mobile_broadband_per_100")
    years, found = range(2014, 2019), sample_of("mobile_broadband", "points", (2014, 2018))
    levels = wide.loc[years].to_numpy()
    assert [found.low, found.high] == pytest.approx(np.nanquantile(levels, [0.05, 0.95]))
    # Indonesia's series has a break in 2017, so a rise across it is none.
    rises = levels - wide.loc[[year - 5 for year in years]].to_numpy()
    rises[3:, list(wide.columns).index("IDN")] = np.nan
    assert found.rise == pytest.approx(np.nanquantile(rises, 0.9))


def test_share_gaps_are_not_cut_by_the_support(asean):
    table = gaps("cpta", region(["KAZ"]), asean, "full", support=1).set_index("iso3")
    assert table.at["KAZ", "gap"] == table.at["KAZ", "gap_used"] == 1


def test_levels_of_the_benchmark(carec, asean):
    best = gaps("internet_users", carec, asean, "best")
    assert best["benchmark_value"].iloc[0] == pytest.approx(99.0336)  # Brunei
    named = gaps("internet_users", carec, asean, "est")
    assert named["benchmark"].iloc[0] == "Estonia"


def test_a_restriction_is_measured_in_steps_from_the_median_to_the_best_of_the_sample(carec, asean):
    table = load("dstri")
    overall = table[table["component"] == "overall"].set_index(["iso3", "year"])["value"]
    sample = overall[overall.index.get_level_values("year").isin(range(2014, 2019))]
    step, median = sample.median() - sample.min(), overall[:, 2025][list(asean.members)].median()
    found = gaps("dstri", carec, asean, sample=(2014, 2018), at=2025).set_index("iso3")
    assert found.at["PAK", "gap"] == pytest.approx((overall["PAK", 2025] - median) / step)
    assert found.at["PAK", "gap_beyond"] == 0
    # Kazakhstan is more restricted than nearly all of the sample: what is outside is not used, nor more than a step.
    outside = (overall["KAZ", 2025] - sample.quantile(0.95)) / step
    assert found.at["KAZ", "gap"] > 1.5 and found.at["KAZ", "gap_used"] == pytest.approx(1 - outside)
    # The OECD covers no other member of CAREC but China, which is left out here: nothing is claimed of them.
    assert set(found.index[found["gap"].notna()]) == {"KAZ", "PAK"}
    assert gaps("dstri", carec, asean, "best")["benchmark_value"].iloc[0] == overall[:, 2025][list(asean.members)].min()
    assert gaps("dstri", carec, asean, "full")["benchmark_value"].iloc[0] == 0


def test_missing_value_gives_a_missing_gap(carec, asean):
    table = gaps("law_share", carec, asean).set_index("iso3")
    assert np.isnan(table.at["TJK", "gap"]) and np.isnan(table.at["TJK", "gap_used"])


def test_from_nothing_is_infinitely_far_and_none_of_it_is_used(monkeypatch, asean):
    panel = load("panel")
    panel.loc[panel["iso3"] == "KAZ", "fixed_broadband_per_100"] = 0.0
    monkeypatch.setattr("carec_digital_trade.scenarios.indicators.load", lambda name, vintage: panel)
    monkeypatch.setattr(indicators, "_latest", indicators._latest.__wrapped__)  # nothing of it is to be remembered
    row = gaps("fixed_broadband", region(["KAZ"]), asean).iloc[0]
    assert row["gap"] == np.inf and row["gap_used"] == 0 and row["gap_beyond"] == np.inf  # twice nothing is nothing


def test_a_benchmark_that_the_economy_is_alone_in_is_refused(carec, asean):
    with pytest.raises(InputError, match="the benchmark is KAZ alone, and it is a member of CAREC"):
        gaps("internet_users", carec, region(["KAZ"]))
    with pytest.raises(InputError, match="the benchmark is KAZ alone"):
        gaps("internet_users", carec, asean, "Kazakhstan")


def test_other_bad_input_is_refused(carec, asean):
    with pytest.raises(InputError, match=r"support is 0\.5"):
        gaps("internet_users", carec, asean, support=0.5)
    with pytest.raises(InputError, match="no member of Germany and France has a value of cpta"):
        gaps("cpta", carec, region(["DEU", "FRA"]), scores={"KAZ": 1})
    with pytest.raises(InputError, match="there is no economy 'mediann'"):
        gaps("internet_users", carec, asean, "mediann")


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(list(SCALES)), st.floats(1, 50), st.floats(1, 50))
def test_gap_is_split_and_grows_with_the_support(indicator, one, other):
    carec, asean = region("CAREC"), region("ASEAN")
    level = "full" if indicator == IMPLEMENTED else "median"
    low, high = (gaps(indicator, carec, asean, level, support) for support in sorted((one, other)))
    known = low["gap"].notna()
    assert (low["gap"][known] >= 0).all()
    assert (low["gap_used"] + low["gap_beyond"])[known].to_numpy() == pytest.approx(low["gap"][known].to_numpy())
    assert (low["gap_used"][known] <= high["gap_used"][known] + 1e-12).all()
