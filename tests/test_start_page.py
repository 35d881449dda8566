"""The start page leads to everything else in the folder, and its one cell has been run."""

import re
from pathlib import Path

import nbformat

from carec_digital_trade.findings import MEDIA_TYPE
from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.paths import bundled

FOLDER = bundled("notebooks")
CELLS = nbformat.read(FOLDER / "00_start.ipynb", as_version=4).cells
TEXT = "\n".join(cell.source for cell in CELLS if cell.cell_type == "markdown")


def test_it_leads_to_every_notebook():
    links = set(re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT))
    assert all((FOLDER / link).is_file() for link in links)
    teaching = (path.relative_to(FOLDER).as_posix() for path in (FOLDER / "teaching").rglob("[0-9]*.ipynb"))
    assert links == {
        *(notebook.file for notebook in NOTEBOOKS.values()),
        *(path for path in teaching if ".ipynb_checkpoints" not in path),
        "teaching/README.md",
        "../data/README.md",
    }


def test_it_names_the_notebooks_as_they_name_themselves():
    for notebook in NOTEBOOKS.values():
        title = nbformat.read(notebook.path, as_version=4).cells[0].source.splitlines()[0].removeprefix("# ")
        label = re.search(rf"\[([^\]]+)\]\({notebook.file}\)", TEXT)[1]
        assert title.startswith(label), title


def test_its_cell_has_been_run():
    (cell,) = (cell for cell in CELLS if cell.cell_type == "code")
    assert cell.execution_count == 1
    assert any(MEDIA_TYPE in output.get("data", {}) for output in cell.outputs)
    assert len(cell.source.splitlines()) < 10


def test_its_commands_exist():
    makefile = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\$ make (\w+)", TEXT):
        assert re.search(rf"^{target}:", makefile, re.M), target
