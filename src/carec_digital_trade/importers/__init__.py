"""Importers: a new vintage of the tables of a source, from a downloaded file or from the live source.

Everything is checked before anything is written; a file that fails a check leaves the vintages as they were.
"""

import hashlib
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from carec_digital_trade import vintages
from carec_digital_trade.economies import iso3
from carec_digital_trade.errors import DataError, InputError, nearest
from carec_digital_trade.importers import batis, cyberlaw, data360, oecd, world_bank, wto
from carec_digital_trade.importers.download import Patience, SourceError, download, within
from carec_digital_trade.importers.storing import Asked, Imported, Progress, Reading, Source, check_free, quiet, store
from carec_digital_trade.paths import expanded

__all__ = ["SOURCES", "Asked", "Imported", "Patience", "Reading", "Source", "SourceError", "import_file", "refresh"]

_READERS = {
    "wto_delivered": (wto.read, None),
    "unctad_deliverable": (data360.DELIVERABLE.read, data360.DELIVERABLE.fetch),
    "world_bank": (world_bank.read, world_bank.fetch),
    "cyberlaw": (cyberlaw.read, None),
    "oecd_dstri": (oecd.read, None),
    "itu_coverage": (data360.COVERAGE.read, data360.COVERAGE.fetch),
    "batis": (batis.read, None),
}
_LISTED = tomllib.loads(Path(__file__).with_name("sources.toml").read_text(encoding="utf-8"))

SOURCES = {name: Source(name=name, read=read, fetch=fetch, **_LISTED[name]) for name, (read, fetch) in _READERS.items()}
"""The sources by name."""

_LARGEST_DOWNLOAD = 5_000_000_000
_FIRST_ZONE = timedelta(hours=14)
"""How far the clocks of Kiritimati are ahead of UTC: where a day begins first."""


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
    with _all_or_nothing(path.name):
        return _read(chosen, name, asked, path)


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
    with _all_or_nothing(asked_of), tempfile.TemporaryDirectory() as folder:
        if chosen.fetch is not None:
            reading = chosen.fetch(asked_of, patience, asked)
            origin = {"file": asked_of, "address": asked_of, "retrieved": asked.retrieved.isoformat()}
            return store(chosen, name, reading, origin)
        path = Path(folder) / (asked_of.rpartition("/")[2].partition("?")[0] or "file")
        within(patience.longest, asked_of, lambda: download(asked_of, path, _LARGEST_DOWNLOAD, patience, progress))
        return _read(chosen, name, asked, path, asked_of)


def _asked(
    source: str, vintage: str | None, retrieved: str | None, economies: Sequence[str], progress: Progress
) -> tuple[Source, Asked, str]:
    """Check what was asked before any file is read."""
    if source not in SOURCES:
        raise InputError(
            f"there is no source {source!r}: the sources are {', '.join(SOURCES)}{nearest(source, SOURCES)}"
        )
    if economies and source != "batis":
        raise InputError(f"only batis takes economies to tell apart: {source} keeps all there are")
    today = _today()
    try:
        day = date.fromisoformat(retrieved) if retrieved else today
    except ValueError:
        raise InputError(f"{retrieved!r} is no date: write it as 2027-05-21") from None
    if day > max(today, (datetime.now(UTC) + _FIRST_ZONE).date()):
        raise InputError(f"the file cannot have been obtained on {day}, which is yet to come")
    name = vintage or day.isoformat()
    vintages.check_name(name)
    return SOURCES[source], Asked(day, tuple(map(iso3, economies)), progress), name


def _today() -> date:
    return datetime.now(UTC).date()


@contextmanager
def _all_or_nothing(file: str) -> Iterator[None]:
    """Say of a failure whose it is and that it changed nothing."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"{error}; nothing was imported") from None
    except DataError as error:
        raise DataError(f"{file}: {error}; nothing was imported") from None


def _read(source: Source, name: str, asked: Asked, path: Path, address: str | None = None) -> Imported:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    check_free(source, name, sha256)
    origin = {"file": path.name, "address": address, "sha256": sha256, "retrieved": asked.retrieved.isoformat()}
    return store(source, name, source.read(path, asked), origin)
