"""How much trade would a scenario add, by economy, region and year, and how sure can one be?"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.changes import effect_draws, log_change
from carec_digital_trade.scenarios.quantiles import COLUMNS, banded, statistics
from carec_digital_trade.scenarios.random_walk import CHUNK, simulate_paths
from carec_digital_trade.scenarios.scenario import Scenario, check_year

DRAWS = 10_000
MOST_DRAWS = 1_000_000
"""Some 500 bytes a draw are held at once, whatever the number of economies."""
QUANTITIES = ("baseline", "scenario", "additional")

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
        rows = self.bands[self.bands["quantity"] == quantity]
        rows = rows if members else rows[rows["iso3"].isna()]
        rows = (rows if year is None else rows[rows["year"] == year]).reset_index(drop=True)
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
        rows = self.total("additional")
        frame = self.named("additional", "additional_trade").assign(
            baseline_trade=self.total("baseline")["median"],
            monte_carlo_error=rows["mc_error"],
            extrapolated=rows["extrapolated"],
        )
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
        added = rows[rows["quantity"] == "additional"]
        shares = np.vstack([self._shares_of_own(step := wanted - int(self.years[0])), self._shares_of_total()[step]])
        frame = self.named("additional", "additional_trade", True, wanted).assign(
            baseline_trade=rows.loc[rows["quantity"] == "baseline", "median"].to_numpy(),
            monte_carlo_error=added["mc_error"].to_numpy(),
            extrapolated=added["extrapolated"].to_numpy(),
            **dict(zip(_SHARE, shares.T, strict=True)),
            place=added["iso3"].notna().to_numpy(),
        )
        frame = frame.sort_values(["place", "additional_trade"], ascending=[True, False], kind="stable")
        return frame.drop(columns="place").reset_index(drop=True)

    def summary(self) -> pd.DataFrame:
        """Return the few figures of the last year that tell most, in the unit of the baseline.

        Returns
        -------
        pandas.DataFrame
            One row a figure: what ("baseline", "additional", "additional_unwidened"), amount, low and high (80%).
        """
        last = int(self.years[-1])
        found = {
            "baseline": self.total("baseline", last),
            "additional": self.total("additional", last),
            "additional_unwidened": self.unwidened.total("additional", last),
        }
        rows = [
            {"what": what, "amount": row["median"].item(), "low": row["low_80"].item(), "high": row["high_80"].item()}
            for what, row in found.items()
        ]
        return pd.DataFrame(rows)

    @cached_property
    def unwidened(self) -> "Simulation":
        """The same with shocks as the past had them, from as many draws, at most `DRAWS`."""
        return simulate(self.scenario.unwidened(), min(self.draws, DRAWS), self.seed)

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
