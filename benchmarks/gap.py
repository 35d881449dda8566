"""How much faster leaving one economy out is by algebra (OLS) or by a warm start (PPML) than by refitting each time.

Prints ratios measured in one run, best of three, and how far the coefficients differ from those of the refits.
"""

import time
from collections.abc import Callable

import numpy as np
import statsmodels.api as sm

from carec_digital_trade.gap import EQUATION, trade_panel, with_covariates
from carec_digital_trade.gap.fitting import fit_poisson, leave_one_out_ols, leave_one_out_ppml
from carec_digital_trade.gap.sample import Sample, estimation_sample

REPEATS = 3


def main() -> None:
    """Compare both estimators on the bundled data, with internet use as a regressor."""
    for estimator in ("ols", "ppml"):
        sample = estimation_sample(trade_panel(), with_covariates(EQUATION, ["internet_users_pct"]), estimator)
        fast_time, fast = _best(_left_out, sample, estimator)
        naive_time, naive = _best(_refits, sample, estimator)
        apart = np.abs(fast - naive).max() / np.abs(naive).max()
        print(
            f"{estimator}: {sample.economies} economies left out of {len(sample.rows)} rows in {fast_time:.3f} s, "
            f"by refits in {naive_time:.3f} s: {naive_time / fast_time:.0f} times as fast, "
            f"coefficients {apart:.0e} of the largest apart"
        )


def _left_out(sample: Sample, estimator: str) -> np.ndarray:
    trade, regressors, clusters = sample.rows["trade"].to_numpy(), sample.regressors, sample.clusters
    if estimator == "ols":
        return leave_one_out_ols(np.log(trade), regressors, clusters)
    return leave_one_out_ppml(trade, regressors, clusters)


def _refits(sample: Sample, estimator: str) -> np.ndarray:
    trade, regressors, clusters = sample.rows["trade"].to_numpy(), sample.regressors, sample.clusters
    rows = [clusters != cluster for cluster in range(sample.economies)]
    if estimator == "ols":
        return np.array([sm.OLS(np.log(trade[kept]), regressors[kept]).fit().params for kept in rows])
    return np.array([fit_poisson(trade[kept], regressors[kept]).params for kept in rows])


def _best(work: Callable[[Sample, str], np.ndarray], sample: Sample, estimator: str) -> tuple[float, np.ndarray]:
    """Return the shortest of the repeats, in seconds, and the result."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = work(sample, estimator)
        times.append(time.perf_counter() - start)
    return min(times), result


if __name__ == "__main__":
    main()
