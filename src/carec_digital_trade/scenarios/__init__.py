"""Scenarios: what closing the gap would bring, with its uncertainty.

`outcome` gives a series and `fit_baseline` a baseline, which `backtest` puts to the test; `preset` or `lever_set` gives
levers, `build_scenario` puts them on the baseline; `simulate`, `attribute`, `tornado`, `sobol` and `goal_seek` answer.
"""

from carec_digital_trade.scenarios.attribution import attribute, shapley
from carec_digital_trade.scenarios.backtest import METHODS, accuracy, backtest, better_rivals, calibration, widening
from carec_digital_trade.scenarios.baseline import MODELS, Baseline, fit_baseline, simulate_paths
from carec_digital_trade.scenarios.crosscheck import paperless_crosscheck
from carec_digital_trade.scenarios.drivers import Response, sobol, tornado
from carec_digital_trade.scenarios.effects import (
    RELATIVE_UNCERTAINTY,
    TRADE_ELASTICITY,
    Effect,
    published_effect,
    published_effects,
)
from carec_digital_trade.scenarios.evidence import evidence
from carec_digital_trade.scenarios.goal import Target, goal_seek, reach, target, target_amount
from carec_digital_trade.scenarios.indicators import EVIDENCE_SUPPORT, INDICATORS, SCALES, gaps, indicator_values
from carec_digital_trade.scenarios.levers import Lever, OwnEffect, applicable, lever_set, with_effects
from carec_digital_trade.scenarios.presets import preset, presets
from carec_digital_trade.scenarios.rivals import RIVALS, rival_forecast
from carec_digital_trade.scenarios.scenario import HORIZON, Scenario, build_scenario, phase_in
from carec_digital_trade.scenarios.series import FLOWS, MEASURES, outcome
from carec_digital_trade.scenarios.simulation import DRAWS, Simulation, simulate

__all__ = [
    "DRAWS",
    "EVIDENCE_SUPPORT",
    "FLOWS",
    "HORIZON",
    "INDICATORS",
    "MEASURES",
    "METHODS",
    "MODELS",
    "RELATIVE_UNCERTAINTY",
    "RIVALS",
    "SCALES",
    "TRADE_ELASTICITY",
    "Baseline",
    "Effect",
    "Lever",
    "OwnEffect",
    "Response",
    "Scenario",
    "Simulation",
    "Target",
    "accuracy",
    "applicable",
    "attribute",
    "backtest",
    "better_rivals",
    "build_scenario",
    "calibration",
    "evidence",
    "fit_baseline",
    "gaps",
    "goal_seek",
    "indicator_values",
    "lever_set",
    "outcome",
    "paperless_crosscheck",
    "phase_in",
    "preset",
    "presets",
    "published_effect",
    "published_effects",
    "reach",
    "rival_forecast",
    "shapley",
    "simulate",
    "simulate_paths",
    "sobol",
    "target",
    "target_amount",
    "tornado",
    "widening",
    "with_effects",
]
