"""The real application on a real port of this machine, and somebody who sits at its page."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import Locator, Page, expect

from bot.app import build
from bot.settings import Settings
from tests.stage.play import WORDS
from tests.stage.scenes import cast, play_to

MASTER_KEYS = "test:" + b64encode(b"k" * 32).decode()
"""The master key that tests.stage.play seals with."""


def settings(folder: Path) -> Settings:
    """Nothing of the developer's own settings: a database and a key of this test."""
    return Settings(
        _env_file=None,
        host="127.0.0.1",
        port=0,
        database_url=f"sqlite:///{folder / 'vidsyn.db'}",
        vidsyn_master_keys=MASTER_KEYS,
        vidsyn_data=folder,
    )


@asynccontextmanager
async def serve(folder: Path) -> AsyncIterator[str]:
    """Runs the application as `vidsyn run` does. Gives the address of the playground."""
    app = build(settings(folder))
    await app.start()
    runner = web.AppRunner(app.web, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}/playground"
    finally:
        await runner.cleanup()
        await app.stop()


async def play_before(folder: Path, scene: str, language: str = "da") -> None:
    """Plays the story up to a scene without a page, and leaves the database for the application to open."""
    here = await cast(language, url=settings(folder).url)
    await play_to(here, scene)
    await here.play.store.run(lambda work: work.meta.set("door", "playground"))
    await here.play.close()


class Chair:
    """Whoever sits at a page: reads it, fills it in, presses and types, by mouse and keyboard only."""

    def __init__(self, page: Page, address: str, language: str = "da") -> None:
        self.page = page
        self.address = address
        self.language = language

    def words(self, key: str, **values: object) -> str:
        """A sentence as it reads in this chair."""
        return WORDS.text(self.language, key, values)

    # Going about

    async def enter(self) -> None:
        """Opens the page; nobody is chosen yet."""
        await self.page.goto(f"{self.address}?language={self.language}")

    async def be(self, name: str) -> None:
        """Chooses, in the list of people, who one is: the person whose name begins so."""
        people = self.page.locator("#left .people .person")
        await self._follow(people.filter(has=self.page.locator(".name", has_text=re.compile(f"^{name}"))))
        await expect(self.page.locator(".head .where p")).to_contain_text(name)

    async def look_into(self, channel: str) -> None:
        """Goes to a channel."""
        await self._follow(self.page.locator("#left .box", has_text=channel))
        await expect(self.page.get_by_role("heading", level=1, name=channel)).to_be_visible()

    async def _follow(self, link: Locator) -> None:
        """Presses a link and waits for the page that it leads to, also when that is the same again."""
        await self.page.evaluate("document.querySelector('main').dataset.left = ''")
        await link.click()
        await expect(self.page.locator("main:not([data-left])")).to_be_visible()

    # Reading

    @property
    def messages(self) -> Locator:
        """All messages in sight, also higher up."""
        return self.page.locator("#entries .entry")

    async def reads(self, text: str) -> Locator:
        """Waits until a message says this; gives the newest that does."""
        message = self.messages.filter(has_text=text).last
        await expect(message).to_be_visible()
        return message

    async def reads_words(self, key: str, **values: object) -> Locator:
        """Waits until a message says these words of the product."""
        return await self.reads(self.words(key, **values))

    async def everything(self) -> str:
        """All that the page shows, as text: conversation, clock and who sees what."""
        return await self.page.locator("body").inner_text()

    async def seen(self, answer: str) -> Locator:
        """The answer in the panel that says who can read it."""
        listed = self.page.locator("#seen .answer", has=self.page.locator(".own", has_text=answer)).last
        await expect(listed).to_be_visible()
        return listed

    # Filling in

    def field(self, key: str) -> Locator:
        """The newest question with this key."""
        return self.page.locator(f'#entries .field[data-key="{key}"]').last

    async def fill(self, key: str, value: str | list[str] = "") -> None:
        """Answers one question of a form: text as it is, a choice by its label, a day as 2026-05-04."""
        field = self.field(key)
        kind = await field.get_attribute("data-kind")
        if kind == "tick":
            await field.get_by_role("checkbox").check()
        elif kind in {"one", "many", "scale"}:
            for label in value if isinstance(value, list) else [value]:
                await field.get_by_label(label, exact=True).check()
        elif kind == "select":
            assert isinstance(value, str)
            await field.get_by_role("combobox").select_option(label=value)
        elif kind == "hour":
            assert isinstance(value, str)
            await field.locator("input[type=time]").fill(value)
        else:
            assert isinstance(value, str)
            await field.locator("input, textarea").fill(value)

    async def send(self, **values: str | list[str]) -> None:
        """Fills in the newest form ("__" in a name stands for ".") and sends it."""
        for name, value in values.items():
            await self.fill(name.replace("__", "."), value)
        await self._and_see(self.page.locator("#entries form.card:has(.field) button[data-sends].main").last)

    async def walk(self, prefix: str, answers: dict[str, str]) -> None:
        """Goes through a conversation whose questions begin so. What has no answer here is passed over."""
        asked = self.page.locator(f'#entries .field[data-key^="{prefix}"]')
        while await asked.count():
            given = False
            for key in await asked.evaluate_all("all => all.map((it) => it.dataset.key)"):
                if key in answers:
                    await self.fill(key, answers[key])
                    given = True
            await (self.send() if given else self.press("btn.skip"))

    async def press(self, key: str, **values: object) -> None:
        """Presses the newest button with these words of the product."""
        label = self.words(key, **values)
        await self._and_see(self.page.locator("#entries").get_by_role("button", name=label, exact=True).last)

    async def press_main(self) -> None:
        """Presses the button that stands out on the newest card with buttons."""
        await self._and_see(self.page.locator("#entries form.card button.main").last)

    async def type(self, text: str) -> None:
        """Types into the line below and sends it with Enter."""
        line = self.page.locator("#typed")
        # What was sent before must have been taken: until then Enter sends nothing.
        await expect(self.page.locator("#composer")).not_to_have_attribute("aria-busy", "true")
        await line.fill(text)
        before = await self._look()
        await line.press("Enter")
        # One's own bubble comes first, then the answer to it.
        await self._changed(before, more_than=1)

    async def _and_see(self, button: Locator) -> None:
        before = await self._look()
        await button.click()
        await self._changed(before)

    async def _look(self) -> list[str]:
        looked: list[str] = await self.page.evaluate(LOOK)
        return looked

    async def _changed(self, before: list[str], more_than: int = 0) -> None:
        """Waits for what a press brings: a new or changed message, an error beside a field, or a note."""
        news = f"([was, n]) => ({LOOK})().filter((it) => !was.includes(it)).length > n"
        await self.page.wait_for_function(news, arg=[before, more_than])

    # The clock

    async def wait_until(self, day: str) -> None:
        """Sets the clock to a date, at the same hour."""
        await self.page.locator("#clock-date").fill(day)
        await self._moves(self.page.locator("#clock button[value=date]"))

    async def wait_a_day(self) -> None:
        """Sets the clock a day on."""
        await self._moves(self.page.locator("#clock button[value=day]"))

    async def wait_for_next(self) -> str:
        """Sets the clock to the next thing that happens. Gives the moment it shows."""
        return await self._moves(self.page.locator("#clock button[value=next]"))

    async def now(self) -> str:
        """The moment that the clock shows."""
        return await self.page.locator("#clock .now time").get_attribute("datetime") or ""

    async def _moves(self, button: Locator) -> str:
        before = await self.now()
        await button.click()
        await expect(self.page.locator("#clock .now time")).not_to_have_attribute("datetime", before)
        return await self.now()


LOOK = """() => [
    ...[...document.querySelectorAll("#entries .entry")].map((it) => it.dataset.id + " " + it.dataset.version),
    ...[...document.querySelectorAll("#entries .error, #main .note")]
        .filter((it) => it.textContent && it.textContent !== document.body.dataset.sending)
        .map((it) => it.id + it.textContent),
]"""
"""What a reader would notice: messages and their versions, errors and notes."""
