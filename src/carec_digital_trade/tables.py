"""Is a table's file the one that its descriptor describes, and what is in it?

A descriptor is a Data Resource of the Data Package standard. The file is checked against its hash, row by row against
the list of checksums beside it if the hash differs, and column by column against the schema.
"""

import csv
import hashlib
import io
import zlib
from pathlib import Path
from typing import IO, Any

import pandas as pd

from carec_digital_trade import ownership
from carec_digital_trade.errors import DataError, excerpt

Faults = list[tuple[int | None, str]]
"""Row and problem: the row is a line of the file, the header being 1, or None if the fault is not in one line."""
_LARGEST = 100_000_000
"""Bytes of a table; the largest, trade by partner, has some 30 million."""
_MOST_LISTED = 20
_DTYPES = {"string": "str", "integer": "int64", "number": "float64", "date": "datetime64[us]"}


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

    LONGEST_LINE = 65_536
    LONGEST_CHUNK = 100_000_000
    SPARE_FIELDS = 10_000
    """Commas that text in quotes may have besides."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        super().__init__(stream, encoding)
        self._tail = self.readline(self.LONGEST_LINE)
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
        if block.count(",") > 4 * len(self.columns) * (lines + 1) + self.SPARE_FIELDS:
            raise DataError(f"the file has lines of far more fields than the {len(self.columns)} of its header")
        self.since += len(block)
        if self.since > self.LONGEST_CHUNK:
            raise DataError("the file has a quoted field that does not end")
        self._tail = (self._tail + block)[-self.LONGEST_LINE :]
        return block

    def _check_line(self) -> None:
        if self._unended >= self.LONGEST_LINE:
            many = f"more than {self.LONGEST_LINE:,} characters"
            raise DataError(f"the file has a line of {many}, so it is not a CSV file")

    def _check_last_line(self) -> None:
        """Refuse a file whose last line has fewer fields than its header: it was cut off."""
        last = self._tail.rstrip("\n").rpartition("\n")[2]
        wanted, found = len(self.columns), len(next(csv.reader([last]), []))
        if found < wanted:
            raise DataError(f"the file is cut off: its last line has {found} of {wanted} fields")


def checked(folder: Path, resource: dict[str, Any]) -> tuple[pd.DataFrame | None, Faults]:
    """Read a table's file and find what is wrong with it.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the Data Package.
    resource : dict
        Data Resource.

    Returns
    -------
    frame : pandas.DataFrame or None
        The columns of the schema; None unless the file is the one described.
    faults : list of (row, problem)
        Changed rows or, in a file with the right hash, rows that break the schema. Empty if all is well.
    """
    path = folder / resource["path"]
    if not path.resolve().is_relative_to(folder.resolve()):
        return None, [(None, f"the path in the descriptor leads out of {folder}")]
    if not path.is_file():
        return None, [(None, f"the file is missing from {path.parent}")]
    try:
        data = ownership.read(path, _LARGEST)
    except OSError as error:
        return None, [(None, f"the file cannot be read: {error.strerror}")]
    algorithm, _, expected = resource["hash"].partition(":")
    if hashlib.new(algorithm, data).hexdigest() == expected:
        return parsed(data, resource)
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    faults: Faults = [(None, "its line ends have been changed: they are line feeds alone")] if lines != data else []
    faults += _changed_rows(lines, folder, resource)
    return None, faults or [(None, f"the file's {algorithm} is not the one in the descriptor ({expected})")]


def parsed(data: bytes, resource: dict[str, Any]) -> tuple[pd.DataFrame | None, Faults]:
    """Read the content of a file with the types of the schema, and find the rows that break it.

    Parameters
    ----------
    data : bytes
        The file; only the schema's marks are missing values (NA is Namibia's code).
    resource : dict
        Data Resource.

    Returns
    -------
    frame, faults
        As `checked` returns them.
    """
    import pandera.errors  # noqa: PLC0415  (slow to import, and needed only here)

    schema = resource["schema"]
    expected = [field["name"] for field in schema["fields"]]
    try:
        text = CsvText(io.BytesIO(data), "utf-8")
        if text.columns != expected:
            raise DataError(f"the columns are {', '.join(text.columns)}, expected {', '.join(expected)}")
        text.seek(0)
        raw = pd.read_csv(text, dtype="str", keep_default_na=False, na_values=schema["missingValues"])
        frame = pd.DataFrame({field["name"]: _typed(raw[field["name"]], field) for field in schema["fields"]})
        pandera_schema(resource).validate(frame, lazy=True)
    except (DataError, ValueError) as error:  # of pandas, such as a row of too many fields
        return None, [(None, excerpt(" ".join(str(error).split())))]
    except pandera.errors.SchemaErrors as error:
        return frame, [
            (
                None if pd.isna(case.index) else int(case.index) + 2,
                f"column {case.column}: {excerpt(repr(case.failure_case))} breaks {case.check}",
            )
            for case in error.failure_cases.itertuples()
        ]
    return frame, []


def checksums(data: bytes) -> list[str]:
    """Return the CRC-32 of each row of a file, by which a changed row is found.

    Parameters
    ----------
    data : bytes
        The file, its lines ending in a line feed.

    Returns
    -------
    list of str
        Eight hexadecimal digits a row, the header's first.
    """
    return [f"{zlib.crc32(row):08x}" for row in data.removesuffix(b"\n").split(b"\n")]


def pandera_schema(resource: dict[str, Any]) -> Any:
    """Build the pandera schema of a table from its descriptor.

    Parameters
    ----------
    resource : dict
        Data Resource.

    Returns
    -------
    pandera.DataFrameSchema
        Strict: columns, their order, types, constraints and the primary key.
    """
    import pandera.pandas as pa  # noqa: PLC0415  (slow to import, and needed only here)

    checks = {
        "minimum": pa.Check.ge,
        "maximum": pa.Check.le,
        "enum": pa.Check.isin,
        "pattern": lambda pattern: pa.Check.str_matches(f"^(?:{pattern})$"),
    }
    columns = {}
    for field in resource["schema"]["fields"]:
        constraints = field.get("constraints", {})
        columns[field["name"]] = pa.Column(
            _DTYPES[field["type"]],
            [checks[key](value) for key, value in constraints.items() if key in checks],
            nullable=not constraints.get("required", False),
            unique=constraints.get("unique", False),
        )
    return pa.DataFrameSchema(columns, strict=True, ordered=True, unique=resource["schema"].get("primaryKey"))


def _changed_rows(data: bytes, folder: Path, resource: dict[str, Any]) -> Faults:
    """Compare row by row with the list of checksums, so that a changed digit can be found; none without a header."""
    sums = ownership.read(folder / "checksums" / f"{resource['name']}.txt", ownership.LARGEST_TABLE)
    expected, found = sums.decode("ascii", "replace").split(), checksums(data)
    if found[0] != expected[0]:
        return []
    rows = data.removesuffix(b"\n").split(b"\n")
    changed = [n for n in range(len(rows)) if n >= len(expected) or found[n] != expected[n]]
    faults: Faults = [
        (n + 1, f"the row is not the published one, it reads {excerpt(rows[n].decode('utf-8', 'replace'))!r}")
        for n in changed[:_MOST_LISTED]
    ]
    if len(rows) < len(expected):
        faults.append((len(rows) + 1, "this row and what follows it is missing"))
    if len(changed) > _MOST_LISTED:
        faults.append((None, f"{len(changed) - _MOST_LISTED:,} more rows are not the published ones"))
    return faults


def _typed(column: pd.Series, field: dict[str, Any]) -> pd.Series:
    if field["type"] == "string":
        return column
    convert = pd.to_datetime if field["type"] == "date" else pd.to_numeric
    typed = convert(column, errors="coerce")
    bad = typed.isna() & column.notna()
    if bad.any():
        row = bad.idxmax()
        raise DataError(f"row {row + 2}, column {field['name']}: {column[row]!r} is not a {field['type']}")
    if field["type"] == "integer" and typed.isna().any():
        raise DataError(f"row {typed.isna().idxmax() + 2}, column {field['name']}: the value is missing")
    return typed.astype(_DTYPES[field["type"]])
