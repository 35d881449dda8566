"""Markdown as HTML that needs no network: formulas become pictures inside the page."""

import base64
import io
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathInlineParser, import_plugin

from carec_digital_trade.runs.cleaning import cleaned, is_harmless, picture

_FORMULA_POINTS = 12
_ROWS = {"align", "aligned", "alignat", "eqnarray", "equation", "gather", "gathered", "multline", "split"}
"""Environments that are rows of formulas, which matplotlib draws one by one."""
_LAYOUT = re.compile(r"\\(?:label|tag)\{[^}]*\}|\\(?:nonumber|notag|displaystyle)(?![A-Za-z])|(?<!\\)&")
"""What says where a formula stands and not what it is."""
_MOST_BLANKS = 200
"""In a row: mistune takes the square of their number."""


class _Inline(MathInlineParser):
    """Takes dollar signs for a formula only where they cannot be money: US$5 and US$6 stay as they are."""

    SPECIFICATION: ClassVar = {
        **MathInlineParser.SPECIFICATION,
        "inline_math_tex": r"(?<![$\\\w])\$(?=\S)(?P<math_inline_tex>[^$\n]+?)(?<![\s\\])\$(?!\w)",
        "inline_math_latex": r"(?<!\\)\\{1,2}\((?P<math_inline_latex>[^\n]+?)(?<!\\)\\{1,2}\)",
    }


class _Renderer(IPythonRenderer):
    """Gives each heading of a page an anchor of its own, draws formulas, and embeds pictures."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.sections: dict[str, str] = {}
        self.raw = self.has_html = False
        self._folder = folder
        self._anchors: set[str] = set()
        self._texts = 0

    def begin(self, attachments: Mapping[str, Any], raw: bool) -> None:
        """Turn to the next text."""
        self.attachments, self.raw, self.has_html = attachments, raw, False
        self._texts += 1

    def embedded(self, source: str) -> str | None:
        """Return a picture of the text as a data URI."""
        return picture(source, self._folder, self.attachments)

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

    def inline_html(self, html: str) -> str:
        self.has_html = True
        return html if self.raw else escape(html)

    def block_html(self, html: str) -> str:
        return self.inline_html(html) + "\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, url, title) if is_harmless(url) else text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        uri = self.embedded(url)
        if uri is not None:
            return f'<img src="{escape(uri)}" alt="{escape(Markup(text).striptags() or "picture")}">'
        if url.startswith(("http:", "https:")):
            return self.link(text or url, url)
        return f"[{text or 'picture'}: {escape(url[:_MOST_BLANKS])}]"

    def footnote_ref(self, key: str, index: int) -> str:
        name = f"{self._texts}-{index}"
        return f'<sup id="fnref-{name}"><a href="#fn-{name}">{index}</a></sup>'

    def footnote_item(self, text: str, key: str, index: int) -> str:
        name = f"{self._texts}-{index}"
        return f'<li id="fn-{name}">{text}<a href="#fnref-{name}" aria-label="back to the text">&#8617;</a></li>\n'

    def inline_math(self, body: str) -> str:
        return _formula(_LAYOUT.sub("", body))

    def block_math(self, body: str) -> str:
        rows = [body]
        while found := re.fullmatch(r"\s*\\begin\{(\w+)(\*?)\}(.*)\\end\{\1\2\}\s*", rows[0], re.S):
            if found[1] not in _ROWS:
                break
            rows = [found[3]]
            if "\\begin{" not in found[3]:
                rows = re.split(r"\\\\(?:\[[^]]*\])?", found[3])
        formulas = [" ".join(_LAYOUT.sub("", row).split()) for row in rows]
        return "".join(f'<span class="formula">{_formula(each)}</span>' for each in formulas if each)

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


class Prose:
    """The Markdown of one page.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where pictures lie to which it refers.

    Attributes
    ----------
    sections : dict of str to str
        Anchor to text of each second-level heading rendered so far.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._renderer = _Renderer(folder)
        self.sections = self._renderer.sections
        plugins = map(import_plugin, (*MarkdownWithMath.DEFAULT_PLUGINS, "footnotes"))
        self._markdown = MarkdownWithMath(self._renderer, inline=_Inline(hard_wrap=False), plugins=plugins)

    def html(self, markdown: str, attachments: Mapping[str, Any] = {}, raw: bool = False) -> Markup:
        """Render Markdown.

        Parameters
        ----------
        markdown : str
            Text, with formulas between dollar signs.
        attachments : mapping
            Pictures of the cell.
        raw : bool
            Whether HTML in it counts as such, cleaned; else it is text like any other.

        Returns
        -------
        markupsafe.Markup
            HTML that refers to nothing outside itself but by links.
        """
        self._renderer.begin(attachments, raw)
        text = re.sub(rf"[ \t]{{{_MOST_BLANKS},}}", " " * _MOST_BLANKS, markdown)
        html = self._markdown.render(text)
        return Markup(self.cleaned(html) if raw and self._renderer.has_html else html)

    def cleaned(self, html: str) -> Markup:
        """Return HTML as the page may hold it.

        Parameters
        ----------
        html : str
            From anybody.

        Returns
        -------
        markupsafe.Markup
            With its pictures inside.
        """
        return Markup(cleaned(html, self._renderer.embedded))

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


def _formula(tex: str) -> str:
    """Draw a formula with matplotlib; one that matplotlib cannot draw stays as it is written."""
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415  (slow to import, and seldom needed)
    from matplotlib.mathtext import math_to_image  # noqa: PLC0415

    picture = io.BytesIO()
    font = FontProperties(size=_FORMULA_POINTS, math_fontfamily="cm")
    try:
        depth = math_to_image(f"${tex}$", picture, prop=font, dpi=72, format="svg")
    except Exception:  # whatever it is: a page that lacks a formula is better than none
        return f"<code>{escape(tex)}</code>"
    height = float(re.search(rb'height="([\d.]+)pt"', picture.getvalue())[1])
    data = base64.b64encode(picture.getvalue()).decode("ascii")
    style = f"height: {height / _FORMULA_POINTS:.3f}em; vertical-align: {-depth / _FORMULA_POINTS:.3f}em"
    return f'<img class="math" style="{style}" alt="{escape(tex)}" src="data:image/svg+xml;base64,{data}">'
