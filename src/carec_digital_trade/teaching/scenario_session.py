"""Session 3: what would closing the gap bring, and how sure are we? The checks of its exercises."""

import re
from typing import Any

import pandas as pd

from carec_digital_trade.regions import region
from carec_digital_trade.scenarios import (
    Scenario,
    build_scenario,
    fit_baseline,
    goal_seek,
    outcome,
    preset,
    simulate,
    target,
    target_amount,
)
from carec_digital_trade.teaching.answers import Exercise, Mistake, compare
from carec_digital_trade.teaching.forms import Unfit, number, several

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


def _scenario(*levers: str) -> Scenario:
    """Return the session's scenario with the levers of a preset, or with none."""
    carec, asean = region("CAREC", exclude=["CHN"]), region("ASEAN", exclude=["SGP"])
    baseline = fit_baseline(outcome("delivered", "total"), carec.members)
    chosen = {name: lever for each in levers for name, lever in preset(each).items()}
    return build_scenario(baseline, carec, asean, chosen, horizon=_HORIZON)


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
    summed = float(members["low_80"].sum()), float(members["high_80"].sum())
    return compare(
        several(answer, 2, "lower and upper end"),
        (low, high),
        [
            Mistake(_ends(row, 95), "That is the 95% band."),
            Mistake(_ends(row, 50), "That is the 50% band."),
            Mistake(_ends(_total(bands, _HORIZON)), f"That is the last year. The question asks for {_YEAR}."),
            Mistake((high, low), "Mind the order: the lower end first."),
            Mistake(summed, "You added up the members' bands. Take the row of the total, whose iso3 is missing."),
            Mistake((low / 1000, high / 1000), "That is USD billion. Give USD million."),
        ],
        f"Take the one row of total with year {_YEAR}, and its columns low_80 and high_80.",
    )


def _sum_of_bands(answer: Any) -> str:
    bands = _bands("baseline")
    row, members = _total(bands), _each(bands)
    widths = members["high_80"] - members["low_80"]
    width = row["high_80"] - row["low_80"]
    return compare(
        number(answer),
        float(widths.sum() / width),
        [
            Mistake(float(width / widths.sum()), "Upside down: divide the sum of the widths by the region's width."),
            Mistake(float(widths.sum() / width - 1), "That is by how much it is wider. How many times is it?"),
            Mistake(float(widths.mean() / width), "That is the mean width. Add the widths up."),
            Mistake(float(widths.sum()), "That is the sum of the widths. Divide it by the width of the region's band."),
            Mistake(1.0, "They are not the same: add up the members' widths and see."),
            Mistake(
                float(members["high_80"].sum() / row["high_80"]),
                "You compare the upper ends. A width is the upper less the lower end.",
            ),
            Mistake(
                float((members["high_95"] - members["low_95"]).sum() / (row["high_95"] - row["low_95"])),
                "That is the 95% band.",
            ),
        ],
        f"Take the rows of {_YEAR} that have an iso3, subtract low_80 from high_80 in each, add up, and divide by the "
        "same difference in the row of the total.",
    )


def _half_closed(answer: Any) -> str:
    half = _bands("additional", "connectivity_half")
    whole = _total(_bands("additional", "connectivity"))
    row = _total(half)
    scenario, before = _total(_bands("scenario", "connectivity_half")), _total(_bands("baseline"))
    return compare(
        number(answer),
        float(row["median"]),
        [
            Mistake(float(whole["median"]), "That closes the whole gap. Set the closure to one half."),
            Mistake(
                float(whole["median"] / 2),
                "You took half of what the whole gap brings. Effects add up in logarithms: simulate it.",
            ),
            Mistake(
                float(scenario["median"] - before["median"]),
                "That is the difference of two medians. Take the median of the differences: the quantity additional.",
            ),
            Mistake(float(scenario["median"]), "That is all trade in the scenario. Take what is additional."),
            Mistake(float(row["mean"]), "That is the mean. The question asks for the median."),
            Mistake(
                float(_each(half)["median"].sum()),
                "You added up the members' medians. Take the total, which is summed within each future.",
            ),
            Mistake(float(_total(half, _HORIZON)["median"]), f"That is the last year. The question asks for {_YEAR}."),
            Mistake(float(row["median"] / 1000), "That is USD billion. Give USD million."),
        ],
        "Simulate with draws=DRAWS and seed=SEED, and take the median of the quantity additional in the row of "
        f"{_YEAR} whose iso3 is missing.",
    )


def _closure_needed(answer: Any) -> str:
    scenario = _scenario("connectivity")
    double = target_amount(
        target({"multiple": 2.0, "year": _YEAR}), scenario.baseline, region("ASEAN", exclude=["SGP"])
    )
    sought = goal_seek(scenario, double, _YEAR, draws=DRAWS, seed=SEED).iloc[0]
    return compare(
        number(answer),
        float(sought["closure"]),
        [
            Mistake(float(100 * sought["closure"]), "That is per cent. Give the share, between 0 and 1."),
            Mistake(float(1 - sought["closure"]), "That is what stays open. How much must be closed?"),
            Mistake(float(sought["probability"]), "That is the probability of reaching the target at that closing."),
            Mistake(double, "That is the target in USD million. Which share of the gap leads there?"),
            Mistake(0.0, f"Mind the year: the baseline gets there later, and not by {_YEAR}."),
            Mistake(1.0, "Closing all of the gap gets there and beyond. goal_seek finds how much is enough."),
            Mistake(
                float((double - sought["baseline"]) / (sought["full"] - sought["baseline"])),
                "You drew a straight line from the baseline to full closing. Effects multiply: let goal_seek find it.",
            ),
        ],
        f"Make the amount with multiple 2.0 and year {_YEAR}, give it to goal_seek with the scenario of the whole gap, "
        "and read closure.",
    )


def _sentence(answer: Any) -> str:
    if not isinstance(answer, str):
        raise Unfit("The answer is a sentence: a text in quotes.")
    row = _total(_bands("additional", "connectivity"))
    low, high = _ends(row)
    found = [float(text.replace(",", "")) for text in _NUMBER.findall(answer)]
    states = [
        (
            _holds(found, row["median"]),
            "The central figure is missing: the median of additional, in USD million or billion.",
        ),
        (str(_YEAR) in answer, "Of which year is your number? Say it."),
        (
            _holds(found, low) and _holds(found, high),
            "A number alone sounds certain. Give both ends of the 80% band of additional."
            if not all(_holds(found, end) for end in _ends(row, 95))
            else "Those ends are of the 95% band. The question asks for the 80% band.",
        ),
        (_CHANCE.search(answer), "Two ends of what? Say which share of the simulated futures lies between them."),
        (not _PROMISE.search(answer), f"{_quoted(_PROMISE, answer)} promises. Say what would be, not what will be."),
        (_CONDITION.search(answer), "On what does it depend? Say what is assumed: begin with 'if'."),
    ]
    return next((hint for stated, hint in states if not stated), "")


def _holds(found: list[float], value: float) -> bool:
    """Say whether a value in USD million is among numbers in USD million or billion."""
    return any(abs(each / (value / unit) - 1) <= _ROUNDED for each in found for unit in (1, 1000))


def _quoted(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return f"'{match.group()}'" if match else ""


EXERCISES = {
    "3.1": Exercise(f"Look for the row of {_YEAR} in total.", _read_band),
    "3.2": Exercise("Start from the rows of future.bands that have an iso3.", _sum_of_bands),
    "3.3": Exercise("Start from the cell that builds and simulates the whole gap.", _half_closed),
    "3.4": Exercise("Start from the loop over multiples: what does goal_seek return?", _closure_needed),
    "3.5": Exercise("Begin with 'If', and say first what is assumed.", _sentence),
}
"""Number of the exercise to its check."""
