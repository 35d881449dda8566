"""What values a parameter takes, in words, from its JSON Schema."""

from collections.abc import Mapping
from typing import Any

from carec_digital_trade.runs.values import as_typed

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
