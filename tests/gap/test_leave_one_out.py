import numpy as np
import pytest
import statsmodels.api as sm

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap.equation import EQUATION, with_covariates
from carec_digital_trade.gap.fitting import fit_poisson
from carec_digital_trade.gap.leave_one_out import leave_one_out_ols, leave_one_out_ppml
from carec_digital_trade.gap.panel import trade_panel
from carec_digital_trade.gap.sample import estimation_sample

REFIT = 1e-9
"""Of the largest coefficient: both solve the same equations, whose condition number of some 1e6 leaves ten digits."""


@pytest.mark.parametrize("measure", ["delivered", "deliverable"])
def test_ols_equals_refits_for_every_economy(measure):
    sample = estimation_sample(trade_panel(measure), with_covariates(EQUATION, ["internet_users_pct"]), "ols")
    outcome, regressors, clusters = np.log(sample.rows["trade"].to_numpy()), sample.regressors, sample.clusters
    left_out = leave_one_out_ols(outcome, regressors, clusters)
    for cluster in range(sample.economies):
        kept = clusters != cluster
        refit = sm.OLS(outcome[kept], regressors[kept]).fit().params
        np.testing.assert_allclose(left_out.coefficients[cluster], refit, atol=REFIT * np.abs(refit).max())
        np.testing.assert_allclose(left_out.index[~kept], regressors[~kept] @ refit, atol=1e-8)


def test_ppml_equals_refits():
    sample = estimation_sample(
        trade_panel("deliverable", "exports"), with_covariates(EQUATION, ["internet_users_pct"]), "ppml"
    )
    outcome, regressors, clusters = sample.rows["trade"].to_numpy(), sample.regressors, sample.clusters
    left_out = leave_one_out_ppml(outcome, regressors, clusters, fit_poisson(outcome, regressors).params)
    largest = sample.rows.groupby("iso3")["trade"].sum().nlargest(6).index
    chosen = {*largest, "CHN", "KAZ", "KGZ", "LAO", "TUV"} & set(sample.rows["iso3"])
    assert len(chosen) > 8
    for code in chosen:
        own = (sample.rows["iso3"] == code).to_numpy()
        refit = fit_poisson(outcome[~own], regressors[~own]).params
        cluster = clusters[own][0]
        np.testing.assert_allclose(left_out.coefficients[cluster], refit, atol=REFIT * np.abs(refit).max())
        np.testing.assert_allclose(left_out.index[own], regressors[own] @ refit, atol=1e-8)


def test_a_poisson_fit_that_cannot_exist_is_refused():
    # Without the first economy every row of the second regressor's ones is zero.
    outcome, clusters = np.array([3.0, 1, 0, 0, 2, 4]), np.array([0, 0, 1, 1, 2, 2])
    regressors = np.column_stack([np.ones(6), [1.0, 0, 1, 1, 0, 0]])
    start = fit_poisson(outcome, regressors).params
    with pytest.raises(InputError, match="does not converge"):
        leave_one_out_ppml(outcome, regressors, clusters, start)
