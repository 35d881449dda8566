"""Session 1: is one member the whole region? The checks of its exercises."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from carec_digital_trade.metrics import by_member, concentration, concentration_over_time, leave_one_out, trade
from carec_digital_trade.regions import GIANTS, REFERENCE_YEAR, region
from carec_digital_trade.teaching.answers import Exercise, Mistake, compare
from carec_digital_trade.teaching.forms import number, outcomes, years


def _values(name: str, *exclude: str) -> pd.Series:
    """Return the members' digitally delivered trade in the reference year, USD million, by iso3."""
    return by_member(trade("delivered", "total"), region(name, exclude=exclude), REFERENCE_YEAR).iloc[0]


def _over_time(name: str, *exclude: str) -> pd.Series:
    """Return the effective number of members by year."""
    table = concentration_over_time(trade("delivered", "total"), region(name, exclude=exclude))
    return table.set_index("year")["effective_members"]


def _top_share(answer: Any) -> str:
    asean, carec = _values("ASEAN"), _values("CAREC")
    share = asean.max() / asean.sum()
    return compare(
        number(answer),
        share,
        [
            Mistake(100 * share, "That is per cent. A share lies between 0 and 1."),
            Mistake(carec.max() / carec.sum(), "That is CAREC's largest member. Ask for the members of ASEAN."),
            Mistake(asean.max(), "That is its trade in USD million. Divide by the trade of all members of ASEAN."),
            Mistake(asean.max() / (asean.sum() + carec.sum()), "Divide by the trade of ASEAN's members only."),
            Mistake(asean.iloc[0] / asean.sum(), "That is the first row. The table is not sorted by size."),
            Mistake((asean / asean.sum()).mean(), "That is the mean share. You need the largest."),
        ],
        "A share is the member's trade over the trade of all members, exports plus imports, in 2024.",
    )


def _effective_members(answer: Any) -> str:
    asean = _values("ASEAN")
    shares = asean / asean.sum()
    known = concentration(asean)
    return compare(
        number(answer),
        known.effective_members,
        [
            Mistake(known.hhi, "That is the index itself. The effective number is one over it."),
            Mistake(1 / ((100 * shares) ** 2).sum(), "Your shares are in per cent. Take them between 0 and 1."),
            Mistake(float(len(asean)), "That counts the members. The effective number weighs them by their shares."),
            Mistake(1 / (asean**2).sum(), "You squared the trade. Square the shares."),
            Mistake(1 / shares.sum(), "The shares add up to 1 before they are squared. Square each, then add."),
            Mistake(1 / known.top_share, "That looks at the largest share only. Square and add them all."),
            Mistake(1 / known.hhi_normalised, "That uses the normalised index. Take the plain sum of squares."),
            Mistake(concentration(_values("CAREC")).effective_members, "That is CAREC. Take the shares of ASEAN."),
        ],
        "Square each share, add the squares, and take one over the sum. It lies between 1 and the number of members.",
    )


def _without_giant(answer: Any) -> str:
    carec = _values("CAREC")
    unscaled = (carec.drop("CHN") / carec.sum()) ** 2
    rest = concentration(carec.drop("CHN"))
    return compare(
        number(answer),
        rest.effective_members,
        [
            Mistake(
                1 / unscaled.sum(),
                "You dropped China's share and kept the other shares as they were. They no longer add up to 1: divide "
                "by the trade of the rest.",
            ),
            Mistake(concentration(carec).effective_members, "China is still in. Leave it out of the region first."),
            Mistake(rest.hhi, "That is the index itself. The effective number is one over it."),
            Mistake(
                rest.hhi_normalised, "That is the normalised index. The effective number is one over the plain one."
            ),
            Mistake(float(rest.members), "That counts the other members. Weigh them by their shares."),
            Mistake(
                concentration(_values("ASEAN", "SGP")).effective_members, "That is ASEAN. Leave China out of CAREC."
            ),
        ],
        "Take CAREC's members without China, their shares of their own total, and one over the sum of squares.",
    )


def _years_more_concentrated(answer: Any) -> str:
    whole = {name: _over_time(name) for name in GIANTS}
    rest = {name: _over_time(name, giant) for name, giant in GIANTS.items()}
    fewer = rest["CAREC"] < rest["ASEAN"]
    return compare(
        years(answer),
        _listed(fewer),
        [
            Mistake(
                _listed(~(rest["CAREC"] > rest["ASEAN"])),
                "One of these years has no index for ASEAN: a comparison with a missing number is not false, it is not "
                "known. Leave that year out.",
            ),
            Mistake(
                _listed(rest["CAREC"] > rest["ASEAN"]),
                "Mind the direction: the more concentrated region has the smaller effective number.",
            ),
            Mistake(_listed(whole["CAREC"] < whole["ASEAN"]), "China and Singapore are still in. Leave both out."),
            Mistake(
                _listed(rest["CAREC"] < whole["ASEAN"]),
                "Like with like: if CAREC is without China, ASEAN is without Singapore.",
            ),
            Mistake(_listed(whole["CAREC"] < rest["ASEAN"]), "Like with like: China is still in CAREC."),
            Mistake(frozenset({REFERENCE_YEAR}), "That is one year. Compare all years that the data have."),
        ],
        "Put the two series of effective numbers side by side and keep the years in which CAREC's is the smaller.",
    )


def _influential(answer: Any) -> str:
    cases = [
        pd.Series({"A": 4.0, "B": 3.0, "C": 2.0}),
        pd.Series({"A": 1.0, "B": float("nan"), "C": 9.0, "D": 1.0}),
        _values("CAREC"),
        _values("ASEAN"),
        _values("ASEAN", "SGP"),
    ]
    changes = [_changes(case) for case in cases]
    return compare(
        outcomes(answer, cases),
        [change.abs().idxmax() for change in changes],
        [
            Mistake(
                [case.idxmax() for case in cases],
                "That is always the largest member. Try trade of 4, 3 and 2: leave out each in turn and compare.",
            ),
            Mistake(
                [change.idxmax() for change in changes],
                "You look for the largest rise. A fall changes the number as well: leave the sign aside.",
            ),
            Mistake(
                [change.idxmin() for change in changes],
                "You look for the largest fall. A rise changes the number as well: leave the sign aside.",
            ),
            Mistake(
                [change.abs().max() for change in changes],
                "You return the size of the change. Return the member's label.",
            ),
            Mistake([change.abs().idxmin() for change in changes], "That is the member that matters least."),
        ],
        "Leave each member out in turn, take the change of the effective number without its sign, and return the label "
        "of the largest. Try it on trade of 4, 3 and 2.",
    )


def _changes(values: pd.Series) -> pd.Series:
    """Return by how much the effective number changes when each member is left out."""
    rest = leave_one_out(values).set_index("left_out")["effective_members"]
    return rest - concentration(values).effective_members


def _listed(which: pd.Series) -> frozenset[Hashable]:
    return frozenset(which[which].index)


EXERCISES = {
    "1.1": Exercise("Start from the call that made the table of CAREC's members.", _top_share),
    "1.2": Exercise("Start from ASEAN's column of shares: what is done to each share first?", _effective_members),
    "1.3": Exercise("Start with a region that excludes China, as was done with Singapore.", _without_giant),
    "1.4": Exercise("Start with one series by year for each region, giants left out.", _years_more_concentrated),
    "1.5": Exercise("Start from what leave_one_out returns, and from the number with everybody in.", _influential),
}
"""Number of the exercise to its check."""
