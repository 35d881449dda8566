"""A batch ends with every run accounted for, whatever befalls some of them, and goes on where it stopped."""

import json
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from waiting import alive, cdt, wait_for

from carec_digital_trade import cli
from carec_digital_trade.errors import InputError
from carec_digital_trade.ownership import part
from carec_digital_trade.runs import workers
from carec_digital_trade.runs.batch import BatchResult, _beginning, perform_batch, run_batch
from carec_digital_trade.runs.clearing import LOCK
from carec_digital_trade.runs.lock import locked
from carec_digital_trade.runs.planning import plan_batch
from carec_digital_trade.runs.pool import Pool

from .conftest import descendants, write_notebook

YEARS = {"grid": {"year": [2001, 2002, 2003], "flow": ["total", "exports"]}}
RUNS = 6


def stamps(out: Path) -> dict[str, int]:
    """Return when each finished run was finished."""
    return {path.parent.name: path.stat().st_mtime_ns for path in out.glob("*/manifest.json")}


@pytest.fixture(scope="module")
def undisturbed(toy: Path, sharing: Callable, tmp_path_factory: pytest.TempPathFactory) -> BatchResult:
    """A batch that nothing befell, by one worker."""
    out = tmp_path_factory.mktemp("undisturbed")
    plan = plan_batch({"notebook": str(toy), **YEARS}, out)
    return perform_batch(plan, out, sharing(1), True, Console(quiet=True))


def test_the_table_holds_every_run_with_its_parameters(undisturbed: BatchResult):
    assert (undisturbed.total, undisturbed.performed, undisturbed.skipped, undisturbed.failures) == (RUNS, RUNS, 0, {})
    table = undisturbed.results
    assert table["year"].dtype == "Int64"  # as in a run's own table
    assert list(table)[:6] == [
        "run_id",
        "parameter_year",
        "parameter_flow",
        "parameter_deed",
        "parameter_place",
        "notebook",
    ]
    assert len(table) == RUNS * 3
    # In the order of the file, whoever finished first.
    assert table["parameter_year"].tolist() == [year for year in (2001, 2002, 2003) for _ in range(6)]
    first = table[table["region"] == "CAREC"].groupby("run_id", sort=False).first()
    expected = first["parameter_year"] * first["parameter_flow"].str.len() / 7
    pd.testing.assert_series_equal(first["value"], expected, check_names=False, rtol=1e-15)
    assert (undisturbed.out / "failures.csv").read_text() == "run_id,notebook,cell,exception,message\n"


def test_a_grid_over_what_nothing_reads_is_named(toy: Path, tmp_path: Path, sharing: Callable):
    path = write_notebook(tmp_path / "own.ipynb", "year = 1\nname = 'a'", "print(year)")
    plan = plan_batch({"notebook": str(path), "grid": {"year": [1, 2], "name": ["a", "b"]}}, tmp_path / "out")
    assert _beginning(plan, sharing(1)).endswith("; nothing in the notebook reads name, so it changes no result")
    varied = plan_batch({"notebook": str(toy), "grid": {"year": [1, 2]}}, tmp_path / "out")
    assert _beginning(varied, sharing(1)).endswith("by 1 worker")


def test_rows_are_those_that_the_run_wrote(undisturbed: BatchResult):
    for folder in undisturbed.out.glob("toy-*"):
        own = (folder / "results.csv").read_text().splitlines()[1:]
        gathered = (undisturbed.out / "results.csv").read_text().splitlines()
        assert [line.split(",toy,", 1)[1] for line in gathered if line.startswith(folder.name)] == [
            line.split("toy,", 1)[1] for line in own
        ]


def test_order_and_number_of_workers_do_not_matter(perform: Callable, undisturbed: BatchResult):
    result = perform(YEARS)
    assert (result.out / "results.csv").read_bytes() == (undisturbed.out / "results.csv").read_bytes()
    before = stamps(result.out)
    again = perform(YEARS)
    assert (again.performed, again.skipped) == (0, RUNS)
    assert stamps(result.out) == before


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_killed_batch_goes_on(toy: Path, undisturbed: BatchResult, tmp_path: Path, capsys: pytest.CaptureFixture):
    file, out = tmp_path / "batch.yaml", tmp_path / "out"
    file.write_text(json.dumps({"notebook": str(toy), **YEARS}))
    with tempfile.TemporaryDirectory(prefix="t") as scratch:  # a short path, as sockets need
        with cdt("batch", file, "--out", out, "--workers", 1, TMPDIR=scratch) as process:
            wait_for(lambda: len(stamps(out)) >= RUNS // 3)
            started = descendants(process.pid)
        wait_for(lambda: not any(map(alive, started)))
        assert not list(Path(scratch).iterdir())
    before = stamps(out)
    assert RUNS // 3 <= len(before) < RUNS
    assert not (out / "results.csv").exists()
    half = part(out / "index.html")  # written by a process that was killed two hours ago
    half.write_text('<meta name="generator" content="carec-digital-trade">')
    os.utime(half, (time.time() - 7200,) * 2)
    assert cli.status(["batch", str(file), "--out", str(out)]) == 0
    printed = f"{RUNS} runs: {RUNS - len(before)} performed, {len(before)} finished before, 0 failed\n"
    assert capsys.readouterr().out.startswith(printed)
    assert (out / "results.csv").read_bytes() == (undisturbed.out / "results.csv").read_bytes()
    assert before.items() <= stamps(out).items()
    assert {path.name for path in out.iterdir() if path.is_file()} == {"results.csv", "failures.csv", "index.html"}


def test_a_killed_worker_fails_its_run_only(perform: Callable, undisturbed: BatchResult, tmp_path: Path, pool: Pool):
    out = tmp_path / "out"

    def kill() -> None:
        wait_for(lambda: len(stamps(out)) >= RUNS // 3)
        under_way = wait_for(lambda: [each for each in pool._busy if each.run.run_id not in stamps(out)])
        os.kill(under_way[0].worker.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    slow = perform({"grid": {**YEARS["grid"], "deed": ["take a while"]}})
    killer.join()
    (failure,) = slow.failures.values()
    assert (failure.exception, failure.cell) == ("LostWorker", None)
    assert slow.performed == RUNS
    before = stamps(out)
    again = perform({"grid": {**YEARS["grid"], "deed": ["take a while"]}})
    assert (again.performed, again.failures) == (1, {})
    kept = {name: stamp for name, stamp in before.items() if name not in slow.failures}
    assert kept.items() <= stamps(out).items()
    ours = again.results.drop(columns=["run_id", "parameter_deed"])
    pd.testing.assert_frame_equal(ours, undisturbed.results.drop(columns=["run_id", "parameter_deed"]))


def test_a_killed_preloaded_process_is_started_again(perform: Callable, sharing: Callable, tmp_path: Path):
    one = sharing(1)

    def kill() -> None:
        wait_for((tmp_path / "began 2").exists)
        one._source._process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    runs = [{"year": 1}, {"year": 2, "deed": "wait", "place": str(tmp_path)}, {"year": 3}]
    result = perform({"runs": runs}, place=one)
    killer.join()
    assert [failure.exception for failure in result.failures.values()] == ["LostWorker"]
    assert result.performed == 3


def test_a_full_disk_fails_the_run_and_no_other(toy: Path, perform: Callable, sharing: Callable, tmp_path: Path):
    out = tmp_path / "out"
    runs = [{"year": 1}, {"year": 2, "deed": "fill the disk", "place": str(out)}, {"year": 3}]
    result = perform({"runs": runs}, place=sharing(1))
    (failure,) = result.failures.values()
    assert failure.sentence == "the run failed: OSError: [Errno 28] No space left on device"
    assert sorted(result.results["parameter_year"].unique()) == [1, 3]
    # It failed in no cell, so the same command performs it again.
    again = plan_batch({"notebook": str(toy), "runs": runs}, out)
    assert [run.parameters["year"] for run in again.to_do] == [2]


@pytest.fixture
def three_bad(tmp_path: Path) -> dict:
    """Twenty runs, three of which fail as long as a file is missing."""
    bad = [{"year": year, "deed": "raise", "place": str(tmp_path / "mended")} for year in (3001, 3002, 3003)]
    return {"grid": {"year": list(range(2001, 2018))}, "runs": bad}


@pytest.mark.usefixtures("here")
def test_three_bad_runs_in_twenty(
    toy: Path, three_bad: dict, tmp_path: Path, capsys: pytest.CaptureFixture, perform: Callable
):
    file, out = tmp_path / "batch.yaml", tmp_path / "out"
    file.write_text(json.dumps({"notebook": str(toy), **three_bad}))
    assert cli.status(["batch", str(file), "--out", str(out)]) == 1
    printed, errors = capsys.readouterr()
    assert printed.splitlines() == [
        "20 runs: 20 performed, 0 finished before, 3 failed",
        f"results:  {out / 'results.csv'}",
        f"failures: {out / 'failures.csv'}",
        f"index:    {out / 'index.html'}",
    ]
    lines = errors.splitlines()
    assert lines[0].startswith("20 runs: 0 finished before, 20 to do by ")
    assert lines[-2].startswith("20 of 20 runs done, 3 failed, ")  # a plain line, since this is no terminal
    assert "\x1b" not in errors
    assert lines[-1].startswith("cdt: toy-")
    assert "the run failed in code cell 3: ValueError: no data for 3001, see " in lines[-1]
    assert lines[-1].endswith(f", and 2 more in {out / 'failures.csv'}")
    results = pd.read_csv(out / "results.csv")
    assert results["run_id"].nunique() == 17
    failures = pd.read_csv(out / "failures.csv")
    assert failures["parameter_year"].tolist() == [3001, 3002, 3003]
    assert set(failures["exception"]) == {"ValueError"}
    assert set(failures["cell"]) == {3}
    assert failures["message"][0].startswith("no data for 3001")

    # Once the cause is mended, those three are performed again if asked for, and no other.
    before = stamps(out)
    left_alone = perform(three_bad)
    assert (left_alone.performed, left_alone.skipped, len(left_alone.failures)) == (0, 17, 3)
    (tmp_path / "mended").touch()
    assert stamps(out) == before
    retried = perform(three_bad, retry_failed=True)
    assert (retried.performed, retried.skipped, retried.failures) == (3, 17, {})
    assert retried.results["run_id"].nunique() == 20
    changed = {name for name, stamp in stamps(out).items() if stamp != before[name]}
    assert changed == set(failures["run_id"])


def test_a_dead_kernel(perform: Callable, sharing: Callable):
    result = perform({"runs": [{"year": 1, "deed": "die"}, {"year": 3, "deed": "take a while"}]}, place=sharing(2))
    (failure,) = result.failures.values()
    assert (failure.exception, failure.message, failure.cell) == (
        "DeadKernelError",
        "the kernel ended with exit status 3",
        3,
    )
    assert result.results["parameter_year"].unique().tolist() == [3]


def test_a_run_past_its_time(perform: Callable, sharing: Callable, tmp_path: Path):
    runs = [{"year": 2, "deed": "wait", "place": str(tmp_path)}]
    result = perform({"runs": runs}, place=sharing(1, timeout=1.5))
    (failure,) = result.failures.values()
    assert (failure.exception, failure.message) == ("Timeout", "the run took longer than 1.5 seconds")
    began = tmp_path / "began 2"
    assert not began.exists() or not alive(int(began.read_text().split()[0]))  # a busy machine may not come so far


def test_the_first_failure_can_be_the_last(perform: Callable, sharing: Callable):
    runs = [{"year": 1}, {"year": 2, "deed": "raise"}, {"year": 3}, {"year": 4}]
    result = perform({"runs": runs}, place=sharing(1), keep_going=False)
    assert (result.performed, result.unstarted, len(result.failures)) == (2, 2, 1)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("times", [1, 2])
def test_an_interruption(toy: Path, tmp_path: Path, times: int, capsys: pytest.CaptureFixture):
    file, out = tmp_path / "batch.yaml", tmp_path / "out"
    runs = [{"year": 1}, {"year": 2, "deed": "wait", "place": str(tmp_path)}, {"year": 3}]
    file.write_text(json.dumps({"notebook": str(toy), "runs": runs}))
    errors, kernels = [], []

    def said(words: str) -> bool:
        errors.append(capsys.readouterr().err)
        return words in "".join(errors)

    def interrupt() -> None:
        began = tmp_path / "began 2"
        kernels.append(int(wait_for(lambda: began.exists() and began.read_text()).split()[0]))
        os.kill(os.getpid(), signal.SIGINT)
        wait_for(lambda: said("interrupted: finishing the runs under way; a second Ctrl-C abandons them\n"))
        if times == 2:
            os.kill(os.getpid(), signal.SIGINT)
        else:
            (tmp_path / "go on").touch()

    impatient = threading.Thread(target=interrupt)
    impatient.start()
    status = cli.status(["batch", str(file), "--out", str(out), "--workers", "1"])
    impatient.join()
    assert status == 130
    assert said(
        f"cdt: interrupted with {3 - times} of 3 runs finished; "
        "the same command goes on with the others and gathers the results\n"
    )
    assert len(stamps(out)) == len([path for path in out.iterdir() if path.is_dir()]) == 3 - times
    assert {path.name for path in out.iterdir() if path.is_file()} == set()
    wait_for(lambda: not alive(kernels[0]))


def test_two_batches_in_one_folder(perform: Callable, tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    said = rf"another batch runs in .*out \(process {os.getpid()} on "
    with locked(out / LOCK, ""), pytest.raises(InputError, match=said):
        perform({"fixed": {"year": 1}})
    assert not list(out.iterdir())  # nothing of the one, nothing of the other
    for name in (LOCK, ".toy-0123.lock"):
        (out / name).write_text("carec-digital-trade, process 1 on a machine that lost its power")
    assert perform({"fixed": {"year": 1}}).failures == {}
    assert not list(out.glob(".*"))


def test_a_damaged_table_is_noticed_and_made_anew(perform: Callable):
    first = perform({"grid": {"year": [1, 2]}})
    damaged = first.out / first.results["run_id"][0] / "results.csv"
    whole = damaged.read_text()
    damaged.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    second = perform({"grid": {"year": [1, 2]}})
    assert [failure.exception for failure in second.failures.values()] == ["DamagedResults"]
    assert second.results["parameter_year"].unique().tolist() == [2]
    third = perform({"grid": {"year": [1, 2]}})
    assert (third.performed, third.failures, damaged.read_text()) == (1, {}, whole)


def test_a_dry_run_writes_nothing(toy: Path, tmp_path: Path, undisturbed: BatchResult, capsys: pytest.CaptureFixture):
    file = tmp_path / "batch.yaml"
    file.write_text(json.dumps({"notebook": str(toy), "grid": {"year": list(range(2001, 2041)), "flow": ["exports"]}}))
    out = tmp_path / "out"
    assert cli.status(["batch", str(file), "--out", str(out), "--workers", "4", "--dry-run"]) == 0
    printed, errors = capsys.readouterr()
    assert (errors, out.exists()) == ("", False)
    assert printed.count("to do  ") == 30
    assert printed.splitlines()[-3:] == [
        "... and 10 more",
        "40 runs: 0 finished before, 40 to do",
        "estimated time: 30 s by 4 workers, partly a guess, since not every notebook has been timed here",
    ]
    assert cli.status(["batch", str(file), "--out", str(undisturbed.out), "--workers", "4", "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("finished  ") == 3
    assert "40 runs: 3 finished before, 37 to do" in printed
    assert ", as runs here have taken" in printed


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"workers": 0}, "a batch needs 1 worker at least, not 0"),
        ({"timeout": 0}, "a run needs time: give a timeout of more than 0 seconds, not 0"),
        ({"workers": 2, "cluster": "tcp://127.0.0.1:1"}, "a cluster has workers of its own"),
    ],
)
def test_options_that_do_not_fit(toy: Path, tmp_path: Path, options: dict, sentence: str):
    with pytest.raises(InputError, match=sentence):
        run_batch({"notebook": str(toy)}, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("here")
def test_faults_are_printed_one_a_line_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture):
    file, out = tmp_path / "batch.yaml", tmp_path / "out"
    file.write_text("notebook: snapshot\ngrid: {yaer: [2018], flow: [both]}\n")
    status = cli.status(["batch", str(file), "--out", str(out)])
    printed, errors = capsys.readouterr()
    assert (status, printed, out.exists()) == (1, "", False)
    assert [line.partition(": ")[0] for line in errors.splitlines()] == ["cdt", "cdt"]
    assert f"cdt: {file}, line 2: flow must be 'total', 'exports' or 'imports', not 'both'" in errors.splitlines()


def test_a_folder_that_cannot_be_made(perform: Callable, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"the folder .*file/out cannot be made: not a directory"):
        perform({"fixed": {"year": 1}}, tmp_path / "file" / "out")


def test_where_nothing_can_be_forked_kernels_are_ordinary(
    toy: Path, tmp_path: Path, undisturbed: BatchResult, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setattr(workers, "can_fork", lambda: False)
    monkeypatch.setattr("carec_digital_trade.runs.pool.can_fork", lambda: False)
    result = run_batch({"notebook": str(toy), "fixed": {"year": 2001}}, tmp_path / "out", workers=1)
    assert (result.performed, result.failures) == (1, {})
    assert "by 1 worker (with ordinary kernels, since this system does not fork safely)" in capsys.readouterr().err
    expected = undisturbed.results
    chosen = expected["parameter_flow"].isin(["total"]) & (expected["parameter_year"] == 2001)
    pd.testing.assert_frame_equal(result.results, expected[chosen].reset_index(drop=True))
    shutil.rmtree(tmp_path / "out")
