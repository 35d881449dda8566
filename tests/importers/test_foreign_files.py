"""Files that are not what their name says, or lie about their size: read rightly, or refused in one short sentence."""

import gzip
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import made_files
import pandas as pd
import pytest

from carec_digital_trade.errors import DataError
from carec_digital_trade.importers import SOURCES, reading
from carec_digital_trade.importers.storing import Asked
from carec_digital_trade.tables import CsvText

ASKED = Asked(date(2027, 6, 1))
NAMES = {
    "wto_delivered": "DDS_bulk_download.csv",
    "unctad_deliverable": "UNCTAD_DE.csv",
    "world_bank": "WDICSV.csv",
    "cyberlaw": "tracker.csv",
    "batis": "OECD-WTO_BATIS_bulk.csv",
    "oecd_dstri": "STRI.csv",
    "itu_coverage": "ITU_DH.csv",
}


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    """The file of each source, small where a small one is whole."""
    frames = {
        "wto_delivered": made_files.wto_file().query("YEAR == '2025'"),
        "unctad_deliverable": made_files.unctad_file(),
        "world_bank": made_files.world_bank_file(),
        "cyberlaw": made_files.cyberlaw_file(),
        "oecd_dstri": made_files.oecd_file(),
        "itu_coverage": made_files.itu_file(),
    }
    found = {source: frame.to_csv(index=False, lineterminator="\n").encode() for source, frame in frames.items()}
    return found | {"batis": "".join(made_files.batis_lines(26, range(2023, 2024))).encode()}


@pytest.fixture(params=NAMES)
def source(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch) -> list[pd.DataFrame]:
    """What is read as rows, before anything is made of it, for reading all of a file is slow."""
    found: list[pd.DataFrame] = []
    parsed = pd.read_csv

    def keep(chunks: object) -> object:
        for chunk in chunks:
            found.append(chunk)
            yield chunk

    def read(text: object, **options: object) -> object:
        return keep(parsed(text, **options)) if "chunksize" in options else parsed(text, **options)

    monkeypatch.setattr(reading.pd, "read_csv", read)
    return found


def sentence(source: str, path: Path) -> str:
    """What is said of a file that is refused: short, and without what a terminal obeys."""
    with pytest.raises(DataError) as caught:
        SOURCES[source].read(path, ASKED)
    said = str(caught.value)
    assert len(said) < 500
    assert said.isprintable()
    return said


def utf16(content: bytes) -> bytes:
    return content.decode().encode("utf-16")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _content: b'[{"REPORTER": 1}]' * 60_000, "the file is JSON and not a CSV file"),
        (lambda _content: b'\xef\xbb\xbf {"value": []}', "the file is JSON and not a CSV file"),
        (lambda _content: b"<!DOCTYPE html>" * 60_000, "the file is a web page and not a CSV file"),
        (gzip.compress, "the file is packed with gzip: unpack it"),
        (utf16, "the file is in UTF-16, or no text at all: save it as CSV in UTF-8"),
        (lambda _content: b"\x89PNG\r\n\x1a\n" + bytes(1000), "the file is in UTF-16, or no text at all"),
        (lambda content: content.partition(b"\n")[0] + b"\n" + b"," * 900_000, "a line of more than 65,536 characters"),
        (
            lambda content: content.partition(b"\n")[0] + b"\n" + (b"," * 50_000 + b"\n") * 20,
            "lines of far more fields than the",
        ),
        (lambda _content: b"a" * 1_000_000, "a line of more than 65,536 characters"),
        (lambda _content: b"a," * 30_000 + b"\n1\n", "lacking"),
        (lambda _content: b"\x1b]0;owned\x07,\xc2\x9b31m,\xe2\x80\xaemoc\n1\n", "lacking"),
    ],
)
def test_another_kind_of_file_is_named(
    source: str, contents: dict[str, bytes], tmp_path: Path, change: Callable[[bytes], bytes], words: str
):
    path = tmp_path / NAMES[source]
    path.write_bytes(change(contents[source]))
    assert words in sentence(source, path)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"\n", b"\r"),
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: reading.BOM + reading.BOM + content,
    ],
    ids=["CR", "CRLF", "BOM twice"],
)
def test_line_ends_and_marks_make_no_difference(
    source: str, contents: dict[str, bytes], tmp_path: Path, columns: list[pd.DataFrame], change
):
    read = []
    for name, content in [("plain", contents[source]), ("changed", change(contents[source]))]:
        path = tmp_path / name / NAMES[source]
        path.parent.mkdir()
        path.write_bytes(content)
        try:
            SOURCES[source].read(path, ASKED)
        except DataError as error:  # a few years are less than the present vintage has
            assert "are gone" in str(error) or "cut off" in str(error), error
        read.append(pd.concat(columns).astype("object"))
        columns.clear()
    pd.testing.assert_frame_equal(*read)


def packed(path: Path, members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def test_what_lies_beside_the_file_in_an_archive_is_not_taken_for_it(
    source: str, contents: dict[str, bytes], tmp_path: Path
):
    header = contents[source].partition(b"\n")[0].decode().split(",")
    others = {
        f"__MACOSX/._{NAMES[source]}": b"\0\5\x16\7\0\2\0\0Mac OS X",
        "Metadata_Country.csv": b"Country Code,Region\nKAZ,Europe\n",
        "Metadata_Indicator.csv": b"INDICATOR_CODE,INDICATOR_NAME\nNY.GDP.MKTP.CD,GDP\n",
    }
    for name in (NAMES[source], "API_download_2027.csv"):  # by its name, and by its columns where that says nothing
        path = packed(tmp_path / "download.zip", {**others, name: contents[source]})
        needed = header[: 1 if source == "batis" else 2]
        with reading.unpacked(path, "nothing like it.csv", 10**8, needed) as stream:
            assert stream.read() == contents[source]


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_lies_about_its_size_is_not_unpacked(source: str, tmp_path: Path, how: int):
    path = packed(tmp_path / "f.zip", {NAMES[source]: b"a" * 10_000_000}, how)
    data = path.read_bytes()
    place = data.rindex(b"PK\1\2") + 24
    path.write_bytes(data[:place] + (100).to_bytes(4, "little") + data[place + 4 :])
    assert "the archive is damaged" in (said := sentence(source, path)) or "packed in a way" in said


def test_an_archive_of_very_many_files_is_refused_before_they_are_listed(tmp_path: Path):
    for number, width in [(1_001, 1), (2_000, 500)]:  # the list of the second has more than a megabyte
        path = packed(tmp_path / "f.zip", {f"{each:0{width}}.csv": b"" for each in range(number)})
        assert "lists more than 1,000 files" in sentence("cyberlaw", path)


def test_names_in_an_archive_do_not_reach_the_terminal(tmp_path: Path):
    path = packed(tmp_path / "f.zip", {f"{each}\x1b[2J\u202e.csv": b"x" for each in range(200)})
    said = sentence("wto_delivered", path)
    assert said.startswith("the archive must hold one CSV file like")


def test_rows_fields_and_chunks_have_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents):
    monkeypatch.setattr(reading, "MOST_ROWS", 50)
    path = tmp_path / "tracker.csv"
    path.write_bytes(contents["cyberlaw"])
    assert "more than 50 rows" in sentence("cyberlaw", path)
    monkeypatch.setattr(CsvText, "LONGEST_CHUNK", 1_000_000)
    header = contents["cyberlaw"].partition(b"\n")[0]
    path.write_bytes(header + b'\n"' + b"Afghanistan\n" * 200_000)
    assert "a quoted field that does not end" in sentence("cyberlaw", path)


def test_a_file_has_a_largest_size(source: str, tmp_path: Path):
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(25_000_000_000)  # takes no room on the disk
    assert re.search(r"sparse.csv has 25.0 GB and this source has no file above [\d.]+ GB", sentence(source, path))


def test_a_column_that_comes_twice_is_refused(source: str, contents: dict[str, bytes], tmp_path: Path):
    header, _, rest = contents[source].partition(b"\n")
    columns = {"world_bank": b"Country Code", "cyberlaw": b"code", "batis": b"Reporter", "oecd_dstri": b"MEASURE"}
    twice = columns.get(source, b"INDICATOR")
    path = tmp_path / NAMES[source]
    path.write_bytes(header + b"," + twice + b"\n" + rest.replace(b"\n", b",x\n"))
    assert "a column comes twice" in sentence(source, path)


def test_the_text_is_read_to_its_end_in_parts():
    lines = "".join(f"{each},x\n" for each in range(100_000))
    text = CsvText(io.BytesIO(b"a,b\n" + lines.encode()), "utf-8")
    assert text.columns == ["a", "b"]
    assert "".join(iter(lambda: text.read(1000), "")) == lines
    assert text.since == len(lines)
