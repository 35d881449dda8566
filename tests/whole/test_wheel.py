"""The wheel, installed in an empty environment, does what the checkout does, offline and from another folder."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
# Whoever imports this cannot reach any address: what a run needs of sockets is the kernel's, and those are files.
DENY = """
import socket

def denied(*args, **kwargs):
    raise OSError("the network is denied")

_connect = socket.socket.connect
def connect(self, address):
    return _connect(self, address) if self.family == socket.AF_UNIX else denied()

socket.socket.connect = connect
socket.getaddrinfo = socket.create_connection = denied
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A new environment with the wheel in it; its dependencies are read from this one, the checkout is not seen."""
    folder = tmp_path_factory.mktemp("environment")
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--offline", "--no-deps", "--python", python, wheel], check=True)
    site = Path(
        subprocess.check_output(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        ).strip()
    )
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (site / "sitecustomize.py").write_text(DENY, encoding="utf-8")
    return python


def run(command, folder):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_carries_data_and_notebooks(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("data", "notebooks"):
        for path in (ROOT / kind).rglob("*"):
            if path.is_file() and ".ipynb_checkpoints" not in path.parts:
                assert f"carec_digital_trade/_bundled/{path.relative_to(ROOT)}" in names


def test_the_installed_package_is_not_the_checkout(installed, tmp_path):
    done = run([installed, "-c", "import carec_digital_trade; print(carec_digital_trade.__file__)"], tmp_path)
    assert str(ROOT / "src") not in done.stdout
    assert "site-packages" in done.stdout


def test_the_network_is_denied_there(installed, tmp_path):
    done = run([installed, "-c", "import socket; socket.create_connection(('127.0.0.1', 1))"], tmp_path)
    assert "the network is denied" in done.stderr


def test_it_runs_the_snapshot_offline_from_another_folder(installed, tmp_path):
    done = run([installed.parent / "cdt", "run", "snapshot", "--out", "here"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "index.html").is_file()
    assert done.stderr == ""
    verified = run([installed.parent / "cdt", "data", "verify"], tmp_path)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_lecturer_builds_a_session_with_it(installed, tmp_path):
    one = "from pathlib import Path; from carec_digital_trade.teaching import build; "
    one += "build.build(build.sources()[0], Path('mine'))"
    done = run([installed, "-c", one], tmp_path)
    assert done.returncode == 0, done.stderr
    built, ours = tmp_path / "mine", ROOT / "notebooks" / "teaching"
    student, solutions = "student/1_concentration.ipynb", "solutions/1_concentration.ipynb"
    assert (built / student).read_bytes() == (ours / student).read_bytes()
    made, committed = (nbformat.read(folder / solutions, as_version=4) for folder in (built, ours))
    assert [cell.source for cell in made.cells] == [cell.source for cell in committed.cells]
