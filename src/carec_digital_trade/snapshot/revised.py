"""Which vintage is shown, and what did it change against the bundled figures?"""

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import BUNDLED, catalogue, describe, source_line
from carec_digital_trade.metrics import by_member, trade
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import listing, sentences, usd
from carec_digital_trade.regions import Region, economy_name
from carec_digital_trade.results import Result, record
from carec_digital_trade.revisions import KINDS, diff
from carec_digital_trade.snapshot.series import traded

_NAMED = 5
_HEADINGS = {
    "region": "Region",
    "economy": "Economy",
    "total_bundled": "Bundled, USD million",
    "total": "Chosen, USD million",
    "revision_since_bundled": "Revision, %",
    "revised": "Figures revised",
    "new": "new",
    "gone": "gone",
}


def revisions(chosen: SnapshotParameters) -> Result:
    """Set the chosen vintage beside the bundled one, for both regions and the members whose figures differ.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a region's total, then one a member with a figure that differs, the largest revision of the chosen
        year first: the year's trade in both vintages, the revision, and how many figures of all years (economy, year
        and flow) are revised, new or gone.
    """
    differing = _differing(chosen)
    frame = pd.concat([_one_region(chosen, each, differing) for each in chosen.regions()], ignore_index=True)
    units = {
        "total_bundled": "USD million",
        "total": "USD million",
        "revision_since_bundled": "%",
        **dict.fromkeys(["figures_revised", "figures_new", "figures_gone"], "figures"),
    }
    records = frame.rename(columns={kind: f"figures_{kind}" for kind in KINDS}).assign(year=chosen.year)
    return Result(
        name="revisions",
        caption=f"{chosen.subject()}, {chosen.year}: the vintage {_name(chosen)} beside the bundled one",
        table=frame.assign(economy=frame["name"])[list(_HEADINGS)].rename(columns=_HEADINGS),
        records=record(records, "revisions", units),
        reading=_reading(chosen, frame, differing),
        source=source_line(chosen.measure, vintage=chosen.vintage),
        decimals={"Bundled, USD million": 0, "Chosen, USD million": 0},
    )


def _name(chosen: SnapshotParameters) -> str:
    """Return the vintage that the measure is taken from."""
    return describe(chosen.measure, chosen.vintage)["vintage"]


def _differing(chosen: SnapshotParameters) -> pd.DataFrame:
    """Return the members' figures that differ, in the flows that are shown."""
    found = diff(chosen.measure, BUNDLED, chosen.vintage)
    members = [code for each in chosen.regions() for code in each.members]
    return found[found["iso3"].isin(members) & found["flow"].isin(chosen.flows())]


def _one_region(chosen: SnapshotParameters, one: Region, differing: pd.DataFrame) -> pd.DataFrame:
    before = by_member(trade(chosen.measure, chosen.flow, BUNDLED), one).reindex([chosen.year]).iloc[0]
    now = by_member(traded(chosen), one, chosen.year).iloc[0]
    own = differing[differing["iso3"].isin(one.members)]
    counts = pd.crosstab(own["iso3"], own["kind"]).reindex(columns=list(KINDS), fill_value=0)
    members = pd.DataFrame({"total_bundled": before, "total": now}).loc[counts.index].join(counts)
    members = members.assign(iso3=members.index, name=[economy_name(code, short=True) for code in members.index])
    members["size"] = (members["total"] - members["total_bundled"]).abs()
    # A total over other members than before would show their coming and going as a revision.
    both = before.notna() & now.notna()
    total = {
        "name": "Total",
        "iso3": None,
        "total_bundled": before[both].sum(min_count=1),
        "total": now[both].sum(min_count=1),
        **counts.sum().to_dict(),
    }
    ordered = members.sort_values("size", ascending=False, kind="stable")
    if len(one.members) == 1:  # its total says the same
        ordered = ordered[:0]
    frame = pd.concat([pd.DataFrame([total]).astype({"iso3": "str"}), ordered], ignore_index=True)
    change = 100 * (frame["total"] - frame["total_bundled"]) / frame["total_bundled"].abs()
    return frame.assign(region=one.name, revision_since_bundled=change.where(np.isfinite(change)))


def _reading(chosen: SnapshotParameters, frame: pd.DataFrame, differing: pd.DataFrame) -> str:
    bundled = describe(chosen.measure)["vintage"]
    if _name(chosen) == bundled:
        return (
            f"The figures are the bundled ones of {bundled}, so there is nothing to compare; a newer file is taken in "
            f"with cdt data import and chosen with the parameter vintage."
        )
    totals = frame[frame["name"] == "Total"]
    said = (_total(row, chosen.year) for row in totals.to_dict("records"))
    return sentences(*said, _largest(differing), _held(chosen))


def _total(row: dict[str, object], year: int) -> str:
    counted = f"figures revised {row['revised']}, new {row['new']}, gone {row['gone']}"
    if pd.isna(row["total"]):
        return f"No member of {row['region']} has a figure of {year} in both vintages; over all years {counted}."
    percent = row["revision_since_bundled"]
    if usd(row["total"]) == usd(row["total_bundled"]):
        return f"{row['region']}: {usd(row['total'])} as before; over all years {counted}."
    change = "" if pd.isna(percent) else f" ({percent:+.1f}%)"
    return (
        f"{row['region']}: {usd(row['total'])} in place of {usd(row['total_bundled'])}{change}, of the members that "
        f"both vintages have; over all years {counted}."
    )


def _largest(differing: pd.DataFrame) -> str:
    revised = differing[differing["kind"] == "revised"].head(_NAMED)
    named = listing(
        (
            f"{economy_name(row.iso3, short=True)}'s {row.flow} of {row.year} ({row.percent:+.1f}%)"
            for row in revised.itertuples()
        ),
        empty="",
    )
    return f"The largest revisions, in US dollars: {named}." if named else ""


def _held(chosen: SnapshotParameters) -> str:
    """Say which of the tables that are read are not the bundled ones."""
    tables = [name for name in catalogue(chosen.vintage)["table"] if name in chosen.tables()]
    imported = [name for name in tables if "origin" in describe(name, chosen.vintage)]
    return f"Of the tables read here {listing(imported)} are imported, the others are the bundled ones."
