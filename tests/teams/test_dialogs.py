"""The way through cards and dialogs, where Teams is unlike the other platforms."""

from __future__ import annotations

from bot.channel import Message
from dialogs.model import Raw
from tests.stage.play import read
from tests.stage.scenes import join, minutes, write
from tests.teams.here import at
from tests.transcripts.player import LONG

TEXT = "Vi stod i en kreds, og alle sagde, hvad de kunne tage"
ROUND: tuple[dict[str, Raw], ...] = (
    {"round.new.name": "Efterår", "round.new.forms": ["form.shadow"]},
    {
        "round.new.opens": "2026-04-13",
        "round.new.deadline": "2026-04-20",
        "round.new.answer_by": "2026-04-24",
        "round.new.latest_start": "2026-06-01",
        "round.new.finish_by": "2026-06-30",
    },
    {"round.new.channel": "#jobbytte"},
)


def asked(message: Message) -> list[str]:
    """The questions of a card."""
    return [it.key for it in message.fields]


async def test_what_is_to_be_changed_is_chosen_in_the_dialog_and_nothing_is_drawn_over_it() -> None:
    async with at("start") as here:
        await here.hanne.says("ny runde")
        for page in ROUND:
            await here.hanne.fills(page)
        await here.hanne.presses("Rediger")
        assert asked(here.dialog(here.hanne)) == ["edit"]
        await here.hanne.fills({"edit": "round.new.name"})
        assert "round.new.name" in asked(here.dialog(here.hanne))


async def test_a_card_in_the_chat_does_not_say_back_what_was_written() -> None:
    async with at("debrief", days=LONG) as here:
        await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
        while "deb.7.unplanned" not in asked(shown := await here.emil.last()):
            ways = [it for it in shown.buttons if it.sends or it.label == here.word("btn.skip")]
            await here.emil.presses(ways[0].label)
        await here.emil.puts_down()
        await here.emil.press(here.emil.chats()[-1], shown.buttons[0], {"deb.7.unplanned": TEXT})
        assert asked(here.emil.chats()[-1]) == ["deb.8.contribution"]
        here.play.no_own_words()


async def test_who_presses_again_in_a_channel_is_asked_below() -> None:
    async with at("round open") as here:
        await join(here, here.emil)
        await here.emil.fills({"sign.voluntary": "yes"})
        before = len(here.emil.chats())
        await here.emil.says("hjælp")
        await join(here, here.emil)
        assert len(here.emil.chats()) == before + 2
        assert asked(here.emil.chats()[-1]) == ["sign.leader"]
        assert here.word("card.goes_on_below") in read(here.emil.chats()[-3])


async def test_nothing_has_come_up_says_where_the_answer_is() -> None:
    async with at("start") as here:
        await here.emil.says("mine data")
        reply = await here.emil.presses(here.word("btn.see"))
        assert reply.note == here.word("teams.below")
        assert here.word("data.nothing") in here.reads(here.emil)


async def test_t12_who_writes_a_lot_at_once_is_answered_within_the_limits() -> None:
    async with at("start") as here:
        for _ in range(12):
            await here.emil.says("hjælp")
        here.play.nothing_refused()


async def test_what_was_ticked_can_be_unticked() -> None:
    async with at("last day") as here:
        await write(here)
        form = await here.emil.last()
        first = next(it for it in form.fields if it.key == "share.week.pick").choices[0].value
        await here.emil.fills({"share.week.pick": [first]})
        await here.emil.presses("Ret mit valg")
        assert (await here.emil.last()).fields[0].chosen == (first,)
        await here.emil.fills({"share.week.pick": []})
        assert [row.id for row in await here.answers(here.emil) if row.picked or row.released] == []
