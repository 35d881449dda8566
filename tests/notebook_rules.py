"""What a committed notebook must be; nbval compares outputs, and passes what was never executed."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from carec_digital_trade.findings import MEDIA_TYPE
from carec_digital_trade.parameters import Notebook

LONGEST_CELL = 25
OPENING, ABOVE, CAVEAT = 3, 1, 3
"""Sentences of a cell that opens a section, of another above code, and of a caveat."""
EXPLORE = ["from carec_digital_trade.explore import explore", "", "explore(chosen)"]


def faults(path: Path, notebook: Notebook) -> list[str]:
    """Return what is wrong with a notebook, one sentence a fault."""
    *cells, heading, controls = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    return [
        *(*_order(code), *_outputs(code), *_parameters(code, notebook), *_thin(cells), *_brief(cells)),
        *_optional(cells, heading, controls),
    ]


def parameters_cell(path: Path) -> dict[str, Any]:
    """Return the names and values that a notebook's parameters cell assigns."""
    return _assigned(next(cell for cell in nbformat.read(path, as_version=4).cells if _tagged(cell)))


def stored_records(path: Path) -> pd.DataFrame:
    """Return the numbers that a notebook's outputs hold."""
    outputs = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])]
    tables = [output.data[MEDIA_TYPE] for output in outputs if MEDIA_TYPE in output.get("data", {})]
    return pd.DataFrame([row for table in tables for row in table["rows"]], columns=tables[0]["columns"])


def _tagged(cell: nbformat.NotebookNode) -> bool:
    return "parameters" in cell.metadata.get("tags", [])


def _assigned(cell: nbformat.NotebookNode) -> dict[str, Any]:
    statements = ast.parse(cell.source).body
    assert all(isinstance(each, ast.AnnAssign) for each in statements), "a parameter without its type"
    return {each.target.id: ast.literal_eval(each.value) for each in statements}


def _order(code: list[nbformat.NotebookNode]) -> list[str]:
    counts = [cell.execution_count for cell in code]
    return [] if counts == list(range(1, len(code) + 1)) else [f"not executed in order: {counts}"]


def _outputs(code: list[nbformat.NotebookNode]) -> list[str]:
    found = []
    for cell in code:
        statements = ast.parse(cell.source).body
        if not cell.outputs and any(isinstance(each, (ast.Expr, ast.For)) for each in statements):
            found.append(f"no output stored for: {cell.source.splitlines()[0]}")
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                found.append(f"an error or a warning in: {cell.source.splitlines()[0]}")
            if str(Path.home()) in str(output) or str(Path(__file__).parents[1]) in str(output):
                found.append(f"a path of this machine in: {cell.source.splitlines()[0]}")
    return found


def _parameters(code: list[nbformat.NotebookNode], notebook: Notebook) -> list[str]:
    tagged = [cell for cell in code if _tagged(cell)]
    if tagged != code[:1]:
        return ["the first code cell, and no other, must be tagged parameters"]
    defaults = notebook.model.validated({}).model_dump()
    cell, model = _assigned(tagged[0]), {name: defaults[name] for name in notebook.model.model_fields}
    if list(cell.items()) != list(model.items()):
        return [f"the parameters cell is {cell}, the model has {model}"]
    bare = [line for line in tagged[0].source.splitlines() if "  # " not in line]
    return [f"a parameter without its meaning: {line}" for line in bare]


def _optional(
    cells: list[nbformat.NotebookNode], heading: nbformat.NotebookNode, controls: nbformat.NotebookNode
) -> list[str]:
    found = []
    if any("explore" in cell.metadata.get("tags", []) for cell in cells):
        found.append("a cell before the last two is tagged explore, so runs leave it out")
    if heading.metadata.get("tags") != ["explore"] or not heading.source.startswith("## Explore\n"):
        found.append("the last cell but one must open the section Explore, tagged explore")
    # nbval skips the cell: what a widget shows has another identifier each time.
    if controls.metadata.get("tags") != ["explore", "nbval-skip"] or controls.source.splitlines() != EXPLORE:
        found.append(f"the last cell must call explore and nothing else, tagged explore and nbval-skip: {EXPLORE}")
    elif controls.outputs or controls.execution_count is not None:
        found.append("the last cell, the controls, must be stored without output")
    return found


def _thin(cells: list[nbformat.NotebookNode]) -> list[str]:
    found = []
    kinds = "".join(cell.cell_type[0] for cell in cells)
    if not kinds.startswith("mcc") or "ccc" in kinds[3:]:
        found.append(f"prose must come first, and before every third code cell: {kinds}")
    for number, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        if len(cell.source.splitlines()) > LONGEST_CELL:
            found.append(f"cell {number} is too long")
        imports = [isinstance(each, (ast.Import, ast.ImportFrom)) for each in ast.parse(cell.source).body]
        if any(imports) != (number == kinds.index("c") + 1) or (any(imports) and not all(imports)):
            found.append(f"cell {number}: imports stand in the second code cell, which holds nothing else")
    return found


def _brief(cells: list[nbformat.NotebookNode]) -> list[str]:
    """Prose after the notebook's own opening; what follows a caveat's first paragraph closes the notebook."""
    found = []
    for cell in (cell for cell in cells[1:] if cell.cell_type == "markdown"):
        caveat = cell.source.startswith("**Caveat.**")
        text = cell.source.split("\n\n")[0].removeprefix("**Caveat.**") if caveat else cell.source
        most = CAVEAT if caveat else OPENING if text.startswith("## ") else ABOVE
        prose = re.sub(r"^#.*$|\([^()]*\)", "", text, flags=re.MULTILINE)
        if len(re.findall(r"[.!?](?=\s|$)|:\s*$", prose)) > most:
            found.append(f"more than {most} sentences in: {text[:60]}")
    return found
