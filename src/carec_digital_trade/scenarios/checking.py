"""Is what a user wrote in YAML a valid lever or target? Faults are told in one sentence."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.yaml_core import load_file


class Checked(BaseModel):
    """Base of what a user may write: typed strictly, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=Checked)


def checked(model: type[Model], what: str, fields: Any) -> Model:
    """Check fields against a model.

    Parameters
    ----------
    model : type of Checked
        What they should be.
    what : str
        What they are, to begin the sentence with.
    fields : Any
        What the user wrote.

    Returns
    -------
    Checked
        The model.

    Raises
    ------
    InputError
        One sentence with every fault, the field it is in, and what would be right.
    """
    if not isinstance(fields, Mapping):
        first = next(iter(model.model_fields))
        raise InputError(f"{what} is {fields!r}: write a mapping such as {{{first}: ...}}")
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        faults = dict.fromkeys(_sentence(what, model, fault) for fault in error.errors())
        raise InputError("; ".join(faults)) from None


def read_mapping(path: Path) -> Mapping[str, Any]:
    """Read a YAML file that holds a mapping.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    mapping
        What it holds, by the rules of `yaml_core`, as a value typed for a parameter.

    Raises
    ------
    InputError
        As in `yaml_core.load_file`, or if it holds no mapping.
    """
    fields = load_file(path, "the file of levers")
    if not isinstance(fields, Mapping):
        raise InputError(f"{path.name} holds no mapping: write lever names with their fields below them")
    return fields


def _sentence(what: str, model: type[Checked], fault: Mapping[str, Any]) -> str:
    """Say in words what pydantic found; the tags of a union are no fields."""
    path = [str(part) for part in fault["loc"] if part not in ("published", "own")]
    where = f"{what}, {'.'.join(path)}" if path else what
    if fault["type"] == "extra_forbidden":
        known = list(model.model_fields) if len(path) == 1 else []
        return f"{where}: there is no such field{nearest(path[-1], known) or '; leave it out'}"
    if fault["type"] == "value_error":
        return f"{where}: {fault['ctx']['error']}"
    if fault["type"] == "missing":
        return f"{where}: it is missing"
    return f"{where}: {fault['msg'][0].lower()}{fault['msg'][1:]}, not {fault['input']!r}"
