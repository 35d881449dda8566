"""Whole runs of the snapshot: each kind of region, each flow and measure, the first year and the last."""

import json
from pathlib import Path

import pandas as pd
import pytest

from carec_digital_trade import metrics
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.runs import run_batch
from carec_digital_trade.runs.collect import read_results
from carec_digital_trade.runs.planning import plan_batch

pytestmark = pytest.mark.slow

PARAMETER_SETS = {
    "defaults": {},
    "other measure, last year": {"measure": "deliverable", "year": 2023, "flow": "exports", "vintage": "latest"},
    "a named region of one's own, last year": {
        "region": {"name": "A Eurasian five", "members": ["KAZ", "KGZ", "ARM", "BLR", "RUS"]},
        "benchmark": ["IND", "BGD", "LKA", "NPL"],
        "year": 2025,
        "flow": "imports",
    },
    "no data, first year, one member": {"region": ["AND", "LIE"], "year": 2005, "benchmark": "XKX"},
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all runs, performed as a batch."""
    folder = tmp_path_factory.mktemp("reports")
    done = run_batch({"notebook": "snapshot", "runs": list(PARAMETER_SETS.values())}, folder, workers=1, progress=False)
    assert (done.performed, done.failures) == (len(PARAMETER_SETS), {})
    return folder


@pytest.mark.parametrize("name", PARAMETER_SETS)
def test_a_whole_run_ends_with_its_contract(out: Path, name: str):
    chosen = SnapshotParameters.validated(PARAMETER_SETS[name])
    (run,) = plan_batch({"notebook": "snapshot", "fixed": PARAMETER_SETS[name]}, out).batch.runs
    assert sorted(path.name for path in run.folder.iterdir()) == [
        "figures",
        "manifest.json",
        "notebook.ipynb",
        "report.html",
        "results.csv",
    ]
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "finished"
    assert manifest["parameters"] == chosen.model_dump(mode="json")
    assert len(list((run.folder / "figures").glob("*.png"))) == len(manifest["figures"]) == 4
    check_totals(read_results(run.folder / "results.csv"), chosen)


def check_totals(results: pd.DataFrame, chosen: SnapshotParameters) -> None:
    """The totals in results.csv are those that the library gives, to the eight digits that are stored."""
    traded = metrics.trade(chosen.measure, chosen.flow)
    for each in (*chosen.regions(), *chosen.compared()):
        rows = results[
            (results["table"] == "totals") & (results["region"] == each.label) & (results["metric"] == "total")
        ]
        expected = metrics.regional_total(traded, each, chosen.year)["value"].item()
        assert rows["value"].item() == pytest.approx(expected, rel=1e-7, nan_ok=True)
        assert rows["unit"].item() == "USD million"


def test_the_index_links_every_run(out: Path):
    page = (out / "index.html").read_text(encoding="utf-8")
    for folder in out.glob("snapshot-*"):
        assert f'href="./{folder.name}/report.html"' in page
