"""What a page needs to draw its interactive figures: Vega's scripts, packed, and leave to run these and no others.

Vega-Lite (Satyanarayan and others 2017) draws an SVG whose marks a screen reader can name, and its scripts have a third
of the weight of Plotly's. They lie in the folder ``vega`` as published; expressions are interpreted, so that the page's
policy need not allow code to be made of text.
"""

import base64
import gzip
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from markupsafe import Markup

_SCRIPTS = ("vega", "vega-interpreter", "vega-lite", "vega-tooltip")
"""Each after those that it needs."""


class Scripts(NamedTuple):
    """The scripts of a page with interactive figures.

    Attributes
    ----------
    packed : str
        Vega's, zipped, in base64.
    start : markupsafe.Markup
        The page's own, which unpacks and starts them.
    hashes : tuple of str
        Of both as they run, for the page's policy.
    """

    packed: str
    start: Markup
    hashes: tuple[str, str]


@lru_cache(maxsize=1)
def scripts() -> Scripts:
    """Return the scripts, read and packed once."""
    here = files(__package__)
    runtime = "\n".join((here / "vega" / f"{name}.min.js").read_text("utf-8") for name in _SCRIPTS)
    start = (here / "templates" / "charts.js").read_text("utf-8")
    packed = base64.b64encode(gzip.compress(runtime.encode(), mtime=0)).decode("ascii")
    return Scripts(packed, Markup(start), (hash_of(runtime), hash_of(start)))


def hash_of(script: str) -> str:
    """Return the hash by which a page's policy knows a script that it lets run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
