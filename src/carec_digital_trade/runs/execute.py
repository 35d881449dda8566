"""One run from its parameters to its folder: plan, execute, collect, report, manifest."""

import contextlib
import hashlib
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade import __version__
from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError
from carec_digital_trade.paths import expanded
from carec_digital_trade.runs import clearing
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.brief import front
from carec_digital_trade.runs.clearing import check_ours
from carec_digital_trade.runs.collect import Findings, collect, read_results, written
from carec_digital_trade.runs.folder import Failure, RunFailed
from carec_digital_trade.runs.forks import ForkedKernel
from carec_digital_trade.runs.identity import Run, plan
from carec_digital_trade.runs.lock import locked
from carec_digital_trade.runs.notebooks import open_notebook
from carec_digital_trade.runs.report import write_index, write_report
from carec_digital_trade.vintages import asked_vintage, kernel_environment


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    Attributes
    ----------
    run_id : str
        Identity of the run.
    folder : pathlib.Path
        Where its files are.
    status : {"finished", "failed"}
        Finished means that every cell ran and the results are there.
    skipped : bool
        Whether the run had been finished before.
    error : Failure or None
        What went wrong.
    """

    run_id: str
    folder: Path
    status: str
    skipped: bool = False
    error: Failure | None = None

    @property
    def results(self) -> pd.DataFrame:
        """The run's results, read from its file; raises `RunFailed` if the run failed."""
        if self.error is not None:
            raise RunFailed(self.error)
        return read_results(self.folder / layout.RESULTS)

    @property
    def report(self) -> Path:
        """The page to read."""
        return self.folder / layout.REPORT


def run(notebook: str | Path, parameters: Mapping[str, Any] | None = None, out: str | Path = "reports") -> RunResult:
    """Run a notebook once, unless the same run is finished already.

    Parameters
    ----------
    notebook : str or pathlib.Path
        snapshot, or another notebook of the package, or the path of one's own.
    parameters : mapping, optional
        Parameter name to value; what is left out takes its default.
    out : str or pathlib.Path
        Folder of runs; the run's own folder and the index page are made in it.

    Returns
    -------
    RunResult
        Also for a run that failed.

    Raises
    ------
    InputError
        If notebook, parameters or folder do not fit, or an index page is there that is not ours; then nothing has been
        written.
    """
    planned = plan(open_notebook(notebook), parameters or {}, expanded(out))
    check_ours(planned.out, layout.INDEX)
    result = perform(planned)
    write_index(planned.out)
    return result


def perform(planned: Run, timeout: float | None = None, forked: ForkedKernel | None = None) -> RunResult:
    """Bring one planned run to its end and leave its manifest.

    Parameters
    ----------
    planned : Run
        From `plan`.
    timeout : float or None
        Seconds that the cells may take altogether.
    forked : ForkedKernel or None
        The process that is to be the kernel; without one it is a new Python.

    Returns
    -------
    RunResult
        Also for a run that failed; a finished run is left as it is.

    Raises
    ------
    InputError
        If the folder cannot be made or is not ours, or another process performs the run.
    """
    if layout.is_finished(planned.folder):
        return RunResult(planned.run_id, planned.folder, layout.FINISHED, skipped=True)
    layout.make(planned.out)
    with locked(planned.out / f".{planned.run_id}.lock", f"the run {planned.run_id} is being performed already"):
        return _performed(planned, timeout, forked)


def attempt(planned: Run, timeout: float | None = None, forked: ForkedKernel | None = None) -> RunResult:
    """Perform a run; what keeps it from leaving even a manifest, such as a full disk, is a failure like any other.

    Parameters
    ----------
    planned, timeout, forked
        As of `perform`.

    Returns
    -------
    RunResult
        Whatever happens.
    """
    try:
        return perform(planned, timeout, forked)
    except (InputError, OSError) as error:
        return ended(planned, Failure(type(error).__name__, str(error)))


def ended(planned: Run, error: Failure | None) -> RunResult:
    """Return how a run that was performed now has ended.

    Parameters
    ----------
    planned : Run
        The run.
    error : Failure or None
        What went wrong.

    Returns
    -------
    RunResult
        Nothing is written.
    """
    status = layout.FAILED if error else layout.FINISHED
    return RunResult(planned.run_id, planned.folder, status, error=error)


def fail(planned: Run, failure: Failure, seconds: float) -> RunResult:
    """Record the failure of a run whose process could not do so itself.

    Parameters
    ----------
    planned : Run
        The run.
    failure : Failure
        Why.
    seconds : float
        How long it had run.

    Returns
    -------
    RunResult
        Also if the manifest cannot be written.
    """
    with contextlib.suppress(OSError, InputError):
        clearing.clear(planned.folder)
        started = datetime.now(UTC) - timedelta(seconds=seconds)
        layout.write_manifest(planned.folder, _manifest(planned, started, failure=failure))
    return ended(planned, failure)


def _performed(planned: Run, timeout: float | None, forked: ForkedKernel | None) -> RunResult:
    clearing.clear(planned.folder)
    started, failure = datetime.now(UTC), None
    try:
        manifest = _produce(planned, started, timeout, forked)
    except KeyboardInterrupt:
        clearing.discard(planned.folder)
        raise
    except RunFailed as error:
        failure = error.failure
    except Exception as error:  # whatever it is, the manifest says so and a batch goes on
        failure = Failure(type(error).__name__, str(error), traceback=traceback.format_exc())
    if failure is not None:
        manifest = _manifest(planned, started, failure=failure)
    layout.write_manifest(planned.folder, manifest)
    return ended(planned, failure)


def _produce(planned: Run, started: datetime, timeout: float | None, forked: ForkedKernel | None) -> dict[str, Any]:
    """Execute the notebook and write everything but the manifest, which is returned."""
    from carec_digital_trade.runs.kernels import execute  # noqa: PLC0415  (slow to import; a skipped run needs none)

    environment = kernel_environment(asked_vintage(planned.parameters), planned.data)
    path = planned.folder / layout.NOTEBOOK
    try:
        notebook = execute(planned.source, planned.parameters, path, environment, timeout, forked)
    except RunFailed:
        _check_data(planned)  # of which a cell would speak in the dark
        raise
    _check_data(planned)
    findings = collect(notebook, planned.source.name)
    manifest = _manifest(planned, started, findings) | {
        "results_sha256": _save(findings, planned.folder),
        "front": front(planned, notebook, findings.results),
    }
    write_report(planned, notebook, manifest)
    return manifest


def _check_data(planned: Run) -> None:
    """Refuse a run whose kernel may have read other data than the planned ones, such as a newer "latest"."""
    vintage = asked_vintage(planned.parameters)
    if vintage != BUNDLED and plan(planned.source, planned.parameters, planned.out).run_id != planned.run_id:
        sentence = f"an import has made the vintage {vintage!r} another one since the run was planned: run it again"
        raise RunFailed(Failure("ChangedData", sentence))


def _save(findings: Findings, folder: Path) -> str:
    """Write results and figures; return the sha256 of the results."""
    data = written(findings.results)
    (folder / layout.RESULTS).write_bytes(data)
    (folder / layout.FIGURES).mkdir(exist_ok=True)
    for name, picture in findings.figures.items():
        (folder / layout.FIGURES / f"{name}.png").write_bytes(picture)
    return hashlib.sha256(data).hexdigest()


def _manifest(
    planned: Run, started: datetime, findings: Findings | None = None, failure: Failure | None = None
) -> dict[str, Any]:
    """Say what was run, with what, and how it ended."""
    return {
        "run_id": planned.run_id,
        "status": layout.FAILED if failure else layout.FINISHED,
        "notebook": planned.source.name,
        "title": planned.title,
        "source": {"file": planned.source.path.name, "sha256": planned.source.digest},
        "parameters": planned.parameters,
        "changed": planned.changed,
        "seed": planned.parameters.get("seed"),
        "data": planned.data,
        "package_version": __version__,
        "python_version": sys.version.split()[0],
        "started": started.isoformat(timespec="seconds"),
        "duration_seconds": round((datetime.now(UTC) - started).total_seconds(), 3),
        "answer": findings and findings.answer,
        "results": 0 if findings is None else len(findings.results),
        "results_sha256": None,
        "figures": [] if findings is None else [f"{layout.FIGURES}/{name}.png" for name in findings.figures],
        "error": failure and {"cell": failure.cell, "exception": failure.exception, "message": failure.message},
    }
