"""How a notebook is executed: by papermill, in a kernel of this Python that no setting of the user's reaches."""

import logging
import queue
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
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError, strip_color
from papermill.execute import remove_error_markers
from traitlets import Dict, Type, Unicode
from traitlets.config import Config

from carec_digital_trade.runs.conditions import ORDINARY, Conditions
from carec_digital_trade.runs.failures import Failure, RunFailed
from carec_digital_trade.runs.notebooks import Source, digest, read_notebook
from carec_digital_trade.runs.provisioner import NAME as FORK

_START_TIMEOUT = 180
"""Seconds; a busy machine starts kernels slowly."""
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
    kernelspec names the provisioner that forks the preloaded process, if there is one.
    """

    client_factory = Type(RunKernelClient)
    preloaded = Unicode(None, allow_none=True, config=True, help="address of the preloaded process")
    environment = Dict(config=True, help="what the kernel's differs by from this process's")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(transport="tcp" if sys.platform == "win32" else "ipc", **kwargs)
        beside = None if self.preloaded is None else Path(self.preloaded).parent
        self._scratch = tempfile.TemporaryDirectory(prefix="cdt-", dir=beside)
        self.connection_file = str(Path(self._scratch.name) / "k.json")

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel to start."""
        spec = KernelSpec(
            **get_kernel_dict(), env={"IPYTHONDIR": self._scratch.name, "PYTHONSTARTUP": "", **self.environment}
        )
        if self.preloaded is not None:
            provisioner = {"provisioner_name": FORK, "config": {"address": self.preloaded}}
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
        await super().cleanup_resources(restart=restart)
        if not restart:
            self._scratch.cleanup()


def execute(
    source: Source,
    parameters: Mapping[str, Any],
    path: Path,
    conditions: Conditions = ORDINARY,
    environment: Mapping[str, str] = MappingProxyType({}),
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
    conditions : Conditions
        Kernel and time limit.
    environment : mapping of str to str
        What the kernel's differs by from this process's.

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
    execution = _Execution(source, path, conditions, environment)
    failure = execution.failure(dict(parameters))
    if failure is not None:
        execution.save()
        raise RunFailed(failure)
    return execution.notebook


class _Execution:
    """One execution by papermill, which reads the notebook at a path and writes it there again."""

    def __init__(self, source: Source, path: Path, conditions: Conditions, environment: Mapping[str, str]) -> None:
        self.notebook: nbformat.NotebookNode | None = None
        self._source = source
        self._path = path
        self._conditions = conditions
        self._environment = dict(environment)
        self._deadline = time.monotonic() + (conditions.timeout or 0)
        self._begun = 0

    def failure(self, parameters: dict[str, Any]) -> Failure | None:
        """Execute; return what went wrong, if anything."""
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
                timeout_func=self._time_left if self._conditions.timeout else None,
                kernel_manager_class=RunKernelManager,
                config=Config(
                    RunKernelManager={"preloaded": self._conditions.preloaded, "environment": self._environment}
                ),
                shutdown_kernel="immediate",
                resources={"metadata": {"path": str(self._source.path.parent)}},
                on_notebook_start=self._hold,
                on_cell_execute=self._count,
            )
        except PapermillExecutionError as error:
            return Failure(error.ename, error.evalue, error.exec_count, strip_color("\n".join(error.traceback)))
        except DeadKernelError:
            return Failure("DeadKernelError", "the kernel died", self._begun)
        except CellTimeoutError:
            return Failure("Timeout", f"the run took longer than {self._conditions.timeout:g} seconds", self._begun)
        return None

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
