"""Where the worker processes of a batch come from.

Where a process can be forked safely (Linux), one preloaded process forks a worker, and its kernel, for each run.
Elsewhere workers are spawned, perform one run after another, and start ordinary kernels.
"""

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
from typing import Any

from carec_digital_trade.errors import InputError

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""The workers share out the cores, so no kernel takes more than one; and the preloaded process may start no thread."""

GRACE = 20.0
"""Seconds beyond the time limit of its cells that a run has to start its kernel and write its folder."""

_LONGEST = 66
"""Bytes of the path of temporary files: a system takes 104 to 108 for a socket, and its name in there is some 40."""
_MOST_SAID = 10_000
"""Bytes of an answer of the preloaded process."""

_INLINE = "module://matplotlib_inline.backend_inline"
"""What a kernel sets before it imports matplotlib, which the preloaded process imports before there is a kernel."""

Task = Callable[[Any], Any]
"""What a worker calls, with the kernel that was forked for it or None; it can be pickled."""


def can_fork() -> bool:
    """Say whether kernels can be forked: macOS's own libraries start threads, and Windows has no fork.

    Returns
    -------
    bool
        True on Linux.
    """
    return sys.platform == "linux"


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
    """A process that performs a task.

    Attributes
    ----------
    pid : int
        Its number.
    connection : multiprocessing.connection.Connection
        Brings what the task returns; it ends if the worker does.
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


class Forks:
    """A preloaded process, which forks a worker for each task.

    Parameters
    ----------
    environment : mapping of str to str
        Variables that the workers have besides those of this process.
    folder : pathlib.Path, optional
        A folder that is to go with them; its path must be short.
    """

    def __init__(self, environment: Mapping[str, str] = MappingProxyType({}), folder: Path | None = None) -> None:
        self._environment = {"MPLBACKEND": _INLINE, **os.environ, **environment, **ONE_THREAD}
        self._folder = folder or Path(tempfile.mkdtemp(prefix="cdt-", dir=scratch_place()))
        self._lock = threading.Lock()
        self._start()

    def begin(self, task: Task, notebook: str | None = None) -> Worker:
        """Give a task to a worker of its own.

        Parameters
        ----------
        task : callable
            As `Task`.
        notebook : str, optional
            Name of the package's notebook that it runs: what all its runs have in common is done once.

        Returns
        -------
        Worker
            If it is gone already, its connection says so when the result is awaited.

        Raises
        ------
        InputError
            If the preloaded process cannot import what runs need.
        """
        ours, theirs = multiprocessing.Pipe()
        with theirs, self._lock:
            try:
                answer = self._asked(notebook, theirs.fileno())
            except OSError:  # the preloaded process has gone, and with it what it had forked
                self._control.close()
                self._process.wait()
                self._start()
                answer = self._asked(notebook, theirs.fileno())
        if not answer.isdecimal():
            raise InputError(f"the packages that runs need cannot be imported: {answer}")
        worker = Worker(int(answer), ours)
        with contextlib.suppress(OSError):
            ours.send(task)
        return worker

    def done(self, worker: Worker) -> None:
        """Take leave of a worker whose result has been received.

        Parameters
        ----------
        worker : Worker
            From `begin`.
        """
        worker.connection.close()

    def close(self) -> None:
        """End the process and what it has forked, which it kills first."""
        if self._is_importing:
            self._process.kill()  # nobody depends on it
        self._control.close()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)  # if it was killed, and did not do so itself

    def _start(self) -> None:
        self._is_importing = True
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*python("forks", "main()"), str(theirs.fileno()), self._folder],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=self._environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # a Ctrl-C at the terminal is for the batch to handle
            )

    def _asked(self, notebook: str | None, connection: int) -> str:
        """Ask for a worker with a connection; return its number, or why there is none."""
        said = (notebook or "-").encode()
        with contextlib.suppress(BrokenPipeError):  # it has said why
            socket.send_fds(self._control, [said], [connection])
        if not (answer := self._control.recv(_MOST_SAID)):
            raise ConnectionResetError("the preloaded process has gone")
        self._is_importing = False
        return answer.decode()


class Spawns:
    """New processes, each of which performs one task after another.

    Parameters
    ----------
    environment : mapping of str to str
        Variables that the workers have besides those of this process.
    folder : pathlib.Path, optional
        A folder that is to go with them.
    """

    def __init__(self, environment: Mapping[str, str] = MappingProxyType({}), folder: Path | None = None) -> None:
        self._environment = {**environment, **ONE_THREAD}
        self._folder = folder
        self._processes: list[Any] = []
        self._idle: list[Worker] = []

    def begin(self, task: Task, notebook: str | None = None) -> Worker:
        """Give a task to a worker that is idle and alive, or to a new one.

        Parameters
        ----------
        task, notebook
            As of `Forks`; a process that is kept has done it in its first run.

        Returns
        -------
        Worker
            As of `Forks`.
        """
        while self._idle:
            worker = self._idle.pop()
            with contextlib.suppress(OSError):
                worker.connection.send(task)
                return worker
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        arguments = (theirs, self._environment)
        process = multiprocessing.get_context("spawn").Process(target=_work, args=arguments, daemon=True)
        process.start()
        theirs.close()
        self._processes.append(process)
        ours.send(task)
        return Worker(process.pid, ours)

    def done(self, worker: Worker) -> None:
        """Keep a worker for the next task.

        Parameters
        ----------
        worker : Worker
            From `begin`.
        """
        self._idle.append(worker)

    def close(self) -> None:
        """End every worker; a kernel ends when it misses its parent."""
        for process in self._processes:
            process.kill()
            process.join()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _work(connection: Connection, environment: Mapping[str, str]) -> None:
    """Perform tasks until the other side closes the connection."""
    os.environ.update(environment)
    with contextlib.suppress(EOFError):
        while True:
            connection.send(connection.recv()(None))


def source(environment: Mapping[str, str] = MappingProxyType({}), folder: Path | None = None) -> Forks | Spawns:
    """Choose where workers come from; the parameters are those of `Forks`, which is chosen where it is safe."""
    return Forks(environment, folder) if can_fork() else Spawns(environment, folder)
