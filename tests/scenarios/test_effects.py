import numpy as np
import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios import TRADE_ELASTICITY, elasticity_sources, published_effect, published_effects
from carec_digital_trade.scenarios.effects import fill_bounds, log_effect


def at(kind, percent, elasticity=-3.7, cost=1.0):
    return log_effect(kind, np.array([percent]), np.array([elasticity]), cost).item()


def test_conversions_by_hand():
    # 6.5% more trade for 10% more of the indicator: ln 1.065 / ln 1.1 = 0.0629748 / 0.0953102 = 0.66074.
    assert at("trade_per_10_percent", 6.5) == pytest.approx(0.66074, abs=1e-5)
    # 1.75% less cost: ln 0.9825 / ln 1.1 = -0.0176549 / 0.0953102 = -0.185236; times -3.7 is 0.68537.
    assert at("cost_per_10_percent", -1.75) == pytest.approx(0.68537, abs=1e-5)
    # An ad valorem cost of 1 that falls by 13%: -3.7 x (ln 1.87 - ln 2) = -3.7 x -0.0672087 = 0.24867.
    assert at("cost_at_full", -13) == pytest.approx(0.24867, abs=1e-5)
    # Costs twice as high: -3.7 x (ln(1 + 2 x 0.87) - ln 3) = -3.7 x -0.0906544 = 0.33542.
    assert at("cost_at_full", -13, cost=2.0) == pytest.approx(0.33542, abs=1e-5)
    # 2% less cost for 10 points more: -3.7 x ln 0.98 / 10 = -3.7 x -0.0202027 / 10 = 0.0074750 a point.
    assert at("cost_per_10_points", -2) == pytest.approx(0.0074750, abs=1e-7)
    # 0.27% more trade for 1% more users: ln 1.0027 / ln 1.01 = 0.00269636 / 0.00995033 = 0.270982.
    assert at("trade_per_1_percent", 0.27) == pytest.approx(0.270982, abs=1e-6)
    assert at("trade_at_full", 10) == pytest.approx(np.log(1.1))
    assert at("connectivity_amplifier", 60) == pytest.approx(0.6)


def test_a_doubling_of_ten_per_cent_steps():
    # An elasticity: a rise of 21% is two rises of 10%, so trade grows by 1.065 squared.
    assert np.exp(at("trade_per_10_percent", 6.5) * np.log(1.21)) == pytest.approx(1.065**2)


def test_every_effect_that_a_lever_can_use_has_a_source_and_only_known_outcomes():
    table = published_effects()
    evidence = load("effects")
    assert set(table["effect"]) == {*evidence.loc[evidence["indicator"].notna(), "id"], "yousefi2018"}
    assert (table["source"].str.len() > 10).all()
    assert list(table.loc[~table["proxy"], "effect"]) == ["wto2023_cost_points"]  # whose indicator is in the data
    paperless = table[table["lever"] == "paperless"]
    assert set(paperless["measures"]) == {"goods_and_services"}


def test_bounds():
    assert published_effect("wto2023_trade").bounds() == (6.0, 6.5, 7.0)
    assert published_effect("wto2023_trade").published_bounds
    # A floor: the lower bound is published, the upper is assumed half of the figure above it.
    assert published_effect("oecd2018_services").bounds(0.5) == (3.0, 3.0, 4.5)
    assert not published_effect("oecd2018_services").published_bounds
    assert published_effect("escap_cpta").bounds(0.5) == (-19.5, -13.0, -6.5)
    assert fill_bounds(None, -3.7, None, 0.0) == (-3.7, -3.7, -3.7)


def test_refusals():
    with pytest.raises(InputError, match=r"no effect 'wto2023_trad'.*did you mean 'wto2023_trade'"):
        published_effect("wto2023_trad")
    with pytest.raises(InputError, match="no effect 'escap2014_exports' that a lever can use"):
        published_effect("escap2014_exports")
    with pytest.raises(InputError, match="the relative uncertainty is 1"):
        fill_bounds(None, 1.0, None, 1.0)


def test_restatements_of_one_study_share_it_and_say_so():
    table = load("effects").set_index("id")
    restated = table.loc[["wto2023_cost", "wto2023_trade", "wto2023_interaction"]]
    assert (restated["study"] == table.at["wto2023_cost_points", "study"]).all()
    assert restated["told_by"].str.startswith("restatement").all()
    assert table.at["wto2023_cost_points", "told_by"] == "authors (abstract)"
    overlapping = table["overlaps"].dropna().str.split("|").explode()
    assert set(overlapping) <= set(table.index)
    assert not table["standard_error"].notna().any()  # none is in an abstract or on a first page


def test_all_that_was_read_is_there_with_where():
    table = load("effects")
    assert len(table) == 49  # 48 estimates and the restated interaction
    assert table["where_read"].notna().all() and table["admissible"].str.startswith(("yes", "partly", "no")).all()


def test_the_elasticities_are_those_of_the_table():
    assert tuple(elasticity_sources()["value"]) == TRADE_ELASTICITY
    missing = load("effects").set_index("id").loc["services_elasticity_none"]
    assert np.isnan(missing["central"])


def test_a_study_of_both_flows_is_their_mean_for_the_total():
    both = published_effect("yousefi2018")
    assert both.bounds() == pytest.approx((0.0, 0.0875, 0.175))
    assert both.of_flow("total") == both and both.of_flow("imports").central == 0.08
    exports = published_effect("yousefi2018_exports")
    assert exports.acts_on("delivered", "exports") and not exports.acts_on("delivered", "total")


def test_the_opposite_signs_told_in_notebook_03_are_the_tables():
    table = load("effects").set_index("id")
    assert list(table.loc["adequacy2026", ["low", "high"]]) == [7, 9]
    central = table.loc[["gdpr2025", "oecd_wto2025_balanced", "oecd_wto2025_none"], "central"]
    assert central.tolist() == [-10, 3.6, -2]
