"""Data360's UNCTAD_DE, from a file and from the API."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import made_files
import pandas as pd
import pytest
from local_server import Server, body, status

from carec_digital_trade import importers
from carec_digital_trade.datasets import describe, load, vintages
from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import Patience

FILE = made_files.unctad_file()
PAGE = 1000


def api(rows: pd.DataFrame, page: int = PAGE):
    """Answer as the API does: one indicator, a thousand observations from the one asked for."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        found = rows[rows["INDICATOR"].eq(asked["INDICATOR"]) & rows["DATABASE_ID"].eq(asked["DATABASE_ID"])]
        skip = int(asked["skip"])
        records = found.iloc[skip : skip + page].replace({"OBS_VALUE": {"": None}}).to_dict("records")
        body(json.dumps({"count": len(found), "value": records}).encode(), kind="application/json")(handler)

    return answer


def imported(frame: pd.DataFrame, tmp_path: Path) -> importers.Imported:
    return importers.import_file("unctad_deliverable", made_files.csv(frame, tmp_path / "UNCTAD_DE.csv", "utf-8"))


def same_as_bundled() -> None:
    pd.testing.assert_frame_equal(load("deliverable", "2027-06-01"), load("deliverable"))


def test_a_file_gives_the_bundled_figures_again(tmp_path: Path):
    done = imported(FILE.sample(frac=1, random_state=1), tmp_path)
    assert done.notes == ()
    same_as_bundled()
    assert "WLD" not in set(load("deliverable", "2027-06-01")["iso3"])


def test_the_api_gives_the_bundled_figures_again(server: Server, hasty: Patience):
    told = []
    address = server.serve("/data360/data", api(FILE))
    done = importers.refresh("unctad_deliverable", address, patience=hasty, progress=lambda n, of: told.append((n, of)))
    assert done.rows == {"deliverable": len(load("deliverable"))}
    same_as_bundled()
    assert describe("deliverable", "latest")["origin"]["address"] == address
    assert len(server.asked) == 6  # three pages an indicator
    assert told[-1] == (len(FILE) - 1, None)  # all but the other indicator


def test_the_usual_address_is_the_data360_api():
    assert importers.SOURCES["unctad_deliverable"].address == "https://data360api.worldbank.org/data360/data"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"UNIT_MULT": "3"}, "column UNIT_MULT: '3', expected '6' or '6.0'"),
        ({"TIME_PERIOD": "2020-Q1"}, "column TIME_PERIOD: '2020-Q1' is no number"),
        ({"REF_AREA": "QQQ", "REF_AREA_LABEL": "Atlantis"}, "these codes of economies are not known: QQQ"),
        ({"OBS_VALUE": "many"}, "column OBS_VALUE: 'many' is no number"),
        ({"OBS_VALUE": "-1"}, "column value: -1.0 breaks"),
        ({"TIME_PERIOD": "2010"}, "ABW, 2010, exports comes twice"),
    ],
)
def test_an_observation_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, str], sentence: str):
    bad = FILE.iloc[[0]].assign(TIME_PERIOD="2009").assign(**change)
    with pytest.raises(DataError) as caught:
        imported(pd.concat([FILE, bad], ignore_index=True), tmp_path)
    assert sentence in str(caught.value)
    assert vintages().empty


@pytest.mark.parametrize("indicator", ["UNCTAD_DE_DIG_SERVTRADE_ANN_EXP", "UNCTAD_DE_DIG_SERVTRADE_ANN_IMP"])
def test_both_flows_are_needed(tmp_path: Path, indicator: str):
    with pytest.raises(DataError, match=f"the indicator {indicator} is lacking"):
        imported(FILE[FILE["INDICATOR"] != indicator], tmp_path)


def test_thousands_that_are_not_said_are_found(tmp_path: Path):
    thousands = (pd.to_numeric(FILE["OBS_VALUE"]) * 1000).map(repr).where(FILE["OBS_VALUE"] != "", "")
    with pytest.raises(DataError, match=r"deliverable, value: the figures are 1,000 times those at hand"):
        imported(FILE.assign(OBS_VALUE=thousands), tmp_path)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (body(b"<html>Sign in</html>"), "answered with something that is not the API's data, such as a web page"),
        (body(b'{"count": 3000, "val'), "answered with something that is not the API's data"),
        (body(b'{"message": "none"}'), "answered with something that is not the API's data"),
        (body(b'{"count": 3000, "value": []}'), "gave 0 of the 3000 observations that it announced"),
        (
            api(FILE.rename(columns={"OBS_VALUE": "VALUE"}).assign(OBS_VALUE="").drop(columns="OBS_STATUS")),
            "OBS_STATUS",
        ),
        (api(FILE.assign(UNIT_MULT="3")), "column UNIT_MULT: '3'"),
        (body(b'{"count": 3000, "value": null}'), "answered with something that is not the API's data"),
        (body(b'{"count": 1e999, "value": []}'), "answered with something that is not the API's data"),
        (body(b'{"count": 1, "value": {"a": 1}}'), "answered with something that is not the API's data"),
        (body(b'{"count": 1, "value": [[1]]}'), "answered with something that is not the API's data"),
        (body(b'{"count": 1, "value": [null]}'), "answered with something that is not the API's data"),
        (body(b"[1, 2]"), "answered with something that is not the API's data"),
        (body(b'{"count": 1, "value": ' + b"[" * 1_000_000), "answered with something that is not the API's data"),
        (body(b'{"count": 9e9, "value": []}'), "gives more than 100,000 observations"),
        (body(b'{"count": 1, "value": "' + b"a" * 6_000_000), "sends more than 0.01 GB, which cannot be its file"),
        (body(b'{"count": 1, "value": [{"\\u001b[2J": "a"}]}'), "are lacking: the columns are [2J"),
        (status(500), "answered 500"),
        (status(404), "answered 404"),
        (body(b""), "answered with something"),
    ],
)
def test_a_bad_answer_changes_nothing(server: Server, hasty: Patience, answer, sentence: str):
    with pytest.raises(DataError) as caught:
        importers.refresh("unctad_deliverable", server.serve("/data360/data", answer), patience=hasty)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith("; nothing was imported")
    assert vintages().empty
