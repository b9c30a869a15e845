"""What a message's buttons do in a form: one sends it, one closes it, the others stand inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.channel import Button, Choice, Field, Message, Part
from bot.channels.slack.fields import drawn, to_read
from bot.channels.slack.parts import Block, Say, paragraph, parts, rows, small
from bot.channels.slack.state import CHOICE
from bot.channels.slack.text import BLANK, line, size, visible

FOOT = 24
"""Characters of a form's title, and of the buttons at its foot."""

PAUSE = "pause"

Piece = tuple[Block, bool]
"""A block, and whether the view is of no use without it."""


@dataclass(frozen=True)
class Form:
    """A message as it stands in a form, above `rest`, the buttons inside it.

    `submit` is the label of the button at the foot and `button` its id; "" when the person's choice says which it is.
    Without a label nothing is sent, and the fields are only to be read.
    """

    message: Message
    parts: tuple[Part, ...]
    rest: tuple[Button, ...]
    submit: str = ""
    button: str = ""
    fields: tuple[Field, ...] = ()


def which_sends(messages: Sequence[Message]) -> int:
    """The number of the message that the form sends: the last with something to answer, else the last with a card."""
    asking = [n for n, it in enumerate(messages) if it.fields or any(b.choice or b.sends for b in it.buttons)]
    with_card = [n for n, it in enumerate(messages) if it.card]
    return (asking or with_card or [0])[-1]


def form(message: Message, say: Say) -> Form:
    """The message that the form sends."""
    buttons = _inside(message, say)
    choices = [button for button in buttons if button.choice]
    sends = next((button for button in buttons if button.sends), None)
    if sends is None and len(choices) > 1:
        before, asked = _asked(message.parts)
        rest = tuple(button for button in buttons if not button.choice)
        fields = (*message.fields, _choice(choices, asked, say))
        return Form(message, before, rest, say("btn.continue"), "", fields)
    if sends is None and choices and size(line(choices[0].label)) <= FOOT:
        sends = choices[0]
    if sends is None and (message.fields or message.door):
        sends = next((button for button in buttons if button.main), None)
    if sends is None:
        return only_read(message, say)
    rest = tuple(button for button in buttons if button is not sends)
    return Form(message, message.parts, rest, line(sends.label) or BLANK, sends.id, message.fields)


def only_read(message: Message, say: Say) -> Form:
    """A message that stands in a form and is not what it sends."""
    return Form(message, message.parts, _inside(message, say))


def close(message: Message, say: Say) -> str:
    """The label of the button that closes the form."""
    return next((line(it.label) for it in message.buttons if it.id == PAUSE), "") or say("btn.close")


def pieces(it: Form, members: Mapping[str, str], errors: Mapping[str, str], say: Say, start: int) -> list[Piece]:
    """The message's blocks. `start` numbers the first of its buttons."""
    shown = [(block, False) for block in parts(it.parts)]
    shown += [(block, False) for block in small(say("slack.in_chat"))] if it.message.files else []
    if not it.submit:
        shown += [(block, False) for field in it.message.fields for block in to_read(field)]
    for n, field in enumerate(it.fields):
        # Between two questions, so that who sees an answer is not read as belonging to the one above.
        shown += [({"type": "divider"}, False)] if n else []
        labelled = field if visible(field.label) else replace(field, label=say("slack.choose"))
        shown += [(block, True) for block in paragraph(errors.get(field.key, ""), bold=True)]
        shown += [(block, True) for block in drawn(labelled, members, say)]
    if size(it.submit) > FOOT:
        shown += [(block, True) for block in small(it.submit)]
    pressed = [(it.message.card, button) for button in it.rest]
    return shown + [(block, True) for block in rows(pressed, start)]


def _inside(message: Message, say: Say) -> tuple[Button, ...]:
    """The buttons that do not close the form. The foot has one that does; another of its name would confuse."""
    foot = close(message, say)
    twice = [it for it in message.buttons if line(it.label) == foot and size(foot) <= FOOT]
    return tuple(it for it in message.buttons if it.id != PAUSE and (it.sends or it.choice or it not in twice))


def _asked(them: tuple[Part, ...]) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """All but the question that a choice answers, and the question with what is said about it."""
    looks = [it.look for it in them]
    at = len(looks) - 1 - looks[::-1].index("asked") if "asked" in looks else len(looks)
    end = at + 1
    while end < len(looks) and looks[end] in ("who", "small"):
        end += 1
    return them[:at] + them[end:], them[at:end]


def _choice(choices: Sequence[Button], asked: Sequence[Part], say: Say) -> Field:
    """The choice as a field, with the question as its label."""
    return Field(
        key=CHOICE,
        kind="one",
        label=asked[0].text if asked else say("slack.choose"),
        who="\n".join(it.text for it in asked[1:] if it.look == "who"),
        hints=tuple(it.text for it in asked[1:] if it.look == "small"),
        choices=tuple(Choice(button.id, button.label) for button in choices),
        chosen=tuple(button.id for button in choices if button.main),
        required=True,
    )
