"""Checks of the article's claims on the law and on the paperless trade agreement."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from carec_digital_trade.claims.evidence import Evidence, Finding, Verdict, name, words
from carec_digital_trade.prose import listing
from carec_digital_trade.readiness import CODING_ERROR, compare, components, uncertainty
from carec_digital_trade.regions import GIANTS, REFERENCE_YEAR, region

SETTLED = 0.9
"""Share of the draws from which a region's lead in readiness counts as settled."""
WEIGHTED = {"plain": "with all members counted alike", "gdp": "weighted by GDP", "trade": "weighted by trade"}
"""How members are weighted, in words."""
_WITHOUT = "_without_giants"
_CELLS = ("overtaken", "contradicted", "not testable here")
_NEWER = " The tracker is newer than the article and does not say when a law was passed."


def law_in_most(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether more than half of the members have the legislation."""
    members = region(claim.region).members
    having = _having_all(evidence, members, claim.domain)
    verdict: Verdict = "supported" if len(having) > len(members) / 2 else "contradicted"
    others = ", ".join(name(code) for code in members if code not in having)
    sentence = f"{len(having)} of {len(members)} members have the legislation; not, or not known: {others or 'none'}."
    return Finding(len(having), "members", verdict, sentence)


def law_exists(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether any member has the legislation."""
    members = region(claim.region).members
    having = _having_all(evidence, members, claim.domain)
    verdict: Verdict = "supported" if having else "contradicted"
    return Finding(len(having), "members", verdict, f"{len(having)} of {len(members)} members have the legislation.")


def law_in_each(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether each economy named has legislation in every domain."""
    cells = [(code, domain, "mature") for code in words(claim.economies) for domain in words(claim.domain)]
    return _cells_told(cells, evidence, "cells named have the legislation")


def law_only_in(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether the economies named, and no others, have the legislation."""
    named = words(claim.economies)
    cells = [
        (code, claim.domain, "legislation" if code in named else "not completed")
        for code in region(claim.region).members
    ]
    return _cells_told(cells, evidence, "members are as the article has them")


def law_draft_in(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether the economies named have a draft."""
    cells = [(code, claim.domain, "draft") for code in words(claim.economies)]
    return _cells_told(cells, evidence, "named have a draft")


def law_unfinished_in(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether the economies named have no finished legislation."""
    cells = [(code, claim.domain, "still refining") for code in words(claim.economies)]
    return _cells_told(cells, evidence, "named have no finished legislation")


def _cells_told(cells: Sequence[tuple[str, str, str]], evidence: Evidence, what: str) -> Finding:
    """Give each cell the verdict that `readiness.codings` gives it, and the claim that of all of them.

    Supported if every cell that can be tested is; overtaken if the tracker is further on in some and contradicts none;
    contradicted if it contradicts all that it does not overtake; else qualified.
    """
    told = [(code, domain, compare(said, evidence.status[code, domain])) for code, domain, said in cells]
    found = {kind: [f"{name(code)} ({domain})" for code, domain, each in told if each == kind] for kind in _CELLS}
    agree = len(told) - sum(map(len, found.values()))
    if len(found["not testable here"]) == len(told):
        verdict: Verdict = "not testable here"
    elif found["contradicted"]:
        verdict = "qualified" if agree else "contradicted"
    else:
        verdict = "overtaken" if found["overtaken"] else "supported"
    listed = "; ".join(f"{kind}: {', '.join(named)}" for kind, named in found.items() if named)
    sentence = f"{agree} of the {len(told)} {what}; {listed or 'none otherwise'}."
    return Finding(agree, "cells", verdict, sentence + _NEWER if found["overtaken"] else sentence)


def treaty_not_party(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether the economies named are outside the treaty, by a source other than the article."""
    named = words(claim.economies)
    rows = evidence.treaty.loc[named]
    parties = list(rows.index[rows["party_since"].notna()])
    independent = rows["source"] != "the article"
    outside = [code for code in region(claim.region).members if pd.isna(evidence.treaty.loc[code, "party_since"])]
    if parties:
        verdict: Verdict = "contradicted"
    else:
        verdict = "supported" if independent.all() else "qualified" if independent.any() else "not testable here"
    return Finding(
        len(named) - len(parties),
        "members",
        verdict,
        f"{int(independent.sum())} of the {len(named)} named have a source other than the article. Not "
        f"parties in our table: {', '.join(map(name, outside))}.",
    )


def readiness_gap(claim: Any, evidence: Evidence) -> Finding:
    """Ask whether the region said to be ahead in readiness leads, whatever the choices of method and the errors.

    Supported if it leads in nine of ten draws even with its own unknown laws at 0 and the others' at 1, with all
    members counted alike and weighted by GDP and by trade, and with each region's giant as without; contradicted if in
    each of these it leads in at most one of ten even with the unknown laws in its favour; else the draws settle
    nothing, and the claim is qualified.
    """
    ahead = claim.region.split()[1]
    both = _readiness_leads(claim.region, evidence).loc[[ahead]]
    full, alike = (both[both["without_giants"] == without] for without in (False, True))
    if (both["leads_at_least"] >= SETTLED).all():
        verdict: Verdict = "supported"
    else:
        verdict = "contradicted" if (both["leads_at_most"] <= 1 - SETTLED).all() else "qualified"
    listed, without = (
        listing(f"{row.leads:.0%} {WEIGHTED[row.weighting]}" for row in rows.itertuples()) for rows in (full, alike)
    )
    giants = listing(name(GIANTS[each]) for each in claim.region.split())
    return Finding(
        100 * full.set_index("weighting")["leads"]["plain"],
        "% of draws",
        verdict,
        f"{ahead}'s law is the readier in these shares of random weights, draft values and kinds of mean, with "
        f"{CODING_ERROR:.0%} of the tracker's statuses wrong: {listed}; "
        f"like for like, without the giants {giants}, {without}; "
        f"with the unknown laws in its favour at most {both['leads_at_most'].max():.0%}. From "
        f"{SETTLED:.0%} in all of them the claim would be supported, up to {1 - SETTLED:.0%} in all contradicted. This "
        f"tests only the premise that {ahead} is ahead, and not what readiness does to trade.{_NEWER}",
    )


@lru_cache(maxsize=1)  # two claims of the article rest on the same leads
def _readiness_leads(names: str, evidence: Evidence) -> pd.DataFrame:
    """Return the shares of the draws in which each of the regions named leads, by region, with and without giants."""
    regions = [region(each) for each in names.split()]
    members = [code for each in regions for code in each.members]
    trade = evidence.present.set_index("iso3")["value"].rename("trade")
    panel = evidence.panel.loc[evidence.panel["year"] == REFERENCE_YEAR].set_index("iso3")
    weights = pd.DataFrame({"gdp": panel["gdp_current_usd"], "trade": trade}).reindex(members)
    # A giant without weight is left out, so one simulation serves both.
    others = weights.add_suffix(_WITHOUT)
    others.insert(0, f"plain{_WITHOUT}", 1.0)
    others.loc[[GIANTS[each] for each in names.split()]] = 0
    weights = weights.join(others).rename_axis("iso3").reset_index()
    parts = components(evidence.status.rename("status").reset_index())
    found = uncertainty(parts[parts["iso3"].isin(members)], regions, weights).leads
    without = found["weighting"].str.endswith(_WITHOUT)
    weighting, named = found["weighting"].str.removesuffix(_WITHOUT), {each.label: each.name for each in regions}
    found = found.assign(weighting=weighting, without_giants=without, region=found["region"].map(named))
    return found.set_index("region")


def _is_law(evidence: Evidence, code: str, domain: str) -> bool:
    return evidence.status[code, domain] == "legislation"


def _having_all(evidence: Evidence, members: Sequence[str], domains: str) -> list[str]:
    return [code for code in members if all(_is_law(evidence, code, domain) for domain in words(domains))]
