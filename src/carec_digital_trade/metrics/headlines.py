"""The headlines of the snapshot that `overturning` tells anew: who trades more, and whose trade is the more even."""

from functools import cache

import numpy as np
import pandas as pd

from carec_digital_trade.metrics.concentration import concentration, more_even
from carec_digital_trade.metrics.trade import members
from carec_digital_trade.overturning import Headline, Setting
from carec_digital_trade.regions import Region

ALIKE = 1.05
"""Totals whose ratio is smaller are about as large as each other."""
_SIDES = ("region", "benchmark")


def trades_more(trade_frame: pd.DataFrame) -> Headline:
    """Return the headline that says which of two regions trades more.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        As from `trade`.

    Returns
    -------
    Headline
        Whose verdict is region, benchmark or alike; there is none unless both totals are positive.
    """

    @cache  # a change leaves one of the two regions as it is
    def total(one: Region, year: int) -> float:
        return members(trade_frame, one, year)["value"].sum(min_count=1)

    def told(setting: Setting) -> str:
        totals = [total(each, setting.year) for each in setting.regions]
        if not min(totals) > 0:
            return ""
        return "alike" if max(totals) < ALIKE * min(totals) else _SIDES[int(np.argmax(totals))]

    return Headline(told, _known(trade_frame))


def more_evenly_spread(trade_frame: pd.DataFrame) -> Headline:
    """Return the headline that says which of two regions' trade is the more evenly spread, by the normalised index.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        As from `trade`.

    Returns
    -------
    Headline
        Whose verdict is region, benchmark or alike; there is none where an index is not defined.
    """

    @cache
    def index(one: Region, year: int) -> float:
        return concentration(members(trade_frame, one, year)).hhi_normalised

    def told(setting: Setting) -> str:
        found = [index(each, setting.year) for each in setting.regions]
        if np.isnan(found).any():
            return ""
        return {1: "region", 0: "alike", -1: "benchmark"}[int(more_even(*found))]

    return Headline(told, _known(trade_frame))


def _known(trade_frame: pd.DataFrame) -> pd.DataFrame:
    return trade_frame.dropna(subset="value")[["iso3", "year"]]
