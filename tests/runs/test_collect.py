"""Results are taken out of an executed notebook as the contract says, or the run has failed."""

from typing import Any

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from carec_digital_trade.findings import COLUMNS, MEDIA_TYPE, METADATA_KEY
from carec_digital_trade.runs.collect import RESULT_COLUMNS, collect, read_results
from carec_digital_trade.runs.folder import RunFailed

from .conftest import PIXEL

ROW = ["totals", "CAREC", "KAZ", 2024, "total", "", 1.5, None, None, "USD million"]


def executed(*outputs: nbformat.NotebookNode, count: int | None = 1) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell("1", outputs=list(outputs), execution_count=count), new_code_cell(" ")])


def table(*rows: list, columns: Any = tuple(COLUMNS)) -> nbformat.NotebookNode:
    return new_output("display_data", data={MEDIA_TYPE: {"columns": list(columns), "rows": list(rows)}})


def figure(name: str | None = None) -> nbformat.NotebookNode:
    metadata = {METADATA_KEY: {"figure": name}} if name else {}
    return new_output("display_data", data={"image/png": PIXEL}, metadata=metadata)


def test_tables_are_joined_in_order():
    nothing = ["shares", None, None, None, "share", None, None, None, None, "per cent"]
    results = collect(executed(table(ROW), table(), table(nothing, ROW)), "toy").results
    assert list(results.columns) == RESULT_COLUMNS
    assert list(results["table"]) == ["totals", "shares", "totals"]
    assert set(results["notebook"]) == {"toy"}
    assert results["value"].tolist()[0] == 1.5
    assert results.iloc[1][["region", "iso3", "year", "value", "low", "high"]].isna().all()
    assert {name: str(results[name].dtype) for name in ("year", "value", "unit")} == {
        "year": "Int64",
        "value": "float64",
        "unit": "str",
    }


def test_figures_have_names():
    assert list(collect(executed(table(ROW), figure("ranked"), figure()), "toy").figures) == ["ranked", "figure_02"]


def test_the_answer_is_the_marked_sentence():
    said = new_output("display_data", data={"text/markdown": "Yes."}, metadata={METADATA_KEY: {"answer": True}})
    assert collect(executed(table(ROW), said), "toy").answer == "Yes."
    assert collect(executed(table(ROW)), "toy").answer is None


def test_what_is_no_picture_or_answer_fails_nothing():
    odd = figure("ranked")
    odd.data["image/png"] = "abcde"
    said = new_output("display_data", data={"text/plain": "Yes."}, metadata={METADATA_KEY: {"answer": True}})
    foreign = new_output("display_data", data={"text/plain": "Yes."}, metadata={METADATA_KEY: ["answer"]})
    findings = collect(executed(table(ROW), odd, said, foreign), "toy")
    assert (findings.figures, findings.answer) == ({}, None)


def test_a_cell_that_its_author_keeps_from_running():
    notebook = executed(table(ROW))
    notebook.cells.append(new_code_cell("1", metadata={"tags": ["skip-execution"]}))
    assert len(collect(notebook, "toy").results) == 1


@pytest.mark.parametrize(
    ("notebook", "sentence"),
    [
        (executed(table(ROW), count=None), "code cell 1: CellNotRun"),
        (
            executed(table(ROW[:-1], columns=COLUMNS[:-1])),
            "code cell 1: BadResults: .* but the columns are table, region",
        ),
        (executed(table(ROW[:-1])), "BadResults"),
        (executed(table([*ROW[:6], "much", *ROW[7:]])), "BadResults: .*'much'"),
        (executed(table([*ROW[:3], 2024.5, *ROW[4:]])), "BadResults"),
        (executed(table(ROW), figure("a"), figure("a")), "BadFigure: 'a' is no unique snake_case name"),
        (executed(table(ROW), figure("../a")), "BadFigure"),
    ],
)
def test_what_is_not_finished(notebook: nbformat.NotebookNode, sentence: str):
    with pytest.raises(RunFailed, match=sentence):
        collect(notebook, "toy")


def test_a_results_file_is_read_as_it_was(finished):
    text = (finished.folder / "results.csv").read_text(encoding="utf-8")
    assert text == (
        "notebook,table,region,iso3,year,metric,item,value,low,high,unit\n"
        "toy,totals,CAREC,,2020,total,,421527.0,400000.0,,USD million\n"
        "toy,totals,,NAM,,share,,,,,NA\n"
    )
    results = read_results(finished.folder / "results.csv")
    assert results["unit"].tolist() == ["USD million", "NA"]
    pd.testing.assert_frame_equal(results, collect(nbformat.read(finished.folder / "notebook.ipynb", 4), "toy").results)
