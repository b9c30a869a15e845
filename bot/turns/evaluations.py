"""The evaluation: asked once of each of the three, with one reminder. Nobody reads what a single person answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.holding import base
from bot.moment import Moment, Press, Told
from bot.planning import is_full
from bot.programme.evaluation import DEALS
from bot.programme.tracks import minutes
from bot.script import Ending, Script, Talk, Topic
from bot.turns import totals
from bot.turns.common import exchange_of, facts_of_exchange, who_sees
from bot.turns.picking import shown_by
from bot.turns.pushes import telling
from dialogs.evaluation import EMPLOYEE_EVALUATION, HOST_EVALUATION, LEADER_EVALUATION
from dialogs.model import Ask, Dialog, Facts, Say, Text, View
from storage.records import ExchangeRow, PersonRow, PromptRow

OVER = ("proposed", "declined", "accepted", "rejected", "withdrawn", "closed")
"""States of an exchange that nobody is asked about: it has not been, or it is closed."""

PUSHES = {"eval.emp": "eval.push.emp", "eval.lead": "eval.push.lead", "eval.host": "eval.push.host"}
"""What the invitation says, by the dialog."""

REMINDER = ".remind"


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What this person is asked: the same however often it is opened."""
    exchange = exchange_of(moment, topic)
    return {
        **facts_of_exchange(moment, topic, exchange),
        "items": _wanted(moment, exchange, asked(moment, exchange, topic.dialog)),
    }


def asked(moment: Moment, exchange: ExchangeRow, dialog: str) -> tuple[str, ...]:
    """The statements dealt to an exchange by its place in the round, and the round's in the organisation."""
    organisation = moment.work.rounds.get(exchange.round).organisation
    rounds = [row.id for row in moment.work.rounds.all(organisation)]
    places = moment.work.exchanges.ids_in(exchange.round)
    return DEALS[dialog].asked(rounds.index(exchange.round), places.index(exchange.id))


def _wanted(moment: Moment, exchange: ExchangeRow, keys: tuple[str, ...]) -> list[str]:
    """Nobody is asked about meetings of leaders where there are none."""
    sparring = bool(moment.choices(exchange.round).sparring)
    return [key for key in keys if key != "eval.lead.sparring" or sparring]


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """Who sees an answer: a figure among others, or a text that HR reads only where it is let."""
    return Say("eval.text.who") if isinstance(ask.answer, Text) else who_sees(moment, talk, ask)


def finish(moment: Moment, talk: Talk) -> Ending:
    """Thanks, and the way to say more, once."""
    totals.plan(moment, moment.work.rounds.get(exchange_of(moment, talk.topic).round))
    if talk.facts.get("more"):
        return Ending([Say("eval.done")])
    exchange = moment.work.exchanges.get(talk.row.subject)
    left = _minutes(moment, talk, _more(moment, exchange, talk.dialog.key))
    press = Press("eval.more", ["eval_more", talk.dialog.key, exchange.id], minutes=left)
    return Ending([Say("eval.done")], [press])


def _more(moment: Moment, exchange: ExchangeRow, dialog: str) -> dict[str, Any]:
    """What is chosen with "say more": on the full track all that was left out, on the short one the text only."""
    everything = DEALS[dialog].all if is_full(moment, exchange) else asked(moment, exchange, dialog)
    return {"more": True, "items": _wanted(moment, exchange, everything)}


def _minutes(moment: Moment, talk: Talk, chosen: dict[str, Any]) -> int:
    """Minutes for what is still to be asked."""
    view = View(talk.state.answers, {**talk.facts, **chosen})
    settled = {*talk.state.answers, *talk.state.skipped}
    asks = [ask for ask in talk.dialog.asks if ask.key not in settled and ask.when(view)]
    return minutes((moment.words.plain(talk.person.language, ask.words) for ask in asks), asks)


def more(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Goes on with an evaluation that was finished, once."""
    dialog, exchange_id = args
    row = moment.work.conversations.find(person.id, dialog, exchange_id, dialog)
    exchange = moment.work.exchanges.find(exchange_id)
    spent = not moment.work.conversations.spend(incoming.card)
    if row is None or exchange is None or row.status != "done" or spent:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    if exchange.state in OVER:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    # What was put aside is gone on with at the first question that is still open.
    moment.work.conversations.put(replace(row, status="paused"))
    topic = Topic(person, dialog, exchange_id, dialog)
    talks.begin(moment, topic, replaces=shown_by(moment, incoming), fixed=_more(moment, exchange, dialog))
    return Reply()


def push(moment: Moment, prompt: PromptRow) -> Told | None:
    """The invitation, or its one reminder; nothing to one who has answered."""
    exchange = moment.work.exchanges.get(prompt.subject)
    kind = base(prompt.kind)
    dialog = kind.removesuffix(REMINDER)
    person = moment.person(prompt.recipient)
    row = moment.work.conversations.find(person.id, dialog, exchange.id, dialog)
    if exchange.state in OVER or (row is not None and row.status in ("done", "stopped")):
        return None
    totals.plan(moment, moment.work.rounds.get(exchange.round))
    topic = Topic(person, dialog, exchange.id, dialog)
    values = facts_of_exchange(moment, topic, exchange)
    says = [Say(PUSHES[dialog], values), *([Say("eval.push.again")] if kind != dialog else [])]
    takes = promised(moment, topic, moment.house.scripts[dialog].dialog)
    start = Press("eval.start", ["begin", dialog, exchange.id, dialog], main=True, minutes=takes)
    leave = Press("btn.no_thanks", ["done"]) if kind != dialog else Press("btn.later", ["later", prompt.id])
    return Told(says, [start, leave])


def promised(moment: Moment, topic: Topic, dialog: Dialog) -> int:
    """Minutes for what this person is asked, the introduction included."""
    known: Facts = facts(moment, topic)
    asks = [ask for ask in dialog.asks if ask.when(View({}, known))]
    keys = [*dialog.intro, *(ask.words for ask in asks)]
    return minutes((moment.words.plain(topic.person.language, key) for key in keys), asks)


EMPLOYEE_SCRIPT = Script(EMPLOYEE_EVALUATION, facts, finish, who)
LEADER_SCRIPT = Script(LEADER_EVALUATION, facts, finish, who)
HOST_SCRIPT = Script(HOST_EVALUATION, facts, finish, who)

SCRIPTS = {"eval.emp": EMPLOYEE_SCRIPT, "eval.lead": LEADER_SCRIPT, "eval.host": HOST_SCRIPT}
PRESSES = {"eval_more": more}
PROMPTS = {
    kind: telling(push) for dialog in ("eval.emp", "eval.lead", "eval.host") for kind in (dialog, f"{dialog}{REMINDER}")
}
