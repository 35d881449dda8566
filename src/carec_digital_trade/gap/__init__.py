"""Why one region trades less than another: the gap split over its factors, and trade against what one would expect."""

from carec_digital_trade.gap.coverage import equal_coverage, interval_coverage
from carec_digital_trade.gap.decomposition import (
    Decomposition,
    LogMeanSplit,
    decompose,
    decompose_economies,
    opening_parts,
    split_gap,
)
from carec_digital_trade.gap.equations import EQUATION, covariates_in, with_covariates
from carec_digital_trade.gap.estimation import CONFIDENCE, Estimate, estimate, estimates
from carec_digital_trade.gap.expected import (
    everybody,
    expected_trade,
    lagging,
    members_expected,
    predictions,
)
from carec_digital_trade.gap.headlines import largest_factor, told_apart
from carec_digital_trade.gap.panel import spikes, trade_panel
from carec_digital_trade.gap.sample import usable
from carec_digital_trade.gap.slopes import slope_test
from carec_digital_trade.gap.standing import percentile_intervals
from carec_digital_trade.gap.survival import economy_sizes, splits_survive, survives, without_dominant

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
    "largest_factor",
    "members_expected",
    "opening_parts",
    "percentile_intervals",
    "predictions",
    "slope_test",
    "spikes",
    "split_gap",
    "splits_survive",
    "survives",
    "told_apart",
    "trade_panel",
    "usable",
    "with_covariates",
    "without_dominant",
]
