"""A file from an address: with time-outs, with retries that back off and end, and never more than was expected."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any, TypeVar

from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.importers.source import Progress, quiet

Result = TypeVar("Result")
_CHUNK = 1 << 14
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


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
        Seconds that the whole of a file may take, looked at every 16 kB.
    first_wait, longest_wait : float
        Seconds before the second attempt, doubled before each later one up to the longest. A server that asks for more
        than the longest ends it.
    """

    attempts: int = 5
    timeout: float = 30.0
    longest: float = 3600.0
    first_wait: float = 1.0
    longest_wait: float = 60.0


def download(
    address: str, target: Path, largest: int, patience: Patience | None = None, progress: Progress = quiet
) -> None:
    """Download a file.

    Parameters
    ----------
    address : str
        Beginning with https:// or http://.
    target : pathlib.Path
        File to write; what an attempt leaves is replaced by the next one.
    largest : int
        Bytes that it may have.
    patience : Patience, optional
        When to give up.
    progress : callable
        Is told the bytes that have come, and how many there are if the server says so.

    Raises
    ------
    InputError
        If the address is none.
    SourceError
        If the file does not come, or is too large.
    """
    if not address.startswith(("https://", "http://")):
        raise InputError(f"{address!r} is no address: it must begin with https:// or http://")
    patience = patience or Patience()
    persist(lambda: _attempt(address, target, largest, patience, progress), patience)


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


def status_problem(address: str, status: int, reason: str, headers: Any) -> Exception:
    """Return what to raise for an answer that is not the file.

    Parameters
    ----------
    address : str
        Who was asked.
    status : int
        HTTP status.
    reason : str
        Its text.
    headers : mapping
        Of the answer.

    Returns
    -------
    Transient or SourceError
        Too many requests (429) and errors of the server (5xx) may pass, others will not.
    """
    sentence = f"{address} answered {status} {reason}".rstrip()
    if status == _TOO_MANY_REQUESTS or status >= _SERVER_ERROR:
        return Transient(sentence, _retry_after(headers.get("Retry-After", "")))
    return SourceError(sentence)


def _attempt(address: str, target: Path, largest: int, patience: Patience, progress: Progress) -> None:
    # Both are slow to import and needed only here.
    import pooch  # noqa: PLC0415
    import requests  # noqa: PLC0415

    answers: list[Any] = []
    hooks = {"response": lambda answer, **_options: answers.append(answer)}
    with target.open("wb") as file:
        watch = _Watch(address, file, largest, time.monotonic() + patience.longest, progress)
        try:
            pooch.HTTPDownloader(watch, chunk_size=_CHUNK, timeout=patience.timeout, hooks=hooks)(address, file, None)
        except requests.HTTPError as error:
            answer = error.response
            raise status_problem(address, answer.status_code, answer.reason, answer.headers) from None
        except requests.Timeout:
            raise Transient(f"{address} did not answer within {patience.timeout:g} seconds") from None
        except requests.exceptions.InvalidURL:
            raise InputError(f"{address!r} is no address") from None
        except requests.exceptions.ChunkedEncodingError:
            raise Transient(f"{address} broke off before the end of the file") from None
        except requests.RequestException as error:
            raise Transient(unreachable(address, error)) from None
        finally:
            for answer in answers:
                answer.close()


def unreachable(address: str, error: Exception) -> str:
    """Say that nobody answers at an address.

    Parameters
    ----------
    address : str
        Who was asked.
    error : Exception
        What requests raised.

    Returns
    -------
    str
        With the innermost reason, such as "Connection refused", which stands last in a chain of wrapped errors.
    """
    numbered, quoted = str(error).rpartition("] "), re.findall(r"'([^']+)'", str(error))
    reason = numbered[2].rstrip("')\"") if numbered[1] else [type(error).__name__, *quoted][-1]
    return f"{address} cannot be reached ({reason})"


def _retry_after(text: str) -> float:
    """Return the seconds that a Retry-After header asks for, which gives them or a date."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0


@dataclass
class _Watch:
    """What pooch takes for a progress bar: passes progress on, and stops a file that is too large or takes too long."""

    address: str
    file: IO[bytes]
    largest: int
    deadline: float
    progress: Progress
    total: int = 0

    def update(self, _bytes: int) -> None:
        done = self.file.tell()
        if max(done, self.total) > self.largest:
            raise SourceError(f"{self.address} sends more than {self.largest / 1e9:,.2f} GB, which cannot be its file")
        if time.monotonic() > self.deadline:
            raise SourceError(f"{self.address} is too slow: only {done:,} bytes came in the time allowed")
        self.progress(done, self.total or None)

    def reset(self) -> None:
        """Do nothing at the end of the file."""

    def close(self) -> None:
        """Do nothing at the end of the file."""
