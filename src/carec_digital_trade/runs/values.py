"""Parameter values as they are typed, in YAML by the core rules of version 1.2, and what is admitted, in words."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from carec_digital_trade.errors import InputError
from carec_digital_trade.yaml_core import COMMENT, load_file, load_text, problem

_WORDS = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "object": "mapping",
    "boolean": "true or false",
    "null": "null",
}
_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
    "minItems": "with at least",
    "maxItems": "with at most",
}


def parse_value(name: str, text: str) -> Any:
    """Read one value.

    Parameters
    ----------
    name : str
        Parameter, for the error.
    text : str
        What was typed.

    Returns
    -------
    Any
        None, bool, int, float, str, list or dict.

    Raises
    ------
    InputError
        If the text is empty or not YAML, a number in it is not finite, or a part of it is a comment.
    """
    if not text.strip():
        raise InputError(f"{name} needs a value, such as {name}=2024, or {name}=null for none")
    try:
        value = load_text(text)
    except YAMLError as error:
        hint = f", and {COMMENT}" if re.search(r"(^|\s)#", text) and COMMENT not in str(error) else ""
        raise InputError(f"the value of {name}={text} cannot be read: {problem(error)}{hint}") from None
    if any(_means(text[: sign.start()], value) for sign in re.finditer(r"(^|\s)#", text)):
        raise InputError(f"the value of {name}={text} cannot be read: {COMMENT}")
    return value


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """Split ``name=value`` pairs.

    Parameters
    ----------
    assignments : iterable of str
        As given after ``-p``.

    Returns
    -------
    dict of str to str
        Name to the text typed for it.

    Raises
    ------
    InputError
        If there is no "=" or no name, or a name is given twice.
    """
    typed: dict[str, str] = {}
    for assignment in assignments:
        name, separator, text = assignment.partition("=")
        name = name.strip()
        if not separator or not name:
            raise InputError(f"a parameter is given as name=value, such as year=2024, not {assignment!r}")
        if name in typed:
            raise InputError(f"the parameter {name} is given twice, as {typed[name]} and as {text}")
        typed[name] = text
    return typed


def read_parameter_file(path: Path) -> dict[str, Any]:
    """Read a YAML file of parameters.

    Parameters
    ----------
    path : pathlib.Path
        File that holds a mapping of parameter names to values.

    Returns
    -------
    dict
        Name to value.

    Raises
    ------
    InputError
        As in `yaml_core.load_file`, or if it does not hold such a mapping.
    """
    values = load_file(path, "the parameter file")
    if not isinstance(values, dict) or not values or not all(isinstance(name, str) for name in values):
        raise InputError(f"the parameter file {path} must hold lines of the form name: value, such as year: 2024")
    return values


def as_typed(value: Any) -> str:
    """Write a value so that `parse_value` reads it back.

    Parameters
    ----------
    value : Any
        None, bool, int, float, str, list or dict.

    Returns
    -------
    str
        One line of YAML; text in quotes only where it needs them.
    """
    if isinstance(value, str):
        return value if _plain(value) else _quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(as_typed(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_typed(key)}: {as_typed(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


def in_brief(value: Any) -> str:
    """Write a value where it only tells runs apart: a region of one's own by its name.

    Parameters
    ----------
    value : Any
        As for `as_typed`.

    Returns
    -------
    str
        One line.
    """
    return str(value["name"]) if isinstance(value, Mapping) and {"name", "members"} == set(value) else as_typed(value)


def as_yaml(batch: Mapping[str, Any]) -> str:
    """Write what a batch file could hold as YAML, which JSON is.

    Parameters
    ----------
    batch : mapping
        Plain values; ranges and arrays are lists.

    Returns
    -------
    str
        Such as a batch file.

    Raises
    ------
    InputError
        If it holds other values.
    """
    try:
        return json.dumps(batch, default=_listed, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"a batch may hold plain values only (numbers, text, lists, mappings): {error}") from None


def _listed(value: Any) -> list[Any]:
    return value.tolist() if hasattr(value, "tolist") else list(value)


def _means(text: str, value: Any) -> bool:
    try:
        return load_text(text) == value
    except YAMLError:
        return False


def _plain(text: str) -> bool:
    """Say whether text means itself without quotes, also inside a list."""
    return re.fullmatch(r"[A-Za-z][\w .-]*(?<! )", text, re.ASCII) is not None and load_text(text) == text


def _quoted(text: str) -> str:
    """Write text in double quotes, YAML's way for what cannot be printed (JSON's pairs of escapes are not)."""
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in escaped)


def in_words(schema: Mapping[str, Any]) -> str:
    """Say what a schema admits.

    Parameters
    ----------
    schema : mapping
        JSON Schema of one value, as pydantic writes it.

    Returns
    -------
    str
        Such as "whole number, at least 0".
    """
    if "anyOf" in schema:
        return " or ".join(in_words(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(as_typed(value) for value in schema["enum"])
    if "const" in schema:
        return as_typed(schema["const"])
    limits = [f"{words} {as_typed(schema[name])}" for name, words in _LIMITS.items() if name in schema]
    return ", ".join([_type(schema), *limits])


def _type(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "array":
        return f"list of {in_words(schema.get('items', {}))}"
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    return _WORDS.get(schema.get("type", ""), "any value")
