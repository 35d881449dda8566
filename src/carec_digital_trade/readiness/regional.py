"""The readiness of members and of regions: the scores as asked, with what the draws say of rank and lead."""

from collections.abc import Sequence

import pandas as pd

from carec_digital_trade.readiness.scores import regional_means
from carec_digital_trade.readiness.uncertainty import STATUSES, Uncertainty
from carec_digital_trade.regions import Region

WEIGHTINGS = ("plain", "gdp", "trade")
_KINDS = ("_arithmetic", "_geometric")


def members_readiness(scored: pd.DataFrame, drawn: Uncertainty, regions: Sequence[Region]) -> pd.DataFrame:
    """Return the readiness of the members of regions.

    Parameters
    ----------
    scored : pandas.DataFrame
        As from `scores`.
    drawn : Uncertainty
        Of the same components.
    regions : sequence of Region
        Whose members.

    Returns
    -------
    pandas.DataFrame
        A row for each region and member: region, iso3, complete, and the metrics readiness, readiness_rank,
        readiness_rank_drawn (median over the draws, with 90% of them) and readiness_rank_bounds (with what unknown laws
        leave possible besides), with their ranges in ``_low`` and ``_high``; the status of each component that takes
        part in ``status_<component>``. A member that the tracker lacks is unknown: its score is missing, with bounds
        0 and 1.
    """
    members = pd.DataFrame(
        [(each.label, code) for each in regions for code in each.members], columns=["region", "iso3"]
    )
    scores, ranks = (table.set_index("iso3").reindex(members["iso3"]).reset_index() for table in (scored, drawn.ranks))
    return members.assign(
        complete=scores["complete"].eq(True),
        readiness=scores["score"],
        readiness_low=scores["low"].fillna(0),
        readiness_high=scores["high"].fillna(1),
        readiness_rank=scores["rank"],
        readiness_rank_low=scores["rank_low"],
        readiness_rank_high=scores["rank_high"],
        readiness_rank_drawn=ranks["median"],
        readiness_rank_drawn_low=ranks["low"],
        readiness_rank_drawn_high=ranks["high"],
        readiness_rank_bounds=ranks["median"],
        readiness_rank_bounds_low=ranks["lowest"],
        readiness_rank_bounds_high=ranks["highest"],
        **{
            f"status_{component}": members["iso3"].map(codes.map(dict(enumerate(STATUSES)))).fillna("no_data")
            for component, codes in drawn.statuses.items()
        },
    )


def regional_readiness(
    scored: pd.DataFrame, drawn: Uncertainty, regions: Sequence[Region], sizes: pd.DataFrame
) -> pd.DataFrame:
    """Return the readiness of regions, and in how many draws each leads.

    Parameters
    ----------
    scored : pandas.DataFrame
        As from `scores`.
    drawn : Uncertainty
        Of the same components, regions and sizes.
    regions : sequence of Region
        To be compared.
    sizes : pandas.DataFrame
        iso3, gdp, trade; as from `gap.economy_sizes`.

    Returns
    -------
    pandas.DataFrame
        A row for each weighting (plain, gdp, trade) and region: those columns of `regional_means` that are no metric,
        and the metrics readiness_mean, readiness_mean_arithmetic and _geometric (medians of the draws with that kind of
        mean, with the range of all draws), leads (% of draws), with their ranges in ``_low`` and ``_high``,
        leads_arithmetic and leads_geometric (%). Leads are missing where `uncertainty` has none.
    """
    means = pd.concat([regional_means(scored, each, sizes) for each in regions])
    means = means.rename(columns={"mean": "readiness_mean", "low": "readiness_mean_low", "high": "readiness_mean_high"})
    leads = drawn.leads.drop(columns="ties")
    leads = leads.rename(columns={"leads_at_least": "leads_low", "leads_at_most": "leads_high"})
    leads[[f"leads{which}" for which in ("", *_KINDS, "_low", "_high")]] *= 100
    for kind in _KINDS:
        names = {f"median{kind}": "", "low": "_low", "high": "_high"}
        leads[[f"readiness_mean{kind}{end}" for end in names.values()]] = leads[list(names)]
    leads = leads.drop(columns=["median_arithmetic", "median_geometric", "low", "high"])
    frame = means.merge(leads, on=["region", "weighting"], how="left")
    order = frame["weighting"].map(WEIGHTINGS.index)
    return frame.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
