"""The page behind a personal link, as its reader has it: from a mail in another site, on a phone, for everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.channel import Incoming, Reply
from bot.channels.web.personal import PATH, personal
from tests.browser.conftest import Accessible
from tests.browser.test_pages import SMALL, TOO_WIDE
from tests.stage.outside import asks_nora, secrets_of
from tests.stage.play import WORDS
from tests.stage.scenes import Cast, at_scene

WIDE: ViewportSize = {"width": 1280, "height": 800}


@dataclass
class Served:
    """The story with its personal pages on a port, and the mail of another site with Nora's link in it."""

    here: Cast
    port: int
    secret: str

    @property
    def link(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}/{self.secret}"

    @property
    def mail(self) -> str:
        """Another site to the browser: it has another name."""
        return f"http://localhost:{self.port}/mail"


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    here = await at_scene("round open")
    play, app = here.play, web.Application()
    await asks_nora(here)

    async def receive(incoming: Incoming) -> Reply:
        reply = await play.conversation.receive(incoming)
        await play.delivery.deliver()
        return reply

    async def mail(request: web.Request) -> web.Response:
        return web.Response(text=f'<a href="{there.link}">Din side</a>', content_type="text/html")

    app.add_subapp(PATH, personal(play.store, receive, WORDS, play.pages, "http://127.0.0.1", play.clock))
    app.router.add_get("/mail", mail)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there = Served(here, runner.addresses[0][1], (await secrets_of(here.hanne))[0])
    yield there
    await runner.cleanup()
    await play.close()


def nb(key: str) -> str:
    return WORDS.text("nb", key)


async def test_one_comes_from_a_mail_answers_and_sees_what_follows(page: Page, served: Served) -> None:
    """Strict cookies are left out of what another site sends the browser to, so the page goes on by itself."""
    await page.goto(served.mail)
    await page.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nora Nilsen")
    assert page.url == f"http://127.0.0.1:{served.port}/you"
    assert await page.evaluate("document.referrer + document.cookie") == ""
    assert served.secret not in await page.content()
    await page.get_by_role("button", name=nb("btn.accept")).click()
    await expect(page.get_by_text("Nå spør jeg lederen til Emil")).to_be_visible()
    await page.get_by_label(nb("playground.write")).fill("hjelp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Du kan skrive")).to_be_visible()
    await served.here.lone.taps("btn.approve")
    await served.here.lone.fills({"lead.prep.justify": "Vi mister familier, når de flytter. Det vil vi undgå."})
    await expect(page.get_by_text("Det er på plass")).to_be_visible()


async def test_who_goes_back_does_not_find_the_secret_again(page: Page, served: Served) -> None:
    await page.goto(served.mail)
    await page.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nora Nilsen")
    await page.go_back()
    assert served.secret not in page.url


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["phone", "desk"])
async def test_everybody_can_use_it_at_any_size(
    browser: Browser, served: Served, size: ViewportSize, accessible: Accessible, tmp_path: Path
) -> None:
    context = await browser.new_context(viewport=size, locale="nb-NO")
    page = await context.new_page()
    await page.goto(served.link)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nora Nilsen")
    for path in (PATH, f"{PATH}/{'x' * 43}"):
        await page.goto(f"http://127.0.0.1:{served.port}{path}")
        assert await page.evaluate(TOO_WIDE) == []
        await accessible(page)
        await page.screenshot(path=tmp_path / f"{len(path)}-{size['width']}.png")
    await context.close()
