"""WTO, Digitally Delivered Services Trade Dataset: totals, services and breaks in series of all economies."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from carec_digital_trade.economies import AGGREGATES
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import checking
from carec_digital_trade.importers.present import against_present
from carec_digital_trade.importers.reading import text_rows
from carec_digital_trade.importers.storing import Asked, Reading
from carec_digital_trade.metrics.levels import WORLD

COLUMNS = [
    "FLOW",
    "REPORTER_CODE",
    "REPORTER_NAME",
    "PARTNER",
    "YEAR",
    "INDICATOR",
    "MODE",
    "UNIT",
    "VALUE",
    "BREAKING_SERIES",
]
FLOWS = {"X": "exports", "M": "imports"}
TOTAL = "DDS"
SERVICES = ("SF", "SG", "SH", "SI1", "SI2", "SI3", "SJ", "SK")
ALLOWED = {
    "FLOW": list(FLOWS),
    "PARTNER": ["World"],
    "INDICATOR": [TOTAL, *SERVICES],
    "MODE": ["Mode 1"],
    "UNIT": ["Million US dollar"],
    "BREAKING_SERIES": ["", "B"],
}
WORLD_CODE = "WL"
"""The file's code for the World; its other aggregates have the codes of `regions.AGGREGATES`."""

MEMBERS = {
    "CIS": ("ARM", "AZE", "BLR", "GEO", "KAZ", "KGZ", "RUS", "TJK", "TKM", "UZB"),
    "NAX": ("BMU", "CAN", "MEX", "USA"),
}
"""Members of the aggregates that the file of spring 2026 gives as the sum of economies that it lists.

The others contain economies that are not listed, or, as the European Union, are compiled by themselves.
"""
PARTS_OF_WORLD = ("AFR", "ASI", "CIS", "EUR", "NAX", "MEA", "CSC")

ROUNDING = 5e-6
"""Of a sum: the World's parts exceed its total by up to 4 in a million, which is the file's own rounding."""
LARGEST = 100_000_000


def read(path: Path, asked: Asked) -> Reading:
    """Read the bulk CSV or its zip.

    Parameters
    ----------
    path : pathlib.Path
        DDS_bulk_download.csv, or the archive that holds it.
    asked : Asked
        When it was obtained.

    Returns
    -------
    Reading
        The tables delivered (economies), delivered_services (economies and the World) and breaks.

    Raises
    ------
    DataError
        If the file is not laid out as expected, names an unknown economy, or is not complete.
    """
    text = text_rows(path, "*DDS*.csv", COLUMNS, LARGEST)
    rows = _checked(text, asked.retrieved.year)
    totals, parts = rows[rows["service"] == TOTAL], rows[rows["service"] != TOTAL]
    _check_complete(totals)
    groups = list(AGGREGATES)
    delivered = totals[~totals["iso3"].isin(groups)]
    services = parts[parts["iso3"].eq(WORLD) | ~parts["iso3"].isin(groups)].rename(columns={"iso3": "reporter"})
    breaks = rows[rows["flag"].ne("") & ~rows["iso3"].isin(groups)]
    frames = {
        "delivered": _ordered(delivered, ["iso3", "year", "flow"], "value"),
        "delivered_services": _ordered(services, ["reporter", "year", "flow", "service"], "value"),
        "breaks": _ordered(breaks, ["flow", "iso3", "service", "year"], "flag"),
    }
    notes = [
        *checking.names_fit(text["REPORTER_CODE"], text["REPORTER_NAME"], checking.wto_codes()),
        *_zeros_and_negatives(delivered["value"]),
        *_parts(totals, parts),
        *_aggregates(totals),
    ]
    for table, frame in frames.items():
        notes += against_present(table, frame, sparse=table == "breaks")
    return Reading(frames, tuple(notes))


def _ordered(rows: pd.DataFrame, key: list[str], figure: str) -> pd.DataFrame:
    return rows[[*key, figure]].sort_values(key)


def _checked(rows: pd.DataFrame, last_year: int) -> pd.DataFrame:
    """Return reporter, flow, year, service, value and flag of each row."""
    for column, values in ALLOWED.items():
        checking.expect(rows, column, values)
    groups = {WORLD_CODE if code == WORLD else code: code for code in AGGREGATES}
    words = {code: AGGREGATES[group] for code, group in groups.items()}
    checking.measured(rows, "REPORTER_CODE", "REPORTER_NAME", words)
    frame = pd.DataFrame(
        {
            "iso3": checking.mapped(rows["REPORTER_CODE"], checking.wto_codes() | groups, rows["REPORTER_NAME"]),
            "flow": rows["FLOW"].map(FLOWS),
            "year": checking.years(rows, "YEAR", last_year),
            "service": rows["INDICATOR"],
            "value": checking.numbers(rows, "VALUE"),
            "flag": rows["BREAKING_SERIES"],
        }
    )
    checking.once(frame, ["iso3", "flow", "year", "service"])
    return frame


def _check_complete(totals: pd.DataFrame) -> None:
    """Refuse a file that lacks the total of a reporter in a year that others have: it was cut off."""
    wide = totals.pivot(index=["iso3", "flow"], columns="year", values="value")
    wide = wide.reindex(pd.MultiIndex.from_product([totals["iso3"].unique(), list(FLOWS.values())]))
    lacking = wide.isna()
    if lacking.any(axis=None):
        reporter, flow = lacking.any(axis="columns").idxmax()
        year = lacking.loc[(reporter, flow)].idxmax()
        raise DataError(
            f"the file is not complete: {int(lacking.sum(axis=None))} totals are lacking, the first being {flow} of "
            f"{reporter} in {year}"
        )
    if WORLD not in wide.index:
        raise DataError(f"the World (code {WORLD_CODE}) is lacking")


def _zeros_and_negatives(totals: pd.Series) -> Iterator[str]:
    if zeros := totals.eq(0).sum():
        yield f"Totals of exactly 0, which means not reported and is loaded as missing: {zeros}."
    if negatives := totals.lt(0).sum():
        yield f"Negative totals, which insurance can make and which are kept: {negatives}."


def _parts(totals: pd.DataFrame, parts: pd.DataFrame) -> Iterator[str]:
    """Say where the services do not add up to the total."""
    key = ["iso3", "flow", "year"]
    sizes = parts.assign(size=parts["value"].abs()).groupby(key)
    frame = sizes.agg(sum=("value", "sum"), count=("value", "count"), size=("size", "sum"))
    frame = frame.join(totals.set_index(key)["value"].rename("total"), how="outer")
    fewer = frame["count"].fillna(0) < len(SERVICES)
    if fewer.any():
        first = _place(frame.index[fewer][0])
        yield f"Totals that lack some of their eight services: {fewer.sum()}, the first being {first}."
    apart = (frame["sum"] - frame["total"]).abs()
    wrong = ~fewer & (apart > ROUNDING * frame["size"])
    if wrong.any():
        worst = (apart[wrong] / frame["size"][wrong]).idxmax()
        yield (
            f"Totals that differ from the sum of their services by more than rounding: {wrong.sum()}, most "
            f"{_place(worst)}, {frame.loc[worst, 'total']:,.2f} against {frame.loc[worst, 'sum']:,.2f}."
        )


def _aggregates(totals: pd.DataFrame) -> Iterator[str]:
    """Say which aggregates differ from the sum of what they consist of."""
    wide = totals.pivot(index=["flow", "year"], columns="iso3", values="value")
    groups = {**MEMBERS, WORLD: PARTS_OF_WORLD}
    for code, members in groups.items():
        if not {code, *members} <= set(wide):
            continue
        apart = (wide[list(members)].sum(axis="columns") / wide[code] - 1).abs()
        if apart.max() > ROUNDING:
            flow, year = apart.idxmax()
            what = "its regions" if code == WORLD else "its members"
            yield f"{AGGREGATES[code]} differs from the sum of {what} by up to {apart.max():.2%} ({flow} of {year})."


def _place(key: tuple[str, str, int]) -> str:
    reporter, flow, year = key
    return f"{flow} of {reporter} in {year}"
