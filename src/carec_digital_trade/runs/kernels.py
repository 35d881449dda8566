"""How a notebook is executed: by papermill, in a kernel of this Python that no setting of the user's reaches."""

import logging
import queue
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nbformat
import papermill
import zmq
from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError, strip_color
from papermill.execute import remove_error_markers
from traitlets import Any as AnyTrait
from traitlets import Dict, Type
from traitlets.config import Config

from carec_digital_trade.runs.folder import Failure, RunFailed
from carec_digital_trade.runs.forks import ForkedKernel
from carec_digital_trade.runs.kernel import FORK
from carec_digital_trade.runs.notebooks import Source, digest, read_notebook
from carec_digital_trade.runs.workers import python, scratch_place

_START_TIMEOUT = 180
"""Seconds; a busy machine starts kernels slowly."""
_OUTPUT_TIMEOUT = 60
"""Seconds in which the outputs of a cell must arrive after its end."""
_RECONNECT_AFTER = 5
"""Milliseconds after which a client asks again whether a kernel listens, not a tenth of a second."""

# papermill warns of parameters whose annotation it cannot parse; ours are checked before.
logging.getLogger("papermill").addHandler(logging.NullHandler())


class RunKernelClient(AsyncKernelClient):
    """Talks to a kernel of which it is the only client."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context.setsockopt(zmq.RECONNECT_IVL, _RECONNECT_AFTER)  # of every socket that is made in it

    async def wait_for_ready(self, timeout: float = _START_TIMEOUT) -> None:
        """Wait until the kernel answers and its outputs arrive.

        Other clients may have sent messages to a kernel, so the parent's method listens for a fifth of a second more.

        Parameters
        ----------
        timeout : float
            Seconds.

        Raises
        ------
        RuntimeError
            If the kernel dies or takes too long.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.kernel_info()
            try:
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
            except queue.Empty:
                if not await self.is_alive():
                    raise RuntimeError("the kernel died before it answered") from None
            else:
                return
        raise RuntimeError(f"the kernel did not answer in {timeout:g} seconds")


class RunKernelManager(AsyncKernelManager):
    """Starts a kernel of the running Python, with a folder of its own that ends with it.

    It asks no kernelspec and no IPython profile of the user's, and listens on IPC sockets (on TCP in Windows, which
    has none), so that no other user of the machine can reach it. The folder is a short path, as sockets need. Its
    kernelspec names the provisioner that uses the forked process, if there is one.
    """

    client_factory = Type(RunKernelClient)
    forked = AnyTrait(None, allow_none=True, config=True, help="the process that is to be the kernel, if there is one")
    environment = Dict(config=True, help="what the kernel's differs by from this process's")
    ended = AnyTrait(None, allow_none=True, config=True, help="a function that is told how the kernel ended")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(transport="tcp" if sys.platform == "win32" else "ipc", **kwargs)
        place = self.forked.scratch if self.forked else scratch_place()
        self._scratch = tempfile.TemporaryDirectory(prefix="cdt-", dir=place)
        self.connection_file = str(Path(self._scratch.name) / "k.json")

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel to start."""
        command = [*python("kernel", "launch(sys.argv[1:])"), "-f", "{connection_file}"]
        environment = {"IPYTHONDIR": self._scratch.name, "PYTHONSTARTUP": "", **self.environment}
        spec = KernelSpec(argv=command, language="python", env=environment)
        if self.forked:
            provisioner = {"provisioner_name": FORK, "config": {"forked": self.forked}}
            spec.metadata = {**spec.metadata, "kernel_provisioner": provisioner}
        return spec

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """End the kernel.

        Parameters
        ----------
        now : bool
            Whether to kill it, without the interruption that the parent's method sends first and the kernel reports.
        restart : bool
            Whether the kernel starts again.
        """
        if now and self.has_kernel:
            await self.provisioner.kill(restart=restart)
        await super().shutdown_kernel(now=now, restart=restart)

    async def cleanup_resources(self, restart: bool = False) -> None:
        """Remove the sockets, and the folder unless the kernel is to start again.

        Parameters
        ----------
        restart : bool
            Whether the kernel starts again.
        """
        if self.ended is not None and self.has_kernel:
            self.ended(await self.provisioner.poll())
        await super().cleanup_resources(restart=restart)
        if not restart:
            self._scratch.cleanup()


def execute(
    source: Source,
    parameters: Mapping[str, Any],
    path: Path,
    environment: Mapping[str, str] = MappingProxyType({}),
    timeout: float | None = None,
    forked: ForkedKernel | None = None,
) -> nbformat.NotebookNode:
    """Execute a notebook in a kernel of its own.

    Parameters
    ----------
    source : Source
        The notebook; its folder is the kernel's working directory.
    parameters : mapping
        Plain values for the parameters cell.
    path : pathlib.Path
        Where the executed notebook is written, also when a cell fails.
    environment : mapping of str to str
        What the kernel's differs by from this process's.
    timeout : float or None
        Seconds that the cells may take altogether.
    forked : ForkedKernel or None
        The process that is to be the kernel; without one it is a new Python.

    Returns
    -------
    nbformat.NotebookNode
        The executed notebook.

    Raises
    ------
    RunFailed
        If a cell raises, the kernel dies, or the cells take too long.
    """
    notebook = read_notebook(source.path)
    if digest(notebook.cells) != source.digest:
        raise RunFailed(Failure("ChangedNotebook", f"{source.path.name} was changed after the run was planned"))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    execution = _Execution(source, path, timeout)
    failure = execution.failure(dict(parameters), {"forked": forked, "environment": dict(environment)})
    if failure is not None:
        execution.save()
        raise RunFailed(failure)
    return execution.notebook


class _Execution:
    """One execution by papermill, which reads the notebook at a path and writes it there again."""

    def __init__(self, source: Source, path: Path, timeout: float | None) -> None:
        self.notebook: nbformat.NotebookNode | None = None
        self._source = source
        self._path = path
        self._timeout = timeout
        self._deadline = time.monotonic() + (timeout or 0)
        self._begun = 0
        self._statuses: list[int | None] = []

    def failure(self, parameters: dict[str, Any], kernel: dict[str, Any]) -> Failure | None:
        """Execute in a kernel with some traits; return what went wrong, if anything."""
        place = str(self._path).replace("{", "{{").replace("}", "}}")  # papermill formats paths
        try:
            papermill.execute_notebook(
                place,
                place,
                parameters,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                request_save_on_cell_execute=False,
                start_timeout=_START_TIMEOUT,
                iopub_timeout=_OUTPUT_TIMEOUT,
                timeout_func=self._time_left if self._timeout else None,
                kernel_manager_class=RunKernelManager,
                config=Config(RunKernelManager={**kernel, "ended": self._statuses.append}),
                shutdown_kernel="immediate",
                resources={"metadata": {"path": str(self._source.path.parent)}},
                on_notebook_start=self._hold,
                on_cell_execute=self._count,
            )
        except PapermillExecutionError:
            self.save()  # also for a cell that was to raise, after which all others ran
        except DeadKernelError:
            return Failure("DeadKernelError", _death(self._statuses), self._begun)
        except CellTimeoutError as error:
            if "IOPub" in str(error):
                message = f"its output did not arrive within {_OUTPUT_TIMEOUT} seconds of its end: let it print less"
                return Failure("TooMuchOutput", message, self._begun)
            return Failure("Timeout", f"the run took longer than {self._timeout:g} seconds", self._begun)
        stopped = (cell for cell in self.notebook.cells if cell.metadata.papermill.exception)
        return next(map(_failure, stopped), None)

    def save(self) -> None:
        """Write the notebook as far as it came, without papermill's banners."""
        if self.notebook is not None:
            nbformat.write(remove_error_markers(self.notebook), self._path)

    def _hold(self, notebook: nbformat.NotebookNode) -> None:
        """Keep the notebook, which papermill returns only if all goes well, and take this machine's paths out of it."""
        self.notebook = notebook
        notebook.metadata.papermill.update(input_path=self._source.path.name, output_path=self._path.name)

    def _count(self, **_: Any) -> None:
        self._begun += 1

    def _time_left(self, _: nbformat.NotebookNode) -> float:
        return max(self._deadline - time.monotonic(), 0.01)


def _failure(cell: nbformat.NotebookNode) -> Failure:
    """Say why the notebook stopped at a cell; a magic that is not used rightly leaves a line of text and no error."""
    errors = [each for each in cell.outputs if each.output_type == "error"]
    number = cell.execution_count
    if not errors:
        said = [line for each in cell.outputs if each.get("name") == "stderr" for line in each.text.splitlines()]
        exception, _, message = (said or ["CellExecutionError"])[-1].partition(": ")
        return Failure(exception, message or "the cell failed and did not say why", number)
    error = errors[-1]
    if error.ename == "SystemExit":
        message = f"sys.exit({error.evalue}) ended the notebook here: a run is finished when every cell ran to its end"
        return Failure(error.ename, message, number)
    return Failure(error.ename, error.evalue, number, strip_color("\n".join(error.traceback)))


def _death(statuses: list[int | None]) -> str:
    """Say how a kernel ended by itself."""
    status = next((each for each in statuses if each is not None), None)
    if status is None:
        return "the kernel died"
    if status >= 0:
        return f"the kernel ended with exit status {status}"
    name = signal.Signals(-status).name if -status in set(signal.Signals) else "a signal"
    hint = ", as the system does where memory runs out" if name == "SIGKILL" else ""
    return f"the kernel was killed by {name} (signal {-status}){hint}"
