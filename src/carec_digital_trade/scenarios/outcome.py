"""Which trade series can a scenario start from?"""

from typing import Literal, get_args

import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.errors import check_choice
from carec_digital_trade.metrics import trade
from carec_digital_trade.metrics.trade import combine_flows

Measure = Literal["delivered", "deliverable", "goods_and_services"]
Flow = Literal["total", "exports", "imports"]

MEASURES: tuple[str, ...] = get_args(Measure)
FLOWS: tuple[str, ...] = get_args(Flow)


def outcome(measure: Measure = "delivered", flow: Flow = "total", vintage: str = BUNDLED) -> pd.DataFrame:
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

    Returns
    -------
    pandas.DataFrame
        iso3, year, flow, value, measure, unit ("USD million", current prices).

    Raises
    ------
    InputError
        If the measure or the flow is unknown.
    """
    check_choice("measure", measure, MEASURES)
    check_choice("flow", flow, FLOWS)
    return _goods_and_services(flow, vintage) if measure == "goods_and_services" else trade(measure, flow, vintage)


def _goods_and_services(flow: str, vintage: str) -> pd.DataFrame:
    panel = load("panel", vintage)
    share = combine_flows(panel["exports_gs_pct_gdp"], panel["imports_gs_pct_gdp"], flow) / 100
    value = share * panel["gdp_current_usd"] / 1e6
    frame = panel[["iso3", "year"]].assign(flow=flow, value=value, measure="goods_and_services", unit="USD million")
    return frame.dropna(subset="value", ignore_index=True)
