"""A run that travels to another machine, and what comes back.

The other machine has the package; parameters travel with each run, and what else a run rests on once: the user's own
notebooks and the imported vintages of the data. There the run is planned anew: the same inputs, the same identity, or
else it is not performed.
"""

import socket
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carec_digital_trade import ownership
from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError
from carec_digital_trade.runs import clearing
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.execute import RunResult, attempt, ended, fail
from carec_digital_trade.runs.folder import Failure
from carec_digital_trade.runs.forks import ForkedKernel
from carec_digital_trade.runs.identity import Run, plan
from carec_digital_trade.runs.notebooks import open_notebook
from carec_digital_trade.vintages import DESCRIPTOR, asked_vintage, imported_vintages, vintages_folder

_SHOWN = 100
"""Characters of a name that a worker sends."""
_VINTAGES, _NOTEBOOKS = "vintages", "notebooks"


def needed_files(runs: Iterable[Run]) -> dict[str, bytes]:
    """Gather the files that runs rest on besides the package.

    Parameters
    ----------
    runs : iterable of Run
        All that will travel.

    Returns
    -------
    dict of str to bytes
        Relative path to content: the user's own notebooks, and the imported vintages if any run asks for one.

    Raises
    ------
    InputError
        If two notebooks have the same file name.
    """
    own: dict[str, Path] = {}
    is_imported = False
    for run in runs:
        is_imported = is_imported or asked_vintage(run.parameters) != BUNDLED
        name = run.source.path.name
        if run.source.model is None and own.setdefault(name, run.source.path) != run.source.path:
            raise InputError(f"two notebooks are called {name}: on a cluster they need names of their own")
    files = {f"{_NOTEBOOKS}/{name}": path.read_bytes() for name, path in own.items()}
    for vintage in imported_vintages() if is_imported else ():
        paths = [vintage.folder / DESCRIPTOR, *vintage.folder.glob("raw/*.csv"), *vintage.folder.glob("checksums/*")]
        for path in paths:
            name = path.relative_to(vintages_folder()).as_posix()
            files[f"{_VINTAGES}/{name}"] = ownership.read(path, ownership.LARGEST_TABLE)
    return files


def write_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write what `needed_files` gathered; the folder is then a data folder too.

    Parameters
    ----------
    files : mapping of str to bytes
        Relative path to content.
    folder : pathlib.Path
        An empty folder.
    """
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@dataclass(frozen=True)
class Delivery:
    """What comes back from a run on another machine.

    Attributes
    ----------
    error : Failure or None
        What went wrong there.
    files : dict of str to bytes
        What its folder holds, by relative path; nothing if it was not performed.
    """

    error: Failure | None
    files: dict[str, bytes]

    def unpack(self, run: Run) -> RunResult:
        """Write the run's folder as if the run had been performed here.

        Parameters
        ----------
        run : Run
            As it was planned here.

        Returns
        -------
        RunResult
            A failed one if the folder cannot be written, or what came is not what a run writes.
        """
        if self.error and layout.MANIFEST not in self.files:
            return fail(run, self.error, 0.0)
        if strange := [name for name in self.files if not layout.is_a_runs(name)]:
            return fail(run, Failure("BadDelivery", f"no run writes the file {strange[0][:_SHOWN]!r}"), 0.0)
        try:
            clearing.clear(run.folder)
            if not self.error:
                (run.folder / layout.FIGURES).mkdir(exist_ok=True)  # also if there are none
            for name in sorted(self.files, key=lambda name: name == layout.MANIFEST):  # the manifest last
                layout.write_atomically(run.folder / name, self.files[name])
            ownership.unmark(run.folder)
        except (OSError, InputError) as error:
            return ended(run, Failure(type(error).__name__, str(error)))
        result = ended(run, self.error)
        if layout.look(run.folder)[0] != result.status:
            return fail(run, Failure("BadDelivery", "the manifest is not that of the run"), 0.0)
        return result


def deliver(
    run_id: str,
    notebook: str,
    parameters: dict[str, Any],
    folder: Path,
    timeout: float | None = None,
    forked: ForkedKernel | None = None,
) -> Delivery:
    """Perform a run on a worker's machine, in a folder that goes when its content has been packed.

    Parameters
    ----------
    run_id : str
        The identity that the run must have there.
    notebook : str
        Name of a notebook of the package, or file name of the user's own.
    parameters : dict
        Plain values.
    folder : pathlib.Path
        Where the files were written on which runs rest.
    timeout, forked
        As of `execute.perform`.

    Returns
    -------
    Delivery
        Also of a run that failed.
    """
    with tempfile.TemporaryDirectory(dir=folder) as out:
        own = folder / _NOTEBOOKS / notebook
        fault = "notebook, data or version are not those of the machine that planned the run"
        try:
            run = plan(open_notebook(own if own.exists() else notebook), parameters, Path(out))
        except InputError as error:
            run, fault = None, str(error)
        if run is None or run.run_id != run_id:
            return Delivery(Failure("OtherInputs", f"on {socket.gethostname()}: {fault}"), {})
        result = attempt(run, timeout, forked)
        paths = {path.relative_to(run.folder).as_posix(): path for path in run.folder.rglob("*") if path.is_file()}
        return Delivery(
            result.error, {name: path.read_bytes() for name, path in paths.items() if layout.is_a_runs(name)}
        )
