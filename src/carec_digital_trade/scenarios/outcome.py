"""Which trade series can a scenario start from, and at which prices?"""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import check_choice
from carec_digital_trade.metrics import trade
from carec_digital_trade.metrics.trade import combine_flows

Measure = Literal["delivered", "deliverable", "goods_and_services"]
Flow = Literal["total", "exports", "imports"]
Prices = Literal["current", "constant"]
_DELIVERED = "DDS"
"""Code of all digitally delivered services in the table of breaks."""


def outcome(
    measure: Measure = "delivered", flow: Flow = "total", vintage: str = BUNDLED, prices: Prices = "current"
) -> pd.DataFrame:
    """Return the trade of every economy by year.

    Parameters
    ----------
    measure : {"delivered", "deliverable", "goods_and_services"}
        Digitally delivered services (WTO), digitally deliverable services (UNCTAD), or all goods and services (World
        Bank: trade as a share of GDP times GDP at current prices).
    flow : {"total", "exports", "imports"}
        A total needs both flows: it is missing where one of them is.
    vintage : str
        Vintage of the tables.
    prices : {"current", "constant"}
        As they were, or US dollars of the panel's last year, as in `at_constant_prices`.

    Returns
    -------
    pandas.DataFrame
        iso3, year, flow, value, measure, unit ("USD million", or with the year of the prices); of delivered services
        also flagged, whether the source marks a break in the series there.

    Raises
    ------
    InputError
        If the measure, the flow or the prices are unknown.

    Examples
    --------
    >>> outcome("delivered", "exports").columns.tolist()
    ['iso3', 'year', 'flow', 'value', 'measure', 'unit', 'flagged']
    """
    check_choice("measure", measure, get_args(Measure))
    check_choice("flow", flow, get_args(Flow))
    check_choice("prices", prices, get_args(Prices))
    found = _at_current_prices(measure, flow, vintage)
    return at_constant_prices(found, vintage) if prices == "constant" else found


def at_constant_prices(series: pd.DataFrame, vintage: str = BUNDLED) -> pd.DataFrame:
    """Deflate a series in current US dollars by the deflator of the United States' GDP.

    Parameters
    ----------
    series : pandas.DataFrame
        With year, value and unit.
    vintage : str
        Vintage of the panel.

    Returns
    -------
    pandas.DataFrame
        The same in dollars of the panel's last year, which the unit names. The deflator is GDP at current over GDP at
        constant prices; in later years it is taken to go on at its last yearly change.
    """
    usa = load("panel", vintage).query("iso3 == 'USA'").set_index("year").sort_index()
    level = (usa["gdp_current_usd"] / usa["gdp_constant_2015_usd"]).dropna()
    last, pace = int(level.index[-1]), level.iloc[-1] / level.iloc[-2]
    level = level / level.iloc[-1]
    later = np.maximum(series["year"] - last, 0)
    deflator = series["year"].clip(upper=last).map(level) * pace**later
    return series.assign(value=series["value"] / deflator, unit=series["unit"] + f" of {last}")


def _at_current_prices(measure: Measure, flow: Flow, vintage: str) -> pd.DataFrame:
    if measure == "goods_and_services":
        return _goods_and_services(flow, vintage)
    found = trade(measure, flow, vintage)
    if measure == "deliverable":
        return found
    breaks = load("breaks", vintage)
    breaks = breaks[(breaks["service"] == _DELIVERED) & (breaks["flow"].eq(flow) | (flow == "total"))]
    places = pd.MultiIndex.from_frame(found[["iso3", "year"]])
    return found.assign(flagged=places.isin(pd.MultiIndex.from_frame(breaks[["iso3", "year"]])))


def _goods_and_services(flow: str, vintage: str) -> pd.DataFrame:
    panel = load("panel", vintage)
    share = combine_flows(panel["exports_gs_pct_gdp"], panel["imports_gs_pct_gdp"], flow) / 100
    value = share * panel["gdp_current_usd"] / 1e6
    frame = panel[["iso3", "year"]].assign(flow=flow, value=value, measure="goods_and_services", unit="USD million")
    return frame.dropna(subset="value", ignore_index=True)
