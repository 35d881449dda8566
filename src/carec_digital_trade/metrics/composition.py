"""Composition by service: what a region trades, where it is specialised, and whether that helped its growth."""

import numpy as np
import pandas as pd

from carec_digital_trade.datasets import labels
from carec_digital_trade.economies import economy_name
from carec_digital_trade.errors import InputError, check_choice
from carec_digital_trade.metrics.levels import WORLD
from carec_digital_trade.metrics.trade import combine_flows
from carec_digital_trade.metrics.wide import coverage, shares, spread
from carec_digital_trade.regions import Region

PARTS = ("world_growth", "service_mix", "competitive")
"""What a shift-share split adds up."""
SERVICE_FLOWS = ("total", "exports", "imports")
"""A balance has no parts that add up to a whole."""


def composition(services_frame: pd.DataFrame, region: Region, year: int, flow: str) -> pd.DataFrame:
    """Split a region's trade by service.

    Parameters
    ----------
    services_frame : pandas.DataFrame
        ``load("delivered_services")``; the bundled one covers the members of CAREC and ASEAN (2024) and the World only.
    region : Region
        Members.
    year : int
        A year of the frame.
    flow : {"total", "exports", "imports"}
        Total is exports plus imports.

    Returns
    -------
    pandas.DataFrame
        One row a service: service (code), service_name, value (USD million, over the members with data; NaN if there
        are none), share (0 to 1; all NaN if the region's trade in a service is negative, as insurance can be), members,
        covered, partial, missing.

    Raises
    ------
    InputError
        If the flow is unknown or the frame lacks the year.
    """
    return _composed(_by_reporter(services_frame, year, flow), region)


def _composed(reported: pd.DataFrame, region: Region) -> pd.DataFrame:
    table = reported.reindex(list(region.members))
    value = table.sum(min_count=1)
    frame = pd.DataFrame({"value": value, "share": shares(value)}).rename_axis("service").reset_index()
    return _with_names(frame).assign(**_coverage(table))


def balassa(services_frame: pd.DataFrame, region: Region, year: int, flow: str = "exports") -> pd.DataFrame:
    """Compare the specialisation of a region and its members with the World's (Balassa 1965).

    Revealed comparative advantage is the service's share in the economy's trade over its share in the World's, which
    includes the economy. Above 1 is specialisation; it shows what is traded, not why.

    Parameters
    ----------
    services_frame, region
        As in `composition`, with the World.
    year : int
        A year of the frame.
    flow : {"exports", "total", "imports"}
        Balassa's index is of exports.

    Returns
    -------
    pandas.DataFrame
        One row a service for the region (iso3 missing, name the region's label), then for each member: iso3, name,
        service, service_name, value (USD million), share, world_share, advantage (a ratio, 0 or more), members,
        covered, partial, missing (of the region). NaN where a member has no data, or a part of its trade is negative.

    Raises
    ------
    InputError
        If the flow is unknown or the frame lacks the year.
    """
    table = _by_reporter(services_frame, year, flow)
    world = shares(table.loc[WORLD])
    table = table.reindex(list(region.members))
    values = np.vstack([table.sum(min_count=1), table])
    share = shares(values)
    frame = pd.DataFrame(
        {
            "iso3": np.repeat([None, *table.index], len(world)),
            "name": np.repeat([region.label, *(economy_name(code, short=True) for code in table.index)], len(world)),
            "service": np.tile(world.index, len(values)),
            "value": values.ravel(),
            "share": share.ravel(),
            "world_share": np.tile(world, len(values)),
            "advantage": (share / world.to_numpy()).ravel(),
        }
    )
    return _with_names(frame).astype({"iso3": "str"}).assign(**_coverage(table))


def shift_share(services_frame: pd.DataFrame, region: Region, first: int, last: int, flow: str) -> pd.DataFrame:
    """Split the change of a region's trade into world growth, service mix and competitiveness (Dunn 1960).

    With x the region's trade in a service in the first year, g the World's growth of all services and g_s of the
    service: world growth is x g, service mix x (g_s - g), and the competitive part is what the region gained beyond
    the World's growth of the service. The three add up to the change. The split is an accounting identity in current
    prices and explains nothing by itself; it depends on the first year.

    Parameters
    ----------
    services_frame : pandas.DataFrame
        ``load("delivered_services")``, with the World.
    region : Region
        Members; those with data in both years are covered.
    first, last : int
        Years of the frame, the later one last.
    flow : {"total", "exports", "imports"}
        Total is exports plus imports.

    Returns
    -------
    pandas.DataFrame
        One row a service: service, service_name, first, last, change, world_growth, service_mix, competitive (all USD
        million), members, covered, partial, missing. Their sums over services are the region's.

    Raises
    ------
    InputError
        If the flow is unknown, the frame lacks a year, or the years are not in order.
    """
    if first >= last:
        raise InputError(f"the first year ({first}) must come before the last ({last})")
    start, end = _by_reporter(services_frame, first, flow), _by_reporter(services_frame, last, flow)
    growth = end.loc[WORLD] / start.loc[WORLD] - 1
    overall = end.loc[WORLD].sum() / start.loc[WORLD].sum() - 1
    start, end = start.reindex(list(region.members)), end.reindex(list(region.members))
    both = start.notna() & end.notna()
    before, after = start.where(both).sum(min_count=1), end.where(both).sum(min_count=1)
    frame = pd.DataFrame(
        {
            "first": before,
            "last": after,
            "change": after - before,
            "world_growth": before * overall,
            "service_mix": before * (growth - overall),
            "competitive": after - before * (1 + growth),
        }
    )
    return _with_names(frame.rename_axis("service").reset_index()).assign(**_coverage(start.where(both)))


def specialisation(services_frame: pd.DataFrame, region: Region, year: int, flow: str) -> pd.DataFrame:
    """Set a region's trade by service beside the World's, with Balassa's index of its exports.

    Parameters
    ----------
    services_frame, region, year, flow
        As in `composition`, with the World; the flow of the values and the shares.

    Returns
    -------
    pandas.DataFrame
        As `composition`, with world_share (0 to 1) and advantage (of exports, whatever the flow).

    Raises
    ------
    InputError
        If the flow is unknown or the frame lacks the year.
    """
    exports = balassa(services_frame, region, year, "exports")
    reported = _by_reporter(services_frame, year, flow)
    return _composed(reported, region).assign(
        world_share=_composed(reported, Region("World", (WORLD,), year))["share"],
        advantage=exports.loc[exports["iso3"].isna(), "advantage"],
    )


def sources_of_growth(
    services_frame: pd.DataFrame, region: Region, year: int, flow: str, years: int = 10
) -> pd.DataFrame:
    """Sum a region's shift-share split up over the services.

    Parameters
    ----------
    services_frame, region
        As in `composition`, with the World.
    year : int
        Last year of the split.
    flow : {"total", "exports", "imports"}
        As in `shift_share`.
    years : int
        How far back the split begins, or in the first year since then that the frame has.

    Returns
    -------
    pandas.DataFrame
        One row: since (first year), change and its parts world_growth, service_mix, competitive (USD million), members,
        covered, missing. None where the year is the frame's first.

    Raises
    ------
    InputError
        As `shift_share` does.
    """
    first = int(services_frame.loc[services_frame["year"] >= year - years, "year"].min())
    if first >= year:
        return pd.DataFrame(columns=["since", "change", *PARTS, "members", "covered", "missing"])
    split = shift_share(services_frame, region, first, year, flow)
    sums = split[["change", *PARTS]].sum(min_count=1)
    return pd.DataFrame([{"since": first, **sums, **split[["members", "covered", "missing"]].iloc[0]}])


def _by_reporter(services_frame: pd.DataFrame, year: int, flow: str) -> pd.DataFrame:
    """Return reporters by services in one year; a reporter with nothing but zeros reported nothing."""
    check_choice("flow", flow, SERVICE_FLOWS)
    rows = services_frame[services_frame["year"] == year]
    if rows.empty:
        known = services_frame["year"]
        raise InputError(f"the table of services has no year {year}: it covers {known.min()} to {known.max()}")
    reporters, services = (pd.Index(np.unique(rows[each]), name=each) for each in ("reporter", "service"))
    reported = {}
    for name, part in rows.groupby("flow"):
        table = spread(part, "value", reporters, services)
        reported[name] = table.where((table.fillna(0) != 0).any(axis="columns"))
    return combine_flows(reported["exports"], reported["imports"], flow)


def _coverage(table: pd.DataFrame) -> dict[str, object]:
    """Return the coverage of members as constant columns; a member is covered if all its services are known."""
    known = table.notna().all(axis="columns")
    return coverage(known.where(known).to_frame().T).iloc[0].to_dict()


def _with_names(frame: pd.DataFrame) -> pd.DataFrame:
    names = labels("delivered_services", "service")
    frame.insert(frame.columns.get_loc("service") + 1, "service_name", frame["service"].map(names))
    return frame
