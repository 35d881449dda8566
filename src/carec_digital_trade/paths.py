"""Where the data and the notebooks are: beside the code in an installed wheel, at the top of a checkout."""

from functools import cache
from pathlib import Path

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
