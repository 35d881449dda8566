"""Finished runs of one notebook stand side by side on a page, and other ones are refused in a sentence."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs import compare_runs
from carec_digital_trade.runs.collect import RESULT_COLUMNS

Make = Callable[..., str]


@pytest.fixture
def finished(tmp_path: Path) -> Make:
    """A function that leaves a finished run of the snapshot, as far as a comparison reads it."""

    def make(name: str, notebook: str = "snapshot", status: str = "finished", **parameters: object) -> str:
        number = {"words": "CAREC", "column": "the region", "value": "USD 2", "range": "USD 1 to 3", "amount": 2.0}
        manifest = {
            **{"run_id": name, "notebook": notebook, "status": status, "title": "Snapshot", "changed": {}},
            **{"parameters": {"year": 2024, "flow": "total"} | parameters, "started": "2026-01-01T00:00:00+00:00"},
            **{"duration_seconds": 1.0, "answer": None, "results": 1, "figures": []},
            "results_sha256": "0" if status == "finished" else None,
            "error": None if status == "finished" else {"cell": 1, "exception": "ValueError", "message": "no"},
            "front": {"question": "How much?", "numbers": [number], "sure": {"status": "Open", "words": "why"}},
        }
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(json.dumps(manifest))
        cells = {"notebook": notebook, "table": "totals", "region": "CAREC", "year": "2024", "metric": "total"}
        cells |= {"value": "2", "low": "1", "high": "3", "unit": "USD million"}
        row = ",".join(cells.get(column, "") for column in RESULT_COLUMNS)
        (tmp_path / name / "results.csv").write_text(f"{','.join(RESULT_COLUMNS)}\n{row}\n")
        return name

    return make


def test_what_differs_is_a_column_and_numbers_have_their_ranges(finished: Make, tmp_path: Path):
    runs = [finished("snapshot-one", year=2020), finished("snapshot-two", year=2024)]
    page = compare_runs(runs, tmp_path).read_text(encoding="utf-8")
    head = re.search(r"<thead>(.*?)</thead>", page, re.S)[1]
    assert re.findall(r"<th[^>]*>(.*?)</th>", head) == ["Run", "year", "CAREC", "How sure"]
    assert page.count("<strong>USD 2</strong>") == page.count("USD 1 to 3") == 2
    for name in runs:
        assert f'href="./{name}/report.html"' in page
    assert "They differ in year; every other parameter is the same." in page
    assert "year = 2020: 2 (1 to 3); year = 2024: 2 (1 to 3)" in page
    assert page.count('<line class="range"') == 2
    assert "<polyline" not in page  # runs have no order


def test_a_run_is_named_by_its_folder_too_and_twice_is_once(finished: Make, tmp_path: Path):
    one, two = finished("snapshot-one"), finished("snapshot-two", flow="exports")
    page = compare_runs([str(tmp_path / one), f"{tmp_path / two}/", one], tmp_path).read_text(encoding="utf-8")
    assert "<h1>2 runs compared</h1>" in page


@pytest.mark.parametrize(
    ("others", "metrics", "sentence"),
    [
        ([], (), "a comparison is of 2 to 24 different runs, and 1 of"),
        (["snapshot-none"], (), "there is no run snapshot-none in"),
        (["snapshot-failed"], (), "the run snapshot-failed has failed and has no numbers to compare"),
        (
            ["country-other"],
            (),
            "the runs are of different notebooks, snapshot and country: compare runs of one notebook",
        ),
        (["snapshot-two"], ("magic",), "none of the runs has magic of a region"),
    ],
)
def test_what_cannot_be_compared_is_refused_and_nothing_written(
    finished: Make, tmp_path: Path, others: list[str], metrics: tuple[str, ...], sentence: str
):
    finished("snapshot-one")
    finished("snapshot-two", year=2020)
    finished("snapshot-failed", status="failed")
    finished("country-other", notebook="country")
    with pytest.raises(InputError, match=sentence):
        compare_runs(["snapshot-one", *others], tmp_path, metrics)
    assert not (tmp_path / "compare.html").exists()


def test_a_page_of_the_users_own_is_not_replaced(finished: Make, tmp_path: Path):
    (tmp_path / "compare.html").write_text("mine")
    with pytest.raises(InputError, match=r"compare\.html"):
        compare_runs([finished("snapshot-one"), finished("snapshot-two", year=2020)], tmp_path)
