"""Nothing foreign is trusted: one bad manifest, table, descriptor or delivery spoils nothing else, and is named."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carec_digital_trade import cli
from carec_digital_trade.runs import execute, open_notebook, perform, plan
from carec_digital_trade.runs import folder as layout
from carec_digital_trade.runs.collect import RESULT_COLUMNS, as_found, as_text, read_results, written
from carec_digital_trade.runs.delivery import Delivery

pytestmark = pytest.mark.usefixtures("no_kernel")


@pytest.fixture
def cdt(capsys: pytest.CaptureFixture) -> Callable[..., tuple[int, str, str]]:
    """Call a command in this process; return status, output and errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        status = cli.status([str(each) for each in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def text(manifest: dict, **changed: Any) -> str:
    return json.dumps(manifest | changed)


BAD_MANIFESTS: dict[str, Callable[[dict], str | bytes]] = {
    "nothing": lambda _: "",
    "no JSON": lambda _: "{",
    "not UTF-8": lambda _: b"\xff\xfe\xff",
    "null": lambda _: "null",
    "a list": lambda manifest: json.dumps([manifest]),
    "a number": lambda _: "1",
    "deep": lambda _: "[" * 100_000,
    "deep within": lambda manifest: text(manifest, parameters={"a": json.loads("[" * 400 + "]" * 400)}),
    "a date that is null": lambda manifest: text(manifest, started=None),
    "a date that is none": lambda manifest: text(manifest, started="soon"),
    "a date that is a number": lambda manifest: text(manifest, started=5),
    "a duration of NaN": lambda manifest: text(manifest, duration_seconds=float("nan")),
    "a duration of infinity": lambda manifest: text(manifest, duration_seconds=0).replace('s": 0', 's": 1e400'),
    "a duration that is text": lambda manifest: text(manifest, duration_seconds="1"),
    "a negative duration": lambda manifest: text(manifest, duration_seconds=-1),
    "an unknown status": lambda manifest: text(manifest, status="splendid"),
    "a status that is a list": lambda manifest: text(manifest, status=["finished"]),
    "a title that is null": lambda manifest: text(manifest, title=None),
    "parameters that are a list": lambda manifest: text(manifest, parameters=[1]),
    "changes that are null": lambda manifest: text(manifest, changed=None),
    "an answer that is a number": lambda manifest: text(manifest, answer=3),
    "an answer that cannot be written": lambda manifest: text(manifest, answer="\ud800"),
    "figures that are a number": lambda manifest: text(manifest, figures=1),
    "a figure elsewhere": lambda manifest: text(manifest, figures=["../../x.png"]),
    "results that are text": lambda manifest: text(manifest, results="many"),
    "no hash": lambda manifest: text(manifest, results_sha256=None),
    "an error that is text": lambda manifest: text(manifest, status="failed", error="bad"),
    "an error without a message": lambda manifest: text(manifest, status="failed", error={"cell": 1, "exception": "E"}),
    "a failure without an error": lambda manifest: text(manifest, status="failed"),
    "another's name": lambda manifest: text(manifest, run_id="other-0123"),
    "too long": lambda manifest: text(manifest, answer="x" * 10_000_000),
    "a key gone": lambda manifest: json.dumps({key: manifest[key] for key in manifest if key != "changed"}),
}
STAND_INS: dict[str, Callable[[Path], Any]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a link": lambda path: path.symlink_to("/etc/hostname"),
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("kind", [*BAD_MANIFESTS, *STAND_INS])
def test_a_bad_manifest_is_left_out_and_named(toy: Path, tmp_path: Path, kind: str, cdt: Callable, batch: Path):
    assert perform(plan(open_notebook(toy), {"year": 1}, tmp_path)).status == "finished"
    bad = perform(plan(open_notebook(toy), {"year": 2}, tmp_path)).folder / "manifest.json"
    manifest = json.loads(bad.read_text())
    bad.unlink()
    if kind in STAND_INS:
        STAND_INS[kind](bad)
    else:
        content = BAD_MANIFESTS[kind](manifest)
        bad.write_bytes(content if isinstance(content, bytes) else content.encode())
    for command in (["run", toy], ["batch", batch], ["batch", batch, "--dry-run"]):
        code, _, errors = cdt(*command, "--out", tmp_path)
        assert (code, "Traceback" in errors) == (int(command == ["batch", batch]), False)
        said = f"{tmp_path / 'index.html'}: {bad.parent.name}, where manifest.json is not one that a run writes"
        assert (said in " ".join(errors.split())) == ("--dry-run" not in command)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert f"Left out, since their manifest.json is not one that a run writes: {bad.parent.name}." in page
    # The run itself is done again, or refused by name where a stranger stands in its way.
    code, _, errors = cdt("run", toy, "-p", "year=2", "--out", tmp_path)
    assert code == 0 or errors.startswith(f"cdt: {bad.parent}")
    assert "Traceback" not in errors


def test_a_changed_digit_is_named_and_its_run_left_out(toy: Path, tmp_path: Path, cdt: Callable):
    file = tmp_path / "b.yaml"
    file.write_text(json.dumps({"notebook": str(toy), "grid": {"year": [1, 2]}}))
    assert cdt("batch", file, "--out", tmp_path / "out")[0] == 0
    whole = (tmp_path / "out" / "results.csv").read_bytes()
    (run_id, _) = pd.read_csv(tmp_path / "out" / "results.csv")["run_id"]
    results = tmp_path / "out" / run_id / "results.csv"
    results.write_bytes(results.read_bytes().replace(b"1.5", b"1.6"))
    code, _, errors = cdt("batch", file, "--out", tmp_path / "out")
    assert code == 1
    assert f"{run_id}: the run failed: DamagedResults: results.csv is not the one that the run wrote" in errors
    assert run_id not in pd.read_csv(tmp_path / "out" / "results.csv")["run_id"].tolist()
    assert cdt("batch", file, "--out", tmp_path / "out")[0] == 0
    assert (tmp_path / "out" / "results.csv").read_bytes() == whole


FORMULAS = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''+x", "\n=1", "\uff1d1"]


@given(st.text() | st.sampled_from(FORMULAS))
def test_text_is_never_a_formula_and_comes_back(found: str):
    cell = as_text(found)
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n") or not cell
    assert as_found(cell) == found


def test_results_of_a_run_come_back_as_they_were():
    row = dict(
        zip(RESULT_COLUMNS, ["toy", "=t", "-r", None, 2024, "@m", "", -1.5, -2.5, float("-inf"), "+u"], strict=True)
    )
    frame = pd.DataFrame([row, row | {"table": "t", "value": None}]).astype({"year": "Int64"})
    frame = frame.astype(dict.fromkeys(["notebook", "table", "region", "iso3", "metric", "item", "unit"], "str"))
    assert written(frame).splitlines()[1] == b"toy,'=t,'-r,,2024,'@m,,-1.5,-2.5,-inf,'+u"


OWN_ROW = ["toy", "totals", "CAREC", "", "2024", "total", "", "1.5", "", "", "USD"]


@pytest.mark.parametrize("formula", ["=1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)"])
def test_no_formula_reaches_the_table_of_a_batch(toy: Path, tmp_path: Path, cdt: Callable, formula: str, monkeypatch):
    """Neither of a notebook of one's own nor of a run folder of a stranger, whose manifest vouches for it."""
    file = tmp_path / "b.yaml"
    file.write_text(json.dumps({"notebook": str(toy), "grid": {"year": [1, 2]}}))
    row = ["toy", formula, "CAREC", "", "2024", formula, "", "-1.5", "", "", "USD"]
    stranger = ",".join(RESULT_COLUMNS) + "\n" + ",".join(row) + "\n"
    own = execute.written
    monkeypatch.setattr(execute, "written", lambda frame: own(frame.assign(table=formula, unit=formula)))
    assert cdt("batch", file, "--out", tmp_path / "out")[0] == 0
    monkeypatch.setattr(execute, "written", lambda _: stranger.encode())
    assert cdt("run", toy, "-p", "year=1", "--out", tmp_path / "theirs")[0] == 0
    (theirs,) = (path for path in (tmp_path / "theirs").iterdir() if path.is_dir())
    layout.write_atomically(tmp_path / "out" / theirs.name / "results.csv", (theirs / "results.csv").read_bytes())
    layout.write_atomically(tmp_path / "out" / theirs.name / "manifest.json", (theirs / "manifest.json").read_bytes())
    assert cdt("batch", file, "--out", tmp_path / "out")[0] == 0
    with (tmp_path / "out" / "results.csv").open(newline="", encoding="utf-8") as gathered:
        rows = list(csv.DictReader(gathered))
    assert {each["table"] for each in rows} == {f"'{formula}"}
    assert rows[0]["value"] == "-1.5"
    assert set(read_results(tmp_path / "out" / "results.csv")["table"]) == {formula}


@pytest.mark.parametrize(
    "name", ["../evil", "/tmp/cdt-evil", "figures/../../evil", "figures/evil.html", "c:\\evil", "figures", "", "a\0b"]
)
def test_a_delivery_writes_nothing_but_what_a_run_writes(toy: Path, tmp_path: Path, name: str):
    done = perform(plan(open_notebook(toy), {}, tmp_path / "there"))
    files = {path.name: path.read_bytes() for path in done.folder.iterdir() if path.is_file()}
    here = plan(open_notebook(toy), {}, tmp_path / "here" / "out")
    before = sorted(tmp_path.rglob("*"))
    result = Delivery(None, {**files, name: b"evil"}).unpack(here)
    assert (result.error.exception, result.folder) == ("BadDelivery", here.folder)
    made = set(tmp_path.rglob("*")) - set(before)
    assert made == {here.folder.parents[1], here.out, here.folder, here.folder / "manifest.json"}
    assert not Path("/tmp/cdt-evil").exists()
    assert Delivery(None, files).unpack(here).status == "finished"


def test_a_delivery_of_another_run_or_into_a_strangers_folder_is_a_failure(toy: Path, tmp_path: Path):
    done = perform(plan(open_notebook(toy), {}, tmp_path / "there"))
    files = {path.name: path.read_bytes() for path in done.folder.iterdir() if path.is_file()}
    other = plan(open_notebook(toy), {"year": 1}, tmp_path / "out")
    assert Delivery(None, files).unpack(other).error.exception == "BadDelivery"
    here = plan(open_notebook(toy), {}, tmp_path / "out")
    (tmp_path / "elsewhere").mkdir()
    here.folder.symlink_to(tmp_path / "elsewhere")
    assert "has not made it" in Delivery(None, files).unpack(here).error.message
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("row", [["toy", "totals", "CAREC"], [*OWN_ROW, "more"], [*OWN_ROW[:7], "many", *OWN_ROW[8:]]])
def test_rows_that_are_no_results_spoil_neither_table_nor_chart(
    toy: Path, tmp_path: Path, cdt: Callable, row: list[str], monkeypatch
):
    """In the run folder of a stranger whose manifest vouches for them."""
    text = ",".join(RESULT_COLUMNS) + "\n" + ",".join(row) + "\n"
    with monkeypatch.context() as patch:
        patch.setattr(execute, "written", lambda _: text.encode())
        assert cdt("run", toy, "-p", "year=1", "--out", tmp_path / "out")[0] == 0
    file = tmp_path / "b.yaml"
    file.write_text(json.dumps({"notebook": str(toy), "grid": {"year": [1, 2]}, "chart": ["total"]}))
    status, *_ = cdt("batch", file, "--out", tmp_path / "out")
    assert status == (len(row) != len(OWN_ROW))
    assert (tmp_path / "out" / "index.html").is_file()
