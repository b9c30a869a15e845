"""A host's page on a phone: what is asked there fits, can be pressed by a thumb, and stands in a picture in docs/."""

from __future__ import annotations

import os
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.channel import Incoming, Reply
from bot.channels.web.personal import PATH, personal
from tests.browser.conftest import Accessible
from tests.browser.test_pages import TOO_WIDE
from tests.browser.test_picture import BEGINNING, MOST_BYTES, lightened
from tests.conftest import ROOT
from tests.conversations.test_hosts import comes, prepares
from tests.stage.outside import asks, secrets_of
from tests.stage.play import WORDS, PageSeat
from tests.stage.scenes import REASON, Cast, at_scene, invited, prepared

PICTURE = ROOT / "docs" / "host-phone.png"
PHONE: ViewportSize = {"width": 390, "height": 844}
THUMB = 44
"""Pixels that a target is high at least."""

SMALL_TARGETS = """(least) => [...document.querySelectorAll("#entries button, #entries label.choice, #composer button")]
    .filter((it) => it.offsetParent && it.getBoundingClientRect().height < least)
    .map((it) => it.textContent.trim() + " " + it.getBoundingClientRect().height)"""


@dataclass
class Visit:
    """The story at its host's page, on a port."""

    here: Cast
    host: PageSeat
    link: str


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    here = await at_scene("round open")
    play, app = here.play, web.Application()
    host = await asks(here, "Karen Krog", "Familiehuset, Nørreby Kommune", "da")
    (secret,) = await secrets_of(here.hanne)
    await host.taps("btn.accept")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": REASON["da"]})
    await invited(here)
    await prepared(here)
    await here.emil.taps("goals.agreed")
    await here.lone.taps("goals.agreed")

    async def receive(incoming: Incoming) -> Reply:
        reply = await play.conversation.receive(incoming)
        await play.delivery.deliver()
        return reply

    app.add_subapp(PATH, personal(play.store, receive, WORDS, play.pages, "http://127.0.0.1", play.clock))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Visit(here, host, f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}/{secret}")
    await runner.cleanup()
    await play.close()


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport=PHONE,
        device_scale_factor=2,
        has_touch=True,
        reduced_motion="reduce",
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
    )
    yield await context.new_page()
    await context.close()


async def look(phone: Page, visit: Visit, accessible: Accessible) -> None:
    """Nothing is too wide or too small, for everybody."""
    assert await phone.evaluate(TOO_WIDE) == []
    assert await phone.evaluate(SMALL_TARGETS, THUMB) == []
    await accessible(phone)


async def test_the_host_prepares_and_answers_on_a_phone(
    phone: Page, visit: Visit, accessible: Accessible, tmp_path: Path
) -> None:
    await comes(visit.here, visit.host, "host.prep")
    await phone.goto(visit.link)
    await phone.get_by_role("button", name="Start (").tap()
    await expect(phone.get_by_text(WORDS.text("da", "host.prep.hope"))).to_be_visible()
    await look(phone, visit, accessible)
    await phone.screenshot(path=tmp_path / "prep.png")
    await phone.screenshot(path=tmp_path / "prep-full.png", full_page=True)
    for key, text in (
        ("hope", "Et blik på os udefra"),
        ("plan", "En almindelig dag i modtagelsen, og et svært møde"),
        ("limits", "Ikke være alene med familier"),
        ("firstday", "Kl. 9 i receptionen. Karen tager imod"),
    ):
        await phone.locator(f'.field[data-key="host.prep.{key}"] :is(input, textarea)').fill(text)
    await phone.screenshot(path=tmp_path / "prep-filled.png")
    await phone.locator('.field[data-key="host.prep.declaration"]').get_by_label("Ja", exact=True).check()
    await phone.locator("#entries button[data-sends].main").last.tap()
    await expect(phone.get_by_text(WORDS.text("da", "host.prep.done", {"name": "Emil"}))).to_be_visible()

    await comes(visit.here, visit.host, "host.check")
    await expect(phone.get_by_text(WORDS.text("da", "host.check.plan"))).to_be_visible()
    await look(phone, visit, accessible)
    await phone.screenshot(path=tmp_path / "check.png")
    await phone.get_by_role("button", name="Ja", exact=True).last.tap()
    await expect(phone.get_by_text("Emil og Lone kan læse dit svar")).to_be_visible()

    await comes(visit.here, visit.host, "eval.host")
    await phone.locator("#entries form.card button.main").last.tap()
    await expect(phone.get_by_text(WORDS.text("da", "eval.host.worth"))).to_be_visible()
    await look(phone, visit, accessible)
    await phone.screenshot(path=tmp_path / "evaluation.png")


def test_the_picture_is_there_and_light() -> None:
    picture = PICTURE.read_bytes()
    assert picture.startswith(BEGINNING)
    assert struct.unpack(">II", picture[16:24]) == (PHONE["width"] * 2, PHONE["height"] * 2)
    assert len(picture) < MOST_BYTES


@pytest.mark.skipif(not os.environ.get("VIDSYN_PICTURE"), reason="`make picture` takes the picture")
async def test_take_the_picture(phone: Page, visit: Visit) -> None:
    """Karen gets the one question of the check-in, below what she was told on the first morning."""
    await prepares(visit.here, visit.host, host__prep__firstday="Kl. 9 i receptionen. Karen tager imod")
    await comes(visit.here, visit.host, "host.check")
    await phone.goto(visit.link)
    await expect(phone.get_by_text(WORDS.text("da", "host.check.plan"))).to_be_visible()
    PICTURE.write_bytes(lightened(await phone.screenshot(animations="disabled", caret="hide")))
