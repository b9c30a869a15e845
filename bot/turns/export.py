"""All that somebody wrote, as a text to read: phase by phase as it was lived, under a heading each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.moment import Moment
from bot.turns.common import as_date, shown
from storage.records import AnswerRow, PersonRow

PHASES = (
    "sign",
    "offer",
    "proposal",
    "host_proposal",
    "principle",
    "approve",
    "prep",
    "lead",
    "host.prep",
    "goals",
    "log",
    "host.check",
    "note",
    "deb",
    "ret",
    "story",
    "gift",
    "eval.emp",
    "eval.lead",
    "eval.host",
    "share",
    "fb",
    "fu30",
    "lead.fu30",
    "fu90",
    "lead.fu90",
)
"""What answers belong to, by the beginning of their occasion, in the order of an exchange."""

TITLES = {"note": "coach.title", "share": "share.title", "lead.fu30": "fu.title"}
"""The headings of what no conversation asks."""


def as_text(moment: Moment, person: PersonRow, rows: Iterable[AnswerRow]) -> str:
    """The file: who it is of, then each phase with its questions as they were asked and the answers."""
    phases: dict[tuple[str, str], list[AnswerRow]] = {}
    for row in rows:
        phases.setdefault((row.subject, row.occasion), []).append(row)
    title = moment.words.text(person.language, "btn.my_data")
    heads = f"{title}: {person.name}\n{moment.words.date(person.language, moment.today(person))}"
    in_order = sorted(phases.values(), key=lambda phase: (_day(phase), _rank(phase[0])))
    return "\n\n\n".join([heads, *(_phase(moment, person, phase) for phase in in_order)]) + "\n"


def _phase(moment: Moment, person: PersonRow, rows: list[AnswerRow]) -> str:
    """A heading and its answers, in the order in which they are asked."""
    script = moment.house.scripts.get(_kind(rows[0]))
    asked = [ask.key for ask in script.dialog.asks] if script else []
    in_order = sorted(rows, key=lambda row: (asked.index(row.key) if row.key in asked else len(asked), row.day))
    named = TITLES.get(_kind(rows[0]), script.dialog.title if script else "btn.my_data")
    when = moment.words.weekday_date(person.language, _day(rows))
    heading = f"{moment.words.text(person.language, named)}, {when}"
    answers = (f"{row.question}\n{shown(moment, person.language, row)}" for row in in_order)
    return "\n\n".join([f"{heading}\n{'-' * len(heading)}", *answers])


def _kind(row: AnswerRow) -> str:
    return row.occasion.partition(":")[0]


def _rank(row: AnswerRow) -> int:
    return PHASES.index(_kind(row)) if _kind(row) in PHASES else len(PHASES)


def _day(rows: list[AnswerRow]) -> date:
    """The day that the answers are about, else the first on which one was written."""
    return as_date(rows[0].occasion.partition(":")[2]) or min(row.day for row in rows)
