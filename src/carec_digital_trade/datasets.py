"""The catalogue of data tables: load, describe, verify.

Everything that is known of a table stands in ``data/datapackage.json`` (Frictionless Data Package, version 2).
This module reads it, checks each file against it, and returns tidy frames.
"""

import copy
import hashlib
import io
import json
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade.errors import DataError, InputError, nearest
from carec_digital_trade.paths import bundled

BUNDLED = "bundled"

_DTYPES = {"string": "str", "integer": "int64", "number": "float64", "date": "datetime64[us]"}


def catalogue() -> pd.DataFrame:
    """List the tables.

    Returns
    -------
    pandas.DataFrame
        One row a table: table, title, vintage, retrieved, columns, licence, sources.
    """
    rows = [
        {
            "table": resource["name"],
            "title": resource["title"],
            "vintage": resource["vintage"],
            "retrieved": resource["retrieved"],
            "columns": ", ".join(field["name"] for field in resource["schema"]["fields"]),
            "licence": "; ".join(licence["title"] for licence in resource["licenses"]),
            "sources": "; ".join(source["title"] for source in resource["sources"]),
        }
        for resource in _descriptor()["resources"]
    ]
    return pd.DataFrame(rows)


def describe(name: str, vintage: str = BUNDLED) -> dict[str, Any]:
    """Return what the descriptor says of a table.

    Parameters
    ----------
    name : str
        Table, as in `catalogue`.
    vintage : str
        "bundled", "latest", or the name of a vintage.

    Returns
    -------
    dict
        The Data Resource: title, description, sources, licenses, vintage, retrieved, hash, schema (each column's
        type, description, unit, constraints) and ``adds``, the constant columns that `load` puts in.

    Raises
    ------
    InputError
        If there is no such table or vintage.
    """
    return copy.deepcopy(_resource(name, vintage))


def load(name: str, vintage: str = BUNDLED) -> pd.DataFrame:
    """Return a table as a tidy frame, checked against its hash and its schema.

    Parameters
    ----------
    name : str
        Table, as in `catalogue`.
    vintage : str
        "bundled", "latest", or the name of a vintage.

    Returns
    -------
    pandas.DataFrame
        The columns that `describe` lists, then the constant columns under its ``adds``. Missing values are NaN
        (NaT for dates); where the descriptor says that a zero stands for "not reported" it is NaN too. A fresh copy
        each time.

    Raises
    ------
    InputError
        If there is no such table or vintage.
    DataError
        If the file is not the one described, naming file, row, column and what was expected.
    """
    _resource(name, vintage)
    return _load(name, vintage).copy()


def verify(name: str | None = None) -> pd.DataFrame:
    """Check bundled files against the hashes and schemas of the descriptor.

    Parameters
    ----------
    name : str, optional
        Table; all of them by default.

    Returns
    -------
    pandas.DataFrame
        One row a fault: table, file, row (line of the file, the header being 1; missing if the fault is not in one
        line), problem. Empty if all is well.

    Raises
    ------
    InputError
        If there is no such table.
    """
    resources = _descriptor()["resources"] if name is None else [_resource(name, BUNDLED)]
    faults = [
        (resource["name"], resource["path"], row, problem)
        for resource in resources
        for row, problem in _faults(resource)
    ]
    return pd.DataFrame(faults, columns=["table", "file", "row", "problem"]).astype({"row": "Int64"})


def labels(name: str, column: str) -> dict[str, str]:
    """Return what the codes of a column stand for.

    Parameters
    ----------
    name, column : str
        A table and one of its columns that has categories in the descriptor.

    Returns
    -------
    dict of str to str
        Code to label.
    """
    field = next(field for field in _resource(name, BUNDLED)["schema"]["fields"] if field["name"] == column)
    return {category["value"]: category["label"] for category in field["categories"]}


def source_line(*names: str, vintage: str = BUNDLED) -> str:
    """Return the line that stands under a figure or table made from the given tables.

    Parameters
    ----------
    *names : str
        Tables.
    vintage : str
        Vintage that they were loaded with.

    Returns
    -------
    str
        Producers, titles and vintages, each once.
    """
    parts = [
        f"{source['title']} ({resource['vintage']})"
        for resource in (_resource(name, vintage) for name in names)
        for source in resource["sources"]
    ]
    return "Source: " + "; ".join(dict.fromkeys(parts)) + "."


@lru_cache(maxsize=1)
def _descriptor() -> dict[str, Any]:
    return json.loads((bundled("data") / "datapackage.json").read_text(encoding="utf-8"))


def _resource(name: str, vintage: str) -> dict[str, Any]:
    if vintage not in (BUNDLED, "latest"):
        raise InputError(f"there is no vintage {vintage!r}: use 'bundled' or 'latest'")
    resources = {resource["name"]: resource for resource in _descriptor()["resources"]}
    if name not in resources:
        raise InputError(f"there is no table {name!r}: the tables are {', '.join(resources)}{nearest(name, resources)}")
    return resources[name]


@lru_cache(maxsize=32)
def _load(name: str, vintage: str) -> pd.DataFrame:
    resource = _resource(name, vintage)
    for row, problem in _faults(resource):
        where = "" if row is None else f", row {row}"
        raise DataError(f"{resource['path']}{where}: {problem}")
    return _tidy(_parse(_path(resource).read_bytes(), resource), resource)


def _path(resource: dict[str, Any]) -> Path:
    return bundled("data") / resource["path"]


def _faults(resource: dict[str, Any]) -> list[tuple[int | None, str]]:
    """Return (row, problem) pairs: changed rows, or, in a file with the right hash, rows that break the schema."""
    path = _path(resource)
    if not path.is_file():
        return [(None, f"the file is missing from {path.parent}")]
    data = path.read_bytes()
    algorithm, _, expected = resource["hash"].partition(":")
    if hashlib.new(algorithm, data).hexdigest() == expected:
        return _schema_faults(data, resource)
    changed: list[tuple[int | None, str]] = [(row, _changed_row(text)) for row, text in _changed_rows(data, resource)]
    return changed or [(None, f"the file's {algorithm} is not the one in the descriptor ({expected})")]


def _changed_row(text: str | None) -> str:
    if text is None:
        return "this row and what follows it is missing"
    return f"the row is not the published one, it reads {text!r}"


def _changed_rows(data: bytes, resource: dict[str, Any]) -> list[tuple[int, str | None]]:
    """Compare row by row with the CRC-32 list in data/checksums, so that a changed digit can be found."""
    checksums = bundled("data") / "checksums" / f"{resource['name']}.txt"
    expected = checksums.read_text(encoding="ascii").split()
    rows = data.removesuffix(b"\n").split(b"\n")
    changed: list[tuple[int, str | None]] = [
        (number, text.decode("utf-8", "replace"))
        for number, text in enumerate(rows, start=1)
        if number > len(expected) or f"{zlib.crc32(text):08x}" != expected[number - 1]
    ]
    if len(rows) < len(expected):
        changed.append((len(rows) + 1, None))
    return changed


def _schema_faults(data: bytes, resource: dict[str, Any]) -> list[tuple[int | None, str]]:
    import pandera.errors  # noqa: PLC0415  (slow to import, and needed only here)

    try:
        frame = _parse(data, resource)
        pandera_schema(resource).validate(frame, lazy=True)
    except DataError as error:
        return [(None, str(error))]
    except pandera.errors.SchemaErrors as error:
        return [_schema_fault(case) for case in error.failure_cases.itertuples()]
    return []


def _schema_fault(case: Any) -> tuple[int | None, str]:
    row = None if pd.isna(case.index) else int(case.index) + 2
    return row, f"column {case.column}: {case.failure_case!r} breaks {case.check}"


def pandera_schema(resource: dict[str, Any]) -> Any:
    """Build the pandera schema of a table from its descriptor.

    Parameters
    ----------
    resource : dict
        Data Resource, as `describe` returns it.

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


def _parse(data: bytes, resource: dict[str, Any]) -> pd.DataFrame:
    """Read the CSV with the types of the schema; only the schema's marks are missing (NA is Namibia's code)."""
    schema = resource["schema"]
    raw = pd.read_csv(
        io.BytesIO(data), dtype="str", keep_default_na=False, na_values=schema["missingValues"], encoding="utf-8"
    )
    expected = [field["name"] for field in schema["fields"]]
    if list(raw.columns) != expected:
        raise DataError(f"the columns are {', '.join(raw.columns)}, expected {', '.join(expected)}")
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
