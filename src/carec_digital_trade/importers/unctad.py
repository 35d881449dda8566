"""UNCTAD: digitally deliverable services, through World Bank Data360 (database UNCTAD_DE), and the tracker of laws."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade.importers import checking
from carec_digital_trade.importers.download import Patience, SourceError, download, within
from carec_digital_trade.importers.present import against_present
from carec_digital_trade.importers.reading import text_rows
from carec_digital_trade.importers.storing import Asked, Reading

DATABASE = "UNCTAD_DE"
INDICATORS = {"UNCTAD_DE_DIG_SERVTRADE_ANN_EXP": "exports", "UNCTAD_DE_DIG_SERVTRADE_ANN_IMP": "imports"}
COLUMNS = ("REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE", "UNIT_MULT", "OBS_STATUS")
OPTIONAL = ("UNIT_MEASURE", "REF_AREA_LABEL")
MILLION = ("6", "6.0")
"""UNIT_MULT is the power of ten that a value is multiplied by to give USD."""
CURRENCY = "USD"
NO_FIGURE = ("M", "O")
"""Statuses of the SDMX code list that stand for no figure (missing)."""
PLAIN = ("A", "")
"""Statuses of a normal figure; the others, such as E for estimated, are kept in the vintage's descriptor."""
DOMAINS = {
    "Electronic Transactions": "e_transactions",
    "Consumer Protection": "consumer_protection",
    "Privacy and Data Protection": "privacy_data_protection",
    "Cybercrime": "cybercrime",
    "Indirect Taxation": "indirect_taxation",
}
STATUSES = {"Legislation": "legislation", "Draft Legislation": "draft", "No Legislation": "none", "No Data": "no_data"}
LARGEST = 100_000_000
_LARGEST_PAGE, _PAGES, _MOST_ROWS = 5_000_000, 200, 100_000
"""Of the API: a page has a thousand observations, 1 MB, and an indicator has some three thousand."""


def read(path: Path, asked: Asked) -> Reading:
    """Read a CSV of Data360.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file, or a zip that holds one, with both indicators; others in it are left out.
    asked : Asked
        When it was obtained.

    Returns
    -------
    Reading
        The table deliverable.

    Raises
    ------
    DataError
        If the file is not laid out as expected, is not in USD million, or names an unknown economy.
    """
    return _reading(text_rows(path, "*UNCTAD*.csv", COLUMNS, LARGEST, OPTIONAL), asked)


def fetch(address: str, patience: Patience, asked: Asked) -> Reading:
    """Ask the Data360 API, page by page.

    Parameters
    ----------
    address : str
        Of the API's data.
    patience : Patience
        When to give up.
    asked : Asked
        Date, and who is told of progress in observations.

    Returns
    -------
    Reading
        As `read` returns it.

    Raises
    ------
    SourceError
        If the API does not answer, or otherwise than expected.
    DataError
        As `read` does.
    """

    def ask() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        with tempfile.TemporaryDirectory() as folder:
            for indicator in INDICATORS:
                query = f"{address}?DATABASE_ID={DATABASE}&INDICATOR={indicator}"
                rows += _pages(query, Path(folder) / "page.json", patience, asked, len(rows))
        return rows

    rows = within(patience.longest, address, ask)
    frame = pd.DataFrame(rows)
    frame = frame[[*COLUMNS, *(column for column in OPTIONAL if column in frame)]]
    return _reading(frame.astype("object").where(frame.notna(), "").map(str).astype("str"), asked)


def _pages(query: str, target: Path, patience: Patience, asked: Asked, before: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for _ in range(_PAGES):
        download(f"{query}&skip={len(rows)}", target, _LARGEST_PAGE, patience)
        try:
            answer = json.loads(target.read_bytes())
            page, total = list(answer["value"]), int(answer["count"])
            columns = set(page[0]).intersection(*(row.keys() for row in page)) if page else COLUMNS
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
            what = "something that is not the API's data, such as a web page"
            raise SourceError(f"{query} answered with {what}") from None
        checking.all_there("column", COLUMNS, sorted(columns))
        rows += page
        if max(total, len(rows)) > _MOST_ROWS:
            raise SourceError(f"{query} gives more than {_MOST_ROWS:,} observations, which cannot be its figures")
        asked.progress(before + len(rows), None)
        if len(rows) >= total or not page:
            break
    if len(rows) < total:
        raise SourceError(f"{query} gave {len(rows)} of the {total} observations that it announced")
    return rows


def _reading(rows: pd.DataFrame, asked: Asked) -> Reading:
    rows = rows[rows["INDICATOR"].isin(list(INDICATORS))]
    checking.all_there("indicator", INDICATORS, rows["INDICATOR"].unique())
    # An observation without a figure is no figure, and never zero.
    rows = rows[rows["OBS_VALUE"].str.strip().ne("") & ~rows["OBS_STATUS"].isin(list(NO_FIGURE))]
    notes = [f"The file has no column {name}, which was not checked." for name in OPTIONAL if name not in rows]
    if "REF_AREA_LABEL" in rows:
        notes += checking.names_fit(rows["REF_AREA"], rows["REF_AREA_LABEL"], checking.iso3_codes())
    rows = rows[~rows["REF_AREA"].isin(list(checking.NO_ECONOMIES))]
    checking.expect(rows, "UNIT_MULT", MILLION)
    if "UNIT_MEASURE" in rows:
        checking.measured(rows.assign(unit=DATABASE), "unit", "UNIT_MEASURE", {DATABASE: CURRENCY})
    frame = pd.DataFrame(
        {
            "iso3": checking.mapped(rows["REF_AREA"], checking.iso3_codes()),
            "year": checking.years(rows, "TIME_PERIOD", asked.retrieved.year),
            "flow": rows["INDICATOR"].map(INDICATORS),
            "value": checking.numbers(rows, "OBS_VALUE"),
        }
    )
    checking.once(frame, ["iso3", "year", "flow"])
    odd = rows["OBS_STATUS"][~rows["OBS_STATUS"].isin(list(PLAIN))]
    flags = {
        flag: [f"{row.iso3} {row.year} {row.flow}" for row in flagged.itertuples()]
        for flag, flagged in frame.loc[odd.index].groupby(odd)
    }
    if flags:
        counts = ", ".join(f"{len(flagged):,} {flag} (such as {flagged[0]})" for flag, flagged in flags.items())
        notes.append(f"Figures that the source flags, E being estimated and F a forecast: {counts}.")
    frame = frame.sort_values(["iso3", "year", "flow"])
    notes += against_present("deliverable", frame)
    return Reading({"deliverable": frame}, tuple(notes), about={"flags": flags} if flags else {})


def read_laws(path: Path, _asked: Asked) -> Reading:
    """Read the CSV of the Global Cyberlaw Tracker: the status of five domains of law in each economy.

    Parameters
    ----------
    path : pathlib.Path
        The file; its economies have the three-digit codes of UN M49.
    _asked : Asked
        Not needed: the tracker has no years.

    Returns
    -------
    Reading
        The table cyberlaw.

    Raises
    ------
    DataError
        If the file is not laid out as expected, or names an unknown economy or status.
    """
    rows = text_rows(path, "*.csv", ["code", "country", *DOMAINS], LARGEST)
    for domain in DOMAINS:
        checking.expect(rows, domain, STATUSES)
    known, codes = checking.iso_codes("numeric"), rows["code"].str.zfill(3)
    rows = rows.assign(iso3=checking.mapped(codes, known, rows["country"]))
    unknown = checking.names_fit(codes, rows["country"], known)
    checking.once(rows, ["iso3"], list(DOMAINS))
    # A stable sort keeps the domains of an economy in the order of their columns.
    long = rows.melt("iso3", list(DOMAINS), "domain", "status").sort_values("iso3", kind="stable")
    frame = long.assign(domain=long["domain"].map(DOMAINS), status=long["status"].map(STATUSES))
    return Reading({"cyberlaw": frame}, (*unknown, *against_present("cyberlaw", frame)))
