"""The table of a batch, its charts and its page are made from the runs' own files, in the order of the batch."""

import csv
import hashlib
import json
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas._libs.parsers import STR_NA_VALUES

from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs import report
from carec_digital_trade.runs.charts import MOST_CHARTS, chart_sets
from carec_digital_trade.runs.collect import RESULT_COLUMNS
from carec_digital_trade.runs.folder import Failure
from carec_digital_trade.runs.gather import regional, write_failures, write_results
from carec_digital_trade.runs.identity import Run
from carec_digital_trade.runs.planning import plan_batch
from carec_digital_trade.runs.report import write_index
from carec_digital_trade.runs.values import parse_value

ROW = ["toy", "totals", "CAREC", "", "2020", "total", "", "1.5", "", "", "USD million"]


def row(**changed: Any) -> list[str]:
    """Return a row of results."""
    known = dict(zip(RESULT_COLUMNS, ROW, strict=True)) | {name: str(value) for name, value in changed.items()}
    return list(known.values())


def finish(run: Run, rows: list[list[str]], status: str = "finished", seconds: float = 1.0) -> None:
    """Leave what a run leaves, without performing it."""
    run.folder.mkdir(parents=True)
    with (run.folder / layout.RESULTS).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([RESULT_COLUMNS, *rows])
    written = (run.folder / layout.RESULTS).read_bytes()
    for name in (layout.NOTEBOOK, layout.REPORT):
        (run.folder / name).touch()
    failed = {"cell": 3, "exception": "ValueError", "message": "no data"}
    manifest = {
        "run_id": run.run_id,
        "status": status,
        "title": run.source.title,
        "parameters": run.parameters,
        "changed": run.changed,
        "started": f"2026-11-25T10:{run.parameters.get('year', 0) % 60:02d}:00+00:00",
        "duration_seconds": seconds,
        "answer": None if status == "failed" else "It is **1.5**.",
        "results": len(rows),
        "results_sha256": None if status == "failed" else hashlib.sha256(written).hexdigest(),
        "figures": [],
        "error": failed if status == "failed" else None,
    }
    (run.folder / layout.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture
def planned(toy: Path, tmp_path: Path) -> Callable[..., list[Run]]:
    """Plan runs of the toy."""
    return lambda **content: plan_batch({"notebook": str(toy), **content}, tmp_path).batch.runs


def test_any_text_comes_through(planned: Callable, tmp_path: Path):
    odd = ["a, b", 'the "other"', "two\nlines", "Côte d'Ivoire", ""]
    runs = planned(grid={"flow": odd})
    for run in runs:
        finish(run, [row(region=run.parameters["flow"]), row(region="plain", value=0.1)])
    assert write_results(runs, tmp_path / "results.csv") == []
    table = pd.read_csv(tmp_path / "results.csv", keep_default_na=False, lineterminator="\n")
    assert table["region"].tolist()[1::2] == ["plain"] * len(odd)
    assert table["region"].tolist()[::2] == odd
    with (tmp_path / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [each["region"] for each in rows[::2]] == odd
    assert {each["value"] for each in rows[1::2]} == {"0.1"}


def test_parameters_of_several_notebooks_are_columns(toy: Path, tmp_path: Path):
    batch = {"notebook": [str(toy), "snapshot"], "grid": {"year": [2020]}}
    runs = plan_batch(batch, tmp_path).batch.runs
    for run in runs:
        finish(run, [row(notebook=run.source.name)])
    write_results(runs, tmp_path / "results.csv")
    table = pd.read_csv(tmp_path / "results.csv", keep_default_na=False)
    assert table["parameter_year"].tolist() == [2020, 2020]
    assert table["parameter_region"].tolist() == ["", "CAREC"]
    assert table["parameter_region_exclude"].tolist() == ["", "~"]
    assert table["parameter_deed"].tolist() == ["none", ""]
    assert list(table)[-len(RESULT_COLUMNS) :] == RESULT_COLUMNS


def test_a_run_without_results_adds_no_row(planned: Callable, tmp_path: Path):
    one, other = planned(grid={"year": [2020, 2021]})
    finish(one, [])
    finish(other, [row()])
    assert write_results([one, other], tmp_path / "results.csv") == []
    assert pd.read_csv(tmp_path / "results.csv")["run_id"].tolist() == [other.run_id]


def test_a_plain_read_csv_keeps_every_value_of_a_parameter(planned: Callable, tmp_path: Path):
    own = planned(grid={"flow": [*sorted(STR_NA_VALUES - {""}), "none"]})
    runs = [*own, *plan_batch({"notebook": "snapshot"}, tmp_path).batch.runs]
    for run in runs:
        finish(run, [row(notebook=run.source.name)])
    write_results(runs, tmp_path / "results.csv")
    table = pd.read_csv(tmp_path / "results.csv")
    flows = table["parameter_flow"].tolist()
    assert [parse_value("flow", typed) for typed in flows[:-1]] == [run.parameters["flow"] for run in own]
    default = table[table["notebook"] == "snapshot"].groupby(["parameter_region_exclude", "parameter_year"])
    assert default["value"].count().to_dict() == {("~", 2024): 1}
    assert parse_value("region_exclude", "~") is runs[-1].parameters["region_exclude"]


def test_what_is_not_as_it_was_written_is_left_out(planned: Callable, tmp_path: Path):
    runs = planned(grid={"year": [1, 2, 3, 4]})
    for run in runs:
        finish(run, [row(year=run.parameters["year"]), row(region="two\nlines")])
    (runs[1].folder / layout.RESULTS).unlink()
    with (runs[2].folder / layout.RESULTS).open("a") as file:
        file.write("more\n")
    damaged = write_results(runs, tmp_path / "results.csv")
    assert [each.run_id for each in damaged] == [runs[1].run_id, runs[2].run_id]
    assert pd.read_csv(tmp_path / "results.csv")["run_id"].unique().tolist() == [runs[0].run_id, runs[3].run_id]


def test_failures_are_a_table(planned: Callable, tmp_path: Path):
    runs = planned(grid={"year": [1, 2]})
    reasons = [Failure("ValueError", 'no "data",\nreally', 3), Failure("LostWorker", "gone")]
    write_failures(list(zip(runs, reasons, strict=True)), tmp_path / "failures.csv")
    table = pd.read_csv(tmp_path / "failures.csv", keep_default_na=False)
    assert table["message"].tolist() == ['no "data",\nreally', "gone"]
    assert table["cell"].tolist() == ["3", ""]
    assert table["notebook"].tolist() == ["toy", "toy"]


def test_a_plan_is_small(toy: Path, tmp_path: Path):
    """Of 100,000 runs, that is 300 MB at most, beside some 200 MB of Python and its libraries."""
    plan_batch({"notebook": "snapshot"}, tmp_path)
    tracemalloc.start()
    plan = plan_batch(
        {"notebook": "snapshot", "grid": {"year": list(range(2005, 2025)), "seed": list(range(100))}}, tmp_path
    )
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(plan.to_do) == 2000
    assert size / 2000 < 3000


def sets(runs: list[Run], varied: list[str], metrics: tuple[str, ...] = ("total",)) -> list[Any]:
    return chart_sets(regional(runs, metrics), metrics, varied)


def test_charts_follow_the_grid(planned: Callable):
    runs = planned(grid={"flow": ["exports", "imports"], "year": [3, 1, 2]})
    for run in runs:
        year = run.parameters["year"]
        value = year * (10 if run.parameters["flow"] == "exports" else -1)
        rows = [
            row(year=9, value=77),  # of another year than the run's
            row(year=year, value=value if year != 2 else ""),
            row(region="ASEAN", year=9, value=5),
            row(iso3="KAZ", year=year, value=1e9),
            row(metric="hhi", value=""),
        ]
        finish(run, rows)
    (only,) = sets(runs, ["flow", "year"], ("total", "hhi", "gini"))
    assert (only.metric, only.unit, only.along, only.left_out) == ("total", "USD million", "year", 0)
    assert (only.low, only.high) == (-3, 30)
    assert {chart.title: chart.points for chart in only.charts} == {
        "CAREC, flow = exports": [("1", 10.0), ("2", None), ("3", 30.0)],
        "CAREC, flow = imports": [("1", -1.0), ("2", None), ("3", -3.0)],
        "ASEAN, flow = exports": [("1", 5.0), ("2", 5.0), ("3", 5.0)],
        "ASEAN, flow = imports": [("1", 5.0), ("2", 5.0), ("3", 5.0)],
    }
    svg = next(chart.svg for chart in only.charts if chart.title == "CAREC, flow = exports")
    assert svg.count("<circle") == svg.count("<polyline") == 2  # the missing value breaks the line
    assert "1: 10; 2: no value; 3: 30" in svg


def test_a_chart_mixes_neither_tables_nor_notebooks_nor_units(toy: Path, tmp_path: Path):
    runs = plan_batch({"notebook": [str(toy), "snapshot"], "grid": {"year": [2019, 2020]}}, tmp_path).batch.runs
    for run in runs:
        year, factor = run.parameters["year"], 10 if run.source.name == "toy" else 1
        published = [row(table="published", region="CAREC", year=2020, value=99)]
        totals = [row(region=region, year=year, value=year * factor) for region in ("CAREC", "ASEAN")]
        ahead = [row(metric="gain", year=later, value=later, unit=f"USD {factor}") for later in (2030, 2035)]
        finish(run, published + totals + ahead)
    total, *gains = sets(runs, ["year"], ("total", "gain"))
    assert total.tables == ["totals of toy", "totals of snapshot"]
    assert {chart.title: [value for _, value in chart.points] for chart in total.charts} == {
        "toy, CAREC": [20190.0, 20200.0],
        "toy, ASEAN": [20190.0, 20200.0],
        "snapshot, CAREC": [2019.0, 2020.0],
        "snapshot, ASEAN": [2019.0, 2020.0],
    }
    assert [(each.unit, [chart.points for chart in each.charts]) for each in gains] == [
        ("USD 10", [[("2019", 2035.0), ("2020", 2035.0)]]),
        ("USD 1", [[("2019", 2035.0), ("2020", 2035.0)]]),
    ]


def test_a_table_that_no_parameter_moves_is_not_charted(planned: Callable):
    runs = planned(fixed={"year": 2020}, grid={"flow": ["exports", "imports"]})
    for run in runs:
        finish(run, [row(table="published", value=99), row(value=ord(run.parameters["flow"][0]), year=2020)])
    (only,) = sets(runs, ["flow"])
    assert (only.tables, only.high) == (["totals of toy"], ord("i"))


def test_a_chart_of_words(planned: Callable):
    runs = planned(grid={"flow": ["b", "<a>"]})
    for run in runs:
        finish(run, [row()])
    (only,) = sets(runs, ["flow"])
    assert only.charts[0].points == [("b", 1.5), ('"<a>"', 1.5)]
    assert "&lt;a&gt;" in only.charts[0].svg
    assert "<a>" not in only.charts[0].svg
    assert sets(runs, []) == []


def test_charts_have_a_limit(planned: Callable):
    (run,) = planned(fixed={"year": 1})
    finish(run, [row(region=f"region {number}") for number in range(MOST_CHARTS + 5)])
    (only,) = sets([run], ["year"])
    assert (len(only.charts), only.left_out) == (MOST_CHARTS, 5)


def test_the_page_has_a_column_for_what_differs(planned: Callable, tmp_path: Path):
    runs = planned(grid={"year": [1, 2], "flow": ["exports", "imports"]})
    for run in runs:
        finish(
            run, [row()], "failed" if run.parameters["year"] == 2 else "finished", seconds=60.0 * run.parameters["year"]
        )
    (tmp_path / "results.csv").touch()
    html = write_index(tmp_path, sets(runs, ["year", "flow"])).read_text(encoding="utf-8")
    headings = [re.sub(r"<.*?>", "", each) for each in re.findall(r"<th scope=\"col\">(.*?)</th>", html)]
    assert headings == [
        "Run",
        "year",
        "flow",
        "Status",
        "Started (UTC)",
        "Duration",
    ]
    assert "4 runs in this folder, the latest first; 2 of them failed" in html
    assert html.count("<tbody>") == 4
    assert html.count("ValueError in code cell 3: no data") == 2
    assert html.count("It is <strong>1.5</strong>.") == 2
    assert 'data-sort="60.0">1 min 0 s' in html
    assert '<a href="results.csv">' in html
    assert html.count("<svg") == 2
    assert html.index("<svg") < html.index("<table")


def test_the_page_has_a_limit_and_keeps_the_failures(
    planned: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report, "MOST_ROWS", 3)
    runs = planned(grid={"year": [1, 2, 3, 4, 5]})
    for run in runs:
        finish(run, [row()], "failed" if run.parameters["year"] == 1 else "finished")
    html = write_index(tmp_path).read_text(encoding="utf-8")
    assert "5 runs in this folder, the latest first; 1 of them failed; the table below shows 3." in html
    assert [runs[number].run_id in html for number in range(5)] == [True, False, False, True, True]
