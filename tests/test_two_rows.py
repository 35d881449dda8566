"""A frame that says one thing twice is refused by whatever it is handed to, and the first pair is named."""

import pandas as pd
import pytest

from carec_digital_trade import gap, integration, metrics, readiness, scenarios
from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios.random_walk import years_by_member

CAREC, ASEAN = region("CAREC"), region("ASEAN")
LAWS = load("cyberlaw")
PARTS = readiness.components(LAWS)
FORECAST = pd.DataFrame(
    {
        "method": "own_drift", "region": "CAREC", "scope": "economy", "iso3": ["KAZ", "PAK"], "origin": 2014,
        "horizon": 1, "year": 2015, "forecast": 1.0, "low_80": 0.0, "high_80": 2.0, "low_95": 0.0, "high_95": 3.0,
        "actual": 1.5, "scale": 1.0, "converged": True,
    }
)  # fmt: skip
BILATERAL = pd.DataFrame(
    {"exporter": ["KAZ", "UZB", "USA"], "importer": ["UZB", "KAZ", "KAZ"], "year": 2023, "service": "SI",
     "method": "reported", "value": 1.0, "flows": 1}
)  # fmt: skip
EXPECTED = pd.DataFrame({"iso3": ["KAZ", "PAK"], "actual": 1.0, "note": "", "position": "within"})
CASES = {
    "estimate": (gap.trade_panel(), gap.estimate),
    "expected_trade": (gap.trade_panel(), gap.expected_trade),
    "members_expected": (EXPECTED, lambda frame: gap.members_expected(frame, CAREC)),
    "interval_coverage": (EXPECTED, gap.interval_coverage),
    "members": (metrics.trade("delivered", "exports"), lambda frame: metrics.members(frame, CAREC, 2025)),
    "regional_total": (metrics.trade("delivered", "exports"), lambda frame: metrics.regional_total(frame, CAREC)),
    "per_person": (metrics.trade("delivered", "exports"), lambda frame: metrics.per_person(frame, CAREC)),
    "growth": (metrics.trade("delivered", "exports"), lambda frame: metrics.growth(frame, CAREC)),
    "regional_ratio": (
        metrics.per_person(metrics.trade("delivered", "exports"), CAREC, 2024),
        metrics.regional_ratio,
    ),
    "composition": (load("delivered_services"), lambda frame: metrics.composition(frame, CAREC, 2025, "exports")),
    "services_integration": (BILATERAL, lambda frame: integration.services_integration(frame, CAREC, 2023)),
    "components": (LAWS, readiness.components),
    "components of the treaty": (load("cpta"), lambda frame: readiness.components(LAWS, frame)),
    "scores": (PARTS, readiness.scores),
    "by_domain": (PARTS, lambda frame: readiness.by_domain(frame, CAREC)),
    "regional_means": (readiness.scores(PARTS), lambda frame: readiness.regional_means(frame, CAREC)),
    "uncertainty": (PARTS, lambda frame: readiness.uncertainty(frame, [CAREC, ASEAN], draws=10)),
    "codings": (LAWS, lambda frame: readiness.codings(load("law_statements"), frame)),
    "fit_baseline": (scenarios.outcome(), lambda frame: scenarios.fit_baseline(frame, CAREC.members)),
    "backtest": (scenarios.outcome(), lambda frame: scenarios.backtest(frame, [CAREC], draws=10)),
    "years_by_member": (scenarios.outcome(), lambda frame: years_by_member(frame, CAREC.members)),
    "accuracy": (FORECAST, scenarios.accuracy),
    "better_rivals": (FORECAST, lambda frame: scenarios.better_rivals(frame, "own_drift")),
    "calibration": (FORECAST, lambda frame: scenarios.calibration(frame, "own_drift")),
}


@pytest.mark.parametrize("case", CASES)
def test_two_rows_for_one_thing_are_refused(case):
    frame, use = CASES[case]
    economy = next(column for column in ("iso3", "reporter", "exporter") if column in frame)
    row = frame[frame[economy] == "KAZ"].tail(1)
    with pytest.raises(InputError, match=r"has several rows for .*KAZ.*: give one row for each "):
        use(pd.concat([frame, row], ignore_index=True))
