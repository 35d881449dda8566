"""Regions: members by year, exclusions, and regions of a user's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from carec_digital_trade.economies import (
    NEAR_NAME,
    economy_name,
    fold,
    is_aggregate,
    iso3,
    known_names,
    memberships,
    other_names,
    own_names,
    spellings,
)
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.prose import listing
from carec_digital_trade.vintages import data_folder
from carec_digital_trade.yaml_core import load_file

REFERENCE_YEAR = 2024
"""The year of the article's Table 1; membership is taken at it unless a year is given."""

GIANTS = {"CAREC": "CHN", "ASEAN": "SGP"}
"""The largest member of each region, which the article leaves out of a total."""

OWN_FILE = "regions.yaml"
"""In the user's data folder: his own regions, name to list of economies."""

_LONGEST_LIST = 4
_LONGEST_NAME = 40
Spec = str | Sequence[str] | Mapping[str, Any]
"""A name, a list of economies, or a list with a name."""

OWN_REGION = "{name: Central Asia, members: [KAZ, KGZ, UZB]}"
"""How a region of one's own is written."""


@dataclass(frozen=True)
class Region:
    """A named set of economies in a given year.

    Attributes
    ----------
    name : str
        That of a known region, the user's own, or one made from his list.
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

    @property
    def undated(self) -> "Region":
        """The same members, not as of their year: under it is kept what rests on who they are alone."""
        return replace(self, year=REFERENCE_YEAR)


def region(
    spec: str | Sequence[str] | Mapping[str, Any], year: int = REFERENCE_YEAR, exclude: Sequence[str] = ()
) -> Region:
    """Return a region's members in a year.

    Parameters
    ----------
    spec : str or sequence of str or mapping
        A region's name in any letter case (see `region_names`, or the user's own in ``regions.yaml`` of his data
        folder), one economy, a list of economies (ISO 3166-1 alpha-3 or names), or such a list with a name:
        ``{"name": "Central Asia", "members": ["KAZ", "KGZ", "UZB"]}``.
    year : int
        Year at which the membership of a known region is taken. Who left in a year is no member in it.
    exclude : sequence of str
        Members to leave out.

    Returns
    -------
    Region
        With at least one member.

    Raises
    ------
    InputError
        If the region or an economy is unknown, a list is empty or names an economy twice, a name of one's own is taken
        or no name, an excluded economy is no member, or nobody is left.

    Examples
    --------
    >>> region("CAREC", 2005).members
    ('AZE', 'CHN', 'KAZ', 'KGZ', 'MNG', 'TJK', 'UZB', 'AFG')
    >>> region({"name": "Caspian", "members": ["AZE", "KAZ", "TKM"]}, exclude=["TKM"]).label
    'Caspian without Turkmenistan'
    """
    if isinstance(spec, Mapping):
        name, members = _own(spec)
    else:
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
    """Return the known regions, in the order of the tables ``memberships`` and ``groups``."""
    return list(memberships())


def own_regions() -> dict[str, list[str]]:
    """Return the user's own regions, as ``regions.yaml`` in his data folder has them.

    Returns
    -------
    dict
        Name to economies; empty where there is no such file.

    Raises
    ------
    InputError
        If the file does not hold names with lists of economies.
    """
    path = data_folder() / OWN_FILE
    if not path.is_file():
        return {}
    held = load_file(path, "the file of regions")
    if not isinstance(held, dict) or not all(isinstance(each, list) for each in held.values()):
        raise InputError(f"{path} must hold a list of economies for each name, such as Central Asia: [KAZ, KGZ, UZB]")
    return held


def _own(spec: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    name, members = spec.get("name"), spec.get("members")
    if len(spec) != 2 or not isinstance(name, str) or not isinstance(members, Sequence) or isinstance(members, str):
        raise InputError(f"a region of your own has a name and members, such as {OWN_REGION}, not {dict(spec)}")
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InputError(f"the name of a region has 1 to {_LONGEST_NAME} letters, such as Central Asia, not {name!r}")
    if fold(name) in map(fold, GIANTS) or _is_listed(name):
        raise InputError(f"{name} is the name of another region or of an economy: choose another name")
    return name.strip(), _listed(members)[1]


def _named(spec: str, year: int) -> tuple[str, tuple[str, ...]]:
    key, known = fold(spec), {fold(name): name for name in memberships()}
    if key in known:
        name = known[key]
        rows = memberships()[name]
        members = tuple(code for code, since, until in rows if since <= year < until)
        if not members:
            raise InputError(f"{name} has no members in {year}: its first members joined in {rows[0][1]}")
        return name, members
    if _is_listed(spec):
        return _listed([spec])
    own = own_regions()
    for name in own:
        if fold(name) == key:
            return _own({"name": name, "members": own[name]})
    raise InputError(
        f"there is no region {spec!r}: write one of {', '.join([*known.values(), *own])}, a list of economies such as "
        f"[KAZ, KGZ, UZB], or {OWN_REGION}{nearest(spec, [*known.values(), *own, *known_names()], NEAR_NAME)}"
    )


def _is_listed(name: str) -> bool:
    """Say whether it is one of an economy's names, or of an aggregate's, which `iso3` refuses in words."""
    key = fold(name)
    elsewhere = key in other_names()["shared"] or name.strip().upper() in other_names()["retired"]
    return elsewhere or is_aggregate(key) or key in own_names() or key in spellings()


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
