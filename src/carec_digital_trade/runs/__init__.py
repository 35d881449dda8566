"""Runs of a notebook, one or a batch: from parameters to a folder with notebook, report, results and figures."""

from importlib import import_module
from typing import Any

_HOME = {
    "BatchResult": "batch",
    "Run": "identity",
    "RunResult": "execute",
    "Source": "notebooks",
    "compare_runs": "comparison",
    "open_notebook": "notebooks",
    "perform": "execute",
    "plan": "identity",
    "run": "execute",
    "run_batch": "batch",
    "write_index": "report",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only then: a batch starts its workers before it imports the rest."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
