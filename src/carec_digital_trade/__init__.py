"""Digital trade and regional integration: CAREC against ASEAN, or any two regions.

``import carec_digital_trade as cdt`` offers the verbs of a notebook and the packages they come from; each is imported
when it is first used.
"""

from importlib import import_module
from importlib.metadata import version
from typing import Any

__version__ = version("carec-digital-trade")

_VERBS = {
    "attempt": "errors",
    "attribute": "scenarios",
    "baseline": "scenarios",
    "concentration": "metrics",
    "findings_of": "findings",
    "lever": "scenarios",
    "load": "datasets",
    "members": "metrics",
    "outcome": "scenarios",
    "picture": "findings",
    "preset": "scenarios",
    "region": "regions",
    "scenario": "scenarios",
    "simulate": "scenarios",
    "trade": "metrics",
    "what_overturns": "overturning",
}
"""Name to the module that it is imported from."""
_MODULES = ("claims", "figures", "gap", "integration", "metrics", "readiness", "revisions", "scenarios")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _VERBS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_VERBS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(["__doc__", "__version__", *_VERBS, *_MODULES])
