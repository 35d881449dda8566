"""One process at a time, in a folder of runs or in a run: a lock that ends with the process that holds it."""

import os
import signal
import socket
import stat
import sys
import threading
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import IO

from carec_digital_trade.errors import InputError
from carec_digital_trade.ownership import MARK, SAFE, refused

_MOST = 1000
"""Bytes of a lock's file that are read."""


class locked:  # noqa: N801  (it is called as a function is)
    """Keep others out while in the with block.

    Parameters
    ----------
    path : pathlib.Path
        File of the lock, which ends with it, however often it is interrupted; its folder exists.
    busy : str
        What to say if another process has it, such as "another batch runs in reports".

    Raises
    ------
    InputError
        On entering, if another process has it, which the sentence names, a file that is no lock is there, or the folder
        cannot be written into.
    """

    def __init__(self, path: Path, busy: str) -> None:
        self._path, self._busy = path, busy

    def __enter__(self) -> None:
        """Make the lock; Ctrl-C is held back meanwhile, so that none is left."""
        self._held, self._came = True, False
        self._before = signal.getsignal(signal.SIGINT)
        # Only the main thread can be interrupted, and only if Python is to handle it.
        self._ours = callable(self._before) and threading.current_thread() is threading.main_thread()
        if self._ours:
            signal.signal(signal.SIGINT, self._handle)
        try:
            self._file = _opened(self._path, self._busy)
        except BaseException:
            self._restore()
            raise
        try:
            self._held = False
            if self._came:
                raise KeyboardInterrupt
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        """Remove the lock; Ctrl-C is held back again."""
        self._held = True
        if sys.platform != "win32":  # there an open file cannot be removed, and afterwards it may be another's
            self._path.unlink(missing_ok=True)
        self._file.close()
        self._restore()

    def _restore(self) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._came = True
        # Python looks for signals as it calls a function, before its first line, and in here too.
        while frame is not None and frame.f_code is locked._handle.__code__:
            frame = frame.f_back
        leaving = frame is not None and frame.f_code is locked.__exit__.__code__
        if not (self._held or leaving):
            self._before(number, frame)


def _opened(path: Path, busy: str) -> IO[bytes]:
    """Open, lock and sign the file; one that its last holder has just removed is no use."""
    while True:
        try:
            file, found = _file(path)
        except OSError as error:
            if path.is_symlink() or path.is_dir():
                raise refused(path) from None
            reason = str(error.strerror).lower()
            raise InputError(f"the folder {path.parent} cannot be written into: {reason}") from None
        if file is None:
            continue
        if found is not None and not found.startswith(MARK):
            file.close()
            raise refused(path)
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            file.close()
            holder = (found or "").removeprefix(f"{MARK}, ")
            raise InputError(f"{busy} ({holder}): wait for its end, or choose another folder") from None
        if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            file.seek(0)
            file.write(f"{MARK}, process {os.getpid()} on {socket.gethostname()}, since {_now()}".encode())
            file.truncate()
            return file
        file.close()


def _file(path: Path) -> tuple[IO[bytes] | None, str | None]:
    """Make the file, or open the one that is there, without following a link, and return what that one holds."""
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | SAFE, 0o666), "r+b", buffering=0), None
    except FileExistsError:
        try:
            file = os.fdopen(os.open(path, os.O_RDWR | SAFE), "r+b", buffering=0)
        except FileNotFoundError:  # its holder has just removed it
            return None, None
    ordinary = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    return file, file.read(_MOST).decode("utf-8", "replace") if ordinary else ""


def _now() -> str:
    return f"{datetime.now():%Y-%m-%d %H:%M}"


def _lock(file: IO[bytes]) -> None:
    """Lock a file or raise `OSError`; the system lets it go with the process, however that ends."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415  (only there)

        file.seek(1 << 30)  # the text stays readable for others
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415  (only there)

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
