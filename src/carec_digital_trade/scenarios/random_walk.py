"""Trade without new policy as a random walk: how it is fitted, and how its futures are drawn.

A random walk in logs from the latest level. Drifts are shrunk towards the median of all economies with data, and every
economy has a random stream of its own, so that its path and its draws are the same in whatever company it is asked for.
Shocks are past residuals drawn by year for all economies together, so that common years stay common: independent draws
would make a region's band too narrow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.scenarios.drifts import Drifts, estimate_drifts

Model = Literal["shrunken_drift", "common_drift", "own_drift", "no_change"]

MODELS: tuple[str, ...] = get_args(Model)
OLDEST_START = 3
"""Years by which an economy's latest figure may lie behind the table's last year before it is left out."""
CHUNK = 65_536
"""Draws handled at once; it decides the memory and the speed, never a number."""

_SHOCK, _SPARE, _COMMON, _OWN = range(4)


@dataclass(frozen=True)
class Baseline:
    """A random walk fitted to the series of n economies.

    Attributes
    ----------
    measure, flow, unit : str
        Of the series.
    model : str
        "shrunken_drift", "common_drift", "own_drift" or "no_change".
    members : tuple of str
        The n economies (iso3) with usable data.
    left_out : tuple of str
        Members without a positive value in the last years.
    base_year : int
        Last year of the data; forecasts begin in the year after.
    last_year : numpy.ndarray
        Shape (n,): year of each economy's latest value.
    start : numpy.ndarray
        Shape (n,): log of the latest value.
    drifts : Drifts
        The members' drifts, their errors and the shocks, estimated among all economies with data.
    breaks : numpy.ndarray
        Shape (n, K): whether the series has a flagged break in one of the K years of shocks, whose change is left out.
    stretch, total_stretch : float
        Factors on the log distance of a future from the median, of an economy and of the members' total, that bring
        the bands to their measured coverage. The draws of `simulate_paths` are as before them.
    past : pandas.DataFrame or None
        The backtest that the factors come from, as `backtest` returns it; None if there was none.
    observed : pandas.DataFrame or None
        The past total of the members, as `baseline` returns it.
    """

    measure: str
    flow: str
    unit: str
    model: str
    members: tuple[str, ...]
    left_out: tuple[str, ...]
    base_year: int
    last_year: np.ndarray
    start: np.ndarray
    drifts: Drifts
    breaks: np.ndarray
    stretch: float = 1.0
    total_stretch: float = 1.0
    past: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    observed: pd.DataFrame | None = field(default=None, compare=False, repr=False)

    @property
    def prices(self) -> str:
        """Return "constant" if the unit names the year of its prices, as `outcome` has it, else "current"."""
        return "constant" if " of " in self.unit else "current"

    def latest(self) -> float:
        """Return the sum of the members' latest figures, from which the futures start, in the unit of the series."""
        return float(np.exp(self.start).sum())

    def median(self, year: int) -> np.ndarray:
        """Return each economy's path without shocks in a year: shape (n,), in the unit of the series."""
        return np.exp(self.start + (year - self.last_year) * self.drifts.drift)

    def table(self) -> pd.DataFrame:
        """Show what the baseline is made of.

        Returns
        -------
        pandas.DataFrame
            One row a member: iso3, last_year, last_value (the series' unit), changes (number of yearly log changes),
            own_drift, own_error (standard error), weight (of the own drift against the median), drift (used), shock
            (standard deviation of a year's shock), spikes, breaks (years of them, as text); drifts and shocks in logs.
        """
        drifts = self.drifts
        return pd.DataFrame(
            {
                "iso3": self.members,
                "last_year": self.last_year,
                "last_value": np.exp(self.start),
                "changes": drifts.changes,
                "own_drift": drifts.own,
                "own_error": drifts.own_error,
                "weight": drifts.weight,
                "drift": drifts.drift,
                "shock": np.sqrt(np.nanmean(drifts.residuals**2, axis=1)),
                "spikes": self._years(drifts.spikes),
                "breaks": self._years(self.breaks),
            }
        )

    def _years(self, marked: np.ndarray) -> list[str]:
        first = self.base_year - marked.shape[1] + 1
        return [", ".join(str(first + year) for year in np.flatnonzero(row)) for row in marked]


def fit_baseline(
    series: pd.DataFrame,
    members: Sequence[str],
    model: Model = "shrunken_drift",
    until: int | None = None,
    among: Sequence[str] | None = None,
) -> Baseline:
    """Fit the random walk to the members' series; `baseline` also tests it on the past, and calibrates its bands.

    Parameters
    ----------
    series : pandas.DataFrame
        As `outcome` returns it. A member's series starts after its last year that is not positive; the change into a
        year with a flagged break, where there is a column ``flagged``, is left out.
    members : sequence of str
        Economies (iso3) of a region.
    model : {"shrunken_drift", "common_drift", "own_drift", "no_change"}
        What is assumed of the drift, as in `estimate_drifts`.
    until : int, optional
        Last year used; by default all of them.
    among : sequence of str, optional
        Economies among which the drifts are estimated; by default all of the series, so that a member's are the same
        in any region.

    Returns
    -------
    Baseline
        Fitted; a member whose data end up to `OLDEST_START` years early starts from its own last year.

    Raises
    ------
    InputError
        If the model is unknown, an economy has two rows for a year, no member has data in the last years, or no economy
        has enough years for a drift.

    Notes
    -----
    Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, section 5.2, for the random walk with drift;
    `estimate_drifts` for the shrinkage.
    """
    check_choice("baseline", model, MODELS)
    everybody = sorted({*members, *(series["iso3"].unique() if among is None else among)})
    levels = log_levels(series, everybody, until)
    of = {name: str(series[name].iloc[0]) for name in ("measure", "flow", "unit")}
    base_year = int(levels.index[-1])
    recent = levels.loc[base_year - OLDEST_START :].notna().any()
    present = [code for code in members if recent[code]]
    if not present:
        raise InputError(
            f"none of {', '.join(members)} has {of['measure']} trade ({of['flow']}) "
            f"in {base_year - OLDEST_START}-{base_year}: choose economies or a measure with data there"
        )
    kept = levels.loc[:, recent]
    changes = kept.diff().iloc[1:]
    breaks = flagged_breaks(series, changes)
    drifts = estimate_drifts(changes.mask(breaks).to_numpy().T, model)
    places = [kept.columns.get_loc(code) for code in present]
    figures = kept.to_numpy()[:, places]
    last = len(figures) - 1 - (~np.isnan(figures))[::-1].argmax(axis=0)
    return Baseline(
        **of,
        model=model,
        members=tuple(present),
        left_out=tuple(code for code in members if not recent[code]),
        base_year=base_year,
        last_year=kept.index.to_numpy()[last],
        start=figures[last, range(len(places))],
        drifts=drifts.of(places),
        breaks=breaks.to_numpy().T[places],
    )


def log_levels(series: pd.DataFrame, members: Sequence[str], until: int | None = None) -> pd.DataFrame:
    """Return the members' series in logs; each starts after its last year that is not positive.

    Parameters
    ----------
    series : pandas.DataFrame
        As `outcome` returns it.
    members : sequence of str
        Economies (iso3).
    until : int, optional
        Last year.

    Returns
    -------
    pandas.DataFrame
        Every year from the table's first to its last with data (rows) by member (columns), missing where the data are.
    """
    return in_logs(years_by_member(series, members, until))


def in_logs(wide: pd.DataFrame) -> pd.DataFrame:
    """Return values, years by member, in logs as `log_levels` does."""
    values = wide.to_numpy()
    blocked = np.logical_or.accumulate((values <= 0)[::-1])[::-1]
    return pd.DataFrame(np.log(np.where(blocked, np.nan, values)), wide.index, wide.columns)


def flagged_breaks(series: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return which changes, years by economy, lead into a year that the series flags as a break; none without flags."""
    if "flagged" not in series:
        return pd.DataFrame(False, changes.index, changes.columns)
    flags = series[series["flagged"]].pivot(index="year", columns="iso3", values="flagged")
    return flags.reindex_like(changes).notna() & changes.notna()


def years_by_member(series: pd.DataFrame, members: Sequence[str], until: int | None = None) -> pd.DataFrame:
    """Return the members' values, every year from the table's first to its last (rows) by member (columns)."""
    check_once(series, ["iso3", "year"], "the series")
    years, values = series["year"].to_numpy(), series["value"].to_numpy(dtype=float)
    known = ~np.isnan(values) & (years <= (until or years.max()))
    rows = range(years[known].min(), years[known].max() + 1)
    columns = pd.Index(members).unique()
    places = columns.get_indexer(series["iso3"])
    of_members = known & (places >= 0)
    wide = np.full((len(rows), len(columns)), np.nan)
    wide[years[of_members] - rows.start, places[of_members]] = values[of_members]
    found = pd.DataFrame(wide, pd.Index(rows, name="year"), columns.rename("iso3"))
    return found[list(members)]


def simulate_paths(baseline: Baseline, horizon: int, draws: int, seed: int, chunk: int = CHUNK) -> Iterator[np.ndarray]:
    """Draw futures, one economy after the other, so that memory does not grow with the number of economies.

    Parameters
    ----------
    baseline : Baseline
        What to draw from.
    horizon : int
        Last year.
    draws : int
        Number of draws, D.
    seed : int
        Every variable (a year's shock, a year's part of the drift error, an economy's own part) has a stream of its
        own, spawned from the seed and the year or the economy's code: more draws extend fewer ones, whatever the chunk.
    chunk : int
        Draws handled at once.

    Yields
    ------
    numpy.ndarray
        Shape (Y, D) for each member in turn: trade in the series' unit in the Y years after the base year. Draw d of
        every member belongs to the same future.
    """
    drifts = baseline.drifts
    known = drifts.residuals.shape[1]
    years = range(int(baseline.last_year.min()) + 1, horizon + 1)
    picks = {year: _stream(seed, _SHOCK, year).integers(0, known, draws, dtype=np.uint8) for year in years}
    common = [_stream(seed, _COMMON, k).standard_normal(draws) for k in range(known)] if drifts.loadings.any() else []
    for i, (code, residuals) in enumerate(zip(baseline.members, drifts.residuals, strict=True)):
        path = np.empty((horizon - baseline.base_year, draws))
        own = _stream(seed, _OWN, int.from_bytes(code.encode())).standard_normal(draws)
        present = residuals[~np.isnan(residuals)]
        for first in range(0, draws, chunk):
            part = slice(first, first + chunk)
            error = drifts.noise[i] * own[part]
            for loading, normal in zip(drifts.loadings[i], common, strict=False):
                error += loading * normal[part]
            step = drifts.drift[i] + error
            level = np.full(len(step), baseline.start[i])
            for year in range(baseline.last_year[i] + 1, horizon + 1):
                shock = residuals[picks[year][part]]
                if len(present) < known:  # a year without a residual takes another of the economy's own
                    spare = _stream(seed, _SPARE, year).random(draws)[part]
                    shock = np.where(np.isnan(shock), present[(spare * len(present)).astype(int)], shock)
                level += step
                level += shock
                if year > baseline.base_year:
                    np.exp(level, out=path[year - baseline.base_year - 1, part])
        yield path


def _stream(seed: int, kind: int, number: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(kind, number)))
