"""Does anything grow or stay behind over 500 snapshots? ``python benchmarks/batch_endurance.py [RUNS]``.

Prints the resident memory of the parent and of the preloaded process as the runs go by, and afterwards the processes,
sockets and temporary files that are left. The project's bound is a growth of 50 MiB after the first 50 runs.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 500


def main() -> None:
    """Watch one batch."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = Path(name), Path(tempfile.mkdtemp(prefix="t"))
        batch = {"notebook": "snapshot", "grid": {"seed": list(range(number // 20)), "year": list(range(2005, 2025))}}
        (folder / "batch.yaml").write_text(json.dumps(batch))
        command = [sys.executable, "-c", "from carec_digital_trade.cli import main; main()", "batch"]
        options = [str(folder / "batch.yaml"), "--out", str(folder / "out"), "--workers", "2"]
        start = time.perf_counter()
        process = subprocess.Popen([*command, *options], env={**os.environ, "TMPDIR": str(scratch)})
        seen: dict[int, list[float]] = {}
        started: set[int] = set()
        while process.poll() is None:
            done = len(list(folder.glob("out/*/manifest.json")))
            family = [process.pid, *_children(process.pid)]
            started |= set(family)
            seen[done] = [_resident(pid) for pid in family]
            time.sleep(0.5)
        after_50 = {done: sizes for done, sizes in seen.items() if done >= 50}
        for done in sorted(after_50)[:: max(len(after_50) // 10, 1)]:
            print(f"{done:4} runs: {', '.join(f'{size:.0f}' for size in after_50[done])} MiB")
        growth = max(sizes[0] for sizes in after_50.values()) - after_50[min(after_50)][0]
        print(
            f"{number} runs in {time.perf_counter() - start:.0f} s; the parent grew by {growth:.0f} MiB after 50 runs"
        )
        left = [pid for pid in started if Path(f"/proc/{pid}").exists()]
        sockets = [line for line in Path("/proc/net/unix").read_text().splitlines() if str(scratch) in line]
        print(f"left: {len(left)} processes, {len(list(scratch.iterdir()))} temporary files, {len(sockets)} sockets")
        scratch.rmdir()


def _children(pid: int) -> list[int]:
    try:
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except FileNotFoundError:
        return []


def _resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS: 0")
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
