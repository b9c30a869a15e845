"""The buttons that open, reopen and close a conversation, whatever it is about."""

from __future__ import annotations

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Told
from bot.programme.states import EXCHANGE
from bot.script import Topic
from bot.turns import after
from bot.turns.common import is_past
from bot.turns.leaving import offers_of
from bot.turns.my_data import sign_up_called
from bot.turns.picking import shown_by
from dialogs import engine
from dialogs.model import Say
from storage.records import PersonRow

OVER = frozenset(state for state, followers in EXCHANGE.items() if not followers)
"""Exchanges about which nothing begins any more, however old the button."""

REPEATABLE = ("correct", "language", "stop", "time", "habit", "absent", "mus")
"""Small conversations that can be had again; the others are finished once and then changed."""

CONFIRMATIONS = ("prep.confirm", "deb.confirm")
"""What is sent to others is confirmed anew after a change."""


def done(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Closes a card; nothing happens."""
    moment.work.conversations.spend(incoming.card)
    moment.tell(person, Told([Say("closed.fine")]), kind="answer", replaces=shown_by(moment, incoming))
    return Reply()


def go_on(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Begins a conversation, or goes on with it where it was; a finished one says so."""
    dialog, subject, occasion = args
    row = moment.work.conversations.find(person.id, dialog, subject, occasion)
    if row is not None and row.status in ("done", "stopped") and dialog not in REPEATABLE:
        return Reply(note=moment.words.text(person.language, "card.answered"))
    exchange = moment.work.exchanges.find(subject)
    late = exchange is not None and dialog == "deb" and after.is_debrief_closed(moment, exchange)
    # A paper can be made of what is still kept.
    shut = exchange is not None and exchange.state in OVER and (dialog, exchange.state) != ("mus", "closed")
    if late or shut:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    place = shown_by(moment, incoming)
    talks.begin(moment, Topic(person, dialog, subject, occasion), replaces=place)
    if place:  # what stays where it is leads there until it is finished
        moment.work.conversations.spend(incoming.card)
    return Reply()


def reopen(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Opens a finished conversation to change an answer in it."""
    dialog, subject, occasion = args
    row = moment.work.conversations.find(person.id, dialog, subject, occasion)
    if row is None or _stands(moment, person, subject):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    place = shown_by(moment, incoming)
    if place:  # what stays where it is leads there again
        moment.work.conversations.spend(incoming.card)
    for answer in moment.work.answers.of(person.id, subject, occasion):
        if answer.key in CONFIRMATIONS:
            moment.work.answers.delete(answer.id)
    talk = talks.load(moment, row)
    if not engine.changeable(talk.dialog, talk.state, talk.facts):
        talks.begin(moment, talk.topic, replaces=place)
        return Reply()
    return talks.offer_changes(moment, talk, place)


def _stands(moment: Moment, person: PersonRow, subject: str) -> bool:
    """True when what it is about was withdrawn, or it or its round is over: old answers are changed no more."""
    exchange = moment.work.exchanges.find(subject)
    if exchange is not None:
        return exchange.state in OVER
    sign_up = sign_up_called(moment, subject)
    if sign_up is not None:
        past = is_past(moment, person, moment.work.rounds.get(sign_up.round))
        return past or sign_up.state in ("placed", "withdrawn")
    offer = next((offer for offer in offers_of(moment, person) if offer.id == subject), None)
    return offer is not None and (
        offer.state == "withdrawn" or is_past(moment, person, moment.work.rounds.get(offer.round))
    )


PRESSES = {
    "begin": go_on,
    "reopen": reopen,
    "done": done,
}
