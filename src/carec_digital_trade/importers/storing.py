"""A new vintage: checked in memory, written to a folder beside, and switched on by one renaming."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade import ownership, tables, vintages
from carec_digital_trade.datasets import describe
from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.importers.source import Imported, Reading, Source
from carec_digital_trade.vintages import Vintage

_SCHEMA = "https://datapackage.org/profiles/2.0/datapackage.json"
_TEMPLATES = Path(__file__).parent
_STALE = 24 * 3600
"""Seconds after which what a killed import left behind is removed."""


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
    files = {table: _csv(frame) for table, frame in reading.frames.items()}
    resources = [_resource(source, name, reading.frames[table], data, table, origin) for table, data in files.items()]
    rows = {resource["name"]: resource["rows"] for resource in resources}
    same = _same(source, resources)
    if same is not None:
        return Imported(source.name, same.name, same.folder, rows, reading.notes, unchanged=True)
    check_free(source, name)
    for resource in resources:
        for row, problem in tables.schema_faults(files[resource["name"]], resource):
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
    """Refuse a name that a vintage of the source has already.

    Parameters
    ----------
    source : Source
        Whose vintages to look at.
    name : str
        The new name.
    sha256 : str, optional
        Hash of the file to be read; a vintage that was made from the very file does not stand in its way.

    Raises
    ------
    InputError
        If it is taken.
    """
    folder = vintages.vintages_folder() / source.name / name
    if folder.parent.is_symlink() or (os.path.lexists(folder.parent) and not folder.parent.is_dir()):
        raise InputError(f"{folder.parent} is no folder but a link or a file: move it away")
    if os.path.lexists(folder) and (sha256 is None or _sha256(source, name) != sha256):
        raise InputError(
            f"{source.name} has a vintage {name} already, and vintages do not change: give the new one another name "
            f"with --vintage, such as {name}-b"
        )


def _sha256(source: Source, name: str) -> str | None:
    """Return the hash of the file that a vintage was made from, if it can be read."""
    found = [each for each in vintages.imported_vintages() if (each.source, each.name) == (source.name, name)]
    return vintages.descriptor(found[0].folder)["origin"].get("sha256") if found else None


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
    own = _TEMPLATES / f"{table}.json"
    return json.loads(own.read_text(encoding="utf-8")) if own.is_file() else describe(table)


def _resource(
    source: Source, name: str, frame: pd.DataFrame, data: bytes, table: str, origin: dict[str, Any]
) -> dict[str, Any]:
    resource = template(table)
    resource |= deepcopy(dict(source.changes.get(table, {})))
    for field in resource["schema"]["fields"]:
        field.pop("vintage", None)
        if field["name"] == "year" and len(frame):
            limits = field["constraints"]
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


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


def _same(source: Source, resources: list[dict[str, Any]]) -> Vintage | None:
    """Find the vintage of the source that holds these very figures."""
    vintages.look_again()
    hashes = {resource["name"]: resource["hash"] for resource in resources}
    for each in vintages.imported_vintages():
        held = vintages.descriptor(each.folder)["resources"] if each.source == source.name else []
        if {resource["name"]: resource["hash"] for resource in held} == hashes:
            return each
    return None


@contextmanager
def _switched_on(folder: Path) -> Iterator[Path]:
    """Give a folder to fill, which becomes the vintage's in one step, or is removed."""
    partial = ownership.part(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder.parent)
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


def _remove_leftovers(parent: Path) -> None:
    for leftover in ownership.parts(parent):
        if ownership.is_marked(leftover) and time.time() - leftover.stat().st_mtime > _STALE:
            shutil.rmtree(leftover, ignore_errors=True)


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
