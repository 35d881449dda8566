"""The snapshot: published figures, sums of the raw file, and edges that are said."""

import csv
import re

import pandas as pd
import pytest
from carec_digital_trade.snapshot.spread import evenness

from carec_digital_trade import snapshot
from carec_digital_trade.metrics import concentration
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.paths import bundled
from carec_digital_trade.regions import region
from carec_digital_trade.results import COLUMNS, METRICS

SECTIONS = [name for name in snapshot.__all__ if name != "answer"]
DEFAULT = SnapshotParameters.validated({})


def chosen(**values):
    return SnapshotParameters.validated(values)


def raw_total(members, year, flows=("exports", "imports")):
    """What a reader gets from the raw file by hand."""
    with (bundled("data") / "raw" / "delivered.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["iso3"] in members and int(row["year"]) == year]
    return sum(float(row["value"]) for row in rows if row["flow"] in flows)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_complete(section):
    result = getattr(snapshot, section)(DEFAULT)
    assert len(result.table)
    assert list(result.records.columns) == COLUMNS
    assert result.records["value"].notna().any()
    assert result.reading.endswith(".")
    assert result.source.startswith("Source: ")
    assert "2024" in result.caption or section in ("over_time", "growth", "claims")


def test_table_1_as_printed():
    totals = snapshot.article_table(DEFAULT).table.query("Economy == 'Total'").set_index("Region")
    assert totals["As printed"].to_dict() == {"CAREC": 421_527, "ASEAN": 548_462}
    for name, members in (("CAREC", DEFAULT.regions()[0].members), ("ASEAN", DEFAULT.regions()[1].members)):
        assert totals.loc[name, "Present file"] == pytest.approx(raw_total(members, 2024), rel=1e-12)


def test_the_kyrgyz_spike_is_found_in_the_data():
    code = ("KGZ",)
    around = ", ".join(f"{raw_total(code, year):,.0f}" for year in (2023, 2024, 2025))
    assert f"lies more than 10% above both in Kyrgyz Republic ({around})." in snapshot.article_table(DEFAULT).reading


def test_totals_are_the_sums_of_the_raw_file():
    frame = snapshot.totals(DEFAULT).table.set_index("Region")
    for full, kept in zip(DEFAULT.regions(), DEFAULT.compared(), strict=True):
        for each in (full, kept):
            assert frame.loc[each.label, "USD million"] == pytest.approx(raw_total(each.members, 2024), rel=1e-12)
            exports, imports = (raw_total(each.members, 2024, (flow,)) for flow in ("exports", "imports"))
            assert frame.loc[each.label, "Balance, USD million"] == pytest.approx(exports - imports, rel=1e-9)


def test_shares_add_to_one_hundred():
    shares = snapshot.ranked_members(DEFAULT).table.groupby("Region")["Share of region, %"].sum()
    assert shares.tolist() == pytest.approx([100, 100], rel=1e-12)


def test_article_figures_stand_beside_only_what_they_measure():
    assert "Revision, %" in snapshot.ranked_members(DEFAULT).table
    for other in ({"year": 2023}, {"flow": "exports"}, {"measure": "deliverable", "year": 2023}):
        assert "Revision, %" not in snapshot.ranked_members(chosen(**other)).table


def test_growth_parts_add_to_the_change():
    table = snapshot.sources_of_growth(DEFAULT).table
    parts = table[["World growth", "Service mix", "Competitive"]].sum(axis="columns")
    assert snapshot.sources_of_growth(DEFAULT).reading.count("accounting split") == 1
    assert parts.to_numpy() == pytest.approx(table["Change"].to_numpy(), rel=1e-9)


def test_no_verdict_on_growth_rests_on_one_interval():
    reading = snapshot.growth(DEFAULT).reading
    # About a line CAREC's members diverge, and the gap widens without the giants; by yearly changes they need not.
    assert reading.count("neither converge nor diverge beyond doubt") == 4
    assert reading.count("neither closes nor widens beyond doubt") == 2
    assert re.search(r"would never reach ASEAN without Singapore \(95%: \d+ years or never\)", reading)


def test_each_pair_of_regions_has_its_own_time_to_catch_up():
    # Pakistan has one row, and two benchmarks: ASEAN with and without Singapore.
    closing = [part for part in snapshot.growth(chosen(region="PAK")).reading.split(". ") if "ratio of" in part]
    assert len(closing) == len({part.split(":", 1)[1] for part in closing}) == 2


def test_the_order_of_concentration_turns_without_the_giants():
    reading = snapshot.concentrations(DEFAULT).reading
    assert "The order turns: the more concentrated region is CAREC in full, ASEAN without Singapore once" in reading
    assert "CAREC without China is the more evenly spread of the two" in snapshot.answer(DEFAULT)


def test_regions_of_unlike_size_are_compared_by_the_normalised_index():
    values = chosen(benchmark=["MYS", "PHL"], flow="imports")
    table = snapshot.concentrations(values).table.set_index("Region")
    many, two = table.loc["CAREC without China"], table.loc["Malaysia and Philippines"]
    # By the effective number, which two members cannot raise above 2, CAREC would be the more even.
    assert many["Effective members"] > 2 > two["Effective members"]
    assert many["Normalised"] > two["Normalised"]
    assert many["Gini"] > two["Gini"]
    said = snapshot.answer(values)
    assert "For its number of members trade of Malaysia and Philippines is the more evenly spread" in said
    assert f"{many['Effective members']:.1f} of 10 members, against {two['Effective members']:.1f} of 2." in said
    assert "evenly" not in snapshot.answer(chosen(region=["KAZ"], benchmark=["VNM"]))


def test_a_tie_has_no_winner():
    both = [concentration([1.0, 3.0]), concentration([3.0, 1.0])]
    said = evenness((region("KAZ"), region("VNM")), both)
    # Shares 1/4 and 3/4: 1/16 + 9/16 = 5/8, its inverse 1.6, normalised (5/8 - 1/2)/(1/2) = 1/4.
    assert said == (
        "Trade of Kazakhstan and of Viet Nam is about as evenly spread: effectively over 1.6 of 2 members and 1.6 of 2 "
        "(normalised Herfindahl-Hirschman index 0.250 in both)."
    )


def test_only_members_left_out_are_said_to_be_left_out():
    assert "Like for like" in snapshot.answer(DEFAULT)
    one = snapshot.answer(chosen(benchmark="VNM"))
    assert one.count("Without the members left out it was") == one.count("Viet Nam") == 1
    assert "left out" not in snapshot.answer(chosen(region_exclude=[], benchmark_exclude=[]))


def test_being_there_already_is_judged_in_a_year_with_both_members():
    values = chosen(benchmark=["VNM", "IDN"], measure="deliverable", year=2020)
    covered = snapshot.over_time(values).records.query("metric == 'members_covered' and value == 2")
    assert (
        "CAREC traded at least as much per person as Viet Nam and Indonesia in 2020" in snapshot.growth(values).reading
    )
    assert 2023 not in set(covered["year"])


@pytest.mark.parametrize(
    ("values", "section", "words"),
    [
        ({"region": "KAZ"}, "ranked_members", "Kazakhstan is a single economy."),
        ({"region": "AND"}, "ranked_members", "No member of Andorra has data."),
        ({"region": "AND"}, "totals", "No total for Andorra: no member has data."),
        ({"region": "AND"}, "by_service", "No data by service for Andorra."),
        ({"region": "AND"}, "over_time", "No data in any year for Andorra."),
        ({"region": "AND", "benchmark": "KAZ"}, "inequality_split", "Only one member of both regions has data"),
        ({"year": 2005}, "sources_of_growth", "2005 is the first year of the data"),
        ({"year": 2025}, "totals", "ASEAN is partial: 10 of 11 members with data (missing: TLS)."),
        (
            {"benchmark": ["LAO", "KHM"], "year": 2006, "flow": "imports"},
            "concentrations",
            "Not defined for Lao PDR and Cambodia",
        ),
        ({"region": ["CHN", "KAZ"], "benchmark": "IND"}, "over_time", "flags a break in the series of China (2014)."),
        ({"region": ["TKM", "KAZ"], "measure": "deliverable", "year": 2020}, "totals", "(missing: TKM)"),
        ({"benchmark": "KGZ", "region": "SGP"}, "growth", "Singapore traded at least as much per person as Kyrgyz"),
        ({}, "growth", "The 9 members of ASEAN with a positive figure in every year (all but Lao PDR) neither"),
        ({}, "growth", "though its ends alone rise, from 2.31 in 2005 to 2.48 in 2025."),
        ({}, "over_time", "is not defined where one is negative: Lao PDR in 2006."),
        ({"flow": "imports"}, "sources_of_growth", "beyond the World's growth of what it buys a"),
        ({"region": "KAZ"}, "concentrations", "A single member with data is neither even nor uneven: Kazakhstan."),
        ({"region": "PAK"}, "growth", "If the trend lasted, Pakistan would never reach ASEAN (95%: never)."),
        ({"region": "AND"}, "growth", "No member of Andorra has data in every year, so its growth is not known."),
        (
            {"measure": "deliverable", "year": 2023},
            "growth",
            "The growth of CAREC leaves out Kyrgyz Republic, Afghanistan and Turkmenistan, without data in some year.",
        ),
    ],
)
def test_edges_are_said(values, section, words):
    if values == {"year": 2025}:
        # Timor-Leste reports; it is the services table that lacks it.
        section, words = "by_service", "ASEAN without Singapore is partial: 9 of 10 members with data (missing: TLS)."
    assert words in getattr(snapshot, section)(chosen(**values)).reading


def test_answer_prints_the_numbers_that_the_table_holds():
    frame = snapshot.totals(DEFAULT).table.set_index("Region")["USD million"]
    amounts = [float(number) for number in re.findall(r"USD ([\d.]+) billion", snapshot.answer(DEFAULT))]
    assert amounts == [
        round(value / 1000, 1) for value in frame[["CAREC", "ASEAN", "CAREC without China", "ASEAN without Singapore"]]
    ]


def test_every_metric_is_documented():
    names = set()
    for section in SECTIONS:
        names |= set(getattr(snapshot, section)(DEFAULT).records["metric"])
    stems = {re.sub(r"_(s[a-k]\d?)$", "", name) for name in names if not name.startswith("claim")}
    assert stems <= set(METRICS)
    assert pd.Series(sorted(stems)).str.fullmatch(r"[a-z][a-z0-9_]*").all()
