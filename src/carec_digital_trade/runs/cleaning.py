"""Foreign HTML as a page may hold it: nothing that runs, leads the reader elsewhere by itself, or asks for input.

bleach reads it as a browser does and keeps a list of elements and attributes; pictures become part of the page.
"""

import base64
import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner

_ELEMENTS = """
    a abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strike strong style sub summary sup
    table tbody td tfoot th thead tr tt u ul var
"""
_EMPTIED = """
    audio canvas iframe math noscript object script select svg template textarea title video
"""
"""Elements that go with all that they hold."""
_ATTRIBUTES = """
    align alt border class colspan color dir headers height id lang open rowspan scope span start style title valign
    value width
"""
_SCHEMES = ("", "http", "https", "mailto")
PICTURES = ("image/png", "image/jpeg", "image/svg+xml", "image/gif", "image/webp")
"""Media types that a page shows, the first that an output has."""
_PLAIN = re.compile(
    r"(?:[^<]++|</?(?:table|caption|thead|tbody|tr|th|td|p|b)(?: (?:style|class|scope|border)=\"[^\"<>]*+\")*+>)*+"
)
"""HTML with nothing to clean, which most tables are: bleach takes a second for a few hundred kilobytes."""


def cleaned(html: str, embedded: Callable[[str], str | None]) -> str:
    """Return HTML without what a page must not hold.

    Parameters
    ----------
    html : str
        From anybody.
    embedded : callable
        From the source of a picture to a data URI, or None.

    Returns
    -------
    str
        Balanced; the description stands in the place of a picture that cannot be embedded.
    """
    if _PLAIN.fullmatch(html):
        return html
    cleaner = Cleaner(
        {*_ELEMENTS.split(), *_EMPTIED.split()},
        _is_kept,
        protocols=(*_SCHEMES[1:], "data", "attachment"),
        strip=True,
        css_sanitizer=_AnyStyle(),
        filters=[partial(_Rest, embedded=embedded)],
    )
    return cleaner.clean(html)


def is_harmless(address: str) -> bool:
    """Say whether a link leads to a page or a mail, and does not run anything.

    Parameters
    ----------
    address : str
        Of a link.

    Returns
    -------
    bool
        False for javascript: and its like.
    """
    try:
        return urlsplit(re.sub(r"[\0-\x20\x7f]", "", address)).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def picture(source: str, folder: Path | None, attachments: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return a picture as part of a page.

    Parameters
    ----------
    source : str
        Address, as Markdown or HTML has it.
    folder : pathlib.Path or None
        Where relative addresses start.
    attachments : mapping of str to mapping of str to str
        Of the cell: name to media type to content in base64.

    Returns
    -------
    str or None
        A data URI; None if it is no picture that is to be had without a network.
    """
    scheme, _, name = source.partition(":")
    if scheme == "data":
        return source if name.startswith(PICTURES) else None
    if scheme == "attachment":
        forms = attachments.get(unquote(name), {})
        return next((f"data:{media};base64,{_joined(forms[media])}" for media in PICTURES if media in forms), None)
    media = mimetypes.guess_type(unquote(source))[0]
    if folder is None or media not in PICTURES or urlsplit(source).netloc:
        return None
    path = folder / unquote(source)
    try:
        content = path.read_bytes() if path.is_file() else None
    except (OSError, ValueError):
        return None
    return content and f"data:{media};base64,{base64.b64encode(content).decode('ascii')}"


def _joined(content: str | list[str]) -> str:
    return "".join("".join(content).split())


def _is_kept(element: str, attribute: str, value: str) -> bool:
    if attribute == "href":
        return element == "a" and is_harmless(value)
    return element == "img" if attribute == "src" else attribute in _ATTRIBUTES.split()


class _AnyStyle:
    """Leaves styles as they are: the policy of a page lets them fetch nothing."""

    def sanitize_css(self, style: str) -> str:
        return style


class _Rest(Filter):
    """Drops what elements hold that are not shown, and embeds pictures."""

    def __init__(self, source: Any, embedded: Callable[[str], str | None]) -> None:
        super().__init__(source)
        self._embedded = embedded

    def __iter__(self) -> Iterator[dict[str, Any]]:
        emptied, depth = _EMPTIED.split(), 0
        for token in super().__iter__():
            if token.get("name") in emptied:
                depth += {"StartTag": 1, "EndTag": -1}.get(token["type"], 0)
            elif depth == 0:
                yield self._shown(token) if token.get("name") == "img" else token

    def _shown(self, token: dict[str, Any]) -> dict[str, Any]:
        attributes = token["data"]
        source = attributes.get((None, "src"), "")
        uri = self._embedded(source)
        if uri is None:
            return {"type": "Characters", "data": f"[{attributes.get((None, 'alt')) or 'picture'}: {source[:200]}]"}
        attributes[None, "src"] = uri
        return token
