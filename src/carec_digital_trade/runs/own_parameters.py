"""What a user's own notebook may be asked: the assignments of its parameters cell, as they stand there."""

import ast
import io
import json
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.values import as_typed

PARAMETERS_TAG = "parameters"

_KINDS = {
    bool: ("true or false", "boolean"),
    int: ("a whole number", "integer"),
    float: ("a number", "number"),
    str: ("text", "string"),
    list: ("a list", "array"),
    dict: ("a mapping", "object"),
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook.

    Attributes
    ----------
    name : str
        As it is typed.
    default : Any
        Value when nothing is given.
    schema : dict
        JSON Schema of its values.
    meaning : str
        In words.
    """

    name: str
    default: Any
    schema: Mapping[str, Any]
    meaning: str


def own_parameters(asked: str, cells: list[Any]) -> Iterator[Parameter]:
    """Read the assignments of the parameters cell: name, literal default, and the comment on the line as meaning.

    Parameters
    ----------
    asked : str
        How the user names the notebook.
    cells : list of nbformat.NotebookNode
        Its cells.

    Yields
    ------
    Parameter
        In the order of the cell.

    Raises
    ------
    InputError
        If the cell is not Python, or does not assign each name once, by itself, and a plain value.
    """
    tagged = [cell for cell in cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    if not tagged:
        return
    source = tagged[0].source
    try:
        statements = ast.parse(source).body
        comments = _comments(source)
    except (SyntaxError, tokenize.TokenError):
        raise InputError(f"the parameters cell of {asked} is not Python") from None
    seen: set[str] = set()
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                if name in seen:
                    raise InputError(f"the parameters cell of {asked} assigns {name} twice: assign it once")
                seen.add(name)
                default = _literal(asked, name, statement.value)
                schema = {} if default is None else {"type": _KINDS[type(default)][1]}
                yield Parameter(name, default, schema, comments.get(statement.end_lineno, ""))
            case ast.Assign() | ast.AugAssign():
                raise InputError(
                    f"the parameters cell of {asked} must assign one name a line and a plain value to it, which "
                    f"{ast.unparse(statement)!r} does not"
                )


def _literal(asked: str, name: str, expression: ast.expr) -> Any:
    """Return a default as the plain value that papermill can hand over again."""
    try:
        value = ast.literal_eval(expression)
        if json.loads(json.dumps(value, allow_nan=False)) == value:
            return value
    except (ValueError, TypeError):
        pass
    raise InputError(
        f"the parameters cell of {asked} must assign plain values (numbers, text, lists, mappings with names), which "
        f"{name} = {ast.unparse(expression)} is not"
    )


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def check_kind(parameter: Parameter, value: Any) -> None:
    """Hold a value to the kind of its default; a default of None admits anything.

    Parameters
    ----------
    parameter : Parameter
        From `own_parameters`.
    value : Any
        As it was given.

    Raises
    ------
    InputError
        If it is of another kind.
    """
    default = parameter.default
    if default is None or type(value) is type(default) or (type(default) is float and type(value) is int):
        return
    raise InputError(
        f"{parameter.name} must be {_KINDS[type(default)][0]}, like its default {as_typed(default)}, not {value!r}"
    )
