"""Wherever pytest collects notebooks, nbval asks `agreement` whether a new output is the stored one."""

import agreement
import pytest

agreement.install()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take longest, so that no worker is left alone with one at the end."""
    long = {item.path for item in items if item.get_closest_marker("slow") or item.path.suffix == ".ipynb"}
    items.sort(key=lambda item: item.path not in long)
