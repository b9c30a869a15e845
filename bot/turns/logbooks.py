"""During the exchange: the logbook of a day, from when it is opened until it is written or left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.places import hosts_of, stop_on, stops_of
from bot.planning import days_of
from bot.planning import worker as worker_of
from bot.programme.cadence import is_last_of_week, midpoint
from bot.programme.calendar import at_local, working_day_after
from bot.programme.choices import CLEARED, OPTIONAL
from bot.programme.questions import Entry, goal_turn, offers_free, questions, shows_hints
from bot.programme.states import Circumstances
from bot.programme.tracks import part_time
from bot.script import Ending, Script, Talk, Topic
from bot.turns import care, gifts
from bot.turns.common import bare, exchange_of, facts_of_exchange, latest, who_sees
from bot.turns.moves import exchange_to
from bot.turns.picking import shown_by
from bot.turns.preparations import goals_of
from bot.turns.pushes import acting
from bot.turns.sharing import receivers_of
from bot.turns.weeks import preview, week_follows
from dialogs.logbook import LOGBOOK
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow, new_id

OPENINGS = ("log.open.alt2", "log.open.alt3")
"""How an entry of several texts is opened, in turn."""

TWO_MINUTES = ("log.open.alt2", "log.open.alt1")
"""How one line is opened, in turn: nothing else takes no more than the two minutes that one of them names."""

ONE_LINE = (["log.core.oneline"], ["log.last.unforget"])
"""What is asked on a day, and on the last day, when one line is enough."""

NOON = time(12, 0)
"""An entry can be written until noon on the next working day."""

RUNNING = ("approved", "prepared", "running", "paused", "finished")


def occasion_of(day: date) -> str:
    """The occasion of a day's entry."""
    return f"log:{day.isoformat()}"


def day_of(occasion: str) -> date:
    """The day an entry is about."""
    return date.fromisoformat(occasion.removeprefix("log:"))


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What an entry needs: the person's own goals, assumption and question, and who the readers are."""
    exchange = exchange_of(moment, topic)
    prepared = moment.work.answers.of(exchange.employee, exchange.id, "prep")
    goals = goals_of(prepared)
    number = len(_answered(moment, exchange.id)) + 1
    day = day_of(topic.occasion)
    turn = goal_turn(_history(moment, exchange.id), int(goals["goals"]))
    return {
        **facts_of_exchange(moment, topic, exchange),
        **goals,
        "goal": goals.get(f"goal#{turn}", ""),
        "assumption": bare(latest(prepared, "prep.expect")),
        "text": bare(latest(prepared, "prep.ask")),
        "habit": moment.work.exchanges.journal(exchange.id).habit,
        "host_person": bool(hosts_of(exchange)),
        "last_place": stop_on(exchange, day) == stops_of(exchange)[-1],
        "hints": shows_hints(number),
        "number": number,
        "n": exchange.days.index(day) + 1 if day in exchange.days else number,
        "questions": _kept_questions(moment, topic),
        "date": day,
    }


def _answered(moment: Moment, exchange_id: str) -> list[PromptRow]:
    return [row for row in moment.work.prompts.of(exchange_id, "log") if row.state == "answered"]


def _history(moment: Moment, exchange_id: str) -> tuple[tuple[str, ...], ...]:
    """The questions of the entries so far, oldest first."""
    return tuple(tuple(row.data.get("questions", ())) for row in _answered(moment, exchange_id))


def _kept_questions(moment: Moment, topic: Topic) -> list[str]:
    """The questions of this entry, chosen once when it was opened."""
    prompt = moment.work.prompts.find(topic.person.id, topic.subject, "log", day_of(topic.occasion))
    chosen = prompt.data.get("questions", []) if prompt else []
    return [str(key) for key in chosen]


def choose(moment: Moment, exchange: ExchangeRow, day: date, style: str) -> tuple[str, ...]:
    """The questions for a day's entry, by the rules of the programme."""
    prepared = moment.work.answers.of(exchange.employee, exchange.id, "prep")
    days = days_of(moment, exchange)
    index = days.index(day) if day in days else 0
    here = _days_here(days, exchange, day)
    history = _history(moment, exchange.id)
    choices = moment.choices(exchange.round)
    entry = Entry(
        number=len(history) + 1,
        day_index=index + 1,
        total=len(days),
        first=bool(here) and day == here[0],
        mid=day == midpoint(days),
        last=bool(here) and day == here[-1],
        last_of_week=is_last_of_week(days, day),
        part_time=part_time(days),
        style=style,
        history=history,
        goals=int(goals_of(prepared)["goals"]),
        has_assumption=bool(latest(prepared, "prep.expect")),
        has_question_to_ask=bool(latest(prepared, "prep.ask")),
        asked=any("log.deep.ask" in keys for keys in history),
        switched_on=[prompt for prompt in (*OPTIONAL, *CLEARED) if choices.asks(prompt)],
    )
    return (*questions(entry), "log.mark")


def _days_here(days: Sequence[date], exchange: ExchangeRow, day: date) -> list[date]:
    """The exchange days at the place of a day: each place has a first and a last one (T24)."""
    place = stop_on(exchange, day)
    return [each for each in days if place.start <= each <= place.end]


def due(moment: Moment, prompt: PromptRow) -> str:
    """The day's logbook: its form, ready to fill in."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state not in RUNNING:
        return "cancelled"
    open_entry(moment, moment.person(exchange.employee), exchange, prompt.day, prompt)
    return "said"


def open_entry(
    moment: Moment,
    employee: PersonRow,
    exchange: ExchangeRow,
    day: date,
    prompt: PromptRow,
    style: str = "",
    replaces: str = "",
) -> None:
    """Shows the form of a day's entry; `style` core, oneline or free."""
    journal = moment.work.exchanges.journal(exchange.id)
    keys = choose(moment, exchange, day, style or journal.style)
    moment.work.prompts.mark(prompt.id, "said", {**prompt.data, "questions": list(keys)})
    topic = Topic(employee, "log", exchange.id, occasion_of(day))
    row = moment.work.conversations.find(employee.id, "log", exchange.id, topic.occasion)
    if row is not None and row.status == "open" and style:
        moment.work.conversations.put(replace(row, state={**row.state, "at": "", "skipped": []}))
    talks.begin(moment, topic, replaces=replaces)


def opening(moment: Moment, talk: Talk) -> list[Say]:
    """How an entry is opened: never the same way twice in a row, whatever was asked the day before."""
    keys = [key for key in talk.facts["questions"] if key != "log.mark"]
    if "log.mid.adjust" in keys:
        return [] if talk.facts["goals"] else [Say("log.mid.title"), Say("push.mid")]  # the goals say it themselves
    if "log.last.unforget" in keys:
        return []
    openings = TWO_MINUTES if keys in ONE_LINE else OPENINGS
    return [Say(openings[_asked_until(moment, talk) % len(openings)])]


def _asked_until(moment: Moment, talk: Talk) -> int:
    """On how many days an entry has been asked for, this one included."""
    rows = moment.work.prompts.of(talk.row.subject, "log")
    return sum(row.day <= day_of(talk.row.occasion) and row.state not in ("pending", "cancelled") for row in rows)


def confidential(moment: Moment, talk: Talk) -> list[Say | Part]:
    """Nothing by which somebody can be known: said in full with the first entry, then in short."""
    if talk.state.answers:
        return []
    if talk.facts["number"] == 1:
        return [Say("safe.confidential")]
    return [Part(moment.words.text(talk.person.language, "safe.confidential.short"), "small")]


def extra(moment: Moment, talk: Talk) -> list[Press]:
    """One line instead, writing freely from the eighth entry, or not today."""
    ids = [talk.row.subject, talk.row.occasion]
    keys = talk.facts["questions"]
    presses = []
    if [key for key in keys if key != "log.mark"] not in ONE_LINE:
        presses.append(Press("btn.short", ["log_style", *ids, "oneline"]))
    if offers_free(len(_answered(moment, talk.row.subject)) + 1) and "log.core.free" not in keys:
        presses.append(Press("btn.free", ["log_style", *ids, "free"]))
    presses.append(Press("btn.not_today", ["log_not_today", *ids]))
    if talk.facts["number"] == 1:
        presses.append(Press("btn.who_reads", ["who_reads", talk.row.subject]))
    return presses


def restyle(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The same day in one line, or freely."""
    exchange_id, occasion, style = args
    exchange = moment.work.exchanges.get(exchange_id)
    day = day_of(occasion)
    prompt = moment.work.prompts.find(person.id, exchange_id, "log", day)
    row = moment.work.conversations.find(person.id, "log", exchange_id, occasion)
    moment.work.conversations.spend(incoming.card)
    if prompt is None or exchange.employee != person.id or (row is not None and row.status not in ("open", "paused")):
        return Reply(note=moment.words.text(person.language, "log.day_closed"))
    open_entry(moment, person, exchange, day, prompt, style, replaces=shown_by(moment, incoming))
    return Reply()


def not_today(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Leaves the day; nothing more is asked about it."""
    exchange_id, occasion = args
    moment.work.conversations.spend(incoming.card)
    row = moment.work.conversations.find(person.id, "log", exchange_id, occasion)
    prompt = moment.work.prompts.find(person.id, exchange_id, "log", day_of(occasion))
    if row is not None:
        talks.close(moment, talks.load(moment, row), "stopped")
    if prompt is not None and prompt.state == "said":
        moment.work.prompts.mark(prompt.id, "skipped")
    _remind_no_more(moment, person, exchange_id, day_of(occasion))
    moment.tell(
        person,
        Told([_left_alone(moment, person, day_of(occasion))]),
        kind="answer",
        subject=exchange_id,
        replaces=shown_by(moment, incoming),
    )
    return Reply()


def _left_alone(moment: Moment, person: PersonRow, day: date) -> Say:
    """That nothing more is asked about a day; one that is not today has its name, as today is still to come."""
    if day == moment.today(person):
        return Say("log.not_today")
    return Say("log.not_that_day", {"date": day})


def finish(moment: Moment, talk: Talk) -> Ending:
    """Notes the entry. The week's last entry leads on to what goes to the leader; else one thought can be shared."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    day = day_of(talk.row.occasion)
    prompt = moment.work.prompts.find(talk.person.id, exchange.id, "log", day)
    written = [key for key in talk.state.answers if key != "log.mark"]
    if prompt is not None:
        moment.work.prompts.mark(prompt.id, "answered" if written else "skipped")
    _remind_no_more(moment, talk.person, exchange.id, day)
    moment.work.answers.confirm(talk.person.id, exchange.id, talk.row.occasion, anew=False)
    if exchange.state in ("approved", "prepared"):
        exchange_to(moment, exchange, "running", Circumstances(started=True))
    if not written:
        return Ending([_left_alone(moment, talk.person, day)])
    rows = _rows(moment, talk)
    cared = care.beside(moment, exchange, talk.row.occasion, rows)
    if week_follows(moment, exchange, day):
        if cared:  # What follows may open as a form, and take its place.
            replace(moment, form="").tell(talk.person, Told(cared), kind="answer", subject=exchange.id)
        return Ending([Say("ok.saved")], then=preview(moment, talk.person, exchange, day))
    shareable = [row for row in rows if row.visibility == "S"]
    here = _days_here(exchange.days, exchange, day)
    last = bool(here) and day == here[-1]
    thanks = [Say("log.last.thanks")] if last else []
    gift = gifts.offers(moment, exchange, talk.person) if last else []
    if not shareable:
        return Ending([Say("log.close.plain"), *thanks, *cared], gift)
    key = "log.close" if stop_on(exchange, day).host in receivers_of(moment, exchange) else "log.close.leader"
    return Ending(
        [Say(key, talk.facts), *thanks, *cared],
        [
            Press("btn.share_one", ["share_which", exchange.id, talk.row.occasion]),
            *gift,
            Press("btn.no_thanks", ["done"]),
        ],
    )


def _rows(moment: Moment, talk: Talk) -> list[AnswerRow]:
    return moment.work.answers.of(talk.person.id, talk.row.subject, talk.row.occasion)


def _remind_no_more(moment: Moment, person: PersonRow, exchange_id: str, day: date) -> None:
    """The day is settled: nothing is left to remind of, or to close."""
    for kind in ("log.remind", "log.close"):
        prompt = moment.work.prompts.find(person.id, exchange_id, kind, day)
        if prompt is not None and prompt.state == "pending":
            moment.work.prompts.mark(prompt.id, "cancelled")


def write_now(moment: Moment, person: PersonRow) -> bool:
    """Opens the entry of today, or of the last exchange day that is still open. False when there is none."""
    today = moment.today(person)
    for exchange in moment.work.exchanges.of_employee(person.id):
        if exchange.state not in RUNNING:
            continue
        days = exchange.days or _bare_days(exchange)
        for day in reversed([day for day in days if day <= today]):
            if not still_open(moment, person, day):
                break
            prompt = moment.work.prompts.find(person.id, exchange.id, "log", day)
            if prompt is None:
                moment.work.prompts.add(PromptRow(new_id(), person.id, exchange.id, "log", day, moment.now, "said"))
                prompt = moment.work.prompts.find(person.id, exchange.id, "log", day)
            row = moment.work.conversations.find(person.id, "log", exchange.id, occasion_of(day))
            if row is not None and prompt is not None and prompt.state == "skipped":
                # Who said "not today" may change their mind: the day begins afresh.
                moment.work.conversations.put(replace(row, state={}, status="stopped", card=""))
                row = None
            if prompt is None or (row is not None and row.status in ("done", "stopped")):
                continue
            if row is None:
                open_entry(moment, person, exchange, day, prompt)
            else:
                talks.begin(moment, Topic(person, "log", exchange.id, occasion_of(day)))
            return True
    return False


def still_open(moment: Moment, person: PersonRow, day: date) -> bool:
    """An entry can be written on its day and until noon on the next working day."""
    worker = worker_of(person)
    return moment.now < at_local(working_day_after(worker, day), NOON, person.zone)


def _bare_days(exchange: ExchangeRow) -> tuple[date, ...]:
    span = (exchange.end - exchange.start).days
    return tuple(exchange.start + timedelta(days=n) for n in range(span + 1))


SCRIPTS = {"log": Script(LOGBOOK, facts, finish, who_sees, extra, opening, confidential)}
PRESSES = {"log_style": restyle, "log_not_today": not_today}
PROMPTS = {"log": acting(due)}
