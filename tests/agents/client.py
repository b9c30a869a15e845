"""Somebody at a Teams-like client: reads the cards, fills them in and presses, by mouse and keyboard only."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Expect, Locator, Page

from tests.agents.tenant import Seat

expect = Expect()
expect.set_options(timeout=30_000)  # on a busy machine the client takes its time
# A chat holds its messages in bubbles; a channel has none, so there it is the card itself.
MESSAGE = ".fai-OutputCard, [role=group] .ac-adaptiveCard"
CARD = ".ac-adaptiveCard"
NOTE = "Display Invoked Message"
# How the client's log names itself and the bot.
CLIENT, BOT_SIDE = "Microsoft 365 Agents Playground", "User Application"


class Client:
    """A person's client, at their chat with the bot until they look elsewhere."""

    def __init__(self, page: Page, seat: Seat) -> None:
        self.page = page
        self.seat = seat
        self._in_channel = False

    # Going about

    async def enter(self) -> None:
        """Opens the client. Each time it tells the bot that it was installed, and has forgotten all messages."""
        self._in_channel = False
        await self.page.goto(self.seat.address)
        await expect(self._box).to_be_visible()

    async def look_into(self, channel: str) -> None:
        """Goes to a channel; the first time the client tells the bot that it was installed there."""
        await self.page.get_by_role("treeitem", name=re.compile(f" - {re.escape(channel)}$")).click()
        self._in_channel = True
        await expect(self.page.get_by_role("button", name="Post", exact=True)).to_be_visible()

    async def go_back(self) -> None:
        """Goes to the chat with the bot."""
        await self.page.get_by_role("treeitem", name="Personal Chat").click()
        self._in_channel = False
        await expect(self.page.get_by_role("button", name="Post", exact=True)).to_have_count(0)

    async def triggers(self, what: str) -> None:
        """Sends one of the client's ready-made activities, by its name in the menu: "Uninstall application"."""
        await self.page.get_by_role("button", name="Mock an Activity").click()
        await self.page.get_by_role("menuitem").filter(has=self.page.get_by_text(what, exact=True)).click()
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Send activity").click()
        await expect(dialog).to_have_count(0)

    # Reading

    async def messages(self) -> list[str]:
        """What the bot has said here, as it stands, from the top (in a channel, the newest). No empty lines."""
        texts = await self.page.locator(MESSAGE).all_inner_texts()
        return ["\n".join(line for line in text.splitlines() if line.strip()) for text in texts]

    def card(self, saying: str = "") -> Locator:
        """The newest card, or the newest that says this."""
        return self._newest(self.page.locator(CARD).filter(has_text=saying))

    async def wait_for_text(self, text: str) -> Locator:
        """Waits until a message of the bot's says this. Gives the newest that does."""
        message = self._newest(self.page.locator(MESSAGE).filter(has_text=text))
        await expect(message).to_be_visible()
        return message

    async def wait_for_note(self, text: str) -> None:
        """Waits for what the bot answers to the presser only; it stands below the card."""
        await expect(self._newest(self.page.get_by_label(NOTE).filter(has_text=text))).to_be_visible()

    async def wait_until_kept(self) -> None:
        """Waits until a press is answered and the bot has since updated a message.

        The client empties all fields of a card that is updated, or answered, and of all cards for a new message. So
        after a press: wait for the words of the new card, then for this, and only then fill it in.
        """
        for line in (f"{CLIENT} -> {BOT_SIDE} invoke 200", f"{BOT_SIDE} -> {CLIENT} message 200"):
            await expect(self.page.get_by_text(line).last).to_be_attached()

    async def screenshot(self, path: Path) -> None:
        """A picture of the window without the client's log."""
        log = self.page.get_by_role("button", name="Toggle Log Panel")
        await log.click()
        await expect(self._clear_log).to_have_count(0)
        await self.page.screenshot(path=path)
        await log.click()
        await expect(self._clear_log).to_be_visible()

    # Doing

    async def says(self, text: str) -> None:
        """Types into the line below and sends it; in a channel nobody is told of it."""
        await self._box.fill(text)
        await expect(self._box).to_have_text(text)
        await self._send()

    async def mentions(self, bot: str, text: str) -> None:
        """Begins a post in a channel with the bot's name, which is how the bot gets to know of it."""
        await self._box.click()
        await self.page.keyboard.type("@")
        await self.page.get_by_role("menuitem", name=bot).click()
        await self.page.keyboard.type(f" {text}")
        await expect(self._box).to_contain_text(text)
        await self._send()

    async def fill(self, label: str, value: str) -> None:
        """Answers a question with text, a number, a date as 2026-05-04 or an hour as 09:05."""
        field = self._labelled(label).and_(self.page.locator("input, textarea"))
        await field.fill(value)
        await field.press("Tab")  # closes the calendar or the hours, which take what was typed

    async def choose(self, label: str, *choices: str) -> None:
        """Answers a question with one of its choices, or with several where they can be ticked."""
        asked = self._labelled(label)
        await expect(asked.first).to_be_attached()
        drop_down = asked.and_(self.page.get_by_role("combobox"))
        for choice in choices:
            if await drop_down.count():
                await drop_down.click()
                await self.page.get_by_role("option", name=choice, exact=True).click()
            elif await asked.and_(self.page.get_by_role("radiogroup")).count():
                await asked.get_by_role("radio", name=choice, exact=True).check()
            else:
                named = re.compile(f" {re.escape(choice)}$")
                await asked.and_(self.page.get_by_role("checkbox", name=named)).check()

    async def tick(self, title: str) -> None:
        """Ticks a box that stands alone."""
        await self._labelled(title).check()

    async def press(self, title: str) -> None:
        """Presses the newest button with this title on any card. Then wait for what it brings."""
        await self._clear_log.click()
        await self._newest(self.page.locator(CARD).get_by_role("button", name=title, exact=True)).click()

    # Finding

    @property
    def _clear_log(self) -> Locator:
        return self.page.get_by_role("button", name="Clear logs")

    @property
    def _box(self) -> Locator:
        """What a message is typed into, or a new post: the box has no label."""
        return self.page.locator("[data-lexical-editor=true]").first

    async def _send(self) -> None:
        await self.page.get_by_role("button", name=re.compile("^(Send Message|Post)$")).first.click()
        await expect(self._box).to_have_text("")

    def _labelled(self, label: str) -> Locator:
        """All that has this label on the newest card with it; the star says that an answer is required."""
        named = re.compile(rf"^{re.escape(label)}( \*)?$")
        return self._newest(self.page.locator(CARD).filter(has=self.page.get_by_label(named))).get_by_label(named)

    def _newest(self, found: Locator) -> Locator:
        return found.first if self._in_channel else found.last
