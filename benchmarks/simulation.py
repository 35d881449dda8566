"""How fast is a scenario, against numpy drawing the same normals and against a pandas loop? Run it: no arguments.

Every ratio is of times measured in this run, the best of a few, so that it means the same on any machine.
"""

import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    Scenario,
    fit_baseline,
    lever_set,
    outcome,
    simulate,
)

DRAWS = 100_000
LOOP_DRAWS = 200
"""Of the pandas loop; its time grows with them, so the rest is multiplied."""
GROWTH = (1_000, 10_000, 100_000, 1_000_000)
QUANTILES = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]


def main() -> None:
    """Print the ratios."""
    scenario = everybody()
    economies, years = len(scenario.baseline.members), len(scenario.years)
    print(f"{economies} economies, {years} years, every one with a gap to close")
    simulate(scenario, GROWTH[0])
    normals = best(lambda: np.random.default_rng(0).standard_normal((DRAWS, economies, years)))
    ours = best(lambda: simulate(scenario, DRAWS))
    print(
        f"{DRAWS:,} draws: numpy's normals {normals:.2f} s, scenario {ours:.2f} s: {ours / normals:.1f} times (limit 4)"
    )
    loop = best(lambda: pandas_loop(scenario, LOOP_DRAWS), 2) / LOOP_DRAWS * DRAWS
    print(f"{DRAWS:,} draws by a pandas loop: {loop:.0f} s (from {LOOP_DRAWS}): {loop / ours:.0f} times (100 asked)")
    print(f"{'draws':>10} {'seconds':>9} {'microseconds a draw':>20} {'peak MiB':>9}")
    for draws in GROWTH:
        seconds = best(lambda draws=draws: simulate(scenario, draws), 1 if draws > DRAWS else 3)
        print(f"{draws:>10,} {seconds:>9.3f} {seconds / draws * 1e6:>20.2f} {peak(scenario, draws) / 2**20:>9.0f}")


def everybody() -> Scenario:
    """Return all members of both regions with a gap to Gibraltar's broadband, of which no study limits the levels."""
    both = region([*region("CAREC").members, *region("ASEAN").members])
    effect = {"kind": "trade_per_10_percent", "indicator": "fixed_broadband", "measures": ["delivered"]}
    effect |= {"low": 6.0, "central": 6.5, "high": 7.0, "source": "the benchmark's own"}
    levers = lever_set({"connectivity": {"effect": effect, "benchmark": "GIB"}})
    return scenarios.scenario(fit_baseline(outcome(), both.members), both, region("ASEAN"), levers, horizon=2036)


def pandas_loop(scenario: Scenario, draws: int) -> pd.DataFrame:
    """Do the same as a loop over draws in pandas would, bands included."""
    baseline, rng = scenario.baseline, np.random.default_rng(0)
    members = list(baseline.members)
    residuals = pd.DataFrame(baseline.drifts.residuals.T, columns=members).fillna(0.0)
    start = pd.Series(baseline.start, members)
    drift = pd.Series(baseline.drifts.drift, members)
    loadings = pd.DataFrame(baseline.drifts.loadings, members)
    weight = pd.DataFrame(np.outer(scenario.phase[0], scenario.reach[0]), scenario.years, members)
    effects = scenario.effect_draws(draws, 0)[0]
    results = []
    for draw in range(draws):
        error = (loadings * rng.standard_normal(loadings.shape[1])).sum(axis=1)
        error += baseline.drifts.noise * rng.standard_normal(len(members))
        shocks = residuals.sample(len(scenario.years), replace=True, random_state=rng).set_axis(scenario.years)
        before = np.exp((shocks + drift + error).cumsum() + start)
        after = before * np.exp(effects[draw] * weight)
        parts = {"baseline": before, "scenario": after, "additional": after - before}
        results.append(pd.concat({name: part.assign(total=part.sum(axis=1)) for name, part in parts.items()}))
    return pd.concat(results).groupby(level=[0, 1]).quantile(QUANTILES)


def best(task: Callable[[], object], times: int = 5) -> float:
    """Return the shortest of a few times, in seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peak(scenario: Scenario, draws: int) -> int:
    """Return the most memory held at once, in bytes."""
    tracemalloc.start()
    simulate(scenario, draws)
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


if __name__ == "__main__":
    main()
