"""Checks plain values by strict rules, with the faults of pydantic-core."""

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any


class SchemaError(Exception):
    """A schema is of a kind that is not known here."""


class ValidationError(ValueError):
    """What is wrong with a value."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        self._faults = faults
        super().__init__("\n".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults))

    def errors(self, **_: Any) -> list[dict[str, Any]]:
        """Return the faults: type, loc, msg, input and, if there is more to say, ctx."""
        return copy.copy(self._faults)

    def error_count(self) -> int:
        """Return how many there are."""
        return len(self._faults)


def fault(kind: str, message: str, given: Any, **context: Any) -> ValidationError:
    """Return one fault, where the value itself is."""
    found = {"type": kind, "loc": (), "msg": message, "input": given}
    return ValidationError([{**found, "ctx": context} if context else found])


def at(error: ValidationError, *place: int | str) -> list[dict[str, Any]]:
    """Return the faults of a part at its place in the whole."""
    return [{**each, "loc": (*place, *each["loc"])} for each in error.errors()]


def _any(_: Any, given: Any) -> Any:
    return given


def _str(schema: Mapping[str, Any], given: Any) -> str:
    if not isinstance(given, str):
        raise fault("string_type", "Input should be a valid string", given)
    least = schema.get("min_length", 0)
    if len(given) < least:
        words = f"String should have at least {least} character{'s' * (least != 1)}"
        raise fault("string_too_short", words, given, min_length=least)
    return given


def _bool(_: Any, given: Any) -> bool:
    if not isinstance(given, bool):
        raise fault("bool_type", "Input should be a valid boolean", given)
    return given


_BOUNDS: dict[str, tuple[str, str, Callable[[Any, Any], bool]]] = {
    "le": ("less_than_equal", "less than or equal to", lambda one, other: one <= other),
    "lt": ("less_than", "less than", lambda one, other: one < other),
    "ge": ("greater_than_equal", "greater than or equal to", lambda one, other: one >= other),
    "gt": ("greater_than", "greater than", lambda one, other: one > other),
}


def _bounded(schema: Mapping[str, Any], number: Any, given: Any) -> Any:
    for key, (kind, words, holds) in _BOUNDS.items():
        if key in schema and not holds(number, schema[key]):
            bound = schema[key]
            shown = int(bound) if isinstance(bound, float) and bound.is_integer() else bound
            raise fault(kind, f"Input should be {words} {shown}", given, **{key: bound})
    return number


def _int(schema: Mapping[str, Any], given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise fault("int_type", "Input should be a valid integer", given)
    return _bounded(schema, given, given)


def _float(schema: Mapping[str, Any], given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise fault("float_type", "Input should be a valid number", given)
    number = float(given)
    if not schema.get("allow_inf_nan", True) and not math.isfinite(number):
        raise fault("finite_number", "Input should be a finite number", given)
    return _bounded(schema, number, given)


def _literal(schema: Mapping[str, Any], given: Any) -> Any:
    for each in schema["expected"]:
        if type(each) is type(given) and each == given:
            return each
    *others, last = map(repr, schema["expected"])
    expected = f"{', '.join(others)} or {last}" if others else last
    raise fault("literal_error", f"Input should be {expected}", given, expected=expected)


SIMPLE: dict[str, Callable[[Any, Any], Any]] = {
    "any": _any,
    "str": _str,
    "bool": _bool,
    "int": _int,
    "float": _float,
    "literal": _literal,
}
