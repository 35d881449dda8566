"""What an executed notebook holds: its results, its figures, its answer.

Finished means that every cell ran and the results are there; anything less is a failed run.
"""

import base64
import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from carec_digital_trade.findings import COLUMNS, MEDIA_TYPE, METADATA_KEY
from carec_digital_trade.runs.folder import Failure, RunFailed

RESULT_COLUMNS = ["notebook", *COLUMNS]
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""Text that a spreadsheet would take for a formula, wide forms of the signs too, or that was kept from it."""
_DTYPES = dict.fromkeys(RESULT_COLUMNS, "str") | {
    "year": "Int64",
    "value": "float64",
    "low": "float64",
    "high": "float64",
}
SKIP_TAG = "skip-execution"
"""Of cells that their author keeps from running, by nbclient's rule."""
_MISSHAPEN = (ValueError, TypeError, KeyError)
"""What is raised where rows do not have the contract's form."""


@dataclass(frozen=True)
class Findings:
    """What a run found.

    Attributes
    ----------
    results : pandas.DataFrame
        Columns notebook, table, region, iso3, year, metric, item, value, low, high, unit; one row a number, and none
        where the notebook, such as one of a user's own, shows no finding.
    figures : dict of str to bytes
        Name to PNG.
    answer : str or None
        The answer in a sentence (Markdown), if the notebook marks one.
    """

    results: pd.DataFrame
    figures: dict[str, bytes]
    answer: str | None


def collect(notebook: nbformat.NotebookNode, name: str) -> Findings:
    """Take results, figures and answer out of an executed notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The executed notebook.
    name : str
        Its name, for the first column.

    Returns
    -------
    Findings
        What the run found.

    Raises
    ------
    RunFailed
        If a cell did not run, or what was handed over does not have the contract's form.
    """
    _every_cell_ran(notebook)
    return Findings(_results(notebook, name), _figures(notebook), _answer(notebook))


def read_results(path: Path) -> pd.DataFrame:
    """Read a results file, of a run or of a batch.

    Parameters
    ----------
    path : pathlib.Path
        A results.csv.

    Returns
    -------
    pandas.DataFrame
        Columns as in `Findings`; before them, of a batch, ``run_id`` and a column for each parameter.
    """
    frame = pd.read_csv(path, dtype=_DTYPES, keep_default_na=False, na_values=[""], low_memory=False)
    return _each_text(frame, as_found)


def written(results: pd.DataFrame) -> bytes:
    """Return the results of a run as its file holds them.

    Parameters
    ----------
    results : pandas.DataFrame
        As in `Findings`.

    Returns
    -------
    bytes
        CSV; `read_results` gives the same frame.
    """
    return _each_text(results, as_text).to_csv(index=False, lineterminator="\n").encode()


def as_text(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula, by an apostrophe before it; numbers are no texts.

    Parameters
    ----------
    text : str
        For a cell of a table.

    Returns
    -------
    str
        The same, unless it begins like a formula.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def as_found(cell: str) -> str:
    """Undo `as_text`.

    Parameters
    ----------
    cell : str
        A cell of a table, which may be a number.

    Returns
    -------
    str
        The text.
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _each_text(frame: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """Change the texts of a frame, of which most stay as they are."""
    for name in frame.select_dtypes("str"):
        changed = {text: change(text) for text in frame[name].dropna().unique()}
        if any(text != new for text, new in changed.items()):
            frame = frame.assign(**{name: frame[name].map(changed).astype(frame[name].dtype)})
    return frame


def note(output: nbformat.NotebookNode) -> dict[str, Any]:
    """Return what the package says of an output.

    Parameters
    ----------
    output : nbformat.NotebookNode
        An output of a code cell.

    Returns
    -------
    dict
        Empty if it says nothing.
    """
    said = output.get("metadata", {}).get(METADATA_KEY, {})
    return said if isinstance(said, dict) else {}


def _every_cell_ran(notebook: nbformat.NotebookNode) -> None:
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(code, start=1):
        if cell.execution_count is None and SKIP_TAG not in cell.metadata.get("tags", []):
            raise RunFailed(Failure("CellNotRun", "the notebook stopped before this cell", number))


def _outputs(notebook: nbformat.NotebookNode) -> Iterator[tuple[int, nbformat.NotebookNode]]:
    """Go through the outputs, each with the number of its cell."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield cell.execution_count, output


def _results(notebook: nbformat.NotebookNode, name: str) -> pd.DataFrame:
    bundles = [
        (number, output.data[MEDIA_TYPE])
        for number, output in _outputs(notebook)
        if MEDIA_TYPE in output.get("data", {})
    ]
    try:
        frame = _frame([bundle for _, bundle in bundles])
    except _MISSHAPEN:
        raise next(filter(None, (_fault(*each) for each in bundles))) from None
    return frame.assign(notebook=name)[RESULT_COLUMNS].astype({"notebook": _DTYPES["notebook"]})


def _frame(bundles: Sequence[Any]) -> pd.DataFrame:
    """Put the rows of all bundles into one frame."""
    for bundle in bundles:
        if list(bundle["columns"]) != COLUMNS:
            raise ValueError(f"the columns are {', '.join(bundle['columns'])}")
    rows = [list(row) for bundle in bundles for row in bundle["rows"]]
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype="object")
    return frame.astype({column: _DTYPES[column] for column in COLUMNS})


def _fault(cell: int, bundle: Any) -> RunFailed | None:
    """Say what is wrong with what one cell handed over, if anything."""
    try:
        _frame([bundle])
    except _MISSHAPEN as error:
        message = f"results must have the columns {', '.join(COLUMNS)} with their types, but {error}"
        return RunFailed(Failure("BadResults", message, cell))
    return None


def _figures(notebook: nbformat.NotebookNode) -> dict[str, bytes]:
    figures: dict[str, bytes] = {}
    for number, output in _outputs(notebook):
        if "image/png" in output.get("data", {}):
            name = note(output).get("figure", f"figure_{len(figures) + 1:02d}")
            if name in figures or not re.fullmatch(r"[a-z0-9_]+", name):
                raise RunFailed(Failure("BadFigure", f"{name!r} is no unique snake_case name for a figure", number))
            with contextlib.suppress(ValueError, TypeError):  # no picture is no reason to lose the numbers
                figures[name] = base64.b64decode(output.data["image/png"])
    return figures


def _answer(notebook: nbformat.NotebookNode) -> str | None:
    answers = [output.data.get("text/markdown") for _, output in _outputs(notebook) if note(output).get("answer")]
    return answers[-1] if answers else None
