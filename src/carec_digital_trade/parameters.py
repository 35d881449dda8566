"""What a notebook may be asked: one typed model a notebook, checked before anything starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from carec_digital_trade import scenarios
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


LAST_HORIZON = 2060
DOUBLING_YEAR = 2030
"""Year of the default target: to double by then, or by the horizon if that is earlier."""


def _told(words: Callable[[], str]) -> Callable[[dict[str, Any]], None]:
    """Complete a description from the data when the schema is asked for, and not on import."""

    def complete(schema: dict[str, Any]) -> None:
        schema["description"] += words()

    return complete


class ScenarioParameters(SharedParameters):
    """Parameters of the scenarios."""

    year: int = Field(REFERENCE_YEAR, description="year of the membership; the baseline uses all years of the data")
    preset: str = Field(
        "all_four",
        description="ready set of levers, each also with _half at its end for half of every gap",
        json_schema_extra=_told(lambda: f"\nThey are:\n{scenarios.presets_in_words()}"),
    )
    levers: list[scenarios.Lever] | None = Field(
        None,
        description="levers of your own in place of the preset's, as a list of mappings; null: the preset's",
        json_schema_extra=_told(
            lambda: (
                f"\nFields of a lever:\n{scenarios.fields_in_words()}\n"
                f"Published effects:\n{scenarios.effects_in_words()}"
            )
        ),
    )
    baseline: Literal["shrunken_drift", "own_drift"] = Field(
        "shrunken_drift", description="growth without new policy: an economy's own, or shrunk to the members' median"
    )
    horizon: int = Field(scenarios.HORIZON, le=LAST_HORIZON, description="last year, after the last of the data")
    effects: dict[str, Any] | None = Field(
        None,
        description="other effects, by lever: a published one, one of your own with its source, or null for none",
        json_schema_extra=_told(lambda: f"\nFields of your own:\n{scenarios.fields_in_words(scenarios.OwnEffect)}"),
    )
    trade_elasticity: float | list[float] = Field(
        list(scenarios.TRADE_ELASTICITY),
        description="of trade to trade cost, negative: one figure, or low, central and high",
    )
    relative_uncertainty: float = Field(
        scenarios.RELATIVE_UNCERTAINTY, ge=0, lt=1, description="assumption for bounds that no source gives: share"
    )
    support: float = Field(
        scenarios.EVIDENCE_SUPPORT,
        ge=1,
        le=1000,
        description="rise of an indicator, in times, that is turned into trade; above 2 it is extrapolation",
    )
    draws: int = Field(scenarios.DRAWS, ge=100, le=200_000, description="random futures")
    target: scenarios.Target | None = Field(
        None,
        description="trade to be reached, such as {multiple: 2, year: 2030}, or {kind: benchmark_ratio}; null: to "
        "double by 2030",
    )

    _FORMS: ClassVar[Mapping[str, str]] = {
        "preset": "a name such as all_four",
        "effects": "a mapping such as {connectivity: oecd2018_services, inclusion: null}, or null",
        "trade_elasticity": "a negative number such as -3.7, or a list such as [-5, -3.7, -3.2]",
    }

    def chosen_levers(self) -> dict[str, scenarios.Lever]:
        """Return the levers with their effects.

        Returns
        -------
        dict of str to Lever
            Those of the list or of the preset, whatever outcome they act on.
        """
        own = None if self.levers is None else scenarios.listed_levers(self.levers)
        return scenarios.with_effects(scenarios.preset(self.preset) if own is None else own, self.effects or {})

    def scenario(self) -> scenarios.Scenario:
        """Return the chosen levers on the baseline of the chosen measure.

        Returns
        -------
        Scenario
            As from `scenario_on`; a preset's paperless trade is left out where it acts on goods only.

        Raises
        ------
        InputError
            If the parameters do not fit together, or the region has too few data.
        """
        levers = self.chosen_levers()
        if self.levers is None:
            levers = scenarios.without_goods_only(levers, self.measure)
        return self.scenario_on(self.measure, levers)

    def scenario_on(self, measure: str, levers: Mapping[str, scenarios.Lever]) -> scenarios.Scenario:
        """Return levers on the baseline of an outcome.

        Parameters
        ----------
        measure : str
            As in `scenarios.outcome`.
        levers : mapping of str to Lever
            By name.

        Returns
        -------
        Scenario
            Its bands are not yet widened to what a backtest measures.

        Raises
        ------
        InputError
            As in `scenario`.
        """
        region, benchmark = self.compared()
        series = scenarios.outcome(measure, self.flow, self.vintage)
        return scenarios.build_scenario(
            scenarios.fit_baseline(series, region.members, self.baseline),
            region,
            benchmark,
            levers,
            self.horizon,
            self.trade_elasticity,
            self.relative_uncertainty,
            self.support,
            self.vintage,
        )

    def goal(self) -> scenarios.Target:
        """Return the target.

        Returns
        -------
        Target
            By default to double by `DOUBLING_YEAR`, or by the horizon if that is earlier.
        """
        return self.target or scenarios.Target(year=min(DOUBLING_YEAR, self.horizon))

    def tables(self) -> list[str]:
        """Return the data tables that the scenarios read.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        return [self.measure, "panel", "cyberlaw", "cpta", "effects", "memberships", "economies"]

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str) -> str:
        scenarios.preset(name)
        return name

    @field_validator("levers", mode="before")
    @classmethod
    def _fit_levers(cls, levers: Any) -> Any:
        return None if levers is None else list(scenarios.listed_levers(levers).values())

    @field_validator("target", mode="before")
    @classmethod
    def _fit_target(cls, fields: Any) -> Any:
        return fields if fields is None or isinstance(fields, scenarios.Target) else scenarios.target(fields)

    @field_validator("trade_elasticity", mode="before")
    @classmethod
    def _numbers(cls, elasticity: Any) -> Any:
        figures = elasticity if isinstance(elasticity, list) else [elasticity]
        if any(isinstance(each, bool) or not isinstance(each, int | float) for each in figures):
            raise InputError(f"trade_elasticity must be {cls._FORMS['trade_elasticity']}, not {elasticity!r}")
        return elasticity

    @model_validator(mode="after")
    def _can_be_computed(self) -> Self:
        scenario, goal = self.scenario(), self.goal()
        region, benchmark = self.compared()
        scenarios.origins(scenarios.outcome(self.measure, self.flow, self.vintage), region)
        first, last = int(scenario.years[0]), int(scenario.years[-1])
        if not first <= goal.year <= last:
            raise InputError(f"the target is for {goal.year}: it must be for a year from {first} to {last}")
        scenarios.target_amount(goal, scenario.baseline, benchmark, self.vintage)
        return self

    @classmethod
    def _sentence(cls, fault: Mapping[str, Any]) -> str:
        name = str(fault["loc"][0]) if fault["loc"] else ""
        if name in ("levers", "target", "trade_elasticity") and fault["type"] == "value_error":
            return str(fault["ctx"]["error"])  # which begins with the lever or the target
        if name in cls._FORMS and fault["type"] != "value_error":
            return f"{name} must be {cls._FORMS[name]}, not {fault['input']!r}"
        return super()._sentence(fault)


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
        Notebook("scenarios", "03_scenarios.ipynb", ScenarioParameters),
    ]
}
"""The package's own notebooks by name."""
