"""A source asked over the network: with time-outs, with retries that back off and end, never more than was expected."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.importers.storing import Progress, quiet

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
    """Give an action, which asks an address, no more than some seconds, and return what it returns.

    A server can send a byte at a time for ever, in the headers of its answer too, so the action is left alone then.

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
    import requests  # noqa: PLC0415  (slow to import, and needed only here)

    if not address.startswith(("https://", "http://")):
        raise InputError(f"{address!r} is no address: it must begin with https:// or http://")
    patience = patience or Patience()

    def attempt() -> None:
        with (
            asking(address, patience, "the file"),
            requests.get(address, stream=True, timeout=patience.timeout) as answer,
            target.open("wb") as file,
        ):
            if not answer.ok:
                raise status_problem(address, answer.status_code, answer.reason, answer.headers)
            for part in parts(answer, address, largest, patience, progress):
                file.write(part)

    persist(attempt, patience)


def status_problem(address: str, status: int, reason: str, headers: Any) -> Exception:
    """Return what to raise for an answer that is not the file.

    Parameters
    ----------
    address : str
        Who was asked.
    status, reason : int, str
        HTTP status and its text.
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


def parts(answer: Any, address: str, largest: int, patience: Patience, progress: Progress = quiet) -> Iterator[bytes]:
    """Read the body of an answer.

    Parameters
    ----------
    answer : requests.Response
        Whose body has not been read.
    address, largest, patience, progress
        As for `download`; the bytes are those unpacked, if the server packs them.

    Yields
    ------
    bytes
        The next part.

    Raises
    ------
    SourceError
        If it is too large, or takes too long.
    """
    announced, done, start = answer.headers.get("Content-Length", ""), 0, time.monotonic()
    total = int(announced) if announced.isdecimal() and len(announced) < 20 else None
    for part in answer.iter_content(_CHUNK):
        done += len(part)
        if max(done, total or 0) > largest:
            raise SourceError(f"{address} sends more than {largest / 1e9:,.2f} GB, which cannot be its file")
        if time.monotonic() - start > patience.longest:
            raise SourceError(f"{address} is too slow: only {done:,} bytes came in the time allowed")
        yield part
        progress(done, total)


@contextmanager
def asking(address: str, patience: Patience, what: str) -> Iterator[None]:
    """Turn what requests raises into what is to be said, and done, about it.

    Parameters
    ----------
    address : str
        Who is asked.
    patience : Patience
        How long an attempt waits.
    what : str
        What is asked for, such as "the file".

    Raises
    ------
    Transient
        If another attempt may help.
    SourceError
        If it will not, as where a certificate is not trusted.
    InputError
        If the address is none.
    """
    from requests import exceptions  # noqa: PLC0415

    try:
        yield
    except exceptions.Timeout:
        raise Transient(f"{address} did not answer within {patience.timeout:g} seconds") from None
    except exceptions.InvalidURL:
        raise InputError(f"{address!r} is no address") from None
    except (exceptions.ChunkedEncodingError, exceptions.ContentDecodingError):
        raise Transient(f"{address} broke off before the end of {what}") from None
    except exceptions.RequestException as error:
        # The innermost reason, such as "Connection refused", stands last in a chain of wrapped errors.
        numbered, quoted = str(error).rpartition("] "), re.findall(r"'([^']+)'", str(error))
        reason = numbered[2].rstrip("')\"") if numbered[1] else [type(error).__name__, *quoted][-1]
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise _untrusted(address, reason) from None
        raise Transient(f"{_cannot_be('reached', address)} ({reason})") from None
    except OSError as error:
        if error.errno is None:  # requests does not find the file of authorities that it was told of
            raise _untrusted(address, str(error)) from None
        raise


def _cannot_be(what: str, address: str) -> str:
    """Name an address and the proxy that it is asked through, without the password that the proxy's may hold."""
    from requests import utils  # noqa: PLC0415

    proxy = utils.select_proxy(address, utils.get_environ_proxies(address))
    through = f" through the proxy {urlsplit(proxy).netloc.rpartition('@')[2]}" if proxy else ""
    return f"{address} cannot be {what}{through}"


def _untrusted(address: str, reason: str) -> SourceError:
    from requests import certs  # noqa: PLC0415

    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certs.where()
    return SourceError(
        f"{_cannot_be('trusted', address)}: no authority of {bundle} vouches for its certificate ({reason}); where a "
        f"network has an authority of its own, name its file in REQUESTS_CA_BUNDLE"
    )


def _retry_after(text: str) -> float:
    """Return the seconds that a Retry-After header asks for, which gives them or a date."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
