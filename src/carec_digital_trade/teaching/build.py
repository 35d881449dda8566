"""Build the notebooks of the teaching sessions: ``python -m carec_digital_trade.teaching.build [FOLDER]``.

Each source gives a notebook with holes for students and an executed one with solutions. They go beside the sources or,
from an installed package, into a folder of the lecturer's.

A source is Markdown. Prose becomes Markdown cells, a new one at each heading; a fenced block becomes a cell of its own.
The line that opens a fence says what it is and, if not for both, for whom: ```` ```python ````, ```` ```python
student ````, ```` ```python solution ```` or ```` ```markdown solution ````.
"""

import re
import sys
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

_FENCED = re.compile(r"^(?P<opening>```.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)
_OPENING = re.compile(rf"```(python|markdown)(?: ({'|'.join(get_args(Audience))}))?")
_UNCLOSED = re.compile(r"^```.*", re.MULTILINE)


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
    found: list[Block] = []
    end = 0
    for fenced in _FENCED.finditer(source):
        found += _prose(source[end : fenced.start()])
        line, opening = source.count("\n", 0, fenced.start()) + 1, _OPENING.fullmatch(fenced["opening"])
        if opening is None:
            raise InputError(
                f"line {line}: {fenced['opening']!r} opens no cell: write ```python or ```markdown, and student "
                "or solution after it if the cell is for one of them only"
            )
        found.append(Block(opening[1], fenced["text"].strip("\n"), opening[2]))
        end = fenced.end()
    if unclosed := _UNCLOSED.search(source, end):
        line = source.count("\n", 0, unclosed.start()) + 1
        raise InputError(f"line {line}: the cell that {unclosed.group()!r} opens is not closed with ```")
    return [block for block in [*found, *_prose(source[end:])] if block.text]


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


def _prose(text: str) -> list[Block]:
    """Split prose into a cell for each heading and what follows it."""
    return [Block("markdown", part.strip("\n")) for part in re.split(r"^(?=#)", text, flags=re.MULTILINE)]


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
