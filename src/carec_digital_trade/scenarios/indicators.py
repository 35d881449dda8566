"""What does each lever move, where does every economy stand on it, and how far is it from the benchmark?"""

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, describe, load
from carec_digital_trade.errors import InputError
from carec_digital_trade.readiness import TREATY, components, scores
from carec_digital_trade.regions import Region, economy_name, iso3
from carec_digital_trade.vintages import remembered

Indicator = Literal["mobile_broadband", "fixed_broadband", "internet_users", "law_share", "cpta"]
GapUnit = Literal["log", "points", "share"]
"""A gap is a log ratio, a difference of points (per 100 people), or a difference between 0 and 1."""

EVIDENCE_SUPPORT = 2.0
"""Rise of an indicator, as a ratio, up to which an elasticity is taken to hold; beyond it, it is extrapolated."""
PACE_YEARS = 5
"""Years over which an economy's own pace is measured."""
_PANEL = {"fixed_broadband": "fixed_broadband_per_100", "internet_users": "internet_users_pct"}


class Scale(NamedTuple):
    """How an indicator is measured: what it is, in which unit, by which table, and in which units a gap can be had."""

    title: str
    unit: str
    table: str
    gap_units: tuple[GapUnit, ...]


SCALES = {
    "mobile_broadband": Scale(
        "Active mobile broadband subscriptions", "per 100 people", "mobile_broadband", ("points", "log")
    ),
    "fixed_broadband": Scale("Fixed broadband subscriptions", "per 100 people", "panel", ("log", "points")),
    "internet_users": Scale("Internet users", "% of population", "panel", ("log", "points")),
    "law_share": Scale("Share of the article's four domains of law with legislation", "0 to 1", "cyberlaw", ("share",)),
    "cpta": Scale("Paperless trade agreement: party 1, signed 0.5, neither 0", "0 to 1", "cpta", ("share",)),
}
"""By indicator; the first unit of gaps is that of a lever without an effect."""


def indicator_values(indicator: Indicator, vintage: str = BUNDLED) -> pd.DataFrame:
    """Return the latest value of an indicator for every economy.

    Parameters
    ----------
    indicator : {"mobile_broadband", "fixed_broadband", "internet_users", "law_share", "cpta"}
        Which.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    pandas.DataFrame
        iso3, year (of the value; of the table for laws and treaty), value (in the unit of `SCALES`). Economies without
        a value are left out. The share of laws counts a draft as no law, and is missing where a domain is not known.
    """
    return _latest(indicator, vintage).copy()


@remembered(maxsize=16)
def _latest(indicator: Indicator, vintage: str) -> pd.DataFrame:
    if SCALES[indicator].gap_units != ("share",):
        known = _history(indicator, vintage)
        return known.groupby("iso3")[["year", "value"]].last().reset_index()
    parts = components(load("cyberlaw", vintage), load("cpta", vintage), draft_value=0)
    rated = scores(parts, {TREATY: 1.0} if indicator == "cpta" else None)
    known = rated[rated["complete"]].rename(columns={"score": "value"})
    year = int(describe(SCALES[indicator].table, vintage)["vintage"][:4])
    return known.assign(year=year)[["iso3", "year", "value"]].reset_index(drop=True)


def _history(indicator: str, vintage: str) -> pd.DataFrame:
    """Return iso3, year and value of an indicator that has years, in their order; what cannot be is left out."""
    if indicator == "mobile_broadband":
        table = load("mobile_broadband", vintage)
        known = table[table["flag"] != "implausible"].rename(columns={"mobile_broadband_per_100": "value"})
    else:
        known = load("panel", vintage).rename(columns={_PANEL[indicator]: "value"}).dropna(subset="value")
    return known.sort_values(["iso3", "year"])[["iso3", "year", "value"]]


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
        iso3, year (of the latest value), pace (change a year over the `PACE_YEARS` up to it). Economies without a
        value in both years are left out, for logs also those with a value of 0.
    """
    known = _history(indicator, vintage)
    if unit == "log":
        known = known[known["value"] > 0].assign(value=lambda rows: np.log(rows["value"]))
    earlier = known.assign(year=known["year"] + PACE_YEARS).rename(columns={"value": "earlier"})
    last = known.groupby("iso3").tail(1).merge(earlier, on=["iso3", "year"])
    return last[["iso3", "year"]].assign(pace=(last["value"] - last["earlier"]) / PACE_YEARS)


def own_pace_years(gaps: pd.DataFrame, vintage: str = BUNDLED) -> np.ndarray:
    """Return in how many years the part of each gap that is used would close by itself.

    Parameters
    ----------
    gaps : pandas.DataFrame
        As from `gaps`, of any indicators.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    numpy.ndarray
        One a row, at the pace of `indicator_pace`; missing if it would not close, or nobody knows.
    """
    years = pd.Series(np.nan, gaps.index, dtype=float)
    for (indicator, unit), rows in gaps[gaps["gap_unit"] != "share"].groupby(["indicator", "gap_unit"]):
        pace = indicator_pace(indicator, unit, vintage).set_index("iso3")["pace"]
        own = rows["iso3"].map(pace[pace > 0])
        years[rows.index] = rows["gap_used"].astype(float) / own
    return years.to_numpy()


def gaps(
    indicator: Indicator,
    region: Region,
    benchmark: Region,
    level: str = "median",
    support: float = EVIDENCE_SUPPORT,
    unit: GapUnit | None = None,
    vintage: str = BUNDLED,
) -> pd.DataFrame:
    """Measure how far the members of a region are from a benchmark.

    Parameters
    ----------
    indicator : {"mobile_broadband", "fixed_broadband", "internet_users", "law_share", "cpta"}
        Which.
    region : Region
        Whose members.
    benchmark : Region
        Region whose median or best member sets the level.
    level : str
        "median" or "best" of the benchmark region, "full" (1, for an indicator between 0 and 1), or an economy.
    support : float
        Rise of the indicator, as a ratio of 1 or more, up to which an elasticity is used; the rest of a gap is
        reported and not turned into trade. It does not apply to shares.
    unit : {"log", "points", "share"}, optional
        Of the gap; by default the first that the indicator admits.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    pandas.DataFrame
        One row a member: iso3, indicator, year, value, unit, benchmark (whose level), benchmark_value, gap_unit ("log",
        "points" or "share"), gap (0 at or above the benchmark; missing without a value), gap_used (up to support; none
        of a gap from nothing), gap_beyond (the rest), ratio (benchmark over value), extrapolated (whether gap_used
        exceeds `EVIDENCE_SUPPORT`).

    Raises
    ------
    InputError
        If support is below 1, nobody in the benchmark has a value, or the benchmark is an economy of the region.
    """
    if not support >= 1:
        raise InputError(f"support is {support:g}: it must be 1 or more, such as 2 for a doubling")
    values = indicator_values(indicator, vintage).set_index("iso3")
    name, target = _benchmark(indicator, values["value"], region, benchmark, level)
    scale, unit = SCALES[indicator], unit or SCALES[indicator].gap_units[0]
    own, in_logs = values.reindex(region.members), unit == "log"
    with np.errstate(divide="ignore"):  # from nothing to something is infinitely far
        distance = np.log(target) - np.log(own["value"]) if in_logs else target - own["value"]
    gap = distance.clip(lower=0)
    # From nothing to something is no rise by any ratio, so none of it is within the evidence.
    used = gap.clip(upper=_rise(own["value"], support, unit)).mask(np.isinf(gap), 0.0)
    frame = pd.DataFrame(
        {
            "indicator": indicator,
            "year": own["year"].astype("Int64"),
            "value": own["value"],
            "unit": scale.unit,
            "benchmark": name,
            "benchmark_value": target,
            "gap_unit": unit,
            "gap": gap,
            "gap_used": used,
            "gap_beyond": gap - used,
            "ratio": target / own["value"].where(own["value"] > 0),
            "extrapolated": used > _rise(own["value"], EVIDENCE_SUPPORT, unit) + 1e-12,
        }
    )
    return frame.rename_axis("iso3").reset_index()


def _rise(values: pd.Series, ratio: float, unit: str) -> pd.Series:
    """Return a rise by a ratio in the unit of a gap."""
    if unit == "points":
        return values * (ratio - 1)
    return pd.Series(np.log(ratio) if unit == "log" else np.inf, values.index)


def _benchmark(indicator: str, values: pd.Series, region: Region, benchmark: Region, level: str) -> tuple[str, float]:
    """Return the benchmark's name and value."""
    if level == "full" and SCALES[indicator].gap_units == ("share",):
        return "full", 1.0
    named = () if level in ("median", "best") else (iso3(level),)
    codes = named or benchmark.members
    if len(codes) == 1 and codes[0] in region.members:
        raise InputError(
            f"the benchmark is {codes[0]} alone, and it is a member of {region.label}: "
            "leave it out of the region or choose a benchmark with other economies"
        )
    known = values.reindex(codes).dropna()
    if known.empty:
        who = f"{codes[0]} has no" if len(codes) == 1 else f"no member of {benchmark.label} has a"
        raise InputError(f"{who} value of {indicator}: choose another benchmark")
    if named:
        return economy_name(named[0], short=True), float(known.iloc[0])
    return f"{benchmark.label}, {level}", float(known.median() if level == "median" else known.max())
