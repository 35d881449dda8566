"""A file from an address: with time-outs, with retries that back off and end, and never more than was expected."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from carec_digital_trade.errors import InputError
from carec_digital_trade.importers.patience import Patience, SourceError, Transient, persist
from carec_digital_trade.importers.source import Progress, quiet

_CHUNK = 1 << 14
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


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


def parts(answer: Any, address: str, largest: int, patience: Patience, progress: Progress = quiet) -> Iterator[bytes]:
    """Read the body of an answer.

    Parameters
    ----------
    answer : requests.Response
        Whose body has not been read.
    address : str
        Who answered.
    largest : int
        Bytes that it may have, unpacked if the server packs it.
    patience : Patience
        When to give up.
    progress : callable
        Is told the bytes that have come, and how many there are if the server says so.

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
    from requests import exceptions  # noqa: PLC0415  (slow to import, and needed only here)

    try:
        yield
    except exceptions.Timeout:
        raise Transient(f"{address} did not answer within {patience.timeout:g} seconds") from None
    except exceptions.InvalidURL:
        raise InputError(f"{address!r} is no address") from None
    except (exceptions.ChunkedEncodingError, exceptions.ContentDecodingError):
        raise Transient(f"{address} broke off before the end of {what}") from None
    except exceptions.RequestException as error:
        raise _unreachable(address, error) from None
    except OSError as error:
        if error.errno is None:  # requests does not find the file of authorities that it was told of
            raise _untrusted(address, str(error)) from None
        raise


def _attempt(address: str, target: Path, largest: int, patience: Patience, progress: Progress) -> None:
    import requests  # noqa: PLC0415  (slow to import, and needed only here)

    with (
        asking(address, patience, "the file"),
        requests.get(address, stream=True, timeout=patience.timeout) as answer,
        target.open("wb") as file,
    ):
        if not answer.ok:
            raise status_problem(address, answer.status_code, answer.reason, answer.headers)
        for part in parts(answer, address, largest, patience, progress):
            file.write(part)


def _unreachable(address: str, error: Exception) -> Exception:
    """Say that nobody answers at an address, with the innermost reason, which stands last in a chain of wrapped errors.

    Such a reason is "Connection refused".
    """
    numbered, quoted = str(error).rpartition("] "), re.findall(r"'([^']+)'", str(error))
    reason = numbered[2].rstrip("')\"") if numbered[1] else [type(error).__name__, *quoted][-1]
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return _untrusted(address, reason)
    return Transient(f"{address} cannot be reached{_through(address)} ({reason})")


def _untrusted(address: str, reason: str) -> SourceError:
    from requests import certs  # noqa: PLC0415

    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certs.where()
    return SourceError(
        f"{address} cannot be trusted{_through(address)}: no authority of {bundle} vouches for its certificate "
        f"({reason}); where a network has an authority of its own, name its file in REQUESTS_CA_BUNDLE"
    )


def _through(address: str) -> str:
    """Name the proxy that an address is asked through, without the password that its address may hold."""
    from requests import utils  # noqa: PLC0415

    proxy = utils.select_proxy(address, utils.get_environ_proxies(address))
    return f" through the proxy {urlsplit(proxy).netloc.rpartition('@')[2]}" if proxy else ""


def _retry_after(text: str) -> float:
    """Return the seconds that a Retry-After header asks for, which gives them or a date."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
