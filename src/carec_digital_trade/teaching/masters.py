"""From one source to two notebooks: the student's, with holes, and the solutions.

A source is Markdown. Prose becomes Markdown cells, a new one at each heading; a fenced block becomes a cell of its own.
The line that opens a fence says what it is and, if not for both, for whom: ```` ```python ````, ```` ```python
student ````, ```` ```python solution ```` or ```` ```markdown solution ````.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import nbformat

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.save import METADATA

Audience = Literal["student", "solution"]

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
