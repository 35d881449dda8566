"""How did the two regions' trade develop over the years?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import load, source_line
from carec_digital_trade.metrics import (
    by_member,
    concentration_over_time,
    index,
    per_person,
    regional_ratio,
    trade,
    world_share,
)
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import count, listing, sentences
from carec_digital_trade.regions import REFERENCE_YEAR, Region, economy_name
from carec_digital_trade.results import Result, record
from carec_digital_trade.snapshot.series import traded, variants
from carec_digital_trade.vintages import remembered

SERIES_UNITS = {
    "total": "USD million",
    "index": "index, base year = 100",
    "world_share": "%",
    "per_person": "USD per person",
    "hhi": "index, 1/n to 1",
    "hhi_normalised": "index, 0 to 1",
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
        reading=sentences(
            _members_note(chosen),
            _partial_years(frame, chosen),
            *(_negative_years(chosen, each) for each in chosen.regions()),
            _breaks(chosen),
        ),
        source=source_line(chosen.measure, "panel", vintage=chosen.vintage),
        decimals={f"{label}, USD million": 0 for label in order},
    )


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
            "hhi_normalised": spread["hhi_normalised"],
            "effective_members": spread["effective_members"],
            "members": total["members"],
            "members_covered": total["covered"],
            "missing": total["missing"],
        }
    )
    return frame.reset_index()


def _members_note(chosen: SnapshotParameters) -> str:
    return f"The members are those of {chosen.year} in every year, whenever they joined."


def _partial_years(frame: pd.DataFrame, chosen: SnapshotParameters) -> str:
    notes = []
    for label in (each.label for each in chosen.regions()):
        rows = frame[frame["region"] == label]
        partial = rows[rows["members_covered"] < rows["members"]]
        if not rows["members_covered"].any():
            notes.append(f"No data in any year for {label}.")
        elif len(partial):
            codes = dict.fromkeys(code for text in partial["missing"] for code in text.split(", "))
            names = listing(economy_name(code, short=True) for code in codes)
            notes.append(f"Data of {label} are partial in {count(len(partial), 'year')} (some lack {names}).")
    return sentences(*notes)


def _negative_years(chosen: SnapshotParameters, one: Region) -> str:
    """Say why shares, and so the effective number of members, are missing in some years."""
    negative = by_member(traded(chosen), one) < 0
    named = listing(
        (
            f"{economy_name(code, short=True)} in {listing(map(str, years.index[years]))}"
            for code, years in negative.items()
            if years.any()
        ),
        empty="",
    )
    if not named:
        return ""
    return f"The effective number of members of {one.label} is not defined where one is negative: {named}."


def _breaks(chosen: SnapshotParameters) -> str:
    """Name the breaks that the WTO's file flags in the members' totals."""
    if chosen.measure != "delivered":
        return ""
    flagged = load("breaks", chosen.vintage)
    members = [code for each in chosen.regions() for code in each.members]
    rows = flagged[flagged["iso3"].isin(members) & (flagged["service"] == "DDS") & flagged["flow"].isin(chosen.flows())]
    named = rows.groupby("iso3", sort=False)["year"].unique()
    listed = listing(
        (f"{economy_name(code, short=True)} ({', '.join(map(str, years))})" for code, years in named.items()), empty=""
    )
    return f"The source flags a break in the series of {listed}." if listed else ""
