"""Scenarios: what closing the gap would bring, with its uncertainty.

Four calls are the recipe: `outcome` gives a series, `baseline` fits a region's and calibrates its bands by a
backtest, `scenario` puts levers on it (a `preset`, or a list of `lever`), `simulate` draws its futures. `attribute`,
`tornado`, `sobol`, `seek_targets` and `reach` say more of them.
"""

from carec_digital_trade.scenarios.accuracy import (
    accuracy,
    better_rivals,
    calibrated,
    calibration,
    coverage,
    differences,
    stretches,
)
from carec_digital_trade.scenarios.attribution import attribute, shapley
from carec_digital_trade.scenarios.backtest import (
    EVERYBODY,
    LEVELS,
    LONGEST,
    METHODS,
    RIVALS,
    backtest,
    origins,
    rival_forecast,
)
from carec_digital_trade.scenarios.baseline import baseline, past_growth, rivals
from carec_digital_trade.scenarios.distance import EVIDENCE_SUPPORT, gaps, own_pace_years
from carec_digital_trade.scenarios.drivers import BASELINE, FUTURES, Response, sobol, tornado
from carec_digital_trade.scenarios.effects import (
    RELATIVE_UNCERTAINTY,
    Effect,
    OwnEffect,
    elasticity_sources,
    published_effect,
    published_effects,
)
from carec_digital_trade.scenarios.evidence import (
    AD_VALOREM_COSTS,
    at_cost,
    by_study,
    central_addition,
    evidence,
    paperless_crosscheck,
)
from carec_digital_trade.scenarios.factors import ELASTICITY, STUDY, TRADE_ELASTICITY
from carec_digital_trade.scenarios.feasibility import feasibility
from carec_digital_trade.scenarios.goal import Target, goal_seek, reach, seek_targets, target, target_amount
from carec_digital_trade.scenarios.goods import Goods, paperless_lever, paperless_on_goods
from carec_digital_trade.scenarios.indicators import IMPLEMENTED, PACE_YEARS, SCALES, indicator_pace, indicator_values
from carec_digital_trade.scenarios.levers import Lever, applicable, lever, lever_set, with_effects
from carec_digital_trade.scenarios.outcome import at_constant_prices, outcome
from carec_digital_trade.scenarios.policy import policy
from carec_digital_trade.scenarios.presets import (
    KINDS_IN_WORDS,
    effects_in_words,
    fields_in_words,
    preset,
    presets,
    presets_in_words,
)
from carec_digital_trade.scenarios.random_walk import MODELS, Baseline, fit_baseline, simulate_paths
from carec_digital_trade.scenarios.scenario import HORIZON, Scenario, check_horizon, phase_in, scenario
from carec_digital_trade.scenarios.simulation import BANDS, DRAWS, MAIN_BAND, Simulation, banded, simulate
