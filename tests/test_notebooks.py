"""The committed notebooks: executed in order, thin, held to their models; nbval itself compares their outputs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from agreement import other_processor
from notebook_rules import faults, parameters_cell

from carec_digital_trade.findings import MEDIA_TYPE
from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.paths import bundled

ROOT = Path(__file__).parents[1]
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


def explain_at_length(cells):
    cells[8].source += " And so on. And so forth."


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
        (explain_at_length, "more than 1 sentences in: A newer file"),
    ],
)
def test_a_tampered_notebook_is_found(tampered, edit, fault):
    assert any(fault in found for found in faults(tampered(edit), NOTEBOOKS["snapshot"]))


def test_parameters_cell_is_read():
    assert parameters_cell(NOTEBOOKS["snapshot"].path)["year"] == 2024


def nbval(*paths, cwd, **variables):
    """Run nbval over notebooks as `make test` does, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(cwd)]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", "--import-mode=prepend", "-o", "addopts=", "-q"]
    command += ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={SANITIZE}", *map(str, paths)]
    return subprocess.run(command, cwd=cwd, env=os.environ | variables, capture_output=True, text=True, check=False)


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
    data[MEDIA_TYPE]["rows"][0][value] *= 1.005  # the third digit
    nbformat.write(content, tmp_path / "wrong.ipynb")
    shutil.copy(ROOT / "conftest.py", tmp_path)
    done = nbval(tmp_path / "right.ipynb", tmp_path / "wrong.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert "wrong.ipynb::Cell 3" in done.stdout
    assert "FAILED right.ipynb" not in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not other_processor(), reason="the names of processors are Intel's and AMD's")
def test_another_processor_gives_the_stored_backtest(tmp_path):
    """What an optimiser finds and what counts at a threshold; nbval runs the teaching sessions so as a whole."""
    content = nbformat.read(NOTEBOOKS["scenarios"].path, as_version=4)
    last = next(number for number, cell in enumerate(content.cells) if 'finding("coverage"' in cell.source)
    content.cells = content.cells[: last + 1]
    nbformat.write(content, tmp_path / "backtest.ipynb")
    shutil.copy(ROOT / "conftest.py", tmp_path)
    done = nbval(tmp_path / "backtest.ipynb", cwd=tmp_path, **other_processor())
    assert done.returncode == 0, done.stdout[-5_000:]
