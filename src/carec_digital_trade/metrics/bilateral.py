"""Intra-regional trade in digitally deliverable services, from the table ``bilateral``: how much, how well known?"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from carec_digital_trade.datasets import has_table, load
from carec_digital_trade.errors import InputError, check_once
from carec_digital_trade.metrics.integration import Integration, integration
from carec_digital_trade.regions import Region

REPORTED = "R"
"""First letter of the methodology codes of figures that were reported; all others are estimates."""


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
    rows = bilateral[bilateral["year"] == year]
    if rows.empty:
        known = bilateral["year"]
        raise InputError(f"the table bilateral has no year {year}: it covers {known.min()} to {known.max()}")
    check_once(rows, ["exporter", "importer", "year", "service", "method"], "the table bilateral")
    pairs = rows.groupby(["exporter", "importer"], as_index=False)["value"].sum()
    pairs = pairs.rename(columns={"exporter": "reporter", "importer": "partner"})
    negative = pairs["value"] < 0
    own = rows[rows["exporter"].isin(region.members) | rows["importer"].isin(region.members)]
    estimated = own[~own["method"].str.startswith(REPORTED)]
    return ServicesIntegration(
        indices=integration(pairs[~negative], region),
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
    columns = ["region", "year", "intra_regional_share", "trade_intensity", "introversion", "estimated_flows"]
    if not has_table("bilateral", vintage):
        return pd.DataFrame(columns=[*columns, "estimated_value", "missing", "told_apart", "negative"])
    table = load("bilateral", vintage)
    year = nearest_year(table, year)
    exporters = set(table.loc[table["year"] == year, "exporter"])
    return pd.DataFrame([_row(table, one, year, exporters) for one in regions])


def _row(table: pd.DataFrame, one: Region, year: int, exporters: set[str]) -> dict[str, object]:
    if not exporters & set(one.members):
        return {"region": one.label, "year": year, "missing": ", ".join(one.members), "told_apart": False}
    found = services_integration(table, one, year)
    return {
        "region": one.label,
        "year": year,
        "intra_regional_share": found.indices.intra_regional_share,
        "trade_intensity": found.indices.trade_intensity,
        "introversion": found.indices.introversion,
        "estimated_flows": found.estimated_flows,
        "estimated_value": found.estimated_value,
        "missing": found.indices.missing,
        "told_apart": True,
        "negative": found.negative,
    }
