"""What a run's folder holds, and when it counts as finished."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.lock import locked

NOTEBOOK = "notebook.ipynb"
REPORT = "report.html"
RESULTS = "results.csv"
MANIFEST = "manifest.json"
FIGURES = "figures"

FAILURES = "failures.csv"
"""In a folder of runs, beside the results of all of them."""

FINISHED = "finished"
FAILED = "failed"


_NEEDED = {
    *("run_id", "status", "title", "parameters", "changed", "started", "duration_seconds"),
    *("answer", "results", "figures", "error"),
}
"""What others read of a manifest."""


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a run.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.

    Returns
    -------
    dict or None
        None if there is no manifest, it lacks what others read of it, or it is not that of the run that the folder is
        named after.
    """
    try:
        with open(os.path.join(folder, MANIFEST), "rb", buffering=0) as file:  # noqa: PTH118, PTH123  (twice as fast)
            manifest = json.loads(file.read())
    except (OSError, ValueError):
        return None
    whole = isinstance(manifest, dict) and manifest.keys() >= _NEEDED and manifest["run_id"] == folder.name
    return manifest if whole else None


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, which makes the folder a finished or a failed run.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.
    manifest : dict
        Plain values.
    """
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(folder / MANIFEST, f"{text}\n".encode())


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
    names = os.listdir(folder)  # noqa: PTH208  (of many folders)
    if FIGURES in names and manifest["figures"]:
        names += [f"{FIGURES}/{name}" for name in os.listdir(folder / FIGURES)]  # noqa: PTH208
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


def clear(folder: Path) -> None:
    """Make an empty folder of a run, whatever an earlier attempt left there.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.
    """
    if folder.exists():
        (folder / MANIFEST).unlink(missing_ok=True)  # first, so that a half-emptied folder is an unfinished run
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file; its folder exists.
    content : bytes
        What it is to hold.
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
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)  # which a full disk does not name
        raise
    finally:
        partial.unlink(missing_ok=True)


def sweep(out: Path) -> None:
    """Remove what a process that was killed has half written into a folder of runs.

    Parameters
    ----------
    out : pathlib.Path
        Folder of runs, which no other batch writes into.
    """
    for partial in out.glob(".*.*.[0-9]*"):
        partial.unlink()
    for path in out.glob(".*.lock"):
        with suppress(InputError), locked(path, ""):
            pass  # it was nobody's, and is gone now
