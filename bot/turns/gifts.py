"""What the employee gives back: their own words to the host, seen first as the host will see them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.moment import Moment, Press, Told
from bot.places import stop_of, stops_of
from bot.script import Ending, Script, Talk, Topic
from bot.turns.common import exchange_of, facts_of_exchange, first, is_outside
from dialogs.host import GIFT, TEXT
from dialogs.model import Ask, Say, Visibility
from storage.records import ExchangeRow, PersonRow

BEGINNINGS = ("deb.13.share.host", "log.last.gift")
"""What the employee has written already that the text begins with, the later first."""

OVER = ("withdrawn", "rejected", "closed", "proposed", "declined", "accepted")


def occasion_of(host: str) -> str:
    """The occasion of the gift to one host."""
    return f"gift:{host}"


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The beginning of the text, and exactly what its host will read, in the host's language."""
    exchange = exchange_of(moment, topic)
    host = moment.person(topic.occasion.removeprefix("gift:"))
    stop = stop_of(exchange, host.id)
    mine = moment.work.answers.about(exchange.id)
    before = {row.key: str(row.value) for row in mine if row.person == exchange.employee and row.key in BEGINNINGS}
    text = next((str(row.value) for row in mine if row.key == TEXT and row.occasion == topic.occasion), "")
    seen = moment.words.say(host.language, sent(moment, exchange, text))
    return {
        **facts_of_exchange(moment, topic, exchange),
        "host": first(host.name),
        "host_unit": stop.unit if stop else exchange.host_unit,
        "gift": next((before[key] for key in BEGINNINGS if key in before), ""),
        "external": is_outside(moment, host.id) or host.organisation != topic.person.organisation,
        "preview": [{"label": "", "text": seen}],
    }


def sent(moment: Moment, exchange: ExchangeRow, text: str) -> Say:
    """What the host reads."""
    return Say("sum.host.final", {"name": moment.first_name(exchange.employee), "text": text})


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """Nobody but the employee sees it until it is sent, whatever the habit of the logbook is."""
    return Say("privacy.vis.S") if ask.visibility is Visibility.SHARED_ON_REQUEST else None


def finish(moment: Moment, talk: Talk) -> Ending:
    """Releases this one text to this one host, and sends it, once."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    host = moment.person(talk.row.occasion.removeprefix("gift:"))
    outside = is_outside(moment, host.id)
    for row in moment.work.answers.of(talk.person.id, exchange.id, talk.row.occasion):
        if row.key == TEXT and host.id not in row.released and stop_of(exchange, host.id) is not None:
            moment.work.answers.update(replace(row, released=row.released | {host.id}, sent=True))
            moment.work.audit.add(moment.now, talk.person.id, "gift.sent", row.id)
            says = [sent(moment, exchange, str(row.value))]
            moment.tell(host, Told(says), kind="gift", subject=exchange.id, preview="preview.shared")
    return Ending([Say("gift.sent.page" if outside else "gift.sent", {"host": first(host.name)})])


def offers(moment: Moment, exchange: ExchangeRow, employee: PersonRow) -> list[Press]:
    """A press for each host who has got nothing yet."""
    if employee.id != exchange.employee or exchange.state in OVER:
        return []
    given = {row.occasion for row in moment.work.answers.about(exchange.id) if row.key == TEXT and row.released}
    hosts = [moment.person(host) for host in dict.fromkeys(stop.host for stop in stops_of(exchange)) if host]
    return [
        Press(
            "btn.gift",
            ["begin", "gift", exchange.id, occasion_of(host.id)],
            text=moment.words.text(employee.language, "btn.gift", {"host": first(host.name)}),
        )
        for host in hosts
        if host.active and occasion_of(host.id) not in given
    ]


SCRIPTS = {"gift": Script(GIFT, facts, finish, who)}
