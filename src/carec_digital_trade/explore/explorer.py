"""The controls at work: one for each parameter that a figure depends on, what is drawn, hidden and taken back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any, Literal, get_args, get_origin

import ipywidgets as widgets
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from traitlets import Unicode

from carec_digital_trade.economies import economy_name, economy_names
from carec_digital_trade.errors import InputError
from carec_digital_trade.explore.views import VIEWS, drawn
from carec_digital_trade.metrics import years
from carec_digital_trade.parameters import LAST_HORIZON, ScenarioParameters, SharedParameters
from carec_digital_trade.parameters.regional import RegionSpec
from carec_digital_trade.regions import region, region_names
from carec_digital_trade.scenarios import Lever, applicable

TAKEN_BACK = "Taken back"
QUICK_DRAWS = 500
"""Random draws at most, so that the figure follows the slider."""

_SIDES = ("region", "benchmark")
_WIDE = 100
"""Range of a positive figure, in times, from which it is typed: a slider would snap to its steps."""
_STEP = 0.05


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
        By parameter; a lever has two, ``levers: closure of NAME`` and ``levers: years of NAME``.
    view : ipywidgets.Widget
        To choose the figure.
    heading, picture, reading : ipywidgets.Widget
        Title and subtitle, the figure, and below it what it says.
    box : ipywidgets.Widget
        All of them.
    """

    def __init__(self, chosen: SharedParameters) -> None:
        self.chosen = _explorable(chosen)
        self._asked = chosen
        self._start = self.chosen
        self._views = VIEWS[type(chosen)]
        scenarios = isinstance(self.chosen, ScenarioParameters)
        self._controls = (_ScenarioControls if scenarios else _Controls)(self.chosen)
        self.controls = self._controls.widgets
        self.shown = next(iter(self._views))
        self.view = widgets.ToggleButtons(
            options=list(self._views),
            description="figure",
            tooltip="figure to be drawn",
            style={"button_width": "auto"},
        )
        self.picture = Picture(format="png", layout=widgets.Layout(max_width="100%", align_self="flex-start"))
        self.heading, self.reading = widgets.HTML(), widgets.HTML()
        moved = widgets.Box([*self.controls.values()], layout=widgets.Layout(flex_flow="row wrap"))
        self.box = widgets.VBox([self.view, moved, self.heading, self.picture, self.reading])
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
                self.reading.value = (
                    f"<p><b>{TAKEN_BACK}:</b> {escape(str(error))}{'' if str(error).endswith('?') else '.'}</p>"
                )
            self._show()

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def _draw(self, name: str, chosen: SharedParameters) -> None:
        picture, (title, subtitle, source), finding = drawn(self._views[name], chosen)
        self.chosen, self.shown = chosen, name
        self.picture.value = picture
        self.picture.tooltip = f"{finding.caption}. {finding.reading}"  # which is its alternative text
        self.heading.value = f"<b>{escape(title)}</b><br>{escape(subtitle)}"
        lines = [self._draws_note(), finding.reading, self._first_cell(), source]
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


class _Controls:
    """The controls of a parameter model: widgets by parameter."""

    def __init__(self, start: SharedParameters) -> None:
        model = type(start)
        self._vintage = start.vintage
        self._sides = [name for name in _SIDES if name in model.model_fields]
        self._named = {spec["name"]: spec for name in self._sides if isinstance(spec := getattr(start, name), dict)}
        self.widgets: dict[str, widgets.Widget] = {
            name: control for name in model.model_fields if (control := _control(name, model)) is not None
        }

    def values(self, chosen: SharedParameters) -> dict[str, Any]:
        """Return what the controls say, within the years of the measure and the members of the regions.

        Another region than what was admitted last forgets who was left out of it.
        """
        values = {name: control.value for name, control in self.widgets.items()}
        for name in self._sides:
            values[name] = self._named.get(values[name], _typed(values[name]))
        first, last = type(chosen).covered(values["measure"], self._vintage)
        values["year"] = min(max(values["year"], first), last)
        if "horizon" in values:
            values["horizon"] = max(values["horizon"], last + 1)
        for name, shown in zip(_SIDES, chosen.compared(), strict=True):
            if f"{name}_exclude" not in values:
                continue
            members = region(values[name], values["year"]).members
            left_out = [code for code in values[f"{name}_exclude"] if code in members]
            if values[name] != getattr(chosen, name):
                left_out = None
            elif tuple(left_out) == shown.excluded:
                left_out = getattr(chosen, f"{name}_exclude")  # null stays null
            values[f"{name}_exclude"] = left_out
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def show(self, chosen: SharedParameters) -> None:
        """Set the controls to admitted parameters, and offer what goes with them."""
        first, last = chosen.covered(chosen.measure, self._vintage)
        _set_range(self.widgets["year"], first, last, chosen.year)
        if "horizon" in self.widgets:
            _set_range(self.widgets["horizon"], last + 1, LAST_HORIZON, chosen.horizon)
        for name, full, kept in zip(_SIDES, chosen.regions(), chosen.compared(), strict=True):
            if members := self.widgets.get(f"{name}_exclude"):
                members.options = [(economy_name(code, short=True), code) for code in full.members]
                members.value = kept.excluded
        for name in self.widgets.keys() & type(chosen).model_fields.keys() - {"year", *_excludes()}:
            value = getattr(chosen, name)
            shown = economy_name(value, short=True) if name == "economy" else value
            self.widgets[name].value = _shown(value) if name in _SIDES else shown


class _ScenarioControls(_Controls):
    """The same for scenarios, with two more a lever with an effect: ``levers: closure of NAME``, ``years of NAME``."""

    def __init__(self, start: ScenarioParameters) -> None:
        super().__init__(start)
        self._acting = [name for name, lever in start.chosen_levers().items() if lever.effect is not None]
        for name in self._acting:
            self.widgets[f"levers: closure of {name}"] = _control("closure", Lever, f"closure of {name}")
            self.widgets[f"levers: years of {name}"] = widgets.IntRangeSlider(
                **_words(f"years of {name}", "last year without the effect, and first year with all of it")
            )

    def values(self, chosen: ScenarioParameters) -> dict[str, Any]:
        values = {name: value for name, value in super().values(chosen).items() if ":" not in name}
        before, data_end = (years(measure, self._vintage)[1] for measure in (chosen.measure, values["measure"]))
        levers = {name: dict(lever) for name, lever in chosen.chosen_levers().items()}
        for name in self._acting:
            start, end = self.widgets[f"levers: years of {name}"].value
            levers[name]["closure"] = self.widgets[f"levers: closure of {name}"].value
            levers[name] |= {"start": None if start <= max(before, data_end) else start, "end": max(end, data_end)}
        return values | {"levers": list(levers.values())}

    def show(self, chosen: ScenarioParameters) -> None:
        data_end = years(chosen.measure, self._vintage)[1]
        super().show(chosen)
        levers = chosen.chosen_levers()
        for name in self._acting:
            start, end = levers[name].start or data_end, levers[name].end
            self.widgets[f"levers: closure of {name}"].value = levers[name].closure
            _set_range(self.widgets[f"levers: years of {name}"], data_end, max(LAST_HORIZON, end), (start, end))


def _explorable(chosen: SharedParameters) -> SharedParameters:
    """Return parameters that give the same and that controls can move: few draws, and levers listed one by one."""
    changes: dict[str, Any] = {}
    if "draws" in type(chosen).model_fields:
        changes["draws"] = min(chosen.draws, QUICK_DRAWS)
    if isinstance(chosen, ScenarioParameters):
        levers = applicable(chosen.chosen_levers(), chosen.measure)
        changes |= {"levers": list(levers.values()), "effects": None}
    return type(chosen).validated({**chosen.model_dump(), **changes})


def _control(name: str, model: type[BaseModel], label: str | None = None) -> widgets.Widget | None:
    """Return the control of a parameter, or None where there is none."""
    field = model.model_fields[name]
    words = _words(label or name, field.description)
    if name in _SIDES:
        return widgets.Combobox(options=region_names(), continuous_update=False, **words)
    if name == "economy":
        return widgets.Combobox(options=economy_names(), continuous_update=False, **words)
    if name in _excludes():
        return widgets.SelectMultiple(rows=4, **words)
    if name in ("year", "horizon"):
        return widgets.IntSlider(**words)
    if name == "draws":
        least = _bounds(field)["ge"]
        return widgets.IntSlider(value=least, min=least, max=QUICK_DRAWS, step=least, **words)
    return _by_type(field, words)


def _by_type(field: FieldInfo, words: Mapping[str, Any]) -> widgets.Widget | None:
    """Return a choice for named values and a slider for a figure with bounds, else None."""
    if get_origin(field.annotation) is Literal:
        return widgets.Dropdown(options=get_args(field.annotation), **words)
    if get_origin(field.annotation) is list and get_origin(get_args(field.annotation)[0]) is Literal:
        return widgets.SelectMultiple(options=get_args(get_args(field.annotation)[0]), rows=2, **words)
    if field.annotation is not float:
        return None
    bounds = _bounds(field)
    low, high = bounds["ge"], bounds["le"] if "le" in bounds else bounds["lt"] - _STEP
    if low > 0 and high / low >= _WIDE:
        return widgets.BoundedFloatText(value=low, min=low, max=high, **words)
    return widgets.FloatSlider(min=low, max=high, step=_STEP, **words)


def _bounds(field: FieldInfo) -> dict[str, float]:
    """Return a field's bounds by the name of their kind: ge, le, lt."""
    kinds = [type(each).__name__.lower() for each in field.metadata]
    return {kind: getattr(each, kind) for kind, each in zip(kinds, field.metadata, strict=True)}


def _words(label: str, meaning: str | None) -> Mapping[str, Any]:
    layout = widgets.Layout(width="28em")
    return {"description": label, "tooltip": meaning, "style": {"description_width": "12em"}, "layout": layout}


def _excludes() -> list[str]:
    return [f"{name}_exclude" for name in _SIDES]


def _typed(text: str) -> str | list[str]:
    """Return a region's name, or the economies of a list."""
    return [part.strip() for part in text.split(",") if part.strip()] if "," in text else text


def _shown(spec: RegionSpec) -> str:
    """Return how a region stands in its control."""
    if isinstance(spec, dict):
        return spec["name"]
    return spec if isinstance(spec, str) else ", ".join(spec)


def _set_range(slider: widgets.Widget, low: int, high: int, value: Any) -> None:
    """Move both ends and the value at once: none of them fits the others alone."""
    with slider.hold_trait_notifications():
        slider.min, slider.max, slider.value = low, high, value
