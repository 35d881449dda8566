import pytest

from carec_digital_trade.datasets import load
from carec_digital_trade.integration import gravity_pairs, together, trade_by_partner
from carec_digital_trade.regions import region


@pytest.fixture(scope="session")
def goods():
    return trade_by_partner("goods")


@pytest.fixture(scope="session")
def distances():
    return load("distances")


@pytest.fixture(scope="session")
def compared():
    return region("CAREC", 2023, ["CHN"]), region("ASEAN", 2023)


@pytest.fixture(scope="session")
def pairs(goods, distances, compared):
    return gravity_pairs(goods, distances, together(compared, ["former Soviet Union"]))
