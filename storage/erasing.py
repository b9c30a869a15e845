"""What goes with a person of whom nothing is kept any more: all that names them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Delete, Table, bindparam, delete, exists, or_, select, update

from storage.keys import Keyring
from storage.part import Part, Remembering
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

ERASED = "…"
"""What somebody is called of whom nothing is kept any more."""

_NAMED = ("channel", "tenant", "place")

_PAGE = delete(mail).where(
    mail.c.box == bindparam("person"),
    exists().where(outbox.c.id == mail.c.id, outbox.c.subject == bindparam("subject")),
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

    def page(self, person: str, subject: str) -> int:
        """Delete from somebody's own page the messages about `subject`; how many."""
        return self._change(_PAGE, {"person": person, "subject": subject})

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
