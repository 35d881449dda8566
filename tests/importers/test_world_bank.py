"""The World Development Indicators, from the bulk file and from the API that wbgapi speaks."""

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import made_files
import pandas as pd
import pytest
import wbgapi
from local_server import Server, body, silence, status, trickle

from carec_digital_trade import importers
from carec_digital_trade.datasets import describe, load, vintages
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import Patience, world_bank
from carec_digital_trade.importers.world_bank import INDICATORS

ROWS = made_files.world_bank_rows()
NAMES = made_files.economy_names() | {"QQQ": "Atlantis"}
GROUPS = {"WLD"}


def api(rows: pd.DataFrame, value: str = "value", withheld: int = 0):
    """Answer as version 2 of the API does, page by page, but for figures that it counts and does not give."""
    by_series = {
        series: [
            {
                "variable": [
                    {"concept": "Country", "id": row.economy, "value": NAMES[row.economy]},
                    {"concept": "Series", "id": series, "value": made_files.WDI_NAMES[series]},
                    {"concept": "Time", "id": f"YR{row.year}", "value": str(row.year)},
                ],
                value: None if pd.isna(row.value) else row.value,
            }
            for row in part.itertuples()
        ]
        for series, part in rows.groupby("series")
    }

    def answer(handler: BaseHTTPRequestHandler) -> None:
        url = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        parts = url.path.removeprefix("/v2/en/").split("/")
        page, size = int(query["page"]), int(query["per_page"])
        header = {"page": page, "per_page": size}
        if parts[0] in ("region", "incomelevel", "lendingtype"):
            found = [{"id": "XX", "code": "XX", "iso2code": "XX", "name": "Group", "value": "Group"}]
            content = [header | {"total": 1}, found]
        elif parts[0] == "country":
            found = [country(code) for code in [*rows["economy"].unique(), "USA"]]
            content = [header | {"total": len(found)}, found[(page - 1) * size : page * size]]
        elif parts[2] == "concepts":
            found = [{"id": each, "value": each} for each in ("Country", "Series", "Time")]
            content = header | {"total": 3, "source": [{"concept": found}]}
        elif parts[2] == "time":
            found = [{"id": f"YR{year}", "value": str(year)} for year in range(1960, 2028)]
            content = header | {"total": len(found), "source": [{"concept": [{"variable": found}]}]}
        else:
            found = by_series[parts[3]]
            kept = found[(page - 1) * size : page * size]
            content = header | {"total": len(found) + withheld, "source": {"id": "2", "data": kept}}
        body(json.dumps(content).encode(), kind="application/json")(handler)

    return answer


def country(code: str) -> dict[str, object]:
    group = {"id": "NA" if code in GROUPS else "ECS", "value": "Group"}
    none = {"id": "", "value": ""}
    return {
        "id": code,
        "iso2Code": code,
        "capitalCity": "",
        "longitude": "",
        "latitude": "",
        "region": group,
        "adminregion": none,
        "lendingType": none,
        "incomeLevel": none,
    }


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Let wbgapi ask anew what it keeps of the API's own lists."""
    wbgapi.source._concepts.clear()
    wbgapi.time._time_values.clear()
    wbgapi.economy._localized_metadata.clear()
    wbgapi.economy._class_data = wbgapi.economy._aggs = None
    before = wbgapi.endpoint, wbgapi.get_options
    yield
    assert (wbgapi.endpoint, wbgapi.get_options) == before  # a user's own settings are not touched


def imported(frame: pd.DataFrame, tmp_path: Path) -> importers.Imported:
    return importers.import_file("world_bank", made_files.csv(frame, tmp_path / "WDICSV.csv", "utf-8-sig"))


def test_the_bulk_file_gives_the_bundled_panel_again(tmp_path: Path):
    assert imported(made_files.world_bank_file(), tmp_path).rows == {"panel": 4300}
    pd.testing.assert_frame_equal(load("panel", "latest"), load("panel"))
    fields = describe("panel", "latest")["schema"]["fields"]
    assert not any("vintage" in field for field in fields)  # all columns are of one vintage now


def test_the_api_gives_the_bundled_panel_again(server: Server, hasty: Patience):
    server.serve("*", api(ROWS))
    told = []
    done = importers.refresh(
        "world_bank", f"{server.address}/v2", patience=hasty, progress=lambda n, of: told.append((n, of))
    )
    assert done.rows == {"panel": 4300}
    pd.testing.assert_frame_equal(load("panel", "latest"), load("panel"))
    assert told == [(number, len(INDICATORS)) for number in range(1, len(INDICATORS) + 1)]


def test_a_failure_in_between_is_got_over(server: Server, hasty: Patience):
    right = api(ROWS)
    server.serve("*", right, right, status(500), right, status(429, Retry_After="0"), right)
    importers.refresh("world_bank", f"{server.address}/v2", patience=hasty)
    pd.testing.assert_frame_equal(load("panel", "latest"), load("panel"))


def test_the_usual_address_is_version_2():
    assert importers.SOURCES["world_bank"].address == "https://api.worldbank.org/v2" == wbgapi.endpoint


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (status(500), "answered 500 Internal Server Error, at the last of 3 attempts"),
        (status(429, Retry_After="3600"), "asks to wait 3,600 seconds: try again later"),
        (status(404), "answered 404 Not Found"),
        (silence, "did not answer within 0.2 seconds, at the last of 3 attempts"),
        (body(b"<html>Sign in</html>"), "answered with something that is not the API's data, such as a web page"),
        (body(b'[{"total": 3', length=100), "broke off before the end of its answer, at the last of 3 attempts"),
        (body(b'[{"total": 3'), "answered with something that is not the API's data"),
        (body(b'[{"message": [{"key": "Invalid value", "value": "no such series"}]}]'), "refused SP.POP.TOTL: Invalid"),
        (body(b"{}"), "in another layout than that of its version 2"),
        (api(ROWS, withheld=3), "gave 4340 of the 4343 figures of SP.POP.TOTL announced"),
        (api(ROWS, value="amount"), "in another layout than that of its version 2"),
        (api(ROWS.assign(economy=ROWS["economy"].replace("KAZ", "QQQ"))), "economies are not known: QQQ"),
        (api(ROWS.assign(value=ROWS["value"].where(ROWS["series"] != "NY.GDP.MKTP.CD", ROWS["value"] / 1e6))), "1e-06"),
    ],
)
def test_a_bad_answer_changes_nothing(server: Server, hasty: Patience, impatient: Patience, answer, sentence: str):
    server.serve("*", answer)
    patience = impatient if "did not answer" in sentence else hasty
    with pytest.raises(DataError) as caught:
        importers.refresh("world_bank", f"{server.address}/v2", patience=patience)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith("; nothing was imported")
    assert "\n" not in str(caught.value)
    assert vintages().empty


PAGE = {"page": 1, "per_page": 0, "total": 5, "source": [{"concept": []}]}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (body(json.dumps(PAGE).encode()), "sends page after page, "),
        (body(b"[" * 6_000_000), "sends more than 0.01 GB, which cannot be its file"),
        (body(b"[" * 1_000_000), "answered with something that is not the API's data"),
        (trickle, "is too slow: not all of it came within 1 seconds"),
    ],
)
def test_an_answer_without_end_is_ended(server: Server, hasty: Patience, monkeypatch, answer, sentence: str):
    monkeypatch.setattr(world_bank, "_MOST_ANSWERS", 20)
    server.serve("*", answer)
    patience = replace(hasty, longest=1.0) if "slow" in sentence else hasty
    with pytest.raises(DataError) as caught:
        importers.refresh("world_bank", f"{server.address}/v2", patience=patience)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda frame: frame[frame["Indicator Code"] != "IT.NET.BBND.P2"], "the indicator IT.NET.BBND.P2 is lacking"),
        (lambda frame: frame.replace({"KAZ": "QQQ", "Kazakhstan": "Atlantis"}), "economies are not known: QQQ"),
        (lambda frame: frame.replace({"KAZ": "QQQ"}), "'Kazakhstan' under the code QQQ is the name of KAZ"),
        (lambda frame: frame.rename(columns={"Country Code": "Code"}), "the column Country Code is lacking"),
        (lambda frame: frame[frame["Country Code"] < "M"], "of the 215 economies of panel are not in the file"),
        (lambda frame: pd.concat([frame, frame.iloc[[0]]]), "comes twice"),
        (lambda frame: frame.assign(**{"2010": "n/a"}), "row 2, column 2010: 'n/a' is no number"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, change, sentence: str):
    with pytest.raises(DataError) as caught:
        imported(change(made_files.world_bank_file()), tmp_path)
    assert sentence in str(caught.value)
    assert vintages().empty


def test_a_year_without_population_is_left_out_and_noted(tmp_path: Path):
    frame = made_files.world_bank_file()
    frame.loc[frame["Country Code"].eq("ERI") & frame["Indicator Code"].eq("SP.POP.TOTL"), "2010"] = ""
    done = imported(frame, tmp_path)
    assert done.rows["panel"] == 4299
    assert "Rows without population, which are left out: 1." in done.notes
