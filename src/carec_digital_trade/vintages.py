"""Which vintages of the tables are there, and which one is meant?

The figures that come with the package are the vintage "bundled". An import adds a vintage: an immutable folder
``<data folder>/vintages/<source>/<name>`` with a Data Package descriptor of its own. A vintage holds the tables of its
source and no others; the same name may be given to the vintages of several sources, so that they are used together.

A process looks at the folder when it first needs to and again when parameters are checked, so that everything between
two looks rests on the same figures. The kernel of a run is told through its environment on which figures the run was
planned, and each load is held to that.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from carec_digital_trade import ownership
from carec_digital_trade.errors import DataError, InputError, nearest
from carec_digital_trade.paths import expanded

BUNDLED = "bundled"
LATEST = "latest"
FOLDER_VARIABLE = "CAREC_DATA_DIR"
"""Environment variable that overrides the data folder."""

PLANNED_VARIABLE = "CAREC_PLANNED_DATA"
"""Environment variable: JSON of the vintage that a run asks for, and the hash of each of its tables."""

DESCRIPTOR = "datapackage.json"
# It begins with year and month: YAML would read a bare year as a number, and the package reads the year off the name.
_NAME = re.compile(r"\d{4}-\d{2}[A-Za-z0-9._-]*")
_REMEMBERED: list[Any] = []
_LARGEST_DESCRIPTOR = 10_000_000


@dataclass(frozen=True)
class Vintage:
    """An imported vintage of the tables of one source.

    Attributes
    ----------
    source : str
        Name of the importer.
    name : str
        As the parameter ``vintage`` names it.
    retrieved, imported : str
        Date on which the file was obtained, and time of the import (UTC), ISO 8601.
    tables : tuple of str
        Tables that it holds.
    folder : pathlib.Path
        Where its descriptor is.
    """

    source: str
    name: str
    retrieved: str
    imported: str
    tables: tuple[str, ...]
    folder: Path


def data_folder() -> Path:
    """Return the user's data folder, an absolute path that need not exist; ``CAREC_DATA_DIR`` overrides it."""
    import platformdirs  # noqa: PLC0415  (a run on the bundled figures does not need it)

    override = os.environ.get(FOLDER_VARIABLE)
    return expanded(override).absolute() if override else Path(platformdirs.user_data_dir("carec-digital-trade"))


def vintages_folder() -> Path:
    """Return the folder of imported vintages, which need not exist: its subfolders are sources, theirs vintages."""
    return data_folder() / "vintages"


def remembered(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Cache what a function of the data returns until the vintages change: a decorator like `functools.lru_cache`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        cached = lru_cache(maxsize)(function)
        _REMEMBERED.append(cached)
        return cached

    return decorate


def asked_vintage(parameters: Mapping[str, Any]) -> str:
    """Return the vintage that the parameters of a notebook ask for: bundled if they have none, or None."""
    return parameters.get("vintage") or BUNDLED


def forget() -> None:
    """Empty every cache that rests on vintages."""
    for cached in _REMEMBERED:
        cached.cache_clear()


def imported_vintages() -> tuple[Vintage, ...]:
    """List the imported vintages that can be read, by source and name, as this process last saw them."""
    return _seen()[0]


def unreadable_vintages() -> dict[Path, str]:
    """List the folders of vintages that cannot be read, each with a sentence that says why, as last seen."""
    return dict(_seen()[1])


def look_again() -> None:
    """Look at the folder of vintages, and drop what was cached if it has changed."""
    if _scan() != _seen():
        forget()


def check_vintage(vintage: str) -> None:
    """Refuse a vintage that no table has.

    Parameters
    ----------
    vintage : str
        "bundled", "latest", or the name of an imported vintage.

    Raises
    ------
    InputError
        If it is none of them; the sentence lists what there is.
    DataError
        If it cannot be read; nobody can say which is the latest either then.
    """
    known = [BUNDLED, LATEST, *dict.fromkeys(each.name for each in imported_vintages())]
    for folder, sentence in unreadable_vintages().items():
        if vintage in (LATEST, folder.name):
            raise DataError(sentence)
    if vintage not in known:
        raise InputError(
            f"there is no vintage {vintage!r}: use {' or '.join(map(repr, known))}{nearest(str(vintage), known)}"
        )


def check_name(name: str) -> None:
    """Refuse, by an InputError, a name of a new vintage that does not begin with a year and a month."""
    if not _NAME.fullmatch(name):
        raise InputError(
            f"a vintage cannot be called {name!r}: begin with its year and month, such as 2027-05 or 2027-05-21-wto"
        )


def holder(table: str, vintage: str, bundled_retrieved: str | None) -> Vintage | None:
    """Find the vintage that a table is taken from.

    Parameters
    ----------
    table : str
        Name of the table.
    vintage : str
        "bundled", "latest", or a name.
    bundled_retrieved : str or None
        When the bundled table was obtained; None if there is none.

    Returns
    -------
    Vintage or None
        The vintage of that name that holds the table, or the one obtained last, if that is later than the bundled
        table; None where the bundled table applies.

    Raises
    ------
    InputError
        If no table has the vintage.
    DataError
        If it cannot be read.
    """
    if vintage == BUNDLED:
        return None
    if vintage != LATEST and all(each.name != vintage for each in imported_vintages()):
        look_again()
    check_vintage(vintage)
    held = [each for each in imported_vintages() if table in each.tables]
    if vintage != LATEST:
        return next((each for each in held if each.name == vintage), None)
    newest = max(held, key=lambda each: (each.retrieved, each.imported), default=None)
    return newest if newest and newest.retrieved >= (bundled_retrieved or "") else None


def descriptor(folder: Path) -> dict[str, Any]:
    """Read the descriptor of a Data Package.

    Parameters
    ----------
    folder : pathlib.Path
        The package's folder.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    DataError
        If it is not JSON.
    """
    try:
        return json.loads(ownership.read(folder / DESCRIPTOR, _LARGEST_DESCRIPTOR))
    except (OSError, ValueError, RecursionError):
        raise _unreadable(folder) from None


def kernel_environment(vintage: str, data: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the environment in which a kernel finds the figures on which its run was planned, wherever it works.

    Parameters
    ----------
    vintage : str
        That the run asks for.
    data : mapping of str to mapping
        Table to its ``hash``.

    Returns
    -------
    dict of str to str
        For `check_planned`, and the data folder if it is not the platform's.
    """
    planned = {"vintage": vintage, "hashes": {table: each["hash"] for table, each in data.items()}}
    folder = {FOLDER_VARIABLE: str(data_folder())} if os.environ.get(FOLDER_VARIABLE) else {}
    return {PLANNED_VARIABLE: json.dumps(planned), **folder}


def check_planned(table: str, vintage: str, digest: str) -> None:
    """Refuse, in the kernel of a run, a table that is not the one on which the run was planned.

    Parameters
    ----------
    table, vintage : str
        What is loaded.
    digest : str
        Its hash, as its descriptor says.

    Raises
    ------
    DataError
        If the run's manifest will name another.
    """
    planned = json.loads(os.environ.get(PLANNED_VARIABLE, "{}"))
    if vintage == planned.get("vintage") and planned["hashes"].get(table, digest) != digest:
        raise DataError(
            f"the table {table} that the notebook reads is not the one on which the run was planned: leave "
            f"{FOLDER_VARIABLE} and the vintages as they are, and run it again"
        )


def _unreadable(folder: Path, why: str = "") -> DataError:
    return DataError(f"{folder / DESCRIPTOR} cannot be read{why}: remove the folder and import the file again")


_Seen = tuple[tuple[Vintage, ...], tuple[tuple[Path, str], ...]]


@remembered(maxsize=1)
def _seen() -> _Seen:
    return _scan()


def _scan() -> _Seen:
    """Return the vintages that can be read, and the folders of the others with the reason."""
    found, bad = [], []
    # A folder whose name begins with a dot is an import under way, or one that was killed, or a stranger's.
    for path in sorted(vintages_folder().glob(f"[!.]*/[!.]*/{DESCRIPTOR}")):
        folder = path.parent
        try:
            content = descriptor(folder)
            if fault := next(_schema().iter_errors(content), None):
                place = ".".join(map(str, fault.absolute_path)) or "the whole"
                raise _unreadable(folder, f" ({place} breaks {fault.validator} {fault.validator_value})")
        except DataError as error:
            bad.append((folder, str(error)))
        else:
            origin, tables = content["origin"], tuple(resource["name"] for resource in content["resources"])
            named = (folder.parent.name, folder.name)
            found.append(Vintage(*named, origin["retrieved"], origin["imported"], tables, folder))
    return tuple(found), tuple(bad)


@cache
def _schema() -> Any:
    """Return the validator of descriptors, which may be a stranger's."""
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415  (slow, and for vintages only)

    schema = Path(__file__).with_name("vintage.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(schema), format_checker=FormatChecker(["date", "regex"]))
