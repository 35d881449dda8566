"""What do inputs that lie about their size cost? Each is refused, or done with, under 500 MiB and 10 seconds.

Makes files and answers of a server on this machine that would fill the memory or never end, and has each read in a
process of its own. Prints seconds by the clock and of the processor, the peak of memory that the system says (Linux),
and the sentence that came of it; exits with 1 if one passed a bound. On a busy machine only the processor's count.
"""

import gzip
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from local_server import Answer, Server, body, trickle

MOST_SECONDS, MOST_MEMORY = 10, 500
HEADER = b"FLOW,REPORTER_CODE,REPORTER_NAME,PARTNER,YEAR,INDICATOR,MODE,UNIT,VALUE,BREAKING_SERIES\n"
MEASURED = """
import json, sys
from pathlib import Path
from carec_digital_trade import datasets, importers, runs
from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.importers import Patience
said = "done"
try:
    exec(sys.argv[1])
except (DataError, InputError) as error:
    said = str(error)
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps([peak, said]))
"""
IMPORT = "importers.import_file({!r}, {!r})"
REFRESH = "importers.refresh({!r}, {!r}, patience=Patience(attempts=1, timeout=5, longest=3))"
BATCH = "from carec_digital_trade.runs.planning import plan_batch; plan_batch({!r}, Path({!r}))"
PAGE = """
from carec_digital_trade.runs.prose import Prose
source = runs.open_notebook({0!r})
source.title, Prose().html(Path({0!r}).read_text())
"""


def main() -> int:
    """Have each input read, and print a table."""
    passed = 0
    with tempfile.TemporaryDirectory() as folder:
        server = Server()
        try:
            for what, code in inputs(Path(folder), server):
                start, before = time.perf_counter(), _processor()
                command = [sys.executable, "-c", MEASURED, code]
                environment = {"CAREC_DATA_DIR": f"{folder}/data", "PATH": ""}
                done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
                seconds, (peak, said) = time.perf_counter() - start, json.loads(done.stdout)
                used = _processor() - before
                passed += used > MOST_SECONDS or peak > MOST_MEMORY
                print(f"{what:<52} {seconds:5.1f} s {used:5.1f} s {peak:5,.0f} MiB  {said}", flush=True)
        finally:
            server.close()
    print(f"{passed} passed {MOST_SECONDS} s or {MOST_MEMORY} MiB")
    return int(passed > 0)


def _processor() -> float:
    """Return the seconds of the processor that all processes have taken that were waited for."""
    taken = resource.getrusage(resource.RUSAGE_CHILDREN)
    return taken.ru_utime + taken.ru_stime


def inputs(folder: Path, server: Server) -> Iterator[tuple[str, str]]:
    """Make one input after the other, and say what is done with it."""
    for what, content in files():
        path = folder / "DDS_bulk_download.csv"
        path.write_bytes(content)
        yield what, IMPORT.format("wto_delivered", str(path))
    for what, source, answer in answers():
        yield what, REFRESH.format(source, server.serve("*", answer) and f"{server.address}/v2")
    for what, text in [
        ("YAML: ten levels of ten aliases", _aliases()),
        ("YAML: 5 MB of opening brackets", "[" * 5_000_000),
        ("YAML: 1 GB", "a" * 1_000_000_000),
    ]:
        (folder / "batch.yaml").write_text(text, encoding="utf-8")
        yield what, BATCH.format(str(folder / "batch.yaml"), str(folder / "out"))
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": f"# a{' ' * 500_000}b"}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "spaces.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    yield "notebook: a heading of 500,000 spaces", PAGE.format(str(folder / "spaces.ipynb"))


def files() -> Iterator[tuple[str, bytes]]:
    """Make files under the name of a CSV."""
    zeros = bytes(100_000_000)
    yield "zip: 1 GB by bzip2, 100 bytes declared", _lying(_packed(zipfile.ZIP_BZIP2, [HEADER, *[zeros] * 10]))
    yield "zip: 1 GB by deflation, 100 bytes declared", _lying(_packed(zipfile.ZIP_DEFLATED, [HEADER, *[zeros] * 10]))
    yield "zip: 100,000 members", _members(100_000)
    yield "gzip under the name of a CSV", gzip.compress(zeros)
    yield "CSV: a line of 50 MB of commas", HEADER + b"," * 50_000_000
    yield "CSV: 100 MB of lines of commas", HEADER + (b"," * 60_000 + b"\n") * 1_600
    yield "CSV: 100 MB of empty rows", HEADER + (b"," * 9 + b"\n") * 9_900_000
    yield "CSV: 100 MB of short rows", HEADER + b"1\n" * 49_000_000
    yield "CSV: a quote that does not end", HEADER + b'"' + (b"1" * 60 + b"\n") * 1_600_000
    yield "JSON of 50 MB under the name of a CSV", b"[" * 50_000_000


def answers() -> Iterator[tuple[str, str, Answer]]:
    """Make answers of a server."""
    pages = json.dumps({"page": 1, "per_page": 0, "total": 5, "source": [{"concept": []}]}).encode()
    yield "World Bank: per_page 0", "world_bank", body(pages, kind="application/json")
    yield "World Bank: 4 GB packed by gzip", "world_bank", _gzipped(gzip.compress(bytes(1_000_000)) * 4_000)
    yield "World Bank: a byte a second", "world_bank", trickle(b"[" * 100, 1)
    yield "Data360: a byte a second", "unctad_deliverable", trickle(b"[" * 100, 1)
    yield "Data360: 4 GB packed by gzip", "unctad_deliverable", _gzipped(gzip.compress(bytes(1_000_000)) * 4_000)
    yield "Data360: nested deeply", "unctad_deliverable", body(b'{"count": 1, "value": ' + b"[" * 4_900_000)
    yield (
        "Data360: a million empty observations",
        "unctad_deliverable",
        body(b'{"count": 1, "value": [' + b"{}," * 1_600_000 + b"{}]}"),
    )


def _packed(how: int, content: list[bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive, archive.open("DDS.csv", "w") as member:
        for part in content:
            member.write(part)
    return buffer.getvalue()


def _lying(archive: bytes) -> bytes:
    """Declare a size of 100 bytes in the list of members, where readers look."""
    place = archive.rindex(b"PK\1\2") + 24
    return archive[:place] + (100).to_bytes(4, "little") + archive[place + 4 :]


def _members(number: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each in range(number):
            archive.writestr(f"{each}.csv", b"")
    return buffer.getvalue()


def _aliases() -> str:
    levels = (f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 11))
    return "\n".join(["a0: &a0 [x]", *levels])


def _gzipped(content: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        try:
            handler.wfile.write(content)
        except OSError:
            """Whoever asked has seen enough."""

    return answer


if __name__ == "__main__":
    sys.exit(main())
