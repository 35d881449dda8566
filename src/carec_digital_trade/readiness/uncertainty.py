"""How far an economy's rank and a region's lead depend on the weights, the value of a draft and the aggregation."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.readiness._aggregation import Bounded, aggregate, ranks
from carec_digital_trade.readiness.scores import ARTICLE_DOMAINS, POINTS, region_weights
from carec_digital_trade.regions import Region

DRAFT_RANGE = (0.25, 0.75)
"""Assumption: a draft law is worth no less than a quarter of a law and no more than three quarters."""
_LOW, _MEDIAN, _HIGH = 0.05, 0.5, 0.95
_LEADS = ["region", "weighting", "median_arithmetic", "median_geometric", "low", "high", "leads", "leads_arithmetic"]
_LEADS += ["leads_geometric", "ties", "leads_at_least", "leads_at_most"]
_BATCH = 1000
"""Draws held in memory at once."""
_SAME = 1e-12
"""Means of the same scores, summed in another order, differ by less than this."""


@dataclass(frozen=True)
class Uncertainty:
    """What the draws show.

    Attributes
    ----------
    ranks : pandas.DataFrame
        A row for each economy, by iso3: median, low, high (50th, 5th and 95th percentile of the rank, which rests on
        the known components), lowest, highest (5th percentile of the best rank and 95th of the worst that the missing
        components of all economies leave possible). Rank 1 is the highest score; ties share the average of their ranks;
        an economy without a known component has no rank.
    leads : pandas.DataFrame
        A row for each region and each weighting under which every region has a member with a weight and a known status:
        region, weighting, median_arithmetic, median_geometric (of the region's
        mean score, which rests on the known components, over the draws with each kind of mean), low, high (its 5th and
        95th percentile over all draws), leads (share of draws in which its mean is above every other region's),
        leads_arithmetic, leads_geometric (the same among the draws with each kind of mean), ties (share in which it is
        highest together with another), leads_at_least, leads_at_most (share in which it is above the others with its
        own missing components at 0 and theirs at 1, and the reverse). The two kinds can give two answers, between
        which a median over all draws jumps and a share is an average; hence both. What no draw shows is missing.
    """

    ranks: pd.DataFrame
    leads: pd.DataFrame


@dataclass(frozen=True)
class _Draws:
    """The choices drawn: weights of shape (draws, components), draft and geometric of shape (draws,)."""

    weights: NDArray[np.float64]
    draft: NDArray[np.float64]
    geometric: NDArray[np.bool_]


@dataclass(frozen=True)
class _Prepared:
    """What is scored in every draw: economies with the same statuses make a profile, with one score and rank."""

    economies: pd.Index
    profiles: pd.DataFrame
    which: NDArray[np.intp]
    """Profile of each economy."""
    every: NDArray[np.float64]
    known: NDArray[np.float64]
    """Weights in the means, shape (profiles, weightings and regions), of all and of those that have a score."""
    columns: pd.MultiIndex
    """Weightings and regions."""
    drawn: _Draws


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
    made = _prepared(parts, regions, weights, names, draws, seed, draft_range)
    counts = np.bincount(made.which)
    # Both in one pass, since the scores of all draws at once would fill the memory.
    pairs = [(ranks(scored, counts), _means(scored, made)) for scored in _scored(made)]
    ranked, means = map(_joined, zip(*pairs, strict=True))
    return Uncertainty(_rank_table(ranked, made.economies, made.which), _lead_table(means, made))


def leads(
    parts: pd.DataFrame,
    regions: Sequence[Region],
    weights: pd.DataFrame | None = None,
    names: Sequence[str] = ARTICLE_DOMAINS,
    draws: int = 10_000,
    seed: int = 2026,
    draft_range: tuple[float, float] = DRAFT_RANGE,
) -> pd.DataFrame:
    """Draw as `uncertainty` does and see what becomes of the lead alone, in less time.

    Parameters
    ----------
    parts, regions, weights, names, draws, seed, draft_range
        As for `uncertainty`.

    Returns
    -------
    pandas.DataFrame
        `Uncertainty.leads`.

    Raises
    ------
    InputError
        As `uncertainty` does.
    """
    made = _prepared(parts, regions, weights, names, draws, seed, draft_range)
    return _lead_table(_joined([_means(scored, made) for scored in _scored(made)]), made)


def _prepared(
    parts: pd.DataFrame,
    regions: Sequence[Region],
    weights: pd.DataFrame | None,
    names: Sequence[str],
    draws: int,
    seed: int,
    draft_range: tuple[float, float],
) -> _Prepared:
    _check(parts, regions, names, draws, draft_range)
    statuses = _statuses(parts, regions, sorted(set(names)))
    profiles = statuses.drop_duplicates()
    which = pd.MultiIndex.from_frame(profiles).get_indexer(pd.MultiIndex.from_frame(statuses))
    shares = _shares(regions, weights, statuses.index, which)
    drawn = _draw(len(profiles.columns), draws, seed, draft_range)
    known = shares.mul((profiles != "no_data").any(axis=1).to_numpy(), axis=0)
    usable = [name for name in known.columns.unique(level=0) if (known[name].sum() > 0).all()]
    every, known = (table.loc[:, table.columns.isin(usable, level=0)] for table in (shares, known))
    means = [(table / table.sum()).to_numpy() for table in (every, known)]
    return _Prepared(statuses.index, profiles, which, *means, every.columns, drawn)


def _check(
    parts: pd.DataFrame,
    regions: Sequence[Region],
    names: Sequence[str],
    draws: int,
    draft_range: tuple[float, float],
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


def _statuses(parts: pd.DataFrame, regions: Sequence[Region], names: list[str]) -> pd.DataFrame:
    """Return a row of statuses for each economy, by iso3; a member that the tracker lacks is unknown."""
    economies = {*parts["iso3"], *(code for region in regions for code in region.members)}
    wide = parts.pivot(index="iso3", columns="component", values="status")
    return wide.reindex(index=sorted(economies), columns=names).fillna("no_data")


def _shares(
    regions: Sequence[Region], weights: pd.DataFrame | None, economies: pd.Index, which: NDArray[np.intp]
) -> pd.DataFrame:
    """Return each profile's weight in each mean: a row for each profile, a column for each weighting and region."""
    tables = {region.label: region_weights(region, weights) for region in regions}
    weightings = tables[regions[0].label].columns
    columns = {(name, label): table[name] for name in weightings for label, table in tables.items()}
    return pd.DataFrame(columns).reindex(economies).fillna(0).groupby(which).sum()


def _draw(components: int, draws: int, seed: int, draft_range: tuple[float, float]) -> _Draws:
    generator = np.random.default_rng(seed)
    return _Draws(
        weights=generator.dirichlet(np.ones(components), draws),
        draft=generator.uniform(*draft_range, draws),
        geometric=generator.random(draws) < 0.5,
    )


def _scored(made: _Prepared) -> Iterator[Bounded]:
    """Score the profiles, shape (draws, profiles), some draws at a time."""
    fixed = made.profiles.apply(lambda column: column.map(POINTS)).to_numpy(dtype=float)
    drafts, drawn = (made.profiles == "draft").to_numpy(), made.drawn
    for rows in np.array_split(np.arange(len(drawn.draft)), ceil(len(drawn.draft) / _BATCH)):
        values = np.where(drafts, drawn.draft[rows, None, None], fixed)
        yield aggregate(values, drawn.weights[rows, None, :], drawn.geometric[rows, None])


def _means(scored: Bounded, made: _Prepared) -> Bounded:
    """Return the means of the regions, shape (draws, weightings and regions)."""
    return Bounded(np.nan_to_num(scored.point) @ made.known, scored.low @ made.every, scored.high @ made.every)


def _joined(batches: Iterable[Bounded]) -> Bounded:
    edges = zip(*((batch.point, batch.low, batch.high) for batch in batches), strict=True)
    return Bounded(*(np.concatenate(edge) for edge in edges))


def _rank_table(found: Bounded, economies: pd.Index, which: NDArray[np.intp]) -> pd.DataFrame:
    median, low, high = np.quantile(found.point, [_MEDIAN, _LOW, _HIGH], axis=0)
    lowest, highest = np.quantile(found.low, _LOW, axis=0), np.quantile(found.high, _HIGH, axis=0)
    columns = {"median": median, "low": low, "high": high, "lowest": lowest, "highest": highest}
    return pd.DataFrame({"iso3": economies} | {name: values[which] for name, values in columns.items()})


def _lead_table(means: Bounded, made: _Prepared) -> pd.DataFrame:
    """Compare the regions' means, which are the columns, within each weighting."""
    columns, geometric = made.columns, made.drawn.geometric
    rows = []
    for own, (weighting, label) in enumerate(columns):
        others = [at for at, (name, _) in enumerate(columns) if name == weighting and at != own]
        low, high = np.quantile(means.point[:, own], [_LOW, _HIGH])
        ahead = means.point[:, own] - means.point[:, others].max(axis=1)
        rows.append(
            {
                "region": label,
                "weighting": weighting,
                "median_arithmetic": _among(np.median, means.point[:, own], ~geometric),
                "median_geometric": _among(np.median, means.point[:, own], geometric),
                "low": low,
                "high": high,
                "leads": np.mean(ahead > _SAME),
                "leads_arithmetic": _among(np.mean, ahead > _SAME, ~geometric),
                "leads_geometric": _among(np.mean, ahead > _SAME, geometric),
                "ties": np.mean(np.abs(ahead) <= _SAME),
                "leads_at_least": np.mean(means.low[:, own] - means.high[:, others].max(axis=1) > _SAME),
                "leads_at_most": np.mean(means.high[:, own] - means.low[:, others].max(axis=1) > _SAME),
            }
        )
    numbers = dict.fromkeys(_LEADS[2:], float)
    return pd.DataFrame(rows, columns=_LEADS).astype({"region": "str", "weighting": "str"} | numbers)


def _among(summary: Callable[[NDArray], np.floating], values: NDArray, chosen: NDArray[np.bool_]) -> float:
    return float(summary(values[chosen])) if chosen.any() else nan
