"""The law as a matrix: where most scores tie, the cells say more than their mean."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from carec_digital_trade.figures.layout import canvas, drawing
from carec_digital_trade.figures.rows import apart, name_rows
from carec_digital_trade.figures.style import INK, MUTED, NO_DATA, ROW_INCHES, colours, for_text, shortened
from carec_digital_trade.findings import Finding
from carec_digital_trade.findings.declared import WORDS
from carec_digital_trade.parameters import GapParameters

_FULL = {"legislation": 1.0, "draft": 0.5, "none": 0.0, "party": 1.0, "signed": 0.5, "not a party": 0.0}
"""How much of its cell a status fills; what is not here is not known."""
_UPRIGHT = 4
"""Columns whose headings have room beside each other."""


@drawing
def readiness(result: Finding, chosen: GapParameters) -> list[Axes]:
    """Draw the law of each member as a matrix, a column a domain, with its score."""
    both = chosen.compared()
    parts = [result.frame[result.frame["region"] == each.label].reset_index(drop=True) for each in both]
    most = max(map(len, parts))
    upright = sum(name.startswith("status_") for name in result.frame) <= _UPRIGHT
    above, pad = (1.05, 40) if upright else (1.55, 76)
    subtitle = "The law by domain. Full cell: legislation; half a cell: a draft; ?: no data. Score: mean of the cells."
    axes = canvas(2, ROW_INCHES * most, result.title, subtitle, result.source, (1.5, 0.75), above=above, below=0.3)
    for axis, each, part, colour in zip(axes, both, parts, colours(*both), strict=True):
        _draw_laws(axis, part, colour)
        axis.set_ylim(most - 0.4, -0.6)
        axis.set_title(shortened(each.label, 27), color=for_text(colour), pad=pad)
    return axes


def _draw_laws(axis: Axes, part: pd.DataFrame, colour: str) -> None:
    """Draw a cell for each member and component, full, half or empty, and the score beside them."""
    components = [name for name in WORDS["components"] if f"status_{name}" in part]
    known, unknown, filled = [], [], []
    for place, component in enumerate(components):
        for row, status in enumerate(part[f"status_{component}"]):
            full = _FULL.get(status)
            corner = (place + 0.06, row - 0.42)
            (unknown if full is None else known).append(Rectangle(corner, 0.88, 0.84))
            if full:
                filled.append(Rectangle(corner, 0.88 * full, 0.84))
            else:
                said = {"ha": "center", "va": "center", "fontsize": 11, "color": INK}
                axis.text(place + 0.5, row, "?" if full is None else "none", **said)
        said = {"ha": "left", "va": "bottom", "fontsize": 11, "color": INK, "linespacing": 0.95}
        heading = WORDS["component_heads"][component]
        axis.text(place + 0.06, -0.6, heading, rotation=0 if len(components) <= _UPRIGHT else 90, **said)
    frame = {"facecolor": "white", "edgecolor": "#c4c4c4", "linewidth": 1}
    axis.add_collection(PatchCollection(known, **frame))
    axis.add_collection(PatchCollection(unknown, **frame, hatch="////"))
    axis.add_collection(PatchCollection(filled, facecolor=colour, linewidth=0))
    end = len(components)
    for row in part.itertuples():
        low, high = row.readiness_low, row.readiness_high
        score = f"{row.readiness:.3g}" if low == high else f"{low:.2g} to {high:.2g}"
        apart(axis, 0.08, row.Index, NO_DATA if np.isnan(row.readiness) else score)
    apart(axis, 0.08, -0.6, "Score", va="bottom", color=MUTED)
    axis.set(xlim=(0, end), xticks=[], xlabel="")
    axis.spines["bottom"].set_visible(False)
    name_rows(axis, part["name"])
