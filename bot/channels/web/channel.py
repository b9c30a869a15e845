"""The web as a platform: messages go into a mailbox in the store, and open pages hear of them."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from bot.channel import Address, End, Message, Outcome, Outgoing, Part, Unhurried
from bot.channels.web.bell import Bell, Ring
from storage.keys import UNREADABLE
from storage.records import AddressRow, MailRow
from storage.store import NotFound, Store, StoreUnavailable, Work

AGAIN_AFTER = 2.0
"""Seconds until a message is tried again when the store was not there."""


@dataclass(frozen=True)
class Letter:
    """What a mail row holds: the message, and every outgoing that it has been, oldest first.

    The message is None when the row cannot be read: damaged, or its key is gone.
    """

    message: Message | None
    was: tuple[str, ...] = ()


LETTER: TypeAdapter[Letter] = TypeAdapter(Letter)


def letter(row: MailRow) -> Letter:
    """What the row holds."""
    return Letter(None) if row.payload == UNREADABLE else LETTER.validate_json(row.payload)


def _payload(letter: Letter) -> str:
    return LETTER.dump_json(letter).decode()


class WebChannel(Unhurried):
    """A channel whose platform is our own store, so that what it says about a message is always known."""

    abreast = 200

    def __init__(self, store: Store, name: str = "playground") -> None:
        self.name = name
        self.bell = Bell()
        self._store = store

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """Puts the message into the reader's box. The same outgoing a second time changes nothing."""
        try:
            row, changed = await self._store.run(lambda work: _put(work, outgoing, now))
        except StoreUnavailable:
            return Outcome(End.LATER, reason="store", after=AGAIN_AFTER)
        if changed:
            self._ring(row)
        return Outcome(End.SENT, reference=row.id)

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """Whether the message lies in the box. Refused when it never came there."""
        try:
            row = await self._store.run(lambda work: _shows(work, _box(work, outgoing.to), outgoing))
        except StoreUnavailable:
            return None
        return Outcome(End.SENT, reference=row.id) if row else Outcome(End.REFUSED, reason="never arrived")

    async def keep_words(self, sender: Address, event: str, text: str, now: datetime) -> None:
        """Keeps what a person typed, as every chat platform does: as their own bubble in their own box.

        `text` has no identifiers any more. The same event a second time changes nothing.
        """
        id = "said-" + sha256(f"{sender.place}\n{event}".encode()).hexdigest()[:32]
        said = _payload(Letter(Message(parts=(Part(text),), preview="")))

        def unit(work: Work) -> MailRow | None:
            box = _box(work, sender)
            if _named(work, box, id) is not None:
                return None
            work.mail.put(id, box, sender.place, said, now)
            return work.mail.get(id)

        row = await self._store.run(unit)
        if row is not None:
            self._ring(row)

    def _ring(self, row: MailRow) -> None:
        self.bell.ring(Ring(row.box, row.id, row.order, row.version))


def _box(work: Work, to: Address) -> str:
    """The person's id, so that their mail goes when they go; else the channel's own name."""
    person = work.people.at(AddressRow(to.channel, to.tenant, to.place))
    return person.id if person else to.place


def _put(work: Work, outgoing: Outgoing, now: datetime) -> tuple[MailRow, bool]:
    """The row that shows the message, and whether this changed it."""
    box = _box(work, outgoing.to)
    there = _shows(work, box, outgoing)
    if there is not None:
        return there, False
    old = _once(work, box, outgoing.replaces)
    post = _once(work, box, outgoing.thread)
    if old is not None:
        was = (*letter(old).was, outgoing.id)
        id, at, thread = old.id, old.at, old.thread
    else:
        was = (outgoing.id,)
        id, at, thread = outgoing.id, now, post.id if post else ""
    work.mail.put(id, box, "", _payload(Letter(outgoing.message, was)), at, thread)
    return work.mail.get(id), True


def _shows(work: Work, box: str, outgoing: Outgoing) -> MailRow | None:
    """The row that shows this outgoing, or did before a later one took its place."""
    row = _named(work, box, outgoing.id)
    if row is not None or not outgoing.replaces:
        return row
    row = _once(work, box, outgoing.replaces)
    return row if row is not None and outgoing.id in letter(row).was else None


def _once(work: Work, box: str, id: str) -> MailRow | None:
    """The row that is the outgoing called `id`, or was before another took its place."""
    if not id:
        return None
    return _named(work, box, id) or next((row for row in work.mail.list(box) if id in letter(row).was), None)


def _named(work: Work, box: str, id: str) -> MailRow | None:
    """The row called `id` if it lies in this box: an id of somebody else's message opens nothing."""
    try:
        row = work.mail.get(id)
    except NotFound:
        return None
    return row if row.box == box else None
