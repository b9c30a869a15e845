"""Each thing a person does has one effect, however often it comes in, and whatever breaks on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.channel import INCOMING, Address, Button, Incoming, Message, Reply
from bot.conversation import LEASE, MOST_TRIES, Conversation
from bot.moment import Moment
from bot.script import House
from bot.stage import CHANNEL, TENANT
from bot.turns.house import house as build_house
from dialogs.model import Raw
from storage.records import AnswerRow, CardRow, PersonRow, new_id
from storage.store import Store, StoreUnavailable, Work
from tests.running.fakes import Failpoint
from tests.running.story import MONDAY, Story, exchange_id
from tests.stage.play import WORDS, Play, Seat

ENDINGS = ("card.answered", "card.not_yours")


def text(seat: Seat, event: str, words: str) -> Incoming:
    return Incoming(Address(CHANNEL, TENANT, seat.id), event, "text", text=words)


def press(seat: Seat, event: str, card: str, button: str, values: Mapping[str, Raw] | None = None) -> Incoming:
    return Incoming(
        Address(CHANNEL, TENANT, seat.id), event, "press", card=card, button=button, values=dict(values or {})
    )


def word(key: str, language: str = "da") -> str:
    return WORDS.text(language, key)


async def outbox_size(store: Store) -> int:
    """How many messages were ever queued: each has the next number."""

    def unit(work: Work) -> int:
        person = work.people.all(work.people.organisations()[0].id)[0]
        probe = work.outbox.add(work.people.addresses(person.id)[0], "{}", "probe", "probe", MONDAY)
        work.outbox.cancel("probe")
        return probe.order

    return await store.run(unit)


async def said(seat: Seat, key: str) -> int:
    """How often the person was told this."""
    person = await seat.person()
    wanted = WORDS.text(person.language, key)
    return sum(part.text == wanted for message in await seat.messages() for part in message.parts)


@pytest.fixture
async def preparing(story: Story) -> Story:
    """Emil has opened his preparation and sees its first card."""
    await story.agreed(date(2026, 6, 1), date(2026, 6, 5))
    await story.employee.says("status")
    await story.presses(story.employee, "begin prep")
    return story


async def card_of(story: Story) -> tuple[CardRow, Message]:
    """The open card of the preparation."""
    found = await story.card(story.employee, "prep")
    assert found is not None
    return found[1:]


async def shown(story: Story) -> tuple[CardRow, Message, Button]:
    card, message = await card_of(story)
    return card, message, next(button for button in message.buttons if button.sends)


async def answers(story: Story) -> list[AnswerRow]:
    subject = await exchange_id(story.play)
    return await story.play.store.run(lambda work: work.answers.of(story.employee.id, subject, "prep"))


# The same again


async def test_f5_the_same_event_four_times_at_once_is_one(story: Story) -> None:
    before = await outbox_size(story.play.store)
    same = text(story.employee, "same", "hjælp")
    await asyncio.gather(*(story.play.conversation.receive(same) for _ in range(4)))
    assert await outbox_size(story.play.store) == before + 2  # the answer, and the probe that counts


async def test_f6_the_same_event_again_much_later_is_nothing(story: Story) -> None:
    same = text(story.employee, "same", "hjælp")
    await story.play.conversation.receive(same)
    before = await outbox_size(story.play.store)
    await story.play.until(datetime(2026, 5, 6, 10, tzinfo=UTC))
    story.play.build()
    assert await story.play.conversation.receive(same) == Reply(repeated=True)
    assert await outbox_size(story.play.store) == before + 1


async def test_f5_two_processes_take_one_event_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/two.db"
    one = Play(MONDAY, url)
    two = Play(MONDAY, url)
    story = Story(one)
    await story.meet()
    before = await outbox_size(one.store)
    same = text(story.employee, "same", "hjælp")
    await asyncio.gather(*(play.conversation.receive(same) for play in (one, two) for _ in range(3)))
    assert await outbox_size(one.store) == before + 2
    await one.close()
    await two.close()


async def test_a9_two_presses_at_once_keep_the_first_answer(preparing: Story) -> None:
    card, _, button = await shown(preparing)
    seat = preparing.employee
    replies = await asyncio.gather(
        *(
            preparing.play.conversation.receive(press(seat, f"twice-{n}", card.id, button.id, {"prep.ack": "yes"}))
            for n in range(2)
        )
    )
    assert sorted(reply.note for reply in replies) == ["", word("card.answered")]
    assert [row.key for row in await answers(preparing)] == ["prep.ack"]


async def test_a9_an_old_card_gets_a_kind_note_and_does_nothing(preparing: Story) -> None:
    card, message, button = await shown(preparing)
    await preparing.answers(preparing.employee, card, message)
    before, kept = await outbox_size(preparing.play.store), await answers(preparing)
    reply = await preparing.employee.press(message, button, {})
    assert reply.note == word("card.answered")
    assert not reply.errors
    assert await answers(preparing) == kept
    assert await outbox_size(preparing.play.store) == before + 1


@pytest.mark.parametrize("way", ["pause", "change"])
async def test_a9_a_card_that_gave_way_is_old(preparing: Story, way: str) -> None:
    await preparing.answers(preparing.employee, *(await shown(preparing))[:2])
    _, message, button = await shown(preparing)
    await preparing.employee.says({"pause": "pause", "change": "ret"}[way])
    kept = await answers(preparing)
    reply = await preparing.employee.press(message, button, {"prep.purpose": ["prep.purpose.practice"]})
    assert reply.note == word("card.answered")
    assert await answers(preparing) == kept


async def test_a9_the_last_card_sends_nothing_once_something_is_to_be_changed(preparing: Story) -> None:
    while "change" not in (await card_of(preparing))[0].actions:
        await preparing.answers(preparing.employee, *(await card_of(preparing)))
    message = (await card_of(preparing))[1]
    change, send = (next(it for it in message.buttons if it.id == name) for name in ("change", "send"))
    await preparing.employee.press(message, change, {})
    reply = await preparing.employee.press(message, send, {})
    assert reply.note == word("card.answered")
    assert "prep.confirm" not in [row.key for row in await answers(preparing)]


async def test_a9_the_card_that_lists_what_can_be_changed_is_used_once(preparing: Story) -> None:
    await preparing.answers(preparing.employee, *(await shown(preparing))[:2])
    await preparing.employee.says("ret")
    _, listing, _ = await shown(preparing)
    edit, back = listing.buttons[:2]
    await preparing.employee.press(listing, back, {})
    reply = await preparing.employee.press(listing, edit, {"edit": "prep.ack"})
    assert reply.note == word("card.answered")


@pytest.mark.parametrize("who", ["leader", "host", "hr"])
async def test_a9_the_card_of_another_person_is_refused(preparing: Story, who: str) -> None:
    card, _, button = await shown(preparing)
    stranger: Seat = getattr(preparing, who)
    reply = await preparing.play.conversation.receive(
        press(stranger, "stolen", card.id, button.id, {"prep.ack": "yes"})
    )
    assert reply.note == word("card.not_yours")
    assert await answers(preparing) == []


async def test_a9_a_card_that_never_was_is_refused(story: Story) -> None:
    for card, button in (("", ""), ("no-such-card", "save"), ("no-such-card", "")):
        reply = await story.play.conversation.receive(press(story.employee, new_id(), card, button))
        assert reply.note == word("card.not_yours")


async def test_a9_a_button_that_is_not_on_the_card_does_nothing(preparing: Story) -> None:
    card, _, _ = await shown(preparing)
    reply = await preparing.play.conversation.receive(press(preparing.employee, "odd", card.id, "extra99"))
    assert reply.note == word("card.answered")
    assert await answers(preparing) == []


async def test_a9_values_of_other_questions_are_not_taken(preparing: Story) -> None:
    card, _, button = await shown(preparing)
    values: dict[str, Raw] = {"prep.ack": "yes", "prep.goal.1": "Springer foran", "lead.prep.justify": "Godkendt"}
    await preparing.play.conversation.receive(press(preparing.employee, "more", card.id, button.id, values))
    assert [row.key for row in await answers(preparing)] == ["prep.ack"]


# Typed, restarted, broken


async def test_a_typed_answer_closes_the_open_card(preparing: Story) -> None:
    card, message, button = await shown(preparing)
    await preparing.employee.says("ja")
    assert [row.key for row in await answers(preparing)] == ["prep.ack"]
    replaced = [told for told in await preparing.employee.messages() if told.card == card.id]
    assert not replaced
    reply = await preparing.employee.press(message, button, {"prep.ack": "yes"})
    assert reply.note == word("card.answered")
    assert (await shown(preparing))[0].id != card.id


async def test_a_press_after_a_restart_works(tmp_path: Path) -> None:
    play = Play(MONDAY, f"sqlite:///{tmp_path}/again.db")
    story = Story(play)
    await story.agreed(date(2026, 6, 1), date(2026, 6, 5))
    await story.employee.says("status")
    await story.presses(story.employee, "begin prep")
    await play.close()
    again = Story(Play(MONDAY, f"sqlite:///{tmp_path}/again.db"))
    await again.meet()
    card, message, _ = await shown(again)
    await again.answers(again.employee, card, message)
    assert [row.key for row in await answers(again)] == ["prep.ack"]
    await again.play.close()


async def test_f4_what_was_written_down_and_not_answered_is_answered_once(story: Story) -> None:
    late = text(story.employee, "late", "hjælp")
    payload = INCOMING.dump_json(late).decode()
    await story.play.store.run(lambda work: work.inbox.add("row", CHANNEL, "late", payload))
    before = await outbox_size(story.play.store)
    assert await story.play.conversation.catch_up() == 1
    assert await story.play.conversation.catch_up() == 0
    assert await story.play.conversation.receive(late) == Reply(repeated=True)
    assert await outbox_size(story.play.store) == before + 2


async def test_f5_two_that_catch_up_at_once_answer_once_and_stumble_over_nothing(story: Story) -> None:
    play = story.play
    late = INCOMING.dump_json(text(story.employee, "late", "hjælp")).decode()
    await play.store.run(lambda work: work.inbox.add("row", CHANNEL, "late", late))
    other = Conversation(play.store, WORDS, play.clock, play.house, lambda: None)
    with capture_logs() as logged:
        await asyncio.gather(play.conversation.catch_up(), other.catch_up())
    await play.delivery.deliver()
    assert len(await story.employee.messages()) == 2
    assert logged == []


async def test_what_is_being_answered_is_left_to_the_one_who_answers(preparing: Story) -> None:
    """The errors of a form belong to the request that sent it, not to the tick that happens to come by."""
    card, _, button = await shown(preparing)
    for n in range(20):
        wrong = press(preparing.employee, f"wrong-{n}", card.id, button.id, {"prep.ack": ""})
        waiting = asyncio.create_task(preparing.play.conversation.receive(wrong))
        while not waiting.done():
            await preparing.play.conversation.catch_up()
        assert "prep.ack" in (await waiting).errors


class Broken(Exception):
    """A mistake of ours."""


def failing(house: House) -> House:
    """The house where nobody can be helped."""

    def fail(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
        moment.work.meta.set("half", "done")
        raise Broken(f"no help for {person.name}, who sent {incoming}")

    return replace(house, presses={**house.presses, "help": fail})


@pytest.fixture
async def broken(story: Story) -> tuple[Story, Conversation]:
    play = story.play
    return story, Conversation(play.store, WORDS, play.clock, failing(build_house()), lambda: None)


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_f21_a_turn_that_always_fails_sinks_alone(broken: tuple[Story, Conversation], language: str) -> None:
    story, conversation = broken
    await story.employee.says({"da": "dansk", "nb": "bokmål", "en": "english"}[language])
    message, button = await story.button(story.employee, "help")
    poison = press(story.employee, "poison", message.card, button.id)
    assert await conversation.receive(poison) == Reply()
    for n in range(MOST_TRIES + 2):
        await conversation.catch_up()
        await conversation.receive(text(story.leader, f"other-{n}", "hjælp"))
    pending = await story.play.store.run(lambda work: work.inbox.pending(10))
    assert pending == []
    await story.play.delivery.deliver()
    assert await said(story.employee, "err.retrying") == 1
    assert await said(story.employee, "err.generic") == 1, "after the last try"
    assert (await story.employee.person()).language == language
    assert len(await story.leader.messages()) == 1 + MOST_TRIES + 2
    assert await story.play.store.run(lambda work: work.meta.get("half")) is None


async def test_f24_who_ends_catches_up_with_nothing_more(broken: tuple[Story, Conversation]) -> None:
    story, conversation = broken
    message, button = await story.button(story.employee, "help")
    await conversation.receive(press(story.employee, "poison", message.card, button.id))
    before = await story.play.store.run(lambda work: work.inbox.pending(10))
    story.play.clock.move_to(story.play.clock.now() + timedelta(minutes=5))
    conversation.ends()
    assert await conversation.catch_up() == 0
    # Not taken either: others may have it at once.
    assert await story.play.store.run(lambda work: work.inbox.pending(10)) == before
    assert [row.attempts for row in before] == [1]


async def test_f21_a_failure_that_nobody_can_be_told_of_is_counted_too(broken: tuple[Story, Conversation]) -> None:
    """Somebody's language is one that this version does not speak."""
    story, conversation = broken
    message, button = await story.button(story.employee, "help")
    person = await story.employee.person()
    await story.play.store.run(lambda work: work.people.update(replace(person, language="xx")))
    await conversation.receive(press(story.employee, "poison", message.card, button.id))
    await conversation.receive(text(story.leader, "other", "hjælp"))
    for _ in range(MOST_TRIES):
        await conversation.catch_up()
    assert await story.play.store.run(lambda work: work.inbox.pending(10)) == []
    assert [row.event for row in await story.play.store.run(lambda work: work.inbox.set_aside())] == ["poison"]


async def test_f21_the_tries_are_counted_also_after_a_restart(broken: tuple[Story, Conversation]) -> None:
    story, conversation = broken
    message, button = await story.button(story.employee, "help")
    await conversation.receive(press(story.employee, "poison", message.card, button.id))
    (first,) = await story.play.store.run(lambda work: work.inbox.pending(10))
    assert first.attempts == 1
    row = first
    for tries in range(2, MOST_TRIES + 1):
        fresh = Conversation(story.play.store, WORDS, story.play.clock, failing(build_house()), lambda: None)
        await fresh.recover()
        assert await fresh.catch_up() == 1
        row = await story.play.store.run(lambda work: work.inbox.get(first.id))
        assert row.attempts == tries
    assert row.state == "poison"


async def test_a_mended_version_answers_what_the_broken_one_could_not(broken: tuple[Story, Conversation]) -> None:
    story, conversation = broken
    message, button = await story.button(story.employee, "help")
    await conversation.receive(press(story.employee, "poison", message.card, button.id))
    before = len(await story.employee.messages())
    await story.play.conversation.recover()
    assert await story.play.conversation.catch_up() == 1
    await story.play.delivery.deliver()
    assert len(await story.employee.messages()) == before + 2  # the sorry from before, and the help


async def test_f21_what_no_version_understands_holds_nobody_up(story: Story) -> None:
    await story.play.store.run(lambda work: work.inbox.add("odd", CHANNEL, "odd", '{"from": "another version"}'))
    good = text(story.employee, "good", "hjælp")
    await story.play.store.run(lambda work: work.inbox.add("good", CHANNEL, "good", INCOMING.dump_json(good).decode()))
    for _ in range(MOST_TRIES):
        await story.play.conversation.catch_up()
    states = await story.play.store.run(lambda work: [work.inbox.get(id).state for id in ("odd", "good")])
    assert states == ["poison", "done"]


def gone() -> None:
    raise StoreUnavailable


@pytest.mark.parametrize("who", ["the same", "another"])
@pytest.mark.parametrize("committed", [False, True], ids=["begun", "committed"])
@pytest.mark.parametrize("at", [1, 2])
async def test_f11_f12_f13_a_store_that_is_away_for_a_moment_costs_nothing(
    story: Story, at: int, committed: bool, who: str
) -> None:
    """At whichever step: the platform repeats what was not kept, what was kept is answered later, and once."""
    play = story.play
    flaky = Failpoint(play.store, at, committed=committed, die=gone)
    unlucky = Conversation(flaky, WORDS, play.clock, play.house, lambda: None)
    same = text(story.employee, "same", "hjælp")
    try:
        reply = await unlucky.receive(same)
    except StoreUnavailable:
        assert at == 1
        assert (await play.conversation.receive(same)).repeated is committed
    else:
        assert reply.note == word("err.kept")
    if who == "another":  # the process is gone, and another comes by when its lease is over
        play.clock.move_to(play.clock.now() + LEASE)
        unlucky = play.conversation
    await unlucky.catch_up()
    await play.conversation.catch_up()
    await play.delivery.deliver()
    assert len(await story.employee.messages()) == 2  # the hello, the help
    assert await said(story.employee, "err.retrying") == 0


async def test_f11_a_store_that_is_away_is_no_failed_attempt(story: Story) -> None:
    """However often: nothing is counted, nobody is told sorry, and what waits keeps its turn."""
    play = story.play
    for n in range(3):
        row = INCOMING.dump_json(text(story.employee, f"{n}", "hjælp")).decode()
        await play.store.run(lambda work, n=n, row=row: work.inbox.add(f"{n}", CHANNEL, f"{n}", row))  # type: ignore[misc]
    away = Failpoint(play.store, 2, die=gone)
    unlucky = Conversation(away, WORDS, play.clock, play.house, lambda: None)
    for _ in range(MOST_TRIES + 1):
        away.count = 0
        with pytest.raises(StoreUnavailable):
            await unlucky.catch_up()
        rows = await play.store.run(lambda work: work.inbox.pending(10))
        assert [(row.id, row.attempts) for row in rows] == [("0", 0), ("1", 0), ("2", 0)]
    away.count = 2
    assert await unlucky.catch_up() == 3
    await play.delivery.deliver()
    assert await said(story.employee, "err.retrying") == 0
    assert len(await story.employee.messages()) == 1 + 3


async def test_somebody_unknown_is_written_down_and_nothing_more(story: Story) -> None:
    before = await outbox_size(story.play.store)
    stranger = Incoming(Address(CHANNEL, TENANT, "nobody"), "hello", "text", text="hej")
    assert await story.play.conversation.receive(stranger) == Reply()
    assert await outbox_size(story.play.store) == before + 1
    assert await story.play.store.run(lambda work: work.inbox.pending(10)) == []


def test_the_notes_are_there_in_every_language() -> None:
    for key in (*ENDINGS, "err.retrying"):
        assert all(WORDS.text(language, key) for language in ("da", "nb", "en"))
