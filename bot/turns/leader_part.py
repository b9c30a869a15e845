"""The leader's own part before an exchange: what it asks, and what comes of it."""

from __future__ import annotations

from typing import Any

from bot import holding, talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import replan
from bot.script import Ending, Script, Talk, Topic
from bot.turns import still_open
from bot.turns.common import exchange_of, facts_of_exchange, label_of, shown_to_others, still_ahead, who_sees
from bot.turns.dates import agreed_dates
from bot.turns.minutes import minutes_of
from bot.turns.needs import remind_hr
from bot.turns.picking import shown_by
from bot.turns.preparations import agree_press, goal_lines, goals_of, goals_sent, leader_asked, readable_by
from dialogs.leader import LEADER_PART
from dialogs.model import Ask, Say, Visibility
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow

ABOUT_GOALS = ("lead.prep.goals", "lead.prep.goals.comment")


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What the leader's part needs."""
    exchange = exchange_of(moment, topic)
    goals = goals_of(readable_by(moment, exchange, topic.person.id, "prep"))
    asked = leader_asked(moment, exchange)
    over = exchange.state in ("ended_early", "debriefed", "closed")
    return {
        **facts_of_exchange(moment, topic, exchange),
        **goals,
        **asked["known"],
        "full": asked["full"],
        "list": [goals[f"goal#{n}"] for n in (1, 2, 3) if f"goal#{n}" in goals],
        "minutes": minutes_of(moment, topic, LEADER_PART, **asked),
        "date": still_ahead(moment, topic.person, exchange.start),
        "home_from": min(exchange.end, moment.today(topic.person)) if over else exchange.end,
        "leader": moment.first_name(exchange.employee),
        "host_person": bool(hosts_of(exchange)),
        "pool": moment.choices(exchange.round).pool,
        "n": moment.choices(exchange.round).return_talk_working_days,
    }


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """What is the leader's own is seen by nobody else."""
    if ask.visibility is Visibility.LEADER:
        return Say("privacy.vis.P")
    return who_sees(moment, talk, ask)


def finish(moment: Moment, talk: Talk) -> Ending:
    """What the two share becomes readable to the employee; a wish for the pool goes to HR."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    rows = moment.work.answers.of(talk.person.id, exchange.id, "lead")
    again = any(row.confirmed for row in rows)
    about_goals = [row for row in rows if row.key in ABOUT_GOALS]
    if talk.state.answers.get("lead.prep.goals") != "lead.prep.goals.add":
        about_goals = _without_comment(moment, about_goals)
    moment.work.answers.confirm(talk.person.id, exchange.id, "lead")
    if again and any(not row.confirmed for row in about_goals):
        _tell_employee(moment, exchange, about_goals)
    replan(moment, exchange)
    answers = talk.state.answers
    full = bool(talk.facts["full"])
    says, presses = _to_agree_on(moment, exchange, talk.person, full=full)
    if talk.facts["pool"] and answers.get("lead.prep.pool") == "btn.yes":
        says.append(Say("lead.prep.pool.sent"))
        for hr in moment.work.people.hr(moment.person(exchange.employee).organisation):
            remind_hr(moment, hr, exchange.round)
    if answers.get("lead.prep.pair") == "lead.prep.pair.yes":
        presses.append(Press("btn.suggest_to", ["suggest"]))
    presses += agreed_dates(moment, exchange, talk.person, "return", "share", "sparring")
    if full:
        presses.append(Press("btn.change_answers", ["reopen", "lead", exchange.id, "lead"]))
    return Ending(says, presses)


def _to_agree_on(
    moment: Moment, exchange: ExchangeRow, leader: PersonRow, *, full: bool
) -> tuple[list[Say | Part], list[Press]]:
    """What the leader agrees on stands above the tick, also where it has not come yet; without goals there is none."""
    goals = goals_of(readable_by(moment, exchange, leader.id, "prep"))
    unseen = holding.unsay(moment, leader, "task", exchange.id)
    if full:
        sent = goals_sent(moment, exchange, leader) if unseen else []
        return [Say("lead.prep.done"), *sent], [agree_press(exchange)]
    if not goals["goals"]:
        return [Say("lead.prep.done.wait")], []
    sent = goals_sent(moment, exchange, leader) if unseen else [Say("goals.list", {"list": goal_lines(goals)})]
    return [Say("lead.prep.done.now"), *sent], [agree_press(exchange)]


def _without_comment(moment: Moment, rows: list[AnswerRow]) -> list[AnswerRow]:
    """What the leader wanted to add is gone once nothing is to be added."""
    for row in rows:
        if row.key == "lead.prep.goals.comment":
            moment.work.answers.delete(row.id)
    return [row for row in rows if row.key != "lead.prep.goals.comment"]


def _tell_employee(moment: Moment, exchange: ExchangeRow, about_goals: list[AnswerRow]) -> None:
    """The leader has thought again about the goals: the employee can change them, and both tick anew."""
    for row in moment.work.answers.about(exchange.id):
        if row.key == "goals.agreed":
            moment.work.answers.delete(row.id)
    employee = moment.person(exchange.employee)
    parts: list[Say | Part] = [Say("goals.thought", {"leader": moment.first_name(exchange.leader)})]
    for row in about_goals:
        parts.append(Part(label_of(moment, employee.language, row), "small"))
        parts.append(Part(shown_to_others(moment, employee.language, row), "own"))
    presses = [Press("btn.goals_change", ["goals_change", exchange.id], main=True), agree_press(exchange)]
    moment.tell(employee, Told(parts, presses), kind="news", subject=exchange.id)


def wish(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The leader would like to add to the goals or adjust them: the own word on them is asked again."""
    exchange = moment.work.exchanges.get(args[0])
    if person.id != exchange.leader:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    row = moment.work.conversations.find(person.id, "lead", exchange.id, "lead")
    if row is None or row.status != "done":
        talks.begin(moment, Topic(person, "lead", exchange.id, "lead"), replaces=shown_by(moment, incoming))
        return Reply()
    talk, replaces = talks.load(moment, row), shown_by(moment, incoming)
    return talks.take(moment, talk, "edit", ["lead.prep.goals"], incoming, replaces=replaces)


def remind(moment: Moment, prompt: PromptRow) -> Told | None:
    """The one reminder of the leader's part; nothing when it is done."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if exchange.state not in still_open.AHEAD or still_open.leader_done(moment, exchange):
        return None
    leader = moment.person(exchange.leader)
    topic = Topic(leader, "lead", exchange.id, "lead")
    minutes = minutes_of(moment, topic, LEADER_PART, **leader_asked(moment, exchange))
    values = {**facts_of_exchange(moment, topic, exchange), "minutes": minutes}
    presses = [
        Press("btn.start_min", ["begin", "lead", exchange.id, "lead"], main=True, minutes=minutes),
        Press("btn.later", ["later", prompt.id]),
    ]
    return Told([Say("push.leadprep", values)], presses)


SCRIPTS = {"lead": Script(LEADER_PART, facts, finish, who)}
PRESSES = {"goals_wish": wish}
