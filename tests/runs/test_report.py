"""The page is whole in itself, and a reader finds answer, figures, sources, parameters and how to reproduce."""

import base64
import gzip
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from carec_digital_trade.parameters import SharedParameters
from carec_digital_trade.runs import RunResult, open_notebook, plan, report, write_index
from carec_digital_trade.runs.interactive import scripts
from carec_digital_trade.runs.prose import Prose

from .conftest import NOTEBOOK_ONLY

CSV = "data:text/csv;base64,"
TEMPLATES = Path(report.__file__).parent / "templates"


class Page(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.text += " "

    def handle_data(self, data: str) -> None:
        if self.elements[-1:] not in ([("style", {})], [("script", {})]):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(finished: RunResult) -> Page:
    return Page(finished.report)


@pytest.fixture(scope="module")
def index(finished: RunResult) -> Page:
    return Page(finished.folder.parent / "index.html")


def test_the_page_fetches_and_runs_nothing(page: Page, index: Page, finished: RunResult):
    for each in (page, index):
        assert not {tag for tag, _ in each.elements} & {"link", "iframe", "object", "embed", "form", "base"}
        sources = [
            value for _, attributes in each.elements for name, value in attributes.items() if name in ("src", "srcset")
        ]
        assert all(value.startswith("data:") for value in sources)
        assert not re.search(r"@import|url\(", (TEMPLATES / "style.css").read_text(encoding="utf-8"))
    strictest = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    assert not page.all("script")
    assert _policy(page) == strictest
    # The index runs one script, which its policy knows by its hash.
    html = (finished.folder.parent / "index.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.S)
    assert _policy(index) == f"{strictest}; script-src {_known(script.encode())}"
    assert not re.search(r"fetch|http|import|eval|innerHTML", script)


def test_a_page_with_interactive_figures_runs_no_script_but_theirs():
    found = scripts()
    runtime = gzip.decompress(base64.b64decode(found.packed))
    assert [f"'{each}'" for each in found.hashes] == [_known(runtime), _known(found.start.encode())]
    assert not re.search(r"fetch|http|import|eval", found.start)


def _known(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


def _policy(page: Page) -> str:
    return next(each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy")


def test_the_page_is_accessible(page: Page, index: Page):
    for each in (page, index):
        assert each.all("html") == [{"lang": "en"}]
        assert len(each.all("h1")) == len(each.all("main")) == len(each.all("title")) == 1
        anchors = [attributes["id"] for _, attributes in each.elements if "id" in attributes]
        assert len(anchors) == len(set(anchors))
        inside = [attributes["href"][1:] for attributes in each.all("a") if attributes["href"].startswith("#")]
        assert set(inside) <= set(anchors)
        assert inside[0] == "content"
        assert all(attributes["alt"] for attributes in each.all("img"))


def test_the_page_has_what_a_reader_needs(page: Page, finished: RunResult, manifest: dict):
    text = " ".join(page.text.split())
    for words in [
        "Toy trade of two regions Run with region = [KAZ, UZB], year = 2020; every other parameter at its default.",
        "The question How much of it is in one place? The answer The answer for 2020 is 42 per cent. It was 4.1",
        "Contents Totals",
        "Figure 1. Members Picture Source: WTO.",
        "ipc ['KAZ', 'UZB'] None",
        "cdt run toy -p 'region=[KAZ, UZB]' -p year=2020",
        "points 3 3 number of points",
        f"year 2020 changed 2024 {SharedParameters.model_fields['year'].description}",
        finished.run_id,
        manifest["data"]["table1"]["vintage"],
        manifest["data"]["delivered"]["hash"],
    ]:
        assert words in text
    assert text.count("The answer for 2020") == text.count("in one place?") == 1
    labels = [each["aria-label"] for each in page.all("div") if "aria-label" in each]
    assert labels == ["Figure 1", "Trade", "Sources", "Parameters"]
    figures = [each for each in page.all("img") if each["src"].startswith("data:image/png;base64,")]
    assert [each["alt"] for each in figures] == ["China is first."]


def test_code_is_folded_and_parameters_are_a_table(page: Page, finished: RunResult):
    assert page.all("details")
    assert all("open" not in attributes for attributes in page.all("details"))
    html = finished.report.read_text(encoding="utf-8")
    folded = "".join(re.findall(r"<details.*?</details>", html, re.S))
    assert "get_connection_file" in folded
    assert html.count("get_connection_file") == folded.count("get_connection_file")
    assert "free text, with a comma" not in html
    assert NOTEBOOK_ONLY.removeprefix("## ") not in html


def test_links_on_the_pages_lead_to_files(page: Page, index: Page, finished: RunResult):
    for each, folder in [(page, finished.folder), (index, finished.folder.parent)]:
        links = [attributes["href"] for attributes in each.all("a")]
        local = [link for link in links if not link.startswith(("#", "https://", CSV))]
        assert local
        assert all((folder / link).is_file() for link in local)


def test_the_index_tells_runs_apart(index: Page, finished: RunResult):
    text = " ".join(index.text.split())
    assert "1 run in this folder" in text
    assert f"Toy trade of two regions {finished.run_id} region = [KAZ, UZB] year = 2020 finished" in text
    assert "The answer for 2020 is 42 per cent. It was 4.1 before." in text


def test_author_date_vintage_and_how_to_cite_stand_on_top(page: Page, index: Page, manifest: dict):
    for each in (page, index):
        top = " ".join(each.text[: each.text.index("a", 200) + 400].split())
        vintage = manifest["data"]["delivered"]["vintage"]
        for words in ("The carec-digital-trade developers", manifest["started"][:4], f"data of {vintage}", "cite"):
            assert words in top
    assert "../index.html" in [each["href"] for each in page.all("a")][:2]


def test_the_index_asks_in_the_order_of_the_notebooks(finished: RunResult, manifest: dict, tmp_path: Path):
    for name, notebook, changed in [("1", "scenarios", {}), ("2", "snapshot", {"year": 2}), ("3", "snapshot", {})]:
        front = {"question": f"Asked {name}?", "figure": "figures/ranked_members.png", "alt": f"Drawn {name}"}
        shutil.copytree(finished.folder, tmp_path / name)
        made = {**manifest, "run_id": name, "notebook": notebook, "changed": changed, "front": front}
        (tmp_path / name / "manifest.json").write_text(json.dumps(made))
    page = Page(write_index(tmp_path))
    assert re.findall(r"Asked \d", page.text) == ["Asked 3", "Asked 1"]
    assert [each["alt"] for each in page.all("img")] == ["Drawn 3"]
    assert page.text.count("was 4.1 before") == 3  # of a run that is not on the front, in the table
    for bad in ({"question": 1}, {"figure": "../a.png"}, 7):
        (tmp_path / "3" / "manifest.json").write_text(json.dumps({**made, "front": bad}))
        assert "Asked 2" in Page(write_index(tmp_path)).text


def test_a_descriptor_and_an_answer_cannot_lead_away(
    toy: str, finished: RunResult, manifest: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    planned = plan(open_notebook(toy), {}, tmp_path)
    planned.folder.mkdir()
    executed = nbformat.read(finished.folder / "notebook.ipynb", as_version=4)
    addresses = [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "https://ok.org",
    ]
    links = [{"title": "a source", "path": address} for address in addresses]
    table = {"title": "T", "sources": links, "licenses": links}
    monkeypatch.setattr(report, "describe", lambda *_: table)
    answer = '<meta http-equiv="refresh" content="0"><base href="http://x"> [a](javascript:x). <form>More.'
    report.write_report(planned, executed, {**manifest, "answer": answer})
    page = Page(planned.folder / "report.html")
    links = [each["href"] for each in page.all("a")]
    assert links.count("https://ok.org") == 2 * len(planned.data)
    assert not [link for link in links if ":" in link and not link.startswith(("https:", CSV))]
    assert not page.all("base") + page.all("form")
    assert "<base" in page.text


def test_a_page_does_not_say_where_its_notebook_lies(tmp_path: Path, toy_path: Path):
    planned = plan(open_notebook(toy_path), {"year": 2020}, tmp_path)
    assert report.command(planned) == "cdt run 00_toy.ipynb -p year=2020"


def test_a_folder_named_like_an_address_is_quoted(finished: RunResult, manifest: dict, tmp_path: Path):
    shutil.copytree(finished.folder, tmp_path / "http:host")
    (tmp_path / "http:host" / "manifest.json").write_text(json.dumps({**manifest, "run_id": "http:host"}))
    links = [each["href"] for each in Page(write_index(tmp_path)).all("a")]
    assert "./http%3Ahost/report.html" in links


def test_the_index_leaves_out_what_is_no_run(tmp_path: Path):
    (tmp_path / "unfinished").mkdir()
    other = '{"run_id": "another-version", "status": "finished"}'
    files = {"foreign": '{"name": "an app"}', "list": "[]", "broken": "{", "another-version": other}
    for name, content in files.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(content)
    assert "0 runs in this folder" in write_index(tmp_path).read_text(encoding="utf-8")


def test_money_is_no_formula():
    prose = Prose()
    for text in ["US$421 million and US$548 million", "$5 and $6", r"\$a\$", "a $ b $ c"]:
        assert "<img" not in prose.html(text)
        assert prose.html(text).count("$") == text.count("$")


def test_formulas_are_drawn_inside_the_page():
    html = Prose().html(r"The index $H = \sum_i s_i^2$ and" "\n\n$$\\frac{1}{H}$$\n\nand $\\notatex{x}$")
    assert html.count('src="data:image/svg+xml;base64,') == 2
    assert r'alt="H = \sum_i s_i^2"' in html
    assert r"<code>\notatex{x}</code>" in html


def test_headings_stand_below_the_title_and_have_anchors():
    prose = Prose()
    html = prose.html("# One *two*\n\n## Trade\n\n## Trade\n\n### Part")
    assert re.findall(r"<(h\d)", html) == ["h2", "h2", "h2", "h3"]
    assert list(prose.sections.values()) == ["One two", "Trade", "Trade"]
    assert len(prose.sections) == len(set(re.findall(r'id="([^"]+)"', html))) - 1


def test_text_has_the_contrast_that_wcag_asks_of_small_print():
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    light, dark = (dict(re.findall(r"--([\w-]+): #([0-9a-f]{6})", part)) for part in style.split("@media", 2)[:2])
    assert light.keys() == dark.keys()
    inside = re.findall(r"color: var\(--([\w-]+)\); background: var\(--([\w-]+)\)", style)
    fixed = re.findall(r"color: #([0-9a-f]{6}); background: #([0-9a-f]{6})", style)
    on = [(text, under) for text in ("text", "muted", "accent") for under in ("paper", "soft", "answer")]
    pairs = [(each[text], each[under]) for each in (light, dark) for text, under in (*inside, *on)] + fixed
    assert len(pairs) > 20
    # WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1.
    assert min(_contrast(*pair) for pair in pairs) >= 4.5


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours after WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_heading_of_blanks_is_done_at_once(tmp_path: Path):
    heading = f"# a{' ' * 200_000}b{' ' * 200_000}"  # the rules of Markdown took minutes, going back and forth
    assert Prose().text(heading).split() == ["a", "b"]
    path = tmp_path / "own.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(heading)]), path)
    assert open_notebook(path).title.split() == ["a", "b"]


def test_an_answer_of_bullets_stays_whole():
    answer = "- ASEAN trades 1.4 times as much.\n- How sure: 21 of 21 members.\n- What could overturn it: a revision."
    assert Prose().html(answer).count("<li>") == 3
