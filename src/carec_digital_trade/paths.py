"""Where the data and the notebooks are: beside the code in an installed wheel, at the top of a checkout."""

from functools import cache
from pathlib import Path

from carec_digital_trade.errors import InputError

_PACKAGE = Path(__file__).resolve().parent


@cache
def bundled(kind: str) -> Path:
    """Return the folder of bundled files.

    Parameters
    ----------
    kind : {"data", "notebooks"}
        Which folder.

    Returns
    -------
    pathlib.Path
        An absolute path, whatever the working directory.
    """
    installed = _PACKAGE / "_bundled" / kind
    return installed if installed.is_dir() else _PACKAGE.parents[1] / kind


def expanded(path: str | Path) -> Path:
    """Return a path that a user gave, its ~ replaced where the shell has not done so, such as in ``--out=~/runs``.

    Parameters
    ----------
    path : str or pathlib.Path
        Any.

    Returns
    -------
    pathlib.Path
        Never in a folder that is called ~.

    Raises
    ------
    InputError
        If it begins with ~ and a name that no user has.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise InputError(f"there is no home folder for {path}: write it without ~") from None
