"""Parameters of the integration notebook."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from carec_digital_trade.errors import InputError
from carec_digital_trade.integration import LEGACY, TABLES, Cluster, Control, groups, years_by_partner
from carec_digital_trade.integration.pairs import TIES
from carec_digital_trade.parameters.regional import RegionalParameters, RegionSpec


class IntegrationParameters(RegionalParameters):
    """Parameters of the integration notebook."""

    article_exclusions: ClassVar = {"CAREC": ("CHN",)}

    year: int = Field(2023, description="year of the trade by partner and of the membership; bundled goods: 2023")
    flow: Literal["total", "exports", "imports"] = Field(
        "total", description="of no effect here: exports, imports and both are always shown"
    )
    seed: int = Field(2026, ge=0, lt=2**32, description="of no effect here: nothing is drawn at random")
    measure: Literal["goods", "services"] = Field(
        "goods", description="all goods (bundled), or digitally deliverable services (once BaTIS is imported)"
    )
    controls: list[Control] | None = Field(
        None, description=f"ties of a pair that are held fixed besides its distance; null: {', '.join(TIES)}"
    )
    groups: list[RegionSpec] = Field(
        [], description=f"groups whose pairs are held fixed too: {LEGACY}, another region, or lists of economies"
    )
    cluster: Cluster = Field(
        "leverage",
        description="of the errors: by pair, two_way (by exporter and importer), or leverage (by pair, corrected)",
    )

    _FORMS: ClassVar[Mapping[str, str]] = {
        "controls": f"a list of some of {', '.join(Control.__args__)}, an empty list, or null",
        "groups": f"a list such as [{LEGACY}] or [[KAZ, RUS, BLR]], or an empty list",
    }

    def ties(self) -> list[Control]:
        """Return the ties that are held fixed besides distance."""
        return [*TIES] if self.controls is None else self.controls

    @classmethod
    def covered(cls, measure: str, vintage: str) -> tuple[int, int]:
        """Return the first and the last year of trade by partner, or say that there is none."""
        known = years_by_partner(measure, vintage)
        if not known:
            raise InputError(
                f"the vintage {vintage!r} has no services by partner: import them (cdt data import batis FILE) and "
                "choose the vintage, or choose goods"
            )
        return known[0], known[-1]

    def subject(self, capital: bool = True) -> str:
        """Return what is traded, in words."""
        words = "trade in goods" if self.measure == "goods" else "trade in digitally deliverable services"
        return words.capitalize() if capital else words

    def tables(self) -> list[str]:
        """Return the data tables that the notebook reads.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        return [TABLES[self.measure], "distances", "memberships", "groups", "economies"]

    @field_validator("controls")
    @classmethod
    def _named_once(cls, controls: list[Control] | None) -> list[Control] | None:
        for name in controls or ():
            if controls.count(name) > 1:
                raise InputError(f"{name} is named twice: name each once")
        return controls

    @field_validator("groups")
    @classmethod
    def _are_groups(cls, specs: list[RegionSpec]) -> list[RegionSpec]:
        groups(specs)
        return specs

    @model_validator(mode="after")
    def _can_trade_within(self) -> Self:
        for name, each in zip(("region", "benchmark"), self.compared(), strict=True):
            if len(each.members) < 2:
                raise InputError(
                    f"{name}: {each.label} is one economy, which has no trade within: name two economies or more"
                )
        return self

    def _has_figures(self) -> bool:
        return self.year in years_by_partner(self.measure, self.vintage)

    @classmethod
    def _sentence(cls, fault: Mapping[str, Any]) -> str:
        name = fault["loc"][0] if fault["loc"] else ""
        if name not in cls._FORMS or fault["type"] == "value_error":
            return super()._sentence(fault)
        return f"{name} must be {cls._FORMS[name]}, not {fault['input']!r}"
