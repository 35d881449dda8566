import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carec_digital_trade.errors import InputError
from carec_digital_trade.integration import indices, nearest_year, services_integration
from carec_digital_trade.integration.indices import REST
from carec_digital_trade.regions import region

PAIR = region(["KAZ", "UZB"])


def table(rows, year=2023):
    """Rows of exporter, importer, value, and a methodology code if it is not R_IMF."""
    made = [(row[0], row[1], year, "SJ", row[3] if len(row) > 3 else "R_IMF", float(row[2]), 1) for row in rows]
    return pd.DataFrame(made, columns=["exporter", "importer", "year", "service", "method", "value", "flows"])


KNOWN = [
    ("KAZ", "UZB", 10, "E1"),
    ("UZB", "KAZ", 5),
    ("KAZ", "CHN", 20),
    ("CHN", "KAZ", 30),
    ("KAZ", REST, 15, "E5"),
    ("CHN", REST, 100, "E2"),
    (REST, REST, 1000, "E2"),
]


def test_a_case_worked_out_by_hand():
    # t(r,r) = 2 x (10 + 5) = 30, t(r,o) = 20 + 30 + 15 = 65, t(r) = 95; t(o,o) = 2 x 1100, t(o) = 2265.
    found = services_integration(table(KNOWN), PAIR, 2023)
    share = 30 / 95
    assert found.indices.intra_regional_share == pytest.approx(share)
    assert found.indices.trade_intensity == pytest.approx(share / (95 / (95 + 2265)))
    h, e = share / (65 / 2265), (1 - share) / (1 - 65 / 2265)
    assert found.indices.introversion == pytest.approx((h - e) / (h + e))
    # Five flows touch the pair, two of them estimated: 10 + 15 of 80.
    assert found.estimated_flows == pytest.approx(2 / 5)
    assert found.estimated_value == pytest.approx(25 / 80)
    assert (found.indices.covered, found.indices.outsiders, found.negative) == (2, 2, 0)


@pytest.mark.parametrize(("year", "stands_in"), [(2022, 2022), (2021, 2020), (2030, 2022), (2001, 2020)])
def test_the_nearest_year_is_the_last_one_there_is_or_the_first(year, stands_in):
    assert nearest_year(pd.concat([table(KNOWN, 2022), table(KNOWN, 2020)]), year) == stands_in


def test_services_are_added_up_and_years_are_not():
    several = pd.concat([table(KNOWN).assign(service="SF"), table(KNOWN), table(KNOWN, 2022).assign(value=1e6)])
    one, both = services_integration(table(KNOWN), PAIR, 2023), services_integration(several, PAIR, 2023)
    assert both.indices == replace(one.indices, within=2 * one.indices.within)
    assert both.estimated_value == one.estimated_value


def test_a_negative_pair_is_left_out_and_counted():
    found = services_integration(table([*KNOWN, ("UZB", "CHN", -3)]), PAIR, 2023)
    assert found.indices == services_integration(table(KNOWN), PAIR, 2023).indices
    assert found.negative == 1


def test_what_the_table_lacks_is_said():
    with pytest.raises(InputError, match="the table bilateral has no year 2020: it covers 2023 to 2023"):
        services_integration(table(KNOWN), PAIR, 2020)
    with pytest.raises(InputError, match="no exports of a member of Germany"):
        services_integration(table(KNOWN), region("DEU"), 2023)
    partial = services_integration(table(KNOWN), region(["KAZ", "DEU"]), 2023).indices
    assert (partial.partial, partial.missing) == (True, "DEU")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.1, 1e6), min_size=20, max_size=20))
def test_lumping_outsiders_changes_no_index(values):
    codes = ["KAZ", "UZB", "CHN", "DEU", "FRA"]
    pairs = [(one, two) for one in codes for two in codes if one != two]
    whole = pd.DataFrame([(*pair, value) for pair, value in zip(pairs, values, strict=True)])
    whole.columns = ["exporter", "importer", "value"]
    outside = dict.fromkeys(codes[2:], REST)
    lumped = whole.replace({"exporter": outside, "importer": outside})
    lumped = lumped.groupby(["exporter", "importer"], as_index=False)["value"].sum()
    one, other = indices(whole, PAIR), indices(lumped, PAIR)
    for index in ("intra_regional_share", "trade_intensity", "introversion"):
        # Sums of twenty numbers in another order.
        assert math.isclose(getattr(one, index), getattr(other, index), rel_tol=1e-9, abs_tol=1e-9)
