"""How fast are the two large files imported against a plain pandas.read_csv of the same file, and in how much memory?

Makes a WTO file of the real size and a BaTIS file of five million rows, each read in a process of its own, whose peak
memory is what the system says (Linux). Prints rows per second, their ratio, and the peak.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import made_files

ECONOMIES, YEARS = 100, range(2005, 2025)
MEASURED = """
import json, sys, time
from datetime import date
from pathlib import Path
import pandas as pd
from carec_digital_trade import importers
from carec_digital_trade.importers.storing import Asked

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

source, file, how = sys.argv[1:]
day = date(2027, 6, 1)
importers._today = lambda: day
start = time.perf_counter()
if how == "plain":
    pd.read_csv(file, encoding="latin-1", keep_default_na=False, low_memory=False)
elif how == "read":
    importers.SOURCES[source].read(Path(file), Asked(day))
else:
    importers.import_file(source, file)
print(json.dumps([time.perf_counter() - start, peak()]))
"""
WAYS = {
    "plain": "pandas.read_csv",
    "read": "read and checked",
    "import": "the same, held to its schema, and written",
}


def main() -> None:
    """Make the files, and read each both ways in turn."""
    with tempfile.TemporaryDirectory() as folder:
        wto = made_files.csv(made_files.wto_file(), Path(folder) / "DDS_bulk_download.csv")
        _compare("wto_delivered", wto, len(made_files.wto_file()), 5)
        batis = made_files.batis_file(Path(folder) / "OECD-WTO_BATIS_bulk.csv", ECONOMIES, YEARS)
        _compare("batis", batis, made_files.batis_rows(ECONOMIES, len(YEARS)), 1)


def _compare(source: str, file: Path, rows: int, rounds: int) -> None:
    """Print the best of some rounds."""
    print(f"{source}: {rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB")
    # In turn, so that a change of the machine's speed meets all three.
    found = [{how: _measured(source, file, how) for how in WAYS} for _ in range(rounds)]
    best = {how: min(each[how] for each in found) for how in WAYS}
    for how, what in WAYS.items():
        seconds, peak = best[how]
        ratio = best["plain"][0] / seconds
        print(f"  {what}: {rows / seconds:,.0f} rows a second ({ratio:.2f} of plain), peak {peak:,.0f} MiB")


def _measured(source: str, file: Path, how: str) -> tuple[float, float]:
    """Return seconds and the peak in MiB of one reading."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", MEASURED, source, str(file), how],
            env={"CAREC_DATA_DIR": folder, "PATH": ""},
            check=True,
            capture_output=True,
            text=True,
        )
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


if __name__ == "__main__":
    start = time.perf_counter()
    main()
    print(f"all of it in {time.perf_counter() - start:.0f} s")
