"""OECD, Digital Services Trade Restrictiveness Index: overall and its five areas, from the SDMX service or its CSV."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import checking, sdmx
from carec_digital_trade.importers.present import against_present
from carec_digital_trade.importers.reading import text_rows
from carec_digital_trade.importers.storing import Asked, Reading

DATAFLOW = "DSD_STRI@DF_STRI_DIGITAL"
COLUMNS = ("STRUCTURE_ID", "FREQ", "REF_AREA", "MEASURE", "UNIT_MEASURE", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")
OPTIONAL = ("Reference area", "Measure")
"""Labels, which a file without them lacks; the columns that are needed are the same in both."""
OVERALL = "overall"
COMPONENTS = {
    "STRI": OVERALL,
    "CLAS1_6": "infrastructure_connectivity",
    "CLAS1_7": "electronic_transactions",
    "CLAS1_8": "payment_system",
    "CLAS1_9": "intellectual_property",
    "CLAS1_10": "other_barriers",
}
MEASURED = {
    "STRI": "restrictiveness index",
    "CLAS1_6": "Infrastructure and connectivity",
    "CLAS1_7": "Electronic transactions",
    "CLAS1_8": "Payment system",
    "CLAS1_9": "Intellectual property",
    "CLAS1_10": "Other barriers",
}
GROUPS = ("OECD", "OECDE", "EA20", "EU27_2020", "G7", "G20", "W")
"""The OECD's codes of groups of economies, which are left out."""
ROUNDING = 3e-6
"""Of the sum of five areas and of the overall index, each rounded to six decimals."""
LARGEST = 100_000_000


def read(path: Path, asked: Asked) -> Reading:
    """Read the CSV of the dataflow, with labels or without.

    Parameters
    ----------
    path : pathlib.Path
        As the SDMX service sends it and the Data Explorer saves it, or a zip that holds it.
    asked : Asked
        When it was obtained.

    Returns
    -------
    Reading
        The table dstri.

    Raises
    ------
    DataError
        If the file is of another dataflow, is not laid out as expected, lacks an area, or names an unknown economy.
    """
    rows = text_rows(path, "*STRI*.csv", COLUMNS, LARGEST, OPTIONAL)
    flow = rows.assign(flow=DATAFLOW)
    checking.measured(flow, "flow", "STRUCTURE_ID", {DATAFLOW: DATAFLOW})
    rows = rows[rows["MEASURE"].isin(list(COMPONENTS))]
    checking.all_there("measure", COMPONENTS, rows["MEASURE"].unique())
    checking.expect(rows, "FREQ", ["A"])
    units = rows["UNIT_MEASURE"].unique()
    if len(units) > 1:
        raise DataError(f"the figures are in several units, {', '.join(units)}: the index has one, from 0 to 1")
    rows = sdmx.with_figures(rows)
    notes = sdmx.unchecked(rows, OPTIONAL)
    if "Measure" in rows:
        checking.measured(rows, "MEASURE", "Measure", MEASURED)
    rows = rows[~rows["REF_AREA"].isin(GROUPS)]
    if "Reference area" in rows:
        notes += checking.names_fit(rows["REF_AREA"], rows["Reference area"], checking.iso3_codes())
    frame = pd.DataFrame(
        {
            "iso3": checking.mapped(rows["REF_AREA"], checking.iso3_codes()),
            "year": checking.years(rows, "TIME_PERIOD", asked.retrieved.year),
            "component": rows["MEASURE"].map(COMPONENTS),
            "value": checking.numbers(rows, "OBS_VALUE"),
        }
    )
    checking.once(frame, ["iso3", "year", "component"])
    flags, flagged = sdmx.flags(frame[["iso3", "year", "component"]], rows["OBS_STATUS"])
    frame = frame.sort_values(["iso3", "component", "year"])
    return Reading({"dstri": frame}, (*notes, *flagged, *_sums(frame), *against_present("dstri", frame)), flags)


def _sums(frame: pd.DataFrame) -> Iterator[str]:
    """Say where the areas do not add up to the index, as where one of them is not there."""
    wide = frame.pivot(index=["iso3", "year"], columns="component", values="value")
    areas = wide.drop(columns=OVERALL).sum(axis="columns", min_count=len(COMPONENTS) - 1)
    apart = (areas - wide[OVERALL]).abs()
    if (wrong := ~apart.le(ROUNDING)).any():
        code, year = wrong.idxmax()
        yield (
            f"Economies and years in which the five areas do not add up to the overall index: {wrong.sum():,} of "
            f"{len(wrong):,}, the first being {code} {year}."
        )
