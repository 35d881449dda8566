"""The catalogue of data tables: load, describe, verify.

Everything that is known of a bundled table stands in ``data/datapackage.json`` (Frictionless Data Package, version 2),
and an imported vintage has a descriptor of the same form. This module reads them, checks each file, and returns tidy
frames.
"""

import copy
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade import tables
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.paths import bundled
from carec_digital_trade.planned import check_planned
from carec_digital_trade.tables import pandera_schema
from carec_digital_trade.vintages import (
    BUNDLED,
    LATEST,
    descriptor,
    holder,
    imported_vintages,
    look_again,
    remembered,
)

__all__ = [
    "BUNDLED",
    "LATEST",
    "catalogue",
    "describe",
    "has_table",
    "labels",
    "load",
    "pandera_schema",
    "source_line",
    "verify",
    "vintages",
]

IMPORTED_ONLY = {"bilateral": "batis"}
"""Tables that the package does not come with, and the source that brings them."""


def catalogue(vintage: str = BUNDLED) -> pd.DataFrame:
    """List the tables.

    Parameters
    ----------
    vintage : str
        As in `load`.

    Returns
    -------
    pandas.DataFrame
        One row a table that can be loaded with the vintage: table, title, vintage (the table's own), retrieved,
        columns, licence, sources.

    Raises
    ------
    InputError
        If no table has the vintage.
    """
    names = _names(bundled("data"))
    names += [name for name in IMPORTED_ONLY if has_table(name, vintage)]
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
        for resource in (_resource(name, vintage) for name in names)
    ]
    return pd.DataFrame(rows)


def vintages() -> pd.DataFrame:
    """List the imported vintages.

    Returns
    -------
    pandas.DataFrame
        One row a vintage and table, in the order in which they were obtained: vintage, source (the importer), table,
        retrieved (date), rows, file (name of the file that was imported, or the address that was asked), latest
        (whether the vintage "latest" is this one), folder. Empty if there are none.
    """
    look_again()
    rows = [
        {
            "vintage": each.name,
            "source": each.source,
            "table": resource["name"],
            "retrieved": each.retrieved,
            "rows": resource["rows"],
            "file": resource["origin"]["file"],
            "latest": _folder(resource["name"], LATEST) == each.folder,
            "folder": str(each.folder),
        }
        for each in sorted(imported_vintages(), key=lambda each: (each.retrieved, each.imported))
        for resource in _package(each.folder)["resources"]
    ]
    return pd.DataFrame(rows, columns=["vintage", "source", "table", "retrieved", "rows", "file", "latest", "folder"])


def has_table(name: str, vintage: str = BUNDLED) -> bool:
    """Say whether a table can be loaded with a vintage.

    Parameters
    ----------
    name : str
        Table; those that the package comes with always can.
    vintage : str
        As in `load`.

    Returns
    -------
    bool
        False for a table that only an import brings and the vintage does not hold.

    Raises
    ------
    InputError
        If no table has the vintage.
    """
    return holder(name, vintage, None) is not None or name in _names(bundled("data"))


def describe(name: str, vintage: str = BUNDLED) -> dict[str, Any]:
    """Return what the descriptor says of a table.

    Parameters
    ----------
    name : str
        Table, as in `catalogue`.
    vintage : str
        As in `load`.

    Returns
    -------
    dict
        The Data Resource: title, description, sources, licenses, vintage (the table's own), retrieved, hash, schema
        (each column's type, description, unit, constraints) and ``adds``, the constant columns that `load` puts in; of
        an imported table also rows and ``origin`` (file, address, sha256, what was noted).

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
        "bundled"; the name of an imported vintage, for the tables that it holds, while the others are the bundled
        ones; or "latest", of each table the vintage that was obtained last. `describe` says which one a table is.

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
        If the file is not the one described, naming file, row, column and what was expected, or, within a run, not
        the one on which the run was planned.
    """
    check_planned(name, vintage, _resource(name, vintage)["hash"])
    return _load(name, _folder(name, vintage)).copy()


def verify(name: str | None = None, vintage: str = BUNDLED) -> pd.DataFrame:
    """Check files against the hashes and schemas of their descriptors.

    Parameters
    ----------
    name : str, optional
        Table; all of them by default.
    vintage : str
        As in `load`.

    Returns
    -------
    pandas.DataFrame
        One row a fault: table, file, row (line of the file, the header being 1; missing if the fault is not in one
        line), problem. Empty if all is well.

    Raises
    ------
    InputError
        If there is no such table or vintage.
    """
    names = list(catalogue(vintage)["table"]) if name is None else [name]
    resources = [(_folder(each, vintage), _resource(each, vintage)) for each in names]
    faults = [
        (resource["name"], resource["path"], row, problem)
        for folder, resource in resources
        for row, problem in tables.faults(folder, resource)
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
        As in `load`; the line names each table's own.

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


def _resource(name: str, vintage: str) -> dict[str, Any]:
    folder = _folder(name, vintage)
    return next(resource for resource in _package(folder)["resources"] if resource["name"] == name)


def _folder(name: str, vintage: str) -> Path:
    """Return the folder of the Data Package that a table is taken from."""
    resources = {resource["name"]: resource for resource in _package(bundled("data"))["resources"]}
    if name not in resources and name not in IMPORTED_ONLY:
        raise InputError(f"there is no table {name!r}: the tables are {', '.join(resources)}{nearest(name, resources)}")
    found = holder(name, vintage, resources[name]["retrieved"] if name in resources else None)
    if found is None and name not in resources:
        raise InputError(
            f"the vintage {vintage!r} has no table {name}: import it (cdt data import {IMPORTED_ONLY[name]} FILE) "
            f"and use its vintage, or 'latest'"
        )
    return found.folder if found else bundled("data")


def _names(folder: Path) -> list[str]:
    return [resource["name"] for resource in _package(folder)["resources"]]


@remembered(maxsize=64)
def _package(folder: Path) -> dict[str, Any]:
    return descriptor(folder)


@remembered(maxsize=32)
def _load(name: str, folder: Path) -> pd.DataFrame:
    resource = next(resource for resource in _package(folder)["resources"] if resource["name"] == name)
    return tables.read(folder, resource)
