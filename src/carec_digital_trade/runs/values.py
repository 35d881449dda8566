"""What the user asked for: parameter values as they are typed, in YAML by the core rules of version 1.2.

ruamel.yaml reads more than those rules: it takes 2_024 for a number and 2024-01-01 for a date. The resolver here holds
to the core schema (YAML 1.2.2, section 10.3.2), in which both are text, NO is text and 010 is ten.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.resolver import BaseResolver

from carec_digital_trade.errors import InputError


class _CoreResolver(BaseResolver):
    """The implicit types of the core schema, and no others."""

    def __init__(self, version: Any = None, loader: Any = None) -> None:
        super().__init__(loader)
        self._loader_version = version

    @property
    def processing_version(self) -> tuple[int, int]:
        return (1, 2)


for _kind, _pattern, _first in [
    ("null", r"(?:~|null|Null|NULL|)\Z", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)\Z", list("tTfF")),
    ("int", r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z", list("-+0123456789")),
    (
        "float",
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z",
        list("-+.0123456789"),
    ),
]:
    _CoreResolver.add_implicit_resolver_base(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), _first)


def compose(text: str) -> Node | None:
    """Read YAML into nodes, which know their lines.

    Parameters
    ----------
    text : str
        One document.

    Returns
    -------
    ruamel.yaml.nodes.Node or None
        None if there is nothing in it.

    Raises
    ------
    ruamel.yaml.error.YAMLError
        If it is not YAML.
    """
    try:
        return _yaml().compose(text)
    except RecursionError:
        raise YAMLError("it is nested too deeply") from None


def plain(node: Node) -> Any:
    """Return the value of a node.

    Parameters
    ----------
    node : ruamel.yaml.nodes.Node
        From `compose`.

    Returns
    -------
    Any
        None, bool, int, float, str, list or dict.

    Raises
    ------
    ruamel.yaml.error.YAMLError
        If it holds anything else, or a number that is not finite.
    """
    try:
        value = _yaml().constructor.construct_document(node)
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError):  # such as .inf, too many digits, !!binary, a list inside itself
        raise YAMLError("it may hold finite numbers, text, true, false, null, lists and mappings only") from None
    return value


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
        If the text is empty or not YAML, or a number in it is not finite.
    """
    if not text.strip():
        raise InputError(f"{name} needs a value, such as {name}=2024, or {name}=null for none")
    try:
        return _load(text)
    except YAMLError as error:
        raise InputError(f"the value of {name}={text} cannot be read: {problem(error)}") from None


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
        If the file is missing, is not YAML (with the line), or does not hold such a mapping.
    """
    try:
        values = _load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"the parameter file {path} cannot be read: {(error.strerror or str(error)).lower()}"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"the parameter file {path} is not a text file in UTF-8") from None
    except YAMLError as error:
        raise InputError(f"the parameter file {path} is not YAML: {problem(error)}") from None
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


def _plain(text: str) -> bool:
    """Say whether text means itself without quotes, also inside a list."""
    return re.fullmatch(r"[A-Za-z][\w .-]*(?<! )", text, re.ASCII) is not None and _load(text) == text


def _quoted(text: str) -> str:
    """Write text in double quotes, YAML's way for what cannot be printed (JSON's pairs of escapes are not)."""
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in escaped)


def _load(text: str) -> Any:
    node = compose(text)
    return None if node is None else plain(node)


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    yaml.Resolver = _CoreResolver
    return yaml


def problem(error: YAMLError) -> str:
    """Say in one line what is wrong, where it was noticed, and where that began if on another line.

    Parameters
    ----------
    error : ruamel.yaml.error.YAMLError
        What `compose` or `plain` raised.

    Returns
    -------
    str
        Without a stop.
    """
    if not isinstance(error, MarkedYAMLError):
        return " ".join(str(error).split())
    mark = error.problem_mark or error.context_mark
    problem = " ".join((error.problem or error.context or "it is incomplete").split())
    if mark is None:
        return problem
    began = error.context_mark.line if error.context_mark else mark.line
    since = "" if began == mark.line else f", in what begins on line {began + 1}"
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}{since}"
