"""Controls made from a parameter model: one for each parameter that a figure can depend on and a reader can move."""

import math
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import ipywidgets as widgets
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from carec_digital_trade.metrics import years
from carec_digital_trade.parameters import LAST_HORIZON, ScenarioParameters, SharedParameters
from carec_digital_trade.regions import economy_name, region, region_names
from carec_digital_trade.scenarios import Lever, applicable

QUICK_DRAWS = 1_000
"""Random draws at most, so that the figure follows the slider."""

_SIDES = ("region", "benchmark")
_LOGARITHMIC = 100
"""Range of a positive figure, in times, from which its slider is logarithmic."""
_STEP = 0.05


class Controls:
    """The controls of a parameter model.

    Attributes
    ----------
    widgets : dict of str to ipywidgets.Widget
        By parameter; a lever has two, ``levers: closure of NAME`` and ``levers: years of NAME``.
    """

    def __init__(self, start: SharedParameters) -> None:
        model = type(start)
        self._vintage = start.vintage
        self.widgets: dict[str, widgets.Widget] = {
            name: control for name in model.model_fields if (control := _control(name, model)) is not None
        }

    def values(self, chosen: SharedParameters) -> dict[str, Any]:
        """Return what the controls say.

        Parameters
        ----------
        chosen : SharedParameters
            What was admitted last: another region forgets who was left out of it.

        Returns
        -------
        dict of str to Any
            Parameter name to value, within the years of the measure and the members of the regions.

        Raises
        ------
        InputError
            If there is no such region.
        """
        values = {name: control.value for name, control in self.widgets.items()}
        for name in _SIDES:
            values[name] = _typed(values[name])
        first, last = years(values["measure"], self._vintage)
        values["year"] = min(max(values["year"], first), last)
        for name, shown in zip(_SIDES, chosen.compared(), strict=True):
            members = region(values[name], values["year"]).members
            left_out = [code for code in values[f"{name}_exclude"] if code in members]
            if values[name] != getattr(chosen, name):
                left_out = None
            elif tuple(left_out) == shown.excluded:
                left_out = getattr(chosen, f"{name}_exclude")  # null stays null
            values[f"{name}_exclude"] = left_out
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def show(self, chosen: SharedParameters) -> None:
        """Set the controls to admitted parameters, and offer what goes with them.

        Parameters
        ----------
        chosen : SharedParameters
            Parameters of the same model.
        """
        _set_range(self.widgets["year"], *years(chosen.measure, self._vintage), chosen.year)
        for name, full, kept in zip(_SIDES, chosen.regions(), chosen.compared(), strict=True):
            members = self.widgets[f"{name}_exclude"]
            members.options = [(economy_name(code, short=True), code) for code in full.members]
            members.value = kept.excluded
        for name in self.widgets.keys() & type(chosen).model_fields.keys() - {"year", *_excludes()}:
            value = getattr(chosen, name)
            self.widgets[name].value = ", ".join(value) if name in _SIDES and isinstance(value, list) else value


class ScenarioControls(Controls):
    """The same for scenarios, with the share of its gap and the years of each lever that has an effect."""

    def __init__(self, start: ScenarioParameters) -> None:
        super().__init__(start)
        self._acting = [name for name, lever in start.chosen_levers().items() if lever.effect is not None]
        for name in self._acting:
            self.widgets[f"levers: closure of {name}"] = _control("closure", Lever, f"closure of {name}")
            self.widgets[f"levers: years of {name}"] = widgets.IntRangeSlider(
                **_words(f"years of {name}", "last year without the effect, and first year with all of it")
            )

    def values(self, chosen: ScenarioParameters) -> dict[str, Any]:
        """Return what the controls say, as `Controls.values` does.

        Parameters
        ----------
        chosen : ScenarioParameters
            What was admitted last.

        Returns
        -------
        dict of str to Any
            Parameter name to value.
        """
        values = {name: value for name, value in super().values(chosen).items() if ":" not in name}
        before, data_end = (years(measure, self._vintage)[1] for measure in (chosen.measure, values["measure"]))
        levers = {name: dict(lever) for name, lever in chosen.chosen_levers().items()}
        for name in self._acting:
            start, end = self.widgets[f"levers: years of {name}"].value
            levers[name]["closure"] = self.widgets[f"levers: closure of {name}"].value
            levers[name] |= {"start": None if start <= max(before, data_end) else start, "end": max(end, data_end)}
        values["horizon"] = max(values["horizon"], data_end + 1)
        return values | {"levers": list(levers.values())}

    def show(self, chosen: ScenarioParameters) -> None:
        """Set the controls to admitted parameters, as `Controls.show` does.

        Parameters
        ----------
        chosen : ScenarioParameters
            Parameters of the same model.
        """
        data_end = years(chosen.measure, self._vintage)[1]
        _set_range(self.widgets["horizon"], data_end + 1, LAST_HORIZON, chosen.horizon)
        super().show(chosen)
        levers = chosen.chosen_levers()
        for name in self._acting:
            start, end = levers[name].start or data_end, levers[name].end
            self.widgets[f"levers: closure of {name}"].value = levers[name].closure
            _set_range(self.widgets[f"levers: years of {name}"], data_end, max(LAST_HORIZON, end), (start, end))


def controls(start: SharedParameters) -> Controls:
    """Make the controls of a parameter model.

    Parameters
    ----------
    start : SharedParameters
        As from `explorable`.

    Returns
    -------
    Controls
        Not yet set.
    """
    return ScenarioControls(start) if isinstance(start, ScenarioParameters) else Controls(start)


def explorable(chosen: SharedParameters) -> SharedParameters:
    """Return parameters that controls can move: few draws, and levers listed one by one.

    Parameters
    ----------
    chosen : SharedParameters
        The notebook's.

    Returns
    -------
    SharedParameters
        That give the same but for the number of draws.
    """
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
    if low > 0 and high / low >= _LOGARITHMIC:
        ends = {"min": math.log10(low), "max": math.log10(high)}
        return widgets.FloatLogSlider(value=low, **ends, step=_STEP, **words)
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


def _set_range(slider: widgets.Widget, low: int, high: int, value: Any) -> None:
    """Move both ends and the value at once: none of them fits the others alone."""
    with slider.hold_trait_notifications():
        slider.min, slider.max, slider.value = low, high, value
