"""How much trade would a scenario add, by economy, region and year, and how sure can one be?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.draws import stretched
from carec_digital_trade.scenarios.random_walk import CHUNK, simulate_paths
from carec_digital_trade.scenarios.scenario import Scenario

DRAWS = 10_000
MOST_DRAWS = 1_000_000
"""Some 500 bytes a draw are held at once, whatever the number of economies."""
QUANTITIES = ("baseline", "scenario", "additional")
BANDS = (50, 80, 95)
"""Bands around the median, in per cent."""
MAIN_BAND = 80
"""Per cent: the band of a metric that has several; the others have theirs after its name."""

_PROBABILITIES = [0.5, *(p for band in BANDS for p in (0.5 - band / 200, 0.5 + band / 200))]
_STATISTICS = ["mean", "median", *(f"{side}_{band}" for band in BANDS for side in ("low", "high")), "mc_error"]
_SHARE = ["additional_share", "additional_share_low", "additional_share_high"]
_SHARE_PROBABILITIES = [0.5, 0.1, 0.9]


@dataclass(frozen=True)
class Simulation:
    """What the draws say.

    Attributes
    ----------
    scenario : Scenario
        That was simulated.
    bands : pandas.DataFrame
        One row for each member and for their total (iso3 missing), year and quantity ("baseline", "scenario",
        "additional"): region, iso3, year, quantity, mean, median, low_50, high_50, low_80, high_80, low_95, high_95,
        mc_error (standard error of the median from the finite number of draws), extrapolated, covered, members
        (economies in a total, and the region's), unit.
    totals : dict of str to numpy.ndarray
        "baseline" and "scenario" to the regional total, shape (Y, D), summed within each draw and calibrated.
    draws, seed : int
        As asked.
    """

    scenario: Scenario
    bands: pd.DataFrame
    totals: dict[str, np.ndarray]
    draws: int
    seed: int

    @property
    def years(self) -> np.ndarray:
        """The scenario's: shape (Y,)."""
        return self.scenario.years

    def total(self, quantity: str, year: int | None = None) -> pd.DataFrame:
        """Return the rows of ``bands`` for a quantity of the region's total, of all years or of one."""
        return self._rows(quantity, False, year)

    def named(self, quantity: str, metric: str, members: bool = False, year: int | None = None) -> pd.DataFrame:
        """Return a quantity under a metric's name.

        Parameters
        ----------
        quantity : str
            "baseline", "scenario" or "additional".
        metric : str
            Name, such as "baseline_trade".
        members : bool
            Whether the members' rows are there beside the region's.
        year : int, optional
            Only this one.

        Returns
        -------
        pandas.DataFrame
            region, iso3 (missing for the region), year, and the metric's columns as from `banded`.
        """
        rows = self._rows(quantity, members, year)
        return pd.concat([rows[["region", "iso3", "year"]], banded(rows, metric)], axis=1)

    def baseline(self) -> pd.DataFrame:
        """Return the region's trade without new policy, by year, as `named` does: baseline_trade."""
        return self.named("baseline", "baseline_trade")

    def additional(self) -> pd.DataFrame:
        """Return what the levers add to the region's total, by year.

        Returns
        -------
        pandas.DataFrame
            As from `named`: additional_trade; baseline_trade (median), additional_share with low and high (median and
            80% band of the per cent added to the baseline of the same future), monte_carlo_error, extrapolated.
        """
        return self._added(False, None, self._shares_of_total())

    def by_member(self, year: int | None = None) -> pd.DataFrame:
        """Return what the levers add to the region and to each member in one year.

        Parameters
        ----------
        year : int, optional
            One of the scenario's; by default its last.

        Returns
        -------
        pandas.DataFrame
            The region (iso3 missing), then its members, the largest addition first; columns as in `additional`. In a
            member only the effects make the share uncertain.
        """
        step = self.scenario.step(year)
        shares = np.vstack([self._shares_of_own(step), self._shares_of_total()[step]])
        frame = self._added(True, int(self.years[step]), shares)
        frame = frame.assign(place=frame["iso3"].notna())
        frame = frame.sort_values(["place", "additional_trade"], ascending=[True, False], kind="stable")
        return frame.drop(columns="place").reset_index(drop=True)

    def summary(self) -> pd.DataFrame:
        """Return the few figures of the last year that tell most, in the unit of the baseline.

        Returns
        -------
        pandas.DataFrame
            One row a figure: what ("baseline", "additional"), amount, low and high (80%).
        """
        asked, last = ["baseline", "additional"], int(self.years[-1])
        rows = pd.concat([self.total(what, last) for what in asked])
        names = {"median": "amount", "low_80": "low", "high_80": "high"}
        return rows.rename(columns=names)[list(names.values())].assign(what=asked).reset_index(drop=True)

    def _rows(self, quantity: str, members: bool, year: int | None) -> pd.DataFrame:
        wanted = self.bands["quantity"] == quantity
        if not members:
            wanted &= self.bands["iso3"].isna()
        if year is not None:
            wanted &= self.bands["year"] == year
        return self.bands[wanted].reset_index(drop=True)

    def _added(self, members: bool, year: int | None, shares: np.ndarray) -> pd.DataFrame:
        """Return what is added with the shares that it is of the baseline, shape (rows, 3)."""
        rows = self._rows("additional", members, year)
        frame = self.named("additional", "additional_trade", members, year).assign(
            baseline_trade=self._rows("baseline", members, year)["median"],
            monte_carlo_error=rows["mc_error"],
            extrapolated=rows["extrapolated"],
        )
        frame[_SHARE] = shares
        return frame

    def _shares_of_total(self) -> np.ndarray:
        """Return median and 80% band of the share added to the total within a future, per cent: shape (Y, 3)."""
        share = 100 * (self.totals["scenario"] / self.totals["baseline"] - 1)
        return np.quantile(share, _SHARE_PROBABILITIES, axis=1, method="inverted_cdf").T

    def _shares_of_own(self, step: int) -> np.ndarray:
        """Return median and 80% band of the share that the effects add in each member, per cent: shape (n, 3)."""
        effects = self.scenario.effect_draws(self.draws, self.seed)
        shares = np.zeros((len(self.scenario.members), len(_SHARE)))
        for economy in range(len(shares)):
            change = self.scenario.log_change(economy, step, effects)
            if change is not None:
                shares[economy] = 100 * np.expm1(np.quantile(change, _SHARE_PROBABILITIES, method="inverted_cdf"))
        return shares


def simulate(scenario: Scenario, draws: int = DRAWS, seed: int = 0, chunk: int = CHUNK) -> Simulation:
    """Draw baselines and effects together.

    Parameters
    ----------
    scenario : Scenario
        As from `scenario`.
    draws : int
        1 to 1,000,000.
    seed : int
        Of all streams; the same seed and scenario give the same numbers.
    chunk : int
        Draws handled at once; it changes no number.

    Returns
    -------
    Simulation
        Bands are order statistics of the draws (numpy's "inverted_cdf"). A total is summed within each draw, so its
        bands are not sums of its members' bands. Draws are stretched about their medians as the baseline says, members
        and total each by their own factor, which leaves the medians where they are; what the levers add to the total
        in a draw is the share that they add to the sum in it, of the stretched total.

    Raises
    ------
    InputError
        If the number of draws is out of range.

    Examples
    --------
    >>> import carec_digital_trade as cdt
    >>> caucasus, benchmark = cdt.region(["AZE", "GEO"]), cdt.region("ASEAN")
    >>> base = cdt.baseline(cdt.outcome("delivered", "total"), caucasus)
    >>> asked = cdt.scenario(base, caucasus, benchmark, cdt.preset("connectivity"), 2030)
    >>> int(simulate(asked, draws=200, seed=1).additional()["year"].max())
    2030
    """
    check_draws(draws)
    effects = scenario.effect_draws(draws, seed)
    shape = (len(scenario.years), draws)
    totals = {"baseline": np.zeros(shape), "scenario": np.zeros(shape)}
    rows: list[np.ndarray] = []
    paths = simulate_paths(scenario.baseline, int(scenario.years[-1]), draws, seed, chunk)
    for i, path in enumerate(paths):
        totals["baseline"] += path
        for step, drawn in enumerate(path):
            change = scenario.log_change(i, step, effects)
            factor = None if change is None else np.exp(change)
            totals["scenario"][step] += drawn if factor is None else drawn * factor
            baseline = stretched(drawn, scenario.baseline.stretch)
            rows.append(_summary(baseline, baseline if factor is None else baseline * factor))
    if scenario.baseline.total_stretch != 1:
        for before, after in zip(totals["baseline"], totals["scenario"], strict=True):
            share = after / before
            before[:] = stretched(before, scenario.baseline.total_stretch)
            after[:] = before * share
    rows += [_summary(*pair) for pair in zip(totals["baseline"], totals["scenario"], strict=True)]
    return Simulation(scenario, _bands(scenario, np.array(rows)), totals, draws, seed)


def check_draws(draws: int) -> None:
    """Refuse a number of draws that is not between 1 and `MOST_DRAWS`."""
    if not 1 <= draws <= MOST_DRAWS:
        raise InputError(f"the number of draws is {draws}: it must be between 1 and {MOST_DRAWS:,}, such as {DRAWS:,}")


def banded(bands: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return bands under a metric's name: the median with the ends of `MAIN_BAND`, and again for each other band.

    Parameters
    ----------
    bands : pandas.DataFrame
        median, and low and high of each band, as in `Simulation.bands`.
    metric : str
        Name; that of another band ends with its per cent.
    """
    columns = {}
    for band in (MAIN_BAND, *(each for each in BANDS if each != MAIN_BAND)):
        name = metric if band == MAIN_BAND else f"{metric}_{band}"
        columns |= {name: bands["median"], f"{name}_low": bands[f"low_{band}"], f"{name}_high": bands[f"high_{band}"]}
    return pd.DataFrame(columns, bands.index)


def _summary(baseline: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Return mean, quantiles and Monte Carlo error of the three quantities: shape (3, 9)."""
    before = _statistics(baseline)
    if changed is baseline:
        return np.array([before, before, np.zeros(len(before))])
    return np.array([before, _statistics(changed), _statistics(changed - baseline)])


def _statistics(values: np.ndarray) -> np.ndarray:
    """Return what `_STATISTICS` names, of draws of the shape (D,).

    The standard error of the median is half the distance between the order statistics at one binomial standard
    deviation to either side (David & Nagaraja 2003, Order Statistics, 7.1).
    """
    draws = len(values)
    ranks = [max(int(np.ceil(p * draws)) - 1, 0) for p in _PROBABILITIES]
    deviation = 0.5 * np.sqrt(draws)
    around = [max(int(draws / 2 - deviation), 0), min(int(draws / 2 + deviation), draws - 1)]
    found = np.sort(values)[ranks + around]
    return np.array([values.mean(), *found[:-2], (found[-1] - found[-2]) / 2])


def _bands(scenario: Scenario, statistics: np.ndarray) -> pd.DataFrame:
    """Label statistics of shape ((n + 1) x Y, 3, 9), the last Y being those of the total."""
    baseline, count = scenario.baseline, len(scenario.members)
    index = pd.MultiIndex.from_product([[*baseline.members, None], scenario.years, QUANTITIES])
    each = np.repeat(np.arange(count + 1), len(scenario.years) * len(QUANTITIES))
    frame = pd.DataFrame(statistics.reshape(-1, statistics.shape[-1]), columns=_STATISTICS)
    frame.insert(0, "region", scenario.region.label)
    for place, name in enumerate(("iso3", "year", "quantity")):
        frame.insert(place + 1, name, index.get_level_values(place))
    flags = np.append(scenario.extrapolated, scenario.extrapolated.any())[each]
    frame["extrapolated"] = flags & (frame["quantity"] != "baseline").to_numpy()
    of_total = each == count
    frame["covered"] = np.where(of_total, count, 1)
    frame["members"] = np.where(of_total, count + len(baseline.left_out), 1)
    return frame.assign(unit=baseline.unit)
