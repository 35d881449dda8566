"""The headlines of the snapshot that `overturning` tells anew: who trades more, and whose trade is the more even."""

import numpy as np
import pandas as pd

from carec_digital_trade.metrics.concentration import concentration, more_even
from carec_digital_trade.metrics.trade import members
from carec_digital_trade.overturning import Headline, Setting

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

    def told(setting: Setting) -> str:
        totals = [members(trade_frame, each, setting.year)["value"].sum(min_count=1) for each in setting.regions]
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

    def told(setting: Setting) -> str:
        found = [concentration(members(trade_frame, each, setting.year)).hhi_normalised for each in setting.regions]
        if np.isnan(found).any():
            return ""
        return {1: "region", 0: "alike", -1: "benchmark"}[int(more_even(*found))]

    return Headline(told, _known(trade_frame))


def _known(trade_frame: pd.DataFrame) -> pd.DataFrame:
    return trade_frame.dropna(subset="value")[["iso3", "year"]]
