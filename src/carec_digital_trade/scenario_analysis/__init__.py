"""The scenarios: what closing the gap would bring, how sure that is, and what of it is assumption.

Each function takes the notebook's parameters and returns a `results.Result`: a table, its records, and the sentences
that read it.
"""

from carec_digital_trade.scenario_analysis.additions import additional, by_economy
from carec_digital_trade.scenario_analysis.conclusions import answer
from carec_digital_trade.scenario_analysis.distances import gaps
from carec_digital_trade.scenario_analysis.futures import baseline, drifts
from carec_digital_trade.scenario_analysis.goals import chances, goal
from carec_digital_trade.scenario_analysis.goods import crosscheck, goods
from carec_digital_trade.scenario_analysis.means import evidence
from carec_digital_trade.scenario_analysis.points import per_ten_points
from carec_digital_trade.scenario_analysis.sources import attribution
from carec_digital_trade.scenario_analysis.trust import backtest, calibration
from carec_digital_trade.scenario_analysis.uncertainty import sobol, tornado

__all__ = [
    "additional",
    "answer",
    "attribution",
    "backtest",
    "baseline",
    "by_economy",
    "calibration",
    "chances",
    "crosscheck",
    "drifts",
    "evidence",
    "gaps",
    "goal",
    "goods",
    "per_ten_points",
    "sobol",
    "tornado",
]
