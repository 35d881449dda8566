"""How ready the law of an economy or a region is for digital trade, and what it could be where data are missing."""

from collections.abc import Mapping
from math import isfinite
from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.readiness._aggregation import aggregate, ranks
from carec_digital_trade.regions import Region

Aggregation = Literal["arithmetic", "geometric"]

ARTICLE_DOMAINS = ("e_transactions", "consumer_protection", "privacy_data_protection", "cybercrime")
"""The four domains of law that the article speaks of; the tracker has indirect taxation besides."""
TREATY = "cpta"
"""Component made from the Framework Agreement on Facilitation of Cross-border Paperless Trade."""
DRAFT_VALUE = 0.5
"""Assumption: a draft law counts half."""
POINTS = {"legislation": 1.0, "none": 0.0, "no_data": np.nan, "party": 1.0, "signed": 0.5, "not a party": 0.0}
"""Score of each status but ``draft``, whose value is a parameter. That a signature counts half is an assumption."""
_STATUSES = ("legislation", "draft", "none", "no_data")


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
        Table ``cpta``: iso3, signed, party_since. Only members of ESCAP can join the treaty and the table holds only
        members of CAREC and ASEAN: the others are missing in this component, which is not the same as staying out.
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
        status = _treaty_status(treaty, treaty_year).reindex(parts["iso3"].unique(), fill_value="no_data")
        parts = pd.concat([parts, status.rename("status").reset_index().assign(component=TREATY)], ignore_index=True)
    for status in parts["status"].unique():
        check_choice("status", status, tuple(points))
    return parts.assign(score=parts["status"].map(points))


def scores(
    parts: pd.DataFrame, weights: Mapping[str, float] | None = None, aggregation: Aggregation = "arithmetic"
) -> pd.DataFrame:
    """Aggregate the components to one score for each economy, and rank the economies.

    Parameters
    ----------
    parts : pandas.DataFrame
        As from `components`.
    weights : mapping of str to float, optional
        Component to weight, zero or more; made to sum to 1. A component that is not named has no weight. By default
        the article's four domains, equally.
    aggregation : {"arithmetic", "geometric"}
        The arithmetic mean lets one law make up for another. The geometric mean does not: a single domain without a
        law makes the score 0 however good the others are, so it tells apart only economies with at least a draft in
        every domain. Nothing is added to the zeros to avoid this, since what is added would decide the result.

    Returns
    -------
    pandas.DataFrame
        A row for each economy, by iso3: score, low, high, known (number of components with a known status), complete
        (all are known), rank, rank_low, rank_high. Where components are missing, the score is that of the known ones
        with their weights made to sum to 1, as if the missing ones stood at the average of the known; complete is then
        False, and low and high are the scores with all the missing ones at 0 and at 1. With nothing known, score and
        ranks are missing. Rank 1 is the highest score; ties share the average of their ranks. rank_low and rank_high
        are the best and the worst rank, among the economies with a score, that all their missing components leave
        possible.

    Raises
    ------
    InputError
        If a component or the aggregation is unknown, a weight is negative, all weights are zero, or an economy has two
        rows for a component.

    Notes
    -----
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, on weighting and aggregation.
    """
    check_choice("aggregation", aggregation, get_args(Aggregation))
    check_once(parts, ["iso3", "component"], "the table of components")
    shares = _normalised(weights, parts)
    values = parts.pivot(index="iso3", columns="component", values="score")[list(shares)].to_numpy()
    found = aggregate(values, np.array(list(shares.values())), aggregation == "geometric")
    rank = ranks(found, np.ones(len(values), dtype=np.int64))
    known = (~np.isnan(values)).sum(axis=1)
    return pd.DataFrame(
        {
            "iso3": np.unique(parts["iso3"]),
            "score": found.point,
            "low": found.low,
            "high": found.high,
            "known": known,
            "complete": known == len(shares),
            "rank": rank.point,
            "rank_low": rank.low,
            "rank_high": rank.high,
        }
    )


def regional_means(economies: pd.DataFrame, region: Region, weights: pd.DataFrame | None = None) -> pd.DataFrame:
    """Average the scores of a region's members.

    Parameters
    ----------
    economies : pandas.DataFrame
        As from `scores`.
    region : Region
        Whose members are averaged.
    weights : pandas.DataFrame, optional
        iso3 and one column a weighting, such as gdp and trade (of one year), in any unit, one row an economy.

    Returns
    -------
    pandas.DataFrame
        A row for each weighting, "plain" first: region, weighting, mean, low, high, members, covered, partial, missing,
        incomplete. The mean is over the ``covered`` members, which have a weight and a score; ``missing`` names the
        others, ``incomplete`` those whose score rests on some of the components; ``partial`` says that there are any
        of either. low and high are the means of the members' low and high scores, 0 and 1 for one without any known
        status; they cannot allow for a member without a weight.

    Raises
    ------
    InputError
        If a weight is negative, or an economy has two rows of scores or weights.
    """
    check_once(economies, ["iso3"], "the table of scores")
    members = economies.set_index("iso3").reindex(region.members)
    table = region_weights(region, weights)
    return pd.DataFrame([_regional_mean(members, table[name], region) for name in table])


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


def region_weights(region: Region, weights: pd.DataFrame | None) -> pd.DataFrame:
    """Return the weights of a region's members.

    Parameters
    ----------
    region : Region
        Whose members.
    weights : pandas.DataFrame, optional
        As for `regional_means`.

    Returns
    -------
    pandas.DataFrame
        Indexed by iso3, a column for each weighting: "plain" (1 for all), then those given, NaN where missing.

    Raises
    ------
    InputError
        If a weight is negative, or an economy has two rows of weights.
    """
    table = pd.DataFrame({"plain": 1.0}, index=pd.Index(region.members, name="iso3"))
    if weights is None:
        return table
    check_once(weights, ["iso3"], "the table of weights")
    table = table.join(weights.set_index("iso3"))
    for name in table:
        if (table[name] < 0).any():
            code = table[name].idxmin()
            raise InputError(f"the weight of {code} by {name} is {table.at[code, name]:g}: it must be zero or more")
    return table


def _normalised(weights: Mapping[str, float] | None, parts: pd.DataFrame) -> dict[str, float]:
    """Return the positive weights, by name and with sum 1."""
    weights = dict.fromkeys(ARTICLE_DOMAINS, 1.0) if weights is None else weights
    for name, weight in weights.items():
        check_choice("component", name, tuple(parts["component"].unique()))
        if not (isfinite(weight) and weight >= 0):
            raise InputError(f"the weight of {name} is {weight}: it must be a number, zero or more")
    total = sum(weights.values())
    if not total > 0:
        raise InputError("the weights add up to zero: give at least one component a weight above zero")
    return {name: weights[name] / total for name in sorted(weights) if weights[name] > 0}


def _treaty_status(treaty: pd.DataFrame, year: int | None) -> pd.Series:
    end = pd.Timestamp.max if year is None else pd.Timestamp(year, 12, 31)
    dates = treaty.set_index("iso3")
    status = np.select([dates["party_since"] <= end, dates["signed"] <= end], ["party", "signed"], "not a party")
    return pd.Series(status, index=dates.index)


def _regional_mean(members: pd.DataFrame, weight: pd.Series, region: Region) -> dict[str, object]:
    """Return one row of `regional_means`; members and weight are indexed by iso3."""
    weighted = weight.notna()
    covered = weighted & members["score"].notna()
    incomplete = covered & ~members["complete"].eq(True)

    def mean(column: str, unknown: float, over: pd.Series) -> float:
        total = weight[over].sum()
        return (members[column].fillna(unknown) * weight)[over].sum() / total if total > 0 else np.nan

    return {
        "region": region.label,
        "weighting": weight.name,
        "mean": mean("score", np.nan, covered),
        "low": mean("low", 0, weighted),
        "high": mean("high", 1, weighted),
        "members": len(members),
        "covered": int(covered.sum()),
        "partial": bool((~covered | incomplete).any()),
        "missing": ", ".join(members.index[~covered]),
        "incomplete": ", ".join(members.index[incomplete]),
    }
