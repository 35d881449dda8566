"""How far an economy's rank and a region's lead depend on the weights, the value of a draft and the aggregation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.readiness.laws import ARTICLE_DOMAINS, POINTS
from carec_digital_trade.readiness.scores import Bounded, aggregate, ranks, region_weights, regional_means
from carec_digital_trade.regions import Region

WEIGHTINGS = ("plain", "gdp", "trade")
DRAFT_RANGE = (0.25, 0.75)
"""Assumption: a draft law is worth no less than a quarter of a law and no more than three quarters."""
_LOW, _MEDIAN, _HIGH = 0.05, 0.5, 0.95
_BATCH = 1000
"""Draws held in memory at once."""
_SAME = 1e-12
"""Means of the same scores, summed in another order, differ by less than this."""
_KINDS = ("_arithmetic", "_geometric")
_NUMBERS = ["median_arithmetic", "median_geometric", "low", "high", "leads", "leads_arithmetic", "leads_geometric"]
_NUMBERS += ["ties", "leads_at_least", "leads_at_most"]


@dataclass(frozen=True, eq=False, repr=False)
class Uncertainty:
    """What the draws show; economies with the same statuses make a profile, with one score and rank.

    Attributes
    ----------
    economies : pandas.Index
        By iso3.
    which : numpy.ndarray
        Profile of each economy.
    profiles : pandas.DataFrame
        Statuses, a column a component.
    weights, draft, geometric : numpy.ndarray
        The choices drawn: shapes (draws, components), (draws,) and (draws,).
    every, known : pandas.DataFrame
        Weights in the regions' means, a row a profile and a column a weighting and region, of all profiles and of those
        that have a score.
    """

    economies: pd.Index
    which: NDArray[np.intp]
    profiles: pd.DataFrame
    weights: NDArray[np.float64]
    draft: NDArray[np.float64]
    geometric: NDArray[np.bool_]
    every: pd.DataFrame
    known: pd.DataFrame

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """The ranks of the economies.

        A row for each economy, by iso3: median, low, high (50th, 5th and 95th percentile of the rank, which rests on
        the known components), lowest, highest (5th percentile of the best rank and 95th of the worst that the missing
        components of all economies leave possible). Rank 1 is the highest score; ties share the average of their ranks;
        an economy without a known component has no rank.
        """
        counts = np.bincount(self.which)
        found = Bounded(*map(np.concatenate, zip(*(ranks(each, counts) for each in self._scored()), strict=True)))
        median, low, high = np.quantile(found.point, [_MEDIAN, _LOW, _HIGH], axis=0)
        lowest, highest = np.quantile(found.low, _LOW, axis=0), np.quantile(found.high, _HIGH, axis=0)
        columns = {"median": median, "low": low, "high": high, "lowest": lowest, "highest": highest}
        return pd.DataFrame({"iso3": self.economies} | {name: each[self.which] for name, each in columns.items()})

    @cached_property
    def leads(self) -> pd.DataFrame:
        """The regions' means, and in how many draws each leads.

        A row for each region and each weighting under which every region has a member with a weight and a known status:
        region, weighting, median_arithmetic, median_geometric (of its mean score, from the known components, over the
        draws with each kind of mean), low, high (5th and 95th percentile over all draws), leads (share of draws in
        which its mean is above every other region's), leads_arithmetic, leads_geometric (the same among the draws with
        each kind), ties (share in which it is highest together with another), leads_at_least, leads_at_most (share in
        which it leads with its own missing components at 0 and the others' at 1, and the reverse). The two kinds can
        give two answers, between which a median jumps and a share is an average. What no draw shows is missing.
        """
        every, known = self.every.to_numpy(), self.known.to_numpy()
        batches = [(np.nan_to_num(each.point) @ known, each.low @ every, each.high @ every) for each in self._scored()]
        means = Bounded(*map(np.concatenate, zip(*batches, strict=True)))
        rows = [self._lead(means, own) for own in range(len(self.every.columns))]
        frame = pd.DataFrame(rows, columns=["region", "weighting", *_NUMBERS])
        return frame.astype({"region": "str", "weighting": "str"} | dict.fromkeys(_NUMBERS, float))

    def _scored(self) -> Iterator[Bounded]:
        """Score the profiles, shape (draws, profiles), some draws at a time: all at once would fill the memory."""
        fixed = self.profiles.apply(lambda column: column.map(POINTS)).to_numpy(dtype=float)
        drafts = (self.profiles == "draft").to_numpy()
        for rows in np.array_split(np.arange(len(self.draft)), ceil(len(self.draft) / _BATCH)):
            values = np.where(drafts, self.draft[rows, None, None], fixed)
            yield aggregate(values, self.weights[rows, None, :], self.geometric[rows, None])

    def _lead(self, means: Bounded, own: int) -> list[object]:
        """Compare a region's mean, a column of shape (draws,), with those of the others under the same weighting."""
        weighting, label = self.every.columns[own]
        others = [at for at, (name, _) in enumerate(self.every.columns) if name == weighting and at != own]
        mean, ahead = means.point[:, own], means.point[:, own] - means.point[:, others].max(axis=1)
        return [
            label,
            weighting,
            _among(np.median, mean, ~self.geometric),
            _among(np.median, mean, self.geometric),
            *np.quantile(mean, [_LOW, _HIGH]),
            np.mean(ahead > _SAME),
            _among(np.mean, ahead > _SAME, ~self.geometric),
            _among(np.mean, ahead > _SAME, self.geometric),
            np.mean(np.abs(ahead) <= _SAME),
            np.mean(means.low[:, own] - means.high[:, others].max(axis=1) > _SAME),
            np.mean(means.high[:, own] - means.low[:, others].max(axis=1) > _SAME),
        ]


def uncertainty(
    parts: pd.DataFrame,
    regions: Sequence[Region],
    weights: pd.DataFrame | None = None,
    names: Sequence[str] = ARTICLE_DOMAINS,
    draws: int = 10_000,
    seed: int = 2026,
    draft_range: tuple[float, float] = DRAFT_RANGE,
) -> Uncertainty:
    """Draw the choices behind the scores at random, and see what becomes of the ranks and of the lead.

    In each draw the weights of the components are Dirichlet(1, ..., 1), so that every set of weights is as likely as
    any other, the value of a draft is uniform on its range, and a coin decides between the arithmetic and the geometric
    mean. A missing status is not drawn, since nothing is known of its distribution: bounds are given instead.

    Parameters
    ----------
    parts : pandas.DataFrame
        As from `components`; only the statuses are used. The ranks are among its economies.
    regions : sequence of Region
        At least two, without a member in common.
    weights : pandas.DataFrame, optional
        Weights of the members in the regional means, as for `regional_means`; a member without one has no part in it.
    names : sequence of str
        Components that take part.
    draws : int
        Number of draws. A share p of the draws has the standard error sqrt(p (1 - p) / draws).
    seed : int
        Seed of numpy's default generator.
    draft_range : tuple of float
        Least and greatest value of a draft, 0 to 1.

    Returns
    -------
    Uncertainty
        The same for the same seed, whatever the order of economies, regions and components.

    Raises
    ------
    InputError
        If a component is unknown or none is named, the range of a draft is not within 0 and 1, there are no draws,
        there are fewer than two regions or they share a member, or a weight is negative.

    Notes
    -----
    After OECD and JRC (2008), Handbook on Constructing Composite Indicators, on uncertainty and sensitivity analysis.
    The intervals show how much hangs on these choices of method. They are no sampling errors, and say nothing of
    whether the tracker codes a law rightly or whether a law is enforced.
    """
    _check(parts, regions, names, draws, draft_range)
    # A row of statuses for each economy; a member that the tracker lacks is unknown.
    economies = sorted({*parts["iso3"], *(code for region in regions for code in region.members)})
    statuses = parts.pivot(index="iso3", columns="component", values="status")
    statuses = statuses.reindex(index=economies, columns=sorted(set(names))).fillna("no_data")
    profiles = statuses.drop_duplicates()
    which = pd.MultiIndex.from_frame(profiles).get_indexer(pd.MultiIndex.from_frame(statuses))
    tables = {region.label: region_weights(region, weights) for region in regions}
    weightings = tables[regions[0].label].columns
    columns = {(name, label): table[name] for name in weightings for label, table in tables.items()}
    every = pd.DataFrame(columns).reindex(economies).fillna(0).groupby(which).sum()
    known = every.mul((profiles != "no_data").any(axis=1).to_numpy(), axis=0)
    usable = every.columns.isin([name for name in weightings if (known[name].sum() > 0).all()], level=0)
    every, known = every.loc[:, usable], known.loc[:, usable]
    generator = np.random.default_rng(seed)
    return Uncertainty(
        economies=statuses.index,
        which=which,
        profiles=profiles,
        weights=generator.dirichlet(np.ones(len(profiles.columns)), draws),
        draft=generator.uniform(*draft_range, draws),
        geometric=generator.random(draws) < 0.5,
        every=every / every.sum(),
        known=known / known.sum(),
    )


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
        leave possible besides), with their ranges in ``_low`` and ``_high``. A member that the tracker lacks is
        unknown: its score is missing, with bounds 0 and 1.
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


def _check(
    parts: pd.DataFrame, regions: Sequence[Region], names: Sequence[str], draws: int, draft_range: tuple[float, float]
) -> None:
    check_once(parts, ["iso3", "component"], "the table of components")
    if not names:
        raise InputError("no component is named: name at least one")
    for name in names:
        check_choice("component", name, tuple(parts["component"].unique()))
    least, greatest = draft_range
    if not 0 <= least <= greatest <= 1:
        raise InputError(
            f"the value of a draft cannot run from {least} to {greatest}: give two values in order, 0 to 1"
        )
    if draws < 1:
        raise InputError(f"{draws} draws are too few: ask for at least 1")
    if len(regions) < 2:
        raise InputError("a region alone cannot lead: give at least two regions")
    members = [code for region in regions for code in region.members]
    shared = sorted({code for code in members if members.count(code) > 1})
    if shared:
        raise InputError(f"the regions share {', '.join(shared)}: give regions without a member in common")


def _among(summary: Callable[[NDArray], np.floating], values: NDArray, chosen: NDArray[np.bool_]) -> float:
    return float(summary(values[chosen])) if chosen.any() else nan
