"""Parameters of the gap analysis."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, get_args

from pydantic import Field, field_validator

from carec_digital_trade.errors import InputError, nearest
from carec_digital_trade.gap.panel import Covariate
from carec_digital_trade.gap.sample import Estimator
from carec_digital_trade.parameters.regional import RegionalParameters
from carec_digital_trade.readiness import ARTICLE_DOMAINS, CODING_ERROR, DRAFT_VALUE, TREATY, Aggregation

COMPONENTS = (*ARTICLE_DOMAINS, "indirect_taxation", TREATY)
"""What readiness can be made of: the article's four domains of law, the tracker's fifth, and the treaty."""


class GapParameters(RegionalParameters):
    """Parameters of the gap analysis."""

    weights: dict[str, Annotated[float, Field(ge=0, le=1000)]] | None = Field(
        None, description=f"weight of each component of readiness ({', '.join(COMPONENTS)}); null: the first four alike"
    )
    draft_value: float = Field(DRAFT_VALUE, ge=0, le=1, description="what a draft law counts, a law being 1")
    aggregation: Aggregation = Field("arithmetic", description="mean of the components")
    coding_error: float = Field(
        CODING_ERROR, ge=0, le=0.5, description="chance that a status in the tracker is wrong, in the random draws"
    )
    draws: int = Field(10_000, ge=100, le=200_000, description="random draws for the uncertainty of readiness")
    estimator: Estimator = Field("ols", description="of expected trade: least squares in logs, or Poisson (ppml)")
    covariates: list[Covariate] = Field([], description="regressors besides GDP per person and population")

    _FORMS: ClassVar[Mapping[str, str]] = {
        "weights": "a mapping such as {e_transactions: 2, cpta: 1}, with weights from 0 to 1000, or null",
        "covariates": f"a list of {', '.join(get_args(Covariate))}, or an empty list",
    }

    def tables(self) -> list[str]:
        """Return the data tables that the gap analysis reads; the other measure is its robustness check.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        return [
            *("delivered", "deliverable", "panel", "memberships", "groups", "economies"),
            *("cyberlaw", "cpta", "law_statements", "dstri", "egovernment"),
            *("mobile_broadband", "coverage_4g", "broadband_prices", "exchange_points"),
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
        for name in covariates:
            if covariates.count(name) > 1:
                raise InputError(f"{name} is named twice: name each once")
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
