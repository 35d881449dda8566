"""Session 2: why does one region trade less, and what can a regression tell? The checks of its exercises."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.errors import nearest
from carec_digital_trade.gap import EQUATION, decompose, estimate, expected_trade, trade_panel, with_covariates
from carec_digital_trade.gap.decomposition import Decomposition
from carec_digital_trade.prose import percent
from carec_digital_trade.regions import region
from carec_digital_trade.teaching.answers import Unfit, codes, number, several
from carec_digital_trade.teaching.comparing import HINTS, compare, honest

_INCOME, _INTERNET = "log_gdp_per_person", "internet_users_10_points"


def sentences_to_judge() -> str:
    """Return the sentences of exercise 2.5.

    Returns
    -------
    str
        A list in Markdown, each with its letter; the numbers are those of the estimates in the package.
    """
    between = _in_words(_coefficient(_INTERNET, "internet_users_pct"))
    within = _in_words(_coefficient(_INTERNET, "internet_users_pct", economy_effects=True))
    explained = estimate(trade_panel(), with_covariates(EQUATION, ["internet_users_pct"])).r2
    numbers = {"explained": percent(explained, 0), "unexplained": percent(1 - explained, 0)}
    return "\n".join(
        f"- **{letter}.** {each['text'].format(between=between, within=within, **numbers)}"
        for letter, each in HINTS["2.5"]["sentences"].items()
    )


@cache
def _split() -> Decomposition:
    return decompose(region("CAREC", exclude=["CHN"]), region("ASEAN", exclude=["SGP"]))


@cache
def _coefficient(term: str, *covariates: Any, economy_effects: bool = False) -> pd.Series:
    """Return low, coefficient and high of a term of the trade equation."""
    fitted = estimate(trade_panel(), with_covariates(EQUATION, covariates), economy_effects=economy_effects)
    return fitted.coefficients.set_index("term").loc[term, ["low", "coefficient", "high"]]


def _largest_factor(answer: Any) -> str:
    share = _split().table.set_index("factor")["share_of_gap"].sort_values(ascending=False)
    if not isinstance(answer, str):
        raise Unfit("The answer is the name of a factor in quotes, as it stands in the column factor.")
    name = answer.strip().casefold().replace(" ", "_")
    if name not in share.index:
        raise Unfit(f"There is no factor {answer!r} in the column factor{nearest(name, share.index)}.")
    giants = decompose(region("CAREC"), region("ASEAN")).table.set_index("factor")["contribution"].abs()
    return compare("2.1", name, share.index[0], giants_in=giants.idxmax())


def _other_factor(answer: Any) -> str:
    split = _split()
    row = split.table.set_index("factor").loc["trade_per_gdp"]
    ratio = row["benchmark_value"] / row["region_value"]
    return compare(
        "2.2",
        number(answer),
        split.region_trade * ratio,
        added_up=split.region_trade - row["contribution"],
        contribution=-row["contribution"],
        increase=split.region_trade * (ratio - 1),
        upside_down=split.region_trade / ratio,
        benchmark=split.benchmark_trade,
        benchmark_ratio=split.benchmark_trade / ratio,
        billion=split.region_trade * ratio / 1000,
    )


def _doubling(answer: Any) -> str:
    given = several(answer, 3, "low end, estimate and high end, in per cent")
    ends, people = (_coefficient(term).to_numpy() for term in (_INCOME, "log_population"))
    right = 100 * (2**ends - 1)
    mistakes = {
        "small_steps": 100 * ends,
        "coefficients": ends,
        "base_e": 100 * np.expm1(ends),
        "level": 100 * 2**ends,
        "factor": 2**ends,
        "fraction": right / 100,
        "double": 100 * 2 * ends,
        "high_first": right[::-1],
        "estimate_first": right[[1, 0, 2]],
        "population": 100 * (2**people - 1),
    }
    return compare("2.3", given, tuple(right), **{name: tuple(each) for name, each in mistakes.items()})


def _outside(answer: Any) -> str:
    carec, asean = (frozenset(region(name).members) for name in ("CAREC", "ASEAN"))
    everywhere = expected_trade(trade_panel()).set_index("iso3")
    table = everywhere.loc[[*carec, *asean]]
    by_position = {name: frozenset(rows) for name, rows in table.groupby("position").groups.items()}
    below, above = (by_position.get(name, frozenset()) for name in ("below", "above"))
    below_one = frozenset(table.index[table["actual_over_expected"] < 1])
    return compare(
        "2.4",
        codes(answer),
        below | above,
        below_one=below_one,
        above_one=frozenset(table.index) - below_one,
        within=by_position["within"],
        below=below,
        above=above,
        carec_only=(below | above) & carec,
        asean_only=(below | above) & asean,
        no_giants=(below | above) - {"CHN", "SGP"},
        world=frozenset(everywhere.index[everywhere["position"].isin(["above", "below"])]),
    )


def _in_words(row: pd.Series) -> SimpleNamespace:
    """Return the change that a coefficient stands for, its interval, and whether it can be told from none."""
    low, change, high = (f"{100 * np.expm1(row[name]):+.1f}%" for name in ("low", "coefficient", "high"))
    apart = f"which is {'' if row['low'] * row['high'] > 0 else 'not '}distinguishable from no difference"
    return SimpleNamespace(change=change, interval=f"{low} to {high}", told_apart=apart)


EXERCISES: dict[str, Callable[[Any], str]] = {
    "2.1": _largest_factor,
    "2.2": _other_factor,
    "2.3": _doubling,
    "2.4": _outside,
    "2.5": lambda answer: honest("2.5", answer),
}
"""Number of the exercise to its check, which returns a hint, or nothing if the answer is right."""
