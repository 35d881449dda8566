"""The catalogue of data tables: load, describe, verify.

Everything that is known of a bundled table stands in ``data/datapackage.json`` (Frictionless Data Package, version 2),
and an imported vintage has a descriptor of the same form.
"""

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade import tables
from carec_digital_trade.errors import DataError, InputError, nearest
from carec_digital_trade.paths import bundled
from carec_digital_trade.vintages import (
    BUNDLED,
    LATEST,
    check_planned,
    descriptor,
    holder,
    imported_vintages,
    look_again,
    remembered,
)

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
    """
    names = [*_resources(bundled("data")), *(name for name in IMPORTED_ONLY if has_table(name, vintage))]
    rows = [
        {
            "table": resource["name"],
            "title": resource["title"],
            "vintage": resource["vintage"],
            "retrieved": resource["retrieved"],
            "columns": ", ".join(_columns(resource)),
            "licence": "; ".join(licence["title"] for licence in resource["licenses"]),
            "sources": "; ".join(source["title"] for source in resource["sources"]),
        }
        for resource in (_found(name, vintage)[1] for name in names)
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
            "latest": _is_latest(resource["name"], each.folder),
            "folder": str(each.folder),
        }
        for each in sorted(imported_vintages(), key=lambda each: (each.retrieved, each.imported))
        for resource in _resources(each.folder).values()
    ]
    return pd.DataFrame(rows, columns=["vintage", "source", "table", "retrieved", "rows", "file", "latest", "folder"])


def has_table(name: str, vintage: str = BUNDLED) -> bool:
    """Say whether a table can be loaded with a vintage.

    Parameters
    ----------
    name : str
        Table; those that the package comes with always can.
    vintage : str
        As in `load`, errors included.

    Returns
    -------
    bool
        False for a table that only an import brings and the vintage does not hold.
    """
    return holder(name, vintage, None) is not None or name in _resources(bundled("data"))


def describe(name: str, vintage: str = BUNDLED) -> dict[str, Any]:
    """Return what the descriptor says of a table.

    Parameters
    ----------
    name, vintage : str
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
    return copy.deepcopy(_found(name, vintage)[1])


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
        The columns that `describe` lists, then the constant columns under its ``adds``; a copy of your own. Missing
        values are NaN (NaT for dates), and so is a zero where the descriptor says that it means "not reported".

    Raises
    ------
    InputError
        If there is no such table or vintage.
    DataError
        If the file is not the one described, naming file, row, column and what was expected, or, within a run, not
        the one on which the run was planned.

    Examples
    --------
    >>> int(load("table1").query("region == 'CAREC'")["value"].sum())
    421527
    """
    folder, resource = _found(name, vintage)
    check_planned(name, vintage, resource["hash"])
    return _load(name, folder).copy(deep=False)  # pandas copies a column when it is written to


def verify(name: str | None = None, vintage: str = BUNDLED) -> pd.DataFrame:
    """Check files against the hashes and schemas of their descriptors: without a fault they are as published.

    A bundled table's hash stands in the code too; an imported one is what the descriptor beside it says.

    Parameters
    ----------
    name, vintage : str
        As in `load`; all tables by default.

    Returns
    -------
    pandas.DataFrame
        One row a fault: table, file, row (line of the file, the header being 1; missing if the fault is not in one
        line), problem. Empty if all is well.
    """
    names = list(catalogue(vintage)["table"]) if name is None else [name]
    faults = [
        (resource["name"], resource["path"], row, problem)
        for folder, resource in (_found(each, vintage) for each in names)
        for row, problem in _checked(folder, resource)[1]
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
    fields = {field["name"]: field for field in _found(name, BUNDLED)[1]["schema"]["fields"]}
    return {category["value"]: category["label"] for category in fields[column]["categories"]}


def source_line(*names: str, vintage: str = BUNDLED) -> str:
    """Return the line that stands under a figure or table made from the given tables.

    Parameters
    ----------
    *names : str
        Tables; with columns, such as "panel.population", only the producers of these are named.
    vintage : str
        As in `load`; the line names each table's own.

    Returns
    -------
    str
        Producers, titles and vintages, each once.
    """
    parts = []
    for name in names:
        table, *columns = name.split(".")
        resource = _found(table, vintage)[1]
        fields = (field for field in resource["schema"]["fields"] if field["name"] in columns)
        producers = {field["source"] for field in fields if "source" in field}
        parts += [
            f"{source['title']} ({resource['vintage']})"
            for source in resource["sources"]
            if not producers or source["title"] in producers
        ]
    return "Source: " + "; ".join(dict.fromkeys(parts)) + "."


def _is_latest(name: str, folder: Path) -> bool:
    try:
        return _found(name, LATEST)[0] == folder
    except DataError:  # while a vintage cannot be read, nobody can say
        return False


def _found(name: str, vintage: str) -> tuple[Path, dict[str, Any]]:
    """Return the folder of the Data Package that a table is taken from, and what its descriptor says of the table."""
    own = _resources(bundled("data"))
    if name not in own and name not in IMPORTED_ONLY:
        raise InputError(f"there is no table {name!r}: the tables are {', '.join(own)}{nearest(name, own)}")
    found = holder(name, vintage, own[name]["retrieved"] if name in own else None)
    if found is None and name not in own:
        raise InputError(
            f"the vintage {vintage!r} has no table {name}: import it (cdt data import {IMPORTED_ONLY[name]} FILE) "
            f"and use its vintage, or 'latest'"
        )
    folder = found.folder if found else bundled("data")
    resource = _resources(folder)[name]
    columns, wanted = (_columns(each) for each in (resource, own.get(name, resource)))
    if columns != wanted:
        said = ", ".join(columns)[:200]  # a stranger's text
        raise DataError(f"{folder}: the columns of {name} are {said}, not those of the table")
    return folder, resource


def _columns(resource: dict[str, Any]) -> list[str]:
    return [field["name"] for field in resource["schema"]["fields"]]


@remembered(maxsize=64)
def _resources(folder: Path) -> dict[str, dict[str, Any]]:
    return {resource["name"]: resource for resource in descriptor(folder)["resources"]}


@remembered(maxsize=32)
def _load(name: str, folder: Path) -> pd.DataFrame:
    resource = _resources(folder)[name]
    frame, faults = _checked(folder, resource)
    for row, problem in faults:
        raise DataError(f"{resource['path']}{'' if row is None else f', row {row}'}: {problem}")
    for field in resource["schema"]["fields"]:
        if field.get("zeroIsMissing"):
            frame[field["name"]] = frame[field["name"]].mask(frame[field["name"]] == 0)
    return frame.assign(**resource.get("adds", {}))


def _checked(folder: Path, resource: dict[str, Any]) -> tuple[pd.DataFrame | None, tables.Faults]:
    """Read a table's file and find what is wrong with it; the bundled ones are those that were released."""
    frame, faults = tables.checked(folder, resource)
    if not faults and folder == bundled("data") and resource["hash"] != _released().get(resource["name"]):
        faults = [(None, "the hash in the descriptor is not the one that this package was released with")]
    return frame, faults


@cache
def _released() -> dict[str, str]:
    """Return the hashes of the bundled tables, which lie beside the code as well as in their descriptor.

    So a table and its descriptor that were changed together are found out.
    """
    lines = Path(__file__).with_name("released.sha256").read_text(encoding="ascii").splitlines()
    return {name.removesuffix(".csv"): f"sha256:{digest}" for digest, name in map(str.split, lines)}
