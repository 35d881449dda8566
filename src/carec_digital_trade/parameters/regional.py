"""The parameters of a notebook that compares two regions."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, field_validator, model_validator

from carec_digital_trade.economies import economy_name, fold, iso3
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters.shared import SharedParameters
from carec_digital_trade.regions import OWN_REGION, Region, region, region_names

RegionSpec = str | list[str] | dict[str, str | list[str]]
"""As `region` takes it."""


def spelled(given: Any, typed: ValidatorFunctionWrapHandler) -> RegionSpec:
    """Write members as codes, and those of a user's own region out, so that the run rests on no file of his."""
    try:
        spec = typed(given)
    except ValidationError:
        known = f"a name such as CAREC, a list such as [KAZ, UZB], or {OWN_REGION}"
        raise InputError(f"write {known}, not {given!r}") from None
    found = region(spec)
    if isinstance(spec, list):
        return list(found.members)
    if isinstance(spec, str) and found.name in region_names():
        return found.name
    named = isinstance(spec, dict) or found.name != economy_name(found.members[0], short=True)
    return {"name": found.name, "members": list(found.members)} if named else found.members[0]


class _Sides(BaseModel):
    """Whom a notebook compares: fields of their own, so that they stand before the shared ones."""

    region: RegionSpec = Field(
        "CAREC", description="the region studied: a name, a list of ISO alpha-3 codes, or {name, members}"
    )
    benchmark: RegionSpec = Field("ASEAN", description="the region that it is compared with, likewise")
    region_exclude: list[str] | None = Field(None, description="members of the region to leave out; null: the default")
    benchmark_exclude: list[str] | None = Field(None, description="members of the benchmark to leave out, likewise")

    _spelled = field_validator("region", "benchmark", mode="wrap")(spelled)

    @field_validator("region_exclude", "benchmark_exclude")
    @classmethod
    def _codes(cls, exclude: list[str] | None) -> list[str] | None:
        return None if exclude is None else [iso3(economy) for economy in exclude]


class RegionalParameters(SharedParameters, _Sides):
    """The parameters that the notebooks on two regions share."""

    article_exclusions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Members that a region leaves out when its exclusions are null."""
    compared_in_full: ClassVar[bool] = False
    """Whether the notebook also shows the regions with the members that are left out."""

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

    def variants(self) -> list[Region]:
        """Return each region in full and, where members are left out, without them.

        Returns
        -------
        list of Region
            Two to four, the region's first; labels tell them apart.
        """
        pairs = zip(self.regions(), self.compared(), strict=True)
        return list(dict.fromkeys(one for pair in pairs for one in pair))

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        kept = self.compared()
        one, other = self.regions() if self.compared_in_full else kept
        shared = [code for code in one.members if code in other.members]
        if shared:
            raise InputError(
                f"region and benchmark share {', '.join(shared)}: list the members so that no economy is in both"
            )
        names = [fold(spec["name"]) for spec in (self.region, self.benchmark) if isinstance(spec, dict)]
        if len(set(names)) < len(names):
            raise InputError(f"region and benchmark are both called {one.name}: give each a name of its own")
        # Results are told apart by label. Regions that have no common member in full never share one.
        if kept[0].label == kept[1].label:
            raise InputError(
                f"region and benchmark would both be called {kept[0].label}: list the members that stay, and exclude "
                "nobody"
            )
        return self

    def _excluded(self, spec: RegionSpec, exclude: list[str] | None) -> tuple[str, ...]:
        if exclude is not None:
            return tuple(exclude)
        return self.article_exclusions.get(spec, ()) if isinstance(spec, str) else ()
