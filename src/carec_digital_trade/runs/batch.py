"""A batch of runs: performed and gathered into one table, with nothing missing or stale unsaid."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console

from carec_digital_trade.paths import expanded
from carec_digital_trade.printing import console
from carec_digital_trade.prose import count
from carec_digital_trade.runs import clearing
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.batchfile import Batch
from carec_digital_trade.runs.charts import MOST_RUNS, ChartSet, chart_sets
from carec_digital_trade.runs.clearing import LOCK, check_ours, sweep
from carec_digital_trade.runs.collect import read_results
from carec_digital_trade.runs.folder import Failure
from carec_digital_trade.runs.gather import read_rows, regional, write_failures, write_results
from carec_digital_trade.runs.identity import Run
from carec_digital_trade.runs.lock import locked
from carec_digital_trade.runs.planning import Plan, Standing, plan_batch, shown
from carec_digital_trade.runs.pool import Pool, executor
from carec_digital_trade.runs.report import write_index

if TYPE_CHECKING:
    from carec_digital_trade.runs.cluster import Cluster


@dataclass(frozen=True)
class BatchResult:
    """How a batch ended.

    Attributes
    ----------
    out : pathlib.Path
        Folder of runs.
    total, performed, skipped : int
        Runs of the batch, those that were performed now, and those that had been finished before.
    failures : dict of str to Failure
        Identity of each failed run to what went wrong.
    unstarted : int
        Runs that were not begun, because the batch was to stop at the first failure.
    """

    out: Path
    total: int
    performed: int
    skipped: int
    failures: dict[str, Failure] = field(default_factory=dict)
    unstarted: int = 0

    @property
    def results(self) -> pd.DataFrame:
        """The results of all finished runs, read from their file."""
        return read_results(self.out / layout.RESULTS)

    @property
    def index(self) -> Path:
        """The page to read."""
        return self.out / layout.INDEX


def run_batch(
    batch: str | Path | Mapping[str, Any],
    out: str | Path = "reports",
    *,
    workers: int | None = None,
    cluster: str | None = None,
    timeout: float | None = None,
    retry_failed: bool = False,
    keep_going: bool = True,
    progress: bool = True,
) -> BatchResult:
    """Perform every run of a batch that is not finished already, and gather their results.

    The folder of runs then holds results.csv (all runs, with their parameters as columns), failures.csv and index.html.

    Parameters
    ----------
    batch : str or pathlib.Path or mapping
        A batch file, or its content.
    out : str or pathlib.Path
        Folder of runs.
    workers : int, optional
        Runs at a time on this machine; one a core by default.
    cluster : str, optional
        Address of a Dask scheduler whose workers perform the runs instead.
    timeout : float, optional
        Seconds after which a run has failed.
    retry_failed : bool
        Whether to perform again what failed in a cell; what failed outside the cells is performed again anyway.
    keep_going : bool
        Whether a failure leaves the other runs to be performed.
    progress : bool
        Whether to show how far the batch has come.

    Returns
    -------
    BatchResult
        Also if runs failed.

    Raises
    ------
    BatchFileError
        All that is wrong with the batch, if anything is; then nothing has been written.
    InputError
        If the file, the folder or the cluster cannot be used.
    KeyboardInterrupt
        If interrupted, once the runs under way have ended or, the second time, have been abandoned; the sentence says
        how to go on.
    """
    out, shown_on = expanded(out), console(stderr=True)
    shown_on.quiet = not progress
    with executor(workers, cluster, timeout) as place:  # begun first, since it takes seconds to be ready
        return perform_batch(plan_batch(batch, out, retry_failed), out, place, keep_going, shown_on)


def perform_batch(plan: Plan, out: Path, place: Pool | Cluster, keep_going: bool, shown_on: Console) -> BatchResult:
    """Perform what a plan has left to do, and gather the results of the whole batch.

    Parameters
    ----------
    plan : Plan
        From `plan_batch`.
    out : pathlib.Path
        Folder of runs.
    place : Pool or Cluster
        Where the runs are performed, entered.
    keep_going : bool
        As in `run_batch`.
    shown_on : rich.console.Console
        Where to show progress.

    Returns
    -------
    BatchResult
        Also if runs failed.

    Raises
    ------
    InputError
        If the folder cannot be made, another batch has it, or a file stands in the way that is not ours.
    KeyboardInterrupt
        As in `run_batch`.
    """
    layout.make(out)
    check_ours(out, layout.RESULTS, layout.FAILURES, layout.INDEX)
    with locked(out / LOCK, f"another batch runs in {out}"):
        sweep(out)
        for name in (layout.RESULTS, layout.FAILURES):
            (out / name).unlink(missing_ok=True)  # of an earlier batch; what they say is no longer all
        shown_on.print(_beginning(plan, place))
        try:
            outcome = _perform(plan, place, keep_going, shown_on)
        finally:
            sweep(out)  # of workers that were killed
        return _gather(plan, outcome, out, shown_on.print)


def _beginning(plan: Plan, place: Pool | Cluster) -> str:
    parts = [f"{count(len(plan.batch.runs), 'run')}: {len(plan.finished)} finished before"]
    if plan.failed:
        parts.append(f"{len(plan.failed)} failed before (--retry-failed performs them again)")
    unread = [name for name in plan.batch.varied if all(name in run.source.unread for run in plan.batch.runs)]
    same = f"; nothing in the notebook reads {' or '.join(unread)}, so it changes no result" if unread else ""
    return f"{', '.join(parts)}, {len(plan.to_do)} to do by {place.words}{same}"


def _perform(plan: Plan, place: Pool | Cluster, keep_going: bool, shown_on: Console) -> Standing:
    outcome = Standing(len(plan.to_do))
    with _interruptions() as interrupted, shown(outcome, shown_on) as refresh:

        def wanted() -> Iterator[Run]:
            for run in plan.to_do:
                if interrupted or (outcome.failures and not keep_going):
                    return
                yield run

        warned = False
        if plan.to_do:
            place.prepare(plan.to_do)
        for result in place.perform(wanted()):
            if result is not None:
                outcome.done.add(result.run_id)
                if result.error:
                    outcome.failures[result.run_id] = result.error
            refresh()
            if len(interrupted) > 1:
                for run in place.abandon():
                    clearing.discard(run.folder)
                break
            if interrupted and not warned:
                shown_on.print("interrupted: finishing the runs under way; a second Ctrl-C abandons them")
                warned = True
    if interrupted:
        ended = len(plan.finished) + len(outcome.done) - len(outcome.failures)
        raise KeyboardInterrupt(
            f"interrupted with {ended} of {count(len(plan.batch.runs), 'run')} finished; the same command goes on with "
            f"the others and gathers the results"
        )
    return outcome


@contextmanager
def _interruptions() -> Iterator[list[int]]:
    """Gather Ctrl-C in a list instead of being torn out of what is being done."""
    happened: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield happened  # only the main thread can be interrupted
        return
    before = signal.signal(signal.SIGINT, lambda number, _: happened.append(number))
    try:
        yield happened
    finally:
        signal.signal(signal.SIGINT, before)


def _gather(plan: Plan, outcome: Standing, out: Path, told: Callable[[str], None]) -> BatchResult:
    """Write the table of results, that of failures, and the page."""
    finished = (plan.finished | outcome.done) - outcome.failures.keys()
    failures = plan.failed | outcome.failures
    ended = [run for run in plan.batch.runs if run.run_id in finished]
    for damaged in write_results(ended, out / layout.RESULTS):
        clearing.spoil(damaged.folder)
        failures[damaged.run_id] = damaged.error
    failed = [(run, failures[run.run_id]) for run in plan.batch.runs if run.run_id in failures]
    write_failures(failed, out / layout.FAILURES)
    charts = _charts(plan.batch, [run for run in ended if run.run_id not in failures])
    write_index(out, charts, told)
    return BatchResult(
        out,
        total=len(plan.batch.runs),
        performed=len(outcome.done),
        skipped=len(plan.finished),
        failures={run.run_id: failure for run, failure in failed},
        unstarted=len(plan.to_do) - len(outcome.done),
    )


def _charts(batch: Batch, runs: list[Run]) -> list[ChartSet]:
    """Chart what the file names, or else the regions' totals, or else the first metric there is."""
    if not runs or not batch.varied or len(runs) > MOST_RUNS:
        return []
    metrics = batch.chart or [_usual(runs[0])]
    return chart_sets(regional(runs, metrics), metrics, batch.varied)


def _usual(run: Run) -> str:
    metrics = dict.fromkeys(row["name"] for row in read_rows(run) if not row["iso3"])
    return "total" if "total" in metrics else next(iter(metrics), "")
