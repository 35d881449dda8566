import numpy as np
import pandas as pd
import pytest
from scipy import stats

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import EQUATION, expected_trade, survives, trade_panel, with_covariates
from carec_digital_trade.regions import region

CAREC, ASEAN = region("CAREC"), region("ASEAN")
WITHOUT_GIANTS = region("CAREC", exclude=["CHN"]), region("ASEAN", exclude=["SGP"])


def ratios(table: pd.DataFrame, members: tuple[str, ...]) -> pd.Series:
    return table.set_index("iso3")["actual_over_expected"].reindex(list(members)).dropna()


def test_rows_are_what_expected_trade_shows():
    checks = survives(CAREC, ASEAN)
    keys = [
        "as_asked",
        "other_measure",
        "same_rows",
        "year_before",
        "other_estimator",
        "other_covariates",
        "slopes_by_year",
    ]
    assert checks["key"].tolist() == [*keys, "without_dominant"]
    assert checks["variant"].tolist() == [
        "as asked",
        "for deliverable trade in 2023",
        "in 2023 where deliverable trade is known too",
        "in 2023",
        "by PPML",
        "with internet use as a regressor",
        "with slopes by year",
        "without China and Singapore",
    ]
    panels = {measure: trade_panel(measure) for measure in ("delivered", "deliverable")}
    # Both measures on the economies and years that both have, in fit and display.
    keys = ["iso3", "year"]
    has_trade = [panel.loc[panel["trade"] > 0, keys] for panel in panels.values()]
    both = has_trade[0].merge(has_trade[1])
    for row in checks.itertuples():
        covariates = [] if row.covariates == "none" else [row.covariates]
        panel = panels[row.measure] if row.Index not in (1, 2) else panels[row.measure].merge(both)
        equation = with_covariates(EQUATION, covariates)
        if row.key == "slopes_by_year":
            equation += " + log_gdp_per_person:C(year) + log_population:C(year)"
        table = expected_trade(panel, row.year, equation, row.estimator)
        regions = WITHOUT_GIANTS if row.key == "without_dominant" else (CAREC, ASEAN)
        ours, theirs = (ratios(table, each.members) for each in regions)
        assert (row.region_median, row.benchmark_median) == (ours.median(), theirs.median())
        assert (row.region_shown, row.benchmark_shown) == (len(ours), len(theirs))
        assert row.ratio == pytest.approx(
            np.exp(np.median(np.subtract.outer(np.log(ours.to_numpy()), np.log(theirs.to_numpy()))))
        )
        assert row.p == pytest.approx(stats.mannwhitneyu(ours, theirs, method="exact").pvalue)
        assert row.agrees == (row.region_below == checks["region_below"][0])
    assert checks["region_shown"][2] == checks["region_shown"][1] < checks["region_shown"][0]


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
        "in 2023 where deliverable trade is known too",
        "with internet use as a regressor",
    ]
    assert lacking["agrees"].isna().all()
    assert lacking["p"].isna().all()


def test_refusals():
    with pytest.raises(InputError, match="share KAZ: choose regions without a common member"):
        survives(CAREC, region(["KAZ"]))
    with pytest.raises(
        InputError,
        match=r"no member of Turkmenistan has an expected trade \(TKM: not shown: no trade from 2017 to 2020",
    ):
        survives(region(["TKM"]), ASEAN, 2020, "deliverable")
    with pytest.raises(InputError, match="there is no measure 'goods'"):
        survives(CAREC, ASEAN, measure="goods")
