"""The third session's figure: what it draws, and that it can be read."""

import numpy as np
import pytest
from overlap import clashes, texts

from carec_digital_trade import scenarios
from carec_digital_trade.metrics import regional_total
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import fit_baseline, outcome, simulate
from carec_digital_trade.teaching.pictures import fan, futures

REGION = region("CAREC", exclude=["CHN"])
SERIES = outcome("delivered", "total")


@pytest.fixture(scope="module")
def simulation():
    baseline = fit_baseline(SERIES, REGION.members)
    return simulate(scenarios.scenario(baseline, REGION, region("ASEAN"), {}, horizon=2035), draws=500, seed=1)


@pytest.fixture(scope="module")
def result(simulation):
    return futures(SERIES, REGION, simulation)


def test_the_table_joins_past_and_futures(result, simulation):
    table = result.table.set_index("Year")
    assert list(table.index) == list(range(2005, 2036))
    past = regional_total(SERIES, REGION)["value"]
    assert np.array_equal(table["Observed"].dropna(), past)
    assert np.array_equal(table["Median"].dropna().index, simulation.years)
    # The median of an even number of draws is here the lower of the two in the middle.
    lower_middle = np.sort(simulation.totals["baseline"], axis=1)[:, 249]
    assert np.allclose(table["Median"].dropna(), lower_middle, rtol=1e-12)


def test_the_reading_holds_the_ends_of_the_band(result):
    last = result.table.iloc[-1]
    assert (
        f"USD {last['80% from'] / 1000:.1f} billion and USD {last['80% to'] / 1000:.1f} billion in 2035"
        in result.reading
    )


def test_the_fan_holds_the_data(result):
    (axis,) = fan(result)
    median, past = axis.lines
    table = result.table.set_index("Year") / 1000  # USD billion
    assert np.allclose(past.get_ydata(), table["Observed"].dropna())
    assert past.get_linestyle() == "-"
    assert np.allclose(median.get_ydata()[1:], table["Median"].dropna())
    assert median.get_ydata()[0] == past.get_ydata()[-1]
    assert median.get_linestyle() == "--"
    for band, drawn in zip((95, 80, 50), axis.collections, strict=True):
        corners = drawn.get_paths()[0].vertices
        at_the_end = corners[corners[:, 0] == 2035][:, 1]
        assert np.isclose(at_the_end.min(), table.loc[2035, f"{band}% from"])
        assert np.isclose(at_the_end.max(), table.loc[2035, f"{band}% to"])


def test_the_fan_can_be_read(result):
    axes = fan(result)
    assert clashes(axes) == []
    words = " ".join(text for text, _ in texts(axes)).replace("\n", " ")
    for expected in (result.source, result.caption, result.reading, "USD billion", "Year", "median", "80% band"):
        assert expected in words
    assert axes[0].get_ylim()[0] == 0
