"""From a tidy frame to a finding, as a notebook's parameters and declarations say."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, is_dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import source_line
from carec_digital_trade.findings.finding import Finding, record
from carec_digital_trade.findings.specs import Spec, specs
from carec_digital_trade.findings.words import filled, worded
from carec_digital_trade.parameters import NOTEBOOKS, SharedParameters
from carec_digital_trade.regions import Region

ANSWER = "answer"
"""Name of the finding that a notebook puts first."""


def findings_of(chosen: SharedParameters) -> Callable[[str, Any], Finding]:
    """Bind the findings of a notebook to its parameters.

    Parameters
    ----------
    chosen : SharedParameters
        The notebook's parameters, of its own model.

    Returns
    -------
    callable
        Takes the name of a finding and what was found, and returns the `Finding`. What was found is a tidy frame; or
        a mapping of regions (or their labels) to frames, rows or results with fields, which become one frame with the
        column region.
    """
    notebook = next(each.name for each in NOTEBOOKS.values() if isinstance(chosen, each.model))
    deciding = import_module(f"carec_digital_trade.findings.facts.{notebook}")

    def finding(name: str, found: Any) -> Finding:
        spec = specs(notebook)[name]
        frame = _declared(_tidy(found), spec, chosen.year)
        facts = {
            "chosen": chosen,
            "year": chosen.year,
            "subject": chosen.subject(capital=False),
            "frame": frame,
        }
        if decide := getattr(deciding, name, None):
            facts |= decide(frame, chosen)
        tables = [filled(source, facts) for source in spec.sources]
        return Finding(
            name=spec.table or name,
            caption=filled(spec.caption, facts),
            table=_printed(frame, spec),
            records=_recorded(frame, spec, spec.table or name),
            reading=worded(notebook, name, facts),
            source=source_line(*filter(None, tables), vintage=chosen.vintage),
            decimals={spec.heading(column): spec.decimals_of(column) for column in spec.columns},
            frame=frame,
            answers=name == ANSWER,
        )

    return finding


def _tidy(found: Any) -> pd.DataFrame:
    """Make one frame of what a recipe gave, its regions in a column."""
    if isinstance(found, Mapping):
        parts = [_rows(each).assign(region=_label(key)) for key, each in found.items()]
        return pd.concat(parts, ignore_index=True)
    return _rows(found)


def _rows(found: Any) -> pd.DataFrame:
    if is_dataclass(found):
        return pd.DataFrame([asdict(found)])
    if isinstance(found, pd.Series):
        return found.to_frame().T
    named = [level for level in found.index.names if level is not None]
    return found.reset_index(level=named) if named else found


def _label(key: Hashable) -> Hashable:
    return key.label if isinstance(key, Region) else key


def _declared(frame: pd.DataFrame, spec: Spec, year: int) -> pd.DataFrame:
    """Name the columns by metric, in the units of the finding."""
    frame = frame.rename(columns=spec.rename)
    frame = frame.assign(**{column: 100 * frame[column] for column in spec.percent})
    return frame.assign(year=year) if spec.dated and "year" not in frame else frame


def _printed(frame: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    shown = [
        column
        for column in spec.columns
        if column in frame and not (column in spec.optional and frame[column].isna().all())
    ]
    return frame[shown].rename(columns={column: spec.heading(column) for column in shown})


def _recorded(frame: pd.DataFrame, spec: Spec, table: str) -> pd.DataFrame:
    records = record(frame, table, {column: spec.unit(column) for column in spec.records})
    if spec.records and "unit" in frame:
        records["unit"] = np.where(records["unit"] == "", np.tile(frame["unit"], len(spec.records)), records["unit"])
    return records
