"""A real browser. Screenshots go to the folder that CDT_SCREENSHOTS names, if it names one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from waiting import PATIENCE

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SIZES = [(1280, 800), (1920, 1080)]
MILLISECONDS = 1_000 * PATIENCE
expect.set_options(timeout=MILLISECONDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, without a window."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: on Debian, install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


def opened(browser: Browser, **options: Any) -> Page:
    """Return an empty page of a context of its own, on which a click waits as long as anything else."""
    context = browser.new_context(**options)
    context.set_default_timeout(MILLISECONDS)
    return context.new_page()


def look(page: Page, name: str) -> None:
    """Take screenshots at two sizes, if anybody wants them."""
    folder = os.environ.get("CDT_SCREENSHOTS")
    if not folder:
        return
    before = page.viewport_size
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)
        page.screenshot(path=Path(folder) / f"{name}_{width}.png")
    page.set_viewport_size(before)
