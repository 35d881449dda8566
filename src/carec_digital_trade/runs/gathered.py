"""What is written into a folder of runs beside the runs: which files are ours, and what was left half written."""

import os
import time
from contextlib import suppress
from pathlib import Path

from carec_digital_trade import ownership
from carec_digital_trade.errors import InputError
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
        if os.path.lexists(path) and not _is_ours(path):
            raise ownership.refused(path)


def sweep(out: Path) -> None:
    """Remove what a process that was killed has half written into a folder of runs, and its locks.

    Parameters
    ----------
    out : pathlib.Path
        Folder of runs, which no other batch writes into.
    """
    for part in ownership.parts(out):
        if _is_ours(part) and time.time() - part.stat().st_mtime > _STALE:
            part.unlink()
    for path in out.glob(".*.lock"):
        with suppress(InputError), locked(path, ""):
            pass  # it was nobody's, and is gone now


def _is_ours(path: Path) -> bool:
    """Say whether a file shows that the package has written it: the page by a line, a table by its header."""
    try:
        head = ownership.read(path, _HEAD, whole=False)
    except OSError:
        return False
    header = head.partition(b"\n")[0].decode("utf-8", "replace").split(",")
    tables = (RESULT_COLUMNS, REASON)
    return _PAGE in head[:1000] or (header[0] == "run_id" and any(header[-len(each) :] == each for each in tables))
