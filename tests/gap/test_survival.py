import numpy as np
import pandas as pd
import pytest
from scipy import stats

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import expected_trade, regional_medians, state_survival, survives, trade_panel
from carec_digital_trade.regions import region

CAREC, ASEAN = region("CAREC"), region("ASEAN")


def ratios(table: pd.DataFrame, members: tuple[str, ...]) -> pd.Series:
    return table.set_index("iso3")["actual_over_expected"].reindex(list(members)).dropna()


def test_rows_are_what_expected_trade_shows():
    checks = survives(CAREC, ASEAN)
    assert checks["variant"].tolist() == [
        "as asked",
        "for deliverable trade in 2023",
        "in 2023 for the members with deliverable trade",
        "in 2023",
        "by ppml",
        "with internet use as a regressor",
    ]
    panels = {measure: trade_panel(measure) for measure in ("delivered", "deliverable")}
    for row in checks.drop(index=2).itertuples():
        covariates = [] if row.covariates == "none" else [row.covariates]
        table = expected_trade(panels[row.measure], row.year, covariates, row.estimator)
        ours, theirs = ratios(table, CAREC.members), ratios(table, ASEAN.members)
        assert (row.region_median, row.benchmark_median) == (ours.median(), theirs.median())
        assert (row.region_shown, row.benchmark_shown) == (len(ours), len(theirs))
        assert row.p == pytest.approx(stats.mannwhitneyu(ours, theirs, method="exact").pvalue)
        assert row.agrees == (row.region_below == checks["region_below"][0])
    # The members of the other measure, with the measure asked for.
    other = expected_trade(panels["deliverable"], 2023).dropna(subset=["actual"])["iso3"]
    table = expected_trade(panels["delivered"], 2023)
    same = ratios(table[table["iso3"].isin(other)], CAREC.members)
    assert checks["region_median"][2] == same.median()
    assert checks["region_shown"][2] == checks["region_shown"][1] == len(same)


def test_the_regions_change_places():
    one, other = survives(CAREC, ASEAN, 2020), survives(ASEAN, CAREC, 2020)
    np.testing.assert_allclose(one["p"], other["p"])
    assert (one["region_below"] != other["region_below"]).all()
    assert one["agrees"].equals(other["agrees"])


def test_regions_nobody_prepared():
    checks = survives(
        region(["KAZ", "KGZ", "ARM", "BLR", "RUS"]), region(["IND", "BGD", "LKA", "NPL"]), 2012, "deliverable"
    )
    assert checks["agrees"].notna().all()
    assert checks["measure"].tolist().count("delivered") == 1
    # The first year has none before it.
    first = survives(CAREC, ASEAN, 2005)["variant"].tolist()
    assert "in 2004" not in first
    assert "for deliverable trade in 2010" in first


def test_a_region_that_the_other_measure_lacks_has_no_answer_there():
    checks = survives(region(["TKM"]), ASEAN)
    lacking = checks[checks["region_shown"] == 0]
    assert lacking["variant"].tolist() == [
        "for deliverable trade in 2023",
        "in 2023 for the members with deliverable trade",
        "with internet use as a regressor",
    ]
    assert lacking["agrees"].isna().all()
    assert lacking["p"].isna().all()
    assert "of 2 checks agree" in state_survival(checks, region(["TKM"]), ASEAN)


def test_the_verdict_is_read_off_the_table():
    checks = pd.DataFrame(
        {
            "variant": ["as asked", "by ppml", "in 2023"],
            "region_below": pd.array([True, True, False], dtype="boolean"),
            "region_median": [0.5, 0.6, 1.2],
            "benchmark_median": [0.9, 0.9, 0.9],
            "p": [0.2, 0.3, 0.4],
            "agrees": pd.array([True, True, False], dtype="boolean"),
        }
    )
    assert state_survival(checks, CAREC, ASEAN) == (
        "The median of actual over expected trade is lower in CAREC (0.50) than in ASEAN (0.90; p = 0.20). "
        "This does not survive: it turns round in 2023 (1 of 2 checks agree)."
    )
    assert state_survival(checks[:2], CAREC, ASEAN).endswith("This survives every check (1 of 1 checks agree).")
    assert state_survival(checks[:1], CAREC, ASEAN).endswith(
        "No other measure, year, estimator or specification has the figures to check it."
    )


def test_medians_by_region():
    table = expected_trade(trade_panel())
    medians = regional_medians(table, CAREC, ASEAN).set_index("group")
    ours = ratios(table, CAREC.members)
    assert medians.loc["CAREC", "median_actual_over_expected"] == ours.median()
    assert medians.loc["CAREC", "below_expected"] == (ours < 1).sum()
    assert medians.loc["all economies", "shown"] == table["actual"].notna().sum()
    assert medians.loc["ASEAN", "members"] == 10


def test_refusals():
    with pytest.raises(InputError, match="share KAZ: choose regions without a common member"):
        survives(CAREC, region(["KAZ"]))
    with pytest.raises(InputError, match="share KAZ"):
        regional_medians(expected_trade(trade_panel()), CAREC, region(["KAZ"]))
    with pytest.raises(
        InputError,
        match=r"no member of Turkmenistan has an expected trade \(TKM: not shown: no trade from 2017 to 2020",
    ):
        survives(region(["TKM"]), ASEAN, 2020, "deliverable")
    with pytest.raises(InputError, match="there is no measure 'goods'"):
        survives(CAREC, ASEAN, measure="goods")
