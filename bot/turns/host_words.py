"""What a host has written, as the employee, the leader and the host may read it, and who is host when."""

from __future__ import annotations

from datetime import date

from bot.channel import Part
from bot.moment import Moment, Press
from bot.places import stop_on, stops_of
from bot.programme.visibility import may_read
from bot.turns.common import circle_of, item, label_of, shown_to_others
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow, Stop

FIRST_DAY = "host.prep.firstday"
PREPARED = "host.prep"
"""The occasion of a host's preparation."""


def written(moment: Moment, exchange: ExchangeRow, stop: Stop, reader: PersonRow) -> list[AnswerRow]:
    """What the host of a place has written and `reader` may read, in the order it was asked."""
    circle = circle_of(moment, exchange)
    return [
        row
        for row in moment.work.answers.about(exchange.id)
        if row.person == stop.host != "" and row.visibility == "T" and may_read(item(row), reader.id, circle)
    ]


def parts(moment: Moment, exchange: ExchangeRow, reader: PersonRow) -> list[Say | Part]:
    """The same as a page shows it, place by place; nothing where no host has written anything."""
    shown: list[Say | Part] = []
    for stop in stops_of(exchange):
        rows = written(moment, exchange, stop, reader)
        if rows:
            shown.append(Say("host.wrote.by", {"host": moment.first_name(stop.host), "host_unit": stop.unit}))
        for row in rows:
            shown.append(Part(label_of(moment, reader.language, row), "small"))
            shown.append(Part(shown_to_others(moment, reader.language, row), "own"))
    return shown


def press(moment: Moment, exchange: ExchangeRow, reader: PersonRow) -> list[Press]:
    """The employee's or leader's way to what the host has written; nothing before there is something."""
    if not parts(moment, exchange, reader):
        return []
    names = [moment.first_name(stop.host) for stop in stops_of(exchange) if stop.host]
    label = moment.words.text(reader.language, "btn.host_wrote", {"host": moment.words.listing(reader.language, names)})
    return [Press("btn.host_wrote", ["host_wrote", exchange.id], text=label)]


def first_day(moment: Moment, exchange: ExchangeRow, reader: PersonRow, day: date) -> list[Say]:
    """Where and when the first day at the place of `day` begins and who meets the guest, where the host has said so."""
    rows = written(moment, exchange, stop_on(exchange, day), reader)
    return [Say("host.first.where", {"text": str(row.value)}) for row in rows if row.key == FIRST_DAY]
