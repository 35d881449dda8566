"""The parameters that every notebook shares, and how faults are put into words."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.metrics import trade, years
from carec_digital_trade.regions import REFERENCE_YEAR
from carec_digital_trade.vintages import check_vintage, look_again, remembered


class SharedParameters(BaseModel):
    """The parameters that every notebook shares."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    year: int = Field(
        REFERENCE_YEAR,
        description="year of figures and membership; bundled: delivered 2005-2025, deliverable 2010-2023",
    )
    measure: Literal["delivered", "deliverable"] = Field(
        "delivered", description="digitally delivered trade (WTO), or the broader deliverable services (UNCTAD)"
    )
    flow: Literal["total", "exports", "imports"] = Field("total", description="exports plus imports, or one of them")
    vintage: str = Field("bundled", description="vintage of the data: bundled, latest, or a name")
    seed: int = Field(2026, ge=0, lt=2**32, description="seed of the random draws, where the notebook makes any")

    @classmethod
    def validated(cls, values: Mapping[str, Any]) -> Self:
        """Check values and return the model.

        Parameters
        ----------
        values : mapping
            Parameter name to value; what is left out takes its default.

        Returns
        -------
        SharedParameters
            With regions and economies written as the package writes them.

        Raises
        ------
        InputError
            One sentence that names each fault and what would be right.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            faults = dict.fromkeys(cls._sentence(fault) for fault in error.errors())
            raise InputError("; ".join(faults)) from None

    @classmethod
    def from_cell(cls, namespace: Mapping[str, Any]) -> Self:
        """Check the values that a notebook's parameters cell has set.

        Parameters
        ----------
        namespace : mapping
            The notebook's ``globals()``.

        Returns
        -------
        SharedParameters
            As `validated` does, errors included.
        """
        return cls.validated({name: namespace[name] for name in cls.model_fields})

    def title(self, heading: str) -> str:
        """Return the title of a run's page, given the notebook's own: the same, unless the model says better."""
        return heading

    def flows(self) -> list[str]:
        """Return the flows that the chosen one is made of.

        Returns
        -------
        list of str
            Exports, imports, or both for a total.
        """
        return ["exports", "imports"] if self.flow == "total" else [self.flow]

    def flow_in_words(self) -> str:
        """Return the flow in words.

        Returns
        -------
        str
            Such as "exports plus imports".
        """
        return "exports plus imports" if self.flow == "total" else self.flow

    def subject(self, capital: bool = True) -> str:
        """Return the measure and the flow in words.

        Parameters
        ----------
        capital : bool
            Whether a sentence begins with it.

        Returns
        -------
        str
            Such as "Digitally delivered trade, exports plus imports".
        """
        return f"{'D' if capital else 'd'}igitally {self.measure} trade, {self.flow_in_words()}"

    def tables(self) -> list[str]:
        """Return the data tables that the notebook reads with these parameters.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        return [self.measure, "delivered_services", "panel", "memberships", "groups", "economies"]

    @classmethod
    def covered(cls, measure: str, vintage: str) -> tuple[int, int]:
        """Return the first and the last year of a measure."""
        return years(measure, vintage)

    @field_validator("vintage")
    @classmethod
    def _known_vintage(cls, vintage: str) -> str:
        look_again()  # so that all that follows rests on the vintages that are there now
        check_vintage(vintage)
        return vintage

    @model_validator(mode="after")
    def _is_covered(self) -> Self:
        first, last = self.covered(self.measure, self.vintage)
        if not first <= self.year <= last:
            raise InputError(f"year {self.year} is not covered: {self.measure} has the years {first} to {last}")
        if not self._has_figures():
            raise InputError(
                f"the vintage {self.vintage!r} has no {self.measure} {self.flow_in_words()} of {self.year}: choose "
                "another year or vintage"
            )
        return self

    def _has_figures(self) -> bool:
        return _has_year(self.measure, self.flow, self.year, self.vintage)

    @classmethod
    def _sentence(cls, fault: Mapping[str, Any]) -> str:
        """Say in words what pydantic found."""
        name = str(fault["loc"][0]) if fault["loc"] else ""
        value, kind, context = fault["input"], fault["type"], fault.get("ctx", {})
        if kind == "extra_forbidden":
            known = ", ".join(cls.model_fields)
            return f"there is no parameter {name!r}: the parameters are {known}{nearest(name, cls.model_fields)}"
        if kind == "value_error":
            return f"{name}: {context['error']}" if name else str(context["error"])
        if kind == "literal_error":
            return f"{name} must be {context['expected']}, not {value!r}"
        if "type" in kind or "from" in kind:
            return f"{name} must be {cls._expected(name)}, not {value!r}"
        return f"{name} must be {fault['msg'].removeprefix('Input should be ')}, not {value!r}"

    @classmethod
    def _expected(cls, name: str) -> str:
        """Say what type a parameter takes, with an example."""
        accepted = _properties(cls)[name]
        kinds = [accepted.get("type")] if "type" in accepted else [each.get("type") for each in accepted["anyOf"]]
        words = {
            "integer": "a whole number such as 2024",
            "number": "a number such as 0.5",
            "string": "a name such as CAREC",
            "array": "a list such as [CHN]",
            "object": "a mapping such as {name: 1}",
            "boolean": "true or false",
            "null": "null",
        }
        return " or ".join(words[kind] for kind in kinds)


@cache
def _properties(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()["properties"]


@remembered(maxsize=256)
def _has_year(measure: str, flow: str, year: int, vintage: str) -> bool:
    """Say whether any economy has a figure in a year, which a vintage may lack between others."""
    frame = trade(measure, flow, vintage)
    return bool(frame.loc[frame["year"] == year, "value"].notna().any())
