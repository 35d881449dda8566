"""Slopes by year, the mean beside the median, and how sure a place among all is."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from carec_digital_trade.errors import InputError
from carec_digital_trade.gap import EQUATION, expected_trade, percentile_intervals, slope_test, trade_panel, usable
from carec_digital_trade.gap.equations import slopes_in


def test_slopes_against_a_formula():
    panel = trade_panel()
    rows = usable(panel, EQUATION)
    found = slope_test(panel).set_index("term")
    formula = f"{EQUATION} + log_population:C(year)"
    clusters = {"groups": rows.groupby("iso3").ngroup()}
    fit = smf.ols(formula, rows).fit(cov_type="cluster", cov_kwds=clusters, use_t=True)
    names = [name for name in fit.params.index if name.startswith("log_population:")]
    wald = fit.wald_test(np.eye(len(fit.params))[fit.params.index.get_indexer(names)], use_f=True, scalar=True)
    row = found.loc["log_population"]
    assert row["restrictions"] == len(names)
    assert row["f"] == pytest.approx(wald.statistic, rel=1e-6)
    assert row["p"] == pytest.approx(wald.pvalue, rel=1e-6)
    assert row["first_slope"] == pytest.approx(fit.params["log_population"])
    assert row["last_slope"] == pytest.approx(fit.params[["log_population", names[-1]]].sum())


def test_slopes_of_ppml_are_told_apart_by_the_bootstrap(truth):
    """Where the slope on population turns half way, both p are small; where it does not, the bootstrap's is not."""
    panel = truth.panel(seed=4, economies=60, years=6)
    late = panel["year"] > panel["year"].median()
    size = np.log(panel["population"]) - np.log(panel["population"]).mean()
    turned = panel.assign(trade=panel["trade"] * np.exp(0.5 * size * late))
    for frame, small in ((panel, False), (turned, True)):
        row = slope_test(frame, estimator="ppml").set_index("term").loc["log_population"]
        assert row["restrictions"] == 5
        assert (row["bootstrap_p"] < 0.01) == small
    assert slope_test(panel)["bootstrap_p"].isna().all()


def test_an_equation_without_slopes_or_years_has_none_to_test():
    assert slopes_in("log_trade ~ log_population + year") == ()
    assert slope_test(trade_panel(), "log_trade ~ log_population").empty
    assert slope_test(trade_panel(), "log_trade ~ log_population + C(year)")["term"].tolist() == ["log_population"]


def test_the_mean_is_the_median_times_the_mean_ratio_of_the_others():
    found = expected_trade(trade_panel(), 2023).dropna(subset="actual").set_index("iso3")
    others = found["actual_over_expected"].drop("KAZ").mean()
    assert found.at["KAZ", "expected_mean"] == pytest.approx(found.at["KAZ", "expected"] * others)
    assert others > 1  # trade is skewed
    poisson = expected_trade(trade_panel(), 2023, estimator="ppml").dropna(subset="actual")
    assert poisson["expected_mean"].equals(poisson["expected"].rename("expected_mean"))


@pytest.mark.parametrize(("estimator", "draws"), [("ols", 300), ("ppml", 60)])
def test_percentiles_are_drawn_about_those_of_the_fit(estimator: str, draws: int):
    panel = trade_panel()
    asked = (panel, 2023, EQUATION, estimator, draws)
    found = percentile_intervals(*asked).set_index("iso3")
    table = expected_trade(panel, 2023, estimator=estimator).set_index("iso3")["percentile"].reindex(found.index)
    assert (found["percentile_low"] <= found["percentile_high"]).all()
    assert found.to_numpy().min() >= 0
    assert found.to_numpy().max() < 100
    # The point is of a fit without the economy, the draws of fits with it.
    within = (table >= found["percentile_low"] - 2) & (table <= found["percentile_high"] + 2)
    assert within.mean() > 0.95
    pd.testing.assert_frame_equal(percentile_intervals(*asked).set_index("iso3"), found)
    with pytest.raises(InputError, match="ask for at least one draw"):
        percentile_intervals(panel, draws=0)


@pytest.mark.parametrize("estimator", ["ols", "ppml"])
def test_one_draw_of_everybody_is_the_fit(monkeypatch, estimator: str):
    """With each economy drawn once, the percentiles are those of the residuals of the full fit."""

    class Once:
        def multinomial(self, number, _, draws):
            return np.ones((draws, number), dtype=int)

    monkeypatch.setattr(np.random, "default_rng", lambda _: Once())
    panel = trade_panel()
    found = percentile_intervals(panel, 2023, estimator=estimator, draws=1).set_index("iso3")["percentile_low"]
    rows = usable(panel, EQUATION, estimator)
    in_levels = smf.poisson(EQUATION.replace("log_trade", "trade"), rows)
    index = (
        smf.ols(EQUATION, rows).fit().fittedvalues
        if estimator == "ols"
        else in_levels.fit(disp=0).predict(which="linear")
    )
    residuals = rows.assign(left=np.log(rows["trade"]) - index)
    shown = residuals[residuals["year"].between(2020, 2023)].groupby("iso3").tail(1).set_index("iso3")["left"]
    expected = 100 * (shown.rank() - 1) / len(shown)
    np.testing.assert_allclose(found, expected.reindex(found.index))
