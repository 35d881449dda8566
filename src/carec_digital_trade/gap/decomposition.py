"""Why does one region trade less than another: fewer people, less income, or less trade out of it?

Trade is population times GDP per person times trade per unit of GDP. The log-mean Divisia index (LMDI-I) splits a gap
over these three factors without a residual, in levels and in logarithms (Ang 2005, "The LMDI approach to decomposition
analysis: a practical guide", Energy Policy 33).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.gap.panel import YEARS_BACK, Flow, Measure, lacking, require_disjoint, trade_panel
from carec_digital_trade.regions import REFERENCE_YEAR, Region
from carec_digital_trade.vintages import remembered

Basis = Literal["total", "mean_member"]

_FIGURES = ["trade", "population", "gdp_current_usd"]
_FACTORS = {"population": "persons", "gdp_per_person": "USD per person", "trade_per_gdp": "% of GDP"}
_SHOWN = np.array([1.0, 1.0, 1e8])
"""Trade per GDP is kept in USD million per USD, so that the product is USD million, and shown in % of GDP."""


@dataclass(frozen=True)
class LogMeanSplit:
    """A gap between products of factors, split over the factors.

    Attributes
    ----------
    contribution : numpy.ndarray, shape (..., factors)
        In the unit of the product; adds up to the difference of the two products.
    log_contribution : numpy.ndarray, shape (..., factors)
        Logarithm of each factor's ratio; adds up to the logarithm of the products' ratio.
    """

    contribution: np.ndarray
    log_contribution: np.ndarray


@dataclass(frozen=True)
class Decomposition:
    """The gap between two regions in one year, split over its factors.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a factor: factor, unit, region_value and benchmark_value (of the factor), log_contribution,
        contribution (USD million), share_of_gap (missing where there is no gap).
    region_trade, benchmark_trade : float
        USD million: of the region, or of its mean member.
    region_covered, benchmark_covered : tuple of str
        Members that every factor covers.
    left_out : pandas.DataFrame
        One row a member that the factors do not cover: region, iso3, reason.
    """

    table: pd.DataFrame
    region_trade: float
    benchmark_trade: float
    region_covered: tuple[str, ...]
    benchmark_covered: tuple[str, ...]
    left_out: pd.DataFrame

    @property
    def gap(self) -> float:
        """Region less benchmark, USD million."""
        return self.region_trade - self.benchmark_trade

    @property
    def log_gap(self) -> float:
        """Logarithm of region over benchmark."""
        return float(np.log(self.region_trade / self.benchmark_trade))


def split_gap(factors: np.ndarray, benchmark_factors: np.ndarray) -> LogMeanSplit:
    """Split the gap between two products of positive factors (LMDI-I, Ang 2005).

    Parameters
    ----------
    factors, benchmark_factors : numpy.ndarray, shape (..., factors)
        Positive; the products over the last axis are compared.

    Returns
    -------
    LogMeanSplit
        Contributions to the difference, and to the logarithm of the ratio, of the products.
    """
    log_ratios = np.log(factors / benchmark_factors)
    weights = _logarithmic_mean(factors.prod(axis=-1), benchmark_factors.prod(axis=-1))
    return LogMeanSplit(contribution=weights[..., None] * log_ratios, log_contribution=log_ratios)


def decompose(
    region: Region,
    benchmark: Region,
    year: int = REFERENCE_YEAR,
    measure: Measure = "delivered",
    flow: Flow = "total",
    basis: Basis = "total",
    vintage: str = BUNDLED,
    latest: bool = False,
) -> Decomposition:
    """Split the gap between two regions into population, GDP per person and trade per GDP.

    On the basis of the mean member, trade and population are divided by the number of members covered, so that the
    population factor compares the members' sizes. GDP per person and trade per GDP have the same ratios on both bases;
    the two population ratios differ by the ratio of the numbers of members.

    Parameters
    ----------
    region, benchmark : Region
        Without a common member.
    year : int
        Of trade, population and GDP alike.
    measure : {"delivered", "deliverable"}
        See `trade_panel`.
    flow : {"total", "exports", "imports"}
        See `trade_panel`.
    basis : {"total", "mean_member"}
        Regional totals, or totals over the number of members covered.
    vintage : str
        Vintage of the data.
    latest : bool
        Whether a member that lacks a figure of the year is taken, in every factor, with its last year that has all, at
        most `YEARS_BACK` before.

    Returns
    -------
    Decomposition
        A member without trade, population or GDP in the year is left out of every factor and named. A member whose
        published trade is negative or zero is part of its region's total.

    Raises
    ------
    InputError
        If the regions share a member, the year has no data, no member of a region has data, or a region's trade is not
        positive.
    """
    check_choice("basis", basis, get_args(Basis))
    require_disjoint(region, benchmark)
    figures = _figures(year, measure, flow, vintage, latest)
    ours, theirs = (_covered(figures, each, year, measure) for each in (region, benchmark))
    one, other = (rows.sum() / (1 if basis == "total" else len(rows)) for rows in (ours, theirs))
    absent = [_left_out(figures, each, year, measure) for each in (region, benchmark)]
    return Decomposition(
        table=_split_table(one, other),
        region_trade=float(one["trade"]),
        benchmark_trade=float(other["trade"]),
        region_covered=tuple(ours.index),
        benchmark_covered=tuple(theirs.index),
        left_out=pd.concat(absent, ignore_index=True),
    )


def decompose_economies(
    region: Region,
    benchmark: Region,
    year: int = REFERENCE_YEAR,
    measure: Measure = "delivered",
    flow: Flow = "total",
    vintage: str = BUNDLED,
) -> pd.DataFrame:
    """Split the gap between each member of a region and the benchmark's mean member.

    Parameters
    ----------
    region, benchmark, year, measure, flow, vintage
        As in `decompose`.

    Returns
    -------
    pandas.DataFrame
        One row a member and factor: iso3, trade and benchmark_trade (USD million), then the columns of
        `Decomposition.table`, then note. A member without data, or whose trade is not positive and so has no
        logarithm, has one row with missing numbers and the reason in note; one that lacks a figure of the year is set
        with its latest against the benchmark of the year, which note says.

    Raises
    ------
    InputError
        As in `decompose`.
    """
    require_disjoint(region, benchmark)
    figures, carried = (_figures(year, measure, flow, vintage, latest) for latest in (False, True))
    ours, theirs = _covered(carried, region, year, measure), _covered(figures, benchmark, year, measure)
    mean = theirs.sum() / len(theirs)
    blocks = []
    for code, row in ours.iterrows():
        if row["trade"] > 0:
            parts = _split_table(row, mean, iso3=code, trade=row["trade"], benchmark_trade=mean["trade"])
            used = carried.loc[code, "year"]
            why = _left_out(figures, region, year, measure).set_index("iso3")["reason"].get(code, "")
            blocks.append(parts.assign(note=f"{used:.0f} is shown: {why}" if why else ""))
        else:
            why = f"trade of {row['trade']:,.1f} USD million in {year} has no logarithm"
            blocks.append(pd.DataFrame({"iso3": [code], "note": why}))
    absent = _left_out(carried, region, year, measure).rename(columns={"reason": "note"})[["iso3", "note"]]
    return pd.concat([*blocks, absent], ignore_index=True)


def opening_parts(found: Decomposition) -> pd.Series:
    """Return the factors' parts of a gap in logarithms, positive where they open it.

    Parameters
    ----------
    found : Decomposition
        Any.

    Returns
    -------
    pandas.Series
        By factor.
    """
    return found.table.set_index("factor")["log_contribution"] * np.sign(found.log_gap)


def _logarithmic_mean(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return (a - b) / ln(a / b), and a where the two are equal; log1p keeps the digits where they are close."""
    larger, smaller = np.maximum(a, b), np.minimum(a, b)
    excess = (larger - smaller) / smaller
    growth = np.log1p(excess)
    return np.where(excess == 0, larger, smaller * excess / np.where(growth == 0, 1, growth))


@remembered(maxsize=32)
def _figures(year: int, measure: Measure, flow: Flow, vintage: str, latest: bool = False) -> pd.DataFrame:
    """Return trade, population and GDP of every economy in one year, or its latest, indexed by iso3; and the year."""
    panel = trade_panel(measure, flow, vintage)
    years = panel.dropna(subset=_FIGURES)["year"]
    if year not in years.values:
        raise InputError(
            f"the gap cannot be split in {year}: {measure} trade and GDP are both there "
            f"from {years.min()} to {years.max()}"
        )
    of_year = panel[panel["year"] == year].set_index("iso3")[["year", *_FIGURES]]
    if not latest:
        return of_year
    earlier = panel[panel["year"].between(year - YEARS_BACK, year)].dropna(subset=_FIGURES).sort_values("year")
    return earlier.groupby("iso3")[["year", *_FIGURES]].last().combine_first(of_year)


def _left_out(figures: pd.DataFrame, region: Region, year: int, measure: Measure) -> pd.DataFrame:
    rows = figures[_FIGURES].reindex(list(region.members))
    absent = rows.index[rows.isna().any(axis="columns")]
    words = [lacking(rows.loc[[code]], _FIGURES).replace("trade", f"{measure} trade") for code in absent]
    reasons = [f"no {each} in {year}" for each in words]
    return pd.DataFrame({"region": region.label, "iso3": absent, "reason": reasons}, dtype="str")


def _covered(figures: pd.DataFrame, region: Region, year: int, measure: Measure) -> pd.DataFrame:
    """Return the members that have every figure, or say why they cannot be compared."""
    rows = figures[_FIGURES].reindex(list(region.members)).dropna()
    if rows.empty:
        reasons = _left_out(figures, region, year, measure)
        why = ", ".join(f"{row.iso3} has {row.reason}" for row in reasons.itertuples())
        raise InputError(f"no member of {region.label} can be compared ({why}): choose another year or other members")
    if (trade := rows["trade"].sum()) <= 0:
        raise InputError(
            f"the trade of {region.label} is {trade:,.1f} USD million and has no logarithm: "
            "choose another year, flow or members"
        )
    return rows


def _split_table(ours: pd.Series, theirs: pd.Series, **first: object) -> pd.DataFrame:
    """Return a row a factor, behind any first columns."""
    values, benchmark_values = _factors(ours), _factors(theirs)
    split = split_gap(values, benchmark_values)
    gap = float(ours["trade"] - theirs["trade"])
    return pd.DataFrame(
        {
            **first,
            "factor": list(_FACTORS),
            "unit": list(_FACTORS.values()),
            "region_value": values * _SHOWN,
            "benchmark_value": benchmark_values * _SHOWN,
            "log_contribution": split.log_contribution,
            "contribution": split.contribution,
            "share_of_gap": split.contribution / gap if gap else np.nan,
        }
    )


def _factors(figures: pd.Series) -> np.ndarray:
    population, gdp, trade = figures["population"], figures["gdp_current_usd"], figures["trade"]
    return np.array([population, gdp / population, trade / gdp], dtype=float)
