"""What a notebook may be asked: one typed model a notebook, checked before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from carec_digital_trade.datasets import has_table
from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.gap.sample import Covariate, Estimator
from carec_digital_trade.metrics import years
from carec_digital_trade.paths import bundled
from carec_digital_trade.readiness import ARTICLE_DOMAINS, DRAFT_VALUE, TREATY, Aggregation
from carec_digital_trade.regions import REFERENCE_YEAR, Region, iso3, region
from carec_digital_trade.vintages import check_vintage, look_again


class SharedParameters(BaseModel):
    """The parameters that every notebook shares."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    article_exclusions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Members that a region leaves out when its exclusions are null."""
    compared_in_full: ClassVar[bool] = False
    """Whether the notebook also shows the regions with the members that are left out."""

    region: str | list[str] = Field("CAREC", description="the region studied: a name, or a list of ISO alpha-3 codes")
    benchmark: str | list[str] = Field("ASEAN", description="the region that it is compared with, likewise")
    region_exclude: list[str] | None = Field(None, description="members of the region to leave out; null: the default")
    benchmark_exclude: list[str] | None = Field(None, description="members of the benchmark to leave out, likewise")
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

    def regions(self) -> tuple[Region, Region]:
        """Return the region and the benchmark, with all their members.

        Returns
        -------
        tuple of Region
            Both taken at ``year``.
        """
        return region(self.region, self.year), region(self.benchmark, self.year)

    def compared(self) -> tuple[Region, Region]:
        """Return the region and the benchmark, less their exclusions.

        Returns
        -------
        tuple of Region
            Both taken at ``year``.
        """
        return (
            region(self.region, self.year, self._excluded(self.region, self.region_exclude)),
            region(self.benchmark, self.year, self._excluded(self.benchmark, self.benchmark_exclude)),
        )

    def tables(self) -> list[str]:
        """Return the data tables that the notebook reads with these parameters.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        return [self.measure, "delivered_services", "panel", "memberships", "economies"]

    @field_validator("region", "benchmark")
    @classmethod
    def _spelled(cls, spec: str | list[str]) -> str | list[str]:
        if isinstance(spec, list):
            return list(region(spec).members)
        found = region(spec)
        return found.name if len(found.members) > 1 else found.members[0]

    @field_validator("region_exclude", "benchmark_exclude")
    @classmethod
    def _codes(cls, exclude: list[str] | None) -> list[str] | None:
        return None if exclude is None else [iso3(economy) for economy in exclude]

    @field_validator("vintage")
    @classmethod
    def _known_vintage(cls, vintage: str) -> str:
        look_again()  # so that all that follows rests on the vintages that are there now
        check_vintage(vintage)
        return vintage

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        first, last = years(self.measure, self.vintage)
        if not first <= self.year <= last:
            raise InputError(f"year {self.year} is not covered: {self.measure} has the years {first} to {last}")
        one, other = self.compared()
        if self.compared_in_full:
            one, other = self.regions()
        shared = [code for code in one.members if code in other.members]
        if shared:
            raise InputError(
                f"region and benchmark share {', '.join(shared)}: list the members so that no economy is in both"
            )
        return self

    def _excluded(self, spec: str | list[str], exclude: list[str] | None) -> tuple[str, ...]:
        if exclude is not None:
            return tuple(exclude)
        return self.article_exclusions.get(spec, ()) if isinstance(spec, str) else ()

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
        accepted = cls.model_json_schema()["properties"][name]
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


class SnapshotParameters(SharedParameters):
    """Parameters of the snapshot, which shows each region with and without the members that are left out."""

    article_exclusions = {"CAREC": ("CHN",), "ASEAN": ("SGP",)}
    compared_in_full = True

    def tables(self) -> list[str]:
        """Return the data tables that the snapshot reads, the article's own among them.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        own = ["table1", "delivered", "breaks", "claims", "cyberlaw", "cpta", "intraregional"]
        imported = ["bilateral"] if has_table("bilateral", self.vintage) else []
        return list(dict.fromkeys([*super().tables(), *own, *imported]))


COMPONENTS = (*ARTICLE_DOMAINS, "indirect_taxation", TREATY)
"""What readiness can be made of: the article's four domains of law, the tracker's fifth, and the treaty."""


class GapParameters(SharedParameters):
    """Parameters of the gap analysis."""

    weights: dict[str, Annotated[float, Field(ge=0, le=1000)]] | None = Field(
        None, description=f"weight of each component of readiness ({', '.join(COMPONENTS)}); null: the first four alike"
    )
    draft_value: float = Field(DRAFT_VALUE, ge=0, le=1, description="what a draft law counts, a law being 1")
    aggregation: Aggregation = Field("arithmetic", description="mean of the components")
    draws: int = Field(10_000, ge=100, le=200_000, description="random draws for the uncertainty of readiness")
    estimator: Estimator = Field("ols", description="of expected trade: least squares in logs, or Poisson (ppml)")
    covariates: list[Covariate] = Field([], description="regressors besides GDP per person and population")

    _FORMS: ClassVar[Mapping[str, str]] = {
        "weights": "a mapping such as {e_transactions: 2, cpta: 1}, with weights from 0 to 1000, or null",
        "covariates": "a list of internet_users_pct, fixed_broadband_per_100 or both, or an empty list",
    }

    def tables(self) -> list[str]:
        """Return the data tables that the gap analysis reads; the other measure is its robustness check.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        return [
            *("delivered", "deliverable", "panel", "memberships", "economies"),
            *("cyberlaw", "cpta", "law_statements"),
        ]

    @field_validator("weights")
    @classmethod
    def _known_components(cls, weights: dict[str, float] | None) -> dict[str, float] | None:
        for name in weights or ():
            if name not in COMPONENTS:
                raise InputError(
                    f"there is no component {name!r}: the components are "
                    f"{', '.join(COMPONENTS)}{nearest(name, COMPONENTS)}"
                )
        if weights is not None and not sum(weights.values()) > 0:
            raise InputError("they add up to zero: give at least one component a weight above zero")
        return weights

    @field_validator("covariates")
    @classmethod
    def _named_once(cls, covariates: list[Covariate]) -> list[Covariate]:
        if len(set(covariates)) < len(covariates):
            raise InputError(f"{covariates[0]} is named twice: name each once")
        return covariates

    @classmethod
    def _sentence(cls, fault: Mapping[str, Any]) -> str:
        name, *inside = fault["loc"] or ("",)
        if name not in cls._FORMS or fault["type"] == "value_error":
            return super()._sentence(fault)
        value = repr(fault["input"])
        if inside:
            value = f"{{{inside[0]}: {value}}}" if name == "weights" else f"[{value}]"
        return f"{name} must be {cls._FORMS[name]}, not {value}"


@dataclass(frozen=True)
class Notebook:
    """A notebook of the package.

    Attributes
    ----------
    name : str
        As on the command line.
    file : str
        File in the notebooks folder.
    model : type of SharedParameters
        What it may be asked.
    """

    name: str
    file: str
    model: type[SharedParameters]

    @property
    def path(self) -> Path:
        """Where the notebook is."""
        return bundled("notebooks") / self.file


NOTEBOOKS = {
    notebook.name: notebook
    for notebook in [
        Notebook("snapshot", "01_snapshot.ipynb", SnapshotParameters),
        Notebook("gap_analysis", "02_gap_analysis.ipynb", GapParameters),
    ]
}
"""The package's own notebooks by name."""
