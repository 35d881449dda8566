import numpy as np
import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.scenarios import outcome, paperless_crosscheck


@pytest.fixture(scope="module")
def table():
    return paperless_crosscheck().set_index("figure")


def test_escaps_gain_by_hand(table):
    exports = outcome("goods_and_services", "exports")
    base = exports[(exports["year"] == 2014) & exports["iso3"].isin(load("table1")["iso3"])]["value"].sum() / 1e3
    assert table.at["escap_full", "value"] == 257
    assert table.at["exports", "value"] == pytest.approx(base)
    assert table.at["escap_full_at_most", "value"] == pytest.approx(257 / base * 100)


def test_the_cost_effect_implies_many_times_as_much(table):
    # -13% of an ad valorem cost of 1 at an elasticity of -3.7: exp(0.24867) - 1 = 28.2%.
    assert table.at["escap_cpta", "value"] == pytest.approx(28.23, abs=0.01)
    # The strongest: -19.5% at -5, exp(-5 (ln 1.805 - ln 2)) - 1 = 67.0%; the weakest: -6.5% at -3.2, 11.2%.
    assert table.at["escap_cpta", "high"] == pytest.approx((2 / 1.805) ** 5 * 100 - 100)
    assert table.at["escap_cpta", "low"] == pytest.approx((2 / 1.935) ** 3.2 * 100 - 100)
    times = table.at["escap_cpta_times_escap", "value"]
    assert times == pytest.approx(table.at["escap_cpta", "value"] / table.at["escap_full_at_most", "value"])
    assert times > 2
    assert np.isfinite(table.loc["escap_tfa_digital_times_escap", ["low", "value", "high"]].to_numpy(float)).all()
