"""Organisations, people, where they are reached, and the codes that make HR."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Insert, bindparam, delete, insert, or_, select, update

from storage.errors import Conflict, NotFound
from storage.part import Remembering, address, insert_or, without
from storage.records import AddressRow, Organisation, PersonRow
from storage.tables import addresses, chats, codes, organisations, people

_ORGANISATION = select(organisations).where(organisations.c.id == bindparam("this"))
_ORGANISATIONS = select(organisations).order_by(organisations.c.name, organisations.c.id)
_NAME = update(organisations).where(organisations.c.id == bindparam("this")).values(name=bindparam("called"))
_PERSON = select(people).where(people.c.id == bindparam("this"))
_LOCK = select(people.c.id).where(people.c.id == bindparam("this")).with_for_update()
_UPDATE = update(people).where(people.c.id == bindparam("this"))
_OF_ORGANISATION = (
    select(people).where(people.c.organisation == bindparam("organisation")).order_by(people.c.name, people.c.id)
)
_HR = _OF_ORGANISATION.where(people.c.hr)
_REACHED = (
    select(addresses.c.person)
    .join(
        chats,
        (chats.c.channel == addresses.c.channel)
        & (chats.c.tenant == addresses.c.tenant)
        & (chats.c.place == addresses.c.place),
        isouter=True,
    )
    .where(addresses.c.person == people.c.id, or_(chats.c.channel.is_(None), chats.c.state == "live"))
)
_UNREACHED = _OF_ORGANISATION.where(people.c.active, ~_REACHED.exists())
_ON = _OF_ORGANISATION.where(
    select(addresses.c.order)
    .where(addresses.c.person == people.c.id, addresses.c.channel == bindparam("channel"))
    .exists()
)
_HERE = (
    (addresses.c.channel == bindparam("channel"))
    & (addresses.c.tenant == bindparam("tenant"))
    & (addresses.c.place == bindparam("place"))
)
_AT = select(people).join(addresses, addresses.c.person == people.c.id).where(_HERE)
_LINKED_TO = select(addresses.c.person).where(_HERE)
_ADDRESSES = select(addresses).where(addresses.c.person == bindparam("person")).order_by(addresses.c.order)
_SPEND = delete(codes).where(codes.c.hash == bindparam("hash"), codes.c.expires > bindparam("now"))


@cache
def _link(dialect: str) -> Insert:
    return insert_or(dialect, addresses).on_conflict_do_nothing(index_elements=["channel", "tenant", "place"])


class People(Remembering):
    """People and their addresses. A person may have several addresses; an address has one person."""

    def add_organisation(self, organisation: Organisation) -> None:
        """Add an employer. Raises Conflict (from the store) when its id is taken."""
        self._change(insert(organisations), vars(organisation))

    def organisation(self, id: str) -> Organisation:
        """The organisation called `id`. Raises NotFound."""
        return self._once(
            ("organisation", id), lambda: Organisation(**without(self._the(_ORGANISATION, this=id), "order"))
        )

    def name_organisation(self, id: str, name: str) -> None:
        """The organisation is called so from now on."""
        self._change_one(_NAME, {"this": id, "called": name})

    def organisations(self) -> list[Organisation]:
        """All of them, by name."""
        return [Organisation(**without(row, "order")) for row in self._all(_ORGANISATIONS)]

    def add(self, person: PersonRow) -> None:
        """Add a person."""
        self._change(insert(people), vars(person))

    def get(self, id: str) -> PersonRow:
        """The person called `id`. Raises NotFound."""
        person = self.find(id)
        if person is None:
            raise NotFound
        return person

    def find(self, id: str) -> PersonRow | None:
        """The person called `id`, if there is one."""

        def read() -> PersonRow | None:
            row = self._first(_PERSON, this=id)
            return PersonRow(**row) if row else None

        return self._once(("person", id), read)

    def update(self, person: PersonRow) -> None:
        """Keep `person` as it is now. Raises NotFound."""
        self._change_one(_UPDATE, {"this": person.id, **vars(person)})

    def all(self, organisation: str) -> list[PersonRow]:
        """Everybody in `organisation`, by name."""
        return [PersonRow(**row) for row in self._all(_OF_ORGANISATION, organisation=organisation)]

    def hr(self, organisation: str) -> list[PersonRow]:
        """Those of `organisation` who are HR, by name."""
        rows = self._once(("hr", organisation), lambda: self._all(_HR, organisation=organisation))
        return [PersonRow(**row) for row in rows]

    def unreached(self, organisation: str) -> list[PersonRow]:
        """Those of `organisation` whom nothing can be sent to yet, or any more, by name."""
        return [PersonRow(**row) for row in self._all(_UNREACHED, organisation=organisation)]

    def on(self, channel: str, organisation: str) -> list[PersonRow]:
        """Those of `organisation` who have an address on `channel`, by name."""
        return [PersonRow(**row) for row in self._all(_ON, channel=channel, organisation=organisation)]

    def at(self, where: AddressRow) -> PersonRow | None:
        """The person who is reached at `where`, if anybody is."""
        row = self._first(_AT, **vars(where))
        return PersonRow(**row) if row else None

    def addresses(self, person_id: str) -> list[AddressRow]:
        """Where the person is reached, the oldest link first."""
        return [*self._once(("at", person_id), lambda: [*map(address, self._all(_ADDRESSES, person=person_id))])]

    def link(self, person_id: str, where: AddressRow) -> None:
        """Tie an address to a person; twice is harmless. Raises Conflict when it is somebody else's."""
        if self._change(_link(self._dialect), {"person": person_id, **vars(where)}):
            return
        if self._the(_LINKED_TO, **vars(where))["person"] != person_id:
            raise Conflict("The address belongs to somebody else already. Ask them, or correct the link.")

    def lock(self, person_id: str) -> None:
        """One conversation at a time: nobody else passes here for this person before we commit."""
        # SQLite has one writer, and each unit of work begins as that writer.
        if self._dialect != "sqlite":
            self._first(_LOCK, this=person_id)

    def add_code(self, code_hash: str, expires: datetime) -> None:
        """Keep the hash of a single-use code."""
        self._change(insert(codes), {"hash": code_hash, "expires": expires})

    def spend_code(self, code_hash: str, now: datetime) -> bool:
        """True once, and only before the code expires."""
        return self._change(_SPEND, {"hash": code_hash, "now": now}) == 1
