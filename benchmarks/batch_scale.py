"""How long do planning and resuming 100,000 runs take, and gathering 10,000? ``python benchmarks/batch_scale.py``.

The runs are not performed: their folders are made, with what a run leaves. The project's bounds are 10 s and 500 MiB
for the plan, 20 s for gathering.
"""

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.collect import RESULT_COLUMNS
from carec_digital_trade.runs.gather import write_results
from carec_digital_trade.runs.identity import Run
from carec_digital_trade.runs.planning import plan_batch

PLANNED, GATHERED, ROWS = 100_000, 10_000, 1_050
"""The last is the number of rows that a snapshot leaves."""


def main() -> None:
    """Print times and memory; each part has a process of its own."""
    if len(sys.argv) > 1:
        {"plan": _plan, "gather": _gather}[sys.argv[1]](Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        (out / "batch.yaml").write_text(json.dumps(_batch(PLANNED)))
        _part("plan", out)
        for finished in (PLANNED // 3, PLANNED):
            for run in plan_batch(out / "batch.yaml", out).batch.runs[:finished]:
                _finish(run, "")
            _part("plan", out)
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        (out / "batch.yaml").write_text(json.dumps(_batch(GATHERED)))
        row = "snapshot,over_time,CAREC without China,,2019,effective_members,4.7183716,,,members\n"
        for run in plan_batch(out / "batch.yaml", out).batch.runs:
            _finish(run, row * ROWS)
        _part("gather", out)


def _batch(number: int) -> dict:
    grid = {"year": list(range(2005, 2025)), "flow": ["total", "exports"]}
    return {"notebook": "snapshot", "grid": {**grid, "seed": list(range(number // 40))}}


def _part(name: str, out: Path) -> None:
    subprocess.run([sys.executable, __file__, name, out], check=True)


def _plan(out: Path) -> None:
    start, processor = time.perf_counter(), time.process_time()
    plan = plan_batch(out / "batch.yaml", out)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(plan.batch.runs):,} runs planned, {len(plan.finished):,} finished before: {seconds:.1f} s ", end="")
    print(f"({processor:.1f} s of processor; 10 asked), {peak:.0f} MiB at most (500 asked)")


def _gather(out: Path) -> None:
    runs = plan_batch(out / "batch.yaml", out).batch.runs
    start, processor = time.perf_counter(), time.process_time()
    damaged = write_results(runs, out / "results.csv")
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    size = (out / "results.csv").stat().st_size / 2**20
    print(f"{len(runs):,} runs of {ROWS:,} rows gathered in {seconds:.1f} s ", end="")
    print(f"({processor:.1f} s of processor; 20 asked), {size:,.0f} MiB; {len(damaged)} damaged")


def _finish(run: Run, rows: str) -> None:
    """Leave what a finished snapshot leaves, without the size of its files."""
    if run.folder.exists():
        return
    figures = [f"figures/{name}.png" for name in ("members", "effective_members", "over_time", "composition")]
    (run.folder / layout.FIGURES).mkdir(parents=True)
    for name in (layout.NOTEBOOK, layout.REPORT, *figures):
        (run.folder / name).touch()
    (run.folder / layout.RESULTS).write_text(",".join(RESULT_COLUMNS) + "\n" + rows)
    manifest = {
        "run_id": run.run_id,
        "status": "finished",
        "title": run.source.title,
        "parameters": run.parameters,
        "changed": run.changed,
        "data": run.data,
        "started": "2026-11-25T10:00:00+00:00",
        "duration_seconds": 1.5,
        "answer": None,
        "results": rows.count("\n"),
        "results_sha256": hashlib.sha256((run.folder / layout.RESULTS).read_bytes()).hexdigest(),
        "figures": figures,
        "error": None,
    }
    (run.folder / layout.MANIFEST).write_text(json.dumps(manifest, indent=2))


if __name__ == "__main__":
    main()
