"""What a descriptor of a vintage must hold, which may be a stranger's: the Data Package's fields that others read."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationError


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError from error
    return text


_TableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Day = Annotated[str, AfterValidator(date.fromisoformat)]


class _Titled(BaseModel):
    title: str
    path: str | None = None


class _Constraints(BaseModel):
    required: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    enum: list[str] | None = None
    pattern: Annotated[str, AfterValidator(_pattern)] | None = None


class _Field(BaseModel):
    name: str
    type: Literal["string", "integer", "number", "date"]
    constraints: _Constraints = _Constraints()


class _Schema(BaseModel):
    fields: Annotated[list[_Field], Field(min_length=1)]
    primaryKey: list[str]  # noqa: N815  (the standard's name)
    missingValues: list[str]  # noqa: N815


class _Origin(BaseModel):
    file: str
    retrieved: _Day
    imported: str


class _Resource(BaseModel):
    name: _TableName
    title: str
    description: str
    path: str
    hash: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    rows: int
    vintage: str
    retrieved: _Day
    sources: list[_Titled]
    licenses: list[_Titled]
    adds: dict[str, str | int | float] = {}
    table: _Schema = Field(alias="schema")
    origin: _Origin


class _Package(BaseModel):
    """What others read of the descriptor of a vintage."""

    origin: _Origin
    resources: Annotated[list[_Resource], Field(min_length=1)]


def fault(content: Any) -> str | None:
    """Find what keeps a descriptor from being read.

    Parameters
    ----------
    content : Any
        From JSON.

    Returns
    -------
    str or None
        The first field that is missing or not what it should be, and why; it quotes nothing.
    """
    try:
        _Package.model_validate(content, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        why = "no such value" if first["type"] == "value_error" else first["msg"].lower()  # the former quotes it
        return f"{where or 'the whole'}: {why}"
    return None
