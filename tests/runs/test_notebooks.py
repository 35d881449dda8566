"""A notebook is found, and held to its model or to its own parameters cell."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from carec_digital_trade.datasets import catalogue, describe
from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.identity import plan
from carec_digital_trade.runs.kinds import in_words
from carec_digital_trade.runs.notebooks import open_notebook, read_notebook

from .conftest import PARAMETERS_CELL, ROWS


def test_a_notebook_of_the_package(toy: str):
    source = open_notebook(toy)
    assert (source.name, source.title) == ("toy", "Toy trade of two regions")
    values, tables = source.validated({"points": 5, "measure": "deliverable", "year": 2015})
    assert values["points"] == 5
    assert values["region"] == "CAREC"
    assert tables == ["table1", "deliverable"]
    points = source.parameters()[-1]
    assert (points.name, points.default, points.meaning) == ("points", 3, "number of points")
    assert in_words(points.schema) == "whole number, at least 1, at most 9"
    assert source.json_schema()["properties"]["points"]["maximum"] == 9


def test_words_for_schemas(toy: str):
    words = {each.name: in_words(each.schema) for each in open_notebook(toy).parameters()}
    assert words["region"] == "text or list of text"
    assert words["region_exclude"] == "list of text or null"
    assert words["flow"] == "total | exports | imports"
    assert in_words({"const": "CAREC"}) == "CAREC"
    assert in_words({"$ref": "#/$defs/Lever"}) == "Lever"
    assert in_words({}) == "any value"


def test_a_users_own_notebook(notebook: Callable[..., Path]):
    source = open_notebook(notebook("# My *own*", PARAMETERS_CELL, ROWS, name="my own {1}.ipynb"))
    assert (source.name, source.title) == ("my_own_1_", "My *own*")
    assert [(each.name, each.default, each.meaning) for each in source.parameters()] == [
        ("year", 2024, "year of the figures"),
        ("region", "CAREC", "the region"),
        ("note", "a, b", "free text, with a comma"),
        ("share", 0.5, ""),
        ("none", None, ""),
    ]
    values, tables = source.validated({"year": 2020, "share": 1, "none": [1]})
    assert values == {"year": 2020, "region": "CAREC", "note": "a, b", "share": 1, "none": [1]}
    assert tables == list(catalogue()["table"])
    assert source.json_schema()["properties"]["year"] == {
        "type": "integer",
        "default": 2024,
        "description": "year of the figures",
    }


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"yaer": 2020}, "there is no parameter 'yaer': .*; did you mean 'year'"),
        ({"year": "2020"}, "year must be a whole number, like its default 2024, not '2020'"),
        ({"year": 2020.5}, "year must be a whole number, like its default 2024, not 2020.5"),
        ({"year": True}, "year must be a whole number"),
        ({"year": None}, "year must be a whole number"),
        ({"share": "half"}, "share must be a number, like its default 0.5"),
        ({"region": ["KAZ"]}, "region must be text, like its default CAREC"),
    ],
)
def test_values_that_do_not_fit_an_own_notebook(notebook: Callable[..., Path], values: dict, sentence: str):
    with pytest.raises(InputError, match=sentence):
        open_notebook(notebook(PARAMETERS_CELL)).validated(values)


def test_an_own_notebook_may_leave_the_vintage_open(tmp_path: Path):
    cell = nbformat.v4.new_code_cell("vintage = None", metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "own.ipynb")
    planned = plan(open_notebook(tmp_path / "own.ipynb"), {}, tmp_path)
    assert planned.parameters == {"vintage": None}
    assert planned.data["table1"]["vintage"] == describe("table1")["vintage"]


def test_an_own_notebook_without_parameters(notebook: Callable[..., Path]):
    source = open_notebook(notebook(ROWS))
    assert source.title == "own"
    assert source.validated({})[0] == {}
    with pytest.raises(InputError, match="there is no parameter 'year': the notebook has no cell tagged 'parameters'"):
        source.validated({"year": 1})


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("year = 2000 + 24", r"must assign plain values .*, which year = 2000 \+ 24 is not"),
        ("pair = (1, 2)", "must assign plain values"),
        ("big = float('inf')", "must assign plain values"),
        ("year = = 1", "is not Python"),
        ("year = 2020\nyear += 1", r"one name a line and a plain value to it, which 'year \+= 1' does not"),
        ("a = b = 3", "one name a line and a plain value to it, which 'a = b = 3' does not"),
        ("a, b = 1, 2", "which 'a, b = .*' does not"),
        ("year = 2020\nyear = 2021", "assigns year twice: assign it once"),
    ],
)
def test_a_parameters_cell_must_be_plain(tmp_path: Path, cell: str, sentence: str):
    content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell, metadata={"tags": ["parameters"]})])
    nbformat.write(content, tmp_path / "own.ipynb")
    with pytest.raises(InputError, match=sentence):
        open_notebook(tmp_path / "own.ipynb")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "\xff", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', '{"nbformat": 9}']
)
def test_a_file_that_is_no_notebook(tmp_path: Path, content: str):
    path = tmp_path / "own.ipynb"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match="is not a notebook"):
        open_notebook(path)


def test_a_notebook_that_is_not_there(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read: no such file"):
        open_notebook(tmp_path / "own.ipynb")
    with pytest.raises(InputError, match=r"there is no notebook 'snapsot': .*; did you mean 'snapshot'"):
        open_notebook("snapsot")


def test_a_notebook_in_another_language(tmp_path: Path):
    metadata = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    nbformat.write(nbformat.v4.new_notebook(metadata=metadata), tmp_path / "own.ipynb")
    with pytest.raises(InputError, match="is a notebook in R: cdt runs notebooks in Python"):
        open_notebook(tmp_path / "own.ipynb")


def test_outputs_do_not_count_as_source(notebook: Callable[..., Path]):
    path = notebook("# Title", PARAMETERS_CELL, ROWS)
    before = open_notebook(path).digest
    content = json.loads(path.read_text())
    content["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hello"}]
    content["cells"][2]["execution_count"] = 3
    path.write_text(json.dumps(content))
    assert open_notebook(path).digest == before
    content["cells"][2]["source"] += "\n"
    path.write_text(json.dumps(content))
    assert open_notebook(path).digest != before


def test_cells_for_a_reader_are_left_out(notebook: Callable[..., Path]):
    path = notebook(PARAMETERS_CELL, ROWS)
    before = open_notebook(path)
    content = nbformat.read(path, as_version=4)
    heading, controls = new_markdown_cell("## Explore"), new_code_cell("import nothing_that_is_installed")
    for cell in (heading, controls):
        cell.metadata.tags = ["explore"]
    content.cells += [heading, controls]
    nbformat.write(content, path)
    assert open_notebook(path) == before  # the same digest, so the same run
    assert read_notebook(path).cells == content.cells[:-2]
