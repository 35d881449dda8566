"""What sentences on two regions rest on: what they are called, who is larger, who is the more even."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from carec_digital_trade.metrics import more_even
from carec_digital_trade.parameters import SharedParameters
from carec_digital_trade.prose import count, listing
from carec_digital_trade.regions import economy_name

ALIKE = 1.05
"""Totals whose ratio is smaller are about as large as each other."""
ROLES = ("the region", "the benchmark")
"""What regions with long names are called."""
_LONGEST_NAME, _LONGEST_LIST = 4, 3
"""Words; a sentence holds several names."""
_PLURALS = {"member": "members", "economy": "economies"}


def names(chosen: SharedParameters) -> dict[str, str]:
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


def larger(totals: Mapping[str, float], one: str, other: str) -> dict[str, Any]:
    """Say which of two regions trades more, and how many times as much.

    Returns
    -------
    dict
        unknown (labels without a total); larger, smaller and ratio where both are positive, the ratio None where they
        are about as large as each other.
    """
    unknown = [label for label in (one, other) if math.isnan(totals[label])]
    if unknown or min(totals[one], totals[other]) <= 0:
        return {"unknown": unknown, "larger": one, "smaller": other, "ratio": None, "comparable": False}
    more, less = (one, other) if totals[one] >= totals[other] else (other, one)
    ratio = totals[more] / totals[less]
    return {
        "unknown": [],
        "larger": more,
        "smaller": less,
        "ratio": ratio if ratio >= ALIKE else None,
        "comparable": True,
    }


def evener(rows: pd.DataFrame, one: str, other: str) -> dict[str, Any]:
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
    effective = rows["effective_members"]
    return {
        "defined": defined,
        "tie": defined and order == 0,
        "more": more,
        "less": less,
        "by_size": bool(effective[more] < effective[less]),
    }
