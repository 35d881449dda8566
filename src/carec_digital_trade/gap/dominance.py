"""Which member dominates a region, so that a result may be that member's alone?"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from carec_digital_trade.prose import listing
from carec_digital_trade.regions import GIANTS, Region, economy_name

DOMINANT = 0.5
"""Share of a region's trade above which its largest member dominates it."""


def without_dominant(regions: Sequence[Region], sizes: pd.DataFrame) -> tuple[Region, ...] | None:
    """Leave out each region's dominant member: whom the article leaves out, else whoever has most of the trade.

    Parameters
    ----------
    regions : sequence of Region
        To be compared.
    sizes : pandas.DataFrame
        As `economy_sizes` returns it.

    Returns
    -------
    tuple of Region or None
        The regions with more exclusions; nothing where nobody dominates a region of more than one member, or two would
        bear the same name.
    """
    trade = sizes.set_index("iso3")["trade"]
    kept = tuple(_without(each, _dominant(each, trade)) for each in regions)
    return kept if kept != tuple(regions) and len({each.label for each in kept}) == len(kept) else None


def left_out(regions: Sequence[Region], kept: Sequence[Region]) -> str:
    """Name whom `without_dominant` leaves out.

    Parameters
    ----------
    regions, kept : sequence of Region
        What it was given, and what it returned.

    Returns
    -------
    str
        Such as "without China and Singapore".
    """
    gone = [code for full, rest in zip(regions, kept, strict=True) for code in full.members if code not in rest.members]
    return f"without {listing(economy_name(code, short=True) for code in gone)}"


def _dominant(each: Region, trade: pd.Series) -> str | None:
    if each.name in GIANTS:
        return GIANTS[each.name] if GIANTS[each.name] in each.members else None
    known = trade.reindex(list(each.members)).dropna()
    return str(known.idxmax()) if len(known) and known.max() > DOMINANT * known.sum() else None


def _without(each: Region, code: str | None) -> Region:
    if code is None or len(each.members) == 1:
        return each
    members = tuple(member for member in each.members if member != code)
    return replace(each, members=members, excluded=(*each.excluded, code))
