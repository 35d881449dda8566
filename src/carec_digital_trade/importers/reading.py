"""Rows of a CSV file as text, whole or in chunks, with the columns that are expected.

Whatever the file claims to be, no more of it is in memory than a chunk of rows of the width of its header.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pandas as pd

from carec_digital_trade.csvtext import CsvText
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import checking
from carec_digital_trade.importers.archive import unpacked

MOST_ROWS = 1_000_000
"""Of what is kept whole; the largest such file, the WTO's, has 76 thousand."""
_CHUNK = 50_000
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

    def read(encoding: str) -> pd.DataFrame:
        return gathered(text_chunks(path, pattern, columns, largest, _CHUNK, optional, encoding))

    try:
        return read("utf-8")
    except UnicodeDecodeError:
        return read("latin-1")


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
        text = CsvText(stream, encoding)
        checking.all_there("column", columns, text.columns)
        wanted = [name for name in text.columns if name in columns or name in optional]
        if len(set(wanted)) < len(wanted):
            raise DataError(f"a column comes twice: the columns are {', '.join(text.columns)}")
        places = [text.columns.index(name) for name in wanted]
        chunks = _parsed(text, names=wanted, usecols=places, chunksize=size, header=None, **options)
        for chunk in _guarded(chunks):
            text.since = 0
            yield chunk


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
