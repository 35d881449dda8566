"""The compiled part of pydantic-core in plain Python, for a browser for which none is published.

pydantic's own Python makes a schema of each model; here values are checked by that schema, by strict rules alone and
for the kinds of schema that this package's models have. Anything else is refused. Faults have the types, places and
words of pydantic-core, so that the package's sentences are the same; ``tests/lite`` holds the two to each other.
"""

import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from types import SimpleNamespace
from typing import Any

from pydantic_core._strict import SchemaValidator
from pydantic_core._values import SchemaError, ValidationError

__all__ = ["SchemaError", "SchemaValidator", "ValidationError"]
"""Made beside; what else pydantic takes is below."""

try:
    __version__ = version("pydantic-core")
except PackageNotFoundError:  # laid beside the code and not installed
    __version__ = "0"


class PydanticUndefinedType:
    """Nothing was given."""

    def __copy__(self) -> "PydanticUndefinedType":
        return self

    def __deepcopy__(self, memo: Any) -> "PydanticUndefinedType":
        return self

    def __reduce__(self) -> str:
        return "PydanticUndefined"

    def __repr__(self) -> str:
        return "PydanticUndefined"


PydanticUndefined = PydanticUndefinedType()


class PydanticOmit(Exception):  # noqa: N818  (pydantic's names, here and below)
    """Leave this value out."""


class PydanticUseDefault(Exception):  # noqa: N818
    """Take the default."""


class PydanticCustomError(ValueError):
    """A fault of the user's own kind."""


class PydanticKnownError(ValueError):
    """A fault of a known kind."""


class PydanticSerializationError(ValueError):
    """A value cannot be written."""


class PydanticSerializationUnexpectedValue(ValueError):  # noqa: N818
    """A value is not what its schema says."""


class Url(str):
    """An address; no model has one."""


class MultiHostUrl(Url):
    """An address of several hosts; no model has one."""


class ArgsKwargs:
    """Arguments of a call; no model has them."""


class Some:
    """A value that is there; no model has one."""


class TzInfo:
    """A time zone; no model has one."""


class SchemaSerializer:
    """Writes models as plain data."""

    def __init__(self, schema: Any, config: Any = None, **_: Any) -> None:
        self._schema = schema

    def to_python(
        self,
        value: Any,
        *,
        include: Any = None,
        exclude_defaults: bool = False,
        exclude: Any = None,
        mode: str = "python",
        **_: Any,
    ) -> Any:
        """Return a model as a dictionary, those inside it too, and anything else as it is."""
        if exclude is not None or not (include is None or isinstance(include, set | frozenset)):
            raise SchemaError("fields are named by a set here, and only those to include")
        fields = getattr(type(value), "__pydantic_fields__", None)
        if fields is not None:
            return {
                name: self.to_python(each, exclude_defaults=exclude_defaults, mode=mode)
                for name, each in value.__dict__.items()
                if (include is None or name in include) and not (exclude_defaults and fields[name].default == each)
            }
        if isinstance(value, dict):
            return {k: self.to_python(each, exclude_defaults=exclude_defaults, mode=mode) for k, each in value.items()}
        if isinstance(value, list):
            return [self.to_python(each, exclude_defaults=exclude_defaults, mode=mode) for each in value]
        return value


def to_jsonable_python(value: Any, **_: Any) -> Any:
    """Return plain data as it is."""
    return SchemaSerializer(None).to_python(value, mode="json")


def to_json(value: Any, **_: Any) -> bytes:
    """Return plain data as JSON."""
    return json.dumps(to_jsonable_python(value), separators=(",", ":")).encode()


def from_json(data: str | bytes, **_: Any) -> Any:
    """Read JSON."""
    return json.loads(data)


class MissingDefinitionError(LookupError):
    """A schema refers to one that is not there."""

    def __init__(self, schema_reference: str) -> None:
        super().__init__(schema_reference)
        self.schema_reference = schema_reference


def _gather(schema: Any, definitions: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """Find the references in a schema; one that stands once is given back, to be put in its place."""
    found: dict[str, Any] = {}
    deferred: list[Any] = []

    def walk(part: Any) -> None:
        if isinstance(part, list | tuple):
            for each in part:
                walk(each)
            return
        if not isinstance(part, dict):
            return
        if part.get("type") == "definition-ref":
            name = part["schema_ref"]
            if name not in definitions:
                raise MissingDefinitionError(name)
            first = name not in found
            found[name] = part if first else None
            if first:
                walk(definitions[name])
        if "pydantic_internal_union_discriminator" in part.get("metadata", {}):
            deferred.append(part)
        for key, each in part.items():
            if key not in ("metadata", "default", "expected"):
                walk(each)

    walk(schema)
    return found, deferred


_schema_gather = SimpleNamespace(MissingDefinitionError=MissingDefinitionError, gather_schemas_for_cleaning=_gather)
