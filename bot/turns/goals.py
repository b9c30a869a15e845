"""The joint review of the goals: both tick, the employee the ground rules too, and the goals can still change."""

from __future__ import annotations

from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.planning import worker
from bot.programme.calendar import working_day_after
from bot.programme.states import EXCHANGE
from bot.programme.visibility import may_read
from bot.script import Ending, Script, Talk, Topic
from bot.turns import still_open
from bot.turns.common import circle_of, exchange_of, facts_of_exchange, item, shown_to_others, who_sees
from bot.turns.dates import add_to_calendar
from bot.turns.leader_part import ABOUT_GOALS
from bot.turns.picking import shown_by
from bot.turns.preparations import agree_press, goal_lines, goals_of, readable_by
from bot.turns.pushes import telling
from dialogs.goals import GOALS
from dialogs.leader import RULES
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow

REVIEWED = ("prepared", "running", "paused")
"""States in which the two are asked to agree."""


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The ground rules that the leader has ticked, for the employee to tick too."""
    exchange = exchange_of(moment, topic)
    known = facts_of_exchange(moment, topic, exchange)
    mine = topic.person.id == exchange.employee
    ticked = still_open.ticked(moment, exchange.leader, exchange.id, "lead", "lead.prep.rules") if mine else []
    language = topic.person.language
    rules = [
        {"value": rule, "label": moment.words.text(language, rule, known)}
        for rule in RULES
        if rule in ticked and still_open.leader_done(moment, exchange)
    ]
    return {**known, "rules": rules}


def beside(moment: Moment, talk: Talk) -> list[Say | Part]:
    """The goals, what the leader thinks of them, and who has ticked the ground rules when."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    return [
        *_goals(moment, exchange, talk.person),
        *_what_the_leader_says(moment, exchange, talk.person),
        *_rules_by(moment, exchange, talk.person),
    ]


def _goals(moment: Moment, exchange: ExchangeRow, reader: PersonRow) -> list[Say]:
    """The goals, or to a leader who came later that they have not been passed on."""
    lines = goal_lines(goals_of(readable_by(moment, exchange, reader.id, "prep")))
    if lines or reader.id == exchange.employee:
        return [Say("goals.list", {"list": lines})]
    return [Say("new_leader.goals", {"name": moment.first_name(exchange.employee)})]


def _what_the_leader_says(moment: Moment, exchange: ExchangeRow, reader: PersonRow) -> list[Say | Part]:
    parts: list[Say | Part] = []
    for row in _leaders_word(moment, exchange, reader):
        text = shown_to_others(moment, reader.language, row)
        chosen = row.key == "lead.prep.goals"
        parts.append(Part(f"{moment.first_name(row.person)}: {text}", "small") if chosen else Part(text, "own"))
    return parts


def _leaders_word(moment: Moment, exchange: ExchangeRow, reader: PersonRow) -> list[AnswerRow]:
    """What the leader has said about the goals, for the employee: what was chosen, and what was added."""
    if reader.id == exchange.leader:
        return []
    circle = circle_of(moment, exchange)
    rows = [still_open.answer(moment, exchange.leader, exchange.id, "lead", key) for key in ABOUT_GOALS]
    return [row for row in rows if row is not None and may_read(item(row), reader.id, circle)]


def _rules_by(moment: Moment, exchange: ExchangeRow, reader: PersonRow) -> list[Say]:
    """Who has ticked the ground rules, and when, where the reader may know it."""
    circle = circle_of(moment, exchange)
    rows = [
        still_open.answer(moment, exchange.leader, exchange.id, "lead", "lead.prep.rules"),
        still_open.answer(moment, exchange.employee, exchange.id, "goals", "lead.prep.rules"),
    ]
    return [
        Say("goals.rules.by", {"name": moment.first_name(row.person), "date": row.edited or row.day})
        for row in rows
        if row is not None and row.value and may_read(item(row), reader.id, circle)
    ]


def ways(moment: Moment, talk: Talk) -> list[Press]:
    """Who does not agree yet has a way too."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    if talk.person.id == exchange.leader:
        return [Press("lead.prep.goals.add", ["goals_wish", exchange.id])]
    return [Press("btn.goals_change", ["goals_change", exchange.id])]


def finish(moment: Moment, talk: Talk) -> Ending:
    """The tick counts; once both have ticked, the goals stand."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    moment.work.answers.confirm(talk.person.id, exchange.id, "goals")
    return Ending([Say("goals.both" if still_open.both_agreed(moment, exchange) else "goals.noted")])


def review(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Opens the review, also once more after the goals have changed."""
    exchange = moment.work.exchanges.get(args[0])
    if person.id not in (exchange.employee, exchange.leader):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if not EXCHANGE[exchange.state]:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if person.id in still_open.agreed_by(moment, exchange):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    place = shown_by(moment, incoming)
    talks.begin(moment, Topic(person, "goals", exchange.id, "goals"), replaces=place)
    if place:  # what stays where it is leads there until it is finished
        moment.work.conversations.spend(incoming.card)
    return Reply()


def change(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The employee changes the goals after the talk; what will be seen is confirmed anew, and both tick anew."""
    exchange = moment.work.exchanges.get(args[0])
    if person.id != exchange.employee:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    row = moment.work.conversations.find(person.id, "prep", exchange.id, "prep")
    if row is None or not EXCHANGE[exchange.state]:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    moment.work.conversations.spend(incoming.card)
    confirmed = still_open.answer(moment, person.id, exchange.id, "prep", "prep.confirm")
    if confirmed is not None:
        moment.work.answers.delete(confirmed.id)
    return talks.offer_changes(moment, talks.load(moment, row), shown_by(moment, incoming), "prep.goal.")


def due(moment: Moment, prompt: PromptRow) -> Told | None:
    """Both parts are ready: time for the two to agree."""
    exchange = moment.work.exchanges.get(prompt.subject)
    waits = exchange.state in REVIEWED and still_open.leader_done(moment, exchange)
    if not waits or prompt.recipient in still_open.agreed_by(moment, exchange):
        return None
    reader = moment.person(prompt.recipient)
    leader = moment.person(exchange.leader)
    talk_on = working_day_after(worker(leader), moment.today(leader))  # it may be said later than its day
    word = [row.value for row in _leaders_word(moment, exchange, reader)]
    change = [Press("btn.goals_change", ["goals_change", exchange.id])] if "lead.prep.goals.add" in word else []
    presses = [
        agree_press(exchange),
        *change,
        add_to_calendar(exchange, "goals", talk_on),
        Press("btn.later", ["later", prompt.id]),
    ]
    # What the employee wrote in a form stands in no chat of theirs.
    theirs = [] if reader.id == exchange.employee else _goals(moment, exchange, reader)
    return Told([Say("push.goalreview"), *theirs, *_what_the_leader_says(moment, exchange, reader)], presses)


SCRIPTS = {"goals": Script(GOALS, facts, finish, who_sees, ways, beside=beside)}
PRESSES = {"goals": review, "goals_change": change}
PROMPTS = {"goals": telling(due)}
