"""Economies: their codes, their names in any spelling, and the regions that they are members of."""

import math
import re
import tomllib
import unicodedata
import warnings
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.vintages import remembered

AGGREGATES = {
    "WLD": "World",
    "AFR": "Africa",
    "ASI": "Asia",
    "CIS": "Commonwealth of Independent States",
    "EUR": "Europe",
    "EU": "European Union",
    "NAX": "North America",
    "MEA": "Middle East",
    "CSC": "South and Central America and the Caribbean",
}
"""Codes and names of the aggregates in the WTO's file, which are never taken for economies."""

_WORDS = {"rep": "republic", "dem": "democratic", "fed": "federated", "sts": "states", "st": "saint", "isl": "islands"}
_LITTLE_WORDS = {"the", "of", "and"}
_SMALL_LETTERS = str.maketrans("\N{LATIN SMALL LETTER DOTLESS I}øłđ", "iold")  # Unicode does not decompose these.

NEAR_NAME = 0.75
"""Below it "Siam" would be taken for Samoa."""


def iso3(economy: str) -> str:
    """Return the ISO 3166-1 alpha-3 code of an economy.

    Parameters
    ----------
    economy : str
        Code or name (the article's, the WTO's, the ISO standard's, the World Bank's, a former one), in any letter case
        and spelling. A retired code such as ROM is read as that of its successor, with a warning that says so.

    Returns
    -------
    str
        Three capital letters.

    Raises
    ------
    InputError
        If no economy has that code or name, several share it (Congo, Korea), or it is a region or an aggregate such as
        World.
    """
    if not isinstance(economy, str):
        raise InputError(f"{economy!r} is no economy: write a three-letter ISO code such as KAZ")
    key = fold(economy)
    if shared := other_names()["shared"].get(key):
        between = " or ".join(f"{code} ({economy_name(code)})" for code in shared)
        raise InputError(f"{economy!r} does not say which economy is meant: write {between}")
    if code := own_names().get(key):
        return code
    if is_aggregate(key):
        raise InputError(f"{economy!r} is an aggregate and not an economy: write a three-letter ISO code such as KAZ")
    if key in map(fold, memberships()):
        raise InputError(f"{economy!r} is a region: a list may hold economies only, such as [KAZ, KGZ, UZB]")
    if code := other_names()["retired"].get(economy.strip().upper()):
        warnings.warn(f"{economy} is a retired code: {economy_name(code)} ({code}) is taken for it", stacklevel=2)
        return code
    if code := spellings().get(key):
        return code
    hint = nearest(economy, known_names(), NEAR_NAME)
    raise InputError(f"there is no economy {economy!r}: write a three-letter ISO code such as KAZ, or a name{hint}")


def economy_name(code: str, short: bool = False) -> str:
    """Return the name of an economy: the article's for its 21, else the WTO's or the ISO standard's.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-3.
    short : bool
        The name for charts ("China") in place of the full one ("China, People's Republic of").
    """
    full, brief = _economies()[code]
    return brief if short else full


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Return the form in which all spellings of a name agree.

    Parameters
    ----------
    name : str
        As typed, or as a source prints it.

    Returns
    -------
    str
        Without letter case, accents, punctuation, abbreviations, little words and the order of words, so that
        "Egypt, Arab Rep." and "Arab Republic of Egypt" are one.
    """
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_SMALL_LETTERS))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^\w\s]", " ", re.sub(r"[.'’‘`´ʼ]", "", plain)).split()  # noqa: RUF001
    return " ".join(sorted(_WORDS.get(word, word) for word in words if word not in _LITTLE_WORDS)) or plain.strip()


@remembered(maxsize=1)
def spellings() -> dict[str, str]:
    """Return every name by which an economy is known, in the form of `fold`, to its ISO 3166-1 alpha-3 code.

    They are the package's own, the WTO's, the ISO standard's short, common and official ones, the World Bank's and
    former ones.
    """
    return {fold(name): code for name, code in known_names().items()}


@remembered(maxsize=1)
def known_names() -> dict[str, str]:
    """Return the names of `spellings` as they are written, the package's table deciding where two claim a name."""
    import pycountry  # noqa: PLC0415  (slow to import, and needed only for a name that the table lacks)

    standard = {
        getattr(each, kind): each.alpha_3
        for kind in ("official_name", "common_name", "name")
        for each in pycountry.countries
        if each.alpha_3 in _economies() and hasattr(each, kind)
    }
    also = {name: code for code, names in other_names()["also_called"].items() for name in names}
    return standard | also | _printed()


def is_aggregate(key: str) -> bool:
    """Say whether a name, in the form of `fold`, is that of an aggregate."""
    return key in map(fold, [*AGGREGATES, *AGGREGATES.values()])


@remembered(maxsize=1)
def memberships() -> dict[str, list[tuple[str, int, float]]]:
    """Return each region's members, in the order of joining, with the year in which each joined and left.

    Returns
    -------
    dict
        Name of the region, CAREC's and ASEAN's first, to tuples of ISO 3166-1 alpha-3 code, year of joining, and the
        first year in which it was no member for the whole of it (infinite where it still is one).
    """
    table = pd.concat([load("memberships"), load("groups")]).sort_values("member_from", kind="stable")
    left = table["member_to"].astype(float).fillna(math.inf)
    rows = table.assign(member_to=left).groupby("region", sort=False)[["iso3", "member_from", "member_to"]]
    found = {name: list(part.itertuples(index=False, name=None)) for name, part in rows}
    return {name: found[name] for name in dict.fromkeys([*load("memberships")["region"], *load("groups")["region"]])}


@remembered(maxsize=1)
def _economies() -> dict[str, tuple[str, str]]:
    table = load("economies")
    return {row.iso3: (row.name, row.short_name) for row in table.itertuples(index=False)}


@remembered(maxsize=1)
def own_names() -> dict[str, str]:
    """Return what the package's own table says, names in the form of `fold` to codes, which needs no other."""
    return {fold(name): code for name, code in _printed().items()} | {fold(code): code for code in _economies()}


def economy_names() -> list[str]:
    """Return the short names of all economies, in their order."""
    return [economy_name(code, short=True) for code in sorted(_economies())]


def _printed() -> dict[str, str]:
    table = load("economies")
    return {
        name: code
        for column in ("wto_name", "short_name", "name")
        for name, code in zip(table[column], table["iso3"], strict=True)
        if isinstance(name, str)
    }


@cache
def other_names() -> dict[str, dict[str, Any]]:
    """Return names from elsewhere.

    Returns
    -------
    dict
        also_called (ISO 3166-1 alpha-3 to names), retired (code to its successor), shared (name or code, in the form of
        `fold`, to the economies between which it does not decide).
    """
    listed = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
    return listed | {"shared": {fold(name): codes for name, codes in listed["shared"].items()}}
