"""The gap analysis: how ready the law is, what the gap in trade is made of, and whether members trade as one expects.

Each function takes the notebook's parameters and returns a `results.Result`: a table, its records, and the sentences
that read it.
"""

from carec_digital_trade.gap_analysis.conclusions import answer
from carec_digital_trade.gap_analysis.equations import estimates
from carec_digital_trade.gap_analysis.expectations import coverage, expected
from carec_digital_trade.gap_analysis.leads import regional_readiness
from carec_digital_trade.gap_analysis.maturity import readiness
from carec_digital_trade.gap_analysis.robustness import split_survival, survival
from carec_digital_trade.gap_analysis.splits import by_economy, decomposition
from carec_digital_trade.gap_analysis.standing import lagging
from carec_digital_trade.gap_analysis.statuses import by_domain, codings

__all__ = [
    "answer",
    "by_domain",
    "by_economy",
    "codings",
    "coverage",
    "decomposition",
    "estimates",
    "expected",
    "lagging",
    "readiness",
    "regional_readiness",
    "split_survival",
    "survival",
]
