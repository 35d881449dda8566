import pandas as pd
import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.readiness import agreement, components, indices, scores


@pytest.fixture(scope="module")
def table():
    return indices(scores(components(load("cyberlaw"))))


def test_each_index_keeps_its_own_scale_and_year(table):
    rows = table.set_index(["index", "iso3"])
    survey = load("egovernment").set_index(["iso3", "year"])
    assert rows.at[("egovernment", "KAZ"), "value"] == survey.at[("KAZ", 2024), "egdi"]
    restrictions = load("dstri").query("component == 'overall' and iso3 == 'KAZ'").set_index("year")["value"]
    assert rows.at[("openness", "KAZ"), "value"] == restrictions[2025]
    assert ("openness", "UZB") not in rows.index
    assert rows["year"].groupby("index").max().to_dict()["egovernment"] == 2024


def test_the_best_is_first_whichever_way_the_scale_runs(table):
    for name, best in (("egovernment", "max"), ("openness", "min")):
        own = table[table["index"] == name].set_index("iso3")
        first = own["rank"].idxmin()
        assert own["value"][first] == getattr(own["value"], best)()
        assert (own["of"] == len(own)).all()


def test_agreement_is_that_of_the_ranks(table):
    found = agreement(table).set_index(["one", "other"])
    wide = table.pivot(index="iso3", columns="index", values="value")
    both = wide[["openness", "egovernment"]].dropna()
    by_pandas = -both["openness"].corr(both["egovernment"], method="spearman")
    row = found.loc[("openness", "egovernment")]
    assert row["rank_correlation"] == pytest.approx(by_pandas)
    assert row["rank_correlation_low"] < row["rank_correlation"] < row["rank_correlation_high"]
    assert row["economies"] == len(both)
    assert isinstance(found, pd.DataFrame)
