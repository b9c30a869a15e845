"""Meetings for the calendar: asked for by a press, answered with a file and links, as the date stands then."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.channel import Incoming, Part, Reply
from bot.invitation import invitation
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import worker
from bot.programme.appointments import MINUTES, Appointment, edition, google, named, outlook, starts
from bot.programme.calendar import Worker
from bot.script import Topic
from bot.turns import after
from bot.turns.common import facts_of_exchange
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow

OVER = ("declined", "rejected", "withdrawn", "closed")


def _as_given(rows: Iterable[AnswerRow]) -> date | None:
    """Nobody chooses its day in an answer."""
    return None


@dataclass(frozen=True)
class Meeting:
    """A kind of meeting. `owner` is whose working day it is proposed on; both are roles in the exchange.

    Without an `owner` HR has chosen the day for many, and it stays, by the clock of the organisation. `chosen` finds
    the day that somebody has chosen for it, in the answers that the reader may read.
    """

    label: str
    title: str
    parties: tuple[str, ...]
    owner: str
    about: tuple[str, ...] = ("calendar.about",)
    chosen: Callable[[Iterable[AnswerRow]], date | None] = _as_given


_TWO = ("employee", "leader")

MEETINGS = {
    "first": Meeting("btn.calendar.first", "calendar.first", ("employee", "host"), "employee"),
    "goals": Meeting("btn.calendar.goals", "calendar.goals", _TWO, "leader"),
    "return": Meeting("btn.calendar.return", "calendar.return", _TWO, "leader", chosen=after.talk_day),
    "share": Meeting("btn.calendar.share", "calendar.share", _TWO, "employee", chosen=after.sharing_day),
    "sparring": Meeting(
        "btn.calendar.sparring", "calendar.sparring", ("leader",), "", ("lead.sparring.invite", "calendar.about.round")
    ),
}


def add_to_calendar(exchange: ExchangeRow, kind: str, day: date) -> Press:
    """The button that offers a meeting for the calendar: first, goals, return, share or sparring.

    `day` is what is proposed. Where somebody has chosen a day since, and the reader may know it, that one is offered.
    """
    return Press(MEETINGS[kind].label, ["calendar", kind, exchange.id, day.isoformat()])


def agreed_dates(moment: Moment, exchange: ExchangeRow, reader: PersonRow, *kinds: str) -> list[Press]:
    """The buttons for those meetings whose day somebody has chosen, lies ahead, and may be known to the reader."""
    days = {kind: _chosen(moment, exchange, kind, reader) for kind in kinds}
    return [add_to_calendar(exchange, kind, day) for kind, day in days.items() if day is not None]


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The meeting as a file, and as links to Outlook and Google Calendar. Asked for again, it is as it stands then."""
    kind, subject, day = args
    exchange = moment.work.exchanges.find(subject)
    if exchange is None or exchange.state in OVER:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if person.id not in _parties(exchange, kind):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    it = appointment(moment, exchange, kind, date.fromisoformat(day), person)
    here = it.starts.astimezone(ZoneInfo(person.zone))
    when = {"day": moment.words.weekday_date(person.language, here.date()), "time": here.time()}
    links = [
        Press("btn.calendar.outlook", [], url=outlook(it)),
        Press("btn.calendar.google", [], url=google(it)),
    ]
    told = Told([Part(it.title, "title"), Say("calendar.offer", when)], links)
    moment.tell(person, told, kind="answer", subject=exchange.id, files=(invitation(it),))
    return Reply()


def appointment(moment: Moment, exchange: ExchangeRow, kind: str, day: date, reader: PersonRow) -> Appointment:
    """The meeting for its reader, with nothing in it that is not for everybody who sees the reader's calendar."""
    meeting = MEETINGS[kind]
    begins = _begins(moment, exchange, kind, day, reader)
    facts = {**facts_of_exchange(moment, Topic(reader, "calendar", exchange.id, kind), exchange), "date": day}
    title = "calendar.share.leader" if kind == "share" and reader.id == exchange.leader else meeting.title
    names = facts if kind == "share" else {**facts, "name": _other(moment, exchange, kind, reader)}
    return Appointment(
        id=named(exchange.round if kind == "sparring" else exchange.id, kind),
        edition=edition(moment.now),
        title=moment.words.text(reader.language, title, names),
        about="\n".join(moment.words.text(reader.language, key, facts) for key in meeting.about),
        starts=begins,
        ends=begins + timedelta(minutes=MINUTES[kind]),
        made=moment.now.astimezone(UTC),
    )


def _begins(moment: Moment, exchange: ExchangeRow, kind: str, day: date, reader: PersonRow) -> datetime:
    """The same moment for everybody who meets."""
    owner = MEETINGS[kind].owner
    if not owner:
        home = moment.work.people.organisation(reader.organisation)
        return starts(Worker(home.zone, home.country), day, chosen=True)
    chosen = _chosen(moment, exchange, kind, reader)
    return starts(worker(moment.person(getattr(exchange, owner))), chosen or day, chosen=chosen is not None)


def _parties(exchange: ExchangeRow, kind: str) -> list[str]:
    """The person ids of those who meet; nobody stands for a host who is not there."""
    roles = MEETINGS[kind].parties
    parties = [getattr(exchange, role) for role in roles if role != "host"]
    return [party for party in (*parties, *(hosts_of(exchange) if "host" in roles else [])) if party]


def _other(moment: Moment, exchange: ExchangeRow, kind: str, reader: PersonRow) -> str:
    """Whom the reader meets; the place where nobody is named."""
    others = [moment.first_name(party) for party in _parties(exchange, kind) if party != reader.id]
    return others[0] if others else exchange.host_unit


def _chosen(moment: Moment, exchange: ExchangeRow, kind: str, reader: PersonRow) -> date | None:
    """The day that was chosen for it, if the reader may know and it lies ahead."""
    day = MEETINGS[kind].chosen(after.read_by(moment, exchange, reader.id))
    return day if day is not None and day >= moment.today(reader) else None


PRESSES = {"calendar": pressed}
