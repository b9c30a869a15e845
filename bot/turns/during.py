"""While somebody is away: what the home leader has agreed to do, one thing at a time, until it is ticked (7.8)."""

from __future__ import annotations

from datetime import date, timedelta

from bot.channel import Incoming, Reply
from bot.holding import base
from bot.moment import Moment, Press, Told
from bot.script import Topic
from bot.turns import led_before
from bot.turns.common import facts_of_exchange
from bot.turns.picking import shown_by
from bot.turns.pushes import telling
from dialogs.model import Say
from storage.records import ExchangeRow, PersonRow, PromptRow

AWAY = ("approved", "prepared", "running", "paused")
BACK = (*AWAY, "finished", "ended_early", "debriefed")

CALL = "contact"
CALL_HOST = "contact.host"
ASK = "ask"

STEPS = {CALL: "task.contact", CALL_HOST: "task.contact.host", ASK: "task.ask"}
"""What each of them is called among the leader's own next steps."""

LASTS = timedelta(days=7)
"""How long a step stays among the next ones once it has been said."""


def call(moment: Moment, prompt: PromptRow) -> Told | None:
    """It is time to call the employee; not in a week in which that was ticked."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if not _still_theirs(moment, prompt, exchange, AWAY):
        return None
    return _told(moment, prompt, exchange, [Say("lead.nudge.contact", _facts(moment, prompt, exchange))])


def call_host(moment: Moment, prompt: PromptRow) -> Told | None:
    """The day on which the leader wanted to call the leader at the host workplace."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if not _still_theirs(moment, prompt, exchange, AWAY):
        return None
    return _told(moment, prompt, exchange, [Say("lead.nudge.host", _facts(moment, prompt, exchange))])


def ask(moment: Moment, prompt: PromptRow) -> Told | None:
    """Three questions to ask, at the midpoint and on the first day back; there one will do beside the return talk's."""
    exchange = moment.work.exchanges.get(prompt.subject)
    if not _still_theirs(moment, prompt, exchange, BACK):
        return None
    first_day_back = prompt.day > exchange.end and prompt.kind == ASK
    first = [Say("lead.ret.first")] if first_day_back else []
    if first and exchange.track == "full":
        return _told(moment, prompt, exchange, first)
    return _told(moment, prompt, exchange, [*first, Say("lead.nudge.ask", _facts(moment, prompt, exchange))])


def _still_theirs(moment: Moment, prompt: PromptRow, exchange: ExchangeRow, states: tuple[str, ...]) -> bool:
    if prompt.recipient != exchange.leader or exchange.state not in states:
        return False
    return not any(row.state == "answered" for row in _same(moment, prompt))


def _same(moment: Moment, prompt: PromptRow) -> list[PromptRow]:
    """The pushes for the same thing in the same week: the one that was put off too."""
    kind = base(prompt.kind)
    return [
        row
        for row in moment.work.prompts.of(prompt.subject)
        if base(row.kind) == kind and row.recipient == prompt.recipient and _monday(row.day) == _monday(prompt.day)
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _facts(moment: Moment, prompt: PromptRow, exchange: ExchangeRow) -> dict[str, object]:
    leader = moment.person(prompt.recipient)
    return facts_of_exchange(moment, Topic(leader, "lead", exchange.id, ""), exchange)


def _told(moment: Moment, prompt: PromptRow, exchange: ExchangeRow, says: list[Say]) -> Told:
    leader = moment.person(exchange.leader)
    return Told(says, [_tick(moment, leader, exchange, prompt), Press("btn.later", ["later", prompt.id])])


def _tick(moment: Moment, leader: PersonRow, exchange: ExchangeRow, prompt: PromptRow) -> Press:
    """The button that ticks it off; it names what, as more can stand in one message."""
    step = moment.words.say(leader.language, _step(moment, prompt, exchange))
    label = moment.words.text(leader.language, "btn.done_with", {"text": step})
    return Press("btn.done_with", ["nudge_done", prompt.id], text=label)


def _step(moment: Moment, prompt: PromptRow, exchange: ExchangeRow) -> Say:
    return Say(STEPS[base(prompt.kind)], _facts(moment, prompt, exchange))


def done(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The leader has done it: not said again that week."""
    prompt = moment.work.prompts.get(args[0])
    if prompt.recipient != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    exchange = moment.work.exchanges.get(prompt.subject)
    if prompt.recipient != exchange.leader:
        return Reply(note=led_before.no_longer(moment, person, [exchange.id]))
    if prompt.state == "answered":
        return Reply(note=moment.words.text(person.language, "card.answered"))
    for row in _same(moment, prompt):
        moment.work.prompts.mark(row.id, "answered" if row.state in ("said", "pending") else row.state)
    moment.tell(
        person,
        Told([Say("nudge.done")]),
        kind="answer",
        subject=prompt.subject,
        replaces=_alone(moment, prompt, incoming),
    )
    return Reply()


def _alone(moment: Moment, prompt: PromptRow, incoming: Incoming) -> str:
    """The message to put the answer in place of: only one that is about nothing else."""
    card = moment.work.conversations.card(incoming.card)
    if card is None or any(action[-1] != prompt.id for action in card.actions.values()):
        return ""
    moment.work.conversations.spend(incoming.card)
    return shown_by(moment, incoming)


def _open(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> list[PromptRow]:
    """What has been said and not ticked, each kind once, for a week."""
    since = moment.today(leader) - LASTS
    rows = [
        row
        for row in moment.work.prompts.of(exchange.id)
        if base(row.kind) in STEPS and row.recipient == leader.id and row.state == "said" and row.day > since
    ]
    return [*{base(row.kind): row for row in sorted(rows, key=lambda row: row.day)}.values()]


def open_steps(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> list[Say]:
    """The leader's calls and questions among the own next steps."""
    return [_step(moment, row, exchange) for row in _open(moment, exchange, leader)]


def ticks(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> list[Press]:
    """The buttons that tick them off."""
    return [_tick(moment, leader, exchange, row) for row in _open(moment, exchange, leader)]


PRESSES = {"nudge_done": done}
PROMPTS = {CALL: telling(call), CALL_HOST: telling(call_host), ASK: telling(ask)}
