"""What the snapshot's sentences rest on."""

import math
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.claims.trade import LARGE_REVISION
from carec_digital_trade.datasets import BUNDLED, catalogue, describe, has_table, load
from carec_digital_trade.findings.facts.pairs import ROLES, evener, few, larger, names
from carec_digital_trade.metrics import more_even
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.prose import listing
from carec_digital_trade.regions import Region
from carec_digital_trade.revisions import diff

STANDS_OUT = 0.10
"""A year that lies further than this above both its neighbours, or below both, stands out."""
_VERBS = {"total": "trades", "exports": "exports", "imports": "imports"}
_TOTAL = "Total"


def _labels(chosen: SnapshotParameters) -> tuple[list[str], list[str]]:
    return [one.label for one in chosen.regions()], [one.label for one in chosen.compared()]


def answer(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return who trades more in full and without the members left out, how even, and how well it is known."""
    rows = frame.set_index("region")
    full, kept = _labels(chosen)
    out = [code for one in chosen.compared() for code in one.excluded]
    top = rows.loc[full, "top_share"].idxmax() if rows.loc[full, "top_share"].notna().any() else None
    short = [one.name if len(one.name.split()) < 3 else role for one, role in zip(chosen.regions(), ROLES, strict=True)]
    return {
        "called": dict(zip([*full, *kept], [*short, *short], strict=True)),
        "verb": _VERBS[chosen.flow],
        "rows": rows,
        "size": larger(rows["total"], *full),
        "without": larger(rows["total"], *kept) if out else None,
        "even": evener(rows, *(kept if out else full)),
        "out": few(out) if out else "",
        "covered": int(rows.loc[full, "members"].sum()),
        "of": int(rows.loc[full, "of"].sum()),
        "top": top,
        "vintage": describe(chosen.measure, chosen.vintage)["vintage"],
    }


def table1(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return the totals, how many figures stand, and whose year stands out from its neighbours."""
    economies, sums = frame[frame["iso3"].notna()], frame[frame["iso3"].isna()]
    beside = economies[["before", "after"]]
    high = economies["total_present"] > (1 + STANDS_OUT) * beside.max(axis="columns", skipna=False)
    low = economies["total_present"] < (1 - STANDS_OUT) * beside.min(axis="columns", skipna=False)
    return {
        "sums": sums.to_dict("records"),
        "same": int((economies["total_present"].round() == economies["total"]).sum()),
        "number": len(economies),
        "moved": int((economies["revision"].abs() > 100 * LARGE_REVISION).sum()),
        "large": LARGE_REVISION,
        "spike": STANDS_OUT,
        "spikes": {"above": economies[high].to_dict("records"), "below": economies[low].to_dict("records")},
    }


def revisions(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return whether another vintage is chosen, the totals in both, and the largest revision of a figure."""
    vintage, bundled = (describe(chosen.measure, each)["vintage"] for each in (chosen.vintage, BUNDLED))
    found = diff(chosen.measure, BUNDLED, chosen.vintage)
    members = [code for one in chosen.regions() for code in one.members]
    own = found[found["iso3"].isin(members) & found["flow"].isin(chosen.flows()) & (found["kind"] == "revised")]
    held = [name for name in catalogue(chosen.vintage)["table"] if name in chosen.tables()]
    imported = [name for name in held if "origin" in describe(name, chosen.vintage)]
    return {
        "called": names(chosen),
        "vintage": vintage,
        "bundled": bundled,
        "other": vintage != bundled,
        "held": f" ({listing(imported)} imported)" if imported else "",
        "totals": frame[frame["name"] == _TOTAL].to_dict("records"),
        "largest": own.head(1).to_dict("records"),
    }


def members(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return each region's largest member, or why there is none to speak of."""
    return {
        "called": names(chosen),
        "printed": bool(frame["article"].notna().any()),
        "regions": [_top(frame[frame["region"] == one.label], one) for one in chosen.regions()],
    }


def _top(rows: pd.DataFrame, one: Region) -> dict[str, Any]:
    known = rows.dropna(subset="total").sort_values("total", ascending=False, kind="stable")
    kinds = {
        "none": known.empty,
        "undefined": known["share"].isna().any(),
        "single": len(one.members) == 1,
        "only": len(known) == 1,
    }
    return {
        "label": one.label,
        "kind": next((kind for kind, holds in kinds.items() if holds), "top"),
        "top": None if known.empty else known.iloc[0],
        "missing": few(rows.loc[rows["total"].isna(), "iso3"]),
    }


def totals(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return who trades more, in full and as compared, and who is only partly covered."""
    rows = frame.set_index("region")
    full, kept = _labels(chosen)
    pairs = [full] if full == kept else [full, kept]
    partial = rows[rows["members_covered"] < rows["members"]]
    return {
        "called": names(chosen),
        "verb": _VERBS[chosen.flow],
        "pairs": [larger(rows["total"], *pair) for pair in pairs],
        "partial": [label for label in full if label in partial.index],
        "rows": rows,
    }


def concentration(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return who is the more evenly spread, in full and as compared, and where that is not defined."""
    rows = frame.set_index("region")
    full, kept = _labels(chosen)
    return {
        "called": names(chosen),
        "rows": rows,
        "full": evener(rows, *full),
        "kept": evener(rows, *kept) if kept != full else None,
        "turns": _turns(rows, full, kept),
        "undefined": list(rows.index[rows["hhi"].isna()]),
        "single": list(rows.index[rows["members"] == 1]),
    }


def _turns(rows: pd.DataFrame, full: list[str], kept: list[str]) -> bool | None:
    """Say whether leaving members out changes which region is the more even; None where either order is not known."""
    before, after = (int(more_even(*rows.loc[pair, "hhi_normalised"])) for pair in (full, kept))
    return before != after if full != kept and before and after else None


def without_each(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return the member of each region without whom the index moves most, and the index with and without."""
    found = []
    for one in chosen.regions():
        rows = frame[(frame["region"] == one.label) & frame["hhi"].notna()]
        whole = rows["whole"].iloc[0] if len(rows) else math.nan
        row = None if math.isnan(whole) else rows.loc[(rows["hhi"] - whole).abs().idxmax()]
        found.append({"label": one.label, "row": row, "whole": whole})
    return {"called": names(chosen), "regions": found}


def inequality_split(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return the whole's row and why it may have nothing to split."""
    both = frame.iloc[-1]
    kinds = {"undefined": math.isnan(both["theil"]), "single": both["members"] == 1, "equal": both["theil"] == 0}
    kind = next((kind for kind, holds in kinds.items() if holds), "split")
    return {"kind": kind, "within": both["theil_within"] / both["theil"] if kind == "split" else math.nan}


def over_time(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
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
        "called": names(chosen),
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


def growth(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return, of the regions as compared, whose members converge and whether the gap closes beyond doubt."""
    rows = frame.set_index("region")
    one, other = (each.label for each in chosen.compared())
    return {
        "called": names(chosen),
        "one": rows.loc[one],
        "known": [rows.loc[label] for label in (one, other) if not math.isnan(rows.loc[label, "dispersion_trend"])],
        "unknown": [label for label in (one, other) if not rows.loc[label, "members"]],
        "left_out": few([code for label in (one, other) for code in rows.loc[label, "left_out"]]),
        "never": np.inf,
    }


def by_service(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return each region's largest service and the one in which its exports are most specialised."""
    covered = set(load("delivered", chosen.vintage)["iso3"])
    reporters = set(load("delivered_services", chosen.vintage)["reporter"])
    return {
        "called": names(chosen),
        "regions": [_services(frame[frame["region"] == one.label]) for one in chosen.compared()],
        "everyone": covered <= reporters,
    }


def _services(rows: pd.DataFrame) -> dict[str, Any]:
    undefined, nothing = rows["share"].isna().any(), rows["total"].isna().all()
    known = rows.dropna(subset="advantage")
    special = known.loc[known["advantage"].idxmax()] if len(known) else None
    return {
        "label": rows["region"].iloc[0],
        "kind": "none" if nothing else "undefined" if undefined else "top",
        "top": None if undefined else rows.loc[rows["share"].idxmax()],
        "special": special if special is not None and special["advantage"] > 1 else None,
        "row": rows.iloc[0],
    }


def sources_of_growth(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return the first year of the split, and what each region gained or lost beyond it."""
    return {
        "called": names(chosen),
        "since": frame["since"].iloc[0] if len(frame) else chosen.year,
        "rows": frame.to_dict("records"),
        "known": bool(frame["change"].notna().any()),
    }


def intra_regional(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return what is known of the regions as compared, and what a next import would have to tell apart."""
    computed = frame[frame["told_apart"].notna()] if "told_apart" in frame else frame[:0]
    rows = computed.set_index("region")
    missing = list(dict.fromkeys(code for text in computed.get("missing", ()) if text for code in text.split(", ")))
    return {
        "called": names(chosen),
        "in_place": has_table("bilateral", chosen.vintage),
        "regions": [rows.loc[one.label] for one in chosen.compared() if one.label in rows.index],
        "missing": missing,
    }


def claims(frame: pd.DataFrame, chosen: SnapshotParameters) -> dict[str, Any]:
    """Return how many claims there are, and how many are contradicted."""
    return {
        "in_place": has_table("bilateral", chosen.vintage),
        "number": len(frame),
        "contradicted": int((frame["verdict"] == "contradicted").sum()),
        "untestable": int((frame["verdict"] == "not testable here").sum()),
    }
