"""The commands that add vintages and compare them: what they print, and one sentence where they cannot."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import made_files
import pytest
from local_server import Server, body, status

from carec_digital_trade import cli, importers
from carec_digital_trade.datasets import catalogue
from carec_digital_trade.importers import Patience

FILE = made_files.unctad_file()


@pytest.fixture(autouse=True)
def in_2027(user_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, on a day after all the years of the files."""
    monkeypatch.setattr(importers, "_today", lambda: date(2027, 6, 1))
    return user_data


@pytest.fixture
def cdt(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Call a command in this process; return status, output and errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = cli.status([str(each) for each in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """UNCTAD's file with one figure doubled."""
    row = FILE["REF_AREA"].eq("KAZ") & FILE["TIME_PERIOD"].eq("2020") & FILE["INDICATOR"].str.endswith("EXP")
    values = FILE["OBS_VALUE"].mask(row, str(2 * float(FILE.loc[row, "OBS_VALUE"].item())))
    return made_files.csv(FILE.assign(OBS_VALUE=values), tmp_path / "UNCTAD_DE.csv", "utf-8")


def test_import_list_and_diff(cdt: Callable, file: Path, in_2027: Path):
    assert "No vintages have been imported (see cdt data import --help)" in cdt("data", "list")[1]
    code, printed, errors = cdt("data", "import", "unctad_deliverable", file, "--retrieved", "2027-05-30")
    assert (code, errors) == (0, "")
    assert printed.splitlines() == [
        "unctad_deliverable: vintage 2027-05-30 with deliverable (5,062 rows)",
        f"folder: {in_2027 / 'vintages' / 'unctad_deliverable' / '2027-05-30'}",
        "note:   Figures of deliverable that are not those of the present vintage: 1 of 5,062, most KAZ 2020 exports, "
        "1,546 for 773.",
        "use:    -p vintage=2027-05-30 or -p vintage=latest; cdt data diff deliverable bundled 2027-05-30",
    ]
    cells = [line.split() for line in cdt("data", "list")[1].splitlines()]
    row = ["2027-05-30", "unctad_deliverable", "deliverable", "2027-05-30", "5062", "UNCTAD_DE.csv", "latest"]
    assert row in cells
    code, printed, _ = cdt("data", "diff", "deliverable", "bundled", "latest")
    assert code == 0
    assert printed.startswith(
        "deliverable, 2025-12-18 to 2027-05-30: figures revised 1, new 0, gone 0, unchanged 5,061\n"
    )
    cells = [line.split() for line in printed.splitlines()]
    assert ["KAZ", "1", "0", "0", "100"] in cells
    assert ["2020", "1", "0", "0", "100"] in cells
    assert any(line[:5] == ["KAZ", "2020", "exports", "value", "revised"] and line[-1] == "100" for line in cells)
    assert cdt("data", "diff", "deliverable", "latest", "latest")[1].endswith("gone 0, unchanged 5,062\n\n")


def test_import_again_adds_nothing(cdt: Callable, file: Path):
    cdt("data", "import", "unctad_deliverable", file)
    code, printed, _ = cdt("data", "import", "unctad_deliverable", file, "--vintage", "2027-07")
    assert code == 0
    assert printed.splitlines() == [
        "unctad_deliverable: the same figures as its vintage 2027-06-01, so none was added",
        "use:    -p vintage=2027-06-01 or -p vintage=latest; cdt data diff deliverable bundled 2027-06-01",
    ]


def test_notes_are_printed(cdt: Callable, tmp_path: Path):
    made_files.csv(FILE[FILE["REF_AREA"] != "KAZ"], tmp_path / "u.csv", "utf-8")
    _, printed, _ = cdt("data", "import", "unctad_deliverable", tmp_path / "u.csv")
    assert "note:   Not in deliverable any more: Kazakhstan." in printed.splitlines()


def test_show_verify_and_export_take_a_vintage(cdt: Callable, file: Path, tmp_path: Path):
    cdt("data", "import", "unctad_deliverable", file)
    assert "vintage:   2027-06-01, retrieved 2027-06-01" in cdt("data", "show", "deliverable", "--vintage", "latest")[1]
    assert cdt("data", "verify", "--vintage", "latest")[1] == f"all {len(catalogue())} tables: as published\n"
    out = tmp_path / "out.csv"
    assert cdt("data", "export", "deliverable", out, "--vintage", "2027-06-01")[0] == 0
    bundled = tmp_path / "bundled.csv"
    cdt("data", "export", "deliverable", bundled)
    assert out.read_text() != bundled.read_text()


def test_refresh_from_an_address(cdt: Callable, server: Server, file: Path):
    address = server.serve("/UNCTAD_DE.csv", body(file.read_bytes()))
    code, _, errors = cdt("data", "refresh", "unctad_deliverable", "--address", address)
    assert code == 1  # the address is that of a file and not of the API
    assert "answered with something that is not the API's data" in errors
    tracker = server.serve("/tracker.csv", body(made_files.cyberlaw_file().to_csv(index=False).encode()))
    code, printed, errors = cdt("data", "refresh", "cyberlaw", "--address", tracker, "--vintage", "2027-05-tracker")
    assert (code, errors) == (0, "")
    assert printed.startswith("cyberlaw: vintage 2027-05-tracker with cyberlaw (975 rows)\n")


def test_progress_is_shown_on_a_terminal(
    cdt: Callable, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes standard error for a terminal then
    tracker = server.serve("/tracker.csv", body(made_files.cyberlaw_file().to_csv(index=False).encode()))
    code, printed, errors = cdt("data", "refresh", "cyberlaw", "--address", tracker)
    assert code == 0
    assert "asking http://127.0.0.1" in errors
    assert " of " in errors
    assert "asking" not in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["import", "unctad", "f.csv"],
            "there is no source 'unctad': the sources are wto_delivered, unctad_deliverable",
        ),
        (
            ["import", "batis", "f.csv"],
            "there is no file f.csv: download OECD-WTO_BATIS_BPM6_…_bulk.csv or its zip from",
        ),
        (["import", "batis", "f.csv", "--economy", "Atlantis"], "there is no economy 'Atlantis'"),
        (["refresh", "wto_delivered"], "wto_delivered has no address that stays: download DDS_bulk_download.csv"),
        (["refresh", "world_bank", "--vintage", "newest"], "a vintage cannot be called 'newest'"),
        (["diff", "delivered", "bundled", "2027-01"], "there is no vintage '2027-01': use 'bundled' or 'latest'"),
        (["diff", "bilateral", "bundled", "latest"], "the vintage 'bundled' has no table bilateral"),
        (["diff", "delivered", "bundled", "latest", "--by", "size"], "there is no order 'size'"),
        (["show", "delivered", "--vintage", "2027-01"], "there is no vintage '2027-01'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(cdt: Callable, in_2027: Path, arguments: list[str], sentence: str):
    code, printed, errors = cdt("data", *arguments)
    assert (code, printed) == (1, "")
    assert errors.startswith(f"cdt: {sentence}")
    assert errors.count("\n") == 1
    assert not in_2027.exists()


def test_a_failing_source_is_one_sentence(cdt: Callable, server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importers, "Patience", lambda: Patience(attempts=2, first_wait=0.01))
    address = server.serve("/tracker.csv", status(503))
    code, printed, errors = cdt("data", "refresh", "cyberlaw", "--address", address)
    assert (code, printed) == (1, "")
    assert errors == (
        f"cdt: {address} answered 503 Service Unavailable, at the last of 2 attempts; nothing was imported\n"
    )


def test_an_interrupted_import_says_that_it_left_nothing(cdt: Callable, file: Path, in_2027: Path, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importers, "store", interrupted)
    code, printed, errors = cdt("data", "import", "unctad_deliverable", file)
    assert (code, printed, errors) == (130, "", "cdt: interrupted, and nothing was imported\n")
    assert not in_2027.exists()


def test_help_names_every_source_and_what_has_an_address(cdt: Callable):
    for command in ("import", "refresh"):
        _, printed, _ = cdt("data", command, "--help")
        for name in importers.SOURCES:
            assert name in printed
    without = [name for name, source in importers.SOURCES.items() if source.address is None]
    assert without == ["wto_delivered", "cyberlaw", "batis"]  # as the help of refresh says
