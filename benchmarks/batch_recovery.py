"""Does a batch of 24 snapshots come to the same table whatever interrupts it? ``python benchmarks/batch_recovery.py``.

It is killed with -9 after a third; a worker of it is killed with -9; the disk is full for a while (a tmpfs of a few
megabytes, where this process may mount one). Each time the same command is given again, and the table compared, byte by
byte, with that of an undisturbed batch; no finished run may be performed twice.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

GRID = {"notebook": "snapshot", "grid": {"year": list(range(2012, 2020)), "flow": ["total", "exports", "imports"]}}


def main() -> None:
    """Interrupt batches and print what came of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "batch.yaml").write_text(json.dumps(GRID))
        _batch(folder, "undisturbed").wait()
        expected = (folder / "undisturbed" / "results.csv").read_bytes()
        for disturb in (_kill_batch, _kill_worker, _fill_disk):
            out = folder / disturb.__name__.removeprefix("_")
            what = disturb(folder, out.name)
            before = _finished(out)
            again = _batch(folder, out.name)
            printed = again.communicate()[0].decode().splitlines()[0]
            same = (out / "results.csv").read_bytes() == expected
            kept = before.items() <= _finished(out).items()
            print(f"{what}; {len(before)} of 24 were finished. Again: {printed}.")
            redone = "no finished run was redone" if kept else "A FINISHED RUN WAS REDONE"
            print(f"  the table is {'the same' if same else 'NOT THE SAME'}, {redone}")
            if out.is_mount():
                subprocess.run(["umount", out], check=True)


def _batch(folder: Path, out: str) -> subprocess.Popen:
    command = [sys.executable, "-c", "from carec_digital_trade.cli import main; main()", "batch"]
    options = [str(folder / "batch.yaml"), "--out", str(folder / out), "--workers", "2"]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _kill_batch(folder: Path, out: str) -> str:
    process = _batch(folder, out)
    _wait(lambda: len(_finished(folder / out)) >= 8)
    started = _descendants(process.pid)
    process.kill()
    process.wait()
    start = time.monotonic()
    _wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    return f"killed with -9, and its {len(started)} processes ended within {time.monotonic() - start:.2f} s"


def _kill_worker(folder: Path, out: str) -> str:
    process = _batch(folder, out)
    _wait(lambda: len(_finished(folder / out)) >= 8)
    (preloaded,) = _children(process.pid)
    os.kill(max(_children(preloaded)), signal.SIGKILL)  # the newest, which has its run before it
    printed = process.communicate()[0].decode().splitlines()[0]
    failures = (folder / out / "failures.csv").read_text().splitlines()[1:]
    return f"a worker killed with -9: {printed}: {failures[0].rpartition(',,')[2]}"


def _fill_disk(folder: Path, out: str) -> str:
    path = folder / out
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", path], check=True)
    printed = _batch(folder, out).communicate()[0].decode().splitlines()
    subprocess.run(["mount", "-o", "remount,size=200m", path], check=True)
    return f"a disk of 12 MB: {printed[0] if printed else 'the table could not be written'}"


def _finished(out: Path) -> dict[str, int]:
    found = {}
    for path in out.glob("*/manifest.json"):
        if json.loads(path.read_bytes())["status"] == "finished":
            found[path.parent.name] = path.stat().st_mtime_ns
    return found


def _children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def _descendants(pid: int) -> set[int]:
    children = _children(pid)
    return children | {each for child in children for each in _descendants(child)}


def _wait(condition: Callable[[], bool]) -> None:
    while not condition():
        time.sleep(0.01)


if __name__ == "__main__":
    main()
