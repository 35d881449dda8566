"""Importers: a new vintage of the tables of a source, from a downloaded file or from the live source.

Everything is checked before anything is written; a file that fails a check leaves the vintages as they were.
"""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from carec_digital_trade import vintages
from carec_digital_trade.errors import DataError, InputError, nearest
from carec_digital_trade.importers import batis, cyberlaw, unctad_deliverable, world_bank, wto_delivered
from carec_digital_trade.importers.download import Patience, SourceError, download
from carec_digital_trade.importers.source import Asked, Imported, Progress, Reading, Source, quiet
from carec_digital_trade.importers.storing import check_free, store
from carec_digital_trade.paths import expanded
from carec_digital_trade.regions import iso3

__all__ = ["SOURCES", "Imported", "Patience", "Source", "SourceError", "import_file", "refresh"]

SOURCES = {
    module.SOURCE.name: module.SOURCE for module in (wto_delivered, unctad_deliverable, world_bank, cyberlaw, batis)
}
"""The sources by name."""

_LARGEST_DOWNLOAD = 5_000_000_000


def import_file(
    source: str,
    file: str | Path,
    vintage: str | None = None,
    retrieved: str | None = None,
    economies: Sequence[str] = (),
    progress: Progress = quiet,
) -> Imported:
    """Make a vintage from a downloaded file.

    Parameters
    ----------
    source : str
        One of `SOURCES`.
    file : str or pathlib.Path
        The file, as downloaded: a CSV or the zip that holds it.
    vintage : str, optional
        Name of the vintage, beginning with year and month; the date on which the file was obtained by default.
    retrieved : str, optional
        That date (2027-05-21); today by default.
    economies : sequence of str
        Economies that a bilateral table shall tell apart besides the members of the named regions.
    progress : callable
        Is told how many rows have been read, where there are many.

    Returns
    -------
    Imported
        The new vintage, its rows, and what was noted.

    Raises
    ------
    InputError
        If there is no such source or file, or a name, date or economy does not fit.
    DataError
        If the file is not what it should be; nothing has been written then.
    """
    chosen, asked, name = _asked(source, vintage, retrieved, economies, progress)
    path = expanded(file)
    if not path.is_file():
        raise InputError(f"there is no file {path}: download {chosen.file} from {chosen.page}")
    origin = {"file": path.name, "address": None}
    return _stored(chosen, name, origin, asked, lambda: chosen.read(path, asked), path)


def refresh(
    source: str,
    address: str | None = None,
    vintage: str | None = None,
    economies: Sequence[str] = (),
    patience: Patience | None = None,
    progress: Progress = quiet,
) -> Imported:
    """Make a vintage from the live source.

    Parameters
    ----------
    source : str
        One of `SOURCES`.
    address : str, optional
        Where to ask; needed for a source that has no address that stays.
    vintage, economies, progress
        As for `import_file`; progress is told bytes, observations or indicators.
    patience : Patience, optional
        When to give up.

    Returns
    -------
    Imported
        The new vintage, or the one that holds the same figures already.

    Raises
    ------
    InputError
        If there is no such source, it has no address, or a name or economy does not fit.
    SourceError
        If the source cannot be reached; nothing has been written then.
    DataError
        If what it sends is not what it should be; nothing has been written then.
    """
    chosen, asked, name = _asked(source, vintage, None, economies, progress)
    asked_of, patience = address or chosen.address, patience or Patience()
    if asked_of is None:
        raise InputError(
            f"{source} has no address that stays: download {chosen.file} from {chosen.page} and use "
            f"cdt data import {source} FILE, or give its present address with --address"
        )
    if chosen.fetch is not None:
        origin, fetch = {"file": asked_of, "address": asked_of}, chosen.fetch
        return _stored(chosen, name, origin, asked, lambda: fetch(asked_of, patience, asked), None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (asked_of.rpartition("/")[2].partition("?")[0] or "file")
        try:
            download(asked_of, path, _LARGEST_DOWNLOAD, patience, progress)
        except SourceError as error:
            raise SourceError(f"{error}; nothing was imported") from None
        origin = {"file": path.name, "address": asked_of}
        return _stored(chosen, name, origin, asked, lambda: chosen.read(path, asked), path)


def _asked(
    source: str, vintage: str | None, retrieved: str | None, economies: Sequence[str], progress: Progress
) -> tuple[Source, Asked, str]:
    """Check what was asked before any file is read."""
    if source not in SOURCES:
        raise InputError(
            f"there is no source {source!r}: the sources are {', '.join(SOURCES)}{nearest(source, SOURCES)}"
        )
    if economies and source != batis.SOURCE.name:
        raise InputError(f"only {batis.SOURCE.name} takes economies to tell apart: {source} keeps all there are")
    today = _today()
    try:
        day = date.fromisoformat(retrieved) if retrieved else today
    except ValueError:
        raise InputError(f"{retrieved!r} is no date: write it as 2027-05-21") from None
    if day > today:
        raise InputError(f"the file cannot have been obtained on {day}, which is yet to come")
    name = vintage or day.isoformat()
    vintages.check_name(name)
    return SOURCES[source], Asked(day, tuple(map(iso3, economies)), progress), name


def _today() -> date:
    return datetime.now(UTC).date()


def _stored(
    source: Source, name: str, origin: dict[str, Any], asked: Asked, read: Callable[[], Reading], path: Path | None
) -> Imported:
    """Read and write a vintage, saying of a failure whose it is and that it changed nothing."""
    if path is not None:
        with path.open("rb") as file:
            origin["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        check_free(source, name, origin["sha256"])
    try:
        return store(source, name, read(), {**origin, "retrieved": asked.retrieved.isoformat()})
    except SourceError as error:
        raise SourceError(f"{error}; nothing was imported") from None
    except DataError as error:
        raise DataError(f"{origin['file']}: {error}; nothing was imported") from None
