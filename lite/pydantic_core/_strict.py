"""Checks values by the schemas that pydantic makes of strict models, with the faults of pydantic-core."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic_core._values import SIMPLE, SchemaError, ValidationError, at, fault


class SchemaValidator:
    """Checks values by a schema of pydantic."""

    def __init__(self, schema: dict[str, Any], config: dict[str, Any] | None = None, **_: Any) -> None:
        self._schema, self._config = schema, config or {}
        self._definitions: dict[str, dict[str, Any]] = {}

    @property
    def title(self) -> str:
        """Return the name of what is checked."""
        return self._config.get("title", self._schema["type"])

    def validate_python(self, given: Any, *, self_instance: Any = None, **_: Any) -> Any:
        """Return the checked value, in an instance of its model, or raise the faults."""
        return self._checked(self._schema, given, self._config, self_instance)

    def _checked(self, schema: dict[str, Any], given: Any, config: Mapping[str, Any], instance: Any = None) -> Any:
        kind = schema["type"]
        if kind in SIMPLE:
            if not config.get("strict", False) and kind in ("str", "int", "float", "bool"):
                raise SchemaError("only strict models are checked here")
            return SIMPLE[kind]({**config, **schema}, given)
        if kind not in _NESTED:
            raise SchemaError(f"a schema of the kind {kind!r} is not known here")
        return _NESTED[kind](self, schema, given, config, instance)

    def _definitions_schema(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        self._definitions |= {each["ref"]: each for each in schema["definitions"]}
        return self._checked(schema["schema"], given, config, instance)

    def _reference(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        return self._checked(self._definitions[schema["schema_ref"]], given, config, instance)

    def _default(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        return self._checked(schema["schema"], given, config, instance)

    def _nullable(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        return None if given is None else self._checked(schema["schema"], given, config)

    def _before(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        return self._checked(schema["schema"], _called(schema, given, given), config, instance)

    def _after(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        return _called(schema, given, self._checked(schema["schema"], given, config, instance))

    def _wrap(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        return _called(schema, given, given, lambda inner: self._checked(schema["schema"], inner, config, instance))

    def _list(self, schema: Any, given: Any, config: Any, instance: Any) -> list[Any]:
        if not isinstance(given, list):
            raise fault("list_type", "Input should be a valid list", given)
        found = self._each(((n, each, schema["items_schema"]) for n, each in enumerate(given)), config)
        least = schema.get("min_length", 0)
        if len(found) < least:
            words = f"List should have at least {least} item{'s' * (least != 1)} after validation, not {len(found)}"
            raise fault("too_short", words, given, field_type="List", min_length=least, actual_length=len(found))
        return found

    def _tuple(self, schema: Any, given: Any, config: Any, instance: Any) -> tuple[Any, ...]:
        if not isinstance(given, tuple):
            raise fault("tuple_type", "Input should be a valid tuple", given)
        items = schema["items_schema"]
        if "variadic_item_index" in schema:
            items = items * len(given)
        if len(items) != len(given):
            raise SchemaError("only tuples of one kind of item, or of the right length, are checked here")
        return tuple(self._each(((n, each, items[n]) for n, each in enumerate(given)), config))

    def _dict(self, schema: Any, given: Any, config: Any, instance: Any) -> dict[Any, Any]:
        if not isinstance(given, dict):
            raise fault("dict_type", "Input should be a valid dictionary", given)
        faults: list[dict[str, Any]] = []
        found = {}
        for key, value in given.items():
            bad = len(faults)
            for place, part, each in (((key, "[key]"), key, "keys_schema"), ((key,), value, "values_schema")):
                try:
                    checked = self._checked(schema[each], part, config)
                except ValidationError as error:
                    faults += at(error, *place)
            if len(faults) == bad:
                found[key] = checked
        if faults:
            raise ValidationError(faults)
        return found

    def _each(self, parts: Iterator[tuple[int | str, Any, Any]], config: Mapping[str, Any]) -> list[Any]:
        faults: list[dict[str, Any]] = []
        found = []
        for place, part, schema in parts:
            try:
                found.append(self._checked(schema, part, config))
            except ValidationError as error:
                faults += at(error, place)
        if faults:
            raise ValidationError(faults)
        return found

    def _union(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        faults: list[dict[str, Any]] = []
        for choice in schema["choices"]:
            inner, label = choice if isinstance(choice, tuple) else (choice, _label(choice))
            try:
                return self._checked(inner, given, config)
            except ValidationError as error:
                faults += at(error, label)
        raise ValidationError(faults)

    def _tagged(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        tag = schema["discriminator"](given)
        if tag not in schema["choices"]:
            raise SchemaError(f"the tag {tag!r} is not known here")
        try:
            return self._checked(schema["choices"][tag], given, config)
        except ValidationError as error:
            raise ValidationError(at(error, tag)) from None

    def _model(self, schema: Any, given: Any, config: Any, instance: Any) -> Any:
        model, config = schema["cls"], schema.get("config", {})
        if instance is None and isinstance(given, model):
            return given
        if not isinstance(given, dict):
            words = f"Input should be a valid dictionary or instance of {model.__name__}"
            raise fault("model_type", words, given, class_name=model.__name__)
        values, used = self._fields(schema["schema"], given, config)
        made = model.__new__(model) if instance is None else instance
        for name, value in (
            ("__dict__", values),
            ("__pydantic_fields_set__", used),
            ("__pydantic_extra__", None),
            ("__pydantic_private__", None),
        ):
            object.__setattr__(made, name, value)
        return made

    def _fields(self, schema: Any, given: dict[str, Any], config: Any) -> tuple[dict[str, Any], set[str]]:
        if config.get("extra_fields_behavior") != "forbid":
            raise SchemaError("only models that forbid other fields are checked here")
        faults: list[dict[str, Any]] = []
        values, used = {}, set()
        for name, field in schema["fields"].items():
            inner = field["schema"]
            if name in given:
                used.add(name)
                try:
                    values[name] = self._checked(inner, given[name], config)
                except ValidationError as error:
                    faults += at(error, name)
            elif inner["type"] == "default":
                default = inner["default_factory"]() if "default_factory" in inner else inner["default"]
                values[name] = copy.deepcopy(default)
            else:
                faults += at(fault("missing", "Field required", given), name)
        for name, value in given.items():
            if not isinstance(name, str):
                faults += at(fault("invalid_key", "Keys should be strings", name), name)
            elif name not in schema["fields"]:
                faults += at(fault("extra_forbidden", "Extra inputs are not permitted", value), name)
        if faults:
            raise ValidationError(faults)
        return values, used


_NESTED: dict[str, Callable[..., Any]] = {
    "definitions": SchemaValidator._definitions_schema,
    "definition-ref": SchemaValidator._reference,
    "default": SchemaValidator._default,
    "nullable": SchemaValidator._nullable,
    "function-before": SchemaValidator._before,
    "function-after": SchemaValidator._after,
    "function-wrap": SchemaValidator._wrap,
    "list": SchemaValidator._list,
    "tuple": SchemaValidator._tuple,
    "dict": SchemaValidator._dict,
    "union": SchemaValidator._union,
    "tagged-union": SchemaValidator._tagged,
    "model": SchemaValidator._model,
}


def _called(schema: Mapping[str, Any], given: Any, *arguments: Any) -> Any:
    """Call a function of a model; what it refuses is a fault."""
    if schema["function"]["type"] != "no-info":
        raise SchemaError("only functions of the value alone are called here")
    try:
        return schema["function"]["function"](*arguments)
    except ValidationError:
        raise
    except ValueError as error:
        raise fault("value_error", f"Value error, {error}", given, error=error) from None


def _label(schema: Mapping[str, Any]) -> str:
    """Name a choice of a union as pydantic-core does in the place of a fault."""
    kind = schema["type"]
    if kind == "list":
        return f"list[{_label(schema['items_schema'])}]"
    if kind == "dict":
        return f"dict[{_label(schema['keys_schema'])},{_label(schema['values_schema'])}]"
    if kind == "union":
        return f"union[{','.join(_label(each) for each in schema['choices'])}]"
    return schema["cls"].__name__ if kind == "model" else kind
