"""A day of the logbook that was not written: its one reminder, its close at noon, and what suits after three misses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot import talks
from bot.moment import Moment, Press, Told
from bot.planning import replan
from bot.planning import worker as worker_of
from bot.programme.calendar import within_hours
from bot.programme.phases.facts import there
from bot.programme.schedule import after_misses
from bot.script import Ending, Script, Talk, Topic
from bot.turns.common import exchange_of, facts_of_exchange, who_sees
from bot.turns.logbooks import RUNNING, occasion_of
from bot.turns.pushes import acting
from dialogs.logbook import MISSES
from dialogs.model import Say
from storage.records import ExchangeRow, JournalRow, PersonRow, PromptRow, new_id


def remind(moment: Moment, prompt: PromptRow) -> str:
    """One line about the day before, if it was not written; asked once."""
    entry = _open_prompt(moment, prompt)
    exchange = moment.work.exchanges.get(prompt.subject)
    if entry is None or exchange.state not in RUNNING or _written(moment, exchange, entry.day):
        return "cancelled"
    values = {**facts_of_exchange(moment, _topic(moment, exchange, entry.day), exchange), "date": entry.day}
    presses = [
        Press("btn.start", ["log_style", exchange.id, occasion_of(entry.day), "oneline"], main=True),
        Press("btn.no_thanks", ["log_not_today", exchange.id, occasion_of(entry.day)]),
    ]
    moment.tell(
        moment.person(exchange.employee),
        Told([Say("log.missed.one", values)], presses),
        kind="log.remind",
        subject=exchange.id,
    )
    return "said"


def close_day(moment: Moment, prompt: PromptRow) -> str:
    """Noon: the day's entry closes. After three misses in a row the person is asked once what suits, then silence."""
    entry = _open_prompt(moment, prompt)
    exchange = moment.work.exchanges.get(prompt.subject)
    if entry is None or exchange.state not in RUNNING:
        return "cancelled"
    employee = moment.person(exchange.employee)
    moment.work.prompts.mark(prompt.id, "answered")
    row = moment.work.conversations.find(employee.id, "log", exchange.id, occasion_of(entry.day))
    if row is not None and row.status in ("open", "paused"):
        talks.close(moment, talks.load(moment, row), "stopped", _closing(moment, exchange, entry.day))
    if _written(moment, exchange, entry.day):
        moment.work.prompts.mark(entry.id, "answered")
        moment.work.answers.confirm(employee.id, exchange.id, occasion_of(entry.day), anew=False)
        return "answered"
    moment.work.prompts.mark(entry.id, "missed")
    journal = moment.work.exchanges.journal(exchange.id)
    states = _states_since_asked(moment, exchange)
    goes_on = any(day > entry.day for day in exchange.days)
    if goes_on and after_misses(states) and not journal.asked_after_misses:
        moment.work.exchanges.save_journal(replace(journal, asked_after_misses=True, cadence="self"))
        replan(moment, exchange)
        _ask_what_suits(moment, employee, exchange, entry.day)
    return "answered"


def _ask_what_suits(moment: Moment, employee: PersonRow, exchange: ExchangeRow, day: date) -> None:
    """Now, or for one who is not at work at noon when the hours begin."""
    at = within_hours(there(worker_of(employee), exchange.days), moment.now)
    if at <= moment.now:
        talks.begin(moment, Topic(employee, "misses", exchange.id, _asked_of(day)))
    else:
        moment.work.prompts.add(PromptRow(new_id(), employee.id, exchange.id, "misses", day, at))


def misses_due(moment: Moment, prompt: PromptRow) -> str:
    """Asks what suits, unless the exchange is over or the person has chosen meanwhile."""
    exchange = moment.work.exchanges.get(prompt.subject)
    journal = moment.work.exchanges.journal(exchange.id)
    if exchange.state not in RUNNING or not (journal.asked_after_misses and journal.cadence == "self"):
        return "cancelled"
    employee = moment.person(exchange.employee)
    talks.begin(moment, Topic(employee, "misses", exchange.id, _asked_of(prompt.day)))
    return "said"


def _asked_of(day: date) -> str:
    return f"misses:{day.isoformat()}"


def _written(moment: Moment, exchange: ExchangeRow, day: date) -> bool:
    """Whether something of a day's entry is kept, though it was never sent off as a whole."""
    rows = moment.work.answers.of(exchange.employee, exchange.id, occasion_of(day))
    return any(row.key != "log.mark" for row in rows)


def _closing(moment: Moment, exchange: ExchangeRow, day: date) -> Say:
    """What the card of a day says when the day is over."""
    if _written(moment, exchange, day):
        return Say("log.day_closed.kept")
    return Say("log.day_closed.last" if exchange.days and day == exchange.days[-1] else "log.day_closed")


def _states_since_asked(moment: Moment, exchange: ExchangeRow) -> list[str]:
    """How the entries ended since the person was last asked what suits, oldest first."""
    asked = [row.occasion for row in moment.work.conversations.of_subject(exchange.id) if row.dialog == "misses"]
    since = max((occasion.removeprefix("misses:") for occasion in asked), default="")
    return [
        past.state
        for past in moment.work.prompts.of(exchange.id, "log")
        if past.state != "pending" and past.day.isoformat() > since
    ]


def _open_prompt(moment: Moment, prompt: PromptRow) -> PromptRow | None:
    """The logbook prompt that a reminder or close is about, if nobody has answered it."""
    entry = moment.work.prompts.find(prompt.recipient, prompt.subject, "log", prompt.day)
    return entry if entry is not None and entry.state == "said" else None


def _topic(moment: Moment, exchange: ExchangeRow, day: date) -> Topic:
    return Topic(moment.person(exchange.employee), "log", exchange.id, occasion_of(day))


def misses_finish(moment: Moment, talk: Talk) -> Ending:
    """Sets what suits from here."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    journal = moment.work.exchanges.journal(exchange.id)
    choice = str(talk.state.answers.get("log.missed.three", "log.missed.opt.self")).rsplit(".", 1)[-1]
    chosen: dict[str, JournalRow] = {
        "line": replace(journal, cadence="rule", style="oneline", asked_after_misses=False),
        "weekly": replace(journal, cadence="weekly", asked_after_misses=False),
        "time": replace(journal, cadence="rule", asked_after_misses=False),
        "self": replace(journal, cadence="self"),
        "stop": replace(journal, cadence="none"),
    }
    moment.work.exchanges.save_journal(chosen[choice])
    replan(moment, exchange)
    if choice == "time":
        return Ending([Say("ok.saved")], then=Topic(talk.person, "time", exchange.id, new_id()))
    return Ending([Say(f"log.missed.set.{choice}")])


SCRIPTS = {
    "misses": Script(
        MISSES,
        lambda moment, topic: facts_of_exchange(moment, topic, exchange_of(moment, topic)),
        misses_finish,
        who_sees,
        keeps=False,
    )
}
PROMPTS = {"log.remind": acting(remind), "log.close": acting(close_day), "misses": acting(misses_due)}
