"""Answers that have no room on buttons: the question becomes an input, and one button goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.channel import Button, Choice, Field, Message, Part
from bot.channels.teams.buttons import is_long
from bot.channels.teams.filled import CHOICE
from bot.channels.teams.parts import Say


def with_choice(message: Message, say: Say) -> Message:
    """The message as it is, or with its answers as options to choose from where one of them is long."""
    answers = [it for it in message.buttons if it.choice]
    if len(answers) < 2 or not any(is_long(it) for it in answers):
        return message
    before, asked, after = _parted(message.parts)
    # Which button it is stands in the choice, and so in none of its own.
    goes_on = Button("", say("btn.continue"), main=True, sends=True)
    return replace(
        message,
        parts=(*before, *after),
        fields=(*message.fields, _question(asked, answers, say)),
        buttons=(goes_on, *(it for it in message.buttons if not it.choice)),
    )


def _question(asked: Sequence[Part], answers: Sequence[Button], say: Say) -> Field:
    return Field(
        CHOICE,
        "one",
        asked[0].text if asked else say("teams.choose"),
        "\n".join(it.text for it in asked[1:] if it.look == "who"),
        tuple(it.text for it in asked[1:] if it.look == "small"),
        choices=tuple(Choice(it.id, it.label) for it in answers),
        chosen=tuple(it.id for it in answers if it.main)[:1],
        required=True,
    )


def _parted(them: tuple[Part, ...]) -> tuple[tuple[Part, ...], tuple[Part, ...], tuple[Part, ...]]:
    """What stands before the last question, the question with what is said about it, and what stands after."""
    at = max((n for n, it in enumerate(them) if it.look == "asked"), default=len(them))
    end = at + 1
    while end < len(them) and them[end].look in ("who", "small"):
        end += 1
    return them[:at], them[at:end], them[end:]
