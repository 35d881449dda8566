"""What an importer is: a source, how its file is read, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

Progress = Callable[[int, int | None], None]
"""Is told how much is done and how much there is in all, if that is known."""


def quiet(_done: int, _total: int | None) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Asked:
    """What the user asked of an import.

    Attributes
    ----------
    retrieved : datetime.date
        When the file was obtained; no figure can be of a later year.
    economies : tuple of str
        Economies besides the members of the named regions that a bilateral table shall tell apart (ISO 3166-1 alpha-3).
    progress : callable
        Is told how far reading or downloading has come.
    """

    retrieved: date
    economies: tuple[str, ...] = ()
    progress: Progress = quiet


@dataclass(frozen=True)
class Reading:
    """What was read from a source, checked.

    Attributes
    ----------
    frames : mapping of str to pandas.DataFrame
        Table to its rows, in the columns and order of its schema.
    notes : tuple of str
        What the reader should know and is no reason to refuse the file, one sentence each.
    about : mapping
        What the descriptor of the tables shall say besides.
    """

    frames: Mapping[str, pd.DataFrame]
    notes: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A source that a user downloads.

    Attributes
    ----------
    name : str
        As on the command line.
    title : str
        Producer and title, as source lines print them.
    page : str
        Address of the page where the file is found.
    tables : tuple of str
        Tables that it brings.
    read : callable
        Reads a downloaded file.
    file : str
        What file that is.
    fetch : callable or None
        Asks the live source, whose address is the first argument; None if a file is downloaded there.
    address : str or None
        Address of the live source; None if the producer gives none that stays.
    changes : mapping
        Table to what its descriptor says otherwise than the bundled table's.
    """

    name: str
    title: str
    page: str
    tables: tuple[str, ...]
    read: Callable[[Path, Asked], Reading]
    file: str
    fetch: Callable[..., Reading] | None = None
    address: str | None = None
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Imported:
    """What an import came to.

    Attributes
    ----------
    source, vintage : str
        Names of the importer and of the vintage.
    folder : pathlib.Path
        Where the vintage is.
    rows : mapping of str to int
        Table to its number of rows.
    notes : tuple of str
        What was noted, one sentence each.
    unchanged : bool
        True if a vintage of the same figures was there already, so that none was added.
    """

    source: str
    vintage: str
    folder: Path
    rows: Mapping[str, int]
    notes: tuple[str, ...]
    unchanged: bool = False
