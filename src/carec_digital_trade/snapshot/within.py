"""How much do the members of each region trade with one another?"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from carec_digital_trade.claims.evidence import words
from carec_digital_trade.datasets import has_table, load, source_line
from carec_digital_trade.metrics import ServicesIntegration, nearest_year, services_integration
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import listing, percent, sentences
from carec_digital_trade.regions import Region, economy_name, region
from carec_digital_trade.results import Result, record
from carec_digital_trade.snapshot.series import variants

TABLE = "bilateral"
QUOTED, COMPUTED = "all trade, as the article quotes it", "digitally deliverable services, computed"
UNITS = {
    "intra_regional_share": "%",
    "trade_intensity": "ratio to the region's weight in the world",
    "introversion": "index, -1 to 1",
    "estimated_flows": "%",
    "estimated_value": "%",
}
_HEADINGS = {
    "region": "Region",
    "what": "Trade",
    "when": "Year",
    "intra_regional_share": "Within, %",
    "trade_intensity": "Intensity",
    "introversion": "Introversion",
    "estimated_flows": "Flows estimated, %",
    "estimated_value": "Value estimated, %",
}


def intra_regional(chosen: SnapshotParameters) -> Result:
    """Quote the article's intra-regional shares, and compute those of services where there is trade by partner.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters. The quoted shares are the article's, whatever regions are chosen.

    Returns
    -------
    Result
        One row a quoted share, then one a region and variant: share, intensity and introversion in digitally
        deliverable services in the chosen year, the last one before it, or the first one that there is, and the share
        of flows that are estimated.
    """
    found = _computed(chosen)
    rows = [*_quoted(chosen), *(_row(one, each) for one, each in found if each is not None)]
    frame = pd.DataFrame(rows, columns=["region", "what", "year", *UNITS])
    in_place = has_table(TABLE, chosen.vintage)
    return Result(
        name="intra_regional",
        caption=f"Trade within the regions: quoted shares, and services in {chosen.year} or the nearest year there is",
        table=frame.assign(when=frame["year"].astype(str))[list(_HEADINGS)].rename(columns=_HEADINGS),
        records=record(frame, "intra_regional", UNITS),
        reading=sentences(*(_reading(*each) for each in found), _caveat(in_place)),
        source=source_line("intraregional", *([TABLE] if in_place else []), vintage=chosen.vintage),
        decimals={"Intensity": 2, "Introversion": 2},
    )


def _quoted(chosen: SnapshotParameters) -> list[dict[str, object]]:
    return [
        {
            "region": region(row.region, exclude=words(row.excluded)).label,
            "what": QUOTED,
            "year": row.year,
            "intra_regional_share": row.intra_regional_share_pct,
        }
        for row in load("intraregional", chosen.vintage).itertuples()
    ]


def _computed(chosen: SnapshotParameters) -> list[tuple[Region, ServicesIntegration | None]]:
    """Return each region and variant with its indices, or None where the table tells no member apart."""
    if not has_table(TABLE, chosen.vintage):
        return []
    table = load(TABLE, chosen.vintage)
    year = nearest_year(table, chosen.year)
    exporters = set(table.loc[table["year"] == year, "exporter"])
    return [
        (one, services_integration(table, one, year) if exporters & set(one.members) else None)
        for one in variants(chosen)
    ]


def _row(one: Region, found: ServicesIntegration) -> dict[str, object]:
    return {
        "region": one.label,
        "what": COMPUTED,
        "year": found.year,
        "intra_regional_share": 100 * found.indices.intra_regional_share,
        "trade_intensity": found.indices.trade_intensity,
        "introversion": found.indices.introversion,
        "estimated_flows": 100 * found.estimated_flows,
        "estimated_value": 100 * found.estimated_value,
    }


def _reading(one: Region, found: ServicesIntegration | None) -> str:
    if found is None:
        return (
            f"The table of trade by partner tells no member of {one.label} apart: cdt data import batis FILE "
            f"{_options(one.members)} does, where the file has them."
        )
    indices = found.indices
    if np.isnan(indices.intra_regional_share):
        return f"No trade of {one.label} in digitally deliverable services in {found.year}."
    codes = indices.missing.split(", ") if indices.missing else []
    missing = listing(economy_name(code, short=True) for code in codes)
    return sentences(
        f"In {found.year} {percent(indices.intra_regional_share)} of the trade of {one.label} in digitally deliverable "
        f"services stayed within it; {percent(found.estimated_flows, 0)} of the flows behind this, with "
        f"{percent(found.estimated_value, 0)} of their value, are estimated and not reported.",
        f"It leaves out {missing}, which the table does not tell apart ({_options(codes)})." if codes else "",
        f"Pairs with negative exports, which are left out: {found.negative}." if found.negative else "",
    )


def _options(codes: Iterable[str]) -> str:
    """Return what tells economies apart in the next import."""
    return " ".join(f"--economy {code}" for code in codes)


def _caveat(in_place: bool) -> str:
    if in_place:
        return "These are services of every mode of supply and no goods, so they do not test the shares of all trade."
    return (
        "No table of trade by partner is in place, so the shares remain the article's word; services by partner are "
        "taken in with cdt data import batis and chosen with the parameter vintage."
    )
