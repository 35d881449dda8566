"""What the claims are held against, and what a check finds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Self

import pandas as pd

from carec_digital_trade.datasets import BUNDLED, has_table, load
from carec_digital_trade.economies import economy_name
from carec_digital_trade.integration import trade_by_partner
from carec_digital_trade.metrics import infrastructure, trade
from carec_digital_trade.regions import REFERENCE_YEAR

Verdict = Literal[
    "reproduced",
    "supported",
    "qualified",
    "overtaken",
    "contradicted",
    "not supported",
    "not testable here",
]


class Finding(NamedTuple):
    """What a check found: the value that answers the claim (NaN if it is no number), its unit, verdict, a sentence."""

    value: float
    unit: str
    verdict: Verdict
    finding: str


@dataclass(frozen=True, eq=False)
class Evidence:
    """The data that the claims are held against; one is another's equal only if it is the same.

    Attributes
    ----------
    article : pandas.DataFrame
        Table 1 as printed.
    present : pandas.DataFrame
        The same flow and year in the WTO's present file, all economies.
    panel : pandas.DataFrame
        Table ``panel``.
    status : pandas.Series
        Status of the law, by iso3 and domain.
    treaty : pandas.DataFrame
        Table ``cpta`` by iso3.
    bilateral : pandas.DataFrame or None
        Table ``bilateral``; None where the vintage has none.
    goods : pandas.DataFrame
        Goods by partner of the quoted year, as `integration.trade_by_partner` gives them.
    distances : pandas.DataFrame
        Table ``distances``.
    quoted : pandas.DataFrame
        Table ``intraregional`` by region.
    infrastructure : pandas.DataFrame
        As from `metrics.infrastructure`.
    vintage : str
        Vintage of all of them.
    """

    article: pd.DataFrame
    present: pd.DataFrame
    panel: pd.DataFrame
    status: pd.Series
    treaty: pd.DataFrame
    bilateral: pd.DataFrame | None
    goods: pd.DataFrame
    distances: pd.DataFrame
    quoted: pd.DataFrame
    infrastructure: pd.DataFrame
    vintage: str = BUNDLED

    @classmethod
    def of(cls, vintage: str = BUNDLED) -> Self:
        """Load the evidence."""
        present = trade("delivered", "total", vintage)
        return cls(
            article=load("table1", vintage),
            present=present[present["year"] == REFERENCE_YEAR],
            panel=load("panel", vintage),
            status=load("cyberlaw", vintage).set_index(["iso3", "domain"])["status"].sort_index(),
            treaty=load("cpta", vintage).set_index("iso3"),
            bilateral=load("bilateral", vintage) if has_table("bilateral", vintage) else None,
            goods=trade_by_partner("goods", int(load("intraregional", vintage)["year"].max()), vintage),
            distances=load("distances", vintage),
            quoted=load("intraregional", vintage).set_index("region"),
            infrastructure=infrastructure(vintage),
            vintage=vintage,
        )


def graded(agreeing: Iterable[bool]) -> Verdict:
    """Return the verdict on a claim in parts: supported if all agree, qualified if some do, else contradicted."""
    parts = list(agreeing)
    return "supported" if all(parts) else "qualified" if any(parts) else "contradicted"


def words(text: Any) -> list[str]:
    """Split a cell of the claims table, which may be empty."""
    return text.split() if isinstance(text, str) else []


def name(code: str) -> str:
    """Return the name of an economy in a sentence."""
    return economy_name(code, short=True)
