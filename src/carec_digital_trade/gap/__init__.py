"""Why one region trades less than another: the gap split over its factors, and trade against what one would expect."""

from carec_digital_trade.gap.decomposition import (
    Decomposition,
    LogMeanSplit,
    decompose,
    decompose_economies,
    split_gap,
)
from carec_digital_trade.gap.dominance import left_out, without_dominant
from carec_digital_trade.gap.equation import EQUATION, covariates_in, with_covariates
from carec_digital_trade.gap.estimation import CONFIDENCE, Estimate, estimate, estimates
from carec_digital_trade.gap.expected import equal_coverage, expected_trade, interval_coverage, members_expected
from carec_digital_trade.gap.panel import economy_sizes, spikes, trade_panel
from carec_digital_trade.gap.robustness import opening_parts, splits_survive
from carec_digital_trade.gap.sample import usable
from carec_digital_trade.gap.standing import everybody, lagging
from carec_digital_trade.gap.survival import state_survival, survives

__all__ = [
    "CONFIDENCE",
    "EQUATION",
    "Decomposition",
    "Estimate",
    "LogMeanSplit",
    "covariates_in",
    "decompose",
    "decompose_economies",
    "economy_sizes",
    "equal_coverage",
    "estimate",
    "estimates",
    "everybody",
    "expected_trade",
    "interval_coverage",
    "lagging",
    "left_out",
    "members_expected",
    "opening_parts",
    "spikes",
    "split_gap",
    "splits_survive",
    "state_survival",
    "survives",
    "trade_panel",
    "usable",
    "with_covariates",
    "without_dominant",
]
