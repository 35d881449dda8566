"""How much faster is a batch of snapshots than a loop of papermill runs? ``python benchmarks/batch.py [RUNS]``.

Both are whole processes, imports included; half of the loop runs before the batch and half after it, so that other work
on the machine slows both. The loop makes executed notebooks only, the batch also pages, figures and tables. The
notebooks of the two are compared cell by cell. Modules are compiled before, whatever the environment says of bytecode,
since kernels that compile what they import would take twice the time. The project's bound is 6 times.
"""

import compileall
import itertools
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat

from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.runs.identity import Run
from carec_digital_trade.runs.notebooks import read_notebook
from carec_digital_trade.runs.planning import plan_batch

RUNS = 24
WORKERS = 2
LOOP = """
import json, sys, papermill
for line in sys.stdin:
    path, parameters = json.loads(line)
    papermill.execute_notebook(sys.argv[1], path, parameters, kernel_name="python3", progress_bar=False)
    print(flush=True)
"""


def main() -> None:
    """Print both times and their ratio."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    grid = itertools.product(range(2024, 2004, -1), ["total", "exports", "imports"])
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for folder in dict.fromkeys(map(sysconfig.get_path, ("stdlib", "purelib", "platlib"))):
        compileall.compile_dir(folder, quiet=2, workers=WORKERS)
    sets = [{"year": year, "flow": flow} for year, flow in itertools.islice(grid, number)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "batch.yaml").write_text(json.dumps({"notebook": "snapshot", "runs": sets}))
        nbformat.write(read_notebook(NOTEBOOKS["snapshot"].path), folder / "snapshot.ipynb")  # the cells that a run has
        runs = plan_batch(folder / "batch.yaml", folder / "out").to_do
        loop, batch = _timed(folder, runs)
        pairs = [(folder / f"{run.run_id}.ipynb", run.folder / "notebook.ipynb") for run in runs]
        same = all(_cells(one) == _cells(other) for one, other in pairs)
    print(f"{number} snapshots by papermill, one after another: {loop[0]:.1f} s ({loop[1]:.1f} s of processor)")
    print(f"the same by cdt batch --workers {WORKERS}: {batch[0]:.1f} s ({batch[1]:.1f} s of processor)")
    print(f"{loop[0] / batch[0]:.1f} times as fast (6 asked, 10 wished for); load average {os.getloadavg()[0]:.1f}")
    print(f"the executed notebooks are {'the same' if same else 'NOT THE SAME'}, cell for cell, times aside")


def _timed(folder: Path, runs: list[Run]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Perform half of the loop, the batch and the other half; return wall-clock and processor time of both."""
    halves = [{str(folder / f"{run.run_id}.ipynb"): run.parameters for run in runs[half::2]} for half in (0, 1)]
    marks = [_clocks()]
    loop = subprocess.Popen(
        [sys.executable, "-c", LOOP, folder / "snapshot.ipynb"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # each kernel warns there that it listens on TCP
    )
    _feed(loop, halves[0])
    marks.append(_clocks())
    command = [sys.executable, "-c", "from carec_digital_trade.cli import main; main()", "batch"]
    options = [folder / "batch.yaml", "--out", folder / "out", "--workers", WORKERS]
    subprocess.run(list(map(str, [*command, *options])), check=True, stdout=subprocess.DEVNULL)
    marks.append(_clocks())
    _feed(loop, halves[1])
    loop.communicate()
    marks.append(_clocks())
    first, batch, last = [
        (later[0] - earlier[0], later[1] - earlier[1]) for earlier, later in itertools.pairwise(marks)
    ]
    return (first[0] + last[0], first[1] + last[1]), batch


def _feed(loop: subprocess.Popen, sets: dict[str, dict[str, Any]]) -> None:
    """Have the loop perform some runs, and wait for it."""
    for each in sets.items():
        loop.stdin.write(json.dumps(each).encode() + b"\n")
        loop.stdin.flush()
        loop.stdout.readline()


def _clocks() -> tuple[float, float]:
    """Return the time, and the processor time of what this process has started and seen end."""
    return time.perf_counter(), sum(os.times()[2:4])


def _cells(path: Path) -> list[Any]:
    """Return what the cells of a notebook hold but when they ran."""
    cells = []
    for cell in nbformat.read(path, as_version=4).cells:
        known = {name: value for name, value in cell.metadata.items() if name not in ("papermill", "execution")}
        cells.append((cell.cell_type, cell.source, known, cell.get("execution_count"), cell.get("outputs")))
    return cells


if __name__ == "__main__":
    main()
