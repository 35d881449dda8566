"""World Bank Data360: indicators of other producers, from a downloaded CSV or from its API, page by page."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade.importers import checking, sdmx
from carec_digital_trade.importers.download import Patience, SourceError, download, within
from carec_digital_trade.importers.present import against_present
from carec_digital_trade.importers.reading import text_rows
from carec_digital_trade.importers.storing import Asked, Reading

COLUMNS = ("REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE", "UNIT_MULT", "OBS_STATUS")
OPTIONAL = ("UNIT_MEASURE", "REF_AREA_LABEL")
LARGEST = 100_000_000
_LARGEST_PAGE, _PAGES, _MOST_ROWS = 5_000_000, 200, 100_000
"""Of the API: a page has a thousand observations, 1 MB, and an indicator has some three thousand."""


@dataclass(frozen=True)
class Database:
    """What one table takes from a database of Data360.

    Attributes
    ----------
    table : str
        The package's table.
    name : str
        The database, as the API knows it.
    indicators : mapping of str to str
        Code of an indicator to what it is in the table.
    item : str or None
        Column of the table that says which indicator a row is of; None if there is but one.
    power : int
        The power of ten by which a value is multiplied to give the unit.
    unit : str
        Code of the unit.
    """

    table: str
    name: str
    indicators: Mapping[str, str]
    item: str | None
    power: int
    unit: str

    def read(self, path: Path, asked: Asked) -> Reading:
        """Read a CSV of Data360.

        Parameters
        ----------
        path : pathlib.Path
            A CSV file, or a zip that holds one, with the indicators; others in it are left out.
        asked : Asked
            When it was obtained.

        Returns
        -------
        Reading
            The table.

        Raises
        ------
        DataError
            If the file is not laid out as expected, is in another unit, or names an unknown economy.
        """
        pattern = f"*{self.name.partition('_')[0]}*.csv"
        return self._reading(text_rows(path, pattern, COLUMNS, LARGEST, OPTIONAL), asked)

    def fetch(self, address: str, patience: Patience, asked: Asked) -> Reading:
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
                for indicator in self.indicators:
                    query = f"{address}?DATABASE_ID={self.name}&INDICATOR={indicator}"
                    rows += _pages(query, Path(folder) / "page.json", patience, asked, len(rows))
            return rows

        rows = within(patience.longest, address, ask)
        frame = pd.DataFrame(rows)
        frame = frame[[*COLUMNS, *(column for column in OPTIONAL if column in frame)]]
        return self._reading(frame.astype("object").where(frame.notna(), "").map(str).astype("str"), asked)

    def _reading(self, rows: pd.DataFrame, asked: Asked) -> Reading:
        rows = rows[rows["INDICATOR"].isin(list(self.indicators))]
        checking.all_there("indicator", self.indicators, rows["INDICATOR"].unique())
        rows = sdmx.with_figures(rows)
        notes = sdmx.unchecked(rows, OPTIONAL)
        if "REF_AREA_LABEL" in rows:
            notes += checking.names_fit(rows["REF_AREA"], rows["REF_AREA_LABEL"], checking.iso3_codes())
        rows = rows[~rows["REF_AREA"].isin(list(checking.NO_ECONOMIES))]
        checking.expect(rows, "UNIT_MULT", (str(self.power), f"{self.power}.0"))
        if "UNIT_MEASURE" in rows:
            checking.measured(rows.assign(unit=self.name), "unit", "UNIT_MEASURE", {self.name: self.unit})
        columns = {
            "iso3": checking.mapped(rows["REF_AREA"], checking.iso3_codes()),
            "year": checking.years(rows, "TIME_PERIOD", asked.retrieved.year),
        }
        if self.item is not None:
            columns[self.item] = rows["INDICATOR"].map(self.indicators)
        key = list(columns)
        frame = pd.DataFrame({**columns, "value": checking.numbers(rows, "OBS_VALUE")})
        checking.once(frame, key)
        flags, flagged = sdmx.flags(frame[key], rows["OBS_STATUS"])
        frame = frame.sort_values(key)
        return Reading({self.table: frame}, (*notes, *flagged, *against_present(self.table, frame)), flags)


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


DELIVERABLE = Database(
    table="deliverable",
    name="UNCTAD_DE",
    indicators={"UNCTAD_DE_DIG_SERVTRADE_ANN_EXP": "exports", "UNCTAD_DE_DIG_SERVTRADE_ANN_IMP": "imports"},
    item="flow",
    power=6,
    unit="USD",
)
"""UNCTAD's digitally deliverable services, USD million."""
COVERAGE = Database(
    table="coverage_4g",
    name="ITU_DH",
    indicators={"ITU_DH_POP_COV_4G": "at least 4G"},
    item=None,
    power=0,
    unit="PT_POP",
)
"""The ITU's share of the population within reach of a 4G network, per cent."""
