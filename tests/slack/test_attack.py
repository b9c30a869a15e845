"""What somebody might try, and what happens when Slack tells of things much later."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from tests.slack.here import at
from tests.slack.stage import CHANNEL_ID, TEAM
from tests.stage.scenes import NOTES

KEPT = 1
"""Units of work until a press is written down."""


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_s12_an_end_that_is_told_after_it_was_installed_anew_ends_nothing(kind: str) -> None:
    async with at("round open") as here:
        await here.slack.admin.uninstalls(TEAM)
        told = next(it for it in here.slack.deliveries if it.body.get("event", {}).get("type") == kind)
        here.play.clock.move_to(here.play.clock.now() + timedelta(minutes=1))
        here.play.bot_token = here.slack.install(TEAM).value
        await here.play.restart()
        again = await here.slack.send(told.kind, told.team, told.body)
        assert again.answer.ok
        said = len(here.chat(here.emil))
        await here.emil.says("hjælp")
        assert len(here.chat(here.emil)) == said + 1
        here.nothing_refused()


async def test_f4_what_is_answered_after_a_breakdown_puts_nobodys_words_into_the_chat() -> None:
    async with at("debrief") as here:
        quote = NOTES["da"]["log.core.what"][0][:25]
        store = await here.troubled()
        await here.emil.says("mine data")
        menu = here.chat(here.emil)[-1]
        before = count(1)

        async def breaks_down() -> None:
            store.away = next(before) > KEPT

        store.before = breaks_down
        delivery = await here.emil.there.presses(menu, here.word("btn.see"))
        assert delivery.answer.status == 503, "Slack says so to whoever pressed"
        store.before, store.away = None, False
        assert await here.play.conversation.catch_up() == 1, "it was written down"
        await here.play.settle()
        assert quote not in str([post.blocks for post in here.chat(here.emil)])
        assert here.chat(here.emil)[-1].words() == here.word("channel.slow")
        await here.emil.there.presses(menu, here.word("btn.see"))
        await here.play.settle()
        assert quote in here.view(here.emil).words()


async def test_s8_words_in_a_channel_answer_no_question_that_was_asked_in_private() -> None:
    async with at("first day") as here:
        door = here.chat(here.emil)[-1]
        await here.emil.there.presses(door, door.labels()[0])
        await here.play.settle()
        await here.emil.puts_down()
        kept = await here.kept(here.emil, "log.")
        await here.emil.there.mentions(CHANNEL_ID, "Hvem har tid til frokost i morgen?")
        await here.play.settle()
        assert await here.kept(here.emil, "log.") == kept
        assert here.chat(here.emil)[-1].words().startswith(here.word("err.unknown"))
