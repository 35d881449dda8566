"""A panel of economies whose trade equation is known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest


@dataclass(frozen=True)
class Truth:
    """Elasticities, and log points for ten percentage points of internet users."""

    income: float = 1.2
    population: float = 0.8
    internet: float = 0.05

    def panel(
        self, seed: int, economies: int = 150, years: int = 12, own: float = 0.7, yearly: float = 0.3
    ) -> pd.DataFrame:
        """Draw a panel in the columns of `trade_panel`.

        Each economy has an effect of standard deviation ``own``, each row a shock of standard deviation ``yearly``:
        normal in logs and of mean one in levels, so that the elasticities hold for the mean as for the median.
        """
        rng = np.random.default_rng(seed)
        shape = (economies, years)
        log_income = rng.normal(8.5, 1.0, (economies, 1)) + 0.03 * np.arange(years) + rng.normal(0, 0.2, shape)
        log_population = rng.normal(15.5, 1.2, (economies, 1)) + rng.normal(0.01, 0.05, shape).cumsum(axis=1)
        internet = np.clip(12 * (log_income - 5) + rng.normal(0, 15, shape), 0, 100)
        effects = rng.normal(-(own**2) / 2, own, (economies, 1)) + rng.normal(-(yearly**2) / 2, yearly, shape)
        log_trade = self.income * log_income + self.population * log_population + self.internet * internet / 10 - 16
        log_trade = log_trade + rng.normal(0, 0.2, years) + effects
        codes = [f"{chr(65 + n // 676)}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}" for n in range(economies)]
        return pd.DataFrame(
            {
                "iso3": np.repeat(codes, years),
                "year": np.tile(np.arange(2010, 2010 + years), economies),
                "trade": np.exp(log_trade).ravel(),
                "population": np.exp(log_population).ravel(),
                "gdp_current_usd": np.exp(log_income + log_population).ravel(),
                "internet_users_pct": internet.ravel(),
                "fixed_broadband_per_100": np.nan,
            }
        )


@pytest.fixture(scope="session")
def truth() -> Truth:
    return Truth()
