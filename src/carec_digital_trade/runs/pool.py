"""Performing the runs of a batch on this machine, several at a time.

It takes seconds until a preloaded process is ready, so this module is imported, and a pool begun, before anything that
takes time to import.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Self

from carec_digital_trade.errors import InputError
from carec_digital_trade.prose import count
from carec_digital_trade.runs.workers import GRACE, Forks, Spawns, Worker, can_fork, source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carec_digital_trade.runs.cluster import Cluster
    from carec_digital_trade.runs.execute import RunResult
    from carec_digital_trade.runs.identity import Run

_TICK = 0.2
"""Seconds between two looks at the clock while no run ends."""


@dataclass
class _Busy:
    """A worker, the run that it performs, and since when."""

    worker: Worker
    run: Run
    since: float


class Pool:
    """Workers on this machine, from entering a with statement to leaving it.

    Parameters
    ----------
    workers : int
        How many runs are performed at a time.
    timeout : float or None
        Seconds that the cells of a run may take altogether.

    Attributes
    ----------
    workers : int
        As given.
    words : str
        What they are.
    """

    def __init__(self, workers: int, timeout: float | None = None) -> None:
        self.workers = workers
        kernels = "" if can_fork() else " (with ordinary kernels, since this system does not fork safely)"
        self.words = count(workers, "worker") + kernels
        self._timeout = timeout
        self._busy: list[_Busy] = []
        self._source: Forks | Spawns | None = None

    def __enter__(self) -> Self:
        """Make ready to start workers."""
        self._source = source()
        return self

    def __exit__(self, *error: Any) -> None:
        """End every process, and with them the runs under way."""
        self._source.close()

    def prepare(self, runs: Sequence[Run]) -> None:
        """Do nothing: what runs need is on this machine.

        Parameters
        ----------
        runs : sequence of Run
            That will be performed.
        """

    def perform(self, runs: Iterable[Run]) -> Iterator[RunResult | None]:
        """Perform runs.

        Parameters
        ----------
        runs : iterable of Run
            Taken one by one, as workers become free; when it ends, those under way are finished.

        Yields
        ------
        RunResult or None
            One for each run, in the order in which they end; None now and then, for the caller to look around.
        """
        waiting = iter(runs)
        while self._feed(waiting):
            busy = {each.worker.connection: each for each in self._busy}
            for connection in wait(list(busy), _TICK):
                yield self._received(busy[connection])
            yield from self._overdue()
            yield None

    def abandon(self) -> list[Run]:
        """Kill every worker.

        Returns
        -------
        list of Run
            Those that were under way.
        """
        for each in self._busy:
            each.worker.kill()
        return [each.run for each in self._busy]

    def _feed(self, waiting: Iterator[Run]) -> bool:
        """Give runs to workers, as many as are wanted; say whether any is under way."""
        from carec_digital_trade.runs.execute import attempt  # noqa: PLC0415  (slow to import)

        while len(self._busy) < self.workers and (run := next(waiting, None)) is not None:
            worker = self._source.begin(partial(attempt, run, self._timeout), run.source.of_package)
            self._busy.append(_Busy(worker, run, time.monotonic()))
        return bool(self._busy)

    def _received(self, busy: _Busy) -> RunResult:
        """Take the result of a worker's run; a worker that is gone has failed it."""
        self._busy.remove(busy)
        try:
            result = busy.worker.connection.recv()
        except (EOFError, OSError):
            busy.worker.connection.close()
            return _failed(busy, "LostWorker", "the process that performed the run was killed")
        self._source.done(busy.worker)
        return result

    def _overdue(self) -> Iterator[RunResult]:
        """Kill the workers that hang beyond the time limit, which they keep themselves while cells run."""
        for busy in list(self._busy):
            if self._timeout is not None and time.monotonic() - busy.since > self._timeout + GRACE:
                busy.worker.kill()
                self._busy.remove(busy)
                yield _failed(busy, "Timeout", f"the run took longer than {self._timeout:g} seconds")


def _failed(busy: _Busy, exception: str, message: str) -> RunResult:
    from carec_digital_trade.runs.execute import Failure, fail  # noqa: PLC0415  (slow to import)

    return fail(busy.run, Failure(exception, message), time.monotonic() - busy.since)


def executor(workers: int | None = None, cluster: str | None = None, timeout: float | None = None) -> Pool | Cluster:
    """Choose where runs are performed.

    Parameters
    ----------
    workers, cluster, timeout
        As in `run_batch`.

    Returns
    -------
    Pool or Cluster
        To be used in a with statement.

    Raises
    ------
    InputError
        If the numbers are too small, or both a cluster and a number of workers are given.
    """
    if timeout is not None and timeout <= 0:
        raise InputError(f"a run needs time: give a timeout of more than 0 seconds, not {timeout:g}")
    if workers is not None and workers < 1:
        raise InputError(f"a batch needs 1 worker at least, not {workers}")
    if cluster is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return Pool(cores if workers is None else workers, timeout)
    if workers is not None:
        raise InputError("a cluster has workers of its own: leave out either the cluster or the number of workers")
    from carec_digital_trade.runs.cluster import Cluster  # noqa: PLC0415  (it needs the extra "cluster")

    return Cluster(cluster, timeout)
