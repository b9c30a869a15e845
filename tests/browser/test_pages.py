"""The page for everybody: without a mouse, on a small screen, with a screen reader, in three languages."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import Accessible
from tests.browser.site import Chair, play_before, serve

SMALL: ViewportSize = {"width": 360, "height": 740}
TOO_WIDE = """() => {
    const wide = document.documentElement.clientWidth;
    const shown = (it) => !it.closest(".unseen") && it.checkVisibility({ visibilityProperty: true });
    const box = (it) => it.getClientRects().length && it.clientWidth > 1 && getComputedStyle(it).display !== "inline";
    const over = (it) => it.getBoundingClientRect().right > wide + 1 || it.scrollWidth > it.clientWidth + 1;
    return [...document.querySelectorAll("body *")]
        .filter((it) => shown(it) && box(it) && over(it))
        .map((it) => it.localName + "." + it.className + " " + it.textContent.trim().slice(0, 40));
}"""
"""What reaches over the right edge, or has more in it than fits."""


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where scenes that have been played are kept: each is played once, and each test gets a copy."""
    return tmp_path_factory.mktemp("played")


@asynccontextmanager
async def at_scene(scene: str, played: Path, folder: Path) -> AsyncIterator[str]:
    if not (played / scene).exists():
        half = played / f"{scene} (half)"
        half.mkdir(exist_ok=True)
        await play_before(half, scene)
        half.rename(played / scene)
    shutil.copytree(played / scene, folder, dirs_exist_ok=True)
    async with serve(folder) as address:
        yield address


@pytest.fixture
async def first_day(played: Path, tmp_path: Path) -> AsyncIterator[str]:
    """A playground on the first day of Emil's exchange, when the logbook has just come."""
    async with at_scene("first day", played, tmp_path) as address:
        yield address


@pytest.fixture
async def round_open(played: Path, tmp_path: Path) -> AsyncIterator[str]:
    """A playground in which HR has just opened a round."""
    async with at_scene("round open", played, tmp_path) as address:
        yield address


@pytest.fixture
async def invited(played: Path, tmp_path: Path) -> AsyncIterator[str]:
    """A playground in which Emil has just been invited to prepare."""
    async with at_scene("invited", played, tmp_path) as address:
        yield address


async def test_one_signs_up_without_a_mouse(page: Page, round_open: str) -> None:
    chair = Chair(page, round_open)
    await chair.enter()
    await tab_to(page, "Emil Eriksen")
    await page.keyboard.press("Enter")
    await tab_to(page, "#jobbytte")
    await page.keyboard.press("Enter")
    await tab_to(page, chair.words("btn.signup"))
    await page.keyboard.press("Enter")
    await tab_to(page, chair.words("playground.channel.to_private"))
    await page.keyboard.press("Enter")
    await tab_to(page, chair.words("sign.voluntary"))
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(chair.field("sign.leader")).to_be_visible()
    await tab_to(page, chair.words("sign.leader"))
    await page.keyboard.type("Lone")
    await tab_to(page, chair.words("btn.continue"))
    await page.keyboard.press("Enter")
    for key in ("sign.talked.yes", "sign.mode.match"):
        await tab_to(page, chair.words(key))
        await page.keyboard.press("Space")
    await expect(chair.field("sign.where")).to_be_visible()
    await tab_to(page, chair.words("sign.where"))
    await page.keyboard.type("Familieafdelingen")
    await tab_to(page, chair.words("btn.continue"))
    await page.keyboard.press("Enter")
    await expect(chair.field("sign.learn")).to_be_visible()
    await tab_to(page, chair.words("playground.write"))
    await page.keyboard.type("Hvad de har brug for at vide fra os")
    await page.keyboard.press("Enter")
    await tab_to(page, chair.words("btn.no"))
    await page.keyboard.press("Enter")
    await chair.reads("Du er tilmeldt")


async def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Presses Tab, or Shift and Tab, until the keyboard is at what begins with this name, and it can be seen there."""
    wanted = page.locator(":focus")
    await expect(page.get_by_text(name).last).to_be_attached()
    for _ in range(most):
        await page.keyboard.press("Tab")
        if (await page.evaluate(NAME)).startswith(name):
            await expect(wanted).to_be_in_viewport()
            return
    raise AssertionError(f"The keyboard does not come to {name!r}.")


NAME = """() => {
    const it = document.activeElement;
    const by = (it.labels && it.labels[0]) || it.querySelector(".name") || it;
    return by.textContent.trim();
}"""
"""What the keyboard is at, by the first words a screen reader would say of it."""


async def test_everything_fits_on_a_small_screen(page: Page, first_day: str) -> None:
    await page.set_viewport_size(SMALL)
    chair = Chair(page, first_day)
    await chair.enter()
    assert await page.evaluate(TOO_WIDE) == []
    await open_drawer(page, "left")
    assert await page.evaluate(TOO_WIDE) == []
    await chair.be("Emil")
    await expect(chair.field("log.core.what")).to_be_visible()
    assert await page.evaluate(TOO_WIDE) == []
    await open_drawer(page, "right")
    await expect(page.locator("#seen .answer").first).to_be_visible()
    assert await page.evaluate(TOO_WIDE) == []
    await chair.wait_a_day()
    await page.keyboard.press("Escape")
    await expect(page.locator("#right")).to_be_hidden()
    for name in ("Lone", "Hanne", "Vera"):
        await open_drawer(page, "left")
        await chair.be(name)
        assert await page.evaluate(TOO_WIDE) == []
    await open_drawer(page, "left")
    await chair.look_into("#jobbytte")
    assert await page.evaluate(TOO_WIDE) == []


async def open_drawer(page: Page, side: str) -> None:
    await page.locator(f".head [data-open={side}]").click()
    await expect(page.locator(f"#{side}")).to_be_visible()


@pytest.mark.parametrize("light", ["light", "dark"])
async def test_nobody_is_shut_out(page: Page, first_day: str, accessible: Accessible, light: str) -> None:
    await page.emulate_media(color_scheme="dark" if light == "dark" else "light", reduced_motion="reduce")
    chair = Chair(page, first_day)
    await chair.enter()
    await accessible(page)
    await page.locator("[data-add]").first.click()
    await accessible(page)
    await page.keyboard.press("Escape")
    for name in ("Emil", "Lone", "Hanne", "Vera"):
        await chair.be(name)
        await expect(page.locator("#seen")).not_to_have_attribute("aria-busy", "true")
        await accessible(page)
    await chair.look_into("#jobbytte")
    await accessible(page)
    await page.set_viewport_size(SMALL)
    await accessible(page)


@pytest.mark.parametrize("language", ["nb", "en"])
async def test_the_page_speaks_the_language_one_chooses(page: Page, first_day: str, language: str) -> None:
    chair = Chair(page, first_day)
    await chair.enter()
    await chair.be("Lone")
    await page.locator(f"[data-language={language}]").click()
    chair.language = language
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.locator("#clock-title")).to_have_text(chair.words("playground.clock.title"))
    await expect(page.locator("#typed-hint")).to_have_text(chair.words("playground.write.hint"))
    assert await page.locator(f"[data-language={language}]").evaluate("(it) => it === document.activeElement")


async def test_one_takes_ones_own_words_home(page: Page, first_day: str) -> None:
    chair = Chair(page, first_day)
    await chair.enter()
    await chair.be("Emil")
    await chair.send(log__core__what="De ringer til hinanden, før de skriver")
    await chair.type("mine data")
    await chair.press("btn.export")
    links = page.locator("#entries a.file")
    await expect(links).to_have_count(2)
    texts = {}
    for n in range(2):
        async with page.expect_download() as coming:
            await links.nth(n).click()
        download = await coming.value
        texts[download.suggested_filename.rpartition(".")[2]] = (await download.path()).read_text(encoding="utf-8")
    assert "De ringer til hinanden, før de skriver" in texts["txt"]
    assert "De ringer til hinanden, før de skriver" in json.dumps(json.loads(texts["json"]), ensure_ascii=False)


ROOM = """(it) => it.querySelector("input").getBoundingClientRect().left
    - it.querySelector("label").getBoundingClientRect().left"""
"""From the frame of a tick to its box, in pixels."""


async def test_hr_chooses_how_much_there_can_be_at_the_most(page: Page, round_open: str) -> None:
    chair = Chair(page, round_open)
    await chair.enter()
    await chair.be("Hanne")
    person = await page.locator("body").get_attribute("data-person")
    await page.goto(f"{round_open}/choices?person={person}&language=da")
    tick = page.locator('[data-key="round.check.reps"]')
    await expect(tick.locator(".must")).to_have_count(0)
    await expect(page.get_by_text(chair.words("choose.cleared.why"))).to_have_count(1)
    assert await tick.evaluate(ROOM) >= 10, "the box stands clear of its frame"
    numbers = {"choose.goals": "2", "choose.actions": "1", "choose.jobswap_usually": "4"}
    for key, number in {**numbers, "choose.goals": "4"}.items():
        await page.get_by_label(chair.words(key)).fill(number)
    look = page.get_by_role("button", name=chair.words("choose.page.look"))
    await look.click()
    wrong = page.locator('[data-key="choose.goals"]').get_by_role("alert")
    await expect(wrong).to_have_text(chair.words("rejected.scale", low=1, high=3))
    await page.get_by_label(chair.words("choose.goals")).fill("2")
    await look.click()
    await page.get_by_role("button", name=chair.words("btn.save")).click()
    await expect(page.get_by_text(chair.words("choose.kept"))).to_be_visible()
    for key, number in numbers.items():
        await expect(page.get_by_label(chair.words(key))).to_have_value(number)


def written(chair: Chair, key: str) -> Locator:
    """Where the newest question with this key is answered in words."""
    return chair.field(key).locator("textarea")


async def test_what_is_half_written_is_there_when_one_goes_on(page: Page, invited: str) -> None:
    chair = Chair(page, invited)
    own, half = "prep.purpose.own", "Jeg vil gerne se, hvordan"
    await chair.enter()
    await chair.be("Emil")
    await chair.press_main()
    await chair.send(prep__ack="yes")
    await chair.send(prep__purpose=[chair.words("prep.purpose.understand")])
    await chair.fill(own, half)
    await chair.press("btn.go_on_later")
    await expect(written(chair, own)).to_have_count(0)
    await chair.be("Lone")
    await chair.be("Emil")
    await chair.press("btn.continue")
    await expect(written(chair, own)).to_have_value(half)
    await chair.press("btn.back")
    await expect(chair.field("prep.purpose")).to_be_visible()
    await chair.press("btn.keep")
    await expect(written(chair, own)).to_have_value(half)
    await chair.send(prep__purpose__own="Hele sætningen")
    await expect(written(chair, own)).to_have_count(0)
    await chair.press("btn.back")
    await expect(written(chair, own)).to_have_value("Hele sætningen")
    await page.reload()
    await expect(written(chair, own)).to_have_value("Hele sætningen")
    kept = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
    assert "sætning" not in await page.evaluate(kept)


async def test_what_is_half_written_outlives_the_days_card(page: Page, first_day: str) -> None:
    chair = Chair(page, first_day)
    half = "De ringer til hinanden, før"
    await chair.enter()
    await chair.be("Emil")
    await chair.fill("log.core.what", half)
    await chair.press("btn.short")
    await expect(written(chair, "log.core.what")).to_have_count(0)
    await chair.wait_a_day()
    await expect(written(chair, "log.core.what")).to_have_value(half)
    await chair.be("Lone")
    await expect(page.locator("#typed")).to_have_value("")
    await chair.be("Emil")
    await expect(written(chair, "log.core.what")).to_have_value(half)
