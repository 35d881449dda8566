"""How evenly is trade spread over the members, and how far does that hang on one of them?"""

import math
from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from carec_digital_trade.datasets import source_line
from carec_digital_trade.metrics import (
    EVENNESS_DECIMALS,
    Concentration,
    by_member,
    concentration,
    leave_one_out,
    more_even,
    theil_split,
)
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import count, listing, percent, sentences
from carec_digital_trade.regions import Region, economy_name
from carec_digital_trade.results import Result, record
from carec_digital_trade.snapshot.series import traded, variants

INDEX_UNITS = {
    "hhi": "index, 1/n to 1",
    "hhi_normalised": "index, 0 to 1",
    "effective_members": "members",
    "gini": "index, 0 to (n - 1)/n",
    "theil": "index, 0 to ln n",
    "top_share": "%",
}
_HEADINGS = {
    "hhi": "Herfindahl-Hirschman",
    "hhi_normalised": "Normalised",
    "effective_members": "Effective members",
    "gini": "Gini",
    "theil": "Theil",
    "top_share": "Top share, %",
}
_INDEX = "normalised Herfindahl-Hirschman index"
_DECIMALS = {"Herfindahl-Hirschman": 4, "Normalised": 4, "Effective members": 2, "Gini": 3, "Theil": 3}


def concentrations(chosen: SnapshotParameters) -> Result:
    """Measure the concentration of both regions, with and without the members left out.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a region and variant: members with data and every index of `metrics.Concentration`.
    """
    found = {each: concentration_of(chosen, each) for each in variants(chosen)}
    rows = [{"region": each.label, **asdict(indices)} for each, indices in found.items()]
    frame = _in_percent(pd.DataFrame(rows)).assign(year=chosen.year)
    table = frame.rename(columns={"region": "Region", "members": "Members with data", **_HEADINGS})
    return Result(
        name="concentration",
        caption=f"Concentration of {chosen.subject(capital=False)}, {chosen.year}: higher is more concentrated",
        table=table[["Region", "Members with data", *_HEADINGS.values()]],
        records=record(frame, "concentration", INDEX_UNITS),
        reading=_reading(found, chosen),
        source=source_line(chosen.measure, vintage=chosen.vintage),
        decimals=_DECIMALS,
    )


def without_each(chosen: SnapshotParameters) -> Result:
    """Measure the concentration of the rest of each region, with every member left out in turn.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a member with data: the indices of the others. Empty where no region has two members with data.
    """
    parts = [
        leave_one_out(_values(chosen, each)).assign(region=each.name).query("members > 0") for each in chosen.regions()
    ]
    frame = _in_percent(pd.concat(parts, ignore_index=True))
    frame = frame.rename(columns={"left_out": "iso3"}).assign(year=chosen.year)
    frame["name"] = [economy_name(code, short=True) for code in frame["iso3"]]
    table = frame.rename(columns={"region": "Region", "name": "Without", **_HEADINGS})
    return Result(
        name="without_each",
        caption=f"Concentration of {chosen.subject(capital=False)}, {chosen.year}, without each member in turn",
        table=table[["Region", "Without", *_HEADINGS.values()]],
        records=record(frame, "without_each", INDEX_UNITS),
        reading=sentences(*(_most_influential(frame, chosen, each) for each in chosen.regions())),
        source=source_line(chosen.measure, vintage=chosen.vintage),
        decimals=_DECIMALS,
    )


def inequality_split(chosen: SnapshotParameters) -> Result:
    """Split the inequality among all members of both regions into within and between the two.

    Parameters
    ----------
    chosen : SnapshotParameters
        The notebook's parameters.

    Returns
    -------
    Result
        One row a region and one for both: members with data, share, Theil's index, its parts within and between.
    """
    both = chosen.regions()
    values = pd.concat([_values(chosen, each) for each in both])
    split = theil_split(values, {each.name: each.members for each in both})
    total = {
        "group": "Both",
        "members": int(values.notna().sum()),
        "share": split.groups["share"].sum(min_count=1),
        "theil": split.total,
        "within": split.within,
        "between": split.between,
    }
    frame = pd.concat([split.groups, pd.DataFrame([total])], ignore_index=True)
    frame = frame.assign(region=frame["group"], year=chosen.year, share=100 * frame["share"])
    frame = frame.rename(columns={"within": "theil_within", "between": "theil_between"})
    units = {
        "share": "%",
        "theil": "index, 0 to ln n",
        "theil_within": "part of the index",
        "theil_between": "part of the index",
    }
    headings = {
        "region": "Region",
        "members": "Members with data",
        "share": "Share, %",
        "theil": "Theil",
        "theil_within": "Within",
        "theil_between": "Between",
    }
    return Result(
        name="inequality_split",
        caption=f"Inequality among the members of both regions, {chosen.subject(capital=False)}, {chosen.year}",
        table=frame[list(headings)].rename(columns=headings),
        records=record(frame, "inequality_split", units),
        reading=_split_reading(split.within, split.total, total["members"]),
        source=source_line(chosen.measure, vintage=chosen.vintage),
        decimals={"Theil": 3, "Within": 3, "Between": 3},
    )


def _values(chosen: SnapshotParameters, one: Region) -> pd.Series:
    values = by_member(traded(chosen), one, chosen.year).iloc[0]
    return values.sort_values(ascending=False, kind="stable")


def _in_percent(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(top_share=100 * frame["top_share"])


def evenness(pair: tuple[Region, Region], found: Sequence[Concentration]) -> str:
    """Say which of two regions' trade is the more evenly spread.

    Parameters
    ----------
    pair : tuple of Region
        The two.
    found : sequence of metrics.Concentration
        Theirs.

    Returns
    -------
    str
        A sentence with both indices that compare; empty where one region has no index or a single member.
    """
    index = [each.hhi_normalised for each in found]
    if any(map(math.isnan, index)):
        return ""
    effective = [f"{each.effective_members:.1f} of {each.members}" for each in found]
    normalised = [f"{each:.{EVENNESS_DECIMALS}f}" for each in index]
    order = more_even(*index)
    if order == 0:
        return (
            f"Trade of {pair[0].label} and of {pair[1].label} is about as evenly spread: effectively over "
            f"{effective[0]} members and {effective[1]} ({_INDEX} {normalised[0]} in both)."
        )
    more, less = (0, 1) if order > 0 else (1, 0)
    against = f"({_INDEX} {normalised[more]} against {normalised[less]})"
    if found[more].effective_members < found[less].effective_members:
        return (
            f"For its number of members trade of {pair[more].label} is the more evenly spread of the two {against}, "
            f"though the effective number is the higher in {pair[less].label}: {effective[less]} members, against "
            f"{effective[more]}."
        )
    return (
        f"Trade of {pair[more].label} is the more evenly spread of the two: effectively over {effective[more]} "
        f"members, against {effective[less]} {against}."
    )


def concentration_of(chosen: SnapshotParameters, one: Region) -> Concentration:
    """Return the concentration of a region's trade in the chosen year.

    Parameters
    ----------
    chosen : SnapshotParameters
        Measure, flow, year and vintage.
    one : Region
        Members.

    Returns
    -------
    metrics.Concentration
        Over the members with data.
    """
    return concentration(_values(chosen, one))


def _reading(found: dict[Region, Concentration], chosen: SnapshotParameters) -> str:
    full, kept = chosen.regions(), chosen.compared()
    undefined = listing((each.label for each in found if math.isnan(found[each].hhi)), empty="")
    note = f"Not defined for {undefined}: nobody has data, all are zero, or a member is negative." if undefined else ""
    single = listing((each.label for each in found if found[each].members == 1), empty="")
    return sentences(
        evenness(full, [found[each] for each in full]),
        evenness(kept, [found[each] for each in kept]) if kept != full else "",
        _flip(found, full, kept),
        note,
        f"A single member with data is neither even nor uneven: {single}." if single else "",
    )


def _flip(found: dict[Region, Concentration], full: tuple[Region, Region], kept: tuple[Region, Region]) -> str:
    """Say whether leaving members out changes which region is the more concentrated."""
    before, after = (more_even(*(found[each].hhi_normalised for each in pair)) for pair in (full, kept))
    if full == kept or not before or not after:
        return ""
    # The second is the more concentrated where the first is the more evenly spread.
    first, last = full[int(before > 0)].label, kept[int(after > 0)].label
    if before == after:
        return f"Either way the more concentrated region is {first}."
    return f"The order turns: the more concentrated region is {first} in full, {last} once the members are left out."


def _most_influential(frame: pd.DataFrame, chosen: SnapshotParameters, one: Region) -> str:
    whole = concentration_of(chosen, one).hhi
    rest = frame[frame["region"] == one.name].dropna(subset="hhi")
    if rest.empty or math.isnan(whole):
        return f"Too few members of {one.name} have data for this."
    row = rest.loc[(rest["hhi"] - whole).abs().idxmax()]
    return (
        f"In {one.name} the index moves most without {row['name']}: from {whole:.3f} to {row['hhi']:.3f}, "
        f"over {count(int(row['members']), 'other')}."
    )


def _split_reading(within: float, total: float, members: int) -> str:
    if math.isnan(total):
        return "The index is not defined: nobody has data, all are zero, or a member is negative."
    if members == 1:
        return "Only one member of both regions has data, so there is nothing to split."
    if total == 0:
        return "All members with data trade the same amount."
    return (
        f"{percent(within / total, 0)} of the inequality among all members lies within the regions, "
        f"{percent(1 - within / total, 0)} between them."
    )
