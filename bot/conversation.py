"""One incoming thing: inbox row, then dialog, stored answers and outgoing rows in ONE transaction, then the reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import structlog
from pydantic import ValidationError

from bot.channel import INCOMING, Address, Directory, Incoming, Message, NotReached, Part, Reply
from bot.clock import Clock
from bot.intake import Taken, check
from bot.moment import Moment, Told
from bot.newcomers import Newcomers, at
from bot.script import House
from bot.together import Together
from bot.turn import as_asked, once_more, turn
from bot.turns import home
from bot.words import Words
from dialogs.model import Say
from storage.records import InboxRow, new_id
from storage.store import Store, StoreUnavailable, Work

log = structlog.get_logger()

T = TypeVar("T")

MOST_TRIES = 5
"""After this many failures an inbox row is set aside, so that it sinks alone."""

SAID_OF = {1: "err.retrying", MOST_TRIES: "err.generic"}
"""What the sender hears of a failure, by how many there are: it is tried again, and in the end it is not."""

LEASE = timedelta(seconds=30)
"""For so long who wrote it down answers it; then anybody does."""

AT_ONCE = 100
"""Rows taken at a time to catch up with."""

MOST_OWED = 10_000
"""What may be there is kept in mind, but not without end: the lease of what is there ends by itself."""

MOST_REMEMBERED = 10_000
"""People whose language is kept in mind."""

LOOK_UPS = 8
"""Strangers who are looked up at once while catching up: a directory that hangs holds nobody else up."""


def _nothing() -> None:
    """Nobody waits."""


class Kept(NamedTuple):
    """What is written down: its inbox row, and what stands there."""

    id: str
    incoming: Incoming


class Conversation:
    """Takes what people do. Durable before acknowledged: `receive` returns only after the inbox row is committed."""

    def __init__(
        self,
        store: Store,
        words: Words,
        clock: Clock,
        house: House,
        kick: Callable[[], None],
        directories: Mapping[str, Directory] | None = None,
    ) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._house = house
        self._kick = kick
        self._newcomers = Newcomers(store, words, clock, house, directories or {})
        self._answering: set[asyncio.Task[object]] = set()
        self._in_hand: set[str] = set()
        self._owed: set[str] = set()
        self._languages: dict[Address, str] = {}
        self._ending = False
        self._look_ups = asyncio.Semaphore(LOOK_UPS)
        self._together = Together(store)

    async def receive(self, incoming: Incoming) -> Reply:
        """Writes the incoming down and answers it. The same event a second time has no effect.

        Raises StoreUnavailable when it could not be written down. When only the answer fails, it comes later.
        """
        kept = await self._keep(incoming)
        if isinstance(kept, Kept):
            try:
                reply = await self._answer(kept.id, kept.incoming)
            except StoreUnavailable:
                return Reply(note=self._words.text(self._languages.get(incoming.sender, "da"), "err.kept"))
            self._later(self._newcomers.find_leader(incoming.sender))
            if not reply.repeated:
                return reply
        else:
            reply = kept
        again = self._again if reply.repeated else self._refused
        return await self._store.run(lambda work: again(work, incoming, reply))

    async def accept(self, incoming: Incoming, answered: Callable[[], None] = _nothing) -> None:
        """Writes the incoming down, and answers it a little later: for a platform that waits for no answer.

        Nobody can be asked about a number that is found in it, so it is hidden. `answered` is called once that is
        done, or has failed.
        """
        kept = await self._keep(replace(incoming, leave=incoming.leave or "mask"))
        if isinstance(kept, Kept):
            self._later(self._answer_later(kept, answered))
        else:
            answered()

    async def idle(self) -> None:
        """Waits until what was accepted is answered."""
        while self._answering:
            await asyncio.gather(*self._answering)

    def _later(self, doing: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(_steadily(doing))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer_later(self, kept: Kept, answered: Callable[[], None]) -> None:
        try:
            await self._answer(kept.id, kept.incoming, said=True)
        finally:
            answered()
        await self._newcomers.find_leader(kept.incoming.sender)

    async def asked(self, incoming: Incoming, refusal: Reply) -> Reply:
        """The refusal of something that never came here, with what was sent as it was asked."""
        return await self._store.run(lambda work: self._refused(work, incoming, refusal))

    async def page(self, sender: Address) -> tuple[Message, ...]:
        """The sender's own page: the sections of it; none for somebody who is not known here."""

        def unit(work: Work) -> tuple[Message, ...]:
            person = work.people.at(at(sender))
            if person is None or not person.active:
                return ()
            moment = Moment(work, self._words, self._clock.now(), self._house)
            return home.page(moment.speaking(person.organisation), person)

        return await self._store.run(unit)

    async def _keep(self, incoming: Incoming) -> Kept | Reply:
        since, lease = self._clock.now(), self._clock.steady() + LEASE
        inbox_id = new_id()

        def unit(work: Work) -> Kept | Reply:
            taken = check(incoming, self._words, lambda: _language(work, incoming.sender))
            if isinstance(taken, Reply):
                return taken
            what = _as_kept(taken)
            payload = INCOMING.dump_json(what).decode()
            kept = work.inbox.add(inbox_id, what.sender.channel, what.event, payload, lease, since)
            return Reply(repeated=True) if kept is None else Kept(kept, what)

        try:
            return await self._together.run(unit)
        except StoreUnavailable:
            if len(self._owed) < MOST_OWED:
                self._owed.add(inbox_id)  # it may be there all the same: nobody knows
            raise

    def _remember(self, sender: Address, language: str) -> None:
        """How to speak with somebody while the store is away."""
        if len(self._languages) >= MOST_REMEMBERED:
            self._languages.clear()
        self._languages[sender] = language

    def _again(self, work: Work, incoming: Incoming, repeated: Reply) -> Reply:
        """What is shown by now of what came before: nobody may have got the answer of that time."""
        person, card = work.people.at(at(incoming.sender)), work.conversations.card(incoming.card)
        if person is None or card is None or card.person not in ("", person.id):
            return repeated
        moment = Moment(work, self._words, self._clock.now(), self._house, actor=person.id, form=incoming.form)
        return once_more(moment.speaking(person.organisation), person, card, incoming, repeated)

    def _refused(self, work: Work, incoming: Incoming, refusal: Reply) -> Reply:
        """Nothing was written down; what was sent is shown as it was asked."""
        moment = Moment(work, self._words, self._clock.now(), self._house)
        return replace(refusal, again=as_asked(moment, work.people.at(at(incoming.sender)), incoming, refusal))

    def ends(self) -> None:
        """Begins to catch up with nothing more; what comes is still answered."""
        self._ending = True

    async def recover(self) -> None:
        """Nobody else works on this store: what an earlier process was answering is free again."""
        await self._store.run(lambda work: work.inbox.release(), serial=False)

    async def catch_up(self) -> int:
        """Answers all that was written down and is nobody's to answer, for example before a crash.

        Somebody who must be looked up first is answered a little later. Returns how many it took. Raises
        StoreUnavailable.
        """
        began, owed, number = self._clock.steady(), set(islice(self._owed, AT_ONCE)), 0
        while not self._ending and (rows := await self._take(began, owed)):
            these = {row.id for row in rows}
            owed -= these
            self._owed |= these
            for row in rows:
                if row.id not in self._in_hand and not self._ending:
                    number += 1
                    await self._answer(row.id, said=True, waits=False)
            if len(rows) < AT_ONCE:
                break
        self._owed -= owed
        return number

    async def _take(self, began: datetime, owed: Collection[str]) -> list[InboxRow]:
        """What nobody answers since this pass began: so each pass comes to an end, and leaves nothing out."""
        until = self._clock.steady() + LEASE
        return await self._store.run(lambda work: work.inbox.take(began, AT_ONCE, until, owed), serial=False)

    async def _answer(
        self, inbox_id: str, incoming: Incoming | None = None, *, said: bool = False, waits: bool = True
    ) -> Reply:
        """`said`: nobody waits for the reply, so what it notes is sent. `incoming` is what stands in the row, for one
        who has just written it down. Raises StoreUnavailable."""
        turn = self._store.run(lambda work: self._turn(work, inbox_id, said, incoming))
        reply = await self._attempt(inbox_id, turn)
        if not isinstance(reply, Incoming):
            return reply
        greeting = self._greet(inbox_id, reply, said)
        if waits:
            return await self._attempt(inbox_id, greeting)
        self._later(self._attempt(inbox_id, self._in_line(greeting)))
        return Reply()

    async def _attempt(self, inbox_id: str, doing: Awaitable[T]) -> T | Reply:
        """What fails is owed, and tried again by the next that catches up. Raises StoreUnavailable."""
        self._in_hand.add(inbox_id)
        self._owed.add(inbox_id)
        try:
            reply = await doing
            self._owed.discard(inbox_id)
        except StoreUnavailable:
            log.warning("turn_put_off", inbox=inbox_id)
            raise
        except NotReached:
            log.warning("sender_not_looked_up", inbox=inbox_id)
            return Reply()
        except Exception as failure:
            log.error("turn_failed", inbox=inbox_id, error=type(failure).__name__)
            await self._failed(inbox_id)
            return Reply()
        finally:
            self._in_hand.discard(inbox_id)
        self._kick()
        return reply

    async def _in_line(self, greeting: Awaitable[T]) -> T:
        async with self._look_ups:
            return await greeting

    async def _failed(self, inbox_id: str) -> None:
        """Counts it, and says so once; the row is tried again until it is set aside. Raises StoreUnavailable."""
        failures = await self._store.run(lambda work: _count(work, inbox_id))
        if failures not in SAID_OF:
            return
        try:
            await self._store.run(lambda work: self._sorry(work, inbox_id, SAID_OF[failures]))
        except StoreUnavailable:
            raise
        except Exception as failure:  # what made the turn fail may make this fail too, and is counted by now
            log.error("turn_failed", inbox=inbox_id, error=type(failure).__name__)
        self._kick()

    def _sorry(self, work: Work, inbox_id: str, key: str) -> None:
        taken = _read(work.inbox.get(inbox_id).payload)
        person = work.people.at(at(taken.sender)) if taken else None
        if person is not None:
            moment = Moment(work, self._words, self._clock.now(), self._house)
            moment.tell(person, Told([Say(key)]), kind="answer")

    async def _greet(self, inbox_id: str, incoming: Incoming, said: bool) -> Reply:
        """Somebody new or back: the platform says who it is, and then what they did is carried out."""
        refused = await self._newcomers.meet(inbox_id, incoming, said=said)
        if refused is not None:
            return refused
        reply = await self._store.run(lambda work: self._turn(work, inbox_id, said))
        return Reply() if isinstance(reply, Incoming) else reply

    def _turn(self, work: Work, inbox_id: str, said: bool, taken: Incoming | None = None) -> Reply | Incoming:
        """What a person did, carried out; what they did when nobody here knows the person, or knows them gone."""
        if taken is None:
            row = work.inbox.get(inbox_id)
            if row.state != "pending":
                return Reply(repeated=True)
            taken = INCOMING.validate_json(row.payload)
        person = work.people.at(at(taken.sender))
        if person is None or not person.active:
            return taken
        self._remember(taken.sender, person.language)
        work.people.lock(person.id)
        if not work.inbox.done(inbox_id):
            return Reply(repeated=True)
        moment = Moment(work, self._words, self._clock.now(), self._house, said=said)
        # Where nobody waits, no form can be shown: what would stand in it goes into the chat, but for people's words.
        moment.missed = said and taken.form != ""
        # Nor can anybody be asked whether a text may lead to somebody; the question would say it in the chat.
        moment = moment.speaking(person.organisation)
        reply = turn(moment, person, replace(taken, form="", leave="keep") if said else taken)
        if said and (sentences := [it for it in (reply.note, *reply.errors.values()) if it]):
            moment.tell(person, Told([Part(it) for it in dict.fromkeys(sentences)]), kind="answer")
        again = as_asked(moment, person, taken, reply)
        instead = moment.instead[-1] if moment.instead else reply.card
        return replace(reply, shows=tuple(moment.shown), card=instead, again=again)


def _language(work: Work, sender: Address) -> str:
    person = work.people.at(at(sender))
    return person.language if person else "da"


def _count(work: Work, inbox_id: str) -> int:
    """Counts a failed attempt; how many there are by now."""
    row = work.inbox.get(inbox_id)
    work.inbox.failed(inbox_id, MOST_TRIES)
    return row.attempts + 1


def _read(payload: str) -> Incoming | None:
    """What was written down; None when it is finished, or of another version."""
    try:
        return INCOMING.validate_json(payload)
    except ValidationError:
        return None


def _as_kept(taken: Taken) -> Incoming:
    """What is written down, which remembers that something was hidden in it."""
    return replace(taken.incoming, leaves=["hidden"]) if taken.hidden else taken.incoming


async def _steadily(doing: Coroutine[Any, Any, object]) -> None:
    """Nobody waits for it, so nobody would hear of its failure."""
    try:
        await doing
    except Exception as failure:
        log.warning("later_failed", error=type(failure).__name__)
