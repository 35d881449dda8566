"""Session 1: is one member the whole region? The checks of its exercises."""

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

import pandas as pd

from carec_digital_trade.metrics import by_member, concentration, concentration_over_time, leave_one_out, trade
from carec_digital_trade.regions import GIANTS, REFERENCE_YEAR, region
from carec_digital_trade.teaching.answers import number, outcomes, years
from carec_digital_trade.teaching.comparing import compare


@cache
def _values(name: str, *exclude: str) -> pd.Series:
    """Return the members' digitally delivered trade in the reference year, USD million, by iso3."""
    return by_member(trade("delivered", "total"), region(name, exclude=exclude), REFERENCE_YEAR).iloc[0]


@cache
def _over_time(name: str, *exclude: str) -> pd.Series:
    """Return the effective number of members by year."""
    table = concentration_over_time(trade("delivered", "total"), region(name, exclude=exclude))
    return table.set_index("year")["effective_members"]


def _top_share(answer: Any) -> str:
    asean, carec = _values("ASEAN"), _values("CAREC")
    share = asean.max() / asean.sum()
    return compare(
        "1.1",
        number(answer),
        share,
        percent=100 * share,
        carec=carec.max() / carec.sum(),
        amount=asean.max(),
        both_regions=asean.max() / (asean.sum() + carec.sum()),
        first_row=asean.iloc[0] / asean.sum(),
        mean=(asean / asean.sum()).mean(),
    )


def _effective_members(answer: Any) -> str:
    asean = _values("ASEAN")
    shares = asean / asean.sum()
    known = concentration(asean)
    return compare(
        "1.2",
        number(answer),
        known.effective_members,
        index=known.hhi,
        percent=1 / ((100 * shares) ** 2).sum(),
        members=float(len(asean)),
        amounts=1 / (asean**2).sum(),
        no_squares=1 / shares.sum(),
        largest=1 / known.top_share,
        normalised=1 / known.hhi_normalised,
        carec=concentration(_values("CAREC")).effective_members,
    )


def _without_giant(answer: Any) -> str:
    carec = _values("CAREC")
    rest = concentration(carec.drop("CHN"))
    return compare(
        "1.3",
        number(answer),
        rest.effective_members,
        unscaled=1 / ((carec.drop("CHN") / carec.sum()) ** 2).sum(),
        giant_in=concentration(carec).effective_members,
        index=rest.hhi,
        normalised=rest.hhi_normalised,
        members=float(rest.members),
        asean=concentration(_values("ASEAN", "SGP")).effective_members,
    )


def _years_more_concentrated(answer: Any) -> str:
    carec, asean = (_over_time(name) for name in GIANTS)
    carec_rest, asean_rest = (_over_time(name, giant) for name, giant in GIANTS.items())
    return compare(
        "1.4",
        years(answer),
        _listed(carec_rest < asean_rest),
        unknown_year=_listed(~(carec_rest > asean_rest)),
        direction=_listed(carec_rest > asean_rest),
        giants_in=_listed(carec < asean),
        asean_whole=_listed(carec_rest < asean),
        carec_whole=_listed(carec < asean_rest),
        one_year=frozenset({REFERENCE_YEAR}),
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
        "1.5",
        outcomes(answer, cases),
        [change.abs().idxmax() for change in changes],
        largest=[case.idxmax() for case in cases],
        rise=[change.idxmax() for change in changes],
        fall=[change.idxmin() for change in changes],
        size=[change.abs().max() for change in changes],
        least=[change.abs().idxmin() for change in changes],
    )


def _changes(values: pd.Series) -> pd.Series:
    """Return by how much the effective number changes when each member is left out."""
    rest = leave_one_out(values).set_index("left_out")["effective_members"]
    return rest - concentration(values).effective_members


def _listed(which: pd.Series) -> frozenset[Hashable]:
    return frozenset(which[which].index)


EXERCISES: dict[str, Callable[[Any], str]] = {
    "1.1": _top_share,
    "1.2": _effective_members,
    "1.3": _without_giant,
    "1.4": _years_more_concentrated,
    "1.5": _influential,
}
"""Number of the exercise to its check, which returns a hint, or nothing if the answer is right."""
