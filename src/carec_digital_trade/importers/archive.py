"""A downloaded file as a stream of bytes, taken out of its zip archive without writing anything.

An archive is refused before it is read if a member would be written outside its folder or unpacks to more than the
source can hold; a member that lies about its size is cut at the size it declares and then fails its checksum.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from carec_digital_trade.errors import DataError

_ENCRYPTED = 0x1


@contextmanager
def unpacked(path: Path, pattern: str, largest: int) -> Iterator[IO[bytes]]:
    """Open a file, or the member of a zip archive that is meant.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    pattern : str
        What the member's name looks like, as for a shell, in any letter case.
    largest : int
        Bytes that it may unpack to.

    Yields
    ------
    file object
        For reading bytes.

    Raises
    ------
    DataError
        If it is empty, too large, damaged or no safe archive.
    """
    if path.stat().st_size == 0:
        raise DataError("the file is empty")
    if not zipfile.is_zipfile(path):
        _check_size(path.name, path.stat().st_size, largest)
        with path.open("rb") as stream:
            _check_kind(stream.peek(512))
            yield stream
        return
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_member(archive, pattern, largest)) as stream:
            yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise DataError("the archive is damaged or cut off: download it again") from None
    except NotImplementedError:
        raise DataError(
            "the archive is packed in a way that cannot be read here: unpack it and import the CSV"
        ) from None


def _member(archive: zipfile.ZipFile, pattern: str, largest: int) -> zipfile.ZipInfo:
    for member in archive.infolist():
        if not _stays_inside(member.filename):
            raise DataError(f"the archive holds a file that would be written outside its folder: {member.filename!r}")
        _check_size(member.filename, member.file_size, largest)
    files = [member for member in archive.infolist() if member.filename.lower().endswith(".csv")]
    meant = [member for member in files if fnmatch(PurePosixPath(member.filename).name.lower(), pattern.lower())]
    found = meant or files
    if len(found) != 1:
        names = ", ".join(member.filename for member in found) or "none"
        raise DataError(f"the archive must hold one CSV file like {pattern} and holds {names}")
    if found[0].flag_bits & _ENCRYPTED:
        raise DataError("the archive is encrypted: unpack it and import the CSV")
    if not found[0].file_size:
        raise DataError(f"{found[0].filename} in the archive is empty")
    return found[0]


def _stays_inside(name: str) -> bool:
    return all(
        not path.is_absolute() and not path.drive and ".." not in path.parts
        for path in (PurePosixPath(name), PureWindowsPath(name))
    )


def _check_size(name: str, size: int, largest: int) -> None:
    if size > largest:
        raise DataError(
            f"{name} has {size / 1e9:,.1f} GB unpacked and this source has no file above {largest / 1e9:,.1f} GB"
        )


def _check_kind(head: bytes) -> None:
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        raise DataError("the file is a web page and not a CSV file: download it anew from its page")
    if head.startswith(b"PK"):
        raise DataError("the archive is damaged or cut off: download it again")
