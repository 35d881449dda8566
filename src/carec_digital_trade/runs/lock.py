"""One process at a time, in a folder of runs or in a run: a lock that ends with the process that holds it."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from carec_digital_trade.errors import InputError


@contextmanager
def locked(path: Path, busy: str) -> Iterator[None]:
    """Keep others out while in the with block.

    Parameters
    ----------
    path : pathlib.Path
        File of the lock, which ends with it; its folder exists.
    busy : str
        What to say if another process has it, such as "another batch runs in reports".

    Raises
    ------
    InputError
        If another process has it, which the sentence names, or the folder cannot be written into.
    """
    file = _opened(path, busy)
    try:
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()} on {socket.gethostname()}, since {datetime.now():%Y-%m-%d %H:%M}")
        file.flush()
        yield
    finally:
        if sys.platform != "win32":  # there an open file cannot be removed, and afterwards it may be another's
            path.unlink(missing_ok=True)
        file.close()


def _opened(path: Path, busy: str) -> IO[str]:
    """Open and lock the file; one that its last holder has just removed is no use."""
    while True:
        try:
            file = path.open("a+", encoding="utf-8")
        except OSError as error:
            reason = str(error.strerror).lower()
            raise InputError(f"the folder {path.parent} cannot be written into: {reason}") from None
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            file.seek(0)
            holder = file.read()
            file.close()
            raise InputError(f"{busy} (process {holder}): wait for its end, or choose another folder") from None
        if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
        file.close()


def _lock(file: IO[str]) -> None:
    """Lock a file or raise `OSError`; the system lets it go with the process, however that ends."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  (only there)

        file.seek(1 << 30)  # the text stays readable for others
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415  (only there)

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
