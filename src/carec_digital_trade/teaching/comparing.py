"""Is an answer right and, if not, which hint fits?

The hints stand in ``hints.toml``: for each exercise where to start, one for each typical mistake, and one otherwise.
"""

import math
import numbers
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from carec_digital_trade.teaching.answers import letters

TOLERANCE = 0.005
"""Relative: an answer rounded to three digits is right, and the mistakes that a hint names lie further off."""

FEWEST_DIGITS = 2
"""Significant ones, to which an answer may be rounded."""

HINTS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("hints.toml").read_text(encoding="utf-8"))
"""Number of the exercise to its hints by name."""


def compare(exercise: str, answer: Any, right: Any, **mistakes: Any) -> str:
    """Return the hint for an answer.

    Parameters
    ----------
    exercise : str
        Number of the exercise.
    answer, right : float, sequence of float, or anything else
        Numbers agree within `TOLERANCE` or if the answer is the right one rounded, anything else if it is equal.
    **mistakes
        Name of a hint to what comes out if the mistake is made. Of those that agree with the answer, the nearest gives
        the hint; of two as near, the first.

    Returns
    -------
    str
        Empty if the answer is right.
    """
    if _same(answer, right):
        return ""
    made = {
        name: abs(answer - wrong) if isinstance(answer, float) else 0.0
        for name, wrong in mistakes.items()
        if _same(answer, wrong)
    }
    return HINTS[exercise][min(made, key=made.__getitem__) if made else "otherwise"]


def honest(exercise: str, answer: Any) -> str:
    """Return the hint for an answer that names the honest ones among an exercise's sentences.

    Parameters
    ----------
    exercise : str
        Number of the exercise; a sentence that is not honest has a hint of its own.
    answer : Any
        Letters.

    Returns
    -------
    str
        Empty if the answer is right.
    """
    sentences = HINTS[exercise]["sentences"]
    chosen = letters(answer, "".join(sentences))
    if faults := [letter for letter in sorted(chosen) if "hint" in sentences[letter]]:
        return f"{faults[0]}: {sentences[faults[0]]['hint']}"
    right = {letter for letter, each in sentences.items() if "hint" not in each}
    return "" if chosen == right else HINTS[exercise]["otherwise"]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, numbers.Real):
        return math.isclose(one, other, rel_tol=TOLERANCE) or _is_rounded(one, other)
    return type(one) is type(other) and one == other


def _is_rounded(answer: float, number: float) -> bool:
    """Say whether an answer is a number rounded to as many significant digits as the answer shows."""
    if not math.isfinite(answer):
        return False
    digits = len(Decimal(repr(float(answer))).normalize().as_tuple().digits)
    return digits >= FEWEST_DIGITS and float(f"{number:.{digits - 1}e}") == answer
