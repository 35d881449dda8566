import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import trade
from carec_digital_trade.scenarios import outcome

COLUMNS = ["iso3", "year", "flow", "value", "measure", "unit"]


@pytest.mark.parametrize("measure", ["delivered", "deliverable", "goods_and_services"])
@pytest.mark.parametrize("flow", ["total", "exports", "imports"])
def test_every_measure_and_flow_has_the_same_columns(measure, flow):
    frame = outcome(measure, flow)
    assert list(frame.columns) == COLUMNS + ["flagged"] * (measure == "delivered")
    assert set(frame["measure"]) == {measure} and set(frame["flow"]) == {flow} and set(frame["unit"]) == {"USD million"}


def test_constant_prices_by_hand():
    # United States, panel: GDP at current over GDP at constant prices, 2014, 2023 and 2024; 2025 goes on as 2024 did.
    usa = load("panel").query("iso3 == 'USA'").set_index("year")
    level = usa["gdp_current_usd"] / usa["gdp_constant_2015_usd"]
    current, constant = (
        outcome(prices=prices).set_index(["iso3", "year"])["value"] for prices in ("current", "constant")
    )
    ratio = (current / constant)["KAZ"]
    assert ratio[2024] == pytest.approx(1, rel=1e-12)
    assert ratio[2014] == pytest.approx(level[2014] / level[2024], rel=1e-12) and ratio[2014] < 0.8
    assert ratio[2025] == pytest.approx(level[2024] / level[2023], rel=1e-12)
    assert set(outcome(prices="constant")["unit"]) == {"USD million of 2024"}
    with pytest.raises(InputError, match="no prices 'real'"):
        outcome(prices="real")


def test_services_are_those_of_the_metrics():
    assert outcome("deliverable", "exports").equals(trade("deliverable", "exports"))


def test_goods_and_services_are_the_shares_of_gdp():
    # Kazakhstan 2024, panel: exports 31.587% and imports 25.574% of GDP; both together are their sum times GDP.
    panel = load("panel").set_index(["iso3", "year"]).loc[("KAZ", 2024)]
    frame = outcome("goods_and_services").set_index(["iso3", "year"])
    expected = (31.587 + 25.574) / 100 * panel["gdp_current_usd"] / 1e6
    assert frame.at[("KAZ", 2024), "value"] == pytest.approx(expected, rel=1e-12)
    assert ("MMR", 2024) not in frame.index  # no shares: missing is missing


def test_unknown_measure_and_flow_are_refused():
    with pytest.raises(InputError, match=r"no measure 'deliverd'.*did you mean 'delivered'"):
        outcome("deliverd")
    with pytest.raises(InputError, match="no flow 'balance'"):
        outcome("delivered", "balance")
