"""On a cluster the same runs give the same table, and a lost worker's runs are performed by another."""

import json
import multiprocessing
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import made_files
import pytest
from rich.console import Console
from waiting import PATIENCE, alive, wait_for

import carec_digital_trade.runs.cluster as cluster_module
from carec_digital_trade import importers, vintages
from carec_digital_trade.errors import InputError
from carec_digital_trade.runs.batch import BatchResult, perform_batch, run_batch
from carec_digital_trade.runs.cluster import Cluster
from carec_digital_trade.runs.delivery import deliver, needed_files, write_files
from carec_digital_trade.runs.planning import plan_batch
from carec_digital_trade.runs.workers import Worker

from .conftest import descendants

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def local() -> Iterator[str]:
    """The address of a cluster on this machine: one process, which performs two runs at a time."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=True, dashboard_address="127.0.0.1:0", silence_logs="ERROR"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def expected(toy: Path, sharing: Callable, tmp_path_factory: pytest.TempPathFactory) -> BatchResult:
    """The same batch as performed on this machine alone."""
    plan = plan_batch(content(toy), tmp_path_factory.mktemp("alone"))
    return perform_batch(plan, plan.batch.runs[0].out, sharing(2), True, Console(quiet=True))


def content(toy: Path, **more: object) -> dict:
    return {"notebook": str(toy), "grid": {"year": [1, 2], "flow": ["exports", "imports"]}, **more}


@pytest.mark.slow
def test_a_cluster_gives_the_same(
    toy: Path, tmp_path: Path, local: str, expected: BatchResult, capsys: pytest.CaptureFixture
):
    runs = [{"year": 4, "deed": "raise"}, {"year": 5, "deed": "die"}]
    result = run_batch(content(toy, runs=runs), tmp_path / "out", cluster=local)
    assert [(each.exception, each.cell) for each in result.failures.values()] == [
        ("ValueError", 3),
        ("DeadKernelError", 3),
    ]
    assert (tmp_path / "out" / "results.csv").read_bytes() == (expected.out / "results.csv").read_bytes()
    assert f"6 to do by 1 worker of the cluster at {local}" in capsys.readouterr().err
    for folder in expected.out.glob("toy-*"):
        ours = tmp_path / "out" / folder.name
        assert sorted(path.name for path in ours.iterdir()) == sorted(path.name for path in folder.iterdir())
        one, other = (json.loads((each / "manifest.json").read_text()) for each in (ours, folder))
        assert {name for name in one if one[name] != other[name]} <= {"started", "duration_seconds"}
    again = run_batch(content(toy, runs=runs), tmp_path / "out", cluster=local, progress=False)
    assert (again.performed, again.skipped) == (0, 4)


def dask(*arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "dask", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_a_lost_workers_runs_are_performed_elsewhere(toy: Path, tmp_path: Path, expected: BatchResult):
    waiting = {"year": 7, "deed": "wait", "place": str(tmp_path)}

    def began() -> int:
        """Wait for the kernel of the waiting run and return its number; its note exists before it is written."""
        note = tmp_path / "began 7"
        return int(wait_for(lambda: note.exists() and note.read_text()).split()[0])

    out, scheduler_file = tmp_path / "out", tmp_path / "scheduler.json"
    options = ("--scheduler-file", scheduler_file, "--no-dashboard")
    runner = ThreadPoolExecutor(1)
    started = [dask("scheduler", "--host", "127.0.0.1", "--port", 0, *options)]
    try:
        started += [
            dask("worker", *options, "--no-nanny", "--nthreads", 1, "--local-directory", tmp_path) for _ in "ab"
        ]
        address = json.loads(wait_for(lambda: scheduler_file.exists() and scheduler_file.read_text()))["address"]
        batch = runner.submit(run_batch, content(toy, runs=[waiting]), out, cluster=address, progress=False)
        kernel = began()
        lost = next(worker for worker in started[1:] if kernel in descendants(worker.pid))
        orphans = descendants(lost.pid)
        (tmp_path / "began 7").unlink()
        lost.kill()
        assert began() != kernel
        wait_for(lambda: not any(map(alive, orphans)))
        (tmp_path / "go on").touch()
        result = batch.result(PATIENCE)
        assert (result.performed, result.failures) == (5, {})
        gathered = (out / "results.csv").read_bytes().splitlines()
        assert gathered[: len(gathered) - 3] == (expected.out / "results.csv").read_bytes().splitlines()
    finally:
        (tmp_path / "go on").touch()
        runner.shutdown(wait=False)
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
            process.wait()


def test_workers_must_have_the_package(local: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster_module, "__version__", "9.9.9")
    with pytest.raises(InputError, match=r"every worker needs carec-digital-trade 9\.9\.9, .*127\.0\.0\.1:\d+ 0\.1\.0"):
        Cluster(local).__enter__()


def test_there_must_be_a_scheduler(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster_module, "_PATIENCE", 0.2)
    with pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://127.0.0.1:1: "):
        Cluster("tcp://127.0.0.1:1").__enter__()
    with pytest.raises(InputError, match=r"no Dask scheduler answers at nonsense://: "):
        Cluster("nonsense://").__enter__()


def test_what_a_run_rests_on_travels(toy: Path, tmp_path: Path, user_data: Path, monkeypatch: pytest.MonkeyPatch):
    tracker = made_files.csv(made_files.cyberlaw_file(), tmp_path / "tracker.csv", "utf-8")
    folder = importers.import_file("cyberlaw", tracker, vintage="2027-05").folder
    runs = plan_batch({"notebook": "snapshot", "fixed": {"vintage": "2027-05"}}, tmp_path).to_do
    own = plan_batch({"notebook": str(toy)}, tmp_path).to_do
    files = needed_files([*runs, *own])
    assert set(files) == {
        "notebooks/toy.ipynb",
        *(
            f"vintages/{path.relative_to(user_data / 'vintages').as_posix()}"
            for path in folder.rglob("*")
            if path.is_file()
        ),
    }
    assert set(needed_files(own)) == {"notebooks/toy.ipynb"}
    # There: another data folder, and nothing of this machine's.
    there = tmp_path / "there"
    write_files(files, there)
    shutil.rmtree(user_data)
    vintages.forget()
    with pytest.raises(InputError, match="there is no vintage '2027-05'"):
        plan_batch({"notebook": "snapshot", "fixed": {"vintage": "2027-05"}}, tmp_path)
    monkeypatch.setenv(vintages.FOLDER_VARIABLE, str(there))
    vintages.forget()
    (again,) = plan_batch({"notebook": "snapshot", "fixed": {"vintage": "2027-05"}}, tmp_path).to_do
    assert again.run_id == runs[0].run_id
    delivery = deliver(own[0].run_id, "toy.ipynb", own[0].parameters, there)
    assert delivery.error is None
    assert delivery.unpack(own[0]).results["value"].tolist() == [2024 * 5 / 7, 2024.0, 1e-9]
    assert sorted(path.name for path in there.iterdir()) == ["notebooks", "vintages"]


def test_other_inputs_are_refused_there(toy: Path, tmp_path: Path):
    (run,) = plan_batch({"notebook": str(toy)}, tmp_path / "out").to_do
    write_files(needed_files([run]), tmp_path / "there")
    for other in ("toy-000000000000", run.run_id):
        parameters = run.parameters if other != run.run_id else {"yaer": 1}
        delivery = deliver(other, "toy.ipynb", parameters, tmp_path / "there")
        result = delivery.unpack(run)
        assert (result.status, result.error.exception) == ("failed", "OtherInputs")
        assert json.loads((run.folder / "manifest.json").read_text())["error"]["message"] == result.error.message
    shutil.copytree(tmp_path / "there" / "notebooks", tmp_path / "other")
    namesake = plan_batch({"notebook": str(tmp_path / "other" / "toy.ipynb")}, tmp_path).to_do
    with pytest.raises(InputError, match=r"two notebooks are called toy\.ipynb"):
        needed_files([run, *namesake])


def test_a_delivery_that_cannot_be_unpacked_is_a_failure(toy: Path, tmp_path: Path):
    (run,) = plan_batch({"notebook": str(toy)}, tmp_path / "file").to_do
    write_files(needed_files([run]), tmp_path / "there")
    delivery = deliver(run.run_id, "toy.ipynb", run.parameters, tmp_path / "there")
    (tmp_path / "file").touch()
    assert delivery.unpack(run).error.exception == "NotADirectoryError"


def test_a_worker_that_hangs_is_killed(toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ours, theirs = multiprocessing.Pipe()
    command = [sys.executable, "-c", "import time; time.sleep(3_600)"]
    hanging = subprocess.Popen(command, pass_fds=[theirs.fileno()])
    theirs.close()
    monkeypatch.setattr(cluster_module, "GRACE", 0.0)
    monkeypatch.setattr(
        cluster_module, "source", lambda *_: SimpleNamespace(begin=lambda *_: Worker(hanging.pid, ours))
    )
    performer = cluster_module._Performer({}, 0.1)
    performer.setup(None)
    (run,) = plan_batch({"notebook": str(toy)}, tmp_path).to_do
    failure = performer.perform(run).unpack(run).error
    assert (failure.exception, failure.message) == ("Timeout", "the run took longer than 0.1 seconds")
    assert hanging.wait() == -signal.SIGKILL
