"""Nothing of the user's is lost: what stands in a folder beforehand stands there afterwards, byte for byte."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import examples
from waiting import wait_for

from carec_digital_trade import cli, ownership, tables, vintages
from carec_digital_trade.datasets import describe
from carec_digital_trade.datasets import vintages as listed
from carec_digital_trade.errors import InputError
from carec_digital_trade.importers import SOURCES, storing
from carec_digital_trade.importers.storing import Reading
from carec_digital_trade.runs import open_notebook, plan
from carec_digital_trade.runs.clearing import LOCK

FOREIGN = b"a,b\n1,2\n"
pytestmark = pytest.mark.usefixtures("no_kernel")


KINDS: dict[str, Callable[[Path, Path], None]] = {
    "file": lambda path, _: path.write_bytes(FOREIGN),
    "empty file": lambda path, _: path.touch(),
    "folder": lambda path, _: (path.mkdir(), (path / "results.csv").write_bytes(FOREIGN)),
    "link to a file": lambda path, other: path.symlink_to(other / "file"),
    "link to a folder": lambda path, other: path.symlink_to(other),
    "dangling link": lambda path, other: path.symlink_to(other / "nothing"),
    "hard link": lambda path, other: path.hardlink_to(other / "file"),
    "pipe": lambda path, _: os.mkfifo(path),
}


def placed(folder: Path, things: dict[str, str], other: Path) -> list[Path]:
    """Put foreign things into a folder, as far as one does not stand in the other's way."""
    made = []
    for path, kind in ((folder / name, kind) for name, kind in things.items()):
        with contextlib.suppress(FileExistsError, NotADirectoryError, FileNotFoundError):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.parent.is_symlink() or os.path.lexists(path):
                continue
            KINDS[kind](path, other)
            made.append(path)
            if not path.is_symlink():
                os.utime(path, (time.time() - 1e6,) * 2)  # old, as what was left behind is
    return made


def seen(paths: list[Path]) -> dict[Path, Any]:
    """Say what things are, without opening a pipe or following a link."""
    found: dict[Path, Any] = {}
    for path in paths:
        mode = path.lstat().st_mode if os.path.lexists(path) else 0
        if stat.S_ISLNK(mode):
            found[path] = path.readlink()
        elif stat.S_ISDIR(mode):
            found |= {path: "folder", **seen(list(path.iterdir()))}
        else:
            found[path] = path.read_bytes() if stat.S_ISREG(mode) else stat.S_IFMT(mode)
    return found


def killed(action: Callable[[], Any], after: int) -> None:
    """Do something in a child that is killed when it has touched so many files."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # newer Pythons warn of threads, of which the child has none
        child = os.fork()
    if not child:
        left = [after]

        def count(event: str, _: Any) -> None:
            if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)

        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.addaudithook(count)
        try:
            action()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


OUT_NAMES = [
    *("results.csv", "failures.csv", "index.html", ".lock", LOCK, ".package.lock", ".config.bak.2024"),
    *(".vimrc.old.1", ".index.html.12345", ".results.csv.1", ".carec-digital-trade.0123456789abcdef.part"),
    *(".carec-digital-trade.x.part", "RUN", ".RUN.lock", "RUN/results.csv", "RUN/manifest.json", "RUN/.unfinished"),
    *("RUN/figures", "reports/index.html", ".git"),
]
ODD_NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


def things(names: list[str]) -> st.SearchStrategy[dict[str, str]]:
    odd = ODD_NAMES.filter(lambda name: name not in (".", ".."))
    return st.dictionaries(st.sampled_from(names) | odd, st.sampled_from(list(KINDS)), min_size=1, max_size=3)


STEPS = st.lists(
    st.tuples(st.sampled_from(["run", "batch", "retry"]), st.none() | st.integers(1, 60)), min_size=1, max_size=3
)
RELAXED = settings(
    max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.slow
@RELAXED
@given(found=things(OUT_NAMES), steps=STEPS, first=st.booleans())
def test_what_stands_in_a_folder_of_runs_stays(
    toy: Path, commands: dict, found: dict, steps: list, first: bool, capsys: pytest.CaptureFixture
):
    with tempfile.TemporaryDirectory() as scratch:
        out, other = Path(scratch, "out"), Path(scratch, "other")
        for folder in (out, other):
            folder.mkdir()
        (other / "file").write_bytes(b"another's")
        if first:  # a batch has been here before
            cli.status([*commands["batch"], "--out", str(out)])
        run_id = plan(open_notebook(toy), {}, out).run_id
        foreign = placed(out, {name.replace("RUN", run_id): kind for name, kind in found.items()}, other)
        before, outside = seen(foreign), seen([other])
        for name, kill_after in steps:
            arguments = [*commands[name], "--out", str(out)]
            if kill_after is None:
                assert cli.status(arguments) in (0, 1)
            else:
                killed(lambda arguments=arguments: cli.status(arguments), kill_after)
            assert before.items() <= seen(foreign).items()
            assert seen([other]) == outside
        assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["results.csv", "failures.csv", "index.html", LOCK])
def test_what_stands_in_the_way_is_refused_by_name_before_a_run(
    commands: dict, tmp_path: Path, name: str, kind: str, capsys: pytest.CaptureFixture
):
    out, other = tmp_path / "out", tmp_path / "other"
    for folder in (out, other):
        folder.mkdir()
    (other / "file").write_bytes(FOREIGN)
    KINDS[kind](out / name, other)
    assert cli.status([*commands["batch"], "--out", str(out)]) == 1
    error = capsys.readouterr().err
    assert error.splitlines()[-1] == (
        f"cdt: {out / name} is there already and carec-digital-trade has not made it: move it away, or choose another "
        "folder with --out"
    )
    assert [path.name for path in out.iterdir()] == [name]
    if name == "index.html":
        assert cli.status([*commands["run"], "--out", str(out)]) == 1
        assert [path.name for path in out.iterdir()] == [name]


def test_a_batch_replaces_its_own_files_and_goes_on_beside_a_strangers_folder(
    toy: Path, commands: dict, tmp_path: Path, capsys: pytest.CaptureFixture
):
    run = plan(open_notebook(toy), {"flow": "total"}, tmp_path)
    run.folder.mkdir()
    (run.folder / "thesis.tex").write_text("all of it")
    for _ in range(2):
        assert cli.status([*commands["retry"], "--out", str(tmp_path)]) == 1
        assert f"{run.folder} is there already and carec-digital-trade has not made it" in capsys.readouterr().err
        assert (tmp_path / "failures.csv").read_text().count("\n") == 3
    (run.folder / "thesis.tex").rename(tmp_path / "thesis.tex")  # an empty folder is taken
    assert cli.status([*commands["run"], "--out", str(tmp_path)]) == 0


def test_files_can_be_read_by_others(commands: dict, tmp_path: Path):
    before = os.umask(0o022)
    try:
        cli.status([*commands["batch"], "--out", str(tmp_path)])
    finally:
        os.umask(before)
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.rglob("*") if path.is_file()} == {"0o644"}


VINTAGE_NAMES = [
    *(".git", ".git/config", "unctad_deliverable", "unctad_deliverable/2027-06", "unctad_deliverable/.git"),
    *("unctad_deliverable/.2027-06.123", "unctad_deliverable/.carec-digital-trade.0123456789abcdef.part"),
    *("unctad_deliverable/.unfinished", "unctad_deliverable/2026-01/datapackage.json", "notes.txt"),
]


FRAME = pd.DataFrame({"iso3": ["KAZ"], "year": [2020], "flow": ["exports"], "value": [1.5]})


def take_in(name: str) -> None:
    """Store a vintage as an import does once it has read its file."""
    reading = Reading({"deliverable": FRAME})
    storing.store(SOURCES["unctad_deliverable"], name, reading, {"file": "f.csv", "retrieved": "2027-06-01"})


@pytest.mark.slow
@RELAXED
@given(found=things(VINTAGE_NAMES), kill_after=st.none() | st.integers(1, 40))
def test_what_stands_among_the_vintages_stays(user_data: Path, found: dict, kill_after: int | None):
    with tempfile.TemporaryDirectory() as scratch, pytest.MonkeyPatch.context() as patch:
        patch.setenv(vintages.FOLDER_VARIABLE, scratch)
        patch.setattr(tables, "parsed", lambda *_: (None, []))  # slow, and not what is asked here
        vintages.forget()
        other = Path(scratch, "other")
        other.mkdir()
        (other / "file").write_bytes(b"another's")
        foreign = placed(vintages.vintages_folder(), found, other)
        before, outside = seen(foreign), seen([other])
        if kill_after:
            killed(lambda: take_in("2027-06"), kill_after)
        try:
            take_in("2027-06")
        except (InputError, OSError) as refusal:  # in a sentence, as the command line prints it
            assert isinstance(refusal, InputError) or refusal.strerror
        listed()
        assert describe("table1", "bundled")
        assert before.items() <= seen(foreign).items()
        assert seen([other]) == outside
    vintages.forget()


def test_only_our_own_leftovers_are_swept(user_data: Path):
    parent = user_data / "vintages" / "unctad_deliverable"
    ours, theirs, young = (ownership.part(parent / "2027-06") for _ in range(3))
    for folder in (ours, theirs, young):
        folder.mkdir(parents=True)
        (folder / "raw").mkdir()
    for folder in (ours, young):
        ownership.mark(folder)
    for folder in (ours, theirs):
        os.utime(folder, (time.time() - 1e6,) * 2)
    take_in("2027-06")
    assert [folder.exists() for folder in (ours, theirs, young)] == [False, True, True]


LOCKED = """
import os, signal, sys
from pathlib import Path
from carec_digital_trade.runs.lock import locked

signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with locked(Path(sys.argv[1]), "busy"):
        print("locked", flush=True)
        while True:
            signal.pause()
except KeyboardInterrupt:
    os._exit(0)
"""


def test_a_lock_is_gone_after_any_number_of_interrupts(tmp_path: Path):
    lock = tmp_path / ".lock"
    for number in range(1, 6):
        process = subprocess.Popen([sys.executable, "-c", LOCKED, lock], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.readline()
        for _ in range(number):
            process.send_signal(signal.SIGINT)
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.0001)  # or each would interrupt the last one's handler, until Python's stack is full
        process.communicate()
        assert not lock.exists()


INTERRUPTED = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores interrupts
from carec_digital_trade.cli import main
main()
"""


def test_a_batch_leaves_no_lock_however_often_it_is_interrupted(toy: Path, tmp_path: Path):
    file, out = tmp_path / "b.yaml", tmp_path / "out"
    waiting = {"deed": "wait", "place": str(tmp_path)}
    file.write_text(json.dumps({"notebook": str(toy), "fixed": waiting, "grid": {"year": [1, 2]}}))
    command = [sys.executable, "-c", INTERRUPTED, "batch", file, "--out", out, "--workers", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: list(tmp_path.glob("began *")) or process.poll() is not None)
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.001)  # or the signals would be one
    assert [path for path in out.iterdir() if path.name.endswith(".lock")] in ([], [out / f".{_only(out)}.lock"])
    assert not (out / LOCK).exists()


def _only(out: Path) -> str:
    """The run that a worker, which is killed with its lock, had under way."""
    return next((path.name[1 : -len(".lock")] for path in out.glob(".toy-*.lock")), "")


@pytest.mark.parametrize("force", [False, True])
def test_an_export_replaces_only_what_it_is_told_to(tmp_path: Path, force: bool, capsys: pytest.CaptureFixture):
    (tmp_path / "file").write_bytes(FOREIGN)
    (tmp_path / "out.csv").symlink_to(tmp_path / "nothing" if not force else tmp_path / "file")
    status = cli.status(["data", "export", "table1", str(tmp_path / "out.csv"), *["--force"] * force])
    assert status == 1 - force
    assert (tmp_path / "out.csv").is_symlink() != force
    assert (tmp_path / "file").read_bytes() == FOREIGN
    assert not list(tmp_path.glob(".*"))
    capsys.readouterr()
