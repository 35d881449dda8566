"""How much the members of a region trade with one another, by a table of who exports to whom."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

from carec_digital_trade.economies import iso3
from carec_digital_trade.errors import InputError
from carec_digital_trade.regions import Region

REST = "ROW"
"""The rest of the world: in a bilateral table, all economies that it does not tell apart, as one partner."""

_COLUMNS = ("exporter", "importer", "value")
_NEED = "give one row a pair, with the exports of the exporter to the importer in one year"


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
    intra_regional_share_exports, intra_regional_share_imports : float
        x(r,r) over all exports of the members, and over all their imports.
    trade_intensity : float
        The share over the region's weight in the world, (t(r,r) / t(r)) / (t(r) / (t(r) + t(o))) (Frankel 1997).
        1 is neutral; the largest possible value falls as the region grows. NaN without trade among outsiders, unless
        the region is the world.
    introversion : float
        Symmetric regional introversion index (h - e) / (h + e), from -1 to 1, 0 being neutral (Iapadre 2006), where
        h = (t(r,r) / t(r)) / (t(r,o) / t(o)) is the homogeneous intra-regional intensity and
        e = (1 - t(r,r) / t(r)) / (1 - t(r,o) / t(o)) the extra-regional one. NaN without outside partners or without
        trade among outsiders.
    within : float
        x(r,r), in the unit of the table.
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
    intra_regional_share_exports: float
    intra_regional_share_imports: float
    trade_intensity: float
    introversion: float
    within: float
    members: int
    covered: int
    partial: bool
    missing: str
    outsiders: int


def indices(bilateral: pd.DataFrame, region: Region) -> Integration:
    """Measure how much a region trades with itself.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        From `trade_by_partner`, or a table of one's own: columns exporter, importer (ISO 3166-1 alpha-3 or names, or
        `REST`) and value (exports in one year, any one unit). Pairs that are absent or NaN count as not reported, so
        the table should cover the world. The rest of the world may trade with itself.
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
    pairs = checked(bilateral)
    found = _measured(pairs, region)
    if not found.covered:
        raise InputError(f"the bilateral table has no exports of a member of {region.label}: {_NEED}")
    if not found.outsiders and not pairs["importer"].isin(region.members).all():
        raise InputError(f"the bilateral table has no exports of economies outside {region.label}: add their exports")
    return found


def shares(bilateral: pd.DataFrame, regions: Iterable[Region]) -> pd.DataFrame:
    """Measure how much regions trade with themselves, and what hangs on a single member.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        As in `indices`.
    regions : iterable of Region
        In the order of the rows.

    Returns
    -------
    pandas.DataFrame
        One row a region: region (label), the fields of `Integration`, and for each of the three shares its lowest and
        highest value with one member left out (``_low``, ``_high``), as `without_each` gives them; no sampling error.
        NaN where no member has exports in the table, and for what a region of two leaves open.
    """
    pairs, rows = checked(bilateral), []
    for one in regions:
        row = {"region": one.label} | asdict(_measured(pairs, one))
        left = _without_each(pairs, one)
        for name in (column for column in left if column.startswith("intra_regional_share")):
            row |= {f"{name}_low": left[name].min(), f"{name}_high": left[name].max()}
        rows.append(row)
    return pd.DataFrame(rows)


def without_each(bilateral: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Leave out one member at a time, who then counts as an outsider.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        As in `indices`.
    region : Region
        Members.

    Returns
    -------
    pandas.DataFrame
        One row a member: region (label), iso3 (who is left out), involved (0 to 1: the part of the trade within the
        region that is with this member, in whom a hub that re-exports shows), intra_regional_share and those of exports
        and imports, trade_intensity and introversion of the others. NaN where fewer than two are left.
    """
    return _without_each(checked(bilateral), region)


def matrix(bilateral: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return who of a region exports to whom.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        As in `indices`.
    region : Region
        Members.

    Returns
    -------
    pandas.DataFrame
        One row for each two members, either way round: region (label), exporter, importer, value (a pair that the table
        leaves out is 0), share (0 to 1, of all exports of the exporter). NaN for exporters that are not in the table.
    """
    pairs = checked(bilateral)
    totals = pairs.groupby("exporter")["value"].sum().reindex(region.members)
    inside = pairs[pairs["exporter"].isin(region.members) & pairs["importer"].isin(region.members)]
    wide = inside.pivot(index="exporter", columns="importer", values="value")
    wide = wide.reindex(index=region.members, columns=region.members).fillna(0).where(totals.notna(), axis=0)
    long = wide.rename_axis("exporter").rename_axis("importer", axis=1).stack(future_stack=True).rename("value")
    long = long.reset_index()
    long = long[long["exporter"] != long["importer"]].reset_index(drop=True)
    long.insert(0, "region", region.label)
    return long.assign(share=long["value"] / long["exporter"].map(totals.where(totals > 0)))


def checked(bilateral: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs that a table reports, or say what is wrong with it.

    Parameters
    ----------
    bilateral : pandas.DataFrame
        As in `indices`.

    Returns
    -------
    pandas.DataFrame
        exporter, importer (ISO 3166-1 alpha-3, or `REST`), value; a new frame.

    Raises
    ------
    InputError
        As in `indices`.
    """
    lacking = [column for column in _COLUMNS if column not in bilateral]
    if lacking:
        raise InputError(f"the bilateral table lacks the column {', '.join(lacking)}: {_NEED}")
    if "year" in bilateral and bilateral["year"].nunique() > 1:
        raise InputError(f"the bilateral table holds {bilateral['year'].nunique()} years: {_NEED}")
    if not pd.api.types.is_numeric_dtype(bilateral["value"]):
        raise InputError(f"the column value of the bilateral table is not numeric: {_NEED}")
    pairs = bilateral[list(_COLUMNS)].dropna(subset="value")
    named = pd.unique(pairs[["exporter", "importer"]].to_numpy().ravel())
    codes = {economy: REST if economy == REST else iso3(economy) for economy in named}
    pairs = pairs.assign(exporter=pairs["exporter"].map(codes), importer=pairs["importer"].map(codes))
    _refuse(pairs, pairs["exporter"].eq(pairs["importer"]) & pairs["exporter"].ne(REST), "trades with itself")
    _refuse(pairs, pairs.duplicated(["exporter", "importer"]), "comes twice")
    _refuse(pairs, pairs["value"] < 0, "is negative")
    return pairs


def _refuse(pairs: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        first = pairs[bad].iloc[0]
        raise InputError(f"the pair {first['exporter']} to {first['importer']} {what}: {_NEED}")


def _measured(pairs: pd.DataFrame, region: Region) -> Integration:
    """Measure the checked pairs; NaN for what they leave open."""
    from_region, to_region = pairs["exporter"].isin(region.members), pairs["importer"].isin(region.members)
    exporters = set(pairs["exporter"].unique())
    missing = [code for code in region.members if code not in exporters]
    value, covered = pairs["value"], len(region.members) - len(missing)
    within, exports, imports = (value[rows].sum() for rows in (from_region & to_region, from_region, to_region))
    if not covered:
        within = exports = imports = math.nan
    outside = 2 * value[~from_region & ~to_region].sum()
    return Integration(
        _over(2 * within, exports + imports),
        _over(within, exports),
        _over(within, imports),
        *_relative(2 * within, exports + imports - 2 * within, outside),
        within=within,
        members=len(region.members),
        covered=covered,
        partial=bool(missing),
        missing=", ".join(missing),
        outsiders=len(exporters) - covered,
    )


def _relative(within: float, across: float, outside: float) -> tuple[float, float]:
    """Return intensity and introversion from t(r,r), t(r,o) and 2 x(o,o)."""
    region, others = within + across, outside + across
    if region > 0 and others == 0:
        return 1.0, math.nan
    if not region > 0 or outside == 0:
        return math.nan, math.nan
    share = within / region
    intensity = share / (region / (region + others))
    if across == 0:
        return intensity, math.nan
    intra, extra = share / (across / others), (1 - share) / (1 - across / others)
    return intensity, (intra - extra) / (intra + extra)


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan


def _without_each(pairs: pd.DataFrame, region: Region) -> pd.DataFrame:
    inside = pairs[pairs["exporter"].isin(region.members) & pairs["importer"].isin(region.members)]
    total, rows = inside["value"].sum(), []
    for code in region.members:
        left = tuple(each for each in region.members if each != code)
        found = _measured(pairs, Region(region.name, left, region.year))
        known = len(left) > 1
        own = inside.loc[inside["exporter"].eq(code) | inside["importer"].eq(code), "value"].sum()
        row = {"region": region.label, "iso3": code, "involved": _over(own, total)}
        names = [name for name in asdict(found) if name.startswith(("intra", "trade", "intro"))]
        rows.append(row | {name: getattr(found, name) if known else math.nan for name in names})
    return pd.DataFrame(rows)
