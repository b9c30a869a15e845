"""What goes with a deletion: messages that have not gone out yet, and in the end all that names a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, Delete, Table, bindparam, delete, or_, select, update

from storage.keys import HOUSE, Keyring
from storage.part import Part, Remembering
from storage.records import AddressRow, OutboxState
from storage.tables import (
    addresses,
    answers,
    cards,
    chats,
    conversations,
    exchanges,
    is_one_of,
    journals,
    links,
    mail,
    mail_links,
    meta,
    outbox,
    people,
    takeaways,
)

KEPT_STATES = ("pending", "unknown", "held")
"""States of a message whose text is kept, and that nobody is sending just now."""

ERASED = "…"
"""What somebody is called of whom nothing is kept any more."""

_NAMED = ("channel", "tenant", "place")

# A statement for each state, so that each reads its own partial index.
_KEPT = [
    select(outbox).where(
        is_one_of(outbox.c.state, state),
        outbox.c.payload.is_not(None),
        or_(
            outbox.c.subject.in_(bindparam("subjects", expanding=True)),
            outbox.c.place.in_(bindparam("places", expanding=True)),
        ),
    )
    for state in KEPT_STATES
]
_CANCEL = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"), is_one_of(outbox.c.state, *KEPT_STATES))
    .values(state=OutboxState.CANCELLED, payload=None, reason="what it says was deleted")
)
_ADDRESSES = select(addresses).where(addresses.c.person == bindparam("person"))
_PLACES = select(exchanges.c.id).where(exchanges.c.employee == bindparam("person"))


def _of(table: Table, *columns: str) -> Delete:
    return delete(table).where(or_(*(table.c[column] == bindparam("person") for column in columns)))


_OWN = (
    _of(links, "person"),
    _of(mail_links, "person"),
    _of(takeaways, "person"),
    _of(answers, "person"),
    _of(cards, "person"),
    _of(conversations, "person"),
    _of(mail, "box", "author"),
    delete(journals).where(journals.c.exchange.in_(_PLACES)),
    _of(addresses, "person"),
)
# Mail goes to a person, whatever the address is that it stands for.
_MAILED = (_of(chats, "place"), _of(outbox, "place").where(~is_one_of(outbox.c.state, "sending")))
_NOBODY = (
    update(people)
    .where(people.c.id == bindparam("this"))
    .values(name=ERASED, unit="", email="", leader="", told=frozenset(), hr=False, active=False)
)


class Erasing(Part):
    """Deletes more than one part knows of. `others` are the parts that remember what they have read."""

    def __init__(self, connection: Connection, keys: Keyring, others: Iterable[Remembering] = ()) -> None:
        super().__init__(connection, keys)
        self._others = tuple(others)

    def kept(self, subjects: Collection[str], places: Collection[AddressRow]) -> dict[str, tuple[str, AddressRow]]:
        """Messages about `subjects`, or to `places`, that have not certainly gone out: text and address, by id."""
        sought = {"subjects": sorted(subjects), "places": sorted({it.place for it in places})}
        return {
            row["id"]: (
                self._keys.show(HOUSE, "outbox", "payload", row["id"], row["payload"]),
                AddressRow(*(row[name] for name in _NAMED)),
            )
            for statement in _KEPT
            for row in self._all(statement, **sought)
        }

    def cancel(self, id: str) -> bool:
        """Let a message that has not certainly gone out go nowhere any more. False when it is another's, or gone."""
        return self._change(_CANCEL, {"this": id}) == 1

    def person(self, id: str) -> None:
        """Delete all that names a person or is theirs, with the key that it was sealed with; ids stay, as nobody's.

        Harmless when it has been done. The exchanges stay with their places, for the balance of the workplaces: keep
        them anew afterwards, for what is sealed in them cannot be read any more.
        """
        for row in self._all(_ADDRESSES, person=id):
            self._place(row["channel"], row["tenant"], row["place"])
        for statement in _MAILED:
            self._connection.execute(statement, {"person": id})
        self._marks(f".{id}")
        for statement in _OWN:
            self._connection.execute(statement, {"person": id})
        self._connection.execute(_NOBODY, {"this": id})
        self._keys.forget(id)
        for part in self._others:
            part.forget()

    def _place(self, channel: str, tenant: str, place: str) -> None:
        """Everything that is known of a place, and all that went there."""
        for table in (chats, outbox):
            here = [table.c[name] == value for name, value in zip(_NAMED, (channel, tenant, place), strict=True)]
            if table is outbox:  # what is on its way is its sender's
                here.append(~is_one_of(outbox.c.state, "sending"))
            self._connection.execute(delete(table).where(*here))
        self._marks(f":{place}")

    def _marks(self, ending: str) -> None:
        """A mark about somebody ends with who it is."""
        self._connection.execute(delete(meta).where(meta.c.key.endswith(ending, autoescape=True)))
