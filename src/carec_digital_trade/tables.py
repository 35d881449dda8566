"""Is a table's file the one that its descriptor describes, and what is in it?

A descriptor is a Data Resource of the Data Package standard. The file is checked against its hash, row by row against
the list of checksums beside it if the hash differs, and column by column against the schema.
"""

import hashlib
import io
import zlib
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade import ownership
from carec_digital_trade.csvtext import CsvText
from carec_digital_trade.errors import DataError, excerpt

_LARGEST = 100_000_000
"""Bytes of a table; the largest, trade by partner, has some 30 million."""
_MOST_LISTED = 20
_DTYPES = {"string": "str", "integer": "int64", "number": "float64", "date": "datetime64[us]"}


def read(folder: Path, resource: dict[str, Any]) -> pd.DataFrame:
    """Return a table as a tidy frame, checked.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the Data Package.
    resource : dict
        Data Resource.

    Returns
    -------
    pandas.DataFrame
        The columns of the schema, then the constant columns under ``adds``; missing values are NaN, also where a zero
        stands for "not reported".

    Raises
    ------
    DataError
        If the file is not the one described, naming file, row, column and what was expected.
    """
    frame, found = _checked(folder, resource)
    for row, problem in found:
        where = "" if row is None else f", row {row}"
        raise DataError(f"{resource['path']}{where}: {problem}")
    return _tidy(frame, resource)


def faults(folder: Path, resource: dict[str, Any]) -> list[tuple[int | None, str]]:
    """Find what is wrong with a table's file.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the Data Package.
    resource : dict
        Data Resource.

    Returns
    -------
    list of (row, problem)
        Changed rows or, in a file with the right hash, rows that break the schema; the row is a line of the file, the
        header being 1, or None if the fault is not in one line. Empty if all is well.
    """
    return _checked(folder, resource)[1]


def schema_faults(data: bytes, resource: dict[str, Any]) -> list[tuple[int | None, str]]:
    """Find the rows of a file that break the schema.

    Parameters
    ----------
    data : bytes
        The file.
    resource : dict
        Data Resource.

    Returns
    -------
    list of (row, problem)
        As `faults` returns them.
    """
    return _parsed(data, resource)[1]


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
    return [f"{zlib.crc32(row):08x}" for row in _rows(data)]


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


def _rows(data: bytes) -> list[bytes]:
    return data.removesuffix(b"\n").split(b"\n")


def _changed_row(text: str | None) -> str:
    if text is None:
        return "this row and what follows it is missing"
    return f"the row is not the published one, it reads {excerpt(text)!r}"


def _changed_rows(data: bytes, folder: Path, resource: dict[str, Any]) -> list[tuple[int, str | None]]:
    """Compare row by row with the list of checksums, so that a changed digit can be found; none without a header."""
    sums = ownership.read(folder / "checksums" / f"{resource['name']}.txt", ownership.LARGEST_TABLE)
    expected = sums.decode("ascii", "replace").split()
    rows = _rows(data)
    if f"{zlib.crc32(rows[0]):08x}" != expected[0]:
        return []
    changed: list[tuple[int, str | None]] = [
        (number, text.decode("utf-8", "replace"))
        for number, text in enumerate(rows, start=1)
        if number > len(expected) or f"{zlib.crc32(text):08x}" != expected[number - 1]
    ]
    if len(rows) < len(expected):
        changed.append((len(rows) + 1, None))
    return changed


_Faults = list[tuple[int | None, str]]


def _checked(folder: Path, resource: dict[str, Any]) -> tuple[pd.DataFrame | None, _Faults]:
    """Read a file and find what is wrong with it; there is no frame unless it is the one described."""
    path = folder / resource["path"]
    if not path.resolve().is_relative_to(folder.resolve()):
        return None, [(None, f"the path in the descriptor leads out of {folder}")]
    if not path.is_file():
        return None, [(None, f"the file is missing from {path.parent}")]
    if path.stat().st_size > _LARGEST:
        return None, [(None, f"the file has more than {_LARGEST / 1e6:,.0f} MB, which no table has")]
    data = ownership.read(path, _LARGEST)
    algorithm, _, expected = resource["hash"].partition(":")
    if hashlib.new(algorithm, data).hexdigest() == expected:
        return _parsed(data, resource)
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found: _Faults = [(None, "its line ends have been changed: they are line feeds alone")] if lines != data else []
    changed = _changed_rows(lines, folder, resource)
    found += [(row, _changed_row(text)) for row, text in changed[:_MOST_LISTED]]
    if len(changed) > _MOST_LISTED:
        found.append((None, f"{len(changed) - _MOST_LISTED:,} more rows are not the published ones"))
    return None, found or [(None, f"the file's {algorithm} is not the one in the descriptor ({expected})")]


def _parsed(data: bytes, resource: dict[str, Any]) -> tuple[pd.DataFrame | None, _Faults]:
    """Read the content of a file and find the rows that break the schema."""
    import pandera.errors  # noqa: PLC0415  (slow to import, and needed only here)

    try:
        frame = _parse(data, resource)
        pandera_schema(resource).validate(frame, lazy=True)
    except (DataError, ValueError) as error:  # of pandas, such as a row of too many fields
        return None, [(None, excerpt(" ".join(str(error).split())))]
    except pandera.errors.SchemaErrors as error:
        return frame, [_schema_fault(case) for case in error.failure_cases.itertuples()]
    return frame, []


def _schema_fault(case: Any) -> tuple[int | None, str]:
    row = None if pd.isna(case.index) else int(case.index) + 2
    return row, f"column {case.column}: {excerpt(repr(case.failure_case))} breaks {case.check}"


def _parse(data: bytes, resource: dict[str, Any]) -> pd.DataFrame:
    """Read the CSV with the types of the schema; only the schema's marks are missing (NA is Namibia's code)."""
    schema = resource["schema"]
    text = CsvText(io.BytesIO(data), "utf-8")
    expected = [field["name"] for field in schema["fields"]]
    if text.columns != expected:
        raise DataError(f"the columns are {', '.join(text.columns)}, expected {', '.join(expected)}")
    text.seek(0)
    raw = pd.read_csv(text, dtype="str", keep_default_na=False, na_values=schema["missingValues"])
    return pd.DataFrame({field["name"]: _typed(raw[field["name"]], field) for field in schema["fields"]})


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


def _tidy(frame: pd.DataFrame, resource: dict[str, Any]) -> pd.DataFrame:
    for field in resource["schema"]["fields"]:
        if field.get("zeroIsMissing"):
            frame[field["name"]] = frame[field["name"]].mask(frame[field["name"]] == 0)
    return frame.assign(**resource.get("adds", {}))
