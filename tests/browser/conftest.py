"""A real browser that reaches nothing but the page it is given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.needs import needed
from tools.pictures.pictures import QUIET


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium, with a profile of its own."""
    path = needed(
        "chromium",
        "chromium-browser",
        "google-chrome",
        "Google Chrome",
        how="Chromium, `apt-get install chromium` or `brew install --cask google-chrome`",
    )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield started
        started.close()
