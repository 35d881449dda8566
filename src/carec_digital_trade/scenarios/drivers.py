"""What is the additional trade uncertain about? One factor at a time, and all at once."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import scipy

from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.draws import joint_futures
from carec_digital_trade.scenarios.factors import ELASTICITY, STUDY, Choice
from carec_digital_trade.scenarios.scenario import Scenario

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
    in the order of the additional trade that it gives at the central effects; so are the studies of a lever, of which
    the middle one is its median. The trade elasticity is one only if there is an effect on trade cost.

    Parameters
    ----------
    scenario : Scenario
        As from `scenario`.
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
        self._step = scenario.step(year)
        self.year = int(scenario.years[self._step])
        costs = any(term.effect.on_cost for term in scenario.terms)
        self.factors = [factor for factor in scenario.factors if costs or factor.name != ELASTICITY]
        self._futures = joint_futures(scenario.baseline, self.year, FUTURES, seed)
        ranked = {study.name: self._ranked(study) for study in scenario.studies}
        self.factors = [ranked.get(factor.name, factor) for factor in self.factors]
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
        """Share out the variance of `logs` among the factors, as `sobol` does; with region, year and extrapolated.

        Where a study adds nothing the logarithm is none, and the variance is that of the amount: the column ``of``.
        """
        ends = np.full((len(self.names), 2), 0.5)
        ends[[isinstance(factor, Choice) for factor in (None, *self.factors)]] = 0.0, 1.0
        of = "logarithm" if (self(ends) > 0).all() else "amount"
        return sobol(self.logs if of == "logarithm" else self, self.names, seed=seed).assign(of=of, **self.of)

    def across(self, probabilities: np.ndarray) -> np.ndarray:
        """Return additional trade in all futures, shape (`FUTURES`,), at one probability of each factor but the first.

        Parameters
        ----------
        probabilities : numpy.ndarray
            Shape (F - 1,): without the baseline.
        """
        return self._additional(self._futures, np.repeat(probabilities[:, None], FUTURES, axis=1))

    def _ranked(self, study: Choice) -> Choice:
        """Return the studies of a lever in the order of what they add at the central effects."""
        shares = np.array(study.weights) / np.sum(study.weights)
        added = []
        for middle in np.cumsum(shares) - shares / 2:
            probabilities = np.full((len(self.factors), FUTURES), 0.5)
            probabilities[self.factors.index(study)] = middle
            added.append(np.median(self._additional(self._futures, probabilities)))
        order = np.argsort(added, kind="stable")
        return Choice(study.name, *(tuple(each[i] for i in order) for each in (study.values, study.weights)))

    def _additional(self, futures: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Return additional trade, shape (D,), for futures of the shape (n, D)."""
        values = {factor.name: np.full(futures.shape[1], factor.central) for factor in self._scenario.factors}
        values |= {factor.name: factor.quantile(p) for factor, p in zip(self.factors, probabilities, strict=True)}
        effects = self._scenario.unit_effects(values)
        total = np.zeros(futures.shape[1])
        for i, baseline in enumerate(futures):
            change = self._scenario.log_change(i, self._step, effects)
            if change is not None:
                total += baseline * np.expm1(change)
        return total


def tornado(response: Response) -> pd.DataFrame:
    """Move one factor at a time from its 10th to its 90th percentile, the others at their medians.

    The additional trade is the median over the futures of the baseline, and for the baseline its percentiles.

    Parameters
    ----------
    response : Response
        Of the scenario.

    Returns
    -------
    pandas.DataFrame
        One row a factor, the widest first: factor, from_value, to_value (of the factor; missing for baseline and
        study), low, high (additional trade at them, the smaller first), central, swing (high less low), region, year,
        unit, extrapolated.
    """
    names = response.names
    middle = np.full(len(response.factors), 0.5)
    futures = response.across(middle)
    bars = [np.quantile(futures, [LOW, HIGH], method="inverted_cdf")]
    for row in range(len(middle)):
        moves = [np.where(np.arange(len(middle)) == row, end, middle) for end in (LOW, HIGH)]
        bars.append(np.array([_median(response.across(move)) for move in moves]))
    low, high = np.sort(bars, axis=1).T
    ends, unknown = np.array([LOW, HIGH]), np.array([np.nan, np.nan])
    moved = [unknown if factor.name.endswith(STUDY) else factor.quantile(ends) for factor in response.factors]
    start, end = np.array([unknown, *moved]).T
    columns = {"factor": names, "from_value": start, "to_value": end, "low": low, "high": high}
    frame = pd.DataFrame(columns | {"central": _median(futures), "swing": high - low} | response.of)
    return frame.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def _median(values: np.ndarray) -> float:
    return float(np.quantile(values, 0.5, method="inverted_cdf"))


def sobol(
    response: Callable[[np.ndarray], np.ndarray], names: Sequence[str], n: int = 512, seed: int = 0
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
    table = pd.DataFrame({"factor": list(names)})
    if not np.ptp(response(rng.random((len(names), 64)))) > 0:
        columns = [f"{kind}{end}" for kind in _KINDS for end in ("", "_low", "_high")]
        return table.reindex(columns=["factor", *columns])
    # The seed's name before SciPy 1.15, which is what a browser has.
    runs = [
        scipy.stats.sobol_indices(func=response, n=n, dists=[scipy.stats.uniform()] * len(names), random_state=rng)
        for _ in range(REPLICATES)
    ]
    for kind, attribute in _KINDS.items():
        estimates = np.array([np.ravel(getattr(run, attribute)) for run in runs])
        margin = estimates.std(axis=0, ddof=1) / np.sqrt(REPLICATES) * scipy.stats.t.ppf(0.975, REPLICATES - 1)
        table[kind] = estimates.mean(axis=0)
        table[f"{kind}_low"], table[f"{kind}_high"] = table[kind] - margin, table[kind] + margin
    return table.sort_values("total", ascending=False, kind="stable", ignore_index=True)
