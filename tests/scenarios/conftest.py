import numpy as np
import pandas as pd
import pytest

from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import fit_baseline, outcome


@pytest.fixture(scope="session")
def carec():
    return region("CAREC", exclude=["CHN"])


@pytest.fixture(scope="session")
def asean():
    return region("ASEAN")


@pytest.fixture(scope="session")
def delivered():
    return outcome("delivered", "total")


@pytest.fixture(scope="session")
def goods_and_services():
    return outcome("goods_and_services", "exports")


@pytest.fixture(scope="session")
def baseline(delivered, carec):
    return fit_baseline(delivered, carec.members)


@pytest.fixture(scope="session")
def goods_baseline(goods_and_services, carec):
    return fit_baseline(goods_and_services, carec.members)


@pytest.fixture(scope="session")
def make_series():
    def make(values, first=2005):
        """Return a series as `outcome` does from economy to yearly values; None is missing."""
        rows = [
            (code, first + step, "total", np.nan if value is None else value, "delivered", "USD million")
            for code, column in values.items()
            for step, value in enumerate(column)
        ]
        return pd.DataFrame(rows, columns=["iso3", "year", "flow", "value", "measure", "unit"])

    return make
