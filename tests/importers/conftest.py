"""A day on which all imports happen, a data folder of their own, and a server on this machine."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import made_files
import pytest
from waiting import PATIENCE

from carec_digital_trade import importers, vintages
from carec_digital_trade.importers import Patience


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> str:
    """A day after all the years of the files."""
    monkeypatch.setattr(importers, "_today", lambda: date(2027, 6, 1))
    return "2027-06-01"


@pytest.fixture(autouse=True)
def own_folder(user_data: Path, today: str) -> Path:
    """Give every test an empty data folder, on that day."""
    return user_data


@pytest.fixture(scope="session")
def wto_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The WTO's file in its real size."""
    return made_files.csv(made_files.wto_file(), tmp_path_factory.mktemp("wto") / "DDS_bulk_download.csv")


@pytest.fixture(scope="session")
def made_once(wto_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, importers.Imported]:
    """A data folder with a vintage of the WTO's file, to be copied."""
    folder = tmp_path_factory.mktemp("made_once")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(vintages.FOLDER_VARIABLE, str(folder))
        patch.setattr(importers, "_today", lambda: date(2027, 6, 1))
        vintages.forget()
        done = importers.import_file("wto_delivered", wto_csv, vintage="2027-01", retrieved="2027-01-02")
    vintages.forget()
    return folder, done


@pytest.fixture
def imported(own_folder: Path, made_once: tuple[Path, importers.Imported]) -> importers.Imported:
    """A vintage of the WTO's file, obtained in January."""
    folder, done = made_once
    shutil.copytree(folder, own_folder)
    vintages.forget()
    return replace(done, folder=own_folder / done.folder.relative_to(folder))


@pytest.fixture
def hasty() -> Patience:
    """Short waits between attempts, so that tests are quick; an answer may take its time on a busy machine."""
    return Patience(attempts=3, timeout=PATIENCE, longest=PATIENCE, first_wait=0.01, longest_wait=0.05)


@pytest.fixture
def impatient(hasty: Patience) -> Patience:
    """For a server that does not answer."""
    return replace(hasty, timeout=0.2)
