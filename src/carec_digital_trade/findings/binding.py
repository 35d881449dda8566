"""From a tidy frame to a finding, as a notebook's parameters and declarations say."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, is_dataclass, replace
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import source_line
from carec_digital_trade.errors import InputError, attempt
from carec_digital_trade.findings.declared import COLUMNS
from carec_digital_trade.findings.finding import Finding, record
from carec_digital_trade.findings.specs import Spec, specs
from carec_digital_trade.findings.words import filled, worded
from carec_digital_trade.parameters import NOTEBOOKS, SharedParameters
from carec_digital_trade.prose import capital, sentences
from carec_digital_trade.regions import Region, economy_name

ANSWER = "answer"
"""Name of the finding that a notebook puts first."""


def findings_of(chosen: SharedParameters) -> Callable[..., Finding]:
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
        column region, with what it was found in, such as a simulation, where the facts need to know; or what the
        notebook's facts say in ``SHAPES``, whose functions return the frame to print, the frames that become records,
        and facts. An `InputError` among it (see `errors.attempt`) makes an empty finding that says why.
    """
    notebook = next(each.name for each in NOTEBOOKS.values() if isinstance(chosen, each.model))
    deciding = import_module(f"carec_digital_trade.findings.facts.{notebook}")
    shapes: Mapping[str, Callable[..., Any]] = getattr(deciding, "SHAPES", {})

    def finding(name: str, *found: Any) -> Finding:
        spec = specs(notebook)[name]
        shape = shapes.get(name, _plain)
        shaped = shape(*found, chosen) if name == ANSWER else attempt(shape, *found, chosen)
        why = capital(f"{shaped}.") if isinstance(shaped, InputError) else ""
        frame, recorded, known = _nothing(spec) if why else shaped
        frame, *recorded = (_declared(each, spec, chosen.year) for each in (frame, *recorded))
        facts = {
            "chosen": chosen,
            "year": chosen.year,
            "subject": chosen.subject(capital=False),
            "frame": frame,
        }
        facts |= deciding.common(chosen) if hasattr(deciding, "common") else {}
        facts |= known
        if name not in shapes:
            if decide := getattr(deciding, name, None):
                facts |= decide(frame, chosen, *found[1:])
            frame, recorded = facts["frame"], recorded and [facts["frame"]]
        table, decimals = (_wide if spec.wide else _printed)(frame, spec)
        tables = [filled(source, facts) for source in spec.sources]
        heading = partial(filled, facts=facts)
        return Finding(
            name=spec.table or name,
            caption=filled(spec.caption, facts),
            table=table.rename(columns=heading),
            records=_all_recorded(recorded, spec, spec.table or name, facts.get("also", ())),
            reading=facts.get("why") or why or worded(notebook, name, facts),
            source=sentences(
                source_line(*dict.fromkeys(filter(None, [*tables, *facts.get("tables", ())])), vintage=chosen.vintage),
                facts.get("cited", ""),
            ),
            decimals={heading(column): number for column, number in decimals.items()},
            frame=frame,
            answers=name == ANSWER,
        )

    return finding


def _plain(found: Any, *_: Any) -> tuple[pd.DataFrame, list[pd.DataFrame], dict[str, Any]]:
    frame = _tidy(found)
    return frame, [frame], {}


def _nothing(spec: Spec) -> tuple[pd.DataFrame, list[pd.DataFrame], dict[str, Any]]:
    return pd.DataFrame(columns=list(spec.columns)), [], {}


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
    if "iso3" in frame and "name" not in frame:
        frame = frame.assign(
            name=[economy_name(code, short=True) if isinstance(code, str) else "Total" for code in frame["iso3"]]
        )
    frame = frame.assign(**{column: 100 * frame[column] for column in spec.percent})
    return frame.assign(year=year) if spec.dated and "year" not in frame else frame


def _named(code: Any) -> str:
    return economy_name(code, short=True) if isinstance(code, str) else "Total"


def _printed(frame: pd.DataFrame, spec: Spec) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the table under its headings, and the decimals of each."""
    shown = [
        column
        for column in spec.columns
        if column in frame and not (column in spec.optional and frame[column].isna().all())
    ]
    headings = {column: spec.heading(column) for column in shown}
    decimals = {headings[column]: spec.decimals_of(column) for column in shown}
    return frame[shown].rename(columns=headings), decimals


def _wide(frame: pd.DataFrame, spec: Spec) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the same with a column for each number and value of the column that is spread."""
    rows, *numbers = spec.columns
    spread = frame.pivot(index=rows, columns=spec.wide, values=numbers)
    table, decimals = pd.DataFrame({spec.heading(rows): spread.index.astype(str)}), {}
    for number in numbers:
        for label in frame[spec.wide].unique():
            heading = f"{label}, {spec.heading(number)}"
            table[heading], decimals[heading] = spread[number, label].to_numpy(), spec.decimals_of(number)
    return table, decimals


def _all_recorded(
    frames: Sequence[pd.DataFrame], spec: Spec, table: str, also: Sequence[tuple[pd.DataFrame, list[str]]]
) -> pd.DataFrame:
    """Return the records of a finding, and those of frames that belong to it and are not printed."""
    parts = [*((each, spec.records) for each in frames), *also]
    made = [_recorded(each, replace(spec, records=columns), table) for each, columns in parts if columns]
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=COLUMNS)


def _recorded(frame: pd.DataFrame, spec: Spec, table: str) -> pd.DataFrame:
    columns = [column for column in spec.records if column in frame]
    records = record(frame, table, {column: spec.unit(column) for column in columns})
    if columns and "unit" in frame:
        records["unit"] = np.where(records["unit"] == "", np.tile(frame["unit"], len(columns)), records["unit"])
    return records
