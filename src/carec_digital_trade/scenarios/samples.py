"""Which levels and rises of an indicator did the economies and years cover that an effect was estimated on?"""

from typing import NamedTuple

import numpy as np

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.scenarios.indicators import SCALES, GapUnit, Indicator, history
from carec_digital_trade.vintages import remembered

RISE_YEARS = 5
"""Years over which a sample's own rises are measured."""
_LOW, _HIGH, _MOST = 0.05, 0.95, 0.9


class Sample(NamedTuple):
    """What a sample covers of an indicator.

    Levels in its unit, and a rise in the unit of a gap. The effect of a restriction is published for the best level in
    place of the median: the step between these is that unit, and the most.
    """

    low: float
    high: float
    rise: float
    step: float = 1.0


NO_SAMPLE = Sample(-np.inf, np.inf, np.inf)
"""Of an effect whose sample says nothing of the indicator's levels."""


@remembered(maxsize=64)
def sample_of(indicator: Indicator, unit: GapUnit, years: tuple[int | None, int], vintage: str = BUNDLED) -> Sample:
    """Return what an indicator's levels and rises were over the years of a study.

    Parameters
    ----------
    indicator : {"mobile_broadband", "fixed_broadband", "internet_users", "dstri"}
        One that has years.
    unit : {"log", "points", "share"}
        Of the rise.
    years : tuple of int or None, int
        First and last of the study; without a first one, from the first of the data.
    vintage : str
        Vintage of the tables.

    Returns
    -------
    Sample
        The 5th and 95th percentile of the levels and the 90th of the rises over `RISE_YEARS` up to each of the years,
        over the economies that the OECD's index of restrictions covers, as no study lists its own: an assumption. A
        rise across a break is none. Of a restriction the step from the median of the levels to the lowest.
    """
    covered = load("dstri", vintage)["iso3"].unique()
    known = history(indicator, vintage)
    known = known[known["iso3"].isin(covered) & (known["year"] <= years[1])]
    wide = known.pivot(index="year", columns="iso3", values="value")
    wide = wide.reindex(range(int(wide.index.min()), years[1] + 1))
    inside = wide.index >= (years[0] or 0)
    low, high = np.nanquantile(wide[inside], [_LOW, _HIGH])
    if SCALES[indicator].restriction:
        return Sample(float(low), float(high), 1.0, float(np.nanmedian(wide[inside]) - np.nanmin(wide[inside])))
    broken = known.pivot(index="year", columns="iso3", values="break").reindex(wide.index).fillna(0).astype(float)
    levels = np.log(wide.where(wide > 0)) if unit == "log" else wide
    rises = (levels - levels.shift(RISE_YEARS)).where(broken.rolling(RISE_YEARS, min_periods=1).max() == 0)
    return Sample(float(low), float(high), float(np.nanquantile(rises[inside], _MOST)))
