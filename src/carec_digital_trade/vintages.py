"""Which vintages of the tables are there, and which one is meant?

The figures that come with the package are the vintage "bundled". An import adds a vintage: an immutable folder
``<data folder>/vintages/<source>/<name>`` with a Data Package descriptor of its own. A vintage holds the tables of its
source and no others; the same name may be given to the vintages of several sources, so that they are used together.

A process looks at the folder when it first needs to and again when parameters are checked, so that everything between
two looks rests on the same figures.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from carec_digital_trade.errors import DataError, InputError, nearest
from carec_digital_trade.paths import expanded

BUNDLED = "bundled"
LATEST = "latest"
FOLDER_VARIABLE = "CAREC_DATA_DIR"
"""Environment variable that overrides the data folder."""

DESCRIPTOR = "datapackage.json"
# It begins with year and month: YAML would read a bare year as a number, and the package reads the year off the name.
_NAME = re.compile(r"\d{4}-\d{2}[A-Za-z0-9._-]*")
_REMEMBERED: list[Any] = []


@dataclass(frozen=True)
class Vintage:
    """An imported vintage of the tables of one source.

    Attributes
    ----------
    source : str
        Name of the importer.
    name : str
        As the parameter ``vintage`` names it.
    retrieved : str
        Date on which the file was obtained, ISO 8601.
    imported : str
        Time of the import, ISO 8601, UTC.
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
    """Return the user's data folder, which need not exist.

    Returns
    -------
    pathlib.Path
        The environment variable ``CAREC_DATA_DIR`` or the platform's folder for user data; an absolute path.
    """
    import platformdirs  # noqa: PLC0415  (a run on the bundled figures does not need it)

    override = os.environ.get(FOLDER_VARIABLE)
    return expanded(override).absolute() if override else Path(platformdirs.user_data_dir("carec-digital-trade"))


def vintages_folder() -> Path:
    """Return the folder of imported vintages, which need not exist.

    Returns
    -------
    pathlib.Path
        Its subfolders are sources, theirs are vintages.
    """
    return data_folder() / "vintages"


def remembered(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Cache what a function of a vintage's name returns until the vintages change.

    Parameters
    ----------
    maxsize : int
        Results kept.

    Returns
    -------
    callable
        A decorator like `functools.lru_cache`.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        cached = lru_cache(maxsize)(function)
        _REMEMBERED.append(cached)
        return cached

    return decorate


def asked_vintage(parameters: Mapping[str, Any]) -> str:
    """Return the vintage that the parameters of a notebook ask for.

    Parameters
    ----------
    parameters : mapping
        A user's own notebook may have no ``vintage``, or None.

    Returns
    -------
    str
        "bundled" unless they say otherwise.
    """
    return parameters.get("vintage") or BUNDLED


def forget() -> None:
    """Empty every cache that rests on vintages."""
    for cached in _REMEMBERED:
        cached.cache_clear()


@remembered(maxsize=1)
def imported_vintages() -> tuple[Vintage, ...]:
    """List the imported vintages as this process last saw them.

    Returns
    -------
    tuple of Vintage
        By source and name.

    Raises
    ------
    DataError
        If a descriptor cannot be read.
    """
    return _scan()


def look_again() -> None:
    """Look at the folder of vintages, and drop what was cached if it has changed."""
    if _scan() != imported_vintages():
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
    """
    known = [BUNDLED, LATEST, *dict.fromkeys(each.name for each in imported_vintages())]
    if vintage not in known:
        raise InputError(
            f"there is no vintage {vintage!r}: use {' or '.join(map(repr, known))}{nearest(str(vintage), known)}"
        )


def check_name(name: str) -> None:
    """Refuse a name that a new vintage cannot have.

    Parameters
    ----------
    name : str
        What the user would call it.

    Raises
    ------
    InputError
        If it does not begin with a year and a month.
    """
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
        return json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
    except ValueError:
        raise DataError(f"{folder / DESCRIPTOR} cannot be read: remove the folder and import the file again") from None


def _scan() -> tuple[Vintage, ...]:
    # A folder whose name begins with a dot is an import under way, or one that was killed.
    found = sorted(vintages_folder().glob(f"[!.]*/[!.]*/{DESCRIPTOR}"))
    return tuple(_vintage(path.parent) for path in found)


def _vintage(folder: Path) -> Vintage:
    content = descriptor(folder)
    origin = content["origin"]
    tables = tuple(resource["name"] for resource in content["resources"])
    return Vintage(folder.parent.name, folder.name, origin["retrieved"], origin["imported"], tables, folder)
