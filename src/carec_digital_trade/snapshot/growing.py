"""How fast did the two regions' trade grow, do their members converge, and is the gap closing?"""

import numpy as np
import pandas as pd

from carec_digital_trade import metrics
from carec_digital_trade.datasets import source_line
from carec_digital_trade.metrics import (
    CatchUp,
    Growth,
    Rate,
    SigmaConvergence,
    Trend,
    regional_ratio,
    sigma_convergence,
    years_to_catch_up,
)
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import capital, count, listing, sentences
from carec_digital_trade.regions import Region, economy_name
from carec_digital_trade.results import Result, record
from carec_digital_trade.snapshot.series import people, traded, variants


def growth(chosen: SnapshotParameters) -> Result:
    """Measure growth, convergence within each region, and the time to close the gap per person.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a region and variant: first and last year, compound growth of the members with data in every year with
        the 95% interval of the yearly changes, and their trend with its own; dispersion per person among members then
        and now. The records also hold its change and trend, those of the ratio of the benchmark's trade per person to
        the region's, and the years to catch up.
    """
    closing = {pair: _catch_up(chosen, *pair) for pair in _distinct(chosen)}
    # A region without exclusions has one row, which holds the benchmark without its own.
    catch_up = {pair[0].label: _catch_up_row(found) for pair, found in closing.items()}
    growths = {each.label: metrics.growth(traded(chosen), each) for each in variants(chosen)}
    spreads = {each.label: sigma_convergence(people(chosen, each)) for each in variants(chosen)}
    frame = pd.DataFrame(
        [
            {"region": label} | _growth_row(found) | _dispersion_row(spreads[label]) | catch_up.get(label, {})
            for label, found in growths.items()
        ]
    ).assign(year=chosen.year)
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "Years": frame["span"],
            "Compound growth, % a year": frame["compound_growth"],
            "95% by changes, from": frame["compound_growth_low"],
            "by changes, to": frame["compound_growth_high"],
            "Trend, % a year": frame["trend_growth"],
            "95% about a line, from": frame["trend_growth_low"],
            "about a line, to": frame["trend_growth_high"],
            "Dispersion then": frame["dispersion_first"],
            "now": frame["dispersion"],
        }
    )
    units = {
        "compound_growth": "% a year",
        "trend_growth": "% a year",
        "dispersion": "standard deviation of logarithms",
        "dispersion_change": "% a year",
        "dispersion_trend": "% a year",
        "benchmark_ratio_change": "% a year",
        "benchmark_ratio_trend": "% a year",
        "catch_up_years": "years",
    }
    return Result(
        name="growth",
        caption=f"Growth of {chosen.subject(capital=False)}, and dispersion per person among the members",
        table=table,
        records=record(frame, "growth", units),
        reading=sentences(
            *(_left_out(growths[each.label], each) for each in chosen.regions()),
            *(_convergence(found, label) for label, found in spreads.items()),
            *(_closing(found, *pair) for pair, found in closing.items()),
        ),
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
        decimals={"Dispersion then": 2, "now": 2},
    )


def _distinct(chosen: SnapshotParameters) -> list[tuple[Region, Region]]:
    full, kept = chosen.regions(), chosen.compared()
    return [full] if full == kept else [full, kept]


def _growth_row(found: Growth) -> dict[str, object]:
    return {
        "span": "too few" if found.first == found.last else f"{found.first} to {found.last}",
        **_rate("compound_growth", found.trend.walk),
        **_rate("trend_growth", found.trend.line),
        "compound_growth": found.compound,
    }


def _dispersion_row(found: SigmaConvergence) -> dict[str, object]:
    dispersion = found.by_year["value"].dropna()
    return {
        "dispersion_first": dispersion.iloc[0] if len(dispersion) else np.nan,
        "dispersion": dispersion.iloc[-1] if len(dispersion) else np.nan,
        **_rate("dispersion_change", found.trend.walk),
        **_rate("dispersion_trend", found.trend.line),
    }


def _catch_up(chosen: SnapshotParameters, one: Region, other: Region) -> CatchUp:
    return years_to_catch_up(*(_fullest(regional_ratio(people(chosen, each))) for each in (one, other)))


def _fullest(ratio: pd.DataFrame) -> pd.Series:
    """Return a ratio in the years in which most members have data: of fewer it measures something else."""
    return ratio[ratio["covered"] == ratio["covered"].max()].set_index("year")["value"]


def _catch_up_row(found: CatchUp) -> dict[str, object]:
    return {
        **_rate("benchmark_ratio_change", found.trend.walk),
        **_rate("benchmark_ratio_trend", found.trend.line),
        "catch_up_years": found.years,
        "catch_up_years_low": found.low,
        "catch_up_years_high": found.high,
    }


def _rate(metric: str, rate: Rate) -> dict[str, object]:
    return {metric: rate.percent, f"{metric}_low": rate.percent_low, f"{metric}_high": rate.percent_high}


def _left_out(found: Growth, one: Region) -> str:
    if not found.members:
        return f"No member of {one.label} has data in every year, so its growth is not known."
    names = listing((economy_name(code, short=True) for code in found.left_out), empty="")
    return f"The growth of {one.label} leaves out {names}, without data in some year." if names else ""


def _convergence(found: SigmaConvergence, label: str) -> str:
    if np.isnan(found.trend.line.growth):
        return ""
    what = {-1: "converge", 0: "neither converge nor diverge beyond doubt", 1: "diverge"}[found.trend.direction]
    out = listing((economy_name(code, short=True) for code in found.left_out), empty="")
    return (
        f"The {len(found.members)} members of {label} with a positive figure in every year"
        f"{f' (all but {out})' if out else ''} {what}: the dispersion changes by {_pace(found.trend)}"
        f"{_ends(found)}."
    )


def _ends(found: SigmaConvergence) -> str:
    """Say where the first and the last year move against the trend."""
    dispersion = found.by_year.set_index("year")["value"]
    first, last = dispersion.iloc[0], dispersion.iloc[-1]
    if (last - first) * found.trend.line.growth >= 0:
        return ""
    return (
        f", though its ends alone {'rise' if last > first else 'fall'}, from {first:.2f} in {dispersion.index[0]} "
        f"to {last:.2f} in {dispersion.index[-1]}"
    )


def _closing(found: CatchUp, one: Region, other: Region) -> str:
    gap = f"the gap per person between {one.label} and {other.label}"
    if found.verdict == "not known":
        usable = count(found.trend.observations, "year")
        return f"Whether {gap} closes cannot be told from the {usable} with the fullest data of both."
    if found.verdict == "already there":
        return f"{one.label} traded at least as much per person as {other.label} in {found.year}."
    what = {-1: "closes", 0: "neither closes nor widens beyond doubt", 1: "widens"}[found.trend.direction]
    return (
        f"{capital(gap)} {what}: over {found.trend.observations} years the ratio of the latter to the "
        f"former changed by {_pace(found.trend)}. If the trend lasted, {one.label} would {_reached(found, other)}."
    )


def _reached(found: CatchUp, other: Region) -> str:
    """Say when the benchmark is reached, over both intervals taken together."""
    if found.low == np.inf:
        return f"never reach {other.label} (95%: never)"
    interval = f"95%: {found.low:,.0f} years {'or never' if found.high == np.inf else f'to {found.high:,.0f}'}"
    if found.years == np.inf:
        return f"never reach {other.label} ({interval})"
    return f"reach {other.label} in {found.years:,.0f} years ({interval})"


def _pace(trend: Trend) -> str:
    line, walk = trend.line, trend.walk
    return (
        f"{line.percent:+.1f}% a year (95%: {line.percent_low:+.1f} to {line.percent_high:+.1f} about a line, "
        f"{walk.percent_low:+.1f} to {walk.percent_high:+.1f} by yearly changes)"
    )
