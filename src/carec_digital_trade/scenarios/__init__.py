"""Scenarios: what closing the gap would bring, with its uncertainty.

`outcome` gives a series and `fit_baseline` a baseline, which `backtest` puts to the test; `preset` or `lever_set` gives
levers, `build_scenario` puts them on the baseline; `simulate`, `attribute`, `tornado`, `sobol` and `goal_seek` answer.
"""

from carec_digital_trade.scenarios.accuracy import accuracy, better_rivals, calibration, widening
from carec_digital_trade.scenarios.attribution import attribute, shapley
from carec_digital_trade.scenarios.backtest import LEVELS, LONGEST, METHODS, backtest, origins
from carec_digital_trade.scenarios.baseline import MODELS, Baseline, fit_baseline, simulate_paths
from carec_digital_trade.scenarios.choice import (
    KINDS_IN_WORDS,
    effects_in_words,
    fields_in_words,
    listed_levers,
    paperless_lever,
    presets_in_words,
    without_goods_only,
)
from carec_digital_trade.scenarios.crosscheck import AD_VALOREM_COSTS, at_cost, paperless_crosscheck
from carec_digital_trade.scenarios.drifts import spread_interval
from carec_digital_trade.scenarios.drivers import BASELINE, Response, check_year, sobol, tornado
from carec_digital_trade.scenarios.effects import (
    RELATIVE_UNCERTAINTY,
    TRADE_ELASTICITY,
    Effect,
    published_effect,
    published_effects,
)
from carec_digital_trade.scenarios.evidence import evidence
from carec_digital_trade.scenarios.factors import ELASTICITY
from carec_digital_trade.scenarios.goal import Target, goal_seek, reach, target, target_amount
from carec_digital_trade.scenarios.indicators import (
    EVIDENCE_SUPPORT,
    INDICATORS,
    PACE_YEARS,
    SCALES,
    gaps,
    indicator_pace,
    indicator_values,
)
from carec_digital_trade.scenarios.levers import Lever, OwnEffect, lever_set, with_effects
from carec_digital_trade.scenarios.presets import preset, presets
from carec_digital_trade.scenarios.rivals import RIVALS, rival_forecast
from carec_digital_trade.scenarios.scenario import HORIZON, Scenario, build_scenario, phase_in
from carec_digital_trade.scenarios.series import FLOWS, MEASURES, outcome
from carec_digital_trade.scenarios.simulation import BANDS, DRAWS, Simulation, effect_draws, log_change, simulate

__all__ = [
    "AD_VALOREM_COSTS",
    "BANDS",
    "BASELINE",
    "DRAWS",
    "ELASTICITY",
    "EVIDENCE_SUPPORT",
    "FLOWS",
    "HORIZON",
    "INDICATORS",
    "KINDS_IN_WORDS",
    "LEVELS",
    "LONGEST",
    "MEASURES",
    "METHODS",
    "MODELS",
    "PACE_YEARS",
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
    "at_cost",
    "attribute",
    "backtest",
    "better_rivals",
    "build_scenario",
    "calibration",
    "check_year",
    "effect_draws",
    "effects_in_words",
    "evidence",
    "fields_in_words",
    "fit_baseline",
    "gaps",
    "goal_seek",
    "indicator_pace",
    "indicator_values",
    "lever_set",
    "listed_levers",
    "log_change",
    "origins",
    "outcome",
    "paperless_crosscheck",
    "paperless_lever",
    "phase_in",
    "preset",
    "presets",
    "presets_in_words",
    "published_effect",
    "published_effects",
    "reach",
    "rival_forecast",
    "shapley",
    "simulate",
    "simulate_paths",
    "sobol",
    "spread_interval",
    "target",
    "target_amount",
    "tornado",
    "widening",
    "with_effects",
    "without_goods_only",
]
