"""Which services do the two regions trade, in which are they specialised, and did that help their growth?"""

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import load, source_line
from carec_digital_trade.metrics import balassa, composition, shift_share
from carec_digital_trade.metrics.relative import WORLD
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import coverage_note, sentences, usd
from carec_digital_trade.regions import Region
from carec_digital_trade.results import Result, record

SPLIT_YEARS = 10
"""The shift-share split looks this many years back, or to the first year of the data."""

ONLY_DELIVERED = "The split by service exists for digitally delivered trade"


def by_service(chosen: SnapshotParameters) -> Result:
    """Split both regions' digitally delivered trade by service, less the members left out.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a region and service: value, share, and, of exports, Balassa's index against the World.
    """
    services = load("delivered_services", chosen.vintage)
    world = composition(services, Region("World", (WORLD,), chosen.year), chosen.year, chosen.flow)["share"]
    frame = pd.concat([_one_region(services, chosen, each, world) for each in chosen.compared()], ignore_index=True)
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "Service": frame["service_name"],
            "USD million": frame["total"],
            "Share, %": frame["share"],
            "World share, %": frame["world_share"],
            "Balassa index of exports": frame["advantage"],
        }
    )
    return Result(
        name="by_service",
        caption=f"Digitally delivered trade by service, {chosen.flow_in_words()}, {chosen.year}",
        table=table,
        records=_by_service_records(frame),
        reading=sentences(
            *(_largest(frame, each) for each in chosen.compared()), _scope(services, chosen), _notes(frame)
        ),
        source=source_line("delivered_services", vintage=chosen.vintage),
        decimals={"USD million": 0, "Balassa index of exports": 2},
    )


def sources_of_growth(chosen: SnapshotParameters) -> Result:
    """Split each region's growth into world growth, service mix and a competitive part (shift-share).

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a region: change and its three parts, which add up to it. Empty in the first year of the data.
    """
    services = load("delivered_services", chosen.vintage)
    first = int(services.loc[services["year"] >= chosen.year - SPLIT_YEARS, "year"].min())
    rows = [_split(services, chosen, each, first) for each in chosen.compared()] if first < chosen.year else []
    columns = ["region", "year", "change", *PARTS, "members", "covered", "missing"]
    frame = pd.DataFrame(rows, columns=columns)
    headings = {"region": "Region", "change": "Change", **PARTS}
    return Result(
        name="sources_of_growth",
        caption=f"Change of digitally delivered trade, {chosen.flow_in_words()}, {first}-{chosen.year}, USD million",
        table=frame[list(headings)].rename(columns=headings),
        records=record(frame, "sources_of_growth", dict.fromkeys(["change", *PARTS], "USD million")),
        reading=_growth_reading(frame, chosen),
        source=source_line("delivered_services", vintage=chosen.vintage),
        decimals=dict.fromkeys(headings.values(), 0),
    )


_VERBS = {"total": "trades", "exports": "sells", "imports": "buys"}
PARTS = {"world_growth": "World growth", "service_mix": "Service mix", "competitive": "Competitive"}


def _one_region(services: pd.DataFrame, chosen: SnapshotParameters, one: Region, world: pd.Series) -> pd.DataFrame:
    parts = composition(services, one, chosen.year, chosen.flow)
    exports = balassa(services, one, chosen.year, "exports")
    return parts.assign(
        region=one.label,
        year=chosen.year,
        total=parts["value"],
        share=100 * parts["share"],
        world_share=100 * world,
        advantage=exports.loc[exports["iso3"].isna(), "advantage"],
    )


def _by_service_records(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the service's code into the metric's name, since results.csv has no column for it."""
    units = {"total": "USD million", "share": "%", "advantage": "ratio to the World's share"}
    records = record(frame, "by_service", units)
    services = pd.Series(np.tile(frame["service"], len(units)))
    records["metric"] += "_" + services.str.lower()
    return records.iloc[np.argsort(pd.factorize(services)[0], kind="stable")].reset_index(drop=True)


def _largest(frame: pd.DataFrame, one: Region) -> str:
    rows = frame[frame["region"] == one.label]
    if rows["total"].isna().all():
        return f"No data by service for {one.label}."
    if rows["share"].isna().any():
        return f"The trade of {one.label} in a service is negative, or all are zero, so shares are not defined."
    top = rows.loc[rows["share"].idxmax()]
    special = rows.loc[rows["advantage"].idxmax()] if rows["advantage"].notna().any() else None
    sentence = f"Of the trade of {one.label}, {top['service_name']} services are {top['share']:.0f}%"
    if special is not None and special["advantage"] > 1:
        sentence += f"; against the World it is most specialised in {special['service_name']} exports"
        sentence += f" (Balassa index {special['advantage']:.1f})"
    return sentence + "."


def _scope(services: pd.DataFrame, chosen: SnapshotParameters) -> str:
    """Say for whom the table has services: the bundled one for the article's economies, an imported one for all."""
    if set(load("delivered", chosen.vintage)["iso3"].unique()) <= set(services["reporter"].unique()):
        return f"{ONLY_DELIVERED} alone."
    return f"{ONLY_DELIVERED} of the members of CAREC and ASEAN of 2024."


def _notes(frame: pd.DataFrame) -> str:
    firsts = frame.drop_duplicates("region")[["region", "members", "covered", "missing"]]
    return coverage_note(list(firsts.itertuples(index=False)))


def _split(services: pd.DataFrame, chosen: SnapshotParameters, one: Region, first: int) -> dict[str, object]:
    split = shift_share(services, one, first, chosen.year, chosen.flow)
    sums = split[["change", *PARTS]].sum(min_count=1)
    return {"region": one.label, "year": chosen.year, **sums, **split[["members", "covered", "missing"]].iloc[0]}


def _growth_reading(frame: pd.DataFrame, chosen: SnapshotParameters) -> str:
    if frame.empty:
        return f"{chosen.year} is the first year of the data, so there is no growth to split."
    known = frame["change"].notna().any()
    return sentences(
        *(_competitive(row, _VERBS[chosen.flow]) for row in frame.to_dict("records")),
        "This is an accounting split, which explains nothing by itself." if known else "",
    )


def _competitive(row: dict[str, object], verb: str) -> str:
    if pd.isna(row["change"]):
        return f"No data by service in both years for {row['region']}."
    kind = "gain" if row["competitive"] >= 0 else "loss"
    return (
        f"{row['region']}: a change of {usd(row['change'])}; beyond the World's growth of what it {verb} a {kind} of "
        f"{usd(abs(row['competitive']))}."
    )
