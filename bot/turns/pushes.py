"""What is due: one recipient at a time, in one transaction, with pushes for the same person in one message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import holding
from bot.channel import Incoming, Part, Reply
from bot.holding import LATER, worker
from bot.holding import base as base
from bot.moment import Moment, Press, Told
from bot.planning import SAID, days_of, is_full, replan
from bot.programme.calendar import Worker, local_date, on_day, within_hours
from bot.programme.schedule import (
    EXCHANGE_KINDS,
    HELD,
    MOST_BESIDE_DAYS,
    REMINDERS,
    SILENT,
    TASK_AT,
    TASKS,
    latest,
    postponed,
    room_to_remind,
    room_today,
)
from bot.script import Due
from bot.turns import led_before
from bot.turns.picking import shown_by
from bot.turns.told_apart import told_apart
from dialogs.model import Say
from storage.records import PersonRow, PromptRow, new_id

LAST = {"log"}
"""Of what is due at the same time these come last, so that typed words belong to them."""

CHOSEN = ("log", "week.pick")
"""They come when the person chose, until the day ends."""

ON_TIME = timedelta(minutes=15)
"""What is said within this is on time, and its time was planned inside the hours."""


def say_due(moment: Moment, rows: Sequence[PromptRow]) -> None:
    """Says what is due to one recipient, and first what others have brought about and was held.

    What is too late is missed; what has no room waits a day.
    """
    person = moment.work.people.find(rows[0].recipient)
    if person is not None:
        moment = moment.speaking(person.organisation, rows[0].subject)
    hours = _hours(moment, rows[0], person)
    sent = holding.told_on(holding.recent(moment, person), moment.today(person)) if person else set()
    moment.pushed = person.id if person else ""
    bundle: list[tuple[PromptRow, Told]] = []
    held = sorted((row for row in rows if row.kind == HELD), key=holding.place)
    others = (row for row in rows if row.kind != HELD)
    in_order = sorted(others, key=lambda row: (row.at, base(row.kind) in LAST, _place(row)))
    for due in (*held, *in_order):
        # What was said before it may have planned anew, so that it is later now, or not at all.
        row = moment.work.prompts.find(due.recipient, due.subject, due.kind, due.day)
        if row is None or row.state != "pending" or row.at > moment.now:
            continue
        kind = base(row.kind)
        if person is not None and not person.active and kind not in SILENT:
            _drop(moment, row, "cancelled")
        elif moment.now >= latest(kind, row.at, hours):
            _drop(moment, row, "missed")
        elif (morning := _by_day(kind, row, hours, moment.now)) > moment.now:
            _wait(moment, row, morning, hours)
        elif person is not None and kind == HELD and not _has_room(moment, person, row, sent):
            _wait(moment, row, holding.next_morning(hours, moment.now), hours)
        elif row.kind in REMINDERS and not _may_remind(moment, row):  # what was put off was asked for
            moment.work.prompts.mark(row.id, "cancelled")
        elif person is not None and kind != HELD and not room_today(sent | _apart(moment, kind, bundle), kind):
            moment.work.prompts.move(row.id, postponed(hours, row.at))
        else:
            moment.not_after = latest(kind, row.at, hours)
            told = _handle(moment, row, person)
            if told is not None:
                bundle.append((row, told))
            if (told is None or kind not in TASKS) and _counts(moment, row):
                sent.add(holding.counted(row))
    if bundle and person is not None:
        _tell(moment, person, bundle)


def _counts(moment: Moment, row: PromptRow) -> bool:
    """Whether its recipient has got it, as one of the messages of the day."""
    return moment.work.prompts.get(row.id).state in SAID and row.data.get("of") not in holding.UNCOUNTED


def _wait(moment: Moment, row: PromptRow, at: datetime, hours: Worker) -> None:
    """It waits until then; what was held is that day's, and counts there."""
    moment.work.prompts.move(row.id, at, local_date(at, hours.zone) if row.kind == HELD else None)


def _drop(moment: Moment, row: PromptRow, state: str) -> None:
    """It is not said any more."""
    moment.work.prompts.mark(row.id, state)
    if row.kind == HELD:
        moment.work.outbox.withdraw(row.subject)


def _has_room(moment: Moment, person: PersonRow, row: PromptRow, sent: set[str]) -> bool:
    """Whether what is held may come today; what nobody is to see any more takes no room."""
    if row.data.get("of") in holding.UNCOUNTED or not moment.work.outbox.is_held(row.subject):
        return True
    return holding.has_room(holding.recent(moment, person), sent, moment.today(person))


def _place(row: PromptRow) -> int:
    """Where it stands among what is due at the same time: as the table of tasks has it."""
    kind = base(row.kind)
    return EXCHANGE_KINDS.index(kind) if kind in EXCHANGE_KINDS else len(EXCHANGE_KINDS)


def _apart(moment: Moment, kind: str, bundle: Sequence[tuple[PromptRow, Told]]) -> set[str]:
    """The tasks in the bundle, for one that speaks in a message of its own and would be a second."""
    alone = moment.house.prompts[kind].act is not None
    return {base(row.kind) for row, _ in bundle} & TASKS if alone else set()


def _may_remind(moment: Moment, row: PromptRow) -> bool:
    """Whether a second message about the same is in its place: a short exchange costs few in all."""
    exchange = moment.work.exchanges.find(row.subject)
    role = {exchange.employee: "employee", exchange.leader: "leader"}.get(row.recipient) if exchange else None
    if exchange is None or role is None or is_full(moment, exchange):
        return True
    mine = [it for it in moment.work.prompts.of(exchange.id) if it.recipient == row.recipient]
    said = [(base(it.kind), _told_on(it)) for it in mine if "said_on" in it.data]
    to_come = [(base(it.kind), it.day) for it in mine if it.state == "pending"]
    days = len(days_of(moment, exchange))
    return room_to_remind(MOST_BESIDE_DAYS[role] + days, said, to_come)


def _told_on(row: PromptRow) -> date:
    return date.fromisoformat(str(row.data["said_on"]))


def _by_day(kind: str, row: PromptRow, hours: Worker, now: datetime) -> datetime:
    """When something late may be said: inside the hours. The logbook's time is the person's own choice.

    Nobody plans anew what was held, so its time is looked at again: the hours may have changed since.
    """
    if kind in SILENT or kind in CHOSEN or (kind != HELD and now < row.at + ON_TIME):
        return now
    return within_hours(hours, now)


def _handle(moment: Moment, row: PromptRow, person: PersonRow | None) -> Told | None:
    """Does what is due, or returns what is to be told in the common message."""
    due: Due = moment.house.prompts[base(row.kind)]
    moment.work.prompts.mark(row.id, "said")  # no longer pending: a new plan made on the way leaves it alone
    if due.tell is not None:
        told = due.tell(moment, row)
        _mark(moment, row, "said" if told else "cancelled", person)
        return told
    if due.act is not None:
        _mark(moment, row, due.act(moment, row), person)
    return None


def _mark(moment: Moment, row: PromptRow, state: str, person: PersonRow | None) -> None:
    now = moment.work.prompts.get(row.id)
    said = {"said_on": moment.today(person).isoformat()} if person and state == "said" else {}
    moment.work.prompts.mark(row.id, state, {**now.data, **said})


def _tell(moment: Moment, person: PersonRow, bundle: Sequence[tuple[PromptRow, Told]]) -> None:
    says: list[Say | Part] = [say for _, told in bundle for say in told.says]
    row = bundle[0][0]
    moment.tell(person, Told(says, _presses(moment, person, bundle)), kind=base(row.kind), subject=row.subject)


def _presses(moment: Moment, person: PersonRow, bundle: Sequence[tuple[PromptRow, Told]]) -> list[Press]:
    """The buttons of all parts, each settled by itself. One at the end puts off all that can be."""
    parts = [told for _, told in bundle]
    if len(parts) == 1:
        return [*parts[0].presses]
    presses = told_apart(moment, person, [(row.subject, told.presses) for row, told in bundle])
    off = [press for press in presses if press.action[0] == "later"]
    if not off:
        return presses
    whole = all(any(press.action[0] == "later" for press in told.presses) for told in parts)
    ids = [id for press in off for id in press.action[1:]]
    others = [press for press in presses if press not in off]
    return [*others, Press("btn.later", ["later" if whole else "later_some", *ids])]


def _hours(moment: Moment, row: PromptRow, person: PersonRow | None) -> Worker:
    """The recipient's hours; of a round those of its contact, who is the office."""
    if person is not None:
        return worker(person)
    round_row = moment.work.rounds.find(row.subject)
    return worker(moment.person(round_row.contact)) if round_row and round_row.contact else Worker()


def later(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Puts off all that a message says."""
    return _put_off(moment, person, args, incoming, whole=True)


def later_some(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Puts off what can be; the rest of the message stays to be answered."""
    return _put_off(moment, person, args, incoming, whole=False)


def _put_off(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming, *, whole: bool) -> Reply:
    """Until the next working day; a task to the hour of tasks, so that it is told with the others."""
    rows = [moment.work.prompts.get(id) for id in args]
    if any(row.recipient != person.id for row in rows):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if said := led_before.no_longer(moment, person, [row.subject for row in rows]):
        rows = [row for row in rows if not led_before.no_longer(moment, person, [row.subject])]
        if not rows:
            return Reply(note=said)
    rows = [row for row in rows if not _is_over(moment, row)]
    if not rows:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    hours = worker(person)
    at = postponed(hours, moment.now)
    day = at.astimezone(ZoneInfo(person.zone)).date()
    again = [
        PromptRow(new_id(), person.id, row.subject, base(row.kind) + LATER, day, _hour(hours, row, day, at))
        for row in rows
    ]
    if whole and not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    added = [row for row in again if moment.work.prompts.add(row)]
    if not added:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    for exchange in filter(None, (moment.work.exchanges.find(row.subject) for row in rows if _is_debrief(row))):
        replan(moment, exchange)  # nobody evaluates on the day of the invitation back
    moment.tell(
        person,
        Told([Say("later.noted", {"date": day})]),
        kind="answer",
        subject=rows[0].subject,
        replaces=shown_by(moment, incoming) if whole else "",
    )
    return Reply()


def _is_debrief(row: PromptRow) -> bool:
    return base(row.kind) == "debrief"


def _is_over(moment: Moment, row: PromptRow) -> bool:
    exchange = moment.work.exchanges.find(row.subject)
    return exchange is not None and exchange.state in ("withdrawn", "closed")


def _hour(hours: Worker, row: PromptRow, day: date, at: datetime) -> datetime:
    return on_day(hours, day, TASK_AT) if base(row.kind) in TASKS else at


def acting(act: Callable[[Moment, PromptRow], str]) -> Due:
    """Something due that speaks for itself."""
    return Due(act=act)


def telling(tell: Callable[[Moment, PromptRow], Told | None]) -> Due:
    """Something due that is told in one message with what else is due."""
    return Due(tell=tell)


PRESSES = {
    "later": later,
    "later_some": later_some,
}
PROMPTS = {HELD: acting(holding.let_go)}
