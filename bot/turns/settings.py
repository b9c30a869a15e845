"""Language, time of the logbook, pause and going on again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from bot.moment import Moment, Told
from bot.planning import replan
from bot.script import Ending, Script, Talk, Topic
from bot.turns.common import exchange_of, facts_of_exchange, no_facts, who_sees
from dialogs.model import Say
from dialogs.settings import ABSENT, LANGUAGE, TIME
from storage.records import ExchangeRow, PersonRow, new_id

ACTIVE = ("approved", "prepared", "running", "paused", "finished")


def active_exchange(moment: Moment, person: PersonRow) -> ExchangeRow | None:
    """The exchange a person is on or going to, the newest first."""
    rows = [row for row in moment.work.exchanges.of_employee(person.id) if row.state in ACTIVE]
    return rows[-1] if rows else None


def language_finish(moment: Moment, talk: Talk) -> Ending:
    """Speaks the chosen language from here on."""
    chosen = str(talk.state.answers["hello.language"]).removeprefix("language.")
    set_language(moment, talk.person, chosen)
    return Ending([Say("language.set")])


def set_language(moment: Moment, person: PersonRow, language: str) -> PersonRow:
    """Keeps a person's language."""
    changed = replace(moment.person(person.id), language=language)
    moment.work.people.update(changed)
    return changed


def exchange_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The facts of the exchange a setting is about."""
    return facts_of_exchange(moment, topic, exchange_of(moment, topic))


def time_finish(moment: Moment, talk: Talk) -> Ending:
    """The finishing time of exchange days; the logbook comes shortly before."""
    journal = moment.work.exchanges.journal(talk.row.subject)
    at = time.fromisoformat(str(talk.state.answers["log.time"]))
    cadence = "rule" if journal.cadence in ("self", "none") else journal.cadence
    moment.work.exchanges.save_journal(replace(journal, finish=at, cadence=cadence, asked_after_misses=False))
    replan(moment, moment.work.exchanges.get(talk.row.subject))
    return Ending([Say("log.time.set", {"time": at})])


def absent_finish(moment: Moment, talk: Talk) -> Ending:
    """Pauses until a day. Why is not asked, and nobody is told."""
    until = date.fromisoformat(str(talk.state.answers["absent.until"]))
    journal = moment.work.exchanges.journal(talk.row.subject)
    moment.work.exchanges.save_journal(replace(journal, paused_until=until))
    replan(moment, moment.work.exchanges.get(talk.row.subject))
    return Ending([Say("log.absent", {**talk.facts, "date": until})])


def pause(moment: Moment, person: PersonRow) -> Topic | None:
    """The question until when to pause; None without an exchange."""
    exchange = active_exchange(moment, person)
    return Topic(person, "absent", exchange.id, new_id()) if exchange else None


def resume(moment: Moment, person: PersonRow) -> bool:
    """Goes on after a pause. The gap is not mentioned. False when nothing was paused."""
    exchange = active_exchange(moment, person)
    if exchange is None:
        return False
    journal = moment.work.exchanges.journal(exchange.id)
    if journal.paused_until is None and journal.cadence not in ("self", "none"):
        return False
    cadence = "rule" if journal.cadence in ("self", "none") else journal.cadence
    moment.work.exchanges.save_journal(replace(journal, paused_until=None, cadence=cadence, asked_after_misses=False))
    replan(moment, exchange)
    moment.tell(person, Told([Say("log.resumed")]), kind="answer", subject=exchange.id)
    return True


SCRIPTS = {
    "language": Script(LANGUAGE, no_facts, language_finish, who_sees, keeps=False),
    "time": Script(TIME, exchange_facts, time_finish, who_sees, keeps=False),
    "absent": Script(ABSENT, exchange_facts, absent_finish, who_sees, keeps=False),
}
