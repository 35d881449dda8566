"""What is written into a folder of runs: made ready, given up, swept, and never taken from a stranger."""

import os
import time
from contextlib import suppress
from pathlib import Path

from carec_digital_trade import ownership
from carec_digital_trade.errors import InputError
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.collect import RESULT_COLUMNS
from carec_digital_trade.runs.lock import locked

LOCK = f".{ownership.MARK}.lock"
"""That of a batch; each run has its own."""
REASON = ["cell", "exception", "message"]
"""The last columns of the table of failures."""

_PAGE = b'<meta name="generator" content="carec-digital-trade">'
_HEAD = 100_000
"""Bytes within which a file shows whose it is: the header of a table with many parameters."""

_STALE = 3600
"""Seconds after which nobody is writing a file any more."""


def check_place(folder: Path) -> None:
    """Refuse a place where a run's folder is to be, and a stranger's file, link or folder is.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder, which need not exist.

    Raises
    ------
    InputError
        If what is there is no run of that name and not empty, or a link stands in it where a file of ours is to be.
    """
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir() or not (_is_ours(folder) or not any(folder.iterdir())):
        raise ownership.refused(folder)
    for path in _known(folder):
        if path.is_symlink() or not (path.is_dir() if path.name == layout.FIGURES else path.is_file()):
            raise ownership.refused(path)


def clear(folder: Path) -> None:
    """Make ready a run's folder, taking away what an earlier attempt left there, and nothing else.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder, which is marked as ours until its manifest is written.

    Raises
    ------
    InputError
        As `check_place`.
    """
    check_place(folder)
    folder.mkdir(parents=True, exist_ok=True)
    ownership.mark(folder)
    for path in _known(folder):
        if path.name == layout.FIGURES:
            _remove_figures(path)
        else:
            path.unlink()


def discard(folder: Path) -> None:
    """Remove the folder of a run that was given up, unless it is a stranger's or holds a stranger's files.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.
    """
    with suppress(OSError, InputError):
        if ownership.is_marked(folder):
            clear(folder)
            ownership.unmark(folder)
            try:
                folder.rmdir()
            except OSError:  # it holds what is not ours
                ownership.mark(folder)


def spoil(folder: Path) -> None:
    """Make a finished run an unfinished one, so that it is performed again.

    Parameters
    ----------
    folder : pathlib.Path
        The run's folder.
    """
    with suppress(OSError, InputError):
        check_place(folder)
        ownership.mark(folder)
        (folder / layout.MANIFEST).unlink(missing_ok=True)


def check_ours(out: Path, *names: str) -> None:
    """Refuse to replace what the package has not written.

    Parameters
    ----------
    out : pathlib.Path
        Folder of runs, which need not exist.
    *names : str
        Files in it that are to be written.

    Raises
    ------
    InputError
        Naming the file, link or folder of that name that is not ours.
    """
    for path in (out / name for name in names):
        if os.path.lexists(path) and not _is_our_file(path):
            raise ownership.refused(path)


def sweep(out: Path) -> None:
    """Remove what a process that was killed has half written into a folder of runs, and its locks.

    Parameters
    ----------
    out : pathlib.Path
        Folder of runs, which no other batch writes into.
    """
    for part in ownership.parts(out):
        if _is_our_file(part) and time.time() - part.stat().st_mtime > _STALE:
            part.unlink()
    for path in out.glob(".*.lock"):
        with suppress(InputError), locked(path, ""):
            pass  # it was nobody's, and is gone now


def _is_our_file(path: Path) -> bool:
    """Say whether a file shows that the package has written it: the page by a line, a table by its header."""
    try:
        head = ownership.read(path, _HEAD, whole=False)
    except OSError:
        return False
    header = head.partition(b"\n")[0].decode("utf-8", "replace").split(",")
    tables = (RESULT_COLUMNS, REASON)
    return _PAGE in head[:1000] or (header[0] == "run_id" and any(header[-len(each) :] == each for each in tables))


def _is_ours(folder: Path) -> bool:
    return layout.is_named(folder) or ownership.is_marked(folder)


def _known(folder: Path) -> list[Path]:
    """Return what a run writes into its folder, the manifest first, as far as it is there."""
    paths = [
        folder / name for name in (layout.MANIFEST, layout.NOTEBOOK, layout.REPORT, layout.RESULTS, layout.FIGURES)
    ]
    return [path for path in paths if os.path.lexists(path)]


def _remove_figures(folder: Path) -> None:
    for path in folder.iterdir():
        if layout.FIGURE.fullmatch(f"{layout.FIGURES}/{path.name}") and path.is_file() and not path.is_symlink():
            path.unlink()
    with suppress(OSError):  # which a stranger's file keeps
        folder.rmdir()
