"""F27: after a restore nothing that went out since the backup goes out again, and life goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.channel import INCOMING, Incoming, Outcome, Outgoing, Part
from bot.delivery import Delivery
from bot.moment import Moment, Told
from bot.quiet import RESTORED, Quietly, quieten
from bot.stage import Stage
from bot.turns.pushes import acting
from storage.backup import restore, save
from storage.records import OutboxState, PromptRow, new_id
from storage.store import Work
from storage.tables import outbox
from tests.running.exchange import MONDAY, WEEK, goes_on, prompts, under_way
from tests.running.fakes import FakePlatform
from tests.stage.play import KEY, Play, read

BACKUP = MONDAY + timedelta(days=8, hours=3)
"""Tuesday noon in the week of the exchange."""


class Linked(Play):
    """A house whose messages go to a platform that outlives the database."""

    def __init__(self, url: str, platform: FakePlatform, now: datetime) -> None:
        self.platform: FakePlatform = platform
        super().__init__(MONDAY, url)
        self.clock.move_to(now)

    def build(self) -> None:
        """With that platform in the place of the page."""
        super().build()
        self.delivery = Delivery(self.store, self.clock, {self.platform.name: self.platform})
        self.stage = Stage(self.store, self.words, self.clock, self.house, self.ticker, self.delivery)


@dataclass
class Dated(FakePlatform):
    """Remembers the day of each message too."""

    days: list[date] = field(default_factory=list)

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        outcome = await super().send(outgoing, now)
        self.days += [now.date()] * (len(self.ledger) - len(self.days))
        return outcome


@dataclass
class Town:
    """One house and what its platform has taken, whatever becomes of the database."""

    url: str
    platform: Dated = field(default_factory=Dated)

    def opens(self, now: datetime) -> Play:
        """A process that starts."""
        return Linked(self.url, self.platform, now)

    def heard(self) -> Counter[tuple[str, str, date]]:
        """What was said to whom, and on which day."""
        said = zip(self.platform.ledger, self.platform.days, strict=True)
        return Counter((it.to.place, read(it.message), day) for it, day in said)


def settle(work: Work, play: Play, now: datetime) -> Quietly:
    return quieten(work, play.words, play.house, now)


def none(_: object) -> None:
    """Nothing to say of it."""


def queued(work: Work) -> list[str]:
    """What waits to go."""
    return [row["id"] for row in work.outbox._all(select(outbox.c.id).where(outbox.c.state == "pending"))]


def received(work: Work, incoming: Incoming) -> None:
    payload = INCOMING.dump_json(incoming).decode()
    work.inbox.add(new_id(), incoming.sender.channel, incoming.event, payload, since=MONDAY)


def _fails(moment: Moment, row: PromptRow) -> str:
    raise RuntimeError("it always does")


async def test_f27_nothing_that_went_out_after_the_backup_goes_out_again(url: str, tmp_path: Path) -> None:
    town = Town(url)
    play = town.opens(MONDAY)
    await goes_on(play, MONDAY + timedelta(hours=1))
    await under_way(play)
    await play.until(BACKUP)
    at_backup = len(town.platform.ledger)
    save(url, tmp_path / "one.gz", BACKUP)
    crash = BACKUP + timedelta(days=1)
    await play.until(crash)
    await play.close()
    lost = town.heard()
    assert len(town.platform.ledger) > at_backup + 2, "a day has gone on"
    done: list[Quietly] = []
    restore(url, KEY, tmp_path / "one.gz", lambda work, _: done.append(settle(work, play, crash)), replace=True)
    play = town.opens(crash)
    await goes_on(play, crash)
    assert town.heard() == lost, "the start says nothing"
    left = [row for row in await prompts(play.store) if row.state == "pending" and row.at <= crash]
    await play.until(MONDAY + timedelta(days=12))
    new = town.heard() - lost
    await play.close()
    assert done[0].prompts > 0
    assert not left, "what came due meanwhile is over"
    assert new, "and life goes on"
    assert not new.keys() & lost.keys()
    assert max((new + lost).values()) == 1


async def test_f27_what_waited_in_the_backup_is_unknown_and_can_still_be_sent(url: str, tmp_path: Path) -> None:
    town = Town(url)
    play = town.opens(MONDAY)
    pending = await play.store.run(queued)
    save(url, tmp_path / "one.gz", MONDAY)
    await play.delivery.deliver()
    hellos = town.heard()
    assert sum(hellos.values()) == len(pending) > 0
    await play.close()
    later = MONDAY + timedelta(hours=1)
    restore(url, KEY, tmp_path / "one.gz", lambda work, _: none(settle(work, play, later)), replace=True)
    play = town.opens(MONDAY + timedelta(hours=1))
    await goes_on(play, MONDAY + timedelta(hours=2))
    assert town.heard() == hellos
    rows = [await play.store.run(lambda work, id=id: work.outbox.get(id)) for id in pending]  # type: ignore[misc]
    assert {(row.state, row.reason) for row in rows} == {(OutboxState.UNKNOWN, RESTORED)}
    town.platform.ledger.clear()  # it had not arrived after all
    assert await play.store.run(lambda work: work.overview.resend(pending[0], play.clock.now()))
    await play.delivery.deliver()
    assert [it.id for it in town.platform.ledger] == pending[:1]
    await play.close()


async def test_f27_what_was_held_may_have_come_since_or_comes_in_its_time(url: str) -> None:
    play = Town(url).opens(MONDAY)

    def holds(work: Work, now: datetime) -> str:
        person = work.people.all(work.people.organisations()[0].id)[0]
        moment = Moment(work, play.words, now, play.house, actor="another")
        return moment.tell(person, Told([Part("nyt")]), kind="news")

    old = await play.store.run(lambda work: holds(work, MONDAY + timedelta(hours=12)))
    new = await play.store.run(lambda work: holds(work, MONDAY + timedelta(days=1, hours=12)))
    now = MONDAY + timedelta(days=1, hours=13)
    await play.store.run(lambda work: none(settle(work, play, now)))
    rows = [await play.store.run(lambda work, id=id: work.outbox.get(id)) for id in (old, new)]  # type: ignore[misc]
    assert [row.state for row in rows] == [OutboxState.UNKNOWN, OutboxState.HELD]
    play.clock.move_to(now)
    await play.until(MONDAY + timedelta(days=2))
    assert (await play.store.run(lambda work: work.outbox.get(new))).state is OutboxState.SENT
    await play.close()


async def test_f27_what_was_received_and_not_answered_is_set_aside_visibly(url: str, tmp_path: Path) -> None:
    town = Town(url)
    play = town.opens(MONDAY)
    await play.delivery.deliver()
    emil = await play.seat("Emil")
    event = Incoming(emil.address(), "event-1", "text", text="hjælp")
    await play.store.run(lambda work: received(work, event))
    save(url, tmp_path / "one.gz", MONDAY)
    await play.conversation.catch_up()
    await play.delivery.deliver()
    answered = town.heard()
    await play.close()
    restore(url, KEY, tmp_path / "one.gz", lambda work, _: none(settle(work, play, MONDAY)), replace=True)
    play = town.opens(MONDAY)
    await goes_on(play, MONDAY + timedelta(hours=1))
    assert town.heard() == answered
    (row,) = await play.store.run(lambda work: work.inbox.set_aside(10))
    assert await play.store.run(lambda work: work.inbox.retry(row.id))
    await goes_on(play, MONDAY + timedelta(hours=2))
    assert len(town.platform.ledger) == sum(answered.values()) + 1, "an operator has it answered"
    await play.close()


async def test_f27_codes_that_work_once_are_gone(url: str) -> None:
    town = Town(url)
    play = town.opens(MONDAY)

    def unit(work: Work) -> None:
        work.people.add_code("hash", MONDAY + timedelta(days=1))
        work.oauth.add_state("state", MONDAY + timedelta(days=1))

    await play.store.run(unit)
    await play.store.run(lambda work: settle(work, play, MONDAY))
    assert not await play.store.run(lambda work: work.people.spend_code("hash", MONDAY))
    assert not await play.store.run(lambda work: work.oauth.spend_state("state", MONDAY))
    await play.close()


async def test_a_prompt_that_cannot_be_carried_out_holds_no_other_up(url: str) -> None:
    town = Town(url)
    play = town.opens(MONDAY)
    await under_way(play)
    house = replace(play.house, prompts={**play.house.prompts, "log": acting(_fails)})
    done = await play.store.run(lambda work: quieten(work, play.words, house, MONDAY + timedelta(days=9)))
    states = {row.state for row in await prompts(play.store, "log") if row.day <= WEEK[1]}
    assert states == {"missed"}
    assert done.prompts > len([row for row in await prompts(play.store, "log") if row.day <= WEEK[1]])
    await play.close()


async def test_a_deletion_that_cannot_be_carried_out_is_still_to_be_done(url: str) -> None:
    town = Town(url)
    play = town.opens(MONDAY)
    await under_way(play)
    now = MONDAY + timedelta(days=9)
    row = PromptRow(new_id(), "nobody", "exchange", "left.delete", MONDAY.date(), MONDAY)
    await play.store.run(lambda work: work.prompts.add(row))
    house = replace(play.house, prompts={**play.house.prompts, "left.delete": acting(_fails)})
    await play.store.run(lambda work: quieten(work, play.words, house, now))
    kept = await play.store.run(lambda work: work.prompts.get(row.id))
    assert (kept.state, kept.at) == ("pending", now + timedelta(days=1))
    await play.close()


async def test_f27_weeks_are_gone_through_without_a_word(url: str) -> None:
    """Also where what is due makes a new plan on the way: three days without an entry."""
    town = Town(url)
    play = town.opens(MONDAY)
    await under_way(play)
    later = MONDAY + timedelta(days=40)
    done = await play.store.run(lambda work: settle(work, play, later))
    await play.close()
    play = town.opens(later)
    await goes_on(play, later)
    rows = await prompts(play.store)
    assert done.held_back > len(WEEK)
    assert not [row for row in rows if row.state == "pending" and row.at <= later]
    assert town.heard() == Counter()
    await play.close()
