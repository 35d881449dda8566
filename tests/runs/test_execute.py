"""A run leaves a whole folder, is done once, and says how it failed."""

import asyncio
import base64
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from ports import LISTENS
from waiting import alive, cdt, wait_for

from carec_digital_trade import __version__
from carec_digital_trade.datasets import describe
from carec_digital_trade.errors import InputError
from carec_digital_trade.runs import RunResult, execute, kernels, open_notebook, perform, plan, run, workers
from carec_digital_trade.runs.folder import RunFailed
from carec_digital_trade.runs.lock import locked

from .conftest import PARAMETERS_CELL, PIXEL, ROWS, SHOW

ENDED = "sys.exit(0) ended the notebook here: a run is finished when every cell ran to its end"
WAIT = "import os, time\nwhile os.path.exists(note):\n    time.sleep(0.05)"


def test_the_folder_holds_everything(finished: RunResult):
    assert (finished.status, finished.skipped, finished.error) == ("finished", False, None)
    files = {str(path.relative_to(finished.folder)) for path in finished.folder.rglob("*") if path.is_file()}
    assert files == {"notebook.ipynb", "report.html", "results.csv", "manifest.json", "figures/ranked_members.png"}
    assert (finished.folder / "figures" / "ranked_members.png").read_bytes() == base64.b64decode(PIXEL)
    assert finished.results["value"].tolist()[0] == 421527.0
    assert (finished.folder.parent / "index.html").is_file()


def test_the_manifest(finished: RunResult, manifest: dict):
    assert manifest["run_id"] == finished.run_id == finished.folder.name
    assert manifest["status"] == "finished"
    assert manifest["error"] is None
    assert manifest["package_version"] == __version__
    assert manifest["parameters"]["points"] == 3
    assert manifest["changed"] == {"region": ["KAZ", "UZB"], "year": 2020}
    assert manifest["seed"] == manifest["parameters"]["seed"]
    table = describe("table1")
    assert manifest["data"]["table1"] == {"vintage": table["vintage"], "hash": table["hash"]}
    assert manifest["duration_seconds"] > 0
    assert manifest["started"].endswith("+00:00")
    assert (manifest["results"], manifest["figures"]) == (2, ["figures/ranked_members.png"])
    assert manifest["answer"] == "The answer for **2020** is 42 per cent. *It* was 4.1 before."


def test_the_notebook_got_its_parameters_over_ipc(finished: RunResult, toy_path: Path):
    executed = nbformat.read(finished.folder / "notebook.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text == "ipc ['KAZ', 'UZB'] None\n"
    assert str(toy_path.parent) not in json.dumps(executed)
    assert str(finished.folder) not in json.dumps(executed)


def test_a_finished_run_is_skipped(toy: str, finished: RunResult):
    before = (finished.folder / "manifest.json").stat().st_mtime_ns
    again = run(toy, {"year": 2020, "region": ["KAZ", "UZB"]}, finished.folder.parent)
    assert (again.status, again.skipped) == ("finished", True)
    assert (finished.folder / "manifest.json").stat().st_mtime_ns == before


def test_a_run_that_lacks_a_file_is_done_again(finished: RunResult, tmp_path: Path, toy: str):
    planned = plan(open_notebook(toy), {"year": 2020, "region": ["KAZ", "UZB"]}, tmp_path / "out {1}")
    shutil.copytree(finished.folder, planned.folder)
    (planned.folder / "figures" / "ranked_members.png").unlink()
    (planned.folder / "note.txt").touch()
    assert not perform(planned).skipped
    assert (planned.folder / "note.txt").exists()  # a reader's, and not the run's
    assert perform(planned).skipped


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("failing")


@pytest.mark.parametrize(
    ("cell", "cell_number", "exception", "message"),
    [
        ("raise ValueError('no such\\nthing')", 3, "ValueError", "no such\nthing"),
        ("import os; os._exit(1)", 3, "DeadKernelError", "the kernel ended with exit status 1"),
        (
            "import os; os.kill(os.getpid(), 11)",
            3,
            "DeadKernelError",
            "the kernel was killed by SIGSEGV (signal 11)",
        ),
        ("%nosuch", 3, "UsageError", "Line magic function `%nosuch` not found."),
        ("raise SystemExit(0)", 3, "SystemExit", ENDED),
    ],
)
def test_a_failure_is_recorded(
    notebook: Callable[..., Path], failing: Path, cell: str, cell_number: int, exception: str, message: str
):
    result = run(notebook("# Title", SHOW, ROWS.replace("year", "1"), cell, "1"), out=failing)
    assert result.status == "failed"
    assert (result.error.cell, result.error.exception, result.error.message) == (cell_number, exception, message)
    assert "\n" not in result.error.sentence
    manifest = json.loads((result.folder / "manifest.json").read_text())
    assert manifest["status"] == "failed"
    assert manifest["error"] == {"cell": cell_number, "exception": exception, "message": message}
    assert not (result.folder / "results.csv").exists()
    assert not (result.folder / "report.html").exists()
    index = (failing / "index.html").read_text()
    assert f"{exception} in code cell {cell_number}" in index
    assert f"{result.run_id}/report.html" not in index


def test_half_of_the_last_cell_is_no_run(notebook: Callable[..., Path], tmp_path: Path):
    show = ROWS.replace("year", "1")
    result = run(notebook(SHOW, f"{show}\nimport sys; sys.exit(0)\n{show}"), out=tmp_path)
    assert (result.error.exception, result.error.cell, result.error.message) == ("SystemExit", 2, ENDED)


def test_a_cell_that_is_to_raise_fails_no_run(notebook: Callable[..., Path], tmp_path: Path):
    path = notebook(SHOW, "1 / 0", "sys.exit(0)", "%nosuch", ROWS.replace("year", "1"))
    content = nbformat.read(path, as_version=4)
    for cell in content.cells[1:4]:
        cell.metadata.tags = ["raises-exception"]
    nbformat.write(content, path)
    result = run(path, out=tmp_path)
    assert (result.status, result.error) == ("finished", None)
    executed = nbformat.read(result.folder / "notebook.ipynb", as_version=4)
    assert len(executed.cells) == len(content.cells)


def test_a_failed_run_is_tried_again(notebook: Callable[..., Path], tmp_path: Path):
    flag = tmp_path / "flag"
    flag.touch()
    path = notebook(PARAMETERS_CELL, SHOW, "import os; assert not os.path.exists(note)", ROWS)
    first = run(path, {"note": str(flag)}, tmp_path)
    flag.unlink()
    second = run(path, {"note": str(flag)}, tmp_path)
    assert (first.status, first.error.exception) == ("failed", "AssertionError")
    assert (second.status, second.skipped, second.run_id) == ("finished", False, first.run_id)


def test_a_fault_outside_the_cells_is_recorded(toy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(execute, "_save", full)
    result = run(toy, out=tmp_path)
    assert result.error.sentence == "the run failed: OSError: [Errno 28] No space left on device"
    assert result.error.cell is None
    assert "in full" in result.error.traceback
    with pytest.raises(RunFailed, match="No space left on device"):
        result.results  # noqa: B018


def test_a_notebook_changed_since_the_plan_fails(notebook: Callable[..., Path], tmp_path: Path):
    planned = plan(open_notebook(notebook("# One", SHOW)), {}, tmp_path / "out")
    notebook("# Two", SHOW)
    assert perform(planned).error.exception == "ChangedNotebook"


def test_output_that_does_not_arrive_is_named(
    notebook: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kernels, "_OUTPUT_TIMEOUT", 0)
    result = run(notebook("print('much ' * 10_000_000)"), out=tmp_path)
    assert (result.error.exception, result.error.cell) == ("TooMuchOutput", 1)
    assert "let it print less" in result.error.message


def test_a_long_path_of_temporary_files(toy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    place = tmp_path / ("long" * 30)
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    assert run(toy, out=tmp_path / "out").status == "finished"
    assert not list(place.iterdir())
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="is too long a path for the sockets of a run, and /tmp cannot be written"):
        workers.scratch_place()


def test_a_kernel_listens_on_no_port(notebook: Callable[..., Path], tmp_path: Path):
    path = notebook(SHOW, LISTENS, ROWS.replace("year", "1"))
    executed = nbformat.read(run(path, out=tmp_path).folder / "notebook.ipynb", as_version=4)
    printed = [each.text for each in executed.cells[1].outputs if each.output_type == "stream"]
    assert "".join(printed) == "[]\nfrom the child\n"


def test_a_run_inside_an_event_loop(notebook: Callable[..., Path], tmp_path: Path):
    async def in_jupyter() -> RunResult:
        return run(notebook(SHOW, ROWS.replace("year", "1")), out=tmp_path)

    assert asyncio.run(in_jupyter()).status == "finished"


def test_a_folder_that_cannot_be_made(toy: str, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"the folder .*file cannot be made: file exists"):
        run(toy, out=tmp_path / "file")


def test_a_run_has_one_process(toy: str, tmp_path: Path):
    planned = plan(open_notebook(toy), {}, tmp_path)
    busy = rf"the run {planned.run_id} is being performed already \(process {os.getpid()} on .*\): wait for its end"
    with locked(tmp_path / f".{planned.run_id}.lock", "somebody else"):
        with pytest.raises(InputError, match=busy):
            perform(planned)
        assert not planned.folder.exists()
    assert perform(planned).status == "finished"
    assert [path.name for path in tmp_path.iterdir()] == [planned.run_id]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_killed_run_is_unfinished_and_done_again(
    notebook: Callable[..., Path], tmp_path: Path, number: signal.Signals, status: int
):
    flag, began, out = tmp_path / "flag", tmp_path / "began", tmp_path / "out"
    flag.touch()
    write_pid = f"import os; print(os.getpid(), os.environ['IPYTHONDIR'], file=open({str(began)!r}, 'w'), flush=True)"
    path = notebook(PARAMETERS_CELL, SHOW, write_pid, WAIT, ROWS)
    with cdt("run", path, "-p", f"note={flag}", "--out", out) as process:
        wait_for(lambda: began.exists() and began.read_text().endswith("\n"))
        pid, scratch = began.read_text().split()
        process.send_signal(number)
        stderr = process.communicate()[1]
    assert process.returncode == status
    assert not list(out.rglob("manifest.json"))
    if number == signal.SIGINT:
        assert stderr == "cdt: interrupted, and nothing of the run was kept; the same command starts it again\n"
        assert not list(out.iterdir())
    wait_for(lambda: not alive(int(pid)))
    assert Path(scratch).exists() == (number == signal.SIGKILL)
    shutil.rmtree(scratch, ignore_errors=True)
    flag.unlink()
    result = run(path, {"note": str(flag)}, out)
    assert (result.status, result.skipped) == ("finished", False)
    assert [folder for folder in out.iterdir() if folder.is_dir()] == [result.folder]
