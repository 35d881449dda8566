"""The chains of functions that CONTRIBUTING names are those through which the numbers come."""

import inspect
import pkgutil
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import carec_digital_trade as cdt
from carec_digital_trade import vintages
from carec_digital_trade.findings import COLUMNS, MEDIA_TYPE, METADATA_KEY
from carec_digital_trade.findings.finding import record, stored
from carec_digital_trade.revisions import since_article
from carec_digital_trade.runs.collect import collect
from carec_digital_trade.scenarios import fit_baseline

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = re.search(r"^## Follow a number$(.*?)^## ", TEXT, re.DOTALL | re.MULTILINE)[1]
LINES = [line for line in SECTION.splitlines() if "→" in line]
MOST = 12
"""Functions: more nobody follows."""


def table_1() -> float:
    rows = since_article()
    return rows.loc[rows["iso3"].isna() & rows["region"].eq("CAREC"), "total"].item()


def effective_members() -> float:
    traded = cdt.trade("delivered", "total")
    return cdt.concentration(cdt.members(traded, cdt.region("CAREC"), 2024)).effective_members


def additional_trade() -> float:
    """Return it without calibrating the bands, which takes a while and moves no median."""
    base = fit_baseline(cdt.outcome("delivered", "total"), cdt.region("CAREC").members)
    asked = cdt.scenario(base, cdt.region("CAREC"), cdt.region("ASEAN"), cdt.preset("all_four"), 2035)
    return cdt.simulate(asked, draws=100).additional()["additional_trade"].iloc[-1]


def into_results() -> float:
    """Put a number through a notebook's output, as a run does."""
    kazakhstan = cdt.members(cdt.trade("delivered", "total"), cdt.region(["KAZ"]), 2024)
    rows = stored(record(kazakhstan, "t", {"rank": "rank"}))
    data = {MEDIA_TYPE: {"columns": COLUMNS, "rows": rows}}
    output = new_output("display_data", data, metadata={METADATA_KEY: {"table": "t", "caption": "", "source": ""}})
    notebook: nbformat.NotebookNode = new_notebook(cells=[new_code_cell("1", outputs=[output], execution_count=1)])
    return collect(notebook, "made").results["value"].item()


WAYS = [table_1, effective_members, additional_trade, additional_trade, into_results]


@cache
def followed(way: Callable[[], float]) -> tuple[list[CodeType], float]:
    """Return which of all the functions handed something on, in order, and the number."""
    handed: list[CodeType] = []
    codes = {code_of(name) for name in re.findall("`(.+?)`", "".join(LINES))}

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code in codes:
            handed.append(frame.f_code)

    vintages.forget()
    sys.setprofile(note)
    try:
        number = way()
    finally:
        sys.setprofile(None)
    return handed, number


@pytest.mark.parametrize(("line", "way"), [*zip(LINES, WAYS, strict=True)])
def test_the_number_comes_through_the_functions_that_are_named(line: str, way: Callable[[], float]):
    chain, said = re.findall("`(.+?)`", line), re.search(r", ([\d.,]+):", line)
    assert len(chain) <= MOST
    handed, number = followed(way)
    assert number > 0
    if said:
        assert f"{number:,.{len(said[1].partition('.')[2])}f}" == said[1]
    last = -1
    for name in chain:
        assert code_of(name) in handed[last + 1 :], f"{name} hands nothing on there"
        last = handed.index(code_of(name), last + 1)


def code_of(name: str) -> CodeType:
    """Return the code of a function named from the package down."""
    return inspect.unwrap(pkgutil.resolve_name(f"carec_digital_trade.{name}")).__code__
