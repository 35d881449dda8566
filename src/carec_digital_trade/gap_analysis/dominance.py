"""Which member dominates a region, so that an answer may be that member's alone?"""

from carec_digital_trade.gap_analysis.series import weightings
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import listing
from carec_digital_trade.regions import GIANTS, Region, economy_name

DOMINANT = 0.5
"""Share of a region's trade above which its largest member dominates it."""


def without_dominant(chosen: GapParameters) -> GapParameters | None:
    """Leave out each region's dominant member: whom the article leaves out, else whoever has most of the trade.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    GapParameters or None
        The same with more exclusions; nothing where nobody dominates a region of more than one member.
    """
    update, kept = {}, chosen.compared()
    for name, each in zip(("region", "benchmark"), kept, strict=True):
        giants = _dominant(getattr(chosen, name), each, chosen)
        if giants and len(giants) < len(each.members):
            update[f"{name}_exclude"] = [*each.excluded, *giants]
    if not update:
        return None
    found = chosen.model_copy(update=update)
    one, other = found.compared()
    return None if one.label == other.label else found


def without_words(chosen: GapParameters, kept: GapParameters) -> str:
    """Name whom `without_dominant` leaves out.

    Parameters
    ----------
    chosen, kept : GapParameters
        What it was given, and what it returned.

    Returns
    -------
    str
        Such as "without China and Singapore".
    """
    pairs = zip(chosen.compared(), kept.compared(), strict=True)
    gone = [code for full, rest in pairs for code in full.members if code not in rest.members]
    return f"without {listing(economy_name(code, short=True) for code in gone)}"


def checked_without(chosen: GapParameters) -> tuple[str, Region, Region] | None:
    """Return the variant without the dominant members for `series.checks`.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters.

    Returns
    -------
    tuple of str, Region and Region, or None
        Words, and the regions that are left; nothing as for `without_dominant`.
    """
    kept = without_dominant(chosen)
    return (without_words(chosen, kept), *kept.compared()) if kept else None


def _dominant(spec: str | list[str], each: Region, chosen: GapParameters) -> list[str]:
    if isinstance(spec, str) and spec in GIANTS:
        return [GIANTS[spec]] if GIANTS[spec] in each.members else []
    trade = weightings(chosen).set_index("iso3")["trade"].reindex(list(each.members)).dropna()
    return [str(trade.idxmax())] if len(trade) and trade.max() > DOMINANT * trade.sum() else []
