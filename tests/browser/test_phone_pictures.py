"""A leader and an employee on a phone, and that the pictures of it in docs/ are there. `make picture` takes them."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Accessible
from tests.browser.site import Chair, serve, settings
from tests.browser.test_host_picture import PHONE, SMALL_TARGETS, THUMB
from tests.browser.test_pages import TOO_WIDE
from tests.browser.test_picture import BEGINNING, MOST_BYTES, lightened
from tests.conftest import ROOT
from tests.stage.scenes import Cast, cast, play_to, write

WEEK = ROOT / "docs" / "leader-phone.png"
DEBRIEF = ROOT / "docs" / "debrief-phone.png"
FIRST, LAST = date(2026, 5, 4), date(2026, 5, 22)
SHOWN = (0, 8)
"""Which of the week's thoughts Emil lets go to Lone."""


@pytest.fixture
async def phone(browser: Browser) -> AsyncIterator[Page]:
    page = await browser.new_page(
        viewport=PHONE, device_scale_factor=2, has_touch=True, locale="da-DK", reduced_motion="reduce"
    )
    yield page
    await page.close()


async def a_week(here: Cast) -> None:
    """Emil writes every day of the first week and picks what goes to Lone, who gets it on Monday."""
    await play_to(here, "first day")
    for day in range(5):
        await here.at(FIRST + timedelta(days=day), 15, 20)
        await write(here)
    week = next(field for field in (await here.emil.last()).fields if field.key == "share.week.pick")
    await here.emil.fills({week.key: [week.choices[number].value for number in SHOWN]})
    await here.at(FIRST + timedelta(days=7), 9, 5)


async def to_the_debrief(here: Cast) -> None:
    """Emil is at the sentence of the debrief that says what has moved him."""
    await play_to(here, "debrief")


async def open_as(phone: Page, address: str, name: str) -> Chair:
    """The conversation of somebody, by the way that the list of people leads."""
    chair = Chair(phone, address)
    await chair.enter()
    person = phone.locator("#left .people .person", has=phone.locator(".name", has_text=re.compile(f"^{name}")))
    await phone.goto(address.removesuffix("/playground") + str(await person.get_attribute("href")))
    await expect(phone.locator(".head .where p")).to_contain_text(name)
    return chair


async def looks_right(phone: Page, accessible: Accessible) -> None:
    """Nothing is wider than the phone, a thumb can press all, and a screen reader finds its way."""
    assert await phone.evaluate(TOO_WIDE) == []
    assert await phone.evaluate(SMALL_TARGETS, THUMB) == []
    await accessible(phone)


async def keep_for(here: Cast) -> None:
    """Leaves the database for the application to open."""
    await here.play.store.run(lambda work: work.meta.set("door", "playground"))
    await here.play.close()


async def the_week(phone: Page, folder: Path) -> AsyncIterator[Chair]:
    """Lone's conversation on the Monday after the first week."""
    here = await cast("da", FIRST, LAST, url=settings(folder).url)
    await a_week(here)
    await keep_for(here)
    async with serve(folder) as address:
        chair = await open_as(phone, address, "Lone")
        await chair.reads("Emil har valgt at dele")
        yield chair


async def the_debrief(phone: Page, folder: Path) -> AsyncIterator[Chair]:
    """Emil's conversation in the middle of the debrief."""
    here = await cast("da", url=settings(folder).url)
    await to_the_debrief(here)
    await keep_for(here)
    async with serve(folder) as address:
        chair = await open_as(phone, address, "Emil")
        await phone.get_by_role("button", name="Start (").last.tap()
        await phone.locator('.field[data-key="deb.1.recall"] label').first.tap()
        await phone.locator("#entries button[data-sends].main").last.tap()
        await chair.reads_words("deb.3.moved")
        yield chair


@pytest.mark.parametrize("shown", [the_week, the_debrief])
async def test_it_can_be_read_and_pressed_on_a_phone(
    phone: Page, tmp_path: Path, accessible: Accessible, shown: Callable[[Page, Path], AsyncIterator[Chair]]
) -> None:
    async for _ in shown(phone, tmp_path):
        await looks_right(phone, accessible)


@pytest.mark.parametrize("picture", [WEEK, DEBRIEF])
def test_the_picture_is_there_and_light(picture: Path) -> None:
    content = picture.read_bytes()
    assert content.startswith(BEGINNING)
    assert struct.unpack(">II", content[16:24]) == (PHONE["width"] * 2, PHONE["height"] * 2)
    assert len(content) < MOST_BYTES


@pytest.mark.skipif(not os.environ.get("VIDSYN_PICTURE"), reason="`make picture` takes the picture")
async def test_take_the_leaders_week(phone: Page, tmp_path: Path) -> None:
    async for chair in the_week(phone, tmp_path):
        overview = await chair.reads("Emil har valgt at dele")
        await overview.evaluate("(it) => { it.scrollIntoView({block: 'start'}); window.scrollBy(0, -80) }")
        WEEK.write_bytes(lightened(await phone.screenshot(animations="disabled", caret="hide")))


@pytest.mark.skipif(not os.environ.get("VIDSYN_PICTURE"), reason="`make picture` takes the picture")
async def test_take_the_debrief(phone: Page, tmp_path: Path) -> None:
    async for chair in the_debrief(phone, tmp_path):
        await chair.fill("deb.3.moved", "Før tænkte jeg, at de aldrig svarer, nu tænker jeg, at vi skriver for sent.")
        DEBRIEF.write_bytes(lightened(await phone.screenshot(animations="disabled", caret="hide")))
