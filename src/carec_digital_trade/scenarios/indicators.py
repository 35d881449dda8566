"""What does each lever move, where does every economy stand on it, and how fast has it risen of late?"""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, describe, load
from carec_digital_trade.readiness import components, scores
from carec_digital_trade.vintages import remembered

Indicator = Literal["mobile_broadband", "fixed_broadband", "internet_users", "dstri", "law_share", "cpta"]
GapUnit = Literal["log", "points", "share"]
"""A gap is a log ratio, a difference of points (per 100 people), or a difference between 0 and 1."""

IMPLEMENTED: Indicator = "cpta"
"""Of which there is no published value: who is a party is known, and not how much a party has implemented."""
PACE_YEARS = 5
"""Years over which an economy's own pace is measured."""
PANEL_COLUMNS = {"fixed_broadband": "fixed_broadband_per_100", "internet_users": "internet_users_pct"}


class Scale(NamedTuple):
    """How an indicator is measured.

    What it is, its unit, its table, the units of its gap, the most that it can be, and whether it is a restriction, of
    which less is better and which stands until it is changed.
    """

    title: str
    unit: str
    table: str
    gap_units: tuple[GapUnit, ...]
    ceiling: float = np.inf
    restriction: bool = False


SCALES = {
    "mobile_broadband": Scale(
        "Active mobile broadband subscriptions", "per 100 people", "mobile_broadband", ("points", "log")
    ),
    "fixed_broadband": Scale("Fixed broadband subscriptions", "per 100 people", "panel", ("log", "points")),
    "internet_users": Scale("Internet users", "% of population", "panel", ("log", "points"), 100.0),
    "dstri": Scale(
        "OECD's index of restrictions on digital services trade", "0 open to 1 closed", "dstri", ("share",), 1.0, True
    ),
    "law_share": Scale("Share of the article's four domains of law with legislation", "0 to 1", "cyberlaw", ("share",)),
    IMPLEMENTED: Scale("Share of the paperless trade agreement that is implemented", "0 to 1", "cpta", ("share",)),
}
"""By indicator; the first unit of gaps is that of a lever without an effect."""


def indicator_values(indicator: Indicator, vintage: str = BUNDLED, at: int | None = None) -> pd.DataFrame:
    """Return the latest figure of an indicator for every economy, and where it stands in a year.

    Parameters
    ----------
    indicator : {"mobile_broadband", "fixed_broadband", "internet_users", "dstri", "law_share"}
        Which; of "cpta" nobody publishes a value.
    vintage : str
        Vintage of the tables.
    at : int, optional
        Year: a figure that ends earlier goes on at the economy's own pace in points, as from `indicator_pace`, to no
        less than 0 and no more than the scale has, and later figures are not used. A restriction stands until it is
        changed, and laws are as the tracker has them. By default each figure is taken as it is.

    Returns
    -------
    pandas.DataFrame
        iso3, year (of the figure; of the table for laws), figure, value (where it stands), in the unit of `SCALES`.
        Economies without a figure are left out. The share of laws counts a draft as no law, and is missing where a
        domain is not known.
    """
    return _latest(indicator, vintage, at).copy()


@remembered(maxsize=64)
def _latest(indicator: Indicator, vintage: str, at: int | None) -> pd.DataFrame:
    if indicator != "law_share":
        known = history(indicator, vintage)
        if at is not None:
            known = known[known["year"] <= at]
        last = known.groupby("iso3")[["year", "value"]].last().reset_index().rename(columns={"value": "figure"})
        if at is None or SCALES[indicator].restriction:
            return last.assign(value=last["figure"])
        pace = last["iso3"].map(_pace(known)).fillna(0.0)
        onward = last["figure"] + pace * (at - last["year"])
        return last.assign(value=onward.clip(0, SCALES[indicator].ceiling).where(last["year"] < at, last["figure"]))
    rated = scores(components(load("cyberlaw", vintage), draft_value=0))
    known = rated[rated["complete"]].rename(columns={"score": "value"})
    year = int(describe(SCALES[indicator].table, vintage)["vintage"][:4])
    return known.assign(year=year, figure=known["value"])[["iso3", "year", "figure", "value"]].reset_index(drop=True)


def history(indicator: str, vintage: str) -> pd.DataFrame:
    """Return an indicator that has years, in their order; what cannot be is left out.

    Parameters
    ----------
    indicator : {"mobile_broadband", "fixed_broadband", "internet_users", "dstri"}
        Which.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    pandas.DataFrame
        iso3, year, value, break (whether it cannot be compared with the year before).
    """
    if indicator == "mobile_broadband":
        table = load("mobile_broadband", vintage).rename(columns={"mobile_broadband_per_100": "value"})
        known = table[table["flag"] != "implausible"].assign(**{"break": table["flag"] == "break"})
    elif indicator == "dstri":
        table = load("dstri", vintage)
        known = table[table["component"] == "overall"].assign(**{"break": False})
    else:
        known = load("panel", vintage).rename(columns={PANEL_COLUMNS[indicator]: "value"}).dropna(subset="value")
        known = known.assign(**{"break": False})
    return known.sort_values(["iso3", "year"])[["iso3", "year", "value", "break"]]


def indicator_pace(indicator: Indicator, unit: GapUnit = "log", vintage: str = BUNDLED) -> pd.DataFrame:
    """Return how fast an indicator has risen of late in every economy, without any scenario.

    Parameters
    ----------
    indicator : {"mobile_broadband", "fixed_broadband", "internet_users"}
        One that has years.
    unit : {"log", "points"}
        Of the rise.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    pandas.DataFrame
        iso3, year (of the latest value), pace (mean change a year over the `PACE_YEARS` up to it, without those
        across a break in the series). Economies without such a change are left out; logs are of what is above 0.
    """
    known = history(indicator, vintage)
    if unit == "log":
        known = known[known["value"] > 0].assign(value=lambda rows: np.log(rows["value"]))
    last = known.groupby("iso3", as_index=False)["year"].last()
    return last.assign(pace=last["iso3"].map(_pace(known))).dropna(ignore_index=True)


def _pace(known: pd.DataFrame) -> pd.Series:
    """Return the pace by iso3 of a history, in its order."""
    by = known.groupby("iso3")
    changes = known[["iso3"]].assign(years=by["year"].diff(), change=by["value"].diff())
    recent = known["year"] - changes["years"] >= by["year"].transform("last") - PACE_YEARS
    sums = changes[recent & ~known["break"]].groupby("iso3")[["years", "change"]].sum()
    return sums["change"] / sums["years"]
