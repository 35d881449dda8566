"""Shared by the tests."""

import shutil
from pathlib import Path

import pytest

from carec_digital_trade import datasets, regions


@pytest.fixture
def data_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy of the bundled data that a test may damage."""
    folder = tmp_path / "data"
    shutil.copytree(datasets.bundled("data"), folder)
    monkeypatch.setattr(datasets, "bundled", lambda kind: tmp_path / kind)
    _forget()
    yield folder
    _forget()


def _forget() -> None:
    for cached in (datasets._descriptor, datasets._load, regions._economies, regions._names):
        cached.cache_clear()
