"""A process that has imported the stack, and forks a worker of a batch for each run.

Most of a short run is the start of its kernel and its imports. Here they are made once, by a process of its own that
starts no thread: it imports, waits, and forks. A worker forks its kernel before it does anything else, performs one
task, and ends. It leads a session of its own, and when it ends, in whatever way, all that is left in there goes too.
What a notebook of the package needs of the bundled tables is read and computed once, before its first run, since these
are the same for all. Everything goes, the folder of the sockets included, when the process at the other end of the
control socket does.
"""

import contextlib
import ctypes
import gc
import importlib
import io
import json
import os
import shutil
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing.connection import Connection
from typing import Any

STACK = (
    "carec_digital_trade.runs.kernels",
    "carec_digital_trade.runs.kernel",
    "carec_digital_trade.claims",
    "carec_digital_trade.figures",
    "carec_digital_trade.findings.facts.snapshot",
    "carec_digital_trade.findings.facts.gap_analysis",
    "carec_digital_trade.findings.facts.scenarios",
    "carec_digital_trade.findings.facts.integration",
    "scipy.stats",
    "statsmodels.regression.linear_model",
    "statsmodels.genmod.generalized_linear_model",
    "statsmodels.tsa.exponential_smoothing.ets",
    "statsmodels.tsa.forecasting.theta",
    # What a kernel would import on first use, each one anew.
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

_LONGEST_NAME = 64
"""Bytes of a message, which is the name of a notebook of the package, or a dash."""
_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


@dataclass(frozen=True)
class ForkedKernel:
    """A process that is about to be a kernel, and waits to be told which.

    Attributes
    ----------
    pid : int
        Its number; it is a child of this process.
    descriptor : int
        Of the pipe that takes its arguments, environment and folder.
    scratch : str
        A folder for its sockets.
    """

    pid: int
    descriptor: int
    scratch: str

    def launch(self, arguments: list[str], environment: dict[str, str], folder: str) -> None:
        """Turn the process into a kernel.

        Parameters
        ----------
        arguments : list of str
            Of ipykernel.
        environment : dict of str to str
            Of the kernel.
        folder : str
            Its working directory.
        """
        with os.fdopen(self.descriptor, "w") as pipe:
            json.dump([arguments, environment, folder], pipe)


def main() -> None:
    """Import the stack and serve.

    The arguments of the process are the descriptor of the control socket and the folder of the sockets. Each message
    names the notebook and brings the descriptor of a worker's connection; the answer is the worker's number, or why
    there can be none.
    """
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.disable()  # nothing of what is imported ever goes
    try:
        _import()
    except Exception as error:
        file = traceback.extract_tb(error.__traceback__)[-1].filename
        control.sendall(f"{type(error).__name__}: {error} (in {file})".encode())
        return
    gc.freeze()
    _serve(control, sys.argv[2])


def _import() -> None:
    # jsonschema builds a grammar of addresses with it when it is imported: seconds, for a check that nobody asks for.
    sys.modules["rfc3987_syntax"] = None
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # so that the debugger, which nobody uses, does not warn
    for name in STACK:
        importlib.import_module(name)
    _warm_up()
    del sys.modules["rfc3987_syntax"], os.environ["PYDEVD_DISABLE_FILE_VALIDATION"]


def _warm_up() -> None:
    """Do once, without any data, what imports and builds things when it is done for the first time."""
    import nbformat  # noqa: PLC0415  (the parent imports this module too, and needs none of these)
    import pandas as pd  # noqa: PLC0415
    import pandera.pandas as pandera  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    from carec_digital_trade.runs import report  # noqa: PLC0415

    frame = pd.DataFrame({"name": ["a", "b"], "year": [1, 2], "value": [1.0, 2.0]})
    pandera.DataFrameSchema({"value": pandera.Column(float, pandera.Check.ge(0))}).validate(frame)
    str(frame.pivot(index="name", columns="year", values="value").stack().to_frame().to_dict())
    Figure().savefig(io.BytesIO(), format="png")  # without text: a font's file would stay open
    nbformat.validate(nbformat.v4.new_notebook())
    report.template("report.html.j2")


@cache
def _make_ready(notebook: str) -> None:
    """Do what all runs of a notebook of the package have in common, whose figures the user cannot change."""
    from carec_digital_trade import claims, datasets  # noqa: PLC0415  (the parent imports this module too)
    from carec_digital_trade.findings import binding  # noqa: PLC0415
    from carec_digital_trade.parameters import NOTEBOOKS  # noqa: PLC0415

    if notebook not in NOTEBOOKS:
        return
    tables = NOTEBOOKS[notebook].model.model_construct().tables()  # a check would look at the user's vintages
    binding.template(notebook)
    for table in tables:
        datasets.load(table)
    if "claims" in tables:
        claims.verdicts()


def _serve(control: socket.socket, folder: str) -> None:
    """Fork a worker for each message, until nobody can send one any more."""
    workers: set[int] = set()
    signal.signal(signal.SIGCHLD, lambda *_: _reap(workers))
    while received := _received(control):
        notebook, descriptor = received
        with contextlib.suppress(Exception):  # the run will say the same
            _make_ready(notebook)
        gc.freeze()
        pid = _forked(partial(_work, control, descriptor, folder))
        workers.add(pid)
        os.close(descriptor)
        with contextlib.suppress(OSError):  # the next message will be none
            control.sendall(str(pid).encode())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in workers:
        _kill_session(pid)
        os.waitpid(pid, 0)
    shutil.rmtree(folder, ignore_errors=True)


def _received(control: socket.socket) -> tuple[str, int] | None:
    """Wait for a message and return the notebook's name and the descriptor; None if the other end has gone."""
    with contextlib.suppress(ConnectionResetError):  # it had not read an answer
        name, descriptors, *_ = socket.recv_fds(control, _LONGEST_NAME, 1)
        if name:
            return name.decode(), descriptors[0]
    return None


def _reap(workers: set[int]) -> None:
    """Take leave of workers that have ended; until then their numbers are nobody else's."""
    for pid in list(workers):
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            _kill_session(pid)
            os.waitpid(pid, 0)
            workers.remove(pid)


def _kill_session(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:  # it has only just been forked
        os.kill(pid, signal.SIGKILL)


def _forked(do: Callable[[], Any]) -> int:
    """Fork a process that does one thing and ends; return its number."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        do()
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _work(control: socket.socket, descriptor: int, folder: str) -> None:
    """Be a worker: fork a kernel, and perform the task that the connection brings."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    control.close()
    os.setsid()
    _die_with_parent()
    gc.enable()
    reading, writing = os.pipe()
    pid = _forked(partial(_be_kernel, reading, held=(writing, descriptor)))
    os.close(reading)
    with Connection(descriptor) as connection, contextlib.suppress(EOFError):
        task = connection.recv()
        connection.send(task(ForkedKernel(pid, writing, folder)))


def _be_kernel(descriptor: int, held: tuple[int, ...]) -> None:
    _die_with_parent()
    for each in held:
        os.close(each)
    with os.fdopen(descriptor) as pipe:
        request = pipe.read()
    if not request:  # the run came to nothing before it needed a kernel
        return
    sys.argv[1:], environment, folder = json.loads(request)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    importlib.import_module("numpy.random").seed()
    importlib.import_module("carec_digital_trade.runs.kernel").launch(sys.argv[1:])


def _die_with_parent() -> None:
    """Have the system kill this process with its parent, which a process that is killed cannot do itself."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
