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
from carec_digital_trade.runs.conditions import Conditions
from carec_digital_trade.runs.execute import RunResult, attempt, fail
from carec_digital_trade.runs.failures import Failure
from carec_digital_trade.runs.identity import Run, plan
from carec_digital_trade.runs.notebooks import open_notebook
from carec_digital_trade.vintages import DESCRIPTOR, asked_vintage, imported_vintages, vintages_folder

_FILES = {layout.NOTEBOOK, layout.REPORT, layout.RESULTS, layout.MANIFEST}
_SHOWN = 100
"""Characters of a name that a worker sends."""
_VINTAGES, _NOTEBOOKS = "vintages", "notebooks"


@dataclass(frozen=True)
class Delivery:
    """What comes back from a run on another machine.

    Attributes
    ----------
    result : RunResult
        How it ended there.
    files : dict of str to bytes
        What its folder holds, by relative path.
    """

    result: RunResult
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
        if layout.MANIFEST not in self.files:
            return fail(run, self.result.error, 0.0)
        if strange := [name for name in self.files if name not in _FILES and not layout.FIGURE.fullmatch(name)]:
            return fail(run, Failure("BadDelivery", f"no run writes the file {strange[0][:_SHOWN]!r}"), 0.0)
        try:
            clearing.clear(run.folder)
            if self.result.status == layout.FINISHED:
                (run.folder / layout.FIGURES).mkdir(exist_ok=True)  # also if there are none
            for name in sorted(self.files, key=lambda name: name == layout.MANIFEST):  # the manifest last
                layout.write_atomically(run.folder / name, self.files[name])
            ownership.unmark(run.folder)
        except (OSError, InputError) as error:
            failure = Failure(type(error).__name__, str(error))
            return RunResult(run.run_id, run.folder, layout.FAILED, error=failure)
        if layout.look(run.folder)[0] != self.result.status:
            return fail(run, Failure("BadDelivery", "the manifest is not that of the run"), 0.0)
        return RunResult(run.run_id, run.folder, self.result.status, error=self.result.error)


@dataclass(frozen=True)
class Parcel:
    """A run on its way: a task for a worker on a machine that has unpacked `luggage`.

    Attributes
    ----------
    run_id : str
        The identity that the run must have there.
    notebook : str
        Name of a notebook of the package, or file name of the user's own.
    parameters : dict
        Plain values.
    folder : str
        Where the luggage was unpacked.
    """

    run_id: str
    notebook: str
    parameters: dict[str, Any]
    folder: str

    def __call__(self, conditions: Conditions) -> Delivery:
        """Perform the run in a folder that goes when its content has been packed.

        Parameters
        ----------
        conditions : Conditions
            Kernel and time limit.

        Returns
        -------
        Delivery
            Also of a run that failed.
        """
        with tempfile.TemporaryDirectory(dir=self.folder) as out:
            own = Path(self.folder) / _NOTEBOOKS / self.notebook
            try:
                run = plan(open_notebook(own if own.exists() else self.notebook), self.parameters, Path(out))
            except InputError as error:
                return self._refused(str(error))
            if run.run_id != self.run_id:
                return self._refused("notebook, data or version are not those of the machine that planned the run")
            result = attempt(run, conditions)
            paths = [run.folder / name for name in sorted(_FILES)] + sorted(run.folder.glob(f"{layout.FIGURES}/*.png"))
            paths = [path for path in paths if path.is_file()]
            return Delivery(result, {path.relative_to(run.folder).as_posix(): path.read_bytes() for path in paths})

    def _refused(self, why: str) -> Delivery:
        failure = Failure("OtherInputs", f"on {socket.gethostname()}: {why}")
        return Delivery(RunResult(self.run_id, Path(), layout.FAILED, error=failure), {})


def parcel(run: Run, folder: str) -> Parcel:
    """Pack one run.

    Parameters
    ----------
    run : Run
        From `plan`.
    folder : str
        Where the luggage was unpacked on the other machine.

    Returns
    -------
    Parcel
        A task for a worker there.
    """
    notebook = run.source.asked if run.source.model else run.source.path.name
    return Parcel(run.run_id, notebook, run.parameters, folder)


def luggage(runs: Iterable[Run]) -> dict[str, bytes]:
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
    files: dict[str, bytes] = {}
    own: dict[str, Path] = {}
    imported = False
    for run in runs:
        imported = imported or asked_vintage(run.parameters) != BUNDLED
        if run.source.model is None:
            name = run.source.path.name
            if own.setdefault(name, run.source.path) != run.source.path:
                raise InputError(f"two notebooks are called {name}: on a cluster they need names of their own")
    for name, path in own.items():
        files[f"{_NOTEBOOKS}/{name}"] = path.read_bytes()
    for vintage in imported_vintages() if imported else ():
        for path in [
            vintage.folder / DESCRIPTOR,
            *vintage.folder.glob("raw/*.csv"),
            *vintage.folder.glob("checksums/*"),
        ]:
            name = path.relative_to(vintages_folder()).as_posix()
            files[f"{_VINTAGES}/{name}"] = ownership.read(path, ownership.LARGEST_TABLE)
    return files


def unpack_luggage(files: Mapping[str, bytes], folder: Path) -> None:
    """Write what `luggage` gathered; the folder is then a data folder too.

    Parameters
    ----------
    files : mapping of str to bytes
        From `luggage`.
    folder : pathlib.Path
        An empty folder.
    """
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
