"""Sentences from templates: one file a notebook, one block a finding."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from carec_digital_trade import prose
from carec_digital_trade.regions import economy_name


def worded(notebook: str, block: str, facts: Mapping[str, Any]) -> str:
    """Return the words of a finding.

    Parameters
    ----------
    notebook : str
        Whose template.
    block : str
        Name of the finding.
    facts : mapping
        What the template may name; a name that is missing is an error.

    Returns
    -------
    str
        Markdown: a paragraph, or bullets of one line each; empty where the template has no such block.
    """
    words = template(notebook)
    if block not in words.blocks:
        return ""
    return _joined("".join(words.blocks[block](words.new_context(dict(facts)))))


def template(notebook: str) -> jinja2.Template:
    """Return the words of a notebook.

    Parameters
    ----------
    notebook : str
        Its name.

    Returns
    -------
    jinja2.Template
        Compiled once.
    """
    return _environment().get_template(f"{notebook}.md.j2")


def filled(text: str, facts: Mapping[str, Any]) -> str:
    """Fill in a short text, such as a caption.

    Parameters
    ----------
    text : str
        A template.
    facts : mapping
        As in `worded`.

    Returns
    -------
    str
        One line.
    """
    return _joined(_environment().from_string(text).render(facts) if "{" in text else text)


def _joined(text: str) -> str:
    """Put each paragraph or bullet on one line, with single spaces and none before a full stop or a comma."""
    lines = (re.sub(r"\s+(?=[.,;:?](\s|$))", "", " ".join(line.split())) for line in _bullets(text))
    return "\n".join(filter(None, lines))


def _bullets(text: str) -> list[str]:
    return re.split(r"\n\s*(?=- )", text)


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    environment.filters |= {
        "usd": prose.usd,
        "percent": prose.percent,
        "listing": prose.listing,
        "count": prose.count,
        "capital": prose.capital,
        "extract": lambda key, table: table[key],
        "name": lambda code: economy_name(code, short=True),
        "names": lambda codes: prose.listing((economy_name(code, short=True) for code in codes), empty=""),
    }
    environment.tests["known"] = lambda value: value == value  # noqa: PLR0124  (a missing number is unlike itself)
    return environment
