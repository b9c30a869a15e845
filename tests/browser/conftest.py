import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from tests.conftest import IN_CI

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OURS = {"127.0.0.1", "localhost", "::1", None}  # None: about:, data: and blob: have no host

Accessible = Callable[[Page], Awaitable[None]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Path:
    if not os.access(CHROMIUM, os.X_OK):
        sentence = f"{CHROMIUM} is not there: install Debian's chromium, or name one in CHROMIUM"
        if IN_CI:
            pytest.fail(sentence)
        pytest.skip(sentence)
    return CHROMIUM


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    # One browser a test: it lives on the test's own event loop, as the server under test does.
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A Danish reader's page. A script error, or a request that leaves this machine, fails the test."""
    context = await browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen")
    context.set_default_timeout(60_000)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
    page.on("request", lambda request: wrong.extend(_strangers(request.url)))
    yield page
    await context.close()
    assert not wrong, "\n".join(wrong)


def _strangers(url: str) -> list[str]:
    return [] if urlsplit(url).hostname in OURS else [f"asks another machine: {url}"]


@pytest.fixture
def accessible() -> Accessible:
    """`await accessible(page)` fails with axe's report when the page, as it stands, shuts somebody out."""

    async def check(page: Page) -> None:
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    return check
