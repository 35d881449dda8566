"""What the snapshot's sentences rest on: what regions are called, who is larger, more even, or missing."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from carec_digital_trade.claims.trade import LARGE_REVISION
from carec_digital_trade.datasets import BUNDLED, catalogue, describe, has_table, load
from carec_digital_trade.economies import economy_name
from carec_digital_trade.findings.facts.overturned import first_change, table
from carec_digital_trade.metrics import ALIKE, more_even
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import count, listing
from carec_digital_trade.regions import Region
from carec_digital_trade.revisions import diff

Facts = dict[str, Any]

STANDS_OUT = 0.10
"""A year that lies further than this above both its neighbours, or below both, stands out."""
ROLES = ("the region", "the benchmark")
"""What regions with long names are called."""
_LONGEST_NAME, _LONGEST_LIST = 4, 3
"""Words; a sentence holds several names."""
_PLURALS = {"member": "members", "economy": "economies"}
_VERBS = {"total": "traded", "exports": "exported", "imports": "imported"}
"""In the past, in which a verb is the same for one region and for a name in the plural, such as Baltic states."""


def common(chosen: SnapshotParameters) -> Facts:
    """Return what any caption or sentence may name."""
    return {"called": names(chosen), "verb": _VERBS[chosen.flow]}


def names(chosen: SnapshotParameters) -> dict[str, str]:
    """Return what sentences call the regions, in full and as compared, by label: a long one goes by its role."""
    called = {}
    for pair in (chosen.regions(), chosen.compared()):
        for one, role in zip(pair, ROLES, strict=True):
            less = f" less {count(len(one.excluded), 'member')}" if one.excluded else ""
            called[one.label] = one.label if len(one.label.split()) <= _LONGEST_NAME else role + less
    return called


def few(codes: Iterable[str], noun: str = "member") -> str:
    """Name some economies, or count them if that is shorter; empty for nobody."""
    codes = list(codes)
    named = listing((economy_name(code, short=True) for code in codes), empty="")
    return named if len(named.split()) <= _LONGEST_LIST else count(len(codes), noun, _PLURALS[noun])


def larger(totals: Mapping[str, float], one: str, other: str) -> Facts:
    """Say which of two regions trades more, and how many times as much.

    Returns
    -------
    dict
        unknown (labels without a total); larger, smaller and ratio where both are positive, the ratio None where they
        are about as large as each other.
    """
    unknown = [label for label in (one, other) if math.isnan(totals[label])]
    comparable = not unknown and min(totals[one], totals[other]) > 0
    more, less = (other, one) if comparable and totals[one] < totals[other] else (one, other)
    ratio = totals[more] / totals[less] if comparable else math.nan
    return {
        "unknown": unknown,
        "larger": more,
        "smaller": less,
        "ratio": ratio if ratio >= ALIKE else None,
        "comparable": comparable,
    }


def evener(rows: pd.DataFrame, one: str, other: str) -> Facts:
    """Say which of two regions' trade is the more evenly spread, by the normalised index.

    Returns
    -------
    dict
        defined; more and less (labels; in order for a tie), tie, by_size (True where the less even region has the
        higher effective number, which its size gives it).
    """
    order = int(more_even(rows.loc[one, "hhi_normalised"], rows.loc[other, "hhi_normalised"]))
    defined = bool(rows.loc[[one, other], "hhi_normalised"].notna().all())
    more, less = (one, other) if order >= 0 else (other, one)
    by_size = bool(rows.loc[more, "effective_members"] < rows.loc[less, "effective_members"])
    return {"defined": defined, "tie": defined and order == 0, "more": more, "less": less, "by_size": by_size}


def answer(frame: pd.DataFrame, chosen: SnapshotParameters, changed: pd.DataFrame, pace: pd.DataFrame) -> Facts:
    """Return who trades more in full and without the members left out, how even, whether the gap closes, how sure."""
    rows = frame.set_index("region")
    full, kept = _labels(chosen)
    out = [code for one in chosen.compared() for code in one.excluded]
    short = [one.name if len(one.name.split()) < 3 else role for one, role in zip(chosen.regions(), ROLES, strict=True)]
    return {
        "called": dict(zip([*full, *kept], [*short, *short], strict=True)),
        "rows": rows,
        "size": larger(rows["total"], *full),
        "size_turn": first_change(changed, "size"),
        "even_turn": first_change(changed, "even"),
        "sides": dict(zip(("region", "benchmark"), short, strict=True)),
        "even": evener(rows, *(kept if out else full)),
        "out": few(out),
        "covered": int(rows.loc[full, "members"].sum()),
        "of": int(rows.loc[full, "of"].sum()),
        "pace": pace.set_index("region").loc[kept[0]],
    }


def overturning(changed: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Put the verdicts into words, a column a headline."""
    sides = dict(zip(("region", "benchmark"), (each.name for each in chosen.regions()), strict=True))
    return table(changed, dict.fromkeys(("size", "even"), sides | {"alike": "about alike"}))


def table1(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return the totals, how many figures stand, and whose year stands out from its neighbours."""
    economies, sums = frame[frame["iso3"].notna()], frame[frame["iso3"].isna()]
    present, beside = economies["total_present"], economies[["before", "after"]]
    high = present > (1 + STANDS_OUT) * beside.max(axis="columns", skipna=False)
    low = present < (1 - STANDS_OUT) * beside.min(axis="columns", skipna=False)
    return {
        "sums": sums.to_dict("records"),
        "same": int((present.round() == economies["total"]).sum()),
        "number": len(economies),
        "moved": int((economies["revision"].abs() > 100 * LARGE_REVISION).sum()),
        "large": LARGE_REVISION,
        "spike": STANDS_OUT,
        "spikes": {"above": economies.loc[high, "iso3"].tolist(), "below": economies.loc[low, "iso3"].tolist()},
    }


def revisions(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return whether another vintage is chosen, the totals in both, and the largest revision of a figure."""
    vintage, bundled = (describe(chosen.measure, each)["vintage"] for each in (chosen.vintage, BUNDLED))
    found = diff(chosen.measure, BUNDLED, chosen.vintage)
    members = [code for one in chosen.regions() for code in one.members]
    own = found[found["iso3"].isin(members) & found["flow"].isin(chosen.flows()) & (found["kind"] == "revised")]
    held = [name for name in catalogue(chosen.vintage)["table"] if name in chosen.tables()]
    imported = [name for name in held if "origin" in describe(name, chosen.vintage)]
    return {
        "vintage": vintage,
        "bundled": bundled,
        "other": vintage != bundled,
        "held": f" ({listing(imported)} imported)" if imported else "",
        "totals": frame[frame["name"] == "Total"].to_dict("records"),
        "largest": own.head(1).to_dict("records"),
    }


def members(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return each region's largest member, or why there is none to speak of."""
    return {
        "printed": bool(frame["article"].notna().any()),
        "regions": [_top(frame[frame["region"] == one.label], one) for one in chosen.regions()],
    }


def _top(rows: pd.DataFrame, one: Region) -> Facts:
    known = rows.dropna(subset="total").sort_values("total", ascending=False, kind="stable")
    return {
        "label": one.label,
        "undefined": bool(known["share"].isna().any()),
        "single": len(one.members) == 1,
        "known": len(known),
        "top": known.iloc[0] if len(known) else None,
        "missing": few(rows.loc[rows["total"].isna(), "iso3"]),
    }


def totals(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return who trades more, in full and as compared, and who is only partly covered."""
    rows = frame.set_index("region")
    full, kept = _labels(chosen)
    return {
        "pairs": [larger(rows["total"], *pair) for pair in ([full] if full == kept else [full, kept])],
        "partial": [label for label in full if rows.loc[label, "members_covered"] < rows.loc[label, "members"]],
        "rows": rows,
    }


def concentration(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return who is the more evenly spread, in full and as compared, and where that is not defined."""
    rows = frame.set_index("region")
    full, kept = _labels(chosen)
    before, after = (int(more_even(*rows.loc[pair, "hhi_normalised"])) for pair in (full, kept))
    return {
        "rows": rows,
        "full": evener(rows, *full),
        "kept": evener(rows, *kept) if kept != full else None,
        "turns": bool(full != kept and before and after and before != after),
        "undefined": list(rows.index[rows["hhi"].isna()]),
        "single": list(rows.index[rows["members"] == 1]),
    }


def without_each(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return the member of each region without whom the index moves most, and the index with and without."""
    found = []
    for one in chosen.regions():
        rows = frame[(frame["region"] == one.label) & frame["hhi"].notna() & frame["whole"].notna()]
        row = rows.loc[(rows["hhi"] - rows["whole"]).abs().idxmax()] if len(rows) else None
        found.append({"label": one.label, "row": row})
    return {"regions": found}


def inequality_split(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return the row of the whole, and which part of its inequality lies within the regions, if there is any."""
    both = frame.iloc[-1]
    return {"both": both, "within": both["theil_within"] / both["theil"] if both["theil"] > 0 else math.nan}


def over_time(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return where years are partial, where shares are not defined, and where the source flags a break."""
    partial, nobody, negative = {}, [], []
    for one in chosen.regions():
        rows = frame[frame["region"] == one.label]
        if not rows["members_covered"].any():
            nobody.append(one.label)
        elif years := int((rows["members_covered"] < rows["members"]).sum()):
            partial[one.label] = years
        negative += [code for text in rows["negative"] if text for code in text.split(", ")]
    return {
        "partial": partial,
        "nobody": nobody,
        "negative": few(dict.fromkeys(negative), "economy"),
        "breaks": few(_breaks(chosen), "economy"),
    }


def _breaks(chosen: SnapshotParameters) -> list[str]:
    """Return the members whose total the WTO's file flags as broken."""
    if chosen.measure != "delivered":
        return []
    flagged = load("breaks", chosen.vintage)
    flagged = flagged[(flagged["service"] == "DDS") & flagged["flow"].isin(chosen.flows())]
    return [code for one in chosen.regions() for code in one.members if code in set(flagged["iso3"])]


def growth(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return, of the regions as compared, whose members converge and whether the gap closes beyond doubt."""
    rows = frame.set_index("region")
    pair = [each.label for each in chosen.compared()]
    return {
        "one": rows.loc[pair[0]],
        "known": [rows.loc[label] for label in pair if not math.isnan(rows.loc[label, "dispersion_trend"])],
        "unknown": [label for label in pair if not rows.loc[label, "members"]],
        "never": math.inf,
    }


def by_service(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return each region's largest service and the one in which its exports are most specialised."""
    covered = set(load("delivered", chosen.vintage)["iso3"])
    return {
        "regions": [_services(frame[frame["region"] == one.label]) for one in chosen.compared()],
        "everyone": covered <= set(load("delivered_services", chosen.vintage)["reporter"]),
    }


def _services(rows: pd.DataFrame) -> Facts:
    undefined = bool(rows["share"].isna().any())
    special = rows[rows["advantage"] > 1].nlargest(1, "advantage")
    return {
        "nothing": bool(rows["total"].isna().all()),
        "undefined": undefined,
        "top": None if undefined else rows.loc[rows["share"].idxmax()],
        "special": special.iloc[0] if len(special) else None,
        "row": rows.iloc[0],
    }


def sources_of_growth(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return the first year of the split, and what each region gained or lost beyond it."""
    return {"since": frame["since"].iloc[0] if len(frame) else chosen.year, "rows": frame.to_dict("records")}


def intra_regional(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return what is known of the regions as compared, and what a next import would have to tell apart."""
    computed = frame[frame["told_apart"].notna()] if "told_apart" in frame else frame[:0]
    rows = computed.set_index("region")
    missing = [code for text in computed.get("missing", ()) if text for code in text.split(", ")]
    return {
        "in_place": has_table("bilateral", chosen.vintage),
        "regions": [rows.loc[one.label] for one in chosen.compared() if one.label in rows.index],
        "missing": list(dict.fromkeys(missing)),
    }


def claims(frame: pd.DataFrame, chosen: SnapshotParameters) -> Facts:
    """Return whether services by partner are there to test claims with, and how many claims have which verdict."""
    return {"in_place": has_table("bilateral", chosen.vintage), "verdicts": frame["verdict"].tolist()}


def _labels(chosen: SnapshotParameters) -> tuple[list[str], list[str]]:
    return [one.label for one in chosen.regions()], [one.label for one in chosen.compared()]
