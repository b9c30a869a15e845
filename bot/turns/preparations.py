"""Before the exchange: the employee prepares, then the leader gets the goals and does a first part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import chosen_days, is_full, replan
from bot.planning import worker as worker_of
from bot.programme.cadence import WEEKDAYS
from bot.programme.states import EXCHANGE, Circumstances
from bot.programme.tracks import part_time
from bot.programme.visibility import may_read
from bot.script import Ending, Script, Talk, Topic
from bot.turns import coach_ways, goal_ideas, host_words
from bot.turns.common import (
    SEVERAL,
    as_date,
    circle_of,
    exchange_of,
    facts_of_exchange,
    item,
    label_of,
    latest,
    limits,
    shown_to_others,
    still_ahead,
    who_sees,
)
from bot.turns.minutes import minutes_of
from bot.turns.moves import exchange_to
from bot.turns.picking import shown_by
from bot.turns.pushes import telling
from bot.turns.still_open import both_agreed, leader_done
from dialogs.leader import LEADER_PART
from dialogs.model import Say
from dialogs.preparation import PREPARATION
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow, new_id

FEWEST_DAYS = 2
"""Days before the first one in which there is time to find something out; "1 days to go" would be no sentence."""

MOST_SINGLE_DAYS = 15
"""Working days; a longer stay is answered by weekday instead of by date."""


def goals_of(rows: list[AnswerRow]) -> dict[str, Any]:
    """The goals and signs as facts: goal#1, sign#1 and so on, and how many. A sharpened goal stands for the first."""
    facts: dict[str, Any] = {"goals": 0}
    for n in (1, 2, 3):
        goal = latest(rows, f"prep.goal.sharpen#{n}") or latest(rows, f"prep.goal.{n}")
        if goal:
            facts |= {f"goal#{n}": goal, f"sign#{n}": latest(rows, f"prep.goal.{n}.sign"), "goals": n}
    return facts


def goal_lines(goals: dict[str, Any]) -> list[str | Say]:
    """Each goal with its sign."""
    return [
        Say("goals.line", {"goal": goals[f"goal#{n}"], "sign": goals[f"sign#{n}"]})
        if goals[f"sign#{n}"]
        else str(goals[f"goal#{n}"])
        for n in (1, 2, 3)
        if f"goal#{n}" in goals
    ]


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What the preparation needs: the days to choose from, the track, and what will be sent to whom."""
    exchange = exchange_of(moment, topic)
    journal = moment.work.exchanges.journal(exchange.id)
    most = limits(moment, exchange)
    return {
        **facts_of_exchange(moment, topic, exchange),
        "most": SEVERAL.get(most["most_goals"], ""),
        "full": is_full(moment, exchange),
        "days": _days(moment, topic, exchange),
        "abroad": exchange.form == "form.international",
        "part_time": part_time(_chosen_days(moment, exchange)),
        "minutes": minutes_of(moment, topic, PREPARATION, full=is_full(moment, exchange), known=most),
        "date": still_ahead(moment, topic.person, exchange.start),
        "habit": journal.habit,
        "host_person": bool(hosts_of(exchange)),
        "preview": preview(moment, topic, exchange),
    }


def _chosen_days(moment: Moment, exchange: ExchangeRow) -> tuple[date, ...]:
    """The exchange days as far as they are chosen now."""
    rows = moment.work.answers.of(exchange.employee, exchange.id, "prep")
    chosen = next((row.value for row in rows if row.key == "prep.days"), None)
    worker = worker_of(moment.person(exchange.employee))
    return chosen_days(exchange, chosen if isinstance(chosen, list) else (), worker)


def _days(moment: Moment, topic: Topic, exchange: ExchangeRow) -> list[dict[str, Any]]:
    worker = worker_of(moment.person(exchange.employee))
    days = chosen_days(exchange, (), worker)
    language = topic.person.language
    if len(days) <= MOST_SINGLE_DAYS:
        return [
            {"value": day.isoformat(), "label": moment.words.weekday_date(language, day), "chosen": True}
            for day in days
        ]
    return [
        {"value": WEEKDAYS[n], "label": moment.words.weekday(language, n), "chosen": True} for n in worker.working_days
    ]


def preview(moment: Moment, topic: Topic, exchange: ExchangeRow) -> list[dict[str, str]]:
    """What the leader will see, and what the host will see too; the goals as they were sharpened."""
    rows = moment.work.answers.of(exchange.employee, exchange.id, "prep")
    language = topic.person.language
    goals = [{"label": "", "text": _written(moment, language, line)} for line in goal_lines(goals_of(rows))]
    parties = {
        "leader": moment.first_name(exchange.leader),
        "host": facts_of_exchange(moment, topic, exchange)["host"],
    }
    joint, open_to_host = (
        [
            {
                "label": label_of(moment, language, row),
                "text": shown_to_others(moment, language, row),
            }
            for row in rows
            if row.visibility == visibility and row.value != [] and not row.key.startswith("prep.goal.")
        ]
        for visibility in ("J", "T")
    )
    if not hosts_of(exchange):
        return [*goals, *open_to_host, *joint]
    for_leader = {"label": moment.words.text(language, "privacy.vis.J", parties), "text": ""}
    for_both = {"label": moment.words.text(language, "privacy.vis.T", parties), "text": ""}
    for_goals = {"label": moment.words.text(language, "privacy.vis.goal", parties), "text": ""}
    both = [for_both, *open_to_host] if open_to_host else []
    return [for_goals, *goals, *([for_leader, *joint] if joint else []), *both]


def _written(moment: Moment, language: str, line: str | Say) -> str:
    return line if isinstance(line, str) else moment.words.say(language, line)


def finish(moment: Moment, talk: Talk) -> Ending:
    """What is joint becomes readable, the days and times are known, the leader's part begins."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    answers = talk.state.answers
    _confirm(moment, talk)
    journal = moment.work.exchanges.journal(exchange.id)
    finish_at = str(answers.get("prep.finish", ""))
    shifts = finish_at == "prep.finish.shifts"
    moment.work.exchanges.save_journal(
        replace(
            journal,
            finish=time.fromisoformat(finish_at) if finish_at and not shifts else journal.finish,
            cadence="self" if shifts else journal.cadence,
            habit=str(answers.get("share.habit", f"share.habit.{journal.habit}")).rsplit(".", 1)[-1],
        )
    )
    chosen = answers.get("prep.days", [])
    worker = worker_of(talk.person)
    days = chosen_days(exchange, chosen if isinstance(chosen, list) else (), worker)
    first_time = exchange.state == "approved"
    goal = Circumstances(joint_goal=bool(answers.get("prep.goal.1")))
    known = replace(exchange, days=days)
    known = replace(known, track="full" if is_full(moment, known) else "short")
    prepared = exchange_to(moment, known, "prepared" if first_time else exchange.state, goal)
    replan(moment, prepared)
    if first_time:
        send_leader_part(moment, prepared)
    else:
        _tell_change(moment, prepared)
    # On the full track the two agree once both are ready, and are asked to then.
    agree = [] if first_time and prepared.track == "full" else [agree_press(prepared)]
    return Ending([], [*agree, *coach_ways.presses(moment, prepared, coach_ways.BEFORE)])


def _confirm(moment: Moment, talk: Talk) -> None:
    """Lets the others read what the preview showed: a goal that was sharpened stays the employee's own as it was."""
    moment.work.answers.confirm(talk.person.id, talk.row.subject, "prep")
    sharpened = {f"prep.goal.{n}" for n in (1, 2, 3) if talk.state.answers.get(f"prep.goal.sharpen#{n}")}
    for row in moment.work.answers.of(talk.person.id, talk.row.subject, "prep"):
        if row.key in sharpened:
            moment.work.answers.update(replace(row, confirmed=False))


def agree_press(exchange: ExchangeRow) -> Press:
    """The tick at the goals; on the full track in a form that shows them, with the ground rules."""
    if exchange.track == "full":
        return Press("btn.goals", ["goals", exchange.id], main=True)
    return Press("goals.agreed", ["goals_agreed", exchange.id])


def _tell_change(moment: Moment, exchange: ExchangeRow) -> None:
    """What changed after it was sent is the leader's to read as well; the ticks at the goals are asked for anew."""
    for row in moment.work.answers.about(exchange.id):
        if row.key == "goals.agreed":
            moment.work.answers.delete(row.id)
    leader = moment.person(exchange.leader)
    says = [Say("prep.changed", {"name": moment.first_name(exchange.employee)})]
    presses = [
        Press("btn.released", ["released", exchange.id], main=True),
        agree_press(exchange),
    ]
    moment.tell(leader, Told(says, presses), kind="news", subject=exchange.id)


def agreed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """One of the two ticks that they agree on the goals."""
    exchange = moment.work.exchanges.get(args[0])
    if person.id not in (exchange.employee, exchange.leader):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if not EXCHANGE[exchange.state]:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    moment.work.answers.put(
        AnswerRow(
            id=new_id(),
            person=person.id,
            subject=exchange.id,
            occasion="goals",
            key="goals.agreed",
            visibility="J",
            value=True,
            question=moment.words.text(person.language, "goals.agreed"),
            day=moment.today(person),
            confirmed=True,
        )
    )
    noted = Say("goals.both" if both_agreed(moment, exchange) else "goals.noted")
    moment.tell(person, Told([noted]), kind="answer", subject=exchange.id, replaces=shown_by(moment, incoming))
    return Reply()


def send_leader_part(moment: Moment, exchange: ExchangeRow) -> None:
    """Tells the leader the goals, as they are now the leader's to read, with the form if it is not filled in yet."""
    leader = moment.person(exchange.leader)
    topic = Topic(leader, "lead", exchange.id, "lead")
    minutes = minutes_of(moment, topic, LEADER_PART, **leader_asked(moment, exchange))
    values = {**facts_of_exchange(moment, topic, exchange), "minutes": minutes}
    says = [Say("lead.prep.title"), Say("push.leadprep", values)]
    press = Press("btn.start_min", ["begin", "lead", exchange.id, "lead"], main=True, minutes=minutes)
    if leader_done(moment, exchange):
        says, press = [Say("goals.title"), Say("goals.here", values)], agree_press(exchange)
    told = Told([*says, *goals_sent(moment, exchange, leader)], [press])
    moment.tell(leader, told, kind="task", subject=exchange.id, preview="lead.prep.title")


def goals_sent(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> list[Say | Part]:
    """The goals, and what else of the preparation is the leader's to read."""
    rows = readable_by(moment, exchange, leader.id, "prep")
    parts: list[Say | Part] = [Say("goals.list", {"list": goal_lines(goals_of(rows))})]
    for row in rows:
        if row.key.startswith("prep.goal."):
            continue
        parts.append(Part(label_of(moment, leader.language, row), "small"))
        parts.append(Part(shown_to_others(moment, leader.language, row), "own"))
    return parts


def leader_asked(moment: Moment, exchange: ExchangeRow) -> dict[str, Any]:
    """What decides how much the leader is asked, as `minutes_of` wants it."""
    sign_up = moment.work.rounds.sign_up(exchange.sign_up)
    others = moment.work.exchanges.leaders_in(exchange.round) - {exchange.leader}
    own_place = sign_up.mode in ("sign.mode.self", "sign.mode.both")
    return {
        "full": is_full(moment, exchange),
        "known": {"own_place": own_place, "other_leaders": bool(others)},
    }


def readable_by(moment: Moment, exchange: ExchangeRow, reader: str, occasion: str) -> list[AnswerRow]:
    """The answers of one conversation that a reader may read."""
    circle = circle_of(moment, exchange)
    rows = moment.work.answers.of(exchange.employee, exchange.id, occasion)
    return [row for row in rows if row.visibility != "–" and may_read(item(row), reader, circle)]


def extra(moment: Moment, talk: Talk) -> list[Press]:
    """More about who reads what is written; on the short track the person may take the full one; help at the goals."""
    if talk.state.answers:
        return goal_ideas.presses(talk)
    more = Press("btn.who_reads", ["who_reads", talk.row.subject])
    return [*([] if talk.facts["full"] else [Press("btn.take_full", ["full_track", talk.row.subject])]), more]


def take_full(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The person chooses the full track; the preparation goes on with it."""
    exchange = moment.work.exchanges.get(args[0])
    if exchange.employee != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    moment.work.exchanges.update(replace(exchange, track="full"))
    talks.begin(moment, Topic(person, "prep", exchange.id, "prep"), replaces=shown_by(moment, incoming))
    return Reply()


def push(moment: Moment, prompt: PromptRow) -> Told | None:
    """The invitation to prepare, or its one reminder; nothing when it is done."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state != "approved":
        return None
    employee = moment.person(exchange.employee)
    topic = Topic(employee, "prep", exchange.id, "prep")
    known = limits(moment, exchange)
    minutes = minutes_of(moment, topic, PREPARATION, full=is_full(moment, exchange), known=known)
    left = (exchange.start - moment.today(employee)).days
    values = {**facts_of_exchange(moment, topic, exchange), "n": left, "minutes": minutes}
    presses = [
        Press("btn.start_min", ["begin", "prep", exchange.id, "prep"], main=True, minutes=minutes),
        Press("btn.later", ["later", prompt.id]),
    ]
    return Told([Say("push.prep" if left >= FEWEST_DAYS else "push.prep.now", values)], presses)


def greeting(moment: Moment, prompt: PromptRow) -> Told | None:
    """The start at a place: be curious, and what is heard there stays there."""
    exchange = moment.work.exchanges.get(prompt.subject)
    employee = moment.person(exchange.employee)
    first = as_date(str(prompt.data.get("about", ""))) or exchange.start
    values = facts_of_exchange(moment, Topic(employee, "log", exchange.id, f"log:{first.isoformat()}"), exchange)
    key = "log.first.morning" if first <= moment.today(employee) else "log.first.tomorrow"
    says = [Say(key, values), *host_words.first_day(moment, exchange, employee, first), Say("safe.host_secret")]
    if moment.work.exchanges.journal(exchange.id).cadence == "self":
        says.append(Say("log.self_start"))
    return Told(says, host_words.press(moment, exchange, employee))


SCRIPTS = {
    "prep": Script(PREPARATION, facts, finish, who_sees, extra),
}
PRESSES = {
    "goals_agreed": agreed,
    "full_track": take_full,
}
PROMPTS = {
    "prep": telling(push),
    "prep.remind": telling(push),
    "greeting": telling(greeting),
}
