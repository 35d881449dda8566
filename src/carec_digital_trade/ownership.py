"""What is ours, what is a stranger's: files read without surprises, and marks on what is not yet whole.

Folders that a user points at hold other things too. Only what carries our own mark is ever replaced or removed.
"""

import errno
import os
import secrets
import stat
from pathlib import Path

from carec_digital_trade.errors import InputError

MARK = "carec-digital-trade"
"""What our locks and marks begin with."""

SAFE = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
"""How files are opened: no link is followed, and a pipe in place of a file keeps nobody waiting."""

LARGEST_TABLE = 1_000_000_000
"""Bytes of a table that are read: the largest known has some hundred million."""

_UNFINISHED = ".unfinished"
_PART = f".{MARK}.{{}}.part"


def read(path: str | os.PathLike[str], most: int, whole: bool = True) -> bytes:
    """Read an ordinary file.

    Parameters
    ----------
    path : path-like
        The file.
    most : int
        Bytes to read at most.
    whole : bool
        Whether a larger file is refused.

    Returns
    -------
    bytes
        What it holds.

    Raises
    ------
    OSError
        If there is none, it is a link, a folder, a pipe or a device, or it is larger than that.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | SAFE), "rb", buffering=0) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "no ordinary file", str(path))
        if whole and about.st_size > most:
            raise OSError(errno.EFBIG, f"more than {most:,} bytes", str(path))
        return file.read(most)


def part(path: Path) -> Path:
    """Name a file or folder beside a path that nobody can foresee, to be renamed to it when it is whole.

    Parameters
    ----------
    path : pathlib.Path
        What it is to become.

    Returns
    -------
    pathlib.Path
        It does not exist.
    """
    return path.with_name(_PART.format(secrets.token_hex(8)))


def parts(folder: Path) -> list[Path]:
    """List what may have been left half written in a folder; the name alone is no mark.

    Parameters
    ----------
    folder : pathlib.Path
        Where to look.

    Returns
    -------
    list of pathlib.Path
        Of the form that `part` gives.
    """
    return list(folder.glob(_PART.format("*")))


def mark(folder: Path) -> None:
    """Mark a folder as ours while it is filled.

    Parameters
    ----------
    folder : pathlib.Path
        A folder that is new, empty or marked.
    """
    if not is_marked(folder):
        with (folder / _UNFINISHED).open("x", encoding="ascii") as file:
            file.write(MARK)


def is_marked(folder: Path) -> bool:
    """Say whether a folder, which is no link, is ours and not yet whole.

    Parameters
    ----------
    folder : pathlib.Path
        It need not exist.

    Returns
    -------
    bool
        False also for a folder of a stranger.
    """
    try:
        return not folder.is_symlink() and read(folder / _UNFINISHED, len(MARK)) == MARK.encode()
    except OSError:
        return False


def unmark(folder: Path) -> None:
    """Take the mark off a folder that is whole.

    Parameters
    ----------
    folder : pathlib.Path
        A marked folder.
    """
    (folder / _UNFINISHED).unlink(missing_ok=True)


def refused(path: Path) -> InputError:
    """Return the error for what stands where something of ours is to go.

    Parameters
    ----------
    path : pathlib.Path
        What is there.

    Returns
    -------
    InputError
        To be raised.
    """
    return InputError(
        f"{path} is there already and {MARK} has not made it: move it away, or choose another folder with --out"
    )
