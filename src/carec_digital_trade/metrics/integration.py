"""Integration: how much the members trade with one another, by a table of the user's or the table ``bilateral``."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from carec_digital_trade.datasets import has_table, load
from carec_digital_trade.economies import iso3
from carec_digital_trade.errors import InputError, check_once
from carec_digital_trade.regions import Region

REPORTED = "R"
"""First letter of the methodology codes of figures that were reported; all others are estimates."""

REST = "ROW"
"""The rest of the world: in a bilateral table, all economies that it does not tell apart, as one partner."""

_INDICES = ("intra_regional_share", "trade_intensity", "introversion")
_ESTIMATED = ("estimated_flows", "estimated_value")
_COLUMNS = ("reporter", "partner", "value")
_NEED = "give one row a pair, with the exports of the reporter to the partner in one year"


@dataclass(frozen=True)
class Integration:
    """Intra-regional trade of a region.

    With x(r,r) exports among the members, x(r,o) theirs to outsiders, x(o,r) the outsiders' to them and x(o,o) those
    among outsiders, trade is exports plus imports: t(r,r) = 2 x(r,r), t(r,o) = x(r,o) + x(o,r),
    t(r) = t(r,r) + t(r,o) and t(o) = 2 x(o,o) + t(r,o). The world's trade is t(r) + t(o).

    Attributes
    ----------
    intra_regional_share : float
        t(r,r) / t(r), from 0 to 1. It rises with the size of the region and the number of its members.
    trade_intensity : float
        The share over the region's weight in the world, (t(r,r) / t(r)) / (t(r) / (t(r) + t(o))) (Frankel 1997).
        1 is neutral; the largest possible value falls as the region grows. NaN without trade among outsiders.
    introversion : float
        Symmetric regional introversion index (h - e) / (h + e), from -1 to 1, 0 being neutral (Iapadre 2006), where
        h = (t(r,r) / t(r)) / (t(r,o) / t(o)) is the homogeneous intra-regional intensity and
        e = (1 - t(r,r) / t(r)) / (1 - t(r,o) / t(o)) the extra-regional one. NaN without outside partners or without
        trade among outsiders.
    members : int
        Members of the region.
    covered : int
        Members with exports in the table.
    partial : bool
        True if some have none; their exports are then missing from every figure.
    missing : str
        Their codes, separated by commas.
    outsiders : int
        Economies outside the region with exports in the table, which is the world as far as the table goes; the rest of
        the world (`REST`) counts as one.
    """

    intra_regional_share: float
    trade_intensity: float
    introversion: float
    members: int
    covered: int
    partial: bool
    missing: str
    outsiders: int


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


def integration(bilateral: pd.DataFrame, region: Region) -> Integration:
    """Measure how much a region trades with itself.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        Columns reporter, partner (ISO 3166-1 alpha-3 or names, or `REST`) and value (exports from reporter to partner
        in one year, any one unit). Pairs that are absent or NaN count as not reported, so the table should cover the
        world. The rest of the world may trade with itself.
    region : Region
        Members.

    Returns
    -------
    Integration
        The indices and what the table covers.

    Raises
    ------
    InputError
        If a column is lacking, there are several years, an economy is unknown or an aggregate such as World, an
        economy trades with itself, a pair comes twice, a value is no number or negative, or there are no exports of
        the members or, though they have outside partners, of outsiders.
    """
    pairs = _checked(bilateral)
    from_region, to_region = pairs["reporter"].isin(region.members), pairs["partner"].isin(region.members)
    reporters = pairs["reporter"].unique()
    missing = [code for code in region.members if code not in reporters]
    outsiders = len(reporters) - len(region.members) + len(missing)
    if not from_region.any():
        raise InputError(f"the bilateral table has no exports of a member of {region.label}: {_NEED}")
    if not outsiders and not to_region.all():
        raise InputError(f"the bilateral table has no exports of economies outside {region.label}: add their exports")
    value = pairs["value"]
    indices = _indices(
        within=2 * value[from_region & to_region].sum(),
        across=value[from_region != to_region].sum(),
        outside=2 * value[~from_region & ~to_region].sum(),
    )
    return Integration(
        *indices,
        members=len(region.members),
        covered=len(region.members) - len(missing),
        partial=bool(missing),
        missing=", ".join(missing),
        outsiders=outsiders,
    )


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


def _indices(within: float, across: float, outside: float) -> tuple[float, float, float]:
    """Return share, intensity and introversion from t(r,r), t(r,o) and 2 x(o,o)."""
    region, others = within + across, outside + across
    if region == 0:
        return math.nan, math.nan, math.nan
    share = within / region
    if outside == 0:
        return share, math.nan, math.nan
    intensity = share / (region / (region + others))
    if across == 0:
        return share, intensity, math.nan
    intra = share / (across / others)
    extra = (1 - share) / (1 - across / others)
    return share, intensity, (intra - extra) / (intra + extra)


def _checked(bilateral: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs that are reported, with ISO codes, or say what is wrong with the table."""
    lacking = [column for column in _COLUMNS if column not in bilateral]
    if lacking:
        raise InputError(f"the bilateral table lacks the column {', '.join(lacking)}: {_NEED}")
    if "year" in bilateral and bilateral["year"].nunique() > 1:
        raise InputError(f"the bilateral table holds {bilateral['year'].nunique()} years: {_NEED}")
    if not pd.api.types.is_numeric_dtype(bilateral["value"]):
        raise InputError(f"the column value of the bilateral table is not numeric: {_NEED}")
    pairs = bilateral[list(_COLUMNS)].dropna(subset="value")
    named = pd.unique(pairs[["reporter", "partner"]].to_numpy().ravel())
    codes = {economy: REST if economy == REST else iso3(economy) for economy in named}
    pairs = pairs.assign(reporter=pairs["reporter"].map(codes), partner=pairs["partner"].map(codes))
    _refuse(pairs, pairs["reporter"].eq(pairs["partner"]) & pairs["reporter"].ne(REST), "trades with itself")
    _refuse(pairs, pairs.duplicated(["reporter", "partner"]), "comes twice")
    _refuse(pairs, pairs["value"] < 0, "is negative")
    return pairs


def _refuse(pairs: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        first = pairs[bad].iloc[0]
        raise InputError(f"the pair {first['reporter']} to {first['partner']} {what}: {_NEED}")
