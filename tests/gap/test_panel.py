"""The equation as a formula: what it says is what is fitted."""

import numpy as np
import pytest
import statsmodels.formula.api as smf

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import EQUATION, estimate, expected_trade, trade_panel, with_covariates
from carec_digital_trade.gap.equations import covariates_in, figures_in
from carec_digital_trade.gap.sample import estimation_sample

INTERNET, BROADBAND = "internet_users_pct", "fixed_broadband_per_100"
BOTH = with_covariates(EQUATION, [BROADBAND, INTERNET])


@pytest.mark.parametrize(
    "equation",
    [
        EQUATION,
        BOTH,
        "log_trade ~ log_population + C(year)",
        "log_trade ~ log_gdp_per_person + I(log_gdp_per_person ** 2) + log_population + year",
        "log_trade ~ log_gdp_per_person:log_population + np.log1p(internet_users_pct) + C(year)",
    ],
)
def test_any_formula_is_fitted_as_statsmodels_fits_it(equation):
    panel = trade_panel()
    ours = estimate(panel, equation)
    rows = estimation_sample(panel, equation, "ols").rows
    groups = rows["iso3"].factorize()[0]
    theirs = smf.ols(equation, rows).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    table = ours.coefficients.set_index("term")
    # Two orders of the same columns; squares of logarithms are nearly collinear.
    np.testing.assert_allclose(table["coefficient"], theirs.params[table.index], rtol=1e-7)
    np.testing.assert_allclose(table["standard_error"], theirs.bse[table.index], rtol=1e-7)
    np.testing.assert_allclose(table[["low", "high"]], theirs.conf_int().loc[table.index], rtol=1e-6)
    np.testing.assert_allclose(table["p"], theirs.pvalues[table.index], rtol=1e-6, atol=1e-12)
    assert set(theirs.params.index) - set(table.index) <= {"Intercept"} | {f"C(year)[T.{y}]" for y in range(2006, 2026)}


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_a_changed_formula_changes_what_is_expected(estimator):
    panel = trade_panel()
    usual, without_size = (
        expected_trade(panel, 2023, equation, estimator).set_index("iso3")["expected"]
        for equation in (EQUATION, "log_trade ~ log_gdp_per_person + C(year)")
    )
    # Without population China is expected to trade as little as others of its income.
    assert without_size["CHN"] < usual["CHN"] / 5


def test_covariates_go_in_and_out():
    assert f"{EQUATION} + fixed_broadband_10_per_100 + internet_users_10_points" == BOTH
    assert covariates_in(BOTH) == (BROADBAND, INTERNET)
    assert with_covariates(BOTH, [INTERNET]) == BOTH
    with pytest.raises(InputError, match="the covariate internet_users_pct is named twice"):
        with_covariates(EQUATION, [INTERNET, INTERNET])
    with pytest.raises(InputError, match="there is no covariate 'internet'"):
        with_covariates(EQUATION, ["internet"])


def test_rows_need_what_the_equation_names_and_no_more():
    panel = trade_panel()
    assert figures_in(BOTH, panel.columns) == ["trade", "population", "gdp_current_usd", BROADBAND, INTERNET]
    assert figures_in("log_trade ~ np.log(internet_users_pct + 1) + C(iso3)", panel.columns) == ["trade", INTERNET]
    # Afghanistan has no GDP in 2024.
    assert (
        expected_trade(panel, 2024, "log_trade ~ log_population + C(year)").set_index("iso3").loc["AFG", "note"] == ""
    )
    with pytest.raises(InputError, match="the fit without ABW is not determined by the other economies"):
        expected_trade(panel, 2024, "log_trade ~ log_population + C(iso3)")


def test_what_is_written_to_a_panel_stays_in_it():
    panel = trade_panel()
    panel["trade"] = 0.0
    panel.loc[0, "population"] = -1.0
    again = trade_panel()
    assert again["trade"].max() > 0 and again["population"].min() > 0
