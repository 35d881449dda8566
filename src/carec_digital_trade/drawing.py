"""How a figure becomes the bytes of a picture, the same in notebooks, reports and the explorer."""

import io
from collections.abc import Mapping
from importlib.resources import as_file, files

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from PIL import Image

RENDERING: Mapping[str, object] = {"text.hinting": "none"}
"""Letters keep their shape and are not fitted to the pixels, which takes a fifth of a picture's time."""
TYPEFACES = ("Source Sans 3", "DejaVu Sans")
"""Of the figures, the first also of the pages; the second has the letters that it lacks."""
PHONE_DOTS = 144
"""Per inch, of a figure for a phone, whose screen has two dots or more for each pixel of a page."""
_SHADES = 256
"""Colours of a picture that is kept: a few, and their shades at the edges of letters."""

for _weight in ("regular", "bold"):
    with as_file(files("carec_digital_trade") / "fonts" / f"source-sans-3-{_weight}.ttf") as _path:
        fontManager.addfont(_path)


def png(figure: Figure, dots_per_inch: float | None = None) -> bytes:
    """Draw a figure, quickly.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any.
    dots_per_inch : float, optional
        The figure's own by default.

    Returns
    -------
    bytes
        A PNG: without the library's version in it, so that the same picture has the same bytes, and with the quickest
        compression, which takes a third of the time for a file that is a twentieth larger.
    """
    buffer = io.BytesIO()
    with mpl.rc_context(RENDERING):
        figure.savefig(
            buffer,
            format="png",
            dpi="figure" if dots_per_inch is None else dots_per_inch,
            metadata={"Software": None},
            pil_kwargs={"compress_level": 1},
        )
    return buffer.getvalue()


def small_png(figure: Figure, dots_per_inch: float | None = None) -> bytes:
    """Draw a figure to be kept: with a palette, a PNG has a fifth of the bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any.
    dots_per_inch : float, optional
        The figure's own by default.

    Returns
    -------
    bytes
        As of `png`.
    """
    drawn = Image.open(io.BytesIO(png(figure, dots_per_inch))).convert("RGB")
    buffer = io.BytesIO()
    drawn.quantize(_SHADES, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(buffer, "PNG")
    return buffer.getvalue()
