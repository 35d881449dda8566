"""What a user's own notebook may be asked: the assignments of its parameters cell, as they stand there."""

import ast
import io
import json
import re
import symtable
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.values import as_typed

PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"
_MOST_CODE = 80
"""Characters of a statement that an error quotes."""

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
        If the tag is misspelt, on several cells or on one without code; if the cell is not Python, or does not assign
        each name once, by itself, and a plain value; or if a later cell takes a parameter's name for something else.
    """
    cell = _tagged(asked, cells)
    if cell is None:
        return
    source = cell.source
    try:
        statements = ast.parse(source).body
        comments = _comments(source)
    except (SyntaxError, ValueError, tokenize.TokenError):
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
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
                pass
            case _ if isinstance(statement, ast.AnnAssign) or any(each.is_assigned() for each in _symbols(statement)):
                raise InputError(
                    f"the parameters cell of {asked} must assign one name a line and a plain value to it, which "
                    f"{_shortened(ast.unparse(statement))!r} does not"
                )
    _never_anew(asked, seen, cells[cells.index(cell) + 1 :])


def unread(parameters: Iterable[Parameter], cells: list[Any]) -> frozenset[str]:
    """Find the parameters that nothing in a notebook reads.

    Parameters
    ----------
    parameters : iterable of Parameter
        From `own_parameters`.
    cells : list of nbformat.NotebookNode
        Its cells.

    Returns
    -------
    frozenset of str
        Names that no code cell holds but where the parameters cell assigns them; none of a notebook that may read them
        by other ways.
    """
    texts = [_without_assignments(cell.source) if _is_tagged(cell) else cell.source for cell in _code(cells)]
    text = "\n".join(texts)
    if re.search(r"\b(globals|locals|vars|eval|exec)\(|%run|%load|%store|get_ipython", text):
        return frozenset()
    return frozenset(each.name for each in parameters if not re.search(rf"\b{re.escape(each.name)}\b", text))


def _tagged(asked: str, cells: list[Any]) -> Any:
    """Return the parameters cell, if there is one, or say why the tagged cell cannot be it."""
    tags = [(cell, tag) for cell in cells for tag in cell.metadata.get("tags", [])]
    for cell, tag in tags:
        if tag.strip().lower() == PARAMETERS_TAG:
            if tag != PARAMETERS_TAG:
                raise InputError(f"a cell of {asked} is tagged {tag!r}: write the tag as {PARAMETERS_TAG!r}")
            if cell.cell_type != "code":
                raise InputError(
                    f"a {cell.cell_type} cell of {asked} is tagged {PARAMETERS_TAG!r}: "
                    "tag the code cell that assigns the parameters"
                )
    tagged = list(filter(_is_tagged, cells))
    if len(tagged) > 1:
        raise InputError(f"{len(tagged)} cells of {asked} are tagged {PARAMETERS_TAG!r}: tag one, with all parameters")
    return next(iter(tagged), None)


def _is_tagged(cell: Any) -> bool:
    return PARAMETERS_TAG in cell.metadata.get("tags", [])


def _code(cells: Iterable[Any]) -> list[Any]:
    """Return the code cells but what papermill has put in, and will replace."""
    return [each for each in cells if each.cell_type == "code" and INJECTED_TAG not in each.metadata.get("tags", [])]


def _never_anew(asked: str, names: set[str], cells: list[Any]) -> None:
    """Refuse a later cell that gives a parameter a value that does not come from the one asked for."""
    for cell in _code(cells):
        for statement in _statements(cell.source):
            loops = [each.target for each in ast.walk(statement) if isinstance(each, ast.For)]
            added = [each.target for each in ast.walk(statement) if isinstance(each, ast.AugAssign)]
            for symbol in _symbols(statement):
                name = symbol.get_name()
                bound = symbol.is_assigned() or symbol.is_imported()
                kept = symbol.is_referenced() or name in _names(added)
                if name in names and bound and (name in _names(loops) or not kept):
                    raise InputError(
                        f"a cell of {asked} below the parameters cell gives {name} another value, by "
                        f"{_shortened(ast.unparse(statement))!r}, so that the one asked for would not count: "
                        "take another name there"
                    )


def _names(targets: list[ast.expr]) -> set[str]:
    return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}


def _statements(source: str) -> list[ast.stmt]:
    """Parse a cell, its magics and commands left out; a cell in another language, or that is no Python, is empty."""
    if re.match(r"\s*%%(?!time|capture)", source):
        return []
    try:
        return ast.parse(re.sub(r"^([ \t]*)[%!?].*$", r"\1pass", source, flags=re.M)).body
    except (SyntaxError, ValueError):
        return []


def _symbols(statement: ast.stmt) -> list[symtable.Symbol]:
    """Return the names that a statement uses at the level of the module."""
    return symtable.symtable(ast.unparse(statement), "cell", "exec").get_symbols()


def _shortened(code: str) -> str:
    first, *rest = code.splitlines()
    return f"{first[:_MOST_CODE]} …" if rest or len(first) > _MOST_CODE else first


def _without_assignments(source: str) -> str:
    """Return a parameters cell without the names that it assigns and without comments."""
    values = (each.value if isinstance(each, (ast.Assign, ast.AnnAssign)) else each for each in ast.parse(source).body)
    return "\n".join(map(ast.unparse, values))


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
