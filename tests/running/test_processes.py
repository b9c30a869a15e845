"""Two processes on one database: each thing has one effect, and nothing waits for a process that is gone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import update

from bot.channel import INCOMING, Address, Incoming, Newcomer, NotReached, Part, Reply
from bot.clock import SystemClock
from bot.conversation import AT_ONCE, LEASE, LOOK_UPS, Conversation
from bot.moment import Moment, Told
from bot.script import Due, House
from bot.stage import CHANNEL, TENANT
from bot.tick import LEASE as SAY_LEASE
from bot.tick import MOST_TRIES, Ticker
from bot.turns.house import house as build_house
from storage.records import AddressRow, PersonRow, PromptRow, new_id
from storage.store import StoreUnavailable, Work
from storage.tables import prompts
from tests.running.fakes import Failpoint, Killed, Waiting
from tests.running.story import MONDAY, Story
from tests.running.test_one_effect import card_of, gone, press, text, word
from tests.stage.play import WORDS, Play, Seat

T = TypeVar("T")
Two = tuple[Play, Play]


def nothing() -> None:
    """Nobody is to be told that something can be sent."""


def conversation(play: Play, directory: Directory | None = None) -> Conversation:
    """One more process on the play's database."""
    directories = {CHANNEL: directory} if directory else {}
    return Conversation(play.store, WORDS, play.clock, play.house, nothing, directories)


async def answers(play: Play, seat: Seat) -> int:
    """How often the person was helped."""
    await play.delivery.deliver()
    return sum("Du kan skrive" in part.text for message in await seat.messages() for part in message.parts)


async def written_down(play: Play, incoming: Incoming, lease: timedelta | None = None) -> None:
    """As by a process that was killed as soon as it had written it down."""
    until = play.clock.now() + lease if lease is not None else None
    payload = INCOMING.dump_json(incoming).decode()
    where = incoming.sender.channel
    await play.store.run(lambda work: work.inbox.add(incoming.event, where, incoming.event, payload, until))


@dataclass
class Directory:
    """Of strangers it says who they are, or nothing: it hangs, or cannot be reached."""

    organisation: str = ""
    hangs: bool = False
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    asked: Counter[str] = field(default_factory=Counter)

    async def look_up(self, address: Address) -> Newcomer:
        self.asked[address.place] += 1
        if self.hangs:
            await self.may_answer.wait()
        if not self.organisation:
            raise NotReached
        return Newcomer("Nora Nygaard", organisation=self.organisation)

    async def leader_of(self, address: Address) -> str:
        return ""


# What comes in


async def test_f5_the_same_event_four_times_at_once_over_two_processes_is_one(two: Two) -> None:
    seat = await two[0].seat("Emil")
    same = text(seat, "same", "hjælp")
    replies = await asyncio.gather(*(play.conversation.receive(same) for play in (*two, *two)))
    assert sorted(reply.repeated for reply in replies) == [False, True, True, True]
    assert await answers(two[0], seat) == 1


async def test_f6_the_repetition_of_what_another_process_is_just_answering_is_nothing(two: Two) -> None:
    one, other = two
    seat = await one.seat("Emil")
    same = text(seat, "same", "hjælp")
    repeated: list[Reply] = []

    async def repeats() -> None:
        repeated.append(await other.conversation.receive(same))

    one.store = Waiting(one.store, 2, repeats)
    assert not (await conversation(one).receive(same)).repeated
    assert repeated == [Reply(repeated=True)]
    assert await answers(one, seat) == 1


@pytest.mark.parametrize("hours", [25, 24 * 30])
async def test_f6_the_same_event_a_day_later_at_another_process_is_nothing(two: Two, hours: int) -> None:
    one, other = two
    seat = await one.seat("Emil")
    same = text(seat, "same", "hjælp")
    await one.conversation.receive(same)
    other.clock.move_to(MONDAY + timedelta(hours=hours))
    assert await other.conversation.receive(same) == Reply(repeated=True)
    assert await other.conversation.catch_up() == 0
    assert await answers(one, seat) == 1


async def test_f4_what_a_killed_process_wrote_down_is_answered_when_its_lease_is_over(two: Two) -> None:
    one, other = two
    seat = await one.seat("Emil")
    await written_down(one, text(seat, "late", "hjælp"), LEASE)
    assert await other.conversation.catch_up() == 0
    other.clock.move_to(MONDAY + LEASE)
    assert await other.conversation.catch_up() == 1
    assert await one.conversation.catch_up() == 0
    assert await answers(other, seat) == 1


async def test_f4_a_process_that_is_alone_waits_for_no_lease(two: Two) -> None:
    one, other = two
    seat = await one.seat("Emil")
    await written_down(one, text(seat, "late", "hjælp"), LEASE)
    await other.conversation.recover()
    assert await other.conversation.catch_up() == 1
    assert await answers(one, seat) == 1


async def test_f5_who_waits_for_the_reply_gets_it_whoever_catches_up_meanwhile(two: Two) -> None:
    one, other = two
    seat = await one.seat("Emil")
    shows = Incoming(seat.address(), "form", "command", text="hjælp", form="open")
    one.store = Waiting(one.store, 2, other.conversation.catch_up)
    reply = await conversation(one).receive(shows)
    assert "Du kan skrive" in reply.shows[0].parts[0].text


async def test_f16_a_process_that_was_paused_finds_that_another_has_answered(two: Two) -> None:
    """Its lease is over, so the answer came into the chat; it is shown no second one."""
    one, other = two
    seat = await one.seat("Emil")

    async def meanwhile() -> None:
        other.clock.move_to(MONDAY + LEASE)
        assert await other.conversation.catch_up() == 1

    one.store = Waiting(one.store, 2, meanwhile)
    assert await conversation(one).receive(text(seat, "slow", "hjælp")) == Reply(repeated=True)
    assert await answers(other, seat) == 1


async def test_f5_two_that_answer_the_same_at_once_have_one_effect(two: Two) -> None:
    """Both find it pending, as when a lease ran out in the middle."""
    seat = await two[0].seat("Emil")
    for n in range(5):
        await written_down(two[0], text(seat, f"{n}", "hjælp"))
        await asyncio.gather(*(play.conversation._answer(f"{n}", said=True) for play in two))
    assert await answers(two[0], seat) == 5


# The order of one person


async def test_two_messages_of_one_person_to_two_processes_both_have_their_effect(two: Two) -> None:
    """One after the other, in whatever order the database takes them."""
    one, other = two
    seat = await one.seat("Emil")
    for n in range(5):
        await asyncio.gather(
            one.conversation.receive(text(seat, f"a{n}", "hjælp")),
            other.conversation.receive(text(seat, f"b{n}", "hjælp")),
        )
    assert await answers(one, seat) == 10


async def test_a9_two_answers_to_one_question_over_two_processes_keep_the_first(url: str) -> None:
    one = Play(MONDAY, url)
    story = Story(one)
    await story.agreed(date(2026, 6, 1), date(2026, 6, 5))
    await story.employee.says("status")
    await story.presses(story.employee, "begin prep")
    card, message = await card_of(story)
    other = Play(MONDAY, url)
    button = next(button for button in message.buttons if button.sends)
    replies = await asyncio.gather(
        *(
            play.conversation.receive(press(story.employee, f"twice-{n}", card.id, button.id, {"prep.ack": "yes"}))
            for n, play in enumerate((one, other))
        )
    )
    assert sorted(reply.note for reply in replies) == ["", word("card.answered")]
    await one.close()
    await other.close()


# What cannot be answered holds nobody up


async def test_f21_strangers_whom_nobody_can_look_up_hold_nobody_up(play: Play) -> None:
    seat = await play.seat("Emil")
    strangers = [f"stranger-{n}" for n in range(AT_ONCE + 20)]
    for place in strangers:
        await written_down(play, Incoming(Address(CHANNEL, TENANT, place), place, "text", text="hej"))
    await written_down(play, text(seat, "good", "hjælp"))
    directory = Directory()
    tried = conversation(play, directory)
    assert await tried.catch_up() == len(strangers) + 1
    await tried.idle()
    assert await answers(play, seat) == 1
    assert set(directory.asked.values()) == {1}
    directory.organisation = await play.store.run(lambda work: work.people.organisations()[0].id)
    while await tried.catch_up():
        await tried.idle()
    assert await play.store.run(lambda work: work.inbox.pending(1)) == [], "none is left out for ever"
    assert set(directory.asked.values()) == {2}


async def test_f10_a_directory_that_hangs_holds_nobody_up(play: Play) -> None:
    seat = await play.seat("Emil")
    for place in [f"stranger-{n}" for n in range(20)]:
        await written_down(play, Incoming(Address(CHANNEL, TENANT, place), place, "text", text="hej"))
    await written_down(play, text(seat, "good", "hjælp"))
    directory = Directory(hangs=True)
    tried = conversation(play, directory)
    assert await tried.catch_up() == 21
    assert await answers(play, seat) == 1
    play.clock.move_to(MONDAY + LEASE)
    assert await tried.catch_up() == 0, "they are being looked up"
    assert len(directory.asked) == LOOK_UPS, "a few at a time"
    directory.may_answer.set()
    await tried.idle()
    assert set(directory.asked.values()) == {1}


async def test_f11_a_store_that_goes_away_while_strangers_are_looked_up_is_told_to_nobody(play: Play) -> None:
    await written_down(play, Incoming(Address(CHANNEL, TENANT, "stranger"), "e", "text", text="hej"))
    organisation = await play.store.run(lambda work: work.people.organisations()[0].id)
    away = Failpoint(play.store, 3, die=gone)
    tried = Conversation(away, WORDS, play.clock, play.house, nothing, {CHANNEL: Directory(organisation)})
    assert await tried.catch_up() == 1
    await tried.idle()
    assert await play.store.run(lambda work: work.inbox.get("e").attempts) == 0
    assert await tried.catch_up() == 1
    await tried.idle()
    assert await play.store.run(lambda work: work.inbox.get("e").state) == "done"


async def test_f21_an_operator_has_what_was_set_aside_done_once_more(play: Play) -> None:
    seat = await play.seat("Emil")
    await written_down(play, text(seat, "bad", "hjælp"))
    await play.store.run(lambda work: work.inbox.failed("bad", 1))
    assert await play.conversation.catch_up() == 0
    assert await play.store.run(lambda work: [row.id for row in work.inbox.set_aside()]) == ["bad"]
    assert await play.store.run(lambda work: work.inbox.retry("bad"))
    assert await play.conversation.catch_up() == 1
    assert await answers(play, seat) == 1


# What is due


def probing(seen: Counter[str], bad: set[str]) -> House:
    """The house with one more thing due. `seen` counts how often each is begun; of `bad` all fail."""

    def tell(moment: Moment, row: PromptRow) -> Told:
        seen[row.subject] += 1
        if row.subject in bad:
            raise RuntimeError
        return Told([Part(f"Om {row.subject}")])

    house = build_house()
    return replace(house, prompts={**house.prompts, "probe": Due(tell=tell)})


async def people_with_prompts(play: Play, count: int, each: int = 1) -> list[str]:
    """So many people, each with so many things due now; the ids of the people."""
    now, ids = play.clock.now(), [f"person-{n:03}" for n in range(count)]

    def unit(work: Work) -> None:
        home = work.people.organisations()[0].id
        for id in ids:
            work.people.add(PersonRow(id, home, id.title(), told=frozenset({"hello"})))
            work.people.link(id, AddressRow(CHANNEL, TENANT, id))
            for number in range(each):
                work.prompts.add(PromptRow(new_id(), id, f"{id}/{number}", "probe", now.date(), now))

    await play.store.run(unit)
    return ids


async def told(play: Play, person: str) -> list[str]:
    """What the person got, a message each."""
    await play.delivery.deliver()
    rows = await Seat(play, person, person).messages()
    return ["+".join(part.text for part in message.parts) for message in rows]


def ticker(play: Play, seen: Counter[str], bad: frozenset[str] = frozenset()) -> Ticker:
    return Ticker(play.store, WORDS, play.clock, probing(seen, set(bad)))


async def test_f16_two_that_tick_at_once_share_the_work_and_say_each_thing_once(two: Two) -> None:
    ids = await people_with_prompts(two[0], 60)
    seen: Counter[str] = Counter()
    await asyncio.gather(*(ticker(play, seen).tick() for play in two))
    for id in ids:
        assert await told(two[0], id) == [f"Om {id}/0"]
    assert len(seen) == len(ids)


async def test_f1_what_a_killed_process_had_taken_is_said_when_its_lease_is_over(two: Two) -> None:
    one, other = two
    ids = await people_with_prompts(one, 8)
    seen: Counter[str] = Counter()

    def die() -> None:
        raise Killed

    one.store = Failpoint(one.store, 5, die=die)
    with pytest.raises(Killed):
        await ticker(one, seen).tick()
    assert 0 < len(seen) < len(ids)
    assert await ticker(other, seen).tick() == 0
    other.clock.move_to(MONDAY + SAY_LEASE)
    left = len(ids) - len(seen)
    assert await ticker(other, seen).tick() == left
    for id in ids:
        assert await told(other, id) == [f"Om {id}/0"]


async def test_f24_what_who_ends_has_taken_is_said_by_another_at_once(two: Two) -> None:
    one, other = two
    ids = await people_with_prompts(one, 8)
    seen: Counter[str] = Counter()

    async def meanwhile() -> None:
        mine.ends()

    one.store = Waiting(one.store, 5, meanwhile)
    mine = ticker(one, seen)
    await mine.tick()
    assert 0 < len(seen) < len(ids)
    left = len(ids) - len(seen)
    assert await ticker(other, seen).tick() == left
    for id in ids:
        assert await told(other, id) == [f"Om {id}/0"]


async def test_f24_who_is_broken_off_puts_back_what_it_has_taken(two: Two) -> None:
    one, other = two
    ids = await people_with_prompts(one, 3)
    seen: Counter[str] = Counter()
    reached = asyncio.Event()

    async def meanwhile() -> None:
        reached.set()
        await asyncio.Event().wait()

    one.store = Waiting(one.store, 2, meanwhile)
    ticking = asyncio.create_task(ticker(one, seen).tick())
    await reached.wait()
    ticking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ticking
    assert await ticker(other, seen).tick() == len(ids)


async def test_f14_the_lease_of_a_prompt_is_by_the_steady_clock(two: Two) -> None:
    """Taken by a clock a day ahead, by a process that dies; and none ends early where somebody sets the clock."""
    one, other = two
    (id,) = await people_with_prompts(one, 1)
    seen: Counter[str] = Counter()
    ahead = SystemClock(lambda: MONDAY + timedelta(days=1), lambda: 0.0)
    ahead.agree(MONDAY)

    def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        await Ticker(Failpoint(one.store, 2, die=die), WORDS, ahead, probing(seen, set())).tick()
    assert await ticker(other, seen).tick() == 0
    late = SystemClock(lambda: MONDAY + timedelta(days=1), lambda: 0.0)
    late.agree(MONDAY + SAY_LEASE - timedelta(seconds=1))
    assert await Ticker(other.store, WORDS, late, probing(seen, set())).tick() == 0
    other.clock.move_to(MONDAY + SAY_LEASE)
    assert await ticker(other, seen).tick() == 1
    assert await told(other, id) == [f"Om {id}/0"]


async def test_f16_a_process_that_was_paused_says_nothing_that_another_has_said(two: Two) -> None:
    one, other = two
    (id,) = await people_with_prompts(one, 1)
    seen: Counter[str] = Counter()

    async def meanwhile() -> None:
        other.clock.move_to(MONDAY + SAY_LEASE)
        assert await ticker(other, seen).tick() == 1

    one.store = Waiting(one.store, 2, meanwhile)
    assert await ticker(one, seen).tick() == 1
    assert await told(other, id) == [f"Om {id}/0"]
    assert seen[f"{id}/0"] == 1


async def test_f16_a_process_that_was_paused_leaves_alone_what_another_has_taken(two: Two) -> None:
    one, other = two
    await people_with_prompts(one, 1)
    seen: Counter[str] = Counter()

    async def meanwhile() -> None:
        now = MONDAY + SAY_LEASE

        def take(work: Work) -> None:
            work.prompts.free(now)
            work.prompts.take(now, 10, now + SAY_LEASE, "another")

        await other.store.run(take)

    one.store = Waiting(one.store, 2, meanwhile)
    await ticker(one, seen).tick()
    assert not seen


async def test_f17_a_process_that_was_paused_until_it_is_too_late_says_nothing(two: Two) -> None:
    """The time is that of saying it, not that of taking it."""
    one, _ = two
    (id,) = await people_with_prompts(one, 1)
    seen: Counter[str] = Counter()

    async def meanwhile() -> None:
        one.clock.move_to(MONDAY + timedelta(days=4))

    one.store = Waiting(one.store, 2, meanwhile)
    await ticker(one, seen).tick()
    assert not seen
    assert await told(two[1], id) == []
    row = (await two[1].store.run(lambda work: work.prompts.of(f"{id}/0")))[0]
    assert row.state == "missed"


async def test_what_two_processes_took_of_one_person_comes_in_one_message(two: Two) -> None:
    one, other = two
    (id,) = await people_with_prompts(one, 1, each=3)
    seen: Counter[str] = Counter()
    await other.store.run(lambda work: work.prompts.take(MONDAY, 1, MONDAY + SAY_LEASE, "another"))
    assert await ticker(one, seen).tick() == 2
    (message,) = await told(one, id)
    assert sorted(message.split("+")) == [f"Om {id}/{n}" for n in range(3)]
    other.clock.move_to(MONDAY + SAY_LEASE)
    assert await ticker(other, seen).tick() == 0


class Gone(Failpoint):
    """A store that goes away at a unit of work, and stays away."""

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        if self.count >= self._at - 1:
            self._die()
        return await super().run(unit, serial)


async def test_f11_a_store_that_is_away_is_no_failure_of_a_prompt(play: Play) -> None:
    ids = await people_with_prompts(play, 3)
    seen: Counter[str] = Counter()
    inner = play.store
    for n in range(MOST_TRIES + 1):
        play.store = Gone(inner, 2, die=gone)
        with pytest.raises(StoreUnavailable):
            await ticker(play, seen).tick()
        play.clock.move_to(MONDAY + SAY_LEASE * (n + 1))
    play.store = inner
    assert await ticker(play, seen).tick() == 3
    assert set(seen.values()) == {1}
    for id in ids:
        assert await told(play, id) == [f"Om {id}/0"]


async def test_f21_what_failed_before_goes_alone(play: Play) -> None:
    (id,) = await people_with_prompts(play, 1, each=3)
    seen: Counter[str] = Counter()
    bad = frozenset({f"{id}/1"})
    await ticker(play, seen, bad).tick()
    now = play.clock.now() + SAY_LEASE
    row = PromptRow(new_id(), id, f"{id}/9", "probe", now.date(), now)
    await play.store.run(lambda work: work.prompts.add(row))
    play.clock.move_to(now)
    before = seen[f"{id}/1"]
    await ticker(play, seen, bad).tick()
    assert seen[f"{id}/9"] == 1
    assert seen[f"{id}/1"] == before + 1, "nothing else was tried with it"


async def test_f23_what_an_older_version_put_off_is_not_said_early(play: Play) -> None:
    """It knows of no lease, and leaves one behind that is over before the new time."""
    (id,) = await people_with_prompts(play, 1)
    seen: Counter[str] = Counter()
    (row,) = await play.store.run(lambda work: work.prompts.take(MONDAY, 1, MONDAY + SAY_LEASE, "another"))
    later = MONDAY + SAY_LEASE * 3

    def put_off(work: Work) -> None:
        work.prompts.move(row.id, later)
        work.prompts._connection.execute(update(prompts).values(lease=MONDAY + SAY_LEASE, token="another"))

    await play.store.run(put_off)
    play.clock.move_to(MONDAY + SAY_LEASE)
    await ticker(play, seen).tick()
    assert not seen
    play.clock.move_to(later)
    await ticker(play, seen).tick()
    assert seen == Counter({f"{id}/0": 1})
