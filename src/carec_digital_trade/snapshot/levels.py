"""How much do the two regions trade, who trades it, and what did revisions change?"""

import math

import numpy as np
import pandas as pd

from carec_digital_trade.claims.trade import LARGE_REVISION
from carec_digital_trade.datasets import load, source_line
from carec_digital_trade.metrics import (
    by_member,
    members,
    per_gdp,
    regional_ratio,
    regional_total,
    trade,
    world_share,
)
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import coverage_note, listing, percent, sentences, usd
from carec_digital_trade.regions import REFERENCE_YEAR, Region, economy_name
from carec_digital_trade.results import Result, record
from carec_digital_trade.snapshot.series import people, traded, variants

AFGHANISTAN_FOOTNOTE = "Afghanistan: ADB placed its assistance on hold from 15 August 2021 (the article's footnote)."
SPIKE = 0.10
"""A year that lies further than this above both its neighbours, or below both, stands out."""


def article_table(chosen: SnapshotParameters) -> Result:
    """Set the article's Table 1 as printed beside the same figures in the WTO's present file.

    Parameters
    ----------
    chosen : SnapshotParameters
        Only the vintage matters: the table is the article's, whatever regions are chosen.

    Returns
    -------
    Result
        One row an economy and one a region's total: as printed, in the present file, revision in per cent.
    """
    printed = load("table1", chosen.vintage)
    present = by_member(trade("delivered", "total", chosen.vintage), Region("", tuple(printed["iso3"]), REFERENCE_YEAR))
    frame = printed.assign(total_present=present.loc[REFERENCE_YEAR].to_numpy()).rename(columns={"value": "total"})
    sums = frame.groupby("region", sort=False)[["total", "total_present"]].sum(min_count=1).reset_index()
    frame = pd.concat(
        [part for name, rows in frame.groupby("region", sort=False) for part in (rows, sums[sums["region"] == name])],
        ignore_index=True,
    )
    frame = frame.assign(year=REFERENCE_YEAR, revision=100 * (frame["total_present"] / frame["total"] - 1))
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "Economy": frame["economy"].fillna("Total"),
            "As printed": frame["total"],
            "Present file": frame["total_present"],
            "Revision, %": frame["revision"],
        }
    )
    units = {"total": "USD million", "total_present": "USD million", "revision": "%"}
    return Result(
        name="table1",
        caption=f"The article's Table 1: digitally delivered trade, exports plus imports, {REFERENCE_YEAR}",
        table=table,
        records=record(frame, "table1", units),
        reading=sentences(_article_reading(frame), _spikes(present), AFGHANISTAN_FOOTNOTE),
        source=source_line("table1", "delivered", vintage=chosen.vintage),
        decimals={"As printed": 0, "Present file": 0},
    )


def _article_reading(frame: pd.DataFrame) -> str:
    economies, sums = frame.dropna(subset="iso3"), frame[frame["iso3"].isna()]
    same = int((economies["total_present"].round() == economies["total"]).sum())
    moved = economies[economies["revision"].abs() > 100 * LARGE_REVISION]
    totals = listing(
        f"{row.region} {row.total:,.0f} (now {row.total_present:,.0f}, {row.revision:+.1f}%)"
        for row in sums.itertuples()
    )
    return sentences(
        f"As printed the members add up to the article's totals, in USD million: {totals}.",
        f"{same} of the {len(economies)} figures stand unchanged in the present file;",
        f"{len(moved)} moved by more than {LARGE_REVISION:.0%}.",
        "Both are right as of their vintage and are never mixed.",
    )


def _spikes(present: pd.DataFrame) -> str:
    """Name the economies whose figure for the article's year stands out from the years beside it."""
    before, at, after = (present.reindex([REFERENCE_YEAR + step]).iloc[0] for step in (-1, 0, 1))
    beside = pd.concat([before, after], axis="columns")
    high = at > (1 + SPIKE) * beside.max(axis="columns", skipna=False)
    low = at < (1 - SPIKE) * beside.min(axis="columns", skipna=False)
    around = {"above": high[high].index, "below": low[low].index}
    lies = [
        f"more than {SPIKE:.0%} {where} both in "
        + listing(
            f"{economy_name(code, short=True)} ({before[code]:,.0f}, {at[code]:,.0f}, {after[code]:,.0f})"
            for code in codes
        )
        for where, codes in around.items()
        if len(codes)
    ]
    if not lies:
        return ""
    return (
        f"A single year is fragile: {REFERENCE_YEAR}, with {REFERENCE_YEAR - 1} before and {REFERENCE_YEAR + 1} after "
        f"it in USD million, lies {listing(lies)}."
    )


def ranked_members(chosen: SnapshotParameters) -> Result:
    """Rank the members of both regions, those left out elsewhere included.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a member: region, rank, value, share of its region, and, where the article prints the same figure, the
        revision since.
    """
    frame = pd.concat(
        [
            members(traded(chosen), each, chosen.year)
            .sort_values("value", ascending=False, kind="stable")
            .assign(region=each.name)
            for each in chosen.regions()
        ],
        ignore_index=True,
    )
    frame = frame.assign(year=chosen.year, total=frame["value"], article=frame["iso3"].map(_printed(chosen)))
    frame["revision"] = 100 * (frame["total"] / frame["article"] - 1)
    frame["share"] = 100 * frame["share"]
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "Rank": frame["rank"],
            "Economy": frame["name"],
            "USD million": frame["total"],
            "Share of region, %": frame["share"],
            "Article, USD million": frame["article"],
            "Revision, %": frame["revision"],
        }
    )
    if frame["article"].isna().all():
        table = table.drop(columns=["Article, USD million", "Revision, %"])
    units = {"total": "USD million", "rank": "rank", "share": "%", "revision": "%"}
    return Result(
        name="members",
        caption=f"{chosen.subject()}, {chosen.year}, by member",
        table=table,
        records=record(frame, "members", units),
        reading=sentences(*(_top_member(frame, each) for each in chosen.regions())),
        source=source_line(
            chosen.measure, *([] if frame["article"].isna().all() else ["table1"]), vintage=chosen.vintage
        ),
        decimals={"Rank": 0, "USD million": 0, "Article, USD million": 0},
    )


def _printed(chosen: SnapshotParameters) -> dict[str, float]:
    """Return Table 1's figures by economy, where the parameters ask for the same thing."""
    if (chosen.measure, chosen.flow, chosen.year) != ("delivered", "total", REFERENCE_YEAR):
        return {}
    return load("table1", chosen.vintage).set_index("iso3")["value"].to_dict()


def _top_member(frame: pd.DataFrame, one: Region) -> str:
    rows = frame[frame["region"] == one.name]
    known = rows.dropna(subset="total")
    missing = [name for name in rows["name"] if name not in set(known["name"])]
    note = f"No data for {listing(missing)}." if missing else ""
    if known.empty:
        return f"No member of {one.name} has data."
    if known["share"].isna().any():
        return sentences(f"A member of {one.name} is negative or all are zero, so shares are not defined.", note)
    if len(one.members) == 1:
        return f"{one.name} is a single economy."
    if len(known) == 1:
        return sentences(f"{known['name'].item()} is the only member of {one.name} with data.", note)
    top = known.iloc[0]
    return sentences(f"{top['name']} is {percent(top['share'] / 100)} of {one.name}.", note)


def totals(chosen: SnapshotParameters) -> Result:
    """Add up both regions, with and without the members left out, in levels and against world, people and economy.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a region and variant: total, balance, world share, per person, per GDP, members covered, years of the
        denominators.
    """
    frame = pd.concat([_total_row(chosen, each) for each in variants(chosen)], ignore_index=True)
    table = pd.DataFrame(
        {
            "Region": frame["region"],
            "USD million": frame["total"],
            "Members with data": [f"{row.covered} of {row.members}" for row in frame.itertuples()],
            "Balance, USD million": frame["balance"],
            "World share, %": frame["world_share"],
            "USD per person": frame["per_person"],
            "% of GDP": frame["per_gdp"],
            "Population of": frame["population_year"],
            "GDP of": frame["gdp_year"],
        }
    )
    units = {
        "total": "USD million",
        "balance": "USD million",
        "world_share": "%",
        "per_person": "USD per person",
        "per_gdp": "% of GDP",
        "members_covered": "members",
    }
    return Result(
        name="totals",
        caption=f"{chosen.subject()}, {chosen.year}: regions with and without the members left out",
        table=table,
        records=record(frame, "totals", units),
        reading=_totals_reading(frame, chosen),
        source=source_line(chosen.measure, "delivered_services", "panel", vintage=chosen.vintage),
        decimals={"USD million": 0, "Balance, USD million": 0, "World share, %": 2, "USD per person": 0},
    )


def _total_row(chosen: SnapshotParameters, one: Region) -> pd.DataFrame:
    total = world_share(traded(chosen), one, chosen.year, chosen.vintage).iloc[0]
    balance = regional_total(traded(chosen, "balance"), one, chosen.year).iloc[0]
    levels = people(chosen, one)
    persons = regional_ratio(levels[levels["year"] == chosen.year]).iloc[0]
    economy = regional_ratio(per_gdp(traded(chosen), one, chosen.year, chosen.vintage)).iloc[0]
    return pd.DataFrame(
        [
            {
                "region": one.label,
                "year": chosen.year,
                "total": total["value"],
                "members": total["members"],
                "covered": total["covered"],
                "missing": total["missing"],
                "members_covered": total["covered"],
                # A balance over fewer members than the total would be read against it.
                "balance": balance["value"] if balance["covered"] == total["covered"] else np.nan,
                "world_share": 100 * total["share"],
                "per_person": persons["value"],
                "per_gdp": economy["value"],
                "population_year": _span(persons),
                "gdp_year": _span(economy),
            }
        ]
    )


def _span(ratio: pd.Series) -> str:
    if pd.isna(ratio["denominator_from"]):
        return "no data"
    first, last = int(ratio["denominator_from"]), int(ratio["denominator_to"])
    return f"{first}" if first == last else f"{first} to {last}"


def _totals_reading(frame: pd.DataFrame, chosen: SnapshotParameters) -> str:
    by_label = frame.set_index("region")
    full = [each.label for each in chosen.regions()]
    kept = [each.label for each in chosen.compared()]
    return sentences(
        _against(by_label, *full),
        _against(by_label, *kept) if kept != full else "",
        coverage_note(list(frame[["region", "members", "covered", "missing"]].itertuples(index=False))),
    )


def _against(by_label: pd.DataFrame, one: str, other: str) -> str:
    ours, theirs = by_label.loc[one, "total"], by_label.loc[other, "total"]
    if math.isnan(ours) or math.isnan(theirs):
        nobody = listing(label for label, value in ((one, ours), (other, theirs)) if math.isnan(value))
        return f"No total for {nobody}: no member has data."
    sentence = f"{one}: {usd(ours)}; {other}: {usd(theirs)}"
    if ours > 0 and theirs > 0:
        larger, smaller, ratio = (one, other, ours / theirs) if ours > theirs else (other, one, theirs / ours)
        sentence += (
            f", so {larger} traded {ratio:,.1f} times as much as {smaller}" if ratio >= 1.05 else ", about as much"
        )
    return sentence + "."
