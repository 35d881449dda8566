import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from pyfixest.demeaners import MapDemeaner
from statsmodels.stats.diagnostic import linear_reset

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import EQUATION, estimate, trade_panel, with_covariates
from carec_digital_trade.gap.estimation import NOT_CAUSAL
from carec_digital_trade.gap.sample import estimation_sample

WITH_INTERNET = with_covariates(EQUATION, ["internet_users_pct"])
AGREES = 1e-6
"""Relative, between two implementations that iterate until nothing moves by more than 1e-10."""

NAMES = {"log_gdp_per_person": "income", "log_population": "population", "internet_users_10_points": "internet"}


def second_implementation(panel: pd.DataFrame, covariates: list[str], estimator: str, economy_effects: bool):
    """Fit the same equation by pyfixest, which absorbs the effects where the package uses dummies and demeaning."""
    rows = panel.dropna(subset=["trade", "population", "gdp_current_usd", *covariates])
    rows = rows[rows["trade"] > 0 if estimator == "ols" else rows["trade"] >= 0]
    rows = rows.assign(
        log_trade=np.log(rows["trade"].where(rows["trade"] > 0)),
        income=np.log(rows["gdp_current_usd"] / rows["population"]),
        size=np.log(rows["population"]),
        internet=rows["internet_users_pct"] / 10,
    )
    formula = f"{'log_trade' if estimator == 'ols' else 'trade'} ~ income + size{' + internet' if covariates else ''}"
    effects = "iso3 + year" if economy_effects else "year"
    exact = MapDemeaner(fixef_tol=1e-12)
    if estimator == "ols":
        return pyfixest.feols(f"{formula} | {effects}", rows, vcov={"CRV1": "iso3"}, demeaner=exact)
    return pyfixest.fepois(
        f"{formula} | {effects}", rows, vcov={"CRV1": "iso3"}, iwls_tol=1e-12, iwls_maxiter=100, demeaner=exact
    )


# pyfixest 0.60 calls pandas in a way that pandas 3.1 deprecates, and warns where it drops an economy with one year.
@pytest.mark.filterwarnings("ignore:.*singleton fixed effect:UserWarning")
@pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")
@pytest.mark.parametrize("economy_effects", [False, True])
@pytest.mark.parametrize("estimator", ["ols", "ppml"])
@pytest.mark.parametrize(
    ("measure", "flow", "covariates"),
    [("delivered", "total", []), ("deliverable", "exports", ["internet_users_pct"])],
)
def test_agrees_with_a_second_implementation(measure, flow, estimator, economy_effects, covariates):
    panel = trade_panel(measure, flow)
    ours = estimate(panel, with_covariates(EQUATION, covariates), estimator, economy_effects)
    theirs = second_implementation(panel, covariates, estimator, economy_effects)
    table = ours.coefficients
    np.testing.assert_allclose(table["coefficient"], theirs.coef(), rtol=AGREES)
    np.testing.assert_allclose(table["standard_error"], theirs.se(), rtol=AGREES)
    np.testing.assert_allclose(table["t"], theirs.tstat(), rtol=AGREES)
    assert ours.observations == theirs._N
    if estimator == "ols":  # pyfixest takes the normal distribution for PPML, the package t with G-1 degrees
        np.testing.assert_allclose(table["p"], theirs.pvalue(), rtol=1e-4, atol=1e-12)
        np.testing.assert_allclose(table[["low", "high"]], theirs.confint(), rtol=1e-5)
        assert ours.r2 == pytest.approx(theirs._r2, rel=AGREES)


@pytest.mark.parametrize("economy_effects", [False, True])
@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_recovers_known_coefficients(truth, estimator, economy_effects):
    panel = truth.panel(seed=11, own=0.4)
    table = estimate(panel, WITH_INTERNET, estimator, economy_effects).coefficients
    for row in table.itertuples():
        # Within three of its standard errors, and these small enough for that to mean something.
        known = getattr(truth, NAMES[row.term])
        assert abs(row.coefficient - known) < 3 * row.standard_error
        assert row.standard_error < 0.3
    assert table["low"].lt(table["coefficient"]).all()


def test_standard_errors_have_the_size_of_the_estimates_spread(truth):
    # 60 panels: the mean clustered error is within a quarter of the spread, which itself is known to 9% (1/sqrt(2x60)).
    tables = [estimate(truth.panel(seed, economies=60, years=5)).coefficients for seed in range(60)]
    drawn = pd.concat(tables).groupby("term").agg(spread=("coefficient", "std"), error=("standard_error", "mean"))
    np.testing.assert_allclose(drawn["error"], drawn["spread"], rtol=0.25)


def test_reset_agrees_with_statsmodels_and_finds_a_wrong_form(truth):
    panel = truth.panel(seed=5, economies=300)
    sample = estimation_sample(panel, EQUATION, "ols")
    fit = sm.OLS(np.log(sample.rows["trade"].to_numpy()), sample.regressors).fit()
    options = {"cov_type": "cluster", "cov_kwds": {"groups": sample.clusters, "use_correction": True}}
    theirs = linear_reset(fit, power=2, use_f=True, **options)
    ours = estimate(panel)
    # statsmodels counts the square as a parameter in (N-1)/(N-K), as the package does.
    assert ours.reset_f == pytest.approx(float(theirs.fvalue), rel=1e-6)
    income = np.log(panel["gdp_current_usd"] / panel["population"])
    bent = panel.assign(trade=panel["trade"] * np.exp(0.5 * (income - income.mean()) ** 2))
    assert ours.reset_p > 0.05
    for estimator in ("ols", "ppml"):
        assert estimate(bent, estimator=estimator).reset_p < 0.001


def test_separation_is_detected_and_said(truth):
    panel = truth.panel(seed=3, economies=40)
    silent = panel["iso3"].isin(["AAA", "AAB"])
    zeros = panel.assign(trade=panel["trade"].mask(silent, 0))
    found = estimate(zeros, estimator="ppml", economy_effects=True)
    without = estimate(panel[~silent], estimator="ppml", economy_effects=True)
    assert found.notes[0].startswith(
        "Separation: zeros predicted perfectly (AAA, AAB, 24 rows) drive an effect to minus"
    )
    np.testing.assert_allclose(found.coefficients["coefficient"], without.coefficients["coefficient"], rtol=1e-8)
    assert found.economies == 38
    # Without economy effects the zeros are ordinary observations of PPML, and OLS leaves them out and counts them.
    assert estimate(zeros, estimator="ppml").observations == len(panel)
    logs = estimate(zeros)
    assert logs.observations == len(panel) - 24
    assert "Left out because trade is zero or negative, which has no logarithm: 24 rows." in logs.notes


def test_what_is_left_out_is_counted():
    panel = trade_panel("delivered", "exports")
    traded = panel.dropna(subset=["trade"])
    notes = estimate(panel, WITH_INTERNET, "ppml").notes
    assert "Left out because trade is negative: 1 row." in notes
    used = traded[traded["trade"] >= 0]
    missing = used[["population", "gdp_current_usd", "internet_users_pct"]].isna().any(axis=1).sum()
    assert f"Left out because a regressor is missing: {missing} rows with trade." in notes
    assert notes[-1] == NOT_CAUSAL
    by_economy = (
        used.dropna(subset=["population", "gdp_current_usd", "internet_users_pct"]).groupby("iso3")["trade"].sum()
    )
    half = (by_economy.sort_values(ascending=False).cumsum() / by_economy.sum()).searchsorted(0.5) + 1
    assert any(note.startswith(f"Half of the trade is that of {half} economies") for note in notes)
    assert not any("Half of the trade" in note for note in estimate(panel, WITH_INTERNET).notes)


def test_an_economy_with_one_year_says_nothing_under_economy_effects(truth):
    panel = truth.panel(seed=4, economies=30)
    short = panel[(panel["iso3"] != "AAA") | (panel["year"] == 2015)]
    found = estimate(short, economy_effects=True)
    without = estimate(panel[panel["iso3"] != "AAA"], economy_effects=True)
    pd.testing.assert_frame_equal(found.coefficients, without.coefficients)
    assert "AAA has one year only and is left out of the fit with economy effects." in found.notes


@pytest.mark.parametrize(
    ("equation", "estimator", "sentence"),
    [
        (EQUATION, "OLS", "there is no estimator 'OLS': use one of ols, ppml"),
        (
            with_covariates(EQUATION, ["fixed_broadband_per_100"]),
            "ols",
            "no economy has trade, population, GDP and broadband together",
        ),
        ("log_trade ~ log_gdp", "ols", r"cannot be read \(.*name 'log_gdp' is not defined\): write it as 'log_trade ~"),
        ("log_trade ~ log_population +", "ols", "cannot be read"),
        ("log_trade ~ ", "ols", "is none of trade: write it as"),
        ("trade ~ log_population", "ols", "the equation 'trade ~ log_population' is none of trade: write it as 'log_t"),
        ("log_trade ~ np.log(internet_users_pct - 200)", "ols", "cannot be read|infinite"),
        ("log_trade ~ np.log(log_population - log_population)", "ols", "has a term that is infinite in some row"),
    ],
)
def test_refusals(truth, equation, estimator, sentence):
    with pytest.raises(InputError, match=sentence):
        estimate(truth.panel(seed=1, economies=20), equation, estimator)


def test_inflation_by_a_regression_of_each_term_on_the_others():
    panel = trade_panel()
    equation = with_covariates(EQUATION, ["internet_users_pct", "fixed_broadband_per_100"])
    found = estimate(panel, equation).coefficients.set_index("term")["inflation"]
    rows = estimation_sample(panel, equation, "ols").rows
    for term in found.index:
        others = " + ".join(found.index.drop(term))
        years = smf.ols(f"{term} ~ C(year)", rows).fit().ssr
        left = smf.ols(f"{term} ~ {others} + C(year)", rows).fit().ssr
        assert found[term] == pytest.approx(years / left)
    twin = panel.assign(twin=panel["log_population"] + 1e-3 * panel["internet_users_10_points"])
    said = estimate(twin, f"{EQUATION} + twin").said
    assert "collinear" in said
    assert "collinear" not in estimate(panel).said
