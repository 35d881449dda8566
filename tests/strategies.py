"""Hypothesis strategies for what the models admit."""

from hypothesis import settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.regions import region

CODES = sorted(load("economies")["iso3"])
YEARS = {"delivered": (2005, 2025), "deliverable": (2010, 2023)}


def examples(usual: int) -> int:
    """Return how many examples to try: ten times as many in the thorough profile."""
    return 10 * usual if settings.get_current_profile_name() == "thorough" else usual


@st.composite
def shared_values(draw: st.DrawFn) -> dict[str, object]:
    """Values of the shared parameters that the snapshot's model admits: named and own regions, any exclusions."""
    measure = draw(st.sampled_from(list(YEARS)))
    year = draw(st.integers(*YEARS[measure]))
    one, other = draw(_pairs(year))
    return {
        "region": one,
        "benchmark": other,
        "region_exclude": draw(_exclusions(one, year)),
        "benchmark_exclude": draw(_exclusions(other, year)),
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
def _exclusions(draw: st.DrawFn, spec: object, year: int) -> list[str] | None:
    members = region(spec, year).members
    if draw(st.booleans()):
        return None
    return draw(st.lists(st.sampled_from(members), max_size=len(members) - 1, unique=True))
