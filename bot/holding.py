"""What comes to somebody because of what others did: inside the reader's hours, and three a day with all else.

What may not come yet is held outside the queue, so that no answer waits behind it, and a prompt lets it go in its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from bot.programme.calendar import Worker, at_local, local_date, within_hours
from bot.programme.schedule import CANNOT_WAIT, HELD, room_today
from bot.programme.spread import spread
from storage.records import OutboxRow, PersonRow, PromptRow, new_id

if TYPE_CHECKING:
    from bot.moment import Moment

LATER: Final = ".later"
"""The ending of a push that the person asked to get again; a new plan leaves it alone."""

LOOK_BACK: Final = timedelta(days=28)
"""Of so many days prompts can be said today: who works on Fridays only may have two of them free in a row."""

TELLS: Final = ("news", "gift", "final")
"""Kinds of messages that ask for nothing; when there is not room for all, what asks for something goes first."""

WELCOME: Final = "welcome"
DECISION: Final = "decision"
UNCOUNTED: Final = (WELCOME, DECISION)
"""What is no message of the day: the first hello, which begins the first one, and the answer to one's own request."""


def worker(person: PersonRow) -> Worker:
    """How a person works, for the rules of the calendar."""
    return Worker(person.zone, person.country, person.working_days, person.starts, person.ends)


def base(kind: str) -> str:
    """The kind of a push, also when it was put off."""
    return kind.removesuffix(LATER)


def next_morning(hours: Worker, now: datetime) -> datetime:
    """When the next working day begins for the reader."""
    return within_hours(hours, at_local(local_date(now, hours.zone) + timedelta(days=1), time(0), hours.zone))


def waits_until(moment: Moment, person: PersonRow, kind: str) -> datetime | None:
    """When a message that others bring about may come; None for now. Nothing overtakes what is held already."""
    hours, rows = worker(person), recent(moment, person)
    held = [row.at for row in rows if row.kind == HELD and row.state == "pending"]
    earliest = within_hours(hours, moment.now)
    if earliest > moment.now:
        return max([spread(earliest, person.id, moment.house.spread, hours), *held])
    if held:
        return max(moment.now, *held)
    if kind in UNCOUNTED or has_room(rows, told_on(rows, moment.today(person)), moment.today(person)):
        return None
    return spread(next_morning(hours, moment.now), person.id, moment.house.spread, hours)


def held_until(moment: Moment, person: PersonRow) -> datetime:
    """When the last comes of what is held for somebody; now where nothing is."""
    rows = recent(moment, person)
    return max([moment.now, *(row.at for row in rows if row.kind == HELD and row.state == "pending")])


def recent(moment: Moment, person: PersonRow) -> list[PromptRow]:
    """The prompts from which it follows what a person has been told today, and what is still to come."""
    return moment.work.prompts.since(person.id, moment.today(person) - LOOK_BACK)


def told_on(rows: Iterable[PromptRow], day: date) -> set[str]:
    """The kinds of what was said unasked on a day; of what others brought about each message for itself."""
    said = (row for row in rows if row.data.get("said_on") == day.isoformat() and row.data.get("of") not in UNCOUNTED)
    return {counted(row) for row in said}


def counted(row: PromptRow) -> str:
    """As what a prompt counts among the messages of the day."""
    return f"{HELD}:{row.id}" if row.kind == HELD else base(row.kind)


def has_room(rows: Iterable[PromptRow], told: Iterable[str], today: date) -> bool:
    """Whether one more may come of what others bring about, beside what is still to come today and cannot wait."""
    to_come = {base(row.kind) for row in rows if row.state == "pending" and row.day == today}
    return room_today({*told, *(to_come & CANNOT_WAIT)}, HELD)


def note(
    moment: Moment, person: PersonRow, outgoing: OutboxRow, until: datetime | None, about: Sequence[str] = ()
) -> None:
    """Writes down that a message was said today, or is let go then. `about`: ids of the answers that it tells of."""
    at = until or moment.now
    day = local_date(at, person.zone)
    data: dict[str, object] = {"of": outgoing.kind, "order": outgoing.order}
    if about:
        data["about"] = list(about)
    if until is None:
        data["said_on"] = day.isoformat()
    state = "said" if until is None else "pending"
    moment.work.prompts.add(PromptRow(new_id(), person.id, outgoing.id, HELD, day, at, state, data))


def place(row: PromptRow) -> tuple[bool, bool, int]:
    """Where a held message stands among those of its reader: what asks for something first, each in order."""
    of = row.data.get("of")
    return of != WELCOME, of in TELLS, int(row.data.get("order", 0))


def let_go(moment: Moment, row: PromptRow) -> str:
    """Lets the message go whose time has come, if it is still to be said; how the prompt ends."""
    return "said" if moment.work.outbox.let_go(row.subject, moment.now) else "cancelled"


def unsay(moment: Moment, person: PersonRow, kind: str, subject: str) -> bool:
    """Withdraws what of one kind is held about a subject, as it is said now; whether there was any."""
    waiting = (row for row in recent(moment, person) if row.kind == HELD and row.state == "pending")
    ids = [row.subject for row in waiting if row.data.get("of") == kind]
    about_it = [id for id in ids if moment.work.outbox.get(id).subject == subject]
    withdrawn = [moment.work.outbox.withdraw(id) for id in about_it]
    return any(withdrawn)


def about(moment: Moment, outgoing: OutboxRow) -> set[str]:
    """The ids of the answers that a held message tells of."""
    return {str(id) for row in moment.work.prompts.of(outgoing.id, HELD) for id in row.data.get("about", ())}
