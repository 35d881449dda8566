"""The notebook's own lines, performed without a kernel: what is tested is what a reader sees and changes."""

import json
from contextlib import redirect_stdout
from copy import deepcopy
from functools import lru_cache
from io import StringIO
from typing import Any

import nbformat
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from carec_digital_trade import figures
from carec_digital_trade.findings import Finding
from carec_digital_trade.parameters import NOTEBOOKS

FORMULA = 'base = "log_trade ~ log_gdp_per_person + log_population + C(year)"'
FIGURES = {
    "readiness": figures.readiness,
    "decomposition": figures.waterfall,
    "expected": figures.expected_trade,
    "lagging": figures.readiness_and_trade,
}
"""By the finding that each shows."""


def findings(formula: str = FORMULA, **values: Any) -> dict[str, Finding]:
    """Return what the notebook finds, by name, with parameters injected as papermill does it."""
    return _performed(formula, json.dumps(values))


def finding(name: str, **values: Any) -> Finding:
    """Return one of the findings."""
    return findings(**values)[name]


@lru_cache(maxsize=64)
def _performed(formula: str, values: str) -> dict[str, Finding]:
    notebook = parameterize_notebook(deepcopy(_notebook()), json.loads(values))
    found: dict[str, Finding] = {}
    namespace: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or "explore" in cell.metadata.get("tags", []) or "cdt.picture(" in cell.source:
            continue
        with redirect_stdout(StringIO()):
            exec(cell.source.replace(FORMULA, formula), namespace)
        if "finding" in namespace and not found:
            namespace["finding"] = _keeping(namespace["finding"], found)
    return found


def _keeping(make: Any, found: dict[str, Finding]) -> Any:
    def finding(name: str, *given: Any) -> Finding:
        found[name] = make(name, *given)
        return found[name]

    return finding


@lru_cache(maxsize=1)
def _notebook() -> nbformat.NotebookNode:
    notebook = load_notebook_node(str(NOTEBOOKS["gap_analysis"].path))
    assert sum(FORMULA in cell.source for cell in notebook.cells) == 1
    return notebook
