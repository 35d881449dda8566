"""From what was read to a new vintage: checked in memory, written to a folder beside, switched on by one renaming."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade import ownership, tables, vintages
from carec_digital_trade.datasets import describe
from carec_digital_trade.errors import DataError, InputError

_SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"
_STALE = 24 * 3600
"""Seconds after which what a killed import left behind is removed."""

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


def store(source: Source, name: str, reading: Reading, origin: Mapping[str, Any]) -> Imported:
    """Write what was read as a vintage.

    Parameters
    ----------
    source : Source
        Where it comes from.
    name : str
        Name of the vintage.
    reading : Reading
        Its tables.
    origin : mapping
        What the descriptor says of the file: file, address, sha256, retrieved.

    Returns
    -------
    Imported
        The new vintage, or the one that holds the same figures already.

    Raises
    ------
    InputError
        If the source has another vintage of that name.
    DataError
        If a table breaks its schema; nothing has been written then.
    """
    origin = {**origin, **reading.about, "imported": datetime.now(UTC).isoformat(), "notes": list(reading.notes)}
    files = {table: frame.to_csv(index=False, lineterminator="\n").encode() for table, frame in reading.frames.items()}
    resources = [_resource(source, name, reading.frames[table], data, table, origin) for table, data in files.items()]
    rows = {resource["name"]: resource["rows"] for resource in resources}
    hashes = {resource["name"]: resource["hash"] for resource in resources}
    vintages.look_again()
    for each in vintages.imported_vintages():
        held = vintages.descriptor(each.folder)["resources"] if each.source == source.name else []
        if {resource["name"]: resource["hash"] for resource in held} == hashes:
            return Imported(source.name, each.name, each.folder, rows, reading.notes, unchanged=True)
    check_free(source, name)
    for resource in resources:
        for row, problem in tables.parsed(files[resource["name"]], resource)[1]:
            raise DataError(f"{resource['name']}{'' if row is None else f', row {row}'}: {problem}")
    folder = vintages.vintages_folder() / source.name / name
    with _switched_on(folder) as partial:
        for table, data in files.items():
            _write(partial / "raw" / f"{table}.csv", data)
            _write(partial / "checksums" / f"{table}.txt", "\n".join([*tables.checksums(data), ""]).encode("ascii"))
        package = {
            "$schema": _SCHEMA,
            "name": f"carec-digital-trade-{source.name.replace('_', '-')}",
            "title": source.title,
            "created": origin["imported"],
            "origin": origin,
            "resources": resources,
        }
        _write(partial / vintages.DESCRIPTOR, f"{json.dumps(package, indent=1, ensure_ascii=False)}\n".encode())
    vintages.forget()
    return Imported(source.name, name, folder, rows, reading.notes)


def check_free(source: Source, name: str, sha256: str | None = None) -> None:
    """Refuse a name that a vintage of the source has already, unless it was made from the very file of that hash.

    Raises
    ------
    InputError
        If it is taken.
    """
    folder = vintages.vintages_folder() / source.name / name
    if folder.parent.is_symlink() or (os.path.lexists(folder.parent) and not folder.parent.is_dir()):
        raise InputError(f"{folder.parent} is no folder but a link or a file: move it away")
    made = [vintages.descriptor(each.folder) for each in vintages.imported_vintages() if each.folder == folder]
    if os.path.lexists(folder) and (sha256 is None or sha256 not in [each["origin"].get("sha256") for each in made]):
        raise InputError(
            f"{source.name} has a vintage {name} already, and vintages do not change: give the new one another name "
            f"with --vintage, such as {name}-b"
        )


def template(table: str) -> dict[str, Any]:
    """Return the descriptor that an imported table is given, but for what is its own.

    Parameters
    ----------
    table : str
        Name of the table.

    Returns
    -------
    dict
        The bundled table's, or one that lies beside this module where the package comes without the table.
    """
    own = Path(__file__).with_name(f"{table}.json")
    return json.loads(own.read_text(encoding="utf-8")) if own.is_file() else describe(table)


def _resource(
    source: Source, name: str, frame: pd.DataFrame, data: bytes, table: str, origin: dict[str, Any]
) -> dict[str, Any]:
    resource = template(table) | source.changes.get(table, {})
    for column in resource["schema"]["fields"]:
        column.pop("vintage", None)
        if column["name"] == "year" and len(frame):
            limits = column["constraints"]
            limits["minimum"] = min(limits["minimum"], int(frame["year"].min()))
            limits["maximum"] = max(limits["maximum"], int(frame["year"].max()))
    return resource | {
        "path": f"raw/{table}.csv",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "sources": [{"title": source.title, "path": source.page}],
        "vintage": name,
        "retrieved": origin["retrieved"],
        "rows": len(frame),
        "origin": origin,
    }


@contextmanager
def _switched_on(folder: Path) -> Iterator[Path]:
    """Give a folder to fill, which becomes the vintage's in one step, or is removed."""
    partial = ownership.part(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for leftover in ownership.parts(folder.parent):
        if ownership.is_marked(leftover) and time.time() - leftover.stat().st_mtime > _STALE:
            shutil.rmtree(leftover, ignore_errors=True)
    try:
        partial.mkdir()
        ownership.mark(partial)
        (partial / "raw").mkdir()
        (partial / "checksums").mkdir()
        yield partial
        for each in (partial / "raw", partial / "checksums", partial):
            _sync_folder(each)
        partial.rename(folder)
        ownership.unmark(folder)
        _sync_folder(folder.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a folder's entries last, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
