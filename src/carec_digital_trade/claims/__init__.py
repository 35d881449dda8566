"""Do the article's claims hold? Each is read from the table ``claims``, computed anew, and given a verdict.

Verdicts: *reproduced*, a figure that follows to its last printed digit from the article's own Table 1; *supported*,
the data agree, also when like is compared with like; *qualified*, they agree with a part of the claim, or with the
sentence as written and not when like is compared with like, or do not settle it; *overtaken*, the tracker of laws is
further on than the article, which may have been right; *not supported*, they show nothing that the claim could be the
reason of; *contradicted*, they disagree; *not testable here*, the package has no data on it other than the article's
own word. A share of trade within a region is also *qualified* where another reading of it gives the figure.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from carec_digital_trade.claims import infrastructure, integration, law, trade
from carec_digital_trade.claims.evidence import Evidence, Finding, words
from carec_digital_trade.datasets import BUNDLED, describe, has_table, load
from carec_digital_trade.regions import region
from carec_digital_trade.vintages import remembered

VERDICTS = ("reproduced", "supported", "qualified", "overtaken", "not supported", "contradicted", "not testable here")
"""In the order of a table."""


def verdicts(vintage: str = BUNDLED) -> pd.DataFrame:
    """Hold every claim of the article against the data.

    Parameters
    ----------
    vintage : str
        Vintage of the data.

    Returns
    -------
    pandas.DataFrame
        One row a claim: id, kind, section, quote, article_value, value, unit (of both values), verdict, finding (a
        sentence), source.
    """
    return _verdicts(vintage).copy(deep=False)


@remembered(maxsize=8)
def _verdicts(vintage: str) -> pd.DataFrame:
    evidence, claims = Evidence.of(vintage), load("claims", vintage)
    checks = [_CHECKS[name] for name in claims["check"]]
    found = [check(claim, evidence) for (check, _), claim in zip(checks, claims.itertuples(index=False), strict=True)]
    frame = claims[["id", "kind", "section", "quote", "article_value"]].join(pd.DataFrame(found))
    frame["source"] = [_source(tables, vintage) for _, tables in checks]
    return frame


def counted(verdicts_given: pd.DataFrame) -> pd.DataFrame:
    """Count the claims by verdict.

    Parameters
    ----------
    verdicts_given : pandas.DataFrame
        From `verdicts`.

    Returns
    -------
    pandas.DataFrame
        One row a verdict: verdict, claims, and item, its name in results.csv.
    """
    numbers = verdicts_given["verdict"].value_counts()
    frame = numbers.reindex(list(VERDICTS), fill_value=0).rename("claims").rename_axis("verdict").reset_index()
    return frame.assign(item=frame["verdict"].str.replace(" ", "_"))


def quoted_shares(vintage: str = BUNDLED) -> pd.DataFrame:
    """Return the intra-regional shares of all trade that the article quotes.

    Parameters
    ----------
    vintage : str
        Vintage of the table.

    Returns
    -------
    pandas.DataFrame
        One row a region: region (label), year, intra_regional_share (0 to 1).
    """
    table = load("intraregional", vintage)
    labels = [region(row.region, exclude=words(row.excluded)).label for row in table.itertuples()]
    shares = table["intra_regional_share_pct"] / 100
    return pd.DataFrame({"region": labels, "year": table["year"], "intra_regional_share": shares})


def _source(tables: Sequence[str], vintage: str) -> str:
    held = [name for name in tables if has_table(name, vintage)]
    return "; ".join(f"{name} ({describe(name, vintage)['vintage']})" for name in held) or "none"


_CHECKS: dict[str, tuple[Callable[[Any, Evidence], Finding], tuple[str, ...]]] = {
    "total": (trade.total, ("table1", "delivered")),
    "revision": (trade.revision, ("table1", "delivered")),
    "like_for_like": (trade.like_for_like, ("table1",)),
    "more_balanced": (trade.more_balanced, ("table1",)),
    "dominance": (trade.dominance, ("table1",)),
    "low_levels": (trade.low_levels, ("delivered", "panel")),
    "connectivity": (infrastructure.connectivity, ("panel", "mobile_broadband", "coverage_4g")),
    "exchange_points": (infrastructure.exchange_points, ("exchange_points", "panel")),
    "data_centres": (infrastructure.data_centres, ("exchange_points",)),
    "affordability": (infrastructure.affordability, ("broadband_prices",)),
    "intra_regional": (integration.intra_regional, ("bilateral_goods", "bilateral")),
    "little_for_size": (integration.little_for_size, ("bilateral_goods", "distances")),
    "no_data": (trade.no_data, ()),
    "law_in_most": (law.law_in_most, ("cyberlaw",)),
    "law_exists": (law.law_exists, ("cyberlaw",)),
    "law_in_each": (law.law_in_each, ("cyberlaw",)),
    "law_only_in": (law.law_only_in, ("cyberlaw",)),
    "law_draft_in": (law.law_draft_in, ("cyberlaw",)),
    "law_unfinished_in": (law.law_unfinished_in, ("cyberlaw",)),
    "readiness_gap": (law.readiness_gap, ("cyberlaw", "panel", "delivered")),
    "treaty_not_party": (law.treaty_not_party, ("cpta",)),
}
"""Name in the table to the check, and the tables that it rests on."""
