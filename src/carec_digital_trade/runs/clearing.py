"""The place of a run's folder: made ready, given up, and never taken from a stranger."""

import os
from contextlib import suppress
from pathlib import Path

from carec_digital_trade import ownership
from carec_digital_trade.errors import InputError
from carec_digital_trade.runs import folder as layout


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
    if folder.is_symlink() or not folder.is_dir() or not (_is_ours(folder) or _is_empty(folder)):
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


def _is_ours(folder: Path) -> bool:
    return layout.is_named(folder) or ownership.is_marked(folder)


def _is_empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None


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
