"""The headline numbers of runs side by side: for the front page of a folder, and for a comparison of chosen runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carec_digital_trade.runs.values import as_typed, in_brief

Manifest = dict[str, Any]

MOST_ROWS = 250
"""Of a table of headlines; results.csv is the better place to look at more."""


@dataclass(frozen=True)
class Headlines:
    """What the runs of one notebook open on, a row each.

    Attributes
    ----------
    notebook : str
        Name of the notebook.
    question : str
        That it asks, or the title of its pages.
    of_things : bool
        Whether the pages have titles of their own, as those of economies do.
    columns : list of str
        Headings of the numbers.
    rows : list of dict
        ``run_id``; ``label`` (what tells the run from the others); ``numbers``, one a column, with value, range and
        amount, None where the run has none; and ``sure``, status and words or None.
    """

    notebook: str
    question: str
    of_things: bool
    columns: list[str]
    rows: list[dict[str, Any]]


def headlines(manifests: Sequence[Manifest]) -> list[Headlines]:
    """Set the headline numbers of the finished runs of each notebook side by side.

    Parameters
    ----------
    manifests : sequence of dict
        As `folder.read_manifest` returns them, or the part of them that an index shows.

    Returns
    -------
    list of Headlines
        One a notebook with two or more runs that have numbers, rows in alphabetical order of what tells them apart.
    """
    notebooks: dict[str, list[Manifest]] = {}
    for each in manifests:
        if each["status"] == "finished" and each["front"].get("numbers"):
            notebooks.setdefault(each["notebook"], []).append(each)
    return [_table(name, runs) for name, runs in notebooks.items() if len(runs) > 1]


def differing(manifests: Sequence[Manifest]) -> list[str]:
    """Return the parameters in which runs differ, in the order of the first that has them."""
    values: dict[str, set[str]] = {}
    for each in manifests:
        for name, value in each["parameters"].items():
            values.setdefault(name, set()).add(as_typed(value))
    return [name for name, found in values.items() if len(found) > 1]


def titled(manifests: Sequence[Manifest]) -> bool:
    """Return whether the pages of runs have titles of their own, as those of economies do."""
    return len({each["title"] for each in manifests}) == len(manifests)


def labels(manifests: Sequence[Manifest]) -> dict[str, str]:
    """Return what tells each run from the others, by run_id: its title up to a colon, or what differs."""
    if titled(manifests):
        return {each["run_id"]: each["title"].partition(": ")[0] for each in manifests}
    varied = differing(manifests)
    return {each["run_id"]: _told_apart(each, varied) or each["title"] for each in manifests}


def _told_apart(manifest: Manifest, varied: Sequence[str]) -> str:
    given = manifest["parameters"]
    return ", ".join(f"{name} = {in_brief(given[name])}" for name in varied if name in given)


def _table(notebook: str, runs: Sequence[Manifest]) -> Headlines:
    told = labels(runs)
    columns = list(dict.fromkeys(number["column"] for each in runs for number in each["front"]["numbers"]))
    rows = [
        {
            "run_id": each["run_id"],
            "label": told[each["run_id"]],
            "numbers": [_of(each, column) for column in columns],
            "sure": each["front"].get("sure"),
        }
        for each in runs
    ]
    question = runs[0]["front"].get("question") or runs[0]["title"]
    headings = [_heading(runs, column) for column in columns]
    return Headlines(notebook, question, titled(runs), headings, sorted(rows, key=lambda row: row["label"]))


def _of(manifest: Manifest, column: str) -> dict[str, Any] | None:
    return next((each for each in manifest["front"]["numbers"] if each["column"] == column), None)


def _heading(runs: Sequence[Manifest], column: str) -> str:
    """Return the words of a number where all runs have the same, else those that fit all of them."""
    words = {found["words"] for each in runs if (found := _of(each, column))}
    return words.pop() if len(words) == 1 else column
