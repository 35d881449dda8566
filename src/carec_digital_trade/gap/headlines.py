"""The gap analysis's headlines, to be told anew by `what_overturns`: the largest factor, trade against expectation."""

import pandas as pd
import scipy

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError, attempt
from carec_digital_trade.gap.decomposition import decompose, opening_parts
from carec_digital_trade.gap.equations import EQUATION
from carec_digital_trade.gap.expected import predictions, shown_in
from carec_digital_trade.gap.panel import Flow, Measure, trade_panel
from carec_digital_trade.gap.sample import Estimator
from carec_digital_trade.overturning import Headline, Setting

LEVEL = 0.05
"""Value of p below which two regions are told apart."""


def largest_factor(measure: Measure = "delivered", flow: Flow = "total", vintage: str = BUNDLED) -> Headline:
    """Return the headline that names the factor which opens the gap most.

    Parameters
    ----------
    measure, flow, vintage
        As in `decompose`.

    Returns
    -------
    Headline
        Whose verdict is the region that trades less, and the factor.
    """

    def told(setting: Setting) -> str:
        found = decompose(*setting.regions, setting.year, measure, flow, vintage=vintage, latest=setting.latest)
        side = "region" if found.gap < 0 else "benchmark"
        return f"{side}: {opening_parts(found).idxmax()}"

    panel = trade_panel(measure, flow, vintage)
    known = panel.dropna(subset=["trade", "population", "gdp_current_usd"])[["iso3", "year"]]
    return Headline(told, known, carries=True)


def told_apart(panel: pd.DataFrame, equation: str = EQUATION, estimator: Estimator = "ols") -> Headline:
    """Return the headline that says whether two regions' trade against expectation can be told apart, and how.

    Parameters
    ----------
    panel, equation, estimator
        As in `expected_trade`.

    Returns
    -------
    Headline
        Whose verdict is "not told apart", or which of the two has the higher median, by the exact Mann-Whitney test;
        there is none where the equation cannot be fitted.
    """
    rows = attempt(predictions, panel, equation, estimator)
    if isinstance(rows, InputError):
        return Headline(lambda _: "")
    rows = rows.assign(ratio=rows["trade"] / rows["expected"])

    def told(setting: Setting) -> str:
        shown = shown_in(rows, setting.year).set_index("iso3")["ratio"]
        ours, theirs = (shown[shown.index.isin(each.members)] for each in setting.regions)
        if not len(ours) or not len(theirs):
            return ""
        if scipy.stats.mannwhitneyu(ours, theirs, method="exact").pvalue >= LEVEL:
            return "not told apart"
        return "region higher" if ours.median() > theirs.median() else "benchmark higher"

    return Headline(told, rows[["iso3", "year"]])
