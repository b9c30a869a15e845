"""One incoming thing: inbox row, then dialog, stored answers and outgoing rows in ONE transaction, then the reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog
from pydantic import ValidationError

from bot import talks
from bot.channel import INCOMING, Incoming, Reply
from bot.clock import Clock
from bot.intake import Taken, check
from bot.moment import Moment, Told
from bot.script import House
from bot.turns import commands
from bot.words import Words
from dialogs.model import Say
from storage.records import AddressRow, PersonRow, new_id
from storage.store import Store, Work

log = structlog.get_logger()

MOST_TRIES = 5
"""After this many failures an inbox row is set aside, so that it sinks alone."""


class Conversation:
    """Takes what people do. Durable before acknowledged: `receive` returns only after the inbox row is committed."""

    def __init__(self, store: Store, words: Words, clock: Clock, house: House, kick: Callable[[], None]) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._house = house
        self._kick = kick

    async def receive(self, incoming: Incoming) -> Reply:
        """Writes the incoming down and answers it. The same event a second time has no effect."""
        sender = _row(incoming)
        language = await self._store.run(lambda work: _language(work, sender))
        taken = check(incoming, self._words, language)
        if isinstance(taken, Reply):
            return taken
        kept = await self._store.run(lambda work: _write_down(work, taken))
        if kept is None:
            return Reply()
        return await self._answer(kept)

    async def catch_up(self) -> int:
        """Answers what was written down and not answered, for example before a crash. Returns how many."""
        rows = await self._store.run(lambda work: work.inbox.pending(100))
        for row in rows:
            await self._answer(row.id)
        return len(rows)

    async def _answer(self, inbox_id: str) -> Reply:
        try:
            reply = await self._store.run(lambda work: self._turn(work, inbox_id))
        except Exception as failure:
            log.error("turn_failed", inbox=inbox_id, error=type(failure).__name__)
            await self._store.run(lambda work: self._sorry(work, inbox_id))
            self._kick()
            return Reply()
        self._kick()
        return reply

    def _sorry(self, work: Work, inbox_id: str) -> None:
        """Counts the failure and says so once; the row is tried again until it is set aside."""
        row = work.inbox.get(inbox_id)
        work.inbox.failed(inbox_id, MOST_TRIES)
        person = work.people.at(_row(taken)) if (taken := _read(row.payload)) else None
        if person is not None and row.attempts == 0:
            moment = Moment(work, self._words, self._clock.now(), self._house)
            moment.tell(person, Told([Say("err.retrying")]), kind="answer")

    def _turn(self, work: Work, inbox_id: str) -> Reply:
        row = work.inbox.get(inbox_id)
        if row.state != "pending":
            return Reply()
        taken = INCOMING.validate_json(row.payload)
        person = work.people.at(_row(taken))
        if person is None:
            work.inbox.done(inbox_id)
            return Reply()
        work.people.lock(person.id)
        moment = Moment(work, self._words, self._clock.now(), self._house)
        reply = turn(moment, person, taken)
        work.inbox.done(inbox_id)
        return reply


def turn(moment: Moment, person: PersonRow, incoming: Incoming) -> Reply:
    """What one person did, carried out."""
    moment = replace(moment, actor=person.id)
    if incoming.kind == "text":
        return commands.typed(moment, person, incoming)
    return _pressed(moment, person, incoming)


def _pressed(moment: Moment, person: PersonRow, incoming: Incoming) -> Reply:
    card = moment.work.conversations.card(incoming.card)
    if card is None or card.person not in ("", person.id):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if card.spent:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    action = list(card.actions.get(incoming.button, ()))
    if not action:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    verb, *args = action
    if card.conversation:
        row = moment.work.conversations.get(card.conversation)
        if verb in moment.house.presses:
            return moment.house.presses[verb](moment, person, args, incoming)
        return talks.take(moment, talks.load(moment, row), verb, args, incoming)
    return moment.house.presses[verb](moment, person, args, incoming)


def _row(incoming: Incoming) -> AddressRow:
    return AddressRow(incoming.sender.channel, incoming.sender.tenant, incoming.sender.place)


def _language(work: Work, sender: AddressRow) -> str:
    person = work.people.at(sender)
    return person.language if person else "da"


def _read(payload: str) -> Incoming | None:
    """What was written down; None when it is finished, or of another version."""
    try:
        return INCOMING.validate_json(payload)
    except ValidationError:
        return None


def _write_down(work: Work, taken: Taken) -> str | None:
    incoming = replace(taken.incoming, leaves=["hidden"]) if taken.hidden else taken.incoming
    payload = INCOMING.dump_json(incoming).decode()
    return work.inbox.add(new_id(), incoming.sender.channel, incoming.event, payload)
