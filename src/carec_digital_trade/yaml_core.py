"""What does a YAML text say, by the core rules of version 1.2, for files and for what is typed alike?

ruamel.yaml reads more than those rules: it takes 2_024 for a number and 2024-01-01 for a date. The resolver here holds
to the core schema (YAML 1.2.2, section 10.3.2), in which both are text, NO is text and 010 is ten.
"""

import json
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
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

COMMENT = "what follows # is a comment in YAML: quote it, such as '#1'"


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


def plain(node: Node, key: Node | None = None) -> Any:
    """Return the value of a node.

    Parameters
    ----------
    node : ruamel.yaml.nodes.Node
        From `compose`.
    key : ruamel.yaml.nodes.Node, optional
        Of the mapping that the node is a value of.

    Returns
    -------
    Any
        None, bool, int, float, str, list or dict.

    Raises
    ------
    ruamel.yaml.error.YAMLError
        If it holds anything else, a number that is not finite, or nothing but a comment where a value should be.
    """
    try:
        if _is_commented_out(node, key):
            raise YAMLError(COMMENT)
        value = _yaml().constructor.construct_document(node)
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError):  # such as .inf, too many digits, !!binary, a list inside itself
        raise YAMLError("it may hold finite numbers, text, true, false, null, lists and mappings only") from None
    return value


def load_text(text: str) -> Any:
    """Read the value that a text holds.

    Parameters
    ----------
    text : str
        One document.

    Returns
    -------
    Any
        As from `plain`; None if there is nothing in it.

    Raises
    ------
    ruamel.yaml.error.YAMLError
        As in `compose` and `plain`.
    """
    node = compose(text)
    return None if node is None else plain(node)


def load_file(path: Path, what: str) -> Any:
    """Read the value that a file holds.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    what : str
        What it is, to begin the sentence with, such as "the parameter file".

    Returns
    -------
    Any
        As from `plain`; None if there is nothing in it.

    Raises
    ------
    InputError
        If it cannot be read, is not in UTF-8, or is not YAML (with the line).
    """
    try:
        return load_text(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{what} {path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise InputError(f"{what} {path} is not a text file in UTF-8") from None
    except YAMLError as error:
        raise InputError(f"{what} {path} is not YAML: {problem(error)}") from None


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


def _is_commented_out(node: Node, key: Node | None = None) -> bool:
    """Say whether a comment stands where a value should, such as in ``exclude: #SGP``."""
    if isinstance(node, MappingNode):
        return any(_is_commented_out(value, name) for name, value in node.value)
    if isinstance(node, SequenceNode):
        return any(_is_commented_out(item) for item in node.value)
    if node.value or node.style:
        return False
    mark = key.end_mark if key else node.start_mark
    return re.match(r"[ :]*#", mark.buffer[mark.pointer :]) is not None


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    yaml.Resolver = _CoreResolver
    return yaml
