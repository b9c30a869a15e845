from urllib.parse import quote

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Accessible, _strangers

GOOD = "<!doctype html><html lang=da><title>Prøve</title><main><h1>Prøve på æ, ø og å</h1></main></html>"
BAD = "<!doctype html><html><title></title><img src=''><p style='color:#eee;background:#fff'>Prøve</p></html>"


async def test_a_page_is_drawn_as_a_dane_sees_it(page: Page) -> None:
    await page.goto("data:text/html;charset=utf-8," + quote(GOOD))
    assert await page.locator("h1").inner_text() == "Prøve på æ, ø og å"
    assert await page.evaluate("new Intl.NumberFormat().format(1234.5)") == "1.234,5"


async def test_an_accessible_page_passes(page: Page, accessible: Accessible) -> None:
    await page.goto("data:text/html;charset=utf-8," + quote(GOOD))
    await accessible(page)
    assert await page.title() == "Prøve", "axe has looked at this very page"


async def test_a_page_that_shuts_somebody_out_is_caught(page: Page, accessible: Accessible) -> None:
    await page.goto("data:text/html;charset=utf-8," + quote(BAD))
    with pytest.raises(AssertionError, match="html-has-lang"):
        await accessible(page)


@pytest.mark.parametrize("url", ["https://fonts.example/a.woff2", "http://192.0.2.1/"])
def test_a_request_to_another_machine_is_caught(url: str) -> None:
    assert _strangers(url) == [f"asks another machine: {url}"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:3978/playground", "http://[::1]:1/", "data:text/html,a"])
def test_a_request_to_this_machine_is_none_of_them(url: str) -> None:
    assert _strangers(url) == []
