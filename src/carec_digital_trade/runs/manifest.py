"""What a manifest must hold to be believed: it lies in a folder that others write to."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FIGURES = "figures"
"""Folder of a run's pictures."""
FIGURE = re.compile(rf"{FIGURES}/\w+\.png", re.ASCII)


def _shallow(value: Any, levels: int = 20) -> Any:
    """Refuse what is nested so deeply that it cannot be shown."""
    if not levels:
        raise ValueError("nested too deeply")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _shallow(item, levels - 1)
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _Error(_Strict):
    cell: int | None
    exception: str
    message: str


class _Number(_Strict):
    words: str
    column: str
    value: str
    range: str
    amount: Annotated[float, Field(allow_inf_nan=False)]


class _Sure(_Strict):
    status: str
    words: str


class _Front(_Strict):
    question: str | None = None
    figure: Annotated[str, Field(pattern=rf"^{FIGURE.pattern}$")] | None = None
    alt: str | None = None
    vintage: str | None = None
    numbers: list[_Number] = []
    sure: _Sure | None = None


class Manifest(_Strict):
    """What others read of a manifest."""

    run_id: str
    notebook: str = ""
    front: _Front = _Front()
    status: Literal["finished", "failed"]
    title: str
    parameters: Annotated[dict[str, Any], AfterValidator(_shallow)]
    changed: Annotated[dict[str, Any], AfterValidator(_shallow)]
    started: Annotated[str, AfterValidator(datetime.fromisoformat)]
    duration_seconds: Annotated[float, Field(ge=0, le=1e9)]
    answer: str | None
    results: int
    results_sha256: str | None
    figures: list[Annotated[str, Field(pattern=rf"^{FIGURE.pattern}$")]]
    error: _Error | None
