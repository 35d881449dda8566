"""What a page shows of an executed notebook: its texts, and of each output the richest form that needs no script."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import nbformat
from markupsafe import Markup
from nbconvert.filters.ansi import ansi2html

from carec_digital_trade.findings import MEDIA_TYPE
from carec_digital_trade.runs.cleaning import PICTURES
from carec_digital_trade.runs.collect import note
from carec_digital_trade.runs.own_parameters import INJECTED_TAG, PARAMETERS_TAG
from carec_digital_trade.runs.prose import Prose

_LEFT_OUT = {PARAMETERS_TAG, INJECTED_TAG, "remove-cell"}
"""Tags of cells that are not on the page: it has a table of parameters; the last is Jupyter Book's tag."""
_MOST_TEXT, _MOST_HTML = 100_000, 1_000_000
"""Characters of an output; a browser is slow with more."""
_ACTIVE = re.compile(r"<(?:script|iframe|object|embed|canvas|video|audio|svg)\b", re.I)
_INTERACTIVE = ("application/vnd.", "application/javascript")
_ELSEWHERE = {"kind": "elsewhere"}
"""A line that points to the notebook."""


def blocks(cells: Sequence[nbformat.NotebookNode], prose: Prose) -> Iterator[dict[str, Any]]:
    """Turn the cells of an executed notebook into blocks of its page; code is gathered at the end.

    Parameters
    ----------
    cells : sequence of nbformat.NotebookNode
        The cells.
    prose : Prose
        Renders Markdown and cleans HTML.

    Yields
    ------
    dict
        With a kind, and what the template shows of it.
    """
    code: list[str] = []
    for cell in cells:
        if _LEFT_OUT & set(cell.metadata.get("tags", [])):
            continue
        if cell.cell_type == "markdown":
            yield _told(cell, prose)
        elif cell.cell_type == "code":
            code += [cell.source] if cell.source.strip() else []
            for output in _joined(cell.outputs):
                yield from _safely_shown(output, prose)
    if code:
        yield {"kind": "code", "text": "\n\n".join(code)}


def _told(cell: nbformat.NotebookNode, prose: Prose) -> dict[str, Any]:
    try:
        html = prose.html(cell.source, cell.get("attachments", {}), raw=True)
        return {"kind": "prose", "html": html, "is_cell": True}
    except Exception:  # what a page cannot show must not fail a run
        return {"kind": "text", "text": cell.source}


def _joined(outputs: Sequence[nbformat.NotebookNode]) -> Iterator[nbformat.NotebookNode]:
    """Put together what a cell wrote to one stream in parts."""
    for stream, group in groupby(outputs, lambda each: each.output_type == "stream" and each.name):
        parts = list(group)
        yield from [{**parts[0], "text": "".join(part.text for part in parts)}] if stream else parts


def _safely_shown(output: Mapping[str, Any], prose: Prose) -> list[dict[str, Any]]:
    try:
        return list(_shown(output, prose))
    except Exception:  # what a page cannot show must not fail a run
        return [_ELSEWHERE]


def _shown(output: Mapping[str, Any], prose: Prose) -> Iterator[dict[str, Any]]:
    """Choose the richest form of an output that a page can show."""
    if output["output_type"] == "stream":
        yield from _written(output["text"])
        return
    if output["output_type"] == "error":
        yield from _written("\n".join(output["traceback"]))
        return
    data, about = output.get("data", {}), note(output)
    if about.get("answer"):
        return
    html, markdown = data.get("text/html", ""), data.get("text/markdown") or data.get("text/latex")
    is_active = _ACTIVE.search(html) or len(html) > _MOST_HTML
    if any(media in data for media in PICTURES):
        yield _pictures(output) | {
            "kind": "figure",
            "chart": about.get("chart"),
            "alt": prose.text(about.get("alt") or data.get("text/plain", "")) or "Figure",
            "caption": about.get("caption"),
            "source": about.get("source"),
            "name": about.get("figure"),
            "shows": data.get("text/plain", "").partition(": ")[2],
        }
    elif html and not is_active:
        inside = prose.cleaned(html)
        table = {"kind": "table", "html": inside, "label": _label(inside), "name": about.get("table")}
        if MEDIA_TYPE in data:
            table["data"] = data[MEDIA_TYPE]
        yield table if "<table" in inside else {"kind": "prose", "html": inside}
    elif is_active or any(media.startswith(_INTERACTIVE) and media != MEDIA_TYPE for media in data):
        yield _ELSEWHERE
    elif markdown:
        yield {"kind": "prose", "html": prose.html(markdown, raw=True)}
    elif "text/plain" in data:
        yield from _written(data["text/plain"])


def _pictures(output: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what is drawn for a page and for a phone, as parts of a page."""
    narrow = note(output).get("narrow")
    media = next(media for media in PICTURES if media in output["data"])
    return {
        "picture": _data_uri(media, output["data"][media]),
        "narrow": narrow and _data_uri("image/png", narrow),
    }


def _written(text: str) -> Iterator[dict[str, Any]]:
    """Show text as a terminal would: colours, and of a line that was written over the last state."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    whole = re.sub(r"[\0-\x08\x0b-\x1a\x1c-\x1f\x7f]", "", "\n".join(lines))
    shown = whole[:_MOST_TEXT]
    if shown.strip():
        yield {"kind": "text", "text": Markup(ansi2html(shown)) if "\x1b" in shown else shown}
    if len(whole) > _MOST_TEXT:
        yield _ELSEWHERE


def _label(html: str) -> str:
    """Return a table's caption, by which a screen reader announces the part of the page that scrolls."""
    caption = re.search(r"<caption[^>]*>(.*?)</caption>", html, re.S)
    return Markup(caption[1]).striptags() if caption else "Table"


def _data_uri(media: str, content: str) -> str:
    encoded = base64.b64encode(content.encode()).decode("ascii") if media == "image/svg+xml" else content
    return f"data:{media};base64,{''.join(encoded.split())}"


def figure(notebook: nbformat.NotebookNode, name: str) -> dict[str, str | None] | None:
    """Return a figure of an executed notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As executed.
    name : str
        Of the figure.

    Returns
    -------
    dict or None
        ``picture`` and ``narrow``, for a page and for a phone, as addresses that hold them; None where it is not there.
    """
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return next((_pictures(each) for each in outputs if note(each).get("figure") == name), None)


def opening(notebook: nbformat.NotebookNode) -> tuple[str, list[nbformat.NotebookNode]]:
    """Take title and question out of the cells: the first heading, and the first sentence below it that asks.

    What else its paragraph says stays with it.
    """
    cells = list(notebook.cells)
    for number, cell in enumerate(cells):
        source, found = re.subn(
            r"^# +.+$", "", cell.source if cell.cell_type == "markdown" else "", count=1, flags=re.M
        )
        if found:
            before = re.split(r"^#", source, maxsplit=1, flags=re.M)[0].strip()
            paragraph, question = next(filter(all, ((each, _asked(each)) for each in before.split("\n\n"))), ("", ""))
            source = source.replace(paragraph, "", 1) if question == paragraph else source
            cells[number] = nbformat.from_dict({**cell, "source": source})
            return question, cells
    return "", cells


def _asked(paragraph: str) -> str:
    found = re.search(r"(?:^|(?<=[.!?])\s)(?:[^.!?]|[.!?](?!\s))*\?", paragraph)
    return found[0].strip() if found else ""
