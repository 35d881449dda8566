"""Why one region trades less than another: the gap split over its factors, and trade against what one would expect."""

from carec_digital_trade.gap.decomposition import (
    Decomposition,
    LogMeanSplit,
    decompose,
    decompose_economies,
    split_gap,
)
from carec_digital_trade.gap.estimation import CONFIDENCE, Estimate, estimate
from carec_digital_trade.gap.expected import expected_trade, interval_coverage, members_expected
from carec_digital_trade.gap.panel import trade_panel
from carec_digital_trade.gap.survival import state_survival, survives

__all__ = [
    "CONFIDENCE",
    "Decomposition",
    "Estimate",
    "LogMeanSplit",
    "decompose",
    "decompose_economies",
    "estimate",
    "expected_trade",
    "interval_coverage",
    "members_expected",
    "split_gap",
    "state_survival",
    "survives",
    "trade_panel",
]
