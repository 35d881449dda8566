"""The text of a CSV file that was made elsewhere, and may be anything."""

import csv
import io
from typing import IO

from carec_digital_trade.errors import DataError

LONGEST_LINE = 65_536
_LONGEST_CHUNK = 100_000_000
_SPARE_FIELDS = 10_000
"""Commas that text in quotes may have besides."""


class CsvText(io.TextIOWrapper):
    """The text of a CSV file after its header, lines ending in a line feed, that stops what would fill the memory.

    Attributes
    ----------
    columns : list of str
        Names in the header.
    since : int
        Characters that have been read since somebody set it to zero, as is done after each chunk of rows.

    Raises
    ------
    DataError
        From whoever reads it, if a line, the number of its fields or a quoted field is too long, or the last line was
        cut off.
    """

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        super().__init__(stream, encoding)
        self._tail = self.readline(LONGEST_LINE)
        self._unended = len(self._tail)
        self._check_line()
        self.columns = next(csv.reader([self._tail]), [])
        self.since = 0

    def read(self, size: int | None = -1) -> str:
        """Read on, as any text does."""
        block = super().read(size)
        if not block:
            self._check_last_line()
            return block
        lines = block.count("\n")
        self._unended = len(block) - block.rfind("\n") if lines else self._unended + len(block)
        self._check_line()
        if block.count(",") > 4 * len(self.columns) * (lines + 1) + _SPARE_FIELDS:
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
