"""What one person did, carried out in its unit of work: typed words, a press of a button, a form that is put down."""

from __future__ import annotations

from dataclasses import replace

from bot import showing, talks
from bot.channel import CLOSED, OPEN, Incoming, Message, Reply
from bot.moment import Moment
from bot.turns import commands, home, led_before, people
from storage.records import CardRow, ConversationRow, PersonRow


def turn(moment: Moment, person: PersonRow, incoming: Incoming) -> Reply:
    """What one person did, carried out. What an open form shows next is collected in `moment.shown`."""
    typed = incoming.kind == "text"
    moment = replace(moment, actor=person.id, form=incoming.form, typed=typed)
    if incoming.kind == "arrive":
        people.welcome(moment, person)
        return Reply()
    if incoming.kind == "press":
        return _pressed(moment, person, incoming)
    return commands.typed(moment, person, incoming)


def _pressed(moment: Moment, person: PersonRow, incoming: Incoming) -> Reply:
    card = moment.work.conversations.card(incoming.card)
    if card is None or card.person not in ("", person.id):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if incoming.form == "card":
        moment = replace(moment, place=card.message)
    if incoming.button == CLOSED:
        return _closed(moment, card, incoming)
    matter = None if card.spent else moment.matter(card, incoming.button)
    if matter is not None:
        # The answer comes below: the message stays, as it is about other matters too.
        card, incoming, moment = matter, replace(incoming, card=matter.id), replace(moment, place="")
    action = list(card.actions.get(incoming.button, ()))
    if (card.spent and not home.lasts(card)) or not action:
        return _too_late(moment, person, card, incoming)
    verb, *args = action
    # HR has lists of its own, about exchanges of whomever.
    theirs = not person.hr or verb in ("begin", "reopen")
    if theirs and (said := led_before.no_longer(moment, person, args)):
        return Reply(note=said)
    if card.conversation:
        row = moment.work.conversations.get(card.conversation)
        if incoming.button == OPEN and row.status not in ("open", "paused"):
            return _over(moment, person, row, incoming)
        if verb in moment.house.presses:
            return moment.house.presses[verb](moment, person, args, incoming)
        return talks.take(moment, talks.load(moment, row), verb, args, incoming)
    return moment.house.presses[verb](moment, person, args, incoming)


def _closed(moment: Moment, card: CardRow, incoming: Incoming) -> Reply:
    """A form was put down half-way; what was sent is kept, and the chat says how far one is."""
    row = moment.work.conversations.get(card.conversation) if card.conversation and not card.spent else None
    if row is None or row.status != "open":
        return Reply()
    return talks.take(moment, talks.load(moment, row), CLOSED, [], incoming)


def _too_late(moment: Moment, person: PersonRow, card: CardRow, incoming: Incoming) -> Reply:
    """The card is answered. Whoever has its form open gets the question that is open now."""
    row = moment.work.conversations.get(card.conversation) if card.conversation else None
    if incoming.form == "card" and (now := _stands_now(moment, card)):
        return Reply(card=now)
    if incoming.form == "open" and row is not None and row.status == "open":
        talks.take(moment, talks.load(moment, row), "resume", [], incoming)
    return _over(moment, person, row, incoming)


def once_more(moment: Moment, person: PersonRow, card: CardRow, incoming: Incoming, repeated: Reply) -> Reply:
    """What is shown to a press that came before; carried out, it was then."""
    if incoming.form == "card":
        return replace(repeated, card=_stands_now(moment, card))
    if incoming.button == OPEN:  # to open it once more changes nothing
        repeated = replace(_pressed(moment, person, incoming), repeated=True)
    elif incoming.form == "open":
        _too_late(moment, person, card, incoming)
    return replace(repeated, shows=tuple(moment.shown))


def _stands_now(moment: Moment, card: CardRow) -> Message | None:
    """The question that is open now, where it stands in the place of a card that was answered."""
    row = moment.work.conversations.get(card.conversation) if card.conversation else None
    if row is None or row.status != "open" or not moment.work.outbox.took_place(row.message, card.message):
        return None
    return showing.standing(moment, talks.load(moment, row))


def as_asked(moment: Moment, person: PersonRow | None, incoming: Incoming, reply: Reply) -> Message | None:
    """What was filled in and refused, as it was asked, for a platform that has to draw it once more."""
    if person is None or not reply.errors or incoming.form not in ("card", "open"):
        return None
    card = moment.work.conversations.card(incoming.card)
    if card is None or card.person != person.id or not card.conversation or card.spent:
        return None
    row = moment.work.conversations.get(card.conversation)
    message = showing.standing(moment, talks.load(moment, row))
    if message is None or message.card != card.id:
        return None
    return message if any(button.id == incoming.button for button in message.buttons) else None


def _over(moment: Moment, person: PersonRow, row: ConversationRow | None, incoming: Incoming) -> Reply:
    """Says that this was answered, or that it is closed; then a form keeps what was typed in it and is kept nowhere."""
    if row is None or row.status != "stopped":
        return Reply(note=moment.words.text(person.language, "card.answered"))
    closed = led_before.no_longer(moment, person, [row.subject]) or moment.words.text(person.language, "stop.closed")
    return Reply(errors={"": closed}) if incoming.form == "open" and incoming.values else Reply(note=closed)
