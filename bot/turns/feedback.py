"""Some time into an action: one or two colleagues are asked what they notice. Only the employee reads it."""

from __future__ import annotations

from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.script import Ending, Script, Talk, Topic
from bot.turns import after
from bot.turns.common import bare, colleagues, exchange_of, facts_of_exchange, no_facts, who_sees
from bot.turns.pushes import telling
from dialogs.feedback import CHOOSE, GIVE
from dialogs.model import Ask, Say
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow, new_id

GIVEN = "fb"
"""The dialog in which a colleague answers, and what the occasions of the answers begin with."""


def tried(moment: Moment, exchange: ExchangeRow) -> after.Action | None:
    """The action that is tried out: the one of the plan that is to be done first."""
    rows = moment.work.answers.about(exchange.id)
    plan = after.plan_of([row for row in rows if row.person == exchange.employee], "fu30")
    dated = [action for action in plan if action.by is not None]
    return min(dated, key=lambda action: str(action.by), default=None)


def push(moment: Moment, prompt: PromptRow) -> Told | None:
    """So many days after the first action's date: the offer to ask."""
    exchange = moment.work.exchanges.get(prompt.subject)
    action = tried(moment, exchange)
    if exchange.state not in after.OVER or action is None or action.by is None:
        return None
    presses = [
        Press("btn.ask_colleagues", ["begin", "fb.who", exchange.id, "fb.who"], main=True),
        Press("btn.no_thanks", ["done"]),
    ]
    tried_for = (moment.today(moment.person(prompt.recipient)) - action.by).days
    return Told([Say("fb.offer", {"action": bare(action.text), "n": tried_for})], presses)


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """Whom to choose from, and exactly what they will read."""
    exchange = exchange_of(moment, topic)
    action = tried(moment, exchange)
    leader = {exchange.leader}
    return {
        **facts_of_exchange(moment, topic, exchange),
        "people": [option for option in colleagues(moment, topic.person) if option["value"] not in leader],
        "item": Say("fb.ask", _values(moment, exchange, action)),
    }


def _values(moment: Moment, exchange: ExchangeRow, action: after.Action | None) -> dict[str, Any]:
    text = bare(action.text) if action else "…"
    return {"name": moment.first_name(exchange.employee), "action": text}


def finish(moment: Moment, talk: Talk) -> Ending:
    """Asks those who were chosen, each once."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    chosen = {str(talk.state.answers.get(key, "")) for key in ("fb.who.first", "fb.who.second")}
    asked = [moment.person(person) for person in sorted(chosen - {"", talk.person.id})]
    values = _values(moment, exchange, tried(moment, exchange))
    for colleague in asked:
        if moment.work.conversations.find(colleague.id, GIVEN, exchange.id, GIVEN) is None:
            # What was previewed is what they read, also where the plan is another by then.
            talks.begin(moment, Topic(colleague, GIVEN, exchange.id, GIVEN), fixed=values)
    names = moment.words.listing(talk.person.language, [moment.first_name(person.id) for person in asked])
    return Ending([Say("fb.asked", {"list": names})])


def giver_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What is tried, and by whom."""
    exchange = exchange_of(moment, topic)
    return {**no_facts(moment, topic), **_values(moment, exchange, tried(moment, exchange))}


def giver_opening(moment: Moment, talk: Talk) -> list[Say]:
    """Who asks, what is tried, and who reads the answer."""
    return [Say("fb.ask")]


def giver_who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """Only the one who asked reads it."""
    return Say("privacy.vis.feedback", {"name": talk.facts["name"]})


def giver_ways(moment: Moment, talk: Talk) -> list[Press]:
    """Whoever would rather not is not asked why, and nobody is told."""
    return [Press("btn.no_thanks", ["fb_decline", talk.row.id])]


def giver_finish(moment: Moment, talk: Talk) -> Ending:
    """The answers are the employee's: sealed with the employee's key, and kept with nobody else."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    employee = moment.person(exchange.employee)
    occasion = f"{GIVEN}:{talk.person.id}"
    given = {key: str(value) for key, value in talk.state.answers.items() if value}
    for key, text in given.items():
        question = moment.words.text(employee.language, key)
        row = AnswerRow(new_id(), employee.id, exchange.id, occasion, key, "P", text, question, moment.today(employee))
        moment.work.answers.put(row)
    if given:
        look = Press("btn.open", ["data_list", exchange.id, occasion], main=True)
        arrived = Told([Say("fb.arrived", {"name": moment.first_name(talk.person.id)})], [look])
        moment.tell(employee, arrived, kind="news", subject=exchange.id)
    return Ending([Say("fb.thanks" if given else "fb.declined", {"name": moment.first_name(employee.id)})])


def decline(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Says no, and nobody hears of it."""
    row = moment.work.conversations.get(args[0])
    if row.person != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if row.status not in ("open", "paused"):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    exchange = moment.work.exchanges.get(row.subject)
    said = Say("fb.declined", {"name": moment.first_name(exchange.employee)})
    talks.close(moment, talks.load(moment, row), "done", said)
    return Reply()


SCRIPTS = {
    "fb.who": Script(CHOOSE, facts, finish, who_sees, keeps=False),
    GIVEN: Script(GIVE, giver_facts, giver_finish, giver_who, giver_ways, giver_opening, keeps=False),
}
PRESSES = {"fb_decline": decline}
PROMPTS = {"feedback": telling(push)}
