"""Rows of a downloaded CSV file as text, whole or in chunks, taken out of its zip archive without writing anything.

Whatever the file claims to be, no more of it is in memory than a chunk of rows of the width of its header. An archive
is refused before it is read if it lists too many members, if one would be written outside its folder or unpacks to more
than the source can hold. A member that lies about its size is cut at the size it declares and then fails its checksum;
of the ways to pack, only deflation is read, since it gives little at a time.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any

import pandas as pd

from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import checking
from carec_digital_trade.tables import CsvText

BOM = b"\xef\xbb\xbf"
MOST_ROWS = 1_000_000
"""Of what is kept whole; the largest such file, the WTO's, has 76 thousand."""
_CHUNK = 20_000
_ENCRYPTED = 0x1
_MOST_MEMBERS = 1_000
_TOO_MANY = f"the archive lists more than {_MOST_MEMBERS:,} files, which no archive of a source does"
_NO_ROWS = "the file has a header and no rows"
_KINDS = {b"<": "a web page", b"{": "JSON", b"[": "JSON"}
"""What else is found under the name of a CSV file, by its first character."""


def text_rows(
    path: Path,
    pattern: str,
    columns: Sequence[str],
    largest: int,
    optional: Sequence[str] = (),
    wanted: Callable[[pd.DataFrame], pd.DataFrame] = pd.DataFrame,
) -> pd.DataFrame:
    """Read a file as text.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file in UTF-8 or latin-1, or a zip archive that holds one.
    pattern : str
        What the archive's member is called, as for a shell.
    columns : sequence of str
        Columns that are needed; others are left out.
    largest : int
        Bytes that the file may have.
    optional : sequence of str
        Columns that are read if they are there.
    wanted : callable, optional
        Takes some rows and returns those to keep; all by default.

    Returns
    -------
    pandas.DataFrame
        All text, "NA" and empty fields as they stand; row i is line i + 2 of a file without line breaks in fields.

    Raises
    ------
    DataError
        If the file is empty, too large, a web page, damaged, cut off, lacks a column, or more than `MOST_ROWS` are
        wanted.
    """

    def read(encoding: str) -> pd.DataFrame:
        kept, rows = [], 0
        for chunk in text_chunks(path, pattern, columns, largest, _CHUNK, optional, encoding):
            kept.append(wanted(chunk))
            rows += len(kept[-1])
            if rows > MOST_ROWS:
                raise DataError(f"the file has more than {MOST_ROWS:,} rows, and its source has none of so many")
        return pd.concat(kept)

    try:
        return read("utf-8")
    except UnicodeDecodeError:
        return read("latin-1")


def text_chunks(
    path: Path,
    pattern: str,
    columns: Sequence[str],
    largest: int,
    size: int,
    optional: Sequence[str] = (),
    encoding: str = "latin-1",
    dtype: Any = "str",
) -> Iterator[pd.DataFrame]:
    """Read a file chunk by chunk.

    Parameters
    ----------
    path, pattern, columns, largest, optional
        As for `text_rows`.
    size : int
        Rows of a chunk.
    encoding : str
        Of the file; latin-1 reads any, and codes and numbers rightly.
    dtype : mapping of str to str, optional
        The type of each column; text by default.

    Yields
    ------
    pandas.DataFrame
        The next rows.

    Raises
    ------
    DataError
        As `text_rows` does.
    """
    with unpacked(path, pattern, largest, columns) as stream:
        text = CsvText(stream, encoding)
        checking.all_there("column", columns, text.columns)
        wanted = [name for name in text.columns if name in columns or name in optional]
        if len(set(wanted)) < len(wanted):
            raise DataError(f"a column comes twice: the columns are {', '.join(text.columns)}")
        places = [text.columns.index(name) for name in wanted]
        options = {"keep_default_na": False, "na_filter": False, "chunksize": size, "dtype": dtype}
        try:
            for chunk in pd.read_csv(text, names=wanted, usecols=places, header=None, **options):
                if chunk.empty:
                    raise DataError(_NO_ROWS)
                text.since = 0
                yield chunk
        except pd.errors.EmptyDataError:
            raise DataError(_NO_ROWS) from None
        except UnicodeDecodeError:
            raise
        except (pd.errors.ParserError, ValueError) as error:
            why = " ".join(str(error).split())
            raise DataError(f"the file is not the CSV file that is expected ({why})") from None


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
    _check_size(path.name, size, largest)
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
            raise DataError(_TOO_MANY)
        return super().read(size)


def _member(archive: zipfile.ZipFile, pattern: str, largest: int, columns: Sequence[str]) -> zipfile.ZipInfo:
    """Find the file that is meant, and refuse an archive that is not safe to read."""
    paths = {member: PurePosixPath(member.filename) for member in archive.infolist()}
    if len(paths) > _MOST_MEMBERS:
        raise DataError(_TOO_MANY)
    for member in paths:
        if any(each.is_absolute() or each.drive or ".." in each.parts for each in _read_as(member.filename)):
            raise DataError(f"the archive holds a file that would be written outside its folder: {member.filename!r}")
        _check_size(member.filename, member.file_size, largest, " unpacked")
    # A Mac adds a file beside each, which holds what only a Mac wants to know of it.
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


def _read_as(name: str) -> tuple[PurePosixPath, PureWindowsPath]:
    """Return the path that a member's name is on one system and on another."""
    return PurePosixPath(name), PureWindowsPath(name)


def _is_read(member: zipfile.ZipInfo) -> bool:
    packed = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return packed and not member.flag_bits & _ENCRYPTED


def _has(archive: zipfile.ZipFile, member: zipfile.ZipInfo, columns: Sequence[str]) -> bool:
    """Say whether the first line of a member names the columns, as that of a file of metadata does not."""
    if not columns or not _is_read(member):
        return False
    with archive.open(member) as stream:
        header = stream.readline(CsvText.LONGEST_LINE)
    return all(column.encode() in header for column in columns)


def _check_size(name: str, size: int, largest: int, how: str = "") -> None:
    if size > largest:
        limit = f"this source has no file above {largest / 1e9:,.1f} GB"
        raise DataError(f"{name} has {size / 1e9:,.1f} GB{how} and {limit}")


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
