"""Parameters of the snapshot."""

from typing import ClassVar, Self

from pydantic import model_validator

from carec_digital_trade.datasets import has_table, load
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters.regional import RegionalParameters
from carec_digital_trade.regions import GIANTS, REFERENCE_YEAR
from carec_digital_trade.vintages import remembered


class SnapshotParameters(RegionalParameters):
    """Parameters of the snapshot, which shows each region with and without the members that are left out."""

    article_exclusions: ClassVar = {name: (giant,) for name, giant in GIANTS.items()}
    compared_in_full: ClassVar = True

    def tables(self) -> list[str]:
        """Return the data tables that the snapshot reads, the article's own among them.

        Returns
        -------
        list of str
            Names as in `datasets.catalogue`.
        """
        own = ["table1", "delivered", "breaks", "claims", "cyberlaw", "cpta", "intraregional"]
        own += ["mobile_broadband", "coverage_4g", "broadband_prices", "exchange_points"]
        own += ["bilateral_goods", "distances"]
        imported = ["bilateral"] if has_table("bilateral", self.vintage) else []
        return list(dict.fromkeys([*super().tables(), *own, *imported]))

    @model_validator(mode="after")
    def _has_what_is_shown(self) -> Self:
        check_year("delivered", REFERENCE_YEAR, self.vintage)
        check_year("delivered_services", self.year, self.vintage)
        return self


def check_year(table: str, year: int, vintage: str) -> None:
    """Refuse a year of which a table that the notebook shows has no figures."""
    if year not in _years(table, vintage):
        raise InputError(
            f"the table {table} of the vintage {vintage!r} has no figures of {year}, which the notebook shows: choose "
            "another year or vintage"
        )


@remembered(maxsize=16)
def _years(table: str, vintage: str) -> frozenset[int]:
    return frozenset(load(table, vintage).dropna(subset="value")["year"])
