"""How long, and how often, a source is asked before it is given up."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from carec_digital_trade.errors import DataError

Result = TypeVar("Result")


class SourceError(DataError):
    """A source could not be reached, or sent something else than its figures."""


class Transient(Exception):  # noqa: N818  (a signal between functions, which no user sees)
    """What may be over at the next attempt; carries the sentence and the seconds that the server asks to wait."""

    def __init__(self, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.wait = wait


@dataclass(frozen=True)
class Patience:
    """How long to wait for a source.

    Attributes
    ----------
    attempts : int
        Before giving up.
    timeout : float
        Seconds without a byte after which an attempt is over.
    longest : float
        Seconds that all of it may take, whatever the source does.
    first_wait, longest_wait : float
        Seconds before the second attempt, doubled before each later one up to the longest. A server that asks for more
        than the longest ends it.
    """

    attempts: int = 5
    timeout: float = 30.0
    longest: float = 3600.0
    first_wait: float = 1.0
    longest_wait: float = 60.0


def persist(action: Callable[[], Result], patience: Patience) -> Result:
    """Repeat what may fail for a while.

    Parameters
    ----------
    action : callable
        Raises `Transient` if another attempt may help.
    patience : Patience
        How often, and how long to wait in between.

    Returns
    -------
    object
        What the action returns.

    Raises
    ------
    SourceError
        If it fails at the last attempt, or the server asks to wait too long.
    """
    for attempt in range(1, patience.attempts + 1):
        try:
            return action()
        except Transient as error:
            wait = max(error.wait, min(patience.first_wait * 2 ** (attempt - 1), patience.longest_wait))
            if wait > patience.longest_wait:
                raise SourceError(f"{error} and asks to wait {wait:,.0f} seconds: try again later") from None
            if attempt == patience.attempts:
                again = f", at the last of {attempt} attempts" if attempt > 1 else ""
                raise SourceError(f"{error}{again}") from None
            time.sleep(wait)
    raise AssertionError  # the last attempt returns or raises


def within(seconds: float, address: str, action: Callable[[], Result]) -> Result:
    """Give an action no more than a certain time.

    A server can send a byte at a time for ever, in the headers of its answer too, so the action is left alone then.

    Parameters
    ----------
    seconds : float
        The time.
    address : str
        Who is asked.
    action : callable
        What asks.

    Returns
    -------
    object
        What the action returns.

    Raises
    ------
    SourceError
        If it has not come back; and whatever it raises itself.
    """
    outcome: Future[Result] = Future()

    def work() -> None:
        try:
            outcome.set_result(action())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        return outcome.result(seconds)
    except TimeoutError:
        raise SourceError(f"{address} is too slow: not all of it came within {seconds:,.10g} seconds") from None
