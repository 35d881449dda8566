"""What a notebook may be asked: one typed model a notebook, checked before anything starts."""

from dataclasses import dataclass
from pathlib import Path

from carec_digital_trade.parameters.country import CountryParameters
from carec_digital_trade.parameters.gap import COMPONENTS, GapParameters
from carec_digital_trade.parameters.integration import IntegrationParameters
from carec_digital_trade.parameters.regional import RegionalParameters
from carec_digital_trade.parameters.scenarios import LAST_HORIZON, ScenarioParameters
from carec_digital_trade.parameters.shared import SharedParameters
from carec_digital_trade.parameters.snapshot import SnapshotParameters
from carec_digital_trade.paths import bundled

__all__ = [
    "COMPONENTS",
    "LAST_HORIZON",
    "NOTEBOOKS",
    "CountryParameters",
    "GapParameters",
    "IntegrationParameters",
    "Notebook",
    "RegionalParameters",
    "ScenarioParameters",
    "SharedParameters",
    "SnapshotParameters",
]


@dataclass(frozen=True)
class Notebook:
    """A notebook of the package.

    Attributes
    ----------
    name : str
        As on the command line.
    file : str
        File in the notebooks folder.
    model : type of SharedParameters
        What it may be asked.
    """

    name: str
    file: str
    model: type[SharedParameters]

    @property
    def path(self) -> Path:
        """Where the notebook is."""
        return bundled("notebooks") / self.file


NOTEBOOKS = {
    notebook.name: notebook
    for notebook in [
        Notebook("snapshot", "01_snapshot.ipynb", SnapshotParameters),
        Notebook("gap_analysis", "02_gap_analysis.ipynb", GapParameters),
        Notebook("scenarios", "03_scenarios.ipynb", ScenarioParameters),
        Notebook("integration", "04_integration.ipynb", IntegrationParameters),
        Notebook("country", "05_country.ipynb", CountryParameters),
    ]
}
"""The package's own notebooks by name."""
