"""What is left of the year: what came unasked, what was due, and what became of each exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select

from bot.holding import WELCOME, base
from bot.moment import Moment
from bot.planning import days_of, facts_of, is_full
from bot.programme.calendar import local_date
from bot.programme.schedule import Due, exchange_dues
from storage.records import AnswerRow, ConversationRow, ExchangeRow, JournalRow, PromptRow
from storage.store import Work
from storage.tables import outbox
from tests.stage.play import ANSWERS
from tests.year.life import Year

EVERYTHING: Final = 1_000_000
"""Lines of the trail, more than there are."""


ENDED_UNSAID: Final = ("held", "cancelled", "expired")
"""States of what nobody has got."""


@dataclass(frozen=True)
class Unasked:
    """A message that came by itself."""

    person: str
    kind: str
    at: datetime
    day: date
    subject: str


@dataclass(frozen=True)
class Life:
    """Everything that is left of the year, by exchange."""

    year: Year
    unasked: Sequence[Unasked]
    exchanges: Sequence[ExchangeRow]
    prompts: Mapping[str, Sequence[PromptRow]]
    dues: Mapping[str, Sequence[Due]]
    talks: Mapping[str, Sequence[ConversationRow]]
    answers: Mapping[str, Sequence[AnswerRow]]
    journals: Mapping[str, JournalRow]
    days: Mapping[str, Sequence[date]]
    full: frozenset[str]
    ended_early: frozenset[str]
    paused: Mapping[str, datetime]
    """When somebody said until when to be away."""

    def talk(self, exchange: str, person: str, dialog: str) -> ConversationRow | None:
        """The last conversation of somebody about an exchange, if there was one."""
        rows = [row for row in self.talks[exchange] if (row.person, row.dialog) == (person, dialog)]
        return max(rows, key=lambda row: row.touched, default=None)


async def looked_at(year: Year) -> Life:
    """The year, read once."""
    return await year.store.run(lambda work: _read(year, work))


def _read(year: Year, work: Work) -> Life:
    rows: list[dict[str, Any]] = [dict(row) for row in work.outbox._all(select(outbox).order_by(outbox.c.order))]
    asked = {(row["place"], row["not_before"]) for row in rows if row["kind"] in ANSWERS}
    told = [
        row
        for row in rows
        if row["kind"] not in ANSWERS and not row["replaces"] and row["place"] in year.people
        if row["state"] not in ENDED_UNSAID
        if row["kind"] != WELCOME or (row["place"], row["not_before"]) not in asked
    ]
    exchanges, moment = work.exchanges.of_round("round"), year.moments(work)
    return Life(
        year,
        [
            Unasked(
                row["place"],
                base(row["kind"]),
                row["not_before"],
                local_date(row["not_before"], year.people[row["place"]].zone),
                row["subject"],
            )
            for row in told
        ],
        exchanges,
        {each.id: work.prompts.of(each.id) for each in exchanges},
        {each.id: _dues(moment, each) for each in exchanges},
        {each.id: work.conversations.of_subject(each.id) for each in exchanges},
        {each.id: work.answers.about(each.id) for each in exchanges},
        {each.id: work.exchanges.journal(each.id) for each in exchanges},
        {each.id: days_of(moment, each) for each in exchanges},
        frozenset(each.id for each in exchanges if is_full(moment, each)),
        frozenset(row.subject for row in work.audit.all(EVERYTHING) if row.action == "exchange.ended_early"),
        {
            row.subject: row.touched
            for each in exchanges
            for row in work.conversations.of_subject(each.id)
            if (row.dialog, row.status) == ("absent", "done")
        },
    )


def _dues(moment: Moment, exchange: ExchangeRow) -> list[Due]:
    """What the table of tasks says of an exchange as it turned out, as if nobody had done anything yet.

    Who was asked what suits has the logbook by rule until then.
    """
    if not exchange.approved_at:
        return []
    facts = facts_of(moment, exchange)
    asked = any(row.dialog == "misses" for row in moment.work.conversations.of_subject(exchange.id))
    return exchange_dues(
        replace(
            facts,
            state="approved",
            prep_done=False,
            debrief_done=False,
            lead_done=False,
            paused_until=None,
            cadence="rule" if asked else facts.cadence,
            hosts=tuple(replace(hosting, prepared=False) for hosting in facts.hosts),
        )
    )
