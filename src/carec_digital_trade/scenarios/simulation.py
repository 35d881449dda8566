"""How much trade would a scenario add, by economy, region and year, and how sure can one be?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.quantiles import COLUMNS, statistics
from carec_digital_trade.scenarios.random_walk import CHUNK, simulate_paths
from carec_digital_trade.scenarios.scenario import Scenario, check_year

DRAWS = 10_000
MOST_DRAWS = 1_000_000
"""Some 500 bytes a draw are held at once, whatever the number of economies."""
QUANTITIES = ("baseline", "scenario", "additional")

_EFFECT = 4
"""First word of the streams of the effects, after those of the baseline."""
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
        "baseline" and "scenario" to the regional total, shape (Y, D), summed within each draw.
    years : numpy.ndarray
        Shape (Y,).
    draws, seed : int
        As asked.
    """

    scenario: Scenario
    bands: pd.DataFrame
    totals: dict[str, np.ndarray]
    years: np.ndarray
    draws: int
    seed: int

    def total(self, quantity: str, year: int | None = None) -> pd.DataFrame:
        """Return the bands of the region's total, by year.

        Parameters
        ----------
        quantity : str
            "baseline", "scenario" or "additional".
        year : int, optional
            Only this one.

        Returns
        -------
        pandas.DataFrame
            Rows of ``bands``.
        """
        rows = self.bands[self.bands["iso3"].isna() & (self.bands["quantity"] == quantity)]
        return rows.reset_index(drop=True) if year is None else rows[rows["year"] == year].reset_index(drop=True)

    def additional(self) -> pd.DataFrame:
        """Return what the levers add to the region's total, by year.

        Returns
        -------
        pandas.DataFrame
            Columns of ``bands``, baseline (its median, USD million), and additional_share with low and high: median
            and 80% band of the per cent added to the baseline of the same future.
        """
        frame = self.total("additional").assign(baseline=self.total("baseline")["median"])
        frame[_SHARE] = self._shares_of_total()
        return frame

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
        wanted = check_year(self.scenario, year)
        rows = self.bands[self.bands["year"] == wanted]
        added = rows[rows["quantity"] == "additional"].reset_index(drop=True)
        before = rows.loc[rows["quantity"] == "baseline", "median"].to_numpy()
        step = wanted - int(self.years[0])
        shares = np.vstack([self._shares_of_own(step), self._shares_of_total()[step]])
        frame = added.assign(baseline=before, **dict(zip(_SHARE, shares.T, strict=True)))
        order = frame.assign(place=frame["iso3"].notna()).sort_values(
            ["place", "median"], ascending=[True, False], kind="stable"
        )
        return frame.loc[order.index].reset_index(drop=True)

    def _shares_of_total(self) -> np.ndarray:
        """Return median and 80% band of the share added to the total within a future, per cent: shape (Y, 3)."""
        share = 100 * (self.totals["scenario"] / self.totals["baseline"] - 1)
        return np.quantile(share, _SHARE_PROBABILITIES, axis=1, method="inverted_cdf").T

    def _shares_of_own(self, step: int) -> np.ndarray:
        """Return median and 80% band of the share that the effects add in each member, per cent: shape (n, 3)."""
        effects = effect_draws(self.scenario, self.draws, self.seed)
        shares = np.zeros((len(self.scenario.members), len(_SHARE)))
        for economy in range(len(shares)):
            change = log_change(self.scenario, economy, step, effects, self.scenario.closure)
            if change is not None:
                quantiles = np.quantile(change, _SHARE_PROBABILITIES, method="inverted_cdf")
                shares[economy] = 100 * np.expm1(quantiles)
        return shares


def simulate(scenario: Scenario, draws: int = DRAWS, seed: int = 0, chunk: int = CHUNK) -> Simulation:
    """Draw baselines and effects together.

    Parameters
    ----------
    scenario : Scenario
        As from `build_scenario`.
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
        bands are not sums of its members' bands.

    Raises
    ------
    InputError
        If the number of draws is out of range.
    """
    check_draws(draws)
    effects = effect_draws(scenario, draws, seed)
    shape = (len(scenario.years), draws)
    totals = {"baseline": np.zeros(shape), "scenario": np.zeros(shape)}
    rows: list[np.ndarray] = []
    paths = simulate_paths(scenario.baseline, int(scenario.years[-1]), draws, seed, chunk)
    for i, path in enumerate(paths):
        totals["baseline"] += path
        for step, baseline in enumerate(path):
            change = log_change(scenario, i, step, effects, scenario.closure)
            changed = baseline if change is None else baseline * np.exp(change)
            totals["scenario"][step] += changed
            rows.append(_summary(baseline, changed))
    rows += [_summary(*pair) for pair in zip(totals["baseline"], totals["scenario"], strict=True)]
    return Simulation(scenario, _bands(scenario, np.array(rows)), totals, scenario.years, draws, seed)


def check_draws(draws: int) -> None:
    """Refuse a number of draws that cannot be.

    Parameters
    ----------
    draws : int
        Number.

    Raises
    ------
    InputError
        If it is not between 1 and `MOST_DRAWS`.
    """
    if not 1 <= draws <= MOST_DRAWS:
        raise InputError(f"the number of draws is {draws}: it must be between 1 and {MOST_DRAWS:,}, such as {DRAWS:,}")


def effect_draws(scenario: Scenario, draws: int, seed: int) -> np.ndarray:
    """Draw the levers' effects.

    Parameters
    ----------
    scenario : Scenario
        Whose levers.
    draws, seed : int
        As in `simulate`.

    Returns
    -------
    numpy.ndarray
        Shape (L, D): effect on log trade of a whole gap of one unit.
    """
    values = {}
    for number, factor in enumerate(scenario.factors):
        stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_EFFECT, number)))
        values[factor.name] = factor.quantile(stream.random(draws))
    return scenario.unit_effects(values)


def log_change(
    scenario: Scenario, economy: int, step: int, effects: np.ndarray, closure: np.ndarray
) -> np.ndarray | None:
    """Return the change of one economy's log trade in one year.

    Parameters
    ----------
    scenario : Scenario
        Levers, phases and gaps.
    economy, step : int
        Positions among the baseline's members and among the scenario's years.
    effects : numpy.ndarray
        Shape (L, D), as from `effect_draws`.
    closure : numpy.ndarray
        Shape (L,): share of each gap that is closed.

    Returns
    -------
    numpy.ndarray or None
        Shape (D,); None if nothing reaches the economy in that year.
    """
    weights = scenario.phase[:, step] * closure * scenario.reach[:, economy]
    amplifies, amplified = scenario.amplifies, scenario.amplified
    if not weights[~amplifies].any():
        return None
    direct = _combine(weights, effects, ~amplifies & ~amplified)
    return direct + _combine(weights, effects, amplified & ~amplifies) * (1.0 + _combine(weights, effects, amplifies))


def _combine(weights: np.ndarray, effects: np.ndarray, which: np.ndarray) -> np.ndarray | float:
    """Return the weighted sum over the levers asked for, elementwise over draws so that no order of sums changes."""
    total: np.ndarray | float = 0.0
    for lever in np.flatnonzero(which & (weights != 0)):
        total = total + weights[lever] * effects[lever]
    return total


def _summary(baseline: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Return mean, quantiles and Monte Carlo error of the three quantities: shape (3, 9)."""
    before = statistics(baseline)
    if changed is baseline:
        return np.array([before, before, np.zeros(len(before))])
    return np.array([before, statistics(changed), statistics(changed - baseline)])


def _bands(scenario: Scenario, statistics: np.ndarray) -> pd.DataFrame:
    """Label statistics of shape ((n + 1) x Y, 3, 9), the last Y being those of the total."""
    baseline = scenario.baseline
    count, years = len(baseline.members), len(scenario.years)
    frame = pd.DataFrame(statistics.reshape(-1, statistics.shape[-1]), columns=COLUMNS)
    each = np.repeat(np.arange(count + 1), years * len(QUANTITIES))
    frame.insert(0, "region", scenario.region.label)
    frame.insert(1, "iso3", np.array([*baseline.members, None], dtype=object)[each])
    frame.insert(2, "year", np.tile(np.repeat(scenario.years, len(QUANTITIES)), count + 1))
    frame.insert(3, "quantity", np.tile(QUANTITIES, (count + 1) * years))
    flags = np.append(scenario.extrapolated, scenario.extrapolated.any())[each]
    frame["extrapolated"] = flags & (frame["quantity"] != "baseline").to_numpy()
    frame["covered"] = np.append(np.ones(count, dtype=int), count)[each]
    frame["members"] = np.append(np.ones(count, dtype=int), count + len(baseline.left_out))[each]
    return frame.assign(unit=baseline.unit)
