"""Whether the article's account of the law agrees with the tracker's, cell by cell."""

import pandas as pd

from carec_digital_trade.errors import check_once
from carec_digital_trade.readiness.scores import ARTICLE_DOMAINS
from carec_digital_trade.regions import region

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

        - agree: the tracker's status is one that the article's words allow. "Legislation" and "mature" allow only
          legislation (the tracker does not say how good a law is), "draft" only a draft, "not completed" and "still
          refining" a draft or none.
        - newer: the tracker's status is a later stage (none, draft, legislation) than the words allow. The article may
          have been right when it was written: the tracker is younger, and gives no dates that would tell.
        - differ: the tracker's status is an earlier stage than the words allow.
        - cannot compare: the article names nobody ("most members" is true of no single one), says nothing, or the
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
    compared = [_comparison(cell.scope, cell.article, cell.tracker) for cell in cells.itertuples()]
    return cells.assign(comparison=compared).reset_index(drop=True)


def _comparison(scope: str, article: str, tracker: str) -> str:
    if scope not in (_NAMED, _REST) or tracker not in _STAGES:
        return "cannot compare"
    first, last = _ALLOWED[article]
    if _STAGES[tracker] < first:
        return "differ"
    return "newer" if _STAGES[tracker] > last else "agree"


def _cells(name: str, statements: pd.DataFrame) -> pd.DataFrame:
    """Return region, iso3, domain, scope and article for every member and domain of a region."""
    members = region(name).members
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
