"""Two jobs that are too much: once the employee has shared it, both leaders are asked to talk about what can rest."""

from __future__ import annotations

from collections.abc import Iterable

from bot.channel import Part
from bot.moment import Moment, Told
from bot.places import stop_on
from bot.turns.common import as_date, is_outside, label_of, shown_to_others
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow

QUESTION = "log.twojobs"
NOTE = "log.twojobs.note"
TOO_MUCH = "log.twojobs.much"


def too_much(row: AnswerRow) -> bool:
    """Whether the answer says so."""
    return row.key == QUESTION and row.value == TOO_MUCH


def forewarned(moment: Moment, exchange: ExchangeRow, rows: Iterable[AnswerRow]) -> list[Say]:
    """What the employee reads before sharing it: that the host is told too."""
    hosts = [_host_of(exchange, row) for row in rows if too_much(row) and not row.released]
    told = [host for host in hosts[-1:] if host and not is_outside(moment, host)]
    return [Say("share.twojobs", {"host": moment.first_name(host)}) for host in told]


def _host_of(exchange: ExchangeRow, row: AnswerRow) -> str:
    """Who is host where it was written; empty where there is nobody."""
    day = as_date(row.occasion.removeprefix("log:"))
    return stop_on(exchange, day).host if day else exchange.host


def for_leader(moment: Moment, exchange: ExchangeRow) -> Say:
    """What the home leader reads."""
    return Say("lead.nudge.twojobs", {"name": moment.first_name(exchange.employee)})


def tell_leader(moment: Moment, exchange: ExchangeRow, row: AnswerRow) -> None:
    """Tells the home leader."""
    says = [for_leader(moment, exchange), *_note(moment, row, exchange.leader)]
    moment.tell(moment.person(exchange.leader), Told(says), kind="news", subject=exchange.id, about=[row.id])


def tell_host(moment: Moment, exchange: ExchangeRow, row: AnswerRow) -> None:
    """Tells whoever is the host of it. One outside is told by the home leader: no logbook goes to a page (T14)."""
    host = _host_of(exchange, row)
    if not host or is_outside(moment, host):
        return
    names = {"name": moment.first_name(exchange.employee), "leader": moment.first_name(exchange.leader)}
    says = [Say("lead.nudge.twojobs.host", names), *_note(moment, row, host)]
    moment.tell(moment.person(host), Told(says), kind="news", subject=exchange.id, about=[row.id])


def _note(moment: Moment, row: AnswerRow, reader: str) -> list[Say | Part]:
    """What would ease it, where that was shared with the reader."""
    language = moment.person(reader).language
    notes = [
        note
        for note in moment.work.answers.of(row.person, row.subject, row.occasion)
        if note.key == NOTE and reader in note.released
    ]
    parts: list[Say | Part] = []
    for note in notes:
        parts += [
            Part(label_of(moment, language, note), "small"),
            Part(shown_to_others(moment, language, note), "own"),
        ]
    return parts
