"""World Bank, World Development Indicators: population, income, connectivity and openness of all economies."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade.importers import checking
from carec_digital_trade.importers.download import Patience, SourceError, asking, parts, persist, status_problem, within
from carec_digital_trade.importers.present import against_present
from carec_digital_trade.importers.reading import text_rows
from carec_digital_trade.importers.storing import Asked, Reading

INDICATORS = {
    "SP.POP.TOTL": "population",
    "NY.GDP.MKTP.CD": "gdp_current_usd",
    "NY.GDP.MKTP.KD": "gdp_constant_2015_usd",
    "IT.NET.USER.ZS": "internet_users_pct",
    "IT.NET.BBND.P2": "fixed_broadband_per_100",
    "NE.EXP.GNFS.ZS": "exports_gs_pct_gdp",
    "NE.IMP.GNFS.ZS": "imports_gs_pct_gdp",
}
MEASURED = {
    "SP.POP.TOTL": "Population, total",
    "NY.GDP.MKTP.CD": "(current US$)",
    "NY.GDP.MKTP.KD": "(constant 2015 US$)",
    "IT.NET.USER.ZS": "(% of population)",
    "IT.NET.BBND.P2": "(per 100 people)",
    "NE.EXP.GNFS.ZS": "(% of GDP)",
    "NE.IMP.GNFS.ZS": "(% of GDP)",
}
"""What an indicator's name says of its unit; with another base year it is another column than the descriptor's."""
FIRST_YEAR = 2005
"""As the bundled panel; nothing in the package looks further back."""
COLUMNS = ("Country Code", "Country Name", "Indicator Code", "Indicator Name")
LARGEST = 2_000_000_000
_LARGEST_PAGE, _LARGEST_ANSWERS, _MOST_ANSWERS = 5_000_000, 30_000_000, 1_000
"""Of the API: seven indicators have some fifty pages of a thousand rows, 13 MB in all."""
_HEADER = 1000
"""Characters of an answer in which its header stands."""
_TOTAL = "total of the answer"
_ANSWERED = ["economy.id", "economy.value", "series.id", "series.value", "time.id", "value", "economy.aggregate"]


def read(path: Path, asked: Asked) -> Reading:
    """Read the bulk file of the World Development Indicators.

    Parameters
    ----------
    path : pathlib.Path
        WDICSV.csv, or the archive that holds it: a row an economy and indicator, a column a year.
    asked : Asked
        When it was obtained.

    Returns
    -------
    Reading
        The table panel.

    Raises
    ------
    DataError
        If the file is not laid out as expected, lacks an indicator, or names an unknown economy.
    """

    def wanted(chunk: pd.DataFrame) -> pd.DataFrame:
        asked.progress(int(chunk.index[-1]) + 1, None)
        return chunk[chunk["Indicator Code"].isin(list(INDICATORS))]

    years = [str(year) for year in range(FIRST_YEAR, asked.retrieved.year + 1)]
    wide = text_rows(path, "WDICSV.csv", COLUMNS, LARGEST, years, wanted)
    notes = _held(wide, *COLUMNS)
    years = [year for year in years if year in wide]
    for year in years:  # here, where row and column are the file's
        checking.numbers(wide[wide[year].ne("")], year)
    long = wide.melt(["Country Code", "Indicator Code"], years, "time", "value", ignore_index=False)
    long = long.set_axis(["economy", "series", "time", "value"], axis="columns")
    return _reading(long[long["value"].ne("")], asked, notes)


def fetch(address: str, patience: Patience, asked: Asked) -> Reading:
    """Ask the World Bank's API, version 2, one indicator at a time.

    Parameters
    ----------
    address : str
        Of the API.
    patience : Patience
        When to give up on an indicator.
    asked : Asked
        Date, and who is told of progress in indicators.

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
    years = range(FIRST_YEAR, asked.retrieved.year + 1)

    def ask() -> pd.DataFrame:
        frames = []
        for number, indicator in enumerate(INDICATORS, start=1):
            frames.append(persist(partial(_indicator, indicator, years, address, patience, headers), patience))
            asked.progress(number, len(INDICATORS))
        return pd.concat(frames, ignore_index=True)

    with _api(address, patience) as headers:
        frame = within(patience.longest, address, ask)
    frame = frame[~frame.pop("economy.aggregate").astype("bool")]
    frame = frame.set_axis(["economy", "name", "series", "label", "time", "value"], axis="columns")
    notes = _held(frame, "economy", "name", "series", "label")
    frame = frame.dropna(subset="value").astype("str").reset_index(drop=True)
    return _reading(frame, asked, notes)


def _held(rows: pd.DataFrame, economy: str, name: str, series: str, label: str) -> list[str]:
    """Hold codes of economies and indicators, in the columns given, against their names."""
    checking.measured(rows, series, label, MEASURED)
    return checking.names_fit(rows[economy], rows[name], checking.iso3_codes())


@contextmanager
def _api(address: str, patience: Patience) -> Iterator[dict[str, str]]:
    """Point wbgapi at an address, with limits of time and size, and keep its last answer's headers and "total"."""
    import wbgapi  # noqa: PLC0415  (slow to import, and needed only here)

    headers: dict[str, str] = {}
    sizes: list[int] = []

    def keep(answer: Any, **_options: Any) -> None:
        headers.clear()
        headers.update(answer.headers)
        # wbgapi looks at no size; what has been read here is what it will find.
        with answer:
            answer._content = b"".join(parts(answer, address, _LARGEST_PAGE, patience))
        sizes.append(len(answer.content))
        if len(sizes) > _MOST_ANSWERS or sum(sizes) > _LARGEST_ANSWERS:
            raise SourceError(f"{address} sends page after page, {sum(sizes) / 1e6:,.0f} MB in {len(sizes):,} by now")
        announced = re.search(r'"total":\s*"?(\d+)', answer.text[:_HEADER])
        headers[_TOTAL] = announced[1] if announced else "0"

    before = wbgapi.endpoint, wbgapi.get_options
    wbgapi.endpoint = address
    wbgapi.get_options = {"timeout": patience.timeout, "stream": True, "hooks": {"response": keep}}
    try:
        yield headers
    finally:
        wbgapi.endpoint, wbgapi.get_options = before


def _indicator(indicator: str, years: range, address: str, patience: Patience, headers: dict[str, str]) -> pd.DataFrame:
    import wbgapi  # noqa: PLC0415

    try:
        with asking(address, patience, "its answer"):
            rows = list(wbgapi.data.fetch(indicator, time=years, labels=True, numericTimeKeys=True))
        if len(rows) != int(headers[_TOTAL]):
            raise SourceError(f"{address} gave {len(rows)} of the {headers[_TOTAL]} figures of {indicator} announced")
        return pd.json_normalize(rows)[_ANSWERED]
    except wbgapi.APIResponseError:
        raise SourceError(f"{address} answered with something that is not the API's data, such as a web page") from None
    except wbgapi.APIError as error:
        if error.code is None:  # a message of the API in an answer that is otherwise well
            raise SourceError(f"{address} refused {indicator}: {error.msg}") from None
        raise status_problem(address, error.code, error.msg, headers) from None
    except (KeyError, TypeError, IndexError, ValueError, AttributeError, RecursionError):
        raise SourceError(f"{address} gave {indicator} in another layout than that of its version 2") from None


def _reading(long: pd.DataFrame, asked: Asked, notes: list[str]) -> Reading:
    """Turn economy, series, time and value (text) into the panel."""
    long = long[~long["economy"].isin(list(checking.NO_ECONOMIES))]
    rows = pd.DataFrame(
        {
            "iso3": checking.mapped(long["economy"], checking.iso3_codes()),
            "year": checking.years(long, "time", asked.retrieved.year),
            "series": long["series"],
            "value": checking.numbers(long, "value"),
        }
    )
    checking.once(rows, ["iso3", "year", "series"])
    wide = rows.pivot(index=["iso3", "year"], columns="series", values="value")
    checking.all_there("indicator", INDICATORS, list(wide))
    panel = wide[list(INDICATORS)].rename(columns=INDICATORS).sort_index().reset_index()
    empty = panel["population"].isna()
    panel = panel[~empty].astype({"population": "int64"}).rename_axis(columns=None)
    if empty.any():
        notes = [*notes, f"Rows without population, which are left out: {empty.sum()}."]
    return Reading({"panel": panel}, (*notes, *against_present("panel", panel)))
