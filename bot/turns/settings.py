"""Language, how much is asked at a time, time of the logbook, pause and going on again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.planning import replan
from bot.script import Ending, Script, Talk, Topic
from bot.turns.common import exchange_of, facts_of_exchange, no_facts, who_sees
from dialogs import engine
from dialogs.engine import ONE_AT_A_TIME
from dialogs.model import Say
from dialogs.settings import ABSENT, LANGUAGE, TIME
from storage.records import ConversationRow, ExchangeRow, PersonRow, new_id

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


def asking_press(person: PersonRow) -> Press:
    """The button to the other way of being asked."""
    if ONE_AT_A_TIME in person.told:
        return Press("btn.some_at_a_time", ["asking", "together"])
    return Press("btn.one_at_a_time", ["asking", "alone"])


def change_asking(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Each question alone, or those together that belong together. What is open is asked anew."""
    alone = args == ["alone"]
    before = {row.id: _asked(moment, row) for row in moment.work.conversations.open(person.id) if row.status == "open"}
    told = person.told | {ONE_AT_A_TIME} if alone else person.told - {ONE_AT_A_TIME}
    person = replace(moment.person(person.id), told=told)
    moment.work.people.update(person)
    moment.tell(person, Told([Say("asking.alone" if alone else "asking.together")]), kind="answer")
    for row in moment.work.conversations.open(person.id):
        if row.id in before and _asked(moment, row) != before[row.id]:
            talks.begin(replace(moment, form="", place=""), Topic(person, row.dialog, row.subject, row.occasion))
    return Reply()


def _asked(moment: Moment, row: ConversationRow) -> list[str]:
    """The keys of what a conversation asks just now."""
    if row.dialog not in moment.house.scripts:
        return []
    talk = talks.load(moment, row)
    screen = engine.show(talk.dialog, talk.state, talk.facts).screen
    return [ask.key for ask in screen.asks] if screen else []


PRESSES = {"asking": change_asking}
SCRIPTS = {
    "language": Script(LANGUAGE, no_facts, language_finish, who_sees, keeps=False),
    "time": Script(TIME, exchange_facts, time_finish, who_sees, keeps=False),
    "absent": Script(ABSENT, exchange_facts, absent_finish, who_sees, keeps=False),
}
