"""World Bank, World Development Indicators: population, income, connectivity and openness of all economies."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from carec_digital_trade.importers import checking
from carec_digital_trade.importers.codes import NOT_LISTED, WORLD_BANK_GROUPS, iso3_codes
from carec_digital_trade.importers.download import asking, parts, status_problem
from carec_digital_trade.importers.patience import Patience, SourceError, persist, within
from carec_digital_trade.importers.present import against_present
from carec_digital_trade.importers.reading import gathered, text_chunks
from carec_digital_trade.importers.source import Asked, Reading, Source

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
_CHUNK = 20_000
_LARGEST_PAGE, _LARGEST_ANSWERS, _MOST_ANSWERS = 5_000_000, 30_000_000, 1_000
"""Of the API: seven indicators have some fifty pages of a thousand rows, 13 MB in all."""
_HEADER = 1000
"""Characters of an answer in which its header stands."""
_TOTAL = "total of the answer"


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
    years = [str(year) for year in range(FIRST_YEAR, asked.retrieved.year + 1)]
    wide = gathered(_wanted(text_chunks(path, "WDICSV.csv", COLUMNS, LARGEST, _CHUNK, optional=years), asked))
    notes = _held(wide.assign(**{"Country Name": wide["Country Name"].map(_from_utf8)}), *COLUMNS)
    years = [year for year in years if year in wide]
    for year in years:  # here, where row and column are the file's
        checking.numbers(wide[wide[year].ne("")], year)
    long = wide.melt(["Country Code", "Indicator Code"], years, "time", "value", ignore_index=False)
    long = long.set_axis(["economy", "series", "time", "value"], axis="columns")
    return _reading(long[long["value"].ne("")], asked, notes)


def _wanted(chunks: Iterable[pd.DataFrame], asked: Asked) -> Iterator[pd.DataFrame]:
    for number, chunk in enumerate(chunks, start=1):
        asked.progress(number * _CHUNK, None)
        yield chunk[chunk["Indicator Code"].isin(list(INDICATORS))]


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
    with _api(address, patience) as headers:

        def ask() -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = []
            for number, indicator in enumerate(INDICATORS, start=1):
                rows += persist(partial(_indicator, indicator, asked.retrieved, address, patience, headers), patience)
                asked.progress(number, len(INDICATORS))
            return rows

        rows = within(patience.longest, address, ask)
    frame = pd.DataFrame(rows, columns=["economy", "name", "series", "label", "time", "value"])
    notes = _held(frame, "economy", "name", "series", "label")
    frame = frame.dropna(subset="value").astype("str").reset_index(drop=True)
    return _reading(frame, asked, notes)


def _held(rows: pd.DataFrame, economy: str, name: str, series: str, label: str) -> list[str]:
    """Hold codes of economies and indicators, in the columns given, against their names."""
    checking.measured(rows, series, label, MEASURED)
    return checking.names_fit(rows[economy], rows[name], iso3_codes())


def _from_utf8(text: str) -> str:
    """Read anew what was read as latin-1, if it was not."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


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


def _indicator(
    indicator: str, retrieved: date, address: str, patience: Patience, headers: dict[str, str]
) -> list[dict[str, Any]]:
    import wbgapi  # noqa: PLC0415

    years = range(FIRST_YEAR, retrieved.year + 1)
    try:
        with asking(address, patience, "its answer"):
            rows = list(wbgapi.data.fetch(indicator, time=years, labels=True, numericTimeKeys=True))
        if len(rows) != int(headers[_TOTAL]):
            raise SourceError(f"{address} gave {len(rows)} of the {headers[_TOTAL]} figures of {indicator} announced")
        return [
            {
                "economy": row["economy"]["id"],
                "name": row["economy"]["value"],
                "series": row["series"]["id"],
                "label": row["series"]["value"],
                "time": row["time"]["id"],
                "value": row["value"],
            }
            for row in rows
            if not row["economy"]["aggregate"]
        ]
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
    long = long[~long["economy"].isin([*WORLD_BANK_GROUPS, *NOT_LISTED])]
    rows = pd.DataFrame(
        {
            "iso3": checking.mapped(long["economy"], iso3_codes()),
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


SOURCE = Source(
    name="world_bank",
    title="World Bank, World Development Indicators",
    page="https://databank.worldbank.org/source/world-development-indicators",
    tables=("panel",),
    read=read,
    file="WDICSV.csv or the bulk zip that holds it",
    fetch=fetch,
    address="https://api.worldbank.org/v2",
)
