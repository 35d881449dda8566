"""Hypothesis strategies for what the models admit."""

from hypothesis import assume, settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.regions import region

CODES = sorted(load("economies")["iso3"])
YEARS = {"delivered": (2005, 2025), "deliverable": (2010, 2023)}


def examples(usual: int) -> int:
    """Return how many examples to try: ten times as many in the thorough profile."""
    return 10 * usual if settings.get_current_profile_name() == "thorough" else usual


@st.composite
def shared_values(draw: st.DrawFn, in_full: bool = False) -> dict[str, object]:
    """Values of the shared parameters that the models admit: named and own regions, any exclusions.

    A model that also shows the regions in full (in_full) admits no region and benchmark with a common member; to the
    others it is enough that the exclusions part them, as two halves of one region.
    """
    measure = draw(st.sampled_from(list(YEARS)))
    year = draw(st.integers(*YEARS[measure]))
    apart = in_full or draw(st.sampled_from([True, True, False]))
    one, other = draw(_pairs(year) if apart else _overlapping())
    left_out = [draw(_exclusions(each, year)) for each in (one, other)] if apart else draw(_parted(one, other, year))
    return {
        "region": one,
        "benchmark": other,
        "region_exclude": left_out[0],
        "benchmark_exclude": left_out[1],
        "year": year,
        "measure": measure,
        "flow": draw(st.sampled_from(["total", "exports", "imports"])),
        "vintage": draw(st.sampled_from(["bundled", "latest"])),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


@st.composite
def _pairs(draw: st.DrawFn, year: int) -> tuple[object, object]:
    names = draw(st.permutations(["CAREC", "ASEAN"]))
    kind = draw(st.sampled_from(["named", "first own", "both own"]))
    if kind == "named":
        return names[0], names[1]
    taken = set(region(names[1], year).members) if kind == "first own" else set()
    own = draw(
        st.lists(st.sampled_from([code for code in CODES if code not in taken]), min_size=1, max_size=8, unique=True)
    )
    if kind == "first own":
        return own, names[1]
    others = [code for code in CODES if code not in own]
    return own, draw(st.lists(st.sampled_from(others), min_size=1, max_size=8, unique=True))


@st.composite
def _overlapping(draw: st.DrawFn) -> tuple[object, object]:
    """One region twice, or lists with common members."""
    if draw(st.booleans()):
        return (draw(st.sampled_from(["CAREC", "ASEAN"])),) * 2
    codes = draw(st.lists(st.sampled_from(CODES), min_size=3, max_size=12, unique=True))
    shared, end = sorted(draw(st.lists(st.integers(1, len(codes) - 1), min_size=2, max_size=2, unique=True)))
    return codes[:end], [*codes[:shared], *codes[end:]]


@st.composite
def _parted(draw: st.DrawFn, one: object, other: object, year: int) -> list[list[str]]:
    """Exclusions that leave each common member on one side at most, somebody on both, and labels that differ."""
    members = [region(each, year).members for each in (one, other)]
    sides = {code: draw(st.integers(0, 2)) for code in dict.fromkeys([*members[0], *members[1]])}
    common = set(members[0]) & set(members[1])
    # Side 2 is neither; who is no common member stays, unless he is on it.
    left_out = [
        [code for code in own if sides[code] == 2 or (code in common and sides[code] != side)]
        for side, own in enumerate(members)
    ]
    assume(all(len(out) < len(own) for out, own in zip(left_out, members, strict=True)))
    labels = {region(each, year, out).label for each, out in zip((one, other), left_out, strict=True)}
    assume(len(labels) == 2)
    return left_out


@st.composite
def _exclusions(draw: st.DrawFn, spec: object, year: int) -> list[str] | None:
    members = region(spec, year).members
    if draw(st.booleans()):
        return None
    return draw(st.lists(st.sampled_from(members), max_size=len(members) - 1, unique=True))
