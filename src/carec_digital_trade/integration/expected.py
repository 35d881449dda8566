"""Is it little? The trade within a region against what its members' size, distance and ties lead one to expect."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, attempt
from carec_digital_trade.integration.gravity import Cluster, Gravity, equation, gravity
from carec_digital_trade.integration.indices import without_each
from carec_digital_trade.integration.pairs import LEGACY, SIDES, Control, groups, marked, tied
from carec_digital_trade.regions import GIANTS, Region
from carec_digital_trade.regions import region as named_region

WITHIN = ("within_region", "within_benchmark")
"""Terms that are 1 where both are members of the region, and of the benchmark."""

LADDER: Mapping[str, Sequence[Control]] = {
    "distance": (),
    "contiguity": ("contiguous",),
    "languages": ("common_official_language", "common_spoken_language"),
    "colonial_ties": ("colonial_tie", "common_coloniser_after_1945", "colonial_tie_after_1945"),
    "one_country": ("were_one_country",),
}
"""What is held fixed one after the other, from distance alone to all ties."""

_MOST_DROPPED = 30
_BALANCED = 1e-11
_MOST_ROUNDS = 10_000
_RATIO = "actual_over_expected"


def together(regions: Sequence[Region], named: Sequence[Any] = ()) -> dict[str, tuple[str, ...]]:
    """Return the members of a region, a benchmark and further groups by the term that stands for them.

    Parameters
    ----------
    regions : sequence of Region
        The region and the benchmark.
    named : sequence
        Groups, as `groups` takes them.

    Returns
    -------
    dict of str to tuple of str
        For `gravity_pairs`.
    """
    return {term: each.members for term, each in zip(WITHIN, regions, strict=True)} | groups(named, regions[0].year)


def expected_within(fit: Gravity, regions: Sequence[Region]) -> pd.DataFrame:
    """Set the trade within regions against what it would be if they traded like any other economies.

    The fitted trade within the region is taken back by its term, exp(-c), and all flows are then scaled so that each
    economy's exports and imports are again what they are (iterative proportional fitting, Deming and Stephan 1940): the
    same trade, other partners. That is the conditional effect of Yotov and others (2016); exp(c) alone is the partial
    one, and the two part for a region that is a large part of its members' trade.

    Parameters
    ----------
    fit : Gravity
        With the terms of `WITHIN`.
    regions : sequence of Region
        The region and the benchmark.

    Returns
    -------
    pandas.DataFrame
        One row a region: region (label), term, pairs (of members in the data), zeros (without trade), total (trade
        within, exports, in the unit of the flows), expected, actual_over_expected, intra_regional_share (0 to 1, of
        exports plus imports with the economies in the fit), expected_share, partial_ratio (exp(c)); expected and what
        follows from it with ``_low`` and ``_high`` at the ends of the term's interval. NaN where the term could not be
        estimated.
    """
    wide = fit.flows.pivot(index=SIDES[0], columns=SIDES[1], values="fitted").fillna(0.0)
    terms = fit.coefficients.set_index("term")
    rows = []
    for term, each in zip(WITHIN, regions, strict=True):
        row = {"region": each.label, "term": term} | _actual(fit.flows, each)
        at = terms.loc[term] if term in terms.index else None
        known = at is not None and np.isfinite(at["coefficient"])
        for end, column in (("", "coefficient"), ("_low", "low"), ("_high", "high")):
            expected = _without_term(wide, each, at[column]) if known else np.nan
            ratio = row["total"] / expected
            row |= {f"expected{_turned(end)}": expected, f"{_RATIO}{end}": ratio}
            row[f"partial_ratio{end}"] = np.exp(at[column]) if known else np.nan
            row[f"expected_share{_turned(end)}"] = row["intra_regional_share"] / ratio
        rows.append(row)
    return pd.DataFrame(rows)


def variants(
    bilateral: pd.DataFrame,
    distances: pd.DataFrame,
    regions: Sequence[Region],
    controls: Sequence[Control],
    named: Sequence[Any] = (),
    cluster: Cluster = "leverage",
) -> pd.DataFrame:
    """Repeat the comparison with one thing changed at a time.

    Parameters
    ----------
    bilateral, distances : pandas.DataFrame
        As in `gravity_pairs`.
    regions : sequence of Region
        The region and the benchmark.
    controls : sequence of str
        Ties that are held fixed as asked.
    named : sequence
        Groups that are held fixed as asked.
    cluster : {"pair", "two_way", "leverage"}
        As asked.

    Returns
    -------
    pandas.DataFrame
        One row a variant and region: key, variant (in words), region, and the columns of `expected_within`; said (why
        the comparison cannot be made, or empty). The first is as asked; then the ladder from distance alone to all
        ties; the legacy and being landlocked, beside what is asked; the other clusters; and
        each region with its dominant member left out, or in full where members are left out.
    """
    asked: dict[str, Any] = {
        "controls": [*controls],
        "named": [*named],
        "cluster": cluster,
        "regions": [*regions],
    }
    steps = {"as_asked": ("as asked", asked)} | _ladder(asked)
    if LEGACY not in named:
        steps["legacy"] = (f"{LEGACY} held fixed", asked | {"named": [*named, LEGACY]})
    if "both_landlocked" not in controls:
        steps["landlocked"] = ("landlocked pairs held fixed", asked | {"controls": [*controls, "both_landlocked"]})
    steps |= {kind: (words, asked | {"cluster": kind}) for kind, words in _CLUSTERS.items() if kind != cluster}
    steps |= _other_members(asked)
    pairs, frames, fit = attempt(tied, bilateral, distances), [], None
    for key, (words, spec) in steps.items():
        if key != "as_asked" and spec == asked:
            continue
        frame, said, fit = _compared(pairs, **spec, start=fit)
        frames.append(frame.assign(region=[each.label for each in regions], key=key, variant=words, said=said))
    return pd.concat(frames, ignore_index=True)


def dropping_each(
    bilateral: pd.DataFrame,
    distances: pd.DataFrame,
    regions: Sequence[Region],
    controls: Sequence[Control],
    named: Sequence[Any] = (),
    cluster: Cluster = "leverage",
) -> pd.DataFrame:
    """Repeat the comparison without one member at a time, who then counts as an outsider.

    Parameters
    ----------
    bilateral, distances, regions, controls, named, cluster
        As in `variants`.

    Returns
    -------
    pandas.DataFrame
        One row a member, the one with the largest part of the trade within first, at most 30:
        region, iso3, actual_over_expected with its interval; NaN where too few are left.
    """
    pairs, rows, fit = attempt(tied, bilateral, distances), [], None
    for side, each in enumerate(regions):
        parts = without_each(bilateral, each).dropna(subset="involved")
        for code in parts.nlargest(_MOST_DROPPED, "involved")["iso3"]:
            left = Region(each.name, tuple(one for one in each.members if one != code), each.year)
            both = [left if place == side else one for place, one in enumerate(regions)]
            frame, _, fit = _compared(pairs, both, controls, named, cluster, fit)
            found = frame.loc[frame.index[side], [_RATIO, f"{_RATIO}_low", f"{_RATIO}_high"]]
            rows.append({"region": each.label, "iso3": code} | found.to_dict())
    return pd.DataFrame(rows, columns=["region", "iso3", _RATIO, f"{_RATIO}_low", f"{_RATIO}_high"])


_CLUSTERS = {
    "leverage": "errors corrected for leverage",
    "pair": "errors by pair, not corrected",
    "two_way": "two-way clusters",
}
_RUNGS = {
    "distance": "distance alone",
    "contiguity": "with common borders",
    "languages": "with languages too",
    "colonial_ties": "with colonial ties too",
    "one_country": "with one country once too",
}


def _compared(
    pairs: pd.DataFrame | InputError,
    regions: Sequence[Region],
    controls: Sequence[Control],
    named: Sequence[Any],
    cluster: Cluster,
    start: Gravity | None,
) -> tuple[pd.DataFrame, str, Gravity | None]:
    """Return the comparison, or an empty one and why it cannot be made, and the fit to start the next one from."""
    inside = together(regions, named)
    found = attempt(marked, pairs, inside)
    fit = attempt(gravity, found, equation(["log_distance", *controls, *inside]), cluster, start)
    if isinstance(fit, InputError):
        empty = pd.DataFrame(index=range(len(regions)), columns=[_RATIO, f"{_RATIO}_low", f"{_RATIO}_high"])
        return empty, str(fit), start
    return expected_within(fit, regions), "", fit


def _ladder(asked: Mapping[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    held: list[Control] = []
    steps = {}
    for key, more in LADDER.items():
        held = [*held, *more]
        steps[key] = (_RUNGS[key], dict(asked) | {"controls": list(held), "named": []})
    return steps


def _other_members(asked: Mapping[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    steps = {}
    for side, each in enumerate(asked["regions"]):
        giant = GIANTS.get(each.name)
        if giant in each.members and len(each.members) > 2:
            changed = named_region(each.name, each.year, [*each.excluded, giant])
        elif each.excluded:
            changed = Region(each.name, (*each.members, *each.excluded), each.year)
        else:
            continue
        both = [changed if place == side else one for place, one in enumerate(asked["regions"])]
        label = changed.label if changed.excluded else f"{changed.label} in full"
        steps[f"other_members_of_{WITHIN[side].removeprefix('within_')}"] = (label, dict(asked) | {"regions": both})
    return steps


def _actual(flows: pd.DataFrame, region: Region) -> dict[str, Any]:
    ours = [flows[side].isin(region.members) for side in SIDES]
    inside = flows.loc[ours[0] & ours[1], "value"]
    whole = sum(flows.loc[each, "value"].sum() for each in ours)
    return {
        "pairs": len(inside),
        "zeros": int((inside == 0).sum()),
        "total": inside.sum() if len(inside) else np.nan,
        "intra_regional_share": 2 * inside.sum() / whole if len(inside) and whole else np.nan,
    }


def _without_term(fitted: pd.DataFrame, region: Region, coefficient: float) -> float:
    """Return the trade within the region with its term taken back and each economy's totals kept."""
    start = fitted.to_numpy()
    ours = np.outer(fitted.index.isin(region.members), fitted.columns.isin(region.members))
    balanced = _balanced(np.where(ours, start * np.exp(-coefficient), start), start.sum(axis=1), start.sum(axis=0))
    return balanced[ours].sum()


def _balanced(flows: np.ndarray, exports: np.ndarray, imports: np.ndarray) -> np.ndarray:
    """Scale rows and columns in turn until they add up to exports and imports."""
    for _ in range(_MOST_ROUNDS):
        flows = flows * (exports / flows.sum(axis=1))[:, None]
        columns = flows.sum(axis=0)
        if np.abs(columns / imports - 1).max() < _BALANCED:
            break
        flows = flows * (imports / columns)
    return flows


def _turned(end: str) -> str:
    """Return the other end: the more a region trades beyond what is expected, the less is expected."""
    return {"": "", "_low": "_high", "_high": "_low"}[end]
