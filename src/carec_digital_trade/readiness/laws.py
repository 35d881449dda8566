"""What is the law for digital trade, and does the article's account of it agree with the tracker's?"""

import numpy as np
import pandas as pd

from carec_digital_trade import regions
from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.regions import Region

ARTICLE_DOMAINS = ("e_transactions", "consumer_protection", "privacy_data_protection", "cybercrime")
"""The four domains of law that the article speaks of; the tracker has indirect taxation besides."""
TREATY = "cpta"
"""Component made from the Framework Agreement on Facilitation of Cross-border Paperless Trade."""
DRAFT_VALUE = 0.5
"""Assumption: a draft law counts half."""
POINTS = {"legislation": 1.0, "none": 0.0, "no_data": np.nan, "party": 1.0, "signed": 0.5, "not a party": 0.0}
"""Score of each status but ``draft``, whose value is a parameter. That a signature counts half is an assumption."""
_STATUSES = ("legislation", "draft", "none", "no_data")
_STAGES = {"none": 0, "draft": 1, "legislation": 2}
_LAW = (2, 2)
_UNFINISHED = (0, 1)
_ALLOWED = {
    "legislation": _LAW,
    "mature": _LAW,
    "draft": (1, 1),
    "not completed": _UNFINISHED,
    "still refining": _UNFINISHED,
}
"""The article's words and the first and last stage of the tracker that they allow."""
_NAMED = "named"
_REST = "all others"
_SILENT = "nothing said"


def components(
    laws: pd.DataFrame,
    treaty: pd.DataFrame | None = None,
    draft_value: float = DRAFT_VALUE,
    treaty_year: int | None = None,
) -> pd.DataFrame:
    """Score each component of readiness for each economy.

    Parameters
    ----------
    laws : pandas.DataFrame
        Table ``cyberlaw``: iso3, domain, status (legislation, draft, none, no_data).
    treaty : pandas.DataFrame, optional
        Table ``cpta``: iso3, signed, party_since. It holds all parties and signatories and, of those who are neither,
        members of CAREC and ASEAN only: the others are missing in this component, and only members of ESCAP can join.
    draft_value : float
        Score of a draft law, 0 to 1.
    treaty_year : int, optional
        The treaty's status is taken at the end of this year; by default as the table has it.

    Returns
    -------
    pandas.DataFrame
        iso3, component, status, score: a row for each economy of ``laws`` and each component. Components are the
        domains of law and, with the treaty, ``cpta`` (party, signed, not a party). Scores run from 0 to 1; no_data is
        missing.

    Raises
    ------
    InputError
        If the draft value is not within 0 and 1, a status is unknown, or a table says one thing twice.
    """
    if not 0 <= draft_value <= 1:
        raise InputError(f"the value of a draft is {draft_value}: it must lie between 0 (no law) and 1 (a law)")
    points = POINTS | {"draft": draft_value}
    check_once(laws, ["iso3", "domain"], "the table of laws")
    parts = laws.rename(columns={"domain": "component"})[["iso3", "component", "status"]]
    if treaty is not None:
        check_once(treaty, ["iso3"], "the table of the treaty")
        status = treaty_status(treaty, treaty_year).reindex(parts["iso3"].unique(), fill_value="no_data")
        parts = pd.concat([parts, status.rename("status").reset_index().assign(component=TREATY)], ignore_index=True)
    for status in parts["status"].unique():
        check_choice("status", status, tuple(points))
    return parts.assign(score=parts["status"].map(points))


def by_domain(parts: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Count a region's members by status in each domain of law.

    Parameters
    ----------
    parts : pandas.DataFrame
        As from `components`.
    region : Region
        Whose members are counted. One that the tracker does not cover counts as no_data.

    Returns
    -------
    pandas.DataFrame
        A row for each domain: region, domain, members, legislation, draft, none, no_data (numbers of members), and the
        mean score of the members with a known status with its bounds low and high, all unknown at 0 and at 1.

    Raises
    ------
    InputError
        If an economy has two rows for a component.
    """
    check_once(parts, ["iso3", "component"], "the table of components")
    laws = parts[parts["component"] != TREATY]
    cells = pd.MultiIndex.from_product([laws["component"].unique(), region.members], names=["domain", "iso3"])
    laws = laws.set_index(["component", "iso3"]).reindex(cells)
    columns = {status: laws["status"].fillna("no_data") == status for status in _STATUSES}
    counts = pd.DataFrame(columns).groupby(level="domain", sort=False).sum()
    filled = pd.DataFrame({"mean": laws["score"], "low": laws["score"].fillna(0), "high": laws["score"].fillna(1)})
    table = counts.join(filled.groupby(level="domain", sort=False).mean()).reset_index()
    table.insert(0, "region", region.label)
    table.insert(2, "members", len(region.members))
    return table


def codings(statements: pd.DataFrame, laws: pd.DataFrame) -> pd.DataFrame:
    """Set the article's statements on the law beside the tracker's statuses.

    Parameters
    ----------
    statements : pandas.DataFrame
        Table ``law_statements``: region, scope, domain, statement.
    laws : pandas.DataFrame
        Table ``cyberlaw``: iso3, domain, status.

    Returns
    -------
    pandas.DataFrame
        A row for each member of the regions (in the article's year) and each of its four domains: region, iso3,
        domain, scope, article, tracker, comparison. ``scope`` says how the article speaks of the economy: named, all
        others (the members that it does not name in this domain), most members, some members, nothing said.
        ``comparison`` is

        - supported: the tracker's status is one that the article's words allow. "Legislation" and "mature" allow only
          legislation (the tracker does not say how good a law is), "draft" only a draft, "not completed" and "still
          refining" a draft or none.
        - overtaken: the tracker's status is a later stage (none, draft, legislation) than the words allow. The article
          may have been right when it was written: the tracker is younger, and gives no dates that would tell.
        - contradicted: the tracker's status is an earlier stage than the words allow.
        - not testable here: the article names nobody ("most members" is true of no single one), says nothing, or the
          tracker has no data.

    Raises
    ------
    InputError
        If an economy has two statuses in a domain.
    """
    check_once(laws, ["iso3", "domain"], "the table of laws")
    tracker = laws.set_index(["iso3", "domain"])["status"]
    cells = pd.concat([_cells(name, rows) for name, rows in statements.groupby("region", sort=False)])
    cells["tracker"] = tracker.reindex(pd.MultiIndex.from_frame(cells[["iso3", "domain"]])).fillna("no_data").to_numpy()
    named = cells["scope"].isin([_NAMED, _REST])
    said = cells["article"].where(named, None)
    compared = [compare(*each) for each in zip(said, cells["tracker"], strict=True)]
    return cells.assign(comparison=compared).reset_index(drop=True)


def compare(article: str | None, tracker: str) -> str:
    """Hold what the article says of an economy's law against the tracker.

    Parameters
    ----------
    article : str or None
        Its words, one of the statements of the table ``law_statements``; None where it does not name the economy.
    tracker : str
        The status.

    Returns
    -------
    str
        As in `codings`.
    """
    if not isinstance(article, str) or tracker not in _STAGES:
        return "not testable here"
    first, last = _ALLOWED[article]
    if _STAGES[tracker] < first:
        return "contradicted"
    return "overtaken" if _STAGES[tracker] > last else "supported"


def treaty_status(treaty: pd.DataFrame, year: int | None = None) -> pd.Series:
    """Say where each economy of the treaty's table stands at the end of a year.

    Parameters
    ----------
    treaty : pandas.DataFrame
        Table ``cpta``: iso3, signed, party_since.
    year : int, optional
        By default as the table has it.

    Returns
    -------
    pandas.Series
        "party", "signed" or "not a party" by iso3.
    """
    end = pd.Timestamp.max if year is None else pd.Timestamp(year, 12, 31)
    dates = treaty.set_index("iso3")
    status = np.select([dates["party_since"] <= end, dates["signed"] <= end], ["party", "signed"], "not a party")
    return pd.Series(status, index=dates.index)


def _cells(name: str, statements: pd.DataFrame) -> pd.DataFrame:
    """Return region, iso3, domain, scope and article for every member and domain of a region."""
    members = regions.region(name).members
    said = {domain: _said(members, statements, domain) for domain in ARTICLE_DOMAINS}
    rows = [(name, code, domain, *said[domain][code]) for code in members for domain in ARTICLE_DOMAINS]
    return pd.DataFrame(rows, columns=["region", "iso3", "domain", "scope", "article"])


def _said(members: tuple[str, ...], statements: pd.DataFrame, domain: str) -> dict[str, tuple[str, str | None]]:
    """Return scope and statement for each member; what names it goes before what is said of the others or of most."""
    relevant = statements[statements["domain"].isin([domain, "all four domains"])]
    general: tuple[str, str | None] = (_SILENT, None)
    named = {}
    for scope, statement in zip(relevant["scope"], relevant["statement"], strict=True):
        if set(scope.split()) <= set(members):
            named |= dict.fromkeys(scope.split(), (_NAMED, statement))
        else:
            general = (scope, statement)
    return dict.fromkeys(members, general) | named
