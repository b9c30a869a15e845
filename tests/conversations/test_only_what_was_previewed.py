"""Only what stood in a preview and was left in, or was shared by a press, goes with the overview (decision 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.moment import Moment
from bot.turns import my_data
from storage.records import AnswerRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.scenes import Cast, prepare, write

FIRST = "Zebrastriber paa gangen"
LATE = "Giraffer i gaarden"


async def written(here: Cast) -> set[str]:
    """The questions of the logbook that Emil has answered."""
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    return {row.key for row in rows}


async def habit_open(here: Cast) -> None:
    """Emil lets everything be picked for the overview."""
    await here.emil.says("hjælp")
    await here.emil.taps("btn.habit")
    await here.emil.taps("share.habit.open")


async def test_what_the_habit_picks_goes_after_its_preview_stood_there(open_at: Open) -> None:
    here = await open_at("prepared")
    await habit_open(here)
    await here.at(date(2026, 5, 5), 15, 20)
    await write(here, log__core__what=FIRST)
    assert "log.core.what" in await written(here)
    await here.at(date(2026, 5, 7), 15, 20)
    assert "share.week.pick" in {field.key for message in await here.emil.messages() for field in message.fields}
    await here.at(date(2026, 5, 8), 12)
    assert FIRST in await here.lone.everything()


async def test_without_a_preview_nothing_goes(open_at: Open) -> None:
    here = await open_at("prepared")
    await habit_open(here)
    await here.at(date(2026, 5, 5), 15, 20)
    await write(here, log__core__what=FIRST)
    assert "log.core.what" in await written(here)
    await here.emil.says("pause")
    await here.emil.says("8. maj")
    await here.at(date(2026, 5, 8), 12)
    await here.lone.says("hvad er delt")
    assert FIRST not in await here.lone.everything()


async def test_a_habit_chosen_later_does_not_pick_what_was_said_to_stay(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what=FIRST)
    assert "log.core.what" in await written(here)
    await habit_open(here)
    await here.at(date(2026, 5, 8), 12)
    assert FIRST not in await here.lone.everything()


async def test_after_the_overview_has_gone_a_late_line_is_shared_by_itself(open_at: Open) -> None:
    here = await open_at("last day")
    await here.at(date(2026, 5, 8), 9, 30)
    await here.emil.taps("btn.start")
    await here.emil.fills({"log.last.unforget": LATE})
    assert "8.\u00a0maj" not in await here.emil.text(), "the overview of that day has gone"
    await here.emil.taps("btn.share_one")
    await here.emil.fills()
    await here.emil.taps("btn.share")
    told = here.play.words.text("da", "share.told", {"name": "Emil"})
    assert told in await here.lone.text()
    await here.lone.taps("btn.released")
    assert LATE in await here.lone.text()


async def test_a_paused_entry_can_be_taken_up_from_its_reminder(open_at: Open) -> None:
    here = await open_at("first day")
    await here.emil.taps("btn.not_today")
    await here.at(date(2026, 5, 6), 15, 20)
    await here.emil.says("pause")
    await here.at(date(2026, 5, 7), 9, 20)
    reply = await here.emil.taps("btn.start")
    assert reply.note == ""


async def test_what_was_chosen_still_goes_when_the_stay_ends_early(open_at: Open) -> None:
    here = await open_at("second day")
    await write(here, log__core__what=FIRST)
    await here.emil.taps("btn.share_one")
    await here.emil.fills()
    await here.emil.taps("btn.share")
    await here.at(date(2026, 5, 7), 14)
    await here.emil.says("stop")
    await here.emil.taps("btn.yes")
    await here.at(date(2026, 5, 8), 12)
    nothing = [here.play.words.text("da", key, {"name": "Emil"}) for key in ("sum.week.noshare", "sum.week.back")]
    chat = await here.lone.everything()
    assert FIRST in chat
    assert not [line for line in nothing if line in chat]


async def test_deleting_what_is_private_leaves_what_was_shared(open_at: Open) -> None:
    here = await open_at("first day")
    await write(here, log__core__what=FIRST, log__core__sowhat=LATE, log__first__wonder="Hvem bestemmer her")
    await here.emil.taps("btn.share_one")
    message = await here.emil.last()
    shared = next(choice.value for choice in message.fields[0].choices if choice.label.startswith(FIRST))
    await here.emil.fills({"answer": shared})
    await here.emil.fills()
    await here.emil.taps("btn.share")
    await here.emil.says("mine data")
    for key in ("btn.delete_private", "btn.delete_private"):
        await here.emil.taps(key)
    kept = await written(here)
    assert "log.core.what" in kept
    assert kept.isdisjoint({"log.core.sowhat", "log.first.wonder", "prep.expect"})
    assert "prep.goal.1" in kept, "what the two have agreed stays"


async def test_a_goal_as_it_was_before_it_was_sharpened_is_read_by_nobody_else(open_at: Open) -> None:
    here = await open_at("invited")
    await prepare(here, prep__goal__1="Se zebrastriber", **{"prep.goal.sharpen#1": "Jeg vil kunne male zebrastriber"})
    for who in (here.lone, here.vera):
        await who.says("hvad er delt")
        assert "Se zebrastriber" not in await who.everything()
    assert "Jeg vil kunne male zebrastriber" in await here.lone.everything()


async def test_ones_own_answers_stand_as_they_were_asked_without_what_was_left_empty(open_at: Open) -> None:
    here = await open_at("employee prepared")

    def shown(work: Work) -> list[AnswerRow]:
        mine = work.answers.by(here.emil.id)
        work.answers.put(replace(mine[-1], id="empty", key="prep.support", value=[]))
        play = here.play
        return my_data.mine(Moment(work, play.words, play.clock.now(), play.house), work.people.get(here.emil.id))

    keys = [row.key for row in await here.play.store.run(shown) if row.occasion == "prep"]
    assert keys[:4] == ["prep.purpose", "prep.days", "prep.finish", "prep.goal.1"]
    assert "prep.support" not in keys
