"""Downloads against a server that misbehaves: attempts back off and end, and nothing but the whole file is taken."""

import gzip
import ssl
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from local_server import Answer, Server, body, drip, hang_up, silence, status, trickle

from carec_digital_trade.errors import InputError
from carec_digital_trade.importers.download import Patience, SourceError, download, persist, within

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


def test_waits_grow_up_to_the_longest(server: Server, tmp_path: Path, hasty: Patience, waits: list[float]):
    patience = replace(hasty, attempts=7, first_wait=1, longest_wait=10)
    with pytest.raises(SourceError):
        download(server.serve("/f", status(500)), tmp_path / "f", 10**6, patience)
    assert waits == [1, 2, 4, 8, 10, 10]


def test_retry_after_is_kept(server: Server, tmp_path: Path, hasty: Patience, waits: list[float]):
    patience = replace(hasty, longest_wait=10**6)
    later = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    date = format_datetime(later, usegmt=True)
    address = server.serve("/f", status(429, Retry_After="3"), status(503, Retry_After=date), body(CONTENT))
    earliest = datetime.now(UTC)
    download(address, tmp_path / "f", 10**6, patience)
    assert waits[0] == 3
    assert later - datetime.now(UTC) <= timedelta(seconds=waits[1]) <= later - earliest


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
        download(server.serve("/f", silence), tmp_path / "f", 10**6, patience)


def headers_for_ever(handler: BaseHTTPRequestHandler) -> None:
    """Headers that come byte by byte, which no time-out between two bytes ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    drip(handler)


@pytest.mark.parametrize("answer", [trickle, headers_for_ever])
def test_a_trickle_ends_too(server: Server, tmp_path: Path, answer: Answer):
    address, patience = server.serve("/f", answer), Patience(attempts=1, timeout=5, longest=0.2)
    with pytest.raises(SourceError, match=r"/f is too slow: not all of it came within 0.2 seconds$"):
        within(patience.longest, address, lambda: download(address, tmp_path / "f", 10**6, patience))


def test_what_an_action_within_a_time_raises_is_raised():
    with pytest.raises(SourceError, match=r"^gone$"):
        within(60, "http://host", lambda: persist(gone, Patience()))
    assert within(60, "http://host", lambda: 7) == 7


def gone() -> None:
    raise SourceError("gone")


def gzipped(content: bytes) -> Answer:
    packed = gzip.compress(content)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(packed)))
        handler.end_headers()
        handler.wfile.write(packed)

    return answer


def test_what_a_server_packs_is_measured_unpacked(server: Server, tmp_path: Path, hasty: Patience):
    with pytest.raises(SourceError, match=r"/f sends more than 0.00 GB"):
        download(server.serve("/f", gzipped(bytes(10**7))), tmp_path / "f", 10**6, hasty)
    assert (tmp_path / "f").stat().st_size <= 10**6


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody vouches for, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    try:
        subprocess.run([*command.split(), "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def test_a_certificate_is_not_asked_for_again(
    server: Server, authority: Path, tmp_path: Path, hasty: Patience, monkeypatch: pytest.MonkeyPatch
):
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    server.encrypt(context)
    address = server.serve("/f", body(CONTENT)).replace("http:", "https:")
    words = r"/f cannot be trusted: no authority of .*cacert.pem vouches .* \(.*self.signed.* in REQUESTS_CA_BUNDLE$"
    with pytest.raises(SourceError, match=words):  # and nothing of attempts
        download(address, tmp_path / "f", 10**6, hasty)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(SourceError, match=r"no authority of .*none.pem vouches for its certificate \(Could not find"):
        download(address, tmp_path / "f", 10**6)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", f"{authority}.crt")
    download(address, tmp_path / "f", 10**6)
    assert (tmp_path / "f").read_bytes() == CONTENT


def test_a_proxy_is_named_without_its_password(tmp_path: Path, hasty: Patience, monkeypatch: pytest.MonkeyPatch):
    closed = Server()
    closed.close()
    monkeypatch.setenv("http_proxy", closed.address.replace("//", "//me:secret@"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(SourceError) as caught:
        download("http://example.org/f", tmp_path / "f", 10**6, hasty)
    assert f"cannot be reached through the proxy {closed.address.removeprefix('http://')} (" in str(caught.value)
    assert "secret" not in str(caught.value)


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
        download(server.serve("/f", hang_up), tmp_path / "f", 10**6, hasty)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://host/f", "data.csv", "http://"])
def test_no_address(tmp_path: Path, hasty: Patience, address: str):
    with pytest.raises(InputError, match=r"is no address"):
        download(address, tmp_path / "f", 10**6, hasty)
