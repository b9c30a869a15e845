"""What people are called and what they write is shown as text wherever it goes: nobody is called, nothing is linked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.slack.fake import Ephemeral, Posted, Updated, ViewShown
from tests.slack.fake.shown import said
from tests.slack.here import Here
from tests.slack.stage import CHANNEL_ID, SlackPlay
from tests.stage.scenes import MORNING, ROUND_NAME, minutes, play_to, walk, write

EVIL = [
    "<!channel> <@UEMIL> :+1: <#C1|x>",
    "*fed* _skrå_ ~streg~ `kode` <!subteam^S1>",
    "<http://evil.dk|Din bank> &amp; @channel",
]
ODD = [
    "mærke \u202efdp.exe\u202c \u2067abc\u2069 vendt",
    "mærke e" + "\u0301" * 200,
    "mærke nul\u200b\u2060\u00ad bredde\u0000",
    "mærke [klik](javascript:alert(1)) 👩‍👩‍👧‍👦🏽 \ud83c",
]
MARKED = {"mrkdwn", "link", "user", "usergroup", "broadcast", "emoji", "channel", "image", "color", "video"}


@dataclass
class Loud(Here):
    """Everybody writes the same thing wherever something is asked. A round is called so where `named`."""

    words: str = ""
    named: bool = True

    def said(self, words: dict[str, str]) -> str:
        return "Runde" if words is ROUND_NAME and not self.named else self.words


@asynccontextmanager
async def loudly(words: str, scene: str, *, named: bool) -> AsyncIterator[Loud]:
    """The story, told by people who are called so too."""
    play = await SlackPlay.open(MORNING)
    try:
        for user in ("UEMIL", "ULONE", "UVERA"):
            first = play.slack.users[user].real_name.split()[0]
            await play.slack.admin.changes_user(user, real_name=f"{first} {words}"[:70])
        hanne, emil, lone, vera = [await play.seat(name) for name in ("Hanne", "Emil", "Lone", "Vera")]
        here = Loud(play, hanne, emil, lone, vera, words=words, named=named)
        await play_to(here, scene)
        yield here
    finally:
        await play.close()


def things(blocks: Any) -> Iterator[dict[str, Any]]:
    """Every object in them."""
    if isinstance(blocks, list):
        for each in blocks:
            yield from things(each)
    if isinstance(blocks, dict):
        yield blocks
        for key, each in blocks.items():
            if key != "value" and not key.startswith("initial_"):
                yield from things(each)


def only_text(here: Here) -> None:
    """Whatever anybody ever saw is plain."""
    ledger = here.slack.ledger
    shown: list[Posted | Updated | Ephemeral] = [*ledger.posted, *ledger.updates, *ledger.ephemerals]
    for entry in shown:
        check(entry.blocks, entry.text)
        assert not isinstance(entry, Posted) or not entry.unfurls
    for view in ledger.of(ViewShown):
        check(view.view["blocks"], "")


def check(blocks: Any, text: str) -> None:
    """Nothing in it is anything but text."""
    for thing in things(blocks):
        assert thing.get("type") not in MARKED, thing
        assert thing.get("type") != "plain_text" or thing.get("emoji") is False
        assert not set(thing) & {"url", "image_url", "user_id", "title_url"}
    assert "<" not in text, text
    assert not any(sign in json.dumps(blocks, ensure_ascii=False) for sign in "\u202e\u202d\u2067\u0000")


def reads(here: Here, place: str) -> str:
    """All that stood in a conversation, whenever."""
    shown: list[Posted | Updated] = [*here.slack.ledger.posted, *here.slack.ledger.updates]
    return "\n".join("\n".join(said(it.blocks)) for it in shown if place in (it.channel, it.user))


@pytest.mark.parametrize("words", EVIL)
async def test_a12_marks_of_slack_are_text_from_the_announcement_to_the_last_summary(words: str) -> None:
    async with loudly(words, "debrief", named=True) as here:
        assert words in reads(here, CHANNEL_ID), "the announcement"
        assert words in reads(here, "ULONE"), "what the leader is asked"
        assert words in reads(here, "UEMIL"), "what the leader wrote"
        before = reads(here, "ULONE").count(words)
        await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
        await walk(here.emil, {"deb.12.action.what#1": words, "deb.10.transfer": words})
        assert reads(here, "ULONE").count(words) > before + 2, "the summary"
        await open_pages(here)
        assert words in here.emil.there.home.words()
        only_text(here)
        here.nothing_refused()


async def open_pages(here: Here) -> None:
    """Everybody opens their page."""
    for seat in (here.hanne, here.emil, here.lone, here.vera):
        await seat.there.opens_home()
        await here.play.settle()


@pytest.mark.parametrize("words", ODD)
async def test_a12_what_turns_hides_or_piles_up_is_shown_harmless_and_refused_nowhere(words: str) -> None:
    async with loudly(words, "second day", named=False) as here:
        await write(here, log__core__what=words)
        await open_pages(here)
        assert "mærke" in reads(here, "ULONE")
        assert "mærke" in here.emil.there.home.words()
        only_text(here)
        here.nothing_refused()


LONG = [
    "lang " * 6000,
    "x" * 30_000,
    "e" + "\u0301" * 10_000,
    "\u0301" * 5000,
    "\u200b" * 100,
    "<!channel>" * 3000,
    "🏳️‍🌈" * 4000,
]


async def test_a12_a22_thirty_thousand_characters_and_none_that_is_seen_are_taken_in_the_chat() -> None:
    async with loudly("Langmand skriver meget og længe om alting", "invited", named=False) as here:
        await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
        await walk(
            here.emil, {"prep.ack": "yes", "prep.purpose": ["prep.purpose.understand"], "prep.finish": "15:30"}, 4
        )
        here.slack.stacks.clear()
        for text in LONG:
            before = len(here.chat(here.emil))
            delivery = await here.emil.there.types(text)
            await here.play.settle()
            assert delivery.answer.ok
            assert len(here.chat(here.emil)) > before, "there is an answer to everything"
        only_text(here)
        here.nothing_refused()


NAMES = ["<!channel>", "\u0301" * 40, "\u200b\u2060", "x" * 300, "=1+1", "👩‍👩‍👧‍👦" * 20, "\u202eliM"]


async def test_a12_any_name_is_a_name() -> None:
    async with loudly("Sand", "start", named=False) as here:
        for n, name in enumerate(NAMES):
            here.slack.add_user(f"UNY{n}", name)
            here.slack.channels[CHANNEL_ID].members.add(f"UNY{n}")
            somebody = here.slack.person(f"UNY{n}")
            await somebody.types("hjælp")
            await here.play.settle()
            await somebody.opens_home()
            await here.play.settle()
            assert len(here.slack.from_bot(f"UNY{n}")) == 2, "the hello, and the help"
            assert somebody.home.blocks
        only_text(here)
        here.nothing_refused()
