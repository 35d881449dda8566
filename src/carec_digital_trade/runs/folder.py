"""What a run's folder holds, and when it counts as finished."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

NOTEBOOK = "notebook.ipynb"
REPORT = "report.html"
RESULTS = "results.csv"
MANIFEST = "manifest.json"
FIGURES = "figures"

FINISHED = "finished"
FAILED = "failed"


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a run.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.

    Returns
    -------
    dict or None
        None if there is no manifest, or it is not that of the run that the folder is named after.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("run_id") == folder.name else None


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
    manifest = read_manifest(folder)
    if manifest is None or manifest["status"] != FINISHED:
        return False
    return all((folder / name).is_file() for name in [NOTEBOOK, REPORT, RESULTS, *manifest["figures"]])


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
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
