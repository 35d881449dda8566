"""Does a student's answer have the form that was asked for, and what does the check say of it?"""

import math
import numbers
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from carec_digital_trade.economies import iso3
from carec_digital_trade.errors import InputError


class Unfit(Exception):  # noqa: N818  (no error of the program: it carries a hint)
    """An answer does not have the form that was asked for; the message is the hint."""


class Empty(Exception):  # noqa: N818
    """There is no answer yet."""


@dataclass(frozen=True)
class Verdict:
    """What a check says.

    Attributes
    ----------
    exercise : str
        Number of the exercise, such as "1.2".
    hint : str
        Where to look, in one or two sentences; empty if the answer is right.
    """

    exercise: str
    hint: str

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return not self.hint

    def __repr__(self) -> str:
        return f"Exercise {self.exercise}: right." if self.right else f"Exercise {self.exercise}: not yet. {self.hint}"

    def _repr_markdown_(self) -> str:
        outcome = "**right.**" if self.right else f"**not yet.** {self.hint}"
        return f"Exercise {self.exercise}: {outcome}"


def there(answer: Any) -> Any:
    """Return an answer, or raise `Empty` for three dots, None or a text without a letter."""
    if answer is ... or answer is None or (isinstance(answer, str) and not re.search(r"\w", answer)):
        raise Empty
    return answer


def number(answer: Any) -> float:
    """Read an answer that is one number.

    Parameters
    ----------
    answer : Any
        A number, or a Series or array of one.

    Returns
    -------
    float
        Not missing.

    Raises
    ------
    Unfit
        If it is something else.
    """
    if isinstance(answer, pd.Series | pd.DataFrame | np.ndarray) and answer.size == 1:
        answer = np.asarray(answer).item()
    if isinstance(answer, str):
        raise Unfit("The answer is a number: write it without quotes and without its unit.")
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        raise Unfit(f"The answer is one number and yours is a {_kind(answer)}: take the one value out of it.")
    if math.isnan(answer):
        raise Unfit("Your number is missing (NaN): see which value it was made from, and whether that one is there.")
    return float(answer)


def several(answer: Any, count: int, what: str) -> tuple[float, ...]:
    """Read an answer that is several numbers.

    Parameters
    ----------
    answer : Any
        A tuple, list, Series or array.
    count : int
        How many.
    what : str
        What they are, for the hint.

    Returns
    -------
    tuple of float
        In the order given.

    Raises
    ------
    Unfit
        If there are more or fewer, or they are no numbers.
    Empty
        If one is still three dots.
    """
    items = list(answer) if isinstance(answer, tuple | list | pd.Series | np.ndarray) else [answer]
    if any(item is ... for item in items):
        raise Empty
    if len(items) != count:
        raise Unfit(f"The answer is {count} numbers in brackets: {what}.")
    return tuple(number(item) for item in items)


def codes(answer: Any) -> frozenset[str]:
    """Read an answer that is a list of economies.

    Parameters
    ----------
    answer : Any
        Codes or names; the order does not matter.

    Returns
    -------
    frozenset of str
        ISO 3166-1 alpha-3.

    Raises
    ------
    Unfit
        If it is no list, or an economy is unknown.
    """
    try:
        return frozenset(iso3(item) for item in _items(answer, "codes, such as ['KAZ', 'UZB']"))
    except InputError as error:
        raise Unfit(f"One entry of your list cannot be read: {error}.") from None


def years(answer: Any) -> frozenset[int]:
    """Read an answer that is a list of years.

    Parameters
    ----------
    answer : Any
        Years; the order does not matter.

    Returns
    -------
    frozenset of int
        The years.

    Raises
    ------
    Unfit
        If it is no list of whole numbers.
    """
    items = _items(answer, "years, such as [2010, 2011]")
    if not all(isinstance(item, numbers.Integral) and not isinstance(item, bool) for item in items):
        raise Unfit("The answer is a list of years, such as [2010, 2011]: an entry of yours is no year.")
    return frozenset(int(item) for item in items)


def letters(answer: Any, known: str) -> frozenset[str]:
    """Read an answer that is a choice of letters.

    Parameters
    ----------
    answer : Any
        Such as "AC", "a, c" or ["A", "C"].
    known : str
        The letters that there are.

    Returns
    -------
    frozenset of str
        Capital letters.

    Raises
    ------
    Unfit
        If it holds anything else.
    """
    items = [answer] if isinstance(answer, str) else _items(answer, "letters, such as ['A', 'C']")
    chosen = frozenset("".join(map(str, items)).upper()) - set(" ,;")
    if not chosen or not chosen <= set(known):
        raise Unfit(f'The answer is letters from {known[0]} to {known[-1]} in quotes, such as "{known[0]}{known[2]}".')
    return chosen


def outcomes(answer: Any, cases: Sequence[Any]) -> list[Any]:
    """Run an answer that is a function.

    Parameters
    ----------
    answer : Any
        A function of one argument.
    cases : sequence
        Arguments; each call gets a copy.

    Returns
    -------
    list
        What it returns for each.

    Raises
    ------
    Unfit
        If it is no function, or stops with an error.
    Empty
        If it never returns anything.
    """
    if not callable(answer):
        raise Unfit("The answer is a function: give its name without brackets, and not what it returns.")
    try:
        found = [answer(case.copy()) for case in cases]
    except Exception as error:  # a student's function may raise anything
        raise Unfit(f"Your function stops with {type(error).__name__}: {error}. Try it on the data of CAREC.") from None
    if all(each is None for each in found):
        raise Empty
    return found


def _items(answer: Any, what: str) -> list[Any]:
    if not isinstance(answer, list | tuple | set | frozenset | pd.Series | pd.Index | np.ndarray):
        raise Unfit(f"The answer is a list of {what}; yours is a {_kind(answer)}.")
    items = list(answer)
    if any(item is ... for item in items):
        raise Empty
    return items


def _kind(answer: Any) -> str:
    words = {"str": "text", "bool": "truth value", "list": "list", "tuple": "list", "function": "function"}
    return words.get(type(answer).__name__, type(answer).__name__)
