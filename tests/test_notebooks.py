"""The committed notebooks: executed in order, thin, held to their models; nbval itself compares their outputs."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from notebook_rules import faults, parameters_cell

from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.paths import bundled
from carec_digital_trade.results import MEDIA_TYPE

SANITIZE = Path(__file__).parent / "nbval_sanitize.cfg"


@pytest.fixture(params=NOTEBOOKS, ids=str)
def notebook(request):
    return NOTEBOOKS[request.param]


@pytest.fixture
def tampered(tmp_path):
    """A copy of the snapshot, changed by a function of its cells."""

    def change(edit):
        path = tmp_path / NOTEBOOKS["snapshot"].file
        content = nbformat.read(NOTEBOOKS["snapshot"].path, as_version=4)
        edit(content.cells)
        nbformat.write(content, path)
        return path

    return change


def code(cells):
    return [cell for cell in cells if cell.cell_type == "code"]


def test_every_notebook_of_the_folder_has_a_model():
    assert sorted(path.name for path in bundled("notebooks").glob("*.ipynb")) == sorted(
        ["00_start.ipynb", *(notebook.file for notebook in NOTEBOOKS.values())]
    )


def test_a_committed_notebook_keeps_the_rules(notebook):
    assert faults(notebook.path, notebook) == []


def test_a_committed_notebook_holds_results_and_figures(notebook):
    outputs = [output for cell in code(nbformat.read(notebook.path, as_version=4).cells) for output in cell.outputs]
    data = [output.data for output in outputs if output.output_type == "display_data"]
    assert sum(MEDIA_TYPE in each for each in data) >= 5
    assert sum("image/png" in each for each in data) >= 4


def strip_all(cells):
    for cell in code(cells):
        cell.outputs, cell.execution_count = [], None


def strip_one(cells):
    code(cells)[3].outputs = []


def swap(cells):
    first, second = [number for number, cell in enumerate(cells) if cell.cell_type == "code"][3:5]
    cells[first], cells[second] = cells[second], cells[first]


def add_parameter(cells):
    code(cells)[0].source += '\nservice: str = "SI2"  # a parameter that the model lacks'


def drop_parameter(cells):
    lines = code(cells)[0].source.splitlines()
    code(cells)[0].source = "\n".join(line for line in lines if not line.startswith("flow"))


def other_default(cells):
    code(cells)[0].source = code(cells)[0].source.replace("2024", "2023")


def warn(cells):
    code(cells)[3].outputs.append(nbformat.v4.new_output("stream", name="stderr", text="FutureWarning"))


def run_controls(cells):
    cells[-1].execution_count = 1


def drop_controls(cells):
    del cells[-2:]


def tag_a_section(cells):
    cells[5].metadata["tags"] = ["explore"]


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (strip_all, "not executed in order"),
        (strip_one, "no output stored"),
        (swap, "not executed in order"),
        (add_parameter, "the parameters cell is"),
        (drop_parameter, "the parameters cell is"),
        (other_default, "the parameters cell is"),
        (warn, "an error or a warning"),
        (run_controls, "must be stored without output"),
        (drop_controls, "must call explore"),
        (tag_a_section, "so runs leave it out"),
    ],
)
def test_a_tampered_notebook_is_found(tampered, edit, fault):
    assert any(fault in found for found in faults(tampered(edit), NOTEBOOKS["snapshot"]))


def test_parameters_cell_is_read():
    assert parameters_cell(NOTEBOOKS["snapshot"].path)["year"] == 2024


def test_nbval_finds_a_changed_output(tmp_path):
    """One cell is enough to show that the comparison is strict about the stored numbers."""
    content = nbformat.read(NOTEBOOKS["snapshot"].path, as_version=4)
    table = next(
        cell for cell in code(content.cells) if any(MEDIA_TYPE in output.get("data", {}) for output in cell.outputs)
    )
    content.cells = [cell for cell in content.cells if cell in code(content.cells)[:3]] + [table]
    nbformat.write(content, tmp_path / "right.ipynb")
    data = next(output.data for output in table.outputs if MEDIA_TYPE in output.data)
    value = data[MEDIA_TYPE]["columns"].index("value")
    data[MEDIA_TYPE]["rows"][0][value] += 1e-4
    nbformat.write(content, tmp_path / "wrong.ipynb")
    shutil.copy(SANITIZE, tmp_path)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    command += [f"--nbval-sanitize-with={SANITIZE.name}", "-q", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "wrong.ipynb::Cell 3" in done.stdout
    assert "FAILED right.ipynb" not in done.stdout
