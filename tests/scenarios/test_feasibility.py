import pytest

from carec_digital_trade import scenarios
from carec_digital_trade.datasets import load
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import feasibility, fit_baseline, preset, simulate


@pytest.fixture(scope="module")
def record(delivered):
    """The largest trade over GDP of the tables, by hand."""
    gdp = load("panel").set_index(["iso3", "year"])["gdp_current_usd"]
    return (1e6 * delivered.set_index(["iso3", "year"])["value"] / gdp).max()


def gdp_in(year, code):
    """GDP at its own mean growth, as the fit shrinks it, in USD million."""
    panel = load("panel").dropna(subset="gdp_current_usd")
    series = panel[["iso3", "year"]].assign(value=panel["gdp_current_usd"] / 1e6, measure="GDP", flow="", unit="")
    return fit_baseline(series, [code]).median(year).item()


def test_futures_beyond_any_share_of_gdp_are_counted(make_series, record):
    # Without shocks trade grows by exactly 10% a year: to just below the record in one case, just above in the other.
    for ratio, share in ((0.99, 0.0), (1.01, 1.0)):
        last = ratio * record * gdp_in(2035, "PAK")
        growth = [last / 1.1 ** (30 - step) for step in range(21)]
        fitted = fit_baseline(make_series({"PAK": growth}), ["PAK"])
        plain = simulate(scenarios.scenario(fitted, region(["PAK"]), region("ASEAN"), {}), 20)
        found = feasibility(plain)
        assert found["exceeding"].tolist() == found["exceeding_baseline"].tolist() == [share, share]
        assert found["record"].iloc[0] == pytest.approx(record)
        levers = {"connectivity": {"effect": "wto2023_cost_points"}}
        lifted = simulate(scenarios.scenario(fitted, region(["PAK"]), region("ASEAN"), levers), 20)
        assert feasibility(lifted)["exceeding"].tolist() == [1.0, 1.0]  # the levers add more than a hundredth


def test_the_region_counts_a_future_once(baseline, carec, asean):
    futures = simulate(scenarios.scenario(baseline, carec, asean, preset("connectivity")), 4_000)
    found = feasibility(futures)
    members = found["exceeding"].iloc[1:]
    assert members.max() <= found["exceeding"].iloc[0] <= members.sum()
    assert (found["exceeding"] >= found["exceeding_baseline"]).all() and members.is_monotonic_decreasing


def test_without_gdp_nothing_is_counted(delivered):
    taiwan = region("TWN")
    fitted = fit_baseline(delivered, taiwan.members)
    assert feasibility(simulate(scenarios.scenario(fitted, taiwan, region("ASEAN"), {}), 20)).empty
