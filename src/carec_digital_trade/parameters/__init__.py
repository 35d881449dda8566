"""What a notebook may be asked: one typed model a notebook, checked before anything starts."""

from carec_digital_trade.parameters.gap import COMPONENTS, GapParameters
from carec_digital_trade.parameters.notebooks import NOTEBOOKS, Notebook
from carec_digital_trade.parameters.scenarios import LAST_HORIZON, ScenarioParameters
from carec_digital_trade.parameters.shared import SharedParameters
from carec_digital_trade.parameters.snapshot import SnapshotParameters

__all__ = [
    "COMPONENTS",
    "LAST_HORIZON",
    "NOTEBOOKS",
    "GapParameters",
    "Notebook",
    "ScenarioParameters",
    "SharedParameters",
    "SnapshotParameters",
]
