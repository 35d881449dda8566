"""What ``import carec_digital_trade as cdt`` offers, and how little it imports."""

import subprocess
import sys

import pytest
from IPython.core.interactiveshell import InteractiveShell

import carec_digital_trade as cdt

OFFERED = ["concentration", "findings_of", "load", "members", "picture", "region", "trade", "gap", "scenarios"]


@pytest.mark.parametrize("name", OFFERED)
def test_verbs_are_offered(name):
    assert name in dir(cdt)
    assert getattr(cdt, name).__doc__


def test_the_import_waits_for_the_first_use():
    code = "import sys, carec_digital_trade; print([name for name in ('numpy', 'pandas') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_not_offered_is_no_attribute():
    with pytest.raises(AttributeError, match="has no attribute 'memers'"):
        _ = cdt.memers


def test_verbs_together_give_the_article_s_largest_member():
    carec = cdt.region("CAREC")
    known = cdt.members(cdt.trade("delivered", "total"), carec, 2024)
    assert known.loc[known["rank"] == 1, "iso3"].item() == "CHN"


def test_completion_shows_verbs_and_not_imports():
    assert "import_module" not in dir(cdt)
    assert all(getattr(cdt, name) is not None for name in dir(cdt))


def test_an_error_in_a_notebook_is_its_sentence(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell(history_manager=None)
    shell.run_cell("import carec_digital_trade as cdt\ncdt.region('Atlantis')")
    printed = capsys.readouterr().out
    assert printed.startswith("InputError: there is no region 'Atlantis'")
    assert printed.count("\n") == 1
