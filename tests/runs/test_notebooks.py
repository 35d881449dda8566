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
from carec_digital_trade.runs.notebooks import open_notebook, read_notebook
from carec_digital_trade.runs.values import in_words

from .conftest import PARAMETERS_CELL, ROWS


def test_a_notebook_of_the_package(toy: str):
    source = open_notebook(toy)
    assert (source.name, source.title) == ("toy", "Toy trade of two regions")
    values, tables = source.validated({"points": 5, "measure": "deliverable", "year": 2015})
    assert values["points"] == 5
    assert values["region"] == "CAREC"
    assert tables == ["table1", "deliverable"]
    points = source.parameters[-1]
    assert (points.name, points.default, points.meaning) == ("points", 3, "number of points")
    assert in_words(points.schema) == "whole number, at least 1, at most 9"
    assert source.json_schema()["properties"]["points"]["maximum"] == 9


def test_words_for_schemas(toy: str):
    words = {each.name: in_words(each.schema) for each in open_notebook(toy).parameters}
    assert words["region"] == "text or list of text or mapping"
    assert words["region_exclude"] == "list of text or null"
    assert words["flow"] == "total | exports | imports"
    assert in_words({"const": "CAREC"}) == "CAREC"
    assert in_words({"$ref": "#/$defs/Lever"}) == "Lever"
    assert in_words({}) == "any value"


def test_a_users_own_notebook(notebook: Callable[..., Path]):
    source = open_notebook(notebook("# My *own*", PARAMETERS_CELL, ROWS, name="my own {1}.ipynb"))
    assert (source.name, source.title) == ("my_own_1_", "My *own*")
    assert [(each.name, each.default, each.meaning) for each in source.parameters] == [
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
    with pytest.raises(InputError, match=r"no parameter 'year': no cell .* is tagged 'parameters' .*Cell Tags"):
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
        ("year: int", "which 'year: int' does not"),
        ("if True:\n    year = 2020", "which 'if True: …' does not"),
        ("try:\n    year = 2020\nfinally:\n    pass", "which 'try: …' does not"),
        ("for year in [2020]:\n    pass", "which 'for year in .* does not"),
        ("print(year := 2020)", "which .*:= 2020.* does not"),
    ],
)
def test_a_parameters_cell_must_be_plain(tmp_path: Path, cell: str, sentence: str):
    content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell, metadata={"tags": ["parameters"]})])
    nbformat.write(content, tmp_path / "own.ipynb")
    with pytest.raises(InputError, match=sentence):
        open_notebook(tmp_path / "own.ipynb")


def test_a_parameters_cell_may_hold_what_assigns_nothing(notebook: Callable[..., Path]):
    cell = (
        f"import os\nprint([each for each in 'ab'])\ndef half(of):\n    it = of / 2\n    return it\n{PARAMETERS_CELL}"
    )
    path = notebook(cell)
    _tag(path, "parameters", 0)
    assert [each.name for each in open_notebook(path).parameters] == ["year", "region", "note", "share", "none"]


def _tag(path: Path, tag: str, *positions: int) -> None:
    content = nbformat.read(path, as_version=4)
    for position in positions:
        content.cells[position].metadata.tags = [tag]
    nbformat.write(content, path)


@pytest.mark.parametrize(
    ("tag", "positions", "sentence"),
    [
        ("parameters", [0], "a markdown cell of .* is tagged 'parameters': tag the code cell"),
        ("parameters", [1, 2], "2 cells of .* are tagged 'parameters': tag one, with all parameters"),
        ("Parameters", [1], "is tagged 'Parameters': write the tag as 'parameters'"),
        ("parameters ", [1], "is tagged 'parameters ': write the tag as 'parameters'"),
    ],
)
def test_a_tag_that_is_not_where_it_should_be(notebook: Callable[..., Path], tag: str, positions: list, sentence: str):
    path = notebook("# Title", "year = 2020", "month = 1")
    _tag(path, tag, *positions)
    with pytest.raises(InputError, match=sentence):
        open_notebook(path)


@pytest.mark.parametrize(
    ("cell", "taken"),
    [
        ("year = 2021\nprint(year)", "year = 2021"),
        ("if share:\n    year = 2021", "if share: …"),
        ("for year in range(2000, year):\n    print(year)", "for year in"),
        ("with open(note) as year:\n    pass", "with open"),
        ("%matplotlib inline\n!ls\nyear, other = 1, 2", r"year, other = \(1, 2\)|\(year, other\) = \(1, 2\)"),
        ("%%time\nyear = 2021", "year = 2021"),
        ("def year():\n    pass", "def year"),
        ("import math as year", "import math as year"),
        ("year = year + 1\nyear += 1\nif year is None:\n    year = 3", None),
        ("def total(year):\n    year = 3\n    return year\nprint([1 for year in 'ab'])", None),
        ("%%bash\nyear=2021", None),
        ("year = !date", None),
    ],
)
def test_a_parameter_that_a_later_cell_gives_another_value(notebook: Callable[..., Path], cell: str, taken: str | None):
    path = notebook(PARAMETERS_CELL, cell)
    if taken is None:
        open_notebook(path)
    else:
        with pytest.raises(InputError, match=f"below the parameters cell gives year another value, by .({taken})"):
            open_notebook(path)


def test_what_papermill_has_put_in_gives_no_other_value(notebook: Callable[..., Path]):
    path = notebook(PARAMETERS_CELL, "year = 2021")
    _tag(path, "injected-parameters", 1)
    assert open_notebook(path).parameters[0].default == 2024


def test_parameters_that_nothing_reads(notebook: Callable[..., Path]):
    assert open_notebook(notebook(PARAMETERS_CELL, "print(f'{year}', note)")).unread == {"region", "share", "none"}
    assert open_notebook(notebook(PARAMETERS_CELL, "print(globals())")).unread == frozenset()


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "\xff", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', '{"nbformat": 9}']
)
def test_a_file_that_is_no_notebook(tmp_path: Path, content: str):
    path = tmp_path / "own.ipynb"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match="is not a notebook"):
        open_notebook(path)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda content: content["metadata"].update(kernelspec=None),
            "metadata.kernelspec: None is not of type 'object'",
        ),
        (lambda content: content["cells"][0].pop("source"), "is not a notebook"),
        (
            lambda content: content["cells"][0]["metadata"].update(tags=[1, 2]),
            "metadata.tags.0: 1 is not of type 'string'",
        ),
        (lambda content: content["cells"][0].update(source=7), "source: 7 is not valid"),
        (lambda content: content["cells"].append(None), "is not a notebook"),
    ],
)
def test_a_notebook_with_a_part_that_is_wrong(notebook: Callable[..., Path], capfd, change: Callable, problem: str):
    path = notebook(PARAMETERS_CELL)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=problem) as raised:
        open_notebook(path)
    assert len(str(raised.value)) < 400
    assert capfd.readouterr() == ("", "")


def test_outputs_that_are_wrong_do_not_count(notebook: Callable[..., Path]):
    path = notebook(PARAMETERS_CELL)
    content = json.loads(path.read_text())
    content["cells"][0]["outputs"] = [{"output_type": "stream"}]
    path.write_text(json.dumps(content))
    assert open_notebook(path).title == "own"


def test_a_notebook_that_is_not_there(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read: no such file"):
        open_notebook(tmp_path / "own.ipynb")
    with pytest.raises(InputError, match="there is no home folder for ~nosuch"):
        open_notebook("~nosuch/own.ipynb")
    with pytest.raises(InputError, match=r"there is no notebook 'snapsot': .*; did you mean 'snapshot'"):
        open_notebook("snapsot")


@pytest.mark.parametrize(
    ("metadata", "cell", "language"),
    [
        ({"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}, {}, "R"),
        ({"language_info": {"name": "julia"}}, {}, "julia"),
        (
            {"kernelspec": {"name": "ir", "display_name": "R"}, "language_info": {"name": "R"}},
            {},
            "R",
        ),
        ({}, {"vscode": {"languageId": "r"}}, "r"),
    ],
)
def test_a_notebook_in_another_language(tmp_path: Path, metadata: dict, cell: dict, language: str):
    content = nbformat.v4.new_notebook(metadata=metadata, cells=[new_code_cell("x <- 1", metadata=cell)])
    nbformat.write(content, tmp_path / "own.ipynb")
    with pytest.raises(InputError, match=f"is a notebook in {language}: cdt runs notebooks in Python"):
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


def test_a_heading_of_blanks_is_passed_over(notebook: Callable[..., Path]):
    # A square of their number would be 10 ** 12 steps: the test would not end.
    blanks = " " * 1_000_000
    assert open_notebook(notebook(f"# {blanks}\n# {blanks}Title{blanks}")).title == "Title"
