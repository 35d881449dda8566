"""The pages of runs in a browser without a network: links, keyboard, print, and what axe-core finds."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from carec_digital_trade.parameters import NOTEBOOKS
from carec_digital_trade.runs import compare_runs, kernels, write_index
from carec_digital_trade.runs.execute import perform
from carec_digital_trade.runs.identity import plan
from carec_digital_trade.runs.notebooks import open_notebook, read_notebook

from .conftest import look, opened

pytestmark = pytest.mark.slow

SCHEMES = ("light", "dark")
A4 = 794 - 2 * 57
"""Width between the margins of a sheet, in CSS pixels: 210 mm, less 15 mm on either side."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of each notebook, one with a changed parameter, one that failed, and two runs compared."""
    out = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "execute", _stored)
        for name in NOTEBOOKS:
            perform(plan(open_notebook(name), {}, out))
        two = [perform(plan(open_notebook("snapshot"), {"year": year}, out)).run_id for year in (2024, 2020)]
        patch.setattr(kernels, "execute", _fail)
        perform(plan(open_notebook("snapshot"), {"year": 2019}, out))
    write_index(out)
    compare_runs(two, out)
    return out


def _stored(source, parameters, path, *_):
    """Hand over the outputs that are committed, which nbval holds to those of a run."""
    notebook = read_notebook(source.path)
    nbformat.write(notebook, path)
    return notebook


def _fail(*_):
    raise MemoryError("no memory left")


@pytest.fixture
def page(browser: Browser, runs: Path) -> Iterator[Page]:
    """The index of the runs, in a browser that is cut off from the network."""
    page = opened(browser, viewport={"width": 1280, "height": 800}, offline=True)
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto((runs / "index.html").as_uri())
    yield page
    assert all(url.startswith(("file:", "data:")) for url in asked)
    assert said == []
    page.context.close()


def reports(page: Page) -> list[str]:
    links = page.locator("table.runs th a")
    return [urljoin(page.url, link.get_attribute("href")) for link in links.all()]


def compared(page: Page) -> str:
    return urljoin(page.url, "compare.html")


def test_the_index_leads_to_the_pages_and_they_lead_back(page: Page):
    index = page.url
    look(page, "index")
    titles = page.locator("table.runs th a").all_inner_texts()
    assert len(titles) == len(NOTEBOOKS) + 1
    for number, title in enumerate(titles):
        page.locator("table.runs th a").nth(number).click()
        assert page.locator("h1").inner_text() == title
        assert page.locator(".answer li, .answer p").first.inner_text().endswith(".")
        look(page, f"report_{number}")
        page.get_by_role("link", name="All runs in this folder").click()
        assert page.url == index


def test_axe_finds_no_serious_fault(page: Page):
    axe = Axe()
    urls = [(page.url, "light"), *[(url, each) for url in (compared(page), reports(page)[0]) for each in SCHEMES]]
    for (url, scheme), width in [*((each, 1280) for each in urls), (urls[-1], 390)]:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(url)
        page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        found = axe.run(page).response
        assert len(found["passes"]) > 20
        faults = [
            (each["id"], each["help"], [node["html"][:200] for node in each["nodes"][:3]])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert faults == [], url


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Page):
    page.goto(reports(page)[-1])
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    reached = []
    for _ in range(page.locator("a:not(.skip), summary, [tabindex='0']").count()):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.localName"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", reached
    assert {"a", "summary", "div"} <= set(reached)


def test_no_table_is_cut_and_a_figure_is_large_enough_to_read(page: Page):
    for url in [page.url, compared(page), *reports(page)]:
        page.goto(url)
        page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        page.set_viewport_size({"width": 1280, "height": 800})
        cut = page.locator(".scroll").evaluate_all(
            "all => all.filter(it => it.scrollWidth > it.clientWidth + 1).map(it => it.ariaLabel)"
        )
        assert cut == [], url
        if page.locator(".brief").count():
            assert page.locator(".brief .drawing").evaluate("it => it.getBoundingClientRect().bottom") <= 800
        page.set_viewport_size({"width": 390, "height": 844})
        # Drawn for a phone: its smallest letters, of 11 of 389 points, have 10 pixels, and nothing is cut. The browser
        # takes the other picture some time after it has become narrow.
        narrow = "[...document.querySelectorAll('.drawing.fits img')].every(it => it.naturalWidth === 777)"
        page.wait_for_function(narrow)
        sizes = page.locator(".drawing.fits img").evaluate_all("all => all.map(it => it.offsetWidth)")
        assert all(0 <= wide <= 390 for wide in sizes), sizes
        assert len(sizes) == page.locator("main .drawing img").count()


def test_interactive_figures_show_values_and_ask_for_nothing(page: Page):
    for url in reports(page)[-2:]:
        page.goto(url)
        charts = page.locator("figure.alive")
        expect(charts).to_have_count(page.locator("script.chart").count())
        for number in range(charts.count()):
            figure = charts.nth(number)
            assert not figure.locator("img").is_visible()
            assert len(figure.locator(".plot").get_attribute("aria-label")) > 40
            figure.locator("svg path[aria-label]:not([aria-roledescription='line mark'])").first.hover(force=True)
            expect(page.locator("#vg-tooltip-element.visible")).to_contain_text(re.compile(r"\d"))
        look(page, f"interactive_{len(url)}")
    found = Axe().run(page).response
    assert [each["id"] for each in found["violations"] if each["impact"] in ("serious", "critical")] == []
    page.emulate_media(media="print")
    assert page.locator("figure.alive img").first.is_visible() and not page.locator(".interactive").first.is_visible()


def test_an_economy_is_picked_and_a_year_is_slid_to(page: Page):
    page.goto(next(url for url in reports(page) if "snapshot" in url))
    slider = page.get_by_role("slider", name="Year")
    before = slider.locator("xpath=ancestor::figure").locator("svg").inner_html()
    slider.fill("2010")
    expect(slider).to_have_value("2010")
    assert slider.locator("xpath=ancestor::figure").locator("svg").inner_html() != before
    pick = page.get_by_role("combobox", name="Economy")
    pick.select_option("China")
    faint = pick.locator("xpath=ancestor::figure").locator("svg path[opacity='0.2']")
    expect(faint).to_have_count(pick.locator("option").count() - 2)


def test_without_scripts_the_pictures_stay(browser: Browser, runs: Path):
    page = opened(browser, java_script_enabled=False, offline=True)
    page.goto(next(runs.glob("snapshot-*/report.html")).as_uri())
    assert page.locator(".drawing img").first.is_visible() and page.locator(".interactive").count() == 0
    page.context.close()


def test_a_page_has_less_than_two_megabytes(runs: Path):
    weights = {path.parent.name: path.stat().st_size for path in runs.glob("*/report.html")}
    assert all(weight < 2_000_000 for weight in weights.values()), weights


def test_nothing_is_wider_than_the_screen_or_the_sheet(page: Page):
    for url in [page.url, compared(page), *reports(page)]:
        page.goto(url)
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.emulate_media(media="print")
        page.set_viewport_size({"width": A4, "height": 1000})
        wide = page.locator("table, img, pre").evaluate_all(
            "(all, most) => all.filter(it => it.getBoundingClientRect().right > most + 1).map(it => it.outerHTML)",
            A4,
        )
        assert [html[:200] for html in wide] == []
        assert not any(code.is_visible() for code in page.locator("details.code").all())
        page.emulate_media(media="screen")
