"""A page opens on one screen that tells the result, and what stands open below it can be read in ten minutes."""

import base64
import re
from html import unescape
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from carec_digital_trade.findings import COLUMNS
from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.runs import annex, brief, kernels, open_notebook, plan
from carec_digital_trade.runs.execute import perform
from carec_digital_trade.runs.notebooks import read_notebook


@pytest.fixture(scope="module", params=list(NOTEBOOKS))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of each notebook's committed outputs."""

    def stored(source, parameters, path, *_):
        nbformat.write(notebook := read_notebook(source.path), path)
        return notebook

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "execute", stored)
        result = perform(plan(open_notebook(request.param), {}, tmp_path_factory.mktemp("pages")))
    return re.sub(r"<script.*?</script>", "", result.report.read_text(encoding="utf-8"), flags=re.S)


def between(page: str, start: str, end: str) -> str:
    return page[page.index(start) : page.index(end)]


def words(html: str) -> list[str]:
    """Return the words that are seen before anything is unfolded."""
    seen = re.sub(r"<details.*?(<summary.*?</summary>).*?</details>", r"\1", html, flags=re.S)
    return [word for word in unescape(re.sub(r"<[^>]+>", " ", seen)).split() if re.search(r"\w", word)]


def test_the_brief_is_brief_and_so_is_what_stands_open_of_the_annex(page: str):
    top = between(page, '<div class="brief">', "</header>")
    assert len(words(re.sub(r"<figcaption.*?</figcaption>", "", top, flags=re.S))) <= 120
    assert len(words(page[page.index('<div class="body">') :])) <= 2_500
    assert len(page) < 2_000_000


def test_the_brief_has_question_bullets_numbers_figure_and_how_sure(page: str):
    top = between(page, '<div class="brief">', "</header>")
    assert re.search(r"<h2 id=\"run-question\">.*?\?</p>", top, re.S)
    assert top.count("<li>") == 3
    assert 1 <= top.count('<dd class="value">') <= 3
    assert top.count("<figure") == 1
    assert re.search(r"<strong>(Settled|Open|Hangs on a reading)</strong>", top)
    assert "verturn" in top or "By study" in top


def test_each_figure_appears_once_and_all_are_numbered_and_taken_away(page: str):
    pictures = re.findall(r'<img src="(data:image/png[^"]+)"', page)
    assert len(pictures) == len(set(pictures)) == page.count("<figure")
    numbers = [int(each) for each in re.findall(r'<figure id="figure-(\d+)"', page)]
    assert numbers == list(range(1, len(numbers) + 1))
    tables = [int(each) for each in re.findall(r'id="table-(\d+)"', page)]
    assert tables == list(range(1, len(tables) + 1))
    for figure in re.findall(r"<figure.*?</figure>", page, re.S):
        assert "data:text/csv" in figure
        assert 'href="figures/' in figure
    assert page.count("<code>import") == 1  # the code of the whole page, once


def test_no_term_of_the_machine_reaches_a_reader(page: str):
    told = re.sub(r"<style.*?</style>|<code.*?</code>|<pre.*?</pre>", "", page, flags=re.S)
    told = unescape(re.sub(r"<[^>]+>", " ", told[: told.index('id="run-sources"')]))
    assert re.findall(r"\b[a-z]+_[a-z_0-9]+\b|first cell|metrics\.\w+", told) == []


def record(table: str, metric: str, value: float, low: float, high: float, **others: str) -> dict:
    made = dict.fromkeys(COLUMNS) | {"table": table, "metric": metric, "value": value, "low": low, "high": high}
    return made | {"region": "CAREC", "year": 2024, "item": "", "unit": "USD million"} | others


@pytest.mark.parametrize(
    ("intervals", "status"),
    # By one interval the gap closes, by the other it may widen.
    [([(-2.0, -1.0), (-3.0, -0.1)], "Settled"), ([(-2.0, -1.0), (-3.0, 0.1)], "Open"), ([], None)],
)
def test_settled_is_what_all_intervals_say(tmp_path: Path, intervals: list, status: str | None):
    rows = [
        record("growth", "benchmark_ratio", sum(each) / 2, *each, item=item)
        for item, each in zip(("change", "trend"), intervals, strict=False)
    ]
    rows.append(record("totals", "total", 421527.0, float("nan"), float("nan")))
    made = brief.brief(plan(open_notebook("snapshot"), {}, tmp_path), pd.DataFrame(rows, columns=COLUMNS))
    assert (made["sure"] and made["sure"]["status"]) == status
    (number,) = made["numbers"]
    assert (number["value"], number["words"], number["range"]) == ("USD 421.5 billion", "CAREC, 2024", "")
    assert (number["column"], number["amount"]) == ("the region, its year", 421527.0)


def test_a_range_has_its_unit_once_and_studies_apart_hang_on_a_reading(tmp_path: Path):
    rows = [
        record("additional", "additional_trade", 8300.0, 1000.0, 34800.0),
        record("by_study", "additional_trade", 26000.0, 14000.0, 49000.0, item="one"),
        record("by_study", "additional_trade", 1700.0, 300.0, 3800.0, item="other"),
    ]
    made = brief.brief(plan(open_notebook("scenarios"), {}, tmp_path), pd.DataFrame(rows, columns=COLUMNS))
    assert made["sure"]["status"] == "Hangs on a reading"
    assert made["numbers"][0]["range"] == "USD 1.0 to 34.8 billion, 80%"


def test_tables_of_zeros_go_and_a_tables_records_come_as_csv():
    def table(cell: str, **others: object) -> dict:
        return {"kind": "table", "html": f"<table><tr><td>{cell}</td></tr></table>", "label": "", "name": None} | others

    zeros, kept = table("0.0"), table("0.1", data={"columns": ["a", "b"], "rows": [["=1", 2]]})
    figure, (left,) = annex.arranged([zeros, kept], None)
    assert figure is None
    assert left["number"] == 1
    assert base64.b64decode(left["csv"].partition(",")[2]) == b"a,b\n'=1,2\n"


def test_a_toy_case_is_folded_with_the_method_that_it_explains_and_a_users_output_is_not():
    told = {"kind": "prose", "html": f"<p>{'Word ' * 30}</p>", "is_cell": True}
    toy = {"kind": "text", "text": "index <1"}
    short, blocks = {"kind": "prose", "html": "<p>Short.</p>"}, [told, toy, told, toy]
    _, folded = annex.arranged([short, *blocks, short, toy], "members")
    assert [part["kind"] for part in folded] == ["prose", "folded", "prose", "text"]
    assert folded[1]["html"].count("index &lt;1</pre>") == 2
    _, left = annex.arranged([short, *blocks], None)
    assert [part["kind"] for part in left] == ["prose", "folded", "text", "folded", "text"]
