"""Which laws do the members have, and does the article's account of them agree with the tracker's?"""

from typing import Any

import pandas as pd

from carec_digital_trade import readiness
from carec_digital_trade.datasets import load, source_line
from carec_digital_trade.gap_analysis.maturity import COMPONENT_WORDS, tracked
from carec_digital_trade.gap_analysis.series import parts
from carec_digital_trade.parameters import GapParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.readiness import ARTICLE_DOMAINS
from carec_digital_trade.regions import economy_name
from carec_digital_trade.results import Result, record

COMPARISONS = {
    "agree": "agree",
    "newer": "are further on in the tracker",
    "differ": "contradict each other",
    "cannot compare": "cannot be compared",
}
"""What a comparison of the two codings may say, and the words for it in a sentence."""


def by_domain(chosen: GapParameters) -> Result:
    """Count the members of both regions by the status of the law in each domain.

    Parameters
    ----------
    chosen : GapParameters
        The notebook's parameters; the weights have no part in it.

    Returns
    -------
    Result
        One row a domain and region: members by status, mean score of those with a known status, and its bounds.
    """
    frame = pd.concat([readiness.by_domain(parts(chosen), each) for each in chosen.compared()], ignore_index=True)
    order = frame["domain"].map(list(COMPONENT_WORDS).index)
    frame = frame.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    frame = frame.rename(
        columns={"mean": "domain_readiness", "low": "domain_readiness_low", "high": "domain_readiness_high"}
    )
    frame["laws"] = frame["legislation"]
    table = pd.DataFrame(
        {
            "Domain": frame["domain"].map(COMPONENT_WORDS).str.capitalize(),
            "Region": frame["region"],
            "Members": frame["members"],
            "Legislation": frame["legislation"],
            "Draft": frame["draft"],
            "None": frame["none"],
            "No data": frame["no_data"],
            "Mean score": frame["domain_readiness"],
            "Missing at 0": frame["domain_readiness_low"],
            "Missing at 1": frame["domain_readiness_high"],
        }
    )
    units = {"laws": "members", "domain_readiness": "index, 0 to 1"}
    records = [
        (part := record(rows, "by_domain", units)).assign(metric=part["metric"] + f"_{domain}")
        for domain, rows in frame.groupby("domain", sort=False)
    ]
    return Result(
        name="by_domain",
        caption=f"Members by status of the law, tracker of {tracked(chosen)}: a draft counts {chosen.draft_value:g}",
        table=table,
        records=pd.concat(records, ignore_index=True),
        reading=_widest(frame, chosen),
        source=source_line("cyberlaw", vintage=chosen.vintage),
        decimals=dict.fromkeys(table.columns[-3:], 2),
    )


def codings(chosen: GapParameters) -> Result:
    """Set the article's account of the law beside the tracker's, cell by cell.

    Parameters
    ----------
    chosen : GapParameters
        Only the vintage matters: the article speaks of CAREC and ASEAN, whatever regions are chosen.

    Returns
    -------
    Result
        One row a member of CAREC and ASEAN and one column a domain: what the comparison says, with the article's word
        and the tracker's status. Records: the number of cells by comparison.
    """
    cells = readiness.codings(load("law_statements", chosen.vintage), load("cyberlaw", chosen.vintage))
    cells["text"] = [_cell(row) for row in cells.itertuples()]
    wide = cells.pivot(index=["region", "iso3"], columns="domain", values="text")
    wide = wide.loc[list(dict.fromkeys(zip(cells["region"], cells["iso3"], strict=True))), list(ARTICLE_DOMAINS)]
    table = wide.rename(columns=lambda name: COMPONENT_WORDS[name].capitalize()).reset_index()
    table.insert(1, "Economy", [economy_name(code, short=True) for code in table.pop("iso3")])
    counted = pd.crosstab(cells["region"], cells["comparison"]).reindex(
        index=cells["region"].unique(), columns=list(COMPARISONS), fill_value=0
    )
    frames = [
        record(counted[name].rename("cells").reset_index(), "codings", {"cells": "cells"}).assign(
            metric=f"cells_{name.replace(' ', '_')}"
        )
        for name in COMPARISONS
    ]
    return Result(
        name="codings",
        caption=f"The law by the article and by the tracker of {tracked(chosen)}: comparison (article / tracker)",
        table=table.rename(columns={"region": "Region"}),
        records=pd.concat(frames, ignore_index=True),
        reading=_counts(cells, counted),
        source=source_line("law_statements", "cyberlaw", vintage=chosen.vintage),
    )


def _cell(row: Any) -> str:
    said = row.article if isinstance(row.article, str) else row.scope
    if row.scope in ("most members", "some members"):
        said = f"{row.scope}: {said}"
    return f"{row.comparison} ({said} / {row.tracker.replace('_', ' ')})"


def _counts(cells: pd.DataFrame, counted: pd.DataFrame) -> str:
    listed = listing(f"{number} {COMPARISONS[name]}" for name, number in counted.sum().items() if number)
    return sentences(
        f"Of {len(cells)} cells {listed}.",
        _named(cells, "newer", "The tracker is further on in"),
        _named(cells, "differ", "The tracker contradicts the article in"),
        "The tracker is younger than the article and gives no dates: where it is further on, both may have been right. "
        "It knows whether a law exists and not how good it is, so “mature” is held against legislation only.",
    )


def _named(cells: pd.DataFrame, comparison: str, start: str) -> str:
    rows = cells[cells["comparison"] == comparison]
    named = rows.groupby("iso3", sort=False)["domain"].agg(
        lambda names: listing(COMPONENT_WORDS[name] for name in names)
    )
    listed = listing(f"{economy_name(code, short=True)} ({domains})" for code, domains in named.items())
    return f"{start} {count(len(rows), 'cell')}: {listed}." if len(rows) else ""


def _widest(frame: pd.DataFrame, chosen: GapParameters) -> str:
    """Name the domain in which the regions' means differ most, and who lacks a status."""
    one, other = (each.label for each in chosen.compared())
    means = frame.pivot(index="domain", columns="region", values="domain_readiness")
    gaps = (means[one] - means[other]).dropna()
    unknown = frame.groupby("region", sort=False)["no_data"].sum()
    notes = [
        f"{region} has {count(number, 'unknown status', 'unknown statuses')}."
        for region, number in unknown.items()
        if number
    ]
    if gaps.empty:
        return sentences(f"No domain has a known status in both {one} and {other}.", *notes)
    ahead = {label: gaps.index[sign * gaps > 0] for label, sign in ((one, 1), (other, -1))}
    listed = "; ".join(
        f"{label} is ahead in {listing(COMPONENT_WORDS[name] for name in names)}"
        for label, names in ahead.items()
        if len(names)
    )
    if not listed:
        return sentences(f"{one} and {other} have the same mean in every domain.", *notes)
    widest = gaps.abs().idxmax()
    rows = frame[frame["domain"] == widest].to_dict("records")
    having = listing(f"{row['legislation']} of {count(row['members'], 'member')} of {row['region']}" for row in rows)
    return sentences(
        f"{listed}.", f"The means differ most in {COMPONENT_WORDS[widest]}: legislation in {having}.", *notes
    )
