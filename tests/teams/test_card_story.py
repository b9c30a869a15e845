"""Every message of a whole exchange, as cards and as a dialog, in three languages: Teams takes each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

import pytest

from bot.channel import Channel, Hold, Message, Outcome, Outgoing
from bot.channels.teams.card import chat, whole
from bot.channels.teams.dialog import dialog
from bot.delivery import Delivery
from bot.stage import Stage
from tests.stage.play import WORDS, Play
from tests.stage.scenes import cast, play_to
from tests.teams.schema import check_activity, check_card, check_dialog


class Overheard:
    """A channel, and all that went out through it."""

    def __init__(self, inner: Channel) -> None:
        self._inner = inner
        self.name = inner.name
        self.abreast = inner.abreast
        self.said: list[Message] = []

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """As the real one."""
        self.said.append(outgoing.message)
        return await self._inner.send(outgoing, now)

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """As the real one."""
        return await self._inner.find(outgoing)

    def heard(self) -> Sequence[Hold]:
        """As the real one."""
        return self._inner.heard()

    def obey(self, holds: Sequence[Hold]) -> None:
        """As the real one."""
        self._inner.obey(holds)


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_t15_every_message_of_an_exchange_is_a_card_that_teams_takes(language: str) -> None:
    here = await cast(language, date(2026, 5, 5), date(2026, 5, 7))
    overheard = overhear(here.play)
    await play_to(here, "debrief")
    assert len(overheard.said) > 60
    for message in overheard.said:
        check(message)


def overhear(play: Play) -> Overheard:
    """What goes out from now on."""
    overheard = Overheard(play.channel)
    play.delivery = Delivery(play.store, play.clock, {overheard.name: overheard, play.pages.name: play.pages})
    play.stage = Stage(play.store, play.words, play.clock, play.house, play.ticker, play.delivery)
    return overheard


def check(message: Message) -> None:
    """It fits everywhere, and nothing private stands in a chat that has a door."""
    say = partial(WORDS.text, message.language)
    for activity in chat(message, say):
        check_activity(activity)
        assert activity["attachments"][0]["content"]["lang"] == message.language
        for part in message.parts:
            assert part.look != "own" or not message.door or part.text not in str(activity)
    check_card(whole(message, say, members={}))
    check_dialog(dialog([message], say, members={}))
