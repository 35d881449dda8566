"""Scenarios: what closing the gap would bring, with its uncertainty.

Four calls are the recipe: `outcome` gives a series, `baseline` fits a region's and widens its bands to what a backtest
calls for, `build_scenario` puts levers on it (a `preset`, or a `lever_set` of one's own), `simulate` draws its futures.
`attribute`, `tornado`, `sobol`, `seek_targets` and `reach` say more of them.
"""

from carec_digital_trade.scenarios.accuracy import accuracy, better_rivals, calibration, widening
from carec_digital_trade.scenarios.attribution import attribute, shapley
from carec_digital_trade.scenarios.backtest import LEVELS, LONGEST, METHODS, backtest, origins
from carec_digital_trade.scenarios.baseline import baseline, rivals
from carec_digital_trade.scenarios.changes import effect_draws, log_change
from carec_digital_trade.scenarios.choice import (
    KINDS_IN_WORDS,
    chosen_levers,
    effects_in_words,
    fields_in_words,
    listed_levers,
    paperless_lever,
    presets_in_words,
)
from carec_digital_trade.scenarios.crosscheck import AD_VALOREM_COSTS, at_cost, paperless_crosscheck
from carec_digital_trade.scenarios.drifts import between_interval
from carec_digital_trade.scenarios.drivers import BASELINE, FUTURES, Response, sobol, tornado
from carec_digital_trade.scenarios.effects import (
    RELATIVE_UNCERTAINTY,
    TRADE_ELASTICITY,
    Effect,
    published_effect,
    published_effects,
)
from carec_digital_trade.scenarios.evidence import evidence
from carec_digital_trade.scenarios.factors import ELASTICITY
from carec_digital_trade.scenarios.goal import Target, goal_seek, reach, seek_targets, target, target_amount
from carec_digital_trade.scenarios.goods import Goods, paperless_on_goods
from carec_digital_trade.scenarios.indicators import (
    EVIDENCE_SUPPORT,
    INDICATORS,
    PACE_YEARS,
    SCALES,
    gaps,
    indicator_pace,
    indicator_values,
    own_pace_years,
)
from carec_digital_trade.scenarios.levers import Lever, OwnEffect, applicable, lever_set, with_effects
from carec_digital_trade.scenarios.outcome import FLOWS, MEASURES, outcome
from carec_digital_trade.scenarios.policy import Policy, policy
from carec_digital_trade.scenarios.presets import preset, presets
from carec_digital_trade.scenarios.quantiles import BANDS, MAIN_BAND, banded
from carec_digital_trade.scenarios.random_walk import MODELS, Baseline, fit_baseline, simulate_paths
from carec_digital_trade.scenarios.readings import central_addition, per_ten_points
from carec_digital_trade.scenarios.refusals import refuse_impossible
from carec_digital_trade.scenarios.rivals import RIVALS, rival_forecast
from carec_digital_trade.scenarios.scenario import HORIZON, Scenario, build_scenario, check_year, phase_in
from carec_digital_trade.scenarios.simulation import DRAWS, Simulation, simulate

__all__ = [
    "AD_VALOREM_COSTS",
    "BANDS",
    "BASELINE",
    "DRAWS",
    "ELASTICITY",
    "EVIDENCE_SUPPORT",
    "FLOWS",
    "FUTURES",
    "HORIZON",
    "INDICATORS",
    "KINDS_IN_WORDS",
    "LEVELS",
    "LONGEST",
    "MAIN_BAND",
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
    "Goods",
    "Lever",
    "OwnEffect",
    "Policy",
    "Response",
    "Scenario",
    "Simulation",
    "Target",
    "accuracy",
    "applicable",
    "at_cost",
    "attribute",
    "backtest",
    "banded",
    "baseline",
    "better_rivals",
    "between_interval",
    "build_scenario",
    "calibration",
    "central_addition",
    "check_year",
    "chosen_levers",
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
    "own_pace_years",
    "paperless_crosscheck",
    "paperless_lever",
    "paperless_on_goods",
    "per_ten_points",
    "phase_in",
    "policy",
    "preset",
    "presets",
    "presets_in_words",
    "published_effect",
    "published_effects",
    "reach",
    "refuse_impossible",
    "rival_forecast",
    "rivals",
    "seek_targets",
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
