"""Rows of a CSV file as text, whole or in chunks, with the columns that are expected.

Whatever the file claims to be, no more of it is in memory than a chunk of rows of the width of its header.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pandas as pd

from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import checking
from carec_digital_trade.importers.archive import unpacked

LONGEST_LINE = 65_536
MOST_ROWS = 1_000_000
"""Of what is kept whole; the largest such file, the WTO's, has 76 thousand."""
_CHUNK = 50_000
_LONGEST_CHUNK = 100_000_000
_NO_ROWS = "the file has a header and no rows"


def text_rows(path: Path, pattern: str, columns: Sequence[str], largest: int) -> pd.DataFrame:
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

    Returns
    -------
    pandas.DataFrame
        All text, "NA" and empty fields as they stand; row i is line i + 2 of a file without line breaks in fields.

    Raises
    ------
    DataError
        If the file is empty, too large, a web page, damaged, cut off, or lacks a column.
    """

    def read(encoding: str) -> pd.DataFrame:
        return gathered(text_chunks(path, pattern, columns, largest, _CHUNK, encoding=encoding))

    try:
        return read("utf-8")[list(columns)]
    except UnicodeDecodeError:
        return read("latin-1")[list(columns)]


def gathered(chunks: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Put chunks together.

    Parameters
    ----------
    chunks : iterable of pandas.DataFrame
        From `text_chunks`, or what is wanted of them.

    Returns
    -------
    pandas.DataFrame
        All their rows, indexed as they were.

    Raises
    ------
    DataError
        If they are more than `MOST_ROWS`.
    """
    kept, rows = [], 0
    for chunk in chunks:
        kept.append(chunk)
        rows += len(chunk)
        if rows > MOST_ROWS:
            raise DataError(f"the file has more than {MOST_ROWS:,} rows, and its source has none of so many")
    return pd.concat(kept)


def text_chunks(
    path: Path,
    pattern: str,
    columns: Sequence[str],
    largest: int,
    size: int,
    optional: Sequence[str] = (),
    encoding: str = "latin-1",
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
    encoding : str
        Of the file; latin-1 reads any, and codes and numbers rightly.
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
    with unpacked(path, pattern, largest, columns) as stream:
        text = _Text(stream, encoding)
        checking.all_there("column", columns, text.columns)
        wanted = [name for name in text.columns if name in columns or name in optional]
        if len(set(wanted)) < len(wanted):
            raise DataError(f"a column comes twice: the columns are {', '.join(text.columns)}")
        places = [text.columns.index(name) for name in wanted]
        chunks = _parsed(text, names=wanted, usecols=places, chunksize=size, header=None, **options)
        for chunk in _guarded(chunks):
            text.since = 0
            yield chunk


class _Text(io.TextIOWrapper):
    """The text of a CSV file after its header, lines ending in a line feed, that stops what would fill the memory.

    Attributes
    ----------
    columns : list of str
        Names in the header.
    since : int
        Characters that have been read since somebody set it to zero.
    """

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        super().__init__(stream, encoding)
        self._tail = self.readline(LONGEST_LINE)
        self._unended = len(self._tail)
        self._check_line()
        self.columns = next(csv.reader([self._tail]), [])
        self.since = 0

    def read(self, size: int | None = -1) -> str:
        block = super().read(size)
        if not block:
            self._check_last_line()
            return block
        lines = block.count("\n")
        self._unended = len(block) - block.rfind("\n") if lines else self._unended + len(block)
        self._check_line()
        if block.count(",") > 4 * len(self.columns) * (lines + 1) + LONGEST_LINE / 8:
            raise DataError(f"the file has lines of far more fields than the {len(self.columns)} of its header")
        self.since += len(block)
        if self.since > _LONGEST_CHUNK:
            raise DataError("the file has a quoted field that does not end")
        self._tail = (self._tail + block)[-LONGEST_LINE:]
        return block

    def _check_line(self) -> None:
        if self._unended >= LONGEST_LINE:
            raise DataError(f"the file has a line of more than {LONGEST_LINE:,} characters, so it is not a CSV file")

    def _check_last_line(self) -> None:
        """Refuse a file whose last line has fewer fields than its header: it was cut off."""
        last = self._tail.rstrip("\n").rpartition("\n")[2]
        wanted, found = len(self.columns), len(next(csv.reader([last]), []))
        if found < wanted:
            raise DataError(f"the file is cut off: its last line has {found} of {wanted} fields")


def _guarded(chunks: Any) -> Iterator[pd.DataFrame]:
    while True:
        try:
            chunk = next(chunks)
        except StopIteration:
            return
        except UnicodeDecodeError:
            raise
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
    except UnicodeDecodeError:
        raise
    except (pd.errors.ParserError, ValueError) as error:
        raise DataError(_explained(error)) from None


def _explained(error: Exception) -> str:
    return f"the file is not the CSV file that is expected ({' '.join(str(error).split())})"
