"""What the sentences on the law rest on: who has the highest score, who leads, and on which cells that hangs."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from carec_digital_trade.claims.law import SETTLED, WEIGHTED
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.findings.facts.overturned import first_change
from carec_digital_trade.prose import listing
from carec_digital_trade.readiness import Cell

Facts = dict[str, Any]


def full_scores(frame: pd.DataFrame, scored: pd.DataFrame) -> Facts:
    """Say how many economies, and members of each region, have the highest score, and who is not sure."""
    known = scored["score"].dropna()
    top = known.max()
    regions = [
        {
            "label": label,
            "at_top": int((rows["readiness"] == top).sum()),
            "sure": int((rows["readiness_low"] == 1).sum()),
            "members": len(rows),
            "unsure": int((rows["readiness_low"] < rows["readiness_high"]).sum()),
            "known": bool(rows["readiness"].notna().any()),
        }
        for label, rows in frame.groupby("region", sort=False)
    ]
    return {"ranked": len(known), "top": top, "at_top": int((known == top).sum()), "regions": regions}


def leads(frame: pd.DataFrame) -> list[Facts]:
    """Say for each weighting who leads in how many draws, and whether that settles the order."""
    found = []
    for weighting, rows in frame.groupby("weighting", sort=False):
        first = rows.sort_values("leads", ascending=False, kind="stable").iloc[0]
        known = bool(rows["leads"].notna().all())
        ties = 100 - rows["leads"].sum()
        found.append(
            {
                "how": WEIGHTED[weighting],
                "known": known,
                "tied": known and ties >= first["leads"],
                "ties": ties,
                "leader": first["region"],
                "share": first["leads"],
                "arithmetic": first["leads_arithmetic"],
                "geometric": first["leads_geometric"],
                "settled": known and first["leads_low"] >= 100 * SETTLED,
            }
        )
    return found


def leads_without(frame: pd.DataFrame, without: pd.DataFrame | None) -> Facts:
    """Say by which weightings the other region leads without the dominant members, where both leads are known."""
    if without is None:
        return {"without": False, "turned": []}
    full_name = dict(zip(without["region"].unique(), frame["region"].unique(), strict=True))
    pairs = zip(leads(frame), leads(without), strict=True)
    compared = [(full, rest) for full, rest in pairs if full["known"] and rest["known"] and not rest["tied"]]
    turned = [
        {"how": rest["how"], "leader": full_name[rest["leader"]]}
        for full, rest in compared
        if not full["tied"] and full_name[rest["leader"]] != full["leader"]
    ]
    return {"without": bool(compared), "turned": turned}


def widest(frame: pd.DataFrame) -> Facts:
    """Name the domain in which the regions' means differ most, and who lacks a status."""
    one, other = frame["region"].unique()
    means = frame.pivot(index="domain", columns="region", values="domain_readiness")
    gaps = (means[one] - means[other]).dropna()
    unknown = frame.groupby("region", sort=False)["no_data"].sum()
    rows = frame[frame["domain"] == gaps.abs().idxmax()] if gaps.any() else frame[:0]
    return {
        "domain": rows["words"].iloc[0].lower() if len(rows) else "",
        "having": rows[["legislation", "members", "region"]].values.tolist(),
        "compared": len(gaps) > 0,
        "unknown": [(label, int(number)) for label, number in unknown.items() if number],
    }


def hanging(frame: pd.DataFrame) -> Facts:
    """Say which single cell turns the lead, or which two do: those in doubt before all others."""
    singles, pairs = (frame[frame["number"] == number] for number in (1, 2))
    turning, both = singles[singles["turns"]], pairs[pairs["turns"]]
    doubt = both[both["doubted"]]
    named = next((rows.iloc[0] for rows in (turning, doubt, both) if len(rows)), None)
    return {
        "singles": len(turning),
        "pairs": len(both),
        "tried": len(pairs),
        "in_doubt": bool(len(doubt) and not len(turning)),
        "named": () if named is None else named["cells"],
    }


def law_turn(changed: pd.DataFrame, cells: pd.DataFrame | InputError) -> Facts:
    """Return what turns the order of the law: a cell, two in doubt, any two, a member, or nothing."""
    found = first_change(changed, "law")
    if isinstance(cells, InputError):
        return found | {"kind": "level" if found["known"] else "unknown", "cells": "", "one_of": False}
    hangs = hanging(cells)
    kinds = {"cell": hangs["singles"], "doubt": hangs["in_doubt"], "pair": hangs["pairs"], "member": found["change"]}
    kind = next((kind for kind, there in kinds.items() if there), "nothing")
    one_of = (kind == "cell" and hangs["singles"] > 1) or (kind == "pair" and hangs["pairs"] > 1)
    return found | {
        "one_of": one_of,
        "kind": kind,
        "cells": cells_in_words(hangs["named"], WORDS["short_components"], "'s "),
    }


def cells_in_words(cells: Iterable[Cell], words: dict[str, str] = WORDS["components"], joint: str = " on ") -> str:
    """Name cells of the tracker, such as "Brunei on cybercrime"."""
    return listing((f"{economy_name(cell.iso3, short=True)}{joint}{words[cell.domain]}" for cell in cells), empty="")


def item_in_words(item: str) -> str:
    """Name cells by their name in results.csv, such as "BRN_cybercrime_and_SGP_cybercrime"."""
    return cells_in_words(Cell(*each.split("_", 1)) for each in item.split("_and_")) + ", coded otherwise"
