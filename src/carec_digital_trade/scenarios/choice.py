"""Which levers does a user choose, on which outcome do they act, and what are the choices?"""

from collections.abc import Mapping
from math import isnan
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from carec_digital_trade.datasets import BUNDLED
from carec_digital_trade.errors import InputError
from carec_digital_trade.scenarios.checking import Checked
from carec_digital_trade.scenarios.effects import published_effects
from carec_digital_trade.scenarios.levers import Lever, lever_set, with_effects
from carec_digital_trade.scenarios.presets import preset, presets

KINDS_IN_WORDS = {
    "trade_per_10_percent": "% of trade for a 10% rise",
    "cost_per_10_percent": "% of trade cost for a 10% rise",
    "trade_at_full": "% of trade at full implementation",
    "cost_at_full": "% of trade cost at full implementation",
    "connectivity_amplifier": "% growth of the effect of connectivity at full implementation",
}
"""What the figures of an effect are."""

MOST_LEVERS = 12

_GOODS = "goods_and_services"


def listed_levers(levers: Any) -> dict[str, Lever]:
    """Check levers that a user lists; each is named after its family, the second of a family with a number.

    Parameters
    ----------
    levers : list of mappings
        Fields of `Lever`.

    Returns
    -------
    dict of str to Lever
        By name.

    Raises
    ------
    InputError
        As `lever_set` does, and if it is no list or lists more than `MOST_LEVERS`.
    """
    if not isinstance(levers, list):
        raise InputError(
            f"levers is {levers!r}: write a list of mappings such as "
            "[{family: connectivity, effect: wto2023_trade, closure: 0.5}]"
        )
    if len(levers) > MOST_LEVERS:
        raise InputError(f"levers lists {len(levers)}: list at most {MOST_LEVERS}")
    families: list[Any] = []
    named: dict[str, Any] = {}
    for lever in levers:
        families.append(lever.get("family") if isinstance(lever, Mapping) else getattr(lever, "family", None))
        if families[-1] is None:
            raise InputError(f"the lever {lever!r} has no family: write a mapping such as {{family: connectivity}}")
        number = families.count(families[-1])
        named[f"{families[-1]}_{number}" if number > 1 else str(families[-1])] = lever
    return lever_set(named)


def chosen_levers(
    ready: str = "all_four", listed: Any = None, effects: Mapping[str, Any] | None = None
) -> dict[str, Lever]:
    """Return the levers that a user chooses.

    Parameters
    ----------
    ready : str
        Name of a preset, used if nothing is listed.
    listed : list of mappings, optional
        Levers in its place, as in `listed_levers`.
    effects : mapping, optional
        Other effects by lever, as in `with_effects`.

    Returns
    -------
    dict of str to Lever
        By name, whatever outcome they act on.

    Raises
    ------
    InputError
        As in `preset`, `listed_levers` and `with_effects`.
    """
    return with_effects(preset(ready) if listed is None else listed_levers(listed), effects or {})


def paperless_lever(levers: Mapping[str, Lever]) -> dict[str, Lever]:
    """Return the lever of paperless trade for goods and services: the chosen one, or the preset where none acts.

    Parameters
    ----------
    levers : mapping of str to Lever
        All that were chosen.

    Returns
    -------
    dict of str to Lever
        One.
    """
    for name, lever in levers.items():
        effect = lever.resolved()
        if lever.family == "paperless" and effect is not None and _GOODS in effect.measures:
            return {name: lever}
    return preset("paperless")


def presets_in_words() -> str:
    """Describe the presets.

    Returns
    -------
    str
        Name, and levers with their effects and indicators, one preset a line.
    """
    whole = presets().query("closure == 1")
    return "\n".join(
        f"{name}: {', '.join(_lever_words(row) for row in rows.to_dict('records'))}"
        for name, rows in whole.groupby("preset", sort=False)
    )


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
    """Describe the published effects.

    Parameters
    ----------
    vintage : str
        Vintage of the table ``effects``.

    Returns
    -------
    str
        Identifier, lever, outcomes, figures, and source, one effect a line.
    """
    return "\n".join(map(_effect_words, published_effects(vintage).to_dict("records")))


def _lever_words(row: Mapping[str, Any]) -> str:
    effect = row["effect"] if isinstance(row["effect"], str) else "no published effect, only the gap"
    return f"{row['lever']} ({effect}, {row['indicator']})"


def _field_words(field: FieldInfo) -> str:
    choices = " | ".join(dict.fromkeys(_choices(field.annotation)))
    default = "needed" if field.is_required() else f"default {'null' if field.default is None else field.default}"
    return f"{field.description} ({'; '.join(filter(None, [choices, default]))})"


def _choices(annotation: Any) -> list[str]:
    """Return the words that a type admits, those of its parts included."""
    parts = get_args(annotation)
    return list(parts) if get_origin(annotation) is Literal else [word for part in parts for word in _choices(part)]


def _effect_words(row: Mapping[str, Any]) -> str:
    return (
        f"{row['effect']}: {row['lever']}, through {row['indicator']}, on {row['measures']}; "
        f"{row['central']:g}{KINDS_IN_WORDS[row['kind']]} ({_bounds_words(row)}); {row['source']}"
    )


def _bounds_words(row: Mapping[str, Any]) -> str:
    low, high = (None if isnan(row[name]) else f"{row[name]:g}" for name in ("low", "high"))
    if low and high:
        return f"{low} to {high}"
    if low is None and high is None:
        return "bounds assumed"
    return f"at least {low}; upper bound assumed" if low else f"at most {high}; lower bound assumed"
