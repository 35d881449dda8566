"""A light notebook whose parameters say what befalls it, and workers that all tests of a module share."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from rich.console import Console

from carec_digital_trade.findings import COLUMNS, MEDIA_TYPE
from carec_digital_trade.runs import execute, kernels
from carec_digital_trade.runs import pool as pool_module
from carec_digital_trade.runs.batch import BatchResult, perform_batch
from carec_digital_trade.runs.planning import plan_batch
from carec_digital_trade.runs.pool import Pool

PARAMETERS = """year: int = 2024  # year
flow: str = "total"  # flow
deed: str = "none"  # what befalls the run
place: str = ""  # a file or folder that it needs"""

DEED = """import os, pathlib, time
if deed == "raise" and not os.path.exists(place):
    raise ValueError(f"no data for {year}, see {place}")
if deed == "die":
    os._exit(3)
if deed == "fill the disk":
    folders = [each for each in pathlib.Path(place).iterdir() if each.is_dir()]
    folder = next(each for each in folders if not (each / "manifest.json").exists())
    (folder / "results.csv").symlink_to("/dev/full")
if deed == "wait":
    pathlib.Path(place, f"began {year}").write_text(f"{os.getpid()} {os.getppid()}")
    while not os.path.exists(os.path.join(place, "go on")):
        time.sleep(0.02)
if deed == "take a while":
    time.sleep(0.1)"""

SHOW = """from IPython.display import display
columns = ["table", "region", "iso3", "year", "metric", "item", "value", "low", "high", "unit"]
rows = [["totals", "CAREC", None, year, "total", "", year * len(flow) / 7, None, None, "USD million"],
        ["totals", "ASEAN, the \\"other\\"", None, year, "total", "", float(year), 1.5, None, "USD million"],
        ["totals", "CAREC", "KAZ", year, "total", "", 1e-9, None, None, "USD million"]]
display({"application/vnd.carec-digital-trade.results+json": {"columns": columns, "rows": rows}}, raw=True)"""


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook of code cells, the first of them its parameters."""
    made = [new_code_cell(text, metadata={"tags": ["parameters"] if text == cells[0] else []}) for text in cells]
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[new_markdown_cell("# A toy"), *made], metadata=metadata), path)
    return path


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The light notebook."""
    return write_notebook(tmp_path_factory.mktemp("notebooks") / "toy.ipynb", PARAMETERS, DEED, SHOW)


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Two workers, whose preloaded process all tests share."""
    with Pool(2) as workers:
        yield workers


class Sharing(Pool):
    """A pool that shares the preloaded process of another one, which takes seconds to start."""

    def __init__(self, owner: Pool, workers: int, timeout: float | None = None) -> None:
        super().__init__(workers, timeout)
        self._source = owner._source

    def __enter__(self) -> "Sharing":
        return self

    def __exit__(self, *_: object) -> None:
        self.abandon()


@pytest.fixture(scope="session")
def sharing(pool: Pool) -> Callable[..., Sharing]:
    """Make pools that share the preloaded process."""
    return partial(Sharing, pool)


@pytest.fixture
def here(sharing: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command line share the preloaded process too."""
    monkeypatch.setattr(pool_module, "executor", lambda workers, cluster, timeout: sharing(workers or 2, timeout))


@pytest.fixture
def perform(toy: Path, pool: Pool, tmp_path: Path) -> Callable[..., BatchResult]:
    """Perform a batch of the toy into a folder."""

    def call(content: dict[str, Any], out: Path = tmp_path / "out", **options: Any) -> BatchResult:
        plan = plan_batch({"notebook": str(toy), **content}, out, options.pop("retry_failed", False))
        return perform_batch(
            plan, out, options.pop("place", pool), options.pop("keep_going", True), Console(quiet=True)
        )

    return call


ROW = ["totals", "CAREC", None, 2024, "total", "", 1.5, None, None, "USD million"]


def kernel(source: Any, parameters: dict, path: Path, *_: Any) -> nbformat.NotebookNode:
    """What a kernel leaves, without one."""
    if parameters["flow"] == "raise":
        raise ValueError("no data")
    shown = new_output("display_data", {MEDIA_TYPE: {"columns": COLUMNS, "rows": [ROW]}})
    notebook = new_notebook(cells=[new_code_cell("show()", execution_count=1, outputs=[shown])])
    nbformat.write(notebook, path)
    return notebook


class Here:
    """Performs runs in this process."""

    words, workers = "1 worker", 1

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def prepare(self, runs: Any) -> None:
        pass

    def perform(self, runs: Any) -> Iterator[execute.RunResult]:
        for run in runs:
            yield execute.attempt(run)


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs without kernels, pages and other processes, for tests of what is written where."""
    monkeypatch.setattr(kernels, "execute", kernel)
    monkeypatch.setattr(execute, "write_report", lambda run, *_: (run.folder / "report.html").touch())
    monkeypatch.setattr(pool_module, "executor", lambda *_: Here())


@pytest.fixture(scope="session")
def batch(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, one of which fails."""
    file = tmp_path_factory.mktemp("batch") / "batch.yaml"
    file.write_text(json.dumps({"notebook": str(toy), "grid": {"flow": ["total", "raise"]}}))
    return file


@pytest.fixture
def commands(toy: Path, batch: Path) -> dict[str, list[str]]:
    """Commands, to which a folder of runs is to be added."""
    return {
        "run": ["run", str(toy)],
        "batch": ["batch", str(batch)],
        "retry": ["batch", str(batch), "--retry-failed"],
    }


def descendants(pid: int) -> set[int]:
    """Return the processes that a process has started, and those that they have."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found, level = set(), {pid}
    while level := {child for child, parent in parents.items() if parent in level}:
        found |= level
    return found
