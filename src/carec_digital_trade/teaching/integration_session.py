"""Session 4: is 7% little? The checks of its exercises."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import load
from carec_digital_trade.integration import (
    Gravity,
    dropping_each,
    equation,
    expected_within,
    gravity,
    gravity_pairs,
    indices,
    together,
    trade_by_partner,
    variants,
)
from carec_digital_trade.integration.pairs import TIES
from carec_digital_trade.regions import Region, region
from carec_digital_trade.teaching.answers import codes, number, several
from carec_digital_trade.teaching.comparing import HINTS, compare, honest

_YEAR = 2023
_RATIO = "actual_over_expected"


def sentences_on_integration() -> str:
    """Return the sentences of exercise 4.5.

    Returns
    -------
    str
        A list in Markdown, each with its letter; the numbers are those of the estimates in the package.
    """
    checks = variants(_traded(), load("distances"), _regions(), TIES, cluster="pair").set_index(["key", "region"])
    carec, asean = (each.label for each in _regions())
    ratios = {
        "asked": _in_words(checks.loc[("as_asked", carec)]),
        "legacy": _in_words(checks.loc[("legacy", carec)]),
        "asean": _in_words(checks.loc[("as_asked", asean)]),
        "share": f"{indices(_traded(), _regions()[0]).intra_regional_share:.1%}",
    }
    return "\n".join(
        f"- **{letter}.** {each['text'].format(**ratios)}" for letter, each in HINTS["4.5"]["sentences"].items()
    )


def _regions() -> tuple[Region, Region]:
    return region("CAREC", _YEAR, ["CHN"]), region("ASEAN", _YEAR)


@cache
def _traded() -> pd.DataFrame:
    return trade_by_partner("goods", _YEAR)


@cache
def _fit() -> Gravity:
    inside = together(_regions())
    pairs = gravity_pairs(_traded(), load("distances"), inside)
    return gravity(pairs, equation(["log_distance", *TIES, *inside]), "pair")


@cache
def _dropped() -> pd.DataFrame:
    return dropping_each(_traded(), load("distances"), _regions(), TIES, cluster="pair")


def _share_of_asean(answer: Any) -> str:
    found, carec = indices(_traded(), _regions()[1]), indices(_traded(), _regions()[0])
    right = found.intra_regional_share
    return compare(
        "4.1",
        number(answer),
        right,
        per_cent=100 * right,
        exports=found.intra_regional_share_exports,
        imports=found.intra_regional_share_imports,
        once=right / 2,
        carec=carec.intra_regional_share,
    )


def _without_singapore(answer: Any) -> str:
    asean = _regions()[1]
    rest = [code for code in asean.members if code != "SGP"]
    right = indices(_traded(), region(rest)).intra_regional_share
    return compare(
        "4.2",
        number(answer),
        right,
        per_cent=100 * right,
        once=right / 2,
        vanished=_holed(rest),
        with_singapore=indices(_traded(), asean).intra_regional_share,
        china=indices(_traded(), _regions()[0]).intra_regional_share,
    )


def _holed(rest: Sequence[str]) -> float:
    """Return the share if all rows with Singapore are thrown away."""
    kept = _traded()[~(_traded()["exporter"].eq("SGP") | _traded()["importer"].eq("SGP"))]
    return indices(kept, region(rest)).intra_regional_share


def _times(answer: Any) -> str:
    given = several(answer, 3, "low end, estimate and high end, in times as much")
    ends, other = (
        _fit().coefficients.set_index("term").loc[term, ["low", "coefficient", "high"]].to_numpy(dtype=float)
        for term in ("within_region", "within_benchmark")
    )
    right = np.exp(ends)
    row = expected_within(_fit(), _regions()).iloc[0]
    conditional = (row[f"{_RATIO}_low"], row[_RATIO], row[f"{_RATIO}_high"])
    mistakes = {
        "coefficients": ends,
        "more": right - 1,
        "per_cent": 100 * (right - 1),
        "powers_of_two": 2**ends,
        "benchmark": np.exp(other),
        "high_first": right[::-1],
        "estimate_first": right[[1, 0, 2]],
        "conditional": conditional,
    }
    return compare("4.3", given, tuple(right), **{name: tuple(each) for name, each in mistakes.items()})


def _hanging(answer: Any) -> str:
    table = _dropped()
    low, high = table[f"{_RATIO}_low"], table[f"{_RATIO}_high"]
    holds = (low < 1) & (high > 1)
    carec = table["region"].eq(_regions()[0].label)
    named = {
        "right": holds,
        "firm": ~holds,
        "carec_only": holds & carec,
        "asean_only": holds & ~carec,
        "below": table[_RATIO] < 1,
        "above": table[_RATIO] > 1,
    }
    found = {name: frozenset(table.loc[rows, "iso3"]) for name, rows in named.items()}
    return compare("4.4", codes(answer), found.pop("right"), **found)


def _in_words(row: pd.Series) -> str:
    interval = f"{row[f'{_RATIO}_low']:.2f} to {row[f'{_RATIO}_high']:.2f}"
    return f"{row[_RATIO]:.2f} times what is expected (95% interval {interval})"


EXERCISES: dict[str, Callable[[Any], str]] = {
    "4.1": _share_of_asean,
    "4.2": _without_singapore,
    "4.3": _times,
    "4.4": _hanging,
    "4.5": lambda answer: honest("4.5", answer),
}
"""Number of the exercise to its check, which returns a hint, or nothing if the answer is right."""
