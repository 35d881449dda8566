"""Points for a class: ``python -m carec_digital_trade.teaching.grade FOLDER POINTS.csv``.

Each notebook of the folder is executed anew, so that points rest on what a student wrote and not on what was printed.
Whose notebook it is must be in its file name.
"""

import csv
import json
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.kernels import RunKernelManager
from carec_digital_trade.teaching import EXERCISES

LONGEST = 300
"""Seconds that a cell may take."""

_ASKED = re.compile(r'^check\("([\d.]+)", (\w+)\)$', re.MULTILINE)
_GRADE = """
import json
from carec_digital_trade.teaching import check
print(json.dumps({{number: check(number, globals().get(name, ...)).right for number, name in {asked!r}}}))
"""


def points(path: Path) -> dict[str, int]:
    """Execute a student's notebook and count what is right.

    Parameters
    ----------
    path : pathlib.Path
        The notebook; it is left as it is. A cell that fails or takes too long does not stop the others.

    Returns
    -------
    dict of str to int
        Exercise to 1 if its answer is right, else 0.

    Raises
    ------
    InputError
        If it is no notebook, calls no check, or ends its kernel.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises whatever its readers raise
        raise InputError(f"{path.name} is no notebook: {str(error)[:200]}") from None
    asked = [pair for cell in notebook.cells if cell.cell_type == "code" for pair in _ASKED.findall(cell.source)]
    asked = [(number, name) for number, name in asked if number in EXERCISES]
    if not asked:
        raise InputError(f"{path.name} calls no check: take a notebook of the folder student")
    notebook.cells.append(nbformat.v4.new_code_cell(_GRADE.format(asked=asked)))
    client = NotebookClient(
        notebook,
        kernel_manager_class=RunKernelManager,
        kernel_name="python3",
        allow_errors=True,
        timeout=LONGEST,
        interrupt_on_timeout=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except DeadKernelError:
        raise InputError(f"{path.name} ends its own kernel: look at it by hand") from None
    printed = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    found = json.loads(printed) if printed else {}
    return {number: int(found.get(number, False)) for number, _ in asked}


def grade(folder: Path, table: Path) -> list[str]:
    """Write the points of all notebooks of a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Of the students' notebooks.
    table : pathlib.Path
        The CSV file to write: notebook, a column an exercise (1 or 0, empty where the notebook does not ask it), total.

    Returns
    -------
    list of str
        A sentence for each notebook that could not be graded.

    Raises
    ------
    InputError
        If there is no notebook.
    """
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise InputError(f"there is no notebook in {folder}: name the folder that holds the students' .ipynb files")
    rows, faults = {}, []
    for path in paths:
        try:
            rows[path.stem] = points(path)
        except InputError as error:
            faults.append(str(error))
    numbers = [number for number in EXERCISES if any(number in row for row in rows.values())]
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["notebook", *numbers, "total"], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({"notebook": name, **row, "total": sum(row.values())} for name, row in rows.items())
    return faults


def main(arguments: list[str]) -> str | None:
    """Grade a folder, and return what is to be said on standard error."""
    if len(arguments) != 2:
        return "say the folder and the table: python -m carec_digital_trade.teaching.grade FOLDER POINTS.csv"
    try:
        return "\n".join(grade(*map(Path, arguments))) or None
    except InputError as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
