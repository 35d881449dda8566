"""Points rest on what a student wrote, whatever else the notebook does."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from carec_digital_trade.errors import InputError
from carec_digital_trade.teaching.grade import grade, main, points

WORK = """
import carec_digital_trade as cdt
from carec_digital_trade.teaching import check
asean = cdt.members(cdt.trade("delivered", "total"), cdt.region("ASEAN"), 2024)
answer_1_1 = asean["share"].max()"""


def hand_in(path, *cells):
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
    return path


def test_what_is_right_counts_and_nothing_else(tmp_path):
    asks = ['check("1.1", answer_1_1)', 'check("1.2", answer_1_2)', 'check("1.3", answer_1_3)', 'check("9.9", 1)']
    anna = hand_in(tmp_path / "anna.ipynb", WORK, "1 / 0", "answer_1_2 = 10.0\nprint('Exercise 1.2: right.')", *asks)
    assert points(anna) == {"1.1": 1, "1.2": 0, "1.3": 0}


def test_a_folder_becomes_a_table_and_who_cannot_be_graded_is_named(tmp_path):
    hand_in(tmp_path / "ben.ipynb", WORK, 'check("1.1", answer_1_1)')
    hand_in(tmp_path / "carl.ipynb", "import os\nos._exit(1)", 'check("1.1", 0)', 'check("1.1", answer_1_1)')
    hand_in(tmp_path / "dora.ipynb", "1 + 1")
    (tmp_path / "eric.ipynb").write_text("a letter", encoding="utf-8")
    faults = grade(tmp_path, tmp_path / "points.csv")
    assert (tmp_path / "points.csv").read_text(encoding="utf-8") == "notebook,1.1,total\nben,1,1\n"
    assert [fault.split(" ")[0] for fault in faults] == ["carl.ipynb", "dora.ipynb", "eric.ipynb"]


def test_a_folder_without_notebooks_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no notebook in"):
        grade(tmp_path, tmp_path / "points.csv")
    assert main(["one"]).startswith("say the folder and the table")
