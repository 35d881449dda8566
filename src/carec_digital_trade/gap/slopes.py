"""Are the slopes of income and size the same in every year?"""

import numpy as np
import pandas as pd
import scipy

from carec_digital_trade.gap.equations import EQUATION, slopes_in
from carec_digital_trade.gap.estimation import bootstrap_p, fitted
from carec_digital_trade.gap.sample import Estimator, estimation_sample, identified
from carec_digital_trade.threads import one_thread

_SLOPES = ["term", "first_year", "last_year", "first_slope", "last_slope", "f", "restrictions", "p", "bootstrap_p"]


@one_thread
def slope_test(panel: pd.DataFrame, equation: str = EQUATION, estimator: Estimator = "ols") -> pd.DataFrame:
    """Test whether the slopes of income and size are the same in every year.

    Parameters
    ----------
    panel : pandas.DataFrame
        As `trade_panel` returns it.
    equation, estimator : str
        As for `estimate`.

    Returns
    -------
    pandas.DataFrame
        A row for each of the slopes: term, first_year, last_year, first_slope, last_slope, f, restrictions, p (Wald's
        test that it does not change, with errors clustered by economy and G-1 degrees of freedom), bootstrap_p (the
        same by a wild cluster bootstrap for PPML, for which few economies count; missing for OLS). No row where the
        equation has none, or one year.

    Raises
    ------
    InputError
        As in `estimate`.
    """
    sample = identified(estimation_sample(panel, equation, estimator))
    years = np.unique(sample.rows["year"])
    if len(years) < 2:
        return pd.DataFrame(columns=_SLOPES)
    found = []
    for term in slopes_in(equation):
        others = sample.rows["year"].to_numpy()[:, None] == years[1:]
        columns = np.column_stack([sample.rows[term].to_numpy()[:, None] * others, sample.regressors])
        fit = fitted(sample, columns)
        changes, spread = fit.coefficients[: len(years) - 1], fit.covariance[: len(years) - 1, : len(years) - 1]
        f = float(changes @ np.linalg.solve(spread, changes)) / len(changes)
        first = fit.coefficients[len(years) - 1 + sample.terms.index(term)]
        p = scipy.stats.f.sf(f, len(changes), sample.economies - 1)
        again = bootstrap_p(sample, columns, range(len(changes)))
        found.append((term, years[0], years[-1], first, first + changes[-1], f, len(changes), float(p), again))
    return pd.DataFrame(found, columns=_SLOPES)
