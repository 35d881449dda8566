"""Rows of a CSV file as text, whole or in chunks, with the columns that are expected."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pandas as pd

from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import checking
from carec_digital_trade.importers.archive import unpacked

_BOM = b"\xef\xbb\xbf"
_TAIL = 16_384
_NO_ROWS = "the file has a header and no rows"


def text_rows(
    path: Path, pattern: str, columns: Sequence[str], largest: int, optional: Sequence[str] = ()
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

    Returns
    -------
    pandas.DataFrame
        All text, "NA" and empty fields as they stand; row i is line i + 2 of a file without line breaks in fields.

    Raises
    ------
    DataError
        If the file is empty, too large, a web page, damaged, cut off, or lacks a column.
    """
    with unpacked(path, pattern, largest) as stream:
        data = stream.read()
    try:
        text = data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    header = text.partition("\n")[0]
    names = next(csv.reader([header]), [])
    checking.all_there("column", columns, names)
    _check_last_line(header, text[-_TAIL:])
    wanted = [*columns, *(column for column in optional if column in names)]
    frame = _parsed(io.StringIO(text), usecols=wanted)
    if frame.empty:
        raise DataError(_NO_ROWS)
    return frame[wanted]


def text_chunks(
    path: Path,
    pattern: str,
    columns: Sequence[str],
    largest: int,
    size: int,
    optional: Sequence[str] = (),
    **options: Any,
) -> Iterator[pd.DataFrame]:
    """Read a file chunk by chunk.

    Parameters
    ----------
    path, pattern, columns, largest
        As for `text_rows`.
    size : int
        Rows of a chunk.
    optional : sequence of str
        Columns that are read if they are there.
    **options
        For `pandas.read_csv`, such as the type of each column; text by default.

    Yields
    ------
    pandas.DataFrame
        The next rows.

    Raises
    ------
    DataError
        As `text_rows` does.
    """
    with unpacked(path, pattern, largest) as stream:
        header = stream.readline().removeprefix(_BOM).decode("latin-1")
        names = next(csv.reader([header]), [])
        checking.all_there("column", columns, names)
        if not isinstance(stream, zipfile.ZipExtFile):
            _check_last_line(header, _tail(stream))
        wanted = [*columns, *(column for column in optional if column in names)]
        chunks = _parsed(
            stream, names=names, usecols=wanted, chunksize=size, encoding="latin-1", header=None, **options
        )
        yield from _guarded(chunks)


def _guarded(chunks: Any) -> Iterator[pd.DataFrame]:
    while True:
        try:
            chunk = next(chunks)
        except StopIteration:
            return
        except (pd.errors.ParserError, ValueError) as error:
            raise DataError(_explained(error)) from None
        if chunk.empty:
            raise DataError(_NO_ROWS)
        yield chunk


def _parsed(stream: IO[Any], **options: Any) -> Any:
    try:
        return pd.read_csv(stream, **{"dtype": "str", "keep_default_na": False, "na_filter": False, **options})
    except pd.errors.EmptyDataError:
        raise DataError(_NO_ROWS) from None
    except (pd.errors.ParserError, ValueError) as error:
        raise DataError(_explained(error)) from None


def _explained(error: Exception) -> str:
    return f"the file is not the CSV file that is expected ({' '.join(str(error).split())})"


def _tail(stream: IO[bytes]) -> str:
    """Return the last lines of an open file, which stays where it was."""
    place, end = stream.tell(), stream.seek(0, io.SEEK_END)
    stream.seek(max(end - _TAIL, 0))
    tail = stream.read().decode("latin-1")
    stream.seek(place)
    return tail


def _check_last_line(header: str, tail: str) -> None:
    """Refuse a file whose last line has fewer fields than its header: it was cut off."""
    last = tail.rstrip("\r\n").rpartition("\n")[2]
    wanted, found = (len(next(csv.reader([line]), [])) for line in (header, last))
    if found < wanted:
        raise DataError(f"the file is cut off: its last line has {found} of {wanted} fields")
