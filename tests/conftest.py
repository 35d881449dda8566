"""Shared by the tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from local_server import Server

from carec_digital_trade import datasets, vintages

# The same examples each time, so that a commit that was green stays green; the thorough profile looks for new ones.
# A busy machine takes its time, for an example and for drawing one.
patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("usual", derandomize=True, **patient)
settings.register_profile("thorough", derandomize=False, **patient)
settings.load_profile("usual")


@pytest.fixture(scope="session", autouse=True)
def no_vintages(tmp_path_factory: pytest.TempPathFactory):
    """Tests do not see the vintages that the user of this machine has imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(vintages.FOLDER_VARIABLE, str(tmp_path_factory.mktemp("no_vintages")))
        yield


@pytest.fixture
def data_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy of the bundled data that a test may damage."""
    folder = tmp_path / "data"
    shutil.copytree(datasets.bundled("data"), folder)
    monkeypatch.setattr(datasets, "bundled", lambda kind: tmp_path / kind)
    vintages.forget()
    yield folder
    vintages.forget()


@pytest.fixture
def user_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An empty data folder of a user, in which vintages can be imported."""
    folder = tmp_path / "user"
    monkeypatch.setenv(vintages.FOLDER_VARIABLE, str(folder))
    vintages.forget()
    yield folder
    vintages.forget()


@pytest.fixture
def server() -> Iterator[Server]:
    """A web server on this machine."""
    running = Server()
    yield running
    running.close()
