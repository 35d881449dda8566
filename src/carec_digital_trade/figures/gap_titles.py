"""What stands above the gap analysis's figures: what they show, in a line."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from carec_digital_trade.findings.facts.gap_analysis import FACTOR_WORDS
from carec_digital_trade.findings.facts.gap_predicates import make_up
from carec_digital_trade.prose import capital, count, listing
from carec_digital_trade.regions import Region

RATIO = "actual_over_expected"


def readiness(parts: Sequence[pd.DataFrame], both: Sequence[Region]) -> str:
    """Say how many members are sure of the full score."""
    full = listing(
        f"{(part['readiness_low'] == 1).sum()} of {count(len(part), 'member')} of {each.label}"
        for part, each in zip(parts, both, strict=True)
    )
    return f"{full} are sure of the full score"


def waterfall(frame: pd.DataFrame, both: Sequence[Region]) -> str:
    """Say which factors open the gap and which narrow it."""
    one, other = (each.label for each in both)
    if frame.empty:
        return f"The gap between {one} and {other} cannot be split"
    rows = frame[frame["basis"] == "Regional totals"].set_index("factor")["contribution"]
    gap = rows.pop("trade")
    found = make_up((rows * np.sign(gap)).rename(index=FACTOR_WORDS))
    opening, narrowing = found["opening"], found["narrowing"]
    if not found["mixed"]:
        return f"{capital(found['largest'])} {found['weight']} between {one} and {other}"
    return (
        f"{capital(listing(opening))} {'opens' if len(opening) == 1 else 'open'} the gap between {one} and {other}; "
        f"{listing(narrowing)} {'narrows' if len(narrowing) == 1 else 'narrow'} it"
    )


def expected(shown: pd.DataFrame, both: Sequence[Region]) -> str:
    """Say what the median member trades against expectation."""
    if shown.empty:
        return "No member has an expected trade"
    medians = shown.groupby("region")[RATIO].median()
    words = [f"{medians[each.label]:.2f} times as much in {each.label}" for each in both if each.label in medians]
    return f"Against expectation the median member trades {listing(words)}"


def lagging(frame: pd.DataFrame, both: Sequence[Region]) -> str:
    """Say how many members lag in both, and of whom that is not known."""
    words = listing(
        f"{(rows['in_both'] == 'yes').sum()} of {count(len(rows), 'member')} of {each.label}"
        for each, rows in ((each, frame[frame["region"] == each.label]) for each in both)
    )
    if (frame["in_both"] == "not known").all():
        return "Whether any member lags in both law and trade is not known"
    unknown = listing(frame["name"][frame["in_both"] == "not known"], empty="")
    return f"{words} lag in both law and trade{f'; not known for {unknown}' if unknown else ''}"
