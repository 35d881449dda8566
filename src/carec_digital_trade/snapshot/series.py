"""The series that several sections read, computed once for a set of parameters."""

import pandas as pd

from carec_digital_trade.metrics import per_person, trade
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.regions import Region
from carec_digital_trade.vintages import remembered


def traded(chosen: SnapshotParameters, flow: str | None = None) -> pd.DataFrame:
    """Return the trade of all economies and years, for reading only.

    Parameters
    ----------
    chosen : SnapshotParameters
        Measure, flow and vintage.
    flow : str, optional
        Another flow than the chosen one.

    Returns
    -------
    pandas.DataFrame
        As `metrics.trade` returns it.
    """
    return _traded(chosen.measure, flow or chosen.flow, chosen.vintage)


def people(chosen: SnapshotParameters, one: Region) -> pd.DataFrame:
    """Return a region's trade per person by member and year, for reading only.

    Parameters
    ----------
    chosen : SnapshotParameters
        Measure, flow and vintage.
    one : Region
        Members.

    Returns
    -------
    pandas.DataFrame
        As `metrics.per_person` returns it.
    """
    return _people(chosen.measure, chosen.flow, chosen.vintage, one)


def variants(chosen: SnapshotParameters) -> list[Region]:
    """Return each region in full and, where members are left out, without them.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    list of Region
        Two to four, the region's first; labels tell them apart.
    """
    pairs = zip(chosen.regions(), chosen.compared(), strict=True)
    return [one for full, kept in pairs for one in ([full, kept] if kept.excluded else [full])]


@remembered(maxsize=16)
def _traded(measure: str, flow: str, vintage: str) -> pd.DataFrame:
    return trade(measure, flow, vintage)


@remembered(maxsize=16)
def _people(measure: str, flow: str, vintage: str, one: Region) -> pd.DataFrame:
    return per_person(_traded(measure, flow, vintage), one, vintage=vintage)
