"""How did the two regions' trade develop, and is the gap closing?"""

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import load, source_line
from carec_digital_trade.metrics import (
    CatchUp,
    compound_annual_growth,
    concentration_over_time,
    index,
    log_trend,
    per_person,
    regional_ratio,
    regional_total,
    sigma_convergence,
    trade,
    world_share,
    years_to_catch_up,
)
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.regions import REFERENCE_YEAR, Region, economy_name
from carec_digital_trade.results import Result, record
from carec_digital_trade.snapshot.series import people, traded, variants
from carec_digital_trade.vintages import remembered

SERIES_UNITS = {
    "total": "USD million",
    "index": "index, base year = 100",
    "world_share": "%",
    "per_person": "USD per person",
    "hhi": "index, 1/n to 1",
    "effective_members": "members",
    "members_covered": "members",
}


def over_time(chosen: SnapshotParameters) -> Result:
    """Follow both regions over all years, with and without the members left out.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters; the members are those of the chosen year in every year.

    Returns
    -------
    Result
        Records: one row a region, variant, year and metric. Table: one row a year, the total and the effective number
        of members of each variant.
    """
    frame = pd.concat([_series(chosen, each) for each in variants(chosen)], ignore_index=True)
    order = [each.label for each in variants(chosen)]
    wide = frame.pivot(index="year", columns="region", values=["total", "effective_members"])
    table = pd.DataFrame({"Year": wide.index.astype(str)})
    for label in order:
        table[f"{label}, USD million"] = wide["total", label].to_numpy()
    for label in order:
        table[f"{label}, effective members"] = wide["effective_members", label].to_numpy()
    return Result(
        name="over_time",
        caption=f"{chosen.subject()}, {frame['year'].min()}-{frame['year'].max()}, members of {chosen.year}",
        table=table,
        records=record(frame, "over_time", SERIES_UNITS),
        reading=sentences(_members_note(chosen), _partial_years(frame, chosen), _breaks(chosen)),
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
        decimals={f"{label}, USD million": 0 for label in order},
    )


def growth(chosen: SnapshotParameters) -> Result:
    """Measure growth, convergence within each region, and the time to close the gap per person.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a region and variant: first and last year with a complete total, compound growth, trend with its 95%
        interval, dispersion per person among members then and now, trend of the dispersion; and the years to catch up.
    """
    rows = pd.DataFrame([_growth_row(chosen, each) for each in variants(chosen)])
    catch_up = {pair[0].label: _catch_up(chosen, *pair) for pair in (chosen.regions(), chosen.compared())}
    for metric in ("years", "low", "high"):
        name = "catch_up_years" if metric == "years" else f"catch_up_years_{metric}"
        rows[name] = [getattr(catch_up[label], metric) if label in catch_up else np.nan for label in rows["region"]]
    frame = rows.assign(year=chosen.year)
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "Years": frame["span"],
            "Compound growth, % a year": frame["compound_growth"],
            "Trend, % a year": frame["trend_growth"],
            "95% from": frame["trend_growth_low"],
            "to": frame["trend_growth_high"],
            "Dispersion then": frame["dispersion_first"],
            "now": frame["dispersion"],
        }
    )
    units = {
        "compound_growth": "% a year",
        "trend_growth": "% a year",
        "dispersion": "standard deviation of logarithms",
        "dispersion_trend": "% a year",
        "catch_up_years": "years",
    }
    return Result(
        name="growth",
        caption=f"Growth of {chosen.subject(capital=False)}, and dispersion per person among the members",
        table=table,
        records=record(frame, "growth", units),
        reading=sentences(
            *(_convergence(row) for row in frame.to_dict("records")),
            *(_closing(catch_up[pair[0].label], *pair) for pair in _distinct(chosen)),
        ),
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
        decimals={"Dispersion then": 2, "now": 2},
    )


def _distinct(chosen: SnapshotParameters) -> list[tuple[Region, Region]]:
    full, kept = chosen.regions(), chosen.compared()
    return [full] if full == kept else [full, kept]


def _series(chosen: SnapshotParameters, one: Region) -> pd.DataFrame:
    """Return the series of a region, computed once for the years in which its members are the same."""
    return _computed(chosen.measure, chosen.flow, chosen.vintage, replace(one, year=REFERENCE_YEAR))


@remembered(maxsize=64)
def _computed(measure: str, flow: str, vintage: str, one: Region) -> pd.DataFrame:
    rows = trade(measure, flow, vintage)
    total = world_share(rows, one, vintage=vintage).set_index("year")
    persons = regional_ratio(per_person(rows, one, vintage=vintage)).set_index("year")
    spread = concentration_over_time(rows, one).set_index("year")
    complete = total["value"].where(total["covered"] == total["covered"].max())
    base = complete.first_valid_index()
    frame = pd.DataFrame(
        {
            "region": one.label,
            "total": total["value"],
            "index": np.nan if base is None else index(total["value"], base),
            "base_year": base,
            "world_share": 100 * total["share"],
            "per_person": persons["value"],
            "hhi": spread["hhi"],
            "effective_members": spread["effective_members"],
            "members": total["members"],
            "members_covered": total["covered"],
            "missing": total["missing"],
        }
    )
    return frame.reset_index()


def _growth_row(chosen: SnapshotParameters, one: Region) -> dict[str, object]:
    total = regional_total(traded(chosen), one).set_index("year")
    # Growth of a sum whose members come and go would be no growth: only years with the fullest coverage count.
    full = total["value"].where(total["covered"] == total["covered"].max()).dropna()
    trend = log_trend(full.index, full)
    spread = sigma_convergence(people(chosen, one))
    dispersion = spread.by_year.set_index("year")["value"].dropna()
    several = len(full) > 1
    return {
        "region": one.label,
        "span": f"{full.index[0]} to {full.index[-1]}" if several else "too few",
        "compound_growth": compound_annual_growth(full.iloc[0], full.iloc[-1], full.index[-1] - full.index[0])
        if several
        else np.nan,
        "trend_growth": trend.percent,
        "trend_growth_low": trend.percent_low,
        "trend_growth_high": trend.percent_high,
        "dispersion_first": dispersion.iloc[0] if len(dispersion) else np.nan,
        "dispersion": dispersion.iloc[-1] if len(dispersion) else np.nan,
        "dispersion_trend": spread.trend.percent,
        "dispersion_trend_low": spread.trend.percent_low,
        "dispersion_trend_high": spread.trend.percent_high,
        "dispersion_members": len(spread.members),
    }


def _catch_up(chosen: SnapshotParameters, one: Region, other: Region) -> CatchUp:
    levels = [regional_ratio(people(chosen, each)).set_index("year")["value"] for each in (one, other)]
    return years_to_catch_up(*levels)


def _convergence(row: dict[str, object]) -> str:
    if math.isnan(row["dispersion_trend"]):
        return ""
    low, high = row["dispersion_trend_low"], row["dispersion_trend_high"]
    what = "converge" if high < 0 else "diverge" if low > 0 else "neither converge nor diverge beyond doubt"
    return (
        f"The {row['dispersion_members']} members of {row['region']} with data in every year {what}: the dispersion "
        f"changes by {row['dispersion_trend']:+.1f}% a year (95%: {low:+.1f} to {high:+.1f})."
    )


def _closing(found: CatchUp, one: Region, other: Region) -> str:
    pair = f"{one.label} and {other.label}"
    if found.verdict == "not known":
        return f"Whether the gap per person between {pair} closes cannot be told from so few years."
    if found.verdict == "already there":
        return f"{one.label} traded at least as much per person as {other.label} in {found.year}."
    end = "or never" if found.includes_never else f"to {found.high:,.0f}"
    if found.verdict == "closes":
        return (
            f"At the pace of {found.observations} years {one.label} reaches {other.label}'s trade per person in "
            f"{found.years:,.0f} years (95%: {found.low:,.0f} {end}), if the trend lasted."
        )
    chance = f"; at the upper end of the interval in {found.low:,.0f} years" if math.isfinite(found.low) else ""
    return (
        f"At the pace of {found.observations} years {one.label} never reaches {other.label}'s trade per person{chance}."
    )


def _members_note(chosen: SnapshotParameters) -> str:
    return f"The members are those of {chosen.year} in every year, whenever they joined."


def _partial_years(frame: pd.DataFrame, chosen: SnapshotParameters) -> str:
    notes = []
    for label in (each.label for each in chosen.regions()):
        rows = frame[frame["region"] == label]
        partial = rows[rows["members_covered"] < rows["members"]]
        if not rows["members_covered"].any():
            notes.append(f"{label} has no data in any year.")
        elif len(partial):
            codes = dict.fromkeys(code for text in partial["missing"] for code in text.split(", "))
            names = listing(economy_name(code, short=True) for code in codes)
            notes.append(f"{label} is partial in {count(len(partial), 'year')} (some lack {names}).")
    return sentences(*notes)


def _breaks(chosen: SnapshotParameters) -> str:
    """Name the breaks that the WTO's file flags in the members' totals."""
    if chosen.measure != "delivered":
        return ""
    flagged = load("breaks", chosen.vintage)
    members = [code for each in chosen.regions() for code in each.members]
    flows = ["exports", "imports"] if chosen.flow == "total" else [chosen.flow]
    rows = flagged[flagged["iso3"].isin(members) & (flagged["service"] == "DDS") & flagged["flow"].isin(flows)]
    named = rows.groupby("iso3", sort=False)["year"].unique()
    listed = listing(
        (f"{economy_name(code, short=True)} ({', '.join(map(str, years))})" for code, years in named.items()), empty=""
    )
    return f"The source flags a break in the series of {listed}." if listed else ""
