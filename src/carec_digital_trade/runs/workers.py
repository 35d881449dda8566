"""Where the worker processes of a batch come from, and what each needs to know of another.

Where a process can be forked safely (Linux), one preloaded process forks the workers and their kernels. Elsewhere
workers are spawned, and kernels are ordinary ones.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.conditions import Conditions
from carec_digital_trade.runs.preload import ask

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""The workers share out the cores, so no kernel takes more than one; and the preloaded process may start no thread."""

GRACE = 20.0
"""Seconds beyond the time limit of its cells that a run has to start its kernel and write its folder."""

_LONGEST = 66
"""Bytes of the path of temporary files: a system takes 104 to 108 for a socket, and its name in there is some 40."""

_INLINE = "module://matplotlib_inline.backend_inline"
"""What a kernel sets before it imports matplotlib, which the preloaded process imports before there is a kernel."""


def can_fork() -> bool:
    """Say whether kernels can be forked: macOS's own libraries start threads, and Windows has no fork.

    Returns
    -------
    bool
        True on Linux.
    """
    return sys.platform == "linux"


def cores() -> int:
    """Return how many cores this process may use.

    Returns
    -------
    int
        At least 1.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def scratch_place() -> str:
    """Choose where folders with sockets are made.

    Returns
    -------
    str
        The folder for temporary files, or /tmp if its path is too long for sockets.

    Raises
    ------
    InputError
        If neither will do.
    """
    for place in (tempfile.gettempdir(), "/tmp"):
        if len(os.fsencode(place)) <= _LONGEST and os.access(place, os.W_OK):
            return place
    raise InputError(
        f"TMPDIR={tempfile.gettempdir()} is too long a path for the sockets of a run, and /tmp cannot be written: "
        f"set TMPDIR to a folder whose path has at most {_LONGEST} bytes"
    )


def python(module: str, call: str) -> list[str]:
    """Return the command of a new process that calls a function of a module in this folder.

    Parameters
    ----------
    module : str
        Name of the module.
    call : str
        What to call in it.

    Returns
    -------
    list of str
        Arguments of the process follow. A file of the working folder is never taken for a module of Python's, as by -m.
    """
    imported = f"from carec_digital_trade.runs import {module}"
    return [sys.executable, "-c", f"import sys; sys.path[:] = filter(None, sys.path); {imported}; {module}.{call}"]


@dataclass
class Worker:
    """A process that performs one task at a time.

    Attributes
    ----------
    pid : int
        Its number.
    connection : multiprocessing.connection.Connection
        Takes a task, which is called with the conditions of its run, and returns what it returns. The worker ends when
        it is closed.
    """

    pid: int
    connection: Connection

    def kill(self) -> None:
        """Kill the process, and wait until it has gone: it lets go of its locks after its connection."""
        with contextlib.ExitStack() as last:
            with contextlib.suppress(AttributeError, OSError):  # where the system does not tell, the connection has to
                descriptor = os.pidfd_open(self.pid)
                last.callback(os.close, descriptor)
                last.callback(select.select, [descriptor], [], [])
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows knows one way only
            with contextlib.suppress(EOFError, OSError):
                while True:
                    self.connection.recv()
            self.connection.close()


class Source(Protocol):
    """Where workers come from."""

    def worker(self, timeout: float | None) -> Worker:
        """Start a worker."""

    def close(self) -> None:
        """End every worker, and what a worker has started."""


def begun(task: Callable[[Conditions], Any], idle: list[Worker], source: Source, timeout: float | None) -> Worker:
    """Give a task to a worker that is idle and alive, or to a new one.

    Parameters
    ----------
    task : callable
        That can be pickled.
    idle : list of Worker
        It is taken off the list, to which the caller returns it.
    source : Source
        Where a new one comes from.
    timeout : float or None
        Seconds that the cells of each of its runs may take altogether.

    Returns
    -------
    Worker
        If it is gone already, its connection says so when the result is awaited.
    """
    with contextlib.suppress(IndexError):
        while True:
            worker = idle.pop()
            with contextlib.suppress(OSError):
                worker.connection.send(task)
                return worker
    worker = source.worker(timeout)
    with contextlib.suppress(OSError):
        worker.connection.send(task)
    return worker


def source(environment: Mapping[str, str] = MappingProxyType({}), folder: Path | None = None) -> Source:
    """Choose where workers come from.

    Parameters
    ----------
    environment : mapping of str to str
        Variables that the workers have besides those of this process.
    folder : pathlib.Path, optional
        A folder that is to go with them; its path must be short.

    Returns
    -------
    Source
        On Linux a preloaded process, started already.
    """
    folder = folder or Path(tempfile.mkdtemp(prefix="cdt-", dir=scratch_place()))
    return Forks(environment, folder) if can_fork() else Spawns(environment, folder)


class Forks:
    """A preloaded process; what asks it for a fork waits until it is ready."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = environment
        self._folder = folder
        self._address = str(folder / "s")
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._asked = False
        Path(self._address).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener, os.fdopen(os.dup(2)) as stderr:
            listener.bind(self._address)
            listener.listen(socket.SOMAXCONN)
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
            passed = [listener.fileno(), stderr.fileno()]
            self._process = subprocess.Popen(
                [*python("preload", "main()"), *map(str, passed)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env={"MPLBACKEND": _INLINE, **os.environ, **self._environment, **ONE_THREAD},
                pass_fds=passed,
                start_new_session=True,  # a Ctrl-C at the terminal is for the batch to handle
            )

    def worker(self, timeout: float | None) -> Worker:
        """Fork a worker, whose kernels are forked too."""
        with self._lock:
            try:
                return self._fork(timeout)
            except OSError:  # the preloaded process has gone, and with it what it had forked
                said = self._end()
                if self._process.returncode > 0:
                    raise InputError(f"the packages that runs need cannot be imported: {_reason(said)}") from None
                self._start()
                return self._fork(timeout)

    def _fork(self, timeout: float | None) -> Worker:
        self._asked = True
        pid, connection = ask(self._address, {"worker": {"preloaded": self._address, "timeout": timeout}})
        return Worker(pid, Connection(connection.detach()))

    def close(self) -> None:
        """End the process and what it has forked, which it kills first."""
        if not self._asked:
            self._process.kill()  # it may still be importing, and nobody depends on it
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)  # if it was killed, and did not do so itself

    def _end(self) -> str:
        """End the process, and return what it said before it was ready."""
        self._process.stdin.close()
        self._process.wait()
        if self._errors.closed:
            return ""
        with self._errors:
            self._errors.seek(0)
            return self._errors.read().decode(errors="replace")


def _reason(said: str) -> str:
    """Return the last line of a traceback, with the file in which the error arose."""
    lines = said.splitlines() or ["they said nothing"]
    files = [line.split('"')[1] for line in lines if line.startswith('  File "')]
    return lines[-1] + "".join(f" (in {file})" for file in files[-1:])


class Spawns:
    """New processes, with ordinary kernels."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = dict(environment)
        self._folder = folder
        self._processes: list[Any] = []

    def worker(self, timeout: float | None) -> Worker:
        """Start a worker."""
        from carec_digital_trade.runs.worker import work  # noqa: PLC0415  (slow to import)

        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, Conditions(timeout=timeout), self._environment)
        process = context.Process(target=work, args=arguments, daemon=True)
        process.start()
        theirs.close()
        self._processes.append(process)
        return Worker(process.pid, ours)

    def close(self) -> None:
        """End every worker; a kernel ends when it misses its parent."""
        for process in self._processes:
            process.kill()
            process.join()
        shutil.rmtree(self._folder, ignore_errors=True)
