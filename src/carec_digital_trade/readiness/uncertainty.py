"""How far an economy's rank and a region's lead depend on weights, the value of a draft, the mean, and on errors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, nan
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.readiness.laws import ARTICLE_DOMAINS, POINTS
from carec_digital_trade.readiness.scores import Bounded, aggregate, ranks, region_weights
from carec_digital_trade.regions import Region

DRAFT_RANGE = (0.25, 0.75)
"""Assumption: a draft law is worth no less than a quarter of a law and no more than three quarters."""
CODING_ERROR = 0.05
"""Assumption: one status of the tracker in twenty is wrong. Of the 40 cells that the article and the tracker can be
compared in, two contradict each other."""
STATUSES = ("none", "draft", "legislation", "no_data", "party", "signed", "not a party")
"""Numbers of the statuses; the first three are the tracker's, which can be wrong."""
LAWS = 3
_LOW, _MEDIAN, _HIGH = 0.05, 0.5, 0.95
_BATCH = 1000
"""Draws held in memory at once."""
SAME = 1e-12
"""Means of the same scores, summed in another order, differ by less than this."""
_NUMBERS = ["median_arithmetic", "median_geometric", "low", "high", "leads", "leads_arithmetic", "leads_geometric"]
_NUMBERS += ["ties", "leads_at_least", "leads_at_most"]


@dataclass(frozen=True, eq=False, repr=False)
class Uncertainty:
    """What the draws show.

    Attributes
    ----------
    statuses : pandas.DataFrame
        Numbers of the statuses (places in `STATUSES`), a row an economy, by iso3, and a column a component.
    weights, draft, geometric : numpy.ndarray
        The choices drawn: shapes (draws, components), (draws,) and (draws,).
    every, known : pandas.DataFrame
        Weights in the regions' means, a row an economy and a column a weighting and region, of all members and of those
        that have a score.
    error : float
        Chance that a status is wrong.
    seed : int
        Of the errors.
    regions : tuple of Region
        That are compared.
    """

    statuses: pd.DataFrame
    weights: NDArray[np.float64]
    draft: NDArray[np.float64]
    geometric: NDArray[np.bool_]
    every: pd.DataFrame
    known: pd.DataFrame
    error: float
    seed: int
    regions: tuple[Region, ...]

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """The ranks of the regions' members among all economies.

        A row for each member, by iso3: median, low, high (50th, 5th and 95th percentile of the rank, which rests on
        the known components), lowest, highest (5th percentile of the best rank and 95th of the worst that the missing
        components of all economies leave possible). Rank 1 is the highest score; ties share the average of their ranks;
        an economy without a known component has no rank.
        """
        drawn = (ranks(each, self._members) for each in self.scored())
        found = Bounded(*map(np.concatenate, zip(*drawn, strict=True)))
        median, low, high = np.quantile(found.point, [_MEDIAN, _LOW, _HIGH], axis=0)
        lowest, highest = np.quantile(found.low, _LOW, axis=0), np.quantile(found.high, _HIGH, axis=0)
        columns = {"median": median, "low": low, "high": high, "lowest": lowest, "highest": highest}
        return pd.DataFrame({"iso3": self.statuses.index[self._members]} | columns)

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
        every, known = self.every.to_numpy()[self._members], self.known.to_numpy()[self._members]
        scored = self.scored(self._members)
        batches = [(np.nan_to_num(each.point) @ known, each.low @ every, each.high @ every) for each in scored]
        means = Bounded(*map(np.concatenate, zip(*batches, strict=True)))
        rows = [self._lead(means, own) for own in range(len(self.every.columns))]
        frame = pd.DataFrame(rows, columns=["region", "weighting", *_NUMBERS])
        return frame.astype({"region": "str", "weighting": "str"} | dict.fromkeys(_NUMBERS, float))

    @cached_property
    def _members(self) -> NDArray[np.intp]:
        return self.statuses.index.get_indexer(sorted(code for each in self.regions for code in each.members))

    def scored(
        self, places: NDArray[np.intp] | None = None, recoded: NDArray[np.int64] | None = None
    ) -> Iterator[Bounded]:
        """Score economies, some draws at a time: all at once would fill the memory.

        Parameters
        ----------
        places : numpy.ndarray of int, shape (n,), optional
            Places of the economies; all by default.
        recoded : numpy.ndarray of int, shape (n, components), optional
            Their statuses; where one is not the tracker's it is taken to be right in every draw.

        Yields
        ------
        Bounded
            Of shape (draws, n).
        """
        coded = self.statuses.to_numpy()
        places = np.arange(len(coded)) if places is None else places
        coded = coded[places]
        given = coded if recoded is None else recoded
        fallible = (coded < LAWS) & (given == coded)
        points = np.array([nan if name == "draft" else POINTS[name] for name in STATUSES])
        for batch, rows in enumerate(np.array_split(np.arange(len(self.draft)), ceil(len(self.draft) / _BATCH))):
            status = np.broadcast_to(given, (len(rows), *given.shape))
            if self.error:
                chance = self._chances(batch, len(rows), places)
                other = (status + 1 + (chance < self.error / 2)) % LAWS
                status = np.where(fallible & (chance < self.error), other, status)
            values = np.where(status == STATUSES.index("draft"), self.draft[rows, None, None], points[status])
            yield aggregate(values, self.weights[rows, None, :], self.geometric[rows, None])

    def _chances(self, batch: int, draws: int, places: NDArray[np.intp]) -> NDArray[np.float64]:
        """Draw numbers by economy, so that its errors do not hang on who is asked about besides."""
        shape = (draws, self.statuses.shape[1])
        own = {
            place: np.random.default_rng([self.seed, crc32(self.statuses.index[place].encode()), batch]).random(shape)
            for place in set(places.tolist())
        }
        return np.stack([own[place] for place in places.tolist()], axis=1)

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
            np.mean(ahead > SAME),
            _among(np.mean, ahead > SAME, ~self.geometric),
            _among(np.mean, ahead > SAME, self.geometric),
            np.mean(np.abs(ahead) <= SAME),
            np.mean(means.low[:, own] - means.high[:, others].max(axis=1) > SAME),
            np.mean(means.high[:, own] - means.low[:, others].max(axis=1) > SAME),
        ]


def uncertainty(
    parts: pd.DataFrame,
    regions: Sequence[Region],
    weights: pd.DataFrame | None = None,
    names: Sequence[str] = ARTICLE_DOMAINS,
    draws: int = 10_000,
    seed: int = 2026,
    draft_range: tuple[float, float] = DRAFT_RANGE,
    error: float = CODING_ERROR,
) -> Uncertainty:
    """Draw the choices behind the scores at random, and see what becomes of the ranks and of the lead.

    In each draw the weights of the components are Dirichlet(1, ..., 1), so that every set of weights is as likely as
    any other, the value of a draft is uniform on its range, and a coin decides between the arithmetic and the geometric
    mean. Each status of the tracker is wrong with the chance ``error``, independently of the others, and then one of
    the other two of none, draft and legislation, either as likely; that of the treaty is its depositary's and is taken
    as right. A missing status is not drawn, since nothing is known of its distribution: bounds are given instead.

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
    error : float
        Chance that a status is wrong, 0 to 1.

    Returns
    -------
    Uncertainty
        The same for the same seed, whatever the order of economies, regions and components.

    Raises
    ------
    InputError
        If a component is unknown or none is named, the range of a draft or the error is not within 0 and 1, there are
        no draws, there are fewer than two regions or they share a member, or a weight is negative.

    Notes
    -----
    After OECD and JRC (2008), Handbook on Constructing Composite Indicators, on uncertainty and sensitivity analysis.
    The intervals show how much hangs on these choices of method and on errors that are no likelier in one economy than
    in another. They are no sampling errors, and say nothing of whether a law is enforced.
    """
    _check(parts, regions, names, draws, draft_range, error)
    # A row of statuses for each economy; a member that the tracker lacks is unknown.
    economies = sorted({*parts["iso3"], *(code for region in regions for code in region.members)})
    statuses = parts.pivot(index="iso3", columns="component", values="status")
    statuses = statuses.reindex(index=economies, columns=sorted(set(names))).fillna("no_data")
    tables = {region.label: region_weights(region, weights) for region in regions}
    weightings = tables[regions[0].label].columns
    columns = {(name, label): table[name] for name in weightings for label, table in tables.items()}
    every = pd.DataFrame(columns).reindex(economies).fillna(0)
    known = every.mul((statuses != "no_data").any(axis=1), axis=0)
    usable = every.columns.isin([name for name in weightings if (known[name].sum() > 0).all()], level=0)
    every, known = every.loc[:, usable], known.loc[:, usable]
    generator = np.random.default_rng(seed)
    return Uncertainty(
        statuses=statuses.apply(lambda column: column.map(STATUSES.index)),
        weights=generator.dirichlet(np.ones(len(statuses.columns)), draws),
        draft=generator.uniform(*draft_range, draws),
        geometric=generator.random(draws) < 0.5,
        every=every / every.sum(),
        known=known / known.sum(),
        error=error,
        seed=seed,
        regions=tuple(regions),
    )


def _check(
    parts: pd.DataFrame,
    regions: Sequence[Region],
    names: Sequence[str],
    draws: int,
    draft_range: tuple[float, float],
    error: float,
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
    if not 0 <= error <= 1:
        raise InputError(f"the chance of an error is {error}: it must lie between 0 and 1")
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
