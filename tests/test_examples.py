"""The examples in docstrings give what they say."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import carec_digital_trade as cdt

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples():
    """Return the docstrings of the package that have any."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    names = [each.name for each in pkgutil.walk_packages(cdt.__path__, "carec_digital_trade.")]
    modules = [import_module(name) for name in names if not name.endswith("__main__")]
    found = {each.name: each for module in modules for each in finder.find(module) if each.examples}
    return list(found.values())


@pytest.mark.parametrize("example", examples(), ids=lambda each: each.name.removeprefix("carec_digital_trade."))
def test_an_example_gives_what_it_says(example):
    printed = []
    doctest.DocTestRunner(optionflags=OPTIONS).run(example, out=printed.append)
    assert not printed, "".join(printed)
