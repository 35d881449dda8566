"""Levels: what a region trades in one year, against the world, its people, its economy, and how evenly."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.metrics.concentration import concentration
from carec_digital_trade.metrics.relative import per_gdp, per_person, regional_ratio, world_share
from carec_digital_trade.metrics.trade import members, regional_total, trade
from carec_digital_trade.regions import Region


def levels(trade_frame: pd.DataFrame, region: Region, year: int, vintage: str = BUNDLED) -> pd.DataFrame:
    """Set a region's trade against its own balance, the world's trade, its population and its GDP.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `trade`.
    region : Region
        Members.
    year : int
        A year of the frame.
    vintage : str
        Vintage of the other tables.

    Returns
    -------
    pandas.DataFrame
        One row: total and balance (USD million; the balance is NaN unless the same number of members has one),
        world_share (0 to 1), per_person (USD), per_gdp (%), members, members_covered, missing, and the years of the
        denominators, population_year and gdp_year, as text.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks the year.
    """
    total = world_share(trade_frame, region, year, vintage).iloc[0]
    both = trade(trade_frame["measure"].iloc[0], "balance", vintage)
    balance = regional_total(both, region, year).iloc[0]
    persons, economy = (
        regional_ratio(ratio(trade_frame, region, year, vintage)).iloc[0] for ratio in (per_person, per_gdp)
    )
    row = {
        "total": total["value"],
        # A balance over fewer members than the total would be read against it.
        "balance": balance["value"] if balance["covered"] == total["covered"] else np.nan,
        "world_share": total["share"],
        "per_person": persons["value"],
        "per_gdp": economy["value"],
        "members": total["members"],
        "members_covered": total["covered"],
        "missing": total["missing"],
        "population_year": _span(persons),
        "gdp_year": _span(economy),
    }
    return pd.DataFrame([row])


def at_a_glance(trade_frame: pd.DataFrame, regions: Sequence[Region], year: int) -> pd.DataFrame:
    """Set regions side by side: how much each trades, and how evenly.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `trade`.
    regions : sequence of Region
        In the order of the rows.
    year : int
        A year of the frame.

    Returns
    -------
    pandas.DataFrame
        One row a region: region (label), total (USD million), of (its members), and the fields of `Concentration`.

    Raises
    ------
    InputError
        If the frame mixes flows or measures, or lacks the year.
    """
    rows = []
    for one in regions:
        total = regional_total(trade_frame, one, year).iloc[0]
        spread = vars(concentration(members(trade_frame, one, year)))
        rows.append({"region": one.label, "total": total["value"], "of": total["members"], **spread})
    return pd.DataFrame(rows)


def _span(ratio: pd.Series) -> str:
    if pd.isna(ratio["denominator_from"]):
        return "no data"
    first, last = int(ratio["denominator_from"]), int(ratio["denominator_to"])
    return f"{first}" if first == last else f"{first} to {last}"
