"""How a notebook is executed: by papermill, in a kernel of this Python that no setting of the user's reaches."""

import logging
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError, strip_color
from papermill.execute import remove_error_markers

from carec_digital_trade.runs.failures import Failure, RunFailed
from carec_digital_trade.runs.notebooks import Source, digest, read_notebook

_START_TIMEOUT = 180
"""Seconds; a busy machine starts kernels slowly."""

# papermill warns of parameters whose annotation it cannot parse; ours are checked before.
logging.getLogger("papermill").addHandler(logging.NullHandler())


class RunKernelManager(AsyncKernelManager):
    """Starts a kernel of the running Python, with a folder of its own that ends with it.

    It asks no kernelspec and no IPython profile of the user's, and listens on IPC sockets (on TCP in Windows, which
    has none), so that no other user of the machine can reach it. The folder is a short path, as sockets need.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="cdt-")
        transport = "tcp" if sys.platform == "win32" else "ipc"
        super().__init__(transport=transport, connection_file=str(Path(self._scratch.name) / "k.json"), **kwargs)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel to start."""
        return KernelSpec(**get_kernel_dict(), env={"IPYTHONDIR": self._scratch.name, "PYTHONSTARTUP": ""})

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


def execute(source: Source, parameters: Mapping[str, Any], path: Path) -> nbformat.NotebookNode:
    """Execute a notebook in a kernel of its own.

    Parameters
    ----------
    source : Source
        The notebook; its folder is the kernel's working directory.
    parameters : mapping
        Plain values for the parameters cell.
    path : pathlib.Path
        Where the executed notebook is written, also when a cell fails.

    Returns
    -------
    nbformat.NotebookNode
        The executed notebook.

    Raises
    ------
    RunFailed
        If a cell raises or the kernel dies.
    """
    notebook = read_notebook(source.path)
    if digest(notebook.cells) != source.digest:
        raise RunFailed(Failure("ChangedNotebook", f"{source.path.name} was changed after the run was planned"))
    nbformat.write(notebook, path)
    failure = _failure(source, dict(parameters), path)
    executed = _portable(path, source)
    if failure is not None:
        raise RunFailed(failure)
    return executed


def _failure(source: Source, parameters: dict[str, Any], path: Path) -> Failure | None:
    """Execute the notebook in place; return what went wrong, if anything."""
    place = str(path).replace("{", "{{").replace("}", "}}")  # papermill formats paths
    begun: list[int] = []
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
            kernel_manager_class=RunKernelManager,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(source.path.parent)}},
            on_cell_execute=lambda cell, cell_index: begun.append(cell_index),
        )
    except PapermillExecutionError as error:
        return Failure(error.ename, error.evalue, error.exec_count, strip_color("\n".join(error.traceback)))
    except DeadKernelError:
        return Failure("DeadKernelError", "the kernel died", len(begun))
    return None


def _portable(path: Path, source: Source) -> nbformat.NotebookNode:
    """Take this machine's paths and papermill's banners out of the executed notebook."""
    executed = remove_error_markers(nbformat.read(path, as_version=4))
    executed.metadata.setdefault("papermill", {}).update(input_path=source.path.name, output_path=path.name)
    nbformat.write(executed, path)
    return executed
