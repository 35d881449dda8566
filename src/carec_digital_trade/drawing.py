"""How a figure becomes the bytes of a picture, the same in notebooks, reports and the explorer."""

import io
from collections.abc import Mapping

import matplotlib as mpl
from matplotlib.figure import Figure

RENDERING: Mapping[str, object] = {"text.hinting": "none"}
"""Letters keep their shape and are not fitted to the pixels, which takes a fifth of a picture's time."""


def png(figure: Figure, dots_per_inch: float | None = None) -> bytes:
    """Draw a figure.

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
