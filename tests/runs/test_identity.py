"""The same inputs make the same run, any other input another."""

import dataclasses
from pathlib import Path

import pytest

from carec_digital_trade import vintages
from carec_digital_trade.errors import InputError
from carec_digital_trade.runs import identity, open_notebook, plan
from carec_digital_trade.runs.report import command


def test_same_inputs_same_identity(toy: str, tmp_path: Path):
    source = open_notebook(toy)
    one = plan(source, {}, tmp_path)
    assert one.run_id == plan(open_notebook(toy), {"year": 2024, "region": "carec"}, tmp_path / "elsewhere").run_id
    assert one.run_id.startswith("toy-")
    assert one.folder == tmp_path / one.run_id
    assert one.changed == {}
    assert list(one.data) == ["table1", "delivered"]


def test_any_other_input_another_identity(toy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = open_notebook(toy)
    runs = [
        plan(source, {}, tmp_path),
        plan(source, {"year": 2023}, tmp_path),
        plan(source, {"points": 4}, tmp_path),
        plan(dataclasses.replace(source, digest="0" * 64), {}, tmp_path),
    ]
    monkeypatch.setattr(identity, "__version__", "9.9.9")
    runs.append(plan(source, {}, tmp_path))
    monkeypatch.setattr(identity, "describe", lambda table, vintage: {"vintage": vintage, "hash": "sha256:0"})
    vintages.forget()
    runs.append(plan(source, {}, tmp_path))
    vintages.forget()
    assert len({run.run_id for run in runs}) == len(runs)


def test_bad_input_writes_nothing(toy: str, tmp_path: Path):
    with pytest.raises(InputError, match=r"there is no parameter 'regoin'.*did you mean 'region'"):
        plan(open_notebook(toy), {"regoin": "CAREC"}, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_an_error_quotes_what_was_typed(toy: str, tmp_path: Path):
    with pytest.raises(InputError, match=r"not 10 \(typed: points=010\)$"):
        plan(open_notebook(toy), {"points": 10}, tmp_path, {"points": "010"})
    with pytest.raises(InputError, match=r"not 10$"):
        plan(open_notebook(toy), {"points": 10}, tmp_path, {"points": "10"})


def test_the_command_makes_the_same_run(toy: str, tmp_path: Path):
    run = plan(open_notebook(toy), {"year": 2020, "region": ["KAZ", "UZB"], "region_exclude": []}, tmp_path)
    assert run.changed == {"region": ["KAZ", "UZB"], "region_exclude": [], "year": 2020}
    assert command(run) == "cdt run toy -p 'region=[KAZ, UZB]' -p 'region_exclude=[]' -p year=2020"
