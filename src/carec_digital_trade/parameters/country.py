"""Parameters of the pages on one economy."""

from typing import Self

from pydantic import BaseModel, Field, field_validator, model_validator

from carec_digital_trade import scenarios
from carec_digital_trade.economies import economy_name, iso3
from carec_digital_trade.errors import InputError
from carec_digital_trade.metrics import trade
from carec_digital_trade.parameters.regional import RegionSpec, spelled
from carec_digital_trade.parameters.scenarios import LAST_HORIZON
from carec_digital_trade.parameters.shared import SharedParameters
from carec_digital_trade.parameters.snapshot import check_year
from carec_digital_trade.regions import Region, region


class _Sides(BaseModel):
    """Whom a page compares: fields of their own, so that they stand before the shared ones."""

    economy: str = Field("KAZ", description="the economy: an ISO alpha-3 code or a name")
    benchmark: RegionSpec = Field(
        "ASEAN", description="the region it is compared with, itself left out: a name, a list of codes, {name, members}"
    )

    _spelled = field_validator("benchmark", mode="wrap")(spelled)

    @field_validator("economy")
    @classmethod
    def _code(cls, economy: str) -> str:
        return iso3(economy)


class CountryParameters(SharedParameters, _Sides):
    """Parameters of the pages on one economy, which stands as a region of one."""

    preset: str = Field("all_four", description="ready set of levers, as of the scenarios")
    horizon: int = Field(scenarios.HORIZON, le=LAST_HORIZON, description="last year, after the last of the data")
    draws: int = Field(scenarios.DRAWS, ge=100, le=200_000, description="random futures")

    def title(self, heading: str) -> str:
        """Return a title that names the economy."""
        return f"{economy_name(self.economy, short=True)}: {heading[:1].lower()}{heading[1:]}"

    def regions(self) -> tuple[Region, Region]:
        """Return the economy as a region of one, and the benchmark without it.

        Returns
        -------
        tuple of Region
            Both taken at ``year``.
        """
        whole = region(self.benchmark, self.year)
        own = [self.economy] if self.economy in whole.members else []
        return region(self.economy, self.year), region(self.benchmark, self.year, own)

    compared = regions

    def tables(self) -> list[str]:
        """Return the data tables that the page reads.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        own = ["delivered", "breaks", "cyberlaw", "cpta", "dstri", "egovernment", "effects"]
        own += ["mobile_broadband", "coverage_4g", "broadband_prices", "exchange_points"]
        return list(dict.fromkeys([*super().tables(), *own]))

    @field_validator("preset")
    @classmethod
    def _known_preset(cls, name: str) -> str:
        scenarios.preset(name)
        return name

    @model_validator(mode="after")
    def _has_trade(self) -> Self:
        if region(self.benchmark, self.year).members == (self.economy,):
            raise InputError(f"economy and benchmark are both {self.economy}: choose another benchmark")
        rows = trade(self.measure, self.flow, self.vintage)
        known = rows.loc[(rows["iso3"] == self.economy) & rows["value"].notna(), "year"]
        if self.year not in set(known):
            there = f"its years are {known.min()} to {known.max()}" if len(known) else "it has none of any year"
            raise InputError(
                f"{self.economy} has no {self.measure} {self.flow_in_words()} of {self.year} in the vintage "
                f"{self.vintage!r}: {there}, so choose another year, measure or economy"
            )
        check_year("delivered_services", self.year, self.vintage)
        last = self.covered(self.measure, self.vintage)[1]
        if self.horizon <= last:
            raise InputError(f"horizon {self.horizon} is no year to come: the data end in {last}")
        return self
