"""Session 2: why does one region trade less, and what can a regression tell? The checks of its exercises."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.errors import nearest
from carec_digital_trade.gap import EQUATION, decompose, estimate, expected_trade, trade_panel, with_covariates
from carec_digital_trade.gap.decomposition import Decomposition
from carec_digital_trade.prose import percent
from carec_digital_trade.regions import region
from carec_digital_trade.teaching.answers import Exercise, Mistake, compare
from carec_digital_trade.teaching.forms import Unfit, codes, letters, number, several

_INCOME, _INTERNET = "log_gdp_per_person", "internet_users_10_points"


@dataclass(frozen=True)
class Sentence:
    """A sentence about an estimate, to be judged.

    Attributes
    ----------
    text : str
        With the estimate's numbers.
    hint : str
        Why it claims too much; empty if it is honest.
    """

    text: str
    hint: str = ""


def sentences_to_judge() -> str:
    """Return the sentences of exercise 2.5.

    Returns
    -------
    str
        A list in Markdown, each with its letter; the numbers are those of the estimates in the package.
    """
    return "\n".join(f"- **{letter}.** {each.text}" for letter, each in _sentences().items())


def _split() -> Decomposition:
    return decompose(region("CAREC", exclude=["CHN"]), region("ASEAN", exclude=["SGP"]))


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
    return compare(
        name,
        share.index[0],
        [
            Mistake(
                giants.idxmax(),
                "That is the largest part with the giants in. Without them every part is negative, as the gap is: the "
                "part that is furthest from zero is the largest.",
            ),
        ],
        "There is a larger part: compare the three in the column share_of_gap.",
    )


def _other_factor(answer: Any) -> str:
    split = _split()
    row = split.table.set_index("factor").loc["trade_per_gdp"]
    ratio = row["benchmark_value"] / row["region_value"]
    contribution = -row["contribution"]
    added_up = (
        "You used the table's contribution. It shares out the whole gap, in which all factors change; here one changes "
        "and the others stay: go back to the product."
    )
    return compare(
        number(answer),
        split.region_trade * ratio,
        [
            Mistake(split.region_trade + contribution, added_up),
            Mistake(contribution, added_up),
            Mistake(split.region_trade * (ratio - 1), "That is the increase. The question asks for the trade itself."),
            Mistake(split.region_trade / ratio, "Your ratio is upside down: ASEAN's trade per GDP is the higher one."),
            Mistake(split.benchmark_trade, "That is ASEAN's trade. Only one factor changes, the others stay CAREC's."),
            Mistake(split.benchmark_trade / ratio, "That is ASEAN with CAREC's ratio. Start from CAREC's trade."),
            Mistake(split.region_trade * ratio / 1000, "That is USD billion. Give USD million."),
        ],
        "Trade is the product of the three factors: replace one of them by ASEAN's value and keep the other two.",
    )


def _doubling(answer: Any) -> str:
    ends = _coefficient(_INCOME).to_numpy()
    people = _coefficient("log_population").to_numpy()
    right = 100 * (2**ends - 1)
    return compare(
        several(answer, 3, "low end, estimate and high end, in per cent"),
        _triple(right),
        [
            Mistake(
                _triple(100 * ends),
                "An elasticity times 100% is good for small steps only. Doubling is a large one: what is done to trade "
                "when income is multiplied by 2?",
            ),
            Mistake(_triple(ends), "Those are the coefficients. What do they make of a doubling, in per cent?"),
            Mistake(_triple(100 * np.expm1(ends)), "That multiplies income by e. The question multiplies it by 2."),
            Mistake(_triple(100 * 2**ends), "Trade as it was is still in: 100% is no change."),
            Mistake(_triple(2**ends), "That is the factor on trade. By how many per cent is trade higher?"),
            Mistake(_triple(right / 100), "Those are fractions. Give per cent."),
            Mistake(_triple(100 * 2 * ends), "Doubling income does not double the elasticity: it is an exponent."),
            Mistake(_triple(right[::-1]), "Mind the order: the low end first."),
            Mistake(_triple(right[[1, 0, 2]]), "Mind the order: low end, estimate, high end."),
            Mistake(_triple(100 * (2**people - 1)), "That is population. Take the row of GDP per person."),
        ],
        "If log trade changes by b for each unit of log income, trade is multiplied by a power of 2 when income is "
        "doubled. Put the coefficient and both ends of its interval through the same formula.",
    )


def _outside(answer: Any) -> str:
    both = [*region("CAREC").members, *region("ASEAN").members]
    everywhere = expected_trade(trade_panel()).set_index("iso3")
    table = everywhere.loc[both]
    position = table["position"]
    outside = table.index[position.isin(["above", "below"])]
    below_one = table["actual_over_expected"] < 1
    beyond = "That is one side only: an economy can lie outside above or below."
    return compare(
        codes(answer),
        frozenset(outside),
        [
            Mistake(
                frozenset(table.index[below_one]),
                "Those are the members below 1. Most of them lie within their interval, so others like them trade as "
                "little: compare actual with low and high.",
            ),
            Mistake(frozenset(table.index[~below_one]), "Those are the members at 1 or above. Look at the interval."),
            Mistake(frozenset(table.index[position == "within"]), "Those lie within. The question asks who does not."),
            Mistake(frozenset(table.index[position == "below"]), beyond),
            Mistake(frozenset(table.index[position == "above"]), beyond),
            *(
                Mistake(
                    frozenset(outside) & frozenset(region(name).members),
                    "That is one of the two regions. The question asks for both, giants included.",
                )
                for name in ("CAREC", "ASEAN")
            ),
            Mistake(
                frozenset(outside) - {"CHN", "SGP"},
                "China and Singapore belong to the question: the regions are complete here.",
            ),
            Mistake(
                frozenset(everywhere.index[everywhere["position"].isin(["above", "below"])]),
                "Those are economies of the whole world. Keep the members of the two regions.",
            ),
        ],
        "Compare the column actual with low and high, for the members of both regions, or see what position says.",
    )


def _honest(answer: Any) -> str:
    sentences = _sentences()
    chosen = letters(answer, "".join(sentences))
    faults = [f"{letter}: {sentences[letter].hint}" for letter in sorted(chosen) if sentences[letter].hint]
    if faults:
        return faults[0]
    honest = {letter for letter, each in sentences.items() if not each.hint}
    return "" if chosen == honest else "What you chose is honest. There is another honest sentence."


def _sentences() -> dict[str, Sentence]:
    between = _coefficient(_INTERNET, "internet_users_pct")
    within = _coefficient(_INTERNET, "internet_users_pct", economy_effects=True)
    explained = estimate(trade_panel(), with_covariates(EQUATION, ["internet_users_pct"])).r2
    listed = [
        Sentence(
            "Ten percentage points more internet users change an economy's trade by "
            f"{_change(between['coefficient'])}.",
            "'Change' is a claim about causes, and the number stands without its interval. Who is compared with whom?",
        ),
        Sentence(
            "Economies with ten percentage points more internet users than others of their income and size differ in "
            f"trade by {_change(between['coefficient'])} (95% interval {_interval(between)}), {_told_apart(between)}.",
        ),
        Sentence(
            f"The interval, {_interval(between)}, includes zero: internet use has no effect on digital trade.",
            "Not distinguishable from zero is not zero: look at what else the interval holds. And 'effect' is a claim "
            "about causes.",
        ),
        Sentence(
            "Compared with itself in other years, an economy with ten percentage points more internet users differs in "
            f"trade by {_change(within['coefficient'])} (95% interval {_interval(within)}), {_told_apart(within)}.",
        ),
        Sentence(
            f"The equation explains {percent(explained, 0)} of the variance of log trade, so it predicts the trade of "
            f"a single economy to within some {percent(1 - explained, 0)}.",
            "The share explained is about all economies together. How wide were the intervals of a single one?",
        ),
    ]
    return dict(zip("ABCDE", listed, strict=True))


def _told_apart(row: pd.Series) -> str:
    return f"which is {'' if row['low'] * row['high'] > 0 else 'not '}distinguishable from no difference"


def _change(coefficient: float) -> str:
    return f"{100 * np.expm1(coefficient):+.1f}%"


def _interval(row: pd.Series) -> str:
    return f"{_change(row['low'])} to {_change(row['high'])}"


def _triple(values: np.ndarray) -> tuple[float, ...]:
    return tuple(map(float, values))


EXERCISES = {
    "2.1": Exercise("Look at the column share_of_gap of the first table.", _largest_factor),
    "2.2": Exercise("Write trade as the product of its three factors first, then change one.", _other_factor),
    "2.3": Exercise(
        "Start from the row of GDP per person: what happens to trade if income is multiplied by 2?",
        _doubling,
    ),
    "2.4": Exercise("Start from expected, and keep the members of both regions.", _outside),
    "2.5": Exercise(
        "Ask of each sentence: does it say what is compared, and could the data have shown it?",
        _honest,
    ),
}
"""Number of the exercise to its check."""
