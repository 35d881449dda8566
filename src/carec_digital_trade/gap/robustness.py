"""Does the make-up of a gap survive another measure, year, or the loss of a dominant member?"""

import math
from typing import get_args

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError
from carec_digital_trade.gap.decomposition import Decomposition, decompose
from carec_digital_trade.gap.dominance import left_out, without_dominant
from carec_digital_trade.gap.panel import Flow, Measure, economy_sizes, trade_panel
from carec_digital_trade.metrics import years
from carec_digital_trade.regions import REFERENCE_YEAR, Region

_FACTORS = ["population", "gdp_per_person", "trade_per_gdp"]
_COLUMNS = ["key", "variant", "region", "measure", "year", "region_covered", "benchmark_covered"]
_COLUMNS += ["region_trade", "benchmark_trade", "gap", "log_gap"]
_COLUMNS += [*_FACTORS, *(f"opening_{factor}" for factor in _FACTORS), "largest", "problem"]


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


def splits_survive(
    region: Region,
    benchmark: Region,
    year: int = REFERENCE_YEAR,
    measure: Measure = "delivered",
    flow: Flow = "total",
    vintage: str = BUNDLED,
) -> pd.DataFrame:
    """Split the gap between two regions as asked, then with other data, and see which factor opens it the most.

    Changed are the measure (in the nearest year that the other one has), the year (that one, and the one before), and
    the members (without the dominant ones).

    Parameters
    ----------
    region, benchmark, year, measure, flow, vintage
        As in `decompose`.

    Returns
    -------
    pandas.DataFrame
        One row a variant, the one asked for first: key (as_asked, other_measure, other_measures_year, year_before,
        without_dominant), variant (the same in words), region, measure, year, region_covered and benchmark_covered
        (members), region_trade, benchmark_trade and gap (USD million), log_gap, the ratio of each factor (population,
        gdp_per_person, trade_per_gdp), each factor's part of the gap in logarithms, positive where it opens it
        (opening_population and so on), largest (the factor that opens it the most), agrees (whether that is the first
        row's), problem (why the gap cannot be split, or empty).
    """
    (other,) = (each for each in get_args(Measure) if each != measure)
    near = int(np.clip(year, *years(other, vintage)))
    asked = (region, benchmark)
    variants = [
        ("as_asked", "as asked", measure, year, asked),
        ("other_measure", f"for {other} trade in {near}", other, near, asked),
    ]
    others = {near: "other_measures_year", year - 1: "year_before"}
    first = years(measure, vintage)[0]
    variants += [(key, f"in {each}", measure, each, asked) for each, key in others.items() if first <= each != year]
    kept = without_dominant(asked, economy_sizes(trade_panel(measure, flow, vintage), year))
    if kept:
        variants.append(("without_dominant", left_out(asked, kept), measure, year, kept))
    frame = pd.DataFrame([_row(*variant, flow, vintage) for variant in variants], columns=_COLUMNS)
    largest = frame["largest"]
    agrees = (largest == largest.iloc[0]).where(largest.ne("") & (largest.iloc[0] != ""))
    return frame.assign(agrees=agrees.astype("boolean"))


def _row(
    key: str, variant: str, measure: Measure, year: int, regions: tuple[Region, Region], flow: Flow, vintage: str
) -> dict[str, object]:
    row = {"key": key, "variant": variant, "region": regions[0].label, "measure": measure, "year": year}
    try:
        found = decompose(*regions, year, measure, flow, vintage=vintage)
    except InputError as error:
        return row | {"gap": math.nan, "log_gap": math.nan, "largest": "", "problem": str(error)}
    parts = opening_parts(found)
    return (
        row
        | np.exp(found.table.set_index("factor")["log_contribution"]).to_dict()
        | parts.add_prefix("opening_").to_dict()
        | {
            "region_covered": len(found.region_covered),
            "benchmark_covered": len(found.benchmark_covered),
            "region_trade": found.region_trade,
            "benchmark_trade": found.benchmark_trade,
            "gap": found.gap,
            "log_gap": found.log_gap,
            "largest": parts.idxmax(),
            "problem": "",
        }
    )
