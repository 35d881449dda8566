"""One function a figure; each takes a `findings.Finding` and returns its axes, and shows nothing itself."""

from carec_digital_trade.figures.gap_analysis import (
    expected_trade,
    infrastructure,
    readiness_and_trade,
    waterfall,
)
from carec_digital_trade.figures.integration import changes, expected_within, partners, within
from carec_digital_trade.figures.laws import readiness
from carec_digital_trade.figures.scenarios import (
    additional_by_member,
    additional_fan,
    baseline_fan,
    lever_gaps,
    lever_parts,
    swings,
)
from carec_digital_trade.figures.snapshot import composition, effective_members, members, over_time

__all__ = [
    "additional_by_member",
    "additional_fan",
    "baseline_fan",
    "changes",
    "composition",
    "effective_members",
    "expected_trade",
    "expected_within",
    "infrastructure",
    "lever_gaps",
    "lever_parts",
    "members",
    "over_time",
    "partners",
    "readiness",
    "readiness_and_trade",
    "swings",
    "waterfall",
    "within",
]
