"""Does a published cost effect times a trade elasticity agree with what its own authors say trade would gain?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.regions import region, region_names
from carec_digital_trade.scenarios.effects import (
    AD_VALOREM_COST,
    RELATIVE_UNCERTAINTY,
    TRADE_ELASTICITY,
    Effect,
    full_source,
    log_effect,
    published_effect,
)
from carec_digital_trade.scenarios.factors import make_factors
from carec_digital_trade.scenarios.outcome import outcome

STUDY_YEAR = 2014
"""Year of ESCAP's estimate."""
AD_VALOREM_COSTS = (0.5, 1.0, 2.0)
"""Trade costs over the cost-free price at which the implied gain is shown besides."""
_TOTALS = {"escap_exports_full": "full", "escap_exports_partial": "partial"}
_COSTS = {"escap_cpta": "the paperless trade agreement", "escap_tfa_digital": "that and the digital trade facilitation"}


def paperless_crosscheck(
    trade_elasticity: float | Sequence[float] = TRADE_ELASTICITY,
    ad_valorem_cost: float = AD_VALOREM_COST,
    relative_uncertainty: float = RELATIVE_UNCERTAINTY,
    vintage: str = BUNDLED,
) -> pd.DataFrame:
    """Set the gain that cost effects imply beside ESCAP's own estimate of the gain in exports.

    Parameters
    ----------
    trade_elasticity : float or three floats
        As in `build_scenario`.
    ad_valorem_cost : float
        Trade costs over the cost-free price.
    relative_uncertainty : float
        Assumption for bounds that are not published.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    pandas.DataFrame
        One row a figure: figure, what, value, low, high, unit, source. ESCAP's gain is of all Asia and the Pacific;
        over the exports of the package's own regions, which are only part of it, it gives the largest percentage that
        it can mean. The rows of `times_escap` say how many times over the cost effects exceed that, and those of
        `at_cost` what they imply at the other `AD_VALOREM_COSTS`.
    """
    (factor,) = make_factors({}, trade_elasticity, relative_uncertainty)
    elasticity = (factor.low, factor.central, factor.high)
    effects = load("effects", vintage).set_index("id")
    members = sorted({code for name in region_names() for code in region(name).members})
    exports = outcome("goods_and_services", "exports", vintage)
    base = exports.loc[(exports["year"] == STUDY_YEAR) & exports["iso3"].isin(members), "value"]
    total = float(base.sum()) / 1e3
    names = " and ".join(region_names())
    rows: list[tuple[object, ...]] = []
    for name, extent in _TOTALS.items():
        gain, source = float(effects.at[name, "central"]), full_source(effects["source"], effects.at[name, "source"])
        what = f"exports of Asia and the Pacific gained, {extent} implementation"
        rows.append((f"escap_{extent}", what, gain, np.nan, np.nan, "USD billion a year", source))
    covered = f"exports of goods and services of {len(base)} members of {names}, {STUDY_YEAR}"
    rows.append(("exports", covered, total, np.nan, np.nan, "USD billion", "World Bank"))
    largest = float(effects.at["escap_exports_full", "central"]) / total * 100
    rows.append(
        ("escap_full_at_most", "ESCAP's gain as a share of those", largest, np.nan, np.nan, "%", "the two above")
    )
    for name, what in _COSTS.items():
        effect = published_effect(name, vintage)
        low, central, high = _implied(effect.bounds(relative_uncertainty), elasticity, ad_valorem_cost)
        text = f"trade gained by {what}, cost effect times elasticity"
        rows.append((name, text, central, low, high, "%", effect.source))
        times = (f"{name}_times_escap", f"{what}: times ESCAP's gain, at least", central / largest, low / largest)
        rows.append((*times, high / largest, "ratio", "the rows above"))
        rows += _at_other_costs(name, what, effect, elasticity, ad_valorem_cost, relative_uncertainty)
    return pd.DataFrame(rows, columns=["figure", "what", "value", "low", "high", "unit", "source"])


def at_cost(effect: str, ad_valorem_cost: float) -> str:
    """Return the figure of `paperless_crosscheck` that an effect implies at another trade cost.

    Parameters
    ----------
    effect : str
        As in the table ``effects``.
    ad_valorem_cost : float
        One of `AD_VALOREM_COSTS`.

    Returns
    -------
    str
        Such as "escap_cpta_at_cost_0_5".
    """
    return f"{effect}_at_cost_{ad_valorem_cost:g}".replace(".", "_")


def _at_other_costs(
    name: str,
    what: str,
    effect: Effect,
    elasticity: Sequence[float],
    ad_valorem_cost: float,
    relative_uncertainty: float,
) -> list[tuple[object, ...]]:
    """Return the rows of what an effect implies at trade costs that are not the chosen ones."""
    rows: list[tuple[object, ...]] = []
    for cost in AD_VALOREM_COSTS:
        if cost != ad_valorem_cost:
            low, central, high = _implied(effect.bounds(relative_uncertainty), elasticity, cost)
            text = f"the same by {what}, if trade costs are {cost:g} times the cost-free price"
            rows.append((at_cost(name, cost), text, central, low, high, "%", effect.source))
    return rows


def _implied(
    bounds: tuple[float, float, float], elasticity: Sequence[float], ad_valorem_cost: float
) -> tuple[float, float, float]:
    """Return the gain in per cent, low, central and high: the weakest, central and strongest of both figures."""
    logs = log_effect("cost_at_full", np.array(bounds), np.array(elasticity), ad_valorem_cost)
    strongest, central, weakest = np.expm1(logs) * 100
    return float(weakest), float(central), float(strongest)
