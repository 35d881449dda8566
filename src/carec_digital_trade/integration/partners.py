"""Who trades with whom: goods as bundled, services where a vintage has them, in one form."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from carec_digital_trade.datasets import BUNDLED, has_table, load
from carec_digital_trade.errors import InputError, check_choice, check_once
from carec_digital_trade.integration.indices import Integration, indices
from carec_digital_trade.regions import Region

Measure = Literal["goods", "services"]
"""What is traded: all goods (CEPII BACI), or the six digitally deliverable services (OECD-WTO BaTIS)."""

REPORTED = "R"
"""First letter of the methodology codes of figures that were reported; all others are estimates."""

TABLES: dict[str, str] = {"goods": "bilateral_goods", "services": "bilateral"}
"""The table of each measure."""

_THOUSAND = 1e-3
"""USD million in the unit of goods."""
_INDICES = ("intra_regional_share", "trade_intensity", "introversion")
_ESTIMATED = ("estimated_flows", "estimated_value")


def trade_by_partner(measure: Measure = "goods", year: int = 2023, vintage: str = BUNDLED) -> pd.DataFrame:
    """Return who exports to whom.

    Parameters
    ----------
    measure : {"goods", "services"}
        All goods, or digitally deliverable services, which a vintage has once BaTIS is imported.
    year : int
        Of the flows.
    vintage : str
        As in `datasets.load`.

    Returns
    -------
    pandas.DataFrame
        year, exporter, importer (ISO 3166-1 alpha-3; `REST` for those that services do not tell apart), value (USD
        million). A pair that the table leaves out trades nothing. A table of one's own in these columns does as well.

    Raises
    ------
    InputError
        If the measure is unknown, or there is no table of it or no such year.
    """
    check_choice("measure of trade by partner", measure, tuple(TABLES))
    table = load(TABLES[measure], vintage)
    rows = _of_year(table, year, TABLES[measure])
    if measure == "goods":
        return rows[["year", "exporter", "importer"]].assign(value=rows["value"] * _THOUSAND).reset_index(drop=True)
    pairs = _over_services(rows)
    return pairs[pairs["value"] >= 0].reset_index(drop=True)


def years_by_partner(measure: Measure, vintage: str = BUNDLED) -> list[int]:
    """Return the years of which a measure is known by partner; none where no table is in place."""
    if not has_table(TABLES[measure], vintage):
        return []
    return sorted(load(TABLES[measure], vintage)["year"].unique().tolist())


@dataclass(frozen=True)
class ServicesIntegration:
    """Integration of a region in digitally deliverable services, and how much of it is estimated.

    Attributes
    ----------
    indices : Integration
        Share, intensity and introversion over the balanced values.
    year : int
        Year of the flows.
    estimated_flows : float
        Share (0 to 1) of the flows from or to members, by number, whose exporter's figure is an estimate and not
        reported; flows of zero do not count. NaN without flows.
    estimated_value : float
        The same by value.
    negative : int
        Pairs whose exports over all services are negative and are left out.
    """

    indices: Integration
    year: int
    estimated_flows: float
    estimated_value: float
    negative: int


def nearest_year(bilateral: pd.DataFrame, year: int) -> int:
    """Return the year of the table ``bilateral`` that stands for another one.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        ``load("bilateral", vintage)``.
    year : int
        Any year.

    Returns
    -------
    int
        The year itself or the last one before it that the table has, else its first.
    """
    known = bilateral["year"].unique()
    return int(max(known[known <= year], default=min(known)))


def services_integration(bilateral: pd.DataFrame, region: Region, year: int) -> ServicesIntegration:
    """Measure how much a region trades digitally deliverable services with itself.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        ``load("bilateral", vintage)``: exporter, importer, year, service, method, value, flows.
    region : Region
        Members; those that the table does not tell apart are missing from every figure.
    year : int
        A year of the table.

    Returns
    -------
    ServicesIntegration
        The indices, and the shares of estimated flows.

    Raises
    ------
    InputError
        If the table lacks the year, says one thing twice, or has no exports of the members.
    """
    rows = _of_year(bilateral, year, "bilateral")
    pairs = _over_services(rows)
    negative = pairs["value"] < 0
    own = rows[rows["exporter"].isin(region.members) | rows["importer"].isin(region.members)]
    estimated = own[~own["method"].str.startswith(REPORTED)]
    return ServicesIntegration(
        indices=indices(pairs[~negative], region),
        year=year,
        estimated_flows=estimated["flows"].sum() / own["flows"].sum(),
        estimated_value=estimated["value"].abs().sum() / own["value"].abs().sum(),
        negative=int(negative.sum()),
    )


def within_regions(regions: Iterable[Region], year: int, vintage: str) -> pd.DataFrame:
    """Measure the integration of regions in digitally deliverable services, where a vintage has trade by partner.

    Parameters
    ----------
    regions : iterable of Region
        In the order of the rows.
    year : int
        The nearest year of the table is taken.
    vintage : str
        Vintage of the table.

    Returns
    -------
    pandas.DataFrame
        One row a region, none without a table: region (label), year, intra_regional_share (0 to 1), trade_intensity,
        introversion, estimated_flows, estimated_value (0 to 1), missing (codes that the table does not tell apart),
        told_apart (False where that is everyone, and then nothing is known), negative.
    """
    columns = ["region", "year", *_INDICES, *_ESTIMATED, "missing", "told_apart", "negative"]
    if not has_table("bilateral", vintage):
        return pd.DataFrame(columns=columns)
    table = load("bilateral", vintage)
    year = nearest_year(table, year)
    exporters = set(table.loc[table["year"] == year, "exporter"])
    rows = []
    for one in regions:
        row = {"region": one.label, "year": year, "told_apart": not exporters.isdisjoint(one.members)}
        if row["told_apart"]:
            found = services_integration(table, one, year)
            row |= {name: getattr(found.indices, name) for name in (*_INDICES, "missing")}
            row |= {name: getattr(found, name) for name in (*_ESTIMATED, "negative")}
        else:
            row["missing"] = ", ".join(one.members)
        rows.append(row)
    return pd.DataFrame(rows)


def _of_year(table: pd.DataFrame, year: int, name: str) -> pd.DataFrame:
    rows = table[table["year"] == year]
    if rows.empty:
        known = table["year"]
        raise InputError(f"the table {name} has no year {year}: it covers {known.min()} to {known.max()}")
    return rows


def _over_services(rows: pd.DataFrame) -> pd.DataFrame:
    """Add up the services of each pair."""
    check_once(rows, ["exporter", "importer", "year", "service", "method"], "the table bilateral")
    return rows.groupby(["year", "exporter", "importer"], as_index=False)["value"].sum()
