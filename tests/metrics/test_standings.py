import pandas as pd
import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import standings


def frame(**values: float | None) -> pd.DataFrame:
    rows = pd.DataFrame({"iso3": list(values), "value": list(values.values())})
    return rows.assign(year=2024, flow="total", measure="delivered", unit="USD million")


def test_an_economy_ranks_among_all_and_in_each_of_its_regions():
    """Of 3, 1 and 4 the three is second of all with 3/8, and first of the two in Central Asia with 3/4."""
    found = standings(frame(KAZ=3.0, UZB=1.0, SGP=4.0, TJK=None), "Kazakhstan", 2024).set_index("region")
    assert found.loc["All economies", ["rank", "covered", "share"]].tolist() == [2, 3, 3 / 8]
    assert found.loc["Central Asia", ["rank", "covered", "share"]].tolist() == [1, 2, 3 / 4]
    assert {"CAREC", "EAEU"} < set(found.index)
    assert "ASEAN" not in found.index
    assert set(found["iso3"]) == {"KAZ"}


def test_who_belongs_to_no_known_region_ranks_among_all_alone():
    assert standings(frame(ISL=1.0, KAZ=2.0), "ISL", 2024)["region"].tolist() == ["All economies"]


def test_a_year_that_the_frame_lacks_is_refused():
    with pytest.raises(InputError, match="has no year 2020"):
        standings(frame(KAZ=3.0), "KAZ", 2020)
