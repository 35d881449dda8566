"""The snapshot: published figures, sums of the raw file, and edges that are said."""

import csv
import re

import pandas as pd
import pytest
from notebook_cells import cells
from prose_rules import check_words

from carec_digital_trade import metrics
from carec_digital_trade.findings import COLUMNS
from carec_digital_trade.findings.facts import snapshot as facts
from carec_digital_trade.metrics import concentration
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.paths import bundled
from carec_digital_trade.revisions import ranked

DEFAULT = SnapshotParameters.validated({})


def results(**values):
    return cells("snapshot", **values)


def raw_total(members, year, flows=("exports", "imports")):
    """What a reader gets from the raw file by hand."""
    with (bundled("data") / "raw" / "delivered.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["iso3"] in members and int(row["year"]) == year]
    return sum(float(row["value"]) for row in rows if row["flow"] in flows)


def test_every_finding_is_complete():
    for name in results():
        finding = results()[name]
        check_words(finding)
        assert len(finding.table), name
        assert list(finding.records.columns) == COLUMNS
        assert finding.source.startswith("Source: ")
        assert bool(finding.reading) == (name != "verdicts")
        if name != "answer":
            assert finding.records["value"].notna().any(), name
            assert "2024" in finding.caption or name in ("over_time", "growth", "claims", "verdicts")


def test_table_1_as_printed():
    totals = results()["table1"].frame.query("economy == 'Total'").set_index("region")
    assert totals["total"].to_dict() == {"CAREC": 421_527, "ASEAN": 548_462}
    for one in DEFAULT.regions():
        assert totals.loc[one.name, "total_present"] == pytest.approx(raw_total(one.members, 2024), rel=1e-12)


def test_the_kyrgyz_spike_is_found_in_the_data():
    before, at, after = (raw_total(("KGZ",), year) for year in (2023, 2024, 2025))
    assert at > 1.1 * max(before, after)
    assert "fragile: Kyrgyz Republic lies more than 10% above the years before" in results()["table1"].reading


def test_totals_are_the_sums_of_the_raw_file():
    frame = results()["totals"].frame.set_index("region")
    for each in DEFAULT.variants():
        assert frame.loc[each.label, "total"] == pytest.approx(raw_total(each.members, 2024), rel=1e-12)
        exports, imports = (raw_total(each.members, 2024, (flow,)) for flow in ("exports", "imports"))
        assert frame.loc[each.label, "balance"] == pytest.approx(exports - imports, rel=1e-9)


def test_article_figures_stand_once_and_are_drawn_beside_only_what_they_measure():
    assert "As printed" in results()["table1"].table and "Revision, %" in results()["table1"].table
    assert list(results()["members"].table) == ["Region", "Rank", "Economy", "USD million", "Share of region, %"]
    assert results()["members"].frame["article"].notna().all()
    carec = DEFAULT.regions()[0]
    for measure, flow, year in (("delivered", "total", 2023), ("delivered", "exports", 2024)):
        assert ranked(metrics.trade(measure, flow), carec, year)["article"].isna().all()
    assert results(year=2023)["members"].frame["article"].isna().all()


def test_growth_parts_add_to_the_change():
    frame = results()["sources_of_growth"].frame
    assert frame[list(metrics.PARTS)].sum(axis="columns").to_numpy() == pytest.approx(frame["change"], rel=1e-9)
    assert results()["sources_of_growth"].reading.count("accounting split") == 1


def test_no_verdict_on_growth_rests_on_one_interval():
    finding = results()["growth"]
    # About a line CAREC's members diverge, and the gap widens without the giants; by yearly changes they need not.
    assert finding.frame["converging"].eq(0).all()
    assert finding.frame["closing"].dropna().eq(0).all()
    assert finding.reading.count("neither converge nor diverge beyond doubt") == 2
    assert re.search(
        r"neither closes nor widens beyond doubt, .* never closes \(95%: \d+ years or never\)", finding.reading
    )


def test_a_region_has_the_time_to_catch_up_with_the_benchmark_that_it_is_compared_with():
    chosen = SnapshotParameters.validated({"region": "PAK"})
    traded = metrics.trade(chosen.measure, chosen.flow)
    full = metrics.paces(traded, [chosen.regions()]).set_index("region")
    both = metrics.paces(traded, [chosen.regions(), chosen.compared()]).set_index("region")
    assert full.loc["Pakistan", "benchmark"] == "ASEAN"
    assert both.loc["Pakistan", "benchmark"] == "ASEAN without Singapore"
    assert both.loc["Pakistan", "benchmark_ratio_trend"] != full.loc["Pakistan", "benchmark_ratio_trend"]


def test_the_order_of_concentration_turns_without_the_giants():
    assert (
        "the order turns without the members left out: trade is spread more evenly in CAREC"
        in results()["concentration"].reading
    )
    assert "trade is spread more evenly in CAREC" in results()["answer"].reading
    assert results()["concentration"].frame["top"].tolist() == ["CHN", "PAK", "SGP", "THA"]


def test_regions_of_unlike_size_are_compared_by_the_normalised_index():
    shown = results(benchmark=["MYS", "PHL"], flow="imports")["concentration"]
    rows = shown.frame.set_index("region")
    many, two = rows.loc["CAREC without China"], rows.loc["Malaysia and Philippines"]
    # By the effective number, which two members cannot raise above 2, CAREC would be the more even.
    assert many["effective_members"] > 2 > two["effective_members"]
    assert many["hhi_normalised"] > two["hhi_normalised"]
    assert many["gini"] > two["gini"]
    even = facts.evener(rows, "CAREC without China", "Malaysia and Philippines")
    assert (even["more"], even["by_size"]) == ("Malaysia and Philippines", True)
    assert "or the number of members trade is spread more evenly in Malaysia and Philippines" in shown.reading


def test_a_tie_has_no_winner():
    # Shares 1/4 and 3/4: 1/16 + 9/16 = 5/8, its inverse 1.6, normalised (5/8 - 1/2)/(1/2) = 1/4.
    rows = pd.DataFrame([vars(concentration(values)) for values in ([1.0, 3.0], [3.0, 1.0])], index=["a", "b"])
    assert rows["hhi_normalised"].tolist() == [0.25, 0.25]
    even = facts.evener(rows, "a", "b")
    assert (even["defined"], even["tie"]) == (True, True)


@pytest.mark.parametrize(
    ("totals", "larger", "ratio"),
    [((2.0, 1.0), "a", 2.0), ((1.0, 2.0), "b", 2.0), ((1.0, 1.04), "b", None), ((1.0, -1.0), "a", None)],
)
def test_who_trades_more(totals, larger, ratio):
    size = facts.larger(dict(zip("ab", totals, strict=True)), "a", "b")
    assert (size["larger"], size["ratio"], size["comparable"]) == (larger, ratio, min(totals) > 0)


def test_an_unknown_total_is_said_to_be_unknown():
    assert facts.larger({"a": float("nan"), "b": 1.0}, "a", "b")["unknown"] == ["a"]


def test_only_members_left_out_are_said_to_be_left_out():
    assert "without China and Singapore" in results()["answer"].reading
    assert "and Singapore" not in results(benchmark="VNM")["answer"].reading
    alone = results(region_exclude=[], benchmark_exclude=[])
    assert "without China and Singapore" not in alone["answer"].reading
    assert "without China trade is spread more evenly in CAREC" in alone["answer"].reading
    assert "without Singapore CAREC traded more" in alone["answer"].reading


def test_being_there_already_is_judged_in_a_year_with_both_members():
    shown = results(benchmark=["VNM", "IDN"], measure="deliverable", year=2020, region_exclude=[])
    covered = shown["over_time"].frame.query("region == 'Viet Nam and Indonesia' and members_covered == 2")
    assert "CAREC traded at least as much per person as Viet Nam and Indonesia in 2020" in shown["growth"].reading
    assert 2023 not in set(covered["year"])


EDGES = [
    ({"region": "KAZ"}, "members", "There is one economy in Kazakhstan."),
    ({"region": "KAZ"}, "concentration", "A single member with data is neither even nor uneven: Kazakhstan."),
    ({"region": "AND"}, "members", "No member of Andorra has data."),
    ({"region": "AND"}, "totals", "No total is known for Andorra."),
    ({"region": "AND"}, "by_service", "No data by service for Andorra."),
    ({"region": "AND"}, "over_time", "No data in any year for Andorra."),
    ({"region": "AND"}, "growth", "No member of Andorra has data in every year, so its growth is not known."),
    ({"region": "AND"}, "answer", "**How much**: no total is known for Andorra."),
    ({"region": "AND"}, "answer", "with data; whether the gap per person closes is not known."),
    ({}, "answer", "without China and Singapore the gap per person neither closes nor widens beyond doubt."),
    (
        {"benchmark": "KGZ", "region": "SGP"},
        "answer",
        "per person Singapore traded as much as Kyrgyz Republic already.",
    ),
    ({"region": "PAK", "benchmark_exclude": []}, "answer", "with data; the gap per person widens."),
    ({"region": "AND", "benchmark": "KAZ"}, "inequality_split", "Only one member of both regions has data"),
    ({"year": 2005}, "sources_of_growth", "2005 is the first year of the data"),
    # Timor-Leste reports; it is the services table that lacks it.
    ({"year": 2025}, "by_service", "with 9 of 10 members."),
    (
        {"benchmark": ["LAO", "KHM"], "year": 2006, "flow": "imports"},
        "concentration",
        "Not defined for Lao PDR and Cam",
    ),
    ({"region": ["CHN", "KAZ"], "benchmark": "IND"}, "over_time", "flags a break in the series of China."),
    ({"region": ["TKM", "KAZ"], "measure": "deliverable", "year": 2020}, "totals", "Kazakhstan with 1 of 2 members"),
    ({"region": ["TKM", "KAZ"], "measure": "deliverable", "year": 2020}, "members", "without data for Turkmenistan."),
    ({"benchmark": "KGZ", "region": "SGP"}, "growth", "Singapore traded at least as much per person as Kyrgyz"),
    ({"region": "PAK", "benchmark_exclude": []}, "growth", "and at its trend never closes (95%: never)."),
    ({}, "over_time", "Shares are not defined where Lao PDR is negative."),
    ({"flow": "imports"}, "answer", "ASEAN imported "),
]


@pytest.mark.parametrize("values", {repr(values): values for values, _, _ in EDGES}.values(), ids=repr)
def test_edges_are_said(values):
    shown = results(**values)
    for asked, name, words in EDGES:
        if asked == values:
            assert words in shown[name].reading, shown[name].reading


def test_the_answer_prints_the_numbers_that_its_table_holds():
    frame = results()["answer"].frame.set_index("region")["total"]
    amounts = [float(number) for number in re.findall(r"USD ([\d.]+) billion", results()["answer"].reading)]
    assert amounts == [round(frame[name] / 1000, 1) for name in ("ASEAN", "CAREC")]


def test_a_long_name_goes_by_its_role():
    chosen = SnapshotParameters.validated({"region": ["VIR", "VCT", "BIH"], "region_exclude": ["VCT"]})
    assert list(facts.names(chosen).values())[:2] == ["the region", "ASEAN"]
    assert facts.names(chosen)[chosen.compared()[0].label] == "the region less 1 member"
