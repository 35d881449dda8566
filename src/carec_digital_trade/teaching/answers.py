"""Is a student's answer right and, if not, which hint fits? What the checks of all sessions share."""

import math
import numbers
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from carec_digital_trade.teaching.forms import Empty, Unfit

TOLERANCE = 0.005
"""Relative: an answer rounded to three digits is right, and the mistakes that a hint names lie further off."""


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


@dataclass(frozen=True)
class Exercise:
    """How an exercise is checked.

    Attributes
    ----------
    start : str
        With what to begin, for an answer that is still empty.
    hint : callable
        Takes the answer, returns the hint that fits or an empty text if it is right; raises `Unfit` for an answer of
        another form and `Empty` for one that is not there yet.
    """

    start: str
    hint: Callable[[Any], str]

    def verdict(self, number: str, answer: Any) -> Verdict:
        """Judge an answer.

        Parameters
        ----------
        number : str
            Of the exercise.
        answer : Any
            Whatever the student has written.

        Returns
        -------
        Verdict
            Right, or a hint.
        """
        try:
            return Verdict(number, self.hint(_there(answer)))
        except Empty:
            return Verdict(number, f"Nothing here yet. {self.start}")
        except Unfit as form:
            return Verdict(number, str(form))


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer.

    Attributes
    ----------
    answer : Any
        What comes out if it is made.
    hint : str
        What to look at.
    """

    answer: Any
    hint: str


def compare(answer: Any, right: Any, mistakes: Iterable[Mistake], otherwise: str) -> str:
    """Return the hint for an answer.

    Parameters
    ----------
    answer, right : float, sequence of float, or anything else
        Numbers agree within `TOLERANCE`, anything else if it is equal.
    mistakes : iterable of Mistake
        Of those that agree with the answer, the nearest gives the hint; of two as near, the first.
    otherwise : str
        Hint for any other wrong answer.

    Returns
    -------
    str
        Empty if the answer is right.
    """
    if _same(answer, right):
        return ""
    made = [mistake for mistake in mistakes if _same(answer, mistake.answer)]
    return min(made, key=lambda mistake: _distance(answer, mistake.answer)).hint if made else otherwise


def _there(answer: Any) -> Any:
    if answer is ... or answer is None or (isinstance(answer, str) and not re.search(r"\w", answer)):
        raise Empty
    return answer


def _distance(one: Any, other: Any) -> float:
    """Return how far apart two numbers are; answers of another kind that agree are the same."""
    return abs(one - other) if isinstance(one, float) else 0.0


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, numbers.Real):
        return math.isclose(one, other, rel_tol=TOLERANCE)
    return type(one) is type(other) and one == other
