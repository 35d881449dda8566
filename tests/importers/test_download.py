"""Downloads against a server that misbehaves: attempts back off and end, and nothing but the whole file is taken."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from local_server import Server, body, silence, status, trickle

from carec_digital_trade.errors import InputError
from carec_digital_trade.importers.download import Patience, SourceError, download

CONTENT = b"a,b\n" + b"1,2\n" * 100_000


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that are waited between attempts, which are not waited here."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    return found


def test_a_file_comes_whole_and_progress_is_told(server: Server, tmp_path: Path, hasty: Patience):
    told: list[tuple[int, int | None]] = []
    target = tmp_path / "file"
    download(server.serve("/f", body(CONTENT)), target, 10**6, hasty, lambda *each: told.append(each))
    assert target.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 3


def test_progress_without_a_length(server: Server, tmp_path: Path, hasty: Patience):
    told = []
    download(
        server.serve("/f", body(CONTENT, announce=False)), tmp_path / "f", 10**6, hasty, lambda *each: told.append(each)
    )
    assert told[-1] == (len(CONTENT), None)


@pytest.mark.parametrize("code", [429, 500, 502, 503])
def test_what_passes_is_tried_again(server: Server, tmp_path: Path, hasty: Patience, waits: list[float], code: int):
    address = server.serve("/f", status(code), status(code), body(CONTENT))
    download(address, tmp_path / "f", 10**6, hasty)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert len(server.asked) == 3
    assert waits == [0.01, 0.02]  # doubled each time


@pytest.mark.parametrize("code", [429, 500])
def test_attempts_end(server: Server, tmp_path: Path, hasty: Patience, code: int):
    with pytest.raises(SourceError, match=rf"/f answered {code} .*, at the last of 3 attempts$"):
        download(server.serve("/f", status(code)), tmp_path / "f", 10**6, hasty)
    assert len(server.asked) == 3


def test_waits_grow_up_to_the_longest(server: Server, tmp_path: Path, waits: list[float]):
    patience = Patience(attempts=7, timeout=1, first_wait=1, longest_wait=10)
    with pytest.raises(SourceError):
        download(server.serve("/f", status(500)), tmp_path / "f", 10**6, patience)
    assert waits == [1, 2, 4, 8, 10, 10]


def test_retry_after_is_kept(server: Server, tmp_path: Path, waits: list[float]):
    patience = Patience(attempts=3, timeout=1, first_wait=0.1, longest_wait=10)
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=True)
    address = server.serve("/f", status(429, Retry_After="3"), status(503, Retry_After=later), body(CONTENT))
    download(address, tmp_path / "f", 10**6, patience)
    assert waits[0] == 3
    assert 3 < waits[1] <= 5  # seconds that are left until the date, less what the test took


def test_a_server_that_asks_to_wait_too_long_ends_it(server: Server, tmp_path: Path, hasty: Patience):
    with pytest.raises(SourceError, match=r"429 .* asks to wait 3,600 seconds: try again later$"):
        download(server.serve("/f", status(429, Retry_After="3600")), tmp_path / "f", 10**6, hasty)
    assert len(server.asked) == 1


def test_what_will_not_pass_is_not_tried_again(server: Server, tmp_path: Path, hasty: Patience):
    with pytest.raises(SourceError, match=r"/f answered 404 Not Found$"):
        download(server.serve("/f", status(404)), tmp_path / "f", 10**6, hasty)
    assert len(server.asked) == 1


def test_silence_is_a_time_out(server: Server, tmp_path: Path):
    patience = Patience(attempts=2, timeout=0.1, first_wait=0.01)
    with pytest.raises(SourceError, match=r"/f did not answer within 0.1 seconds, at the last of 2 attempts$"):
        download(server.serve("/f", silence(0.5)), tmp_path / "f", 10**6, patience)


def test_a_trickle_ends_too(server: Server, tmp_path: Path):
    patience = Patience(attempts=1, timeout=5, longest=0.2)
    with pytest.raises(SourceError, match=r"/f is too slow: only \d+ bytes came in the time allowed$"):
        # The bytes of a chunk are passed on together, so that a slow body is noticed at its first whole chunk.
        download(server.serve("/f", trickle(b"x" * 80, 0.01), body(b"")), tmp_path / "f", 10**6, patience)


def test_a_truncated_body_is_no_file(server: Server, tmp_path: Path, hasty: Patience):
    address = server.serve("/f", body(CONTENT[:1000], length=len(CONTENT)))
    with pytest.raises(SourceError, match=r"/f broke off before the end of the file, at the last of 3 attempts$"):
        download(address, tmp_path / "f", 10**6, hasty)


def test_a_truncated_body_is_asked_for_again(server: Server, tmp_path: Path, hasty: Patience):
    address = server.serve("/f", body(CONTENT[:1000], length=len(CONTENT)), body(CONTENT))
    download(address, tmp_path / "f", 10**6, hasty)
    assert (tmp_path / "f").read_bytes() == CONTENT


@pytest.mark.parametrize("announce", [True, False])
def test_more_than_expected_is_stopped(server: Server, tmp_path: Path, hasty: Patience, announce: bool):
    with pytest.raises(SourceError, match=r"/f sends more than 0.00 GB, which cannot be its file$"):
        download(server.serve("/f", body(CONTENT, announce=announce)), tmp_path / "f", 100_000, hasty)
    assert (tmp_path / "f").stat().st_size < len(CONTENT)


def test_nobody_there(tmp_path: Path, hasty: Patience):
    closed = Server()
    closed.close()
    with pytest.raises(SourceError, match=r"/f cannot be reached \(Connection refused\), at the last of 3 attempts$"):
        download(f"{closed.address}/f", tmp_path / "f", 10**6, hasty)


def test_a_server_that_hangs_up(server: Server, tmp_path: Path, hasty: Patience):
    with pytest.raises(
        SourceError, match=r"/f cannot be reached \(Remote end closed connection without response\), at"
    ):
        download(server.serve("/f", silence(0)), tmp_path / "f", 10**6, hasty)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://host/f", "data.csv", "http://"])
def test_no_address(tmp_path: Path, hasty: Patience, address: str):
    with pytest.raises(InputError, match=r"is no address"):
        download(address, tmp_path / "f", 10**6, hasty)
