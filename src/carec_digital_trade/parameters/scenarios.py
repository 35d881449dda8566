"""Parameters of the scenarios: levers, effects, baseline and target."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from carec_digital_trade import scenarios
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters.regional import RegionalParameters
from carec_digital_trade.regions import REFERENCE_YEAR, Region
from carec_digital_trade.vintages import remembered

LAST_HORIZON = 2060
MOST_LEVERS = 12
DOUBLING_YEAR = 2030
"""Year of the default target: to double by then, or by the horizon if that is earlier."""


def _told(words: Callable[[], str]) -> Callable[[dict[str, Any]], None]:
    """Complete a description from the data when the schema is asked for, and not on import."""

    def complete(schema: dict[str, Any]) -> None:
        schema["description"] += words()

    return complete


class ScenarioParameters(RegionalParameters):
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
        "shrunken_drift",
        description="growth without new policy: an economy's own, or shrunk to the median of all economies",
    )
    prices: Literal["current", "constant"] = Field(
        "current", description="of the dollars: current, or constant ones of the panel's last year (US deflator)"
    )
    horizon: int = Field(scenarios.HORIZON, le=LAST_HORIZON, description="last year, after the last of the data")
    effects: dict[str, Any] | None = Field(
        None,
        description="other effects, by lever: a published one, a list of them, your own with its source, or null",
        json_schema_extra=_told(lambda: f"\nFields of your own:\n{scenarios.fields_in_words(scenarios.OwnEffect)}"),
    )
    trade_elasticity: float | list[float] = Field(
        list(scenarios.TRADE_ELASTICITY),
        description="of trade to trade cost, negative: one figure, or several that are equally likely",
    )
    studies: dict[str, float] | None = Field(
        None, description="weight of each study that a lever may follow, such as {wto2023: 2, oecd2018: 1}; null: equal"
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
        json_schema_extra=_told(lambda: f"\nFields of a target:\n{scenarios.fields_in_words(scenarios.Target)}"),
    )

    _FORMS: ClassVar[Mapping[str, str]] = {
        "preset": "a name such as all_four",
        "effects": "a mapping such as {connectivity: oecd2018_services, inclusion: null}, or null",
        "trade_elasticity": "a negative number such as -3.7, or a list such as [-5, -3.7, -2.8]",
        "studies": "a mapping such as {wto2023: 1}, or null",
    }

    def chosen_levers(self) -> dict[str, scenarios.Lever]:
        """Return the levers, of the list or of the preset, with their effects, whatever outcome they act on."""
        chosen = scenarios.preset(self.preset) if self.levers is None else scenarios.lever_set(self.levers)
        return scenarios.with_effects(chosen, self.effects or {})

    def goal(self) -> scenarios.Target:
        """Return the target.

        Returns
        -------
        Target
            By default to double by `DOUBLING_YEAR`, or by the horizon if that is earlier.
        """
        return self.target or scenarios.Target(year=min(DOUBLING_YEAR, self.horizon))

    def figures(self) -> dict[str, Any]:
        """Return what `scenarios.scenario` takes: trade_elasticity, studies, relative_uncertainty, support, vintage."""
        names = ("trade_elasticity", "studies", "relative_uncertainty", "support", "vintage")
        return {name: getattr(self, name) for name in names}

    def tables(self) -> list[str]:
        """Return the data tables that the scenarios read.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        own = [self.measure, *(["breaks"] if self.measure == "delivered" else [])]
        tables = ["panel", "mobile_broadband", "dstri", "cyberlaw", "cpta", "effects"]
        return [*own, *tables, "memberships", "groups", "economies"]

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str) -> str:
        scenarios.preset(name)
        return name

    @field_validator("levers", mode="before")
    @classmethod
    def _fit_levers(cls, levers: Any) -> Any:
        if levers is None:
            return None
        if not isinstance(levers, list):
            raise InputError(
                f"levers is {levers!r}: write a list of mappings such as "
                "[{family: connectivity, effect: wto2023_cost_points, closure: 0.5}]"
            )
        if len(levers) > MOST_LEVERS:
            raise InputError(f"levers lists {len(levers)}: list at most {MOST_LEVERS}")
        return list(scenarios.lever_set(levers).values())

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
        study, peers = self.compared()
        base, goal = _testable(self.measure, self.flow, study.undated, self.vintage, self.prices), self.goal()
        scenarios.check_horizon(base, self.horizon)
        scenarios.policy(base, study, peers, self.chosen_levers(), **self.figures())
        if not base.base_year < goal.year <= self.horizon:
            raise InputError(
                f"the target is for {goal.year}: it must be for a year from {base.base_year + 1} to {self.horizon}"
            )
        scenarios.target_amount(goal, base, peers, self.vintage)
        return self

    @classmethod
    def _sentence(cls, fault: Mapping[str, Any]) -> str:
        name = str(fault["loc"][0]) if fault["loc"] else ""
        if name in ("levers", "target", "trade_elasticity") and fault["type"] == "value_error":
            return str(fault["ctx"]["error"])  # which begins with the lever or the target
        if name in cls._FORMS and fault["type"] != "value_error":
            return f"{name} must be {cls._FORMS[name]}, not {fault['input']!r}"
        return super()._sentence(fault)


@remembered(maxsize=64)
def _testable(measure: str, flow: str, study: Region, vintage: str, prices: str) -> scenarios.Baseline:
    """Return a baseline, whatever its model and bands, of a region whose series are long enough for a backtest."""
    traded = scenarios.outcome(measure, flow, vintage, prices)
    fitted = scenarios.fit_baseline(traded, study.members)
    scenarios.origins(traded, study)
    return fitted
