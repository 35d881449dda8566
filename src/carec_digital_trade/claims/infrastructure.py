"""Checks of the article's claims on digital infrastructure: connectivity, exchange points, data centres, prices."""

from typing import Any

from carec_digital_trade.claims.evidence import Evidence, Finding, Verdict, graded, name
from carec_digital_trade.metrics import CONNECTIVITY, PRICES, behind, latest_of_members
from carec_digital_trade.regions import region

WORDS = {
    "internet_users": "internet users",
    "mobile_broadband": "mobile broadband",
    "fixed_broadband": "fixed broadband",
    "coverage_4g": "4G coverage",
    "mobile_price": "price of mobile broadband",
    "fixed_price": "price of fixed broadband",
}


def connectivity(claim: Any, evidence: Evidence) -> Finding:
    """Ask in how many of four indicators most members are below the other region's median."""
    return _worse(claim, evidence, CONNECTIVITY, "worse connected")


def affordability(claim: Any, evidence: Evidence) -> Finding:
    """Ask in how many of two baskets most members pay more, in income, than the other region's median."""
    found = _worse(claim, evidence, PRICES, "dearer in income")
    return found._replace(finding=f"{found.finding} The article names no measure; a price is one of reach.")


def exchange_points(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether members have exchange points, and as many for their people as the other region.

    Contradicted if more than half have one and their median per person is no lower, qualified if some have one; where
    nobody is listed it is not testable, since that is not zero.
    """
    ours, theirs = (
        latest_of_members(evidence.infrastructure, region(each), "exchange_points") for each in _pair(claim)
    )
    median, other = ours["value"].median(), theirs["value"].median()
    fewer = not median >= other
    return _there(
        claim,
        ours,
        fewer,
        f" Per 10 million people the listed have {median:.1f} at the median, the others {other:.1f}.",
    )


def data_centres(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether members are without data centres.

    Contradicted if more than half have one, qualified if some have; where nobody is listed it is not testable.
    """
    ours = latest_of_members(evidence.infrastructure, region(_pair(claim)[0]), "data_centres")
    return _there(claim, ours, False, "")


def _there(claim: Any, ours: Any, fewer: bool, more: str) -> Finding:
    listed, missing = ours[ours["value"] > 0], ours[~(ours["value"] > 0)]
    verdict: Verdict = "contradicted" if 2 * len(listed) > len(ours) and not fewer else "qualified"
    if listed.empty:
        verdict = "not testable here"
    return Finding(
        len(listed),
        "members",
        verdict,
        f"{len(listed)} of {_pair(claim)[0]}'s {len(ours)} members are listed with at least one; not listed, which is "
        f"not zero: {', '.join(map(name, missing['iso3'])) or 'none'}.{more}",
    )


def _worse(claim: Any, evidence: Evidence, indicators: tuple[str, ...], what: str) -> Finding:
    one, other = (region(each) for each in _pair(claim))
    most, told = [], []
    for indicator in indicators:
        ours, theirs = (latest_of_members(evidence.infrastructure, each, indicator) for each in (one, other))
        worse = behind(ours["value"], theirs["value"], indicator).dropna()
        most.append(2 * worse.sum() > len(worse))
        told.append(f"{WORDS[indicator]} {worse.sum()} of {len(worse)}")
    return Finding(
        sum(most),
        f"of {len(indicators)} indicators",
        graded(most),
        f"Members of {one.name} {what} than {other.name}'s median, latest year of each: {', '.join(told)}. Supported "
        "if most members are so in every indicator, contradicted if in none.",
    )


def _pair(claim: Any) -> tuple[str, str]:
    one, other = claim.region.split()
    return one, other
