"""A batch file makes its runs, or all that is wrong with it is said at once, with the lines."""

from pathlib import Path
from typing import Any

import pytest

from carec_digital_trade.errors import InputError
from carec_digital_trade.runs import batchfile
from carec_digital_trade.runs.batchfile import Batch, BatchFileError, read_batch
from carec_digital_trade.yaml_core import COMMENT


def read(tmp_path: Path, text: str) -> Batch:
    path = tmp_path / "batch.yaml"
    path.write_text(text, encoding="utf-8")
    return read_batch(path, tmp_path / "out")


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(BatchFileError) as caught:
        read(tmp_path, text)
    assert not (tmp_path / "out").exists()
    return [fault.removeprefix(f"{tmp_path / 'batch.yaml'}, ") for fault in caught.value.faults]


def values(batch: Batch, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(run.parameters[name] for name in names) for run in batch.runs]


def test_grid_fixed_and_list(tmp_path: Path):
    batch = read(
        tmp_path,
        "notebook: snapshot              # or a list of notebooks\n"
        "fixed: {measure: deliverable}   # for every run\n"
        "grid: {year: [2018, 2019], flow: [total, exports]}   # every combination\n"
        "runs:                           # and these besides\n"
        "  - {year: 2015, flow: imports}\n"
        "  - {year: 2019, flow: total}\n",
    )
    assert values(batch, "year", "flow") == [
        (2018, "total"),
        (2018, "exports"),
        (2019, "total"),
        (2019, "exports"),
        (2015, "imports"),
    ]
    assert {run.parameters["measure"] for run in batch.runs} == {"deliverable"}
    assert (batch.repeated, batch.varied) == (1, ["year", "flow"])


def test_fixed_values_alone_are_one_run(tmp_path: Path):
    assert values(read(tmp_path, "notebook: snapshot\nfixed: {year: 2018}\n"), "year") == [(2018,)]
    assert values(read(tmp_path, "notebook: snapshot\nruns: [{year: 2018}, {}]\n"), "year") == [(2018,), (2024,)]


def test_values_are_read_by_the_core_rules(tmp_path: Path):
    batch = read(
        tmp_path,
        "notebook: snapshot\ngrid:\n  region: [[KAZ, NOR], CAREC]\n  seed: [010, 0x10]\n  benchmark: [ASEAN]\n",
    )
    assert values(batch, "region", "seed") == [
        (["KAZ", "NOR"], 10),
        (["KAZ", "NOR"], 16),
        ("CAREC", 10),
        ("CAREC", 16),
    ]


def test_several_notebooks(tmp_path: Path, toy: Path):
    (tmp_path / "own.ipynb").write_bytes(toy.read_bytes())
    batch = read(tmp_path, "notebook: [snapshot, own.ipynb]\ngrid: {year: [2018, 2019]}\n")
    assert [run.source.name for run in batch.runs] == ["snapshot", "snapshot", "own", "own"]


def test_a_mapping_is_a_batch_too(tmp_path: Path):
    batch = read_batch({"notebook": "snapshot", "grid": {"year": range(2018, 2020)}}, tmp_path)
    assert values(batch, "year") == [(2018,), (2019,)]
    with pytest.raises(BatchFileError, match=r"^the batch: there is no parameter 'yaer'"):
        read_batch({"notebook": "snapshot", "fixed": {"yaer": 2018}}, tmp_path)
    with pytest.raises(InputError, match="a batch may hold plain values only"):
        read_batch({"notebook": "snapshot", "fixed": {"year": object()}}, tmp_path)


ALL_WRONG = """notebook: [snapshot, snapshoot]
fixed: {measure: deliverable, yaer: 2000}
grid:
  year:
    - 2009
    - 2020
    - 2030
  flow: [total, exportss]
  region: [CAREC, [KAZ, KGZ],
           CARAC]
  seed: []
runs:
  - {year: 2015, measure: delivered}
  - 2015
chart: totals
foo: 1
"""


def test_all_faults_are_said_at_once_with_their_lines(tmp_path: Path):
    found = faults(tmp_path, ALL_WRONG)
    expected = [
        "line 1: there is no notebook 'snapshoot': the notebooks are ",
        "line 2: there is no parameter 'yaer': the parameters are region, ",
        "lines 2 and 5: year 2009 is not covered: deliverable has the years 2010 to 2023",
        "lines 2 and 7: year 2030 is not covered: deliverable has the years 2010 to 2023",
        "line 8: flow must be 'total', 'exports' or 'imports', not 'exportss'",
        "line 10: region: there is no region 'CARAC': write one of CAREC, ASEAN, EU, ",
        "line 11: seed in grid must be a list of at least one, such as [2019, 2020]",
        "line 13: measure is fixed on line 2 and set again: take out one of the two",
        "line 14: a run must hold lines of the form name: value, such as year: 2024",
        "line 15: there is no metric 'totals': ",
        "line 16: there is no key 'foo': the keys are notebook, fixed, grid, runs, chart",
    ]
    assert len(found) == len(expected)
    assert all(fault.startswith(start) for fault, start in zip(found, expected, strict=True))


def test_a_fault_of_one_notebook_says_which(tmp_path: Path, toy: Path):
    (tmp_path / "own.ipynb").write_bytes(toy.read_bytes())
    text = "notebook: [snapshot, own.ipynb]\ngrid: {year: [2018, text], seed: [1]}\n"
    assert faults(tmp_path, text) == [
        "line 2: snapshot: year must be a whole number such as 2024, not 'text'",
        "line 2: "
        + str(tmp_path / "own.ipynb")
        + ": there is no parameter 'seed': the parameters are year, flow, deed, "
        "place; did you mean 'deed'?",
        "line 2: " + str(tmp_path / "own.ipynb") + ": year must be a whole number, like its default 2024, not 'text'",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: this is no batch: write notebook, fixed, grid, runs or chart"),
        ("- snapshot\n", "line 1: this is no batch: "),
        ("grid: {year: [2018]}\n", "line 1: a batch needs a notebook, such as notebook: snapshot"),
        ("notebook: [snapshot, snapshot]\n", "line 1: the notebook snapshot is named twice"),
        (
            "notebook: snapshot\nfixed: {year: 1}\nfixed: {}\n",
            "line 3: fixed is given twice in the batch, first on line 2",
        ),
        ("notebook: snapshot\n\nfixed:\n  year: .inf\n", "line 4: it may hold finite numbers"),
        ("notebook: snapshot\nfixed:\n  region_exclude: #SGP\n  year: 2020\n", f"line 3: {COMMENT}"),
        ("notebook: snapshot\nfixed:\n  region_exclude: #SGP", f"line 3: {COMMENT}"),
        ("notebook: snapshot\nruns:\n  - year: 2020\n    region_exclude: #SGP\n  - year: 2021\n", f"line 4: {COMMENT}"),
        ("notebook: snapshot\ngrid:\n  region:\n    - CAREC\n    - #1\n", f"line 5: {COMMENT}"),
        ("notebook: snapshot\ngrid: {seed: 5}\n", "line 2: seed in grid must be a list"),
        ("notebook: snapshot\nchart: {a: 1}\n", "line 2: chart must be a metric or a list of metrics"),
    ],
)
def test_what_is_no_batch(tmp_path: Path, text: str, sentence: str):
    assert faults(tmp_path, text)[0].startswith(sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"notebook: [snapshot\n", r"the batch file .*batch.yaml is not YAML: line 2, column 1: "),
        (b"notebook: \xff\n", r"the batch file .*batch.yaml is not a text file in UTF-8"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes, sentence: str):
    (tmp_path / "batch.yaml").write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_batch(tmp_path / "batch.yaml", tmp_path)
    with pytest.raises(InputError, match=r"the batch file none.yaml cannot be read: no such file or directory"):
        read_batch("none.yaml", tmp_path)


def test_a_grid_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batchfile, "LARGEST_GRID", 3)
    text = "notebook: snapshot\ngrid: {year: [2018, 2019], seed: [1, 2]}\n"
    assert faults(tmp_path, text) == ["line 2: the grid has 4 combinations: leave at most 3"]
