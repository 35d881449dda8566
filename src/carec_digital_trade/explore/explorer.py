"""The controls at work: what is chosen, drawn, hidden and taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import ipywidgets as widgets
from traitlets import Unicode

from carec_digital_trade.errors import InputError
from carec_digital_trade.explore.controls import controls, explorable
from carec_digital_trade.explore.views import VIEWS, drawn
from carec_digital_trade.parameters import SharedParameters

TAKEN_BACK = "Taken back"


class Picture(widgets.Image):
    """An image whose tooltip is its text alternative: JupyterLab asks for a description first, which an image lacks."""

    description = Unicode("").tag(sync=True)


class Explorer:
    """Controls, the figure, and the last parameters that were admitted.

    Attributes
    ----------
    chosen : SharedParameters
        What is drawn.
    shown : str
        Which figure.
    controls : dict of str to ipywidgets.Widget
        As in `controls.Controls`.
    view : ipywidgets.Widget
        To choose the figure.
    picture, reading : ipywidgets.Widget
        The figure, and below it what it says.
    box : ipywidgets.Widget
        All of them.
    """

    def __init__(self, chosen: SharedParameters) -> None:
        self.chosen = explorable(chosen)
        self._asked = chosen
        self._start = self.chosen
        self._views = VIEWS[type(chosen)]
        self._controls = controls(self.chosen)
        self.controls = self._controls.widgets
        self.shown = next(iter(self._views))
        self.view = widgets.ToggleButtons(
            options=list(self._views),
            description="figure",
            tooltip="figure to be drawn",
            style={"button_width": "auto"},
        )
        self.picture = Picture(format="png", layout=widgets.Layout(max_width="100%", align_self="flex-start"))
        self.reading = widgets.HTML()
        moved = widgets.Box([*self.controls.values()], layout=widgets.Layout(flex_flow="row wrap"))
        self.box = widgets.VBox([self.view, moved, self.picture, self.reading])
        self._quiet = False
        with self._unheard():
            self._draw(self.shown, self.chosen)
            self._show()
        for control in (self.view, *self.controls.values()):
            control.observe(self._changed, names="value")

    def _changed(self, _change: Any) -> None:
        """Draw what the controls say, or set them back to what was drawn last."""
        if self._quiet:
            return
        with self._unheard():
            try:
                values = self._controls.values(self.chosen)
                chosen = type(self.chosen).validated({**self.chosen.model_dump(), **values})
                self._draw(self.view.value, chosen)
            except InputError as error:
                self.reading.value = f"<p><b>{TAKEN_BACK}:</b> {escape(_full_stop(str(error)))}</p>"
            self._show()

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def _draw(self, name: str, chosen: SharedParameters) -> None:
        drawing = drawn(self._views[name], chosen)
        self.chosen, self.shown = chosen, name
        self.picture.value = drawing.png
        self.picture.tooltip = f"{drawing.caption}. {drawing.reading}"  # which is its alternative text
        lines = [self._draws_note(), drawing.reading, self._first_cell(), drawing.source]
        self.reading.value = "".join(f"<p>{line}</p>" for line in map(escape, lines) if line)

    def _show(self) -> None:
        """Set the controls to what is drawn, and hide those that the figure does not depend on."""
        self.view.value = self.shown
        self._controls.show(self.chosen)
        unused = self._views[self.shown].unused
        for name, control in self.controls.items():
            control.layout.display = "none" if name.partition(":")[0] in unused else None

    def _draws_note(self) -> str:
        asked = getattr(self._asked, "draws", None)
        if asked is None or "draws" in self._views[self.shown].unused or self.chosen.draws == asked:
            return ""
        return f"With {self.chosen.draws:,} random draws, so that it is quickly drawn; the notebook uses {asked:,}."

    def _first_cell(self) -> str:
        """Return what to write in the first cell for the notebook to say the same, as Python."""
        changed = {
            name: getattr(self.chosen, name)
            for name in type(self.chosen).model_fields
            if name != "draws" and getattr(self.chosen, name) != getattr(self._start, name)
        }
        if "levers" in changed:
            changed["levers"] = [lever.model_dump(exclude_defaults=True) for lever in changed["levers"]]
        words = "; ".join(f"{name} = {value!r}" for name, value in changed.items())
        return f"To keep it, in the first cell: {words}." if words else ""


def _full_stop(sentence: str) -> str:
    return sentence if sentence.endswith("?") else f"{sentence}."
