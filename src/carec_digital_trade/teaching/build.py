"""Build the notebooks of the teaching sessions: ``python -m carec_digital_trade.teaching.build [FOLDER]``.

Each source gives a notebook with holes for students and an executed one with solutions. They go beside the sources or,
from an installed package, into a folder of the lecturer's.

A source is Markdown. Prose becomes Markdown cells, a new one at each heading; a fenced block becomes a cell of its own.
The line that opens a fence says what it is and, if not for both, for whom: ```` ```python ````, ```` ```python
student ````, ```` ```python solution ```` or ```` ```markdown solution ````.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import nbformat

from carec_digital_trade.errors import InputError
from carec_digital_trade.paths import bundled
from carec_digital_trade.runs.save import METADATA, executed

Audience = Literal["student", "solution"]

STUDENT, SOLUTIONS = "student", "solutions"
"""Folders of the two versions."""

_FENCE = re.compile(rf"```(python|markdown)(?: ({'|'.join(get_args(Audience))}))?")


@dataclass(frozen=True)
class Block:
    """A cell of the source.

    Attributes
    ----------
    kind : {"python", "markdown"}
        What it is.
    text : str
        What stands in it.
    audience : {"student", "solution"} or None
        Whose notebook it goes into; None for both.
    """

    kind: str
    text: str
    audience: str | None = None


def blocks(source: str) -> list[Block]:
    """Split a source into its cells.

    Parameters
    ----------
    source : str
        Markdown, as above.

    Returns
    -------
    list of Block
        In order, none of them empty.

    Raises
    ------
    InputError
        If a fence is not one of those above, or is not closed.
    """
    return [block for block in _split(source.splitlines()) if block.text]


def notebook(source: str, audience: Audience) -> nbformat.NotebookNode:
    """Make a notebook that is not executed yet.

    Parameters
    ----------
    source : str
        Markdown, as above.
    audience : {"student", "solution"}
        Whose notebook.

    Returns
    -------
    nbformat.NotebookNode
        The same for the same source.

    Raises
    ------
    InputError
        As in `blocks`.
    """
    chosen = [block for block in blocks(source) if block.audience in (None, audience)]
    cells = [
        (nbformat.v4.new_code_cell if block.kind == "python" else nbformat.v4.new_markdown_cell)(
            block.text, id=f"cell-{number}"
        )
        for number, block in enumerate(chosen, start=1)
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def _split(lines: list[str]) -> Iterator[Block]:
    prose: list[str] = []
    numbered = iter(enumerate(lines, start=1))
    for number, line in numbered:
        if line.startswith("```"):
            yield Block("markdown", _joined(prose))
            yield _fenced(line, number, numbered)
            prose = []
        elif line.startswith("#"):
            yield Block("markdown", _joined(prose))
            prose = [line]
        else:
            prose.append(line)
    yield Block("markdown", _joined(prose))


def _fenced(opening: str, start: int, numbered: Iterator[tuple[int, str]]) -> Block:
    match = _FENCE.fullmatch(opening)
    if match is None:
        raise InputError(
            f"line {start}: {opening!r} opens no cell: write ```python or ```markdown, and student or solution "
            "after it if the cell is for one of them only"
        )
    inside: list[str] = []
    for _, line in numbered:
        if line == "```":
            return Block(match[1], _joined(inside), match[2])
        inside.append(line)
    raise InputError(f"line {start}: the cell that {opening!r} opens is not closed with ```")


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")


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
