"""A page shows what the notebook shows, nothing that runs or leads away by itself, and never fails a run."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from carec_digital_trade.findings import MEDIA_TYPE
from carec_digital_trade.runs.blocks import blocks
from carec_digital_trade.runs.prose import Prose

from .conftest import PIXEL

URI = f"data:image/png;base64,{PIXEL}"


def shown(*outputs: Any, prose: Prose | None = None) -> list[dict[str, Any]]:
    """Return the blocks of a cell with these outputs; a mapping is the data of one."""
    made = [each if "output_type" in each else new_output("display_data", data=each) for each in outputs]
    cell = new_code_cell("")
    cell.outputs = made  # unchecked, as a kernel may send anything
    return list(blocks([cell], prose or Prose()))


def written(*texts: str) -> str:
    (block,) = shown(*(new_output("stream", name="stdout", text=text) for text in texts))
    return str(block["text"])


def told(markdown: str, folder: Path | None = None, **attachments: Any) -> str:
    cell = new_markdown_cell(markdown, attachments={name.replace("_", "."): each for name, each in attachments.items()})
    (block,) = blocks([cell], Prose(folder))
    assert block["kind"] == "prose"
    return str(block["html"])


def test_a_progress_bar_is_shown_as_it_ended():
    assert written("  0%\r 50%", "\r100%\r\nnext\n") == "100%\nnext\n"
    assert written("a\x07b\x00c\r\n") == "abc\n"


def test_colours_of_a_terminal():
    text = written("\x1b[31;1m<red>\x1b[0m plain \x1b[2K")
    assert text == '<span class="ansi-red-intense-fg ansi-bold">&lt;red&gt;</span> plain '


def test_an_error_that_was_to_come_is_shown():
    error = new_output("error", ename="ZeroDivisionError", evalue="no", traceback=["\x1b[31mZero\x1b[0m", "no"])
    (block,) = shown(error)
    assert block == {"kind": "text", "text": '<span class="ansi-red-fg">Zero</span>\nno'}


def test_output_without_end_is_cut():
    long, rest = shown(new_output("stream", name="stdout", text="a" * 10_000_000))
    assert len(long["text"]) == 100_000
    assert rest == {"kind": "elsewhere"}


@pytest.mark.parametrize(
    "markdown", ["![a *view*](attachment:my.png)", '<img src="attachment:my.png" alt="a view" width="40">']
)
def test_an_attached_picture_is_embedded(markdown: str):
    html = told(markdown, my_png={"image/png": PIXEL})
    assert f'src="{URI}"' in html
    assert 'alt="a view"' in html
    assert re.search(r"\[a .*: attachment:my.png\]", told(markdown))


def test_a_picture_beside_the_notebook_is_embedded(tmp_path: Path):
    (tmp_path / "my view.png").write_bytes(base64.b64decode(PIXEL))
    (tmp_path / "folder.png").mkdir()
    assert URI in told("![a](my%20view.png)", tmp_path)
    assert URI in told('<img src="my view.png">', tmp_path)
    for missing in ("![view](none.png)", "![view](folder.png)", '<img src="none.png" alt="view">'):
        assert told(missing, tmp_path).removeprefix("<p>").startswith("[view: ")
    assert told("![view](http://example.org/a.png)", tmp_path) == (
        '<p><a href="http://example.org/a.png">view</a></p>\n'
    )
    (tmp_path / "secret.txt").write_text("secret")
    assert "data:" not in told("![a](secret.txt)", tmp_path)


@pytest.mark.parametrize(
    ("markdown", "formulas"),
    [
        (r"so \(x^2\) is", ["x^2"]),
        (r"so \\(x^2\\) is", ["x^2"]),
        ("\\begin{align}\na &= b \\\\\nc &= d \\nonumber\n\\end{align}", ["a = b", "c = d"]),
        ("\\begin{align*}a &= b\\end{align*}", ["a = b"]),
        ("$$\\begin{aligned} a &= b\\\\ c&=d\\end{aligned}$$", ["a = b", "c=d"]),
        ("\\begin{equation}\\begin{split}a&=b\\\\[2pt]c&=d\\end{split}\\end{equation}", ["a=b", "c=d"]),
    ],
)
def test_formulas(markdown: str, formulas: list[str]):
    assert re.findall(r'class="math".*?alt="(.*?)"', told(markdown)) == formulas


def test_what_matplotlib_cannot_draw_stays_as_it_is_written():
    assert "<code>\\begin{pmatrix}1\\end{pmatrix}</code>" in told("$$\\begin{pmatrix}1\\end{pmatrix}$$")


def test_footnotes_of_two_cells_have_anchors_of_their_own():
    cells = [new_markdown_cell(f"text[^1]\n\n[^1]: note {number}") for number in (1, 2)]
    html = "".join(block["html"] for block in blocks(cells, Prose()))
    anchors = re.findall(r'id="(.*?)"', html)
    assert len(anchors) == len(set(anchors)) == 4
    assert {f"#{anchor}" for anchor in anchors} == set(re.findall(r'href="(.*?)"', html))


WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "IntSlider(value=0)"}
PLOTLY = {"application/vnd.plotly.v1+json": {"data": []}, "text/html": "<div><script>draw()</script></div>"}


@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (WIDGET, ["elsewhere"]),
        (PLOTLY, ["elsewhere"]),
        ({**PLOTLY, "image/png": PIXEL}, ["figure"]),
        ({"text/html": '<iframe srcdoc="a map"></iframe>'}, ["elsewhere"]),
        ({"text/html": "<p>much</p>" * 1_000_000}, ["elsewhere"]),
        ({"application/vnd.dataresource+json": {}, "text/html": "<table><tr><td>1</td></tr></table>"}, ["table"]),
        ({MEDIA_TYPE: {}, "text/plain": "1"}, ["text"]),
        ({"text/latex": "$x^2$", "text/plain": "x**2"}, ["prose"]),
        ({"image/gif": "R0lGODlhAQABAAAAACw=", "text/plain": "<Figure size 1x1>"}, ["figure"]),
        ({}, []),
    ],
)
def test_the_richest_form_that_needs_no_script(data: dict, kinds: list[str]):
    assert [block["kind"] for block in shown(data)] == kinds


@pytest.mark.parametrize("data", [{"image/png": 7}, {"text/html": ["<p>"]}, {"text/plain": None}])
def test_an_output_that_no_page_can_show_fails_nothing(data: dict):
    output = new_output("display_data")
    output.data = data
    assert shown(output) == [{"kind": "elsewhere"}]


HOSTILE = [
    '<meta http-equiv="refresh" content="0; url=http://evil.example/">',
    '<base href="http://evil.example/">',
    '<link rel="stylesheet" href="http://evil.example/a.css">',
    '<form action="http://evil.example/"><input name="word"><button>send</button></form>',
    "<script>alert(1)</script>",
    '<svg><a href="javascript:alert(1)"><text>x</text></a></svg>',
    '<iframe src="http://evil.example/"></iframe>',
    '<noscript><p title="</noscript><meta http-equiv=refresh content=0>"></noscript>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;base href=x&gt;">',
    '<a href="java\tscript:alert(1)">a</a><a href="&#106;avascript:b">b</a><a href="data:text/html,c">c</a>',
    "[a](javascript:alert(1)) [b](JaVaScript&colon;x) <vbscript:x>",
    '<p onclick="alert(1)">x</p><img src="http://evil.example/a.png" onerror="alert(1)">',
    '<details ontoggle="alert(1)" open>x</details>',
]
FORBIDDEN = re.compile(
    r"<(?:meta|base|link|form|input|button|script|svg|iframe|object|embed)\b|<[^>]*\son\w+\s*=|href=.(?!http)\w+:|src=.http",
    re.I,
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=4), st.integers(0, 60))
def test_nothing_runs_or_leads_away(parts: list[str], cut: int):
    html = "<p>before</p>" + "".join(parts)[: -cut or None]
    forms = [told(html), *(str(each.get("html")) for each in shown({"text/html": html}, {"text/markdown": html}))]
    for each in [*forms, Prose().html(html), Prose().cleaned(html)]:
        assert not FORBIDDEN.search(each), each


def test_a_table_of_pandas_keeps_its_looks():
    table = '<table id="T_1" class="dataframe" border="1"><tbody><tr><td>1 &lt; 2</td></tr></tbody></table>'
    html = f"<style>#T_1 {{color: red}}</style>{table}"
    assert Prose().cleaned(html) == html


def test_a_heading_of_blanks_takes_no_time_to_speak_of():
    # A square of their number would be 10 ** 12 steps: the test would not end.
    assert "x" in Prose().html("# " + " " * 1_000_000 + "x" + " " * 1_000_000 + "y")
