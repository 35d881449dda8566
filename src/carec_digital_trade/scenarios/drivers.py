"""What is the result uncertain about: the effects of the levers, the trade elasticity, or the baseline itself?"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import sobol_indices, t, uniform

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.changes import log_change
from carec_digital_trade.scenarios.factors import ELASTICITY, Factor
from carec_digital_trade.scenarios.random_walk import simulate_paths
from carec_digital_trade.scenarios.scenario import Scenario, check_year

BASELINE = "baseline"
"""Name of the factor that stands for all the uncertainty of the baseline."""
FUTURES = 4_096
REPLICATES = 16
LOW, HIGH = 0.1, 0.9
"""Percentiles between which the tornado moves one factor at a time."""
_KINDS = {"first_order": "first_order", "total": "total_order"}


class Response:
    """A region's additional trade in one year as a function of the uncertain factors.

    Each factor is given by its probability, from 0 to 1. The baseline is one factor: a draw of all members' futures,
    in the order of the additional trade that it gives at the central effects.

    Parameters
    ----------
    scenario : Scenario
        As from `build_scenario`.
    year : int, optional
        Year of the scenario; by default the horizon.
    seed : int
        Seed of the baseline's futures.

    Raises
    ------
    InputError
        If the year is not among the scenario's.
    """

    def __init__(self, scenario: Scenario, year: int | None = None, seed: int = 0) -> None:
        self._scenario = scenario
        self.year = check_year(scenario, year)
        self._step = self.year - int(scenario.years[0])
        self.factors = _moving(scenario)
        paths = simulate_paths(scenario.baseline, self.year, FUTURES, seed)
        self._futures = np.array([path[-1].copy() for path in paths])
        central = self._additional(self._futures, np.full((len(self.factors), FUTURES), 0.5))
        self._futures = self._futures[:, np.argsort(central, kind="stable")]

    @property
    def of(self) -> dict[str, object]:
        """What every result is of: region, year, unit of the additional trade, and whether it is extrapolated."""
        return {
            "region": self._scenario.region.label,
            "year": self.year,
            "unit": self._scenario.baseline.unit,
            "extrapolated": bool(self._scenario.extrapolated.any()),
        }

    @property
    def names(self) -> list[str]:
        """Names of the F factors, the baseline first."""
        return [BASELINE, *(factor.name for factor in self.factors)]

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        """Return additional trade, shape (D,), at probabilities of the shape (F, D)."""
        future = np.minimum((probabilities[0] * FUTURES).astype(int), FUTURES - 1)
        return self._additional(self._futures[:, future], probabilities[1:])

    def logs(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the log of the same, missing where nothing is added: its variance does not hang on a few futures."""
        additional = self(probabilities)
        return np.log(np.where(additional > 0, additional, np.nan))

    def sobol(self, seed: int = 0) -> pd.DataFrame:
        """Share out the variance of `logs` among the factors, as `sobol` does; with region, year and extrapolated."""
        return sobol(self.logs, self.names, seed=seed).assign(**self.of)

    def _additional(self, futures: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Return additional trade, shape (D,), for futures of the shape (n, D)."""
        values = {factor.name: np.full(futures.shape[1], factor.central) for factor in self._scenario.factors}
        values |= {factor.name: factor.quantile(p) for factor, p in zip(self.factors, probabilities, strict=True)}
        effects = self._scenario.unit_effects(values)
        total = np.zeros(futures.shape[1])
        for i, baseline in enumerate(futures):
            change = log_change(self._scenario, i, self._step, effects, self._scenario.closure)
            if change is not None:
                total += baseline * np.expm1(change)
        return total


def tornado(response: Response) -> pd.DataFrame:
    """Move one factor at a time from its 10th to its 90th percentile, the others at their medians.

    Parameters
    ----------
    response : Response
        Of the scenario.

    Returns
    -------
    pandas.DataFrame
        One row a factor, the widest first: factor, from_value, to_value (of the factor; missing for the baseline),
        low, high (additional trade at them, the smaller first), central, swing (high less low), region, year, unit,
        extrapolated.
    """
    names = response.names
    points = np.full((len(names), 2 * len(names) + 1), 0.5)
    for row in range(len(names)):
        points[row, 2 * row : 2 * row + 2] = LOW, HIGH
    additional = response(points)
    ends = np.sort(additional[:-1].reshape(-1, 2), axis=1)
    moved = [factor.quantile(np.array([LOW, HIGH])) for factor in response.factors]
    values = np.array([[np.nan, np.nan], *moved])
    frame = pd.DataFrame(
        {
            "factor": names,
            "from_value": values[:, 0],
            "to_value": values[:, 1],
            "low": ends[:, 0],
            "high": ends[:, 1],
            "central": additional[-1],
            "swing": ends[:, 1] - ends[:, 0],
        }
        | response.of
    )
    return frame.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def sobol(
    response: Callable[[np.ndarray], np.ndarray],
    names: Sequence[str],
    n: int = 512,
    seed: int = 0,
) -> pd.DataFrame:
    """Share out a variance among factors.

    Parameters
    ----------
    response : callable
        From probabilities of the shape (F, D), uniform and independent, to values of the shape (D,).
    names : sequence of str
        Names of the F factors.
    n : int
        A power of two; the response is evaluated n (F + 2) times for each of `REPLICATES` scrambled sequences.
    seed : int
        Of the scrambling.

    Returns
    -------
    pandas.DataFrame
        One row a factor, the largest total first: factor, first_order (share of the variance that knowing the factor
        would take away), first_order_low, first_order_high, total (share that is left if only the factor is unknown),
        total_low, total_high; means over the sequences with their 95% intervals. Missing if the response does not vary.

    Raises
    ------
    InputError
        If n is not a power of two.

    Notes
    -----
    Sobol (1993); estimators of Saltelli et al. (2010), as `scipy.stats.sobol_indices` has them; intervals from
    independent scramblings, Owen (1997).
    """
    if n < 2 or n & (n - 1):
        raise InputError(f"n is {n}: Sobol indices need a power of two, such as 512")
    rng = np.random.default_rng(seed)
    if not np.ptp(response(rng.random((len(names), 64)))) > 0:
        columns = [f"{kind}{end}" for kind in _KINDS for end in ("", "_low", "_high")]
        return pd.DataFrame({"factor": list(names)}).reindex(columns=["factor", *columns])
    runs = [sobol_indices(func=response, n=n, dists=[uniform()] * len(names), rng=rng) for _ in range(REPLICATES)]
    table = pd.DataFrame({"factor": list(names)})
    for kind, attribute in _KINDS.items():
        estimates = np.array([np.ravel(getattr(run, attribute)) for run in runs])
        margin = estimates.std(axis=0, ddof=1) / np.sqrt(REPLICATES) * t.ppf(0.975, REPLICATES - 1)
        table[kind] = estimates.mean(axis=0)
        table[f"{kind}_low"], table[f"{kind}_high"] = table[kind] - margin, table[kind] + margin
    return table.sort_values("total", ascending=False, kind="stable", ignore_index=True)


def _moving(scenario: Scenario) -> list[Factor]:
    """Return the factors that can move the result: the elasticity only if there is an effect on trade cost."""
    costs = any(effect is not None and effect.kind.startswith("cost") for effect in scenario.effects.values())
    return [factor for factor in scenario.factors if costs or factor.name != ELASTICITY]
