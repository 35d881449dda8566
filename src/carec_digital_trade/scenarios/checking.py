"""What a user writes as a mapping, held against its model."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from carec_digital_trade.errors import InputError, nearest


class Checked(BaseModel):
    """Base of what a user may write: typed strictly, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=Checked)


def checked(model: type[Model], what: str, fields: Any) -> Model:
    """Check what a user wrote against a model.

    Parameters
    ----------
    model : type of Checked
        What it should be.
    what : str
        What it is, to begin the sentence with.
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


def _sentence(what: str, model: type[Checked], fault: Mapping[str, Any]) -> str:
    """Say in words what pydantic found; the tags of a union are no fields."""
    path = [str(part) for part in fault["loc"] if part not in ("published", "studies", "own")]
    where = f"{what}, {'.'.join(path)}" if path else what
    if fault["type"] == "extra_forbidden":
        known = list(model.model_fields) if len(path) == 1 else []
        return f"{where}: there is no such field{nearest(path[-1], known) or '; leave it out'}"
    if fault["type"] == "value_error":
        return f"{where}: {fault['ctx']['error']}"
    if fault["type"] == "missing":
        return f"{where}: it is missing"
    return f"{where}: {fault['msg'][0].lower()}{fault['msg'][1:]}, not {fault['input']!r}"
