"""What a screen reader says of the pages, in which order: each control by its name, a question before its answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.channel import Message
from tests.browser.aloud import Said, aloud, controls, in_order
from tests.browser.conftest import Accessible
from tests.browser.site import Chair, play_before, serve
from tests.browser.test_host_picture import Visit, visit
from tests.conversations.test_hosts import comes
from tests.stage.play import WORDS

__all__ = ["visit"]


@pytest.fixture
async def first_day(tmp_path: Path) -> AsyncIterator[str]:
    """A playground on the first day of Emil's exchange, when the logbook has just come."""
    await play_before(tmp_path, "first day")
    async with serve(tmp_path) as address:
        yield address


def da(key: str, **values: object) -> str:
    """A sentence as it reads here."""
    return WORDS.text("da", key, values)


def nameless(said: list[Said]) -> list[Said]:
    """Controls that a screen reader has no word for."""
    return [each for each in controls(said) if not each.name]


def questions(message: Message) -> list[str]:
    """What is asked in a message and how it can be answered, in the order in which it is asked."""
    read: list[str] = []
    for field in message.fields:
        read.append(field.label)
        read += [choice.label for choice in field.choices] if field.kind in ("one", "many") else []
    return read


def told_of(said: list[Said], label: str) -> str:
    """What is said about the control of a question, beside its name."""
    wanted = " ".join(label.split())
    return next(each.about for each in controls(said) if each.name.startswith(wanted))


async def test_domain_t32_the_hosts_page_is_read_in_the_order_of_its_questions(page: Page, visit: Visit) -> None:
    await comes(visit.here, visit.host, "host.prep")
    await page.goto(visit.link)
    await page.get_by_role("button", name="Start (").click()
    await expect(page.get_by_text(WORDS.text("da", "host.prep.hope"))).to_be_visible()
    form = await visit.host.last()

    said = await aloud(page)

    assert nameless(said) == []
    assert in_order(said, ["Karen Krog", *questions(form), *(button.label for button in form.buttons)]) == []
    assert in_order(said, [form.buttons[0].label, da("playground.write"), da("playground.send")]) == []
    for field in form.fields:
        assert field.who
        assert told_of(said, field.label).startswith(field.who), "who will see it is said before the answer"


async def test_domain_t32_the_playground_is_read_from_the_people_to_who_sees_what(page: Page, first_day: str) -> None:
    chair = Chair(page, first_day)
    await chair.enter()
    await chair.be("Emil")
    await expect(chair.field("log.core.what")).to_be_visible()
    await expect(page.locator("#seen")).not_to_have_attribute("aria-busy", "true")

    said = await aloud(page)

    assert nameless(said) == []
    landmarks = [each.name for each in said if each.role in ("complementary", "main")]
    assert landmarks == [da("playground.people"), da("playground.side")]
    assert said[1:2] == [Said("link", da("playground.skip"))], "the first way is past the list of people"
    page_order = [
        da("playground.people"),
        "Emil",
        da("playground.private"),
        da("log.core.what"),
        da("log.core.sowhat"),
        da("log.core.nowwhat"),
        da("log.first.wonder"),
        da("log.mark"),
        da("btn.yes"),
        da("btn.no"),
        da("btn.save"),
        da("btn.short"),
        da("btn.not_today"),
        da("playground.write"),
        da("playground.send"),
        da("playground.side"),
        da("playground.clock.title"),
        da("playground.seen.title"),
    ]
    assert in_order(said, page_order) == []
    who = da("privacy.vis.P")
    assert told_of(said, da("log.first.wonder")).startswith(who)
    assert told_of(said, da("log.core.what")).startswith(da("privacy.vis.S"))


@pytest.mark.parametrize("name", ["words", "choices"])
async def test_domain_t32_hrs_pages_are_read_from_the_way_back_to_what_keeps(
    page: Page, first_day: str, name: str, accessible: Accessible
) -> None:
    chair = Chair(page, first_day)
    await chair.enter()
    await chair.be("Hanne")
    person = await page.locator("body").get_attribute("data-person")
    search = "&search=prep.expect" if name == "words" else ""
    await page.goto(f"{first_day}/{name}?person={person}&language=da{search}")
    title = da("own.title" if name == "words" else "choose.title")
    await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()

    said = await aloud(page)

    assert nameless(said) == []
    beginning = [da("own.page.back"), title, da("own.page.tabs"), da("own.title"), da("choose.title")]
    assert in_order(said, beginning) == []
    asked = [await label.inner_text() for label in await page.locator(".field label:not(.option), legend").all()]
    assert len(asked) > 1
    assert in_order(said, asked) == [], "each question is read in the order in which it stands"
    await accessible(page)
    if name == "words":
        found = [da("own.search"), da("own.where"), da("btn.own_search"), da("own.page.found"), "prep.expect"]
        assert in_order(said, found) == []
        assert [each.name for each in controls(said, "link") if "prep.expect" in each.name], "which one is changed"
        await page.get_by_role("link", name=f"{da('own.page.edit')} prep.expect", exact=True).click()
        await expect(page.get_by_role("heading", name=da("own.page.change"))).to_be_visible()
        said = await aloud(page)
        assert nameless(said) == []
        languages = [da(f"playground.language.{language}") for language in ("da", "nb", "en")]
        assert in_order(said, [da("own.page.change"), *languages, da("own.page.look")]) == []
        assert [each.name for each in controls(said, "textbox")][1:] == [da("own.text")] * 3
    else:
        assert in_order(said, [*asked, da("choose.page.look"), da("btn.choose_default")]) == []


async def test_a_control_without_a_name_and_one_out_of_order_are_caught(page: Page) -> None:
    await page.set_content(
        '<main><button aria-label="Anden"></button><button></button><button>Første</button>'
        '<input aria-label="Navn" aria-describedby="who"><p id="who">Kun du ser det</p></main>'
    )
    said = await aloud(page)
    assert nameless(said) == [Said("button", "")]
    assert in_order(said, ["Anden", "Første"]) == []
    assert in_order(said, ["Første", "Anden"]) == ["Anden"]
    assert told_of(said, "Navn") == "Kun du ser det"
