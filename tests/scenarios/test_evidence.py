import numpy as np
import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.scenarios import outcome, paperless_crosscheck


@pytest.fixture(scope="module")
def table():
    return paperless_crosscheck().set_index("figure")


def test_escaps_gain_by_hand(table):
    exports = outcome("goods_and_services", "exports")
    base = exports[(exports["year"] == 2014) & exports["iso3"].isin(load("cpta")["iso3"])]["value"].sum() / 1e3
    assert table.at["escap_full", "value"] == 257
    assert table.at["exports", "value"] == pytest.approx(base)
    assert table.at["escap_full_at_most", "value"] == pytest.approx(257 / base * 100)
    assert table.at["escap_partial_at_most", "value"] == pytest.approx(36 / base * 100)
    assert "own_exports" not in table.index  # of no region asked for


def test_the_cost_effect_implies_many_times_as_much(table):
    # -13% of an ad valorem cost of 1 at an elasticity of -3.7: exp(0.24867) - 1 = 28.2%.
    assert table.at["escap_cpta", "value"] == pytest.approx(28.23, abs=0.01)
    # The strongest: -19.5% at -5, exp(-5 (ln 1.805 - ln 2)) - 1 = 67.0%; the weakest: -6.5% at -2.8, 9.7%.
    assert table.at["escap_cpta", "high"] == pytest.approx((2 / 1.805) ** 5 * 100 - 100)
    assert table.at["escap_cpta", "low"] == pytest.approx((2 / 1.935) ** 2.8 * 100 - 100)
    times = table.at["escap_cpta_times_escap", "value"]
    assert times == pytest.approx(table.at["escap_cpta", "value"] / table.at["escap_full_at_most", "value"])
    assert times > 2
    assert np.isfinite(table.loc["escap_tfa_digital_times_escap", ["low", "value", "high"]].to_numpy(float)).all()


def test_the_cost_effect_at_other_trade_costs(table):
    # -13% of t = 0.5 leaves 0.435, (1.435 / 1.5)^-3.7 - 1 = 17.8%; of t = 2, 1.74, (2.74 / 3)^-3.7 - 1 = 39.9%.
    for cost, words in ((0.5, "0_5"), (2.0, "2")):
        by_hand = 100 * ((1 + 0.87 * cost) / (1 + cost)) ** -3.7 - 100
        assert table.at[f"escap_cpta_at_cost_{words}", "value"] == pytest.approx(by_hand)
    assert "escap_cpta_at_cost_1" not in table.index
    assert "escap_cpta_at_cost_1" in set(paperless_crosscheck(ad_valorem_cost=0.5)["figure"])
