"""What can be chosen? Ready lever sets, one for each of the article's solutions, and all choices in words."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.scenarios.checking import Checked
from carec_digital_trade.scenarios.effects import Effect, usable_effects
from carec_digital_trade.scenarios.levers import Lever, lever_set
from carec_digital_trade.yaml_core import load_file

HALF = "_half"
"""Ending of the presets that close half of each gap."""
KINDS_IN_WORDS = {
    "trade_per_1_percent": "% of trade for a 1% rise",
    "trade_per_10_percent": "% of trade for a 10% rise",
    "cost_per_10_percent": "% of trade cost for a 10% rise",
    "cost_per_10_points": "% of trade cost for 10 points more",
    "trade_at_full": "% of trade at full implementation",
    "cost_at_full": "% of trade cost at full implementation",
    "connectivity_amplifier": "% growth of the effect of connectivity at full implementation",
}
"""What the figures of an effect are."""


def preset(name: str) -> dict[str, Lever]:
    """Return a ready lever set.

    Parameters
    ----------
    name : str
        One of `presets`; with "_half" at its end, half of each gap is closed.

    Returns
    -------
    dict of str to Lever
        By name.

    Raises
    ------
    InputError
        If there is no such preset.

    Examples
    --------
    >>> list(preset("all_four"))
    ['regulation', 'paperless', 'connectivity', 'inclusion', 'laws']
    """
    if name not in presets():
        raise InputError(f"there is no preset {name!r}: use {', '.join(presets())}{nearest(name, presets())}")
    levers = lever_set(_presets()[name.removesuffix(HALF)])
    if not name.endswith(HALF):
        return levers
    return {key: each.model_copy(update={"closure": each.closure / 2}) for key, each in levers.items()}


def presets() -> tuple[str, ...]:
    """Return the names of the ready lever sets, each with its whole gap closed and with half of it."""
    return tuple(name + ending for name in _presets() for ending in ("", HALF))


def presets_in_words() -> str:
    """Describe the presets: name, and levers with their effects and indicators, one preset a line."""
    lines = []
    for name in _presets():
        levers = [
            f"{key} ({_effect_words(each)}, through {' or '.join(dict.fromkeys(each.used_indicators))})"
            for key, each in preset(name).items()
        ]
        lines.append(f"{name}: {', '.join(levers)}")
    return "\n".join(lines)


def fields_in_words(model: type[Checked] = Lever) -> str:
    """Describe the fields of a lever, of an effect, or of a target.

    Parameters
    ----------
    model : type of Checked
        `Lever`, `OwnEffect` or `Target`.

    Returns
    -------
    str
        Name, meaning, the values it may have where they are few, and the default, one a line.
    """
    return "\n".join(f"{name}: {_field_words(field)}" for name, field in model.model_fields.items())


def effects_in_words(vintage: str = BUNDLED) -> str:
    """Describe the published effects: identifier, lever, outcomes, figures, and source, one effect a line."""
    return "\n".join(
        f"{each.id}: {each.family}, through {each.indicator}, on {', '.join(each.measures)}; "
        f"{each.central:g}{KINDS_IN_WORDS[each.kind]} ({_bounds_words(each)}); {each.source}"
        for each in usable_effects(vintage).values()
    )


@lru_cache(maxsize=1)
def _presets() -> Mapping[str, Any]:
    return load_file(Path(__file__).with_name("presets.yaml"), "the file of levers")


def _field_words(field: FieldInfo) -> str:
    choices = " | ".join(dict.fromkeys(_choices(field.annotation)))
    default = "needed" if field.is_required() else f"default {'null' if field.default is None else field.default}"
    return f"{field.description} ({'; '.join(filter(None, [choices, default]))})"


def _choices(annotation: Any) -> list[str]:
    """Return the words that a type admits, those of its parts included."""
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        return list(parts)
    return [word for part in parts for word in _choices(part)]


def _effect_words(lever: Lever) -> str:
    return " or ".join(effect.id for effect in lever.resolved()) or "no published effect, only the gap"


def _bounds_words(effect: Effect) -> str:
    if effect.drawn:
        return "drawn evenly from zero to this"
    if effect.published_bounds:
        return f"{effect.low:g} to {effect.high:g}"
    if effect.low is not None:
        return f"at least {effect.low:g}; upper bound assumed"
    return "bounds assumed" if effect.high is None else f"at most {effect.high:g}; lower bound assumed"
