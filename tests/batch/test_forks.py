"""A forked kernel is a kernel of its own that finds what a new one finds, and leaves nothing behind."""

import json
import os
import re
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from ports import LISTENS
from waiting import alive, wait_for

from carec_digital_trade import claims, vintages
from carec_digital_trade.errors import InputError
from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.runs import forks
from carec_digital_trade.runs.execute import attempt
from carec_digital_trade.runs.lock import locked
from carec_digital_trade.runs.planning import plan_batch
from carec_digital_trade.runs.pool import Pool
from carec_digital_trade.runs.workers import Forks

from .conftest import PARAMETERS, SHOW, descendants, write_notebook

STATE = """import json, os, random, signal, sys, threading, warnings
import matplotlib as mpl, numpy as np, pandas as pd
from carec_digital_trade import metrics, vintages
print(json.dumps({
    "display.precision": pd.get_option("display.precision"),
    "environment": {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "MARK", "PYTHONSTARTUP")},
    "module": [hasattr(metrics, "mark"), "mark" in sys.modules, "rfc3987_syntax" in sys.modules],
    "folder": os.getcwd(),
    "path": [each for each in sys.path if each in ("", os.getcwd(), "mark")],
    "backend": mpl.get_backend(), "size": mpl.rcParams["font.size"],
    "errors": np.geterr()["divide"],
    "signal": [str(signal.getsignal(each)) for each in (signal.SIGCHLD, signal.SIGTERM)],
    "names": sorted(name for name in globals() if not name.startswith("_") and len(name) > 2),
    "computed": [each.cache_info().currsize for each in vintages._REMEMBERED],
}))"""

CHANGE = """pd.set_option("display.precision", 2)
os.environ["MARK"] = "1"
metrics.mark = sys.modules["mark"] = 1
os.chdir("/")
sys.path.insert(0, "mark")
mpl.rcParams["font.size"] = 99
np.seterr(divide="raise")
warnings.simplefilter("error")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
metrics.trade("delivered", "total")
print(random.random(), np.random.rand(), np.random.default_rng().random())
random.seed(1); np.random.seed(1)
print(os.getpid(), os.getppid(), threading.active_count() > 1)"""


def printed(path: Path) -> list[str]:
    """Return what the cells of an executed notebook have printed."""
    outputs = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])]
    return [output.text for output in outputs if output.output_type == "stream"]


@pytest.fixture(scope="module")
def meddling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook that says what it finds, and changes it."""
    return write_notebook(tmp_path_factory.mktemp("notebooks") / "meddling.ipynb", PARAMETERS, STATE, CHANGE, SHOW)


def test_runs_share_nothing(perform: Callable, meddling: Path, sharing: Callable, tmp_path: Path):
    result = perform({"notebook": str(meddling), "grid": {"year": [1, 2]}}, place=sharing(1))
    assert result.failures == {}
    runs = [printed(result.out / name / "notebook.ipynb") for name in result.results["run_id"].unique()]
    states, changes = [run[0] for run in runs], [run[1].split() for run in runs]
    assert len(set(states)) == 1
    # What nobody has seeded differs, and so do the kernels and their workers.
    assert all(len({change[position] for change in changes}) == 2 for position in (0, 1, 2, 3, 4))
    assert not any(alive(int(change[3])) for change in changes)
    # A new kernel finds the same, but for the modules that are imported already.
    papermill.execute_notebook(
        meddling, tmp_path / "plain.ipynb", {"year": 1}, kernel_name="python3", progress_bar=False, cwd=meddling.parent
    )
    ours, theirs = json.loads(states[0]), json.loads(printed(tmp_path / "plain.ipynb")[0])
    assert set(ours.pop("computed")) == {0}
    assert ours.pop("environment") == {"OMP_NUM_THREADS": "1", "MARK": None, "PYTHONSTARTUP": ""}
    assert ours.pop("module") == [False, False, False]
    assert ours == {name: theirs[name] for name in ours}


SECTION = """import carec_digital_trade as cdt
from carec_digital_trade.parameters import SnapshotParameters
from carec_digital_trade.revisions import ranked
chosen = SnapshotParameters(year=year)
traded = cdt.trade(chosen.measure, chosen.flow)
ranking = cdt.findings_of(chosen)("members", {each: ranked(traded, each, year) for each in chosen.regions()})
cdt.picture(cdt.figures.members(ranking, chosen), "members", ranking)
ranking"""
ODDS = """import sys, warnings
import matplotlib.pyplot as plt
print("out"); print("err", file=sys.stderr); warnings.warn("careful", UserWarning)
plt.plot([year, 1]); 1 + 1"""
BROKEN = "def broken():\n    raise ValueError('no')\n\ntry:\n    input()\nfinally:\n    broken()"


def without_times(notebook: nbformat.NotebookNode) -> list[Any]:
    """Return all that a notebook's cells hold but when and for how long they ran."""
    cells = []
    for cell in notebook.cells:
        known = {name: value for name, value in cell.metadata.items() if name not in ("papermill", "execution")}
        status = {name: cell.metadata.papermill[name] for name in ("exception", "status")}
        shown = re.sub(r"ipykernel_\d+", "ipykernel", str(cell.get("outputs")))  # a warning names the process
        cells.append((cell.cell_type, cell.source, known, status, cell.get("execution_count"), shown))
    return cells


def test_an_executed_notebook_is_that_of_an_ordinary_papermill_run(
    perform: Callable, sharing: Callable, tmp_path: Path
):
    path = write_notebook(tmp_path / "odds.ipynb", PARAMETERS, SECTION, ODDS, BROKEN, SHOW)
    batch = {"notebook": str(path), "fixed": {"year": 2019}}
    result = perform(batch, place=sharing(1))
    (run,) = plan_batch(batch, tmp_path / "out").batch.runs
    with pytest.raises(papermill.PapermillExecutionError):
        papermill.execute_notebook(
            path, tmp_path / "plain.ipynb", run.parameters, kernel_name="python3", progress_bar=False, cwd=path.parent
        )
    assert [each.message for each in result.failures.values()] == ["no"]
    ours = nbformat.read(run.folder / "notebook.ipynb", as_version=4)
    theirs = papermill.execute.remove_error_markers(nbformat.read(tmp_path / "plain.ipynb", as_version=4))
    assert without_times(ours) == without_times(theirs)
    assert ours.metadata.language_info == theirs.metadata.language_info


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


LEAVES = """import subprocess
print(subprocess.Popen(["sleep", "3600"]).pid)"""


def test_nothing_is_left(tmp_path: Path):
    leaving = write_notebook(tmp_path / "leaving.ipynb", PARAMETERS, LEAVES, SHOW)
    scratch = tmp_path / "t"
    scratch.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(scratch))
        with Pool(2) as pool:
            preloaded = pool._source._process.pid
            batch = {"notebook": str(leaving), "grid": {"year": [1, 2, 3, 4]}}
            results = list(filter(None, pool.perform(plan_batch(batch, tmp_path / "out").to_do)))
            assert [result.error for result in results] == [None] * 4
            orphans = [int(printed(result.folder / "notebook.ipynb")[0]) for result in results]
            wait_for(lambda: not any(map(alive, orphans)))
            wait_for(lambda: not descendants(preloaded))
            assert len(list(Path(f"/proc/{preloaded}/task").iterdir())) == 1
            assert not list(next(scratch.iterdir()).iterdir())
            assert open_files(preloaded) <= 5  # the control socket and the three standard streams
            started = descendants(os.getpid())
    assert not any(alive(pid) for pid in started if pid == preloaded or pid in descendants(preloaded))
    assert not list(scratch.iterdir())
    assert not alive(preloaded)


def test_what_runs_share_is_made_ready_without_a_look_at_the_users_vintages(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CAREC_DATA_DIR", "/nowhere")
    vintages.forget()
    forks._make_ready("own")
    assert not any(each.cache_info().currsize for each in vintages._REMEMBERED)
    for notebook in NOTEBOOKS:
        forks._make_ready(notebook)
    assert claims._verdicts.cache_info().currsize == 1
    assert vintages._seen.cache_info().currsize == 0  # so a run sees what there is when it begins


def test_a_kernel_ends_with_its_worker(pool: Pool, toy: Path, tmp_path: Path):
    runs = [{"deed": "wait", "place": str(tmp_path)}]
    (run,) = plan_batch({"notebook": str(toy), "runs": runs}, tmp_path).to_do
    worker = pool._source.begin(partial(attempt, run, None))
    began = tmp_path / "began 2024"
    kernel = int(wait_for(lambda: began.exists() and began.read_text()).split()[0])
    assert alive(kernel)
    os.kill(worker.pid, signal.SIGKILL)
    wait_for(lambda: not alive(kernel))
    worker.kill()  # which is gone already


def test_a_killed_worker_has_let_go_of_its_lock(pool: Pool, toy: Path, tmp_path: Path):
    for year in range(3):  # without waiting for its end, one in a few is still held
        runs = [{"year": year, "deed": "wait", "place": str(tmp_path)}]
        (run,) = plan_batch({"notebook": str(toy), "runs": runs}, tmp_path).to_do
        worker = pool._source.begin(partial(attempt, run, None))
        wait_for(lambda began=tmp_path / f"began {year}": began.exists())
        worker.kill()
        (left,) = tmp_path.glob(".*.lock")
        with locked(left, "still held"):
            pass
        assert not left.exists()


def test_files_of_the_working_folder_are_no_modules(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("random", "selectors", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('a file of the user')")
    monkeypatch.chdir(tmp_path)
    with Pool(1) as pool:
        results = list(filter(None, pool.perform(plan_batch({"notebook": str(toy)}, Path("out")).to_do)))
    assert [result.error for result in results] == [None]


def test_a_package_that_cannot_be_imported_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd):
    (tmp_path / "numpy.py").write_text("raise RuntimeError('broken')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "own.ipynb").touch()
    source = Forks(folder=folder)
    source._process.kill()  # it is started anew, and the files of its runs are still there
    with pytest.raises(InputError, match=rf"imported: RuntimeError: broken \(in {tmp_path}/numpy.py\)"):
        source.begin(print)
    assert (folder / "own.ipynb").exists()
    source.close()
    assert not folder.exists()
    assert capfd.readouterr() == ("", "")


def test_a_forked_kernel_listens_on_no_port(perform: Callable, sharing: Callable, tmp_path: Path):
    path = write_notebook(tmp_path / "listens.ipynb", PARAMETERS, LISTENS, SHOW)
    result = perform({"notebook": str(path)}, place=sharing(1))
    (folder,) = result.out.glob("listens-*")
    assert "".join(printed(folder / "notebook.ipynb")) == "[]\nfrom the child\n"
