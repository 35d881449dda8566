"""Teaching: the checks that the notebooks of the four sessions call, and the command that builds these notebooks.

A check compares an answer with what the library makes of the data, and gives a hint where the answer is a mistake that
students make.
"""

from typing import Any

from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.teaching import concentration_session, gap_session, integration_session, scenario_session
from carec_digital_trade.teaching.answers import Empty, Unfit, Verdict, there
from carec_digital_trade.teaching.comparing import HINTS
from carec_digital_trade.teaching.gap_session import sentences_to_judge
from carec_digital_trade.teaching.integration_session import sentences_on_integration
from carec_digital_trade.teaching.scenario_session import DRAWS, SEED

EXERCISES = {
    **concentration_session.EXERCISES,
    **gap_session.EXERCISES,
    **scenario_session.EXERCISES,
    **integration_session.EXERCISES,
}
"""Number of the exercise to its check, which returns a hint, or nothing if the answer is right."""

__all__ = ["DRAWS", "EXERCISES", "HINTS", "SEED", "Verdict", "check", "sentences_on_integration", "sentences_to_judge"]


def check(exercise: str, answer: Any) -> Verdict:
    """Say whether an answer is right and, if not, where to look.

    Parameters
    ----------
    exercise : str
        Number, such as "1.2".
    answer : Any
        The student's answer; three dots, None or an empty text stand for none yet.

    Returns
    -------
    Verdict
        A notebook shows it as a sentence.

    Raises
    ------
    InputError
        If there is no such exercise.
    """
    if exercise not in EXERCISES:
        known = ", ".join(EXERCISES)
        raise InputError(f"there is no exercise {exercise!r}: the exercises are {known}{nearest(exercise, EXERCISES)}")
    try:
        return Verdict(exercise, EXERCISES[exercise](there(answer)))
    except Empty:
        return Verdict(exercise, f"Nothing here yet. {HINTS[exercise]['start']}")
    except Unfit as form:
        return Verdict(exercise, str(form))
