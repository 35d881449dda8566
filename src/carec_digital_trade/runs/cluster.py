"""Performing the runs of a batch on the workers of a Dask scheduler.

Dask gives the runs out, and gives those of a lost worker to another one. On each of its workers a plugin keeps the
files on which runs rest, and every run is performed by a process of its own, as on one machine.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from carec_digital_trade import __version__
from carec_digital_trade.errors import InputError
from carec_digital_trade.prose import count, listing
from carec_digital_trade.runs.delivery import Delivery, deliver, needed_files, write_files
from carec_digital_trade.runs.execute import RunResult, fail
from carec_digital_trade.runs.folder import Failure
from carec_digital_trade.runs.workers import GRACE, source
from carec_digital_trade.vintages import FOLDER_VARIABLE

try:
    import distributed
except ImportError:
    raise InputError(
        "a cluster needs the package dask: install carec-digital-trade with the extra cluster, as in "
        "pip install 'carec-digital-trade[cluster]'"
    ) from None

if TYPE_CHECKING:
    from carec_digital_trade.runs.identity import Run

_DISTRIBUTION = "carec-digital-trade"
_PATIENCE = 20
"""Seconds to wait for the scheduler and for a first worker."""
_TICK = 0.05
"""Seconds between two looks at what has ended."""
_AHEAD = 2
"""Runs that the scheduler is given for each thread of its workers, so that none waits for the next one."""


class Cluster:
    """The workers of a Dask scheduler, from entering a with statement to leaving it.

    Parameters
    ----------
    address : str
        Of the scheduler, such as tcp://host:8786.
    timeout : float or None
        Seconds that the cells of a run may take altogether.

    Attributes
    ----------
    workers : int
        How many runs are performed at a time; 0 before the with statement.
    words : str
        What they are.
    """

    def __init__(self, address: str, timeout: float | None = None) -> None:
        self.workers = 0
        self.words = f"the cluster at {address}"
        self._address = address
        self._timeout = timeout
        self._plugin: _Performer | None = None

    def __enter__(self) -> Self:
        """Connect.

        Raises
        ------
        InputError
            If there is no scheduler or worker, or a worker has another version of the package, or none.
        """
        try:
            self._client = distributed.Client(self._address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(f"no Dask scheduler answers at {self._address}: {error}") from None
        with contextlib.ExitStack() as if_it_fails:
            if_it_fails.callback(self._client.close)
            try:
                self._client.wait_for_workers(1, timeout=_PATIENCE)
            except TimeoutError:
                sentence = f"the scheduler at {self._address} has no workers: start one with dask worker"
                raise InputError(sentence) from None
            self._check_versions()
            if_it_fails.pop_all()
        threads = self._client.nthreads()
        self.workers = sum(threads.values())
        self.words = f"{count(len(threads), 'worker')} of the cluster at {self._address}"
        return self

    def __exit__(self, *error: Any) -> None:
        """Take the plugin off the workers and disconnect; runs under way are abandoned."""
        if self._plugin is not None:
            with contextlib.suppress(OSError, TimeoutError):  # if the scheduler has gone
                self._client.unregister_worker_plugin(self._plugin.name)
        self._client.close()

    def prepare(self, runs: Sequence[Run]) -> None:
        """Send what the runs rest on to all workers, also those that join later.

        Parameters
        ----------
        runs : sequence of Run
            That will be performed.

        Raises
        ------
        InputError
            If two notebooks have the same file name.
        """
        self._plugin = _Performer(needed_files(runs), self._timeout)
        self._client.register_plugin(self._plugin)

    def perform(self, runs: Iterable[Run]) -> Iterator[RunResult | None]:
        """Perform runs.

        Parameters
        ----------
        runs : iterable of Run
            Taken one by one, as the workers get on.

        Yields
        ------
        RunResult or None
            One for each run, in the order in which they end; None now and then, for the caller to look around.
        """
        waiting = iter(runs)
        under_way: dict[distributed.Future, Run] = {}
        while True:
            while len(under_way) < _AHEAD * self.workers and (run := next(waiting, None)) is not None:
                key = f"{run.run_id}-{self._plugin.name}"
                under_way[self._client.submit(_on_worker, run, self._plugin.name, key=key)] = run
            if not under_way:
                return
            for future in [each for each in under_way if each.done()]:
                yield _result(future, under_way.pop(future))
            yield None
            time.sleep(_TICK)

    def abandon(self) -> list[Run]:
        """Do nothing: disconnecting cancels the runs, and what they have written is on the workers.

        Returns
        -------
        list of Run
            None.
        """
        return []

    def _check_versions(self) -> None:
        """Ask every worker for its version; a worker that joins later is found out by the identity of its runs."""
        found = self._client.run(importlib.metadata.version, _DISTRIBUTION, on_error="return")
        other = {worker: version for worker, version in found.items() if version != __version__}
        if other:
            said = [f"{name} {'none' if isinstance(has, Exception) else has}" for name, has in sorted(other.items())]
            raise InputError(
                f"every worker needs {_DISTRIBUTION} {__version__}, as on this machine, but has: {listing(said)}"
            )


class _Performer(distributed.WorkerPlugin):
    """On a Dask worker: the files on which runs rest, and where the processes come from that perform them."""

    def __init__(self, files: Mapping[str, bytes], timeout: float | None) -> None:
        self.name = f"{_DISTRIBUTION}-{uuid.uuid4()}"
        self._files = files
        self._timeout = timeout

    def setup(self, worker: distributed.Worker) -> None:
        """Make ready."""
        self._folder = Path(tempfile.mkdtemp(prefix="cdt-"))
        write_files(self._files, self._folder)
        self._source = source({FOLDER_VARIABLE: str(self._folder)}, self._folder)

    def teardown(self, worker: distributed.Worker) -> None:
        """End the processes and remove the files."""
        self._source.close()

    def perform(self, run: Run) -> Delivery:
        """Perform a run; called by several threads at a time."""
        notebook = run.source.of_package or run.source.path.name
        task = partial(deliver, run.run_id, notebook, run.parameters, self._folder, self._timeout)
        worker = self._source.begin(task, run.source.of_package)
        try:
            if not worker.connection.poll(None if self._timeout is None else self._timeout + GRACE):
                worker.kill()
                return Delivery(Failure("Timeout", f"the run took longer than {self._timeout:g} seconds"), {})
            delivery = worker.connection.recv()
        except (EOFError, OSError):
            return Delivery(Failure("LostWorker", "the process that performed the run was killed"), {})
        self._source.done(worker)
        return delivery


def _on_worker(run: Run, plugin: str) -> Delivery:
    return distributed.get_worker().plugins[plugin].perform(run)


def _result(future: distributed.Future, run: Run) -> RunResult:
    """Take what a run has delivered; Dask gives a run up when it has lost several workers."""
    try:
        delivery = future.result()
    except Exception as error:  # whatever it is, the batch goes on
        message = f"the cluster could not perform the run: {type(error).__name__}: {error}"
        return fail(run, Failure("LostWorker", " ".join(message.split())), 0.0)
    finally:
        future.release()
    return delivery.unpack(run)
