"""Whatever a live source does, the vintages stay as they are unless a whole, right file came; one sentence says why."""

import io
import zipfile
from datetime import UTC, date, datetime
from functools import partial

import made_files
import pytest
from local_server import Server, body, silence, status

from carec_digital_trade import importers
from carec_digital_trade.datasets import load, vintages
from carec_digital_trade.errors import DataError, InputError
from carec_digital_trade.importers import Patience

FILE = made_files.wto_file()


def content(frame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode("latin-1")


RIGHT = content(FILE)


def packed(name: str, declared: int | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), RIGHT[:100_000], zipfile.ZIP_DEFLATED)
        if declared:
            archive.infolist()[0].file_size = declared
    return buffer.getvalue()


def newer(factor: float = 1.01) -> bytes:
    """A release in which every figure is revised a little."""
    return content(FILE.assign(VALUE=(FILE["VALUE"].astype(float) * factor).map("{:.10g}".format)))


BROKEN = {
    "time-out": (silence, "did not answer within 0.2 seconds, at the last of 3 attempts"),
    "429": (status(429), "answered 429 Too Many Requests, at the last of 3 attempts"),
    "429 for an hour": (status(429, Retry_After="3600"), "asks to wait 3,600 seconds: try again later"),
    "500": (status(500), "answered 500 Internal Server Error, at the last of 3 attempts"),
    "404": (status(404), "answered 404 Not Found"),
    "truncated": (body(RIGHT[:70_000], length=len(RIGHT)), "broke off before the end of the file"),
    "truncated unseen": (body(RIGHT[:5_000_003], announce=False), "the file is cut off: its last line has "),
    "truncated at a line": (
        body(RIGHT[: RIGHT.index(b"M,KZ,Kaz")], announce=False),
        "the file is not complete: ",
    ),
    "web page": (body(b"<!DOCTYPE html><html><body>Sign in", kind="text/html"), "the file is a web page"),
    "empty": (body(b""), "the file is empty"),
    "header only": (body(RIGHT[: RIGHT.index(b"\n") + 1]), "the file has a header and no rows"),
    "changed column": (body(RIGHT.replace(b",VALUE,", b",AMOUNT,", 1)), "the column VALUE is lacking"),
    "changed unit": (
        body(RIGHT.replace(b"Million US dollar", b"Thousand US dollar")),
        "'Thousand US dollar', expected",
    ),
    "thousands unsaid": (body(newer(1000)), "the figures are 1,000 times those at hand"),
    "outside its folder": (body(packed("../DDS.csv")), "would be written outside its folder: '../DDS.csv'"),
    "a hundred gigabytes": (body(packed("DDS.csv", 10**11)), "DDS.csv has 100.0 GB unpacked"),
    "a hidden size": (body(packed("DDS.csv", 1000)), "the archive is damaged or cut off"),
    "half a zip": (body(packed("DDS.csv")[:5000]), "the archive is damaged or cut off"),
    "something else": (body(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), "the file is in UTF-16, or no text at all"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_bad_answer_changes_nothing(
    server: Server, imported: importers.Imported, hasty: Patience, impatient: Patience, case: str
):
    answer, words = BROKEN[case]
    patience = impatient if case == "time-out" else hasty
    before, files = vintages(), sorted(imported.folder.parent.rglob("*"))
    with pytest.raises(DataError) as caught:
        importers.refresh("wto_delivered", server.serve("/DDS_bulk_download.csv", answer), patience=patience)
    assert words in str(caught.value)
    assert str(caught.value).endswith("; nothing was imported")
    assert "\n" not in str(caught.value)
    assert vintages().equals(before)
    assert sorted(imported.folder.parent.rglob("*")) == files
    assert load("delivered", "latest").equals(load("delivered", "2027-01"))


def test_a_good_answer_after_bad_ones_is_a_new_vintage(server: Server, imported: importers.Imported, hasty: Patience):
    address = server.serve("/DDS.csv", status(500), body(RIGHT[:9000], length=len(RIGHT)), body(newer()))
    told = []
    done = importers.refresh(
        "wto_delivered", address, patience=hasty, progress=lambda done, total: told.append((done, total))
    )
    assert (done.vintage, done.unchanged) == ("2027-06-01", False)
    assert told[-1] == (len(newer()), len(newer()))
    new, old = (load("delivered", each)["value"].sum() for each in ("latest", "2027-01"))
    assert new == pytest.approx(1.01 * old, rel=1e-8)
    assert vintages().query("table == 'delivered'")["vintage"].tolist() == ["2027-01", "2027-06-01"]
    assert vintages().query("latest")["vintage"].unique().tolist() == ["2027-06-01"]


def test_the_same_figures_are_no_new_vintage(server: Server, imported: importers.Imported, hasty: Patience):
    done = importers.refresh("wto_delivered", server.serve("/DDS.csv", body(RIGHT)), patience=hasty)
    assert (done.vintage, done.unchanged, done.folder) == ("2027-01", True, imported.folder)
    assert len(vintages()["vintage"].unique()) == 1


@pytest.mark.parametrize("source", ["wto_delivered", "cyberlaw", "batis"])
def test_a_source_without_an_address_says_what_to_do(source: str):
    with pytest.raises(
        InputError, match=rf"^{source} has no address that stays: download .* cdt data import {source} FILE"
    ):
        importers.refresh(source)


def test_unknown_source_name_date_and_economy(wto_csv):
    for arguments, sentence in [
        ({"source": "wto"}, "there is no source 'wto': the sources are wto_delivered, "),
        ({"vintage": "new"}, "a vintage cannot be called 'new': begin with its year and month"),
        ({"vintage": "../2027-01"}, "a vintage cannot be called '../2027-01'"),
        ({"vintage": "2027"}, "a vintage cannot be called '2027'"),
        ({"retrieved": "yesterday"}, "'yesterday' is no date: write it as 2027-05-21"),
        ({"retrieved": "2027-06-02"}, "the file cannot have been obtained on 2027-06-02, which is yet to come"),
        ({"economies": ["DEU"]}, "only batis takes economies to tell apart"),
        ({"file": "nowhere.csv"}, "there is no file nowhere.csv: download DDS_bulk_download.csv or its zip"),
    ]:
        with pytest.raises(InputError) as caught:
            importers.import_file(**{"source": "wto_delivered", "file": wto_csv, **arguments})
        assert str(caught.value).startswith(sentence)
    assert vintages().empty


def test_a_day_that_is_today_somewhere_is_taken(monkeypatch):
    now = datetime(2027, 6, 1, 12, tzinfo=UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, _zone):
            return now

    monkeypatch.setattr(importers, "datetime", Clock)
    ask = partial(importers._asked, "wto_delivered", None, economies=(), progress=lambda *_: None)
    assert ask(retrieved="2027-06-02")[1].retrieved == date(2027, 6, 2)  # in Kiritimati, two hours old
    with pytest.raises(InputError, match="2027-06-03, which is yet to come"):
        ask(retrieved="2027-06-03")
