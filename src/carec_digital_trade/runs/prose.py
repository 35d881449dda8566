"""Markdown as HTML that needs no network: formulas become pictures inside the page."""

import base64
import io
import re
from html import escape
from typing import ClassVar

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathInlineParser

_FORMULA_POINTS = 12
_BLANKS = re.compile(r"[ \t]{100,}")
"""Runs of blanks that Markdown's rules would try from each of them to the end: seconds for some ten thousand."""


class _Inline(MathInlineParser):
    """Takes dollar signs for a formula only where they cannot be money: US$5 and US$6 stay as they are."""

    SPECIFICATION: ClassVar = {
        **MathInlineParser.SPECIFICATION,
        "inline_math_tex": r"(?<![$\\\w])\$(?=\S)(?P<math_inline_tex>[^$\n]+?)(?<![\s\\])\$(?!\w)",
    }


class _Renderer(IPythonRenderer):
    """Gives each heading of a page an anchor of its own, and draws formulas."""

    def __init__(self) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.sections: dict[str, str] = {}
        self._anchors: set[str] = set()

    def heading(self, text: str, level: int, **attrs: object) -> str:
        plain = Markup(text).striptags()
        anchor = base = re.sub(r"\W+", "-", plain.lower()).strip("-") or "section"
        while anchor in self._anchors:
            anchor = f"{base}-{len(self._anchors)}"
        self._anchors.add(anchor)
        level = max(level, 2)  # the first level is the page's title
        if level == 2:
            self.sections[anchor] = plain
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'

    def inline_math(self, body: str) -> str:
        return _formula(body)

    def block_math(self, body: str) -> str:
        return f'<span class="formula">{_formula(" ".join(body.split()))}</span>'


class Prose:
    """The Markdown of one page.

    Attributes
    ----------
    sections : dict of str to str
        Anchor to text of each second-level heading rendered so far.
    """

    def __init__(self) -> None:
        renderer = _Renderer()
        self.sections = renderer.sections
        self._markdown = MarkdownWithMath(renderer, inline=_Inline(hard_wrap=False))

    def html(self, markdown: str) -> Markup:
        """Render Markdown.

        Parameters
        ----------
        markdown : str
            Text, with formulas between dollar signs.

        Returns
        -------
        markupsafe.Markup
            HTML that refers to nothing outside itself but by links.
        """
        return Markup(self._markdown.render(_BLANKS.sub(" " * 100, markdown)))

    def text(self, markdown: str) -> str:
        """Render Markdown as one line of plain text.

        Parameters
        ----------
        markdown : str
            Text.

        Returns
        -------
        str
            The same without marks.
        """
        return self.html(markdown).striptags()


def first_sentence(text: str) -> list[str]:
    """Part the first sentence from the others.

    Parameters
    ----------
    text : str
        Sentences.

    Returns
    -------
    list of str
        The first one, and the rest as it stands if there is any.
    """
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[*_“\"]*[A-Z0-9])", text, maxsplit=1) if part]


def _formula(tex: str) -> str:
    """Draw a formula with matplotlib; one that matplotlib cannot draw stays as it is written."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415  (slow to import, and seldom needed)
    from matplotlib.mathtext import math_to_image  # noqa: PLC0415

    picture = io.BytesIO()
    font = FontProperties(size=_FORMULA_POINTS, math_fontfamily="cm")
    try:
        depth = math_to_image(f"${tex}$", picture, prop=font, dpi=72, format="svg")
    except ValueError:
        return f"<code>{escape(tex)}</code>"
    height = float(re.search(rb'height="([\d.]+)pt"', picture.getvalue())[1])
    data = base64.b64encode(picture.getvalue()).decode("ascii")
    style = f"height: {height / _FORMULA_POINTS:.3f}em; vertical-align: {-depth / _FORMULA_POINTS:.3f}em"
    return f'<img class="math" style="{style}" alt="{escape(tex)}" src="data:image/svg+xml;base64,{data}">'
