"""JupyterLab as ``make lab`` opens it: start page, a notebook run to its end, and a slider of each that redraws."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from waiting import wait_for

from carec_digital_trade.parameters import NOTEBOOKS

from .conftest import look, opened

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

SLIDERS = {"snapshot": "year", "gap_analysis": "year", "scenarios": "closure of connectivity"}

WHOLE = ("snapshot",)
"""Notebooks of which every cell is run here."""

SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address with the token, and the folder that it serves."""

    url: str
    folder: Path

    @property
    def port(self) -> int:
        return int(re.search(r":(\d+)/", self.url)[1])


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """What ``make lab`` starts, on copies of the notebooks and without the user's own settings."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for notebook in NOTEBOOKS.values():
        if notebook.name not in WHOLE:
            _leave_controls(folder / "notebooks" / notebook.file)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "config").mkdir()
    # In a container the tests are often run by root, whom a server refuses otherwise.
    (folder / "config" / "jupyter_server_config.json").write_text('{"ServerApp": {"allow_root": true}}')
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", f"BIN={Path(sys.executable).parent}", "--assume-old=.venv/ready", "lab"],
            cwd=folder,
            env=_environment(folder),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        lab = Lab(_address(process, log), folder)
        wait_for(lambda: _listens(lab.port))
        yield lab
    finally:
        _end(process)


def _leave_controls(path: Path) -> None:
    """Take out what stands between the parameters and the controls: nbval runs it, and controls rest on none of it."""
    notebook = nbformat.read(path, as_version=4)
    parameters, imports, start, *_ = (cell for cell in notebook.cells if cell.cell_type == "code")
    start.source = next(line for line in start.source.splitlines() if line.startswith("chosen = "))
    notebook.cells = [parameters, imports, start, *notebook.cells[-2:]]
    nbformat.write(notebook, path)


def _environment(folder: Path) -> dict[str, str]:
    """Leave out what an outer make and the user have set, and let a free port be chosen and no window be opened."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "JUPYTER", "JPY"))}
    homes = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    labs = {f"JUPYTERLAB_{kind}_DIR": str(folder / kind.lower()) for kind in ("SETTINGS", "WORKSPACES")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    return {**kept, **homes, **labs, "IPYTHONDIR": str(folder / "ipython"), "JUPYTER_PORT": port, "BROWSER": "true"}


def _address(process: subprocess.Popen, log: Path) -> str:
    """Wait for the line that tells the user where to look."""
    address = r"http://127\.0\.0\.1:\d+/lab\S*\?token=\w+"
    found = wait_for(lambda: process.poll() or re.search(address, log.read_text(encoding="utf-8")))
    assert isinstance(found, re.Match), f"make lab did not start:\n{log.read_text(encoding='utf-8')}"
    return found[0]


def _listens(port: int) -> bool:
    """Say whether the server, which prints its address before it listens, has come so far."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _end(process: subprocess.Popen) -> None:
    """End make and the server, which ends its kernels; by force what is left after ten seconds."""
    os.killpg(process.pid, signal.SIGTERM)
    until = time.monotonic() + 10
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < until:
            process.poll()  # an ended process counts as one of the group until somebody has asked for it
            os.killpg(process.pid, 0)
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_nobody_enters_without_the_token_or_from_elsewhere(lab: Lab):
    contents = f"http://127.0.0.1:{lab.port}/api/contents"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(contents)
    # The whole of 127.0.0.0/8 is this machine; the server listens on one address of it.
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", lab.port), timeout=2)


def test_notebooks_run_to_their_end_and_their_sliders_redraw_the_figure(browser: Browser, lab: Lab):
    page = opened(browser, viewport={"width": 1280, "height": 800})
    page.goto(lab.url)
    expect(page.locator(SHOWN).get_by_role("heading", name="Start here")).to_be_visible()
    look(page, "start")
    for notebook in NOTEBOOKS.values():
        _tab(page, "00_start.ipynb").click()
        page.locator(f"{SHOWN} a[href*='{notebook.file}']").click()
        _run_all(page, notebook.file)
    for notebook in NOTEBOOKS.values():
        _tab(page, notebook.file).click()
        figure = page.locator(f"{SHOWN} .jp-OutputArea img.widget-image")
        expect(figure).to_be_visible()
        changed = page.locator(f"{SHOWN} .jp-OutputArea", has_text="To keep it, in the first cell")
        expect(changed).to_have_count(0)  # nothing has moved by itself
        if notebook.name in SLIDERS:  # the bundled trade by partner is of one year
            _move(page, figure, SLIDERS[notebook.name])
            expect(changed.first).to_be_visible()
        look(page, notebook.name)
        page.keyboard.press("Control+s")
        expect(_tab(page, notebook.file)).not_to_have_class(re.compile("jp-mod-dirty"))
        _all_ran(lab.folder / "notebooks" / notebook.file)
    assert page.locator(".Toastify__toast").all_inner_texts() == []  # JupyterLab asks for leave to fetch its news
    page.context.close()


def _tab(page: Page, file: str) -> Locator:
    return page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text=file)


def _run_all(page: Page, file: str) -> None:
    expect(_tab(page, file)).to_have_class(re.compile("lm-mod-current"))
    expect(page.locator(f"{SHOWN} .jp-KernelName")).to_have_text("Python 3 (ipykernel)")
    idle = page.locator(f"{SHOWN} .jp-Notebook-ExecutionIndicator[data-status=idle]")
    expect(idle).to_be_visible()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def _move(page: Page, figure: Locator, name: str) -> None:
    """Move a slider by one step, and wait until the picture is another one."""
    before, address = _pixels(figure), figure.get_attribute("src")
    slider = page.locator(f"{SHOWN} .widget-hslider", has=page.get_by_text(name, exact=True))
    slider.locator(".noUi-handle").press("ArrowLeft")
    expect(figure).not_to_have_attribute("src", address)
    assert _pixels(figure) != before


def _pixels(figure: Locator) -> str:
    return figure.evaluate(
        """async (image) => {
            await image.decode();
            const canvas = Object.assign(document.createElement("canvas"), {width: 400, height: 400});
            canvas.getContext("2d").drawImage(image, 0, 0, 400, 400);
            return canvas.toDataURL();
        }"""
    )


def _all_ran(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [each for each in outputs if each.output_type == "error" or each.get("name") == "stderr"]
