"""Which lever sets are ready? One for each of the article's solutions, all together, and each half-way."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.scenarios.checking import read_mapping
from carec_digital_trade.scenarios.levers import Lever, lever_set

HALF = "_half"
"""Ending of the presets that close half of each gap."""


def preset(name: str) -> dict[str, Lever]:
    """Return a ready lever set.

    Parameters
    ----------
    name : str
        As listed by `presets`; with "_half" at its end, half of each gap is closed.

    Returns
    -------
    dict of str to Lever
        By name.

    Raises
    ------
    InputError
        If there is no such preset.
    """
    known = _presets()
    base = name.removesuffix(HALF)
    if base not in known:
        choices = [each + ending for each in known for ending in ("", HALF)]
        raise InputError(f"there is no preset {name!r}: use {', '.join(choices)}{nearest(name, choices)}")
    levers = lever_set(known[base]["levers"])
    if not name.endswith(HALF):
        return levers
    return {key: lever.model_copy(update={"closure": lever.closure / 2}) for key, lever in levers.items()}


def presets() -> pd.DataFrame:
    """List the ready lever sets.

    Returns
    -------
    pandas.DataFrame
        One row a preset and lever: preset, title, solution (of the article), lever, effect, indicator, benchmark,
        closure, end, phase. Each is there with its whole gap closed and with half of it.
    """
    known = _presets()
    return pd.DataFrame(
        [
            {
                "preset": base + ending,
                "title": known[base]["title"] + (", half-way" if ending else ""),
                "solution": known[base]["solution"],
                "lever": name,
                "effect": lever.effect,
                "indicator": lever.used_indicator,
                "benchmark": lever.benchmark,
                "closure": lever.closure,
                "end": lever.end,
                "phase": lever.phase,
            }
            for base in known
            for ending in ("", HALF)
            for name, lever in preset(base + ending).items()
        ]
    )


@lru_cache(maxsize=1)
def _presets() -> Mapping[str, Any]:
    return read_mapping(Path(__file__).with_name("presets.yaml"))
