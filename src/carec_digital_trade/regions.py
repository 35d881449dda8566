"""Economies and regions: names, members by year, exclusions."""

import re
import tomllib
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.prose import listing
from carec_digital_trade.vintages import remembered

REFERENCE_YEAR = 2024
"""The year of the article's Table 1; membership is taken at it unless a year is given."""

GIANTS = {"CAREC": "CHN", "ASEAN": "SGP"}
"""The largest member of each region, which the article leaves out of a total."""

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

_LONGEST_LIST = 4
_NEAR_NAME = 0.75
"""Below it "Siam" would be taken for Samoa."""


@dataclass(frozen=True)
class Region:
    """A named set of economies in a given year.

    Attributes
    ----------
    name : str
        "CAREC", "ASEAN", or a name made from a user's list.
    members, excluded : tuple of str
        ISO 3166-1 alpha-3 codes of those who are left, in the order of joining or of the user's list, and left out.
    year : int
        Year at which membership is taken.
    """

    name: str
    members: tuple[str, ...]
    year: int
    excluded: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name with its exclusions, such as "CAREC without China"."""
        if not self.excluded:
            return self.name
        left_out = [economy_name(code, short=True) for code in self.excluded]
        if len(left_out) > _LONGEST_LIST:
            return f"{self.name} without {len(left_out)} members"
        return f"{self.name} without {listing(left_out)}"


def region(spec: str | Sequence[str], year: int = REFERENCE_YEAR, exclude: Sequence[str] = ()) -> Region:
    """Return a region's members in a year.

    Parameters
    ----------
    spec : str or sequence of str
        "CAREC" or "ASEAN" in any letter case, one economy, or a list of economies (ISO 3166-1 alpha-3 or names).
    year : int
        Year at which the membership of a named region is taken.
    exclude : sequence of str
        Members to leave out.

    Returns
    -------
    Region
        With at least one member.

    Raises
    ------
    InputError
        If the region or an economy is unknown, a list is empty or names an economy twice, an excluded economy is no
        member, or nobody is left.
    """
    name, members = _named(spec, year) if isinstance(spec, str) else _listed(spec)
    left_out = tuple(iso3(economy) for economy in exclude)
    for code in left_out:
        if code not in members:
            raise InputError(
                f"{code} cannot be excluded from {name} because it is no member in {year}: "
                f"the members are {', '.join(members)}"
            )
    kept = tuple(code for code in members if code not in left_out)
    if not kept:
        raise InputError(f"the exclusions leave {name} without a member: keep at least one of {', '.join(members)}")
    return Region(name, kept, year, tuple(dict.fromkeys(left_out)))


def region_names() -> list[str]:
    """Return the regions that have a name of their own, in the order of the table ``memberships``."""
    return list(_memberships())


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
    if code := _own_names().get(key):
        return code
    if _is_aggregate(key):
        raise InputError(f"{economy!r} is an aggregate and not an economy: write a three-letter ISO code such as KAZ")
    if key in map(fold, _memberships()):
        raise InputError(f"{economy!r} is a region: a list may hold economies only, such as [KAZ, KGZ, UZB]")
    if code := other_names()["retired"].get(economy.strip().upper()):
        warnings.warn(f"{economy} is a retired code: {economy_name(code)} ({code}) is taken for it", stacklevel=2)
        return code
    if code := spellings().get(key):
        return code
    hint = nearest(economy, known_names(), _NEAR_NAME)
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


def _named(spec: str, year: int) -> tuple[str, tuple[str, ...]]:
    known = {fold(name): name for name in _memberships()}
    key = fold(spec)
    if key not in known:
        listed = key in other_names()["shared"] or spec.strip().upper() in other_names()["retired"]
        if listed or _is_aggregate(key) or key in _own_names() or key in spellings():
            return _listed([spec])
        raise InputError(
            f"there is no region {spec!r}: write {' or '.join(known.values())}, or a list of economies "
            f"such as [KAZ, KGZ, UZB]{nearest(spec, [*known.values(), *known_names()], _NEAR_NAME)}"
        )
    name = known[key]
    joined = _memberships()[name]
    members = tuple(code for code, since in joined if since <= year)
    if not members:
        raise InputError(f"{name} has no members in {year}: its first members joined in {joined[0][1]}")
    return name, members


def _listed(spec: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    members = tuple(iso3(economy) for economy in spec)
    if not members:
        raise InputError("a region needs at least one economy: write a list such as [KAZ, KGZ, UZB]")
    twice = sorted({code for code in members if members.count(code) > 1})
    if twice:
        raise InputError(f"the list of economies names {', '.join(twice)} twice: name each once")
    if len(members) == 1:
        return economy_name(members[0], short=True), members
    if len(members) <= _LONGEST_LIST:
        return listing([economy_name(code, short=True) for code in members]), members
    return f"{economy_name(members[0], short=True)} and {len(members) - 1} others", members


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


def _is_aggregate(key: str) -> bool:
    return key in map(fold, [*AGGREGATES, *AGGREGATES.values()])


@remembered(maxsize=1)
def _memberships() -> dict[str, tuple[tuple[str, int], ...]]:
    """Return each region's members and the year in which each joined, in the order of joining."""
    table = load("memberships").sort_values("member_from", kind="stable")
    names = dict.fromkeys(load("memberships")["region"])
    return {
        name: tuple(table.loc[table["region"] == name, ["iso3", "member_from"]].itertuples(index=False, name=None))
        for name in names
    }


@remembered(maxsize=1)
def _economies() -> dict[str, tuple[str, str]]:
    table = load("economies")
    return {row.iso3: (row.name, row.short_name) for row in table.itertuples(index=False)}


@remembered(maxsize=1)
def _own_names() -> dict[str, str]:
    """Return what the package's own table says, which needs no other."""
    return {fold(name): code for name, code in _printed().items()} | {fold(code): code for code in _economies()}


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
