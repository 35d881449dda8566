"""The annex of a page: figures and tables are numbered, with their data to take away, and what is long is folded."""

import base64
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from markupsafe import Markup

from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.runs.collect import as_text

_MOST_OPEN = 5
"""Rows of a table from which on it is folded."""
_MOST_WORDS = 24
"""Of a cell of text that stand open: of a longer one its first sentence if that is short, of the first cell nothing."""
_METHOD = "Method"
_PRINTED = '<pre tabindex="0" role="group" aria-label="Output">{}</pre>'
_MOST_POINTS = 3
"""Of a list that stands open."""
_CODE_NAME = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
_REFERENCES = re.compile(r'(?=<h2 id="references)')
_SECTION = re.compile(r"(\s*(?:<h\d[^>]*>.*?</h\d>\s*)?)<p>(?!<strong>Caveat)(.*)", re.S)
_LIST = re.compile(r"(?=<ul>)|(?<=</ul>)")
_SENTENCE = re.compile(r"[.?](?=\s+[A-Z<])")
_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+%?")


def arranged(shown: Iterable[dict[str, Any]], first: str | None) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Give figures and tables their numbers, fold what is long, and find the figure that stands first.

    Parameters
    ----------
    shown : iterable of dict
        From `blocks`.
    first : str or None
        Name of the figure that the page opens on; None, or a name that is not there, for the first one.

    Returns
    -------
    figure : dict or None
        The block of that figure.
    annex : list of dict
        All blocks; of a figure that is drawn of a table both name the other's number.
    """
    blocks = list(shown)
    if blocks and "is_cell" in blocks[0] and _words(blocks[0]["html"]) > _MOST_WORDS:
        blocks[0] = _fold("Background", blocks[0]["html"])
    annex = [part for block in blocks for part in _parted(block)]
    if first:  # a notebook of the package prints toy cases only, and those that explain a method go with it
        annex = list(_with_their_method(annex))
    figures = [block for block in annex if block["kind"] == "figure"]
    tables = [block for block in annex if block["kind"] == "table"]
    opening = next((each for each in figures if each["name"] and each["name"] == first), None) or next(
        iter(figures), None
    )
    for number, table in enumerate(tables, start=1):
        table |= {"number": number, "figure": None}
        table["csv"] = _csv(table.get("data"))
        table["rows"] = table["html"].count("<tr") - 1
        table["columns"] = table["html"].partition("</tr>")[0].count("<th")
        table["folded"] = table["rows"] >= _MOST_OPEN or table["name"] == "answer"
        html = re.sub(r"(<caption[^>]*>)", rf"\1Table {number}. ", str(table["html"]), count=1)
        table["html"] = Markup(_CODE_NAME.sub(_plain, html) if table["name"] else html)
    for number, figure in enumerate(
        [opening, *(each for each in figures if each is not opening)] if opening else [], 1
    ):
        drawn = [table for table in tables if table["label"] == figure["shows"]]
        figure |= {"number": number, "table": drawn[-1]["number"] if drawn else None, "csv": drawn and drawn[-1]["csv"]}
        for table in drawn:
            table |= {"folded": True, "figure": number}
    return opening, annex


def _parted(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Leave out a table of zeros, part a list of references from the text before it, and mark up what is printed."""
    if block["kind"] == "table":
        cells = [Markup(cell).striptags() for cell in re.findall(r"<td[^>]*>(.*?)</td>", block["html"], re.S)]
        numbers = [cell.replace(",", "") for cell in cells if _NUMBER.fullmatch(cell)]
        return [] if numbers and not any(float(each.rstrip("%")) for each in numbers) else [block]
    if block["kind"] == "text":
        return [{**block, "html": Markup(_PRINTED).format(block["text"])}]
    if block["kind"] != "prose":
        return [block]
    before, *references = _REFERENCES.split(str(block["html"]), maxsplit=1)
    heading, method = _method(before) if "is_cell" in block else (before, "")
    folded = [_fold(_METHOD, method)] if method else []
    parts = [_list(part) or {**block, "html": Markup(part)} for part in _LIST.split(heading)]
    parts += [*folded, *(_fold("References", part) for part in references)]
    return [part for part in parts if Markup(part["html"]).striptags()]


def _with_their_method(annex: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Put what is printed between two parts of a method into one fold with both."""
    fold: dict[str, Any] | None = None
    for part in annex:
        is_method = part.get("summary") == _METHOD
        if fold and (is_method or part["kind"] == "text"):
            fold["html"] += part["html"]
            continue
        fold = part if is_method else None
        yield part


def _list(html: str) -> dict[str, Any] | None:
    points = html.count("<li>")
    return _fold(f"{points} points", html) if html.startswith("<ul>") and points > _MOST_POINTS else None


def _fold(summary: str, html: str) -> dict[str, Any]:
    return {"kind": "folded", "summary": summary, "html": Markup(html)}


def _method(html: str) -> tuple[str, str]:
    """Part the first sentence of a long cell, unless it is long itself, from the rest, where no element spans both."""
    found = _SECTION.fullmatch(html)
    if not found or _words(found[2]) <= _MOST_WORDS:
        return html, ""
    for end in _SENTENCE.finditer(found[2].partition("</p>")[0]):
        first, rest = found[2][: end.end()], found[2][end.end() :]
        if len(re.findall(r"<(?!img|br|/)", first)) == first.count("</") and _words(first) <= _MOST_WORDS:
            return f"{found[1]}<p>{first}</p>", f"<p>{rest}"
    return found[1], f"<p>{found[2]}"


def _words(html: str) -> int:
    return len(Markup(html).striptags().split())


def _plain(found: re.Match[str]) -> str:
    """Return what readers call a thing that code has a name for."""
    return next((kind[found[0]] for kind in WORDS.values() if found[0] in kind), found[0].replace("_", " "))


def _csv(data: Any) -> str | None:
    """Return the records of a table as a link that holds them."""
    try:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([data["columns"], *(map(_cell, row) for row in data["rows"])])
    except (TypeError, KeyError, csv.Error):
        return None
    return f"data:text/csv;base64,{base64.b64encode(text.getvalue().encode()).decode('ascii')}"


def _cell(value: Any) -> Any:
    return as_text(value) if isinstance(value, str) else value
