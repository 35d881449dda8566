"""Checks of the article's claims on trade among the members: how much it is, and what it is attributed to."""

import math
from typing import Any

from carec_digital_trade.claims.evidence import Evidence, Finding, Verdict, graded, words
from carec_digital_trade.errors import InputError
from carec_digital_trade.integration import (
    LEGACY,
    equation,
    expected_within,
    gravity,
    gravity_pairs,
    indices,
    nearest_year,
    services_integration,
    together,
)
from carec_digital_trade.integration.pairs import TIES
from carec_digital_trade.regions import Region, region


def intra_regional(claim: Any, evidence: Evidence) -> Finding:
    """Hold a quoted share of trade within a region against goods by partner.

    It is reproduced if the share of exports plus imports rounds to it, near (qualified) if it lies between those of
    exports, of imports and of both, rounded, and contradicted else.
    """
    one = _quoted_region(claim.region, evidence)
    try:
        found = indices(evidence.goods, one)
    except InputError as error:
        return Finding(math.nan, claim.unit, "not testable here", f"{str(error).capitalize()}.")
    both, exports, imports = (
        100 * share
        for share in (
            found.intra_regional_share,
            found.intra_regional_share_exports,
            found.intra_regional_share_imports,
        )
    )
    known = sorted(map(round, (both, exports, imports)))
    verdict: Verdict = "contradicted"
    if round(both) == claim.article_value:
        verdict = "reproduced"
    elif known[0] <= claim.article_value <= known[-1]:
        verdict = "qualified"
    year = evidence.goods["year"].iloc[0]
    return Finding(
        both,
        claim.unit,
        verdict,
        f"Of the trade in goods of {one.label} in {year}, {both:.1f}% is within: {exports:.1f}% of exports, "
        f"{imports:.1f}% of imports{_in_services(one, evidence)}.",
    )


def little_for_size(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether there is a shortfall to attribute: does the region trade less within than size and distance give?

    As asked, with the ties of the former Soviet Union held fixed, and with all members; that what the claim names is
    the cause of a shortfall could not be told in any case.
    """
    names = claim.region.split()
    regions = [_quoted_region(one, evidence) for one in names]
    full = [region(names[0], regions[0].year), regions[1]]
    asked = expected_within(*_fitted(regions, [], evidence)).iloc[0]
    others = [expected_within(*_fitted(*spec, evidence)).iloc[0] for spec in ((regions, [LEGACY]), (full, []))]
    less = [bool(row["actual_over_expected_high"] < 1) for row in (asked, *others)]
    told = [
        f"{row['actual_over_expected']:.2f} ({row['actual_over_expected_low']:.2f} to "
        f"{row['actual_over_expected_high']:.2f})"
        for row in (asked, *others)
    ]
    return Finding(
        asked["actual_over_expected"],
        "ratio of actual to expected trade within",
        graded(less) if any(less) else "not supported",
        f"For their size, distance and ties the members of {regions[0].label} trade {told[0]} times what is expected "
        f"within, with the {LEGACY} held fixed {told[1]}, with all members {told[2]}: {sum(less)} of 3 find a "
        f"shortfall that anything could be attributed to, and the equation holds no logistics or regulation.",
    )


def _fitted(regions: list[Region], groups: list[str], evidence: Evidence) -> tuple[Any, list[Region]]:
    inside = together(regions, groups)
    pairs = gravity_pairs(evidence.goods, evidence.distances, inside)
    return gravity(pairs, equation(["log_distance", *TIES, *inside])), regions


def _quoted_region(one: str, evidence: Evidence) -> Region:
    quoted = evidence.quoted.loc[one]
    return region(one, int(quoted["year"]), words(quoted["excluded"]))


def _in_services(one: Region, evidence: Evidence) -> str:
    """Say the share in services, where they are imported, and how much of it is estimated."""
    if evidence.bilateral is None:
        return ""
    year = nearest_year(evidence.bilateral, one.year)
    try:
        found = services_integration(evidence.bilateral, one, year)
    except InputError:
        return ""
    share = found.indices.intra_regional_share
    if math.isnan(share):
        return ""
    return (
        f"; of that in digitally deliverable services in {year} it is {share:.1%}, {found.estimated_value:.0%} of it "
        f"estimated"
    )
