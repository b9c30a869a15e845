"""What others bring about comes inside the reader's hours, at most three a day with all else, once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.channel import Part
from bot.holding import DECISION
from bot.moment import Moment, Told
from bot.planning import worker
from bot.programme.calendar import within_hours
from bot.programme.schedule import HELD, MOST_A_DAY
from bot.tick import Ticker
from bot.turns import people
from storage.outbox import Outbox
from storage.records import AnswerRow, OutboxState, PromptRow, new_id
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.play import WORDS, Seat, read
from tests.stage.scenes import Cast, cast, write

DAY = date(2026, 4, 14)
"""A Tuesday; at "start" it is the Monday before, nine o'clock."""

HERE = ZoneInfo("Europe/Copenhagen")


async def brings(here: Cast, who: Seat, *texts: str, kind: str = "news", **more: object) -> list[str]:
    """What somebody else does brings messages to a person. The ids of the outgoings."""
    person, now = await who.person(), here.play.clock.now()

    def unit(work: Work) -> list[str]:
        moment = Moment(work, WORDS, now, here.play.house, actor="another")
        return [
            moment.tell(person, Told([Part(text)]), kind=kind, subject="about", **more)  # type: ignore[arg-type]
            for text in texts
        ]

    ids = await here.play.store.run(unit)
    await here.play.delivery.deliver()
    return ids


async def got(who: Seat, *texts: str) -> list[str]:
    """Which of these words have come, in the order in which they came, as often as they did."""
    came = [read(message) for message in await who.messages()]
    return [text for text in came if text in texts]


async def state(here: Cast, id: str) -> OutboxState:
    return (await here.play.store.run(lambda work: work.outbox.get(id))).state


async def works(here: Cast, who: Seat, starts: time, ends: time) -> None:
    """The person has these hours."""
    person = replace(await who.person(), starts=starts, ends=ends)
    await here.play.store.run(lambda work: work.people.update(person))


# Outside the hours


async def test_what_comes_in_the_evening_is_there_next_morning_once(open_at: Open) -> None:
    here = await open_at("proposed")
    await here.at(DAY, 20)
    before = await here.vera.everything()
    await here.emil.taps("btn.accept")
    assert "Godt. Jeg spørger" in await here.emil.text(), "who does something is answered at once, whenever that is"
    for hour, minute in ((20, 1), (23, 59)):
        await here.at(DAY, hour, minute)
        assert await here.vera.everything() == before
    await here.at(DAY + timedelta(days=1), 8, 59)
    assert await here.vera.everything() == before
    await here.at(DAY + timedelta(days=1), 9)
    first = await here.vera.everything()
    assert first != before
    await here.at(DAY + timedelta(days=1), 15)
    assert await here.vera.everything() == first, "once"
    await here.vera.taps("btn.accept")
    await here.at(DAY + timedelta(days=1), 15, 30)
    assert await here.lone.offered(WORDS.text("da", "btn.approve"))


@pytest.mark.parametrize(
    ("day", "hour", "at"),
    [
        (DAY, 7, datetime(2026, 4, 14, 9, tzinfo=HERE)),
        (DAY, 15, datetime(2026, 4, 14, 15, tzinfo=HERE)),
        (DAY, 16, datetime(2026, 4, 15, 9, tzinfo=HERE)),
        (date(2026, 4, 17), 18, datetime(2026, 4, 20, 9, tzinfo=HERE)),
        (date(2026, 4, 18), 12, datetime(2026, 4, 20, 9, tzinfo=HERE)),
    ],
)
async def test_it_comes_when_the_hours_begin(open_at: Open, day: date, hour: int, at: datetime) -> None:
    here = await open_at("start")
    await here.at(day, hour)
    await brings(here, here.lone, "nyt")
    if at > here.play.clock.now():
        await here.play.until(at - timedelta(minutes=1))
        assert await got(here.lone, "nyt") == []
        await here.play.until(at)
    assert await got(here.lone, "nyt") == ["nyt"]


async def test_hours_that_change_while_it_is_held_are_kept_too(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    await brings(here, here.lone, "nyt")
    await works(here, here.lone, time(12), time(20))
    await here.at(DAY + timedelta(days=1), 11, 59)
    assert await got(here.lone, "nyt") == []
    await here.at(DAY + timedelta(days=1), 12)
    assert await got(here.lone, "nyt") == ["nyt"]


async def test_who_works_in_the_evening_gets_it_in_the_evening(open_at: Open) -> None:
    here = await open_at("start")
    await works(here, here.lone, time(15), time(23))
    await here.at(DAY, 21)
    await brings(here, here.lone, "nyt")
    assert await got(here.lone, "nyt") == ["nyt"]


async def test_the_playground_comes_to_it_as_the_next_thing(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 21)
    (gone,) = await brings(here, here.emil, "borte")
    await here.play.store.run(lambda work: work.outbox.withdraw(gone))
    await brings(here, here.lone, "nyt")
    await works(here, here.emil, time(6), time(7))
    at = await here.play.next_event()
    assert at.astimezone(ZoneInfo("Europe/Copenhagen")) == datetime(
        2026, 4, 15, 9, tzinfo=ZoneInfo("Europe/Copenhagen")
    )
    assert await got(here.lone, "nyt") == ["nyt"]


async def test_they_come_in_order_and_what_asks_for_something_comes_first(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    await brings(here, here.lone, "et", "to")
    await brings(here, here.lone, "svar", kind="task")
    await here.at(DAY, 22)
    await brings(here, here.lone, "tre")
    await here.at(DAY + timedelta(days=1), 9)
    assert await got(here.lone, "et", "to", "svar", "tre") == ["svar", "et", "to"]
    await here.at(DAY + timedelta(days=2), 9)
    assert await got(here.lone, "et", "to", "svar", "tre") == ["svar", "et", "to", "tre"]


async def test_nothing_overtakes_what_is_held(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 12)
    await brings(here, here.lone, "1", "2", "3", "4")
    await here.at(DAY + timedelta(days=1), 8)
    await brings(here, here.lone, "5")
    await here.at(DAY + timedelta(days=1), 9)
    await brings(here, here.lone, "6")
    assert await got(here.lone, *"123456") == list("123456")


async def test_nothing_overtakes_what_is_held_also_where_the_hours_begin_earlier_meanwhile(open_at: Open) -> None:
    here = await open_at("start")
    await works(here, here.lone, time(12), time(17))
    await here.at(DAY, 20)
    await brings(here, here.lone, "1")
    await works(here, here.lone, time(9), time(17))
    await here.at(DAY + timedelta(days=1), 10)
    await brings(here, here.lone, "2")
    assert await got(here.lone, "1", "2") == []
    await here.at(DAY + timedelta(days=1), 12)
    assert await got(here.lone, "1", "2") == ["1", "2"]


async def test_the_first_hello_comes_with_the_first_message(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    lone = await here.lone.person()
    await here.play.store.run(lambda work: work.people.update(replace(lone, told=frozenset())))
    before = len(await here.lone.messages())
    await brings(here, here.lone, "nyt")
    assert len(await here.lone.messages()) == before
    await here.at(DAY + timedelta(days=1), 9)
    hello, news = (await here.lone.messages())[before:]
    assert WORDS.text("da", "hello.bot", {"name": "Lone", "contact": "HR"}) in read(hello)
    assert read(news) == "nyt"


# Three a day


async def test_three_come_on_a_day_and_the_fourth_the_next(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 10)
    await brings(here, here.lone, *"123")
    await here.at(DAY, 11)
    await brings(here, here.lone, *"45")
    await here.at(DAY, 15, 59)
    assert await got(here.lone, *"12345") == list("123")
    await here.at(DAY + timedelta(days=1), 9)
    assert await got(here.lone, *"12345") == list("12345")


async def test_the_answer_to_ones_own_request_comes_at_once_and_counts_for_nothing(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 10)
    await brings(here, here.lone, *"12")
    await brings(here, here.lone, "ja", kind=DECISION)
    await brings(here, here.lone, "3")
    await brings(here, here.lone, "nej", kind=DECISION)
    await brings(here, here.lone, "4")
    assert await got(here.lone, *"1234", "ja", "nej") == ["1", "2", "ja", "3", "nej"]


async def test_what_others_bring_about_takes_no_room_from_the_days_logbook(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.at(here.start, 11)
    await brings(here, here.emil, *"123")
    assert await got(here.emil, *"123") == list("12")
    await here.at(here.start, 15, 15)
    assert any(field.key.startswith("log.") for field in (await here.emil.last()).fields)
    await here.at(here.start + timedelta(days=1), 9)
    assert await got(here.emil, *"123") == list("123")


async def test_what_is_planned_sees_what_others_brought_about(open_at: Open) -> None:
    here = await open_at("approved")
    await here.at(date(2026, 4, 21), 8, 30)
    prep = await planned(here, "prep")
    assert prep
    await brings(here, here.emil, *"123")
    await here.at(date(2026, 4, 21), 15, 30)
    assert await got(here.emil, *"123") == list("123")
    assert [row.state for row in await planned(here, "prep")] == ["pending"], "there was no room for it"
    await here.at(date(2026, 4, 22), 15, 30)
    assert [row.state for row in await planned(here, "prep")] == ["said"]


async def test_who_works_one_day_a_week_gets_three_on_it_too(open_at: Open) -> None:
    here = await open_at("approved")
    person = replace(await here.emil.person(), working_days=(1,))
    await here.play.store.run(lambda work: work.people.update(person))
    for row in [*await planned(here, "homework"), *await planned(here, "colleagues")]:
        await here.play.store.run(lambda work, row=row: work.prompts.mark(row.id, "cancelled"))  # type: ignore[misc]
    await here.at(date(2026, 4, 21), 9)
    await brings(here, here.emil, *"123")
    await here.at(date(2026, 4, 28), 15, 30)
    assert [row.state for row in await planned(here, "prep")] == ["said"], "it has waited for a week"
    await brings(here, here.emil, *"456")
    assert await got(here.emil, *"123456") == list("12345")


async def planned(here: Cast, kind: str) -> list[PromptRow]:
    def unit(work: Work) -> list[PromptRow]:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        return work.prompts.of(exchange.id, kind)

    return await here.play.store.run(unit)


async def test_answers_are_never_held_and_count_for_nothing(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 22)
    before = len(await here.lone.messages())
    for _ in range(5):
        await here.lone.says("hjælp")
    assert len(await here.lone.messages()) == before + 5
    await here.at(DAY + timedelta(days=1), 9)
    await brings(here, here.lone, *"123")
    assert await got(here.lone, *"123") == list("123")


async def test_an_answer_that_comes_later_than_what_it_answers_is_not_held_either(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 22)
    await brings(here, here.lone, "svar", kind="answer")
    assert await got(here.lone, "svar") == ["svar"]


# What is not to be said any more


async def test_what_is_cancelled_while_it_is_held_never_comes(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    await brings(here, here.lone, "nyt")
    assert await here.play.store.run(lambda work: work.outbox.cancel("about")) == 1
    await here.at(DAY + timedelta(days=1), 12)
    assert await got(here.lone, "nyt") == []


async def test_who_has_left_by_then_gets_nothing(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    gone, kept = [(await brings(here, who, "nyt"))[0] for who in (here.lone, here.vera)]
    (lone,) = await here.play.store.run(lambda work: work.people.addresses(here.lone.id))
    await here.play.store.run(
        lambda work: people.change(
            Moment(work, WORDS, here.play.clock.now(), here.play.house), lone, name="", zone="", active=False
        )
    )
    vera = replace(await here.vera.person(), active=False)
    await here.play.store.run(lambda work: work.people.update(vera))
    await here.at(DAY + timedelta(days=1), 12)
    assert [await state(here, id) for id in (gone, kept)] == [OutboxState.CANCELLED] * 2


async def test_what_takes_the_place_of_a_held_message_comes_alone(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    (first,) = await brings(here, here.lone, "før")
    await brings(here, here.lone, "nu", replaces=first)
    await here.at(DAY + timedelta(days=1), 12)
    assert await got(here.lone, "før", "nu") == ["nu"]


async def test_a_withdrawal_leaves_nothing_of_a_question_that_nobody_saw(open_at: Open) -> None:
    here = await open_at("proposed")
    await here.at(DAY, 20)
    before = len(await here.vera.messages())
    await here.emil.taps("btn.accept")
    await here.emil.says("stop")
    await here.emil.taps("btn.yes")
    await here.at(DAY + timedelta(days=2), 12)
    came = (await here.vera.messages())[before:]
    assert WORDS.text("da", "stop.closed") not in "\n".join(map(read, came))
    assert not [message for message in came if message.fields or "btn.accept" in str(message.buttons)]


async def test_words_typed_at_night_are_no_answer_to_a_question_that_nobody_saw(open_at: Open) -> None:
    here = await open_at("proposed")
    await here.at(DAY, 20)
    await here.emil.taps("btn.accept")
    await here.vera.says("ja")
    assert WORDS.text("da", "err.unknown") in await here.vera.text()
    await here.at(DAY + timedelta(days=1), 9)
    await here.vera.taps("btn.accept")


async def test_whoever_answers_before_it_was_shown_is_not_asked_again(open_at: Open) -> None:
    here = await open_at("proposed")
    await here.at(DAY, 20)
    await here.emil.taps("btn.accept")
    await here.vera.says("status")
    open_talk = WORDS.text("da", here.play.house.scripts["host_proposal"].dialog.title)
    await here.vera.presses(WORDS.text("da", "btn.go_on_with", {"text": open_talk}))
    await here.vera.taps("btn.accept")
    came = len(await here.vera.messages())
    await here.at(DAY + timedelta(days=1), 12)
    labels = [button.label for message in (await here.vera.messages())[came:] for button in message.buttons]
    assert WORDS.text("da", "btn.accept") not in labels


async def shares_with_vera(here: Cast) -> None:
    """In the evening Emil shares one thought with his host."""
    await here.at(here.start, 15, 20)
    await write(here, log__core__what="Morgenmødet er kort")
    await here.at(here.start, 21)
    await here.emil.taps("btn.share_one")
    await here.emil.fills({"share.receivers": [here.vera.id]})
    await here.emil.taps("btn.share")


@pytest.mark.parametrize("taken_back", [False, True])
async def test_what_is_taken_back_in_the_night_was_never_shared(open_at: Open, taken_back: bool) -> None:
    here = await open_at("prepared")
    await shares_with_vera(here)
    told = WORDS.text("da", "share.told", {"name": "Emil"})
    assert told not in await here.vera.everything()
    if taken_back:
        await here.emil.taps("btn.unshare")
    await here.at(here.start + timedelta(days=1), 9, 30)
    assert (told in await here.vera.everything()) is not taken_back


LONG_TEXT = "Morgenmødet er kort, og alle siger hvad de skal i dag"


@pytest.mark.parametrize(
    ("text", "said", "left"),
    [
        ("Morgenmødet er kort", "Emil skriver: Morgenmødet er kort.", "Emil skriver: …."),
        (LONG_TEXT, f"Emil skriver: {LONG_TEXT[:30]} …", ""),
    ],
)
@pytest.mark.parametrize("another", [False, True])
async def test_words_that_are_deleted_in_the_night_stand_in_nothing_that_comes(
    open_at: Open, text: str, said: str, left: str, another: bool
) -> None:
    """Also where only their beginning is quoted, and in what is about another exchange of the same person."""
    here = await open_at("first day")
    await write(here, log__core__what=text)
    await here.at(here.start, 21)

    def unit(work: Work) -> AnswerRow:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        if another:
            exchange = replace(exchange, id="another", state="declined")
            work.exchanges.add(exchange)
        moment = Moment(work, WORDS, here.play.clock.now(), here.play.house, actor=here.emil.id)
        told = Told([Part(said, "own")])
        moment.tell(work.people.get(here.lone.id), told, kind="news", subject=exchange.id)
        (row,) = [row for row in work.answers.by(here.emil.id) if row.value == text]
        return row

    row = await here.play.store.run(unit)
    before = await here.lone.everything()
    await here.emil.says("mine data")
    await deletes(here, row)
    await here.at(here.start + timedelta(days=1), 12)
    came = (await here.lone.everything()).removeprefix(before)
    assert "Morgenmødet" not in came
    assert ("Emil skriver" in came) == bool(left)
    assert left in came


async def test_taking_back_touches_nothing_that_is_on_its_way_already(open_at: Open) -> None:
    here = await open_at("prepared")
    await shares_with_vera(here)

    def unit(work: Work) -> str:
        moment = Moment(work, WORDS, here.play.clock.now(), here.play.house, actor=here.vera.id)
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        told = Told([Part("Du skrev: Morgenmødet er kort")])
        return moment.tell(work.people.get(here.vera.id), told, kind="answer", subject=exchange.id)

    id = await here.play.store.run(unit)
    await here.emil.taps("btn.unshare")
    assert await state(here, id) is OutboxState.SENT


async def deletes(here: Cast, row: AnswerRow) -> None:
    """Emil deletes one answer."""
    await here.emil.taps("btn.see")
    await here.emil.fills({"answer": row.id})
    await here.emil.taps("btn.delete")


# Whatever breaks


async def test_two_who_tick_at_once_let_it_go_once(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    await brings(here, here.lone, *"12")
    play = here.play
    play.clock.move_to(within_hours(worker(await here.lone.person()), play.clock.now()))
    tickers = [Ticker(play.store, WORDS, play.clock, play.house) for _ in range(3)]
    await asyncio.gather(*(ticker.tick() for ticker in tickers))
    await play.delivery.deliver()
    assert await got(here.lone, *"12") == list("12")


async def test_a_turn_that_breaks_off_leaves_it_held_and_the_next_says_it_once(open_at: Open) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    (id,) = await brings(here, here.lone, "nyt")
    day = DAY + timedelta(days=1)
    broken = PromptRow(new_id(), here.lone.id, "nowhere", "prep", day, here.play.clock.now())
    await here.play.store.run(lambda work: work.prompts.add(broken))
    await here.at(day, 8, 59)
    assert await state(here, id) is OutboxState.HELD
    await here.at(day, 9)
    assert await got(here.lone, "nyt") == ["nyt"]


async def test_what_fails_again_and_again_is_let_go_on_another_day(
    open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    await brings(here, here.lone, "nyt")

    def breaks(*_: object) -> bool:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "let_go", breaks)
        for minute in range(0, 20, 2):
            await here.at(DAY + timedelta(days=1), 9, minute)
    assert await got(here.lone, "nyt") == []
    await here.at(DAY + timedelta(days=2), 10)
    assert await got(here.lone, "nyt") == ["nyt"]


@pytest.mark.parametrize("end", ["missed", "cancelled"])
async def test_what_a_version_that_knows_of_nothing_held_gave_up_is_owed(open_at: Open, end: str) -> None:
    here = await open_at("start")
    await here.at(DAY, 20)
    kept, gone = await brings(here, here.lone, "nyt", "borte")
    await here.play.store.run(lambda work: work.outbox.withdraw(gone))

    def gives_up(work: Work) -> None:
        for row in (row for id in (kept, gone) for row in work.prompts.of(id, HELD)):
            work.prompts.mark(row.id, end, {**row.data, "failures": 5})

    await here.play.store.run(gives_up)
    await here.at(DAY + timedelta(days=1), 12)
    assert await got(here.lone, "nyt", "borte") == []
    assert await here.play.store.run(lambda work: work.overview.owe()) == 1
    await here.at(DAY + timedelta(days=1), 12, 1)
    assert await got(here.lone, "nyt", "borte") == ["nyt"]
    assert await here.play.store.run(lambda work: work.overview.owe()) == 0


@settings(max_examples=15, deadline=None)
@given(some.lists(some.tuples(some.integers(0, 30), some.integers(1, 3)), min_size=1, max_size=8))
def test_whenever_others_act_all_of_it_comes_once_in_order_inside_the_hours_and_three_a_day(
    acts: Sequence[tuple[int, int]],
) -> None:
    asyncio.run(_lives(acts))


async def _lives(acts: Sequence[tuple[int, int]]) -> None:
    here = await cast()
    numbers, sent = iter(range(1000)), []
    for hours, times in acts:
        await here.play.until(here.play.clock.now() + timedelta(hours=hours))
        texts = [f"nyt {next(numbers)}" for _ in range(times)]
        sent += texts
        await brings(here, here.lone, *texts)
    await here.play.until(here.play.clock.now() + timedelta(days=30))
    assert await got(here.lone, *sent) == sent
    lone = await here.lone.person()
    rows = await here.play.store.run(lambda work: work.prompts.since(lone.id, date(2026, 1, 1)))
    came = [row.at for row in rows if row.kind == HELD]
    assert len(came) == len(sent)
    assert all(within_hours(worker(lone), at) == at for at in came)
    days = [row.day for row in rows if row.kind == HELD and row.state == "said"]
    assert len(days) == len(sent)
    assert max(map(days.count, days)) <= MOST_A_DAY
    await here.play.close()
