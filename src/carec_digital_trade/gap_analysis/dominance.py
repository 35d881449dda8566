"""The notebook's parameters without the members that dominate the regions."""

from carec_digital_trade import gap
from carec_digital_trade.gap_analysis.series import sizes
from carec_digital_trade.parameters import GapParameters


def without_dominant(chosen: GapParameters) -> GapParameters | None:
    """Return the parameters with the exclusions of `gap.without_dominant`; nothing where nobody dominates."""
    kept = gap.without_dominant(chosen.compared(), sizes(chosen))
    if kept is None:
        return None
    excluded = [list(each.excluded) for each in kept]
    return chosen.model_copy(update=dict(zip(("region_exclude", "benchmark_exclude"), excluded, strict=True)))


def without_words(chosen: GapParameters, kept: GapParameters) -> str:
    """Name whom `without_dominant` leaves out, such as "without China and Singapore"."""
    return gap.left_out(chosen.compared(), kept.compared())
