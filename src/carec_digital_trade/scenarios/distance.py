"""How far is each economy from the benchmark, how much of that is within the evidence, and what closes unaided?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, load
from carec_digital_trade.economies import economy_name, iso3
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region
from carec_digital_trade.scenarios.indicators import (
    IMPLEMENTED,
    SCALES,
    GapUnit,
    Indicator,
    Scale,
    history,
    indicator_pace,
    indicator_values,
)
from carec_digital_trade.scenarios.samples import NO_SAMPLE, Sample, sample_of
from carec_digital_trade.vintages import remembered

EVIDENCE_SUPPORT = 2.0
"""Rise of an indicator, as a ratio, up to which an elasticity is taken to hold; beyond it, it is extrapolated."""


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
    scores: Mapping[str, float] | None = None,
    sample: tuple[int | None, int] | None = None,
    at: int | None = None,
) -> pd.DataFrame:
    """Measure how far the members of a region are from a benchmark.

    Parameters
    ----------
    indicator : {"mobile_broadband", "fixed_broadband", "internet_users", "dstri", "law_share", "cpta"}
        Which.
    region : Region
        Whose members.
    benchmark : Region
        Region whose median or best member sets the level.
    level : str
        "median" or "best" of the benchmark region, "full" (1, for an indicator between 0 and 1, or no restriction), or
        an economy.
    support : float
        Rise of the indicator, as a ratio of 1 or more, up to which an elasticity is used; the rest of a gap is
        reported and not turned into trade. It does not apply to shares.
    unit : {"log", "points", "share"}, optional
        Of the gap; by default the first that the indicator admits.
    vintage : str
        Vintage of the tables.
    scores : mapping of str to float, optional
        For "cpta", the share that each economy (iso3) has implemented, 0 to 1, of which nobody publishes a figure.
        Without any, the gap of every economy that the treaty's table lists is the whole of it, parties included.
    sample : tuple of int or None, int, optional
        Years of the study whose effect is used, as in `sample_of`: no part of a gap outside the levels that they
        cover is used, and no rise beyond theirs. By default there is no study.
    at : int, optional
        Year in which all stand where they are compared, as in `indicator_values`; by default each in its latest.

    Returns
    -------
    pandas.DataFrame
        One row a member: iso3, indicator, year and figure (its latest), at, value (as of it), unit, benchmark (whose
        level), benchmark_value, gap_unit ("log", "points" or "share"), gap (0 at or above the benchmark; missing
        without a value), gap_used (up to support and within the sample; none of a gap from nothing), gap_beyond (the
        rest), ratio (benchmark over value), sample_low, sample_high, sample_rise (as from `sample_of`; infinite without
        a study), extrapolated (whether gap_used exceeds `EVIDENCE_SUPPORT`).

    Raises
    ------
    InputError
        If support is below 1, nobody in the benchmark has a value, the benchmark is an economy of the region, or there
        are no scores to set the benchmark of the agreement.
    """
    given = None if scores is None else tuple(scores.items())
    sides = region.undated, benchmark.undated
    return _gaps(indicator, *sides, level, support, unit, vintage, given, sample, at).copy()


@remembered(maxsize=256)  # those of levers that stay as they are
def _gaps(
    indicator: Indicator,
    region: Region,
    benchmark: Region,
    level: str,
    support: float,
    unit: GapUnit | None,
    vintage: str,
    given: tuple[tuple[str, float], ...] | None,
    sample: tuple[int | None, int] | None,
    at: int | None,
) -> pd.DataFrame:
    if not support >= 1:
        raise InputError(f"support is {support:g}: it must be 1 or more, such as 2 for a doubling")
    scores = None if given is None else dict(given)
    values = _values(indicator, level, scores, vintage, at)
    name, target = _benchmark(indicator, values["value"], region, benchmark, level)
    scale, unit = SCALES[indicator], unit or SCALES[indicator].gap_units[0]
    own, covered = values.reindex(region.members), _sample(indicator, unit, sample, vintage)
    stands, aim, *ends = (_level(each, unit, scale, covered) for each in (own["value"], target, *covered[:2]))
    gap = (aim - stands).clip(lower=0)
    if indicator == IMPLEMENTED and scores is None:
        gap[gap.index.isin(load("cpta", vintage)["iso3"])] = target
    most = np.minimum(_rise(own["value"], support, unit), covered.rise)
    below, above = (min(ends) - stands).clip(lower=0).fillna(0.0), max(ends) - stands
    used = gap.clip(upper=most).clip(upper=above) - below
    # From nothing to something is no rise by any ratio, so none of it is within the evidence.
    used = used.clip(lower=0).mask(np.isinf(gap), 0.0).where(gap.notna())
    frame = pd.DataFrame(
        {
            "indicator": indicator,
            "year": own["year"].astype("Int64"),
            "figure": own["figure"],
            "at": at,
            "value": own["value"],
            "unit": scale.unit,
            "benchmark": name,
            "benchmark_value": target,
            "gap_unit": unit,
            "gap": gap,
            "gap_used": used,
            "gap_beyond": gap - used,
            "sample_low": covered.low,
            "sample_high": covered.high,
            "sample_rise": covered.rise,
            "ratio": target / own["value"].where(own["value"] > 0),
            "extrapolated": used > _rise(own["value"], EVIDENCE_SUPPORT, unit) + 1e-12,
        }
    )
    return frame.rename_axis("iso3").reset_index()


def _values(
    indicator: Indicator, level: str, scores: Mapping[str, float] | None, vintage: str, at: int | None
) -> pd.DataFrame:
    """Return year, figure and value by iso3, of the agreement the scores."""
    if indicator != IMPLEMENTED:
        return indicator_values(indicator, vintage, at).set_index("iso3")
    if scores is None and level != "full":
        raise InputError(
            "nobody publishes how much of the paperless trade agreement an economy has implemented: "
            "take full as the benchmark, or give scores of your own"
        )
    given = pd.Series(scores or {}, dtype=float)
    return pd.DataFrame({"year": pd.NA, "figure": given, "value": given}).rename_axis("iso3")


def _sample(indicator: Indicator, unit: GapUnit, years: tuple[int | None, int] | None, vintage: str) -> Sample:
    """Return what a study covers; without one, all levels and rises, a restriction's in steps of all its years."""
    if years is not None:
        return sample_of(indicator, unit, years, vintage)
    if not SCALES[indicator].restriction:
        return NO_SAMPLE
    last = int(history(indicator, vintage)["year"].max())
    return NO_SAMPLE._replace(step=sample_of(indicator, unit, (None, last), vintage).step)


def _level(value: pd.Series | float, unit: str, scale: Scale, covered: Sample) -> pd.Series | float:
    """Return a level in the unit of a gap, rising towards the better."""
    if scale.restriction:
        return -value / covered.step
    if unit != "log":
        return value
    with np.errstate(divide="ignore", invalid="ignore"):  # from nothing to something is infinitely far
        return np.log(np.maximum(value, 0))


def _rise(values: pd.Series, ratio: float, unit: str) -> pd.Series:
    """Return a rise by a ratio in the unit of a gap."""
    if unit == "points":
        return values * (ratio - 1)
    return pd.Series(np.log(ratio) if unit == "log" else np.inf, values.index)


def _benchmark(indicator: str, values: pd.Series, region: Region, benchmark: Region, level: str) -> tuple[str, float]:
    """Return the benchmark's name and value."""
    restriction = SCALES[indicator].restriction
    if level == "full" and SCALES[indicator].gap_units == ("share",):
        return "full", 0.0 if restriction else 1.0
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
    best = known.min() if restriction else known.max()
    return f"{benchmark.label}, {level}", float(known.median() if level == "median" else best)
