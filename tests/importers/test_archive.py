"""A downloaded archive is read without writing anything, and refused if it is not safe."""

import zipfile
from pathlib import Path

import pytest

from carec_digital_trade.errors import DataError
from carec_digital_trade.importers.reading import unpacked

CONTENT = b"a,b\n1,2\n" * 1000
LARGEST = 10**9


def archive(path: Path, members: dict[str, bytes], declared: int | None = None) -> Path:
    """Write a zip whose first member may declare another size than it has."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        if declared is not None:
            file.infolist()[0].file_size = declared
    return path


def content_of(path: Path, pattern: str = "*DDS*.csv") -> bytes:
    with unpacked(path, pattern, LARGEST) as stream:
        return stream.read()


def test_plain_and_packed_give_the_same(tmp_path: Path):
    plain = tmp_path / "f.csv"
    plain.write_bytes(CONTENT)
    packed = archive(tmp_path / "f.zip", {"folder/dds_bulk.csv": CONTENT, "other.csv": b"x", "note.txt": b"y"})
    assert content_of(plain) == content_of(packed) == CONTENT
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", "f.zip"]


def test_the_only_csv_is_taken_whatever_its_name(tmp_path: Path):
    assert content_of(archive(tmp_path / "f.zip", {"data.CSV": CONTENT})) == CONTENT


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:\\evil.csv", "..\\evil.csv"]
)
def test_an_archive_that_unpacks_outside_its_folder_is_refused(tmp_path: Path, name: str):
    path = archive(tmp_path / "f.zip", {"DDS.csv": CONTENT, name: b"x"})
    with pytest.raises(DataError, match="would be written outside its folder: ") as caught:
        content_of(path)
    assert repr(name.replace("\\", "\\")) in str(caught.value) or name in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["f.zip"]


def test_a_hundred_gigabytes_are_refused_unread(tmp_path: Path):
    path = archive(tmp_path / "f.zip", {"DDS.csv": b"0" * 10**6}, declared=100 * 10**9)
    assert path.stat().st_size < 10_000
    with pytest.raises(DataError, match=r"DDS.csv has 100.0 GB unpacked and this source has no file above 1.0 GB"):
        content_of(path)


def test_a_member_that_hides_its_size_is_cut_there_and_refused(tmp_path: Path):
    path = archive(tmp_path / "f.zip", {"DDS.csv": b"0" * 10**6}, declared=1000)
    with pytest.raises(DataError, match="the archive is damaged or cut off"):
        content_of(path)


def test_a_plain_file_that_is_too_large_is_refused(tmp_path: Path):
    path = tmp_path / "f.csv"
    with path.open("wb") as file:
        file.truncate(2 * LARGEST)  # takes no space
    with pytest.raises(DataError, match=r"f.csv has 2.0 GB"):
        content_of(path)


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"a.csv": b"x", "b.csv": b"y"}, r"must hold one CSV file like \*DDS\*.csv and holds a.csv, b.csv"),
        ({"DDS1.csv": b"x", "DDS2.csv": b"y"}, "holds DDS1.csv, DDS2.csv"),
        ({"a.txt": b"x"}, "holds none"),
        ({"DDS.csv": b""}, "DDS.csv in the archive is empty"),
    ],
)
def test_an_archive_must_hold_the_file(tmp_path: Path, members: dict[str, bytes], sentence: str):
    with pytest.raises(DataError, match=sentence):
        content_of(archive(tmp_path / "f.zip", members))


def test_a_damaged_archive_is_refused(tmp_path: Path):
    path = archive(tmp_path / "f.zip", {"DDS.csv": b"".join(b"%d,%d\n" % (each, each**3) for each in range(5000))})
    data = path.read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    middle = len(data) // 3
    (tmp_path / "wrong.zip").write_bytes(data[:middle] + b"\0\0\0\0" + data[middle + 4 :])
    for name in ("cut.zip", "wrong.zip"):
        with pytest.raises(DataError, match="the archive is damaged or cut off: download it again"):
            content_of(tmp_path / name)


def test_an_encrypted_archive_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as file:
        file.writestr("DDS.csv", CONTENT)
        file.infolist()[0].flag_bits |= 1
    with pytest.raises(DataError, match="the archive is encrypted"):
        content_of(tmp_path / "f.zip")


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><html>", b"\xef\xbb\xbf\n <html>", b"  <?xml version='1.0'?>"])
def test_a_web_page_is_no_file(tmp_path: Path, content: bytes):
    (tmp_path / "f.csv").write_bytes(content)
    with pytest.raises(DataError, match="the file is a web page and not a CSV file"):
        content_of(tmp_path / "f.csv")


def test_an_empty_file_is_no_file(tmp_path: Path):
    (tmp_path / "f.csv").touch()
    with pytest.raises(DataError, match="the file is empty"):
        content_of(tmp_path / "f.csv")
