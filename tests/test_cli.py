"""Commands print what they did, or one sentence that says what was wrong, and exit accordingly."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import carec_digital_trade
from carec_digital_trade import cli, datasets, runs

COMMAND = [sys.executable, "-c", "from carec_digital_trade.cli import main; main()"]


@pytest.fixture
def cdt(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Call a command in this process; return status, output and errors."""

    def call(*arguments: object) -> tuple[int, str, str]:
        status = cli.status([str(each) for each in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's own notebook that hands over one number."""
    bundle = {
        "columns": ["table", "region", "iso3", "year", "metric", "item", "value", "low", "high", "unit"],
        "rows": [["totals", "CAREC", None, 2024, "total", "", 1.0, None, None, "USD million"]],
    }
    show = (
        "from IPython.display import display\n"
        f"display({{'application/vnd.carec-digital-trade.results+json': {bundle!r}}}, raw=True)\nassert year > 2000"
    )
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# My own", "id": "a"},
        _code("b", "year = 2024  # the year", ["parameters"]),
        _code("c", show, []),
    ]
    path = tmp_path / "own.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    return path


def _code(name: str, source: str, tags: list[str]) -> dict:
    cell = {"cell_type": "code", "execution_count": None, "outputs": [], "id": name}
    return cell | {"metadata": {"tags": tags}, "source": source}


def test_a_run_prints_where_it_is(cdt: Callable, own: Path, tmp_path: Path):
    out = tmp_path / "reports"
    status, printed, errors = cdt("run", own, "-p", "year=2020", "--out", out)
    assert (status, errors) == (0, "")
    run_id = printed.partition(":")[0]
    assert printed.splitlines() == [
        f"{run_id}: finished",
        f"folder: {out / run_id}",
        f"report: {out / run_id / 'report.html'}",
        f"index:  {out / 'index.html'}",
    ]
    status, printed, errors = cdt("run", own, "-p", "year=2020", "--out", out)
    assert (status, printed.splitlines()[0]) == (0, f"{run_id}: finished before with the same inputs, so skipped")


def test_a_failed_run_is_one_sentence(cdt: Callable, own: Path, tmp_path: Path):
    file = tmp_path / "set.yaml"
    file.write_text("year: 1999\n")
    status, printed, errors = cdt("run", own, "--params", file, "--out", tmp_path / "reports")
    assert (status, printed) == (1, "")
    assert errors.startswith("cdt: the run failed in code cell 3: AssertionError: (what there is of it is in ")
    assert errors.count("\n") == 1
    status, _, errors = cdt("run", own, "--params", file, "--out", tmp_path / "reports", "--debug")
    assert status == 1
    assert "----> 3 assert year > 2000" in errors


def test_what_is_typed_overrides_the_file(cdt: Callable, own: Path, tmp_path: Path):
    file = tmp_path / "set.yaml"
    file.write_text("year: 1999\n")
    status, printed, _ = cdt("run", own, "--params", file, "-p", "year=2021", "--out", tmp_path / "reports")
    assert status == 0
    manifest = tmp_path / "reports" / printed.partition(":")[0] / "manifest.json"
    assert json.loads(manifest.read_text())["parameters"] == {"year": 2021}


def test_a_tilde_is_the_home_folder_at_every_entry(cdt: Callable, own: Path, tmp_path: Path, monkeypatch):
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    (home / "batch.yaml").write_text(f"notebook: {own}\nfixed: {{year: 2021}}\n")
    (home / "set.yaml").write_text("year: 2021\n")
    for arguments in [
        ("run", own, "--params", "~/set.yaml", "--out=~/runs"),
        ("batch", "~/batch.yaml", "--out=~/runs"),
        ("data", "export", "economies", "~/economies.csv"),
    ]:
        status, printed, errors = cdt(*arguments)
        assert (status, str(home) in printed) == (0, True), errors
    assert runs.run(own, {"year": 2021}, "~/runs").skipped
    assert runs.run_batch({"notebook": str(own), "fixed": {"year": 2021}}, "~/runs", progress=False).skipped == 1
    assert list(here.iterdir()) == []
    status, _, errors = cdt("run", own, "--out=~nobody-of-this-name/runs")
    assert (status, errors) == (1, "cdt: there is no home folder for ~nobody-of-this-name/runs: write it without ~\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-p", "yaer=2020"], "there is no parameter 'yaer': the parameters are year; did you mean 'year'?"),
        (["-p", "year=text"], "year must be a whole number, like its default 2024, not 'text'"),
        (["-p", "year=2020.5"], "year must be a whole number, like its default 2024, not 2020.5"),
        (["-p", "year="], "year needs a value, such as year=2024, or year=null for none"),
        (["-p", "year"], "a parameter is given as name=value, such as year=2024, not 'year'"),
        (["-p", "year=1", "-p", "year=2"], "the parameter year is given twice, as 1 and as 2"),
        (["-p", "year=#1"], "the value of year=#1 cannot be read: what follows # is a comment in YAML: quote it"),
        (["-p", "year=[1"], "the value of year=[1 cannot be read: line 1, column 3: "),
        (["--params", "none.yaml"], "the parameter file none.yaml cannot be read: no such file or directory"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(
    cdt: Callable, own: Path, tmp_path: Path, arguments: list[str], sentence: str
):
    status, printed, errors = cdt("run", own, *arguments, "--out", tmp_path / "reports")
    assert (status, printed) == (1, "")
    assert errors.startswith(f"cdt: {sentence}")
    assert errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == [own]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "missing command (see cdt --help)"),
        (["run"], "missing argument 'notebook' (see cdt run --help)"),
        (["runn"], "no such command 'runn'; did you mean 'run'? (see cdt --help)"),
        (["data", "show"], "missing argument 'table' (see cdt data show --help)"),
        (["run", "snapshot", "--foo"], "no such option: --foo (possible options: --out) (see cdt run --help)"),
        (["run", "snapshot", "-p"], "option '-p' requires an argument (see cdt --help)"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(cdt: Callable, arguments: list[str], sentence: str):
    status, printed, errors = cdt(*arguments)
    assert (status, printed) == (2, "")
    assert errors.lower() == f"cdt: {sentence}\n"


def test_params(cdt: Callable, own: Path):
    status, printed, _ = cdt("params", own)
    assert status == 0
    assert printed.startswith("My own\n")
    assert ["year", "whole number", "2024", "the year"] in [
        [cell.strip() for cell in line.split("  ") if cell.strip()] for line in printed.splitlines()
    ]
    status, printed, _ = cdt("params", own, "--json")
    assert json.loads(printed)["properties"]["year"] == {"type": "integer", "default": 2024, "description": "the year"}


def test_data_list_and_show(cdt: Callable):
    status, printed, _ = cdt("data", "list")
    assert status == 0
    assert all(f" {name} " in printed for name in datasets.catalogue()["table"])
    status, printed, _ = cdt("data", "show", "delivered")
    assert status == 0
    described = datasets.describe("delivered")
    for words in [described["title"], described["hash"], described["vintage"], described["sources"][0]["path"]]:
        assert words in printed
    assert f"rows:      {len(datasets.load('delivered'))}" in printed


def test_data_show_prints_brackets_and_missing_values(cdt: Callable):
    status, printed, _ = cdt("data", "show", "cpta")
    assert status == 0
    assert "NaT" not in printed
    assert "nan" not in printed.split("The first rows as loaded")[1]


def test_data_verify(cdt: Callable, data_copy: Path):
    assert cdt("data", "verify")[:2] == (0, f"all {len(datasets.catalogue())} tables: as published\n")
    path = data_copy / "raw" / "table1.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("385764", "385765"), encoding="utf-8", newline="\n")
    status, printed, errors = cdt("data", "verify", "table1")
    row = next(at for at, line in enumerate(path.read_text().splitlines(), start=1) if "385765" in line)
    assert status == 1
    assert printed.startswith(f"raw/table1.csv, row {row}: ")
    assert errors.startswith(f"cdt: the data are not as published: raw/table1.csv, row {row}: ")
    assert errors.count("\n") == 1
    assert cdt("data", "verify", "delivered")[0] == 0
    path.unlink()
    assert cdt("data", "verify", "table1")[2].startswith(
        "cdt: the data are not as published: raw/table1.csv: the file is missing"
    )


def test_data_export(cdt: Callable, tmp_path: Path):
    frame = datasets.load("cpta")
    csv, as_json = tmp_path / "cpta.csv", tmp_path / "cpta.JSON"
    assert cdt("data", "export", "cpta", csv) == (0, f"{csv}: {len(frame)} rows\n", "")
    assert cdt("data", "export", "cpta", as_json)[0] == 0
    read = pd.read_csv(csv, parse_dates=["signed", "party_since"], keep_default_na=False, na_values=[""])
    pd.testing.assert_frame_equal(read, frame, check_dtype=False)
    records = json.loads(as_json.read_text(encoding="utf-8"))
    assert [each["iso3"] for each in records] == frame["iso3"].tolist()
    dates = frame["party_since"].dt.strftime("%Y-%m-%d")
    assert [each["party_since"] for each in records] == dates.astype("object").where(dates.notna(), None).tolist()


def test_data_export_keeps_every_digit(cdt: Callable, tmp_path: Path):
    frame = datasets.load("delivered")
    assert cdt("data", "export", "delivered", tmp_path / "d.csv")[0] == 0
    pd.testing.assert_series_equal(
        pd.read_csv(tmp_path / "d.csv", keep_default_na=False, na_values=[""])["value"],
        frame["value"],
        check_exact=True,
    )


def test_data_export_refuses(cdt: Callable, tmp_path: Path):
    for name, sentence in [
        ("t.xlsx", f"the file must end in .csv or .json, not '.xlsx': {tmp_path / 't.xlsx'}"),
        ("t", "the file must end in .csv or .json, not 'nothing'"),
        ("none/t.csv", f"there is no folder {tmp_path / 'none'} to write t.csv into"),
    ]:
        status, _, errors = cdt("data", "export", "table1", tmp_path / name)
        assert status == 1
        assert errors.startswith(f"cdt: {sentence}")
    assert not list(tmp_path.iterdir())
    (tmp_path / "t.csv").write_text("mine")
    status, _, errors = cdt("data", "export", "table1", tmp_path / "t.csv")
    assert (status, errors) == (
        1,
        f"cdt: {tmp_path / 't.csv'} is there already: choose another name, or add --force to replace it\n",
    )
    assert (tmp_path / "t.csv").read_text() == "mine"
    assert cdt("data", "export", "table1", tmp_path / "t.csv", "--force")[0] == 0
    assert (tmp_path / "t.csv").read_text().startswith("iso3,")


def test_an_unknown_table_is_one_sentence_and_a_traceback_with_debug(cdt: Callable):
    status, _, errors = cdt("data", "show", "tabel1")
    assert (status, errors.count("\n")) == (1, 1)
    assert errors.endswith("did you mean 'table1'?\n")
    assert "Traceback" in cdt("data", "--debug", "show", "tabel1")[2]


def test_a_file_that_cannot_be_written_is_one_sentence(cdt: Callable, tmp_path: Path):
    (tmp_path / "t.csv").mkdir()
    status, _, errors = cdt("data", "export", "table1", tmp_path / "t.csv", "--force")
    assert (status, errors.count("\n")) == (1, 1)
    assert errors.endswith(": is a directory\n")


def test_help_is_quick_and_a_closed_pipe_is_quiet():
    loaded = (
        "from carec_digital_trade import cli; import sys; cli.status(['--help']); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=False).returncode == 0
    piped = subprocess.Popen([*COMMAND, "data", "show", "table1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    piped.stdout.close()
    assert piped.stderr.read() == b""
    assert piped.wait() == 1
    piped.stderr.close()


def test_a_retired_code_is_said_in_a_sentence(tmp_path: Path):
    done = subprocess.run(
        [*COMMAND, "run", "snapshot", "-p", "region=[ROM, KAZ]", "-p", "year=1990", "--out", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines() == [
        "cdt: ROM is a retired code: Romania (ROU) is taken for it",
        "cdt: year 1990 is not covered: delivered has the years 2005 to 2025",
    ]


def test_a_package_that_cannot_be_imported_is_named(tmp_path: Path):
    (tmp_path / "pandas.py").write_text("raise RuntimeError('broken')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(
        [*COMMAND, "run", "snapshot"], capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
    )
    sentence = f"cdt: a package cannot be imported: RuntimeError: broken (in {tmp_path / 'pandas.py'})\n"
    assert (ended.returncode, ended.stderr) == (1, sentence)


def test_a_notebook_without_a_finding_finishes_and_says_so(cdt: Callable, own: Path, tmp_path: Path):
    content = json.loads(own.read_text())
    content["cells"][2]["source"] = "print(year)"
    own.write_text(json.dumps(content))
    status, printed, errors = cdt("run", own, "--out", tmp_path / "reports")
    assert (status, errors) == (0, "")
    assert "table:  none, since the notebook shows no finding" in printed
    (results,) = (tmp_path / "reports").glob("*/results.csv")
    assert results.read_text().startswith("notebook,table,region")


def test_the_version(cdt: Callable):
    assert cdt("--version") == (0, f"cdt {carec_digital_trade.__version__}\n", "")


def test_a_dry_run_checks_and_writes_nothing(cdt: Callable, own: Path, tmp_path: Path):
    out = tmp_path / "reports"
    status, printed, _ = cdt("run", own, "-p", "year=2020", "--out", out, "--dry-run")
    assert status == 0
    assert "to do" in printed
    assert "with:   year=2020" in printed
    assert not out.exists()
    assert cdt("run", own, "-p", "yaer=2020", "--out", out, "--dry-run")[0] == 1
