import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import EQUATION, estimate, expected_trade, with_covariates
from carec_digital_trade.gap.estimation import FEW_CLUSTERS

INTERNET = "internet_users_pct"
WITH_INTERNET = with_covariates(EQUATION, [INTERNET])
EXPLAINED = "internet_users_10_points cannot be told from the other terms and effects"
FITS = [(estimator, effects) for estimator in ("ols", "ppml") for effects in (False, True)]


@pytest.fixture(scope="module")
def panel(truth) -> pd.DataFrame:
    return truth.panel(seed=3, economies=40)


def first(panel: pd.DataFrame, economies: int) -> pd.DataFrame:
    return panel[panel["iso3"].isin(panel["iso3"].unique()[:economies])]


def separating(panel: pd.DataFrame) -> pd.DataFrame:
    """Return a panel whose covariate is not zero only beside zeros of trade."""
    silent = panel["iso3"].isin(["AAA", "AAB"]) & panel["year"].gt(2014)
    return panel.assign(trade=panel["trade"].mask(silent, 0), **{INTERNET: 50.0 * silent})


@pytest.mark.parametrize(("estimator", "effects"), FITS)
@pytest.mark.parametrize(
    ("change", "covariates", "message"),
    [
        (lambda p: p.assign(**{INTERNET: 50.0}), [INTERNET], EXPLAINED),
        (lambda p: p.assign(**{INTERNET: 1.0 * p["year"]}), [INTERNET], EXPLAINED),
        (lambda p: p.assign(**{INTERNET: np.log(p["population"])}), [INTERNET], EXPLAINED),
        (separating, [INTERNET], EXPLAINED),
        (lambda p: first(p, 1), [], "needs more than 2 economies, and 1 economy has rows"),
        (lambda p: first(p, 2), [], "needs more than 2 economies, and 2 economies have rows"),
        (lambda p: first(p, 3), [INTERNET], "needs more than 3 economies, and 3 economies have rows"),
        (lambda p: p[p["iso3"] == "none"], [], "no economy has trade, population and GDP"),
        (lambda p: p.assign(trade=0.0), [], "nothing to explain|no economy has trade"),
        (lambda p: p.assign(trade=7.0), [], "trade is the same in all 480 rows of 40 economies"),
        (
            lambda p: p.assign(trade=p["trade"].where(p.index != 3, np.inf)),
            [],
            "row of AAA, 2013 has a figure that is inf",
        ),
        (lambda p: p.assign(population=p["population"].where(p.index != 3, 0)), [], "row of AAA, 2013 has"),
        (lambda p: pd.concat([p, p.iloc[[15]]]), [], "the panel has several rows for AAB, 2013: give one row"),
    ],
)
def test_what_the_rows_do_not_determine_is_refused_by_every_fit(panel, estimator, effects, change, covariates, message):
    with pytest.raises(InputError, match=message):
        estimate(change(panel), with_covariates(EQUATION, covariates), estimator, effects)
    with pytest.raises(InputError, match=message):
        expected_trade(change(panel), 2015, with_covariates(EQUATION, covariates), estimator, level=0.5)


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_economy_effects_need_what_varies_within_economies(panel, estimator):
    fixed = panel.assign(**{INTERNET: panel.groupby("iso3")[INTERNET].transform("first")})
    assert estimate(fixed, WITH_INTERNET, estimator).economies == 40
    with pytest.raises(InputError, match=EXPLAINED):
        estimate(fixed, WITH_INTERNET, estimator, economy_effects=True)
    one_year = panel[panel["year"] == 2015]
    assert estimate(one_year, EQUATION, estimator).observations == 40
    with pytest.raises(InputError, match="every economy has one year only"):
        estimate(one_year, EQUATION, estimator, economy_effects=True)
    early = panel["iso3"].lt("AAU") == panel["year"].lt(2016)
    with pytest.raises(InputError, match="the effect of ABN cannot be told from"):
        estimate(panel[early], EQUATION, estimator, economy_effects=True)


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_one_year_of_few_economies(panel, estimator):
    one_year = panel[panel["year"] == 2015]
    with pytest.raises(InputError, match="3 rows of 3 economies cannot determine 3 coefficients"):
        estimate(first(one_year, 3), EQUATION, estimator)
    found = estimate(first(one_year, 4), EQUATION, estimator)
    assert np.isnan(found.reset_p)


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
@pytest.mark.parametrize(
    "change",
    [
        lambda p: p.assign(**{INTERNET: p[INTERNET].where(p["iso3"] == "AAC", 0.0)}),
        lambda p: p.assign(trade=p["trade"].where(p["year"].ne(2012) | p["iso3"].eq("AAC"))),
    ],
)
def test_a_fit_that_hangs_on_one_economy_predicts_none(panel, estimator, change):
    with pytest.raises(InputError, match="the fit without AAC is not determined by the other economies"):
        expected_trade(change(panel), 2015, WITH_INTERNET, estimator)


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_few_clusters_are_said(panel, estimator):
    few, enough = (
        estimate(first(panel, economies), EQUATION, estimator).said for economies in (FEW_CLUSTERS - 1, FEW_CLUSTERS)
    )
    assert "few_clusters" not in enough
    assert few["few_clusters"].startswith("Few clusters: with 29 economies, fewer than 30, standard errors come out")
