"""The whole preparation without a mouse: one question at a time, each reached by Tab and open to a screen reader."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.browser.aloud import aloud, controls, in_order
from tests.browser.conftest import Accessible
from tests.browser.site import Chair, play_before, serve

MOST_TABS = 120
"""More stops than the page has; a question further away is not reached by keyboard in practice."""
MOST_SCREENS = 40
WORDS_OF_ONES_OWN = "Jeg vil forstå, hvordan de vælger, hvilke sager der haster"
CHOSEN = ("btn.no_more", "share.habit.item", "btn.send")
"""What is pressed where a question is answered by its buttons."""

ASKED = {
    "prep.ack",
    "prep.purpose",
    "prep.days",
    "prep.benefit.home",
    "prep.goal.1",
    "prep.goal.1.sign",
    "prep.expect",
    "prep.ask",
    "prep.obstacle",
    "prep.plan.if",
    "prep.plan.then",
    "prep.support",
    "prep.share",
    "prep.practical",
    "prep.confidence",
}
"""Questions of the full track that everybody is asked in a form."""


async def tab_to(page: Page, wanted: Locator) -> None:
    """Goes on by Tab until this has the focus."""
    element = await wanted.element_handle()
    for _ in range(MOST_TABS):
        if await page.evaluate("it => it === document.activeElement", element):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {await wanted.evaluate('it => it.outerHTML')}")


async def answer(page: Page, field: Locator) -> None:
    """Answers one question with the keys: words where words are asked, else the first that there is to tick."""
    kind = await field.get_attribute("data-kind")
    if kind in ("tick", "many", "scale", "one"):
        first = field.locator("input").first
        if kind == "many" and await first.is_checked():
            return
        await tab_to(page, first)
        await page.keyboard.press("Space")
        await expect(first).to_be_checked()
    elif await field.locator("textarea, input[type=text]").count():
        await tab_to(page, field.locator("textarea, input[type=text]").first)
        await page.keyboard.type(WORDS_OF_ONES_OWN)


async def go_on(chair: Chair) -> None:
    """Presses the button that leads on, with Enter."""
    card = chair.page.locator("#entries form.card").last
    button = card.locator("button.main").first
    for key in CHOSEN:
        choice = card.get_by_role("button", name=chair.words(key), exact=True)
        if await choice.count():
            button = choice
    before = await chair._look()
    await tab_to(chair.page, button)
    await chair.page.keyboard.press("Enter")
    await chair._changed(before)


async def is_read_out(page: Page, fields: Locator) -> None:
    """Each question is read before what it can be answered with, each control has a name, and who will see it is
    said beside it."""
    said = await aloud(page)
    assert [each for each in controls(said) if not each.name] == []
    for number in range(await fields.count()):
        field = fields.nth(number)
        question = await field.locator("legend .text, label .text").first.inner_text()
        options = await field.locator(".option > .text").all_inner_texts()
        assert in_order(said, [question, *options]) == []
        who = await field.locator(".who").all_inner_texts()
        assert all(any(each.about.startswith(beside) for each in said) for beside in who), who


async def test_domain_t32_the_whole_preparation_is_done_by_keyboard_one_question_at_a_time(
    page: Page, tmp_path: Path, accessible: Accessible
) -> None:
    await play_before(tmp_path, "invited")
    async with serve(tmp_path) as address:
        chair = Chair(page, address)
        await page.emulate_media(reduced_motion="reduce")
        await chair.enter()
        await chair.be("Emil")
        await go_on(chair)
        full = page.locator("#entries").get_by_role("button", name=chair.words("btn.take_full"), exact=True).last
        before = await chair._look()
        await tab_to(page, full)
        await page.keyboard.press("Enter")
        await chair._changed(before)

        asked: set[str] = set()
        done = chair.messages.filter(has_text="Du er godt forberedt")
        for _ in range(MOST_SCREENS):
            if await done.count():
                break
            fields = page.locator("#entries form.card").last.locator(".field")
            keys = await fields.evaluate_all("all => all.map((it) => it.dataset.key)")
            pages = ("prep.days", "prep.practical")
            assert len(keys) <= 1 or keys[0] in pages, f"more than one question at a time: {keys}"
            if not asked & set(keys):
                await accessible(page)
                await is_read_out(page, fields)
            for number in range(len(keys)):
                await answer(page, fields.nth(number))
            asked.update(keys)
            await go_on(chair)
        await expect(done.last).to_be_visible()
        assert asked >= ASKED, sorted(ASKED - asked)
