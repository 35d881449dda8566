import re
from collections import namedtuple
from itertools import product

import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.claims import VERDICTS, infrastructure, integration, law, trade, verdicts
from carec_digital_trade.claims.evidence import Evidence
from carec_digital_trade.datasets import load
from carec_digital_trade.economies import economy_name
from carec_digital_trade.metrics import CONNECTIVITY, PRICES
from carec_digital_trade.readiness import codings
from carec_digital_trade.regions import region

Claim = namedtuple("Claim", "region economies domain article_value unit")
BUNDLED = Evidence.of()


def claim(region="", economies="", domain="", article_value=np.nan, unit=""):
    return Claim(region, economies, domain, article_value, unit)


def evidence(**changes):
    return Evidence(**{**vars(BUNDLED), **changes})


def article_with(**values):
    table = BUNDLED.article.copy()
    for code, value in values.items():
        table.loc[table["iso3"] == code, "value"] = value
    return table


def status_with(domain, **statuses):
    status = BUNDLED.status.copy()
    for code, value in statuses.items():
        status[code, domain] = value
    return status


def test_every_claim_gets_a_verdict_a_finding_and_a_source():
    frame = verdicts()
    assert list(frame["id"]) == list(load("claims")["id"])
    assert frame["verdict"].isin(VERDICTS).all()
    assert frame["finding"].str.endswith(".").all()
    assert frame.loc[frame["verdict"] != "not testable here", "source"].ne("none").all()


def test_the_verdicts_that_the_bundled_data_give():
    found = verdicts().set_index("id")
    expected = {
        "carec_total": "reproduced",
        "asean_total": "reproduced",
        "carec_total_without_china": "reproduced",
        "asean_total_in_text": "reproduced",
        "table1_in_present_file": "qualified",
        "asean_more_balanced": "qualified",
        "china_dominates": "supported",
        "poor_internet": "qualified",
        "intra_carec": "reproduced",  # 7.3% of goods
        "intra_asean": "qualified",  # 21.6%, and 23.6% of imports
        "intra_gap_causes": "not supported",
        "carec_consumer_completed": "overtaken",
        "carec_consumer_draft": "overtaken",
        "asean_seven_mature": "qualified",
        "low_digital_trade": "supported",
        # ASEAN leads in too few draws to support it and in too many to contradict it.
        "asean_comprehensive_laws": "qualified",
        "readiness_disparity": "qualified",
        "cambodia_cybercrime": "supported",
        "lao_privacy": "overtaken",
        "exchange_points": "qualified",
        "data_centers": "contradicted",
        "underdeveloped_infrastructure": "qualified",
        # The rows for the three come from the article itself, which cannot support its own claim.
        "cpta_not_ratified": "not testable here",
    }
    assert found["verdict"][list(expected)].to_dict() == expected
    assert found.loc["poor_internet", "value"] == 3  # of four indicators
    assert "internet users 6 of 11, mobile broadband 9 of 11" in found.loc["poor_internet", "finding"]
    # 178,641 / 35,763 = 4.995, 548,462 / 35,763 = 15.34 and 548,462 / 421,527 = 1.301, by hand from Table 1.
    assert (
        "15.3 times CAREC; with both left out it is 5.0 times, with both in 1.3"
        in found.loc["unlike_comparison", "finding"]
    )
    assert found.loc["unlike_comparison", "value"] == pytest.approx(178_641 / 35_763, rel=1e-12)


@pytest.mark.parametrize(
    ("check", "asked", "changed", "verdict"),
    [
        (trade.total, claim("CAREC", "", "", 421_527, "USD million"), {}, "reproduced"),
        (trade.total, claim("CAREC", "", "", 421_528, "USD million"), {}, "contradicted"),
        (trade.total, claim("CAREC", "CHN", "", 35.77, "USD billion"), {}, "contradicted"),
        (trade.dominance, claim("CAREC", "CHN"), {"article": article_with(CHN=30_000)}, "contradicted"),
        (trade.dominance, claim("CAREC", "KAZ"), {}, "contradicted"),
        # Singapore of no size: ASEAN is then smaller without it too, and the story is the same in all readings.
        (trade.like_for_like, claim("CAREC ASEAN", "CHN SGP"), {"article": article_with(SGP=0, CHN=0)}, "supported"),
        (trade.like_for_like, claim("CAREC ASEAN", "CHN SGP"), {"article": article_with(CHN=900_000)}, "contradicted"),
        (trade.more_balanced, claim("CAREC ASEAN", "CHN SGP"), {"article": article_with(PAK=9e9)}, "supported"),
        (trade.more_balanced, claim("CAREC ASEAN", "CHN SGP"), {"article": article_with(THA=9e9)}, "contradicted"),
        (law.law_in_most, claim("CAREC", "", "e_transactions"), {}, "supported"),
        (law.law_in_most, claim("CAREC", "", "indirect_taxation"), {}, "contradicted"),
        (law.law_exists, claim("CAREC", "", "cybercrime"), {}, "supported"),
        (law.law_only_in, claim("CAREC", "CHN KAZ", "consumer_protection"), {}, "overtaken"),
        (
            law.law_only_in,
            claim("CAREC", "CHN KAZ", "consumer_protection"),
            {"status": status_with("consumer_protection", CHN="none")},
            "qualified",
        ),
        (law.law_in_each, claim("ASEAN", "MYS THA", "e_transactions cybercrime"), {}, "supported"),
        (law.law_in_each, claim("ASEAN", "MMR", "cybercrime"), {}, "contradicted"),
        (
            law.law_draft_in,
            claim("CAREC", "AZE KGZ", "consumer_protection"),
            {"status": status_with("consumer_protection", AZE="draft", KGZ="draft")},
            "supported",
        ),
        (
            law.law_draft_in,
            claim("CAREC", "AZE KGZ", "consumer_protection"),
            {"status": status_with("consumer_protection", AZE="draft")},
            "overtaken",
        ),
        (
            law.law_draft_in,
            claim("CAREC", "AZE KGZ", "consumer_protection"),
            {"status": status_with("consumer_protection", AZE="draft", KGZ="none")},
            "qualified",
        ),
        (
            law.law_draft_in,
            claim("CAREC", "AZE KGZ", "consumer_protection"),
            {"status": status_with("consumer_protection", AZE="legislation", KGZ="none")},
            "contradicted",
        ),
        (law.law_unfinished_in, claim("CAREC", "TJK", "consumer_protection"), {}, "not testable here"),
        (law.treaty_not_party, claim("CAREC", "AFG"), {}, "supported"),
        (law.treaty_not_party, claim("CAREC", "AFG GEO"), {}, "qualified"),
        (law.treaty_not_party, claim("CAREC", "AZE GEO"), {}, "contradicted"),
    ],
)
def test_a_verdict_follows_the_evidence(check, asked, changed, verdict):
    assert check(asked, evidence(**changed)).verdict == verdict


def test_revision_counts_by_hand():
    article = BUNDLED.present.merge(BUNDLED.article[["iso3"]]).assign(value=lambda frame: frame["value"].round())
    assert trade.revision(claim(), evidence(article=article)).verdict == "reproduced"
    halved = article.assign(value=article["value"] / 2)
    assert trade.revision(claim(), evidence(article=halved)).verdict == "contradicted"


def test_low_levels_against_a_computation_by_hand():
    panel = load("panel").query("year == 2024").set_index("iso3")
    trade_2024 = BUNDLED.present.set_index("iso3")["value"]

    def level(members):
        return trade_2024[members].sum() / panel.loc[members, "population"].sum()

    carec, asean = (list(BUNDLED.article.query("region == @name")["iso3"]) for name in ("CAREC", "ASEAN"))
    finding = trade.low_levels(claim("CAREC ASEAN"), BUNDLED)
    assert finding.verdict == "supported"
    alike = level([code for code in carec if code != "CHN"]) / level([code for code in asean if code != "SGP"])
    assert (
        f"per person is {level(carec) / level(asean):.0%} (11 of 11 and 10 of 10 members), without the giants "
        f"{alike:.0%};" in finding.finding
    )
    assert "9 of 11 and 8 of 10 members" in finding.finding
    # China and Singapore alone can carry the claim: then it is not so of like and like.
    small = BUNDLED.present["iso3"].isin([*asean, "CHN"]) & ~BUNDLED.present["iso3"].eq("SGP")
    carried = BUNDLED.present.assign(value=BUNDLED.present["value"].where(~small, 1.0))
    assert trade.low_levels(claim("CAREC ASEAN"), evidence(present=carried)).verdict == "qualified"
    smaller = pd.concat(
        [BUNDLED.present.assign(value=lambda frame: frame["value"].where(frame["iso3"].isin(carec), 1.0))]
    )
    assert trade.low_levels(claim("CAREC ASEAN"), evidence(present=smaller)).verdict == "qualified"


def made(indicators):
    """Figures of 2023 of the members of CAREC and ASEAN: by indicator, those of each region's members in order."""
    carec, asean = region("CAREC").members, region("ASEAN").members
    rows = [
        (code, 2023, indicator, value)
        for indicator, (ours, theirs) in indicators.items()
        for members, values in ((carec, ours), (asean, theirs))
        for code, value in zip(members, values, strict=False)
    ]
    return evidence(infrastructure=pd.DataFrame(rows, columns=["iso3", "year", "indicator", "value"]))


BELOW, ABOVE = ([1] * 6 + [3] * 5, [2] * 10), ([1] * 5 + [3] * 6, [2] * 10)  # most members, and not most, are below


@pytest.mark.parametrize(
    ("check", "indicators", "verdict"),
    [
        (infrastructure.connectivity, dict.fromkeys(CONNECTIVITY, BELOW), "supported"),
        (infrastructure.connectivity, dict.fromkeys(CONNECTIVITY, ABOVE), "contradicted"),
        (infrastructure.connectivity, dict.fromkeys(CONNECTIVITY, BELOW) | {"coverage_4g": ABOVE}, "qualified"),
        # Of prices more is worse.
        (infrastructure.affordability, dict.fromkeys(PRICES, ABOVE), "supported"),
        (infrastructure.affordability, dict.fromkeys(PRICES, BELOW), "contradicted"),
        (infrastructure.affordability, {"mobile_price": ABOVE, "fixed_price": BELOW}, "qualified"),
        (infrastructure.exchange_points, {"exchange_points": ([2] * 6, [2] * 10)}, "contradicted"),
        (infrastructure.exchange_points, {"exchange_points": ([1] * 6, [2] * 10)}, "qualified"),
        (infrastructure.exchange_points, {"exchange_points": ([2] * 5, [2] * 10)}, "qualified"),
        (infrastructure.exchange_points, {"exchange_points": ([], [2] * 10)}, "not testable here"),
        (infrastructure.data_centres, {"data_centres": ([1] * 6, [2] * 10)}, "contradicted"),
        (infrastructure.data_centres, {"data_centres": ([1] * 5, [2] * 10)}, "qualified"),
        (infrastructure.data_centres, {"data_centres": ([], [])}, "not testable here"),
    ],
)
def test_infrastructure_on_both_sides_of_its_thresholds(check, indicators, verdict):
    assert check(claim("CAREC ASEAN"), made(indicators)).verdict == verdict


def test_a_cell_has_the_same_verdict_here_and_beside_the_article():
    beside = codings(load("law_statements"), load("cyberlaw")).set_index(["iso3", "domain"])["comparison"]
    found = verdicts().set_index("id")["finding"]
    for row in load("claims").itertuples():
        if row.check not in ("law_only_in", "law_draft_in", "law_unfinished_in", "law_in_each"):
            continue
        for code, domain in product(row.economies.split(), row.domain.split()):
            verdict = beside[code, domain]
            cell = f"{economy_name(code, short=True)} ({domain})"
            assert (cell in found[row.id]) == (verdict != "supported"), (row.id, cell)
            if verdict != "supported":
                assert re.search(f"{verdict}: [^;]*{re.escape(cell)}", found[row.id])


def goods_with(within, exports_out, imports_in):
    """Return a table in which two members of CAREC and two of ASEAN trade within, and with the rest."""
    rows = []
    for one, other in (("KAZ", "UZB"), ("IDN", "MYS")):
        rows += [
            (one, other, within / 2),
            (other, one, within / 2),
            (one, "USA", exports_out),
            ("USA", one, imports_in),
        ]
    return pd.DataFrame(rows, columns=["exporter", "importer", "value"]).assign(year=2023)


@pytest.mark.parametrize(
    ("quoted", "goods", "verdict"),
    [
        (20, goods_with(20, 80, 80), "reproduced"),  # 20 of 100 either way
        (19, goods_with(20, 80, 80), "contradicted"),
        (25, goods_with(20, 80, 60), "qualified"),  # 25% of imports, 20% of exports, 22.2% of both
        (22, goods_with(20, 80, 60), "reproduced"),
        (26, goods_with(20, 80, 60), "contradicted"),
    ],
)
def test_a_quoted_share_is_reproduced_near_or_contradicted(quoted, goods, verdict):
    found = integration.intra_regional(claim("CAREC", "CHN", "", quoted, "%"), evidence(goods=goods))
    assert found.verdict == verdict


@pytest.mark.parametrize(("times", "verdict"), [(0.001, "supported"), (1.0, "not supported"), (100.0, "not supported")])
def test_causes_need_a_shortfall_to_be_the_causes_of(times, verdict):
    goods, members = Evidence.of().goods, region("CAREC").members
    inside = goods["exporter"].isin(members) & goods["importer"].isin(members)
    changed = goods.assign(value=goods["value"].where(~inside, goods["value"] * times))
    assert integration.little_for_size(claim("CAREC ASEAN"), evidence(goods=changed)).verdict == verdict
