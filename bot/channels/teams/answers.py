"""A reply -> what Teams wants in the same request: what takes the place of a card, or what a dialog shows next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channel import Reply
from bot.channels.teams.card import whole
from bot.channels.teams.dialog import dialog, noted
from bot.channels.teams.parts import Say
from bot.channels.teams.read import Heard

CARD = "application/vnd.microsoft.card.adaptive"
SENTENCE = "application/vnd.microsoft.activity.message"
TAKEN, BELOW, IN_CHAT = "teams.taken", "teams.below", "channel.answered_privately"

Answer = dict[str, Any]
"""The body of the 200."""


@dataclass(frozen=True)
class Pen:
    """What is drawn with: the words in the reader's language, and the platform's ids of people by ours."""

    say: Say
    members: Mapping[str, str]


def to_press(heard: Heard, reply: Reply, pen: Pen) -> Answer:
    """The answer to a button of a card."""
    if reply.errors and reply.again is not None:
        return _card(
            whole(
                reply.again,
                pen.say,
                members=pen.members,
                values=heard.incoming.values,
                errors=reply.errors,
                offers=reply.offers,
            )
        )
    if reply.card is not None:
        return _card(whole(reply.card, pen.say, members=pen.members))
    return {"statusCode": 200, "type": SENTENCE, "value": sentence(reply) or pen.say(TAKEN)}


def to_fetch(heard: Heard, reply: Reply, pen: Pen) -> Answer:
    """The answer to a button that opens a dialog."""
    if reply.shows:
        return _continues(dialog(reply.shows, pen.say, members=pen.members, note=reply.note))
    return _says(sentence(reply) or pen.say(BELOW if heard.where.personal else IN_CHAT))


def to_submission(heard: Heard, reply: Reply, pen: Pen) -> Answer | None:
    """The answer to a button in a dialog: the same with its errors, the next step, a sentence, or None: it closes."""
    if reply.errors and reply.again is not None:
        return _continues(
            dialog(
                (reply.again,),
                pen.say,
                members=pen.members,
                values=heard.incoming.values,
                errors=reply.errors,
                offers=reply.offers,
            )
        )
    if reply.shows:
        return _continues(dialog(reply.shows, pen.say, members=pen.members, note=reply.note))
    if said := sentence(reply):
        return _continues(noted(said, pen.say))
    return None


def sentence(reply: Reply) -> str:
    """What the reply says in words."""
    return " ".join(dict.fromkeys(filter(None, [reply.note, *reply.errors.values()])))


def _card(card: Answer) -> Answer:
    return {"statusCode": 200, "type": CARD, "value": card}


def _continues(shown: Answer) -> Answer:
    return {"task": {"type": "continue", "value": shown}}


def _says(said: str) -> Answer:
    return {"task": {"type": "message", "value": said}}
