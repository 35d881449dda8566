"""Hypothesis strategies for what the models admit."""

from hypothesis import assume, reject, settings
from hypothesis import strategies as st

from carec_digital_trade.datasets import load
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import COMPONENTS, CountryParameters, IntegrationParameters, ScenarioParameters
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import presets

CODES = sorted(load("economies")["iso3"])
YEARS = {"delivered": (2005, 2025), "deliverable": (2010, 2023)}
INTERNET = "internet_users_pct"
WEIGHTS = st.dictionaries(st.sampled_from(COMPONENTS), st.floats(0.01, 1000) | st.integers(0, 3), min_size=1)
LAST = {"delivered": 2025, "deliverable": 2023}
OWN = {
    "kind": "trade_per_10_percent",
    "indicator": "internet_users",
    "measures": ["delivered", "deliverable"],
    "central": 2.0,
    "source": "A survey",
}
FULL = {"family": "paperless", "effect": "escap_cpta", "benchmark": "full"}


def lever(family, effects, **fields):
    fields = {"closure": st.floats(0, 1), "end": st.integers(2026, 2040), **fields}
    return st.fixed_dictionaries({"family": st.just(family), "effect": st.sampled_from(effects)}, optional=fields)


LEVERS = st.tuples(
    st.none()
    | lever(
        "regulation",
        ["wto2023_interaction", "wto2023_interaction_best"],
        benchmark=st.sampled_from(["median", "full", "SGP"]),
    ),
    st.none()
    | lever(
        "connectivity",
        ["wto2023_trade", "wto2023_cost_points", ["wto2023_cost", "oecd2018_services"], "yousefi2018"],
        phase=st.just("logistic"),
        benchmark=st.sampled_from(["best", "median", "DEU"]),
    ),
    st.none() | lever("inclusion", [{**OWN, "low": 1.0}, {**OWN, "kind": "cost_per_10_percent", "central": -1.0}]),
    st.none() | st.builds(lambda share: {**FULL, "spillover": share}, st.floats(0.01, 1)),
    st.none() | st.just({"family": "inclusion", "indicator": "internet_users", "benchmark": "best"}),
).map(lambda drawn: [each for each in drawn if each is not None])
TARGETS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["multiple", "benchmark_ratio"]), "year": st.integers(2026, 2030)},
    optional={"multiple": st.floats(1, 50)},
)

EFFECTS = {
    "regulation": [None, {}, {"regulation": None}],
    "paperless": [
        None,
        {"paperless": "escap_tfa_digital"},
        {"paperless": {**OWN, "kind": "trade_at_full", "indicator": "cpta"}},
    ],
    "connectivity": [None, {"connectivity": "oecd2018_services"}, {"connectivity": "wto2023_cost"}],
    "inclusion": [None, {"inclusion": OWN}],
    "all_four": [
        None,
        {"connectivity": "oecd2018_services", "regulation": None},
        {"inclusion": OWN, "paperless": None, "connectivity": "wto2023_cost_points"},
    ],
}


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
def gap_values(draw: st.DrawFn) -> dict[str, object]:
    """Values that the model admits; one vintage, since both names stand for the same files."""
    return draw(shared_values()) | {
        "vintage": "bundled",
        "weights": draw(st.none() | WEIGHTS.filter(lambda weights: sum(weights.values()) > 0)),
        "draft_value": draw(st.floats(0, 1) | st.sampled_from([0, 1])),
        "aggregation": draw(st.sampled_from(["arithmetic", "geometric"])),
        "coding_error": draw(st.sampled_from([0, 0.05, 0.5]) | st.floats(0, 0.5)),
        "draws": draw(st.integers(100, 300)),
        "estimator": draw(st.sampled_from(["ols", "ppml"])),
        "covariates": draw(
            st.sampled_from([[], [INTERNET], ["fixed_broadband_per_100", INTERNET], ["coverage_4g_pct"]])
        ),
    }


@st.composite
def scenario_values(draw: st.DrawFn) -> dict[str, object]:
    """Values that the model admits; one vintage, since both names stand for the same files."""
    shared = draw(shared_values())
    values = shared | {
        "vintage": "bundled",
        "preset": draw(st.sampled_from(sorted(presets()))),
        "levers": draw(st.none() | LEVERS),
        "baseline": draw(st.sampled_from(["shrunken_drift", "own_drift"])),
        "horizon": draw(st.integers(LAST[shared["measure"]] + 1, 2060)),
        "trade_elasticity": draw(st.sampled_from([[-5.0, -4.0, -3.7, -2.8], -4, -0.5])),
        "studies": draw(st.sampled_from([None, {"wto2023": 1}, {"wto2023": 0.5, "oecd2018": 2, "yousefi2018": 0}])),
        "prices": draw(st.sampled_from(["current", "constant"])),
        "relative_uncertainty": draw(st.floats(0, 0.99)),
        "support": draw(st.sampled_from([1, 2, 5.5, 100])),
        "draws": draw(st.integers(100, 200)),
        "target": draw(st.none() | TARGETS),
    }
    if values["levers"] is None:
        values["effects"] = draw(st.sampled_from(EFFECTS[values["preset"].removesuffix("_half")]))
    try:
        ScenarioParameters.validated(values)
    except InputError:
        reject()
    return values


@st.composite
def integration_values(draw: st.DrawFn) -> dict[str, object]:
    """Values that the model admits: a region of one is refused, and the bundled trade by partner is goods of 2023."""
    values = draw(shared_values()) | {
        "year": 2023,
        "measure": "goods",
        "vintage": "bundled",
        "controls": draw(st.none() | st.lists(st.sampled_from(["contiguous", "both_landlocked"]), unique=True)),
        "groups": draw(st.sampled_from([[], ["former Soviet Union"], [["CHN", "KAZ", "DEU"], "SAARC"]])),
        "cluster": draw(st.sampled_from(["pair", "two_way"])),
    }
    try:
        IntegrationParameters.validated(values)
    except InputError:
        reject()
    return values


@st.composite
def country_values(draw: st.DrawFn) -> dict[str, object]:
    """Values that the model admits: an economy with figures of the year, inside or outside the benchmark."""
    measure = draw(st.sampled_from(list(YEARS)))
    values = {
        "economy": draw(st.sampled_from(CODES)),
        "benchmark": draw(st.sampled_from(["ASEAN", "CAREC", ["JPN", "KOR"], "SGP"])),
        "year": draw(st.integers(*YEARS[measure])),
        "measure": measure,
        "flow": draw(st.sampled_from(["total", "exports", "imports"])),
        "preset": draw(st.sampled_from(sorted(presets()))),
        "horizon": draw(st.integers(LAST[measure] + 1, 2060)),
        "draws": draw(st.integers(100, 200)),
    }
    try:
        CountryParameters.validated(values)
    except InputError:
        reject()
    return values


SETS = {
    "snapshot": shared_values(in_full=True),
    "gap_analysis": gap_values(),
    "scenarios": scenario_values(),
    "integration": integration_values(),
    "country": country_values(),
}
"""What each notebook may be asked."""


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
    other = draw(st.lists(st.sampled_from(others), min_size=1, max_size=8, unique=True))
    return own, draw(st.sampled_from([other, {"name": "The others of my own", "members": other}]))


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
