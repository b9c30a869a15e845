"""A reply -> what Slack wants in the same request, and what is shown right after. Nothing is called here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channel import Message, Part, Reply
from bot.channels.slack.again import with_errors_offers
from bot.channels.slack.parts import Block, Say
from bot.channels.slack.read import Heard
from bot.channels.slack.view import view

ANSWERED, SLOW = "channel.answered_privately", "channel.slow"


@dataclass(frozen=True)
class Opens:
    """A form comes up. `slow` is what is said when that took too long."""

    view: Block
    slow: str = ""


@dataclass(frozen=True)
class Updates:
    """The open form shows something else."""

    view: Block


@dataclass(frozen=True)
class Whispers:
    """A sentence for one person, where they pressed or wrote."""

    text: str


Then = Opens | Updates | Whispers | None
Answer = dict[str, Any] | None
"""The body of the 200, or of the acknowledgement on a socket."""


@dataclass(frozen=True)
class Pen:
    """What is drawn with: the words in the reader's language, and the platform's ids of people by ours."""

    say: Say
    members: Mapping[str, str]

    def shown(self, reply: Reply) -> Block:
        """The form with what the reply shows."""
        return view(reply.shows, self.say, reply.note, self.members)

    def opens(self, form: Block) -> Opens:
        """The form, as it comes up."""
        return Opens(form, self.say(SLOW))

    def noted(self, sentence: str) -> Block:
        """A form that only says something."""
        return view([Message((Part(sentence),), preview=sentence)], self.say, members=self.members)


def to_submission(heard: Heard, reply: Reply, pen: Pen) -> Answer:
    """The answer to a form that was sent: its errors, the next step, a note, or nothing more."""
    if reply.errors and not reply.offers and (placed := placed_errors(heard.form, reply.errors)):
        return {"response_action": "errors", "errors": placed}
    if (made := _in_form(heard, reply, pen)) is not None:
        return {"response_action": "update", "view": made}
    return {"response_action": "clear"}


def to_press(heard: Heard, reply: Reply, pen: Pen) -> Then:
    """The answer to a button, shown where it was pressed."""
    if heard.where.home:
        return _opens(reply, pen)
    if heard.where.view:
        return Updates(_in_form(heard, reply, pen) or pen.noted(pen.say(ANSWERED)))
    if reply.shows:
        return pen.opens(pen.shown(reply))
    return Whispers(sentence) if (sentence := _sentence(reply)) else None


def to_command(reply: Reply, pen: Pen) -> tuple[Answer, Then]:
    """The answer to a slash command."""
    if reply.shows:
        return None, pen.opens(pen.shown(reply))
    return {"response_type": "ephemeral", "text": _sentence(reply) or pen.say(ANSWERED)}, None


def to_shortcut(reply: Reply, pen: Pen) -> Then:
    """The answer to the shortcut."""
    return _opens(reply, pen) or pen.opens(pen.noted(pen.say(ANSWERED)))


def asks(reply: Reply) -> bool:
    """Whether a form goes on; else something has come to an end, or was only looked at."""
    answers = (button.choice or button.sends for message in reply.shows for button in message.buttons)
    return bool(reply.errors) or any(message.fields for message in reply.shows) or any(answers)


def placed_errors(form: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, str]:
    """The errors at questions that stand in the form; those of others at the first. Empty if nothing is asked there."""
    blocks = form.get("blocks")
    asked = [
        block["block_id"]
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, Mapping) and block.get("type") == "input" and isinstance(block.get("block_id"), str)
    ]
    if not asked:
        return {}
    placed = {key: sentence for key, sentence in errors.items() if key in asked}
    others = [sentence for key, sentence in errors.items() if key not in asked]
    if others:
        placed[asked[0]] = " ".join(dict.fromkeys([*filter(None, [placed.get(asked[0])]), *others]))
    return placed


def _opens(reply: Reply, pen: Pen) -> Then:
    if reply.shows:
        return pen.opens(pen.shown(reply))
    return pen.opens(pen.noted(sentence)) if (sentence := _sentence(reply)) else None


def _in_form(heard: Heard, reply: Reply, pen: Pen) -> Block | None:
    """What the form shows next, or None when it has nothing more to show."""
    if placed := placed_errors(heard.form, reply.errors):
        return with_errors_offers(heard.form, replace(reply, errors=placed), pen.say)
    if reply.shows:
        return pen.shown(reply)
    return pen.noted(sentence) if (sentence := _sentence(reply)) else None


def _sentence(reply: Reply) -> str:
    return " ".join(dict.fromkeys(filter(None, [reply.note, *reply.errors.values()])))
