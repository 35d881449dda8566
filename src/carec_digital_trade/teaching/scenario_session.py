"""Session 3: what would closing the gap bring, and how sure are we? The checks of its exercises."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd

from carec_digital_trade import scenarios
from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    Scenario,
    fit_baseline,
    goal_seek,
    outcome,
    preset,
    simulate,
    target,
    target_amount,
    with_effects,
)
from carec_digital_trade.teaching.answers import Unfit, number, several
from carec_digital_trade.teaching.comparing import HINTS, compare

DRAWS = 2_000
SEED = 2026
"""Of the simulations in the session and in its checks, which give the same numbers only if both are the same."""

_YEAR, _HORIZON = 2030, 2035
_ROUNDED = 0.06
"""Relative: a number in a sentence may have two digits."""

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_CONDITION = re.compile(r"\b(if|were|provided|assum\w+|suppos\w+)\b", re.IGNORECASE)
_PROMISE = re.compile(r"\b(will|ensures?|guarantees?d?|proves?|certainly|definitely)\b", re.IGNORECASE)
_CHANCE = re.compile(
    r"80\s*%|80 per cent|80 percent|(eight (in|of|out of) ten|four (in|of|out of) five)", re.IGNORECASE
)


@cache
def _scenario(*levers: str) -> Scenario:
    """Return the session's scenario with the levers of a preset, or with none."""
    carec, asean = region("CAREC", exclude=["CHN"]), region("ASEAN", exclude=["SGP"])
    baseline = fit_baseline(outcome("delivered", "total"), carec.members)
    chosen = {}
    for each in levers:  # of the studies the session takes one, in a restatement whose gap is a ratio
        chosen |= with_effects(preset(each), {"connectivity": "wto2023_trade"})
    return scenarios.scenario(baseline, carec, asean, chosen, horizon=_HORIZON)


@cache
def _bands(quantity: str, *levers: str) -> pd.DataFrame:
    """Return the bands of one quantity, USD million."""
    bands = simulate(_scenario(*levers), draws=DRAWS, seed=SEED).bands
    return bands[bands["quantity"] == quantity]


def _total(bands: pd.DataFrame, year: int = _YEAR) -> pd.Series:
    return bands[bands["iso3"].isna() & (bands["year"] == year)].iloc[0]


def _each(bands: pd.DataFrame) -> pd.DataFrame:
    return bands[bands["iso3"].notna() & (bands["year"] == _YEAR)]


def _ends(row: pd.Series, band: int = 80) -> tuple[float, float]:
    return float(row[f"low_{band}"]), float(row[f"high_{band}"])


def _read_band(answer: Any) -> str:
    bands = _bands("baseline")
    row, members = _total(bands), _each(bands)
    low, high = _ends(row)
    return compare(
        "3.1",
        several(answer, 2, "lower and upper end"),
        (low, high),
        band_95=_ends(row, 95),
        band_50=_ends(row, 50),
        last_year=_ends(_total(bands, _HORIZON)),
        order=(high, low),
        summed=_ends(members[["low_80", "high_80"]].sum()),
        billion=(low / 1000, high / 1000),
    )


def _sum_of_bands(answer: Any) -> str:
    bands = _bands("baseline")
    row, members = _total(bands), _each(bands)
    widths = members["high_80"] - members["low_80"]
    width = row["high_80"] - row["low_80"]
    return compare(
        "3.2",
        number(answer),
        widths.sum() / width,
        upside_down=width / widths.sum(),
        wider_by=widths.sum() / width - 1,
        mean=widths.mean() / width,
        sum=widths.sum(),
        same=1.0,
        upper_ends=members["high_80"].sum() / row["high_80"],
        band_95=(members["high_95"] - members["low_95"]).sum() / (row["high_95"] - row["low_95"]),
    )


def _half_closed(answer: Any) -> str:
    half = _bands("additional", "connectivity_half")
    whole = _total(_bands("additional", "connectivity"))["median"]
    row = _total(half)
    scenario, before = _total(_bands("scenario", "connectivity_half")), _total(_bands("baseline"))
    return compare(
        "3.3",
        number(answer),
        row["median"],
        whole=whole,
        half_of_whole=whole / 2,
        medians=scenario["median"] - before["median"],
        scenario=scenario["median"],
        mean=row["mean"],
        summed=_each(half)["median"].sum(),
        last_year=_total(half, _HORIZON)["median"],
        billion=row["median"] / 1000,
    )


def _closure_needed(answer: Any) -> str:
    scenario, goal = _scenario("connectivity"), target({"multiple": 1.65, "year": _YEAR})
    amount = target_amount(goal, scenario.baseline, region("ASEAN", exclude=["SGP"]))
    sought = goal_seek(scenario, amount, _YEAR, draws=DRAWS, seed=SEED).iloc[0]
    closure, start = float(sought["closure"]), sought["baseline"]
    return compare(
        "3.4",
        number(answer),
        closure,
        percent=100 * closure,
        still_open=1 - closure,
        probability=sought["probability"],
        target=amount,
        nothing=0.0,
        everything=1.0,
        straight_line=(amount - start) / (sought["full"] - start),
    )


def _sentence(answer: Any) -> str:
    if not isinstance(answer, str):
        raise Unfit("The answer is a sentence: a text in quotes.")
    row = _total(_bands("additional", "connectivity"))
    found = [float(text.replace(",", "")) for text in _NUMBER.findall(answer)]
    promise = _PROMISE.search(answer)
    ends = all(_holds(found, end) for end in _ends(row))
    wrong_ends = all(_holds(found, end) for end in _ends(row, 95))
    faults = {
        "median": not _holds(found, row["median"]),
        "year": str(_YEAR) not in answer,
        "band_95": not ends and wrong_ends,
        "ends": not ends,
        "chance": not _CHANCE.search(answer),
        "promise": promise,
        "condition": not _CONDITION.search(answer),
    }
    hint = next((HINTS["3.5"][name] for name, made in faults.items() if made), "")
    return hint.format(word=promise.group()) if promise else hint


def _holds(found: list[float], value: float) -> bool:
    """Say whether a value in USD million is among numbers in USD million or billion."""
    return any(abs(each / (value / unit) - 1) <= _ROUNDED for each in found for unit in (1, 1000))


EXERCISES: dict[str, Callable[[Any], str]] = {
    "3.1": _read_band,
    "3.2": _sum_of_bands,
    "3.3": _half_closed,
    "3.4": _closure_needed,
    "3.5": _sentence,
}
"""Number of the exercise to its check, which returns a hint, or nothing if the answer is right."""
