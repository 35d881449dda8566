"""Do two checkouts compute the same numbers? ``python benchmarks/same_numbers.py OLD_CHECKOUT [NOTEBOOK ...]``.

Draws parameter sets of each notebook from the strategies of the tests, with a fixed seed, performs them in both
checkouts by ``cdt batch``, and compares results.csv to the stored digits, by table, region, iso3, year and metric; a
metric and its item count as one name, as they were written before there were items. Prints what differs, and exits with
1 if anything does. Finished runs are kept (``--out``), so that the same command goes on where it stopped.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, Phase, given, seed, settings

HERE = Path(__file__).parents[1]
sys.path.insert(0, str(HERE / "tests"))

from strategies import SETS  # noqa: E402  (it lies beside the tests)

PLACE = ["table", "region", "iso3", "year", "name"]
NUMBERS = ["value", "low", "high", "unit"]
SEED = 2026
MOST_SHOWN = 10


def main() -> int:
    """Draw, perform, compare; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path, help="checkout of the commit to compare with")
    parser.add_argument("notebooks", nargs="*", help="all of them by default")
    parser.add_argument("--sets", type=int, default=50, help="parameter sets a notebook")
    parser.add_argument("--out", type=Path, default=Path("same_numbers"), help="folder of the runs")
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    different = 0
    for notebook in asked.notebooks or SETS:
        sets = drawn(notebook, asked.sets)
        both = [
            performed(checkout, notebook, sets, asked.out.resolve() / side, asked.workers)
            for side, checkout in (("old", asked.old), ("new", HERE))
        ]
        found = list(differences(*both))
        print(f"{notebook}: {len(sets)} sets, {len(both[0]):,} numbers before, {len(both[1]):,} now: ", end="")
        print(f"{len(found)} differ" if found else "all the same")
        print("\n".join(f"  {each}" for each in found[:MOST_SHOWN]))
        different += len(found)
    return int(different > 0)


def drawn(notebook: str, number: int) -> list[dict[str, Any]]:
    """Return parameter sets that the notebook's model admits, the same ones each time."""
    sets: dict[str, dict[str, Any]] = {}

    @seed(SEED)
    @settings(
        max_examples=2 * number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(SETS[notebook])
    def keep(values: dict[str, Any]) -> None:
        sets.setdefault(json.dumps(values, sort_keys=True), values)

    keep()
    return list(sets.values())[:number]


def performed(checkout: Path, notebook: str, sets: list[dict[str, Any]], out: Path, workers: int) -> pd.DataFrame:
    """Perform the sets in a checkout; return its numbers as text, each named by its set and its place."""
    out = out / notebook
    out.mkdir(parents=True, exist_ok=True)
    batch = out / "batch.yaml"
    batch.write_text(json.dumps({"notebook": notebook, "runs": sets}), encoding="utf-8")
    code = "from carec_digital_trade.cli import main; main()"
    # Vintages that were imported on this machine are no part of the comparison.
    environment = os.environ | {
        "PYTHONPATH": str(checkout.resolve() / "src"),
        "CAREC_DATA_DIR": str(out / "data"),
    }
    command = [sys.executable, "-c", code, "batch", str(batch), "--out", str(out / "runs"), "--workers", str(workers)]
    subprocess.run(command, env=environment, cwd=out, check=False, stdout=subprocess.DEVNULL)
    frame = pd.read_csv(out / "runs" / "results.csv", dtype=str, keep_default_na=False)
    parameters = [name for name in frame if name.startswith("parameter_")]
    item = frame.get("item", pd.Series("", frame.index))
    frame["name"] = frame["metric"] + item.where(item == "", "_" + item)
    # A parameter that is null was written so before it was written ~, which pandas reads as text.
    frame["set"] = frame[parameters].replace("~", "null").agg(" | ".join, axis="columns")
    frame["nth"] = frame.groupby(["set", *PLACE]).cumcount()
    return frame.set_index(["set", *PLACE, "nth"])[NUMBERS]


def differences(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[str]:
    """Say what only one of them has, and which numbers differ."""
    for place in old.index.difference(new.index):
        yield f"no longer there: {place}"
    for place in new.index.difference(old.index):
        yield f"new: {place}"
    common = old.index.intersection(new.index)
    one, other = old.loc[common], new.loc[common]
    for place in common[(one != other).any(axis="columns")]:
        yield f"{place}: {one.loc[place].to_list()} before, {other.loc[place].to_list()} now"


if __name__ == "__main__":
    sys.exit(main())
