"""Exchanges, and how each employee wants the logbook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, delete, insert, or_, select, update

from storage.errors import NotFound
from storage.keys import Unreadable
from storage.part import Remembering, insert_or, without
from storage.prepared import Row
from storage.records import ExchangeRow, JournalRow, Stop
from storage.tables import exchanges, further_hosts, journals

_SEALED = ("home_unit", "host_unit", "why")
_EXCHANGE = select(exchanges).where(exchanges.c.id == bindparam("this"))
_UPDATE = update(exchanges).where(exchanges.c.id == bindparam("this"))
_OF_ROUND = select(exchanges).where(exchanges.c.round == bindparam("this")).order_by(exchanges.c.order)
_IN_ROUND = (
    select(exchanges.c.id, exchanges.c.leader).where(exchanges.c.round == bindparam("this")).order_by(exchanges.c.order)
)
_OF_PERSON = (
    select(exchanges)
    .where(
        or_(
            *(exchanges.c[role] == bindparam("this") for role in ("employee", "leader", "host")),
            exchanges.c.id.in_(select(further_hosts.c.exchange).where(further_hosts.c.host == bindparam("this"))),
        )
    )
    .order_by(exchanges.c.order)
)
_FORGET_HOSTS = delete(further_hosts).where(further_hosts.c.exchange == bindparam("this"))
_JOURNAL = (
    select(journals, exchanges.c.employee)
    .join(exchanges, exchanges.c.id == journals.c.exchange)
    .where(journals.c.exchange == bindparam("this"))
)
_EMPLOYEE = select(exchanges.c.employee).where(exchanges.c.id == bindparam("this"))


@cache
def _save_journal(dialect: str) -> Insert:
    add = insert_or(dialect, journals)
    changed = {column.name: column for column in add.excluded if column.name != "exchange"}
    return add.on_conflict_do_update(index_elements=["exchange"], set_=changed)


class Exchanges(Remembering):
    """Exchanges, each list in the order they were added."""

    def add(self, row: ExchangeRow) -> None:
        """Add an exchange."""
        self._change(insert(exchanges), self._values(row))
        self._add_hosts(row)

    def get(self, id: str) -> ExchangeRow:
        """The exchange called `id`. Raises NotFound."""
        found = self.find(id)
        if found is None:
            raise NotFound
        return found

    def find(self, id: str) -> ExchangeRow | None:
        """The exchange called `id`, if there is one."""
        return self._once(id, lambda: next(iter(self._rows(self._all(_EXCHANGE, this=id))), None))

    def update(self, row: ExchangeRow) -> None:
        """Keep the exchange as it is now. Raises NotFound."""
        self._change_one(_UPDATE, {"this": row.id, **self._values(row)})
        if row.stops:
            self._change(_FORGET_HOSTS, {"this": row.id})
            self._add_hosts(row)

    def _add_hosts(self, row: ExchangeRow) -> None:
        for host in sorted({stop.host for stop in row.stops} - {"", row.host}):
            self._change(insert(further_hosts), {"exchange": row.id, "host": host})

    def of_employee(self, person: str) -> list[ExchangeRow]:
        """The exchanges this person goes on."""
        return [row for row in self._of(person) if row.employee == person]

    def of_leader(self, person: str) -> list[ExchangeRow]:
        """The exchanges of this home leader's people."""
        return [row for row in self._of(person) if row.leader == person]

    def of_host(self, person: str) -> list[ExchangeRow]:
        """The exchanges this person is host of, at one of their places."""
        rows = self._of(person)
        return [row for row in rows if row.host == person or person in {stop.host for stop in row.stops}]

    def of_round(self, round: str) -> list[ExchangeRow]:
        """The exchanges that came out of the round."""
        return [*self._once(("round", round), lambda: self._rows(self._all(_OF_ROUND, this=round)))]

    def ids_in(self, round: str) -> list[str]:
        """The ids of the round's exchanges."""
        return [row["id"] for row in self._once(("in", round), lambda: self._all(_IN_ROUND, this=round))]

    def leaders_in(self, round: str) -> set[str]:
        """Who leads somebody in the round."""
        return {row["leader"] for row in self._once(("in", round), lambda: self._all(_IN_ROUND, this=round))} - {""}

    def journal(self, exchange: str) -> JournalRow:
        """How the employee wants the logbook; the default when never asked."""
        return self._once(("journal", exchange), lambda: self._journal(exchange))

    def _journal(self, exchange: str) -> JournalRow:
        row = self._first(_JOURNAL, this=exchange)
        if row is None:
            return JournalRow(exchange)
        habit = self._keys.show(row["employee"], "journals", "habit", exchange, row["habit"])
        # What cannot be read any more shares nothing by itself.
        known = JournalRow(exchange).habit if isinstance(habit, Unreadable) else habit
        return JournalRow(**without(row, "employee", "habit"), habit=known)

    def save_journal(self, row: JournalRow) -> None:
        """Keep how the employee wants the logbook."""
        employee = self._the(_EMPLOYEE, this=row.exchange)["employee"]
        habit = self._sealed(employee, "journals", row.exchange, habit=row.habit)
        self._change(_save_journal(self._dialect), {**vars(row), **habit})

    def _of(self, person: str) -> list[ExchangeRow]:
        """All that the person is part of: whoever asks for one role most often asks for the others too."""
        return self._once(("person", person), lambda: self._rows(self._all(_OF_PERSON, this=person)))

    def _values(self, row: ExchangeRow) -> dict[str, Any]:
        values = {name: value for name, value in vars(row).items() if name not in _SEALED}
        texts = {name: getattr(row, name) for name in _SEALED}
        if row.stops:
            texts["stops"] = json.dumps([[it.host, it.unit, *map(str, (it.start, it.end))] for it in row.stops])
        return values | {"stops": None} | self._sealed(row.employee, "exchanges", row.id, **texts)

    def _rows(self, rows: Sequence[Row]) -> list[ExchangeRow]:
        self._keys.fetch(row["employee"] for row in rows)
        return [
            ExchangeRow(
                **without(row, "order", "stops", "linked", *_SEALED),
                **self._texts(row),
                stops=self._stops(row),
                linked=row["linked"] or "",
            )
            for row in rows
        ]

    def _stops(self, row: Row) -> tuple[Stop, ...]:
        if row["stops"] is None:
            return ()
        known = self._keys.show(row["employee"], "exchanges", "stops", row["id"], row["stops"])
        if isinstance(known, Unreadable):
            return ()
        return tuple(
            Stop(host, unit, date.fromisoformat(start), date.fromisoformat(end))
            for host, unit, start, end in json.loads(known)
        )

    def _texts(self, row: Row) -> dict[str, Any]:
        owner, id = row["employee"], row["id"]
        return {name: self._keys.show(owner, "exchanges", name, id, row[name]) for name in _SEALED}
