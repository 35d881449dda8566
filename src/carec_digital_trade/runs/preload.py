"""A process that has imported the stack, and forks a kernel or a worker of a batch for each request.

Most of a short run is the start of its kernel and its imports. Here they are made once, by a process of its own that
starts no thread and computes nothing: it imports, waits, and forks. What it forks shares nothing with the next fork but
the modules as they were imported. Each request comes over a connection of its own. A kernel ends when its connection is
closed; everything ends, and the folder of the sockets goes, when the process at the other end of standard input does.

Its arguments are the file descriptors of a listening socket and of what becomes standard error once all is imported;
until then the parent keeps what is said there, to tell why it failed.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import selectors
import shutil
import signal
import socket
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

STACK = (
    "carec_digital_trade.runs.worker",
    "carec_digital_trade.claims",
    "carec_digital_trade.findings",
    "carec_digital_trade.findings.facts.snapshot",
    "carec_digital_trade.findings.facts.gap_analysis",
    "carec_digital_trade.findings.facts.scenarios",
    "carec_digital_trade.figures",
    "statsmodels.api",
    "matplotlib.backends.backend_agg",
    # What a kernel would import on first use, each one anew.
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "pandas.io.formats.string",
    "pandera.pandas",
    "pandera.accessors.pandas_accessor",
    "pandera.api.geopandas.model",
    "pandera.backends.pandas.register",
    "pandera.backends.pandas.builtin_checks",
    "pandera.backends.pandas.builtin_hypotheses",
    "pandera.backends.register_checks",
    "PIL.BmpImagePlugin",
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "carec_digital_trade.runs.kernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "sqlite3",
    "tornado.platform.asyncio",
    "zmq.utils.garbage",
)
"""What is imported before the first fork."""

_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


def read_line(connection: socket.socket) -> bytes:
    """Read up to the next line end and not a byte more, which may be for another reader.

    Parameters
    ----------
    connection : socket.socket
        A blocking stream.

    Returns
    -------
    bytes
        The line without its end; empty if the other side has gone.
    """
    line = b""
    while byte := connection.recv(1):
        if byte == b"\n":
            return line
        line += byte
    return b""


def ask(address: str, request: dict[str, Any]) -> tuple[int, socket.socket]:
    """Ask the preloaded process for a fork.

    Parameters
    ----------
    address : str
        Where it listens.
    request : dict
        ``command``, ``environment`` and ``folder`` of a kernel, or under ``worker`` the conditions of its runs.

    Returns
    -------
    pid : int
        Of the forked process.
    connection : socket.socket
        To a worker; or to the preloaded process, which takes signals for a kernel and returns its exit status.

    Raises
    ------
    OSError
        If the preloaded process has gone.
    """
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
        connection.sendall(json.dumps(request).encode() + b"\n")
        if not (pid := read_line(connection)):
            raise ConnectionResetError("the preloaded process has gone")
    except BaseException:
        connection.close()
        raise
    return int(pid), connection


class _Preloaded:
    """Answers requests until standard input ends."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._children: dict[int, socket.socket | None] = {}
        """Kernels with their connections; workers, which have taken theirs along, with None."""
        self._wake, self._notified = socket.socketpair()
        for end in (self._wake, self._notified):
            end.setblocking(False)
        signal.set_wakeup_fd(self._notified.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake, selectors.EVENT_READ, self._reap)
        self._selector.register(sys.stdin, selectors.EVENT_READ, self._end)

    def serve(self) -> None:
        """Handle what comes in, one after another."""
        while True:
            for key, _ in self._selector.select():
                if key.fd in self._selector.get_map():  # it may have been closed by what was handled before it
                    key.data()

    def _accept(self) -> None:
        connection = self._listener.accept()[0]
        request = json.loads(read_line(connection) or "null")
        if request is None:
            connection.close()
            return
        pid = os.fork()
        if pid == 0:
            self._leave()
            _become(request, connection)
        with contextlib.suppress(OSError):  # the end of the other side is noticed as that of any connection
            connection.sendall(f"{pid}\n".encode())
        if "worker" in request:
            self._children[pid] = None
            connection.close()
        else:
            self._children[pid] = connection
            self._selector.register(connection, selectors.EVENT_READ, lambda: self._pass_on(pid))

    def _leave(self) -> None:
        """Let go, in a child, of what is the parent's: the end of a connection is noticed only if nobody holds it."""
        signal.set_wakeup_fd(-1)
        self._selector.close()
        for held in (self._listener, self._wake, self._notified, *self._children.values()):
            if held is not None:
                held.close()

    def _pass_on(self, pid: int) -> None:
        """Pass on the signals that a connection brings, one a byte; its end means that the kernel must end."""
        try:
            signals = self._children[pid].recv(16)
        except OSError:
            signals = b""
        for number in signals or [signal.SIGKILL]:
            _send_signal(pid, number)
        if not signals:
            self._close(pid)

    def _close(self, pid: int) -> None:
        connection = self._children[pid]
        if connection is not None:
            self._children[pid] = None
            self._selector.unregister(connection)
            connection.close()

    def _reap(self) -> None:
        self._wake.recv(4096)
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with contextlib.suppress(OSError):
                if self._children[pid] is not None:
                    self._children[pid].sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            self._close(pid)
            del self._children[pid]

    def _end(self) -> None:
        for pid in self._children:
            _send_signal(pid, signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)
        shutil.rmtree(Path(self._listener.getsockname()).parent, ignore_errors=True)
        sys.exit()


def _send_signal(pid: int, number: int) -> None:
    """Send a signal to a child and what it has started; a child is not reaped before, so its number is its own."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        os.kill(pid, number)


def _become(request: dict[str, Any], connection: socket.socket) -> None:
    """Turn a forked child into what was asked for; it ends here."""
    status = 1
    try:
        _start_afresh()
        if "worker" in request:
            _work(request["worker"], connection)
        else:
            connection.close()
            _run_kernel(request)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _start_afresh() -> None:
    """Give a forked child what a new process has: a session, signals, standard input and random numbers of its own."""
    os.setsid()
    _die_with_parent()
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    random.seed()
    importlib.import_module("numpy.random").seed()
    gc.enable()


def _die_with_parent() -> None:
    """Have the system kill this process with its parent, which a process that is killed cannot do itself."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _work(conditions: dict[str, Any], connection: socket.socket) -> None:
    worker = importlib.import_module("carec_digital_trade.runs.worker")
    worker.work(Connection(connection.detach()), worker.Conditions(**conditions))


def _run_kernel(request: dict[str, Any]) -> None:
    """Do what the command of the kernelspec does in a new process."""
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    # The kernel watches its parent, as one does that jupyter_client has started.
    sys.argv = [*request["command"][2:], f"--IPKernelApp.parent_handle={os.getppid()}"]
    importlib.import_module("carec_digital_trade.runs.kernel").launch(sys.argv[1:])


def main() -> None:
    """Import the stack and serve."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    gc.disable()  # nothing of what is imported ever goes
    _import()
    os.dup2(int(sys.argv[2]), sys.stderr.fileno())
    os.close(int(sys.argv[2]))
    gc.freeze()
    _Preloaded(listener).serve()


def _import() -> None:
    # jsonschema builds a grammar of addresses with it when it is imported: seconds, for a check that nobody asks for.
    sys.modules["rfc3987_syntax"] = None
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # so that the debugger, which nobody uses, does not warn
    for name in STACK:
        importlib.import_module(name)
    del sys.modules["rfc3987_syntax"], os.environ["PYDEVD_DISABLE_FILE_VALIDATION"]
