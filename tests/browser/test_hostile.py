"""Pages of a stranger's run in a real browser: it stays where it is, and asks the network for nothing."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Page

from carec_digital_trade.findings import COLUMNS, MEDIA_TYPE, METADATA_KEY
from carec_digital_trade.runs import kernels, write_index
from carec_digital_trade.runs.execute import perform
from carec_digital_trade.runs.identity import plan
from carec_digital_trade.runs.notebooks import open_notebook

from .conftest import opened

pytestmark = pytest.mark.slow

ROW = ["totals", "CAREC", None, 2024, "total", "", 1.0, None, None, "USD million"]


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A server of the stranger's on this machine, where a request would be heard: address, what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def hostile(to: str) -> str:
    """Return HTML that tries to lead a reader to an address."""
    return f"""<meta http-equiv="refresh" content="0; url={to}/meta"><base href="{to}/base/">
<link rel="stylesheet" href="{to}/style.css"><link rel="prefetch" href="{to}/prefetch">
<script>location = "{to}/script"</script><img src="{to}/a.png" onerror="location='{to}/onerror'">
<style>@import url({to}/import.css); p {{background: url({to}/background.png)}}</style>
<iframe src="{to}/frame"></iframe><object data="{to}/object"></object><embed src="{to}/embed">
<svg><image href="{to}/svg.png"/><script>location = "{to}/svg"</script></svg><video src="{to}/a.mp4" autoplay></video>
<noscript><p title="</noscript><meta http-equiv=refresh content='0; url={to}/noscript'>"></noscript>
<form action="{to}/form" method="post"><input name="word" autofocus onfocus="this.form.submit()"><button>go</button>
</form>
<details open ontoggle="location='{to}/toggle'">x</details>"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, elsewhere: tuple[str, list[str]]) -> Path:
    """Two runs of a notebook of which everything is hostile; one has come as a folder with a manifest of its own."""
    out = tmp_path_factory.mktemp("hostile")
    html = hostile(elsewhere[0])
    answer = new_output("display_data", data={"text/markdown": html}, metadata={METADATA_KEY: {"answer": True}})
    outputs = [
        answer,
        new_output("display_data", data={MEDIA_TYPE: {"columns": COLUMNS, "rows": [ROW]}, "text/html": html}),
        new_output("display_data", data={"text/html": f"<table><caption>{html}</caption><tr><td>{html}</table>"}),
        new_output("display_data", data={"text/markdown": f"[link](javascript:location='{elsewhere[0]}')\n\n{html}"}),
        new_output("stream", name="stdout", text=f"\x1b[31m{html}"),
    ]
    heading = " ".join(html.split())
    cells = [
        new_markdown_cell(f"# {heading}\n\n{heading}?\n\n## {heading}"),
        new_code_cell("1", outputs=outputs, execution_count=1),
    ]
    path = out / "own.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "execute", lambda *_: nbformat.read(path, as_version=4))
        result = perform(plan(open_notebook(path), {}, out))
    assert result.error is None
    manifest = json.loads((result.folder / "manifest.json").read_text())
    other = out / "http:host"
    shutil.copytree(result.folder, other)
    (other / "manifest.json").write_text(json.dumps({**manifest, "run_id": other.name}))
    write_index(out)
    return out


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = opened(browser)
    yield page
    page.context.close()


def test_hostile_pages_stay_where_they_are(page: Page, runs: Path, elsewhere: tuple[str, list[str]]):
    pages = [runs / "index.html", *runs.glob("own-*/report.html")]
    assert len(pages) == 2
    for path in pages:
        page.goto(path.as_uri(), wait_until="networkidle")
        page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        for button in page.locator("main button:not(thead button), main input").all():
            button.click()
        page.wait_for_load_state("networkidle")
        assert page.url == path.as_uri()
        assert (
            page.locator("form, base, iframe, object, embed, main meta, main link, main script, main svg").count() == 0
        )
    assert elsewhere[1] == []
    # The same on a page of their own is heard.
    page.set_content(hostile(elsewhere[0]))
    page.wait_for_url(f"{elsewhere[0]}/**")
    assert elsewhere[1]


def test_a_folder_named_like_an_address_is_a_folder(page: Page, runs: Path):
    page.goto((runs / "index.html").as_uri())
    page.locator("table.runs th a[href*='%3Ahost']").click()
    assert page.url == (runs / "http:host" / "report.html").as_uri().replace("http:", "http%3A")
    assert page.locator("main h1").count() == 1
