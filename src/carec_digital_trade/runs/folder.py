"""What a run's folder holds, when it counts as finished, and how it can have failed."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from carec_digital_trade import ownership
from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.manifest import FIGURE, FIGURES, Manifest

NOTEBOOK = "notebook.ipynb"
REPORT = "report.html"
RESULTS = "results.csv"
MANIFEST = "manifest.json"

FAILURES = "failures.csv"
INDEX = "index.html"
"""In a folder of runs, beside the results of all of them."""

FINISHED = "finished"
FAILED = "failed"

_LARGEST_MANIFEST = 10_000_000
_HALF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape that JSON may hold, though the text that it makes cannot be written."""


@dataclass(frozen=True)
class Failure:
    """What went wrong in a run.

    Attributes
    ----------
    exception, message : str
        Name of the exception, and what it says.
    cell : int or None
        Number of the code cell, counted from 1 as in the executed notebook; None if the fault is in no cell.
    traceback : str
        For a developer; not part of the manifest.
    """

    exception: str
    message: str
    cell: int | None = None
    traceback: str = ""

    @property
    def sentence(self) -> str:
        """The failure in one line."""
        where = "" if self.cell is None else f" in code cell {self.cell}"
        return " ".join(f"the run failed{where}: {self.exception}: {self.message}".split())


class RunFailed(RuntimeError):  # noqa: N818  (it reads as what happened)
    """A run did not end well."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a run.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.

    Returns
    -------
    dict or None
        None if there is no manifest, it is none that `write_manifest` writes, or it is not that of the run that the
        folder is named after.
    """
    manifest = _loaded(folder)
    try:
        Manifest.model_validate(manifest)
    except ValueError:
        return None
    finished = manifest["status"] == FINISHED
    return manifest if finished == (manifest["error"] is None) == (manifest["results_sha256"] is not None) else None


def is_named(folder: Path) -> bool:
    """Say whether a folder has a manifest that names it, though it may lack what others read.

    Parameters
    ----------
    folder : pathlib.Path
        A folder within a folder of runs.

    Returns
    -------
    bool
        By this a run's folder is told from a stranger's.
    """
    return _loaded(folder) is not None


def _loaded(folder: Path) -> dict[str, Any] | None:
    try:
        content = ownership.read(os.path.join(folder, MANIFEST), _LARGEST_MANIFEST)  # noqa: PTH118  (twice as fast)
        manifest = json.loads(content)
        if _HALF_A_PAIR.search(content):
            json.dumps(manifest, ensure_ascii=False).encode()
    except (OSError, ValueError, RecursionError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("run_id") == folder.name else None


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, which makes the folder a finished or a failed run.

    Parameters
    ----------
    folder, manifest : pathlib.Path, dict
        The run's folder, and plain values.
    """
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(folder / MANIFEST, f"{text}\n".encode())
    ownership.unmark(folder)


def look(folder: Path) -> tuple[str | None, dict[str, Any] | None]:
    """Say how a run stands, and return its manifest.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.

    Returns
    -------
    status : {"finished", "failed"} or None
        None for an unfinished or damaged run.
    manifest : dict or None
        None if there is none.
    """
    manifest = read_manifest(folder)
    if manifest is None or (manifest["status"] == FINISHED and not _is_whole(folder, manifest)):
        return None, manifest
    return manifest["status"], manifest


def is_a_runs(name: str) -> bool:
    """Say whether a run writes a file of some name.

    Parameters
    ----------
    name : str
        Relative to the run's folder.

    Returns
    -------
    bool
        False for what a stranger has put there.
    """
    return name in (NOTEBOOK, REPORT, RESULTS, MANIFEST) or FIGURE.fullmatch(name) is not None


def is_finished(folder: Path) -> bool:
    """Say whether a run ended well and its files are still there.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.

    Returns
    -------
    bool
        False for an unfinished, failed or damaged run.
    """
    return look(folder)[0] == FINISHED


def _is_whole(folder: Path, manifest: dict[str, Any]) -> bool:
    """Say whether the files that a manifest speaks of are there."""
    try:
        names = os.listdir(folder)  # noqa: PTH208  (of many folders)
        if FIGURES in names and manifest["figures"]:
            names += [f"{FIGURES}/{name}" for name in os.listdir(folder / FIGURES)]  # noqa: PTH208
    except OSError:
        return False
    return {NOTEBOOK, REPORT, RESULTS, *manifest["figures"]}.issubset(names)


def make(folder: Path) -> None:
    """Make a folder of runs, which may be there.

    Parameters
    ----------
    folder : pathlib.Path
        With those above it.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be made: {str(error.strerror).lower()}") from None


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Parameters
    ----------
    path, content : pathlib.Path, bytes
        The file, in a folder that exists, and what it is to hold.
    """
    with replaced(path) as file:
        file.write(content)


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """Write a large file bit by bit so that it is there whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file; its folder exists.

    Yields
    ------
    file
        To write bytes into.
    """
    partial = ownership.part(path)
    try:
        with partial.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)  # which a full disk does not name
        raise
    finally:
        partial.unlink(missing_ok=True)
