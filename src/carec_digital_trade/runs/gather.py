"""One table of all runs of a batch, one of those that failed, and the values that its charts show.

The rows of a run are taken as the run wrote them, so that gathering changes no digit; the runs come in the order of the
batch, whoever finished first.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from carec_digital_trade import ownership
from carec_digital_trade.findings import whole_name
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.clearing import REASON, check_ours
from carec_digital_trade.runs.collect import RESULT_COLUMNS, as_found, as_text
from carec_digital_trade.runs.execute import RunResult
from carec_digital_trade.runs.folder import Failure
from carec_digital_trade.runs.identity import Run
from carec_digital_trade.runs.values import as_typed

PREFIX = "parameter_"
"""Before a parameter's name in a column: a run has a year, and so has each of its results."""

_Rows = tuple[Run, dict[str, dict[str, str]]]
"""A run, and of one of its tables the row of each region."""

_MISSING_TO_PANDAS = ("NA", "NaN", "None", "nan")
"""Of the texts that it takes for missing, those that are typed without quotes."""
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|-?inf")
_SUSPECT = re.compile(rb'(?:^|,)"?(?:[=+@\t\r\n\xef]|-(?![\d.eE+-]+(?:,|$)))', re.MULTILINE)
"""Where a cell may begin that is neither number nor harmless."""

_HEADER = ",".join(RESULT_COLUMNS).encode()


def parameter_names(runs: Iterable[Run]) -> list[str]:
    """List the parameters of some runs.

    Parameters
    ----------
    runs : iterable of Run
        Of one notebook or several.

    Returns
    -------
    list of str
        Each once, in the order of the notebooks.
    """
    sources = {run.source.name: run.source for run in runs}
    return list(dict.fromkeys(each.name for source in sources.values() for each in source.parameters))


def write_results(runs: Sequence[Run], path: Path) -> list[RunResult]:
    """Put the results of finished runs into one table.

    Parameters
    ----------
    runs : sequence of Run
        Finished ones, in the order that the rows are to have.
    path : pathlib.Path
        The CSV file: run_id, a column ``parameter_<name>`` for each parameter (as it can be typed, none as ``~``; empty
        if the run's notebook does not have it), then the columns of a run's results.

    Returns
    -------
    list of RunResult
        Runs whose results are not those that they wrote, to the last digit; their rows are left out.

    Raises
    ------
    InputError
        If a file that is not ours is there.
    """
    check_ours(path.parent, path.name)
    names = parameter_names(runs)
    damaged = []
    with layout.replaced(path) as file:
        file.write(_line(["run_id", *(PREFIX + name for name in names), *RESULT_COLUMNS]))
        for run in runs:
            try:
                rows = _prefixed(_line([as_text(run.run_id), *_typed(run, names)]).rstrip(b"\n") + b",", _rows(run))
            except (OSError, ValueError, csv.Error):
                damaged.append(_damaged(run))
            else:
                file.write(rows)
    return damaged


def write_failures(failures: Sequence[tuple[Run, Failure]], path: Path) -> None:
    """Put what failed, and why, into one table.

    Parameters
    ----------
    failures : sequence of (Run, Failure)
        In the order that the rows are to have.
    path : pathlib.Path
        The CSV file: run_id, notebook, a column for each parameter, cell (counted from 1; empty if the fault is in no
        cell), exception, message. Only the header if nothing failed.

    Raises
    ------
    InputError
        If a file that is not ours is there.
    """
    check_ours(path.parent, path.name)
    names = parameter_names(run for run, _ in failures)
    with layout.replaced(path) as file:
        file.write(_line(["run_id", "notebook", *(PREFIX + name for name in names), *REASON]))
        for run, failure in failures:
            run_id, notebook, *reason = map(as_text, (run.run_id, run.source.name, failure.exception, failure.message))
            file.write(_line([run_id, notebook, *_typed(run, names), failure.cell, *reason]))


def regional(runs: Iterable[Run], metrics: Sequence[str]) -> Iterator[tuple[Run, dict[str, str]]]:
    """Read the values of some metrics for whole regions, for a chart.

    A metric is taken out of one table of a notebook, the same for all its runs: the one that has it for the most of
    their regions and years, and of several the one whose values differ most from run to run. A table such as the
    article's own, which no parameter moves, says nothing along a parameter.

    Parameters
    ----------
    runs : iterable of Run
        Finished ones.
    metrics : sequence of str
        Names as in results.csv; one that has items is followed by its item, as in total_si2.

    Yields
    ------
    run : Run
        One of them.
    row : dict of str to str
        Of its results, column to text: for each metric and region the row of the run's own year, or else the last.
    """
    found = [(run, _regions(run, metrics)) for run in runs]
    for metric in metrics:
        candidates: dict[str, dict[str, list[_Rows]]] = {}
        for run, tables in found:
            for (name, table), rows in tables.items():
                if name == metric:
                    candidates.setdefault(run.source.name, {}).setdefault(table, []).append((run, rows))
        for tables in candidates.values():
            for run, rows in max(tables.values(), key=_worth):
                for row in rows.values():
                    yield run, row


def _regions(run: Run, metrics: Sequence[str]) -> dict[tuple[str, str], dict[str, dict[str, str]]]:
    """Return, for each metric and table of a run, the row of each region."""
    tables: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for row in read_rows(run):
        if row["name"] in metrics and not row["iso3"]:
            known = tables.setdefault((row["name"], row["table"]), {})
            if not _of_its_year(run, known.get(row["region"], {})):
                known[row["region"]] = row
    return tables


def _of_its_year(run: Run, row: Mapping[str, str]) -> bool:
    return row.get("year") == str(run.parameters.get("year"))


def _worth(table: Sequence[_Rows]) -> tuple[int, int, int]:
    rows = [(run, row) for run, of_regions in table for row in of_regions.values()]
    return sum(_of_its_year(*each) for each in rows), len(rows), len({row["value"] for _, row in rows})


def read_rows(run: Run) -> Iterator[dict[str, str]]:
    """Read the results of a finished run.

    Parameters
    ----------
    run : Run
        The run.

    Yields
    ------
    dict of str to str
        Column to text; under ``name`` the metric and its item. A row that is none of ours, or whose value is neither a
        number nor missing, is left out: the folder may be a stranger's.
    """
    for record in _records(ownership.read(run.folder / layout.RESULTS, ownership.LARGEST_TABLE).partition(b"\n")[2]):
        row = dict(zip(RESULT_COLUMNS, map(as_found, record), strict=False))
        if len(record) == len(RESULT_COLUMNS) and (not row["value"] or _NUMBER.fullmatch(row["value"])):
            yield row | {"name": whole_name(row["metric"], row["item"])}


def _rows(run: Run) -> bytes:
    """Return a run's rows without their header; raise an error if they are not those that its manifest vouches for."""
    manifest = layout.read_manifest(run.folder)
    data = ownership.read(run.folder / layout.RESULTS, ownership.LARGEST_TABLE)
    header, _, rows = data.partition(b"\n")
    if manifest is None or hashlib.sha256(data).hexdigest() != manifest["results_sha256"] or header != _HEADER:
        raise ValueError(f"{layout.RESULTS} is not the one that the run wrote")
    if _is_ragged(rows):
        raise ValueError(f"{layout.RESULTS} has rows of another length than its header")
    return rows


def _is_ragged(rows: bytes) -> bool:
    """Say whether a row has other columns; commas alone are counted where nothing is quoted, which is quick."""
    columns = len(RESULT_COLUMNS)
    if b'"' in rows:
        return any(len(record) != columns for record in _records(rows))
    return rows.count(b",") != (columns - 1) * rows.count(b"\n")


def _prefixed(prefix: bytes, rows: bytes) -> bytes:
    """Put a prefix before each of the rows."""
    if not rows:
        return b""
    if _has_breaks(rows) or _SUSPECT.search(rows):
        return b"".join(prefix + _line(map(_harmless, record)) for record in _records(rows))
    return prefix + rows[:-1].replace(b"\n", b"\n" + prefix) + b"\n"


def _harmless(cell: str) -> str:
    """Return a cell of a run, which may be a stranger's, as `as_text` makes it, unless it is a number."""
    return cell if _NUMBER.fullmatch(cell) else as_text(as_found(cell))


def _has_breaks(rows: bytes) -> bool:
    """Say whether a text within the rows holds a line break, so that lines are not rows."""
    return b'"' in rows and any(line.count(b'"') % 2 for line in rows.split(b"\n"))


def _records(rows: bytes) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(rows.decode(), newline=""))


def _line(values: Iterable[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def _typed(run: Run, names: Sequence[str]) -> list[str]:
    parameters: Mapping[str, Any] = run.parameters
    return [_cell(parameters[name]) if name in parameters else "" for name in names]


def _cell(value: Any) -> str:
    """Write a value as it can be typed, but never as what a plain `pandas.read_csv` takes for missing."""
    if value is None:
        return "~"
    return f'"{value}"' if value in _MISSING_TO_PANDAS else as_typed(value)


def _damaged(run: Run) -> RunResult:
    message = f"{layout.RESULTS} is not the one that the run wrote, by its sha256: the same command runs it again"
    return RunResult(run.run_id, run.folder, layout.FAILED, error=Failure("DamagedResults", message))
