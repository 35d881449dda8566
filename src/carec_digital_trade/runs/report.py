"""The pages that a reader opens: one for a run, and an index of the runs in a folder."""

import base64
import heapq
import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.metadata import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import nbformat
from markupsafe import Markup

from carec_digital_trade import __version__, ownership
from carec_digital_trade.datasets import describe
from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.prose import duration
from carec_digital_trade.prose import listing as listing_of
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.annex import arranged
from carec_digital_trade.runs.blocks import blocks, figure, opening
from carec_digital_trade.runs.charts import ChartSet
from carec_digital_trade.runs.cleaning import is_harmless
from carec_digital_trade.runs.clearing import check_ours
from carec_digital_trade.runs.headlines import MOST_ROWS as MOST_HEADLINES
from carec_digital_trade.runs.headlines import differing, headlines
from carec_digital_trade.runs.identity import Run
from carec_digital_trade.runs.interactive import hash_of, scripts
from carec_digital_trade.runs.prose import Prose
from carec_digital_trade.runs.values import as_typed, in_brief
from carec_digital_trade.vintages import asked_vintage

INDEX = "index.html"
MOST_ROWS = 5_000
"""Of the index page; a browser is slow with more."""

_LARGEST_NOTEBOOK = 20_000_000
_MOST_COLUMNS = 5
_NAMED = 5
_MOST_ANSWER = 5_000
"""Characters, of the index page."""
_SHOWN = (
    "run_id",
    "notebook",
    "front",
    "title",
    "status",
    "parameters",
    "changed",
    "started",
    "duration_seconds",
    "answer",
    "error",
)
_FRONT = dict.fromkeys(("question", "figure", "alt", "vintage", "sure")) | {"numbers": []}
_TEMPLATES = Path(__file__).parent / "templates"


def write_report(run: Run, notebook: nbformat.NotebookNode, manifest: dict[str, Any]) -> None:
    """Write the page of a run.

    Parameters
    ----------
    run : Run
        The run.
    notebook : nbformat.NotebookNode
        As executed.
    manifest : dict
        What will be the run's manifest.
    """
    prose = Prose(run.source.path.parent)
    question, cells = opening(notebook)
    front = manifest["front"]
    first, annex = arranged(blocks(cells, prose), front["figure"] and Path(front["figure"]).stem)
    page = template("report.html.j2").render(
        manifest=manifest,
        question=question and prose.html(question),
        answer=prose.html(manifest["answer"] or ""),
        brief=front,
        figure=first,
        blocks=annex,
        scripts=scripts() if any(block.get("chart") for block in annex) else None,
        sections=prose.sections,
        parameters=_parameter_rows(run),
        sources=_source_rows(run),
        own=run.source.model is None,
        command=command(run),
        author=_author(),
    )
    layout.write_atomically(run.folder / layout.REPORT, page.encode())


def write_index(out: Path, charts: Sequence[ChartSet] = (), told: Callable[[str], None] = lambda _: None) -> Path:
    """Write the page that links the runs of a folder, from their manifests.

    Parameters
    ----------
    out : pathlib.Path
        Folder of runs.
    charts : sequence of ChartSet
        What to show above the table.
    told : callable
        Is told in a sentence of runs that are left out, since their manifests cannot be read.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    InputError
        If a page that is not ours is there.
    """
    check_ours(out, INDEX)
    listing = _listed(out)
    beside = [each for each in headlines(listing.runs) if len(each.rows) <= MOST_HEADLINES]
    listed = {each.notebook for each in beside if each.of_things}
    first = [each for each in _first(listing.runs) if each["notebook"] not in listed]
    if listing.bad:
        named = listing_of(listing.bad[:_NAMED]) + (" and others" if len(listing.bad) > _NAMED else "")
        told(f"left out of {out / INDEX}: {named}, where {layout.MANIFEST} is not one that a run writes")
    columns = differing(listing.runs)[:_MOST_COLUMNS]
    script, script_hash = sorting()
    prose = Prose()
    page = template("index.html.j2").render(
        author=_author(),
        first=[each | {"answer": prose.html(each["answer"] or "")} for each in first],
        main=_main_figure(out, first[0]) if first else None,
        runs=[{**each, "answer": prose.html((each["answer"] or "")[:_MOST_ANSWER])} for each in listing.runs],
        total=listing.total,
        failed=listing.failed,
        bad=listing.bad,
        columns=columns,
        others=not columns or any(each["changed"].keys() - columns for each in listing.runs),
        headlines=beside,
        charts=charts,
        tables=[name for name in (layout.RESULTS, layout.FAILURES) if (out / name).is_file()],
        script=script,
        script_hash=script_hash,
        version=__version__,
    )
    layout.write_atomically(out / INDEX, page.encode())
    return out / INDEX


def sorting() -> tuple[Markup, str]:
    """Return the one script of a page, which sorts its tables, and the hash by which its policy knows it."""
    script = (_TEMPLATES / "sort.js").read_text(encoding="utf-8")
    return Markup(script), hash_of(script)


@dataclass(frozen=True)
class _Listing:
    """Runs of a folder, the latest first, and how many there are in all."""

    runs: list[dict[str, Any]]
    total: int
    failed: int
    bad: list[str]


def _listed(out: Path) -> _Listing:
    """Read the manifests, keeping no more than the page shows: those of failures, then the latest."""
    kept: list[tuple[tuple[bool, str, str], dict[str, Any]]] = []
    total = failed = 0
    bad = []
    for folder in out.iterdir():
        manifest = layout.read_manifest(folder)
        if manifest is None:
            bad += [folder.name] if os.path.lexists(folder / layout.MANIFEST) else []
            continue
        is_failed = manifest["status"] == layout.FAILED
        total, failed = total + 1, failed + is_failed
        shown = {name: manifest.get(name) for name in _SHOWN} | {"front": _FRONT | manifest.get("front", {})}
        heapq.heappush(kept, ((is_failed, manifest["started"], manifest["run_id"]), shown))
        if len(kept) > MOST_ROWS:
            heapq.heappop(kept)
    runs = [shown for _, shown in sorted(kept, key=lambda pair: pair[0][1:], reverse=True)]
    return _Listing(runs, total, failed, sorted(bad))


def _first(runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a finished run of each notebook of the package, in their order: the one nearest to the defaults."""
    found = [[each for each in runs if each["notebook"] == name and each["answer"]] for name in NOTEBOOKS]
    return [min(each, key=lambda run: len(run["changed"])) for each in found if each]


def _main_figure(out: Path, run: dict[str, Any]) -> dict[str, Any] | None:
    """Return the main figure of a run, for a page and for a phone, as its notebook holds it."""
    name = run["front"]["figure"]
    try:
        content = name and ownership.read(out / run["run_id"] / layout.NOTEBOOK, _LARGEST_NOTEBOOK)
        return content and figure(nbformat.reads(content, as_version=4), Path(name).stem)
    except Exception:  # whatever lies there, the other runs have their page
        return None


@lru_cache(maxsize=1)
def _author() -> str:
    return metadata("carec-digital-trade")["Author"]


def command(run: Run) -> str:
    """Return the command that makes the run again.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str
        For a shell, in the folder of the notebook if it is the user's own.
    """
    given = [part for name, value in run.changed.items() for part in ("-p", f"{name}={as_typed(value)}")]
    notebook = run.source.asked if run.source.model else run.source.path.name  # where it lies is nobody else's concern
    return shlex.join(["cdt", "run", notebook, *given])


@lru_cache(maxsize=3)
def template(name: str) -> jinja2.Template:
    """Return the template of a page.

    Parameters
    ----------
    name : str
        Its file.

    Returns
    -------
    jinja2.Template
        Compiled once.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["typeface"] = _typeface
    environment.filters["brief"] = in_brief
    environment.filters["duration"] = duration
    environment.filters["moment"] = _moment
    environment.filters["day"] = lambda started: _moment(started).rpartition(",")[0]
    environment.tests["harmless"] = is_harmless
    return environment.get_template(name)


@lru_cache(maxsize=1)
def _typeface() -> dict[int, str]:
    """Return the letters of the pages, which are those of the figures, by weight."""
    weights = {400: "regular", 700: "bold"}
    fonts = files("carec_digital_trade") / "fonts"
    return {
        weight: base64.b64encode((fonts / f"source-sans-3-{name}.woff2").read_bytes()).decode("ascii")
        for weight, name in weights.items()
    }


def _moment(started: str) -> str:
    moment = datetime.fromisoformat(started)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _parameter_rows(run: Run) -> list[dict[str, Any]]:
    changed = run.changed
    return [
        {
            "name": each.name,
            "value": as_typed(run.parameters[each.name]),
            "default": as_typed(each.default),
            "meaning": each.meaning,
            "changed": each.name in changed,
        }
        for each in run.source.parameters
    ]


def _source_rows(run: Run) -> list[dict[str, Any]]:
    vintage = asked_vintage(run.parameters)
    return [{"table": table, **describe(table, vintage), **run.data[table]} for table in run.data]
