"""Fixtures that these tests share with others."""

from light_backtest import light_backtest
from light_fits import remembered_fits

__all__ = ["light_backtest", "remembered_fits"]
