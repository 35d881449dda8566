"""From what a recipe gave to a finding, as a notebook's parameters, declarations and templates say."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, is_dataclass
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from carec_digital_trade import prose
from carec_digital_trade.datasets import source_line
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError, attempt
from carec_digital_trade.findings.declared import COLUMNS, Spec, specs
from carec_digital_trade.findings.finding import Finding, record
from carec_digital_trade.parameters import NOTEBOOKS, SharedParameters
from carec_digital_trade.regions import Region

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
        Takes the name of a finding and what was found, and returns the `Finding`. What was found is a tidy frame, or a
        mapping of regions (or their labels) to frames, rows or results with fields, which become one frame with the
        column region; then whatever else the finding's function in ``facts/<notebook>.py`` takes, such as the
        simulation that the frame is from. An `InputError` among it (see `errors.attempt`) makes an empty finding that
        says why.
    """
    notebook = next(each.name for each in NOTEBOOKS.values() if isinstance(chosen, each.model))
    deciding = import_module(f"carec_digital_trade.findings.facts.{notebook}")

    def finding(name: str, *found: Any) -> Finding:
        spec = specs(notebook)[name]

        def decide(first: Any, *rest: Any) -> dict[str, Any]:
            frame = _placed(_declared(_tidy(first), spec), spec, chosen.year)
            return {"frame": frame} | getattr(deciding, name, _nothing_else)(frame, chosen, *rest)

        told = decide(*found) if name == ANSWER else attempt(decide, *found)
        if isinstance(told, InputError):
            told = {"frame": pd.DataFrame(columns=list(spec.columns)), "records": [], "why": prose.capital(f"{told}.")}
        told["frame"] = frame = _placed(told["frame"], spec, chosen.year)
        shared = {"chosen": chosen, "year": chosen.year, "subject": chosen.subject(capital=False)}
        facts = shared | deciding.common(chosen) | told
        table, decimals = (_wide if spec.wide else _printed)(frame, spec)
        tables = [filled(source, facts) for source in spec.sources] + facts.get("tables", [])
        source = source_line(*dict.fromkeys(filter(None, tables)), vintage=chosen.vintage)
        heading = partial(filled, facts=facts)
        return Finding(
            name=spec.table or name,
            caption=filled(spec.caption, facts),
            table=table.rename(columns=heading),
            records=_recorded([_placed(each, spec, chosen.year) for each in facts.get("records", [frame])], spec, name),
            reading=facts.get("why") or worded(notebook, name, facts),
            source=prose.sentences(source, facts.get("cited", "")),
            decimals={heading(column): number for column, number in decimals.items()},
            frame=frame,
            answers=name == ANSWER,
            title=worded(notebook, f"{name}_title", facts),
        )

    return finding


def worded(notebook: str, block: str, facts: Mapping[str, Any]) -> str:
    """Return the words of a finding.

    Parameters
    ----------
    notebook : str
        Whose template.
    block : str
        Name of the finding.
    facts : mapping
        What the template may name; a name that is missing is an error.

    Returns
    -------
    str
        Markdown: a paragraph, or bullets of one line each; empty where the template has no such block.
    """
    words = template(notebook)
    if block not in words.blocks:
        return ""
    return _joined("".join(words.blocks[block](words.new_context(dict(facts)))))


def template(notebook: str) -> jinja2.Template:
    """Return the words of a notebook, compiled once."""
    return _environment().get_template(f"{notebook}.md.j2")


def filled(text: str, facts: Mapping[str, Any]) -> str:
    """Fill in a short template, such as a caption, from facts as in `worded`; return one line."""
    return _joined(_template(text).render(facts))


def _nothing_else(*_: Any) -> dict[str, Any]:
    return {}


def _tidy(found: Any) -> Any:
    """Make one frame of what a recipe gave of several regions; leave a result of another kind as it is."""
    if isinstance(found, Mapping):
        parts = [_rows(each).assign(region=_label(key)) for key, each in found.items()]
        return pd.concat(parts, ignore_index=True)
    return _rows(found) if isinstance(found, pd.DataFrame) else found


def _rows(found: Any) -> pd.DataFrame:
    if is_dataclass(found):
        return pd.DataFrame([asdict(found)])
    if isinstance(found, pd.Series):
        return found.to_frame().T
    named = [level for level in found.index.names if level is not None]
    return found.reset_index(level=named) if named else found


def _label(key: Hashable) -> Hashable:
    return key.label if isinstance(key, Region) else key


def _declared(found: Any, spec: Spec) -> Any:
    """Name the columns of a frame by metric, in the units of the finding."""
    if not isinstance(found, pd.DataFrame):
        return found
    frame = found.rename(columns=spec.rename)
    return frame.assign(**{column: 100 * frame[column] for column in spec.percent})


def _placed(found: Any, spec: Spec, year: int) -> Any:
    """Name the economies of a frame, and date it, where it does not say."""
    if not isinstance(found, pd.DataFrame):
        return found
    if "iso3" in found and "name" not in found:
        names = [economy_name(code, short=True) if isinstance(code, str) else "Total" for code in found["iso3"]]
        found = found.assign(name=names)
    return found.assign(year=year) if spec.dated and "year" not in found else found


def _printed(frame: pd.DataFrame, spec: Spec) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the table under its headings, and the decimals of each."""
    there = [column for column in spec.columns if column in frame]
    shown = [column for column in there if not (column in spec.optional and frame[column].isna().all())]
    headings = {column: spec.heading(column) for column in shown}
    return frame[shown].rename(columns=headings), {headings[column]: spec.decimals_of(column) for column in shown}


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


def _recorded(frames: list[pd.DataFrame], spec: Spec, name: str) -> pd.DataFrame:
    """Return the records of all frames, of each the declared columns that it has."""
    made = []
    for frame in frames:
        columns = [column for column in spec.records if column in frame]
        records = record(frame, spec.table or name, {column: spec.unit(column) for column in columns})
        if columns and "unit" in frame:
            own = np.tile(frame["unit"], len(columns))
            records["unit"] = np.where(records["unit"] == "", own, records["unit"])
        made += [records] if columns else []
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=COLUMNS)


def _joined(text: str) -> str:
    """Put each paragraph or bullet on one line, with single spaces and none before a full stop or a comma."""
    bullets = re.split(r"\n\s*(?=- )", text)
    lines = (re.sub(r"\s+(?=[.,;:?](\s|$))", "", " ".join(line.split())) for line in bullets)
    return "\n".join(filter(None, lines))


@lru_cache(maxsize=512)
def _template(text: str) -> jinja2.Template:
    return _environment().from_string(text)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    environment.filters |= {
        name: getattr(prose, name) for name in ("usd", "percent", "listing", "count", "capital")
    } | {
        "extract": lambda key, table: table[key],
        "name": partial(economy_name, short=True),
        "names": lambda codes: prose.listing((economy_name(code, short=True) for code in codes), empty=""),
    }
    environment.tests["known"] = lambda value: value == value  # noqa: PLR0124  (a missing number is unlike itself)
    return environment
