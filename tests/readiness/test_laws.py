import pandas as pd
import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.readiness import ARTICLE_DOMAINS, codings
from carec_digital_trade.regions import region


def compared(scope, statement, status, domain="cybercrime"):
    """Return the row of Kazakhstan when the tracker has one status for everybody."""
    statements = pd.DataFrame([("CAREC", scope, domain, statement)], columns=["region", "scope", "domain", "statement"])
    cells = [(code, name, status) for code in region("CAREC").members for name in ARTICLE_DOMAINS]
    found = codings(statements, pd.DataFrame(cells, columns=["iso3", "domain", "status"]))
    return found.set_index(["iso3", "domain"]).loc[("KAZ", "cybercrime")]


@pytest.mark.parametrize(
    ("statement", "by_status"),
    [
        ("legislation", ["contradicted", "contradicted", "supported", "not testable here"]),
        ("mature", ["contradicted", "contradicted", "supported", "not testable here"]),
        ("draft", ["contradicted", "supported", "overtaken", "not testable here"]),
        ("not completed", ["supported", "supported", "overtaken", "not testable here"]),
        ("still refining", ["supported", "supported", "overtaken", "not testable here"]),
    ],
)
def test_comparison_of_a_named_economy(statement, by_status):
    found = [compared("KAZ", statement, status)["comparison"] for status in ["none", "draft", "legislation", "no_data"]]
    assert found == by_status


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("CHN KAZ", ("named", "supported")),
        ("all others", ("all others", "supported")),
        ("most members", ("most members", "not testable here")),
        ("some members", ("some members", "not testable here")),
        ("CHN", ("nothing said", "not testable here")),
    ],
)
def test_scopes(scope, expected):
    row = compared(scope, "legislation", "legislation")
    assert (row["scope"], row["comparison"]) == expected


def test_a_statement_on_all_four_domains_reaches_each():
    assert compared("KAZ", "mature", "none", "all four domains")["comparison"] == "contradicted"


def test_nothing_said_has_no_article_status():
    assert pd.isna(compared("CHN", "draft", "draft")["article"])


def test_what_names_an_economy_goes_before_what_is_said_of_the_others():
    table = load("law_statements")
    found = codings(table, load("cyberlaw")).set_index(["iso3", "domain"])["article"]
    assert found["KAZ", "consumer_protection"] == "legislation"
    assert found["AZE", "consumer_protection"] == "draft"
    assert found["PAK", "consumer_protection"] == "not completed"
    reordered = codings(table.iloc[::-1], load("cyberlaw")).set_index(["iso3", "domain"])["article"]
    pd.testing.assert_series_equal(found.sort_index(), reordered.sort_index())


def test_the_article_beside_the_tracker():
    found = codings(load("law_statements"), load("cyberlaw"))
    assert len(found) == 21 * 4
    assert not found.duplicated(["iso3", "domain"]).any()

    def cells(comparison):
        rows = found[found["comparison"] == comparison]
        return set(zip(rows["iso3"], rows["domain"], strict=True))

    # Read off the tracker by hand.
    assert cells("contradicted") == {("SGP", "consumer_protection"), ("BRN", "privacy_data_protection")}
    assert cells("overtaken") == {
        *((code, "consumer_protection") for code in ["AZE", "KGZ", "MNG", "UZB", "TKM", "GEO", "MMR"]),
        ("LAO", "privacy_data_protection"),
    }
    # All of CAREC in three domains (33), Tajikistan without data, and three of ASEAN outside their one domain (9).
    assert len(cells("not testable here")) == 33 + 1 + 9
    assert len(cells("supported")) == 84 - 2 - 8 - 43
