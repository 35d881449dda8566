"""Standings: where an economy ranks, among all with data and in the regions that it belongs to."""

import pandas as pd

from carec_digital_trade.economies import iso3
from carec_digital_trade.errors import attempt
from carec_digital_trade.metrics.trade import members
from carec_digital_trade.regions import Region, region, region_names

EVERYBODY = "All economies"


def standings(trade_frame: pd.DataFrame, economy: str, year: int) -> pd.DataFrame:
    """Rank an economy by size among all economies and within each known region of which it is a member.

    Parameters
    ----------
    trade_frame : pandas.DataFrame
        One flow of one measure, from `trade`.
    economy : str
        ISO 3166-1 alpha-3 or name.
    year : int
        A year of the frame, at which membership is taken too.

    Returns
    -------
    pandas.DataFrame
        One row for all economies, then one a region: region, iso3, value (USD million), share (0 to 1, of the members
        with data; NaN if one of them is negative), rank (1 is the largest), covered (members with data).

    Raises
    ------
    InputError
        If the economy is unknown, or the frame mixes flows or measures or lacks the year.

    Examples
    --------
    >>> from carec_digital_trade.metrics import trade
    >>> standings(trade("delivered", "total"), "Viet Nam", 2024)["region"].tolist()[:2]
    ['All economies', 'ASEAN']
    """
    code = iso3(economy)
    groups = [Region(EVERYBODY, tuple(trade_frame["iso3"].unique()), year)]
    known = [attempt(region, name, year) for name in region_names()]  # some had no members yet
    groups += [each for each in known if isinstance(each, Region) and code in each.members]
    rows = []
    for each in groups:
        ranked = members(trade_frame, each, year)
        own = ranked[ranked["iso3"] == code].assign(region=each.label, covered=ranked["value"].notna().sum())
        rows.append(own[["region", "iso3", "value", "share", "rank", "covered"]])
    return pd.concat(rows, ignore_index=True)
