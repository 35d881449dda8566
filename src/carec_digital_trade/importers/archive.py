"""A downloaded file as a stream of bytes, taken out of its zip archive without writing anything.

An archive is refused before it is read if it lists too many members, if one would be written outside its folder or
unpacks to more than the source can hold. A member that lies about its size is cut at the size it declares and then
fails its checksum; of the ways to pack, only deflation is read, since it gives little at a time.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

from carec_digital_trade.errors import DataError

BOM = b"\xef\xbb\xbf"
_ENCRYPTED = 0x1
_MOST_MEMBERS = 1_000
_HEAD = 65_536
_KINDS = {b"<": "a web page", b"{": "JSON", b"[": "JSON"}
"""What else is found under the name of a CSV file, by its first character."""


@contextmanager
def unpacked(path: Path, pattern: str, largest: int, columns: Sequence[str] = ()) -> Iterator[IO[bytes]]:
    """Open a file, or the member of a zip archive that is meant.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    pattern : str
        What the member's name looks like, as for a shell, in any letter case.
    largest : int
        Bytes that it may have, packed and unpacked.
    columns : sequence of str
        By which the file is told from others in the archive.

    Yields
    ------
    file object
        For reading bytes, after any byte-order marks.

    Raises
    ------
    DataError
        If it is empty, too large, damaged, no safe archive, or no text.
    """
    size = path.stat().st_size
    if size == 0:
        raise DataError("the file is empty")
    _check_size(f"{path.name} has", size, largest)
    with _File(path) as file:
        if not zipfile.is_zipfile(file):
            file.seek(0)
            yield _text(file)
            return
        try:
            with zipfile.ZipFile(file) as archive, archive.open(_member(archive, pattern, largest, columns)) as stream:
                yield _text(stream)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise DataError("the archive is damaged or cut off: download it again") from None


class _File(io.BufferedReader):
    """A file that is not read by the megabyte, as zipfile does with the list of members before one can count them."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))

    def read(self, size: int | None = -1) -> bytes:
        if size and size > _MOST_MEMBERS * 1_000:
            raise _too_many()
        return super().read(size)


def _too_many() -> DataError:
    return DataError(f"the archive lists more than {_MOST_MEMBERS:,} files, which no archive of a source does")


def _member(archive: zipfile.ZipFile, pattern: str, largest: int, columns: Sequence[str]) -> zipfile.ZipInfo:
    if len(archive.infolist()) > _MOST_MEMBERS:
        raise _too_many()
    for member in archive.infolist():
        if not _stays_inside(member.filename):
            raise DataError(f"the archive holds a file that would be written outside its folder: {member.filename!r}")
        _check_size(f"{member.filename} has", member.file_size, largest, " unpacked")
    # A Mac adds a file beside each, which holds what only a Mac wants to know of it.
    paths = {member: PurePosixPath(member.filename) for member in archive.infolist()}
    files = [each for each, at in paths.items() if at.suffix.lower() == ".csv" and not at.name.startswith("._")]
    found = [member for member in files if fnmatch(paths[member].name.lower(), pattern.lower())] or files
    if len(found) > 1:
        found = [member for member in found if _has(archive, member, columns)] or found
    if len(found) != 1:
        names = ", ".join(member.filename for member in found) or "none"
        raise DataError(f"the archive must hold one CSV file like {pattern} and holds {names}")
    if found[0].flag_bits & _ENCRYPTED:
        raise DataError("the archive is encrypted: unpack it and import the CSV")
    if not _is_read(found[0]):
        raise DataError("the archive is packed in a way that cannot be read here: unpack it and import the CSV")
    if not found[0].file_size:
        raise DataError(f"{found[0].filename} in the archive is empty")
    return found[0]


def _is_read(member: zipfile.ZipInfo) -> bool:
    packed = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return packed and not member.flag_bits & _ENCRYPTED


def _has(archive: zipfile.ZipFile, member: zipfile.ZipInfo, columns: Sequence[str]) -> bool:
    """Say whether the first line of a member names the columns, as that of a file of metadata does not."""
    if not columns or not _is_read(member):
        return False
    with archive.open(member) as stream:
        header = stream.readline(_HEAD)
    return all(column.encode() in header for column in columns)


def _stays_inside(name: str) -> bool:
    return all(
        not path.is_absolute() and not path.drive and ".." not in path.parts
        for path in (PurePosixPath(name), PureWindowsPath(name))
    )


def _check_size(name: str, size: int, largest: int, how: str = "") -> None:
    if size > largest:
        raise DataError(f"{name} {size / 1e9:,.1f} GB{how} and this source has no file above {largest / 1e9:,.1f} GB")


def _text(stream: Any) -> Any:
    """Refuse what is no CSV file in UTF-8 or latin-1, and skip byte-order marks, of which some programs write two."""
    while stream.peek(len(BOM)).startswith(BOM):
        stream.read(len(BOM))
    head = stream.peek(512)[:512]
    if head.startswith(b"PK"):
        raise DataError("the archive is damaged or cut off: download it again")
    if head.startswith(b"\x1f\x8b"):
        raise DataError("the file is packed with gzip: unpack it and import the CSV")
    if kind := _KINDS.get(head.lstrip()[:1]):
        raise DataError(f"the file is {kind} and not a CSV file: download it anew from its page")
    if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("the file is in UTF-16, or no text at all: save it as CSV in UTF-8 and import that")
    return stream
