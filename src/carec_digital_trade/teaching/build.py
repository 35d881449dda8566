"""Build the notebooks of the teaching sessions: ``python -m carec_digital_trade.teaching.build [FOLDER]``.

Each source gives a notebook with holes for students and an executed one with solutions. They go beside the sources or,
from an installed package, into a folder of the lecturer's.
"""

import sys
from pathlib import Path

import nbformat

from carec_digital_trade.errors import InputError
from carec_digital_trade.paths import bundled
from carec_digital_trade.runs.save import executed
from carec_digital_trade.teaching.masters import notebook

STUDENT, SOLUTIONS = "student", "solutions"
"""Folders of the two versions."""


def sources() -> list[Path]:
    """Return the sessions' sources.

    Returns
    -------
    list of pathlib.Path
        In the order of the sessions.
    """
    return sorted((bundled("notebooks") / "teaching" / "source").glob("*.md"))


def build(source: Path, folder: Path) -> None:
    """Write a session's two notebooks.

    Parameters
    ----------
    source : pathlib.Path
        One of `sources`.
    folder : pathlib.Path
        They go into its folders student and solutions.

    Raises
    ------
    InputError
        If the source cannot be read, or a solution does not pass its check; nothing is written then.
    nbclient.exceptions.CellExecutionError
        If a cell of the solutions fails.
    """
    text = source.read_text(encoding="utf-8")
    places = {version: folder / version / f"{source.stem}.ipynb" for version in (STUDENT, SOLUTIONS)}
    for path in places.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    student = notebook(text, "student")
    solutions = executed(notebook(text, "solution"), places[SOLUTIONS].parent)
    if wrong := failures(solutions):
        raise InputError(f"{source.name}: a solution does not pass its check: {wrong[0]}")
    nbformat.write(student, places[STUDENT])
    nbformat.write(solutions, places[SOLUTIONS])


def failures(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what the checks of an executed notebook say of the answers that are not right.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Student's or solutions.

    Returns
    -------
    list of str
        One sentence or two for each.
    """
    checks = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith("check(")]
    said = [output.data["text/plain"] for cell in checks for output in cell.outputs]
    return [each for each in said if "not yet" in each]


def main() -> None:
    """Build all sessions."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else bundled("notebooks") / "teaching"
    for source in sources():
        build(source, folder)


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(str(error))
